//! Whether something is still so at capture time, told from events and from logs.

use crate::diagnose::finding::State;
use crate::diagnose::scene::{Scene, base_name};
use crate::evidence::{Health, LogHit, LogSource};
use crate::examine::part::About;
use crate::kube::{Detail, Event, Object, ObjectKey};
use crate::locator::Snippet;
use jiff::{SignedDuration, Timestamp};
use std::fmt::Write as _;

/// Events seen within this time before the capture speak of the present.
const EVENT_PRESENT: SignedDuration = SignedDuration::from_mins(30);
/// What was seen this shortly before its object went may well go on with the next one.
const JUST_GONE: SignedDuration = SignedDuration::from_mins(10);
/// A log that is quiet about something for this long has moved on, however long it is.
const LOG_QUIET: SignedDuration = SignedDuration::from_mins(10);
/// No log is judged by a shorter silence than this.
const LOG_QUIET_LEAST: SignedDuration = SignedDuration::from_secs(20);
/// A pod that is healthy, and silent about a failure for this long, has recovered from it.
const HEALTHY_QUIET: SignedDuration = SignedDuration::from_mins(2);
/// A component complains for this long while it and its neighbours start.
const START_UP: SignedDuration = SignedDuration::from_mins(1);
/// A log that ends this long before the capture says nothing about the present.
const LOG_STALE: SignedDuration = SignedDuration::from_hours(1);
/// Lines that must follow the last hit in a log without times before it counts as ended.
const LINES_QUIET: u64 = 500;
/// Lines that are enough where the pod that wrote the log is healthy, if its hits stood closer.
const LINES_QUIET_HEALTHY: u64 = 5;

/// The state of what an event says: the health of its object decides where it is known, else how
/// long ago the event was last seen.
pub(super) fn of_event(scene: Scene<'_>, event: &Event) -> (State, String) {
    let evidence = scene.evidence;
    let recent = age(evidence.capture.at, event.last);
    match evidence
        .index
        .health(&event.object, evidence.would_hold(&event.object))
    {
        Health::Healthy
            if recent.is_none_or(|age| age > LOG_QUIET) || event.object.kind == "Node" =>
        {
            (
                State::Resolved,
                format!("{} is healthy at capture time", event.object),
            )
        }
        // A pod between two failures looks healthy for a while.
        Health::Healthy if event.count >= 10 => (
            State::Active,
            format!(
                "seen {} times, last {}, although {} is ready now",
                event.count,
                ago(recent),
                event.object
            ),
        ),
        // It was started again a moment ago, as it was before.
        Health::Healthy
            if event.reason == "BackOff" && recent.is_some_and(|age| age < HEALTHY_QUIET) =>
        {
            (
                State::Unknown,
                format!(
                    "last seen {}; {} is ready now, which need not last",
                    ago(recent),
                    event.object
                ),
            )
        }
        Health::Healthy => (
            State::Resolved,
            format!("{} is healthy at capture time", event.object),
        ),
        Health::Unhealthy if recent.is_some_and(|age| age > LOG_STALE) => (
            State::Unknown,
            format!(
                "last seen {}, and {} is not healthy at capture time",
                ago(recent),
                event.object
            ),
        ),
        Health::Unhealthy => (
            State::Active,
            format!("{} is not healthy at capture time", event.object),
        ),
        Health::Gone => gone(scene, &event.object, event.first.or(event.last), recent),
        Health::Unknown => by_age(recent),
    }
}

