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
pub struct Ledger {
    entries: BTreeMap<EntryPath, Box<Entry>>,
    gaps: Gaps,
    /// Gaps of one kind that are listed.
    listed: usize,
    /// The closest first.
    levels: Vec<Detail>,
    /// The one in use.
    level: usize,
    budget: usize,
    /// Groups of hits and errors kept.
    groups: Groups,
}

impl Ledger {
    /// Nothing read yet.
    pub fn new(limits: &Limits) -> Self {
        Self {
            entries: BTreeMap::new(),
            gaps: Gaps::default(),
            listed: limits.listed_gaps,
            levels: Detail::levels(limits).collect(),
            level: 0,
            budget: limits.evidence_bytes,
            groups: Groups::default(),
        }
    }

    /// Whether not one entry was read.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Notes something that was not read.
    pub fn gap(&mut self, gap: Gap) {
        self.gaps.add(gap, self.listed);
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
        self.gaps.append(other.gaps, self.listed);
        if other.level > self.level {
            self.level = other.level;
            self.coarsen();
        }
        for entry in other.entries.into_values() {
            self.insert(entry);
        }
    }

    /// Adds an entry, or what follows in it.
    fn insert(&mut self, mut entry: Box<Entry>) {
        let Some(detail) = self.levels.get(self.level) else {
            return;
        };
        if let Some(known) = self.entries.get_mut(&entry.path) {
            self.groups -= known.groups();
            known.then(*entry, detail);
            self.groups += known.groups();
        } else {
            entry.coarsen(detail);
            self.groups += entry.groups();
            self.entries.insert(entry.path.clone(), entry);
        }
        while let Some(detail) = self.levels.get(self.level)
            && detail.bytes(self.groups) > self.budget
        {
            self.level += 1;
            self.coarsen();
        }
    }

    /// Keeps everything at the level in use.
    fn coarsen(&mut self) {
        if let Some(detail) = self.levels.get(self.level) {
            self.entries
                .values_mut()
                .for_each(|entry| entry.coarsen(detail));
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
        let level = self.levels.get(self.level).filter(|_| self.level > 0);
        if let (Some(detail), Some(path)) = (level, self.entries.keys().next()) {
            let gap = Gap {
                locator: EntryPath::bundle(path.bundle_name(), false).whole(),
                reason: GapReason::Condensed {
                    kept: detail.describe(),
                },
            };
            gaps.add(gap, self.listed);
        }
        let entries = self.entries.into_values().map(|entry| *entry);
        (entries.collect(), gaps)
    }
}
