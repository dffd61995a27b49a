//! The nat tables of nodes: the part that the checks of kube-proxy's rules share.

use crate::diagnose::finding::Subject;
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::examine::facts::EndpointRule;
use crate::examine::part::CollectorFact;
use crate::kube::Detail;
use crate::locator::{EntryPath, Snippet};
use std::collections::{BTreeMap, BTreeSet};

/// The nat table of one node, whole.
pub(super) struct Table<'a> {
    /// The node, where it is known.
    pub(super) node: Option<&'a str>,
    /// The entry.
    pub(super) path: &'a EntryPath,
    /// Its chains, without those of single services and endpoints.
    pub(super) chains: BTreeSet<&'a str>,
    /// Services, as `namespace/name`, whose cluster IP is translated.
    pub(super) services: BTreeSet<&'a str>,
    /// Rules that translate to the address of an endpoint.
    pub(super) endpoints: Vec<&'a EndpointRule>,
    /// Whether kube-proxy matches services by ipsets, without a rule for each.
    pub(super) ipsets: bool,
    /// Whether the node has tables of the other variant of iptables beside this one.
    pub(super) other_variant: bool,
    /// Its first lines.
    pub(super) front: &'a Snippet,
}

impl Table<'_> {
    /// A clue about the node.
    pub(super) fn clue(&self, scene: Scene<'_>, rule: &str) -> Clue {
        let node = self.node.map(Subject::node);
        let subject = node.unwrap_or_else(|| Subject::component("kube-proxy", None));
        Clue::collected(rule, subject).seen(None, scene.evidence.capture.at)
    }

    /// Whether another program than kube-proxy serves services on the node: its chains are there, or
    /// its pods run where kube-proxy's do not.
    pub(super) fn is_of_another_proxy(&self, scene: Scene<'_>) -> bool {
        let chains = self.chains.iter();
        let own =
            chains.filter(|chain| chain.starts_with("CILIUM") || chain.starts_with("KUBE-ROUTER"));
        own.count() > 0 || replaces_kube_proxy(scene)
    }
}

/// Whether the bundle tells of a cluster without kube-proxy's iptables: pods of Cilium and none of
/// kube-proxy, or kube-proxy that is told to use nftables.
fn replaces_kube_proxy(scene: Scene<'_>) -> bool {
    let index = &scene.evidence.index;
    let runs = |name: &str| {
        let kinds = ["Pod", "DaemonSet"];
        let mut objects = kinds
            .iter()
            .flat_map(|kind| index.named_like(kind, "kube-system", name));
        objects.next().is_some()
    };
    let mut proxies = index.named_like("DaemonSet", "kube-system", "kube-proxy");
    let by_nftables = proxies.any(|object| match &object.detail {
        Detail::Workload(workload) => workload
            .commands
            .iter()
            .any(|command| command.contains("nftables")),
        _ => false,
    });
    by_nftables || runs("cilium") && !runs("kube-proxy")
}

/// The nat table of each node; of several runs the last.
pub(super) fn tables(scene: Scene<'_>) -> Vec<Table<'_>> {
    let mut tables: BTreeMap<&EntryPath, Table<'_>> = BTreeMap::new();
    for (path, role, fact) in &scene.evidence.collector {
        let CollectorFact::NatTable(piece) = fact else {
            continue;
        };
        // Pieces come in order: without the first it is no table.
        if let Some(front) = &piece.front {
            tables.insert(
                path,
                Table {
                    node: role.node.as_deref(),
                    path,
                    chains: BTreeSet::new(),
                    services: BTreeSet::new(),
                    endpoints: vec![],
                    ipsets: false,
                    other_variant: false,
                    front,
                },
            );
        }
        if let Some(table) = tables.get_mut(path) {
            table.chains.extend(piece.chains.iter().map(String::as_str));
            table
                .services
                .extend(piece.services.iter().map(String::as_str));
            table.endpoints.extend(&piece.endpoints);
            table.ipsets |= piece.ipsets;
            table.other_variant |= piece.other_variant;
        }
    }
    let mut latest: BTreeMap<_, Table<'_>> = BTreeMap::new();
    for (path, table) in tables {
        // Without the node every table stands for itself.
        let key = (table.node, table.node.is_none().then_some(path));
        latest.insert(key, table);
    }
    latest.into_values().collect()
}
