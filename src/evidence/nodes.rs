//! The nodes that a bundle names, and which of them it holds anything of.
//!
//! In: the layout, the logs, the objects and the events. Out: [`Nodes`]. The node that is broken is
//! often the one that cannot upload: what only other nodes tell of it must not pass for a look at it.
//!
//! Node objects, pods, the events about nodes and the collector's own lists name nodes. Virtual
//! nodes (`virtual-kubelet`) have no machine, and so nothing that could be collected from them.

use super::{Index, LogSource};
use crate::examine::facts::UsageOf;
use crate::examine::part::CollectorFact;
use crate::gap::{Gap, GapReason};
use crate::kube::{Event, Node, Object, Taint};
use crate::layout::{Content, Layout, Role};
use crate::locator::{EntryPath, Locator};
use std::collections::{BTreeMap, BTreeSet};

/// Nodes of the cluster by name, as far as the bundle tells.
#[derive(Debug, Clone, Default)]
pub struct Nodes {
    by_name: BTreeMap<String, NodeSight>,
    /// Whether each file and each log of a node could be given to one.
    attributed: bool,
    /// Whether the collector runs on every node, so that a node without files is one that failed.
    promised: bool,
}

/// What a bundle holds of one node.
#[derive(Debug, Clone, Default)]
pub struct NodeSight {
    /// Whether files were taken on the node itself.
    pub own: bool,
    /// Whose logs these are; logs of containers do not count.
    pub components: BTreeSet<&'static str>,
    /// Whether one of these logs has many writers that nothing tells apart.
    pub mixed: bool,
    /// Whether it runs Windows.
    pub windows: bool,
    /// Where the bundle names it, in another node's files or in lists.
    pub named_at: Option<Locator>,
    /// Why the collector may have failed there, in words: "not ready"; empty where nothing says.
    pub trouble: String,
}

/// Reasons of events that tell the end of a node.
const REMOVALS: &[&str] = &["DeletingNode", "RemovingNode"];
/// Taints that every pod of a daemon set tolerates.
const TOLERATED: &str = "node.kubernetes.io/";
/// Absent nodes that a gap lists by name.
const LISTED: usize = 8;

impl Nodes {
    /// The nodes of a bundle.
    pub(super) fn of(
        layout: &Layout,
        logs: &[LogSource],
        index: &Index,
        events: &[Event],
        facts: &[(EntryPath, Role, CollectorFact)],
    ) -> Self {
        let promised = layout.format.promises().every_node;
        let mut nodes = Self {
            by_name: BTreeMap::new(),
            attributed: true,
            promised,
        };
        nodes.read_objects(index);
        if promised {
            let roles = layout.roles.values();
            for node in roles.filter_map(|role| role.collected_by.as_deref()) {
                nodes.entry(node).own = true;
            }
            nodes.read_mentions(index, events, facts);
        }
        for log in logs.iter().filter(|log| is_of_a_node(log)) {
            nodes.read_log(log);
        }
        nodes
    }

