//! Nodes that give their pods another DNS server than the cluster's.

use super::kubelet_commands::{Kubelet, kubelets};
use super::resolvers::{NodeDns, Servers, is_link_local, nodes};
use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::examine::facts::FactKind;
use crate::kube::{Detail, Object};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "pod-dns-not-cluster-dns",
    needs: &[
        Need::All(&[
            Need::Collected(FactKind::Resolver),
            Need::Objects("Service"),
        ]),
        Need::All(&[
            Need::Collected(FactKind::KubeletCommand),
            Need::Objects("Service"),
        ]),
    ],
    run,
};

/// Compares what pods of each node are given with the cluster IP of kube-dns.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let services = dns_services(scene);
    let Some((cluster_dns, _)) = services
        .iter()
        .find(|(object, _)| object.key().name == "kube-dns")
    else {
        return vec![];
    };
    let addresses: Vec<IpAddr> = services.iter().map(|(_, address)| *address).collect();
    let nodes = nodes(scene);
    let kubelets: BTreeMap<&str, Kubelet<'_>> = kubelets(scene)
        .into_iter()
        .filter_map(|kubelet| Some((kubelet.node?, kubelet)))
        .collect();
    let mut clues = Vec::new();
    for (node, dns) in &nodes {
        let given = kubelets.get(node).is_none_or(|kubelet| !sets_dns(kubelet));
        if given && let Some(servers) = strange(dns, &addresses) {
            clues.push(
                servers
                    .clue(scene, CHECK.id, node)
                    .citing(cluster_dns, "spec.clusterIP", None)
                    .detailed(format!("pods get {}", servers.told())),
            );
        }
    }
    for kubelet in kubelets.values().filter(|kubelet| sets_dns(kubelet)) {
        let flag = kubelet.command.flag("cluster-dns").unwrap_or_default();
        let set: Vec<IpAddr> = flag
            .split(',')
            .filter_map(|part| part.trim().parse().ok())
            .collect();
        if !set.is_empty() && !set.iter().any(|address| is_clusters(address, &addresses)) {
            clues.push(
                kubelet
                    .clue(scene, CHECK.id)
                    .citing(cluster_dns, "spec.clusterIP", None)
                    .detailed(format!("--cluster-dns={flag}")),
            );
        }
    }
    clues
}

/// Whether a flag of the kubelet says what pods are given.
fn sets_dns(kubelet: &Kubelet<'_>) -> bool {
    kubelet.command.flag("cluster-dns").is_some()
}

/// The servers of the collector's pod, where none is the cluster's. A pod that takes the DNS of its
/// node has the node's servers, and tells nothing of others.
fn strange<'a, 'b>(dns: &'b NodeDns<'a>, addresses: &[IpAddr]) -> Option<&'b Servers<'a>> {
    let own = dns.pod.as_ref()?;
    let machine = dns.machine.as_ref()?;
    let of_node = own
        .addresses
        .iter()
        .all(|address| machine.addresses.contains(address));
    let known = own
        .addresses
        .iter()
        .any(|address| is_clusters(address, addresses));
    (!of_node && !known).then_some(own)
}

/// Whether an address is that of a DNS service, or of a cache on the node.
fn is_clusters(address: &IpAddr, addresses: &[IpAddr]) -> bool {
    addresses.contains(address) || is_link_local(address)
}

/// Services of DNS in the system namespace with their cluster IPs.
fn dns_services(scene: Scene<'_>) -> Vec<(&Object, IpAddr)> {
    let services = scene.evidence.index.of_namespace("Service", "kube-system");
    let services = services.filter(|object| object.key().name.contains("dns"));
    services
        .filter_map(|object| match &object.detail {
            Detail::Service(service) => {
                let address = service.cluster_ip.as_deref()?.parse().ok()?;
                Some((object, address))
            }
            _ => None,
        })
        .collect()
}