/// The state of an event, or of lines, about an object that does not exist any more.
fn gone(
    scene: Scene<'_>,
    object: &ObjectKey,
    seen: Option<Timestamp>,
    recent: Option<SignedDuration>,
) -> (State, String) {
    let index = &scene.evidence.index;
    let owner = (object.kind == "Pod")
        .then(|| index.owner_by_name(&object.namespace, &object.name))
        .flatten();
    let next = if owner.is_none() && object.kind == "Pod" {
        successor(scene, object, seen)
    } else {
        None
    };
    match owner.map(|owner| (owner.key(), index.health(owner.key(), true))) {
        Some((owner, Health::Unhealthy)) if recent.is_none_or(|age| age <= EVENT_PRESENT) => (
            State::Active,
            format!("the pod was replaced, and {owner} is not healthy at capture time"),
        ),
        Some((owner, Health::Healthy)) => (
            State::Resolved,
            format!("the pod was replaced, and {owner} is healthy at capture time"),
        ),
        Some((owner, _)) => (
            State::Resolved,
            format!(
                "last seen {}; the pod of {owner} has since been replaced",
                ago(recent)
            ),
        ),
        None if next.is_some() => match next {
            Some((name, false)) if recent.is_none_or(|age| age <= EVENT_PRESENT) => (
                State::Active,
                format!("the pod is gone, and its successor {name} is not healthy either"),
            ),
            Some((name, false)) => (
                State::Unknown,
                format!(
                    "last seen {}; the pod is gone, and its successor {name} is not healthy",
                    ago(recent)
                ),
            ),
            _ => (
                State::Resolved,
                "the pod is gone, and its successors are healthy at capture time".into(),
            ),
        },
        None if recent.is_some_and(|age| age <= JUST_GONE) && workloads_gone(scene, object) => (
            State::Unknown,
            format!(
                "last seen {}; the pod and its workload have since been deleted; that does not fix the cause",
                ago(recent)
            ),
        ),
        _ if recent.is_some_and(|age| age <= JUST_GONE) => (
            State::Unknown,
            format!(
                "last seen {}; {} has since been deleted, but the cause may remain",
                ago(recent),
                object
            ),
        ),
        _ => (
            State::Resolved,
            format!(
                "{} no longer exists at capture time (last seen {})",
                object,
                ago(recent)
            ),
        ),
    }
}

/// A pod that took the place of one that is gone, as its name tells, and whether it is healthy: one
/// that is not, if there is any. One that was there before the failure is a sister, whose health
/// tells nothing of it.
fn successor(
    scene: Scene<'_>,
    object: &ObjectKey,
    seen: Option<Timestamp>,
) -> Option<(String, bool)> {
    let name = base_name(&object.name);
    let prefix = name.strip_suffix('*')?;
    let index = &scene.evidence.index;
    index
        .named_like("Pod", &object.namespace, prefix)
        .filter(|pod| base_name(&pod.key().name) == name)
        .map(|pod| (pod, index.health(pod.key(), true) == Health::Healthy))
        .filter(|(pod, healthy)| !healthy || is_younger(pod, seen))
        .map(|(pod, healthy)| (pod.key().name.clone(), healthy))
        .min_by_key(|(name, healthy)| (*healthy, name.clone()))
}

/// Whether an object was created after a failure was first seen, and so not before the object that
/// failed.
fn is_younger(object: &Object, seen: Option<Timestamp>) -> bool {
    seen.zip(object.meta.created)
        .is_some_and(|(seen, created)| created >= seen)
}

/// Whether the bundle would show the workload of a pod that is gone, and shows none.
fn workloads_gone(scene: Scene<'_>, object: &ObjectKey) -> bool {
    object.kind == "Pod"
        && ["Deployment", "ReplicaSet"].iter().all(|kind| {
            scene
                .evidence
                .would_hold(&ObjectKey::new(kind, &object.namespace, "any"))
        })
}

/// The state of an event about something whose health nothing shows.
fn by_age(recent: Option<SignedDuration>) -> (State, String) {
    match recent {
        Some(age) if age <= EVENT_PRESENT => (State::Active, format!("last seen {}", ago(recent))),
        Some(_) => (
            State::Unknown,
            format!(
                "last seen {}; events do not show whether it ended",
                ago(recent)
            ),
        ),
        None => (State::Unknown, "the event has no timestamp".into()),
    }
}

/// The state of what lines of a log say, and whether the log can tell when it began.
/// `about` is the object that the lines are about, as far as they name one.
pub(super) fn of_log(
    scene: Scene<'_>,
    source: &LogSource,
    hit: &LogHit,
    about: &About,
) -> (State, String) {
    let (state, mut reason) = until_the_end(scene, source, hit, about);
    let evidence = scene.evidence;
    if let Some(key) = named(about).filter(|_| state != State::Resolved && hit.last.is_some())
        && evidence.index.health(&key, evidence.would_hold(&key)) == Health::Gone
    {
        let recent = age(evidence.capture.at, hit.last);
        let gone = gone(scene, &key, hit.first, recent);
        // That it is gone may end what its lines leave open, and begins nothing.
        if gone.0 > state {
            return gone;
        }
    }
    if let Some(begin) = begins_later(source, hit).filter(|_| state != State::Resolved) {
        let begin = begin.strftime("%Y-%m-%d %H:%M:%S UTC");
        let _ = write!(
            reason,
            "; it began before the evidence: the log starts at {begin}"
        );
    }
    (state, reason)
}

