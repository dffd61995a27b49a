//! What Periscope's collectors are called, and which keys they write.
//!
//! In: the name of a folder or a key. Out: the collector, or what the key says of the content.
//! Everything here is about names alone; where the entry lies is the parent's matter.

use super::super::{Content, Role, component_of_file};
use super::mesh;
use crate::examine::Shape;
use crate::kube::kinds::kind_of_file;

/// Who wrote an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Collector {
    KubeObjects,
    NetworkOutbound,
    NetworkConfig,
    SystemLogs,
    NodeLogs,
    SystemPerf,
    PodDisruptionBudget,
    KubeletCmd,
    Dns,
    IpTables,
    Helm,
    PodsContainerLogs,
    ContainerLogs,
    ProvisionLogs,
    WindowsLogs,
    Osm,
    Smi,
    InspektorGadget,
}

/// Folders in the zip, and before 0.4 on disk, by collector.
const FOLDERS: &[(&str, Collector)] = &[
    ("containerlogs", Collector::ContainerLogs),
    ("dns", Collector::Dns),
    ("helm", Collector::Helm),
    ("inspektorgadget-dnstrace", Collector::InspektorGadget),
    ("inspektorgadget-tcptrace", Collector::InspektorGadget),
    ("iptables", Collector::IpTables),
    ("kubeletcmd", Collector::KubeletCmd),
    ("kubeobjects", Collector::KubeObjects),
    ("networkconfig", Collector::NetworkConfig),
    ("networkoutbound", Collector::NetworkOutbound),
    ("nodelogs", Collector::NodeLogs),
    ("osm", Collector::Osm),
    ("poddisruptionbudget", Collector::PodDisruptionBudget),
    ("podscontainerlogs", Collector::PodsContainerLogs),
    ("provisionlogs", Collector::ProvisionLogs),
    ("smi", Collector::Smi),
    ("systemlogs", Collector::SystemLogs),
    ("systemperf", Collector::SystemPerf),
    ("windowslogs", Collector::WindowsLogs),
];

/// Keys that are always the same, by collector; `true` where nothing but Periscope writes them.
const KEYS: &[(&str, Collector, bool)] = &[
    ("AKS API Server", Collector::NetworkOutbound, true),
    ("AKS Tunnel", Collector::NetworkOutbound, true),
    ("Azure Container Registry", Collector::NetworkOutbound, true),
    (
        "Microsoft Container Registry",
        Collector::NetworkOutbound,
        true,
    ),
    ("Internet", Collector::NetworkOutbound, true),
    ("InternetConnectivity", Collector::NetworkOutbound, true),
    ("APIServerConnectivity", Collector::NetworkOutbound, true),
    ("TunnelConnectivity", Collector::NetworkOutbound, true),
    ("ACRConnectivity", Collector::NetworkOutbound, true),
    ("MCRConnectivity", Collector::NetworkOutbound, true),
    ("networkoutbound", Collector::NetworkOutbound, true),
    ("networkconfig", Collector::NetworkConfig, true),
    ("kubeletcmd", Collector::KubeletCmd, true),
    ("iptables", Collector::IpTables, true),
    ("helm_list", Collector::Helm, true),
    ("virtualmachine", Collector::Dns, true),
    ("kubernetes", Collector::Dns, false),
    ("host", Collector::Dns, false),
    ("container", Collector::Dns, false),
    ("dns", Collector::Dns, false),
    ("docker", Collector::SystemLogs, false),
    ("kubelet", Collector::SystemLogs, false),
    ("containerd", Collector::SystemLogs, false),
    ("nodes", Collector::SystemPerf, false),
    ("pods", Collector::SystemPerf, false),
    ("nodeLog", Collector::NodeLogs, false),
    ("provisionlogs", Collector::ProvisionLogs, true),
    ("dnstracer", Collector::InspektorGadget, false),
    ("tcptracer", Collector::InspektorGadget, false),
];

/// How keys of node logs begin: their path with `_` for `/`.
const NODE_PATHS: &[&str] = &[
    "etc_", "home_", "mnt_", "opt_", "proc_", "run_", "usr_", "var_",
];

impl Collector {
    /// Its name, as its folder has it.
    pub(super) fn name(self) -> &'static str {
        let mut folders = FOLDERS.iter();
        folders
            .find(|(_, collector)| *collector == self)
            .map_or("", |(name, _)| name)
    }

    /// The collector that a folder is called after.
    pub(super) fn of_folder(folder: &str) -> Option<Self> {
        FOLDERS
            .iter()
            .find(|(name, _)| *name == folder)
            .map(|(_, collector)| *collector)
    }

    /// The collector that writes a loose blob of this key.
    pub(super) fn of_key(key: &str, shape: Shape) -> Option<Self> {
        let fixed = KEYS.iter().find(|(known, _, _)| *known == key);
        if let Some((_, collector, _)) = fixed {
            return Some(*collector);
        }
        let begins = |beginning: &str| key.starts_with(beginning);
        Some(if begins("collect-windows-logs/") {
            Self::WindowsLogs
        } else if begins("smi/") || begins("smi_crd") || begins("namespace_") {
            Self::Smi
        } else if begins("pdb-") {
            Self::PodDisruptionBudget
        } else if is_node_path(key) {
            Self::NodeLogs
        } else if begins("k8s_") && key.matches('_').count() >= 5 {
            Self::ContainerLogs
        } else if mesh::is_key(key) {
            Self::Osm
        } else if description(key).is_some() {
            Self::KubeObjects
        } else if shape == Shape::Json {
            Self::PodsContainerLogs
        } else {
            return None;
        })
    }

    /// Whether the collector may write this key into its folder.
    pub(super) fn knows(self, key: &str) -> bool {
        let fixed = || {
            KEYS.iter()
                .any(|(known, collector, _)| *collector == self && *known == key)
        };
        match self {
            Self::KubeObjects => description(key).is_some() || key.matches('/').count() == 1,
            Self::PodDisruptionBudget => key.starts_with("pdb-"),
            Self::Smi => ["smi/", "smi_crd", "namespace_"]
                .iter()
                .any(|beginning| key.starts_with(beginning)),
            Self::WindowsLogs => key.starts_with("collect-windows-logs/"),
            // Of a path of Windows nothing is left but its backslashes.
            Self::NodeLogs | Self::PodsContainerLogs => !key.contains('/'),
            Self::ContainerLogs | Self::Osm => true,
            _ => fixed(),
        }
    }

    /// Whether the collector's folder with a known key helps to prove that this is Periscope.
    pub(super) fn is_decisive(self) -> bool {
        !matches!(
            self,
            Self::Helm | Self::Osm | Self::Smi | Self::ContainerLogs | Self::InspektorGadget
        )
    }
}

