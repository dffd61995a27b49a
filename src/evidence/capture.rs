//! When the bundle was taken, as its own content says. This instant is "now" for every age and
//! every judgement of what is still so; nothing asks the clock.

use super::LogSource;
use super::fold::Entry;
use crate::examine::part::CollectorFact;
use crate::kube::{ContainerState, Detail, ObjectKey, Pod};
use crate::layout::{Collected, Layout, Role, ToldBy};
use crate::locator::EntryPath;
use crate::time::{Clock, Stamp};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use std::collections::BTreeMap;

/// How long after the id of its run was given a node may still collect: pods that start later write
/// under the same id.
const LATEST_START: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Logs that end so long after all objects were hardly taken with them.
const LONG_AFTER: SignedDuration = SignedDuration::from_mins(55);

/// When a bundle was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// The instant; `None` where nothing in the bundle says.
    pub at: Option<Timestamp>,
    /// How it is known, in words.
    pub known_by: &'static str,
    /// The reference for stamps without a year: the capture, else the newest file time, else an
    /// arbitrary instant (then years are unknown too).
    reference: Option<Timestamp>,
    /// What objects and events state, where the newest log was taken instead.
    stated: Option<(Timestamp, &'static str)>,
}

impl Capture {
    /// Finds the capture time: when the collector ran as its own files say, else the newest time in
    /// events and status, else in objects, else the newest complete time in logs.
    pub(super) fn find(entries: &[Entry], layout: &Layout) -> Self {
        let told_by = |by: &'static str| move |at: Timestamp| (at, by);
        let measured = layout.collected.filter(|own| own.told_by != ToldBy::RunId);
        let known = layout
            .collected
            .map(|own| own_time(own, entries))
            .or_else(|| newest_stated_time(entries))
            .or_else(|| newest_object_time(entries).map(told_by("the newest time in objects")))
            .or_else(|| {
                newest_probe_time(entries).map(told_by("the collector's connection probes"))
            })
            .or_else(|| newest_log_time(entries).map(told_by("the newest complete time in logs")));
        let known = match (known, latest_by_age(entries)) {
            (Some((at, _)), Some(later)) if measured.is_none() && later > at => Some((
                later,
                "the start of an object and the age of its first event, so the capture was then or later",
            )),
            (known, _) => known,
        };
        // Where nothing states a year, one has to be taken from what stands around the logs.
        let (guess, guessed_by) = match (
            newest_year_in_messages(entries),
            newest_local_time(entries),
            entries.iter().filter_map(|entry| entry.modified).max(),
        ) {
            (None, Some(local), _) => (
                Some(local),
                "the newest time in logs, which state no time zone",
            ),
            (Some(year), ..) => (
                Some(year),
                "the newest time in logs, its year from dates in their messages",
            ),
            (None, None, modified) => (
                modified,
                "the newest time in logs, its year guessed from file times",
            ),
        };
        let known_at = known.map(|(at, _)| at);
        let reference = match (known_at, layout.collected) {
            (Some(at), Some(_)) if measured.is_none() => Some(soon_after(entries, at)),
            _ => known_at.or(guess),
        };
        let newest_log =
            reference.and_then(|reference| newest_resolved(entries, Clock::utc(reference)));
        match (known, newest_log) {
            // Logs without a year end after the newest complete time: the bundle was taken later.
            (Some((at, _)), Some(newest)) if newest > at && measured.is_none() => Self {
                at: Some(newest),
                known_by: "the newest time in logs",
                reference: Some(newest),
                stated: known,
            },
            (Some((at, known_by)), _) => Self {
                at: Some(at),
                known_by,
                reference,
                stated: None,
            },
            (None, Some(newest)) => Self {
                at: Some(newest),
                known_by: guessed_by,
                reference,
                stated: None,
            },
            (None, None) => Self {
                at: None,
                known_by: "not stated in the bundle",
                reference,
                stated: None,
            },
        }
    }

    /// Finds the capture again when logs that it was told from have moved to their zone.
    pub(super) fn follow(&mut self, logs: &[LogSource]) {
        let Some((stated, by)) = self.stated else {
            return;
        };
        match logs.iter().filter_map(|log| log.last).max() {
            Some(newest) if newest > stated => self.at = Some(newest),
            _ => (self.at, self.known_by) = (Some(stated), by),
        }
    }

    /// Doubts the capture where only logs that name no zone tell it, and end long after all that
    /// objects state.
    pub(super) fn doubt(&mut self, logs: &[LogSource]) {
        let Some(((stated, _), at)) = self.stated.zip(self.at) else {
            return;
        };
        let mut newest = logs.iter().filter(|log| log.last == Some(at));
        let zoneless = newest.all(|log| log.zoneless && log.zone.is_none());
        if zoneless && at.duration_since(stated) >= LONG_AFTER {
            self.known_by = "the newest time in logs, which state no time zone and end long after all objects: they may be in local time";
        }
    }

