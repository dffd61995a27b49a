//! A described node: conditions, lease, capacity, versions, taints.

use super::draft::Draft;
use super::table::conditions;
use super::tree::{Node, Tree, stated};
use serde_json::json;

/// Lines of the System Info section and the fields of `status.nodeInfo` they state.
const SYSTEM_INFO: &[(&str, &str)] = &[
    ("Machine ID", "machineID"),
    ("System UUID", "systemUUID"),
    ("Boot ID", "bootID"),
    ("Kernel Version", "kernelVersion"),
    ("OS Image", "osImage"),
    ("Operating System", "operatingSystem"),
    ("Architecture", "architecture"),
    ("Container Runtime Version", "containerRuntimeVersion"),
    ("Kubelet Version", "kubeletVersion"),
    ("Kube-Proxy Version", "kubeProxyVersion"),
];

/// Puts the fields of a node.
pub(super) fn read(tree: &Tree<'_>, draft: &mut Draft) {
    conditions(tree, draft);
    draft.quantities(tree, tree.find("Capacity"), "status.capacity");
    draft.quantities(tree, tree.find("Allocatable"), "status.allocatable");
    if let Some(info) = tree.find("System Info") {
        for (key, field) in SYSTEM_INFO {
            draft.put_text(&format!("status.nodeInfo.{field}"), tree.child(info, key));
        }
    }
    draft.text(tree, "ProviderID", "spec.providerID");
    draft.text(tree, "ExternalID", "spec.externalID");
    draft.text(tree, "PodCIDR", "spec.podCIDR");
    if let Some(node) = tree.find("Unschedulable") {
        draft.put(
            "spec.unschedulable",
            (node.value == "true").into(),
            node.line,
        );
    }
    if let Some(lease) = tree.find("Lease") {
        draft.put_time("lease.renewTime", tree.child(lease, "RenewTime"));
    }
    if let Some(node) = tree.find("Taints") {
        taints(tree, node, draft);
    }
    if let Some(node) = tree.find("Addresses") {
        addresses(tree, node, draft);
    }
}

/// Puts taints, printed as `key=value:Effect` or `key:Effect`.
fn taints(tree: &Tree<'_>, node: &Node<'_>, draft: &mut Draft) {
    let stated = tree.values(node).into_iter().filter_map(|(text, line)| {
        let (name, effect) = text.rsplit_once(':')?;
        let (key, value) = name.split_once('=').unwrap_or((name, ""));
        Some((json!({"key": key, "value": value, "effect": effect}), line))
    });
    for (index, (taint, line)) in stated.enumerate() {
        draft.put(&format!("spec.taints[{index}]"), taint, line);
    }
}

/// Puts addresses, one on each line with its type; old clients print `10.0.0.4,name` on one line,
/// of which only what looks like an address is kept.
fn addresses(tree: &Tree<'_>, node: &Node<'_>, draft: &mut Draft) {
    let on_one_line = node
        .value
        .split(',')
        .filter(|address| address.trim().parse::<std::net::IpAddr>().is_ok())
        .map(|address| ("InternalIP", address.trim(), node.line));
    let below = tree.below(node);
    let below = below
        .iter()
        .filter_map(|child| Some((child.key, stated(child.value)?, child.line)));
    for (index, (kind, address, line)) in on_one_line.chain(below).enumerate() {
        let value = json!({"type": kind, "address": address});
        draft.put(&format!("status.addresses[{index}]"), value, line);
    }
}
