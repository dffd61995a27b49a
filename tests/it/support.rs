//! What several tests need: archives made in memory, bundles made in code, and runs over them.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use bundlescope::diagnose::{Diagnosis, Window};
use bundlescope::ingest::{Input, Meter};
use bundlescope::limits::Limits;
use bundlescope::report::{self, Format, MAX_BYTES, ReportOptions};
use bundlescope::rules::RuleSet;
use bundlescope::severity::Severity;
use bundlescope::{AnalyzeError, Settings, Workers, analyze};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::sync::LazyLock;

/// Every format.
pub(crate) const FORMATS: [Format; Format::ALL.len()] = Format::ALL;

/// The built-in rules, compiled once.
pub(crate) static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::builtin);

/// Names and contents of files.
pub(crate) type Files = Vec<(String, Vec<u8>)>;

/// Files of constant names and contents.
pub(crate) fn files(list: &[(&str, &str)]) -> Files {
    let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), text.as_bytes().to_vec());
    list.iter().map(owned).collect()
}

/// A tar header with a raw name, which the builder would refuse.
pub(crate) fn header(name: &[u8], size: usize, kind: tar::EntryType) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_size(size as u64);
    header.set_mtime(1_700_000_000);
    header.set_mode(0o644);
    header.set_entry_type(kind);
    header.set_cksum();
    header
}

/// A tar of plain files; names may be hostile.
pub(crate) fn tar(files: &Files) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let kind = tar::EntryType::Regular;
        if name.len() <= 100 {
            let header = header(name.as_bytes(), content.len(), kind);
            builder.append(&header, content.as_slice()).unwrap();
        } else {
            let mut header = header(b"", content.len(), kind);
            builder
                .append_data(&mut header, name, content.as_slice())
                .unwrap();
        }
    }
    builder.into_inner().unwrap()
}

/// A zip of plain files.
pub(crate) fn zip(files: &Files) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(name.as_str(), options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// One gzip member.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One zstd frame.
pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// One xz stream.
pub(crate) fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One bzip2 stream.
pub(crate) fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Writes the files below a folder, making folders as needed.
pub(crate) fn write_folder(folder: &Path, files: &Files) {
    for (name, content) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

/// Analyzes what lies at `path` with the built-in rules, or says why it is no bundle.
pub(crate) fn try_analyze(
    path: &Path,
    limits: &Limits,
    threads: usize,
) -> Result<Diagnosis, AnalyzeError> {
    let workers = Workers::start(threads)?;
    let meter = Meter::default();
    let settings = Settings {
        rules: &RULES,
        limits,
        workers: &workers,
        meter: &meter,
    };
    let input = Input {
        name: path.file_name().unwrap().to_string_lossy().into_owned(),
        path: Some(path.to_owned()),
    };
    analyze(&[input], &settings, Window::default())
}

/// Writes the bytes as a file of this name and analyzes it.
pub(crate) fn try_analyze_bytes(
    name: &str,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Diagnosis, AnalyzeError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    try_analyze(&path, limits, 2)
}

/// As [`try_analyze_bytes`], for what is a bundle.
pub(crate) fn analyze_bytes(name: &str, bytes: &[u8], limits: &Limits) -> Diagnosis {
    try_analyze_bytes(name, bytes, limits).unwrap()
}

/// The report as a user gets it who sets nothing.
pub(crate) fn rendered(diagnosis: &Diagnosis, format: Format) -> String {
    let options = ReportOptions {
        tool_version: "0.0.0".into(),
        rules_hash: RULES.hash().to_owned(),
        min_severity: Severity::Info,
        max_bytes: MAX_BYTES,
        command: "analyze".into(),
    };
    String::from_utf8(report::render(diagnosis, &options, format).unwrap()).unwrap()
}

/// The report for programs, parsed.
pub(crate) fn json_of(diagnosis: &Diagnosis) -> Value {
    serde_json::from_str(&rendered(diagnosis, Format::Json)).unwrap()
}

/// Rule, subject, state and count of every finding, in the report's order.
pub(crate) fn findings(diagnosis: &Diagnosis) -> Vec<String> {
    let said = diagnosis.findings.iter();
    said.map(|f| format!("{} {} {:?} x{}", f.rule, f.subject, f.state, f.count))
        .collect()
}

/// What the schema says is wrong with a report.
pub(crate) fn schema_errors(json: &Value) -> Vec<String> {
    static VALIDATOR: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
        let schema = include_str!("../../docs/report.v1.schema.json");
        jsonschema::draft202012::new(&serde_json::from_str(schema).unwrap()).unwrap()
    });
    let errors = VALIDATOR.iter_errors(json);
    errors
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect()
}