    /// Moves the uploads of the newest run to the capture, where nothing but the id of the run says
    /// when they were collected: that was then or later.
    pub(super) fn place_uploads(&self, layout: &mut Layout) {
        let run = layout.collected.filter(|own| own.told_by == ToldBy::RunId);
        if let (Some(run), Some(at)) = (run.map(|run| run.at), self.at)
            && run < at
        {
            let of_run = |role: &&mut Role| role.collected_at == Some(run);
            for role in layout.roles.values_mut().filter(of_run) {
                role.collected_at = Some(at);
            }
        }
    }

    /// The clock for stamps of this bundle; `None` where no year can be known.
    pub fn clock(&self) -> Option<Clock> {
        self.reference.map(Clock::utc)
    }
}

/// When a collector ran, as its files say. The id of a run is given before: what is newer in the
/// bundle was not collected before it happened.
fn own_time(collected: Collected, entries: &[Entry]) -> (Timestamp, &'static str) {
    let by = match collected.told_by {
        ToldBy::Probes => "the collector's connection probes",
        ToldBy::Journal => "the end of the journal according to its header",
        ToldBy::RunId => "the collector's run id",
    };
    let own = (collected.at, by);
    if collected.told_by == ToldBy::RunId {
        newest_stated_time(entries)
            .filter(|(at, _)| *at > collected.at)
            .unwrap_or(own)
    } else {
        own
    }
}

/// The end of the newest log without years that ends within [`LATEST_START`] after `at`, the id of
/// a run; `at` itself where none does.
fn soon_after(entries: &[Entry], at: Timestamp) -> Timestamp {
    let latest = at.checked_add(LATEST_START).unwrap_or(at);
    let ends = entries
        .iter()
        .flat_map(|entry| entry.logs.values())
        .filter_map(|log| {
            let stamp = log
                .last
                .filter(|stamp| matches!(stamp, Stamp::Yearless { .. }))?;
            Clock::utc(latest).resolve(stamp)
        });
    ends.filter(|end| *end <= latest).fold(at, Timestamp::max)
}

/// The newest time in events and status. A container may have ended after the last event that the
/// bundle holds. Other objects do not count beside these: somebody may have added some of another
/// day.
fn newest_stated_time(entries: &[Entry]) -> Option<(Timestamp, &'static str)> {
    let (of_status, of_pods) = (newest_status_time(entries), newest_pod_time(entries));
    if of_status.is_some() && of_pods > of_status {
        of_pods.map(|at| (at, "the newest time in the status of pods"))
    } else {
        of_status.map(|at| (at, "the newest time in events and node conditions"))
    }
}

/// Newest time that events and the heartbeats of nodes carry: these go on as long as the cluster lives.
fn newest_status_time(entries: &[Entry]) -> Option<Timestamp> {
    let events = entries
        .iter()
        .flat_map(|entry| &entry.events)
        .filter_map(|event| event.last);
    let heartbeats = entries
        .iter()
        .flat_map(|entry| &entry.objects)
        .filter_map(|object| match &object.detail {
            Detail::Node(node) => node
                .conditions
                .iter()
                .map(|condition| condition.heartbeat.max(condition.since))
                .chain([node.lease_renewed])
                .flatten()
                .max(),
            _ => None,
        });
    let quiet = entries.iter().filter_map(|entry| entry.quiet_events.last);
    events.chain(heartbeats).chain(quiet).max()
}

/// The latest time that described objects show by the ages of their events: none of these is older
/// than its object. Of a pod only the kubelet's count, which come after its start; ages are cut to
/// their unit, so that the capture is later by less than that.
fn latest_by_age(entries: &[Entry]) -> Option<Timestamp> {
    let events = || {
        let all = entries.iter().flat_map(|entry| &entry.events);
        all.filter_map(|event| Some((event, event.ages?.0)))
    };
    events().next()?;
    let mut begins: BTreeMap<(&EntryPath, &ObjectKey), Timestamp> = BTreeMap::new();
    // An eviction is the end of its pod, which another text of it may state.
    let mut ends: BTreeMap<&ObjectKey, Timestamp> = BTreeMap::new();
    for object in entries.iter().flat_map(|entry| &entry.objects) {
        let (begin, end) = match &object.detail {
            Detail::Pod(pod) => (pod.started, pod.put_out_at()),
            _ => (object.meta.created, None),
        };
        begins.extend(begin.map(|begin| ((&object.path, object.key()), begin)));
        ends.extend(end.map(|end| (object.key(), end)));
    }
    let told =
        events().filter(|(event, _)| event.object.kind != "Pod" || event.component == "kubelet");
    told.filter_map(|(event, age)| {
        let begin = begins.get(&(&event.path, &event.object));
        let end = ends
            .get(&event.object)
            .filter(|_| event.reason == "Evicted");
        begin.max(end)?.checked_add(age.seconds()).ok()
    })
    .max()
}

