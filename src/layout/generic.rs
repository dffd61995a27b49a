//! Everything without a format of its own: other collectors' trees, folders of logs, bare files.
//!
//! Node, namespace, pod, container and component are read from the path where it says them, and
//! from the entry's own lines where it does not. Trees of other known collectors are named in the
//! reason, by the marker files that their own tools go by.

use super::{
    Content, Named, Role, component_of_container, component_of_file, component_of_unit, pod_path,
};
use crate::examine::Shape;
use crate::layout::words::count;
use std::collections::{BTreeMap, BTreeSet};

/// What was read of a bundle that has no format of its own, or of the rest of one that has.
pub(super) struct Guess {
    /// Roles in the order of the entries.
    pub(super) roles: Vec<Role>,
    /// What was seen.
    pub(super) reason: String,
    /// Whether the tree is another known collector's.
    pub(super) known_tree: bool,
}

/// A collector that is known by marker files, in the order in which they are asked for.
struct Collector {
    /// As the reason names it.
    name: &'static str,
    /// Files, or folders (which end in `/`); all have to be there.
    markers: &'static [&'static str],
}

/// Collectors by their markers; the first with all its markers wins.
const COLLECTORS: &[Collector] = &[
    Collector {
        name: "a troubleshoot.sh support bundle",
        markers: &["/version.yaml", "/cluster-resources/"],
    },
    Collector {
        name: "an OpenShift must-gather",
        markers: &["/cluster-scoped-resources/", "/namespaces/"],
    },
    Collector {
        name: "a Rancher, Harvester or Longhorn support bundle",
        markers: &["/metadata.yaml", "/yamls/"],
    },
    Collector {
        name: "`kind export logs`",
        markers: &["/kind-version.txt"],
    },
    Collector {
        name: "a Sonobuoy archive",
        markers: &["/meta/config.json", "/resources/"],
    },
    Collector {
        name: "a Velero debug bundle",
        markers: &["/velero-bundle/"],
    },
    Collector {
        name: "a crash-diagnostics archive",
        markers: &["/kubecapture/"],
    },
    Collector {
        name: "a Rancher log collection",
        markers: &["/collector-output.log", "/systeminfo/"],
    },
    Collector {
        name: "an EKS log collection",
        markers: &["/system/instance-id.txt"],
    },
    Collector {
        name: "an AKS log collection of one node",
        markers: &["/collect/crictl_pods.json"],
    },
    Collector {
        name: "an AKS log collection of one node",
        markers: &["/collect/ip_4_addr.json"],
    },
    Collector {
        name: "an Azure Arc troubleshooting folder",
        markers: &["/diagnoser_output.txt"],
    },
    Collector {
        name: "logs of an AKS Windows node",
        markers: &["/collect-windows-logs-output.log"],
    },
    Collector {
        name: "a troubleshoot.sh support bundle",
        markers: &["/cluster-resources/"],
    },
    Collector {
        name: "logs from the disk of an AKS node",
        markers: &["/var/log/azure/cluster-provision.log"],
    },
];

/// Files that lie in a folder called after a node.
const NODE_FILES: &[&str] = &[
    "boot.log",
    "cloud-init-output.log",
    "cloud-init.log",
    "containerd.log",
    "crio.log",
    "docker.log",
    "journal.log",
    "kern.log",
    "kubelet-version.txt",
    "kubelet.log",
    "kubernetes-version.txt",
    "serial.log",
];

/// So many of [`NODE_FILES`] make a folder a node's.
const ENOUGH_NODE_FILES: usize = 2;

/// Folders in which every folder (or zip) is called after a node.
const FOLDERS_OF_NODES: &[&str] = &["hosts", "machines", "nodes"];

/// Files of collectors about their own work, and other text that is no log.
const COLLECTOR_FILES: &[&str] = &[
    "analysis.json",
    "bundleGenerationError.log",
    "collector-output.log",
    "diagnoser_output.txt",
    "gather.logs",
    "images.log",
    "must-gather.log",
    "must-gather.logs",
];

