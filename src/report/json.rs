//! The report for programs: schema `bundlescope.report/v1`, `docs/report.v1.schema.json`.
//!
//! These types are the public contract and separate from the program's own: a key here is never
//! renamed or dropped within v1. Text is as the bundle has it, masked; characters that hide or
//! reorder text are written as `\u` escapes, so that printing the JSON is safe.

mod change;
mod cited;
mod coverage;
mod escape;
mod similar;
mod timeline;
mod unknown;

pub(crate) use escape::escape_hidden;
pub(super) use escape::restored;

use super::ReportError;
use super::view::{self, Report};
use crate::codes::Note;
use crate::report::json::cited::{Citation, Subject, citation, subject};
use crate::report::json::coverage::{Coverage, coverage};
use serde::Serialize;

/// Name of the schema.
pub const SCHEMA: &str = "bundlescope.report/v1";

/// The whole document.
#[derive(Serialize)]
struct Document<'r> {
    schema: &'static str,
    tool: Tool<'r>,
    bundle: Bundle<'r>,
    verdict: &'r str,
    incidents: Vec<Incident<'r>>,
    findings: Vec<Finding<'r>>,
    changes: change::Changes<'r>,
    common: Vec<change::Factor<'r>>,
    timeline: timeline::Timeline<'r>,
    unknown_errors: Vec<unknown::UnknownError<'r>>,
    unknown_errors_more: unknown::More<'r>,
    similar_cases: similar::SimilarCases<'r>,
    coverage: Coverage<'r>,
    ask: Vec<Ask<'r>>,
    detectors: Vec<Detector<'r>>,
    gaps: Vec<Gap<'r>>,
    redactions: Vec<Redaction<'r>>,
    noise: Vec<Noise<'r>>,
}

/// What made the report.
#[derive(Serialize)]
struct Tool<'r> {
    name: &'static str,
    version: &'r str,
    rules_hash: &'r str,
    command: &'r str,
}

/// What was read.
#[derive(Serialize)]
struct Bundle<'r> {
    name: &'r str,
    sha256: &'r str,
    bytes: u64,
    format: &'r str,
    format_reason: &'r str,
    captured_at: Option<&'r str>,
    kubernetes_version: Option<&'r str>,
    nodes: Option<Health>,
    pods: Option<Health>,
    entries_read: u64,
    bytes_read: u64,
}

/// How many of all are not well.
#[derive(Serialize)]
struct Health {
    bad: usize,
    all: usize,
}

/// Findings that are one event.
#[derive(Serialize)]
struct Incident<'r> {
    id: &'r str,
    title: &'r str,
    severity: String,
    confidence: String,
    state: &'static str,
    onset: Option<&'r str>,
    symptoms_from: Option<&'r str>,
    first_seen: Option<&'r str>,
    last_seen: Option<&'r str>,
    scope: &'r str,
    findings: &'r [String],
    competing: &'r [String],
}

/// A rule or check that fired.
#[derive(Serialize)]
struct Finding<'r> {
    rule: &'r str,
    fingerprint: &'r str,
    title: &'r str,
    category: &'r str,
    severity: String,
    confidence: String,
    state: &'static str,
    subject: Subject<'r>,
    affected: Vec<Subject<'r>>,
    count: u64,
    first_seen: Option<&'r str>,
    last_seen: Option<&'r str>,
    citations: Vec<Citation<'r>>,
    codes: &'r [Note],
    explanation: String,
    remedy: &'r [String],
    references: &'r [String],
    versions: Versions<'r>,
}

/// Ranges of a known issue.
#[derive(Serialize)]
struct Versions<'r> {
    affected: &'r [String],
    fixed: &'r [String],
}

/// What to ask the customer for.
#[derive(Serialize)]
struct Ask<'r> {
    command: &'r str,
    why: &'r str,
    rules: &'r [String],
    settles: &'r [String],
}

/// A detector of the Azure portal.
#[derive(Serialize)]
struct Detector<'r> {
    id: &'r str,
    name: &'r str,
    category: &'r str,
    answered: &'r str,
    outcome: Option<&'static str>,
    rules: &'r [&'static str],
    portal: &'r str,
}

/// Something that was not read.
#[derive(Serialize)]
struct Gap<'r> {
    locator: &'r str,
    reason: &'r str,
    hides: &'r str,
}

/// What was masked.
#[derive(Serialize)]
struct Redaction<'r> {
    kind: &'r str,
    count: u64,
}

/// Harmless lines.
#[derive(Serialize)]
struct Noise<'r> {
    rule: &'r str,
    count: u64,
}

/// The document, indented, with a line end.
pub fn render(report: &Report) -> Result<String, ReportError> {
    let text = serde_json::to_string_pretty(&document(report)).map_err(|e| failed(&e))?;
    Ok(escape_hidden(text) + "\n")
}

