//! The comparison as one HTML file: as self-contained as the report, and without any script.

use super::text::{capital, concerned, error_words, summary, was_words};
use super::{Change, Diff, Kind, Side, Sight};
use crate::diagnose::State;
use crate::report::ReportError;
use crate::report::html::shown::unix_line_ends;
use crate::report::html::shown::{Shown, shown};
use crate::report::html::{Inline, STYLE};
use crate::report::words::{clock, number, span};
use askama::Template;

/// The page.
#[derive(Template)]
#[template(path = "diff.html")]
struct Page {
    policy: String,
    style: String,
    names: [Shown; 2],
    summary: Shown,
    tone: String,
    facts: Vec<Fact>,
    warnings: Vec<Shown>,
    groups: Vec<Group>,
    sights: Vec<Seen>,
    errors: Vec<Errors>,
    provenance: Vec<Fact>,
}

/// What is known of both sides.
struct Fact {
    name: &'static str,
    old: Shown,
    new: Shown,
}

/// Findings that became the same.
struct Group {
    id: &'static str,
    title: String,
    lead: &'static str,
    rows: Vec<Row>,
}

/// One finding.
struct Row {
    severity: String,
    title: Shown,
    subject: Shown,
    rule: Shown,
    state: &'static str,
    state_words: &'static str,
    when: Shown,
    count: String,
    was: Shown,
    reason: Shown,
    locator: Shown,
}

/// What one side sees less than the other.
struct Seen {
    id: &'static str,
    title: &'static str,
    rows: Vec<SeenRow>,
}

/// One thing that it lacks.
struct SeenRow {
    reason: Shown,
    concerned: String,
    rules: Vec<Shown>,
}

/// Error lines that no rule explains.
struct Errors {
    title: String,
    rows: Vec<(Shown, Shown, String)>,
}

/// The page of a comparison.
pub(super) fn render(diff: &Diff) -> Result<String, ReportError> {
    let Inline { policy, style, .. } = Inline::new(STYLE, "");
    let warnings = diff.warnings.iter();
    let page = Page {
        policy,
        style,
        names: [shown(&diff.old.name), shown(&diff.new.name)],
        summary: shown(summary(diff)),
        tone: tone(diff),
        facts: facts(&diff.old, &diff.new),
        warnings: warnings.map(|warning| shown(capital(warning))).collect(),
        groups: Kind::ALL.map(|kind| group(diff, kind)).into(),
        sights: vec![
            seen("lost", "NEW sees less than OLD", &diff.lost, "cannot run"),
            seen(
                "gained",
                "NEW sees more than OLD",
                &diff.gained,
                "could not run in OLD",
            ),
        ],
        errors: errors(diff),
        provenance: provenance(&diff.old, &diff.new),
    };
    let html = page.render();
    let html = html.map_err(|error| ReportError::Render(error.to_string()))?;
    Ok(unix_line_ends(&html))
}

/// The colour of the headline: that of the worst finding that OLD did not have.
fn tone(diff: &Diff) -> String {
    let fresh = diff.of(Kind::New).chain(diff.of(Kind::NewlyVisible));
    let open = fresh.filter(|change| change.finding.state != State::Resolved);
    let worst = open.map(|change| change.finding.severity).max();
    worst.map_or("calm".to_owned(), |severity| severity.to_string())
}

/// One fact of both sides.
fn fact(name: &'static str, [old, new]: [&Side; 2], of: fn(&Side) -> String) -> Fact {
    Fact {
        name,
        old: shown(of(old)),
        new: shown(of(new)),
    }
}

/// What a reader wants to know of both sides first.
fn facts(old: &Side, new: &Side) -> Vec<Fact> {
    let sides = [old, new];
    vec![
        fact("Bundle", sides, |side| side.name.clone()),
        fact("Read from", sides, |side| side.origin.as_str().to_owned()),
        fact("Captured", sides, |side| {
            let taken = side.captured_at.as_deref();
            taken.map_or("unknown".to_owned(), |time| clock(time) + " UTC")
        }),
        fact("Kubernetes", sides, |side| {
            let version = side.kubernetes_version.clone();
            version.unwrap_or_else(|| "unknown".to_owned())
        }),
    ]
}

/// What else identifies both sides.
fn provenance(old: &Side, new: &Side) -> Vec<Fact> {
    let sides = [old, new];
    vec![
        fact("SHA-256", sides, |side| side.sha256.clone()),
        fact("bundlescope", sides, |side| side.tool_version.clone()),
        fact("Rules", sides, |side| side.rules_hash.clone()),
    ]
}

/// The findings of one kind.
fn group(diff: &Diff, kind: Kind) -> Group {
    Group {
        id: match kind {
            Kind::New => "new",
            Kind::NewlyVisible => "newly-visible",
            Kind::Resolved => "resolved",
            Kind::NoLongerVisible => "no-longer-visible",
            Kind::Unchanged => "unchanged",
        },
        title: capital(kind.words()),
        lead: kind.meaning(),
        rows: diff.of(kind).map(row).collect(),
    }
}

/// One finding.
fn row(change: &Change) -> Row {
    let finding = &change.finding;
    let state_words = match (change.kind, finding.state) {
        (Kind::Resolved, _) => "resolved",
        (Kind::NoLongerVisible, _) => "no longer known",
        (_, State::Active) => "active",
        (_, State::Unknown) => "may still be active",
        (_, State::Resolved) => "ended",
    };
    Row {
        severity: finding.severity.to_string(),
        title: shown(&finding.title),
        subject: shown(&finding.subject),
        rule: shown(&finding.rule),
        state: match change.kind {
            Kind::Resolved => "resolved",
            Kind::NoLongerVisible => "unknown",
            _ => finding.state.as_str(),
        },
        state_words,
        when: shown(span(
            finding.first_seen.as_deref(),
            finding.last_seen.as_deref(),
        )),
        count: number(finding.count),
        was: shown(was_words(change).unwrap_or_default()),
        reason: shown(&change.reason),
        locator: shown(finding.locator.clone().unwrap_or_default()),
    }
}

/// What one side sees less than the other.
fn seen(id: &'static str, title: &'static str, sights: &[Sight], could: &str) -> Seen {
    let row = |sight: &Sight| SeenRow {
        reason: shown(&sight.reason),
        concerned: concerned(sight, could),
        rules: sight.blind.iter().chain(&sight.partly).map(shown).collect(),
    };
    Seen {
        id,
        title,
        rows: sights.iter().map(row).collect(),
    }
}

/// Error lines that no rule explains.
fn errors(diff: &Diff) -> Vec<Errors> {
    let lists = diff.errors.lists();
    let lists = lists.into_iter().filter(|(_, rows)| !rows.is_empty());
    lists
        .map(|(kind, rows)| Errors {
            title: error_words(diff, kind),
            rows: rows
                .iter()
                .map(|row| {
                    (
                        shown(&row.component),
                        shown(&row.template),
                        number(row.count),
                    )
                })
                .collect(),
        })
        .collect()
}
