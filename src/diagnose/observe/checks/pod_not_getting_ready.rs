//! Pods that do not get on although nothing says why: being created, waiting for an init container,
//! or for a readiness gate, for longer than a start takes.
//!
//! What another check or rule tells of a pod is left to it: pods that no node takes, that crash,
//! whose image or configuration is missing, that were put out, that are being deleted; and those that
//! Warning events are about, which are told or listed themselves.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::{ContainerState, Object, ObjectKey, Pod};
use crate::rules::Kind;
use crate::severity::Severity;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "pod-not-getting-ready",
    needs: &[Need::Objects("Pod")],
    run,
};

/// What a start may take: images of gigabytes, volumes that are attached, a slow application.
const START: SignedDuration = SignedDuration::from_mins(15);

/// Reasons for which a container waits that say nothing of a failure.
const IN_PROGRESS: [&str; 3] = ["", "ContainerCreating", "PodInitializing"];

/// Looks at every pod that should be ready by now.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let Some(now) = scene.evidence.capture.at else {
        return vec![];
    };
    let told: BTreeSet<&ObjectKey> = scene
        .evidence
        .events
        .iter()
        .filter(|event| event.warning || event.speaks_of_failure())
        .map(|event| &event.object)
        .collect();
    let pods = scene.evidence.index.pods();
    pods.filter(|(object, _)| !told.contains(object.key()))
        .filter_map(|(object, pod)| clue(scene, object, pod, now))
        .collect()
}

/// Whether a matcher belongs to a rule that is about a failure.
fn is_of_failure(scene: Scene<'_>, matcher: crate::rules::MatcherId) -> bool {
    let rule = scene.rules.rule_of(matcher);
    rule.is_some_and(|rule| rule.kind != Kind::Noise)
}

/// The clue of a pod; `None` where it gets on, or something else says why it does not.
fn clue(scene: Scene<'_>, object: &Object, pod: &Pod, now: Timestamp) -> Option<Clue> {
    let deleted = object.meta.deleted.is_some() || object.meta.deletion_age.is_some();
    let hit = object
        .hits
        .iter()
        .any(|hit| is_of_failure(scene, hit.matcher));
    if deleted || hit || !matches!(pod.phase.as_str(), "Pending" | "Running") {
        return None;
    }
    // No node takes it, or none has yet.
    let condition = |kind: &str| pod.conditions.iter().find(|one| one.kind == kind);
    if pod.node.is_none() || condition("PodScheduled").is_some_and(|one| one.status == "False") {
        return None;
    }
    let ready = condition("Ready");
    let is_ready = match ready {
        Some(ready) => ready.status == "True",
        None => pod.is_unremarkable(),
    };
    let silent = pod.containers.iter().all(|container| {
        let waits = match &container.state {
            ContainerState::Waiting(waiting) => IN_PROGRESS.contains(&&*waiting.reason),
            ContainerState::Terminated(ended) => ended.exit_code == 0,
            ContainerState::Running { .. } | ContainerState::Unknown => true,
        };
        waits && container.restarts == 0
    });
    if is_ready || !silent || pod.containers.is_empty() {
        return None;
    }
    let since = ready.and_then(|ready| ready.since).or(pod.started);
    let since = since.or(object.meta.created)?;
    let lasts = now.duration_since(since);
    if lasts < START {
        return None;
    }
    let gates: Vec<&str> = pod
        .conditions
        .iter()
        .filter(|one| one.status == "False" && one.kind.contains('/'))
        .map(|one| one.kind.as_str())
        .collect();
    let what = match (gates.as_slice(), pod.phase.as_str()) {
        ([], "Pending") => "its containers have not been created".to_owned(),
        // Containers that run and are not ready: that is a probe, which a check of its own reads.
        ([], _) => return None,
        (gates, _) => format!("its readiness gate {} is False", gates.join(", ")),
    };
    let clue = Clue::status(CHECK.id, scene, object)
        .citing(object, "status.phase", Some(since))
        .seen(Some(since), Some(now))
        .detailed(format!("{what}, for {} minutes", lasts.as_mins()));
    Some(Clue {
        severity: Some(if pod.phase == "Pending" {
            Severity::Medium
        } else {
            Severity::Low
        }),
        ..clue
    })
}
