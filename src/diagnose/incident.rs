//! Findings that are one event seen from several sides, folded under their cause.
//!
//! Causes stand in a table: which rules explain which, and what a symptom must share with its
//! cause. What no cause explains is grouped by rule: the same failure of nine pods is one incident.

use super::finding::{Finding, Fingerprint, State, Subject};
use crate::severity::{Confidence, Severity};
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Findings that are one event; the first is the cause as far as the evidence says.
#[derive(Debug, Clone)]
pub struct Incident {
    /// Stable id: that of its first finding.
    pub id: String,
    /// Title of its first finding, with the subject.
    pub title: String,
    /// Highest severity of its findings in the incident's state.
    pub severity: Severity,
    /// Confidence of its first finding.
    pub confidence: Confidence,
    /// State of its first finding.
    pub state: State,
    /// First seen.
    pub first_seen: Option<Timestamp>,
    /// Last seen.
    pub last_seen: Option<Timestamp>,
    /// "9 pods on 3 nodes".
    pub scope: String,
    /// Its findings, cause first.
    pub findings: Vec<Fingerprint>,
}

/// What a symptom must share with its cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    /// Nothing: the cause reaches the whole cluster.
    Cluster,
    /// The subject, or an affected object.
    Subject,
    /// The node: the cause is about a node that the symptom was seen on.
    Node,
    /// A node that both were seen on.
    SameNode,
    /// The system namespace: the cause takes away what system pods need.
    SystemPods,
}

/// One row of the table of causes.
struct Cause {
    /// Rules that state the cause, the deepest first.
    causes: &'static [&'static str],
    /// Rules that the cause explains.
    symptoms: &'static [&'static str],
    /// What they must share.
    link: Link,
}

/// Which rules explain which. Order matters: a symptom goes to the first cause that takes it.
const CAUSES: &[Cause] = &[
    Cause {
        causes: TUNNEL,
        symptoms: &[
            "log-fetch-failed",
            "kubelet-10250-unreachable",
            "apiserver-no-agent-available",
            "tls-handshake-timeout",
            "konnectivity-stream-errors",
            "konnectivity-agent-cannot-connect",
            "tunnelfront-ssh-failed",
            "aks-link-openvpn-failed",
            "aggregated-api-unavailable",
        ],
        link: Link::Cluster,
    },
    Cause {
        causes: TUNNEL,
        symptoms: &["pod-crashloop", "probe-failed", "container-exit-error"],
        link: Link::SystemPods,
    },
    Cause {
        causes: &["node-not-ready"],
        symptoms: &[
            "node-network-unavailable",
            "kubelet-pleg-unhealthy",
            "kubelet-runtime-down",
            "cni-not-initialized",
            "pod-evicted",
            "node-status-update-failed",
            "probe-failed",
        ],
        link: Link::Node,
    },
    Cause {
        causes: &[
            "node-disk-pressure",
            "node-memory-pressure",
            "node-pid-pressure",
        ],
        symptoms: &[
            "pod-evicted",
            "kubelet-eviction",
            "image-gc-failed",
            "disk-full",
        ],
        link: Link::Node,
    },
    Cause {
        causes: &["pod-oomkilled", "container-oom-kernel"],
        symptoms: &[
            "container-oom-kernel",
            "pod-crashloop",
            "probe-failed",
            "container-exit-error",
        ],
        link: Link::Subject,
    },
    Cause {
        causes: &["pod-oomkilled"],
        symptoms: &["container-oom-kernel"],
        link: Link::SameNode,
    },
    Cause {
        causes: &[
            "pod-config-error",
            "volume-mount-failed",
            "pod-sandbox-failed",
        ],
        symptoms: &["pod-crashloop", "container-exit-error", "probe-failed"],
        link: Link::Subject,
    },
    Cause {
        causes: IMAGE,
        symptoms: &["image-pull-backoff", "image-pull-network", "pod-crashloop"],
        link: Link::Subject,
    },
    Cause {
        causes: &["pvc-terminating", "pvc-pending-unbound"],
        symptoms: &["pod-unschedulable"],
        link: Link::Subject,
    },
    Cause {
        causes: &["sched-insufficient-resources", "sched-taint-affinity"],
        symptoms: &["pod-unschedulable", "pod-unexpected-admission"],
        link: Link::Subject,
    },
    Cause {
        causes: &["pod-crashloop"],
        symptoms: &["probe-failed", "container-exit-error"],
        link: Link::Subject,
    },
    Cause {
        causes: &["probe-failed"],
        symptoms: &["container-exit-error"],
        link: Link::Subject,
    },
];

