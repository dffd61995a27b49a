//! Whether a pod of a workload is ready, and whether it has had time to become so.

use crate::diagnose::scene::Scene;
use crate::evidence::Health;
use crate::kube::{Container, ContainerState, Object, Pod};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// What happened less than this before the capture may be a start that goes well. Collectors take
/// minutes between the first object and the last log, whose end counts as the capture.
const JUST_NOW: SignedDuration = SignedDuration::from_mins(5);
/// A container that was restarted so often does not just start.
const KEEPS_FAILING: u64 = 3;
/// A rollout may be without progress for this long before Kubernetes itself calls it failed
/// (`progressDeadlineSeconds`, unless the deployment says otherwise).
const ROLLOUT: SignedDuration = SignedDuration::from_mins(10);

/// Whether a pod has ended, well or badly: it is replaced, and counts for nothing any more.
pub(super) fn has_ended(pod: &Pod) -> bool {
    matches!(pod.phase.as_str(), "Succeeded" | "Failed")
}

/// Whether a pod runs with all containers ready.
pub(super) fn is_ready(object: &Object) -> bool {
    Health::of(object) == Health::Healthy
}

/// Whether something that happened at a time is too young to be called a failure.
pub(super) fn just_now(scene: Scene<'_>, time: Option<Timestamp>) -> bool {
    younger(scene, time, JUST_NOW)
}

/// Whether a rollout that last made progress at a time may still go well.
pub(super) fn rolls_out(scene: Scene<'_>, progressed: Option<Timestamp>) -> bool {
    younger(scene, progressed, ROLLOUT)
}

/// Whether a time lies less than `limit` before the capture.
fn younger(scene: Scene<'_>, time: Option<Timestamp>, limit: SignedDuration) -> bool {
    scene
        .evidence
        .capture
        .at
        .zip(time)
        .is_some_and(|(at, time)| at.duration_since(time) < limit)
}

/// Since when a pod is not ready, as its condition says; its creation where none does.
pub(super) fn unready_since(object: &Object, pod: &Pod) -> Option<Timestamp> {
    pod.conditions
        .iter()
        .find(|condition| condition.kind == "Ready" && condition.status != "True")
        .and_then(|condition| condition.since)
        .or(object.meta.created)
}

/// Whether a pod that is not ready became so just now, and nothing says that it keeps failing.
pub(super) fn is_starting(scene: Scene<'_>, object: &Object, pod: &Pod) -> bool {
    let failing = |container: &Container| {
        let refused = matches!(
            &container.state,
            ContainerState::Waiting(waiting)
                if !matches!(waiting.reason.as_str(), "" | "ContainerCreating" | "PodInitializing")
        );
        refused || container.restarts >= KEEPS_FAILING
    };
    just_now(scene, unready_since(object, pod)) && !pod.containers.iter().any(failing)
}

/// Labels that tell revisions and runs apart, not what a pod does.
const OF_ONE_RUN: [&str; 7] = [
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name",
    "controller-revision-hash",
    "controller-uid",
    "job-name",
    "pod-template-generation",
    "pod-template-hash",
];

/// A younger pod of the same kind that succeeded or runs well, so that what a failed one did not
/// do is done: of the same owner, or with the same labels or name on the same node.
pub(super) fn done_by_another(scene: Scene<'_>, object: &Object, pod: &Pod) -> Option<String> {
    let index = &scene.evidence.index;
    let (key, created) = (object.key(), object.meta.created?);
    let owner = index.root_owner(key);
    let same_kind = |other: &Object, other_pod: &Pod| {
        if owner.kind != "Pod" && owner.kind != "DaemonSet" {
            return index.root_owner(other.key()) == owner;
        }
        let node = pod.node.as_deref().filter(|node| !node.is_empty());
        node.is_some_and(|node| {
            other_pod.node.as_deref() == Some(node)
                && (stem(&other.key().name, node) == stem(&key.name, node)
                    || (!lasting(object).is_empty() && lasting(other) == lasting(object)))
        })
    };
    let mut later: Vec<_> = index
        .pods_of(&key.namespace)
        .filter(|(other, _)| other.meta.created.is_some_and(|at| at > created))
        .filter(|(other, other_pod)| is_ready(other) && same_kind(other, other_pod))
        .map(|(other, _)| (other.meta.created, other.key().name.as_str()))
        .collect();
    later.sort_unstable();
    later.first().map(|(_, name)| (*name).to_owned())
}

/// What is the same in the names of pods that do the same on one node, one after the other:
/// `installer-6-retry-1-node-a` and `installer-7-node-a` are `installer`.
fn stem<'a>(name: &'a str, node: &str) -> &'a str {
    let own = name.strip_suffix(node).unwrap_or(name);
    let mut end = 0;
    for part in own.split('-') {
        let number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if number && end > 0 {
            return own.get(..end - 1).unwrap_or(own);
        }
        end += part.len() + 1;
    }
    own.trim_end_matches('-')
}

/// The labels of a pod that say what it does.
fn lasting(object: &Object) -> BTreeMap<&str, &str> {
    let labels = object.meta.labels.iter();
    labels
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| !OF_ONE_RUN.contains(name))
        .collect()
}

/// `1 pod`, `3 pods`.
pub(in crate::diagnose) fn counted(count: usize, word: &str) -> String {
    if count == 1 {
        format!("1 {word}")
    } else {
        format!("{count} {word}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pods_of_one_installer_share_a_stem() {
        for (name, expected) in [
            ("installer-6-node-1", "installer"),
            ("installer-6-retry-1-node-1", "installer"),
            ("revision-pruner-7-node-1", "revision-pruner"),
            ("etcd-node-1", "etcd"),
            ("7-node-1", "7"),
            ("web", "web"),
        ] {
            assert_eq!(stem(name, "node-1"), expected, "{name}");
        }
    }
}
