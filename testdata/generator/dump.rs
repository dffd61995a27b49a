//! The `kubectl cluster-info dump` sample: an AKS 1.28 cluster with three namespaces.
//!
//! In: nothing. Out: the files of the dump: `nodes.json`, seven lists per namespace, and a
//! `logs.txt` per pod (`dump_logs.rs`). Most of the cluster is healthy; what is not is said in the
//! comments of the pod table.

use super::cluster::{at, later};
use super::dump_logs;
use super::events::{Event, event};
use super::json::Json;
use super::objects::{Identity, Owner, daemon_set, deployment, list, node, replica_set, service};
use super::pods::{Ended, Pod, State, pod};
use super::rng::Rng;
use super::writers::File;
use jiff::Timestamp;

/// The dump's time.
pub(crate) const TAKEN: &str = "2024-05-21T14:30:00Z";
/// Version of Kubernetes.
const VERSION: &str = "v1.28.9";
/// Namespaces, in the order in which kubectl dumps them.
const NAMESPACES: [&str; 3] = ["default", "kube-system", "shop"];
/// The message of the scheduler about the pod that fits nowhere.
const DOES_NOT_FIT: &str = "0/3 nodes are available: 3 Insufficient memory. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.";

/// A workload: namespace, name, container, image, and its kind.
const WORKLOADS: &[[&str; 5]] = &[
    [
        "default",
        "frontend",
        "nginx",
        "docker.io/library/nginx:1.25.5",
        "Deployment",
    ],
    [
        "kube-system",
        "coredns",
        "coredns",
        "mcr.microsoft.com/oss/kubernetes/coredns:v1.11.1-7",
        "Deployment",
    ],
    [
        "kube-system",
        "konnectivity-agent",
        "konnectivity-agent",
        "mcr.microsoft.com/oss/kubernetes/apiserver-network-proxy/agent:v0.1.6-hotfix.20240304",
        "Deployment",
    ],
    [
        "kube-system",
        "kube-proxy",
        "kube-proxy",
        "mcr.microsoft.com/oss/kubernetes/kube-proxy:v1.28.9",
        "DaemonSet",
    ],
    [
        "kube-system",
        "metrics-server",
        "metrics-server",
        "mcr.microsoft.com/oss/kubernetes/metrics-server:v0.6.3",
        "Deployment",
    ],
    // Reads a secret that is not there.
    [
        "shop",
        "payments",
        "payments",
        "shopregistry.azurecr.io/payments:5.1.3",
        "Deployment",
    ],
    // Its tag was never pushed.
    [
        "shop",
        "catalog",
        "catalog",
        "shopregistry.azurecr.io/catalog:2.9.0-rc7",
        "Deployment",
    ],
    // Asks for more memory than any node has left.
    [
        "shop",
        "reports",
        "reports",
        "shopregistry.azurecr.io/reports:1.0.8",
        "Deployment",
    ],
    // Was killed for its memory in the morning and runs since.
    [
        "shop",
        "cart",
        "cart",
        "shopregistry.azurecr.io/cart:2.3.0",
        "Deployment",
    ],
    // Does not answer its readiness probe.
    [
        "shop",
        "storefront",
        "storefront",
        "shopregistry.azurecr.io/storefront:4.0.1",
        "Deployment",
    ],
    [
        "shop",
        "orders",
        "orders",
        "shopregistry.azurecr.io/orders:3.8.2",
        "Deployment",
    ],
];

/// A workload with its pods.
struct Workload {
    /// Who it is.
    identity: Identity,
    /// Its image.
    image: &'static str,
    /// Whether every node runs one of its pods.
    per_node: bool,
    /// The replica set between it and its pods; a daemon set has none.
    set: Option<Identity>,
    /// Its pods.
    pods: Vec<Pod>,
}

