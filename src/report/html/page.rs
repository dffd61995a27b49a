//! What the template prints, already grouped, labelled and in order.
//!
//! Everything that came from a bundle is a [`Shown`]: escaped by the template engine's own
//! escaper, its hidden characters as glyphs. The template itself knows only `if` and `for`.

use super::excerpt::{Citation, citation};
use super::shown::{Shown, shown};
use crate::diagnose::{Outcome, State};
use crate::report::view::{self, Report};
use crate::report::words::{clock, entries, number, plural, size, span};
use askama::Template;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Affected objects that are listed at once; the rest can be opened.
const AFFECTED: usize = 20;

/// Evidence of one rule's subjects that is open at once; the rest can be opened.
const OPEN: usize = 3;

/// Marks many texts for showing.
fn all_shown(texts: &[String]) -> Vec<Shown> {
    texts.iter().map(shown).collect()
}

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
}

/// The page.
#[derive(Template)]
#[template(path = "report.html")]
pub(super) struct Page {
    policy: String,
    style: String,
    script: String,
    data: String,
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
    groups: Vec<Group>,
    listed: String,
    gaps: Vec<[Shown; 3]>,
    coverage: Coverage,
    sources: Vec<Vec<Shown>>,
    inventory: Vec<Vec<Shown>>,
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
    scope: Shown,
    when: String,
    confidence: String,
    /// Fingerprint of its first finding that is listed.
    link: Option<Shown>,
    findings: usize,
}

/// All findings of one state.
struct Group {
    state: &'static str,
    title: &'static str,
    /// The title in the navigation.
    short: &'static str,
    count: usize,
    rules: Vec<Rule>,
}

/// Findings of one rule and state.
struct Rule {
    id: Shown,
    severity: String,
    title: Shown,
    category: Shown,
    confidence: String,
    explain: Vec<Shown>,
    disprove: Vec<Shown>,
    remedy: Vec<Shown>,
    references: Vec<Shown>,
    affected_versions: Vec<Shown>,
    fixed_versions: Vec<Shown>,
    several: bool,
    titles_differ: bool,
    open: Vec<Finding>,
    folded: Vec<Finding>,
}

impl Rule {
    /// Everything it fired for, folded or not.
    fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.open.iter().chain(&self.folded)
    }
}

/// A finding without what its rule says.
struct Finding {
    id: Shown,
    title: Shown,
    subject: Shown,
    node: Option<Shown>,
    count: String,
    when: String,
    state_reason: Shown,
    detail: Shown,
    check: Vec<Shown>,
    citations: Vec<Citation>,
    affected_total: String,
    affected: Vec<Shown>,
    more_affected: Vec<Shown>,
}

/// How the rules ended.
struct Coverage {
    found: usize,
    clear: usize,
    not_checked: usize,
    not_checked_rules: Vec<(Shown, Shown)>,
    found_rules: Vec<(Shown, Shown)>,
    clear_rules: Vec<(Shown, Shown)>,
}

