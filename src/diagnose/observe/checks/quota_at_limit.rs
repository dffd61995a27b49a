//! Quotas that are used up, and whether anything was refused for it.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::{Detail, Object, Quota};
use crate::severity::Severity;
use jiff::SignedDuration;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "quota-at-limit",
    needs: &[Need::Objects("ResourceQuota")],
    run,
};

/// Controllers try again within a quarter of an hour; older refusals speak of the past.
const RECENT: SignedDuration = SignedDuration::from_hours(1);

/// Looks at every quota.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut clues = Vec::new();
    for object in scene.evidence.index.of_kind("ResourceQuota") {
        let Detail::Quota(quota) = &object.detail else {
            continue;
        };
        if let Some(clue) = used_up(scene, object, quota) {
            let subject = clue.subject.clone();
            let refused = refused(scene, object, &subject);
            let mut clue = clue;
            if refused.is_empty() {
                clue.severity = Some(Severity::Info);
            }
            clues.push(clue);
            clues.extend(refused);
        }
    }
    clues
}

/// The clue of a quota of which something is used up.
fn used_up(scene: Scene<'_>, object: &Object, quota: &Quota) -> Option<Clue> {
    let full: Vec<_> = quota.rows.iter().filter(|row| row.is_used_up).collect();
    let first = full.first()?;
    let said: Vec<String> = full
        .iter()
        .map(|row| format!("{} is at {} of {}", row.resource, row.used, row.hard))
        .collect();
    let clue = Clue::status(CHECK.id, scene, object)
        .citing(
            object,
            &format!("status.used[\"{}\"]", first.resource),
            None,
        )
        .seen(None, scene.evidence.capture.at)
        .detailed(said.join(", "));
    Some(clue)
}

/// Clues for what the quota refused lately: events, and deployments whose condition says so.
fn refused(
    scene: Scene<'_>,
    object: &Object,
    subject: &crate::diagnose::finding::Subject,
) -> Vec<Clue> {
    let evidence = scene.evidence;
    let key = object.key();
    let says_so = |message: &str| {
        message
            .split_once("exceeded quota: ")
            .is_some_and(|(_, rest)| rest.split([',', ' ']).next() == Some(key.name.as_str()))
    };
    let recent = |at: Option<jiff::Timestamp>| {
        let age = evidence.capture.at.zip(at);
        age.is_none_or(|(now, at)| now.duration_since(at) < RECENT)
    };
    let of_quota = |clue: Clue| Clue {
        subject: subject.clone(),
        count: 0,
        ..clue
    };
    let mut clues = Vec::new();
    for event in &evidence.events {
        if event.object.namespace == key.namespace && says_so(&event.message) && recent(event.last)
        {
            let mut clue = Clue::status(CHECK.id, scene, object);
            clue.affected = scene.owner_subject(&event.object);
            let clue = clue.with_citation(&event.path, event.snippet.clone(), event.last);
            clues.push(of_quota(clue).seen(event.first, event.last));
        }
    }
    for other in evidence.index.of_kind("Deployment") {
        let Detail::Workload(workload) = &other.detail else {
            continue;
        };
        let failing = workload.conditions.iter().find(|condition| {
            condition.kind == "ReplicaFailure"
                && condition.status == "True"
                && says_so(&condition.message)
        });
        if let Some(condition) = failing.filter(|_| other.key().namespace == key.namespace) {
            let field = format!("{}.message", condition.path());
            let clue = Clue::status(CHECK.id, scene, other).citing(other, &field, condition.since);
            clues.push(of_quota(clue));
        }
    }
    clues
}
