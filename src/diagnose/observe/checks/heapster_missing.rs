//! An old dashboard without the metrics service that its graphs come from.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "heapster-missing",
    needs: &[Need::Objects("Pod")],
    run,
};

/// Looks for a dashboard in a system namespace that was collected whole, and neither heapster nor
/// what took its place beside it.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let index = &scene.evidence.index;
    let named = |names: &[&str]| {
        index
            .pods()
            .any(|(object, _)| names.iter().any(|name| object.key().name.starts_with(name)))
    };
    let system_seen = named(&["coredns-", "kube-dns-", "kube-proxy-"]);
    if !system_seen || named(&["heapster-", "metrics-server-", "dashboard-metrics-scraper-"]) {
        return vec![];
    }
    index
        .pods()
        .filter(|(object, _)| object.key().name.starts_with("kubernetes-dashboard-"))
        .map(|(object, _)| {
            Clue::status(CHECK.id, scene, object)
                .citing(object, "metadata.name", object.meta.created)
                .detailed("no heapster, metrics-server or metrics scraper runs")
        })
        .collect()
}
