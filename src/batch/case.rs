//! From one diagnosis to its record: what an archive keeps.
//!
//! In: the report's view, which is masked and in words already, and of the diagnosis only what is no
//! text of the bundle. Out: a [`Case`]. A pure function.

use super::record::{
    Case, Class, Count, CoverageRow, FindingRow, GapRow, IncidentRow, InventoryRow, RedactionRow,
    UnknownRow, milliseconds, token, unknown_id,
};
use crate::diagnose::coverage::{Missing, Wanted};
use crate::diagnose::{BundleFacts, Diagnosis, State};
use crate::redact::Masker;
use crate::report::view::{self, Report};
use crate::rules::identity::Identity;
use crate::severity::Severity;
use std::collections::{BTreeMap, BTreeSet};

/// The case that a report tells of. `expected` are the nodes whose archives were handed in, where the
/// bundle is a collection run of several.
pub fn of(
    report: &Report,
    diagnosis: &Diagnosis,
    rules: &BTreeMap<String, Identity>,
    expected: &[String],
) -> Case {
    let facts = &diagnosis.bundle;
    let bundle = &report.bundle;
    let mut masker = Masker::default();
    let m = &mut masker;
    let first_at = report
        .coverage
        .sources
        .iter()
        .filter_map(|s| s.first.clone());
    let last_at = report
        .coverage
        .sources
        .iter()
        .filter_map(|s| s.last.clone());
    let (first_at, last_at) = (
        first_at.min_by_key(|at| instant(at)),
        last_at.max_by_key(|at| instant(at)),
    );
    let lost = diagnosis.gaps.iter();
    let lost = lost.filter(|gap| gap.reason.loses_evidence()).count();
    let count = |health: Option<(usize, usize)>| {
        let (bad, all) = health.unwrap_or_default();
        (bad as u64, all as u64)
    };
    let ((nodes_bad, nodes), (pods_bad, pods)) = (count(bundle.nodes), count(bundle.pods));
    Case {
        format: bundle.format.clone(),
        captured_ms: milliseconds(bundle.captured_at.as_deref()),
        captured_at: bundle.captured_at.clone(),
        captured_by: bundle.captured_by.clone(),
        first_ms: milliseconds(first_at.as_deref()),
        first_at,
        last_ms: milliseconds(last_at.as_deref()),
        last_at,
        entries: bundle.entries,
        entries_unread: lost as u64,
        bytes_read: bundle.bytes_read,
        k8s_version: bundle.kubernetes_version.clone().unwrap_or_default(),
        cloud: facts.cloud.unwrap_or_default().to_owned(),
        region: m.text(facts.region.as_deref().unwrap_or_default()),
        nodes_bad,
        nodes,
        pods_bad,
        pods,
        missing_nodes: missing_nodes(m, facts, expected),
        class: class(report),
        verdict: report.verdict.clone(),
        worst_severity: report.worst,
        counts: counts(report),
        incidents: report.incidents.iter().map(incident).collect(),
        findings: findings(report, rules),
        coverage: coverage(report, diagnosis),
        unknown: unknown(report),
        unknown_more_templates: report.unknown.more_templates,
        unknown_lines: report.unknown.lines(),
        inventory: inventory(report),
        gaps: report.gaps.iter().map(gap).collect(),
        redactions: redactions(report),
    }
}

/// A time as an instant: text of times is only in order where all have as many digits.
fn instant(time: &str) -> Option<i64> {
    milliseconds(Some(time))
}

/// Nodes that the bundle knows and that no archive of the run is named after; none where no archive
/// is named after a node at all.
fn missing_nodes(m: &mut Masker, facts: &BundleFacts, expected: &[String]) -> Vec<String> {
    let named = facts
        .node_names
        .iter()
        .filter(|node| expected.contains(node));
    if named.count() == 0 {
        return vec![];
    }
    let missing = facts
        .node_names
        .iter()
        .filter(|node| !expected.contains(node));
    missing.map(|node| m.text(node)).collect()
}

/// Rules that say that something is not well and never why.
const SYMPTOMS: [&str; 3] = [
    "service-no-endpoints",
    "system-pods-unhealthy",
    "workload-below-desired",
];