/// All files of the dump, named from its folder on.
pub(crate) fn files() -> Vec<File> {
    let mut rng = Rng::new(0xd0_3b);
    let nodes = nodes(&mut rng);
    let workloads: Vec<Workload> = WORKLOADS
        .iter()
        .map(|row| workload(row, &nodes, &mut rng))
        .collect();
    let items = nodes.iter().zip(1..).map(|(identity, number)| {
        let address = format!("10.224.0.{}", 3 + number);
        let heartbeat = later(at("2024-05-21T14:27:31Z"), number * 21_000);
        node(identity, &address, VERSION, heartbeat)
    });
    let mut files = vec![File::new(
        "nodes.json",
        list("NodeList", "v1", items.collect()).pretty(),
    )];
    for namespace in NAMESPACES {
        let own: Vec<&Workload> = workloads
            .iter()
            .filter(|workload| workload.identity.namespace == namespace)
            .collect();
        files.extend(lists(namespace, &own, &mut rng));
        let pods = own.iter().flat_map(|workload| &workload.pods);
        files.extend(pods.map(|pod| log_file(pod, &mut rng)));
    }
    files
}

/// The cluster's nodes.
fn nodes(rng: &mut Rng) -> Vec<Identity> {
    (0..3)
        .map(|number| {
            let name = format!("aks-system-31415926-vmss00000{number}");
            Identity {
                namespace: String::new(),
                uid: rng.uuid(),
                created: at("2024-04-02T08:12:40Z"),
                labels: vec![
                    ("agentpool".into(), "system".into()),
                    ("kubernetes.io/hostname".into(), name.clone()),
                    ("kubernetes.io/os".into(), "linux".into()),
                    ("topology.kubernetes.io/region".into(), "westeurope".into()),
                ],
                name,
            }
        })
        .collect()
}

