//! Whether a pod of a workload is ready, and whether it has had time to become so.

use super::clue::Scene;
use crate::evidence::Health;
use crate::kube::{Container, ContainerState, Object, Pod};
use jiff::{SignedDuration, Timestamp};

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

/// `1 pod`, `3 pods`.
pub(super) fn counted(count: usize, word: &str) -> String {
    if count == 1 {
        format!("1 {word}")
    } else {
        format!("{count} {word}s")
    }
}
