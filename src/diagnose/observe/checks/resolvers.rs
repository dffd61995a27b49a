//! Name servers of nodes and of their pods: the part that the checks of DNS settings share.

use crate::diagnose::finding::Subject;
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::examine::part::CollectorFact;
use crate::layout::Role;
use crate::locator::{EntryPath, Snippet};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Azure's own resolver, the same address in every network.
pub(super) const AZURE: &str = "168.63.129.16";

/// Name servers that are given to a machine, or to pods on it.
#[derive(Clone)]
pub(super) struct Servers<'a> {
    /// Addresses, in order; never empty.
    pub(super) addresses: Vec<IpAddr>,
    /// The entry.
    pub(super) path: &'a EntryPath,
    /// Its words.
    pub(super) snippet: &'a Snippet,
}

/// What is known of one node.
#[derive(Default)]
pub(super) struct NodeDns<'a> {
    /// Servers of the machine.
    pub(super) machine: Option<Servers<'a>>,
    /// Servers of the collector's pod, which has the DNS policy that pods usually have.
    pub(super) pod: Option<Servers<'a>>,
}

impl Servers<'_> {
    /// A clue about a node, which cites them.
    pub(super) fn clue(&self, scene: Scene<'_>, rule: &str, node: &str) -> Clue {
        Clue::collected(rule, Subject::node(node))
            .with_citation(self.path, self.snippet.clone(), None)
            .seen(None, scene.evidence.capture.at)
    }

    /// The addresses in words.
    pub(super) fn told(&self) -> String {
        let told: Vec<String> = self.addresses.iter().map(IpAddr::to_string).collect();
        told.join(", ")
    }

    /// Whether all are answered on the node itself.
    pub(super) fn are_local(&self) -> bool {
        self.addresses
            .iter()
            .all(|address| address.is_loopback() || is_link_local(address))
    }
}

/// Whether an address is one that only the node itself has: caches of DNS listen there.
pub(super) fn is_link_local(address: &IpAddr) -> bool {
    matches!(address, IpAddr::V4(v4) if v4.is_link_local())
}

/// Name servers of every node that is known by name. A `resolv.conf` tells more than what Periscope's
/// diagnoser made of it; of several runs the last counts.
pub(super) fn nodes(scene: Scene<'_>) -> BTreeMap<&str, NodeDns<'_>> {
    let mut nodes: BTreeMap<&str, NodeDns<'_>> = BTreeMap::new();
    for (path, role, fact) in &scene.evidence.collector {
        if let CollectorFact::NetworkConfig(config) = fact
            && let Some(node) = named(role, &config.host)
        {
            let known = nodes.entry(node).or_default();
            let of = |words: &'_ [String]| servers(path, words, &config.snippet);
            known.machine = of(&config.machine_dns).or(known.machine.take());
            known.pod = of(&config.kubernetes_dns).or(known.pod.take());
        }
    }
    for (path, role, fact) in &scene.evidence.collector {
        if let CollectorFact::Resolver(resolver) = fact
            && let Some(node) = named(role, "")
            && let Some(servers) = servers(path, &resolver.servers, &resolver.snippet)
        {
            let known = nodes.entry(node).or_default();
            let own = if resolver.of_machine {
                &mut known.machine
            } else {
                &mut known.pod
            };
            *own = Some(servers);
        }
    }
    nodes
}

/// The node that an entry is of.
fn named<'a>(role: &'a Role, host: &'a str) -> Option<&'a str> {
    role.node
        .as_deref()
        .or(Some(host).filter(|host| !host.is_empty()))
}

/// The words that are addresses: Periscope's diagnoser lets others in.
fn servers<'a>(path: &'a EntryPath, words: &[String], snippet: &'a Snippet) -> Option<Servers<'a>> {
    let addresses: Vec<IpAddr> = words.iter().filter_map(|word| word.parse().ok()).collect();
    (!addresses.is_empty()).then_some(Servers {
        addresses,
        path,
        snippet,
    })
}
