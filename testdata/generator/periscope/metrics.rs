//! What Periscope's collectors bring of the cluster as a whole: use of nodes and containers, and
//! disruption budgets.

use super::super::cluster::{LINUX, Pod};
use super::super::json::Json;
use super::super::rng::Rng;
use super::fields::document;
use super::version::Version;
use std::fmt::Write as _;

/// Name, milli-CPU and bytes.
type Use<'a> = (&'a str, i64, i64);

/// Use of the nodes by their metrics; nodes whose kubelet hangs are missing.
fn nodes() -> Vec<Use<'static>> {
    let used = [(412, 3_712_409_600), (298, 2_871_033_856)];
    let nodes = LINUX.iter().zip(used);
    nodes
        .map(|(node, (cpu, memory))| (node.name, cpu, memory))
        .collect()
}

/// Use of the containers of pods on these nodes.
fn pods(pods: &[Pod]) -> Vec<(&Pod, i64, i64)> {
    let mut rng = Rng::new(0xc011);
    pods.iter()
        .filter(|pod| pod.node < 2)
        .map(|pod| {
            let mut number = |end| i64::try_from(rng.below(end)).unwrap_or(0);
            (pod, 1 + number(40), 12_582_912 + number(160_000_000))
        })
        .collect()
}

/// The JSON document of the nodes.
pub(super) fn of_nodes(version: Version) -> String {
    rows(version, "NodeMetrics", &nodes())
}

/// The JSON document of the pods: under the names of containers, without pod and namespace.
pub(super) fn of_pods(version: Version, all: &[Pod]) -> String {
    let used: Vec<Use> = pods(all)
        .into_iter()
        .map(|(pod, cpu, memory)| (pod.container, cpu, memory))
        .collect();
    rows(version, "PodMetrics", &used)
}

/// A list of rows.
fn rows(version: Version, of: &str, used: &[Use]) -> String {
    let rows = used.iter().map(|(name, cpu, memory)| {
        document(
            version,
            of,
            [(*name).into(), (*cpu).into(), (*memory).into()],
        )
    });
    Json::List(rows.collect()).compact()
}

/// `kubectl top nodes`, of machines with two processors and 5 GiB to give away.
pub(super) fn top_nodes() -> String {
    let mut out = String::from(
        "NAME                                CPU(cores)   CPU%   MEMORY(bytes)   MEMORY%   \n",
    );
    for (name, cpu, memory) in nodes() {
        let mebibytes = memory >> 20;
        let (cpu_part, memory_part) = (cpu / 19, mebibytes * 100 / 5_246);
        writeln!(
            out,
            "{name:<35} {:<12} {:<6} {:<15} {memory_part}%       ",
            format!("{cpu}m"),
            format!("{cpu_part}%"),
            format!("{mebibytes}Mi"),
        )
        .expect("writing to a string does not fail");
    }
    out
}

/// `kubectl top pods --all-namespaces`.
pub(super) fn top_pods(all: &[Pod]) -> String {
    let mut out = String::from(
        "NAMESPACE     NAME                                   CPU(cores)   MEMORY(bytes)   \n",
    );
    for (pod, cpu, memory) in pods(all) {
        writeln!(
            out,
            "{:<13} {:<38} {:<12} {}Mi",
            pod.namespace,
            pod.name,
            format!("{cpu}m"),
            memory >> 20
        )
        .expect("writing to a string does not fail");
    }
    out
}

/// The disruption budgets of one namespace.
pub(super) fn disruption_budgets(version: Version, namespace: &str) -> String {
    let budget = |name: &str, minimum: &str| {
        let values = [name.into(), minimum.into(), "<nil>".into(), 1.into()];
        document(version, "PDBInfo", values)
    };
    match namespace {
        "kube-system" => Json::List(vec![
            budget("coredns-pdb", "1"),
            budget("konnectivity-agent", "1"),
        ])
        .compact(),
        _ => String::from("[]"),
    }
}
