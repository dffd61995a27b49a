//! What was read so far, folded while more is read: memory follows what there is to say, not what
//! was read to say it.
//!
//! In: the pieces of all entries; those of one entry in their order, entries in any. Out: the entries
//! in path order, each with its logs joined. Hits and unexplained errors are kept as closely as their
//! budget allows; see [`detail`].

mod detail;
mod entry;
mod errors;
mod gaps;
mod hits;
mod log;
#[cfg(test)]
mod tests;
mod times;

pub(super) use entry::Entry;
pub use errors::LogError;
pub(super) use hits::{HitKey, Hits};
pub(super) use log::Log;

use crate::examine::Part;
use crate::gap::{Gap, GapReason};
use crate::limits::Limits;
use crate::locator::EntryPath;
use detail::{Detail, Groups};
use gaps::Gaps;
use std::collections::BTreeMap;

/// All that was read so far.
#[derive(Debug)]
pub struct Ledger<'l> {
    entries: BTreeMap<EntryPath, Box<Entry>>,
    gaps: Gaps,
    limits: &'l Limits,
    /// How closely hits and errors are kept.
    detail: Detail,
    /// How many levels that is below the closest.
    level: usize,
    /// Groups of hits and errors kept.
    groups: Groups,
}

impl<'l> Ledger<'l> {
    /// Nothing read yet.
    pub fn new(limits: &'l Limits) -> Self {
        Self {
            entries: BTreeMap::new(),
            gaps: Gaps::default(),
            limits,
            detail: Detail::closest(limits),
            level: 0,
            groups: Groups::default(),
        }
    }

    /// Whether not one entry was read.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Notes something that was not read.
    pub fn gap(&mut self, gap: Gap) {
        self.gaps.add(gap, self.limits.listed_gaps);
    }

    /// Adds a piece, which is the next one of its entry.
    pub fn add(&mut self, part: Part) {
        let (entry, gaps) = Entry::of(part);
        for gap in gaps {
            self.gap(gap);
        }
        self.insert(Box::new(entry));
    }

    /// Adds what was read beside it: entries that this has nothing of.
    pub fn append(&mut self, other: Self) {
        self.gaps.append(other.gaps, self.limits.listed_gaps);
        if other.level > self.level {
            self.keep(other.detail, other.level);
        }
        for entry in other.entries.into_values() {
            self.insert(entry);
        }
    }

    /// Adds an entry, or what follows in it.
    fn insert(&mut self, mut entry: Box<Entry>) {
        if let Some(known) = self.entries.get_mut(&entry.path) {
            self.groups -= known.groups();
            known.then(*entry, &self.detail);
            self.groups += known.groups();
        } else {
            entry.coarsen(&self.detail);
            self.groups += entry.groups();
            self.entries.insert(entry.path.clone(), entry);
        }
        while self.detail.bytes(self.groups) > self.limits.evidence_bytes
            && let Some(next) = Detail::below_closest(self.level + 1, self.limits)
        {
            self.keep(next, self.level + 1);
        }
    }

    /// Keeps everything at another level.
    fn keep(&mut self, detail: Detail, level: usize) {
        (self.detail, self.level) = (detail, level);
        for entry in self.entries.values_mut() {
            entry.coarsen(&detail);
        }
        self.groups = self.entries.values().map(|entry| entry.groups()).sum();
    }

    /// What was not read, where nothing else is wanted.
    pub fn into_gaps(self) -> Vec<Gap> {
        self.gaps.finish().0
    }

    /// The entries, in path order, and what was not read or not kept.
    pub(super) fn finish(self) -> (Vec<Entry>, Gaps) {
        let mut gaps = self.gaps;
        if self.level > 0
            && let Some(path) = self.entries.keys().next()
        {
            let gap = Gap {
                locator: EntryPath::bundle(path.bundle_name(), false).whole(),
                reason: GapReason::Condensed {
                    kept: self.detail.describe(),
                },
            };
            gaps.add(gap, self.limits.listed_gaps);
        }
        let entries = self.entries.into_values().map(|entry| *entry);
        (entries.collect(), gaps)
    }
}
