//! Pods that the kubelet evicted.

use super::{Check, Need};
use crate::diagnose::finding::State;
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::evidence::Health;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "pod-evicted",
    needs: &[Need::Objects("Pod")],
    run,
};

/// Evicted pods stay as failed objects; whether it still hurts, their owner's health says.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let index = &scene.evidence.index;
    let mut clues = Vec::new();
    for (object, pod) in index
        .pods()
        .filter(|(_, pod)| pod.phase == "Failed" && pod.reason.as_deref() == Some("Evicted"))
    {
        let owner = index.root_owner(object.key());
        let told = scene
            .evidence
            .events
            .iter()
            .filter(|event| event.object == *object.key() && event.reason == "Evicted")
            .filter_map(|event| event.last)
            .max();
        let at = pod.put_out_at().or(told).or(pod.started);
        let clue = Clue::status(CHECK.id, scene, object)
            .citing(object, "status.reason", at)
            .seen(at, at)
            .detailed(pod.message.clone().unwrap_or_default());
        clues.push(match index.health(&owner, false) {
            Health::Healthy => clue.in_state(
                State::Resolved,
                format!("{owner} is healthy at capture time"),
            ),
            Health::Unhealthy => clue.in_state(
                State::Active,
                format!("{owner} is not healthy at capture time"),
            ),
            Health::Gone | Health::Unknown => clue.in_state(
                State::Unknown,
                "the bundle does not show whether it was replaced",
            ),
        });
    }
    clues
}
