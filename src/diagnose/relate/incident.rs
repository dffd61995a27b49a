//! Findings that are one event seen from several sides, folded under their cause.
//!
//! Which rules explain which stands in a table ([`super::causes`]), what they must share in
//! [`super::link`]. What no cause explains is grouped by rule and time: the same failure of nine pods
//! is one incident, and the same failure an hour later another. Where two causes explain a symptom equally well, both are shown.

use crate::diagnose::finding::{Finding, Fingerprint, State};
use crate::diagnose::relate::causes::{CAUSES, Cause};
use crate::diagnose::relate::link::Links;
use crate::evidence::Evidence;
use crate::limits::Limits;
use crate::severity::{Confidence, Severity};
use jiff::{SignedDuration, Timestamp};
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
    /// The worst state of its findings: what a cause led to may outlast it.
    pub state: State,
    /// When the cause was first seen.
    pub onset: Option<Timestamp>,
    /// When the first of its symptoms was.
    pub symptoms_from: Option<Timestamp>,
    /// First seen, the cause or a symptom.
    pub first_seen: Option<Timestamp>,
    /// Last seen.
    pub last_seen: Option<Timestamp>,
    /// "9 pods on 3 nodes".
    pub scope: String,
    /// Its findings, cause first.
    pub findings: Vec<Fingerprint>,
    /// Findings that may as well be the cause of some of these. Those without symptoms of their own
    /// are among the incident's findings, the others have an incident of their own.
    pub competing: Vec<Fingerprint>,
}

/// Folds findings, which are in the order of the report, into incidents, worst first.
pub(super) fn fold(findings: &[Finding], evidence: &Evidence) -> Vec<Incident> {
    let causes = Causes::find(findings, &Links::new(evidence, findings));
    let mut incidents: Vec<Incident> = causes
        .groups(findings)
        .into_iter()
        .filter_map(|group| incident(findings, &group))
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

/// Places of findings that are one event.
#[derive(Debug, Default)]
struct Group {
    /// The cause.
    leader: usize,
    /// All others.
    members: BTreeSet<usize>,
    /// Other causes that could have led to some of the members, and the leaders of their groups.
    competing: BTreeSet<(usize, usize)>,
}

/// What explains which finding, by place.
struct Causes {
    /// For each explained finding: its cause.
    of: BTreeMap<usize, usize>,
    /// For each explained finding: others that explain it as well.
    or: BTreeMap<usize, BTreeSet<usize>>,
}

impl Causes {
    /// Looks up every finding in the table of causes.
    fn find(findings: &[Finding], links: &Links<'_>) -> Self {
        let mut by_rule: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, finding) in findings.iter().enumerate() {
            by_rule.entry(&finding.rule).or_default().push(place);
        }
        let mut causes = Self {
            of: BTreeMap::new(),
            or: BTreeMap::new(),
        };
        for (place, symptom) in findings.iter().enumerate() {
            let mut taken_by: Option<&Cause> = None;
            for row in CAUSES.iter().filter(|row| row.explains(&symptom.rule)) {
                // Wider links do not compete with the narrow one that took the symptom.
                if taken_by.is_some_and(|first| !row.link.competes_with(first.link)) {
                    continue;
                }
                for leader in leaders(row, &by_rule, symptom) {
                    let explains = leader != place
                        && causes.deepest(leader) != place
                        && findings.get(leader).is_some_and(|cause| {
                            row.link.spans(cause.state, symptom.state)
                                && links.linked(row.link, cause, symptom)
                        });
                    if !explains {
                        continue;
                    }
                    if taken_by.is_none() {
                        taken_by = Some(row);
                        causes.of.insert(place, leader);
                    } else if taken_by.is_some_and(|first| row.link.competes_with(first.link)) {
                        causes.or.entry(place).or_default().insert(leader);
                    } else {
                        break;
                    }
                }
            }
        }
        causes
    }

    /// The cause of a finding that no other cause explains; the finding itself where none does.
    fn deepest(&self, place: usize) -> usize {
        let mut current = place;
        // No cause is taken that would close a circle.
        while let Some(cause) = self.of.get(&current) {
            current = *cause;
        }
        current
    }

    /// Findings by their deepest cause; the same failure of several subjects at one time is one
    /// group, under the first of them.
    fn groups(&self, findings: &[Finding]) -> Vec<Group> {
        let unexplained = findings.iter().enumerate();
        let unexplained = unexplained.filter(|(place, _)| !self.of.contains_key(place));
        let leaders = occurrences(unexplained, Limits::RELEASE.incident_pause);
        let leader_of = |place: usize| {
            let cause = self.deepest(place);
            leaders.get(&cause).copied().unwrap_or(cause)
        };
        let mut groups: BTreeMap<usize, Group> = BTreeMap::new();
        for place in 0..findings.len() {
            let leader = leader_of(place);
            let group = groups.entry(leader).or_default();
            group.leader = leader;
            if place != leader {
                group.members.insert(place);
            }
            let others = self.or.get(&place).into_iter().flatten();
            let others = others.map(|other| (self.deepest(*other), leader_of(*other)));
            // What has ended competes with nothing that a reader still has to decide.
            let open = |place: usize| findings.get(place).is_some_and(|other| !ended(other));
            let others = others.filter(|(other, of)| *of != leader && open(*other));
            group.competing.extend(others);
        }
        side_by_side(findings, &mut groups);
        groups.into_values().collect()
    }
}

