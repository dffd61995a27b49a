//! Conditions of nodes: the part that the checks of single conditions share.

use crate::diagnose::clue::{Clue, Scene};
use crate::kube::Condition;

/// Clues for every node on which a condition of this kind is in trouble.
pub(super) fn of_nodes(
    scene: Scene<'_>,
    id: &str,
    in_trouble: fn(&Condition) -> bool,
) -> Vec<Clue> {
    let mut clues = Vec::new();
    for (object, node) in scene.evidence.index.nodes() {
        for condition in node
            .conditions
            .iter()
            .filter(|condition| in_trouble(condition))
        {
            let detail = match (condition.reason.as_str(), condition.message.as_str()) {
                ("", "") => format!("{} is {}", condition.kind, condition.status),
                (reason, "") => format!("{} is {}: {reason}", condition.kind, condition.status),
                (_, message) => format!("{} is {}: {message}", condition.kind, condition.status),
            };
            clues.push(
                Clue::status(id, scene, object)
                    .citing(
                        object,
                        &format!("{}.status", condition.path()),
                        condition.since,
                    )
                    .seen(
                        condition.since,
                        condition.heartbeat.or(scene.evidence.capture.at),
                    )
                    .detailed(detail),
            );
        }
    }
    clues
}
