//! Pools whose nodes run different node images or kubelets: an upgrade on its way, or stuck.

use super::{Check, Need, pools};
use crate::diagnose::finding::Subject;
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::observe::{drain, members::counted};
use crate::diagnose::scene::Scene;
use crate::evidence::Health;
use crate::kube::{Node, Object};
use crate::severity::Severity;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "node-images-mixed",
    needs: &[Need::Objects("Node")],
    run,
};

/// The label that names the image of a node.
const IMAGE: &str = "kubernetes.azure.com/node-image-version";
/// Where the label stands.
const IMAGE_PATH: &str = "metadata.labels[\"kubernetes.azure.com/node-image-version\"]";

/// A node.
type Member<'a> = (&'a Object, &'a Node);

/// Compares the nodes of each pool.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut pools: BTreeMap<&str, Vec<Member<'_>>> = BTreeMap::new();
    for (object, node) in scene.evidence.index.nodes() {
        if let Some(pool) = pools::labelled(object) {
            pools.entry(pool).or_default().push((object, node));
        }
    }
    let refused = drain::refusals(scene);
    let mut clues = Vec::new();
    for (pool, nodes) in pools {
        let images = by(&nodes, |object, _| {
            object.meta.labels.get(IMAGE).map(String::as_str)
        });
        let kubelets = by(&nodes, |_, node| node.kubelet_version.as_deref());
        let (versions, what, field) = if kubelets.len() > 1 {
            (kubelets, "kubelet", "status.nodeInfo.kubeletVersion")
        } else if images.len() > 1 {
            (images, "node image", IMAGE_PATH)
        } else {
            continue;
        };
        let stuck = stuck(scene, &nodes, !refused.is_empty());
        clues.extend(of_pool(
            scene,
            pool,
            what,
            field,
            &versions,
            stuck.as_deref(),
        ));
    }
    clues
}

/// Nodes by a version that each states.
fn by<'a>(
    nodes: &[Member<'a>],
    version: impl Fn(&'a Object, &'a Node) -> Option<&'a str>,
) -> BTreeMap<&'a str, Vec<Member<'a>>> {
    let mut found: BTreeMap<&str, Vec<Member<'_>>> = BTreeMap::new();
    for (object, node) in nodes {
        if let Some(version) = version(object, node) {
            found.entry(version).or_default().push((object, node));
        }
    }
    found
}

/// Why the upgrade of these nodes seems to be stuck.
fn stuck(scene: Scene<'_>, nodes: &[Member<'_>], refused: bool) -> Option<String> {
    let bad = nodes
        .iter()
        .find(|(object, _)| scene.evidence.index.health(object.key(), true) == Health::Unhealthy);
    if let Some((object, _)) = bad {
        return Some(format!("{} is not ready", object.key().name));
    }
    let cordoned = nodes.iter().find(|(_, node)| node.unschedulable)?;
    refused.then(|| {
        format!(
            "{} is cordoned and evictions were refused",
            cordoned.0.key().name
        )
    })
}

/// The clues of one pool: one for each version, citing its first node.
fn of_pool(
    scene: Scene<'_>,
    pool: &str,
    what: &str,
    field: &str,
    versions: &BTreeMap<&str, Vec<Member<'_>>>,
    stuck: Option<&str>,
) -> Vec<Clue> {
    let counts: Vec<String> = versions
        .iter()
        .map(|(version, nodes)| format!("{version} on {}", counted(nodes.len(), "node")))
        .collect();
    let mut detail = format!("{what} {}", counts.join(", "));
    if let Some(why) = stuck {
        let _ = write!(detail, "; the upgrade seems stuck: {why}");
    }
    let firsts = versions.values().filter_map(|nodes| nodes.first());
    firsts
        .map(|(object, _)| {
            let mut clue = Clue::status(CHECK.id, scene, object)
                .citing(object, field, None)
                .seen(None, scene.evidence.capture.at)
                .detailed(detail.clone());
            clue.subject = Subject {
                kind: "NodePool".to_owned(),
                name: pool.to_owned(),
                ..Subject::default()
            };
            clue.severity = stuck.map(|_| Severity::Medium);
            clue.naming_subject()
        })
        .collect()
}
