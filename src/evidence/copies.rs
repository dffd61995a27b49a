//! Copies of one log that were taken at different moments.
//!
//! AKS Periscope takes the whole journal of a unit each time it runs, and every node takes the logs
//! of the same pods. In: all logs, with [`crate::layout::Role::copy_of`] naming what several are
//! copies of. Out: of copies that hold each other the fuller one; of copies that overlap (a journal
//! that was vacuumed in between, the last hundred lines of a log) the newer one, and of the older
//! what stands before it. Copies with nothing in common stay.

use super::{LogError, LogHit, LogSource};
use crate::examine::part::About;
use crate::rules::MatcherId;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What copies of one log have in common: bundle, what they are copies of, pod, container.
type Log<'a> = (&'a str, &'a str, Option<&'a str>, Option<&'a str>);

/// Joins the copies of each log.
pub(super) fn join(logs: &mut Vec<LogSource>) {
    let mut copies: BTreeMap<Log<'_>, Vec<usize>> = BTreeMap::new();
    for (place, log) in logs.iter().enumerate() {
        if let Some(id) = &log.role.copy_of {
            let role = &log.role;
            let key = (
                log.path.bundle_name(),
                id.as_ref(),
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
                    let told = told(newer);
                    if let Some(own) = logs.get_mut(*place) {
                        cut(own, &told, from, until);
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

/// What makes hits in two copies the same: matcher, machine, subject.
type Hit = (MatcherId, Option<String>, About);

/// How often a copy tells each of its hits.
fn told(log: &LogSource) -> BTreeMap<Hit, u64> {
    let mut told = BTreeMap::new();
    for hit in &log.hits {
        let key = (hit.matcher, hit.host.clone(), hit.about.clone());
        *told.entry(key).or_default() += hit.count;
    }
    told
}

/// Cuts off an older copy what the newer one tells from `from` on. The log goes on until `until`.
fn cut(older: &mut LogSource, told: &BTreeMap<Hit, u64>, from: Timestamp, until: Timestamp) {
    older.hits.retain_mut(|hit| {
        let key = (hit.matcher, hit.host.clone(), hit.about.clone());
        cut_hit(hit, told.get(&key).copied().unwrap_or(0), from)
    });
    older.errors.retain_mut(|error| cut_error(error, from));
    older.silences.retain(|(_, end)| *end < from);
    older.boots.retain(|boot| *boot < from);
    older.tail = None;
    older.last = Some(until);
}

/// Leaves of a hit what came before; `false` where nothing did. How often that was is known where
/// every time is; else it is at least as often as samples show it, and as the newer copy, which
/// tells it `told` times from there on, leaves over.
fn cut_hit(hit: &mut LogHit, told: u64, from: Timestamp) -> bool {
    if hit.last.is_none_or(|last| last < from) {
        return true;
    }
    let with_time = |hit: &LogHit| hit.times.iter().map(|(_, count)| count).sum::<u64>();
    let complete = with_time(hit) == hit.count;
    hit.times.retain(|(at, _)| *at < from);
    hit.samples
        .retain(|(at, ..)| at.is_some_and(|at| at < from));
    let sampled = hit.samples.len() as u64;
    hit.count = if complete {
        with_time(hit)
    } else {
        hit.count.saturating_sub(told).max(sampled)
    };
    let times = || hit.samples.iter().filter_map(|(at, ..)| *at);
    (hit.first, hit.last) = (times().min(), times().max());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::testing::log;
    use crate::locator::Snippet;

    /// A copy at `path` taken at second `taken`, of a log with lines at these seconds; all of them
    /// are hits.
    fn copy(path: &str, taken: i64, seconds: &[i64]) -> LogSource {
        let at = |second: &i64| Timestamp::from_second(*second).unwrap();
        let mut source = log(path, Some("kubelet"), seconds.len() as u64);
        source.role.copy_of = Some("node/kubelet".into());
        source.role.collected_at = Some(at(&taken));
        source.lines = seconds.len() as u64;
        source.first = seconds.first().map(at);
        source.last = seconds.last().map(at);
        for hit in &mut source.hits {
            (hit.first, hit.last) = (source.first, source.last);
            // A report shows the first and the last.
            let shown = [seconds.first(), seconds.last()].into_iter().flatten();
            let sample = |second: &i64| {
                let snippet = Snippet::of_line(1, second.to_string());
                (Some(at(second)), snippet, vec![])
            };
            hit.samples = shown.map(sample).collect();
        }
        source
    }

    /// Path, count and end of what is left of these copies.
    fn left(mut copies: Vec<LogSource>) -> Vec<(String, u64, Option<i64>)> {
        join(&mut copies);
        let told = |log: &LogSource| {
            let count = log.hits.iter().map(|hit| hit.count).sum();
            (log.path.path(), count, log.last.map(Timestamp::as_second))
        };
        copies.iter().map(told).collect()
    }

    /// What should be left.
    fn expect(left: &[(&str, u64, i64)]) -> Vec<(String, u64, Option<i64>)> {
        let own =
            |(path, count, last): &(&str, u64, i64)| ((*path).to_owned(), *count, Some(*last));
        left.iter().map(own).collect()
    }

    #[test]
    fn a_later_copy_that_holds_an_earlier_one_stands_for_it() {
        let copies = vec![
            copy("1", 10, &[1, 2, 3]),
            copy("2", 20, &[1, 2, 3, 15]),
            copy("3", 15, &[1, 2, 3]),
        ];
        assert_eq!(left(copies), expect(&[("2", 4, 15)]));
        // The later one was cut.
        let copies = vec![copy("1", 10, &[1, 2, 3]), copy("2", 20, &[2, 3])];
        assert_eq!(left(copies), expect(&[("1", 3, 3)]));
    }

    #[test]
    fn of_copies_that_overlap_the_older_tells_what_came_before() {
        let copies = vec![
            copy("1", 10, &[1, 2, 3, 8, 9]),
            copy("2", 20, &[8, 9, 15, 16]),
        ];
        assert_eq!(left(copies), expect(&[("1", 1, 16), ("2", 4, 16)]));
    }

    #[test]
    fn copies_with_nothing_in_common_stay() {
        let copies = vec![copy("1", 10, &[1, 2]), copy("2", 20, &[15, 16])];
        assert_eq!(left(copies), expect(&[("1", 2, 2), ("2", 2, 16)]));
        // Not the same log.
        let mut other = copy("2", 20, &[1, 2]);
        other.role.copy_of = Some("node/docker".into());
        let copies = vec![copy("1", 10, &[1, 2]), other];
        assert_eq!(left(copies).len(), 2);
    }

    #[test]
    fn of_copies_without_times_the_longest_stays() {
        let mut copies = vec![copy("1", 10, &[1, 2, 3]), copy("2", 20, &[1, 2])];
        for copy in &mut copies {
            (copy.first, copy.last) = (None, None);
        }
        join(&mut copies);
        assert_eq!(copies.len(), 1);
        assert_eq!(copies[0].path.path(), "1");
    }
}
