//! What Periscope's probes and diagnosers say about the network of a node.
//!
//! In: a release, a node, whether the firewall blocks it. Out: the documents in the release's words.

use super::super::cluster::{API_SERVER, Node};
use super::super::json::Json;
use super::fields::document;
use super::keys::{self, targets};
use super::version::Version;

/// What a probe of a node behind the firewall gets.
const TIMEOUT: &str = "dial tcp 203.0.113.57:80: i/o timeout";

/// The error of a probe; `None` where it connects. The firewall lets all through but the registry.
fn error(blocked: bool, target: &str) -> Option<&'static str> {
    let registry = ["Microsoft Container Registry", "MCRConnectivity"];
    (blocked && registry.contains(&target)).then_some(TIMEOUT)
}

/// The time of a node's probes: in UTC, to the second.
fn time(node: Node) -> Json {
    let time = node.collected();
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into()
}

/// A document as the release writes it.
fn written(version: Version, document: &Json) -> String {
    let end = if version.ends_lines() { "\n" } else { "" };
    document.compact() + end
}

/// The document of one probe. The first release writes failures only.
pub(super) fn probe(
    version: Version,
    node: Node,
    blocked: bool,
    (target, url): (&str, &str),
) -> String {
    let url = keys::fill(url, &[("fqdn", API_SERVER)]);
    let error = error(blocked, target);
    let start = [time(node), target.into(), url.into()];
    if version > Version::V0_1 {
        let [time, target, url] = start;
        let values = [time, target, url, status(error)];
        return written(version, &document(version, "NetworkOutboundDatum", values));
    }
    let [time, target, url] = start;
    error.map_or_else(String::new, |error| {
        let values = [time, target, url, Json::Bool(false), error.into()];
        written(version, &document(version, "networkOutboundDatum", values))
    })
}

/// The status of a probe.
fn status(error: Option<&str>) -> Json {
    error.map_or_else(
        || "Connected".into(),
        |error| format!("Error: {error}").into(),
    )
}

/// The diagnoser's summary of a node's probes.
pub(super) fn probes(version: Version, node: Node, blocked: bool) -> String {
    const OF: &str = "networkOutboundDiagnosticDatum";
    let all = targets(version)
        .iter()
        .map(|(target, _)| (*target, error(blocked, target)));
    if version > Version::V0_1 {
        let rows = all.map(|(target, error)| {
            let times = [time(node), time(node)];
            let [start, end] = times;
            let values = [node.name.into(), target.into(), start, end, status(error)];
            document(version, OF, values)
        });
        return written(version, &Json::List(rows.collect()));
    }
    let failed = all.filter_map(|(target, error)| Some((target, error?)));
    failed
        .map(|(target, error)| {
            let values = [target.into(), time(node), time(node), error.into()];
            written(version, &document(version, OF, values))
        })
        .collect()
}

/// The first release's summary of the resolvers: a line for the machine, a line for the container.
pub(super) fn resolvers(version: Version, machine: &str, cluster: &str) -> String {
    let line = |level: &str, server: &str, custom: bool| {
        let servers = Json::List(vec![server.into()]);
        let values = [level.into(), servers, Json::Bool(custom)];
        written(version, &document(version, "dnsDiagnosticDatum", values))
    };
    // It takes a machine for customised whose search list is not `reddog.microsoft.com`.
    line("host", machine, true) + &line("container", cluster, cluster != "10.0.0.10")
}

/// The diagnoser's summary of a Linux node's network; `machine` is the node's resolver, where its
/// file could be read. From v0.4 on the file is cut at spaces, hence the line end inside a value.
/// v0.4 has no resolver of the machine. The plugin is looked for in a flag that the kubelets of
/// this cluster have no longer.
pub(super) fn config(version: Version, node: Node, machine: Option<&str>) -> String {
    let servers = |server: &str| {
        let bad = if version >= Version::V0_4 {
            "\nsearch"
        } else {
            ""
        };
        Json::List(vec![format!("{server}{bad}").into()])
    };
    let machine = machine.filter(|_| version != Version::V0_4);
    summary(
        version,
        node,
        machine.map_or(Json::Null, servers),
        servers("10.0.0.10"),
        110,
    )
}

/// The diagnoser's summary of a Windows node's network, of which it learns nothing.
pub(super) fn windows_config(version: Version, node: Node) -> String {
    summary(version, node, Json::Null, Json::Null, 0)
}

/// A summary of a node's network.
fn summary(version: Version, node: Node, machine: Json, cluster: Json, pods: i64) -> String {
    let values = [node.name.into(), "".into(), machine, cluster, pods.into()];
    document(version, "networkConfigDiagnosticDatum", values).compact()
}