/// The document on one line, safe inside a `<script>` element of any type.
pub(super) fn embedded(report: &Report) -> Result<String, ReportError> {
    let text = serde_json::to_string(&document(report)).map_err(|e| failed(&e))?;
    let text = escape_hidden(text);
    Ok(text
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026"))
}

/// A serializer's error in our words.
fn failed(error: &serde_json::Error) -> ReportError {
    ReportError::Render(error.to_string())
}

/// The document of a report.
fn document(report: &Report) -> Document<'_> {
    Document {
        schema: SCHEMA,
        tool: Tool {
            name: "bundlescope",
            version: &report.tool_version,
            rules_hash: &report.rules_hash,
            command: &report.command,
        },
        bundle: bundle(&report.bundle),
        verdict: &report.verdict,
        incidents: report.incidents.iter().map(incident).collect(),
        findings: report.findings.iter().map(finding).collect(),
        changes: change::changes(&report.changes),
        common: report.common.iter().map(change::factor).collect(),
        timeline: timeline::timeline(report),
        unknown_errors: report
            .unknown
            .listed
            .iter()
            .map(unknown::unknown_error)
            .collect(),
        unknown_errors_more: unknown::more(&report.unknown),
        similar_cases: similar::similar(&report.similar),
        coverage: coverage(&report.coverage),
        ask: report
            .ask
            .iter()
            .map(|ask| Ask {
                command: &ask.command,
                why: &ask.why,
                rules: &ask.rules,
                settles: &ask.settles,
            })
            .collect(),
        detectors: report
            .detectors
            .iter()
            .map(|detector| Detector {
                id: detector.id,
                name: detector.name,
                category: detector.category,
                answered: detector.answered,
                outcome: detector.outcome.map(crate::diagnose::Outcome::as_str),
                rules: &detector.rules,
                portal: detector.portal,
            })
            .collect(),
        gaps: report
            .gaps
            .iter()
            .map(|gap| Gap {
                locator: &gap.locator,
                reason: &gap.reason,
                hides: gap.hides,
            })
            .collect(),
        redactions: report
            .redactions
            .iter()
            .map(|(kind, count)| Redaction {
                kind,
                count: *count,
            })
            .collect(),
        noise: report
            .noise
            .iter()
            .map(|(rule, _, count)| Noise {
                rule,
                count: *count,
            })
            .collect(),
    }
}

/// The bundle.
fn bundle(bundle: &view::Bundle) -> Bundle<'_> {
    let health = |(bad, all)| Health { bad, all };
    Bundle {
        name: &bundle.name,
        sha256: &bundle.sha256,
        bytes: bundle.bytes,
        format: &bundle.format,
        format_reason: &bundle.format_reason,
        captured_at: bundle.captured_at.as_deref(),
        kubernetes_version: bundle.kubernetes_version.as_deref(),
        nodes: bundle.nodes.map(health),
        pods: bundle.pods.map(health),
        entries_read: bundle.entries,
        bytes_read: bundle.bytes_read,
    }
}

/// One incident.
fn incident(incident: &view::Incident) -> Incident<'_> {
    Incident {
        id: &incident.id,
        title: &incident.title,
        severity: incident.severity.to_string(),
        confidence: incident.confidence.to_string(),
        state: incident.state.as_str(),
        onset: incident.onset.as_deref(),
        symptoms_from: incident.symptoms_from.as_deref(),
        first_seen: incident.first_seen.as_deref(),
        last_seen: incident.last_seen.as_deref(),
        scope: &incident.scope,
        findings: &incident.findings,
        competing: &incident.competing,
    }
}

/// One finding. What the rule explains and what this case adds to it are one text.
fn finding(finding: &view::Finding) -> Finding<'_> {
    let parts = [finding.explain.as_str(), finding.detail.as_str()];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Finding {
        rule: &finding.rule,
        fingerprint: &finding.fingerprint,
        title: &finding.title,
        category: &finding.category,
        severity: finding.severity.to_string(),
        confidence: finding.confidence.to_string(),
        state: finding.state.as_str(),
        subject: subject(&finding.subject),
        affected: finding.affected.iter().map(subject).collect(),
        count: finding.count,
        first_seen: finding.first_seen.as_deref(),
        last_seen: finding.last_seen.as_deref(),
        citations: finding.citations.iter().map(citation).collect(),
        codes: &finding.codes,
        explanation: parts.join("\n\n"),
        remedy: &finding.remedy,
        references: &finding.references,
        versions: Versions {
            affected: &finding.affected_versions,
            fixed: &finding.fixed_versions,
        },
    }
}
