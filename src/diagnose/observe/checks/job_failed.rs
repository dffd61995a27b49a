//! Jobs that have failed for good, where no later run of the same cron job did the work.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::{Condition, Detail, Object, ObjectKey, Workload};
use crate::severity::Severity;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "job-failed",
    needs: &[Need::Objects("Job")],
    run,
};

/// A job that failed longer ago than this was seen by whoever cared.
const LONG_AGO: SignedDuration = SignedDuration::from_hours(24);

/// Reasons of the events with which a job ends badly.
const GAVE_UP: [&str; 5] = [
    "BackoffLimitExceeded",
    "DeadlineExceeded",
    "FailedIndexes",
    "MaxFailedIndexesExceeded",
    "PodFailurePolicy",
];

/// Looks at the conditions of jobs.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let successes = successes(scene);
    let mut clues = Vec::new();
    for (object, job) in jobs(scene) {
        let Some(failed) = condition(job, "Failed") else {
            continue;
        };
        let since = failed.since.or_else(|| told(scene, object));
        let later = successes
            .get(&scene.evidence.index.root_owner(object.key()))
            .is_some_and(|success| since.is_none_or(|failed| *success > failed));
        if later {
            continue;
        }
        let detail = match (failed.reason.as_str(), failed.message.as_str()) {
            ("", message) => message.to_owned(),
            (reason, "") => reason.to_owned(),
            (reason, message) => format!("{reason}: {message}"),
        };
        let age = scene
            .evidence
            .capture
            .at
            .zip(since)
            .map(|(at, since)| at.duration_since(since));
        let mut clue = Clue::status(CHECK.id, scene, object)
            .citing(object, &format!("{}.reason", failed.path()), since)
            .seen(since, since)
            .detailed(detail);
        clue.severity = age
            .is_some_and(|age| age > LONG_AGO)
            .then_some(Severity::Low);
        clues.push(clue);
    }
    clues
}

/// When an event says that a job gave up; the text of a described one states no time.
fn told(scene: Scene<'_>, object: &Object) -> Option<Timestamp> {
    let events = scene.evidence.events.iter();
    events
        .filter(|event| event.object == *object.key() && GAVE_UP.contains(&event.reason.as_str()))
        .filter_map(|event| event.last)
        .max()
}

/// All jobs.
fn jobs(scene: Scene<'_>) -> impl Iterator<Item = (&Object, &Workload)> {
    let jobs = scene.evidence.index.of_kind("Job");
    jobs.filter_map(|object| match &object.detail {
        Detail::Workload(job) => Some((object, job)),
        _ => None,
    })
}

/// A condition that is true.
fn condition<'a>(job: &'a Workload, kind: &str) -> Option<&'a Condition> {
    job.conditions
        .iter()
        .find(|condition| condition.kind == kind && condition.status == "True")
}

/// When each cron job last did its work, as it says itself or as its jobs do.
fn successes(scene: Scene<'_>) -> BTreeMap<ObjectKey, Timestamp> {
    let mut last: BTreeMap<ObjectKey, Timestamp> = BTreeMap::new();
    let index = &scene.evidence.index;
    let own = index
        .of_kind("CronJob")
        .filter_map(|object| match &object.detail {
            Detail::Workload(cron) => Some((object.key().clone(), cron.succeeded_at?)),
            _ => None,
        });
    let runs = jobs(scene).filter_map(|(object, job)| {
        let done = condition(job, "Complete")?;
        Some((
            index.root_owner(object.key()),
            job.succeeded_at.or(done.since)?,
        ))
    });
    for (owner, time) in own.chain(runs) {
        let known = last.entry(owner).or_insert(time);
        *known = (*known).max(time);
    }
    last
}
