//! Nodes whose service rules do not fit the services in the bundle.

use super::nat_tables::{Table, tables};
use super::{Check, Need, backends};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::observe::members::just_now;
use crate::diagnose::scene::Scene;
use crate::examine::facts::FactKind;
use crate::kube::{Detail, Object, Service};
use std::collections::{BTreeMap, BTreeSet};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "kube-proxy-rules-stale",
    needs: &[Need::All(&[
        Need::Collected(FactKind::NatTable),
        Need::Objects("Service"),
    ])],
    run,
};

/// Services and addresses told by name.
const TOLD: usize = 3;
/// Labels of services that kube-proxy leaves to others.
const OF_OTHERS: [&str; 2] = [
    "service.kubernetes.io/headless",
    "service.kubernetes.io/service-proxy-name",
];

/// Compares each table in iptables mode with the services.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let wanted = wanted(scene);
    let endpoints = endpoints(scene);
    let pods: BTreeSet<&str> = scene
        .evidence
        .index
        .pods()
        .filter_map(|(_, pod)| pod.ip.as_deref())
        .collect();
    let mut clues = Vec::new();
    for table in tables(scene) {
        // A rule for any service proves that there is one for each.
        if table.services.is_empty() || table.ipsets || table.is_of_another_proxy(scene) {
            continue;
        }
        clues.extend(without_rule(scene, &table, &wanted));
        clues.extend(to_nowhere(scene, &table, &endpoints, &pods));
    }
    clues
}

/// Services that have endpoints and a cluster IP, which every node has to translate.
fn wanted(scene: Scene<'_>) -> BTreeMap<String, (&Object, usize)> {
    let mut wanted = BTreeMap::new();
    for object in scene.evidence.index.of_kind("Service") {
        let Detail::Service(service) = &object.detail else {
            continue;
        };
        let labels = &object.meta.labels;
        let own = !OF_OTHERS.iter().any(|label| labels.contains_key(*label));
        if !own || !is_translated(service) || just_now(scene, object.meta.created) {
            continue;
        }
        let behind = backends::behind(scene, object, service);
        if let Some(behind) =
            behind.filter(|behind| behind.ready > 0 && !behind.just_started(scene))
        {
            let key = object.key();
            wanted.insert(
                format!("{}/{}", key.namespace, key.name),
                (object, behind.ready),
            );
        }
    }
    wanted
}

/// Whether a service has a cluster IP of the family that the table is of.
fn is_translated(service: &Service) -> bool {
    let address = service.cluster_ip.as_deref().unwrap_or_default();
    service.kind != "ExternalName" && address.parse::<std::net::Ipv4Addr>().is_ok()
}

/// The clue of the services that a node has no rule for.
fn without_rule(
    scene: Scene<'_>,
    table: &Table<'_>,
    wanted: &BTreeMap<String, (&Object, usize)>,
) -> Option<Clue> {
    let absent = wanted
        .iter()
        .filter(|(name, _)| !table.services.contains(name.as_str()));
    let absent: Vec<_> = absent.collect();
    let (_, (first, _)) = absent.first()?;
    let named: Vec<String> = absent
        .iter()
        .take(TOLD)
        .map(|(name, (_, ready))| format!("{name} ({ready} endpoints)"))
        .collect();
    let mut clue = table
        .clue(scene, CHECK.id)
        .with_citation(table.path, table.front.clone(), None)
        .citing(first, "spec.clusterIP", None)
        .detailed(format!("no rule for {}", listed(&named, absent.len())));
    clue.count = absent.len() as u64;
    Some(clue)
}

/// The endpoints of services of which every address is known, as `namespace/name`.
fn endpoints(scene: Scene<'_>) -> BTreeMap<String, (&Object, BTreeSet<&str>)> {
    let mut known: BTreeMap<String, (&Object, BTreeSet<&str>)> = BTreeMap::new();
    let mut partial = BTreeSet::new();
    for kind in ["Endpoints", "EndpointSlice"] {
        for object in scene.evidence.index.of_kind(kind) {
            let Detail::Endpoints(endpoints) = &object.detail else {
                continue;
            };
            let service = format!("{}/{}", object.key().namespace, endpoints.service);
            // `describe` names some and counts the rest.
            if endpoints.addresses.len() < endpoints.ready + endpoints.not_ready {
                partial.insert(service.clone());
            }
            let (_, addresses) = known.entry(service).or_insert((object, BTreeSet::new()));
            addresses.extend(endpoints.addresses.iter().map(AsRef::as_ref));
        }
    }
    // A service without endpoints keeps those that are just ending.
    known.retain(|service, (_, addresses)| !partial.contains(service) && !addresses.is_empty());
    known
}

/// The clue of the rules that send traffic to what is no endpoint, and no pod that is known.
fn to_nowhere(
    scene: Scene<'_>,
    table: &Table<'_>,
    endpoints: &BTreeMap<String, (&Object, BTreeSet<&str>)>,
    pods: &BTreeSet<&str>,
) -> Option<Clue> {
    let mut stale = BTreeMap::new();
    for rule in &table.endpoints {
        let (Some(service), Some(address)) = (rule.service(), rule.address()) else {
            continue;
        };
        let Some((object, addresses)) = endpoints.get(service) else {
            continue;
        };
        if !addresses.contains(address) && !pods.contains(address) {
            stale.entry((service, address)).or_insert((rule, *object));
        }
    }
    let (_, (rule, object)) = stale.first_key_value()?;
    let named: Vec<String> = stale
        .keys()
        .take(TOLD)
        .map(|(service, address)| format!("{service} to {address}"))
        .collect();
    let mut clue = table
        .clue(scene, CHECK.id)
        .with_citation(table.path, rule.snippet(), None)
        .citing(object, "subsets", None)
        .detailed(format!(
            "sends {}, which is not an endpoint",
            listed(&named, stale.len())
        ));
    clue.count = stale.len() as u64;
    Some(clue)
}

/// Some names of several.
fn listed(named: &[String], all: usize) -> String {
    let told = named.join(", ");
    match all.saturating_sub(named.len()) {
        0 => told,
        more => format!("{told} and {more} more"),
    }
}
