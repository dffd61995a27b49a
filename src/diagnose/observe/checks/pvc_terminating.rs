//! Claims that are being deleted while something still uses them.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "pvc-terminating",
    needs: &[
        Need::Objects("PersistentVolumeClaim"),
        Need::Objects("Event"),
    ],
    run,
};

/// Looks for claims with a deletion time that pods refer to.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let index = &scene.evidence.index;
    let mut clues = Vec::new();
    for claim in index
        .of_kind("PersistentVolumeClaim")
        .filter(|claim| claim.meta.deleted.is_some())
    {
        let key = claim.key();
        let users: Vec<&str> = index
            .pods()
            .filter(|(object, pod)| {
                object.key().namespace == key.namespace
                    && pod.references.iter().any(|other| {
                        other.kind == "PersistentVolumeClaim" && other.name == key.name
                    })
            })
            .map(|(object, _)| object.key().name.as_str())
            .collect();
        if !users.is_empty() {
            let mut clue = Clue::status(CHECK.id, scene, claim)
                .citing(claim, "metadata.deletionTimestamp", claim.meta.deleted)
                .seen(claim.meta.deleted, scene.evidence.capture.at)
                .detailed(format!("used by {}", users.join(", ")));
            clue.values.insert("claim".to_owned(), key.name.clone());
            clues.push(clue);
        }
    }
    clues
}
