//! From when to when events tell.

use crate::evidence::Evidence;
use jiff::Timestamp;

/// The first time at which an event was seen.
pub(super) fn first_event(evidence: &Evidence) -> Option<Timestamp> {
    let known = evidence
        .events
        .iter()
        .filter_map(|event| event.first.or(event.last));
    known.chain(evidence.quiet_events.first).min()
}

/// The last time at which an event was seen.
pub(super) fn last_event(evidence: &Evidence) -> Option<Timestamp> {
    let known = evidence.events.iter().filter_map(|event| event.last);
    known.chain(evidence.quiet_events.last).max()
}
