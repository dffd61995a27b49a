//! Pools whose nodes use different DNS servers.

use super::resolvers::{Servers, nodes};
use super::{Check, Need, pools};
use crate::diagnose::finding::Subject;
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::observe::members::counted;
use crate::diagnose::scene::Scene;
use crate::examine::facts::FactKind;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "node-dns-servers-differ",
    needs: &[Need::Collected(FactKind::Resolver)],
    run,
};

/// Nodes of a pool that have the same servers.
type Alike<'a> = BTreeMap<BTreeSet<IpAddr>, Vec<(&'a str, Servers<'a>)>>;

/// Compares the nodes of each pool.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut by_pool: BTreeMap<String, Alike<'_>> = BTreeMap::new();
    for (node, dns) in nodes(scene) {
        let Some(servers) = dns.machine.filter(|servers| !servers.are_local()) else {
            continue;
        };
        if let Some(pool) = pools::pool_of(scene, node) {
            let alike = by_pool.entry(pool).or_default();
            let set = servers.addresses.iter().copied().collect();
            alike.entry(set).or_default().push((node, servers));
        }
    }
    let differ = by_pool.into_iter().filter(|(_, alike)| alike.len() > 1);
    differ
        .flat_map(|(pool, alike)| of_pool(scene, &pool, &alike))
        .collect()
}

/// The clues of one pool: one for each set of servers, about its first node.
fn of_pool(scene: Scene<'_>, pool: &str, alike: &Alike<'_>) -> Vec<Clue> {
    let told: Vec<String> = alike
        .values()
        .filter_map(|nodes| {
            let (first, servers) = nodes.first()?;
            let who = match nodes.len() {
                1 => (*first).to_owned(),
                more => counted(more, "node"),
            };
            Some(format!("{who}: {}", servers.told()))
        })
        .collect();
    let detail = format!("pool {pool}: {}", told.join("; "));
    let firsts = alike.values().filter_map(|nodes| nodes.first());
    firsts
        .map(|(node, servers)| Clue {
            subject: Subject::cluster(),
            ..servers.clue(scene, CHECK.id, node).detailed(detail.clone())
        })
        .collect()
}