/// The collector that a loose blob of this key proves to be Periscope's.
pub(super) fn tells_collector(key: &str) -> Option<Collector> {
    let fixed = KEYS.iter().find(|(known, _, sure)| *sure && *known == key);
    match fixed {
        Some((_, collector, _)) => Some(*collector),
        None if key.starts_with("pdb-") && !key.contains('.') => {
            Some(Collector::PodDisruptionBudget)
        }
        None => description(key)
            .filter(|(_, kind, _)| ["pod", "service", "deployment"].contains(kind))
            .map(|_| Collector::KubeObjects),
    }
}

/// Whether a key is a path on a node: `var_log_x`, or Windows's own spelling.
fn is_node_path(key: &str) -> bool {
    key == "nodeLog"
        || key.contains('\\')
        || NODE_PATHS
            .iter()
            .any(|beginning| key.starts_with(beginning))
}

/// Namespace, resource and name of a key of described objects, `<ns>_<resource[.group]>_<name>`.
fn description(key: &str) -> Option<(&str, &str, &str)> {
    let (namespace, rest) = key.split_once('_')?;
    let (resource, name) = rest.split_once('_')?;
    let is_name = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.')
    };
    // Objects of the cluster are asked for without a namespace: `_node_<name>`.
    let fits = (namespace.is_empty() || is_name(namespace))
        && is_name(resource)
        && !name.is_empty()
        && !name.contains('/')
        && !is_node_path(key);
    fits.then_some((namespace, resource, name))
}

/// Namespace of a key of described objects; before 0.2 it is a folder.
pub(super) fn namespace_of_description(key: &str) -> &str {
    match key.split_once('/') {
        Some((namespace, _)) => namespace,
        None => description(key).map_or("", |(namespace, _, _)| namespace),
    }
}

/// Role of a container's log as releases up to 0.4 name it: `k8s_<ctr>_<pod>_<ns>_<uid>_<n>`,
/// `<ns>_<pod>` or `<ns>/<pod>`.
pub(super) fn role_of_container_log(key: &str) -> Role {
    let parts: Vec<_> = key.split('_').collect();
    match parts.as_slice() {
        ["k8s", container, pod, namespace, _, _] => Role::pod_log(namespace, pod, container),
        _ => match key.split_once(['/', '_']) {
            Some((namespace, pod)) => Role::pod_log(namespace, pod, ""),
            None => Role::pod_log("", key, ""),
        },
    }
}

/// Role of a file that `collect-windows-logs.ps1` gathered: logs of the node among the output of
/// commands and descriptions of objects.
pub(super) fn role_of_windows_file(key: &str, shape: Shape) -> Role {
    let file = key.rsplit('/').next().unwrap_or(key);
    let is_events = matches!(file.rsplit_once('.'), Some((_, "csv")));
    let is_log = file.contains(".log") || key.contains("-ctr-logs/");
    if shape == Shape::Describe || kind_of_file(file).is_some_and(|_| shape != Shape::Log) {
        Role::objects("")
    } else if is_events {
        Role::node_log(Some("windows"), None)
    } else if is_log && file != "collect-windows-logs-output.log" {
        Role::node_log(component_of_file(file).filter(|c| *c != "kubectl"), None)
    } else {
        Role::of(Content::Collector)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_key_and_no_folder_stands_twice() {
        let keys: BTreeSet<_> = KEYS.iter().map(|(key, _, _)| key).collect();
        assert_eq!(keys.len(), KEYS.len());
        let folders: BTreeSet<_> = FOLDERS.iter().map(|(folder, _)| folder).collect();
        assert_eq!(folders.len(), FOLDERS.len());
    }

    #[test]
    fn every_fixed_key_is_known_to_its_collector() {
        for (key, collector, _) in KEYS {
            assert_eq!(Collector::of_key(key, Shape::Log), Some(*collector));
            // `dns` and old connectivity files stand without a folder of their own.
            assert!(collector.knows(key), "{key}");
        }
    }

    #[test]
    fn keys_tell_namespaces() {
        let cases = [
            ("kube-system_pod_coredns-1", "kube-system"),
            ("ns_ingress.networking.k8s.io_web", "ns"),
            ("default/pod", "default"),
            ("_node_aks-1", ""),
            ("var_log_syslog", ""),
            ("nothing", ""),
        ];
        for (key, namespace) in cases {
            assert_eq!(namespace_of_description(key), namespace, "{key}");
        }
    }
}
