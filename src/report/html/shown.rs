//! Text of a bundle on its way into the page.

use crate::report::glyphs::{self, Run};
use askama::filters::{Escaper as _, Html, HtmlSafe};
use std::fmt;

/// Text of the bundle: escaped, hidden characters as glyphs in `<span class="ctl">`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown(String);

impl HtmlSafe for Shown {}

impl Shown {
    /// Whether there is nothing to show.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its lines, each to be shown by itself.
    pub(super) fn lines(&self) -> impl Iterator<Item = Shown> {
        self.0.lines().map(shown)
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for run in glyphs::runs(&self.0) {
            match run {
                Run::Plain(text) => Html.write_escaped_str(&mut *f, text)?,
                Run::Hidden(c) => {
                    write!(f, "<span class=\"ctl\">{}</span>", glyphs::glyph(c))?;
                }
            }
        }
        Ok(())
    }
}

/// Marks text for showing.
pub(super) fn shown(text: impl Into<String>) -> Shown {
    Shown(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_hidden_characters_are_shown() {
        assert_eq!(
            shown("<b>\u{1b}[1m&\u{202e}").to_string(),
            "&#60;b&#62;<span class=\"ctl\">␛</span>[1m&#38;<span class=\"ctl\">⟦U+202E⟧</span>"
        );
    }
}
