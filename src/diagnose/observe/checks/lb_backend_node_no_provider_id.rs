//! Nodes that registered without the cloud provider, so that no load balancer can reach them.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::Node;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "lb-backend-node-no-provider-id",
    needs: &[Need::Objects("Node")],
    run,
};

/// Looks for nodes without the cloud's id where the cluster lives in a cloud: other nodes have one,
/// or there are services that ask for a load balancer of it.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let evidence = scene.evidence;
    let in_cloud = |node: &Node| {
        node.provider_id.as_deref().is_some_and(|id| {
            id.starts_with("azure://") || id.starts_with("aws://") || id.starts_with("gce://")
        })
    };
    let some_in_cloud = evidence.index.nodes().any(|(_, node)| in_cloud(node));
    let wants_cloud = evidence
        .index
        .services()
        .any(|(_, service)| service.kind == "LoadBalancer" && service.ingress.is_empty());
    let mut clues = Vec::new();
    for (object, node) in evidence.index.nodes() {
        let own_name = node.external_id.as_deref() == Some(&object.key().name);
        // Nodes of a virtual kubelet are meant to be outside the cloud.
        let virtual_node = object
            .meta
            .labels
            .get("type")
            .is_some_and(|kind| kind == "virtual-kubelet");
        let missing = node.provider_id.as_deref().is_none_or(str::is_empty);
        if virtual_node || !((own_name && wants_cloud) || (missing && some_in_cloud)) {
            continue;
        }
        let (field, detail) = if own_name {
            ("spec.externalID", "its external id is its own name")
        } else {
            ("spec", "it has no provider id, other nodes have one")
        };
        clues.push(
            Clue::status(CHECK.id, scene, object)
                .citing(object, field, object.meta.created)
                .seen(object.meta.created, evidence.capture.at)
                .detailed(detail),
        );
    }
    clues
}