/// A cluster with two nodes, one of them lost, and failing pods in two of three namespaces, as
/// `kubectl cluster-info dump --output-directory` writes it. `log_lines` is the length of the
/// longest log, that of `CoreDNS`.
pub(crate) fn dump(log_lines: usize) -> Files {
    let mut files = vec![(
        "nodes.json".to_owned(),
        list(
            "NodeList",
            &[
                node(
                    "worker-0",
                    "True",
                    "KubeletReady",
                    "kubelet is posting ready status",
                ),
                node(
                    "worker-1",
                    "Unknown",
                    "NodeStatusUnknown",
                    "Kubelet stopped posting node status.",
                ),
            ],
        ),
    )];
    let cluster = [
        ("kube-system", vec![coredns_pod(), proxy_pod()]),
        ("shop", vec![crashing_pod(), unpullable_pod()]),
        ("quiet", vec![]),
    ];
    for (namespace, pods) in cluster {
        for (file, kind) in [
            ("replication-controllers", "ReplicationControllerList"),
            ("services", "ServiceList"),
            ("daemonsets", "DaemonSetList"),
            ("deployments", "DeploymentList"),
            ("replicasets", "ReplicaSetList"),
        ] {
            files.push((format!("{namespace}/{file}.json"), list(kind, &[])));
        }
        let events = list("EventList", &events(namespace));
        files.push((format!("{namespace}/events.json"), events));
        for pod in &pods {
            let name = pod["metadata"]["name"].as_str().unwrap();
            let log = pod_log(namespace, name, log_lines);
            files.push((format!("{namespace}/{name}/logs.txt"), log));
        }
        files.push((format!("{namespace}/pods.json"), list("PodList", &pods)));
    }
    files
}

/// The dump as one stream, as without `--output-directory`.
pub(crate) fn dump_stream(log_lines: usize) -> Vec<u8> {
    let files = dump(log_lines);
    let (logs, lists): (Files, Files) = files
        .into_iter()
        .partition(|(name, _)| name.ends_with("logs.txt"));
    let all = lists.into_iter().chain(logs);
    all.flat_map(|(_, content)| content).collect()
}

/// A list as the dump prints it.
fn list(kind: &str, items: &[Value]) -> Vec<u8> {
    let list = json!({"kind": kind, "apiVersion": "v1", "metadata": {}, "items": items});
    let mut text = serde_json::to_string_pretty(&list).unwrap();
    text.push('\n');
    text.into_bytes()
}

/// A node whose condition `Ready` has this status, reason and message.
fn node(name: &str, ready: &str, reason: &str, message: &str) -> Value {
    let condition = json!({
        "type": "Ready", "status": ready, "reason": reason, "message": message,
        "lastHeartbeatTime": "2024-05-01T11:50:00Z",
        "lastTransitionTime": "2024-05-01T11:51:00Z",
    });
    json!({
        "metadata": {"name": name, "creationTimestamp": "2024-04-01T00:00:00Z"},
        "spec": {},
        "status": {
            "conditions": [condition],
            "nodeInfo": {"kubeletVersion": "v1.28.5", "kernelVersion": "5.15.0-1057-azure",
                "containerRuntimeVersion": "containerd://1.7.7", "osImage": "Ubuntu 22.04.3 LTS"},
        },
    })
}

/// A pod with one container in this status.
fn pod(namespace: &str, name: &str, container: &str, status: &Value) -> Value {
    let ready = status["ready"].as_bool().unwrap();
    let ready = if ready { "True" } else { "False" };
    json!({
        "metadata": {"name": name, "namespace": namespace, "creationTimestamp": "2024-05-01T10:00:00Z"},
        "spec": {"nodeName": "worker-0", "containers": [{"name": container, "image": "example.org/app:1"}]},
        "status": {
            "phase": "Running",
            "startTime": "2024-05-01T10:00:00Z",
            "conditions": [{"type": "Ready", "status": ready, "lastTransitionTime": "2024-05-01T11:58:00Z"}],
            "containerStatuses": [status],
        },
    })
}