/// The object that a line names, where it is not a node.
pub(super) fn named(about: &About) -> Option<ObjectKey> {
    if let (Some(namespace), Some(pod)) = (&about.namespace, &about.pod) {
        return Some(ObjectKey::new("Pod", namespace, pod));
    }
    let object = about.object.as_ref()?;
    Some(ObjectKey::new(
        &object.kind,
        &object.namespace,
        &object.name,
    ))
}

/// Whether a log says something only while its component started, and for a short time: such
/// complaints are part of many good starts. A log that begins in the midst of them, as one does
/// that was rotated, does not tell that they were few.
pub(super) fn only_at_start(source: &LogSource, hit: &LogHit) -> bool {
    let (Some(first), Some(last), Some(begin)) = (hit.first, hit.last, source.first) else {
        return false;
    };
    last.duration_since(begin) <= START_UP
        && last.duration_since(first) <= START_UP
        && goes_on_after(source, hit)
        && begins_later(source, hit).is_none()
}

/// Where a log starts, if its lines are at it from the first on: then it tells no onset.
fn begins_later(source: &LogSource, hit: &LogHit) -> Option<Timestamp> {
    let (begin, first, last) = (source.first?, hit.first?, hit.last?);
    let pauses = i32::try_from(hit.count.min(1 << 20)).unwrap_or(1).max(1);
    let pause = last.duration_since(first) / pauses;
    let at_once = first.duration_since(begin) <= pause * 2;
    // A boot in the log, or a start of a component, is an onset that it does tell.
    let started = source.boots.iter().any(|boot| *boot <= first);
    (hit.count >= 5 && at_once && !started && pause > SignedDuration::ZERO).then_some(begin)
}

/// The state of what lines of a log say: whether they go on until the log ends.
fn until_the_end(
    scene: Scene<'_>,
    source: &LogSource,
    hit: &LogHit,
    about: &About,
) -> (State, String) {
    let (Some(first), Some(last), Some(end)) = (hit.first, hit.last, source.last) else {
        return of_log_without_times(scene, source, hit, about);
    };
    let quiet = end.duration_since(last);
    let span = source
        .first
        .map_or(SignedDuration::ZERO, |begin| end.duration_since(begin));
    let pause = if hit.count > 1 {
        last.duration_since(first) / i32::try_from(hit.count.min(1 << 20)).unwrap_or(1)
    } else {
        SignedDuration::ZERO
    };
    let patience = (span / 4).clamp(LOG_QUIET_LEAST, LOG_QUIET).max(pause * 4);
    if quiet > patience {
        return (
            State::Resolved,
            format!("the log continues for {} without it", words(quiet)),
        );
    }
    let since = age(scene.evidence.capture.at, Some(last)).unwrap_or_default();
    match writer(scene, source, hit, about) {
        Some(Writer::Ended) => return (State::Resolved, "the pod that wrote it has ended".into()),
        Some(Writer::Healthy(what)) if since > HEALTHY_QUIET.max(pause * 4).min(LOG_QUIET / 2) => {
            return (
                State::Resolved,
                format!(
                    "last seen {} before the capture, and the {what} is healthy",
                    words(since)
                ),
            );
        }
        _ => {}
    }
    let started = source
        .first
        .is_some_and(|begin| last.duration_since(begin) <= START_UP);
    if started && since > LOG_QUIET_LEAST.max(pause * 4) && goes_on_after(source, hit) {
        return (
            State::Resolved,
            format!(
                "seen only within the first {} of the log, during startup",
                words(START_UP)
            ),
        );
    }
    let stale = age(scene.evidence.capture.at, Some(end)).unwrap_or_default();
    if stale > LOG_STALE || (stale > patience && hit.count > 1) {
        return (
            State::Unknown,
            format!("the log ends {} before the capture", words(stale)),
        );
    }
    if hit.count == 1 {
        return (
            State::Unknown,
            format!("seen once, {} before the log ends", words(quiet)),
        );
    }
    (
        State::Active,
        format!("last seen {} before the log ends", words(quiet)),
    )
}

