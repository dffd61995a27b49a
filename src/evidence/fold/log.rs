//! One log, its pieces added in line order.

use super::detail::{Detail, Groups};
use super::errors::Errors;
use super::hits::LogHits;
use crate::examine::lines::Rhythm;
use crate::examine::part::{LogPart, Tag};
use crate::locator::Snippet;
use crate::time::Stamp;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What is known of one log; see [`LogPart`] for what is not described here.
#[derive(Debug, Default)]
pub(in crate::evidence) struct Log {
    pub(in crate::evidence) lines: u64,
    pub(in crate::evidence) bytes: u64,
    pub(in crate::evidence) first: Option<Stamp>,
    pub(in crate::evidence) last: Option<Stamp>,
    /// Number of its last line in the entry.
    pub(in crate::evidence) last_line: u64,
    /// See [`LogPart::latest_absolute`].
    pub(in crate::evidence) latest_absolute: Option<Timestamp>,
    /// The last time of the last piece whose messages state its year, with that.
    pub(in crate::evidence) dated: Option<(Stamp, i16)>,
    /// Who wrote its lines, with their number.
    pub(in crate::evidence) tags: BTreeMap<Tag, u64>,
    pub(in crate::evidence) hint: Option<&'static str>,
    pub(in crate::evidence) rhythm: Rhythm,
    pub(in crate::evidence) tail: Option<(Option<Stamp>, Box<Snippet>)>,
    pub(in crate::evidence) fetch_error: Option<Box<Snippet>>,
    pub(in crate::evidence) hits: LogHits,
    pub(in crate::evidence) errors: Errors,
}

impl Log {
    /// A log of which this is one piece.
    pub(super) fn of(part: LogPart) -> Self {
        Self {
            lines: part.lines,
            bytes: part.bytes,
            first: part.first,
            last: part.last,
            last_line: (part.first_line + part.lines).saturating_sub(1),
            latest_absolute: part.latest_absolute,
            dated: part.last.zip(part.year),
            tags: part.tags,
            hint: part.component_hint,
            rhythm: part.rhythm,
            tail: part.tail.map(|(stamp, lines)| (stamp, Box::new(lines))),
            fetch_error: part.fetch_error.map(Box::new),
            hits: LogHits::of(part.hits),
            errors: Errors::of(part.errors, part.errors_left_out),
        }
    }

    /// Adds what follows in the same log.
    pub(super) fn then(&mut self, next: Self, detail: &Detail) {
        self.lines += next.lines;
        self.bytes += next.bytes;
        let between = self.last.zip(next.first);
        self.rhythm.extend(next.rhythm, between);
        self.tail = next.tail.or(self.tail.take());
        self.first = self.first.or(next.first);
        self.last = next.last.or(self.last);
        self.last_line = next.last_line;
        self.latest_absolute = self.latest_absolute.max(next.latest_absolute);
        self.dated = next.dated.or(self.dated);
        for (tag, lines) in next.tags {
            if self.tags.len() < detail.subjects || self.tags.contains_key(&tag) {
                *self.tags.entry(tag).or_default() += lines;
            }
        }
        self.hint = self.hint.or(next.hint);
        self.fetch_error = self.fetch_error.take().or(next.fetch_error);
        self.hits.then(next.hits, detail);
        self.errors.then(next.errors, detail);
    }

    /// Keeps its hits and errors at another level.
    pub(super) fn coarsen(&mut self, detail: &Detail) {
        self.hits.coarsen(detail);
        self.errors.coarsen(detail);
    }

    /// Groups of hits and of errors.
    pub(super) fn groups(&self) -> Groups {
        Groups {
            hits: self.hits.len(),
            errors: self.errors.len(),
        }
    }
}
