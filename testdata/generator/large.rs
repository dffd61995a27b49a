//! A `cluster-info dump` of any size, for benches and for tries by hand; it is never committed.
//!
//! In: a size in MiB. Out: a tar.gz whose entries add up to about that size: twelve namespaces,
//! 15 % lists (events, replica sets, pods) and 85 % container logs, a few of them many MiB long.
//! Entries are made one at a time in one buffer, so that memory does not grow with the archive;
//! the largest list of a 1 GiB dump has about 7 MiB.

use super::cluster::{at, later};
use super::dump_logs::section;
use super::events::{Event, event};
use super::json::Json;
use super::large_logs::{self, Flavour};
use super::objects::{self, Identity, Owner, list, replica_set};
use super::pods::{Ended, Pod, State, pod};
use super::rng::Rng;
use super::writers::TarGz;
use std::io::{self, Write};

/// Folder of the dump.
const ROOT: &str = "cluster-info-dump";

/// Namespaces of the cluster.
const NAMESPACES: [&str; 12] = [
    "default",
    "kube-system",
    "billing",
    "catalog",
    "checkout",
    "identity",
    "ingress",
    "logistics",
    "monitoring",
    "search",
    "shop",
    "warehouse",
];

/// Bytes of a MiB.
const MIB: u64 = 1024 * 1024;

/// Measured sizes of one item in its list, which turn a share of bytes into a count.
const EVENT_BYTES: u64 = 1_130;
/// Size of a replica set.
const REPLICA_SET_BYTES: u64 = 1_990;
/// Size of a pod.
const POD_BYTES: u64 = 3_420;

/// How many of each a namespace has.
struct Counts {
    /// Events.
    events: u64,
    /// Replica sets.
    sets: u64,
    /// Pods.
    pods: u64,
    /// Bytes of all logs.
    logs: u64,
}

impl Counts {
    /// Shares of one namespace's bytes: 15 % lists, half of it events; the rest logs.
    fn of(bytes: u64) -> Self {
        let lists = bytes * 15 / 100;
        Self {
            events: lists / 2 / EVENT_BYTES + 1,
            sets: lists / 4 / REPLICA_SET_BYTES + 1,
            pods: lists / 4 / POD_BYTES + 1,
            logs: bytes - lists,
        }
    }
}

/// Writes the dump; `mebibytes` is the size of all entries together.
pub(crate) fn write<W: Write>(mebibytes: u64, out: W) -> io::Result<()> {
    let taken = at("2024-05-21T14:30:00Z");
    let mut archive = TarGz::new(out, taken.as_second());
    let mut rng = Rng::new(0x1a26e);
    let nodes = nodes(&mut rng);
    let items = nodes
        .iter()
        .map(|node| objects::node(node, "10.224.0.4", "v1.28.9", at("2024-05-21T14:28:02Z")));
    let text = list("NodeList", "v1", items.collect()).pretty();
    archive.folder(&format!("{ROOT}/"))?;
    archive.file(&format!("{ROOT}/nodes.json"), text.as_bytes())?;
    let share = mebibytes * MIB / NAMESPACES.len() as u64;
    for namespace in NAMESPACES {
        write_namespace(
            &mut archive,
            namespace,
            &Counts::of(share),
            &nodes,
            &mut rng,
        )?;
    }
    archive.finish()?.flush()
}

/// The nodes of the cluster.
fn nodes(rng: &mut Rng) -> Vec<Identity> {
    (0..24)
        .map(|number| Identity {
            name: format!("aks-user-27182818-vmss{number:06}"),
            namespace: String::new(),
            uid: rng.uuid(),
            created: at("2024-03-04T07:00:12Z"),
            labels: vec![("agentpool".into(), "user".into())],
        })
        .collect()
}

