//! The archive's tables: rows for engines that read newline-delimited JSON.
//!
//! In: records. Out: lines, each a flat object with the same keys in every row of a table. The lists
//! of a record are rows already; here they get the columns that every row repeats. `docs/archive.md`
//! tells what the columns mean, `docs/table.*.schema.json` their types.

use super::record::{Case, CaseRecord, Class, Keys, Reading};
use super::store::report_name;
use crate::diagnose::Outcome;
use crate::severity::Severity;
use serde::Serialize;
use std::io;

/// The tables, by name.
pub const NAMES: [&str; 6] = [
    "archives",
    "coverage",
    "gaps",
    "inventory",
    "rule_hits",
    "unknown_templates",
];

/// Day of bundles that do not tell when they were taken; a date, so that the column stays one.
pub const NO_DAY: &str = "1970-01-01";

/// Name of the schema of all tables.
const SCHEMA: &str = "bundlescope.tables/v1";

/// A row: what all repeat, and its own columns.
#[derive(Serialize)]
struct Row<'r, T> {
    schema: &'static str,
    #[serde(flatten)]
    keys: &'r Keys,
    case: &'r str,
    #[serde(flatten)]
    own: T,
}

/// A row of `archives`.
#[derive(Serialize)]
struct Archive<'r> {
    path: &'r str,
    other_paths: &'r [String],
    report: String,
    readable: bool,
    reason: &'r str,
    class: &'r str,
    verdict: &'r str,
    worst_severity: String,
    layout: &'r str,
    captured_at: Option<&'r str>,
    captured_ms: Option<i64>,
    first_at: Option<&'r str>,
    first_ms: Option<i64>,
    last_at: Option<&'r str>,
    last_ms: Option<i64>,
    bytes: u64,
    bytes_read: u64,
    entries: u64,
    entries_unread: u64,
    nodes: u64,
    nodes_bad: u64,
    pods: u64,
    pods_bad: u64,
    missing_nodes: &'r [String],
    k8s_version: &'r str,
    cloud: &'r str,
    region: &'r str,
    first_incident: &'r str,
    findings: u64,
    checks: u64,
    checks_run: u64,
    unknown_lines: u64,
    unknown_templates: u64,
}

/// Adds the rows of one record to the table of this name.
pub fn rows(
    table: &str,
    record: &CaseRecord,
    other_paths: &[String],
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let case = record.case();
    match table {
        "archives" => line(record, &archive(record, other_paths), out),
        "coverage" => {
            let blind = |row: &&_| -> bool { not_run(row) };
            lines(
                record,
                case.map(|case| case.coverage.iter().filter(blind)),
                out,
            )
        }
        "gaps" => lines(record, case.map(|case| case.gaps.iter()), out),
        "inventory" => lines(record, case.map(|case| case.inventory.iter()), out),
        "rule_hits" => lines(record, case.map(|case| case.findings.iter()), out),
        "unknown_templates" => lines(record, case.map(|case| case.unknown.iter()), out),
        _ => Ok(()),
    }
}

/// Whether a rule could not look.
fn not_run(row: &super::record::CoverageRow) -> bool {
    row.outcome == Outcome::NotChecked
}

/// Writes one line for each of the rows.
fn lines<T: Serialize>(
    record: &CaseRecord,
    rows: Option<impl Iterator<Item = T>>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    rows.into_iter()
        .flatten()
        .try_for_each(|row| line(record, &row, out))
}

/// Writes one line.
fn line(record: &CaseRecord, own: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    let row = Row {
        schema: SCHEMA,
        keys: &record.keys,
        case: &record.case,
        own,
    };
    serde_json::to_writer(&mut *out, &row).map_err(io::Error::other)?;
    out.write_all(b"\n")
}

/// The row of a case.
fn archive<'r>(record: &'r CaseRecord, other_paths: &'r [String]) -> Archive<'r> {
    let case = record.case();
    let text = |of: fn(&Case) -> &str| case.map(of).unwrap_or_default();
    let number = |of: fn(&Case) -> u64| case.map(of).unwrap_or_default();
    let time = |of: fn(&Case) -> &Option<String>| case.and_then(|case| of(case).as_deref());
    let reason = match &record.reading {
        Reading::Read(_) => "",
        Reading::Unreadable(unreadable) => &unreadable.reason,
    };
    Archive {
        path: &record.location,
        other_paths,
        report: case.map(|_| report_name(record)).unwrap_or_default(),
        readable: case.is_some(),
        reason,
        class: case.map_or("unreadable", |case| Class::as_str(case.class)),
        verdict: text(|case| &case.verdict),
        worst_severity: worst(case),
        layout: text(|case| &case.format),
        captured_at: time(|case| &case.captured_at),
        captured_ms: case.and_then(|case| case.captured_ms),
        first_at: time(|case| &case.first_at),
        first_ms: case.and_then(|case| case.first_ms),
        last_at: time(|case| &case.last_at),
        last_ms: case.and_then(|case| case.last_ms),
        bytes: record.bytes,
        bytes_read: number(|case| case.bytes_read),
        entries: number(|case| case.entries),
        entries_unread: number(|case| case.entries_unread),
        nodes: number(|case| case.nodes),
        nodes_bad: number(|case| case.nodes_bad),
        pods: number(|case| case.pods),
        pods_bad: number(|case| case.pods_bad),
        missing_nodes: case
            .map(|case| case.missing_nodes.as_slice())
            .unwrap_or_default(),
        k8s_version: text(|case| &case.k8s_version),
        cloud: text(|case| &case.cloud),
        region: text(|case| &case.region),
        first_incident: case
            .and_then(Case::first_incident)
            .map(|incident| incident.title.as_str())
            .unwrap_or_default(),
        findings: number(|case| case.findings.len() as u64),
        checks: number(|case| case.coverage.len() as u64),
        checks_run: number(|case| case.coverage.iter().filter(|row| !not_run(row)).count() as u64),
        unknown_lines: number(|case| case.unknown_lines),
        unknown_templates: number(|case| case.unknown.len() as u64 + case.unknown_more_templates),
    }
}

/// The highest severity in words; empty where nothing is open.
fn worst(case: Option<&Case>) -> String {
    let worst = case.and_then(|case| case.worst_severity);
    worst.as_ref().map(Severity::to_string).unwrap_or_default()
}