/// In which class a case falls. What is known at medium severity or above, and is no mere symptom,
/// explains what is seen of the cluster.
fn class(report: &Report) -> Class {
    let open = |finding: &&view::Finding| {
        finding.state != State::Resolved && finding.severity > Severity::Info
    };
    let open: Vec<_> = report.findings.iter().filter(open).collect();
    let is_cause = |finding: &&&view::Finding| !SYMPTOMS.contains(&finding.rule.as_str());
    let cause = open.iter().filter(is_cause).map(|f| f.severity).max();
    let worst = open.iter().map(|f| f.severity).max();
    let explained = cause >= Some(Severity::Medium);
    match worst {
        Some(Severity::Critical) if explained => Class::Critical,
        Some(Severity::High) if explained => Class::High,
        Some(_) if explained => Class::Minor,
        Some(Severity::Critical | Severity::High | Severity::Medium) => Class::Unexplained,
        _ if is_in_trouble(report) => Class::Unexplained,
        Some(_) => Class::Minor,
        None if report.findings.iter().any(|f| f.severity > Severity::Info) => Class::Ended,
        None => Class::Healthy,
    }
}

/// Whether something is visibly wrong: a node or pod that is not well, a fatal line that no rule
/// explains; or where no object tells of health and no rule fired, any error line.
fn is_in_trouble(report: &Report) -> bool {
    let bad = |health: Option<(usize, usize)>| health.is_some_and(|(bad, _)| bad > 0);
    let (nodes, pods) = (report.bundle.nodes, report.bundle.pods);
    let unknown = &report.unknown;
    let fatal = unknown.listed.iter().any(|error| error.severity == "fatal");
    let blind = nodes.is_none() && pods.is_none() && report.findings.is_empty();
    bad(nodes) || bad(pods) || fatal || (blind && unknown.lines() > 0)
}

/// Findings by severity and state.
fn counts(report: &Report) -> Vec<Count> {
    let mut counts: BTreeMap<_, u64> = BTreeMap::new();
    for finding in &report.findings {
        let key = (std::cmp::Reverse(finding.severity), finding.state);
        *counts.entry(key).or_default() += 1;
    }
    let count = |((severity, state), count): ((std::cmp::Reverse<Severity>, State), u64)| Count {
        severity: severity.0,
        state,
        count,
    };
    counts.into_iter().map(count).collect()
}

/// One incident.
fn incident(incident: &view::Incident) -> IncidentRow {
    IncidentRow {
        incident_id: incident.id.clone(),
        title: incident.title.clone(),
        severity: incident.severity,
        confidence: incident.confidence,
        state: incident.state,
        scope: incident.scope.clone(),
        first_at: incident.first_seen.clone(),
        first_ms: milliseconds(incident.first_seen.as_deref()),
        last_at: incident.last_seen.clone(),
        last_ms: milliseconds(incident.last_seen.as_deref()),
    }
}

/// All findings, each with the incident that it is part of.
fn findings(report: &Report, rules: &BTreeMap<String, Identity>) -> Vec<FindingRow> {
    let mut incidents: BTreeMap<&str, &str> = BTreeMap::new();
    for incident in &report.incidents {
        for fingerprint in &incident.findings {
            incidents.entry(fingerprint).or_insert(&incident.id);
        }
    }
    let row = |finding: &view::Finding| {
        let subject = &finding.subject;
        let incident = incidents.get(finding.fingerprint.as_str()).copied();
        FindingRow {
            rule_id: finding.rule.clone(),
            rule_version: rules
                .get(&finding.rule)
                .map(|identity| token(&[&identity.version]))
                .unwrap_or_default(),
            fingerprint: finding.fingerprint.clone(),
            title: finding.title.clone(),
            category: finding.category.clone(),
            severity: finding.severity,
            confidence: finding.confidence,
            state: finding.state,
            place_kind: subject.kind.clone(),
            place_namespace: subject.namespace.clone(),
            place_name: subject.name.clone(),
            place_node: subject.node.clone().unwrap_or_default(),
            place_name_hash: token(&[&subject.kind, &subject.namespace, &subject.name]),
            affected: finding.affected_total as u64,
            count: finding.count,
            first_at: finding.first_seen.clone(),
            first_ms: milliseconds(finding.first_seen.as_deref()),
            last_at: finding.last_seen.clone(),
            last_ms: milliseconds(finding.last_seen.as_deref()),
            locator: finding
                .citations
                .first()
                .map(|c| c.locator.clone())
                .unwrap_or_default(),
            incident_id: incident.unwrap_or_default().to_owned(),
        }
    };
    report.findings.iter().map(row).collect()
}

