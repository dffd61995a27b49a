//! The comparison for programs: schema `bundlescope.diff/v1`, `docs/diff.v1.schema.json`.
//!
//! As in the report, these types are the public contract: no key is renamed or dropped within v1.

use super::{Change, Diff, ErrorRow, Kind, Row, Side, Sight, Was};
use crate::report::ReportError;
use crate::report::json::escape_hidden;
use serde::Serialize;

/// Name of the schema.
pub const SCHEMA: &str = "bundlescope.diff/v1";

/// The whole document.
#[derive(Serialize)]
struct Document<'d> {
    schema: &'static str,
    old: End<'d>,
    new: End<'d>,
    warnings: &'d [String],
    summary: Summary,
    findings: Findings<'d>,
    visibility: Visibility<'d>,
    unknown_errors: UnknownErrors<'d>,
}

/// Where one side comes from.
#[derive(Serialize)]
struct End<'d> {
    origin: &'static str,
    name: &'d str,
    sha256: &'d str,
    captured_at: Option<&'d str>,
    kubernetes_version: Option<&'d str>,
    tool_version: &'d str,
    rules_hash: &'d str,
}

/// How many findings there are of each kind.
#[derive(Serialize)]
struct Summary {
    new: usize,
    newly_visible: usize,
    resolved: usize,
    no_longer_visible: usize,
    unchanged: usize,
}

/// The findings by kind.
#[derive(Serialize)]
struct Findings<'d> {
    new: Vec<Finding<'d>>,
    newly_visible: Vec<Finding<'d>>,
    resolved: Vec<Finding<'d>>,
    no_longer_visible: Vec<Finding<'d>>,
    unchanged: Vec<Finding<'d>>,
}

/// One finding.
#[derive(Serialize)]
struct Finding<'d> {
    rule: &'d str,
    fingerprint: &'d str,
    title: &'d str,
    severity: String,
    state: &'static str,
    subject: &'d str,
    count: u64,
    first_seen: Option<&'d str>,
    last_seen: Option<&'d str>,
    locator: Option<&'d str>,
    was: Option<Before>,
    reason: &'d str,
}

/// What OLD says of it.
#[derive(Serialize)]
struct Before {
    severity: String,
    state: &'static str,
    count: u64,
}

/// What one side could look at and the other could not.
#[derive(Serialize)]
struct Visibility<'d> {
    lost: Vec<View<'d>>,
    gained: Vec<View<'d>>,
}

/// One reason, and the rules that it concerns.
#[derive(Serialize)]
struct View<'d> {
    reason: &'d str,
    not_checked: &'d [String],
    partly_checked: &'d [String],
}

/// Error lines that no rule explains.
#[derive(Serialize)]
struct UnknownErrors<'d> {
    new: Vec<UnknownError<'d>>,
    newly_visible: Vec<UnknownError<'d>>,
    gone: Vec<UnknownError<'d>>,
    no_longer_visible: Vec<UnknownError<'d>>,
    unchanged: usize,
    old_not_listed: u64,
    new_not_listed: u64,
}

/// One template.
#[derive(Serialize)]
struct UnknownError<'d> {
    component: &'d str,
    template: &'d str,
    count: u64,
}

/// The document, indented, with a line end.
pub(super) fn render(diff: &Diff) -> Result<String, ReportError> {
    let text = serde_json::to_string_pretty(&document(diff));
    let text = text.map_err(|error| ReportError::Render(error.to_string()))?;
    Ok(escape_hidden(text) + "\n")
}

/// The document of a comparison.
fn document(diff: &Diff) -> Document<'_> {
    let list = |kind| -> Vec<Finding<'_>> { diff.of(kind).map(finding).collect() };
    let count = |kind| diff.of(kind).count();
    let errors = &diff.errors;
    Document {
        schema: SCHEMA,
        old: end(&diff.old),
        new: end(&diff.new),
        warnings: &diff.warnings,
        summary: Summary {
            new: count(Kind::New),
            newly_visible: count(Kind::NewlyVisible),
            resolved: count(Kind::Resolved),
            no_longer_visible: count(Kind::NoLongerVisible),
            unchanged: count(Kind::Unchanged),
        },
        findings: Findings {
            new: list(Kind::New),
            newly_visible: list(Kind::NewlyVisible),
            resolved: list(Kind::Resolved),
            no_longer_visible: list(Kind::NoLongerVisible),
            unchanged: list(Kind::Unchanged),
        },
        visibility: Visibility {
            lost: diff.lost.iter().map(view).collect(),
            gained: diff.gained.iter().map(view).collect(),
        },
        unknown_errors: UnknownErrors {
            new: templates(&errors.new),
            newly_visible: templates(&errors.newly_visible),
            gone: templates(&errors.gone),
            no_longer_visible: templates(&errors.no_longer_visible),
            unchanged: errors.both,
            old_not_listed: errors.old_left_out,
            new_not_listed: errors.new_left_out,
        },
    }
}

/// One side.
fn end(side: &Side) -> End<'_> {
    End {
        origin: side.origin.as_str(),
        name: &side.name,
        sha256: &side.sha256,
        captured_at: side.captured_at.as_deref(),
        kubernetes_version: side.kubernetes_version.as_deref(),
        tool_version: &side.tool_version,
        rules_hash: &side.rules_hash,
    }
}

/// One finding.
fn finding(change: &Change) -> Finding<'_> {
    let Row {
        rule,
        fingerprint,
        title,
        severity,
        state,
        subject,
        count,
        first_seen,
        last_seen,
        locator,
    } = &change.finding;
    let before = |was: Was| Before {
        severity: was.severity.to_string(),
        state: was.state.as_str(),
        count: was.count,
    };
    Finding {
        rule,
        fingerprint,
        title,
        severity: severity.to_string(),
        state: state.as_str(),
        subject,
        count: *count,
        first_seen: first_seen.as_deref(),
        last_seen: last_seen.as_deref(),
        locator: locator.as_deref(),
        was: change.was.map(before),
        reason: &change.reason,
    }
}

/// One reason.
fn view(sight: &Sight) -> View<'_> {
    View {
        reason: &sight.reason,
        not_checked: &sight.blind,
        partly_checked: &sight.partly,
    }
}

/// Templates.
fn templates(rows: &[ErrorRow]) -> Vec<UnknownError<'_>> {
    rows.iter()
        .map(|row| UnknownError {
            component: &row.component,
            template: &row.template,
            count: row.count,
        })
        .collect()
}
