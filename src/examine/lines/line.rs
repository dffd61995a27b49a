//! One line of a text.

use std::borrow::Cow;
use std::ops::Range;

/// Byte range of the line that holds `at`, without its line end. A line end belongs to the line it
/// ends; a place behind the text, to the last line.
pub fn line_at(text: &[u8], at: usize) -> Range<usize> {
    let at = at.min(text.len());
    let (before, rest) = text.split_at(at);
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    let end = memchr::memchr(b'\n', rest).map_or(text.len(), |end| at + end);
    start..without_return(text, start..end)
}

/// The text of these bytes, with a mark for what is none. Nearly all text is sound, and to find that
/// out is several times faster than to look for what is not.
pub fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// End of a line without the carriage returns before its line feed.
pub(super) fn without_return(text: &[u8], line: Range<usize>) -> usize {
    let bytes = text.get(line.clone()).unwrap_or_default();
    let returns = bytes
        .iter()
        .rev()
        .take_while(|&&byte| byte == b'\r')
        .count();
    line.end - returns
}

/// The line before the one that begins at `start`.
pub(super) fn line_before(text: &[u8], start: usize) -> Option<Range<usize>> {
    Some(line_at(text, start.checked_sub(1)?))
}

/// The line behind the one that ends at `end`.
pub(super) fn line_after(text: &[u8], end: usize) -> Option<Range<usize>> {
    let feed = end + memchr::memchr(b'\n', text.get(end..)?)?;
    (feed + 1 < text.len()).then(|| line_at(text, feed + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_found_from_any_of_its_bytes() {
        let text = b"one\r\n\nthree";
        let cases = [
            (0, 0..3),
            (3, 0..3),
            (4, 0..3),
            (5, 5..5),
            (6, 6..11),
            (99, 6..11),
        ];
        for (at, expected) in cases {
            assert_eq!(line_at(text, at), expected, "at {at}");
        }
        assert_eq!(line_at(b"", 0), 0..0);
    }

    #[test]
    fn neighbours_are_found_in_both_directions() {
        let text = b"one\r\n\nthree\n";
        assert_eq!(line_after(text, 3), Some(5..5));
        assert_eq!(line_after(text, 5), Some(6..11));
        assert_eq!(line_after(text, 11), None);
        assert_eq!(line_before(text, 6), Some(5..5));
        assert_eq!(line_before(text, 5), Some(0..3));
        assert_eq!(line_before(text, 0), None);
    }

    proptest! {
        #[test]
        fn a_line_holds_no_line_end(text in "[a\r\n]{0,30}", at in 0_usize..40) {
            let line = line_at(text.as_bytes(), at);
            prop_assert!(!text.as_bytes().get(line).unwrap().contains(&b'\n'));
        }
    }
}
