//! Nodes that run as many pods as they may, while pods wait.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::observe::members::{counted, has_ended};
use crate::diagnose::observe::unplaced;
use crate::diagnose::scene::Scene;
use crate::kube::Pod;
use std::collections::BTreeMap;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "node-pods-at-maximum",
    needs: &[Need::Objects("Node")],
    run,
};

/// How the scheduler counts such nodes in its message.
const TOO_MANY: &str = "Too many pods";

/// Counts the pods of each node; only where a pod waits because of it is that a failure.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let waiting: Vec<_> = unplaced::pods(scene)
        .filter(|(_, _, condition)| condition.message.contains(TOO_MANY))
        .collect();
    let Some((pod, _, condition)) = waiting.first() else {
        return vec![];
    };
    let mut running: BTreeMap<&str, i64> = BTreeMap::new();
    for node in scene
        .evidence
        .index
        .pods()
        .filter(|(_, pod)| !has_ended(pod))
        .filter_map(|(_, pod): (_, &Pod)| pod.node.as_deref())
    {
        *running.entry(node).or_default() += 1;
    }
    let mut clues = Vec::new();
    for (object, node) in scene.evidence.index.nodes() {
        let Some(most) = node.allocatable.get("pods") else {
            continue;
        };
        let here = running
            .get(object.key().name.as_str())
            .copied()
            .unwrap_or(0);
        if here < *most || *most == 0 {
            continue;
        }
        clues.push(
            Clue::status(CHECK.id, scene, object)
                .citing(object, "status.allocatable.pods", None)
                .citing(
                    pod,
                    &format!("{}.message", condition.path()),
                    condition.since,
                )
                .seen(condition.since, scene.evidence.capture.at)
                .detailed(format!(
                    "it runs {here} pods and its maximum is {most}; {} because of that",
                    if waiting.len() == 1 {
                        "1 pod is pending".to_owned()
                    } else {
                        format!("{} are pending", counted(waiting.len(), "pod"))
                    }
                )),
        );
    }
    clues
}
