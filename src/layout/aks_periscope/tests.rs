//! Paths of every release, with the roles they must get.

use super::super::testing::{entries, facts, role, words};
use super::super::{EntryFacts, Layout, detect};
use super::*;
use crate::layout::aks_periscope::run::run_time;
use jiff::Timestamp;

const NODE: &str = "aks-nodepool1-12345678-vmss000000";
const OTHER: &str = "aks-nodepool1-12345678-vmss000001";
const RUN: &str = "2023-10-05T09-15-02Z";

/// Keys of the newest releases: folder in the zip, key, role without its node.
const LATEST: &[(&str, &str, &str)] = &[
    ("dns", "virtualmachine", "Collector dns-config"),
    ("dns", "kubernetes", "Collector dns-config"),
    ("helm", "helm_list", "Collector"),
    ("iptables", "iptables", "Collector"),
    ("kubeletcmd", "kubeletcmd", "Collector"),
    (
        "kubeobjects",
        "kube-system_pod_coredns-1",
        "Objects kube-system/-/-",
    ),
    (
        "kubeobjects",
        "web_ingress.networking.k8s.io_web",
        "Objects web/-/-",
    ),
    ("networkoutbound", "Internet", "Collector"),
    ("networkoutbound", "AKS API Server", "Collector"),
    ("networkoutbound", "Azure Container Registry", "Collector"),
    (
        "networkoutbound",
        "Microsoft Container Registry",
        "Collector",
    ),
    ("networkoutbound", "networkoutbound", "Collector"),
    ("networkconfig", "networkconfig", "Collector"),
    (
        "nodelogs",
        "var_log_azure_cluster-provision.log",
        "NodeLog cse",
    ),
    ("nodelogs", "var_log_cloud-init.log", "NodeLog cloud-init"),
    (
        "nodelogs",
        "var_log_azure-vnet-ipam.log",
        "NodeLog azure-vnet",
    ),
    (
        "nodelogs",
        r"C:\AzureData\CustomDataSetupScript.log",
        "NodeLog cse",
    ),
    ("osm", "mesh/shop_services", "Objects shop/-/-"),
    ("osm", "mesh/shop_service_accounts", "Objects shop/-/-"),
    ("osm", "mesh/web-1_podConfig", "Objects"),
    ("osm", "mesh/web-1_podLogs", "PodLog workload -/web-1/-"),
    ("osm", "mesh/shop_pods_list", "Objects shop/-/-"),
    ("osm", "mesh/envoy/web-1config_dump", "Collector"),
    ("osm", "mesh/control_plane/mesh_configs", "Collector"),
    (
        "poddisruptionbudget",
        "pdb-kube-system",
        "Collector kube-system/-/-",
    ),
    ("podscontainerlogs", "web-1-web", "PodLog workload"),
    ("smi", "smi/crd_traffictargets.access.smi-spec", "Objects"),
    (
        "smi",
        "smi/namespace_shop/x_y_custom_resource",
        "Objects shop/-/-",
    ),
    ("systemlogs", "docker", "NodeLog docker"),
    ("systemlogs", "kubelet", "NodeLog kubelet"),
    ("systemperf", "nodes", "Collector"),
    ("systemperf", "pods", "Collector"),
    (
        "windowslogs",
        "collect-windows-logs/kubelet.err.log",
        "NodeLog kubelet",
    ),
    (
        "windowslogs",
        "collect-windows-logs/kubeproxy.log",
        "NodeLog kube-proxy",
    ),
    (
        "windowslogs",
        "collect-windows-logs/1_services.csv",
        "NodeLog windows",
    ),
    (
        "windowslogs",
        "collect-windows-logs/1-ctr-logs/containerd-1.txt",
        "NodeLog containerd",
    ),
    (
        "windowslogs",
        "collect-windows-logs/collect-windows-logs-output.log",
        "Collector",
    ),
    (
        "windowslogs",
        "collect-windows-logs/endpoint.txt",
        "Collector",
    ),
];

