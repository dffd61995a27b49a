//! Lines that nobody wrote a rule from: each is planted into a small bundle as it shows in real
//! life, once and as a rate, and what becomes of it is counted.
//!
//! ```text
//! testdata/wild/<batch>.yaml   records, see `Record`; the first lines say how the batch was first measured
//! ```
//!
//! Reported: a finding of a failure cites the line. Listed: it is among the unexplained errors.
//! Lost: neither. What a batch taught is kept: a record with `expect` names the rule that has to
//! report it. No benign line may be reported.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::signatures::{shared, text};
use crate::support::{Files, analyze_bytes, json_of, tar};
use bundlescope::kube::yaml::parse_document;
use bundlescope::limits::Limits;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

/// How often a line is planted that says nothing alone: some failures are a rate.
const RATE: usize = 30;

/// One line with what it means.
#[derive(Debug)]
struct Record {
    id: String,
    category: String,
    /// `kubelet`, `kernel`, `event:<reason>`, `pod-log:<container>` and so on.
    place: String,
    line: String,
    /// Nothing is wrong when it is written.
    benign: bool,
    /// The rule that has to report it.
    expect: Option<String>,
}

/// What became of a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Lost,
    Listed,
    Reported(BTreeSet<String>),
}

/// Records of one file.
fn records(path: &Path) -> Vec<Record> {
    let document = parse_document(&fs::read_to_string(path).unwrap()).unwrap();
    let record = |value: &Value| {
        let line = |key: &str| value[key][0].as_str().map(str::to_owned);
        Record {
            id: text(value, "id").to_owned(),
            category: text(value, "category").to_owned(),
            place: text(value, "where").to_owned(),
            benign: value["positive"].is_null(),
            line: line("positive").or_else(|| line("negative")).unwrap(),
            expect: value["expect"].as_str().map(str::to_owned),
        }
    };
    document.as_array().unwrap().iter().map(record).collect()
}

/// Files of a node's folder in an AKS Periscope bundle that take such lines.
fn node_file(place: &str) -> Option<&'static str> {
    Some(match place {
        "kubelet" => "systemlogs/kubelet",
        "containerd" => "systemlogs/containerd",
        "docker" => "systemlogs/docker",
        "kernel" => "nodelogs/var_log_kern.log",
        "syslog" | "k3s" | "rke2" => "nodelogs/var_log_syslog",
        "cse" => "nodelogs/var_log_azure_cluster-provision.log",
        "cni-log" => "nodelogs/var_log_azure-vnet.log",
        _ => return None,
    })
}

/// Containers of components that are not named like them.
fn container(place: &str) -> &str {
    match place {
        "csi-azuredisk" => "csi-azuredisk-controller",
        "csi-azurefile" => "csi-azurefile-controller",
        "ingress-controller" => "ingress-nginx-controller",
        "calico" => "calico-node",
        "cns" => "azure-cns",
        "workload" | "kubectl-output" => "app",
        other => other.strip_prefix("pod-log:").unwrap_or(other),
    }
}

/// Healthy lines around a planted one.
fn healthy(place: &str) -> String {
    let line = |i: usize| {
        let (minute, second) = (i % 6, i % 10);
        match place {
            "kernel" => format!(
                "May  1 10:0{minute}:1{second} node-1 kernel: [ {}.000000] eth0: renamed from veth{i}\n",
                100 + i
            ),
            "kubelet" => format!(
                "May 01 10:0{minute}:1{second} node-1 kubelet[2100]: I0501 10:0{minute}:1{second}.{}    2100 kubelet.go:2410] \"SyncLoop UPDATE\" source=\"api\" pods=[\"default/web-{i}\"]\n",
                100_000 + i
            ),
            "containerd" => format!(
                "May 01 10:0{minute}:1{second} node-1 containerd[1200]: time=\"2024-05-01T10:0{minute}:1{second}.{}Z\" level=info msg=\"StopPodSandbox returns successfully\"\n",
                100_000_000 + i
            ),
            "syslog" | "k3s" | "rke2" | "docker" => format!(
                "May  1 10:0{minute}:1{second} node-1 systemd[1]: Started Session {i} of user admin.\n"
            ),
            _ => format!(
                "I0501 10:0{minute}:1{second}.{} 1 server.go:{}] \"Serving\" port={}\n",
                100_000 + i,
                i + 10,
                8000 + i
            ),
        }
    };
    (0..30).map(line).collect()
}

