//! What the template prints, already grouped, labelled and in order: the first screen and the end;
//! `findings` and `coverage` arrange what lies between.
//!
//! Everything that came from a bundle is a [`Shown`]: escaped by the template engine's own
//! escaper, its hidden characters as glyphs. The template itself knows only `if` and `for`.

use super::ask::{self, Ask};
use super::before::{self, Before};
use super::coverage::{self, Coverage, Kind};
use super::detectors::{self, Detector};
use super::findings::{self, Group, state_words};
use super::shown::{Shown, shown};
use super::timeline::{Timeline, timeline};
use super::unknown::{Unknown, unknown};
use crate::diagnose::State;
use crate::report::view::{self, Report};
use crate::report::words::{clock, entries, number, plural, size, span};
use askama::Template;
use std::fmt::Write as _;

/// Incidents that stand on the first screen; the rest can be opened.
const CARDS: usize = 3;

/// Rules that the card of an incident lists beside its first finding.
const PARTS: usize = 4;

/// The inline parts of the page.
pub(super) struct Frame {
    /// The `Content-Security-Policy`.
    pub(super) policy: String,
    /// The style.
    pub(super) style: String,
    /// The script.
    pub(super) script: String,
    /// The summary as Markdown.
    pub(super) summary: String,
    /// The embedded JSON.
    pub(super) data: String,
    /// The section with similar cases, rendered.
    pub(super) similar: String,
}

/// The page.
#[derive(Template)]
#[template(path = "report.html")]
pub(super) struct Page {
    policy: String,
    style: String,
    script: String,
    data: String,
    similar: String,
    summary: Shown,
    name: Shown,
    verdict: Shown,
    tone: String,
    facts: Vec<Fact>,
    coverage_line: Shown,
    notices: Vec<Shown>,
    cards: Vec<Card>,
    more_cards: Vec<Card>,
    more_label: String,
    timeline: Option<Timeline>,
    before: Vec<Before>,
    /// Traces of changes that the bundle lacks.
    blind: Vec<Shown>,
    ask: Vec<Ask>,
    detectors: Vec<Detector>,
    groups: Vec<Group>,
    listed: String,
    unknown: Option<Unknown>,
    gaps: Vec<[Shown; 3]>,
    passed_over: Vec<[Shown; 3]>,
    coverage: Coverage,
    absent_nodes: Vec<[Shown; 2]>,
    nodes: usize,
    sources: Vec<Vec<Shown>>,
    inventory: Vec<Kind>,
    noise: Vec<Vec<Shown>>,
    redactions: Vec<Vec<Shown>>,
    provenance: Vec<Fact>,
}

/// A name and its value.
struct Fact {
    name: &'static str,
    value: Shown,
    note: Shown,
}

/// An incident.
struct Card {
    severity: String,
    state: State,
    state_words: &'static str,
    title: Shown,
    detail: Shown,
    scope: Shown,
    when: String,
    /// Since when the cause was, and since when its symptoms, where both are known and differ.
    onset: String,
    /// What may as well be the cause.
    rivals: Vec<Part>,
    confidence: String,
    /// Fingerprint of its first finding that is listed.
    link: Option<Shown>,
    /// What else belongs to it.
    parts: Vec<Part>,
    /// Rules of further parts that are not listed.
    more_parts: usize,
}

/// Findings of one rule within an incident.
struct Part {
    title: Shown,
    link: Shown,
    count: usize,
}

impl Page {
    /// Arranges a report.
    pub(super) fn new(report: &Report, frame: Frame) -> Self {
        let found = report.by_fingerprint();
        let mut cards: Vec<Card> = report
            .incidents
            .iter()
            .map(|incident| card(&found, incident))
            .collect();
        let more_cards = cards.split_off(cards.len().min(CARDS));
        let mut listed = plural(report.findings.len(), "finding");
        if report.hidden > 0 {
            let _ = write!(
                listed,
                "; {} below the chosen severity not listed",
                number(report.hidden as u64)
            );
        }
        let row = |gap: &view::GapRow| [shown(&gap.locator), shown(&gap.reason), shown(gap.hides)];
        let (passed_over, gaps): (Vec<_>, Vec<_>) = report
            .gaps
            .iter()
            .partition(|gap| gap.hides == view::HIDES_NOTHING);
        Self {
            policy: frame.policy,
            style: frame.style,
            script: frame.script,
            data: frame.data,
            similar: frame.similar,
            summary: shown(frame.summary),
            name: shown(&report.bundle.name),
            verdict: shown(&report.verdict),
            tone: report.worst.map_or("calm".to_owned(), |s| s.to_string()),
            facts: facts(&report.bundle),
            coverage_line: shown(report.coverage.line()),
            notices: notices(report),
            cards,
            more_label: more_label(&more_cards),
            more_cards,
            timeline: timeline(report, &found),
            detectors: detectors::detectors(report),
            ask: ask::ask(report, &found),
            before: before::before(report, &found),
            blind: report.changes.blind.iter().map(shown).collect(),
            groups: findings::groups(&report.findings),
            listed,
            unknown: unknown(&report.unknown),
            gaps: gaps.into_iter().map(row).collect(),
            passed_over: passed_over.into_iter().map(row).collect(),
            coverage: coverage::coverage(&report.coverage),
            absent_nodes: coverage::absent_nodes(&report.coverage),
            nodes: report.coverage.nodes.len(),
            sources: coverage::sources(&report.coverage),
            inventory: coverage::inventory(&report.inventory),
            noise: coverage::counted(&report.noise),
            redactions: report
                .redactions
                .iter()
                .map(|(kind, n)| vec![shown(kind), shown(number(*n))])
                .collect(),
            provenance: provenance(report),
        }
    }
}

