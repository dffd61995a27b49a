//! Lines, multi-line records, and their excerpts.
//!
//! In: the text of one piece of a log. Out: the same text without what cuts literals in two
//! ([`clean()`]), the excerpt of one match ([`snippet`]), and what all lines say together
//! ([`survey()`]). What one line's front says is read in [`super::prefix`]; which lines match is
//! decided in [`super::scan`].

mod clean;
mod excerpt;
mod hint;
mod line;
mod record;
mod rhythm;
mod survey;
mod tail;
mod year;

pub use clean::clean;
pub use excerpt::{feeds, snippet};
pub use hint::component_of_source;
pub use line::{line_at, lossy};
pub use rhythm::Rhythm;
pub use survey::{Survey, survey};
pub use tail::tail;
pub use year::year_beside;

use crate::time::Stamp;
use std::ops::Range;

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