/// An event as `kubectl describe` and `kubectl get events` print it: type, reason, component and
/// message.
fn event(line: &str) -> (&str, &str, &str, &str) {
    let mut rest = line.trim();
    let mut word = || {
        let (word, after) = rest.split_once(char::is_whitespace).unwrap();
        rest = after.trim_start();
        word
    };
    let first = word();
    // A table of events has the age before, and the object in place of the component.
    let table = first != "Warning" && first != "Normal";
    let kind = if table { word() } else { first };
    let reason = word();
    if table {
        word();
        return (kind, reason, "kubelet", rest);
    }
    word();
    if rest.starts_with("(x") {
        rest = rest.split_once(") ").unwrap().1.trim_start();
    }
    let (component, message) = rest.split_once("  ").unwrap();
    let component = component.split(',').next().unwrap();
    (kind, reason, component, message.trim_start())
}

/// The object that events of a reason are about, where it is no pod.
fn about(reason: &str) -> Option<(&'static str, &'static str)> {
    Some(match reason {
        "SyncLoadBalancerFailed" => ("Service", "web"),
        "ContainerGCFailed" | "FailedToCreateRoute" => ("Node", "node-1"),
        "LaunchFailed" => ("NodeClaim", "np-abc"),
        "UpgradeFailed" => ("HelmRelease", "web"),
        "FailedGetExternalMetric" => ("HorizontalPodAutoscaler", "web"),
        "FailedBuildModel" => ("Ingress", "web"),
        _ => return None,
    })
}

/// A small bundle with the line where it shows in real life.
fn plant(record: &Record, times: usize) -> Files {
    let file = |path: String, text: String| (path, text.into_bytes());
    let around = healthy(&record.place);
    let lines = format!(
        "{around}{}{around}",
        format!("{}\n", record.line).repeat(times)
    );
    if let Some(path) = node_file(&record.place) {
        let probe = json!({"TimeStamp": "2024-05-01T10:00:00Z", "Type": "Internet",
            "URL": "example.org:80", "Status": "Connected"});
        let mut files = vec![
            file(path.to_owned(), lines),
            file("networkoutbound/Internet".to_owned(), probe.to_string()),
            file(
                "kubeletcmd/kubeletcmd".to_owned(),
                "kubelet --node-ip=10.0.0.4\n".to_owned(),
            ),
            file("systemperf/nodes".to_owned(), "[]".to_owned()),
        ];
        if record.place != "kubelet" {
            files.push(file("systemlogs/kubelet".to_owned(), healthy("kubelet")));
        }
        return files;
    }
    let is_event = record.place.starts_with("event:");
    let container = if is_event {
        "app"
    } else {
        container(&record.place)
    };
    let pod = format!("{container}-7d9c5b6f4-abcde");
    let list = |kind: &str, items: Value| {
        json!({"kind": kind, "apiVersion": "v1", "metadata": {}, "items": items}).to_string()
    };
    let events = if is_event {
        let (kind, reason, component, message) = event(&record.line);
        let (object, name) = about(reason).unwrap_or(("Pod", &pod));
        let (count, minute) = if times > 1 {
            (60, "10:40")
        } else {
            (3, "10:05")
        };
        json!([{"metadata": {"name": "e1", "namespace": "kube-system"}, "type": kind,
            "reason": reason, "message": message, "source": {"component": component}, "count": count,
            "involvedObject": {"kind": object, "namespace": "kube-system", "name": name},
            "firstTimestamp": "2024-05-01T10:00:00Z",
            "lastTimestamp": format!("2024-05-01T{minute}:00Z")}])
    } else {
        json!([])
    };
    let node = json!([{"metadata": {"name": "node-1"}, "status": {
        "nodeInfo": {"kubeletVersion": "v1.28.5"}, "conditions": [{"type": "Ready",
        "status": "True", "lastTransitionTime": "2024-05-01T00:00:00Z"}]}}]);
    let pods = json!([{"metadata": {"name": pod, "namespace": "kube-system"},
        "spec": {"nodeName": "node-1", "containers": [{"name": container}]},
        "status": {"phase": "Running", "containerStatuses": [{"name": container, "ready": true,
        "restartCount": 0, "state": {"running": {"startedAt": "2024-05-01T00:00:00Z"}}}]}}]);
    let log = if is_event { around } else { lines };
    let mark = format!("logs for container {container} of pod kube-system/{pod} ====\n");
    let mut files = vec![
        file("nodes.json".to_owned(), list("NodeList", node)),
        file(
            "kube-system/events.json".to_owned(),
            list("EventList", events),
        ),
        file("kube-system/pods.json".to_owned(), list("PodList", pods)),
        file(
            format!("kube-system/{pod}/logs.txt"),
            format!("==== START {mark}{log}==== END {mark}"),
        ),
    ];
    for (kind, name) in [
        ("ReplicationControllerList", "replication-controllers"),
        ("ServiceList", "services"),
        ("DaemonSetList", "daemonsets"),
        ("DeploymentList", "deployments"),
        ("ReplicaSetList", "replicasets"),
    ] {
        files.push(file(
            format!("kube-system/{name}.json"),
            list(kind, json!([])),
        ));
    }
    files
}

