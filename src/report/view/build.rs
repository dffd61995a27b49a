//! From a diagnosis to a view: masking, and words for what is a type inside the program.

use super::{
    Bundle, Coverage, Finding, GapRow, HIDES_NODES, HIDES_NOTHING, HIDES_UNFETCHED, Incident,
    LogGap, Missing, NodeRow, Report, RuleRow, SimilarCases, Source, Timeline, ask, change,
    detectors, unknown,
};
use crate::diagnose::{self, BundleFacts, Diagnosis, Outcome};
use crate::gap::{Gap, GapReason};
use crate::ingest::InputFacts;
use crate::redact::{Masker, Secrets};
use crate::report::view::cited::{citation, subject, time};
use crate::report::{Masking, ReportOptions, verdict};
use crate::severity::Severity;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Puts a diagnosis into words; each value is masked only where it is recognised, and is noted so
/// that it can be masked everywhere ([`build_masked`]).
pub fn build_noting(diagnosis: &Diagnosis, options: &ReportOptions) -> (Report, Secrets) {
    let mut masker = Masker::default();
    let report = counted(words(diagnosis, options, &mut masker), &masker);
    (report, masker.into_seen())
}

/// Puts a diagnosis into words; the values that are known as secret are masked wherever they stand.
pub fn build_masked(
    diagnosis: &Diagnosis,
    options: &ReportOptions,
    secrets: &Secrets,
    masking: Masking,
) -> Report {
    let mut masker = match masking {
        Masking::On => Masker::with(secrets),
        Masking::Off => Masker::off(),
    };
    counted(words(diagnosis, options, &mut masker), &masker)
}

/// The words with how much was masked in them.
fn counted(words: Report, masker: &Masker) -> Report {
    let redactions = masker.counts().iter();
    Report {
        redactions: redactions.map(|(kind, n)| (kind.to_string(), *n)).collect(),
        ..words
    }
}

/// A diagnosis in words.
fn words(diagnosis: &Diagnosis, options: &ReportOptions, m: &mut Masker) -> Report {
    let listed = |severity: Severity| severity >= options.min_severity;
    let incidents = diagnosis.incidents.iter().filter(|i| listed(i.severity));
    let findings: Vec<_> = diagnosis
        .findings
        .iter()
        .filter(|f| listed(f.severity))
        .map(|f| finding(m, f))
        .collect();
    Report {
        tool_version: options.tool_version.clone(),
        rules_hash: options.rules_hash.clone(),
        command: m.text(&options.command),
        bundle: bundle(m, &diagnosis.inputs, &diagnosis.bundle),
        verdict: m.text(&verdict::verdict(diagnosis)),
        worst: verdict::worst(diagnosis),
        incidents: incidents.map(|i| incident(m, i)).collect(),
        hidden: diagnosis.findings.len() - findings.len(),
        findings,
        changes: change::changes(m, &diagnosis.changes),
        common: diagnosis
            .common
            .iter()
            .map(|f| change::factor(m, f))
            .collect(),
        detectors: diagnosis
            .detectors
            .iter()
            .map(detectors::detector)
            .collect(),
        ask: diagnosis.ask.iter().map(|a| ask::ask(m, a)).collect(),
        unknown: unknown::build(m, &diagnosis.unknown),
        similar: SimilarCases::default(),
        coverage: coverage(m, &diagnosis.coverage),
        timeline: timeline(m, diagnosis),
        gaps: diagnosis.gaps.iter().map(|gap| gap_row(m, gap)).collect(),
        noise: diagnosis
            .noise
            .iter()
            .map(|(rule, title, count)| (m.text(rule), m.text(title), *count))
            .collect(),
        inventory: diagnosis
            .inventory
            .iter()
            .map(|row| (m.text(&row.what), m.text(&row.value), row.count))
            .collect(),
        redactions: Vec::new(),
        shed: Vec::new(),
    }
}

