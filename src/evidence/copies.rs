//! Copies of one log that were taken at different moments.
//!
//! AKS Periscope takes the whole journal of a unit each time it runs, and every node takes the logs
//! of the same pods. In: all logs, with [`crate::layout::Role::copy_of`] naming what several are
//! copies of. Out: of copies that hold each other the fuller one; of copies that overlap (a journal
//! that was vacuumed in between, the last hundred lines of a log) the newer one, and of the older
//! what stands before it. Copies with nothing in common stay.

use super::{LogError, LogHit, LogSource};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Joins the copies of each log.
pub(super) fn join(logs: &mut Vec<LogSource>) {
    let mut copies: BTreeMap<(&str, &str, Option<&str>, Option<&str>), Vec<usize>> =
        BTreeMap::new();
    for (place, log) in logs.iter().enumerate() {
        if let Some(id) = &log.role.copy_of {
            let role = &log.role;
            let key = (
                log.path.bundle_name(),
                id.as_str(),
                role.pod.as_deref(),
                role.container.as_deref(),
            );
            copies.entry(key).or_default().push(place);
        }
    }
    let groups: Vec<Vec<usize>> = copies.into_values().filter(|own| own.len() > 1).collect();
    let mut held = BTreeSet::new();
    for mut group in groups {
        // The newest first; where nothing tells, the one with most lines.
        group.sort_by_key(|place| {
            let log = logs.get(*place);
            let age = log.map(|log| (log.role.collected_at, log.last, log.lines));
            (std::cmp::Reverse(age), *place)
        });
        join_group(logs, &group, &mut held);
    }
    let mut place = 0..;
    logs.retain(|_| place.next().is_none_or(|at| !held.contains(&at)));
}

/// Joins the copies of one log, the newest first.
fn join_group(logs: &mut [LogSource], group: &[usize], held: &mut BTreeSet<usize>) {
    let mut kept: Vec<usize> = Vec::new();
    for place in group {
        let mut counts = true;
        let mut still_kept = Vec::new();
        for other in kept {
            let (Some(own), Some(newer)) = (logs.get(*place), logs.get(other)) else {
                continue;
            };
            match overlap(own, newer) {
                Overlap::None => {}
                Overlap::OlderHeld => counts = false,
                Overlap::NewerHeld => {
                    held.insert(other);
                    continue;
                }
                Overlap::Before { from, until } => {
                    if let Some(own) = logs.get_mut(*place) {
                        cut(own, from, until);
                    }
                }
            }
            still_kept.push(other);
        }
        kept = still_kept;
        if counts {
            kept.push(*place);
        } else {
            held.insert(*place);
        }
    }
}

/// What two copies of one log have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Overlap {
    /// Nothing.
    None,
    /// All of the older one.
    OlderHeld,
    /// All of the newer one.
    NewerHeld,
    /// The end of the older one: what stands in it before `from` is its own. The newer one goes on
    /// until `until`.
    Before { from: Timestamp, until: Timestamp },
}

/// What an older copy has in common with a newer one. Copies without times begin alike: the longer
/// one holds the other.
fn overlap(older: &LogSource, newer: &LogSource) -> Overlap {
    let span = |log: &LogSource| log.first.zip(log.last);
    let (Some((from, until)), Some((newer_from, newer_until))) = (span(older), span(newer)) else {
        return if older.lines > newer.lines {
            Overlap::NewerHeld
        } else {
            Overlap::OlderHeld
        };
    };
    if newer_from <= from && until <= newer_until {
        Overlap::OlderHeld
    } else if from <= newer_from && newer_until <= until {
        Overlap::NewerHeld
    } else if from < newer_from && newer_from <= until {
        Overlap::Before {
            from: newer_from,
            until: newer_until,
        }
    } else {
        Overlap::None
    }
}

/// Cuts off an older copy what the newer one tells from `from` on. The log goes on until `until`.
fn cut(older: &mut LogSource, from: Timestamp, until: Timestamp) {
    older.hits.retain_mut(|hit| cut_hit(hit, from));
    older.errors.retain_mut(|error| cut_error(error, from));
    older.silences.retain(|(_, end)| *end < from);
    older.boots.retain(|boot| *boot < from);
    older.tail = None;
    older.last = Some(until);
}

/// Leaves of a hit what came before; `false` where nothing did. How often that was is known where
/// every time is; else at least as often as samples show it.
fn cut_hit(hit: &mut LogHit, from: Timestamp) -> bool {
    if hit.last.is_none_or(|last| last < from) {
        return true;
    }
    let complete = hit.times.len() as u64 == hit.count;
    hit.times.retain(|at| *at < from);
    hit.samples
        .retain(|(at, ..)| at.is_some_and(|at| at < from));
    let sampled = hit.samples.len() as u64;
    hit.count = if complete {
        hit.times.len() as u64
    } else {
        sampled
    };
    let times = || hit.samples.iter().filter_map(|(at, ..)| *at);
    let (first, last) = (times().min(), times().max());
    (hit.first, hit.last) = (first, last);
    hit.count > 0 && sampled > 0
}

/// Leaves of error lines those before; `false` where none are.
fn cut_error(error: &mut LogError, from: Timestamp) -> bool {
    if error.times.is_empty() {
        return true;
    }
    error.times.retain(|(at, _)| *at < from);
    error
        .samples
        .retain(|(at, _)| at.is_some_and(|at| at < from));
    error.count = error.times.iter().map(|(_, count)| count).sum();
    error.count > 0 && !error.samples.is_empty()
}