impl Page {
    /// Arranges a report.
    pub(super) fn new(report: &Report, frame: Frame) -> Self {
        let listed: BTreeSet<&str> = report
            .findings
            .iter()
            .map(|finding| finding.fingerprint.as_str())
            .collect();
        let mut cards: Vec<Card> = report
            .incidents
            .iter()
            .map(|incident| card(&listed, incident))
            .collect();
        let more_cards = cards.split_off(cards.len().min(3));
        let groups = [State::Active, State::Unknown, State::Resolved]
            .into_iter()
            .filter_map(|state| group(report, state))
            .collect();
        let mut listed = plural(report.findings.len(), "finding");
        if report.hidden > 0 {
            let _ = write!(
                listed,
                "; {} below the wanted severity not listed",
                number(report.hidden as u64)
            );
        }
        let gaps = report
            .gaps
            .iter()
            .map(|gap| [shown(&gap.locator), shown(&gap.reason), shown(gap.hides)]);
        Self {
            policy: frame.policy,
            style: frame.style,
            script: frame.script,
            data: frame.data,
            summary: shown(frame.summary),
            name: shown(&report.bundle.name),
            verdict: shown(&report.verdict),
            tone: report.worst.map_or("calm".to_owned(), |s| s.to_string()),
            facts: facts(&report.bundle),
            coverage_line: shown(report.coverage.line()),
            notices: notices(report),
            cards,
            more_label: plural(more_cards.len(), "more incident"),
            more_cards,
            groups,
            listed,
            gaps: gaps.collect(),
            coverage: coverage(&report.coverage),
            sources: report.coverage.sources.iter().map(source).collect(),
            inventory: counted(&report.inventory),
            noise: counted(&report.noise),
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
            "The bundle holds secrets: {} masked in this report. Treat the bundle as confidential and have them replaced.",
            plural(usize::try_from(masked).unwrap_or(usize::MAX), "place")
        )));
    }
    if !report.shed.is_empty() {
        notices.push(shown(format!(
            "Left out to keep this file within its size limit: {}.",
            report.shed.join("; ")
        )));
    }
    notices
}

/// One incident as a card.
fn card(listed: &BTreeSet<&str>, incident: &view::Incident) -> Card {
    Card {
        severity: incident.severity.to_string(),
        state: incident.state,
        state_words: state_words(incident.state),
        title: shown(&incident.title),
        scope: shown(&incident.scope),
        when: span(
            incident.first_seen.as_deref(),
            incident.last_seen.as_deref(),
        ),
        confidence: incident.confidence.to_string(),
        link: incident
            .findings
            .iter()
            .find(|id| listed.contains(id.as_str()))
            .map(shown),
        findings: incident.findings.len(),
    }
}

/// A state in words.
fn state_words(state: State) -> &'static str {
    match state {
        State::Active => "active",
        State::Unknown => "may still be active",
        State::Resolved => "ended",
    }
}

/// The findings of one state by rule, in the order in which each rule comes first.
fn group(report: &Report, state: State) -> Option<Group> {
    let mut rules: Vec<Vec<&view::Finding>> = Vec::new();
    let mut place = BTreeMap::new();
    for finding in report.findings.iter().filter(|f| f.state == state) {
        // A rule may be raised to another severity for one subject; these do not share a heading.
        let key = (finding.rule.as_str(), finding.severity);
        let at = *place.entry(key).or_insert_with(|| {
            rules.push(Vec::new());
            rules.len() - 1
        });
        rules[at].push(finding);
    }
    let count = rules.iter().map(Vec::len).sum();
    (count > 0).then(|| Group {
        state: state.as_str(),
        title: match state {
            State::Active => "Active at capture time",
            State::Unknown => "May still be active",
            State::Resolved => "Ended before capture",
        },
        short: match state {
            State::Active => "Active",
            State::Unknown => "May be active",
            State::Resolved => "Ended",
        },
        count,
        rules: rules.iter().filter_map(|findings| rule(findings)).collect(),
    })
}

/// Findings of one rule; what the rule says is said once.
fn rule(findings: &[&view::Finding]) -> Option<Rule> {
    let first = findings.first()?;
    let mut open: Vec<_> = findings.iter().map(|f| self::finding(f)).collect();
    let folded = open.split_off(open.len().min(OPEN));
    Some(Rule {
        id: shown(&first.rule),
        severity: first.severity.to_string(),
        title: shown(&first.title),
        category: shown(&first.category),
        confidence: first.confidence.to_string(),
        explain: paragraphs(&first.explain),
        disprove: paragraphs(&first.disprove),
        remedy: all_shown(&first.remedy),
        references: all_shown(&first.references),
        affected_versions: all_shown(&first.affected_versions),
        fixed_versions: all_shown(&first.fixed_versions),
        several: findings.len() > 1,
        titles_differ: findings.iter().any(|f| f.title != first.title),
        open,
        folded,
    })
}

