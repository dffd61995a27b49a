//! Hits counted by matcher, writer and subject, with the first and last of each kept.
//!
//! The first hits are cut out at once, while their lines are at hand; of the last ones only places
//! are kept until [`Groups::finish`], because nearly all are displaced by later ones.

use super::sample::Samples;
use crate::examine::part::{About, HitGroup, Sample, Tag};
use crate::examine::scan::place::Place;
use crate::rules::MatcherId;
use crate::rules::pattern::Match;
use crate::time::Stamp;
use std::collections::{BTreeMap, VecDeque};

/// One hit on one line.
pub(super) struct Hit<'a> {
    pub matcher: MatcherId,
    pub host: Option<&'a str>,
    pub unit: Option<&'a str>,
    pub about: About,
    pub silenced_by: Box<[MatcherId]>,
    /// Whether its time is needed, for a rate.
    pub timed: bool,
    pub place: Place,
    /// What the matcher's regex found on the line, where that was asked already.
    pub found: Option<Match>,
}

/// What hits are told apart by; its order is the order of the output.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    matcher: MatcherId,
    tag: Tag,
    about: About,
    silenced_by: Box<[MatcherId]>,
}

/// Hits of one key.
#[derive(Debug, Default)]
struct Group {
    count: u64,
    first: Vec<Sample>,
    last: VecDeque<Place>,
    times: Vec<Stamp>,
}

/// All hits of a piece.
pub(super) struct Groups<'a> {
    samples: Samples<'a>,
    found: BTreeMap<Key, Group>,
    /// Number of groups of each matcher.
    subjects: BTreeMap<MatcherId, usize>,
}

impl<'a> Groups<'a> {
    /// No hits yet.
    pub(super) fn new(samples: Samples<'a>) -> Self {
        Self {
            samples,
            found: BTreeMap::new(),
            subjects: BTreeMap::new(),
        }
    }

    /// Counts a hit; hits come in the order of lines.
    pub(super) fn add(&mut self, hit: Hit<'_>) {
        let key = self.key(&hit);
        let group = self.found.entry(key).or_default();
        group.count += 1;
        if hit.timed
            && group.times.len() < self.samples.limits.rate_times
            && let Some(stamp) = hit.place.stamp
        {
            group.times.push(stamp);
        }
        // The first and the last hit are kept whatever the limits say.
        if group.first.len() < self.samples.limits.first_samples.max(1) {
            let sample = self.samples.cut(hit.matcher, &hit.place, hit.found);
            group.first.push(sample);
        } else {
            if group.last.len() >= self.samples.limits.last_samples.max(1) {
                group.last.pop_front();
            }
            group.last.push_back(hit.place);
        }
    }

    /// The group of a hit. When a matcher has too many, new subjects share the group without a
    /// subject, and when even writers are too many, the one without a writer.
    fn key(&mut self, hit: &Hit<'_>) -> Key {
        let mut key = Key {
            matcher: hit.matcher,
            tag: Tag {
                host: hit.host.map(Into::into),
                unit: hit.unit.map(Into::into),
            },
            about: hit.about.clone(),
            silenced_by: hit.silenced_by.clone(),
        };
        if self.found.contains_key(&key) {
            return key;
        }
        let subjects = self.subjects.entry(hit.matcher).or_default();
        if *subjects >= self.samples.limits.subjects {
            key.about = About::default();
        }
        if *subjects >= self.samples.limits.subjects.saturating_mul(2) {
            key.tag = Tag::default();
        }
        if !self.found.contains_key(&key) {
            *subjects += 1;
        }
        key
    }

    /// All groups, sorted, with the texts of their samples.
    pub(super) fn finish(self) -> Vec<HitGroup> {
        let samples = self.samples;
        let finish = |(key, group): (Key, Group)| HitGroup {
            samples: group
                .first
                .into_iter()
                .chain(
                    group
                        .last
                        .iter()
                        .map(|place| samples.cut(key.matcher, place, None)),
                )
                .collect(),
            matcher: key.matcher,
            tag: key.tag,
            about: key.about,
            silenced_by: key.silenced_by,
            count: group.count,
            times: group.times,
        };
        self.found.into_iter().map(finish).collect()
    }
}