/// When a finding began, its place in the report, and itself.
type Begun<'f> = (Option<Timestamp>, usize, &'f Finding);

/// For each finding the first in the report's order of those that are the same failure at the same
/// time: between two of them lies no longer pause than this. What is so at capture time lasts until
/// then; what has no time stands with the earliest.
fn occurrences<'f>(
    findings: impl Iterator<Item = (usize, &'f Finding)>,
    pause: SignedDuration,
) -> BTreeMap<usize, usize> {
    let mut by_kind: BTreeMap<(&str, bool), Vec<Begun<'_>>> = BTreeMap::new();
    for (place, finding) in findings {
        let begin = finding.first_seen.or(finding.last_seen);
        let kind = (finding.rule.as_str(), ended(finding));
        by_kind
            .entry(kind)
            .or_default()
            .push((begin, place, finding));
    }
    let mut leaders = BTreeMap::new();
    for mut kind in by_kind.into_values() {
        kind.sort_by_key(|(begin, place, _)| (*begin, *place));
        let mut until: Option<Timestamp> = None;
        let mut together: Vec<usize> = Vec::new();
        let mut lead = |together: &mut Vec<usize>| {
            if let Some(leader) = together.iter().copied().min() {
                leaders.extend(together.drain(..).map(|place| (place, leader)));
            }
        };
        for (begin, place, finding) in kind {
            let apart = until
                .zip(begin)
                .map(|(end, begin)| begin.duration_since(end));
            if apart.is_some_and(|apart| apart > pause) {
                lead(&mut together);
            }
            together.push(place);
            let end = match finding.state {
                State::Active => Some(Timestamp::MAX),
                _ => finding.last_seen.or(begin),
            };
            until = until.max(end);
        }
        lead(&mut together);
    }
    leaders
}

/// Takes a competing cause into the group of what it may explain, where it explains nothing else:
/// the reader should see both at once. One with symptoms of its own keeps its group.
fn side_by_side(findings: &[Finding], groups: &mut BTreeMap<usize, Group>) {
    let pairs: Vec<(usize, usize)> = groups
        .iter()
        .flat_map(|(leader, group)| group.competing.iter().map(|(_, other)| (*leader, *other)))
        .collect();
    for (leader, other) in pairs {
        let rule = |place: usize| findings.get(place).map(|finding| finding.rule.as_str());
        let alone = groups.get(&other).is_some_and(|group| {
            group.competing.is_empty()
                && group
                    .members
                    .iter()
                    .all(|member| rule(*member) == rule(other))
        });
        if !alone || !groups.contains_key(&leader) {
            continue;
        }
        if let Some(joined) = groups.remove(&other)
            && let Some(group) = groups.get_mut(&leader)
        {
            group.members.insert(other);
            group.members.extend(joined.members);
        }
    }
}

/// Findings that a row names as causes of a symptom, the deepest first; what is itself a cause of
/// the row is explained by deeper ones only.
fn leaders(row: &Cause, by_rule: &BTreeMap<&str, Vec<usize>>, symptom: &Finding) -> Vec<usize> {
    let depth = row.depth(&symptom.rule).unwrap_or(usize::MAX);
    row.causes
        .iter()
        .copied()
        .flatten()
        .take(depth)
        .filter_map(|rule| by_rule.get(rule))
        .flatten()
        .copied()
        .collect()
}

/// The incident that a group of findings is.
fn incident(findings: &[Finding], group: &Group) -> Option<Incident> {
    let cause = findings.get(group.leader)?;
    let members: Vec<&Finding> = [group.leader]
        .iter()
        .chain(&group.members)
        .filter_map(|place| findings.get(*place))
        .collect();
    let (causes, symptoms): (Vec<&Finding>, Vec<&Finding>) = members
        .iter()
        .partition(|finding| finding.rule == cause.rule);
    let title = match causes.len() {
        1 => format!("{} ({})", cause.title, cause.subject),
        all => format!("{} ({} and {} more)", cause.title, cause.subject, all - 1),
    };
    let state = members
        .iter()
        .map(|finding| finding.state)
        .min()
        .unwrap_or(cause.state);
    let first = |of: &[&Finding]| of.iter().filter_map(|finding| finding.first_seen).min();
    Some(Incident {
        id: cause.fingerprint.to_string(),
        title,
        severity: members
            .iter()
            .filter(|finding| finding.state == state)
            .map(|finding| finding.severity)
            .max()
            .unwrap_or(cause.severity),
        confidence: cause.confidence,
        state,
        onset: first(&causes),
        symptoms_from: first(&symptoms),
        first_seen: first(&members),
        last_seen: members.iter().filter_map(|finding| finding.last_seen).max(),
        scope: scope(&members),
        findings: members
            .iter()
            .map(|finding| finding.fingerprint.clone())
            .collect(),
        competing: group
            .competing
            .iter()
            .filter_map(|(place, _)| findings.get(*place))
            .map(|finding| finding.fingerprint.clone())
            .collect(),
    })
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