/// A text as paragraphs; lines within one flow together.
fn paragraphs(text: &str) -> Vec<Shown> {
    let mut paragraphs = vec![String::new()];
    for line in text.lines().map(str::trim) {
        match paragraphs.last_mut() {
            Some(last) if !line.is_empty() => {
                if !last.is_empty() {
                    last.push(' ');
                }
                last.push_str(line);
            }
            _ => paragraphs.push(String::new()),
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs.into_iter().map(shown).collect()
}

/// One finding.
fn finding(finding: &view::Finding) -> Finding {
    let node = finding.subject.node.as_deref();
    let affected = finding.affected.iter();
    let mut affected: Vec<_> = affected.map(|s| affected_label(s, node)).collect();
    let more_affected = affected.split_off(affected.len().min(AFFECTED));
    Finding {
        id: shown(&finding.fingerprint),
        title: shown(&finding.title),
        subject: shown(finding.subject.label()),
        node: finding.subject.node.as_ref().map(shown),
        count: number(finding.count),
        when: span(finding.first_seen.as_deref(), finding.last_seen.as_deref()),
        state_reason: shown(&finding.state_reason),
        detail: shown(&finding.detail),
        check: all_shown(&finding.check),
        citations: finding.citations.iter().map(citation).collect(),
        affected_total: number(finding.affected_total as u64),
        affected,
        more_affected,
    }
}

/// An affected object with its node, unless that is already said: by the object itself, or by the
/// finding, which names `known`.
fn affected_label(subject: &view::Subject, known: Option<&str>) -> Shown {
    let said = subject.kind == "Node" || subject.node.as_deref() == known;
    shown(match subject.node.as_deref().filter(|_| !said) {
        Some(node) => format!("{} on {node}", subject.label()),
        None => subject.label(),
    })
}

/// The rules by outcome.
fn coverage(coverage: &view::Coverage) -> Coverage {
    let of = |wanted: Outcome| {
        let rules = coverage.rules.iter();
        rules
            .filter(|(_, outcome, _)| *outcome == wanted)
            .map(|(rule, _, reason)| (shown(rule), shown(reason)))
            .collect()
    };
    Coverage {
        found: coverage.found,
        clear: coverage.clear,
        not_checked: coverage.not_checked,
        not_checked_rules: of(Outcome::NotChecked),
        found_rules: of(Outcome::Found),
        clear_rules: of(Outcome::Clear),
    }
}

/// One source as a row.
fn source(source: &view::Source) -> Vec<Shown> {
    let time = |time: &Option<String>| shown(time.as_deref().map(clock).unwrap_or_default());
    vec![
        shown(&source.component),
        shown(source.node.as_deref().unwrap_or("")),
        time(&source.first),
        time(&source.last),
        shown(number(source.entries)),
        shown(size(source.bytes)),
    ]
}

/// Rows of two texts and a count.
fn counted(rows: &[(String, String, u64)]) -> Vec<Vec<Shown>> {
    rows.iter()
        .map(|(a, b, count)| vec![shown(a), shown(b), shown(number(*count))])
        .collect()
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
    facts.push(fact("Made by", &report.command, String::new()));
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::severity::Severity;
    use clap::ValueEnum as _;

    #[test]
    fn every_severity_has_a_shape() {
        let template = include_str!("../../../templates/report.html");
        for severity in Severity::value_variants() {
            assert!(
                template.contains(&format!("<symbol id=\"shape-{severity}\"")),
                "{severity}"
            );
        }
    }

    #[test]
    fn lines_of_a_rule_text_flow_into_paragraphs() {
        let texts: Vec<_> = paragraphs("a\nb\n\n\n c ")
            .iter()
            .map(Shown::to_string)
            .collect();
        assert_eq!(texts, ["a b", "c"]);
    }
}
