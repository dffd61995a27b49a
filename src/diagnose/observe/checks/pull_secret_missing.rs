//! Pull secrets that do not exist, and pods that cannot pull their images without them.
//!
//! The kubelet's events alone prove nothing: a public image comes without the secret.

use super::{Check, Need, reference_missing};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::{self, Container, ContainerState, Object, Pod};
use crate::severity::Severity;
use std::collections::BTreeSet;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "pull-secret-missing",
    needs: &[Need::Objects("Event"), Need::Listed("Secret")],
    run,
};

/// The kubelet's word for it, written whenever such a pod starts.
const REASON: &str = "FailedToRetrieveImagePullSecret";

/// Looks up the secrets where they were collected, and adds the pods that wait for their image.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let index = &scene.evidence.index;
    let mut clues = Vec::new();
    let mut owners = BTreeSet::new();
    for (object, reference) in reference_missing::missing(scene.evidence, kube::Need::ImagePull) {
        owners.insert(index.root_owner(object.key()));
        clues.push(
            Clue::status(CHECK.id, scene, object)
                .citing(object, &reference.field, None)
                .detailed(format!("Secret {} does not exist", reference.name)),
        );
    }
    let told = scene.evidence.events.iter();
    owners.extend(
        told.filter(|event| event.reason == REASON)
            .map(|event| index.root_owner(&event.object)),
    );
    for (object, pod) in index.pods() {
        if let Some(container) = waits_for_image(pod)
            && owners.contains(&index.root_owner(object.key()))
        {
            clues.push(refused(scene, object, container));
        }
    }
    clues
}

/// The first container of a pod that waits for its image.
fn waits_for_image(pod: &Pod) -> Option<&Container> {
    pod.containers.iter().find(|container| {
        matches!(&container.state, ContainerState::Waiting(waiting)
            if matches!(waiting.reason.as_str(), "ImagePullBackOff" | "ErrImagePull"))
    })
}

/// The clue of a pod that cannot pull an image: without it the images are public, there already,
/// or pulled with the node's identity.
fn refused(scene: Scene<'_>, object: &Object, container: &Container) -> Clue {
    let path = container.status_path().unwrap_or_default();
    let mut clue = Clue::status(CHECK.id, scene, object)
        .citing(object, &format!("{path}.state.waiting.reason"), None)
        .detailed(format!(
            "container {} cannot pull its image",
            container.name
        ));
    clue.severity = Some(Severity::High);
    clue
}
