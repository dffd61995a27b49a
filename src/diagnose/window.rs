//! The part of time that the user asked for.

use jiff::Timestamp;

/// The part of time that the user asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Window {
    /// Nothing that ended before this.
    pub since: Option<Timestamp>,
    /// Nothing that began after this.
    pub until: Option<Timestamp>,
}

impl Window {
    /// Whether something seen between two times falls into the window; what has no time does.
    pub(super) fn overlaps(self, first: Option<Timestamp>, last: Option<Timestamp>) -> bool {
        let before = last
            .or(first)
            .zip(self.since)
            .is_some_and(|(last, since)| last < since);
        let after = first
            .or(last)
            .zip(self.until)
            .is_some_and(|(first, until)| first > until);
        !before && !after
    }
}
