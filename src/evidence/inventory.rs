//! Versions in use, as objects, images and collectors state them.

use super::{Index, images};
use crate::examine::part::{CollectorFact, LOGS_OWN};
use crate::kube::{Detail, Object};
use crate::layout::Role;
use crate::limits::Limits;
use crate::locator::{EntryPath, Snippet};
use std::collections::BTreeMap;

/// Where a version was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionFact {
    /// The version as written, such as `v1.16.7`.
    pub version: String,
    /// On how many objects.
    pub count: u64,
    /// The first place it stands in.
    pub path: EntryPath,
    /// Its words there.
    pub snippet: Snippet,
}

/// Containers of a pod that are looked at for an image; its first one or two are the component.
const CONTAINERS: usize = 4;
/// Where AKS states the image of a node.
const NODE_IMAGE: &str = "kubernetes.azure.com/node-image-version";
/// Components with the version of the release that they are of.
const RELEASED: &[&str] = &[
    "kube-apiserver",
    "kube-controller-manager",
    "kube-proxy",
    "kube-scheduler",
    "kubelet",
];

/// Versions by component: `kubernetes` (the control plane), `kubelet`, `kernel`, `container runtime`,
/// `os image`, `node image`, and what images and start-up lines of logs tell.
#[derive(Debug, Default)]
pub struct Inventory {
    versions: BTreeMap<&'static str, Vec<VersionFact>>,
}

impl Inventory {
    /// Adds the version of the cluster that `az` tells, where it tells of one cluster.
    fn add_azure(&mut self, collector: &[(EntryPath, Role, CollectorFact)]) {
        let clusters = collector.iter().filter_map(|(path, _, fact)| match fact {
            // Node pools are named below their cluster.
            CollectorFact::Azure(one) if !one.name.contains('/') => {
                Some((path, one, one.version.as_deref()?))
            }
            _ => None,
        });
        let clusters: Vec<_> = clusters.collect();
        if let [(path, one, version)] = clusters.as_slice() {
            let version = format!("v{}", version.trim_start_matches('v'));
            self.add("kubernetes", &version, path, || one.snippet.clone());
        }
    }

    /// Collects versions from nodes and from the server's own statement.
    pub(super) fn collect(index: &Index, collector: &[(EntryPath, Role, CollectorFact)]) -> Self {
        let mut inventory = Self::default();
        for (path, _, fact) in collector {
            if let CollectorFact::ServerVersion {
                git_version,
                snippet,
            } = fact
            {
                inventory.add("kubernetes", git_version, path, || snippet.clone());
            }
        }
        inventory.add_azure(collector);
        for (object, node) in index.nodes() {
            if let Some(image) = object.meta.labels.get(NODE_IMAGE) {
                inventory.add("node image", image, &object.path, || {
                    cited(object, &format!("metadata.labels[\"{NODE_IMAGE}\"]"))
                });
            }
            let fields = [
                ("kubelet", &node.kubelet_version, "kubeletVersion"),
                ("kube-proxy", &node.kube_proxy_version, "kubeProxyVersion"),
                ("kernel", &node.kernel_version, "kernelVersion"),
                (
                    "container runtime",
                    &node.runtime_version,
                    "containerRuntimeVersion",
                ),
                ("os image", &node.os_image, "osImage"),
            ];
            for (component, version, field) in fields {
                if let Some(version) = version {
                    inventory.add(component, version, &object.path, || {
                        cited(object, &format!("status.nodeInfo.{field}"))
                    });
                }
            }
        }
        inventory.add_images(index);
        inventory.add_started(collector);
        for (path, _, fact) in collector {
            match fact {
                CollectorFact::NetworkConfig(config) if !config.plugin.is_empty() => {
                    inventory.add("network plugin", &config.plugin, path, || {
                        config.snippet.clone()
                    });
                }
                CollectorFact::HelmRelease(release) => {
                    inventory.add("Helm chart", &release.chart, path, || {
                        release.snippet.clone()
                    });
                }
                _ => {}
            }
        }
        inventory
    }

