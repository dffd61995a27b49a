//! Kubelets that are started with flags which their version does not know.

use super::kubelet_commands::{Kubelet, kubelets};
use super::{Check, Need};
use crate::diagnose::clue::{Clue, Scene};
use crate::examine::facts::FactKind;
use crate::examine::part::CollectorFact;
use crate::locator::{EntryPath, Snippet};
use crate::rules::version::minor_of;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "kubelet-flag-removed",
    needs: &[Need::Collected(FactKind::KubeletCommand)],
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
    kubelets
        .iter()
        .filter_map(|kubelet| clue(scene, kubelet))
        .collect()
}

/// The clue of one kubelet.
fn clue(scene: Scene<'_>, kubelet: &Kubelet<'_>) -> Option<Clue> {
    let (version, cite): (&str, Stated<'_>) = version(scene, kubelet)?;
    let minor = minor_of(version)?;
    let unknown: Vec<String> = REMOVED
        .iter()
        .filter(|(flag, value, removed)| {
            let given = kubelet.command.flag(flag);
            minor >= *removed && given.is_some_and(|given| value.is_none_or(|value| value == given))
        })
        .map(|(flag, value, removed)| match value {
            Some(value) => format!("--{flag}={value} (not since 1.{removed})"),
            None => format!("--{flag} (not since 1.{removed})"),
        })
        .collect();
    if unknown.is_empty() {
        return None;
    }
    let mut clue = kubelet
        .clue(scene, CHECK.id)
        .detailed(format!("kubelet {version} with {}", unknown.join(", ")));
    clue = match cite {
        Stated::ByNode(object) => clue.citing(object, "status.nodeInfo.kubeletVersion", None),
        Stated::ByLog(path, snippet) => clue.with_citation(path, snippet.clone(), None),
    };
    Some(clue)
}

/// What states the version of a kubelet.
enum Stated<'a> {
    /// The object of its node.
    ByNode(&'a crate::kube::Object),
    /// A line of its log, of when it started.
    ByLog(&'a EntryPath, &'a Snippet),
}

/// The version of a kubelet, as its log says, which is newer than the object where it cannot start;
/// else as the object of its node does.
fn version<'a>(scene: Scene<'a>, kubelet: &Kubelet<'a>) -> Option<(&'a str, Stated<'a>)> {
    let node = kubelet.node?;
    let mut facts = scene.evidence.collector.iter();
    let started = facts.find_map(|(path, role, fact)| match fact {
        CollectorFact::Started {
            component: "kubelet",
            version,
            snippet,
        } if role.node.as_deref() == Some(node) => {
            Some((version.as_str(), Stated::ByLog(path, snippet)))
        }
        _ => None,
    });
    started.or_else(|| {
        let (object, detail) = kubelet.object(scene)?;
        Some((detail.kubelet_version.as_deref()?, Stated::ByNode(object)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_sorted_and_stand_once() {
        assert!(REMOVED.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
