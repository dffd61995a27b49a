//! Command lines of kubelets by node: the part that the checks of kubelets' flags share.

use crate::diagnose::finding::Subject;
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::examine::facts::KubeletCommand;
use crate::examine::part::CollectorFact;
use crate::kube::{Detail, Node, Object, ObjectKey};
use crate::locator::EntryPath;
use std::collections::BTreeMap;

/// The kubelet of one node.
pub(super) struct Kubelet<'a> {
    /// The node, where it is known.
    pub(super) node: Option<&'a str>,
    /// The entry.
    pub(super) path: &'a EntryPath,
    /// Its command line.
    pub(super) command: &'a KubeletCommand,
}

impl<'a> Kubelet<'a> {
    /// A clue about the node, which cites the command line.
    pub(super) fn clue(&self, scene: Scene<'_>, rule: &str) -> Clue {
        let node = self.node.map(Subject::node);
        let subject = node.unwrap_or_else(|| Subject::component("kubelet", None));
        Clue::collected(rule, subject)
            .with_citation(self.path, self.command.snippet.clone(), None)
            .seen(None, scene.evidence.capture.at)
    }

    /// The object of the node, where the bundle has it.
    pub(super) fn object(&self, scene: Scene<'a>) -> Option<(&'a Object, &'a Node)> {
        let key = ObjectKey::new("Node", "", self.node?);
        let object = scene.evidence.index.get(&key)?;
        match &object.detail {
            Detail::Node(node) => Some((object, node)),
            _ => None,
        }
    }
}

/// The kubelet of each node; of several runs the last.
pub(super) fn kubelets(scene: Scene<'_>) -> Vec<Kubelet<'_>> {
    let mut latest = BTreeMap::new();
    for (path, role, fact) in &scene.evidence.collector {
        if let CollectorFact::KubeletCommand(command) = fact {
            let node = role.node.as_deref();
            // Without the node every command line stands for itself.
            let key = (node, node.is_none().then_some(path));
            latest.insert(
                key,
                Kubelet {
                    node,
                    path,
                    command,
                },
            );
        }
    }
    latest.into_values().collect()
}
