//! Times of many lines in little room.
//!
//! Up to a limit all of them are kept; beyond it, those of one span of time are counted together, at
//! the first time of the span. Spans are as short as the limit allows and the same wherever they
//! begin, so that neither order nor division changes what is kept.

use crate::time::{Stamp, seconds_between};
use jiff::{Timestamp, civil};
use std::collections::BTreeMap;

/// The longest span: this power of two, in seconds, is longer than any log.
const LONGEST: u32 = 40;

/// Times with the number of lines, sorted.
#[derive(Debug, Default)]
pub(super) struct Times {
    seen: Vec<(Stamp, u64)>,
    /// The power of two that a span has in seconds; none while all times are kept.
    span: Option<u32>,
}

impl Times {
    /// These times, bounded.
    pub(super) fn of(seen: impl IntoIterator<Item = (Stamp, u64)>, limit: usize) -> Self {
        let mut times = Self {
            seen: seen.into_iter().collect(),
            span: None,
        };
        times.seen.sort_unstable();
        times.bound(limit);
        times
    }

    /// Adds others.
    pub(super) fn join(&mut self, other: Self, limit: usize) {
        self.seen.extend(other.seen);
        self.seen.sort_unstable();
        self.span = self.span.max(other.span);
        if let Some(span) = self.span {
            self.merge(span);
        }
        self.bound(limit);
    }

    /// Keeps no more than this many.
    pub(super) fn bound(&mut self, limit: usize) {
        while self.seen.len() > limit.max(1) {
            let span = self.span.map_or(0, |span| span + 1);
            if span > LONGEST {
                break;
            }
            self.merge(span);
            self.span = Some(span);
        }
    }

    /// Counts the times of each span together.
    fn merge(&mut self, span: u32) {
        let mut spans: BTreeMap<(u8, i64), (Stamp, u64)> = BTreeMap::new();
        for (stamp, count) in self.seen.drain(..) {
            let (kind, second) = place(stamp);
            let known = spans.entry((kind, second >> span)).or_insert((stamp, 0));
            known.0 = known.0.min(stamp);
            known.1 = known.1.saturating_add(count);
        }
        self.seen.extend(spans.into_values());
        self.seen.shrink_to_fit();
    }
}

impl IntoIterator for Times {
    type Item = (Stamp, u64);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.seen.into_iter()
    }
}

/// The kind of a stamp, and its seconds from where that kind begins to count.
fn place(stamp: Stamp) -> (u8, i64) {
    let midnight = civil::Time::midnight();
    let (kind, origin) = match stamp {
        Stamp::Absolute(_) => (0, Stamp::Absolute(Timestamp::UNIX_EPOCH)),
        Stamp::Local(_) => (
            1,
            Stamp::Local(civil::date(2000, 1, 1).to_datetime(midnight)),
        ),
        Stamp::Yearless { .. } => {
            let (month, day) = (1, 1);
            (
                2,
                Stamp::Yearless {
                    month,
                    day,
                    time: midnight,
                },
            )
        }
        Stamp::TimeOfDay(_) => (3, Stamp::TimeOfDay(midnight)),
        Stamp::SinceBoot(_) => (4, Stamp::SinceBoot(0)),
    };
    (kind, seconds_between(origin, stamp).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> Stamp {
        Stamp::Absolute(Timestamp::from_second(second).unwrap())
    }

    #[test]
    fn many_times_are_counted_by_spans_of_one_length() {
        let seconds = [0, 1, 2, 3, 5, 6, 9];
        let times = |limit| Times::of(seconds.map(|second| (at(second), 1)), limit);
        let told = |limit| times(limit).into_iter().collect::<Vec<_>>();
        assert_eq!(told(7).len(), 7);
        let pairs = [(at(0), 2), (at(2), 2), (at(5), 1), (at(6), 1), (at(9), 1)];
        assert_eq!(told(5), pairs);
        assert_eq!(told(4), [(at(0), 4), (at(5), 2), (at(9), 1)]);
    }

    proptest! {
        #[test]
        fn neither_order_nor_division_changes_what_is_kept(
            mut seconds in prop::collection::vec(0..5_000_i64, 0..60),
            cut in any::<prop::sample::Index>(),
            limits in (1..40_usize, 1..40_usize),
        ) {
            let (first, last) = (limits.0.max(limits.1), limits.0.min(limits.1));
            let stamps = |seconds: &[i64]| seconds.iter().map(|second| (at(*second), 1)).collect::<Vec<_>>();
            let straight = Times::of(stamps(&seconds), last);
            let middle = if seconds.is_empty() { 0 } else { cut.index(seconds.len()) };
            seconds.reverse();
            let (one, other) = seconds.split_at(middle);
            let mut divided = Times::of(stamps(one), first);
            divided.join(Times::of(stamps(other), first), first);
            divided.bound(last);
            prop_assert_eq!((straight.seen, straight.span), (divided.seen, divided.span));
        }
    }
}
