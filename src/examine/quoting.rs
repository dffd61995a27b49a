//! Takes off a text what a terminal or a mail program put around it: colours, and `> ` before lines.

use super::lines;
use std::borrow::Cow;

/// Marks of a quoted line that are taken off at most: mails are answered back and forth.
const DEEPEST: usize = 8;

/// The text without colours, and without the marks of a quotation where all of it is quoted. No line
/// is lost, so that lines keep their numbers.
pub(super) fn plain(text: &[u8]) -> Cow<'_, [u8]> {
    let text = lines::clean(text);
    if !is_quoted(&text) {
        return text;
    }
    let mut plain = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        plain.extend_from_slice(unquoted(line));
    }
    Cow::Owned(plain)
}

/// Whether every line that is not blank begins with `>`; a single one proves nothing.
fn is_quoted(text: &[u8]) -> bool {
    if text.trim_ascii_start().first() != Some(&b'>') {
        return false;
    }
    let mut lines = text
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty());
    lines.clone().count() > 1 && lines.all(|line| line.starts_with(b">"))
}

/// A line without its marks.
fn unquoted(line: &[u8]) -> &[u8] {
    let mut rest = line;
    for _ in 0..DEEPEST {
        let Some(inner) = rest.strip_prefix(b">") else {
            break;
        };
        rest = inner.strip_prefix(b" ").unwrap_or(inner);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_text_is_read_and_a_log_with_such_a_line_is_left_alone() {
        assert_eq!(&*plain(b"> > a\n>\n> b\n"), b"a\n\nb\n");
        for text in ["> a\nb\n", "> alone", "a\n> b\n", ""] {
            assert_eq!(&*plain(text.as_bytes()), text.as_bytes());
        }
        assert_eq!(&*plain(b"\x1b[31mred\x1b[0m\n"), b"red\n");
    }
}
