//! Pods that the scheduler found no node for.

use super::clue::Scene;
use crate::kube::{Condition, Node, Object, Pod, Taint};

/// Pods whose `PodScheduled` condition says that no node takes them, with that condition. A pod
/// with a scheduling gate waits because somebody wants it to.
pub(super) fn pods(scene: Scene<'_>) -> impl Iterator<Item = (&Object, &Pod, &Condition)> {
    scene.evidence.index.pods().filter_map(|(object, pod)| {
        let refused = pod.conditions.iter().find(|condition| {
            condition.kind == "PodScheduled"
                && condition.status == "False"
                && condition.reason != "SchedulingGated"
        })?;
        Some((object, pod, refused))
    })
}

/// The taints of a node that keep a pod away.
pub(super) fn untolerated<'a>(node: &'a Node, pod: &'a Pod) -> impl Iterator<Item = &'a Taint> {
    node.taints.iter().filter(|taint| {
        taint.keeps_away() && !pod.tolerations.iter().any(|own| own.lets_pass(taint))
    })
}
