//! Nodes that ask custom DNS servers and never Azure's own.

use super::resolvers::{AZURE, nodes};
use super::{Check, Need, periscope_outbound_failed as outbound};
use crate::diagnose::finding::Subject;
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::examine::facts::FactKind;
use crate::severity::Severity;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "node-dns-custom",
    needs: &[Need::Collected(FactKind::Resolver)],
    run,
};

/// Looks at the servers of each machine; worse where a probe of the same node could not look up a
/// name.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    if !scene.evidence.in_azure() {
        return vec![];
    }
    let mut clues = Vec::new();
    for (node, dns) in nodes(scene) {
        let Some(servers) = dns.machine else {
            continue;
        };
        let azure = servers
            .addresses
            .iter()
            .any(|address| address.to_string() == AZURE);
        if azure || servers.are_local() {
            continue;
        }
        let mut clue = servers
            .clue(scene, CHECK.id, node)
            .detailed(format!("they query {} instead of {AZURE}", servers.told()));
        if let Some((path, probe)) = outbound::failed_lookup(scene, node) {
            clue = clue.with_citation(path, probe.snippet.clone(), probe.time);
            clue.severity = Some(Severity::Medium);
        }
        clue.subject = Subject::cluster();
        clues.push(clue);
    }
    clues
}
