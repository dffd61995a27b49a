//! Which cloud or distribution the cluster runs on, and in which region, as its nodes say.
//!
//! Sources: `spec.providerID` (`azure://`, `aws://`, `gce://`, `kind://`, ...), the labels and versions
//! that each distribution gives its nodes, and well-known topology labels.

use super::Evidence;
use std::collections::BTreeMap;

/// Marks of a node, and what they mean; a distribution stands before the cloud that it runs on.
const MARKS: &[(Mark, &str)] = &[
    (Mark::Label("node.openshift.io/"), "openshift"),
    (Mark::Label("kubernetes.azure.com/"), "aks"),
    (Mark::Label("eks.amazonaws.com/"), "eks"),
    (Mark::Label("cloud.google.com/gke-"), "gke"),
    (Mark::Version("-eks-"), "eks"),
    (Mark::Version("-gke."), "gke"),
    (Mark::Version("+k3s"), "k3s"),
    (Mark::Version("+rke2"), "rke2"),
    (Mark::Label("rke.cattle.io/"), "rke"),
    (Mark::Label("minikube.k8s.io/"), "minikube"),
    (Mark::Provider("kind://"), "kind"),
    (Mark::Provider("azure://"), "azure"),
    (Mark::Provider("aws://"), "aws"),
    (Mark::Provider("gce://"), "gcp"),
    (Mark::Provider("openstack://"), "openstack"),
    (Mark::Provider("vsphere://"), "vsphere"),
];

/// Labels that name a region.
const REGION: [&str; 2] = [
    "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/region",
];

/// A mark of a node.
#[derive(Debug, Clone, Copy)]
enum Mark {
    /// Beginning of a label's key.
    Label(&'static str),
    /// Part of the kubelet's version.
    Version(&'static str),
    /// Beginning of the provider's id.
    Provider(&'static str),
}

impl Evidence {
    /// `aks`, `eks`, `openshift`, `kind`, ...; `None` where nothing tells. Of nodes that differ, the
    /// first mark of the table that any of them has.
    pub fn cloud(&self) -> Option<&'static str> {
        let found = MARKS.iter().find(|(mark, _)| self.any_node_has(*mark));
        let name = found.map(|(_, name)| *name);
        // The collector runs in AKS only; its bundles often hold no node objects.
        name.or(self.layout.format.promises().cloud)
    }

    /// The region that most nodes are in; of equals, the first by name.
    pub fn region(&self) -> Option<&str> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (object, _) in self.index.nodes() {
            let labels = &object.meta.labels;
            if let Some(region) = REGION.iter().find_map(|key| labels.get(*key)) {
                *counts.entry(region).or_default() += 1;
            }
        }
        let most = counts.values().max().copied();
        counts
            .into_iter()
            .find(|(_, count)| Some(*count) == most)
            .map(|(region, _)| region)
    }

    /// Whether some node has this mark.
    fn any_node_has(&self, mark: Mark) -> bool {
        self.index.nodes().any(|(object, node)| match mark {
            Mark::Label(key) => object
                .meta
                .labels
                .keys()
                .any(|label| label.starts_with(key)),
            Mark::Version(part) => {
                let version = node.kubelet_version.as_deref();
                version.is_some_and(|version| version.contains(part))
            }
            Mark::Provider(scheme) => {
                let id = node.provider_id.as_deref();
                id.is_some_and(|id| id.starts_with(scheme))
            }
        })
    }
}