/// Writes the lists and the logs of one namespace.
fn write_namespace<W: Write>(
    archive: &mut TarGz<W>,
    namespace: &str,
    counts: &Counts,
    nodes: &[Identity],
    rng: &mut Rng,
) -> io::Result<()> {
    let folder = format!("{ROOT}/{namespace}");
    archive.folder(&format!("{folder}/"))?;
    let pods: Vec<Pod> = (0..counts.pods)
        .map(|number| make_pod(number, namespace, nodes, rng))
        .collect();

    let mut events = Vec::new();
    for number in 0..counts.events {
        let about = rng.pick(&pods);
        events.push(event(&make_event(number, about, rng)));
    }
    write_list(archive, &folder, "events", "EventList", "v1", events)?;
    for (name, kind, version) in [
        ("replication-controllers", "ReplicationControllerList", "v1"),
        ("services", "ServiceList", "v1"),
        ("daemonsets", "DaemonSetList", "apps/v1"),
        ("deployments", "DeploymentList", "apps/v1"),
    ] {
        write_list(archive, &folder, name, kind, version, vec![])?;
    }
    let sets = (0..counts.sets).map(|_| make_set(namespace, rng)).collect();
    write_list(
        archive,
        &folder,
        "replicasets",
        "ReplicaSetList",
        "apps/v1",
        sets,
    )?;
    let items = pods.iter().map(pod).collect();
    write_list(archive, &folder, "pods", "PodList", "v1", items)?;

    for (pod, bytes) in pods.iter().zip(log_sizes(counts, rng)) {
        let name = format!("{folder}/{}", pod.identity.name);
        archive.folder(&format!("{name}/"))?;
        let log = log_of(pod, namespace, bytes, rng);
        let text = section(&pod.container, namespace, &pod.identity.name, &log);
        archive.file(&format!("{name}/logs.txt"), text.as_bytes())?;
    }
    Ok(())
}

/// Writes one list.
fn write_list<W: Write>(
    archive: &mut TarGz<W>,
    folder: &str,
    name: &str,
    kind: &str,
    version: &str,
    items: Vec<Json>,
) -> io::Result<()> {
    let text = list(kind, version, items).pretty();
    archive.file(&format!("{folder}/{name}.json"), text.as_bytes())
}

/// Sizes of the logs: every fortieth is some thirty times as long as the others.
fn log_sizes(counts: &Counts, rng: &mut Rng) -> Vec<u64> {
    let weights: Vec<u64> = (0..counts.pods)
        .map(|number| {
            let weight = 1 + rng.below(20);
            if number % 40 == 7 {
                weight * 30
            } else {
                weight
            }
        })
        .collect();
    let sum: u64 = weights.iter().sum::<u64>().max(1);
    weights
        .into_iter()
        .map(|weight| counts.logs * weight / sum)
        .collect()
}

/// A pod; most are well.
fn make_pod(number: u64, namespace: &str, nodes: &[Identity], rng: &mut Rng) -> Pod {
    let applications = ["api", "worker", "gateway", "cache", "indexer", "scheduler"];
    let container = if namespace == "kube-system" && number.is_multiple_of(6) {
        "coredns"
    } else {
        *rng.pick(&applications)
    };
    let set = format!("{container}-{}", rng.suffix(10));
    let node = rng.pick(nodes);
    let created = later(at("2024-05-01T00:00:00Z"), rng.below(1_600_000_000));
    let started = later(created, 4_000 + rng.below(30_000));
    let healthy = Pod {
        identity: Identity {
            name: format!("{set}-{}", rng.suffix(5)),
            namespace: namespace.into(),
            uid: rng.uuid(),
            created,
            labels: vec![("app".into(), container.into())],
        },
        owner: Owner {
            kind: "ReplicaSet",
            name: set,
            uid: rng.uuid(),
        },
        container: container.into(),
        image: format!(
            "shopregistry.azurecr.io/{namespace}/{container}:1.{}.{}",
            rng.below(30),
            rng.below(9)
        ),
        memory: "512Mi",
        node: Some((node.name.clone(), format!("10.224.0.{}", 4 + rng.below(24)))),
        secret: None,
        state: State::Running(started),
        last: None,
        ready: true,
        changed: started,
        restarts: 0,
        unscheduled: "",
    };
    match number % 600 {
        11 => Pod {
            last: Some(Ended {
                reason: "OOMKilled",
                code: 137,
                started,
                finished: at("2024-05-21T14:20:11Z"),
            }),
            state: State::Waiting(
                "CrashLoopBackOff",
                "back-off 5m0s restarting failed container".into(),
            ),
            ready: false,
            restarts: 14,
            ..healthy
        },
        37 => Pod {
            state: State::Waiting(
                "ImagePullBackOff",
                format!("Back-off pulling image \"{}\"", healthy.image),
            ),
            ready: false,
            ..healthy
        },
        _ => healthy,
    }
}

