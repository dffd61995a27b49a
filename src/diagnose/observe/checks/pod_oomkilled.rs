//! Containers that the kernel killed because they ran out of memory.

use super::{Check, Need};
use crate::diagnose::finding::State;
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::{Container, ContainerState, Object, Terminated};
use jiff::SignedDuration;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "pod-oomkilled",
    needs: &[Need::Objects("Pod")],
    run,
};

/// A container that was not killed again for this long has recovered.
const RECOVERED: SignedDuration = SignedDuration::from_hours(6);

/// Looks at the present and the last end of every container.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut clues = Vec::new();
    for (object, pod) in scene.evidence.index.pods() {
        for container in &pod.containers {
            for (state, field) in [
                (&container.state, "state"),
                (&container.last_state, "lastState"),
            ] {
                if let ContainerState::Terminated(ended) = state
                    && ended.reason == "OOMKilled"
                {
                    clues.push(clue(scene, object, container, ended, field));
                }
            }
        }
    }
    clues
}

/// The clue of one killed container.
fn clue(
    scene: Scene<'_>,
    object: &Object,
    container: &Container,
    ended: &Terminated,
    field: &str,
) -> Clue {
    let path = container.status_path().unwrap_or_default();
    let mut clue = Clue::status(CHECK.id, scene, object)
        .citing(
            object,
            &format!("{path}.{field}.terminated.reason"),
            ended.finished,
        )
        .seen(ended.finished, ended.finished);
    clue.count = container.restarts.max(1);
    clue.values
        .insert("container".into(), container.name.clone());
    let limit = container.limits.get("memory").map_or_else(
        || "no memory limit".to_owned(),
        |bytes| format!("memory limit {} MiB", bytes / (1 << 20)),
    );
    let running = matches!(container.state, ContainerState::Running { .. }) && container.ready;
    let since = scene
        .evidence
        .capture
        .at
        .zip(ended.finished)
        .map(|(at, finished)| at.duration_since(finished));
    clue = match (running, since) {
        (true, Some(since)) if since > RECOVERED => clue.in_state(State::Resolved, "it has run without another kill for more than six hours"),
        (true, _) => clue.in_state(State::Unknown, "it is running again at capture time; the evidence does not show whether it will be killed again"),
        (false, _) => clue.in_state(State::Active, "it is not running at capture time"),
    };
    clue.detailed(format!(
        "container {}, {limit}, {}",
        container.name,
        super::waiting::counted_restarts(container.restarts)
    ))
}
