//! Findings in reading order: by state, then by rule, so that what a rule says is said once.
//!
//! Notes (severity `info`) are no problems and come last. What has ended, and what matters little,
//! is one line that can be opened, so that the reader's time goes to what is wrong now.

use super::excerpt::{Figure, figures};
use super::shown::{Prose, Shown, prose, shown};
use crate::codes::Note;
use crate::diagnose::State;
use crate::report::view;
use crate::report::words::{number, plural, span};
use crate::severity::Severity;
use std::collections::BTreeMap;

/// Affected objects that are listed at once; the rest can be opened.
const AFFECTED: usize = 20;

/// Evidence of one rule's subjects that is open at once; the rest can be opened.
const OPEN: usize = 3;

/// Figures of one finding that are open at once; the rest can be opened.
const FIGURES: usize = 3;

/// All findings of one state, or all notes.
pub(super) struct Group {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// The title in the navigation.
    pub(super) short: &'static str,
    /// What is said below the title; may be empty.
    pub(super) lead: &'static str,
    pub(super) count: usize,
    pub(super) rules: Vec<Rule>,
}

/// Findings of one rule and state.
pub(super) struct Rule {
    pub(super) id: Shown,
    pub(super) severity: String,
    pub(super) title: Shown,
    pub(super) category: Shown,
    pub(super) confidence: String,
    /// Whether it is one line that can be opened.
    pub(super) closed: bool,
    /// Whom it was found for, and when, in that line.
    pub(super) about: Shown,
    pub(super) explain: Vec<Prose>,
    pub(super) disprove: Vec<Prose>,
    pub(super) remedy: Vec<Prose>,
    pub(super) references: Vec<Shown>,
    pub(super) affected_versions: Vec<Shown>,
    pub(super) fixed_versions: Vec<Shown>,
    pub(super) several: bool,
    pub(super) titles_differ: bool,
    pub(super) open: Vec<Finding>,
    pub(super) folded: Vec<Finding>,
}

impl Rule {
    /// Everything it fired for, folded or not.
    pub(super) fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.open.iter().chain(&self.folded)
    }
}

/// A finding without what its rule says.
pub(super) struct Finding {
    pub(super) id: Shown,
    pub(super) title: Shown,
    pub(super) subject: Shown,
    pub(super) node: Option<Shown>,
    pub(super) count: String,
    /// Empty where no evidence has a time.
    pub(super) when: String,
    /// The state and why it is so; empty where nobody said why.
    pub(super) state: Shown,
    pub(super) detail: Shown,
    pub(super) check: Vec<Shown>,
    pub(super) figures: Vec<Figure>,
    pub(super) more_figures: Vec<Figure>,
    /// Codes in the evidence that name a cause.
    pub(super) codes: Vec<Note>,
    pub(super) affected_total: String,
    /// Affected objects; none where they would only say the subject again.
    pub(super) affected: Vec<OnNode>,
    pub(super) more_affected: Vec<OnNode>,
    pub(super) more_count: usize,
}

/// Affected objects of one node.
pub(super) struct OnNode {
    /// The node; empty where it is unknown, or said already.
    pub(super) node: Shown,
    pub(super) objects: Vec<Shown>,
}

/// The findings in groups.
pub(super) fn groups(findings: &[view::Finding]) -> Vec<Group> {
    let states = [State::Active, State::Unknown, State::Resolved];
    let of_state = states.into_iter().filter_map(|state| {
        let wanted = |f: &view::Finding| f.state == state && f.severity > Severity::Info;
        let (id, title, short) = match state {
            State::Active => ("state-active", "Active at capture time", "Active"),
            State::Unknown => ("state-unknown", "May still be active", "May be active"),
            State::Resolved => ("state-resolved", "Ended before capture", "Ended"),
        };
        group(findings, wanted, [id, title, short, ""])
    });
    let notes = group(
        findings,
        |finding| finding.severity == Severity::Info,
        [
            "state-note",
            "Notes",
            "Notes",
            "Not problems in themselves: known issues of the versions in use, and facts that may explain other findings.",
        ],
    );
    of_state.chain(notes).collect()
}