/// Words of four letters and more.
fn words(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphabetic());
    words.filter(|word| word.len() >= 4).collect()
}

/// What a report says of a record: of the line of it that it says most of. All lines that are
/// reported count, for each may be another rule's.
fn outcome(report: &Value, record: &str) -> Outcome {
    let mut said = Outcome::Lost;
    for line in record.lines().filter(|line| words(line).len() >= 2) {
        said = match (said, outcome_of_line(report, line)) {
            (Outcome::Reported(mut rules), Outcome::Reported(others)) => {
                rules.extend(others);
                Outcome::Reported(rules)
            }
            (said, other) => said.max(other),
        };
    }
    said
}

/// What a report says of a line.
fn outcome_of_line(report: &Value, line: &str) -> Outcome {
    let want = words(line);
    let shares = |text: &str, percent: usize| {
        want.intersection(&words(text)).count() >= (want.len() * percent).div_ceil(100).max(2)
    };
    let cites = |finding: &&Value| {
        let citations = finding["citations"].as_array().unwrap();
        citations.iter().any(|one| shares(text(one, "excerpt"), 60))
    };
    let findings = report["findings"].as_array().unwrap().iter().filter(cites);
    let rules: BTreeSet<String> = findings.map(|one| text(one, "rule").to_owned()).collect();
    let unknown = report["unknown_errors"].as_array().unwrap();
    if !rules.is_empty() {
        Outcome::Reported(rules)
    } else if unknown.iter().any(|one| shares(&one.to_string(), 40)) {
        Outcome::Listed
    } else {
        Outcome::Lost
    }
}

/// What becomes of a line that stands once, and of a rate where that says nothing.
fn measure(record: &Record) -> Outcome {
    let run = |times: usize| {
        let bundle = tar(&plant(record, times));
        let diagnosis = analyze_bytes("wild.tar", &bundle, &Limits::RELEASE);
        outcome(&json_of(&diagnosis), &record.line)
    };
    let known = |outcome: &Outcome| match outcome {
        Outcome::Reported(rules) => record
            .expect
            .as_ref()
            .is_none_or(|rule| rules.contains(rule)),
        Outcome::Listed | Outcome::Lost => record.benign,
    };
    let once = run(1);
    if known(&once) {
        return once;
    }
    run(RATE).max(once)
}

/// What a function says of each record, in their order.
fn in_parallel<T: Send>(records: &[Record], of: fn(&Record) -> T) -> Vec<T> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let share = records.len().div_ceil(workers).max(1);
    thread::scope(|scope| {
        let workers: Vec<_> = records
            .chunks(share)
            .map(|share| scope.spawn(move || share.iter().map(of).collect::<Vec<T>>()))
            .collect();
        let results = workers.into_iter();
        results.flat_map(|worker| worker.join().unwrap()).collect()
    })
}

/// All batches of the repository, and the one beside it where it is at hand.
fn batches() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/wild");
    let mut batches: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    batches.sort();
    let beside = shared().map(|shared| shared.join("wild/lines.yaml"));
    batches.extend(beside.filter(|path| path.is_file()));
    batches
}

#[test]
fn lines_from_the_wild() {
    let mut wrong = Vec::new();
    for path in batches() {
        let (mut reported, mut listed, mut lost, mut benign) = (0, 0, 0, 0);
        let records = records(&path);
        // There are many, and this is the last of the tests.
        let outcomes = in_parallel(&records, measure);
        for (record, outcome) in records.iter().zip(outcomes) {
            let id = &record.id;
            if record.benign {
                benign += 1;
                if let Outcome::Reported(rules) = outcome {
                    wrong.push(format!("{id} is benign and reported by {rules:?}"));
                }
                continue;
            }
            println!("{outcome:?} {id} [{}] in {}", record.category, record.place);
            match (&outcome, &record.expect) {
                (Outcome::Reported(rules), Some(rule)) if rules.contains(rule) => {}
                (_, Some(rule)) => wrong.push(format!("{id} should be {rule}, is {outcome:?}")),
                (_, None) => {}
            }
            match outcome {
                Outcome::Reported(_) => reported += 1,
                Outcome::Listed => listed += 1,
                Outcome::Lost => lost += 1,
            }
        }
        println!(
            "{}: {reported} reported, {listed} listed, {lost} lost; {benign} benign",
            path.file_name().unwrap().display()
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
