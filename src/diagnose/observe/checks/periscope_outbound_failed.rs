//! Connections out of the cluster that AKS Periscope tried and could not make: a matrix of nodes and
//! endpoints. Which of its cells fail says where to look: one endpoint from every node is the way out
//! of the network, every endpoint from one node is that node.

use super::{Check, Need};
use crate::diagnose::finding::{State, Subject};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::observe::members::counted;
use crate::diagnose::scene::Scene;
use crate::examine::facts::FactKind;
use crate::examine::part::{CollectorFact, Outbound};
use crate::locator::EntryPath;
use crate::severity::Severity;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "periscope-outbound-failed",
    needs: &[Need::Collected(FactKind::Probes)],
    run,
};

/// Nodes told by name.
const TOLD: usize = 3;

/// Kinds of errors by words in them, the first that holds counts: a lookup may time out as well.
const ERRORS: &[(&str, &[&str])] = &[
    ("DNS", &["lookup ", "no such host", "server misbehaving"]),
    ("TLS", &["x509: ", "tls: "]),
    ("refused", &["connection refused", "actively refused"]),
    ("reset", &["connection reset"]),
    (
        "no route",
        &[
            "no route to host",
            "network is unreachable",
            "unreachable network",
            "unreachable host",
        ],
    ),
    (
        "timeout",
        &[
            "timeout",
            "timed out",
            "failed to respond",
            "deadline exceeded",
        ],
    ),
];

/// Probes of one node to one endpoint, in the order of time; the last one is the present.
type Probes<'a> = Vec<(&'a EntryPath, &'a Outbound)>;

/// Probes by node and endpoint.
struct Matrix<'a> {
    cells: BTreeMap<(String, &'a str), Probes<'a>>,
}

/// Sorts the probes into a matrix and tells what fails in it.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let matrix = Matrix::of(scene);
    let failed = matrix
        .cells
        .iter()
        .filter(|(_, probes)| probes.iter().any(failed));
    failed
        .filter_map(|((node, kind), probes)| matrix.clue(node, kind, probes))
        .collect()
}

/// A lookup that failed when a node was probed.
pub(super) fn failed_lookup<'a>(
    scene: Scene<'a>,
    node: &str,
) -> Option<(&'a EntryPath, &'a Outbound)> {
    let mut probes = probes(scene);
    let (_, path, probe) = probes.find(|(of, _, probe)| {
        of.as_deref() == Some(node)
            && probe
                .error
                .as_deref()
                .is_some_and(|error| kind_of(error) == "DNS")
    })?;
    Some((path, probe))
}

/// All probes with the node that made them, as the probe says, else as its entry does.
fn probes(scene: Scene<'_>) -> impl Iterator<Item = (Option<String>, &EntryPath, &Outbound)> {
    let facts = scene.evidence.collector.iter();
    facts.filter_map(|(path, role, fact)| match fact {
        CollectorFact::Outbound(probe) => {
            let node = probe.host.clone().or_else(|| role.node.clone());
            Some((node, path, probe))
        }
        _ => None,
    })
}

/// Whether a probe failed.
fn failed((_, probe): &(&EntryPath, &Outbound)) -> bool {
    probe.error.is_some()
}

/// Whether the last of some probes failed.
fn fails(probes: &Probes<'_>) -> bool {
    probes.last().is_some_and(failed)
}

/// The kind of an error of `net.Dial`.
fn kind_of(error: &str) -> &'static str {
    let holds = |words: &[&str]| words.iter().any(|word| error.contains(word));
    let known = ERRORS.iter().find(|(_, words)| holds(words));
    known.map_or("other error", |(kind, _)| kind)
}

impl<'a> Matrix<'a> {
    /// All probes of a bundle.
    fn of(scene: Scene<'a>) -> Self {
        let mut cells: BTreeMap<(String, &str), Probes<'_>> = BTreeMap::new();
        for (node, path, probe) in probes(scene) {
            let cell = (node.unwrap_or_default(), probe.kind.as_str());
            cells.entry(cell).or_default().push((path, probe));
        }
        for probes in cells.values_mut() {
            probes.sort_by_key(|(path, probe)| (probe.time, (*path).clone(), probe.snippet.line));
        }
        Self { cells }
    }