/// Failures of the way from the API server to the kubelets.
const TUNNEL: &[&str] = &[
    "tunnel-pod-not-running",
    "konnectivity-agent-cannot-connect",
    "tunnelfront-ssh-failed",
    "aks-link-openvpn-failed",
    "apiserver-no-agent-available",
    "kubelet-10250-unreachable",
    "log-fetch-failed",
];
/// Failures that say why an image cannot be pulled.
const IMAGE: &[&str] = &[
    "image-pull-unauthorized",
    "image-pull-not-found",
    "image-pull-platform-mismatch",
    "image-pull-rate-limited",
    "image-pull-network",
];

/// Folds findings, which are in the order of the report, into incidents, worst first.
pub(super) fn fold(findings: &[Finding]) -> Vec<Incident> {
    let cause_of = causes(findings);
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut by_rule: BTreeMap<(&str, State), usize> = BTreeMap::new();
    for (place, finding) in findings.iter().enumerate() {
        let leader = cause_of.get(&place).copied().unwrap_or_else(|| {
            *by_rule
                .entry((&finding.rule, finding.state))
                .or_insert(place)
        });
        groups.entry(leader).or_default().push(place);
    }
    // A cause may itself have been grouped with others of its rule: follow it there.
    let merged = follow(groups, &by_rule, findings);
    let mut incidents: Vec<Incident> = merged
        .into_iter()
        .map(|(leader, members)| incident(findings, leader, &members))
        .filter(|incident| incident.severity > Severity::Info)
        .collect();
    incidents.sort_by(|a, b| key(a).cmp(&key(b)));
    incidents
}

/// What incidents are ordered by.
type Key<'a> = (
    bool,
    Reverse<Severity>,
    State,
    Reverse<Confidence>,
    Reverse<usize>,
    &'a str,
);

/// Worst first: what has ended comes last; of the rest the severe, the certainly active, the sure,
/// and what explains most.
fn key(incident: &Incident) -> Key<'_> {
    (
        incident.state == State::Resolved,
        Reverse(incident.severity),
        incident.state,
        Reverse(incident.confidence),
        Reverse(incident.findings.len()),
        &incident.id,
    )
}

/// For each finding that a cause explains: the place of the cause.
fn causes(findings: &[Finding]) -> BTreeMap<usize, usize> {
    let mut explained = BTreeMap::new();
    for row in CAUSES {
        let found = |rule: &str, taken: &BTreeMap<usize, usize>| -> Vec<usize> {
            findings
                .iter()
                .enumerate()
                .filter(|(place, finding)| finding.rule == rule && !taken.contains_key(place))
                .map(|(place, _)| place)
                .collect()
        };
        let mut leaders: Vec<usize> = Vec::new();
        for rule in row.causes {
            leaders.extend(found(rule, &explained));
        }
        for (place, symptom) in findings.iter().enumerate() {
            if !row.symptoms.contains(&symptom.rule.as_str()) || explained.contains_key(&place) {
                continue;
            }
            // A resolved cause does not explain what is still so.
            let explains = |leader: &&usize| {
                **leader != place
                    && findings.get(**leader).is_some_and(|cause| {
                        cause.state <= symptom.state && linked(row.link, cause, symptom)
                    })
            };
            if let Some(leader) = leaders
                .iter()
                .find(explains)
                .filter(|leader| rank(row, findings, **leader) < rank(row, findings, place))
            {
                explained.insert(place, *leader);
            }
        }
    }
    explained
}

/// How deep a cause is; what is no cause of this row is no cause of its own causes.
fn rank(row: &Cause, findings: &[Finding], place: usize) -> usize {
    findings
        .get(place)
        .and_then(|finding| row.causes.iter().position(|rule| *rule == finding.rule))
        .unwrap_or(usize::MAX)
}

/// Whether a symptom shares with a cause what the link asks for.
fn linked(link: Link, cause: &Finding, symptom: &Finding) -> bool {
    match link {
        Link::Cluster => true,
        Link::Subject => {
            cause.subject == symptom.subject
                || cause
                    .affected
                    .iter()
                    .any(|affected| symptom.affected.iter().any(|other| same(affected, other)))
        }
        Link::Node => cause.affected.iter().any(|node| {
            symptom
                .affected
                .iter()
                .any(|other| other.node.as_deref() == Some(&node.name) || same(node, other))
        }),
        Link::SameNode => nodes(cause).any(|node| nodes(symptom).any(|other| other == node)),
        Link::SystemPods => symptom.subject.namespace == "kube-system",
    }
}

