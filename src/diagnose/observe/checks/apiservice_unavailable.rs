//! Groups of the API whose own server does not answer.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::Detail;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "apiservice-unavailable",
    needs: &[Need::Objects("APIService")],
    run,
};

/// Looks at the condition that the API server writes.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut clues = Vec::new();
    for object in scene.evidence.index.of_kind("APIService") {
        let Detail::ApiService(api) = &object.detail else {
            continue;
        };
        let Some(condition) = api
            .conditions
            .iter()
            .find(|condition| condition.kind == "Available" && condition.status == "False")
        else {
            continue;
        };
        let mut said = match condition.message.as_str() {
            "" => condition.reason.clone(),
            message => message.chars().take(300).collect(),
        };
        let mut clue = Clue::status(CHECK.id, scene, object)
            .citing(
                object,
                &format!("{}.message", condition.path()),
                condition.since,
            )
            .seen(condition.since, scene.evidence.capture.at);
        if let Some((namespace, name)) = &api.service {
            said = format!("Service {namespace}/{name}: {said}");
            let values = [("service_namespace", namespace), ("service_name", name)];
            clue.values
                .extend(values.map(|(name, value)| (name.to_owned(), value.clone())));
        }
        clues.push(clue.detailed(said));
    }
    clues
}