/// A workload of the table with its pods.
fn workload(row: &[&'static str; 5], nodes: &[Identity], rng: &mut Rng) -> Workload {
    let [namespace, name, container, image, kind] = *row;
    let per_node = kind == "DaemonSet";
    let identity = Identity {
        name: name.into(),
        namespace: namespace.into(),
        uid: rng.uuid(),
        created: at("2024-04-02T08:20:03Z"),
        labels: vec![("app".into(), name.into())],
    };
    let set = (!per_node).then(|| {
        let hash = rng.suffix(9);
        let mut labels = identity.labels.clone();
        labels.push(("pod-template-hash".into(), hash.clone()));
        Identity {
            name: format!("{name}-{hash}"),
            uid: rng.uuid(),
            labels,
            ..identity.clone()
        }
    });
    let replicas = match (per_node, name) {
        (true, _) => nodes.len(),
        (false, "coredns") => 2,
        _ => 1,
    };
    let first_node = rng.index(nodes.len());
    let pods = (0..replicas)
        .map(|replica| {
            let node = nodes.get((first_node + replica) % nodes.len());
            let parent = set.as_ref().unwrap_or(&identity);
            let pod_identity = Identity {
                name: format!("{}-{}", parent.name, rng.suffix(5)),
                uid: rng.uuid(),
                created: created(name),
                ..parent.clone()
            };
            let owner = Owner {
                kind: if per_node { "DaemonSet" } else { "ReplicaSet" },
                name: parent.name.clone(),
                uid: parent.uid.clone(),
            };
            let healthy = healthy_pod(pod_identity, owner, container, image, node);
            with_trouble(healthy, name)
        })
        .collect();
    Workload {
        identity,
        image,
        per_node,
        set,
        pods,
    }
}

/// When the pods of a workload were made.
fn created(workload: &str) -> Timestamp {
    at(match workload {
        "payments" => "2024-05-21T13:52:07Z",
        "catalog" => "2024-05-21T13:44:30Z",
        "reports" => "2024-05-21T13:58:11Z",
        _ => "2024-05-18T06:03:44Z",
    })
}

/// A pod that runs and is ready.
fn healthy_pod(
    identity: Identity,
    owner: Owner,
    container: &str,
    image: &str,
    node: Option<&Identity>,
) -> Pod {
    Pod {
        owner,
        container: container.into(),
        image: image.into(),
        memory: "256Mi",
        node: node.map(|node| {
            let number = node
                .name
                .chars()
                .last()
                .and_then(|digit| digit.to_digit(10));
            let address = format!("10.224.0.{}", 4 + number.unwrap_or(0));
            (node.name.clone(), address)
        }),
        secret: None,
        state: State::Running(later(identity.created, 4_000)),
        last: None,
        ready: true,
        restarts: 0,
        unscheduled: "",
        identity,
    }
}

/// The pod with the trouble of its workload; most have none.
fn with_trouble(healthy: Pod, workload: &str) -> Pod {
    match workload {
        "payments" => Pod {
            secret: Some("payments-db"),
            state: State::Waiting(
                "CreateContainerConfigError",
                "secret \"payments-db\" not found".into(),
            ),
            ready: false,
            ..healthy
        },
        "catalog" => Pod {
            state: State::Waiting(
                "ImagePullBackOff",
                format!("Back-off pulling image \"{}\"", healthy.image),
            ),
            ready: false,
            ..healthy
        },
        "reports" => Pod {
            memory: "24Gi",
            node: None,
            state: State::Absent,
            ready: false,
            unscheduled: DOES_NOT_FIT,
            ..healthy
        },
        "cart" => Pod {
            state: State::Running(at("2024-05-21T08:17:46Z")),
            last: Some(Ended {
                reason: "OOMKilled",
                code: 137,
                started: at("2024-05-18T06:03:48Z"),
                finished: at("2024-05-21T08:17:44Z"),
            }),
            restarts: 1,
            ..healthy
        },
        "storefront" => Pod {
            ready: false,
            ..healthy
        },
        _ => healthy,
    }
}

/// The seven lists of a namespace.
fn lists(namespace: &str, workloads: &[&Workload], rng: &mut Rng) -> Vec<File> {
    let ready = |workload: &Workload| {
        let ready = workload.pods.iter().filter(|pod| pod.ready).count();
        i64::try_from(ready).unwrap_or(0)
    };
    let count = |workload: &Workload| i64::try_from(workload.pods.len()).unwrap_or(0);
    let (daemons, deployments): (Vec<&Workload>, Vec<&Workload>) =
        workloads.iter().partition(|workload| workload.per_node);
    let events = workloads
        .iter()
        .flat_map(|workload| &workload.pods)
        .flat_map(|pod| events_of(pod, rng))
        .map(|found| event(&found))
        .collect();
    let services = deployments.iter().zip(20..).map(|(workload, address)| {
        service(&workload.identity, &format!("10.0.14.{address}"), 8080)
    });
    let daemon_sets = daemons
        .iter()
        .map(|workload| daemon_set(&workload.identity, workload.image, count(workload)));
    let deployment_items = deployments.iter().map(|workload| {
        deployment(
            &workload.identity,
            workload.image,
            count(workload),
            ready(workload),
        )
    });
    let sets = deployments.iter().filter_map(|workload| {
        let owner = Owner {
            kind: "Deployment",
            name: workload.identity.name.clone(),
            uid: workload.identity.uid.clone(),
        };
        let set = workload.set.as_ref()?;
        Some(replica_set(
            set,
            &owner,
            workload.image,
            count(workload),
            ready(workload),
        ))
    });
    let pods = workloads
        .iter()
        .flat_map(|workload| &workload.pods)
        .map(pod);
    let lists: [(&str, &str, &str, Vec<Json>); 7] = [
        ("events", "EventList", "v1", events),
        (
            "replication-controllers",
            "ReplicationControllerList",
            "v1",
            vec![],
        ),
        ("services", "ServiceList", "v1", services.collect()),
        (
            "daemonsets",
            "DaemonSetList",
            "apps/v1",
            daemon_sets.collect(),
        ),
        (
            "deployments",
            "DeploymentList",
            "apps/v1",
            deployment_items.collect(),
        ),
        ("replicasets", "ReplicaSetList", "apps/v1", sets.collect()),
        ("pods", "PodList", "v1", pods.collect()),
    ];
    lists
        .into_iter()
        .map(|(name, kind, version, items)| {
            let text = list(kind, version, items).pretty();
            File::new(format!("{namespace}/{name}.json"), text)
        })
        .collect()
}

/// What the last hour's events say about a pod; a healthy pod has none.
fn events_of(pod: &Pod, rng: &mut Rng) -> Vec<Event> {
    let image = &pod.image;
    let reference = format!(
        "failed to pull and unpack image \"{image}\": failed to resolve reference \"{image}\": {image}: not found"
    );
    // Reason, message, first and last time of the day, count, whether a warning.
    let rows: Vec<(&str, String, &str, &str, i64, bool)> = match pod.container.as_str() {
        "payments" => vec![
            (
                "Pulled",
                format!("Container image \"{image}\" already present on machine"),
                "13:52:09",
                "14:29:37",
                176,
                false,
            ),
            (
                "Failed",
                "Error: secret \"payments-db\" not found".into(),
                "13:52:09",
                "14:28:51",
                172,
                true,
            ),
        ],
        "catalog" => vec![
            (
                "Pulling",
                format!("Pulling image \"{image}\""),
                "13:44:32",
                "14:26:58",
                13,
                false,
            ),
            (
                "Failed",
                format!(
                    "Failed to pull image \"{image}\": rpc error: code = NotFound desc = {reference}"
                ),
                "13:44:33",
                "14:26:59",
                13,
                true,
            ),
            (
                "Failed",
                "Error: ErrImagePull".into(),
                "13:44:33",
                "14:26:59",
                13,
                true,
            ),
            (
                "BackOff",
                format!("Back-off pulling image \"{image}\""),
                "13:44:34",
                "14:29:48",
                203,
                false,
            ),
            (
                "Failed",
                "Error: ImagePullBackOff".into(),
                "13:44:34",
                "14:29:48",
                203,
                true,
            ),
        ],
        "reports" => vec![(
            "FailedScheduling",
            DOES_NOT_FIT.into(),
            "13:58:11",
            "14:28:13",
            7,
            true,
        )],
        "storefront" => vec![(
            "Unhealthy",
            "Readiness probe failed: HTTP probe failed with statuscode: 503".into(),
            "13:31:40",
            "14:29:50",
            349,
            true,
        )],
        "nginx" => vec![(
            "Pulled",
            format!("Successfully pulled image \"{image}\" in 1.284s (1.284s including waiting)"),
            "13:40:02",
            "13:40:02",
            1,
            false,
        )],
        _ => vec![],
    };
    let today = |time: &str| at(&format!("2024-05-21T{time}Z"));
    rows.into_iter()
        .map(|(reason, message, first, last, count, warning)| {
            let scheduler = reason == "FailedScheduling";
            let host = pod.node.as_ref().map_or("", |(name, _)| name);
            Event {
                kind: "Pod",
                about: pod.identity.clone(),
                container: if scheduler {
                    String::new()
                } else {
                    pod.container.clone()
                },
                reason,
                message,
                source: (
                    if scheduler {
                        "default-scheduler"
                    } else {
                        "kubelet"
                    },
                    host.into(),
                ),
                first: today(first),
                last: today(last),
                count,
                warning,
                id: rng.hex(16),
            }
        })
        .collect()
}

/// The log of a pod's container between the markers of kubectl.
fn log_file(pod: &Pod, rng: &mut Rng) -> File {
    let (namespace, name) = (&pod.identity.namespace, &pod.identity.name);
    let log = match &pod.state {
        State::Running(_) => dump_logs::of_container(&pod.container, rng),
        // The kubelet says the reason, for pulls in words of its own.
        State::Waiting(reason, _) => {
            let why = match *reason {
                "ImagePullBackOff" => "trying and failing to pull image",
                other => other,
            };
            format!(
                "Request log error: container \"{}\" in pod \"{name}\" is waiting to start: {why}\n",
                pod.container
            )
        }
        State::Absent => String::new(),
    };
    File::new(
        format!("{namespace}/{name}/logs.txt"),
        dump_logs::section(&pod.container, namespace, name, &log),
    )
}
