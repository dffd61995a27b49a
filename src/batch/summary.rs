//! `summary.csv`: one row per case for a spreadsheet.
//!
//! Fields are quoted as RFC 4180 says, lines end with CRLF. A field that a spreadsheet would take for
//! a formula gets an apostrophe before it: names of bundles come from strangers.

use super::record::{CaseRecord, Reading};
use super::store::report_name;
use crate::diagnose::Outcome;
use crate::report::glyphs::visible;
use std::fmt::Write as _;

/// Columns.
const HEAD: [&str; 19] = [
    "case",
    "path",
    "sha256",
    "captured",
    "kubernetes",
    "cloud",
    "region",
    "format",
    "class",
    "verdict",
    "first_incident",
    "critical",
    "high",
    "medium",
    "low",
    "checks_run",
    "checks",
    "unexplained_lines",
    "report",
];

/// The first row.
pub fn head() -> String {
    HEAD.join(",") + "\r\n"
}

/// The row of one case.
pub fn row(record: &CaseRecord) -> String {
    let mut fields = vec![
        record.case.clone(),
        record.location.clone(),
        record.keys.bundle_sha256.clone(),
    ];
    match &record.reading {
        Reading::Read(case) => {
            let open = |wanted: &str| {
                let counts = case.counts.iter();
                let open = counts.filter(|count| count.state.as_str() != "resolved");
                let open = open.filter(|count| count.severity.to_string() == wanted);
                open.map(|count| count.count).sum::<u64>().to_string()
            };
            let ran = case
                .coverage
                .iter()
                .filter(|row| row.outcome != Outcome::NotChecked);
            let incident = case.first_incident().map(|incident| incident.title.clone());
            fields.extend([
                case.captured_at.clone().unwrap_or_default(),
                case.k8s_version.clone(),
                case.cloud.clone(),
                case.region.clone(),
                case.format.clone(),
                case.class.as_str().to_owned(),
                case.verdict.clone(),
                incident.unwrap_or_default(),
                open("critical"),
                open("high"),
                open("medium"),
                open("low"),
                ran.count().to_string(),
                case.coverage.len().to_string(),
                case.unknown_lines.to_string(),
                format!("reports/{}", report_name(record)),
            ]);
        }
        Reading::Unreadable(unreadable) => {
            fields.extend(["", "", "", "", ""].map(str::to_owned));
            fields.extend(["unreadable".to_owned(), unreadable.reason.clone()]);
            fields.resize(HEAD.len(), String::new());
        }
    }
    let mut line = String::new();
    for (place, value) in fields.iter().enumerate() {
        let comma = if place > 0 { "," } else { "" };
        let _ = write!(line, "{comma}{}", field(value));
    }
    line + "\r\n"
}

/// One field.
fn field(value: &str) -> String {
    let value = visible(value);
    let formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let value = if formula { format!("'{value}") } else { value };
    if value.contains([',', '"', '\n', '\r', '\'']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_is_a_formula_or_breaks_its_row() {
        for (value, expected) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""),
            ("-1+2", "\"'-1+2\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("+1", "\"'+1\""),
            ("\tx", "\"'\tx\""),
        ] {
            assert_eq!(field(value), expected, "{value}");
        }
        assert!(!field("a\r\nb").contains('\n'));
    }
}
