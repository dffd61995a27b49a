//! Text of a bundle, and of the rules, on its way into the page.

use crate::report::glyphs::{self, Run};
use askama::filters::{Escaper as _, Html, HtmlSafe};
use std::fmt;

/// Text of the bundle: escaped, hidden characters as glyphs in `<span class="ctl">`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::report) struct Shown(String);

impl HtmlSafe for Shown {}

impl Shown {
    /// Whether there is nothing to show.
    pub(in crate::report) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How long it is, in characters.
    pub(in crate::report) fn length(&self) -> usize {
        self.0.chars().count()
    }

    /// Its lines, each to be shown by itself.
    pub(in crate::report) fn lines(&self) -> impl Iterator<Item = Shown> {
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

/// Text of a rule: shown like any other, and what stands between backticks as code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::report) struct Prose(String);

impl HtmlSafe for Prose {}

impl fmt::Display for Prose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.as_str();
        while let Some((before, code, after)) = code_span(rest) {
            shown(before).fmt(f)?;
            write!(f, "<code>{}</code>", shown(code))?;
            rest = after;
        }
        shown(rest).fmt(f)
    }
}

/// What stands before, in and behind the first pair of backticks.
fn code_span(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (code, after) = rest.split_once('`')?;
    Some((before, code, after))
}

/// Marks text of a rule for showing.
pub(in crate::report) fn prose(text: impl Into<String>) -> Prose {
    Prose(text.into())
}

/// Marks text for showing.
pub(in crate::report) fn shown(text: impl Into<String>) -> Shown {
    Shown(text.into())
}

/// The text with `\n` line ends: browsers hash inline text after this very change, and a checkout
/// on Windows may hold the templates with other line ends.
pub fn unix_line_ends(text: &str) -> String {
    text.replace("\r\n", "\n")
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

    #[test]
    fn backticks_of_a_rule_become_code_and_a_single_one_stays() {
        assert_eq!(
            prose("run `a <b>` or `c`; it`s").to_string(),
            "run <code>a &#60;b&#62;</code> or <code>c</code>; it`s"
        );
        assert_eq!(prose("plain").to_string(), "plain");
    }
}
