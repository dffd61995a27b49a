//! One run on one machine: what is known is not read again, the rest is, and all is published.

use super::cases::Place;
use super::changes::{Changes, Judged};
use super::entries::Entry;
use super::publish::{Made, PublishError, Published, publish};
use super::record::{CaseRecord, Stamp};
use super::scan::{Scan, Scanned};
use super::schedule::{self, Bounds};
use super::store::{Key, Store, StoreError};
use crate::analyze::{AnalyzeError, Workers};
use crate::ingest::fingerprint;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};

/// Why a run ended without an archive.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The archive cannot be read or written.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// No case could be analyzed.
    #[error(transparent)]
    Analyze(#[from] AnalyzeError),
}

impl From<StoreError> for RunError {
    fn from(error: StoreError) -> Self {
        Self::Publish(error.into())
    }
}

/// What happens during a run, for whoever watches.
#[derive(Debug)]
pub enum Progress<'a> {
    /// So many cases of so many bytes have a record from an earlier run.
    Known {
        /// Cases.
        cases: usize,
        /// Bytes.
        bytes: u64,
    },
    /// The rules are not those of the last run: which changed, and how many cases are read again.
    Rules {
        /// Ids of the rules, in order.
        changed: &'a [String],
        /// Cases that are read again for it.
        again: usize,
        /// Cases for which the change cannot matter.
        kept: usize,
    },
    /// A case is done.
    Done {
        /// Its record.
        record: &'a CaseRecord,
        /// Bytes on disk.
        bytes: u64,
    },
}

/// How a run is to be made.
pub struct Plan<'a> {
    /// The cases, each location once.
    pub places: Vec<Place>,
    /// How cases are read.
    pub scan: Scan<'a>,
    /// Cases side by side.
    pub bounds: Bounds,
    /// Set when no further case is to begin.
    pub stop: &'a AtomicBool,
}

/// What a run did.
#[derive(Debug)]
pub struct Done {
    /// What was written.
    pub published: Published,
    /// Cases that were read now.
    pub read: usize,
    /// Cases that were known.
    pub known: usize,
    /// Cases that were not read because the run was stopped.
    pub missing: usize,
}

/// A place, and what is known of it.
struct Known {
    place: Place,
    /// Hash of its content, where it was hashed.
    sha256: Option<String>,
    /// What its record was made with, where there is one.
    stamp: Option<Stamp>,
}