/// Reads the role of every entry.
pub(super) fn read(entries: &[Named]) -> Guess {
    let folders = node_folders(entries);
    let mut roles: Vec<Role> = entries
        .iter()
        .map(|entry| {
            let mut role = role(entry);
            if role.node.is_none() {
                role.node = node(entry, &role, &folders);
            }
            role
        })
        .collect();
    mark_previous(entries, &mut roles);
    mark_links(entries, &mut roles);
    let looks_like = looks_like(entries);
    Guess {
        reason: reason(entries, looks_like),
        known_tree: looks_like.is_some(),
        roles,
    }
}

/// Role of one entry by itself.
fn role(entry: &Named) -> Role {
    let segments = entry.segments.as_slice();
    if let Some(role) = pod_path::role(segments) {
        return role;
    }
    if COLLECTOR_FILES.contains(&entry.file()) {
        return Role::of(Content::Collector);
    }
    if entry.is_document() {
        return role_of_document(entry);
    }
    if entry.facts.shape == Shape::Sections {
        return Role::of(Content::PodLog);
    }
    if entry.facts.shape == Shape::Pasted && !entry.facts.kinds.is_empty() {
        return Role::objects("");
    }
    if entry.facts.shape == Shape::Opaque {
        return Role::of(Content::Other);
    }
    role_of_text(entry)
}

/// Role of documents: objects, of the namespace that the path names.
fn role_of_document(entry: &Named) -> Role {
    let namespace = namespace(&entry.segments).unwrap_or_default();
    if entry.file().contains("-errors.") {
        return Role::of(Content::Collector);
    }
    let in_resources = entry.segments.iter().any(|folder| {
        [
            "cluster-resources",
            "cluster-scoped-resources",
            "namespaces",
        ]
        .contains(folder)
    });
    if entry.facts.kinds.is_empty() && entry.facts.shape != Shape::Describe && !in_resources {
        return Role::of(Content::Other);
    }
    Role::objects(namespace)
}

/// Namespace of the objects in a file, as other collectors lay them out.
fn namespace<'a>(segments: &[&'a str]) -> Option<&'a str> {
    let after = |folder: &str| {
        let at = segments.iter().position(|segment| *segment == folder)?;
        segments.get(at + 1..)
    };
    if let Some([namespace, _, ..]) = after("namespaces").or_else(|| after("namespaced")) {
        return Some(namespace);
    }
    let of_file = |file: &'a str| file.split('.').next();
    match after("cluster-resources") {
        Some([_, file] | ["custom-resources", _, file]) => return of_file(file),
        Some(["image-pull-secrets", namespace, _]) => return Some(namespace),
        _ => {}
    }
    match (after("resources"), after("kubecapture")) {
        (Some(["ns", namespace, _, ..]), _) | (_, Some([_, namespace, _, ..])) => Some(namespace),
        _ => None,
    }
}

/// Role of lines: whose log they are by folder, by file name, then by what they say.
fn role_of_text(entry: &Named) -> Role {
    let facts = entry.facts;
    let file = entry.file();
    let by_file = component_of_file(file).or(facts.component_hint);
    match entry.folder() {
        [.., "host_service_logs", _] => {
            let unit = file.split("_service").next().unwrap_or(file);
            return Role::node_log(component_of_unit(unit).or(by_file), None);
        }
        [.., "journald"] => {
            let unit = file.split('.').next().unwrap_or(file);
            return Role::node_log(component_of_unit(unit).or(by_file), None);
        }
        [.., "static-pods", pod] => {
            let end = ["-startup.", "-termination."]
                .iter()
                .find_map(|end| file.split_once(end));
            let component = component_of_container(pod, "").filter(|c| *c != "workload");
            return Role::node_log(component, end.map(|(node, _)| node));
        }
        [.., "run-daemonset"] => {
            let node = file.strip_suffix(".log").unwrap_or(file);
            return Role::node_log(facts.component_hint, Some(node));
        }
        // The extension that provisions AKS nodes.
        folder if folder.iter().any(|f| f.ends_with(".AKSNode")) => {
            return Role::node_log(Some("cse"), None);
        }
        _ => {}
    }
    let is_log = [".log", ".log.gz", "syslog", "messages"]
        .iter()
        .any(|end| file.ends_with(end))
        || file.contains(".log.");
    if is_log || by_file.is_some() || !facts.hosts.is_empty() {
        Role::node_log(by_file, None)
    } else {
        Role::of(Content::Other)
    }
}