/// A pod that is killed at its memory limit again and again.
fn crashing_pod() -> Value {
    let killed = json!({"reason": "OOMKilled", "exitCode": 137,
        "startedAt": "2024-05-01T11:57:00Z", "finishedAt": "2024-05-01T11:58:00Z"});
    let waiting = json!({"reason": "CrashLoopBackOff",
        "message": "back-off 5m0s restarting failed container=api pod=api-7d4b9c-x2k8p_shop"});
    let status = json!({"name": "api", "ready": false, "restartCount": 7, "image": "example.org/app:1",
        "state": {"waiting": waiting}, "lastState": {"terminated": killed}});
    pod("shop", "api-7d4b9c-x2k8p", "api", &status)
}

/// A pod whose image is not there.
fn unpullable_pod() -> Value {
    let waiting = json!({"reason": "ImagePullBackOff",
        "message": "Back-off pulling image \"example.org/web:gone\""});
    let status = json!({"name": "web", "ready": false, "restartCount": 0,
        "image": "example.org/web:gone", "state": {"waiting": waiting}, "lastState": {}});
    pod("shop", "web-5f6d8-abcde", "web", &status)
}

/// A pod that runs.
fn running(namespace: &str, name: &str, container: &str) -> Value {
    let state = json!({"running": {"startedAt": "2024-05-01T10:00:05Z"}});
    let status = json!({"name": container, "ready": true, "restartCount": 0,
        "image": "example.org/app:1", "state": state, "lastState": {}});
    pod(namespace, name, container, &status)
}

/// `CoreDNS` runs, and its log has failures.
fn coredns_pod() -> Value {
    running("kube-system", "coredns-5d78c9869d-qqq7z", "coredns")
}

/// A pod without any failure.
fn proxy_pod() -> Value {
    running("kube-system", "kube-proxy-vvvvv", "kube-proxy")
}

/// Events of a namespace.
fn events(namespace: &str) -> Vec<Value> {
    let event = |number: usize, pod: &str, reason: &str, message: &str, count: u64| {
        json!({
            "metadata": {"name": format!("{pod}.{number}"), "namespace": namespace},
            "involvedObject": {"kind": "Pod", "namespace": namespace, "name": pod},
            "reason": reason, "message": message, "type": "Warning", "count": count,
            "source": {"component": "kubelet", "host": "worker-0"},
            "firstTimestamp": "2024-05-01T10:05:00Z",
            "lastTimestamp": format!("2024-05-01T12:00:{number:02}Z"),
        })
    };
    if namespace != "shop" {
        return vec![];
    }
    let pull = "Failed to pull image \"example.org/web:gone\": rpc error: code = NotFound desc = \
                failed to resolve reference \"example.org/web:gone\": not found";
    let off = "Back-off restarting failed container api in pod api-7d4b9c-x2k8p_shop(1f0e)";
    vec![
        event(1, "web-5f6d8-abcde", "Failed", pull, 4),
        event(2, "api-7d4b9c-x2k8p", "BackOff", off, 61),
        event(3, "web-5f6d8-abcde", "Failed", "Error: ErrImagePull", 4),
    ]
}

/// `logs.txt` of a pod with one container.
fn pod_log(namespace: &str, pod: &str, lines: usize) -> Vec<u8> {
    let container = pod.split('-').next().unwrap();
    let container = if container == "kube" {
        "kube-proxy"
    } else {
        container
    };
    let mut text =
        format!("==== START logs for container {container} of pod {namespace}/{pod} ====\n");
    let lines = if container == "coredns" { lines } else { 3 };
    for line in 0..lines {
        let (minute, second) = ((line / 60) % 60, line % 60);
        // Failures are rare, and some stand in every piece.
        let what = match (container, line % 97) {
            ("coredns", 0) => "plugin/kubernetes: Failed to watch *v1.Service: failed to list *v1.Service: Get \"https://10.0.0.1:443/api/v1/services\": dial tcp 10.0.0.1:443: i/o timeout".to_owned(),
            // No rule knows these; names and numbers differ from line to line.
            ("coredns", 13) => format!("plugin/flux: cell-{line} lost its charge after {line}ms"),
            ("coredns", 31) => format!("plugin/flux: cannot read \"cell-{line}\" of 10.0.{}.7", line % 200),
            _ => format!("handled request {line}"),
        };
        let level = if what.starts_with("plugin") {
            "ERROR"
        } else {
            "INFO"
        };
        let _ = writeln!(
            text,
            "2024-05-01T11:{minute:02}:{second:02}.000Z [{level}] {what}"
        );
    }
    let _ = writeln!(
        text,
        "==== END logs for container {container} of pod {namespace}/{pod} ===="
    );
    text.into_bytes()
}

