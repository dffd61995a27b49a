//! GPU nodes that offer no GPU, and pods that therefore wait.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::{Node, Object};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "gpu-capacity-zero",
    needs: &[Need::Objects("Node")],
    run,
};

/// The resource that NVIDIA's device plugin offers.
const GPU: &str = "nvidia.com/gpu";
/// Labels that mark a node as one with a GPU, with the value they must have.
const LABELS: [(&str, &str); 4] = [
    ("accelerator", "nvidia"),
    ("kubernetes.azure.com/accelerator", "nvidia"),
    ("nvidia.com/gpu.present", "true"),
    ("feature.node.kubernetes.io/pci-10de.present", "true"),
];

/// Looks at nodes that are labelled or sized as GPU nodes, or that once offered GPUs.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut clues = Vec::new();
    for (object, node) in scene.evidence.index.nodes() {
        if !is_gpu_node(object, node) || node.allocatable.get(GPU).is_some_and(|count| *count > 0) {
            continue;
        }
        let stated = node.capacity.contains_key(GPU);
        let (field, detail) = if stated {
            (
                "status.capacity[\"nvidia.com/gpu\"]",
                "its capacity of nvidia.com/gpu is 0",
            )
        } else {
            (
                "status.capacity",
                "it advertises no nvidia.com/gpu at all: the device plugin has not registered",
            )
        };
        clues.push(
            Clue::status(CHECK.id, scene, object)
                .citing(object, field, None)
                .detailed(detail),
        );
    }
    clues
}

/// Whether a node has a GPU by its labels, its size (NC, ND and NV of Azure), or its capacity.
fn is_gpu_node(object: &Object, node: &Node) -> bool {
    let labels = &object.meta.labels;
    let size = labels
        .get("node.kubernetes.io/instance-type")
        .or_else(|| labels.get("beta.kubernetes.io/instance-type"));
    let gpu_size = size.is_some_and(|size| {
        ["Standard_NC", "Standard_ND", "Standard_NV"]
            .iter()
            .any(|prefix| size.starts_with(prefix))
    });
    gpu_size
        || node.capacity.contains_key(GPU)
        || LABELS
            .iter()
            .any(|(name, value)| labels.get(*name).is_some_and(|own| own == value))
}