    /// Adds what images of pods are; those of workloads where no pod was collected.
    fn add_images(&mut self, index: &Index) {
        let pods = index.pods().flat_map(|(object, pod)| {
            let images = pod.containers.iter().map(|container| &container.image);
            images.map(move |image| (object, image))
        });
        let none = index.pods().next().is_none();
        let workloads = index.iter().filter_map(|object| match &object.detail {
            Detail::Workload(workload) if none => Some((object, workload)),
            _ => None,
        });
        let workloads = workloads.flat_map(|(object, workload)| {
            workload.images.iter().map(move |image| (object, image))
        });
        for (object, image) in pods.chain(workloads) {
            if let Some((component, version)) = images::component_of(image) {
                self.add(component, version, &object.path, || image_of(object, image));
            }
        }
    }

    /// Adds the versions that programs name when they start, where nothing else tells them.
    fn add_started(&mut self, collector: &[(EntryPath, Role, CollectorFact)]) {
        let mut latest: BTreeMap<(&'static str, &EntryPath), (&str, &Snippet)> = BTreeMap::new();
        for (path, role, fact) in collector {
            if let CollectorFact::Started {
                component,
                version,
                snippet,
            } = fact
                && let Some(component) = started(component, role)
                && !self.versions.contains_key(component)
            {
                latest.insert((component, path), (version, snippet));
            }
        }
        for ((component, path), (version, snippet)) in latest {
            self.add(component, version, path, || snippet.clone());
        }
    }

    /// Counts one sight of a version.
    fn add(
        &mut self,
        component: &'static str,
        version: &str,
        path: &EntryPath,
        snippet: impl FnOnce() -> Snippet,
    ) {
        let known = self.versions.entry(component).or_default();
        match known.iter_mut().find(|fact| fact.version == version) {
            Some(fact) => fact.count += 1,
            None => known.push(VersionFact {
                version: version.to_owned(),
                count: 1,
                path: path.clone(),
                snippet: snippet(),
            }),
        }
    }

    /// All versions of a component, most frequent first.
    pub fn versions(&self, component: &str) -> Vec<&VersionFact> {
        let mut facts: Vec<_> = self.versions.get(component).into_iter().flatten().collect();
        facts.sort_by(|a, b| {
            b.count
                .cmp(&a.count)
                .then_with(|| a.version.cmp(&b.version))
        });
        facts
    }

    /// Versions that a rule's `component` is judged against: the control plane's for `kubernetes`,
    /// or the kubelets' where only those are known.
    pub fn judged(&self, component: &str) -> Vec<&VersionFact> {
        let found = self.versions(component);
        match component {
            "kubernetes" | "server" | "server-or-kubelet" if found.is_empty() => {
                // The server's own words, then its image, then what it is not older than.
                ["kubernetes", "kube-apiserver", "kubelet"]
                    .into_iter()
                    .map(|component| self.versions(component))
                    .find(|facts| !facts.is_empty())
                    .unwrap_or_default()
            }
            // Nodes write the name of their runtime before its version.
            "containerd" | "docker" | "cri-o" => self
                .versions("container runtime")
                .into_iter()
                .filter(|fact| fact.version.starts_with(component))
                .collect(),
            // Rules write names in small letters.
            _ if found.is_empty() => self
                .versions
                .keys()
                .find(|known| known.eq_ignore_ascii_case(component))
                .map(|known| self.versions(known))
                .unwrap_or_default(),
            _ => found,
        }
    }

    /// All components with their versions.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Vec<&VersionFact>)> {
        self.versions
            .keys()
            .map(|component| (*component, self.versions(component)))
    }
}

/// The component that a start-up line is about; where the line does not say, the one whose log it
/// is, if that has a version of the release.
fn started(component: &'static str, role: &Role) -> Option<&'static str> {
    if component != LOGS_OWN {
        return Some(component);
    }
    role.component.filter(|own| RELEASED.contains(own))
}

/// A field of an object, as the bundle has it.
fn cited(object: &Object, field: &str) -> Snippet {
    object.text.cite(field, &Limits::RELEASE)
}

/// The place at which an object names an image; its first line where its text was not kept.
fn image_of(object: &Object, image: &str) -> Snippet {
    let template = if matches!(object.detail, Detail::Workload(_)) {
        "spec.template.spec"
    } else {
        "spec"
    };
    ["containers", "initContainers"]
        .iter()
        .flat_map(|list| (0..CONTAINERS).map(move |at| format!("{template}.{list}[{at}].image")))
        .map(|field| cited(object, &field))
        .find(|snippet| snippet.text.contains(image))
        .unwrap_or_else(|| cited(object, ""))
}
