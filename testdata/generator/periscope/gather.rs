//! What one release gathers on one node of the cluster.
//!
//! In: a release and a node. Out: its items, each with the row of the table that names its key. The
//! firewall blocks the second node; the iptables collector failed on the third, where the DNS
//! collector misses its mount as well. Where the release cannot hold something, it is not there.

use super::super::cluster::{LINUX, Node, Pod, SILENT, WINDOWS};
use super::super::rng::Rng;
use super::super::writers::File;
use super::super::{describe, describe_node, journal};
use super::keys::{self, Key, What, targets};
use super::version::Version;
use super::{metrics, network, node_files, windows};

/// The Windows node's provisioning log; its key is its path as it is.
const WINDOWS_PROVISION_LOG: &str = r"C:\AzureData\CustomDataSetupScript.log";

/// What the DNS collector uploads where the host's file is not mounted: Go's error text.
const DNS_ERROR: &str = "open /etchostlogs/resolv.conf: no such file or directory";

/// Something that a collector or diagnoser gathered.
pub(super) struct Item {
    /// The row of the table.
    pub(super) row: &'static Key,
    /// The key below the collector.
    pub(super) key: String,
    /// The content.
    pub(super) bytes: Vec<u8>,
    /// Whether the zip alone has it: what a collector gathered before it failed.
    pub(super) zip_only: bool,
}

/// The items of a node, while they are gathered.
struct Gathering {
    version: Version,
    items: Vec<Item>,
}

impl Gathering {
    /// Adds something, if the release writes it.
    fn add(
        &mut self,
        collector: &str,
        what: What,
        open: &[(&str, &str)],
        content: impl Into<Vec<u8>>,
    ) {
        if let Some(row) = keys::row(self.version, collector, what) {
            self.items.push(Item {
                row,
                key: keys::fill(row.pattern, open),
                bytes: content.into(),
                zip_only: false,
            });
        }
    }

    /// What the collectors gather on every node: the cluster's objects and the probes.
    fn common(&mut self, node: Node, blocked: bool, pods: &[Pod]) {
        let version = self.version;
        for target in targets(version) {
            let probe = network::probe(version, node, blocked, *target);
            self.add(
                "networkoutbound",
                What::Probe,
                &[("target", target.0)],
                probe,
            );
        }
        let probes = network::probes(version, node, blocked);
        self.add("networkoutbound", What::Diagnosis, &[], probes);
        self.objects(node, pods);
        for namespace in ["default", "kube-system", "shop"] {
            let budgets = metrics_budgets(version, namespace);
            self.add(
                "poddisruptionbudget",
                What::Budgets,
                &[("ns", namespace)],
                budgets,
            );
        }
        let json = version >= Version::V0_6;
        for of in ["nodes", "pods"] {
            let text = match (of, json) {
                ("nodes", false) => metrics::top_nodes(),
                ("pods", false) => metrics::top_pods(pods),
                ("nodes", true) => metrics::of_nodes(version),
                (_, _) => metrics::of_pods(version, pods),
            };
            let what = if json {
                What::Metrics
            } else {
                What::MetricsTable
            };
            self.add("systemperf", what, &[("type", of)], text);
        }
    }

    /// The described objects. A described age counts from the moment at which this node asked.
    fn objects(&mut self, node: Node, pods: &[Pod]) {
        let mut described = describe::objects(pods);
        let silent = format!("default_node_{}", SILENT.name);
        described.push(File::new(silent, describe_node::silent_node()));
        let mut together: Vec<((String, String), String)> = Vec::new();
        for file in described {
            let mut parts = file.name.splitn(3, '_').map(str::to_owned);
            let mut part = || parts.next().unwrap_or_default();
            let (namespace, kind, name) = (part(), part(), part());
            let text = String::from_utf8_lossy(&file.bytes);
            let text = describe::older(&text, node.later);
            // A bug of these: all kinds that are asked for of a namespace give its pods.
            let kinds: &[&str] = match (self.version, kind.as_str()) {
                (Version::V0_9, "pod") if namespace == "shop" => &["pod", "service"],
                (Version::V0_9, "pod") => &["pod", "service", "deployment"],
                (Version::V0_9, _) => &[],
                (_, kind) => &[kind],
            };
            for kind in kinds {
                let open = [("ns", &*namespace), ("type", *kind), ("name", &*name)];
                self.add("kubeobjects", What::Described, &open, text.as_str());
            }
            match together
                .iter_mut()
                .find(|(of, _)| *of == (namespace.clone(), kind.clone()))
            {
                Some((_, all)) => *all = format!("{all}\n\n{text}"),
                None => together.push(((namespace, kind), text)),
            }
        }
        for ((namespace, kind), text) in together {
            // The first release asks for these kinds only.
            if ["pod", "service"].contains(&&*kind) {
                let open = [("ns", &*namespace), ("type", &*kind)];
                self.add("kubeobjects", What::DescribedTogether, &open, text);
            }
        }
    }

