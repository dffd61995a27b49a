//! The AKS Periscope sample: one run of version 0.0.13 on three Linux nodes and a Windows node.
//!
//! In: the fictitious cluster. Out: the tree of blobs `<run>/<node>/<key>` with the zip of every
//! node among its keys. The zip holds `<collector>/<key>`, and some entries that the tree has not:
//! a path with a drive letter, which no folder of files can hold, and an entry of 0 bytes whose
//! source failed.

use super::cluster::{LINUX, Pod, RUN, WINDOWS, pods};
use super::rng::Rng;
use super::writers::{File, periscope_zip};
use super::{describe, journal, node_files, windows};
use std::io;

/// The Windows node's provisioning log under the key that Periscope gives it.
const WINDOWS_PROVISION_KEY: &str = r"C:\AzureData\CustomDataSetupScript.log";

/// What the DNS collector uploads where the host's file is not mounted: Go's error text.
const DNS_ERROR: &str = "open /etchostlogs/resolv.conf: no such file or directory";

/// Something that a collector gathered.
struct Item {
    /// The collector's name, a folder of the zip.
    collector: &'static str,
    /// The key of the blob.
    key: String,
    /// The content.
    bytes: Vec<u8>,
    /// Whether the zip alone has it.
    zip_only: bool,
}

impl Item {
    /// Something that the tree and the zip hold.
    fn new(collector: &'static str, key: &str, content: impl Into<Vec<u8>>) -> Self {
        Self {
            collector,
            key: key.to_string(),
            bytes: content.into(),
            zip_only: false,
        }
    }

    /// Something that only the zip holds.
    fn in_zip(collector: &'static str, key: &str, content: impl Into<Vec<u8>>) -> Self {
        Self {
            zip_only: true,
            ..Self::new(collector, key, content)
        }
    }
}

/// All files of the sample, named from its folder on.
pub(crate) fn files() -> io::Result<Vec<File>> {
    let pods = pods();
    let mut files = Vec::new();
    for (position, node) in LINUX.iter().enumerate() {
        let items = linux_items(position, node.name, &pods);
        files.extend(blobs(node.name, &items, position)?);
    }
    let items = windows_items(&pods);
    files.extend(blobs(WINDOWS.name, &items, LINUX.len())?);
    Ok(files)
}

/// The blobs of a node, its zip among them.
fn blobs(node: &str, items: &[Item], seed: usize) -> io::Result<Vec<File>> {
    let mut entries: Vec<File> = items
        .iter()
        .map(|item| {
            File::new(
                format!("{}/{}", item.collector, item.key),
                item.bytes.clone(),
            )
        })
        .collect();
    Rng::new(0x21b + seed as u64).shuffle(&mut entries);
    let zip = periscope_zip(&entries)?;
    let loose = items
        .iter()
        .filter(|item| !item.zip_only)
        .map(|item| File::new(format!("{RUN}/{node}/{}", item.key), item.bytes.clone()));
    Ok(loose
        .chain([File::new(format!("{RUN}/{node}/{node}.zip"), zip)])
        .collect())
}

/// What the collectors gather on every node: the cluster's objects and the probes.
fn common_items(host: &str, blocked: bool, network: String, pods: &[Pod]) -> Vec<Item> {
    let mut rng = Rng::new(0xc011);
    let probes = node_files::TARGETS.iter().map(|(target, url)| {
        let probe = node_files::probe(blocked, target, url);
        Item::new("networkoutbound", target, probe)
    });
    let objects = describe::objects(pods)
        .into_iter()
        .map(|file| Item::new("kubeobjects", &file.name, file.bytes));
    let budgets = ["default", "kube-system", "shop"].map(|namespace| {
        let budgets = node_files::disruption_budgets(namespace);
        Item::new("poddisruptionbudget", &format!("pdb-{namespace}"), budgets)
    });
    let summary = [
        Item::new(
            "networkoutbound",
            "networkoutbound",
            node_files::probes(host, blocked),
        ),
        Item::new("networkconfig", "networkconfig", network),
        Item::new("systemperf", "nodes", node_files::node_metrics()),
        Item::new(
            "systemperf",
            "pods",
            node_files::pod_metrics(pods, &mut rng),
        ),
    ];
    probes
        .chain(objects)
        .chain(budgets)
        .chain(summary)
        .collect()
}

/// What the collectors gather on a Linux node. The firewall blocks the second; the iptables
/// collector failed on the third, where the DNS collector misses its mount as well.
fn linux_items(position: usize, host: &str, pods: &[Pod]) -> Vec<Item> {
    let mut rng = Rng::new(0x11 + position as u64);
    let blocked = position == 1;
    let failing = position == 2;
    let dns = (!failing).then_some("168.63.129.16");
    let host_resolver = if failing {
        String::from(DNS_ERROR)
    } else {
        node_files::resolver("168.63.129.16", "k5xq0w3vbn2ezf1t.ax.internal.cloudapp.net")
    };
    let cluster_search = "aks-periscope.svc.cluster.local svc.cluster.local cluster.local";
    let network = node_files::network_config(host, dns);
    let mut items = common_items(host, blocked, network, pods);
    items.extend([
        Item::new("dns", "virtualmachine", host_resolver),
        Item::new(
            "dns",
            "kubernetes",
            node_files::resolver("10.0.0.10", cluster_search),
        ),
        Item::new(
            "kubeletcmd",
            "kubeletcmd",
            node_files::kubelet_command(host),
        ),
        Item::new(
            "nodelogs",
            "var_log_azure_cluster-provision.log",
            node_files::provision_log(blocked),
        ),
        Item::new(
            "nodelogs",
            "var_log_cloud-init.log",
            node_files::cloud_init(&mut rng),
        ),
        Item::new("nodelogs", "var_log_syslog", journal::syslog(position)),
        Item::new("systemlogs", "docker", "-- No entries --\n"),
        Item::new("systemlogs", "kubelet", journal::of_node(position, pods)),
        if failing {
            Item::in_zip("iptables", "iptables", "")
        } else {
            Item::new("iptables", "iptables", node_files::iptables(&mut rng))
        },
    ]);
    items
}

/// What the collectors gather on the Windows node.
fn windows_items(pods: &[Pod]) -> Vec<Item> {
    let network = node_files::windows_network_config(WINDOWS.name);
    let mut items = common_items(WINDOWS.name, false, network, pods);
    items.extend(
        windows::logs()
            .into_iter()
            .map(|file| Item::new("windowslogs", &file.name, file.bytes)),
    );
    items.push(Item::in_zip(
        "nodelogs",
        WINDOWS_PROVISION_KEY,
        windows::custom_data_log(),
    ));
    items
}
