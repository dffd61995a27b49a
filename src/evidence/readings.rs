//! Which reading of an object counts, where a bundle holds several.
//!
//! In: the objects of all entries, with the time at which their collector read them, where it says
//! so (AKS Periscope, on each node and in each run). Out: one reading of each object.

use crate::kube::{Object, ObjectKey, TextFormat};
use jiff::{SignedDuration, Timestamp};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

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
/// `times` has when that was taken. What a later run of the collector does not hold any more, though
/// it holds others of its kind and namespace, is gone.
#[expect(
    clippy::vec_box,
    reason = "the index keeps them in boxes, which it sorted"
)]
pub(super) fn newest(readings: Vec<Reading>, times: &[Option<Timestamp>]) -> Vec<Box<Object>> {
    let at = |list: usize| times.get(list).copied().flatten();
    let mut lists: BTreeMap<(String, String), Timestamp> = BTreeMap::new();
    if times.iter().any(Option::is_some) {
        for (object, list) in &readings {
            let key = object.key();
            if let Some(at) = at(*list) {
                let last = lists.entry((key.kind.clone(), key.namespace.clone()));
                last.and_modify(|last| *last = at.max(*last)).or_insert(at);
            }
        }
    }
    let mut objects: Vec<Box<Object>> = Vec::with_capacity(readings.len());
    let mut rest = readings.into_iter().peekable();
    while let Some(first) = rest.next() {
        let key = first.0.key();
        let again = rest.peek().is_some_and(|(next, _)| next.key() == key);
        if !again && lists.is_empty() {
            objects.push(first.0);
            continue;
        }
        let listed = lists.get(&(key.kind.clone(), key.namespace.clone()));
        let mut own = vec![first];
        while let Some(again) =
            rest.next_if(|(next, _)| own.first().is_some_and(|(one, _)| one.key() == next.key()))
        {
            own.push(again);
        }
        let last = own.iter().filter_map(|(_, list)| at(*list)).max();
        let since = last.and_then(|last| last.checked_sub(ONE_READING).ok());
        let gone = last
            .zip(listed)
            .is_some_and(|(last, listed)| listed.duration_since(last) > ONE_READING);
        if gone {
            continue;
        }
        let best = own
            .into_iter()
            .enumerate()
            .max_by_key(|(place, (object, list))| {
                let recent = since.is_none_or(|since| at(*list).is_some_and(|at| at >= since));
                (recent, detail(object), at(*list), Reverse(*place))
            });
        objects.extend(best.map(|(_, (object, _))| object));
    }
    objects
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
