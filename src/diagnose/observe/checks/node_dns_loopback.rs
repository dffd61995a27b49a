//! Kubelets that hand pods a resolver configuration with nothing but loopback addresses.

use super::kubelet_commands::kubelets;
use super::resolvers::nodes;
use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::examine::facts::FactKind;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "node-dns-loopback",
    needs: &[Need::All(&[
        Need::Collected(FactKind::Resolver),
        Need::Collected(FactKind::KubeletCommand),
    ])],
    run,
};

/// The file that a kubelet hands over unless it is told otherwise, and that collectors save.
const DEFAULT: &str = "/etc/resolv.conf";

/// Joins the machine's servers with the flag of its kubelet. A configuration file may name another
/// file than the flag that is not given: then nothing can be said.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let nodes = nodes(scene);
    let mut clues = Vec::new();
    for kubelet in kubelets(scene) {
        let Some(node) = kubelet.node else {
            continue;
        };
        let machine = nodes.get(node).and_then(|dns| dns.machine.as_ref());
        let Some(servers) = machine else {
            continue;
        };
        let hands_over = match kubelet.command.flag("resolv-conf") {
            Some(file) => file == DEFAULT,
            None => kubelet.command.flag("config").is_none(),
        };
        if hands_over && servers.addresses.iter().all(std::net::IpAddr::is_loopback) {
            clues.push(
                kubelet
                    .clue(scene, CHECK.id)
                    .with_citation(servers.path, servers.snippet.clone(), None)
                    .detailed(format!("{DEFAULT} lists only {}", servers.told())),
            );
        }
    }
    clues
}
