//! Services of type LoadBalancer that never got an address.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use jiff::SignedDuration;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "lb-service-pending",
    needs: &[Need::Objects("Service")],
    run,
};

/// A cloud takes this long at the most to make a load balancer.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// Looks at the status of load-balancer services.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut clues = Vec::new();
    for (object, service) in scene.evidence.index.services() {
        if service.kind != "LoadBalancer"
            || !service.ingress.is_empty()
            || object.meta.deleted.is_some()
        {
            continue;
        }
        let age = scene
            .evidence
            .capture
            .at
            .zip(object.meta.created)
            .map(|(at, created)| at.duration_since(created));
        if age.is_some_and(|age| age < PATIENCE) {
            continue;
        }
        let detail = age.map_or_else(
            || "it has no address".into(),
            |age| {
                format!(
                    "it has no address, {} after it was created",
                    crate::diagnose::observe::state::words(age)
                )
            },
        );
        clues.push(
            Clue::status(CHECK.id, scene, object)
                .citing(object, "status.loadBalancer", object.meta.created)
                .seen(object.meta.created, scene.evidence.capture.at)
                .detailed(detail),
        );
    }
    clues
}