/// Newest time that other objects carry.
fn newest_object_time(entries: &[Entry]) -> Option<Timestamp> {
    let objects =
        entries
            .iter()
            .flat_map(|entry| &entry.objects)
            .filter_map(|object| match &object.detail {
                Detail::Pod(pod) => newest_time_of_pod(pod),
                _ => object
                    .meta
                    .managed
                    .iter()
                    .map(|entry| entry.time)
                    .max()
                    .max(object.meta.created),
            });
    objects.max()
}

/// Newest time that the status of any pod states.
fn newest_pod_time(entries: &[Entry]) -> Option<Timestamp> {
    let objects = entries.iter().flat_map(|entry| &entry.objects);
    objects
        .filter_map(|object| match &object.detail {
            Detail::Pod(pod) => newest_time_of_pod(pod),
            _ => None,
        })
        .max()
}

/// Newest time that the status of a pod states.
fn newest_time_of_pod(pod: &Pod) -> Option<Timestamp> {
    let conditions = pod.conditions.iter().map(|condition| condition.since);
    let states = pod.containers.iter().flat_map(|container| {
        let times = |state: &ContainerState| match state {
            ContainerState::Running { since } => *since,
            ContainerState::Terminated(ended) => ended.started.max(ended.finished),
            ContainerState::Waiting(_) | ContainerState::Unknown => None,
        };
        [times(&container.state), times(&container.last_state)]
    });
    conditions
        .chain(states)
        .chain([pod.started])
        .flatten()
        .max()
}

/// Newest time of Periscope's connection probes.
fn newest_probe_time(entries: &[Entry]) -> Option<Timestamp> {
    let facts = entries.iter().flat_map(|entry| &entry.collector);
    facts
        .filter_map(|fact| {
            if let CollectorFact::Outbound(probe) = fact {
                probe.time
            } else {
                None
            }
        })
        .max()
}

/// Newest time that a log line states in full.
fn newest_log_time(entries: &[Entry]) -> Option<Timestamp> {
    let logs = entries.iter().flat_map(|entry| entry.logs.values());
    logs.filter_map(|log| log.latest_absolute).max()
}

/// Newest date and time that a log states without a zone, as if it were UTC.
fn newest_local_time(entries: &[Entry]) -> Option<Timestamp> {
    let logs = entries.iter().flat_map(|entry| entry.logs.values());
    let local = logs.filter_map(|log| match log.last? {
        Stamp::Local(at) => Offset::UTC.to_timestamp(at).ok(),
        _ => None,
    });
    local.max()
}

/// The end of the newest log whose messages tell the year that its stamps leave out.
fn newest_year_in_messages(entries: &[Entry]) -> Option<Timestamp> {
    let logs = entries.iter().flat_map(|entry| entry.logs.values());
    logs.filter_map(|log| {
        let (Stamp::Yearless { month, day, time }, year) = log.dated? else {
            return None;
        };
        let date = jiff::civil::Date::new(year, month, day).ok()?;
        date.to_datetime(time)
            .to_zoned(jiff::tz::TimeZone::UTC)
            .ok()
            .map(|zoned| zoned.timestamp())
    })
    .max()
}

/// Newest last line of any log, resolved with `clock`.
fn newest_resolved(entries: &[Entry], clock: Clock) -> Option<Timestamp> {
    let logs = entries.iter().flat_map(|entry| entry.logs.values());
    logs.flat_map(|log| {
        let clock = Clock {
            offset_seconds: log.rhythm.zone.unwrap_or(clock.offset_seconds),
            ..clock
        };
        // The newest line stands first where the log was written backwards.
        let ends = [log.last, log.first.filter(|_| log.rhythm.reversed())];
        ends.into_iter()
            .flatten()
            .filter(|stamp| {
                matches!(
                    stamp,
                    Stamp::Yearless { .. } | Stamp::Local(_) | Stamp::Absolute(_)
                )
            })
            .filter_map(move |stamp| clock.resolve(stamp))
    })
    .max()
}

/// When an entry was collected, where the collector says so.
pub(super) fn taken_at(layout: &Layout, path: &EntryPath) -> Option<Timestamp> {
    layout.roles.get(path)?.collected_at
}