/// Keys of releases before 0.4: path below the node, role without its node.
const OLD: &[(&str, &str)] = &[
    (
        "metrics/containerlogs/kube-system/coredns-1",
        "PodLog coredns kube-system/coredns-1/-",
    ),
    ("metrics/dns/host", "Collector dns-config"),
    (
        "metrics/kubeobjects/kube-system/pod",
        "Objects kube-system/-/-",
    ),
    ("metrics/networkoutbound/APIServerConnectivity", "Collector"),
    ("metrics/provisionlogs/provisionlogs", "NodeLog cse"),
    ("metrics/systemlogs/kubelet", "NodeLog kubelet"),
    ("diagnostic/dns", "Collector dns-config"),
    ("diagnostic/networkoutbound", "Collector"),
    (
        "collector/containerlogs/kube-system_coredns-1",
        "PodLog coredns kube-system/coredns-1/-",
    ),
    (
        "collector/kubeobjects/kube-system_pod_coredns-1",
        "Objects kube-system/-/-",
    ),
    ("collector/networkoutbound/AKS Tunnel", "Collector"),
    ("collector/nodelogs/var_log_syslog", "NodeLog"),
    ("collector/systemperf/nodes", "Collector"),
    ("diagnoser/networkconfig", "Collector"),
    ("diagnoser/networkoutbound", "Collector"),
];

/// Facts of the latest keys below `root`, in folders as in a zip or without them as blobs.
fn latest(root: &str, folders: bool) -> Vec<EntryFacts> {
    LATEST
        .iter()
        .map(|(folder, key, _)| {
            let mut facts = facts(
                "p.zip",
                &if folders {
                    format!("{root}{folder}/{key}")
                } else {
                    format!("{root}{key}")
                },
            );
            facts.shape = facts_shape(folder);
            facts
        })
        .collect()
}

/// How entries of a collector are read.
fn facts_shape(folder: &str) -> crate::examine::Shape {
    use crate::examine::Shape;
    match folder {
        "podscontainerlogs" | "helm" | "networkconfig" => Shape::Json,
        "kubeobjects" => Shape::Describe,
        _ => Shape::Log,
    }
}

/// Checks the roles of the latest keys below `root`.
fn check_latest(layout: &Layout, root: &str, folders: bool, node: &str) {
    for (folder, key, expected) in LATEST {
        let path = if folders {
            format!("{root}{folder}/{key}")
        } else {
            format!("{root}{key}")
        };
        // What is of the cluster is of no node, whichever uploaded it.
        let collector = Collector::of_folder(folder).expect("a collector's folder");
        let of_node = copies::scope(collector) == Scope::Node;
        let expected = format!("{expected}{}", if of_node { node } else { "" });
        let role = role(layout, &path);
        assert_eq!(words(&role), expected, "{path}");
        let by = role.collected_by.map(|node| format!(" @{node}"));
        assert_eq!(by.unwrap_or_default(), node, "{path}");
    }
}

/// When the collector ran.
fn collected(layout: &Layout) -> Option<Timestamp> {
    layout.collected.map(|collected| collected.at)
}

#[test]
fn a_zip_of_a_node_is_recognised_under_its_name() {
    for (root, node) in [
        (format!("{NODE}.zip!"), format!(" @{NODE}")),
        (format!("{NODE} (1).zip!"), format!(" @{NODE}")),
        (format!("download/{NODE}.zip!"), format!(" @{NODE}")),
        ("kind-worker.zip!".to_string(), " @kind-worker".to_string()),
        (String::new(), String::new()),
        ("unpacked/".to_string(), String::new()),
    ] {
        let layout = detect(&latest(&root, true));
        assert_eq!(layout.format, Format::AksPeriscope, "{root}");
        assert_eq!(collected(&layout), None);
        check_latest(&layout, &root, true, &node);
    }
}

#[test]
fn the_bundle_itself_may_be_the_zip_of_a_node() {
    let mut all = latest("", true);
    for entry in &mut all {
        let path = entry.path.path();
        entry.path = facts("akswin000000.zip", &path).path;
    }
    check_latest(&detect(&all), "", true, " @akswin000000");
}

