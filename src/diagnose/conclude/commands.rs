//! Commands that the cluster's version understands.
//!
//! Rules name the objects of a current Kubernetes; clusters in bundles may be years older.

use crate::diagnose::finding::Finding;
use crate::diagnose::scene::Scene;
use crate::rules::version::minor_of;

/// The minor version of Kubernetes 1 from which on every cluster has `EndpointSlice` objects.
const ENDPOINT_SLICES: u64 = 19;

/// The label by which the slices of a service are found, in the form of a command.
const OF_SERVICE: &str = "-l kubernetes.io/service-name=";

/// Writes the commands of the findings for the version of the cluster, where it is known.
pub(super) fn fit(scene: Scene<'_>, findings: &mut [Finding]) {
    let versions = scene.evidence.inventory.judged("kubernetes");
    let minor = versions.first().and_then(|fact| minor_of(&fact.version));
    if minor.is_none_or(|minor| minor >= ENDPOINT_SLICES) {
        return;
    }
    for command in findings.iter_mut().flat_map(|finding| &mut finding.check) {
        if command.starts_with("kubectl ") {
            *command = with_endpoints(command);
        }
    }
}

/// The command with Endpoints, which have the name of their service, in place of `EndpointSlice` objects.
fn with_endpoints(command: &str) -> String {
    let command = command.replace("endpointslices.discovery.k8s.io", "endpoints");
    let command = command.replace("endpointslices", "endpoints");
    command.replace(OF_SERVICE, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_clusters_are_asked_for_endpoints_by_the_name_of_their_service() {
        for (now, then) in [
            (
                "kubectl -n a get endpointslices -l kubernetes.io/service-name=web",
                "kubectl -n a get endpoints web",
            ),
            (
                "kubectl -n a get service,endpointslices,pods",
                "kubectl -n a get service,endpoints,pods",
            ),
            ("kubectl get nodes", "kubectl get nodes"),
        ] {
            assert_eq!(with_endpoints(now), then);
        }
    }
}
