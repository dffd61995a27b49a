//! Nodes that AKS Periscope brought nothing of, and what else shows its results.

use crate::support::{Files, analyze_bytes, json_of, periscope_node, rendered, tar};
use bundlescope::diagnose::{Diagnosis, Outcome};
use bundlescope::limits::Limits;
use bundlescope::report::Format;

const RUN: &str = "2024-05-01T11-58-00Z";
const UPLOADED: &str = "aks-pool1-12345678-vmss000000";
const SILENT: &str = "aks-pool1-12345678-vmss00000a";

/// A rule that looks at the log of the kubelet, and at events.
const OF_KUBELET: &str = "kubelet-qos-cgroup-init";

/// `kubectl describe node`, with these labels and this status of `Ready`.
fn node(name: &str, label: &str, ready: &str) -> String {
    format!(
        "Name:               {name}\nRoles:              agent\nLabels:             {label}\nCreationTimestamp:  Mon, 01 Apr 2024 10:00:00 +0000\nTaints:             <none>\nUnschedulable:      false\nConditions:\n  Type   Status   LastHeartbeatTime                 LastTransitionTime                Reason             Message\n  ----   ------   -----------------                 ------------------                ------             -------\n  Ready  {ready}  Wed, 01 May 2024 11:40:00 +0000   Wed, 01 May 2024 11:41:00 +0000   NodeStatusUnknown  Kubelet stopped posting node status.\nSystem Info:\n  Operating System:  linux\n  Kubelet Version:   v1.28.5\nEvents:              <none>\n"
    )
}

/// The blobs of the node that uploaded, with what it describes.
fn upload(described: &[(&str, String)]) -> Files {
    let blobs = periscope_node(UPLOADED).into_iter().map(|(name, bytes)| {
        let key = name.split_once('/').map_or(&*name, |(_, key)| key);
        (format!("{RUN}/{UPLOADED}/{key}"), bytes)
    });
    let described = described.iter().map(|(name, text)| {
        let name = format!("{RUN}/{UPLOADED}/default_node_{name}");
        (name, text.clone().into_bytes())
    });
    blobs.chain(described).collect()
}

/// The diagnosis of these files.
fn diagnose(files: &Files) -> Diagnosis {
    analyze_bytes("upload.tar", &tar(files), &Limits::RELEASE)
}

/// How the rule of the kubelet's log ended.
fn outcome(diagnosis: &Diagnosis) -> Option<(Outcome, &str)> {
    let mut rules = diagnosis.coverage.rules.iter();
    let row = rules.find(|row| row.rule == OF_KUBELET)?;
    Some((row.outcome, row.reason.as_str()))
}

#[test]
fn a_node_that_uploaded_nothing_is_a_gap_and_nothing_is_clear_for_it() {
    let silent = node(SILENT, "kubernetes.io/os=linux", "Unknown");
    let diagnosis = diagnose(&upload(&[(SILENT, silent)]));
    let gaps: Vec<String> = diagnosis
        .gaps
        .iter()
        .map(|gap| gap.reason.to_string())
        .collect();
    assert_eq!(
        gaps,
        [format!(
            "1 of 2 nodes uploaded nothing: {SILENT} (not ready: its kubelet stopped reporting)"
        )]
    );
    let reason = "the log of kubelet of only 1 of 2 nodes; ";
    let (outcome, why) = outcome(&diagnosis).unwrap();
    assert_eq!(outcome, Outcome::NotChecked);
    assert!(why.starts_with(reason), "{why}");
    let json = json_of(&diagnosis);
    assert_eq!(json["coverage"]["nodes"][0]["absent"], false);
    assert_eq!(json["coverage"]["nodes"][1]["name"], SILENT);
    assert_eq!(json["coverage"]["nodes"][1]["absent"], true);
    let hides = &json["gaps"][0]["hides"];
    assert_eq!(hides, "the journals, node logs and probes of these nodes");
    assert!(
        json["verdict"]
            .to_string()
            .contains("1 of 2 nodes uploaded nothing"),
        "{}",
        json["verdict"]
    );
    for format in [Format::Html, Format::Markdown, Format::Text] {
        let report = rendered(&diagnosis, format);
        let report = report.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            report.contains("1 of 2 nodes uploaded nothing"),
            "{format:?}"
        );
    }
    // The upload, and the journal of a machine that no pod can be started on: instance 10, in base 36.
    let asked: Vec<&str> = diagnosis
        .ask
        .iter()
        .map(|ask| ask.command.as_str())
        .collect();
    let wanted = [
        format!("--pattern '{RUN}/{SILENT}/*'"),
        "-n aks-pool1-12345678-vmss --instance-id 10 ".to_owned(),
    ];
    for words in wanted {
        assert!(
            asked.iter().any(|command| command.contains(&words)),
            "{words}: {asked:?}"
        );
    }
}