    /// All nodes in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &NodeSight)> {
        self.by_name
            .iter()
            .map(|(name, sight)| (name.as_str(), sight))
    }

    /// Nodes that should have brought files and did not; empty where this cannot be told.
    pub fn absent(&self) -> impl Iterator<Item = (&str, &NodeSight)> {
        let told = self.promised && self.attributed && self.by_name.values().any(|one| one.own);
        self.iter().filter(move |(_, sight)| told && !sight.own)
    }

    /// Nodes of which a log of any of these components could be there and is not, with the number
    /// of nodes where one could be; `None` where logs of no node, or not known of which, were read.
    pub fn without_log(
        &self,
        components: &[String],
        linux_only: bool,
    ) -> Option<(Vec<&str>, usize)> {
        let known = self
            .iter()
            .filter(|(_, sight)| !(linux_only && sight.windows));
        let known: Vec<_> = known.collect();
        let has = |sight: &NodeSight| {
            sight.mixed
                || components
                    .iter()
                    .any(|name| sight.components.contains(&**name))
        };
        let lacking: Vec<&str> = known
            .iter()
            .filter(|(_, sight)| !has(sight))
            .map(|(name, _)| *name)
            .collect();
        (self.attributed && lacking.len() < known.len()).then_some((lacking, known.len()))
    }

    /// The nodes without files as one gap: at the place that names the first of them.
    pub(super) fn gap(&self) -> Option<Gap> {
        let absent: Vec<_> = self.absent().collect();
        let locator = absent
            .iter()
            .find_map(|(_, sight)| sight.named_at.clone())?;
        let mut listed: Vec<String> = absent
            .iter()
            .take(LISTED)
            .map(|(name, sight)| match sight.trouble.as_str() {
                "" => (*name).to_owned(),
                trouble => format!("{name} ({trouble})"),
            })
            .collect();
        if absent.len() > LISTED {
            listed.push(format!("and {} more", absent.len() - LISTED));
        }
        Some(Gap {
            locator,
            reason: GapReason::NodesAbsent {
                absent: absent.len(),
                all: self.by_name.len(),
                names: listed.join(", "),
            },
        })
    }

    /// Nodes that objects describe.
    fn read_objects(&mut self, index: &Index) {
        for (object, node) in index.nodes() {
            if is_virtual(object, node) || self.promised && is_control_plane(object) {
                continue;
            }
            let sight = self.entry(&object.key().name);
            sight.windows |= node.operating_system.as_deref() == Some("windows");
            sight.trouble = trouble(node);
            sight.named_at = Some(object.path.line(object.text.first_line()));
        }
    }

    /// Nodes that pods run on, that events are about, and whose results are in lists.
    fn read_mentions(
        &mut self,
        index: &Index,
        events: &[Event],
        facts: &[(EntryPath, Role, CollectorFact)],
    ) {
        let mut gone = BTreeSet::new();
        let about = events.iter().filter(|event| event.object.kind == "Node");
        for event in about.clone() {
            if REMOVALS.contains(&event.reason.as_str()) {
                gone.insert(event.object.name.as_str());
            }
        }
        let objects = index.nodes().map(|(object, _)| object.key().name.clone());
        let excluded: BTreeSet<String> = objects
            .filter(|name| !self.by_name.contains_key(name))
            .collect();
        let mut mention = |name: &str, path: &EntryPath, line: u64| {
            if is_node_name(name) && !gone.contains(name) && !excluded.contains(name) {
                let known = self.entry(name);
                known.named_at.get_or_insert_with(|| path.line(line));
            }
        };
        for event in about {
            mention(&event.object.name, &event.path, event.snippet.line);
        }
        for (path, _, fact) in facts {
            let used = match fact {
                CollectorFact::Usage(used) if used.of == UsageOf::Node => Some(used.name.as_str()),
                _ => None,
            };
            if let Some(node) = fact.node().or(used) {
                mention(node, path, 1);
            }
        }
        for (object, pod) in index.pods() {
            // The record of a pod that ended may outlive its node.
            let runs = !matches!(pod.phase.as_str(), "Failed" | "Succeeded");
            if let Some(node) = pod.node.as_deref().filter(|_| runs) {
                mention(node, &object.path, object.text.first_line());
            }
        }
    }

    /// Gives a log to the nodes that wrote it.
    fn read_log(&mut self, log: &LogSource) {
        let hosts: Vec<&str> = match &log.role.node {
            Some(node) => vec![node],
            None => log.hosts.iter().map(String::as_str).collect(),
        };
        self.attributed &= !hosts.is_empty();
        for host in hosts {
            let name = self.by_name.keys().find(|name| same_machine(name, host));
            let Some(name) = name.cloned() else {
                // A machine that no object describes: which one it is, nobody can tell.
                self.attributed &= self.by_name.is_empty();
                continue;
            };
            let sight = self.entry(&name);
            sight.own = true;
            sight.mixed |= log.components.is_empty();
            sight.components.extend(&log.components);
        }
    }

    /// What is known of a node.
    fn entry(&mut self, name: &str) -> &mut NodeSight {
        let sight = self.by_name.entry(name.to_owned()).or_default();
        sight.windows |= is_windows_name(name);
        sight
    }
}

/// Whether a log was taken on a node, and anything of it was read.
fn is_of_a_node(log: &LogSource) -> bool {
    log.role.content == Content::NodeLog && log.lines > 0 && log.fetch_error.is_none()
}

/// Whether a node stands for a service without machines, as virtual-kubelet makes them.
fn is_virtual(object: &Object, node: &Node) -> bool {
    let labelled = object.meta.labels.get("type").map(String::as_str) == Some("virtual-kubelet");
    let version = node.kubelet_version.as_deref().unwrap_or_default();
    let taints = |taint: &Taint| taint.key.starts_with("virtual-kubelet.io/");
    labelled || version.contains("-vk-") || node.taints.iter().any(taints)
}

/// Whether a node runs the control plane, where a collector's pods do not run.
fn is_control_plane(object: &Object) -> bool {
    let roles = ["master", "control-plane"];
    object.meta.labels.iter().any(|(label, value)| {
        roles.iter().any(|role| {
            label.strip_prefix("node-role.kubernetes.io/") == Some(role)
                || label == "kubernetes.io/role" && value == role
        })
    })
}

/// Why a collector's pod may not have done its work on a node.
fn trouble(node: &Node) -> String {
    let ready = node.conditions.iter().find(|one| one.kind == "Ready");
    let kept_away = node.taints.iter().find(|taint| {
        matches!(taint.effect.as_str(), "NoSchedule" | "NoExecute")
            && !taint.key.starts_with(TOLERATED)
    });
    match (ready.map(|ready| ready.status.as_str()), kept_away) {
        (Some("True") | None, None) => String::new(),
        (Some("True") | None, Some(taint)) => format!("tainted {}", taint.key),
        (Some("Unknown"), _) => "not ready: its kubelet stopped reporting".to_owned(),
        (Some(_), _) => "not ready".to_owned(),
    }
}

/// Whether a text can be the name of a node with a machine: a DNS subdomain, and not the name that
/// the virtual node of AKS has.
fn is_node_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with("virtual-node-")
        && !name.starts_with("virtual-kubelet")
        && name.len() <= 253
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte))
}

/// Whether AKS calls its Windows nodes so: `akswin000000`, without a dash.
fn is_windows_name(name: &str) -> bool {
    let number = name
        .len()
        .checked_sub(6)
        .and_then(|at| name.split_at_checked(at));
    number.is_some_and(|(pool, number)| {
        pool.starts_with("aks")
            && pool.len() > 3
            && !pool.contains(['-', '.'])
            && number.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Whether a host name of a log is that of a node: equal, or the first label of the node's name.
fn same_machine(node: &str, host: &str) -> bool {
    let first = |name: &str| {
        name.split('.')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    node.eq_ignore_ascii_case(host)
        || first(node) == first(host) && (node.contains('.') != host.contains('.'))
}