#[test]
fn the_journal_names_the_node_where_no_folder_does() {
    let mut all = latest("support.zip!", true);
    for entry in &mut all {
        if entry.path.inner() == "systemlogs/kubelet" {
            entry.hosts = vec![NODE.to_string(), "image-builder".to_string()];
        }
    }
    check_latest(&detect(&all), "support.zip!", true, &format!(" @{NODE}"));
}

#[test]
fn a_tree_of_blobs_is_recognised_by_run_and_node() {
    for (root, dated) in [
        (format!("{RUN}/{NODE}/"), true),
        (format!("mycluster-dns-1234/{RUN}/{NODE}/"), true),
        (format!("free text/{NODE}/"), false),
        (format!("{NODE}/"), false),
    ] {
        let layout = detect(&latest(&root, false));
        assert_eq!(layout.format, Format::AksPeriscope, "{root}");
        let at = dated.then(|| "2023-10-05T09:15:02Z".parse().expect("a valid time"));
        assert_eq!(collected(&layout), at);
        check_latest(&layout, &root, false, &format!(" @{NODE}"));
    }
}

#[test]
fn old_releases_have_a_folder_more() {
    for root in [
        format!("{RUN}/{NODE}/"),
        format!("mycluster/{RUN}/{NODE}/"),
        format!("{RUN}/{NODE}/{NODE}.zip!var/log/aks-periscope/{RUN}/{NODE}/"),
    ] {
        // Release 0.1, then 0.2 and 0.3.
        for folders in [["metrics/", "diagnostic/"], ["collector/", "diagnoser/"]] {
            let own = |(key, _): &&(&str, _)| folders.iter().any(|own| key.starts_with(own));
            let keys: Vec<_> = OLD.iter().filter(own).collect();
            check_old(&root, &keys);
        }
    }
}

