//! The comparison on a terminal: where the sides come from, how many findings became what, and
//! each of those that are not the same in both.

use super::{Change, Diff, ErrorRow, Kind, Side, Sight};
use crate::diagnose::State;
use crate::report::text::{Style, head, indented, indented_end, plain, wrap};
use crate::report::words::{clock, cut, number, plural, span};
use crate::report::{Format, ReportError};
use std::fmt::Write as _;

/// Findings shown of one kind; the other formats list all.
const SHOWN: usize = 20;

/// Rows shown of any other list.
const ROWS: usize = 10;

/// Lines of a warning or of a side at most.
const WARNING_LINES: usize = 4;

/// The comparison for a terminal.
pub fn render(diff: &Diff, style: Style) -> Result<String, ReportError> {
    crate::report::checked(arrange(diff, style), Format::Text)
}

/// The lines of a comparison.
pub(super) fn arrange(diff: &Diff, style: Style) -> String {
    let width = style.width.max(40);
    let mut lines = Vec::new();
    for (word, side) in [("OLD", &diff.old), ("NEW", &diff.new)] {
        lines.extend(wrap(&plain(&side_words(word, side), style), width, 2));
    }
    for warning in &diff.warnings {
        let warning = plain(&format!("warning: {warning}"), style);
        lines.extend(wrap(&warning, width, WARNING_LINES));
    }
    lines.push(String::new());
    lines.extend(wrap(&summary(diff), width, 2));
    for kind in Kind::ALL {
        let changes: Vec<&Change> = diff
            .of(kind)
            .filter(|change| kind != Kind::Unchanged || change.was.is_some())
            .collect();
        section(&mut lines, kind, &changes, (width, style));
    }
    for (title, sights) in [("sees less", &diff.lost), ("sees more", &diff.gained)] {
        if !sights.is_empty() {
            lines.push(String::new());
            lines.push(format!("NEW {title} than OLD"));
            let most = sights.iter().take(ROWS);
            lines.extend(most.flat_map(|sight| sight_lines(sight, title, width, style)));
            lines.extend(more(sights.len(), ROWS));
        }
    }
    for (kind, rows) in diff.errors.lists() {
        errors(&mut lines, diff, (kind, rows), (width, style));
    }
    let mut text = String::new();
    for line in lines {
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// `OLD  a.zip: captured 2024-05-01 12:00:00 UTC, Kubernetes v1.28.5 (earlier report)`.
fn side_words(word: &str, side: &Side) -> String {
    let taken = side.captured_at.as_deref();
    let taken = taken.map_or("captured at an unknown time".to_owned(), |time| {
        format!("captured {} UTC", clock(time))
    });
    let version = side.kubernetes_version.as_deref();
    let version = version.map(|version| format!(", Kubernetes {version}"));
    format!(
        "{word}  {}: {taken}{} ({})",
        side.name,
        version.unwrap_or_default(),
        side.origin.as_str()
    )
}

/// `2 new, 1 resolved, 14 unchanged`.
pub(super) fn summary(diff: &Diff) -> String {
    let counts = Kind::ALL.map(|kind| (kind, diff.of(kind).count()));
    let told = counts
        .iter()
        .filter(|(kind, count)| *count > 0 || *kind == Kind::New)
        .map(|(kind, count)| match kind {
            Kind::Unchanged => {
                let changed = diff
                    .of(Kind::Unchanged)
                    .filter(|one| one.was.is_some())
                    .count();
                let changed = match changed {
                    0 => String::new(),
                    some => format!(" ({} in severity, state or count)", differ(some)),
                };
                format!("{} in both{changed}", number(*count as u64))
            }
            kind => format!("{} {}", number(*count as u64), kind.words()),
        });
    let told: Vec<String> = told.collect();
    let found = format!("Findings: {}.", told.join(", "));
    if diff.is_empty() {
        format!("No difference. {found}")
    } else {
        found
    }
}

/// `1 differs`, `2 differ`.
fn differ(count: usize) -> String {
    let ending = if count == 1 { "s" } else { "" };
    format!("{} differ{ending}", number(count as u64))
}

/// The findings of one kind.
fn section(
    lines: &mut Vec<String>,
    kind: Kind,
    changes: &[&Change],
    (width, style): (usize, Style),
) {
    if changes.is_empty() {
        return;
    }
    let title = match kind {
        Kind::Unchanged => "In both, with a difference".to_owned(),
        kind => format!("{} ({})", capital(kind.words()), kind.meaning()),
    };
    lines.push(String::new());
    lines.extend(wrap(&title, width, 2));
    for change in changes.iter().take(SHOWN) {
        lines.extend(change_lines(change, width, style));
    }
    lines.extend(more(changes.len(), SHOWN));
}

/// One finding.
fn change_lines(change: &Change, width: usize, style: Style) -> Vec<String> {
    let row = &change.finding;
    let title = if row.subject.is_empty() || row.title.contains(&row.subject) {
        row.title.clone()
    } else {
        format!("{} ({})", row.title, row.subject)
    };
    // That a finding lasts is said of what is in NEW only.
    let state = match change.kind {
        Kind::New | Kind::NewlyVisible | Kind::Unchanged => row.state,
        Kind::Resolved | Kind::NoLongerVisible => State::Active,
    };
    let mut lines = head(row.severity, state, &title, width, style);
    let when = span(row.first_seen.as_deref(), row.last_seen.as_deref());
    let mut seen = format!("seen {}× · {when}", number(row.count));
    if let Some(words) = was_words(change) {
        let _ = write!(seen, " · {words}");
    }
    lines.extend(indented(&seen, width, style));
    if !change.reason.is_empty() {
        lines.extend(indented(&change.reason, width, style));
    }
    let cited = matches!(change.kind, Kind::New | Kind::NewlyVisible);
    if let Some(locator) = row.locator.as_deref().filter(|_| cited) {
        lines.push(indented_end(locator, width, style));
    }
    lines
}

/// `was low, was 3×`: what OLD says that NEW does not.
pub(super) fn was_words(change: &Change) -> Option<String> {
    let (was, now) = (change.was?, &change.finding);
    let mut told = Vec::new();
    if was.severity != now.severity {
        told.push(was.severity.to_string());
    }
    if was.state != now.state {
        told.push(was.state.as_str().to_owned());
    }
    if was.count != now.count {
        told.push(format!("{}×", number(was.count)));
    }
    (!told.is_empty()).then(|| format!("in OLD {}", told.join(", ")))
}

/// What one side lacks.
fn sight_lines(sight: &Sight, title: &str, width: usize, style: Style) -> Vec<String> {
    let less = title == "sees less";
    let (side, could) = if less {
        ("NEW", "cannot run")
    } else {
        ("OLD", "could not run")
    };
    let text = format!("{side}: {} ({})", sight.reason, concerned(sight, could));
    indented(&text, width, style)
}

/// `12 checks cannot run, 57 see less`.
pub(super) fn concerned(sight: &Sight, could: &str) -> String {
    let mut told = Vec::new();
    if !sight.blind.is_empty() {
        told.push(format!("{} {could}", plural(sight.blind.len(), "check")));
    }
    if !sight.partly.is_empty() {
        let on = if told.is_empty() { "check" } else { "other" };
        told.push(format!(
            "{} only on part of the evidence",
            plural(sight.partly.len(), on)
        ));
    }
    told.join(", ")
}

/// Error lines that no rule explains.
fn errors(
    lines: &mut Vec<String>,
    diff: &Diff,
    (kind, rows): (Kind, &[ErrorRow]),
    (width, style): (usize, Style),
) {
    if rows.is_empty() {
        return;
    }
    let title = error_words(diff, kind);
    lines.push(String::new());
    lines.extend(wrap(&title, width, 2));
    for row in rows.iter().take(ROWS) {
        let text = format!("{}× {}: {}", number(row.count), row.component, row.template);
        lines.push(format!("  {}", cut(&plain(&text, style), width - 2)));
    }
    lines.extend(more(rows.len(), ROWS));
}

/// What stands above error lines of one kind.
pub(super) fn error_words(diff: &Diff, kind: Kind) -> String {
    let left_out = |word: &str, count: u64| match count {
        0 => String::new(),
        some => format!("; {word} omits {} more kinds", number(some)),
    };
    let errors = &diff.errors;
    match kind {
        Kind::New | Kind::Unchanged => format!(
            "Unexplained errors in NEW only{}",
            left_out("OLD", errors.old_left_out)
        ),
        Kind::NewlyVisible => {
            "Unexplained errors in NEW only, from logs that OLD does not contain".to_owned()
        }
        Kind::Resolved => format!(
            "Unexplained errors in OLD only{}",
            left_out("NEW", errors.new_left_out)
        ),
        Kind::NoLongerVisible => {
            "Unexplained errors in OLD only, from logs that NEW does not contain".to_owned()
        }
    }
}

/// What is said of rows that are not shown.
fn more(all: usize, shown: usize) -> Option<String> {
    let more = all.saturating_sub(shown);
    (more > 0).then(|| {
        format!(
            "  and {} more; -o FILE.html lists all of them",
            number(more as u64)
        )
    })
}

/// With a capital first letter.
pub(super) fn capital(words: &str) -> String {
    let mut chars = words.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}
