//! Kubelets and kube-proxies of versions that the control plane does not support.

use super::{Check, Need};
use crate::diagnose::finding::Subject;
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::evidence::VersionFact;
use crate::kube::{Node, Object};
use crate::rules::version::minor_of;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "version-skew",
    needs: &[Need::Objects("Node")],
    run,
};

/// What is known of the control plane: its oldest and newest minor version, in words, and where
/// it stands. Without a statement of its own, the newest kubelet is the least that it can be.
struct ControlPlane<'a> {
    oldest: Option<(u64, &'a VersionFact)>,
    newest: (u64, &'a VersionFact),
    of: &'static str,
}

impl<'a> ControlPlane<'a> {
    /// Looks for the server's own statement, then for its image, then at the kubelets.
    fn find(scene: Scene<'a>) -> Option<Self> {
        let inventory = &scene.evidence.inventory;
        let facts = |component: &str| -> Vec<(u64, &'a VersionFact)> {
            let versions = inventory.versions(component);
            let mut minors: Vec<_> = versions
                .into_iter()
                .filter_map(|fact| Some((minor_of(&fact.version)?, fact)))
                .collect();
            minors.sort_by_key(|(minor, _)| *minor);
            minors
        };
        for component in ["kubernetes", "kube-apiserver"] {
            let found = facts(component);
            if let (Some(oldest), Some(newest)) = (found.first(), found.last()) {
                return Some(Self {
                    oldest: Some(*oldest),
                    newest: *newest,
                    of: "the control plane",
                });
            }
        }
        facts("kubelet").last().map(|newest| Self {
            oldest: None,
            newest: *newest,
            of: "the newest kubelet (the control plane is never older)",
        })
    }

    /// What is wrong with a component of this minor version; `None` where it is supported.
    fn judge(&self, minor: u64) -> Option<(String, &'a VersionFact)> {
        if let Some((_, fact)) = self.oldest.filter(|(oldest, _)| minor > *oldest) {
            let why = format!("newer than the control plane, {}", fact.version);
            return Some((why, fact));
        }
        let (newest, fact) = self.newest;
        let behind = newest.saturating_sub(minor);
        (behind > supported(newest)).then(|| {
            (
                format!(
                    "{behind} minor versions behind {}, {}; {} are supported",
                    self.of,
                    fact.version,
                    supported(newest)
                ),
                fact,
            )
        })
    }
}

/// Minor versions that a kubelet or kube-proxy may be behind a control plane of this one.
fn supported(control_plane: u64) -> u64 {
    if control_plane >= 28 { 3 } else { 2 }
}

/// Compares each node's versions with the control plane's.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let Some(control_plane) = ControlPlane::find(scene) else {
        return vec![];
    };
    let mut clues = Vec::new();
    for (object, node) in scene.evidence.index.nodes() {
        let judged = components(node)
            .into_iter()
            .find_map(|(what, version, field)| {
                let (why, fact) = control_plane.judge(minor_of(version)?)?;
                Some((what, version, field, why, fact))
            });
        if let Some((what, version, field, why, fact)) = judged {
            clues.push(clue(scene, object, (what, version, field), &why, fact));
        }
    }
    clues
}

/// The versions that a node states.
fn components(node: &Node) -> Vec<(&'static str, &str, &'static str)> {
    [
        ("kubelet", &node.kubelet_version, "kubeletVersion"),
        ("kube-proxy", &node.kube_proxy_version, "kubeProxyVersion"),
    ]
    .into_iter()
    .filter_map(|(what, version, field)| Some((what, version.as_deref()?, field)))
    .collect()
}

/// The clue of one node; all are one finding about the cluster.
fn clue(
    scene: Scene<'_>,
    object: &Object,
    (what, version, field): (&str, &str, &str),
    why: &str,
    fact: &VersionFact,
) -> Clue {
    let mut clue = Clue::status(CHECK.id, scene, object)
        .citing(object, &format!("status.nodeInfo.{field}"), None)
        .with_citation(&fact.path, fact.snippet.clone(), None)
        .seen(None, scene.evidence.capture.at)
        .detailed(format!("{what} {version} is {why}"));
    clue.subject = Subject::cluster();
    clue
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_minors_are_supported_since_1_28() {
        assert_eq!(supported(27), 2);
        assert_eq!(supported(28), 3);
    }
}
