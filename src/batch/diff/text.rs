//! The comparison of two archives on a terminal.

use super::{ArchiveDiff, CaseChange, CaseRow, Rate, Side, Signature, TemplateRow};
use crate::report::diff::Kind;
use crate::report::text::{Style, plain, wrap};
use crate::report::words::{cut, number, plural};
use std::fmt::Write as _;

/// Rows of a list; the other formats list all.
const ROWS: usize = 10;

/// Lines of a row at most.
const ROW_LINES: usize = 3;

/// Lines of a warning at most.
const WARNING_LINES: usize = 4;

/// Ids that are named of one kind in one case.
const RULES: usize = 3;

/// The lines.
pub(super) fn render(diff: &ArchiveDiff, style: Style) -> String {
    let width = style.width.max(40);
    let mut lines = Vec::new();
    for (word, side) in [("OLD", &diff.old), ("NEW", &diff.new)] {
        let text = format!("{word}  {}", side_words(side));
        lines.extend(wrap(&plain(&text, style), width, 2));
    }
    for warning in &diff.warnings {
        let text = plain(&format!("warning: {warning}"), style);
        lines.extend(wrap(&text, width, WARNING_LINES));
    }
    lines.push(String::new());
    lines.extend(wrap(&summary(diff), width, 4));
    for kind in Kind::ALL {
        let listed = diff
            .of(kind)
            .filter(|one| kind != Kind::Unchanged || one.old != one.new);
        let rows: Vec<String> = listed.map(signature).collect();
        list(&mut lines, &title(kind), &rows, (width, style));
    }
    let lost: Vec<String> = diff
        .lost
        .iter()
        .map(|one| {
            format!(
                "{} (could run in {} of OLD)",
                one.rule,
                plural(one.looked, "case")
            )
        })
        .collect();
    list(&mut lines, LOST, &lost, (width, style));
    let changed: Vec<String> = diff.cases.changed.iter().map(case_change).collect();
    list(&mut lines, "Cases that changed", &changed, (width, style));
    for (title, rows) in [
        ("Cases in NEW only", &diff.cases.new),
        ("Cases in OLD only", &diff.cases.gone),
    ] {
        let rows: Vec<String> = rows.iter().map(case).collect();
        list(&mut lines, title, &rows, (width, style));
    }
    for (title, rows) in [
        ("Unexplained errors in NEW only", &diff.unexplained.new),
        ("Unexplained errors in OLD only", &diff.unexplained.gone),
    ] {
        let rows: Vec<String> = rows.iter().map(template).collect();
        list(&mut lines, title, &rows, (width, style));
    }
    let mut text = String::new();
    for line in lines {
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// What stands above the rules that cannot look any more.
pub(super) const LOST: &str = "Rules that could run in OLD and can run in no case of NEW";

/// `archive-may: 140 cases, captured 2024-05-01 to 2024-05-31`.
pub(super) fn side_words(side: &Side) -> String {
    let unread = side.cases - side.readable;
    let unread = if unread > 0 {
        format!(" ({} not readable)", number(unread as u64))
    } else {
        String::new()
    };
    format!(
        "{}: {}{unread}{}",
        side.name,
        plural(side.cases, "case"),
        days(side)
    )
}

/// `, captured 2024-05-01 to 2024-05-31`; nothing where no case tells.
fn days(side: &Side) -> String {
    match (side.first_day.as_str(), side.last_day.as_str()) {
        ("", _) => String::new(),
        (first, last) if first == last => format!(", captured {first}"),
        (first, last) => format!(", captured {first} to {last}"),
    }
}

/// How many signatures and cases became what.
pub(super) fn summary(diff: &ArchiveDiff) -> String {
    if diff.is_empty() {
        return format!(
            "No difference: {} and {} in both.",
            plural(diff.cases.unchanged, "case"),
            plural(diff.signatures.len(), "signature")
        );
    }
    let told = |counts: &[(usize, &str)]| {
        let told = counts.iter().filter(|(count, _)| *count > 0);
        let told: Vec<String> = told
            .map(|(count, words)| format!("{} {words}", number(*count as u64)))
            .collect();
        if told.is_empty() {
            "none".to_owned()
        } else {
            told.join(", ")
        }
    };
    let count = |kind| diff.of(kind).count();
    let cases = &diff.cases;
    format!(
        "Signatures: {}. Cases: {}.",
        told(&[
            (count(Kind::New), "new"),
            (count(Kind::NewlyVisible), "newly visible"),
            (count(Kind::Resolved), "gone"),
            (count(Kind::NoLongerVisible), "no longer visible"),
            (count(Kind::Unchanged), "in both"),
        ]),
        told(&[
            (cases.new.len(), "new"),
            (cases.gone.len(), "gone"),
            (cases.changed.len(), "changed"),
            (cases.unchanged, "unchanged"),
        ])
    )
}

/// What stands above the signatures of one kind.
pub(super) fn title(kind: Kind) -> String {
    match kind {
        Kind::New => "New signatures (OLD could check them and did not show them)",
        Kind::NewlyVisible => "Newly visible signatures (OLD could not check them)",
        Kind::Resolved => "Gone signatures (NEW could check them and does not show them)",
        Kind::NoLongerVisible => {
            "Signatures no longer visible (NEW cannot check them: not resolved)"
        }
        Kind::Unchanged => "Signatures in both, in a different share of the cases",
    }
    .to_owned()
}

/// `high azure-lb-quota: 3 of 140 cases in OLD, 9 of 120 in NEW`.
fn signature(one: &Signature) -> String {
    format!(
        "{} {}: {} in OLD, {} in NEW",
        one.severity,
        one.rule,
        rate(one.old),
        rate(one.new)
    )
}

/// `3 of 140 cases`.
pub(super) fn rate(rate: Rate) -> String {
    if rate.looked == 0 {
        return "could run in no case".to_owned();
    }
    let of = plural(rate.looked, "case");
    format!("{} of {of}", number(rate.cases as u64))
}

/// One case that one side alone has.
fn case(row: &CaseRow) -> String {
    format!("{}: {}: {}", row.case, row.class, cut(&row.headline, 100))
}

/// One case of which the sides say other things.
fn case_change(change: &CaseChange) -> String {
    format!("{}: {}", change.case, change_words(change))
}

/// `high, was critical; new: a, b; gone: c`.
pub(super) fn change_words(change: &CaseChange) -> String {
    let mut told = vec![if change.was == change.class {
        change.class.to_owned()
    } else {
        format!("{}, was {}", change.class, change.was)
    }];
    if change.other_content {
        told.push("different bundle with this name".to_owned());
    }
    for (words, rules) in [
        ("new", &change.new),
        ("newly visible", &change.newly_visible),
        ("gone", &change.gone),
        ("no longer visible", &change.no_longer_visible),
    ] {
        if !rules.is_empty() {
            let named: Vec<&str> = rules.iter().take(RULES).map(String::as_str).collect();
            let more = rules.len() - named.len();
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            told.push(format!("{words}: {}{more}", named.join(", ")));
        }
    }
    told.join("; ")
}

/// One template.
fn template(row: &TemplateRow) -> String {
    let lines = usize::try_from(row.lines).unwrap_or(usize::MAX);
    format!(
        "{}: {} in {}",
        row.id,
        plural(lines, "line"),
        plural(row.cases, "case")
    )
}

/// A list with its title; nothing where it is empty.
fn list(lines: &mut Vec<String>, title: &str, rows: &[String], (width, style): (usize, Style)) {
    if rows.is_empty() {
        return;
    }
    lines.push(String::new());
    lines.extend(wrap(title, width, 2));
    for row in rows.iter().take(ROWS) {
        let wrapped = wrap(&plain(row, style), width - 4, ROW_LINES).into_iter();
        lines.extend(
            wrapped
                .enumerate()
                .map(|(place, line)| format!("{}{line}", if place == 0 { "  " } else { "    " })),
        );
    }
    let more = rows.len().saturating_sub(ROWS);
    if more > 0 {
        lines.push(format!(
            "  and {} more; -o FILE.html lists all of them",
            number(more as u64)
        ));
    }
}
