//! The `kubectl cluster-info dump` sample: an AKS 1.28 cluster with three namespaces.
//!
//! In: nothing. Out: the files of the dump: `nodes.json`, seven lists per namespace, and a
//! `logs.txt` per pod. Most of the cluster is healthy; the comments of the table in
//! `dump_workloads.rs` say what is not.

use super::cluster::{at, later};
use super::dump_events::events_of;
use super::dump_logs;
use super::dump_workloads::{WORKLOADS, Workload, workload};
use super::events::event;
use super::json::Json;
use super::objects::{Identity, Owner, daemon_set, deployment, list, node, replica_set, service};
use super::pods::{Pod, State, pod};
use super::rng::Rng;
use super::writers::File;

/// The dump's time.
pub(crate) const TAKEN: &str = "2024-05-21T14:30:00Z";
/// Version of Kubernetes.
const VERSION: &str = "v1.28.9";
/// Namespaces, in the order in which kubectl dumps them.
const NAMESPACES: [&str; 3] = ["default", "kube-system", "shop"];
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
