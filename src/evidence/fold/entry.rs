//! One entry, its pieces added in order.

use super::detail::{Detail, Groups};
use super::log::Log;
use crate::examine::Part;
use crate::examine::part::{CollectorFact, QuietEvents, Section, Shape, ToldEvents};
use crate::gap::Gap;
use crate::kube::{Event, Object};
use crate::locator::EntryPath;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Everything learned from an entry so far; see [`Part`] for what is not described here.
#[derive(Debug)]
pub(in crate::evidence) struct Entry {
    pub(in crate::evidence) path: EntryPath,
    pub(in crate::evidence) shape: Shape,
    pub(in crate::evidence) bytes: u64,
    /// Hashes of its pieces.
    pub(in crate::evidence) digests: Vec<u128>,
    pub(in crate::evidence) modified: Option<Timestamp>,
    /// Its log, or those of a dump's sections.
    pub(in crate::evidence) logs: BTreeMap<Option<Box<Section>>, Box<Log>>,
    pub(in crate::evidence) objects: Vec<Object>,
    pub(in crate::evidence) events: Vec<Event>,
    pub(in crate::evidence) quiet_events: QuietEvents,
    pub(in crate::evidence) kinds: BTreeMap<String, usize>,
    pub(in crate::evidence) listed: BTreeSet<(String, String)>,
    pub(in crate::evidence) collector: Vec<CollectorFact>,
    pub(in crate::evidence) told_events: ToldEvents,
    /// Groups of hits and of errors.
    groups: Groups,
}

impl Entry {
    /// The entry of which this is a piece, and what of it could not be read.
    pub(super) fn of(part: Part) -> (Self, Vec<Gap>) {
        let mut entry = Self {
            path: part.path,
            shape: part.shape,
            bytes: part.bytes,
            digests: vec![part.digest],
            modified: part.modified,
            logs: BTreeMap::new(),
            groups: Groups::default(),
            objects: part.objects,
            events: part.events,
            quiet_events: part.quiet_events,
            kinds: part.kinds,
            listed: part.listed,
            collector: part.collector,
            told_events: part.told_events,
        };
        for mut log in part.logs {
            let section = log.section.take().map(Box::new);
            entry.add(section, Log::of(log), &Detail::WHOLE);
        }
        (entry, part.gaps)
    }

    /// Adds what follows in the same entry.
    pub(super) fn then(&mut self, next: Self, detail: &Detail) {
        self.bytes += next.bytes;
        self.digests.extend(next.digests);
        self.modified = self.modified.max(next.modified);
        for (section, log) in next.logs {
            self.add(section, *log, detail);
        }
        self.objects.extend(next.objects);
        self.events.extend(next.events);
        let quiet = next.quiet_events;
        self.quiet_events = self.quiet_events.with(quiet.first, quiet.last);
        for (kind, count) in next.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
        self.listed.extend(next.listed);
        self.collector.extend(next.collector);
        self.told_events += next.told_events;
    }

    /// Adds text to the log of a section.
    fn add(&mut self, section: Option<Box<Section>>, mut log: Log, detail: &Detail) {
        if let Some(known) = self.logs.get_mut(&section) {
            self.groups -= known.groups();
            known.then(log, detail);
            self.groups += known.groups();
        } else {
            log.coarsen(detail);
            self.groups += log.groups();
            self.logs.insert(section, Box::new(log));
        }
    }

    /// Keeps its hits and errors at another level.
    pub(super) fn coarsen(&mut self, detail: &Detail) {
        self.logs.values_mut().for_each(|log| log.coarsen(detail));
        self.groups = self.logs.values().map(|log| log.groups()).sum();
    }

    /// Groups of hits and of errors.
    pub(super) fn groups(&self) -> Groups {
        self.groups
    }
}
