//! Which reading of an object counts, where a bundle holds several.
//!
//! In: the objects of all entries, with the time at which their collector read them, where it says
//! so (AKS Periscope, on each node and in each run). Out: one reading of each object.

use crate::kube::{Object, ObjectKey, TextFormat};
use jiff::{SignedDuration, Timestamp};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Readings of one object that are less apart than this are of one run: nodes collect side by side,
/// and a collector takes minutes.
const ONE_READING: SignedDuration = SignedDuration::from_mins(10);

/// An object, and the place of its list among all.
pub(super) type Reading = (Box<Object>, usize);

/// The objects of one part.
pub(super) struct Listed {
    /// When they were collected, where the collector says so.
    pub(super) at: Option<Timestamp>,
    /// In the order of the part.
    pub(super) objects: Vec<Object>,
}

/// One reading of each object, of readings in order of their objects; each names its list, and
/// `times` has when that was taken. What a later run of the collector does not hold any more is
/// gone.
#[expect(
    clippy::vec_box,
    reason = "the index keeps them in boxes, which it sorted"
)]
pub(super) fn newest(readings: Vec<Reading>, times: &[Option<Timestamp>]) -> Vec<Box<Object>> {
    let timed = times.iter().any(Option::is_some);
    let mut objects: Vec<Box<Object>> = Vec::with_capacity(readings.len());
    let mut seen: Vec<Option<Timestamp>> = Vec::new();
    let mut rest = readings.into_iter().peekable();
    while let Some(first) = rest.next() {
        let again = rest
            .peek()
            .is_some_and(|(next, _)| next.key() == first.0.key());
        if !again && !timed {
            objects.push(first.0);
            continue;
        }
        let mut own = vec![first];
        while let Some(again) =
            rest.next_if(|(next, _)| own.first().is_some_and(|(one, _)| one.key() == next.key()))
        {
            own.push(again);
        }
        let (object, last) = best(own, times);
        objects.extend(object);
        seen.push(last);
    }
    if timed {
        drop_gone(&mut objects, &seen);
    }
    objects
}

/// The reading of one object that counts, and when it was read last.
fn best(
    readings: Vec<Reading>,
    times: &[Option<Timestamp>],
) -> (Option<Box<Object>>, Option<Timestamp>) {
    let at = |list: usize| times.get(list).copied().flatten();
    let last = readings.iter().filter_map(|(_, list)| at(*list)).max();
    let since = last.and_then(|last| last.checked_sub(ONE_READING).ok());
    let best = readings
        .into_iter()
        .enumerate()
        .max_by_key(|(place, (object, list))| {
            let recent = since.is_none_or(|since| at(*list).is_some_and(|at| at >= since));
            (recent, detail(object), at(*list), Reverse(*place))
        });
    (best.map(|(_, (object, _))| object), last)
}

/// Drops the objects of each kind and namespace that only earlier runs hold. A list that is less
/// than half as long as what it leaves out may have been cut: then all stay.
#[expect(
    clippy::vec_box,
    reason = "the index keeps them in boxes, which it sorted"
)]
fn drop_gone(objects: &mut Vec<Box<Object>>, seen: &[Option<Timestamp>]) {
    let mut kept: Vec<bool> = Vec::with_capacity(objects.len());
    let same = |a: &Box<Object>, b: &Box<Object>| {
        let (a, b) = (a.key(), b.key());
        (&a.kind, &a.namespace) == (&b.kind, &b.namespace)
    };
    for own in objects.chunk_by(same) {
        let from = kept.len();
        let seen = seen.get(from..from + own.len()).unwrap_or_default();
        let last = seen.iter().flatten().max();
        let since = last.and_then(|last| last.checked_sub(ONE_READING).ok());
        // What says no time was added by hand, and tells of no run.
        let there =
            |at: &Option<Timestamp>| at.is_none_or(|at| since.is_none_or(|since| at >= since));
        let left = seen.iter().filter(|at| there(at)).count();
        let cut = left * 2 < own.len() - left;
        kept.extend(seen.iter().map(|at| cut || there(at)));
    }
    let mut kept = kept.into_iter();
    objects.retain(|_| kept.next().unwrap_or(true));
}

/// Leaves out the objects that come when as many others as the limit allows are there, and tells
/// how many these were.
pub(super) fn leave_out(lists: &mut [Listed], limit: usize) -> usize {
    let count = |lists: &[Listed]| lists.iter().map(|list| list.objects.len()).sum::<usize>();
    let all = count(lists);
    if all <= limit {
        return 0;
    }
    let mut known: BTreeSet<&ObjectKey> = BTreeSet::new();
    let keys = lists.iter().flat_map(|list| &list.objects).map(Object::key);
    let kept: Vec<bool> = keys
        .map(|key| known.contains(key) || known.len() < limit && known.insert(key))
        .collect();
    let mut kept = kept.into_iter();
    for own in lists.iter_mut() {
        own.objects.retain(|_| kept.next().unwrap_or(false));
    }
    all - count(lists)
}

/// How much of an object its text tells: the row of a table least, the API's output all.
fn detail(object: &Object) -> u8 {
    match object.text.format() {
        TextFormat::Row => 0,
        TextFormat::Describe(_) => 1,
        TextFormat::Json | TextFormat::Yaml => 2,
    }
}