/// An event about a pod; one in 240 is a warning.
fn make_event(number: u64, pod: &Pod, rng: &mut Rng) -> Event {
    let image = &pod.image;
    let (reason, message, warning) = match number % 960 {
        3 => ("BackOff", format!("Back-off restarting failed container {} in pod {}_{}({})", pod.container, pod.identity.name, pod.identity.namespace, pod.identity.uid), true),
        9 => ("Unhealthy", format!("Readiness probe failed: Get \"http://10.244.{}.{}:8080/healthz\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)", rng.below(24), rng.below(250)), true),
        17 => ("Failed", format!("Failed to pull image \"{image}\": rpc error: code = NotFound desc = failed to pull and unpack image \"{image}\": failed to resolve reference \"{image}\": {image}: not found"), true),
        25 => ("FailedScheduling", "0/24 nodes are available: 24 Insufficient memory. preemption: 0/24 nodes are available: 24 No preemption victims found for incoming pod.".into(), true),
        turn if turn % 3 == 0 => ("Pulled", format!("Container image \"{image}\" already present on machine"), false),
        turn if turn % 3 == 1 => ("Created", format!("Created container {}", pod.container), false),
        _ => ("Started", format!("Started container {}", pod.container), false),
    };
    let first = later(at("2024-05-21T13:30:00Z"), rng.below(3_000_000));
    Event {
        kind: "Pod",
        about: pod.identity.clone(),
        container: pod.container.clone(),
        reason,
        message,
        source: (
            "kubelet",
            pod.node
                .as_ref()
                .map_or_else(String::new, |(name, _)| name.clone()),
        ),
        first,
        last: later(first, rng.below(500_000)),
        count: i64::try_from(1 + rng.below(40)).unwrap_or(1),
        warning,
        id: rng.hex(16),
    }
}

/// A replica set of an old revision.
fn make_set(namespace: &str, rng: &mut Rng) -> Json {
    let name = format!(
        "{}-{}",
        rng.pick(&["api", "worker", "gateway"]),
        rng.suffix(10)
    );
    let identity = Identity {
        labels: vec![("app".into(), name.clone())],
        uid: rng.uuid(),
        created: later(at("2024-03-04T08:00:00Z"), rng.below(6_000_000_000)),
        namespace: namespace.into(),
        name: name.clone(),
    };
    let owner = Owner {
        kind: "Deployment",
        name,
        uid: rng.uuid(),
    };
    let image = format!(
        "shopregistry.azurecr.io/{namespace}/api:1.{}.0",
        rng.below(30)
    );
    replica_set(&identity, &owner, &image, 0, 0)
}

/// A pod's log of about so many bytes.
fn log_of(pod: &Pod, namespace: &str, bytes: u64, rng: &mut Rng) -> String {
    if matches!(pod.state, State::Waiting("ImagePullBackOff", _)) {
        return format!(
            "Request log error: container \"{}\" in pod \"{}\" is waiting to start: trying and failing to pull image\n",
            pod.container, pod.identity.name
        );
    }
    let flavour = match (pod.container.as_str(), namespace) {
        ("coredns", _) => Flavour::CoreDns,
        ("worker" | "scheduler", _) | (_, "kube-system") => Flavour::Klog,
        ("gateway" | "cache", _) => Flavour::Plain,
        _ => Flavour::Json,
    };
    large_logs::write(flavour, bytes, rng)
}
