//! Pods that no node takes, with the scheduler's reasons.

use super::{Check, Need};
use crate::diagnose::clue::{Clue, Scene};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "pod-unschedulable",
    needs: &[Need::Objects("Pod")],
    run,
};

/// Looks at the condition that the scheduler writes.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut clues = Vec::new();
    for (object, pod) in scene.evidence.index.pods() {
        let refused = pod.conditions.iter().find(|condition| {
            condition.kind == "PodScheduled"
                && condition.status == "False"
                && condition.reason != "SchedulingGated"
        });
        if let Some(condition) = refused {
            clues.push(
                Clue::status(CHECK.id, scene, object)
                    .citing(
                        object,
                        &format!("{}.message", condition.path()),
                        condition.since,
                    )
                    .seen(condition.since, scene.evidence.capture.at)
                    .detailed(condition.message.clone()),
            );
        }
    }
    clues
}
