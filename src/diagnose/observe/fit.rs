//! Scheduler arithmetic: how much room each node has left, and how much a pod wants.
//!
//! A pod that is not seen takes room all the same, so what is left is told as "at most" unless all
//! namespaces were collected. Where the nodes that were collected are not those that the scheduler
//! counted, where a pod is bound to nodes in a way that is not read, or where it would fit by this
//! arithmetic, nothing is said.

use crate::diagnose::observe::members::has_ended;
use crate::diagnose::observe::unplaced;
use crate::diagnose::scene::Scene;
use crate::kube::{Node, Object, Pod};
use std::collections::BTreeMap;

/// What the nodes have left: for each node, by resource.
pub(super) struct Room<'a> {
    nodes: Vec<(&'a Object, &'a Node, BTreeMap<String, i64>)>,
    /// Whether all pods are counted.
    complete: bool,
}

impl<'a> Room<'a> {
    /// Subtracts from what each node has to give what its pods that have not ended ask for.
    pub(super) fn left(scene: Scene<'a>) -> Self {
        let index = &scene.evidence.index;
        let mut taken: BTreeMap<&str, BTreeMap<&str, i64>> = BTreeMap::new();
        for (_, pod) in index.pods().filter(|(_, pod)| !has_ended(pod)) {
            if let Some(node) = pod.node.as_deref() {
                let taken = taken.entry(node).or_default();
                for (resource, amount) in wanted(pod) {
                    let sum = taken.entry(resource).or_default();
                    *sum = sum.saturating_add(amount);
                }
            }
        }
        let nodes = index
            .nodes()
            .map(|(object, node)| {
                let taken = taken.get(object.key().name.as_str());
                let left = node.allocatable.iter().map(|(resource, amount)| {
                    let taken = taken.and_then(|taken| taken.get(resource.as_str()));
                    let left = amount.saturating_sub(taken.copied().unwrap_or(0));
                    (resource.clone(), left)
                });
                (object, node, left.collect())
            })
            .collect();
        Self {
            nodes,
            complete: complete(scene),
        }
    }

    /// What a pod wants and the nodes do not have, in words; `None` where this cannot be told.
    pub(super) fn lacks(&self, pod: &Pod, message: &str) -> Option<String> {
        if pod.bound || counted_nodes(message)? != self.nodes.len() {
            return None;
        }
        let usable: Vec<_> = self
            .nodes
            .iter()
            .filter(|(object, node, left)| may_use(object, node, pod) && !left.is_empty())
            .collect();
        if usable.is_empty() {
            return None;
        }
        let blamed: Vec<(&str, i64)> = wanted(pod)
            .filter(|(resource, amount)| *amount > 0 && is_blamed(message, resource))
            .collect();
        let fits = |left: &BTreeMap<String, i64>, (resource, amount): &(&str, i64)| {
            left.get(*resource).copied().unwrap_or(0) >= *amount
        };
        if blamed.is_empty()
            || usable
                .iter()
                .any(|(_, _, left)| blamed.iter().all(|want| fits(left, want)))
        {
            return None;
        }
        let at_most = if self.complete { "" } else { "at most " };
        let mut parts = Vec::new();
        for want in &blamed {
            let (resource, amount) = want;
            let largest = usable
                .iter()
                .map(|(object, _, left)| {
                    let left = left.get(*resource).copied().unwrap_or(0);
                    (left.max(0), &object.key().name)
                })
                .max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(a.1)));
            if let Some((left, node)) = largest.filter(|(left, _)| left < amount) {
                parts.push(format!(
                    "largest free slot {at_most}{} on {node}, the pod requests {}",
                    self::amount(resource, left),
                    self::amount(resource, *amount)
                ));
            }
        }
        if parts.is_empty() {
            // Each resource is there, but on different nodes.
            let all: Vec<String> = blamed
                .iter()
                .map(|(resource, amount)| self::amount(resource, *amount))
                .collect();
            return Some(format!("no node has {} free at once", all.join(" and ")));
        }
        Some(parts.join("; "))
    }
}

/// What the scheduler counts for a pod, by resource: its requests, and itself.
fn wanted(pod: &Pod) -> impl Iterator<Item = (&str, i64)> {
    let requests = pod.requests.iter();
    let requests = requests.map(|(resource, amount)| (resource.as_str(), *amount));
    let mut wanted: Vec<_> = requests
        .filter(|(resource, _)| *resource != "pods")
        .collect();
    let place = wanted.partition_point(|(resource, _)| *resource < "pods");
    wanted.insert(place, ("pods", 1));
    wanted.into_iter()
}