#[test]
fn nodes_that_periscope_never_runs_on_are_not_missed() {
    let described = [
        (
            UPLOADED,
            node(UPLOADED, "kubernetes.io/os=linux", "True   "),
        ),
        (
            "virtual-node-aci-linux",
            node("virtual-node-aci-linux", "type=virtual-kubelet", "True   "),
        ),
        (
            "k8s-master-1-0",
            node(
                "k8s-master-1-0",
                "node-role.kubernetes.io/master=",
                "True   ",
            ),
        ),
    ];
    let diagnosis = diagnose(&upload(&described));
    assert_eq!(diagnosis.gaps, []);
    assert_eq!(
        outcome(&diagnosis).map(|(outcome, _)| outcome),
        Some(Outcome::Clear)
    );
    let nodes: Vec<&str> = diagnosis
        .coverage
        .nodes
        .iter()
        .map(|node| &*node.name)
        .collect();
    assert_eq!(nodes, [UPLOADED]);
    assert!(!rendered(&diagnosis, Format::Text).contains("uploaded nothing"));
}

#[test]
fn pods_and_events_name_nodes_until_they_are_removed() {
    let pod = |node: &str| {
        format!(
            "Name:         web\nNamespace:    shop\nNode:         {node}/10.0.0.9\nStatus:       Running\nEvents:\n  Type    Reason  Age  From     Message\n  ----    ------  ---  ----     -------\n  Normal  Pulled  2m   kubelet  pulled\n"
        )
    };
    let with = |text: String| {
        let mut files = upload(&[]);
        files.push((format!("{RUN}/{UPLOADED}/shop_pod_web"), text.into_bytes()));
        let diagnosis = diagnose(&files);
        let nodes = diagnosis
            .coverage
            .absent_nodes()
            .map(|node| node.name.clone());
        nodes.collect::<Vec<_>>()
    };
    assert_eq!(with(pod(SILENT)), [SILENT]);
    assert_eq!(with(pod(UPLOADED)), Vec::<String>::new());
    // The record of a pod that ended may be older than the removal of its node.
    let ended = pod(SILENT).replace("Running", "Failed");
    assert_eq!(with(ended), Vec::<String>::new());
}

/// What `az aks kollect` prints, and what `az aks kanalyze` does behind it.
fn console() -> String {
    format!(
        "Starts collecting diag info for cluster shop\n\n\u{1b}[32mYour logs are being uploaded to storage account \u{1b}[1mshoplogs\u{1b}[0m\n\n\u{1b}[1m\u{1b}[34mhttps://shoplogs.blob.core.windows.net/shop-prod-dns-4k2x9qhm?se=2024-05-02T11%3A58Z&sp=rl&sv=2019-02-02&sig=c2VjcmV0LW9mLXRoZS1zaG9wLWxvZ3M%3D\u{1b}[0m\n\nBelow are the network connectivity results for each node:\n\nHostName                       Type            Start                 End                   Status\n-----------------------------  --------------  --------------------  --------------------  -------------------------------------------------------------\n{UPLOADED}  AKS API Server  2024-05-01T11:59:58Z  2024-05-01T11:59:58Z  \u{1b}[31mError: dial tcp 10.0.0.1:443: connect: connection refused\u{1b}[0m\n{SILENT}  Internet        2024-05-01T11:59:57Z  2024-05-01T11:59:57Z  \u{1b}[31mError: dial tcp 192.0.2.1:80: i/o timeout\u{1b}[0m\n"
    )
}

#[test]
fn a_console_adds_results_counts_none_twice_and_keeps_its_token() {
    let of = |diagnosis: &Diagnosis| -> Vec<String> {
        let own = diagnosis.findings.iter();
        let own = own.filter(|finding| finding.rule == "periscope-outbound-failed");
        own.map(|finding| format!("{} x{}", finding.subject, finding.count))
            .collect()
    };
    let alone = diagnose(&vec![("kollect.txt".into(), console().into_bytes())]);
    assert_eq!(alone.bundle.format, "aks-periscope");
    assert_eq!(of(&alone).len(), 2, "{:?}", of(&alone));
    // The lines of a console are nobody's log.
    assert_eq!(
        outcome(&alone).map(|(outcome, _)| outcome),
        Some(Outcome::NotChecked)
    );

    let mut files = upload(&[]);
    files.push(("kollect.txt".into(), console().into_bytes()));
    let both = diagnose(&files);
    let mut told = of(&both);
    told.sort();
    assert_eq!(
        told,
        [format!("Node {UPLOADED} x1"), format!("Node {SILENT} x1")]
    );
    let asked = both.ask.iter().any(|ask| {
        ask.command
            .contains("--account-name shoplogs --source shop-prod-dns-4k2x9qhm ")
    });
    assert!(asked, "{:?}", both.ask);
    for diagnosis in [&alone, &both] {
        for format in crate::support::FORMATS {
            assert!(
                !rendered(diagnosis, format).contains("c2VjcmV0"),
                "{format:?}"
            );
        }
    }
}
