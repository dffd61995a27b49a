//! Findings that are one event seen from several sides, folded under their cause.
//!
//! Which rules explain which stands in a table ([`super::causes`]). What no cause explains is grouped by rule: the same failure of nine pods is one incident.

use super::causes::{CAUSES, Cause, linked};
use super::finding::{Finding, Fingerprint, State};
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

/// Folds findings, which are in the order of the report, into incidents, worst first.
pub(super) fn fold(findings: &[Finding]) -> Vec<Incident> {
    let cause_of = causes(findings);
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut by_rule: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    let mut by_cause = Vec::new();
    for (place, finding) in findings.iter().enumerate() {
        let cause = deepest(&cause_of, place);
        let Some(leading) = findings.get(cause) else {
            continue;
        };
        if cause == place {
            by_rule
                .entry((&finding.rule, ended(finding)))
                .or_insert(place);
        }
        by_cause.push((place, cause, (leading.rule.as_str(), ended(leading))));
    }
    // The same failure of several subjects is one incident, under the first of them.
    for (place, cause, kind) in by_cause {
        let leader = by_rule.get(&kind).copied().unwrap_or(cause);
        groups.entry(leader).or_default().push(place);
    }
    let mut incidents: Vec<Incident> = groups
        .into_iter()
        .map(|(leader, members)| incident(findings, leader, &members))
        .filter(|incident| incident.severity > Severity::Info)
        .collect();
    incidents.sort_by(|a, b| key(a).cmp(&key(b)));
    incidents
}

/// Whether a finding has ended: what may still last and what does is one incident.
fn ended(finding: &Finding) -> bool {
    finding.state == State::Resolved
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

/// The cause of a finding that no other cause explains; the finding itself where none does.
fn deepest(cause_of: &BTreeMap<usize, usize>, place: usize) -> usize {
    let mut current = place;
    // Causes form no circle, because each row ranks its own; the bound costs nothing.
    for _ in 0..CAUSES.len() {
        match cause_of.get(&current) {
            Some(cause) => current = *cause,
            None => break,
        }
    }
    current
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
}