    /// Files of the node in the order in which the list names them.
    fn node_logs(&mut self, logs: &[(&str, String)]) {
        for (path, log) in logs {
            let path = path.strip_prefix('/').unwrap_or(path).replace('/', "_");
            self.add("nodelogs", What::NodeLog, &[("path", &path)], log.as_str());
        }
        if let Some((_, last)) = logs.last() {
            self.add("nodelogs", What::LastNodeLog, &[], last.as_str());
        }
    }
}

/// The budgets of a namespace, where the release lists them.
fn metrics_budgets(version: Version, namespace: &str) -> String {
    if version < Version::V0_9 {
        return String::new();
    }
    metrics::disruption_budgets(version, namespace)
}

/// The items of a Linux node, by its position.
pub(super) fn linux(version: Version, position: usize, pods: &[Pod]) -> Vec<Item> {
    let node = LINUX[position];
    let mut rng = Rng::new(0x11 + position as u64);
    let (blocked, failing) = (position == 1, position == 2);
    let mut all = Gathering {
        version,
        items: Vec::new(),
    };
    all.common(node, blocked, pods);
    let machine = (!failing).then_some("168.63.129.16");
    let resolver = if failing {
        String::from(DNS_ERROR)
    } else {
        node_files::resolver("168.63.129.16", "k5xq0w3vbn2ezf1t.ax.internal.cloudapp.net")
    };
    let search = "aks-periscope.svc.cluster.local svc.cluster.local cluster.local";
    all.add("dns", What::MachineResolver, &[], resolver);
    all.add(
        "dns",
        What::PodResolver,
        &[],
        node_files::resolver("10.0.0.10", search),
    );
    if version == Version::V0_1 {
        let summary = network::resolvers(version, "168.63.129.16", "10.0.0.10");
        all.add("dns", What::Diagnosis, &[], summary);
    } else {
        let config = network::config(version, node, machine);
        all.add("networkconfig", What::Diagnosis, &[], config);
    }
    all.add(
        "kubeletcmd",
        What::Only,
        &[],
        node_files::kubelet_command(node.name),
    );
    let provision = node_files::provision_log(blocked);
    all.add("provisionlogs", What::ProvisionLog, &[], provision.as_str());
    let cloud_init = node_files::cloud_init(&mut rng);
    all.node_logs(&[
        ("/var/log/azure/cluster-provision.log", provision),
        ("/var/log/cloud-init.log", cloud_init),
        ("/var/log/syslog", journal::syslog(position)),
    ]);
    all.add(
        "systemlogs",
        What::Journal,
        &[("unit", "docker")],
        "-- No entries --\n",
    );
    let kubelet = journal::of_node(position, pods);
    all.add("systemlogs", What::Journal, &[("unit", "kubelet")], kubelet);
    for pod in pods
        .iter()
        .filter(|pod| pod.node == position && pod.namespace == "kube-system")
    {
        let open = [
            ("ns", pod.namespace),
            ("pod", pod.name),
            ("ctr", pod.container),
            ("uid", &pod.uid),
        ];
        all.add(
            "containerlogs",
            What::ContainerLog,
            &open,
            node_files::container_log(pod),
        );
    }
    if !failing {
        all.add("iptables", What::Only, &[], node_files::iptables(&mut rng));
    } else if version == Version::NEWEST {
        // Before, the failure of one entry cost the whole zip.
        all.add("iptables", What::Only, &[], "");
        if let Some(item) = all.items.last_mut() {
            item.zip_only = true;
        }
    }
    all.items
}

/// The items of the Windows node; none where the release does not run there.
pub(super) fn windows(version: Version, pods: &[Pod]) -> Vec<Item> {
    let mut all = Gathering {
        version,
        items: Vec::new(),
    };
    if !version.runs_on_windows() {
        return all.items;
    }
    all.common(WINDOWS, false, pods);
    let config = network::windows_config(version, WINDOWS);
    all.add("networkconfig", What::Diagnosis, &[], config);
    for file in windows::logs() {
        let name = file.name.strip_prefix("collect-windows-logs/");
        let open = [("path", name.unwrap_or(&file.name))];
        all.add("windowslogs", What::WindowsLog, &open, file.bytes);
    }
    let provision = windows::custom_data_log();
    all.add(
        "nodelogs",
        What::NodeLog,
        &[("path", WINDOWS_PROVISION_LOG)],
        provision,
    );
    all.items
}