    /// Nodes that fail to reach an endpoint, and those that reach it.
    fn nodes_of(&self, kind: &str) -> (Vec<&str>, Vec<&str>) {
        let (mut failing, mut connecting) = (Vec::new(), Vec::new());
        for ((node, of), probes) in &self.cells {
            if *of == kind {
                let side = if fails(probes) {
                    &mut failing
                } else {
                    &mut connecting
                };
                side.push(node.as_str());
            }
        }
        (failing, connecting)
    }

    /// All nodes.
    fn nodes(&self) -> BTreeSet<&str> {
        self.cells.keys().map(|(node, _)| node.as_str()).collect()
    }

    /// Whether a node reaches none of several endpoints.
    fn is_cut_off(&self, node: &str) -> bool {
        let own = self.cells.iter().filter(|((of, _), _)| of == node);
        let own: Vec<_> = own
            .map(|((_, kind), probes)| (*kind, fails(probes)))
            .collect();
        let several = if own.iter().any(|(kind, _)| tells_failures_only(kind)) {
            own.len() == OF_OLD
        } else {
            own.len() > 1
        };
        several && own.iter().all(|(_, fails)| *fails)
    }

    /// The clue of one cell that failed.
    fn clue(&self, node: &str, kind: &str, probes: &Probes<'_>) -> Option<Clue> {
        let failures: Vec<_> = probes.iter().filter(|probe| failed(probe)).collect();
        let (path, latest) = failures.last()?;
        let times = || failures.iter().filter_map(|(_, probe)| probe.time);
        let (first, last): (Option<Timestamp>, Option<Timestamp>) = (times().min(), times().max());
        let affected = if node.is_empty() {
            Subject::component("periscope", None)
        } else {
            Subject::node(node)
        };
        let (subject, place) = self.place(node, kind, probes);
        let url = latest
            .url
            .as_deref()
            .map(|url| format!(" ({url})"))
            .unwrap_or_default();
        let error = latest.error.as_deref().unwrap_or_default();
        let mut clue = Clue::collected(CHECK.id, affected)
            .with_citation(path, latest.snippet.clone(), latest.time)
            .seen(first, last)
            .detailed(format!("{kind}{url}: {error}{place}"))
            .in_state(
                if fails(probes) {
                    State::Active
                } else {
                    State::Resolved
                },
                if fails(probes) {
                    "the last probe failed"
                } else {
                    "a later probe connected"
                },
            );
        if let Some(subject) = subject {
            clue.detail = if subject.kind == "Cluster" {
                self.told_of_all()
            } else {
                self.told(kind, &url)
            };
            clue.subject = subject;
        }
        clue.count = failures.len() as u64;
        clue.values = BTreeMap::from([("node".to_owned(), node.to_owned())]);
        // A cluster may well have no way to the open internet; the API server it cannot do without.
        clue.severity = Some(match kind {
            "AKS API Server" | "APIServerConnectivity" => Severity::Critical,
            "Internet" | "InternetConnectivity" => Severity::Low,
            _ => Severity::High,
        });
        Some(clue)
    }

    /// What a failure is about, where that is not the node: an endpoint that several nodes fail to
    /// reach though they reach others, or the cluster, which reaches nothing. Else what the other
    /// nodes tell of it, in words.
    fn place(&self, node: &str, kind: &str, probes: &Probes<'_>) -> (Option<Subject>, String) {
        let nodes = self.nodes();
        if nodes.len() < 2 || !fails(probes) {
            return (None, String::new());
        }
        let cut_off = nodes.iter().filter(|node| self.is_cut_off(node)).count();
        if cut_off == nodes.len() {
            return (Some(Subject::cluster()), String::new());
        }
        if self.is_cut_off(node) {
            let told = format!("; {node} reaches none of the tested endpoints, other nodes do");
            return (None, told);
        }
        let (failing, connecting) = self.nodes_of(kind);
        if failing.iter().filter(|node| !self.is_cut_off(node)).count() > 1 {
            let endpoint = Subject {
                kind: "Endpoint".into(),
                name: kind.to_owned(),
                ..Subject::default()
            };
            return (Some(endpoint), String::new());
        }
        let told = match connecting.as_slice() {
            [] => String::new(),
            some => format!("; {} it", reached_by(some)),
        };
        (None, told)
    }

