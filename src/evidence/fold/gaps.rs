//! What was not read: of each kind the first in the order of names, and the number of the others.

use crate::gap::{Gap, GapReason};
use crate::locator::EntryPath;
use std::collections::{BTreeMap, BTreeSet};

/// Gaps by kind.
#[derive(Debug, Default)]
pub(in crate::evidence) struct Gaps {
    kinds: BTreeMap<&'static str, Kind>,
    /// Entries of which something is missing, for whichever reason but the collector's own.
    damaged: BTreeSet<EntryPath>,
}

/// Gaps of one kind.
#[derive(Debug, Default)]
struct Kind {
    listed: BTreeSet<Gap>,
    more: u64,
}

impl Gaps {
    /// Notes a gap.
    pub(super) fn add(&mut self, gap: Gap, most: usize) {
        if !matches!(
            gap.reason,
            GapReason::NotCollected { .. } | GapReason::Condensed { .. }
        ) {
            self.damaged.insert(gap.locator.entry.clone());
        }
        let kind = self.kinds.entry(gap.reason.kind()).or_default();
        kind.listed.insert(gap);
        if kind.listed.len() > most.max(1) {
            kind.listed.pop_last();
            kind.more += 1;
        }
    }

    /// Adds those of another part of the run.
    pub(super) fn append(&mut self, other: Self, most: usize) {
        self.damaged.extend(other.damaged);
        for (name, kind) in other.kinds {
            self.kinds.entry(name).or_default().more += kind.more;
            for gap in kind.listed {
                self.add(gap, most);
            }
        }
    }

    /// All that is listed, in order, with a row for what is not; and the damaged entries.
    pub(in crate::evidence) fn finish(self) -> (Vec<Gap>, BTreeSet<EntryPath>) {
        let mut all = Vec::new();
        for (reason, kind) in self.kinds {
            let last = kind
                .listed
                .last()
                .map(|gap| gap.locator.entry.bundle_name());
            let place = last.map(|name| EntryPath::bundle(name, false).whole());
            all.extend(place.filter(|_| kind.more > 0).map(|locator| Gap {
                locator,
                reason: GapReason::More {
                    count: kind.more,
                    reason,
                },
            }));
            all.extend(kind.listed);
        }
        all.sort();
        (all, self.damaged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_any_order_the_same_gaps_are_listed() {
        let bundle = EntryPath::bundle("b.zip", false);
        let gap = |name: &str| Gap {
            locator: bundle.entry(name).whole(),
            reason: GapReason::Encrypted,
        };
        let of = |names: &[&str]| {
            let mut gaps = Gaps::default();
            for name in names {
                gaps.add(gap(name), 2);
            }
            gaps
        };
        let more = Gap {
            locator: bundle.whole(),
            reason: GapReason::More {
                count: 3,
                reason: "encrypted",
            },
        };
        let expected = [more, gap("a"), gap("b")];
        assert_eq!(of(&["e", "a", "d", "b", "c"]).finish().0, expected);
        let mut split = of(&["e", "c", "a"]);
        split.append(of(&["d", "b"]), 2);
        let (listed, damaged) = split.finish();
        assert_eq!(listed, expected);
        assert_eq!(damaged.len(), 5);
    }
}
