//! Lines, multi-line records, and their excerpts.
//!
//! In: the text of one piece of a log. Out: the same text without what cuts literals in two
//! ([`clean()`]), the excerpt of one match ([`snippet`]), and what all lines say together
//! ([`survey()`]). What one line's front says is read in [`super::prefix`]; which lines match is
//! decided in [`super::scan`].

mod clean;
mod excerpt;
mod hint;
mod record;
mod rhythm;
mod survey;
mod tail;
mod year;

pub use clean::clean;
pub use excerpt::{feeds, snippet};
pub use hint::component_of_source;
pub use rhythm::Rhythm;
pub use survey::{Survey, survey};
pub use tail::tail;
pub use year::year_beside;

use crate::time::Stamp;
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

/// The line that begins the record in which `line` stands; often `line` itself.
pub fn head(text: &[u8], line: Range<usize>) -> Range<usize> {
    let lines = record(text, line.clone());
    lines.into_iter().next().unwrap_or(line)
}

/// Byte ranges of the lines of the record that a line stands in, in order; at least the line itself.
pub fn record(text: &[u8], line: Range<usize>) -> Vec<Range<usize>> {
    record::record(text, line)
}

/// Whether two stamps of one log are of one moment: lines written in one go, or by callers that pass
/// an error up to each other.
pub fn at_once(a: Stamp, b: Stamp) -> bool {
    record::at_once(a, b)
}

/// The text of these bytes, with a mark for what is none. Nearly all text is sound, and to find that
/// out is several times faster than to look for what is not.
pub fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// The line below one that opens a block (`err=<`): there stands the value.
pub fn value_below<'a>(text: &'a [u8], line: &Range<usize>) -> Option<&'a [u8]> {
    let own = text.get(line.clone())?;
    let own = own.strip_suffix(b"\r").unwrap_or(own);
    own.ends_with(b"=<").then(|| {
        let rest = text.get(line.end..).unwrap_or_default();
        let rest = memchr::memchr(b'\n', rest).and_then(|feed| rest.get(feed + 1..));
        let rest = rest.unwrap_or_default();
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    })
}

/// End of a line without the carriage returns before its line feed.
fn without_return(text: &[u8], line: Range<usize>) -> usize {
    let bytes = text.get(line.clone()).unwrap_or_default();
    let returns = bytes
        .iter()
        .rev()
        .take_while(|&&byte| byte == b'\r')
        .count();
    line.end - returns
}

/// The line before the one that begins at `start`.
fn line_before(text: &[u8], start: usize) -> Option<Range<usize>> {
    Some(line_at(text, start.checked_sub(1)?))
}

/// The line behind the one that ends at `end`.
fn line_after(text: &[u8], end: usize) -> Option<Range<usize>> {
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