/// Reads what is not known and publishes the whole.
pub fn run(
    store: &Store,
    plan: Plan<'_>,
    watch: &mut dyn FnMut(Progress<'_>),
) -> Result<Done, RunError> {
    let Plan {
        mut places,
        scan,
        bounds,
        stop,
    } = plan;
    places.sort();
    store.put_rules(scan.settings.rules.hash(), scan.rules)?;
    let hashed = hash(store, places, &scan, stop);
    let mut choice = choose(store, hashed, &scan)?;
    watch(Progress::Known {
        cases: choice.entries.len(),
        bytes: choice.known_bytes,
    });
    if !choice.changed.is_empty() {
        watch(Progress::Rules {
            changed: &choice.changed,
            again: choice.again,
            kept: choice.kept,
        });
    }
    let known = choice.entries.len();
    let todo = std::mem::take(&mut choice.scan);
    let (mut read, mut missing) = (0, todo.len());
    let mut present: BTreeSet<String> = std::mem::take(&mut choice.present);
    let mut round = todo;
    let mut doubles = std::mem::take(&mut choice.doubles);
    loop {
        let records = read_all(store, round, &scan, bounds, stop, watch)?;
        read += records.len();
        missing -= records.len();
        for (sha256, entry) in records {
            present.insert(sha256);
            choice.entries.push(entry);
        }
        // A file that changed after it was hashed is no double any more of what was read.
        let (same, other): (Vec<_>, Vec<_>) = std::mem::take(&mut doubles)
            .into_iter()
            .partition(|(_, sha256)| present.contains(sha256));
        choice
            .entries
            .extend(same.into_iter().map(|(place, sha256)| Entry::Double {
                location: place.location,
                sha256,
            }));
        round = other.into_iter().map(|(place, _)| place).collect();
        missing += round.len();
        if round.is_empty() || stop.load(Ordering::Relaxed) {
            break;
        }
    }
    let Scan { settings, rules } = scan;
    let made = Made {
        rules_hash: settings.rules.hash(),
        rules: Some(rules),
        missing,
    };
    // New threads take over what the allocator still holds for those that read the cases.
    let workers = Workers::start(settings.workers.count())?;
    Ok(Done {
        published: publish(store, &workers, choice.entries, made)?,
        read,
        known,
        missing,
    })
}

/// Reads these cases, as many side by side as may be: hash of the content and entry of each.
fn read_all(
    store: &Store,
    mut places: Vec<Place>,
    scan: &Scan<'_>,
    bounds: Bounds,
    stop: &AtomicBool,
    watch: &mut dyn FnMut(Progress<'_>),
) -> Result<Vec<(String, Entry)>, RunError> {
    // Long cases first: one that begins last would be waited for alone.
    places.sort_by_key(|place| (Reverse(place.bytes), place.location.clone()));
    let mut read = Vec::new();
    let mut trouble = None;
    schedule::run(
        places.into_iter(),
        scan.hands(bounds.jobs),
        bounds.memory,
        stop,
        |place| schedule::need(place.bytes),
        |hand, place| (place.bytes, keep(store, scan.scan(hand, &place))),
        |(bytes, kept)| match kept {
            Ok((record, entry)) => {
                watch(Progress::Done {
                    record: &record,
                    bytes,
                });
                // Made anew on this thread: a few bytes that stay would hold whole pages of the memory
                // in which the case was read.
                read.push((record.keys.bundle_sha256.clone(), entry.clone()));
            }
            Err(error) => {
                stop.store(true, Ordering::Relaxed);
                trouble.get_or_insert(error);
            }
        },
    )
    .map_err(AnalyzeError::Thread)?;
    trouble.map_or(Ok(read), Err)
}

/// Puts what was read into the store.
fn keep(
    store: &Store,
    scanned: Result<Scanned, AnalyzeError>,
) -> Result<(CaseRecord, Entry), RunError> {
    let Scanned { record, report } = scanned?;
    let entry = match report {
        Some(report) => Entry::Read {
            location: record.location.clone(),
            key: store.put(&record, &report)?,
        },
        None => Entry::Unreadable(Box::new(record.clone())),
    };
    Ok((record, entry))
}

/// Hashes the content of those places that may be known or may be the same as another: content of a
/// size that nothing else has is new.
fn hash(store: &Store, places: Vec<Place>, scan: &Scan<'_>, stop: &AtomicBool) -> Vec<Known> {
    let known = store.sizes();
    let mut sizes: BTreeMap<u64, usize> = BTreeMap::new();
    for place in &places {
        *sizes.entry(place.bytes).or_default() += 1;
    }
    let hashed = |place: Place| {
        let may = known.contains(&place.bytes) || sizes.get(&place.bytes) > Some(&1);
        let wanted = may && !stop.load(Ordering::Relaxed);
        let meter = &scan.settings.meter.read;
        // What cannot be read is told when its turn comes.
        let facts = wanted
            .then(|| fingerprint("", &place.path, meter).ok())
            .flatten();
        let stamp = facts
            .as_ref()
            .and_then(|facts| store.find(&Key::new(place.bytes, &facts.sha256, &place.location)));
        Known {
            place,
            sha256: facts.map(|facts| facts.sha256),
            stamp,
        }
    };
    let workers = scan.settings.workers;
    workers.run(|| places.into_par_iter().map(hashed).collect())
}

/// What is to be done.
#[derive(Default)]
struct Choice {
    /// Cases that are known.
    entries: Vec<Entry>,
    /// Their bytes.
    known_bytes: u64,
    /// Hashes of their content.
    present: BTreeSet<String>,
    /// Further places of content that is read or known at another one, with its hash.
    doubles: Vec<(Place, String)>,
    /// Cases to read.
    scan: Vec<Place>,
    /// Rules that are not those of the last run.
    changed: Vec<String>,
    /// Cases that are read again for that.
    again: usize,
    /// Cases that the change cannot touch.
    kept: usize,
}

/// Decides for each place whether it has to be read.
fn choose(store: &Store, hashed: Vec<Known>, scan: &Scan<'_>) -> Result<Choice, StoreError> {
    let mut choice = Choice::default();
    let mut first: BTreeSet<String> = BTreeSet::new();
    let mut changes = Changes::new(store, scan);
    for known in hashed {
        let Known {
            place,
            sha256,
            stamp,
        } = known;
        let Some(sha256) = sha256 else {
            choice.scan.push(place);
            continue;
        };
        let key = Key::new(place.bytes, &sha256, &place.location);
        if !first.insert(sha256.clone()) {
            choice.doubles.push((place, sha256));
            continue;
        }
        let judged = stamp.map(|stamp| changes.judge(&stamp, || store.load(&key).ok()));
        match judged {
            Some(Judged::Same) => {}
            Some(Judged::Untouched(record)) => {
                changes.restamp(store, *record)?;
                choice.kept += 1;
            }
            Some(Judged::Other) => {
                choice.again += 1;
                choice.scan.push(place);
                continue;
            }
            None => {
                choice.scan.push(place);
                continue;
            }
        }
        choice.known_bytes += place.bytes;
        choice.present.insert(sha256);
        let location = place.location;
        choice.entries.push(Entry::Read { location, key });
    }
    choice.changed = changes.into_changed();
    Ok(choice)
}
