//! Takes off a text what a terminal or a mail program put around it: colours, and `> ` before lines.

use super::lines;
use memchr::memmem;
use std::borrow::Cow;

/// Marks of a quoted line that are taken off at most: mails are answered back and forth.
const DEEPEST: usize = 8;

/// The text without colours, and without the marks of a quotation where all of it is quoted. No line
/// is lost, so that lines keep their numbers.
pub(super) fn plain(text: &[u8]) -> Cow<'_, [u8]> {
    let text = match requoted(text) {
        Some(whole) => Cow::Owned(lines::clean(&whole).into_owned()),
        None => lines::clean(text),
    };
    if !is_quoted(&text) {
        return text;
    }
    let mut plain = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        plain.extend_from_slice(unquoted(line));
    }
    Cow::Owned(plain)
}

/// The text with the quotes that kubecolor drops where a JSON string ends with a quote of its own:
/// it colours `"a \"b\""` as `"a \"b\` and one quote. `None` where there is no such place.
fn requoted(text: &[u8]) -> Option<Vec<u8>> {
    const LOST: &[u8] = b"\\\x1b[0m\"";
    memmem::find(text, LOST)?;
    let mut whole = Vec::with_capacity(text.len() + 64);
    let mut from = 0;
    for at in memmem::find_iter(text, LOST) {
        let backslash = at + 1;
        whole.extend_from_slice(text.get(from..backslash)?);
        whole.push(b'"');
        from = backslash;
    }
    whole.extend_from_slice(text.get(from..)?);
    Some(whole)
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

    #[test]
    fn a_quote_that_colours_swallowed_is_put_back() {
        let coloured = br#"{"message": "\x1bBack-off \"a:1\\x1b[0m", "b": 1}"#;
        let coloured = String::from_utf8_lossy(coloured).replace("\\x1b", "\x1b");
        let coloured = coloured.replace("\x1bBack", "\x1b[36mBack");
        let expected = r#"{"message": "Back-off \"a:1\"", "b": 1}"#;
        assert_eq!(
            String::from_utf8_lossy(&plain(coloured.as_bytes())),
            expected
        );
    }
}