/// How the pod or node that wrote a log is at capture time.
enum Writer {
    /// Healthy; "pod", "node" or "object".
    Healthy(&'static str),
    /// A pod that is over.
    Ended,
}

/// How the writer of a log is, where its object says something that settles the state.
fn writer(scene: Scene<'_>, source: &LogSource, hit: &LogHit, about: &About) -> Option<Writer> {
    let index = &scene.evidence.index;
    if let Some(key) = named(about) {
        let health = index.health(&key, false);
        let what = if key.kind == "Pod" { "pod" } else { "object" };
        return (health == Health::Healthy).then_some(Writer::Healthy(what));
    }
    if let Some(pod) = &source.role.pod {
        let key = ObjectKey::new(
            "Pod",
            source.role.namespace.as_deref().unwrap_or_default(),
            pod,
        );
        let ended = matches!(index.get(&key).map(|object| &object.detail), Some(Detail::Pod(pod)) if matches!(pod.phase.as_str(), "Succeeded" | "Failed"));
        return if ended {
            Some(Writer::Ended)
        } else {
            (index.health(&key, false) == Health::Healthy).then_some(Writer::Healthy("pod"))
        };
    }
    let node = hit.host.as_ref().or(source.role.node.as_ref())?;
    (index.health(&ObjectKey::new("Node", "", node), false) == Health::Healthy)
        .then_some(Writer::Healthy("node"))
}

/// Whether the log has lines after the last hit.
fn goes_on_after(source: &LogSource, hit: &LogHit) -> bool {
    if source.reversed {
        let first = hit.samples.first();
        return first.is_some_and(|(_, snippet, _)| snippet.line > 1);
    }
    hit.samples
        .last()
        .is_some_and(|(_, snippet, _)| source.last_line > snippet.line)
}

/// The state of lines without times: whether many lines follow, or as many as a healthy pod needs
/// to show that it does something else by now.
fn of_log_without_times(
    scene: Scene<'_>,
    source: &LogSource,
    hit: &LogHit,
    about: &About,
) -> (State, String) {
    let line = |sample: Option<&(_, Snippet, _)>| sample.map_or(0, |(_, snippet, _)| snippet.line);
    let last_line = line(hit.samples.last());
    let after = source.last_line.saturating_sub(last_line);
    if after >= LINES_QUIET && after > source.lines / 4 {
        return (State::Resolved, format!("{after} lines without it follow"));
    }
    let pauses = hit.count.saturating_sub(1).max(1);
    let pause = last_line.saturating_sub(line(hit.samples.first())) / pauses;
    if after >= LINES_QUIET_HEALTHY.max(pause * 4)
        && let Some(Writer::Healthy(what)) = writer(scene, source, hit, about)
    {
        let reason = format!("{after} lines without it follow, and the {what} is healthy");
        return (State::Resolved, reason);
    }
    (
        State::Unknown,
        "the log has no timestamps, so whether it ended is unknown".into(),
    )
}

/// Time between an instant and the capture; negative differences (skewed clocks) are none.
fn age(capture: Option<Timestamp>, at: Option<Timestamp>) -> Option<SignedDuration> {
    Some(capture?.duration_since(at?).max(SignedDuration::ZERO))
}

/// "4 min before the capture".
fn ago(age: Option<SignedDuration>) -> String {
    age.map_or_else(
        || "at an unknown time".into(),
        |age| format!("{} before the capture", words(age)),
    )
}

/// A duration in its two largest units: "2 h 5 min".
pub(super) fn words(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().max(0);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_in_their_two_largest_units() {
        for (seconds, said) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3_661, "1 h 1 min"),
            (7_200, "2 h"),
            (90_000, "1 d 1 h"),
            (-5, "0 s"),
        ] {
            assert_eq!(words(SignedDuration::from_secs(seconds)), said);
        }
    }
}
