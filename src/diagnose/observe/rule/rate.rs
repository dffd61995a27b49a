//! How often a matcher must hit, judged for each object.
//!
//! In: all clues of one matcher. Out: those about objects on which it hit often enough, all of
//! them: the hits after a burst are of the same failure. Lines and events of one object are judged
//! apart, because they tell the same occurrences.

use super::{Fired, Origin};
use crate::diagnose::finding::Subject;
use crate::rules::matcher::Rate;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// What was seen on one object.
#[derive(Default)]
struct Seen {
    /// Times and numbers of occurrences in logs: each line, or all of a log that tells no times.
    lines: Vec<(Option<Timestamp>, u64)>,
    /// Last times and counts of events.
    events: Vec<(Option<Timestamp>, u64)>,
}

/// Kind, namespace and name.
type Object = (String, String, String);

/// Keeps the clues about objects on which the matcher hit as often as the rate asks.
pub(super) fn keep_frequent(rate: Rate, fired: &mut Vec<Fired<'_>>) {
    let mut seen: BTreeMap<Object, Seen> = BTreeMap::new();
    for (origin, clue) in fired.iter() {
        let seen = seen.entry(object(&clue.affected)).or_default();
        match origin {
            Origin::Log(hit) if !hit.times.is_empty() => {
                let times = hit.times.iter();
                seen.lines
                    .extend(times.map(|(at, count)| (Some(*at), *count)));
                // Times are kept up to a limit.
                let told: u64 = hit.times.iter().map(|(_, count)| count).sum();
                let more = clue.count.saturating_sub(told);
                seen.lines.push((hit.last, more));
            }
            Origin::Log(_) => seen.lines.push((None, clue.count)),
            Origin::Event(_) | Origin::Object => seen.events.push((clue.last, clue.count)),
        }
    }
    let within = rate
        .within
        .and_then(|within| SignedDuration::try_from(within).ok());
    let frequent: BTreeSet<Object> = seen
        .into_iter()
        .filter_map(|(object, seen)| {
            let most = most_within(seen.lines, within).max(most_within(seen.events, within));
            (most >= rate.at_least).then_some(object)
        })
        .collect();
    fired.retain(|(_, clue)| frequent.contains(&object(&clue.affected)));
}

/// The object of a subject, wherever it ran.
fn object(subject: &Subject) -> Object {
    (
        subject.kind.clone(),
        subject.namespace.clone(),
        subject.name.clone(),
    )
}

/// The largest number of occurrences within the time; what has no time is taken together.
fn most_within(mut seen: Vec<(Option<Timestamp>, u64)>, within: Option<SignedDuration>) -> u64 {
    let Some(within) = within else {
        return seen.iter().map(|(_, count)| count).sum();
    };
    seen.sort_unstable();
    let timeless = seen.iter().filter(|(at, _)| at.is_none());
    let timeless: u64 = timeless.map(|(_, count)| count).sum();
    let timed: Vec<_> = seen
        .iter()
        .filter_map(|(at, count)| Some(((*at)?, *count)))
        .collect();
    let (mut most, mut sum) = (0, 0);
    let mut oldest = timed.iter().peekable();
    for (at, count) in &timed {
        sum += count;
        while let Some((_, left)) = oldest.next_if(|(from, _)| at.duration_since(*from) > within) {
            sum -= left;
        }
        most = most.max(sum);
    }
    timeless.max(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_within_a_time_is_found_wherever_it_stands() {
        let at = |seconds: i64| Some(Timestamp::from_second(seconds).unwrap());
        let minute = Some(SignedDuration::from_mins(1));
        for (seen, within, most) in [
            (vec![], minute, 0),
            (vec![(at(0), 1), (at(60), 1), (at(121), 1)], minute, 2),
            (vec![(at(500), 1), (at(0), 2), (at(30), 3)], minute, 5),
            (vec![(at(0), 7), (at(600), 1)], minute, 7),
            (vec![(None, 2), (None, 2), (at(0), 3)], minute, 4),
            (vec![(None, 2), (at(0), 3), (at(9_000), 1)], None, 6),
        ] {
            assert_eq!(most_within(seen.clone(), within), most, "{seen:?}");
        }
    }
}