/// The wanted findings by rule, in the order in which each rule comes first; `words` are the
/// group's id, title, short title and lead.
fn group(
    findings: &[view::Finding],
    wanted: impl Fn(&view::Finding) -> bool,
    words: [&'static str; 4],
) -> Option<Group> {
    let mut rules: Vec<Vec<&view::Finding>> = Vec::new();
    let mut place = BTreeMap::new();
    for finding in findings.iter().filter(|finding| wanted(finding)) {
        // A rule may be raised to another severity for one subject; these do not share a heading.
        let key = (finding.rule.as_str(), finding.severity);
        let at = *place.entry(key).or_insert_with(|| {
            rules.push(Vec::new());
            rules.len() - 1
        });
        if let Some(of_rule) = rules.get_mut(at) {
            of_rule.push(finding);
        }
    }
    let count = rules.iter().map(Vec::len).sum();
    let [id, title, short, lead] = words;
    (count > 0).then(|| Group {
        id,
        title,
        short,
        lead,
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
        closed: first.state == State::Resolved || first.severity <= Severity::Low,
        about: about(findings),
        explain: paragraphs(&first.explain),
        disprove: paragraphs(&first.disprove),
        remedy: first.remedy.iter().map(prose).collect(),
        references: all_shown(&first.references),
        affected_versions: all_shown(&first.affected_versions),
        fixed_versions: all_shown(&first.fixed_versions),
        several: findings.len() > 1,
        titles_differ: findings.iter().any(|f| f.title != first.title),
        open,
        folded,
    })
}

/// Whom a rule was found for, and when.
fn about(findings: &[&view::Finding]) -> Shown {
    let whom = match findings {
        [one] => one.subject.label(),
        several => plural(several.len(), "subject"),
    };
    let first = findings.iter().filter_map(|f| f.first_seen.as_deref());
    let last = findings.iter().filter_map(|f| f.last_seen.as_deref());
    shown(match when(first.min(), last.max()) {
        time if time.is_empty() => whom,
        time => format!("{whom}, {time}"),
    })
}

/// From first to last; empty where there is no time.
fn when(first: Option<&str>, last: Option<&str>) -> String {
    match (first, last) {
        (None, None) => String::new(),
        (first, last) => span(first, last),
    }
}

/// Marks many texts for showing.
fn all_shown(texts: &[String]) -> Vec<Shown> {
    texts.iter().map(shown).collect()
}

/// A state in words.
pub(super) fn state_words(state: State) -> &'static str {
    match state {
        State::Active => "active",
        State::Unknown => "may still be active",
        State::Resolved => "ended",
    }
}

/// A text as paragraphs; lines within one flow together.
fn paragraphs(text: &str) -> Vec<Prose> {
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
    paragraphs.into_iter().map(prose).collect()
}

/// One finding.
fn finding(finding: &view::Finding) -> Finding {
    let only_itself = finding.affected_total == 1
        && finding
            .affected
            .iter()
            .all(|object| *object == finding.subject);
    let objects: &[view::Subject] = if only_itself { &[] } else { &finding.affected };
    let (first, rest) = objects.split_at(objects.len().min(AFFECTED));
    let known = finding.subject.node.as_deref();
    let mut figures = figures(&finding.citations);
    let more_figures = figures.split_off(figures.len().min(FIGURES));
    Finding {
        id: shown(&finding.fingerprint),
        title: shown(&finding.title),
        subject: shown(finding.subject.label()),
        node: finding.subject.node.as_ref().map(shown),
        count: number(finding.count),
        when: when(finding.first_seen.as_deref(), finding.last_seen.as_deref()),
        state: shown(if finding.state_reason.is_empty() {
            String::new()
        } else {
            format!("{}: {}", state_words(finding.state), finding.state_reason)
        }),
        detail: shown(&finding.detail),
        check: all_shown(&finding.check),
        figures,
        more_figures,
        codes: finding.codes.clone(),
        affected_total: number(finding.affected_total as u64),
        affected: by_node(first, known),
        more_affected: by_node(rest, known),
        more_count: rest.len(),
    }
}

/// Affected objects by node, so that its name is said once, and not at all where the finding says
/// it: it names `known`.
fn by_node(objects: &[view::Subject], known: Option<&str>) -> Vec<OnNode> {
    let mut nodes: BTreeMap<&str, Vec<Shown>> = BTreeMap::new();
    for object in objects {
        let node = object.node.as_deref().filter(|&node| {
            let itself = object.kind == "Node" && object.name == node;
            !itself && Some(node) != known
        });
        let of_node = nodes.entry(node.unwrap_or_default()).or_default();
        of_node.push(shown(object.label()));
    }
    nodes
        .into_iter()
        .map(|(node, objects)| OnNode {
            node: shown(node),
            objects,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_rule_text_flow_into_paragraphs() {
        let texts: Vec<_> = paragraphs("a\nb\n\n\n c ")
            .iter()
            .map(Prose::to_string)
            .collect();
        assert_eq!(texts, ["a b", "c"]);
    }

    #[test]
    fn affected_objects_stand_below_their_node_unless_it_is_said_already() {
        let object = |kind: &str, name: &str, node: Option<&str>| view::Subject {
            kind: kind.to_owned(),
            namespace: String::new(),
            name: name.to_owned(),
            node: node.map(str::to_owned),
        };
        let objects = [
            object("Pod", "a", Some("n2")),
            object("Pod", "b", Some("n1")),
            object("Node", "n3", Some("n3")),
            object("Pod", "c", Some("n2")),
        ];
        let told = |known| {
            let nodes = by_node(&objects, known);
            let told = nodes
                .iter()
                .map(|on| (on.node.to_string(), on.objects.len()));
            told.collect::<Vec<_>>()
        };
        let expect = |rows: &[(&str, usize)]| -> Vec<(String, usize)> {
            rows.iter().map(|&(node, n)| (node.to_owned(), n)).collect()
        };
        assert_eq!(told(None), expect(&[("", 1), ("n1", 1), ("n2", 2)]));
        assert_eq!(told(Some("n2")), expect(&[("", 3), ("n1", 1)]));
    }
}
