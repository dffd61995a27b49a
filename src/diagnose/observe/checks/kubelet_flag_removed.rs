//! Kubelets that are started with flags which their version does not know.

use super::kubelet_commands::{Kubelet, kubelets};
use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::examine::facts::FactKind;
use crate::examine::part::CollectorFact;
use crate::kube::Node;
use crate::rules::version::minor_of;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "kubelet-flag-removed",
    needs: &[Need::All(&[
        Need::Collected(FactKind::KubeletCommand),
        Need::Objects("Node"),
    ])],
    run,
};

/// Flags with the value that counts, where only one does, and the minor version of Kubernetes 1 that
/// does not take them any more: pull requests 106907 and 107096 (1.24), the announcements of 1.27 and
/// 1.31, pull request 122082 (1.31), and the urgent upgrade notes of 1.35.
const REMOVED: &[(&str, Option<&str>, u64)] = &[
    ("cloud-provider", Some("azure"), 31),
    ("cni-bin-dir", None, 24),
    ("cni-cache-dir", None, 24),
    ("cni-conf-dir", None, 24),
    ("container-runtime", None, 27),
    ("docker-endpoint", None, 24),
    ("experimental-dockershim-root-directory", None, 24),
    ("image-pull-progress-deadline", None, 24),
    ("keep-terminated-pod-volumes", None, 31),
    ("network-plugin", None, 24),
    ("network-plugin-mtu", None, 24),
    ("non-masquerade-cidr", None, 24),
    ("pod-infra-container-image", None, 35),
];

/// Compares each command line with the version of its node; where nothing tells that, nothing can be
/// said.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let kubelets = kubelets(scene);
    let clues = kubelets.iter().filter_map(|kubelet| clue(scene, kubelet));
    clues.collect()
}

/// The clue of one kubelet. One that works has taken its flags, whatever the table says: its node is
/// ready, or its log names its version, which it writes after it has read them.
fn clue(scene: Scene<'_>, kubelet: &Kubelet<'_>) -> Option<Clue> {
    let (object, node) = kubelet.object(scene)?;
    let version = node.kubelet_version.as_deref()?;
    let minor = minor_of(version)?;
    let started = started(scene, kubelet.node?);
    if is_ready(node) {
        return None;
    }
    let unknown: Vec<String> = REMOVED
        .iter()
        .filter(|(flag, value, removed)| {
            let given = kubelet.command.flag(flag);
            let counts = given.is_some_and(|given| value.is_none_or(|value| value == given));
            counts && minor >= *removed && started.is_none_or(|started| started < *removed)
        })
        .map(|(flag, value, removed)| match value {
            Some(value) => format!("--{flag}={value} (not since 1.{removed})"),
            None => format!("--{flag} (not since 1.{removed})"),
        })
        .collect();
    if unknown.is_empty() {
        return None;
    }
    let told = format!("kubelet {version} with {}", unknown.join(", "));
    let clue = kubelet.clue(scene, CHECK.id).detailed(told);
    Some(clue.citing(object, "status.nodeInfo.kubeletVersion", None))
}

/// Whether a node says that it is ready.
fn is_ready(node: &Node) -> bool {
    let mut conditions = node.conditions.iter();
    conditions.any(|condition| condition.kind == "Ready" && condition.status == "True")
}

/// The minor version of the last kubelet that started, as the log of a node says.
fn started(scene: Scene<'_>, node: &str) -> Option<u64> {
    let facts = scene.evidence.collector.iter();
    let minors = facts.filter_map(|(_, role, fact)| match fact {
        CollectorFact::Started {
            component: "kubelet",
            version,
            ..
        } if role.node.as_deref() == Some(node) => minor_of(version),
        _ => None,
    });
    minors.max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_sorted_and_stand_once() {
        assert!(REMOVED.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