/// Checks the roles of old keys below `root`.
fn check_old(root: &str, keys: &[&(&str, &str)]) {
    let names: Vec<_> = keys.iter().map(|(key, _)| format!("{root}{key}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let layout = detect(&entries("b", &names));
    assert_eq!(layout.format, Format::AksPeriscope);
    for (key, expected) in keys {
        let role = role(&layout, &format!("{root}{key}"));
        let of_cluster = ["kubeobjects", "systemperf"];
        let of_cluster = of_cluster.iter().any(|own| key.contains(own));
        let node = if of_cluster {
            String::new()
        } else {
            format!(" @{NODE}")
        };
        assert_eq!(words(&role), format!("{expected}{node}"), "{key}");
        assert_eq!(role.collected_by.as_deref(), Some(NODE), "{key}");
    }
}

#[test]
fn release_0_4_names_containers_as_docker_does() {
    let key = format!("{RUN}/{NODE}/k8s_coredns_coredns-1_kube-system_uid_0");
    let node_log = format!("{RUN}/{NODE}/nodeLog");
    let command = format!("{RUN}/{NODE}/kubeletcmd");
    let layout = detect(&entries("b", &[&key, &node_log, &command]));
    assert_eq!(
        words(&role(&layout, &key)),
        format!("PodLog coredns kube-system/coredns-1/coredns @{NODE}")
    );
    assert_eq!(words(&role(&layout, &node_log)), format!("NodeLog @{NODE}"));
}

#[test]
fn of_a_blob_and_its_copy_in_the_zip_the_zip_is_kept() {
    let at = |name: &str| format!("{RUN}/{NODE}/{name}");
    let zip = |name: &str| at(&format!("{NODE}.zip!{name}"));
    let mut all = entries(
        "b",
        &[
            &at("kubelet"),
            &at("kubeletcmd"),
            &at("Internet"),
            &at("var_log_x"),
            &zip("systemlogs/kubelet"),
            &zip("networkoutbound/Internet"),
            &zip("kubeletcmd/kubeletcmd"),
            &format!("2023-10-06T00-00-00Z/{NODE}/kubelet"),
            &format!("2023-10-06T00-00-00Z/{NODE}/networkconfig"),
        ],
    );
    for entry in &mut all {
        if entry.path.inner() == "kubeletcmd/kubeletcmd" {
            // The source failed: since 0.0.13 such an entry is empty.
            entry.bytes = 0;
        }
    }
    let layout = detect(&all);
    let content = |path: &str| role(&layout, path).content;
    assert_eq!(content(&at("kubelet")), Content::Duplicate);
    assert_eq!(content(&zip("systemlogs/kubelet")), Content::NodeLog);
    assert_eq!(content(&at("Internet")), Content::Duplicate);
    assert_eq!(content(&at("kubeletcmd")), Content::Collector);
    assert_eq!(content(&zip("kubeletcmd/kubeletcmd")), Content::Duplicate);
    assert_eq!(content(&at("var_log_x")), Content::NodeLog);
    let later = format!("2023-10-06T00-00-00Z/{NODE}/kubelet");
    assert_eq!(content(&later), Content::NodeLog);
    assert_eq!(
        collected(&layout),
        Some("2023-10-06T00:00:00Z".parse().expect("a valid time"))
    );
}

#[test]
fn a_zip_beside_the_tree_is_of_the_same_node() {
    let loose = format!("tree/{RUN}/{NODE}/kubelet");
    let command = format!("tree/{RUN}/{NODE}/kubeletcmd");
    let zipped = format!("zips/{NODE}.zip!systemlogs/kubelet");
    let layout = detect(&entries("b", &[&loose, &command, &zipped]));
    assert_eq!(role(&layout, &loose).content, Content::Duplicate);
    assert_eq!(role(&layout, &zipped).content, Content::NodeLog);
}

#[test]
fn logs_of_pods_that_all_nodes_upload_are_copies_of_one() {
    let one = format!("{NODE}.zip!podscontainerlogs/web-1-web");
    let two = format!("{OTHER}.zip!podscontainerlogs/web-1-web");
    let objects = format!("{OTHER}.zip!kubeobjects/kube-system_pod_a");
    let outbound = format!("{OTHER}.zip!networkoutbound/Internet");
    let layout = detect(&entries("b", &[&two, &one, &objects, &outbound]));
    let log = role(&layout, &one);
    assert_eq!(log.content, Content::PodLog);
    assert!(log.copy_of.is_some());
    assert_eq!(role(&layout, &two).copy_of, log.copy_of);
    assert_eq!(role(&layout, &objects).copy_of, None);
    // Objects are merged by identity and may differ between nodes.
    assert_eq!(role(&layout, &objects).content, Content::Objects);
    assert!(layout.reason.ends_with("of 2 nodes"), "{}", layout.reason);
}

#[test]
fn the_reason_names_the_decisive_entries() {
    let layout = detect(&entries(
        "b.zip",
        &["dns/kubernetes", "networkoutbound/Internet", "README"],
    ));
    assert_eq!(
        layout.reason,
        "networkoutbound/Internet and dns/kubernetes in the form that AKS Periscope writes"
    );
}

#[test]
fn trees_of_others_are_not_periscopes() {
    for names in [
        &[
            "host/systemlogs/syslog",
            "host/journald/kubelet",
            "host/networking/iptables",
        ][..],
        &["dns/README", "helm/Chart.yaml", "osm/x"],
        &["a/kubectl/nodes", "a/kubectl/pods", "a/kubelet", "a/docker"],
        &["systemlogs/kubelet"],
        &["iptables"],
        &["nodelogs/a", "x/podscontainerlogs/b"],
    ] {
        assert_eq!(
            detect(&entries("b", names)).format,
            Format::Generic,
            "{names:?}"
        );
    }
}

#[test]
fn content_is_proof_where_names_are_few() {
    let mut all = entries("b", &["networkconfig/networkconfig", "x/y.log"]);
    assert_eq!(detect(&all).format, Format::Generic);
    all[0].periscope = true;
    assert_eq!(detect(&all).format, Format::AksPeriscope);
}

#[test]
fn runs_are_named_by_their_time() {
    assert!(run_time(RUN).is_some());
    assert!(run_time("2023-10-05T09:15:02Z").is_some());
    for other in [
        "",
        "2023-13-05T09-15-02Z",
        "2023-10-05T09-15-02",
        "my run",
        "é023-10-05T09-15-0Z",
    ] {
        assert_eq!(run_time(other), None, "{other}");
    }
}
