//! Where a hit stands, and what of its text is shown.

use crate::examine::lines;
use crate::limits::Limits;
use crate::locator::Snippet;
use crate::time::Stamp;
use memchr::{memchr, memrchr};
use std::ops::Range;

/// Bytes before and after a line in which its record and context are looked for.
const WINDOW_BYTES: usize = 64 << 10;

/// Where a hit stands.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The line in the text, without its line end.
    pub line: Range<usize>,
    /// Its number in the entry.
    pub number: u64,
    /// A literal of the matcher in the text; empty where there is none.
    pub literal: Range<usize>,
    /// The time it states.
    pub stamp: Option<Stamp>,
}

/// The snippet of a place, with the match that it shows. Only a window around its line is shown to
/// [`lines::snippet`], so that its cost does not grow with the piece.
pub(super) fn cut_out(
    text: &[u8],
    place: &Place,
    matched: Range<usize>,
    limits: &Limits,
) -> Snippet {
    let line = &place.line;
    let floor = line.start.saturating_sub(WINDOW_BYTES);
    let above = text.get(floor..line.start).unwrap_or_default();
    let start = match memchr(b'\n', above) {
        _ if floor == 0 => 0,
        Some(end) => floor + end + 1,
        None => line.start,
    };
    let ceiling = line.end.saturating_add(WINDOW_BYTES).min(text.len());
    let below = text.get(line.end..ceiling).unwrap_or_default();
    let end = match memrchr(b'\n', below) {
        _ if ceiling == text.len() => ceiling,
        Some(length) => line.end + length + 1,
        None => line.end,
    };
    let window = text.get(start..end).unwrap_or_default();
    let matched = matched.start - start..matched.end - start;
    lines::snippet(window, place.number, matched, limits)
}

/// The text of these bytes, cut to `limit` bytes at a character boundary.
pub(super) fn clip(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