/// The bundle, with several inputs told as one.
fn bundle(m: &mut Masker, inputs: &[InputFacts], facts: &BundleFacts) -> Bundle {
    let inputs: Vec<_> = inputs
        .iter()
        .map(|input| (m.text(&input.name), input.sha256.clone(), input.bytes))
        .collect();
    let names: Vec<_> = inputs.iter().map(|(name, ..)| name.as_str()).collect();
    let name = names.join(", ");
    let sha256 = match inputs.as_slice() {
        [] => String::new(),
        [(_, hash, _)] => hash.clone(),
        several => hash_of_hashes(several),
    };
    Bundle {
        name,
        sha256,
        bytes: inputs.iter().map(|(.., bytes)| bytes).sum(),
        inputs,
        format: m.text(&facts.format),
        format_reason: m.text(&facts.format_reason),
        captured_at: time(facts.captured_at),
        captured_by: m.text(&facts.captured_by),
        kubernetes_version: facts.kubernetes_version.as_deref().map(|v| m.text(v)),
        nodes: facts.nodes,
        pods: facts.pods,
        entries: facts.entries,
        bytes_read: facts.bytes,
    }
}

/// SHA-256 of one `hash  name` line for each input, as `sha256sum` prints them.
fn hash_of_hashes(inputs: &[(String, String, u64)]) -> String {
    let mut hasher = Sha256::new();
    for (name, hash, _) in inputs {
        hasher.update(format!("{hash}  {name}\n"));
    }
    let mut hex = String::new();
    for byte in hasher.finalize() {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// One incident.
fn incident(m: &mut Masker, incident: &diagnose::Incident) -> Incident {
    Incident {
        id: m.text(&incident.id),
        title: m.text(&incident.title),
        severity: incident.severity,
        confidence: incident.confidence,
        state: incident.state,
        onset: time(incident.onset),
        symptoms_from: time(incident.symptoms_from),
        first_seen: time(incident.first_seen),
        last_seen: time(incident.last_seen),
        competing: incident.competing.iter().map(|f| m.text(&f.0)).collect(),
        scope: m.text(&incident.scope),
        findings: incident.findings.iter().map(|f| m.text(&f.0)).collect(),
    }
}

/// One finding.
fn finding(m: &mut Masker, finding: &diagnose::Finding) -> Finding {
    Finding {
        rule: m.text(&finding.rule),
        fingerprint: m.text(&finding.fingerprint.0),
        title: m.text(&finding.title),
        category: finding.category.to_string(),
        severity: finding.severity,
        confidence: finding.confidence,
        state: finding.state,
        state_reason: m.text(&finding.state_reason),
        subject: subject(m, &finding.subject),
        affected: finding.affected.iter().map(|s| subject(m, s)).collect(),
        affected_total: finding.affected.len(),
        count: finding.count,
        first_seen: time(finding.first_seen),
        last_seen: time(finding.last_seen),
        citations: finding.citations.iter().map(|c| citation(m, c)).collect(),
        codes: finding.codes.clone(),
        explain: m.text(finding.explain.trim()),
        detail: m.text(finding.detail.trim()),
        disprove: m.text(finding.disprove.trim()),
        check: texts(m, &finding.check),
        remedy: texts(m, &finding.remedy),
        references: finding
            .references
            .iter()
            .filter(|link| link.starts_with("https://"))
            .map(|link| m.text(link))
            .collect(),
        affected_versions: texts(m, &finding.affected_versions),
        fixed_versions: texts(m, &finding.fixed_versions),
    }
}

/// Several strings.
fn texts(m: &mut Masker, texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| m.text(text)).collect()
}

/// The coverage.
fn coverage(m: &mut Masker, coverage: &diagnose::Coverage) -> Coverage {
    Coverage {
        found: coverage.count(Outcome::Found),
        clear: coverage.count(Outcome::Clear),
        not_checked: coverage.count(Outcome::NotChecked),
        partly: coverage
            .rules
            .iter()
            .filter(|rule| rule.is_partly())
            .map(|rule| m.text(&rule.rule))
            .collect(),
        rules: coverage
            .rules
            .iter()
            .map(|rule| rule_row(m, rule))
            .collect(),
        sources: coverage
            .sources
            .iter()
            .map(|source| Source {
                component: m.text(&source.component),
                node: source.node.as_deref().map(|node| m.text(node)),
                first: time(source.first),
                last: time(source.last),
                note: m.text(&source.note),
                entries: source.entries,
                bytes: source.bytes,
            })
            .collect(),
        nodes: coverage
            .nodes
            .iter()
            .map(|node| node_row(m, node))
            .collect(),
    }
}

/// What was read of one node.
fn node_row(m: &mut Masker, node: &diagnose::NodeCoverage) -> NodeRow {
    NodeRow {
        name: m.text(&node.name),
        absent: node.absent,
        components: node
            .components
            .iter()
            .map(|name| (*name).to_owned())
            .collect(),
        note: m.text(&node.note),
    }
}

/// How one rule ended.
fn rule_row(m: &mut Masker, row: &diagnose::coverage::RuleCoverage) -> RuleRow {
    let missing = row.missing.iter().map(|missing| Missing {
        kind: missing.what.kind(),
        names: texts(m, &missing.what.names()),
        reason: m.text(&missing.to_string()),
    });
    let missing = missing.collect();
    RuleRow {
        rule: m.text(&row.rule),
        outcome: row.outcome,
        reason: m.text(&row.reason),
        missing,
    }
}

/// What the evidence can see of time.
fn timeline(m: &mut Masker, diagnosis: &Diagnosis) -> Timeline {
    let seen = &diagnosis.timeline;
    let node = |m: &mut Masker, node: &Option<String>| node.as_deref().map(|node| m.text(node));
    Timeline {
        gaps: seen
            .gaps
            .iter()
            .map(|gap| LogGap {
                from: gap.from.to_string(),
                to: gap.to.to_string(),
                component: m.text(&gap.component),
                node: node(m, &gap.node),
                path: m.text(&gap.path),
                alone: gap.alone,
            })
            .collect(),
        reboots: seen
            .reboots
            .iter()
            .map(|boot| (boot.at.to_string(), node(m, &boot.node), boot.told_by))
            .collect(),
        rotations: seen
            .rotations
            .iter()
            .map(|one| {
                let (component, path) = (m.text(&one.component), m.text(&one.path));
                (one.at.to_string(), component, node(m, &one.node), path)
            })
            .collect(),
        marks: diagnosis
            .marks
            .iter()
            .map(|(at, label)| (at.to_string(), m.text(label)))
            .collect(),
    }
}

/// One gap.
fn gap_row(m: &mut Masker, gap: &Gap) -> GapRow {
    GapRow {
        locator: m.text(&gap.locator.to_string()),
        reason: m.text(&gap.reason.to_string()),
        hides: hides(gap),
    }
}

/// What a gap hides, in words.
fn hides(gap: &Gap) -> &'static str {
    match (&gap.reason, gap.locator.line) {
        (
            GapReason::HostileName
            | GapReason::DuplicateName
            | GapReason::NotAFile { .. }
            | GapReason::Binary
            | GapReason::LeftOut { .. },
            _,
        ) => HIDES_NOTHING,
        (GapReason::Condensed { .. }, _) => {
            "further samples and their context lines; counts are complete"
        }
        (GapReason::More { .. }, _) => "the same as the listed gaps of this kind",
        (GapReason::NotOne { .. }, _) => "which findings belong together",
        (GapReason::NotCollected { .. }, _) => HIDES_UNFETCHED,
        (GapReason::NodesAbsent { .. }, _) => HIDES_NODES,
        (GapReason::Malformed { .. }, _) => "the part of this document that could not be parsed",
        (
            GapReason::Encrypted | GapReason::Unsupported { .. } | GapReason::Unreadable { .. },
            _,
        ) => "this entry",
        (GapReason::Limit { limit }, Some(_)) if limit.ends_with("of one line") => {
            "the rest of this line and of lines of similar length"
        }
        (GapReason::Stopped { .. }, _) => {
            "everything not yet read at that point: this report is incomplete"
        }
        (GapReason::Damaged { .. } | GapReason::Limit { .. }, Some(_)) => "lines after this point",
        (GapReason::Damaged { .. } | GapReason::Limit { .. }, None) => {
            "everything after this point in the entry"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locator::EntryPath;

    #[test]
    fn every_gap_says_what_it_hides() {
        let entry = EntryPath::bundle("b.zip", false).entry("kubelet");
        let damaged = GapReason::Damaged {
            detail: "early end".into(),
        };
        let gap = |locator, reason| Gap { locator, reason };
        let cases = [
            (
                gap(entry.line(9), damaged.clone()),
                "lines after this point",
            ),
            (
                gap(entry.whole(), damaged),
                "everything after this point in the entry",
            ),
            (gap(entry.whole(), GapReason::Encrypted), "this entry"),
            (gap(entry.whole(), GapReason::DuplicateName), "nothing"),
        ];
        for (gap, expected) in cases {
            assert_eq!(hides(&gap), expected);
            assert_eq!(gap.reason.loses_evidence(), expected != "nothing");
        }
    }
}
