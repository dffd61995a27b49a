//! Versions in use, as objects, images and collectors state them.

use super::Index;
use crate::examine::part::CollectorFact;
use crate::layout::Role;
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

/// Versions by component: `kubernetes` (the control plane), `kubelet`, `kernel`, `container runtime`, `os image`.
#[derive(Debug, Default)]
pub struct Inventory {
    versions: BTreeMap<&'static str, Vec<VersionFact>>,
}

impl Inventory {
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
        for (object, node) in index.nodes() {
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
                        object.text.cite(
                            &format!("status.nodeInfo.{field}"),
                            &crate::limits::Limits::RELEASE,
                        )
                    });
                }
            }
        }
        // Where no node object was collected, the kubelets' own logs tell their versions.
        if !inventory.versions.contains_key("kubelet") {
            let mut latest: BTreeMap<&EntryPath, (&str, &Snippet)> = BTreeMap::new();
            for (path, _, fact) in collector {
                if let CollectorFact::KubeletVersion { version, snippet } = fact {
                    latest.insert(path, (version, snippet));
                }
            }
            for (path, (version, snippet)) in latest {
                inventory.add("kubelet", version, path, || snippet.clone());
            }
        }
        inventory
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
                let server = self.versions("kubernetes");
                if server.is_empty() {
                    self.versions("kubelet")
                } else {
                    server
                }
            }
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
