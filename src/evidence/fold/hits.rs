//! Hits in one log: pieces added in line order, bounded in subjects and in samples.

use super::detail::Detail;
use super::times::Times;
use crate::examine::part::{About, HitGroup, Sample, Tag};
use crate::rules::MatcherId;
use crate::time::Stamp;
use std::collections::BTreeMap;

/// What hits are told apart by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::evidence) struct HitKey {
    /// The matcher.
    pub(in crate::evidence) matcher: MatcherId,
    /// Who wrote the lines.
    pub(in crate::evidence) tag: Tag,
    /// What they speak about.
    pub(in crate::evidence) about: About,
    /// See [`HitGroup::silenced_by`].
    pub(in crate::evidence) silenced_by: Box<[MatcherId]>,
}

/// Hits of one key.
#[derive(Debug)]
pub(in crate::evidence) struct Hits {
    /// How many.
    pub(in crate::evidence) count: u64,
    /// Line and time of the first hit with a time.
    pub(in crate::evidence) first: Option<(u64, Stamp)>,
    /// The same of the last.
    pub(in crate::evidence) last: Option<(u64, Stamp)>,
    /// The first and the last ones, in line order.
    pub(in crate::evidence) samples: Vec<Sample>,
    /// Their times, where a matcher asks for a rate.
    times: Times,
}

impl Hits {
    /// What a piece holds.
    fn of(group: HitGroup) -> (Box<HitKey>, Box<Self>) {
        let stamped = |sample: &Sample| Some((sample.snippet.line, sample.stamp?));
        let hits = Self {
            count: group.count,
            first: group.samples.iter().find_map(stamped),
            last: group.samples.iter().rev().find_map(stamped),
            samples: group.samples,
            times: Times::of(group.times.into_iter().map(|stamp| (stamp, 1)), usize::MAX),
        };
        let key = HitKey {
            matcher: group.matcher,
            tag: group.tag,
            about: group.about,
            silenced_by: group.silenced_by,
        };
        (Box::new(key), Box::new(hits))
    }

    /// Their times with the number of hits; neighbours are counted together where there are many.
    pub(in crate::evidence) fn times(&mut self) -> impl Iterator<Item = (Stamp, u64)> {
        std::mem::take(&mut self.times).into_iter()
    }

    /// The line that it begins with.
    fn begins(&self) -> u64 {
        self.samples.first().map_or(0, |sample| sample.snippet.line)
    }

    /// Adds hits of the same key.
    fn join(&mut self, other: Self, detail: &Detail) {
        self.count = self.count.saturating_add(other.count);
        self.first = self.first.into_iter().chain(other.first).min();
        self.last = self.last.max(other.last);
        self.samples.extend(other.samples);
        self.times.join(other.times, detail.times);
        self.trim(detail);
    }

    /// Leaves what a level keeps.
    fn trim(&mut self, detail: &Detail) {
        keep_ends(&mut self.samples, detail.first_samples, detail.last_samples);
        for sample in &mut self.samples {
            sample.snippet.narrow(detail.context_lines);
        }
        self.times.bound(detail.times);
    }
}

/// Leaves this many first and last samples in line order.
pub(super) fn keep_ends(samples: &mut Vec<Sample>, first: usize, last: usize) {
    samples.sort_by_key(|sample| sample.snippet.line);
    let middle = first..samples.len().saturating_sub(last).max(first);
    let mut place = 0..;
    samples.retain(|_| place.next().is_none_or(|at| !middle.contains(&at)));
}

/// All hits in one log.
#[derive(Debug, Default)]
pub(in crate::evidence) struct LogHits {
    /// In boxes, as most logs have one or two and a node of the map has room for eleven.
    found: BTreeMap<Box<HitKey>, Box<Hits>>,
}

impl LogHits {
    /// The hits of one piece.
    pub(super) fn of(groups: Vec<HitGroup>) -> Self {
        let mut hits = Self::default();
        hits.extend(groups.into_iter().map(Hits::of), &Detail::WHOLE);
        hits
    }

    /// Adds those of what follows in the same log.
    pub(super) fn then(&mut self, next: Self, detail: &Detail) {
        self.extend(next, detail);
    }

    /// Keeps them at another level, as if they had been added at it.
    pub(super) fn coarsen(&mut self, detail: &Detail) {
        let found = std::mem::take(self);
        self.extend(found, detail);
    }

    /// Adds hits; which subjects are told apart is decided by where they first stand.
    fn extend(
        &mut self,
        hits: impl IntoIterator<Item = (Box<HitKey>, Box<Hits>)>,
        detail: &Detail,
    ) {
        let mut hits: Vec<_> = hits.into_iter().collect();
        hits.sort_by(|(a, first), (b, second)| (first.begins(), a).cmp(&(second.begins(), b)));
        let mut known = Known::default();
        self.found.keys().for_each(|key| known.add(key));
        for (mut key, mut hits) in hits {
            known.make_room(&mut key, detail, |key| self.found.contains_key(key));
            if let Some(same) = self.found.get_mut(&key) {
                same.join(*hits, detail);
            } else {
                known.add(&key);
                hits.trim(detail);
                self.found.insert(key, hits);
            }
        }
    }

    /// Number of groups.
    pub(super) fn len(&self) -> usize {
        self.found.len()
    }
}

/// Of each matcher the number of its subjects, and of the writers whose subjects are not told apart.
#[derive(Default)]
struct Known(BTreeMap<MatcherId, (usize, usize)>);

impl Known {
    /// Counts a key.
    fn add(&mut self, key: &HitKey) {
        let (subjects, writers) = self.0.entry(key.matcher).or_default();
        if key.about == About::default() {
            *writers += 1;
        } else {
            *subjects += 1;
        }
    }

    /// Takes away from a new key what is one too many: the subject, and where even writers without
    /// a subject are too many, the writer.
    fn make_room(&self, key: &mut HitKey, detail: &Detail, found: impl Fn(&HitKey) -> bool) {
        let (subjects, writers) = self.0.get(&key.matcher).copied().unwrap_or_default();
        if key.about != About::default() && subjects >= detail.subjects && !found(key) {
            key.about = About::default();
        }
        if key.about == About::default() && writers >= detail.subjects && !found(key) {
            key.tag = Tag::default();
        }
    }
}

impl IntoIterator for LogHits {
    type Item = (Box<HitKey>, Box<Hits>);
    type IntoIter = std::collections::btree_map::IntoIter<Box<HitKey>, Box<Hits>>;

    fn into_iter(self) -> Self::IntoIter {
        self.found.into_iter()
    }
}
