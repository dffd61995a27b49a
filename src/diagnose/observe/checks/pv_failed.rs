//! Volumes that could not be given back, or that a claim waits for in vain.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::{Detail, Object, ObjectKey, PersistentVolume};
use crate::severity::Severity;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "pv-failed",
    needs: &[Need::Objects("PersistentVolume")],
    run,
};

/// Looks at every volume that failed or was released.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut clues = Vec::new();
    for object in scene.evidence.index.of_kind("PersistentVolume") {
        let Detail::PersistentVolume(volume) = &object.detail else {
            continue;
        };
        if object.meta.deleted.is_some() {
            continue;
        }
        let waiting = waiting_claim(scene, object, volume);
        let message = match volume.message.as_str() {
            "" => String::new(),
            message => format!(": {message}"),
        };
        let (said, severity) = match (volume.phase.as_str(), waiting) {
            ("Failed", None) => (format!("it could not be reclaimed{message}"), None),
            (phase @ ("Failed" | "Released"), Some(claim)) => (
                format!("{} waits for it, but it is {phase}{message}", claim.key()),
                Some(Severity::High),
            ),
            _ => continue,
        };
        let mut clue = Clue::status(CHECK.id, scene, object)
            .citing(object, "status.phase", None)
            .seen(None, scene.evidence.capture.at)
            .detailed(said);
        if let Some(claim) = waiting {
            clue = clue.citing(claim, "spec.volumeName", None);
        } else if !volume.message.is_empty() {
            clue = clue.citing(object, "status.message", None);
        }
        clue.severity = severity;
        clues.push(clue);
    }
    clues
}

/// A claim that is not bound and names this volume, or is the one that the volume was bound to
/// before (a claim that was made anew under the same name).
fn waiting_claim<'a>(
    scene: Scene<'a>,
    object: &Object,
    volume: &PersistentVolume,
) -> Option<&'a Object> {
    let index = &scene.evidence.index;
    let is_pending = |claim: &Object| matches!(&claim.detail, Detail::PersistentVolumeClaim(claim) if claim.phase == "Pending");
    let names_it = |claim: &Object| {
        matches!(&claim.detail, Detail::PersistentVolumeClaim(claim)
            if claim.volume.as_deref() == Some(object.key().name.as_str()))
    };
    let named = index
        .of_kind("PersistentVolumeClaim")
        .find(|claim| is_pending(claim) && names_it(claim));
    named.or_else(|| {
        let (namespace, name) = volume.claim.as_ref()?;
        let claim = index.get(&ObjectKey::new("PersistentVolumeClaim", namespace, name))?;
        // One of a class that provisions gets a new volume.
        let other = matches!(&claim.detail, Detail::PersistentVolumeClaim(claim)
            if claim.volume.is_some() || claim.class != volume.class);
        (is_pending(claim) && !other && volume.reclaim_policy == "Retain").then_some(claim)
    })
}
