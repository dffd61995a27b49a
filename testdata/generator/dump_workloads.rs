//! The workloads of the `cluster-info dump` sample and their pods.
//!
//! In: a row of the table, the nodes. Out: a workload with its replica set and pods, healthy or with
//! the trouble that the comments of the table tell.

use super::cluster::{at, later};
use super::objects::{Identity, Owner};
use super::pods::{Ended, Pod, State};
use super::rng::Rng;
use jiff::Timestamp;

/// The message of the scheduler about the pod that fits nowhere.
pub(crate) const DOES_NOT_FIT: &str = "0/3 nodes are available: 3 Insufficient memory. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.";

/// A workload: namespace, name, container, image, and its kind.
pub(crate) const WORKLOADS: &[[&str; 5]] = &[
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
pub(crate) struct Workload {
    /// Who it is.
    pub(crate) identity: Identity,
    /// Its image.
    pub(crate) image: &'static str,
    /// Whether every node runs one of its pods.
    pub(crate) per_node: bool,
    /// The replica set between it and its pods; a daemon set has none.
    pub(crate) set: Option<Identity>,
    /// Its pods.
    pub(crate) pods: Vec<Pod>,
}

/// A workload of the table with its pods.
pub(crate) fn workload(row: &[&'static str; 5], nodes: &[Identity], rng: &mut Rng) -> Workload {
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
        "storefront" => "2024-05-21T13:31:26Z",
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
        changed: later(identity.created, 9_000),
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
