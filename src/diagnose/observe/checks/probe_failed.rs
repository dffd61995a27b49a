//! Containers that run and are not ready: a probe keeps them out of service.
//!
//! The kubelet's `Unhealthy` events are matched by the rule file; this adds what the status says.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::{ContainerKind, ContainerState};
use jiff::SignedDuration;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "probe-failed",
    needs: &[Need::Objects("Pod"), Need::Objects("Event")],
    run,
};

/// A container may take this long to become ready.
const START_UP: SignedDuration = SignedDuration::from_mins(5);

/// Looks for containers that have run for longer than a start takes.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut clues = Vec::new();
    for (object, pod) in scene
        .evidence
        .index
        .pods()
        .filter(|(object, pod)| pod.phase == "Running" && object.meta.deleted.is_none())
    {
        for container in pod
            .containers
            .iter()
            .filter(|container| container.kind == ContainerKind::Main && !container.ready)
        {
            let ContainerState::Running { since: Some(since) } = container.state else {
                continue;
            };
            let Some(running) = scene
                .evidence
                .capture
                .at
                .map(|at| at.duration_since(since))
                .filter(|running| *running > START_UP)
            else {
                continue;
            };
            let path = container.status_path().unwrap_or_default();
            let mut clue = Clue::status(CHECK.id, scene, object)
                .citing(object, &format!("{path}.ready"), Some(since))
                .seen(pod.not_ready_since(), scene.evidence.capture.at);
            clue.values
                .insert("container".into(), container.name.clone());
            clues.push(clue.detailed(format!(
                "container {} has run for {} and is not ready",
                container.name,
                crate::diagnose::observe::state::words(running)
            )));
        }
    }
    clues
}
