//! Taints that keep waiting pods from nodes which would otherwise be there for them.

use super::{Check, Need};
use crate::diagnose::finding::Subject;
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::observe::members::counted;
use crate::diagnose::observe::unplaced;
use crate::diagnose::scene::Scene;
use crate::kube::{Condition, Object};
use std::collections::{BTreeMap, BTreeSet};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "node-taint-blocks",
    needs: &[Need::Objects("Pod")],
    run,
};

/// Taints that say what is wrong with a node, or that it is a control plane: other checks tell the
/// former, and the latter is meant to keep pods away.
const EXPECTED: [&str; 9] = [
    "node-role.kubernetes.io/",
    "CriticalAddonsOnly",
    "node.kubernetes.io/unschedulable",
    "node.kubernetes.io/not-ready",
    "node.kubernetes.io/unreachable",
    "node.kubernetes.io/memory-pressure",
    "node.kubernetes.io/disk-pressure",
    "node.kubernetes.io/pid-pressure",
    "node.kubernetes.io/network-unavailable",
];

/// A pod that a taint keeps away, with the condition that says it waits.
type Kept<'a> = (&'a Object, &'a Condition);

/// Compares taints and tolerations of each pod that waits because of taints.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut nodes: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut kept: BTreeMap<String, Vec<Kept<'_>>> = BTreeMap::new();
    for (object, pod, condition) in unplaced::pods(scene) {
        if !condition.message.contains("taint") {
            continue;
        }
        let mut own: BTreeSet<String> = BTreeSet::new();
        for (node_object, node) in scene.evidence.index.nodes() {
            // A node that the pod does not select would not take it without the taint either.
            let selected = pod
                .node_selector
                .iter()
                .all(|(name, value)| node_object.meta.labels.get(name) == Some(value));
            if !selected || node.unschedulable {
                continue;
            }
            for taint in unplaced::untolerated(node, pod) {
                if EXPECTED.iter().any(|start| taint.key.starts_with(start)) {
                    continue;
                }
                let words = words(&taint.key, &taint.value, &taint.effect);
                nodes
                    .entry(words.clone())
                    .or_default()
                    .insert(&node_object.key().name);
                own.insert(words);
            }
        }
        for taint in own {
            kept.entry(taint).or_default().push((object, condition));
        }
    }
    let empty = BTreeSet::new();
    let found = kept.iter().flat_map(|(taint, pods)| {
        let nodes = nodes.get(taint).unwrap_or(&empty);
        of_taint(scene, taint, nodes, pods)
    });
    found.collect()
}

/// The clues of one taint: one for each pod that it keeps away, about the cluster.
fn of_taint(scene: Scene<'_>, taint: &str, nodes: &BTreeSet<&str>, pods: &[Kept<'_>]) -> Vec<Clue> {
    let first = nodes.first().copied().unwrap_or_default();
    let detail = format!(
        "{taint} on {} (such as {first}) keeps {} away",
        counted(nodes.len(), "node"),
        counted(pods.len(), "pod")
    );
    let clue = |(pod, condition): &Kept<'_>| {
        let mut clue = Clue::status(CHECK.id, scene, pod)
            .citing(
                pod,
                &format!("{}.message", condition.path()),
                condition.since,
            )
            .seen(condition.since, scene.evidence.capture.at)
            .detailed(detail.clone());
        clue.subject = Subject::cluster();
        clue.values.insert("node".to_owned(), first.to_owned());
        clue
    };
    pods.iter().map(clue).collect()
}

/// A taint as `kubectl` writes it.
fn words(key: &str, value: &str, effect: &str) -> String {
    if value.is_empty() {
        format!("{key}:{effect}")
    } else {
        format!("{key}={value}:{effect}")
    }
}