/// Whether selector and taints let the pod run on a node.
fn may_use(object: &Object, node: &Node, pod: &Pod) -> bool {
    !node.unschedulable
        && pod
            .node_selector
            .iter()
            .all(|(name, value)| object.meta.labels.get(name) == Some(value))
        && unplaced::untolerated(node, pod).next().is_none()
}

/// The number of nodes that the scheduler looked at: `0/3 nodes are available: ...`.
fn counted_nodes(message: &str) -> Option<usize> {
    let (head, _) = message.split_once(" nodes are available")?;
    head.rsplit_once('/')?.1.parse().ok()
}

/// Whether the scheduler says that it lacks this resource.
fn is_blamed(message: &str, resource: &str) -> bool {
    if resource == "pods" {
        return message.contains("Too many pods");
    }
    let said = format!("Insufficient {resource}");
    // `Insufficient nvidia.com/gpu` is not `Insufficient nvidia.com/gpu.shared`.
    message.match_indices(&said).any(|(at, _)| {
        let after = message.get(at + said.len()..).unwrap_or_default();
        let mut rest = after.chars();
        match rest.next() {
            Some('.') => !rest.next().is_some_and(char::is_alphanumeric),
            Some(next) => !(next.is_alphanumeric() || matches!(next, '-' | '_' | '/')),
            None => true,
        }
    })
}

/// Whether the pods of all namespaces are in the bundle.
fn complete(scene: Scene<'_>) -> bool {
    let mut namespaces = scene.evidence.index.of_kind("Namespace").peekable();
    namespaces.peek().is_some()
        && namespaces.all(|namespace| {
            let key = crate::kube::ObjectKey::new("Pod", &namespace.key().name, "");
            scene.evidence.would_hold(&key)
        })
}

/// An amount of a resource as people write it.
pub(in crate::diagnose) fn amount(resource: &str, amount: i64) -> String {
    let tenths = |amount: i64, unit: i64| {
        // Rounded down: never more room than there is.
        let tenths = i128::from(amount) * 10 / i128::from(unit);
        match tenths % 10 {
            0 => format!("{}", tenths / 10),
            part => format!("{}.{part}", tenths / 10),
        }
    };
    match resource {
        "cpu" if amount % 100 != 0 => format!("{amount}m CPU"),
        "cpu" => format!("{} CPU", tenths(amount, 1000)),
        "pods" if amount == 1 => "1 pod".to_owned(),
        "pods" => format!("{amount} pods"),
        "memory" | "ephemeral-storage" => {
            let (unit, name) = if amount >= 1 << 30 {
                (1 << 30, "GiB")
            } else {
                (1 << 20, "MiB")
            };
            format!("{} {name} {resource}", tenths(amount, unit))
        }
        _ => format!("{amount} {resource}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_read_as_people_write_them() {
        for (resource, amount, expected) in [
            ("cpu", 1200, "1.2 CPU"),
            ("cpu", 2000, "2 CPU"),
            ("cpu", 1250, "1250m CPU"),
            ("cpu", 0, "0 CPU"),
            ("memory", 3 << 29, "1.5 GiB memory"),
            ("memory", (1 << 30) - 1, "1023.9 MiB memory"),
            ("nvidia.com/gpu", 1, "1 nvidia.com/gpu"),
            ("pods", 0, "0 pods"),
        ] {
            assert_eq!(super::amount(resource, amount), expected);
        }
    }

    #[test]
    fn the_scheduler_s_message_names_nodes_and_resources() {
        let message = "0/12 nodes are available: 3 Insufficient cpu, 9 Insufficient nvidia.com/gpu.shared. preemption: 0/12 nodes are available.";
        assert_eq!(counted_nodes(message), Some(12));
        assert!(is_blamed(message, "cpu"));
        assert!(!is_blamed(message, "nvidia.com/gpu"));
        assert!(is_blamed(message, "nvidia.com/gpu.shared"));
        assert!(!is_blamed(message, "memory"));
        assert!(is_blamed(
            "0/1 nodes are available: 1 Insufficient memory.",
            "memory"
        ));
        assert_eq!(
            counted_nodes("pod has unbound immediate PersistentVolumeClaims"),
            None
        );
    }

    proptest! {
        #[test]
        fn any_message_and_amount_is_survived(message in ".{0,60}", amount in any::<i64>()) {
            let _ = counted_nodes(&message);
            let _ = is_blamed(&message, "cpu");
            let _ = super::amount("memory", amount);
            let _ = super::amount("cpu", amount);
        }
    }
}
