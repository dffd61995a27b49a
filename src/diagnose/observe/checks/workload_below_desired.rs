//! Workloads with fewer ready pods than they should have: what the failures of pods add up to.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::observe::members::{
    has_ended, is_ready, is_starting, just_now, rolls_out, unready_since,
};
use crate::diagnose::scene::Scene;
use crate::kube::{Condition, Detail, Object, Pod, Workload};
use crate::severity::Severity;
use std::fmt::Write as _;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "workload-below-desired",
    needs: &[
        Need::Objects("Deployment"),
        Need::Objects("StatefulSet"),
        Need::Objects("DaemonSet"),
        Need::Objects("ReplicaSet"),
    ],
    run,
};

/// Kinds that keep a number of pods running.
const KINDS: [&str; 4] = ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"];

/// Compares the counts that each workload states.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let index = &scene.evidence.index;
    let mut clues = Vec::new();
    for kind in KINDS {
        for object in index.of_kind(kind) {
            let Detail::Workload(workload) = &object.detail else {
                continue;
            };
            let Some((missing, desired)) = missing(object, workload) else {
                continue;
            };
            let unready: Vec<_> = index
                .pods_under(object.key())
                .filter(|(object, pod)| !has_ended(pod) && !is_ready(object))
                .collect();
            if let Some(mut clue) = below(scene, object, workload, desired, &unready) {
                clue.count = missing;
                clues.extend(unready.iter().map(|(pod, _)| Clue {
                    count: 0,
                    subject: clue.subject.clone(),
                    ..Clue::status(CHECK.id, scene, pod)
                }));
                clues.push(clue);
            }
        }
    }
    clues
}

/// How many pods a workload lacks, and of how many; `None` where it lacks none, its owner tells the
/// same, or it is to go.
fn missing(object: &Object, workload: &Workload) -> Option<(u64, i64)> {
    let desired = workload.desired.filter(|_| workload.observed)?;
    let missing = u64::try_from(desired.saturating_sub(workload.ready)).ok()?;
    let owned = object.key().kind == "ReplicaSet" && !object.meta.owners.is_empty();
    (missing > 0 && !owned && object.meta.deleted.is_none()).then_some((missing, desired))
}

/// The clue of one workload that has too few pods, if it has had time to start them.
fn below(
    scene: Scene<'_>,
    object: &Object,
    workload: &Workload,
    desired: i64,
    unready: &[(&Object, &Pod)],
) -> Option<Clue> {
    let given_up = given_up(workload);
    if given_up.is_none() && is_young(scene, object, workload, unready) {
        return None;
    }
    let unavailable = workload
        .conditions
        .iter()
        .find(|condition| condition.kind == "Available" && condition.status == "False");
    let since = unavailable
        .or(given_up)
        .and_then(|condition| condition.since)
        .or_else(|| {
            let since = unready
                .iter()
                .filter_map(|(own, pod)| unready_since(own, pod));
            since.min()
        });
    let mut detail = format!("{} of {desired} pods ready", workload.ready);
    if let Some(condition) = given_up {
        let _ = write!(detail, ", {}: {}", condition.reason, condition.message);
    }
    let mut clue = Clue::status(CHECK.id, scene, object)
        .citing(object, counts(&object.key().kind), since)
        .seen(since, scene.evidence.capture.at)
        .detailed(detail);
    if let Some(condition) = given_up {
        clue = clue.citing(
            object,
            &format!("{}.message", condition.path()),
            condition.since,
        );
    }
    let mut clue = clue.naming_subject();
    clue.severity = (workload.ready == 0).then_some(Severity::High);
    Some(clue)
}

/// The field that states how many pods are ready; the deepest part of it that exists is cited,
/// because a count of zero is left out.
fn counts(kind: &str) -> &'static str {
    if kind == "DaemonSet" {
        "status.numberReady"
    } else {
        "status.readyReplicas"
    }
}

/// The condition with which a deployment says that it does not get on.
fn given_up(workload: &Workload) -> Option<&Condition> {
    let find = |kind: &str, status: &str| {
        workload
            .conditions
            .iter()
            .find(|condition| condition.kind == kind && condition.status == status)
    };
    find("ReplicaFailure", "True").or_else(|| find("Progressing", "False"))
}

/// Whether the pods that are missing have not had time to start: the workload is new, its rollout
/// made progress just now, or each of them became unready just now.
fn is_young(
    scene: Scene<'_>,
    object: &Object,
    workload: &Workload,
    unready: &[(&Object, &Pod)],
) -> bool {
    let progressed = workload
        .conditions
        .iter()
        .find(|condition| {
            condition.kind == "Progressing"
                && condition.status == "True"
                && condition.reason != "NewReplicaSetAvailable"
        })
        .and_then(|condition| {
            let stated = condition.heartbeat.or(condition.since);
            // A described one states no time, and its pods do.
            let pods = scene.evidence.index.pods_under(object.key());
            stated.or_else(|| pods.filter_map(|(_, pod)| pod.started).max())
        });
    just_now(scene, object.meta.created)
        || rolls_out(scene, progressed)
        || (!unready.is_empty()
            && unready
                .iter()
                .all(|(own, pod)| is_starting(scene, own, pod)))
}
