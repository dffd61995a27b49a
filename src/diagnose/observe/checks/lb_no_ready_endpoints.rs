//! Services of type LoadBalancer that have an address and nothing ready behind it.

use super::{Check, Need, backends};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "lb-no-ready-endpoints",
    needs: &[Need::Objects("Service")],
    run,
};

/// Looks behind every load-balancer service with an address.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut clues = Vec::new();
    for (object, service) in scene.evidence.index.services() {
        if service.kind != "LoadBalancer"
            || service.ingress.is_empty()
            || service.selector.is_empty()
        {
            continue;
        }
        let Some(behind) = backends::behind(scene, object, service) else {
            continue;
        };
        if behind.ready == 0 {
            let detail = if behind.all == 0 {
                "no pod matches its selector".to_owned()
            } else {
                format!("none of its {} pods is ready", behind.all)
            };
            clues.push(
                Clue::status(CHECK.id, scene, object)
                    .citing(object, "spec.selector", None)
                    .detailed(detail),
            );
        }
    }
    clues
}
