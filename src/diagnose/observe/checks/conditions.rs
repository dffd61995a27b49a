//! Conditions of nodes and operators: the part that the checks of single conditions share.

use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::{Condition, Detail, Object};

/// Clues for every node on which a condition of this kind is in trouble.
pub(super) fn of_nodes(
    scene: Scene<'_>,
    id: &str,
    in_trouble: fn(&Condition) -> bool,
) -> Vec<Clue> {
    let mut clues = Vec::new();
    for (object, node) in scene.evidence.index.nodes() {
        let troubles = node.conditions.iter().filter(|one| in_trouble(one));
        clues.extend(troubles.map(|condition| clue(scene, id, object, condition)));
    }
    clues
}

/// Clues for every operator of OpenShift that says such a condition of itself.
pub(super) fn of_operators(scene: Scene<'_>, id: &str, says: fn(&Condition) -> bool) -> Vec<Clue> {
    let mut clues = Vec::new();
    for object in scene.evidence.index.of_kind("ClusterOperator") {
        if let Detail::ClusterOperator(conditions) = &object.detail {
            let said = conditions.iter().filter(|one| says(one));
            clues.extend(said.map(|condition| clue(scene, id, object, condition)));
        }
    }
    clues
}

/// The clue of one condition.
fn clue(scene: Scene<'_>, id: &str, object: &Object, condition: &Condition) -> Clue {
    let detail = match (condition.reason.as_str(), condition.message.as_str()) {
        ("", "") => format!("{} is {}", condition.kind, condition.status),
        (reason, "") => format!("{} is {}: {reason}", condition.kind, condition.status),
        (_, message) => format!("{} is {}: {message}", condition.kind, condition.status),
    };
    let field = format!("{}.status", condition.path());
    let last = condition.heartbeat.or(scene.evidence.capture.at);
    Clue::status(id, scene, object)
        .citing(object, &field, condition.since)
        .seen(condition.since, last)
        .detailed(detail)
}
