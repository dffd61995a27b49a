//! Nodes that use nearly all CPU or memory that pods may have.

use super::{Check, Need};
use crate::diagnose::finding::Subject;
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::observe::fit::amount;
use crate::diagnose::scene::Scene;
use crate::examine::facts::{FactKind, Usage, UsageOf};
use crate::examine::part::CollectorFact;
use crate::kube::{Detail, Node, Object, ObjectKey};
use crate::locator::EntryPath;
use crate::severity::Severity;
use std::collections::BTreeMap;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "node-usage-saturated",
    needs: &[
        Need::All(&[Need::Collected(FactKind::Usage), Need::Objects("Node")]),
        Need::Collected(FactKind::UsageShare),
    ],
    run,
};

/// Percent of what a node can allocate from which on it is full.
const FULL: i64 = 95;

/// Compares the use of each node with what its object, or `kubectl top` itself, says it has. Each
/// node of the cluster uploads a list of all nodes, taken at a time of its own: the one in which the
/// node is busiest counts.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut fullest: BTreeMap<&str, (i64, Clue)> = BTreeMap::new();
    for (path, _, fact) in &scene.evidence.collector {
        let CollectorFact::Usage(usage) = fact else {
            continue;
        };
        let Some((percent, clue)) = clue(scene, path, usage) else {
            continue;
        };
        let known = fullest.get(usage.name.as_str());
        if known.is_none_or(|(known, _)| *known < percent) {
            fullest.insert(&usage.name, (percent, clue));
        }
    }
    fullest.into_values().map(|(_, clue)| clue).collect()
}

/// How full a node is, and the clue, where it is full.
fn clue(scene: Scene<'_>, path: &EntryPath, usage: &Usage) -> Option<(i64, Clue)> {
    if usage.of != UsageOf::Node {
        return None;
    }
    let key = ObjectKey::new("Node", "", &usage.name);
    let object = scene.evidence.index.get(&key);
    let node = object.and_then(|object| match &object.detail {
        Detail::Node(node) => Some(node.as_ref()),
        _ => None,
    });
    let printed = |of: fn((i64, i64)) -> i64| usage.percent.map(of);
    let resources = [
        ("cpu", usage.cpu, printed(|(cpu, _)| cpu)),
        ("memory", usage.memory, printed(|(_, memory)| memory)),
    ];
    let full: Vec<(&str, i64, i64)> = resources
        .into_iter()
        .filter_map(|(resource, used, printed)| {
            let percent = printed.or_else(|| share(node?, resource, used))?;
            (percent >= FULL).then_some((resource, used, percent))
        })
        .collect();
    let fullest = full.iter().map(|(_, _, percent)| *percent).max()?;
    let told: Vec<String> = full
        .iter()
        .map(|(resource, used, percent)| {
            format!(
                "{} in use, {percent} % of what it can allocate",
                amount(resource, *used)
            )
        })
        .collect();
    let mut clue = Clue::collected(CHECK.id, Subject::node(&usage.name))
        .with_citation(path, usage.snippet.clone(), None)
        .seen(None, scene.evidence.capture.at)
        .detailed(told.join("; "));
    if let Some((object, node)) = object.zip(node) {
        clue = citing(clue, object, node, &full);
    }
    Some((fullest, clue))
}

/// The same clue with what the node can allocate; worse where little is left of the machine itself.
fn citing(mut clue: Clue, object: &Object, node: &Node, full: &[(&str, i64, i64)]) -> Clue {
    for (resource, used, _) in full {
        clue = clue.citing(object, &format!("status.allocatable.{resource}"), None);
        let machine = node.capacity.get(*resource).copied().unwrap_or(0);
        if *resource == "memory" && machine > 0 && used.saturating_mul(100) / machine >= FULL {
            clue.severity = Some(Severity::High);
        }
    }
    clue
}

/// The use in percent of what a node can allocate.
fn share(node: &Node, resource: &str, used: i64) -> Option<i64> {
    let all = node
        .allocatable
        .get(resource)
        .copied()
        .filter(|all| *all > 0)?;
    Some(used.saturating_mul(100) / all)
}