/// The strip of facts on the first screen.
fn facts(bundle: &view::Bundle) -> Vec<Fact> {
    let unknown = || "not collected".to_owned();
    let health = |pair: Option<(usize, usize)>| {
        pair.map_or_else(unknown, |(bad, all)| format!("{bad} / {all}"))
    };
    let fact = |name, value: String, note: &str| Fact {
        name,
        value: shown(value),
        note: shown(note),
    };
    vec![
        fact(
            "Kubernetes",
            bundle.kubernetes_version.clone().unwrap_or_else(unknown),
            "",
        ),
        fact("Nodes", health(bundle.nodes), "not ready / all"),
        fact("Pods", health(bundle.pods), "not healthy / all"),
        fact(
            "Captured",
            bundle
                .captured_at
                .as_deref()
                .map_or("unknown".to_owned(), |time| clock(time) + " UTC"),
            &bundle.captured_by,
        ),
        fact("Format", bundle.format.clone(), ""),
        fact("Read", size(bundle.bytes_read), &entries(bundle.entries)),
    ]
}

/// What has to be said before anything is believed: masks, what was shed.
fn notices(report: &Report) -> Vec<Shown> {
    let mut notices = Vec::new();
    let masked: u64 = report.redactions.iter().map(|(_, count)| count).sum();
    if masked > 0 {
        notices.push(shown(format!(
            "Secrets were masked in {} of this report. The bundle still contains them: treat it as confidential and rotate these credentials.",
            plural(usize::try_from(masked).unwrap_or(usize::MAX), "place")
        )));
    }
    if !report.shed.is_empty() {
        notices.push(shown(format!(
            "Omitted to keep this file within its size limit: {}.",
            report.shed.join("; ")
        )));
    }
    notices
}

/// One incident as a card.
fn card(listed: &view::ByFingerprint<'_>, incident: &view::Incident) -> Card {
    let cause = incident.cause(listed);
    let mut parts: Vec<Part> = incident
        .also(listed)
        .into_iter()
        .map(|(finding, count)| Part {
            title: shown(match cause {
                Some(cause) if cause.rule == finding.rule => "The same on other objects",
                _ => &finding.title,
            }),
            link: shown(&finding.fingerprint),
            count,
        })
        .collect();
    let rivals = incident.rivals(listed).into_iter().map(|finding| Part {
        title: shown(format!("{} ({})", finding.title, finding.subject.label())),
        link: shown(&finding.fingerprint),
        count: 1,
    });
    let more_parts = parts.split_off(parts.len().min(PARTS));
    Card {
        severity: incident.severity.to_string(),
        state: incident.state,
        state_words: state_words(incident.state),
        title: shown(&incident.title),
        detail: shown(cause.map_or("", |finding| &finding.detail)),
        scope: shown(&incident.scope),
        when: span(
            incident.first_seen.as_deref(),
            incident.last_seen.as_deref(),
        ),
        onset: onset(incident),
        rivals: rivals.collect(),
        confidence: incident.confidence.to_string(),
        link: cause.map(|finding| shown(&finding.fingerprint)),
        parts,
        more_parts: more_parts.len(),
    }
}

/// Since when the cause was, and since when its symptoms, where both are known and differ. What is
/// known of a cause may only be its latest time, and a symptom may have begun for another reason: so
/// that it seems older than its cause is for the reader to see.
fn onset(incident: &view::Incident) -> String {
    match (&incident.onset, &incident.symptoms_from) {
        (Some(cause), Some(symptoms)) if clock(cause) < clock(symptoms) => {
            format!("cause {}, symptoms {} UTC", clock(cause), clock(symptoms))
        }
        (Some(cause), Some(symptoms)) if clock(cause) > clock(symptoms) => format!(
            "cause seen from {}, first symptom from {} UTC",
            clock(cause),
            clock(symptoms)
        ),
        _ => String::new(),
    }
}

/// What is said of the incidents that are not on the first screen.
fn more_label(cards: &[Card]) -> String {
    let more = plural(cards.len(), "more incident");
    let mut told = Vec::new();
    for state in [State::Active, State::Unknown, State::Resolved] {
        let count = cards.iter().filter(|card| card.state == state).count();
        if count == cards.len() {
            return format!("{more}, {}", state_words(state));
        }
        if count > 0 {
            told.push(format!("{count} {}", state_words(state)));
        }
    }
    format!("{more}: {}", told.join(", "))
}

/// Where the report comes from: enough to make it again, nothing of the machine.
fn provenance(report: &Report) -> Vec<Fact> {
    let fact = |name, value: &str, note: String| Fact {
        name,
        value: shown(value),
        note: shown(note),
    };
    let mut facts = vec![fact(
        "Bundle",
        &report.bundle.name,
        size(report.bundle.bytes),
    )];
    facts.push(fact("SHA-256", &report.bundle.sha256, String::new()));
    if report.bundle.inputs.len() > 1 {
        for (name, hash, bytes) in &report.bundle.inputs {
            facts.push(fact("Input", hash, format!("{name}, {}", size(*bytes))));
        }
    }
    facts.push(fact(
        "Format",
        &report.bundle.format,
        report.bundle.format_reason.clone(),
    ));
    facts.push(fact("bundlescope", &report.tool_version, String::new()));
    facts.push(fact("Rules", &report.rules_hash, String::new()));
    facts.push(fact("Command", &report.command, String::new()));
    facts
}

#[cfg(test)]
mod tests {
    use crate::severity::Severity;
    use clap::ValueEnum as _;

    #[test]
    fn every_severity_has_a_shape() {
        let template = include_str!("../../../templates/symbols.html");
        for severity in Severity::value_variants() {
            assert!(
                template.contains(&format!("<symbol id=\"shape-{severity}\"")),
                "{severity}"
            );
        }
    }
}
