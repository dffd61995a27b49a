//! Nodes on which kube-proxy has programmed nothing.

use super::nat_tables::{Table, tables};
use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::observe::members::is_ready;
use crate::diagnose::scene::Scene;
use crate::examine::facts::FactKind;
use std::fmt::Write as _;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "kube-proxy-rules-missing",
    needs: &[Need::Collected(FactKind::NatTable)],
    run,
};

/// The chain that kube-proxy makes first, in iptables mode and in IPVS mode.
const SERVICES: &str = "KUBE-SERVICES";
/// A chain that the kubelet makes, to notice when somebody flushes the table.
const CANARY: &str = "KUBE-KUBELET-CANARY";

/// Looks for the chain of services.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let empty = |table: &Table<'_>| {
        !table.chains.contains(SERVICES)
            && !table.other_variant
            && !table.is_of_another_proxy(scene)
    };
    let tables = tables(scene).into_iter().filter(empty);
    tables.map(|table| clue(scene, &table)).collect()
}

/// The clue of one node.
fn clue(scene: Scene<'_>, table: &Table<'_>) -> Clue {
    let mut told = format!(
        "no chain {SERVICES} among the {} chains of the nat table",
        table.chains.len()
    );
    if table.chains.contains(CANARY) {
        told.push_str("; the kubelet's own chain is there");
    }
    let mut clue = table
        .clue(scene, CHECK.id)
        .with_citation(table.path, table.front.clone(), None);
    let proxies = || {
        let pods = scene.evidence.index.pods_of("kube-system");
        pods.filter(|(object, _)| object.key().name.starts_with("kube-proxy"))
    };
    let own = proxies().find(|(_, pod)| table.node.is_some() && pod.node.as_deref() == table.node);
    if let Some((object, pod)) = own {
        let how = if is_ready(object) {
            "is ready"
        } else {
            "is not ready"
        };
        let _ = write!(told, "; {} on it {how}", object.key());
        clue = clue.citing(
            object,
            if pod.phase.is_empty() {
                "metadata.name"
            } else {
                "status.phase"
            },
            None,
        );
    } else if table.node.is_some() && proxies().next().is_some() {
        told.push_str("; the bundle has kube-proxy pods, but none on this node");
    }
    clue.detailed(told)
}