/// `kubectl describe` of a pod that crashes.
const DESCRIBED: &str = "\
Name:         <pod>
Namespace:    kube-system
Node:         <node>/10.240.0.4
Start Time:   Wed, 01 May 2024 10:00:00 +0000
Status:       Running
Containers:
  kube-proxy:
    Image:          example.org/kube-proxy:v1.28.5
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       Error
      Exit Code:    1
      Started:      Wed, 01 May 2024 11:50:00 +0000
      Finished:     Wed, 01 May 2024 11:50:01 +0000
    Ready:          False
    Restart Count:  12
Conditions:
  Type              Status
  Ready             False
Events:
  Type     Reason   Age                 From     Message
  ----     ------   ----                ----     -------
  Warning  BackOff  2m (x120 over 60m)  kubelet  Back-off restarting failed container
";

/// The zip of a node as AKS Periscope writes it, with a kubelet that cannot reach its API server.
pub(crate) fn periscope_node(node: &str) -> Files {
    let pod = format!("kube-proxy-{}", node.chars().next_back().unwrap());
    let mut kubelet = String::from(
        "-- Logs begin at Wed 2024-05-01 08:00:00 UTC, end at Wed 2024-05-01 12:00:00 UTC. --\n",
    );
    for second in 0..50 {
        let _ = writeln!(
            kubelet,
            "May 01 11:58:{second:02} {node} kubelet[2983]: E0501 11:58:{second:02}.000000    2983 kubelet_node_status.go:540] \"Error updating node status, will retry\" err=\"error getting node \\\"{node}\\\": Get \\\"https://10.0.0.1:443/api/v1/nodes/{node}\\\": dial tcp 10.0.0.1:443: connect: connection refused\""
        );
    }
    let _ = writeln!(
        kubelet,
        "May 01 11:59:58 {node} kubelet[2983]: E0501 11:59:58.000000    2983 flux.go:7] \"Flux capacitor lost\" err=\"no charge in {node}\""
    );
    let describe = DESCRIBED.replace("<pod>", &pod).replace("<node>", node);
    let probe = |kind: &str, status: &str| json!({"TimeStamp": "2024-05-01T11:59:58Z", "Type": kind, "URL": "10.0.0.1:443", "Status": status});
    let refused = probe(
        "AKS API Server",
        "Error: dial tcp 10.0.0.1:443: connect: connection refused",
    );
    let internet = probe("Internet", "Connected");
    let config = json!({"HostName": node, "NetworkPlugin": "azurecni", "VirtualMachineDNS": ["168.63.129.16"],
        "KubernetesDNS": ["10.0.0.10"], "MaxPodsPerNode": 30});
    let named = [
        ("systemlogs/kubelet".to_owned(), kubelet),
        (format!("kubeobjects/kube-system_pod_{pod}"), describe),
        (
            "networkoutbound/AKS API Server".to_owned(),
            refused.to_string(),
        ),
        ("networkoutbound/Internet".to_owned(), internet.to_string()),
        ("networkconfig/networkconfig".to_owned(), config.to_string()),
        (
            "kubeletcmd/kubeletcmd".to_owned(),
            "/usr/local/bin/kubelet --max-pods=30\n".to_owned(),
        ),
        (
            "systemperf/nodes".to_owned(),
            json!([{"name": node, "cpuUsage": 120, "memoryUsage": 1_000_000}]).to_string(),
        ),
        (
            "dns/virtualmachine".to_owned(),
            "nameserver 168.63.129.16\n".to_owned(),
        ),
    ];
    let bytes = |(name, text): (String, String)| (name, text.into_bytes());
    named.into_iter().map(bytes).collect()
}
