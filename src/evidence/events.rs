//! Events of the whole bundle, each occurrence counted once.

use super::Capture;
use super::fold::Entry;
use crate::evidence::capture::taken_at;
use crate::kube::Event;
use crate::layout::Layout;
use crate::limits::Limits;
use jiff::{Timestamp, ToSpan as _};
use std::collections::BTreeMap;

/// What makes two events the same occurrence seen twice: in an events list and in the describe
/// text of the object, or in the archives of two nodes.
type Identity = (crate::kube::ObjectKey, String, String, String);

/// Takes the events out of the entries. Those of one entry add up; the same in several entries is
/// the largest, because each entry tells the same story.
///
/// Also tells how many events were over the limit.
pub(super) fn merge(
    entries: &mut [Entry],
    layout: &Layout,
    capture: &Capture,
    limits: &Limits,
) -> (Vec<Event>, usize) {
    let mut left_out = 0;
    let mut merged: BTreeMap<Identity, Event> = BTreeMap::new();
    for entry in entries {
        let now = taken_at(layout, &entry.path).or(capture.at);
        let mut own: BTreeMap<Identity, Event> = BTreeMap::new();
        for mut event in std::mem::take(&mut entry.events) {
            place_in_time(&mut event, now);
            let identity = (
                event.object.clone(),
                event.reason.clone(),
                event.message.clone(),
                event.component.clone(),
            );
            match own.get_mut(&identity) {
                Some(same) => combine(same, event, u64::saturating_add),
                None => _ = own.insert(identity, event),
            }
        }
        for (identity, event) in own {
            let full = merged.len() >= limits.events;
            match merged.get_mut(&identity) {
                Some(same) => combine(same, event, u64::max),
                None if full => left_out += 1,
                None => _ = merged.insert(identity, event),
            }
        }
    }
    (merged.into_values().collect(), left_out)
}

/// Turns the ages that `describe` printed at the time `now` into times.
fn place_in_time(event: &mut Event, now: Option<Timestamp>) {
    let ago = |seconds: i64| now?.checked_sub(seconds.seconds()).ok();
    if let Some((first, last)) = event.ages {
        event.first = event.first.or_else(|| ago(first));
        event.last = event.last.or_else(|| ago(last));
    }
}

/// Makes one event of two that are the same; the later one's words and place are kept.
fn combine(kept: &mut Event, mut other: Event, count: fn(u64, u64) -> u64) {
    let counted = count(kept.count, other.count);
    let first = kept.first.into_iter().chain(other.first).min();
    // The creation belongs to the first time.
    let created = if first == kept.first {
        kept.created
    } else {
        other.created
    };
    if other.last > kept.last {
        std::mem::swap(kept, &mut other);
    }
    kept.count = counted;
    kept.first = first;
    kept.created = created;
}