/// How each rule ended. The view has the rules in the order of the diagnosis.
fn coverage(report: &Report, diagnosis: &Diagnosis) -> Vec<CoverageRow> {
    let missing = diagnosis.coverage.rules.iter().map(|rule| &rule.missing);
    let rows = report.coverage.rules.iter().zip(missing);
    rows.map(|(row, missing)| CoverageRow {
        rule_id: row.rule.clone(),
        outcome: row.outcome,
        reason: row.reason.clone(),
        missing_kind: missing_kinds(missing),
    })
    .collect()
}

/// What is missing, one word for each kind.
fn missing_kinds(missing: &[Missing]) -> String {
    let word = |missing: &Missing| match missing.what {
        Wanted::Log(_) | Wanted::LogAt(_) | Wanted::ContainerLogs => "log",
        Wanted::Events => "events",
        Wanted::Objects(_) | Wanted::WholeList(_) | Wanted::AnyObject | Wanted::Object(..) => {
            "objects"
        }
        Wanted::Collected(_) => "collected",
        Wanted::Budgets => "budgets",
        Wanted::Version(_) => "version",
        Wanted::Conditions => "conditions",
        Wanted::Certificates => "certificates",
        Wanted::CaptureTime => "capture-time",
    };
    let words: BTreeSet<&str> = missing.iter().map(word).collect();
    words.into_iter().collect::<Vec<_>>().join(" ")
}

/// Templates that no rule explains; those that differ in their level only are one.
fn unknown(report: &Report) -> Vec<UnknownRow> {
    let mut rows: Vec<UnknownRow> = Vec::new();
    for error in &report.unknown.listed {
        let template_id = unknown_id(&error.component, &error.template);
        if let Some(row) = rows.iter_mut().find(|row| row.template_id == template_id) {
            join(row, error);
            continue;
        }
        let sample = error.samples.first();
        rows.push(UnknownRow {
            template_id,
            text: error.template.clone(),
            component: error.component.clone(),
            severity: error.severity.to_owned(),
            count: error.count,
            near_onset: error.near_onset,
            first_ms: milliseconds(error.first_seen.as_deref()),
            first_at: error.first_seen.clone(),
            last_ms: milliseconds(error.last_seen.as_deref()),
            last_at: error.last_seen.clone(),
            sample_locator: sample.map(|s| s.locator.clone()).unwrap_or_default(),
            sample: sample.map(|s| s.excerpt.clone()).unwrap_or_default(),
        });
    }
    rows
}

/// Adds lines of the same template that name another level. The list has the worst level first, save
/// for what crowds around an incident.
fn join(row: &mut UnknownRow, error: &view::UnknownError) {
    row.count += error.count;
    row.near_onset |= error.near_onset;
    let rank = |severity: &str| {
        ["warning", "error", "fatal"]
            .iter()
            .position(|s| *s == severity)
    };
    if rank(error.severity) > rank(&row.severity) {
        error.severity.clone_into(&mut row.severity);
    }
    let first = milliseconds(error.first_seen.as_deref());
    if first.is_some() && (row.first_ms.is_none() || first < row.first_ms) {
        row.first_at.clone_from(&error.first_seen);
        row.first_ms = first;
    }
    let last = milliseconds(error.last_seen.as_deref());
    if last > row.last_ms {
        row.last_at.clone_from(&error.last_seen);
        row.last_ms = last;
    }
}

/// Versions and counts.
fn inventory(report: &Report) -> Vec<InventoryRow> {
    let row = |(name, version, count): &(String, String, u64)| InventoryRow {
        name: name.clone(),
        version: version.clone(),
        count: *count,
    };
    report.inventory.iter().map(row).collect()
}

/// One gap.
fn gap(gap: &view::GapRow) -> GapRow {
    GapRow {
        source: gap.locator.clone(),
        reason: gap.reason.clone(),
        hides: gap.hides.to_owned(),
    }
}

/// What was masked.
fn redactions(report: &Report) -> Vec<RedactionRow> {
    let row = |(kind, count): &(String, u64)| RedactionRow {
        kind: kind.clone(),
        count: *count,
    };
    report.redactions.iter().map(row).collect()
}
