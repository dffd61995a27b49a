//! Characters that hide, reorder or overwrite text, made visible.
//!
//! In: any text. Out: its runs, told apart into plain ones and hidden characters with the glyph
//! that shows them: `␛` for the escape of a terminal sequence, `⟦U+202E⟧` for an override of the
//! reading direction. A tab stays: it is only space.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A run of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run<'t> {
    /// Shown as it is.
    Plain(&'t str),
    /// One character that would not be seen, or would change how others are seen.
    Hidden(char),
}

/// Whether a character is not seen by itself, or changes how others are seen.
pub fn is_hidden(c: char) -> bool {
    match c {
        '\t' => false,
        c if c.is_control() => true,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
    }
}

/// The runs of a text.
pub fn runs(text: &str) -> impl Iterator<Item = Run<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let width = if is_hidden(first) {
            first.len_utf8()
        } else {
            rest.find(is_hidden).unwrap_or(rest.len())
        };
        let (run, after) = rest.split_at_checked(width)?;
        rest = after;
        Some(if is_hidden(first) {
            Run::Hidden(first)
        } else {
            Run::Plain(run)
        })
    })
}

/// What is shown for a hidden character.
pub fn glyph(c: char) -> String {
    match u32::from(c) {
        code @ 0..=0x1f => char::from_u32(0x2400 + code).map(String::from),
        0x7f => Some("\u{2421}".to_owned()),
        _ => None,
    }
    .unwrap_or_else(|| format!("⟦U+{:04X}⟧", u32::from(c)))
}

/// The text with every hidden character as its glyph.
pub fn visible(text: &str) -> String {
    runs(text)
        .map(|run| match run {
            Run::Plain(plain) => plain.to_owned(),
            Run::Hidden(c) => glyph(c),
        })
        .collect()
}

/// The text with the hidden characters that [`visible`] shows by their number, as it was before.
pub fn restored(text: &str) -> Cow<'_, str> {
    const OPEN: &str = "⟦U+";
    if !text.contains(OPEN) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(OPEN) {
        out.push_str(before);
        let number = behind.split_once('⟧');
        let hidden = number.and_then(|(number, after)| {
            let c = char::from_u32(u32::from_str_radix(number, 16).ok()?)?;
            is_hidden(c).then_some((c, after))
        });
        rest = if let Some((c, after)) = hidden {
            out.push(c);
            after
        } else {
            out.push_str(OPEN);
            behind
        };
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The text in ASCII only, for terminals that can show nothing else.
pub fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{1b}' => out.push_str("^["),
            '…' => out.push_str("..."),
            '–' | '—' => out.push('-'),
            '·' | '•' => out.push('*'),
            c if is_hidden(c) || !c.is_ascii() => {
                let _ = write!(out, "<U+{:04X}>", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hidden_characters_get_a_glyph() {
        let cases = [
            ("\u{1b}[31mred\u{1b}[0m", "␛[31mred␛[0m"),
            ("a\u{202e}b", "a⟦U+202E⟧b"),
            ("zero\u{200b}width\u{feff}", "zero⟦U+200B⟧width⟦U+FEFF⟧"),
            ("nul\0del\u{7f}cr\r", "nul␀del␡cr␍"),
            ("c1\u{9b}2J", "c1⟦U+009B⟧2J"),
            ("tag\u{e0041}", "tag⟦U+E0041⟧"),
            ("tab\tstays, é and 日本 too", "tab\tstays, é and 日本 too"),
        ];
        for (text, expected) in cases {
            assert_eq!(visible(text), expected);
        }
    }

    #[test]
    fn ascii_shows_everything_else_by_its_number() {
        assert_eq!(ascii("\u{1b}[1m é\u{202e}…"), "^[[1m <U+00E9><U+202E>...");
    }

    #[test]
    fn what_only_looks_like_a_glyph_stays() {
        for text in ["⟦U+0041⟧", "⟦U+⟧", "⟦U+202E", "⟦U+xyz⟧ ⟦U+", "no glyph"] {
            assert_eq!(restored(text), text);
        }
        assert_eq!(restored("⟦U+⟦U+202E⟧a"), "⟦U+\u{202e}a");
    }

    proptest! {
        #[test]
        fn numbered_characters_are_restored(text in "[a\u{202e}\u{200b}\u{e0041}é]{0,20}") {
            let shown = visible(&text);
            prop_assert_eq!(restored(&shown), text);
        }

        #[test]
        fn nothing_hidden_is_left(text in "\\PC*|.*") {
            prop_assert!(!visible(&text).chars().any(is_hidden));
            prop_assert!(ascii(&text).chars().all(|c| c == '\t' || (' '..='~').contains(&c)));
        }
    }
}