/// Folders that are called after nodes, by what lies in them.
fn node_folders<'a>(entries: &'a [Named<'a>]) -> BTreeSet<&'a [&'a str]> {
    let mut found: BTreeMap<&[&str], BTreeSet<&str>> = BTreeMap::new();
    for entry in entries {
        if NODE_FILES.contains(&entry.file()) {
            // Rancher's bundles have the logs of a node one folder deeper.
            let folder = match entry.folder() {
                [node @ .., "logs"] if !node.is_empty() => node,
                folder => folder,
            };
            found.entry(folder).or_default().insert(entry.file());
        }
    }
    found
        .into_iter()
        .filter(|(folder, files)| !folder.is_empty() && files.len() >= ENOUGH_NODE_FILES)
        .map(|(folder, _)| folder)
        .collect()
}

/// Node that an entry was taken from: by a folder that is called after nodes, else the one host
/// that all its lines name. Objects, and logs that the API server gave out, have none.
fn node(entry: &Named, role: &Role, folders: &BTreeSet<&[&str]>) -> Option<String> {
    let segments = entry.segments.as_slice();
    let in_nodes = segments
        .windows(3)
        .find(|window| FOLDERS_OF_NODES.contains(&window[0]) && window[1] != "core")
        .map(|window| window[1].strip_suffix(".zip").unwrap_or(window[1]));
    let by_content = || {
        (1..segments.len()).rev().find_map(|end| {
            let (folder, _) = segments.split_at_checked(end)?;
            folders.contains(folder).then(|| folder.last()).flatten()
        })
    };
    if role.content == Content::Objects {
        return None;
    }
    if let Some(folder) = in_nodes.or_else(|| by_content().copied()) {
        return Some(folder.to_string());
    }
    let hosts = entry.facts.hosts.as_slice();
    match hosts {
        [only] if role.content == Content::NodeLog => Some(only.clone()),
        _ => hosts
            .iter()
            .find(|host| segments.contains(&host.as_str()))
            .cloned(),
    }
}

/// Marks the logs of a container's previous instances in the kubelet's own layout.
fn mark_previous(entries: &[Named], roles: &mut [Role]) {
    let mut latest: BTreeMap<&[&str], u64> = BTreeMap::new();
    for entry in entries {
        if let Some((folder, number)) = pod_path::start_of(&entry.segments) {
            let latest = latest.entry(folder).or_default();
            *latest = number.max(*latest);
        }
    }
    for (entry, role) in entries.iter().zip(roles) {
        if let Some((folder, number)) = pod_path::start_of(&entry.segments) {
            role.previous = latest.get(folder).is_some_and(|latest| number < *latest);
        }
    }
}

/// Marks copies of the kubelet's links (`containers/…`) whose target (`pods/…`) is there too: the
/// same container, in the same folder above, with as many bytes.
fn mark_links(entries: &[Named], roles: &mut [Role]) {
    type Identity<'a> = (&'a [&'a str], [Option<String>; 3], u64);
    fn identity<'a>(above: &'a [&'a str], entry: &Named, role: &Role) -> Identity<'a> {
        let names = [&role.namespace, &role.pod, &role.container].map(Clone::clone);
        (above, names, entry.facts.bytes)
    }
    let mut targets: BTreeSet<Identity> = BTreeSet::new();
    for (entry, role) in entries.iter().zip(roles.iter()) {
        if let [above @ .., "pods", _, _, _] = entry.segments.as_slice() {
            targets.insert(identity(above, entry, role));
        }
    }
    for (entry, role) in entries.iter().zip(roles) {
        if let [above @ .., "containers", _] = entry.segments.as_slice()
            && role.content == Content::PodLog
            && targets.contains(&identity(above, entry, role))
        {
            role.content = Content::Duplicate;
        }
    }
}

/// The collector whose markers are all there.
fn looks_like(entries: &[Named]) -> Option<&'static Collector> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for entry in entries {
        let path = format!("/{}", entry.segments.join("/"));
        seen.extend(COLLECTORS.iter().flat_map(|c| c.markers).filter(|marker| {
            if marker.ends_with('/') {
                path.contains(*marker)
            } else {
                path.ends_with(*marker)
            }
        }));
    }
    COLLECTORS
        .iter()
        .find(|c| c.markers.iter().all(|marker| seen.contains(marker)))
}

/// Says what was seen.
fn reason(entries: &[Named], looks_like: Option<&Collector>) -> String {
    let documents = entries.iter().filter(|entry| entry.is_document()).count();
    let logs = entries
        .iter()
        .filter(|entry| matches!(entry.facts.shape, Shape::Log | Shape::Sections))
        .count();
    let seen = format!(
        "{}, {}",
        count(logs, "log", "logs"),
        count(documents, "document", "documents")
    );
    match looks_like {
        Some(collector) => {
            let markers: Vec<_> = collector
                .markers
                .iter()
                .map(|marker| marker.trim_start_matches('/'))
                .collect();
            format!(
                "looks like {} ({}); {seen}",
                collector.name,
                markers.join(" and ")
            )
        }
        None => format!("not the layout of a known collector; {seen}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{entries, role, words};
    use super::super::{Format, detect};
    use super::*;

    const UID: &str = "0123abcd-0123-0123-0123-0123456789ab";
    const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn every_entry_says_what_its_path_says() {
        let cases = [
            ("mg/nodes/n1/n1_logs_kubelet.gz", "NodeLog kubelet @n1"),
            ("mg/nodes/n1/dmesg", "NodeLog kernel @n1"),
            ("mg/nodes/debug", "Other"),
            (
                "mg/host_service_logs/masters/kubelet_service.log",
                "NodeLog kubelet",
            ),
            (
                "mg/host_service_logs/masters/crio_service.log",
                "NodeLog cri-o",
            ),
            (
                "mg/static-pods/kube-apiserver/n1-termination.log.gz",
                "NodeLog kube-apiserver @n1",
            ),
            ("mg/cluster-scoped-resources/core/nodes/n1.yaml", "Objects"),
            ("mg/namespaces/a/core/events.yaml", "Objects a/-/-"),
            ("mg/namespaces/a/pods/p/p.yaml", "Objects a/-/-"),
            ("b/cluster-resources/pods/a.json", "Objects a/-/-"),
            ("b/cluster-resources/nodes.json", "Objects"),
            (
                "b/cluster-resources/custom-resources/x.y.io/a.yaml",
                "Objects a/-/-",
            ),
            ("b/cluster-resources/pods-errors.json", "Collector"),
            ("b/run-daemonset/n1.log", "NodeLog @n1"),
            ("s/nodes/n1.zip!n1/logs/kubelet.log", "NodeLog kubelet @n1"),
            ("h/journald/containerd", "NodeLog containerd"),
            ("h/journald/rke2-server", "NodeLog"),
            (
                "var/log/azure/Microsoft.AKS.Compute.AKS.Linux.AKSNode/extension.log",
                "NodeLog cse",
            ),
            ("var/log/syslog", "NodeLog"),
            ("README.txt", "Other"),
            ("inspect.json", "Other"),
        ];
        for (name, expected) in cases {
            let layout = detect(&entries("b.tar.gz", &[name]));
            assert_eq!(words(&role(&layout, name)), expected, "{name}");
            assert_eq!(layout.format, Format::Generic);
        }
    }

    #[test]
    fn a_folder_with_logs_of_a_node_is_called_after_it() {
        let pod = format!("out/worker/pods/kube-system_kube-proxy-x_{UID}/kube-proxy/0.log");
        let layout = detect(&entries(
            "kind.zip",
            &[
                "out/worker/kubelet.log",
                "out/worker/journal.log",
                "out/lone/kubelet.log",
                &pod,
            ],
        ));
        assert_eq!(
            words(&role(&layout, "out/worker/kubelet.log")),
            "NodeLog kubelet @worker"
        );
        assert_eq!(
            words(&role(&layout, "out/worker/journal.log")),
            "NodeLog @worker"
        );
        assert_eq!(
            words(&role(&layout, "out/lone/kubelet.log")),
            "NodeLog kubelet"
        );
        assert_eq!(
            words(&role(&layout, &pod)),
            "PodLog kube-proxy kube-system/kube-proxy-x/kube-proxy @worker"
        );
    }

    #[test]
    fn hosts_name_the_node_where_no_folder_does() {
        let mut all = entries("b", &["x/journal.log", "n2/journal.log", "many.log"]);
        all[0].hosts = vec!["n1".into()];
        all[1].hosts = vec!["n1".into(), "n2".into()];
        all[2].hosts = vec!["n1".into(), "n2".into()];
        let layout = detect(&all);
        assert_eq!(words(&role(&layout, "x/journal.log")), "NodeLog @n1");
        assert_eq!(words(&role(&layout, "n2/journal.log")), "NodeLog @n2");
        assert_eq!(words(&role(&layout, "many.log")), "NodeLog");
    }

    #[test]
    fn all_but_the_last_start_are_previous() {
        let path = |n: u8| format!("pods/a_b_{UID}/c/{n}.log");
        let layout = detect(&entries("b", &[&path(2), &path(10)]));
        assert!(role(&layout, &path(2)).previous);
        assert!(!role(&layout, &path(10)).previous);
    }

    #[test]
    fn links_to_logs_that_are_there_are_duplicates() {
        let pod = format!("n/pods/a_b_{UID}/c/0.log");
        let link = format!("n/containers/b_a_c-{ID}.log");
        let lone = format!("n/containers/d_a_c-{ID}.log");
        let mut all = entries("b", &[&pod, &link, &lone]);
        let layout = detect(&all);
        assert_eq!(role(&layout, &pod).content, Content::PodLog);
        assert_eq!(role(&layout, &link).content, Content::Duplicate);
        assert_eq!(role(&layout, &lone).content, Content::PodLog);

        // A link to another instance has other bytes.
        all[1].bytes += 1;
        assert_eq!(role(&detect(&all), &link).content, Content::PodLog);
    }

    #[test]
    fn known_trees_are_named_by_their_markers() {
        let cases: &[(&[&str], &str)] = &[
            (
                &["b/version.yaml", "b/cluster-resources/nodes.json"],
                "looks like a troubleshoot.sh support bundle (version.yaml and cluster-resources/); 0 logs, 2 documents",
            ),
            (
                &[
                    "m/namespaces/a/x.yaml",
                    "m/cluster-scoped-resources/core/y.yaml",
                ],
                "looks like an OpenShift must-gather (cluster-scoped-resources/ and namespaces/); 0 logs, 2 documents",
            ),
            (
                &["kind-version.txt"],
                "looks like `kind export logs` (kind-version.txt); 1 log, 0 documents",
            ),
            (
                &["./system/instance-id.txt"],
                "looks like an EKS log collection (system/instance-id.txt); 1 log, 0 documents",
            ),
            (
                &["a.log", "b.json"],
                "not the layout of a known collector; 1 log, 1 document",
            ),
        ];
        for (names, reason) in cases {
            let layout = detect(&entries("b", names));
            assert_eq!(layout.format, Format::Generic);
            assert_eq!(layout.reason, *reason);
        }
    }
}