    /// That nothing is reached from anywhere, in words.
    fn told_of_all(&self) -> String {
        let kinds: BTreeSet<&str> = self.cells.keys().map(|(_, kind)| *kind).collect();
        let errors = self
            .cells
            .values()
            .filter_map(|probes| probes.last()?.1.error.as_deref());
        let errors: BTreeSet<&str> = errors.map(kind_of).collect();
        format!(
            "none of {} is reachable from any of {} ({}): the network egress is at fault (DNS, firewall, NSG, routes), not a node",
            counted(kinds.len(), "endpoint"),
            counted(self.nodes().len(), "node"),
            errors.into_iter().collect::<Vec<_>>().join(", ")
        )
    }

    /// One endpoint that several nodes fail to reach, in words: the kinds of errors, which nodes, and
    /// which connect.
    fn told(&self, kind: &str, url: &str) -> String {
        let (failing, connecting) = self.nodes_of(kind);
        let mut errors: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for node in &failing {
            let cell = self.cells.get(&((*node).to_owned(), kind));
            let error = cell.and_then(|probes| probes.last()?.1.error.as_deref());
            let alike = errors
                .entry(kind_of(error.unwrap_or_default()))
                .or_default();
            alike.push(node);
        }
        let by_error: Vec<String> = errors
            .iter()
            .map(|(error, nodes)| format!("{error} from {}", names(nodes)))
            .collect();
        let all = self.nodes().len();
        let mut told = format!(
            "{kind}{url} fails from {} of {}",
            failing.len(),
            counted(all, "node")
        );
        if !connecting.is_empty() {
            let _ = write!(told, ", {} it", reached_by(&connecting));
        } else if failing.len() == all {
            told.push_str(
                ": the network egress is at fault (DNS, firewall, NSG, routes), not a node",
            );
        }
        let _ = write!(told, "; {}", by_error.join(", "));
        told
    }
}

/// Endpoints that the first release tries.
const OF_OLD: usize = 5;

/// Whether probes of this kind are written only where they fail: those of the first release.
fn tells_failures_only(kind: &str) -> bool {
    kind.ends_with("Connectivity")
}

/// "node-1, node-2 reach".
fn reached_by(nodes: &[&str]) -> String {
    let verb = if nodes.len() == 1 { "reaches" } else { "reach" };
    format!("{} {verb}", names(nodes))
}

/// Some names of several.
fn names(nodes: &[&str]) -> String {
    let named: Vec<&str> = nodes.iter().copied().take(TOLD).collect();
    let told = named.join(", ");
    match nodes.len().saturating_sub(TOLD) {
        0 => told,
        more => format!("{told} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_a_dial_are_told_apart() {
        for (error, kind) in [
            (
                "dial tcp: lookup mcr.microsoft.com on 10.0.0.10:53: i/o timeout",
                "DNS",
            ),
            ("dial tcp: lookup google.com: no such host", "DNS"),
            ("dial tcp 10.0.0.1:443: i/o timeout", "timeout"),
            (
                "dial tcp 10.0.0.1:443: connect: connection refused",
                "refused",
            ),
            (
                "dial tcp 20.1.1.1:80: connect: no route to host",
                "no route",
            ),
            (
                "dial tcp 20.1.1.1:80: connectex: A connection attempt failed because the connected party did not properly respond after a period of time, or established connection failed because connected host has failed to respond.",
                "timeout",
            ),
            (
                "dial tcp 20.1.1.1:80: connectex: No connection could be made because the target machine actively refused it.",
                "refused",
            ),
            ("dial tcp 20.1.1.1:80: something new", "other error"),
        ] {
            assert_eq!(kind_of(error), kind, "{error}");
        }
    }
}