/// Nodes that a finding is about, or was seen on.
fn nodes(finding: &Finding) -> impl Iterator<Item = &str> {
    finding
        .affected
        .iter()
        .filter_map(|affected| match affected.kind.as_str() {
            "Node" => Some(affected.name.as_str()),
            _ => affected.node.as_deref(),
        })
}

/// Whether two subjects are the same object, wherever it was seen.
fn same(a: &Subject, b: &Subject) -> bool {
    (&a.kind, &a.namespace, &a.name) == (&b.kind, &b.namespace, &b.name)
}

/// Joins groups whose leader was itself grouped under another.
fn follow(
    groups: BTreeMap<usize, Vec<usize>>,
    by_rule: &BTreeMap<(&str, State), usize>,
    findings: &[Finding],
) -> BTreeMap<usize, Vec<usize>> {
    let mut merged: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (leader, members) in groups {
        let top = findings
            .get(leader)
            .and_then(|finding| by_rule.get(&(finding.rule.as_str(), finding.state)))
            .copied()
            .unwrap_or(leader);
        merged.entry(top).or_default().extend(members);
    }
    merged
}

/// The incident that `leader` is the cause of.
fn incident(findings: &[Finding], leader: usize, members: &[usize]) -> Incident {
    let mut places: Vec<usize> = members
        .iter()
        .copied()
        .filter(|place| *place != leader)
        .collect();
    places.sort_unstable();
    places.dedup();
    places.insert(0, leader);
    let members: Vec<&Finding> = places
        .iter()
        .filter_map(|place| findings.get(*place))
        .collect();
    let Some(cause) = members.first() else {
        unreachable!("an incident has its leader")
    };
    let same_rule = members
        .iter()
        .filter(|finding| finding.rule == cause.rule)
        .count();
    let title = if same_rule == 1 {
        format!("{} ({})", cause.title, cause.subject)
    } else {
        cause.title.clone()
    };
    Incident {
        id: cause.fingerprint.to_string(),
        title,
        severity: members
            .iter()
            .filter(|finding| finding.state == cause.state)
            .map(|finding| finding.severity)
            .max()
            .unwrap_or(cause.severity),
        confidence: cause.confidence,
        state: cause.state,
        first_seen: members
            .iter()
            .filter_map(|finding| finding.first_seen)
            .min(),
        last_seen: members.iter().filter_map(|finding| finding.last_seen).max(),
        scope: scope(&members),
        findings: members
            .iter()
            .map(|finding| finding.fingerprint.clone())
            .collect(),
    }
}

/// What an incident reaches: "9 pods on 3 nodes".
fn scope(findings: &[&Finding]) -> String {
    let mut kinds: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
    let mut nodes: BTreeSet<&str> = BTreeSet::new();
    for affected in findings.iter().flat_map(|finding| &finding.affected) {
        if affected.kind == "Node" {
            nodes.insert(&affected.name);
        } else {
            kinds
                .entry(&affected.kind)
                .or_default()
                .insert((&affected.namespace, &affected.name));
            nodes.extend(affected.node.as_deref());
        }
    }
    let mut said: Vec<String> = kinds
        .iter()
        .filter(|(kind, _)| **kind != "Cluster")
        .map(|(kind, names)| counted(names.len(), kind))
        .collect();
    if !nodes.is_empty() {
        let on = counted(nodes.len(), "Node");
        said = if said.is_empty() {
            vec![on]
        } else {
            vec![format!("{} on {on}", said.join(", "))]
        };
    }
    if said.is_empty() {
        "the cluster".into()
    } else {
        said.join(", ")
    }
}

/// "1 pod", "9 pods".
fn counted(count: usize, kind: &str) -> String {
    let kind = kind.to_lowercase();
    match (count, kind.as_str()) {
        (1, kind) => format!("1 {kind}"),
        (count, kind) if kind.ends_with('s') => format!("{count} {kind}es"),
        (count, kind) if kind.ends_with('y') => {
            format!("{count} {}ies", kind.trim_end_matches('y'))
        }
        (count, kind) => format!("{count} {kind}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_said_in_english() {
        assert_eq!(counted(1, "Pod"), "1 pod");
        assert_eq!(counted(3, "Ingress"), "3 ingresses");
        assert_eq!(counted(2, "NetworkPolicy"), "2 networkpolicies");
    }

    #[test]
    fn no_rule_is_its_own_deepest_cause_and_symptom() {
        for row in CAUSES {
            assert!(
                !row.symptoms.contains(&row.causes[0]),
                "{} explains itself",
                row.causes[0]
            );
        }
    }
}
