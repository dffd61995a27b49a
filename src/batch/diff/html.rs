//! The comparison of two archives as one HTML file, without any script.

use super::text::{LOST, change_words, rate, side_words, summary, title};
use super::{ArchiveDiff, CaseRow, Side, TemplateRow};
use crate::report::ReportError;
use crate::report::diff::Kind;
use crate::report::glyphs::visible;
use crate::report::html::{Inline, STYLE, unix_line_ends};
use crate::report::words::number;
use askama::Template;

/// Rows of one table: enough to see what happened, few enough for a tracker.
const ROWS: usize = 500;

/// The page.
#[derive(Template)]
#[template(path = "archive-diff.html")]
struct Page {
    policy: String,
    style: String,
    names: [String; 2],
    summary: String,
    tone: String,
    facts: Vec<(&'static str, String, String)>,
    warnings: Vec<String>,
    groups: Vec<Group>,
    tables: Vec<Table>,
}

/// Signatures of one kind.
struct Group {
    id: &'static str,
    short: &'static str,
    title: String,
    rows: Vec<Row>,
}

/// One signature.
struct Row {
    severity: String,
    rule: String,
    old: String,
    new: String,
}

/// Rows of two columns.
struct Table {
    id: &'static str,
    title: &'static str,
    heads: [&'static str; 2],
    rows: Vec<(String, String)>,
    /// What is said of rows that are not there.
    more: String,
}

/// The page of a comparison.
pub(super) fn render(diff: &ArchiveDiff) -> Result<String, ReportError> {
    let Inline { policy, style, .. } = Inline::new(STYLE, "");
    let fresh = diff.of(Kind::New).chain(diff.of(Kind::NewlyVisible));
    let worst = fresh.map(|signature| signature.severity).max();
    let page = Page {
        policy,
        style,
        names: [shown(&diff.old.name), shown(&diff.new.name)],
        summary: shown(summary(diff)),
        tone: worst.map_or("calm".to_owned(), |severity| severity.to_string()),
        facts: facts(&diff.old, &diff.new),
        warnings: diff.warnings.iter().map(shown).collect(),
        groups: Kind::ALL.map(|kind| group(diff, kind)).into(),
        tables: tables(diff),
    };
    let html = page.render();
    let html = html.map_err(|error| ReportError::Render(error.to_string()))?;
    Ok(unix_line_ends(&html))
}

/// What identifies both sides.
fn facts(old: &Side, new: &Side) -> Vec<(&'static str, String, String)> {
    let both = |name, of: fn(&Side) -> String| (name, shown(of(old)), shown(of(new)));
    vec![
        both("Archive", side_words),
        both("bundlescope", |side| side.tool_version.clone()),
        both("Rules", |side| side.rules_hash.clone()),
    ]
}

/// The signatures of one kind.
fn group(diff: &ArchiveDiff, kind: Kind) -> Group {
    let rows = diff.of(kind).map(|one| Row {
        severity: one.severity.to_string(),
        rule: shown(&one.rule),
        old: rate(one.old),
        new: rate(one.new),
    });
    let (id, short) = match kind {
        Kind::New => ("new", "New"),
        Kind::NewlyVisible => ("newly-visible", "Newly visible"),
        Kind::Resolved => ("gone", "Gone"),
        Kind::NoLongerVisible => ("no-longer-visible", "No longer visible"),
        Kind::Unchanged => ("both", "In both"),
    };
    Group {
        id,
        short,
        title: match kind {
            Kind::Unchanged => "Signatures in both".to_owned(),
            kind => title(kind),
        },
        rows: rows.collect(),
    }
}

/// The other lists.
fn tables(diff: &ArchiveDiff) -> Vec<Table> {
    let cases = &diff.cases;
    let case = |row: &CaseRow| {
        (
            shown(&row.case),
            shown(format!("{}: {}", row.class, row.headline)),
        )
    };
    let template = |row: &TemplateRow| {
        let count = format!(
            "{} lines, {} cases",
            number(row.lines),
            number(row.cases as u64)
        );
        (shown(&row.id), shown(count))
    };
    let lost = diff.lost.iter();
    let changed = cases.changed.iter();
    vec![
        table(
            "lost",
            LOST,
            ["Rule", "Cases of OLD"],
            lost.map(|one| (shown(&one.rule), shown(number(one.looked as u64)))),
        ),
        table(
            "changed",
            "Cases that changed",
            ["Case", "Change"],
            changed.map(|one| (shown(&one.case), shown(change_words(one)))),
        ),
        table(
            "cases-new",
            "Cases in NEW only",
            ["Case", "Verdict"],
            cases.new.iter().map(case),
        ),
        table(
            "cases-gone",
            "Cases in OLD only",
            ["Case", "Verdict"],
            cases.gone.iter().map(case),
        ),
        table(
            "errors-new",
            "Unexplained errors in NEW only",
            ["Template", "Seen"],
            diff.unexplained.new.iter().map(template),
        ),
        table(
            "errors-gone",
            "Unexplained errors in OLD only",
            ["Template", "Seen"],
            diff.unexplained.gone.iter().map(template),
        ),
    ]
}

/// One list.
fn table(
    id: &'static str,
    title: &'static str,
    heads: [&'static str; 2],
    rows: impl ExactSizeIterator<Item = (String, String)>,
) -> Table {
    let more = rows.len().saturating_sub(ROWS);
    Table {
        id,
        title,
        heads,
        rows: rows.take(ROWS).collect(),
        more: if more > 0 {
            format!(
                "and {} more; --format json lists all of them",
                number(more as u64)
            )
        } else {
            String::new()
        },
    }
}

/// Text without characters that nobody sees; the template escapes it.
fn shown(text: impl AsRef<str>) -> String {
    visible(text.as_ref())
}
