//! Evaluates rule files: hits of their matchers become clues, if the rule's conditions hold.

use super::checks;
use super::clue::{Authority, Clue, Scene};
use super::finding::{Citation, State, Subject};
use super::state;
use super::unplaced::{self, Waiting};
use crate::evidence::{LogHit, LogSource};
use crate::kube::{Detail, Event, Object, ObjectKey, TextHit};
use crate::rules::syntax::{Require, Requires};
use crate::rules::version::VersionRange;
use crate::rules::{Kind, Matcher, MatcherId, Rule};
use crate::severity::{Confidence, Severity};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Components whose logs speak of other objects, not of themselves.
const CONTROLLERS: [&str; 4] = [
    "cloud-controller-manager",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
];

/// Clues of all rules' matchers, and the number of lines that each noise rule explains.
pub(super) fn evaluate(scene: Scene<'_>) -> (Vec<Clue>, BTreeMap<String, u64>) {
    let mut hits = Hits::default();
    for source in &scene.evidence.logs {
        for hit in &source.hits {
            hits.add(scene, hit.matcher, hit.count, || {
                log_clue(scene, source, hit)
            });
        }
    }
    for event in &scene.evidence.events {
        for hit in &event.hits {
            hits.add(scene, hit.matcher, event.count, || {
                event_clue(scene, event, hit)
            });
        }
    }
    let waiting = Waiting::of(scene);
    for object in scene.evidence.index.iter() {
        for hit in &object.hits {
            hits.add(scene, hit.matcher, 1, || {
                object_clue(scene, &waiting, object, hit)
            });
        }
    }
    let mut clues: Vec<Clue> = Vec::new();
    for rule in scene
        .rules
        .rules()
        .iter()
        .filter(|rule| checks::hits_are_clues(&rule.id) && rule.predicate.is_none())
    {
        let fired: BTreeMap<MatcherId, Vec<Clue>> = rule
            .matchers()
            .filter_map(|id| hits.clues.remove(&id).map(|clues| (id, clues)))
            .collect();
        clues.extend(rule_clues(scene, rule, fired));
    }
    // A specific rule that held in the end explains the lines that it shares with a general one.
    let found: BTreeSet<String> = clues.iter().map(|clue| clue.rule.clone()).collect();
    clues.retain(|clue| {
        !clue
            .silenced_by
            .iter()
            .any(|matcher| found.contains(&rule_id(scene, *matcher)))
    });
    (clues, hits.noise)
}

/// Hits so far.
#[derive(Default)]
struct Hits {
    clues: BTreeMap<MatcherId, Vec<Clue>>,
    noise: BTreeMap<String, u64>,
}

impl Hits {
    /// Counts a hit of a noise rule, or keeps the clue of another.
    fn add(
        &mut self,
        scene: Scene<'_>,
        matcher: MatcherId,
        count: u64,
        clue: impl FnOnce() -> Clue,
    ) {
        let Some(rule) = scene.rules.rule_of(matcher) else {
            return;
        };
        if rule.kind == Kind::Noise {
            *self.noise.entry(rule.id.to_string()).or_default() += count;
        } else {
            self.clues.entry(matcher).or_default().push(clue());
        }
    }
}

/// The clues of one rule, if as many of its matchers fired as it requires and its version fits.
fn rule_clues(
    scene: Scene<'_>,
    rule: &Rule,
    mut fired: BTreeMap<MatcherId, Vec<Clue>>,
) -> Vec<Clue> {
    fired.retain(|id, clues| often_enough(scene, *id, clues));
    if fired.is_empty() || (rule.require == Require::All && fired.len() < rule.matchers().len()) {
        return version_clue(scene, rule).into_iter().collect();
    }
    let mut clues: Vec<Clue> = fired.into_values().flatten().collect();
    for clue in &mut clues {
        // The symptom inside the affected range is the known issue; outside it is something alike.
        if let Some((fits, version)) = version_fits(scene, rule, &clue.affected) {
            let (confidence, detail) = if fits {
                (
                    Confidence::High,
                    format!("{version} is in the affected range"),
                )
            } else {
                (
                    Confidence::Low,
                    format!(
                        "{version} is outside of the affected range: it may be something alike"
                    ),
                )
            };
            clue.confidence = Some(confidence);
            if clue.detail.is_empty() {
                clue.detail = detail;
            }
        }
    }
    clues
}

/// Whether a matcher with a rate was hit that often within its time by one writer or object.
fn often_enough(scene: Scene<'_>, id: MatcherId, clues: &mut Vec<Clue>) -> bool {
    let Some(rate) = scene.rules.matcher(id).and_then(Matcher::rate) else {
        return true;
    };
    let within = rate
        .within
        .and_then(|within| SignedDuration::try_from(within).ok());
    clues.retain(|clue| match (within, rate_times(scene, id, clue)) {
        (Some(within), Some(times)) if !times.is_empty() => {
            let span = usize::try_from(rate.at_least)
                .unwrap_or(usize::MAX)
                .saturating_sub(1);
            times
                .iter()
                .zip(times.iter().skip(span))
                .any(|(first, last)| last.duration_since(*first) <= within)
        }
        _ => clue.count >= rate.at_least,
    });
    !clues.is_empty()
}

/// Times of the log hits that a clue was made of.
fn rate_times(scene: Scene<'_>, id: MatcherId, clue: &Clue) -> Option<Vec<Timestamp>> {
    if clue.authority != Authority::Log {
        return None;
    }
    let path = &clue.citations.first()?.path;
    let sources = scene
        .evidence
        .logs
        .iter()
        .filter(|source| source.path == *path);
    let mut times: Vec<_> = sources
        .flat_map(|source| &source.hits)
        .filter(|hit| hit.matcher == id)
        .flat_map(|hit| hit.times.iter().copied())
        .collect();
    times.sort_unstable();
    Some(times)
}

/// Whether the version that a symptom was seen with is in the rule's range, and the version:
/// the node's own for the kubelet, else any in the bundle. `None` where the rule has no range or
/// the bundle does not say.
fn version_fits(scene: Scene<'_>, rule: &Rule, affected: &Subject) -> Option<(bool, String)> {
    let range = rule.version.as_ref()?;
    if let Some(own) = own_kubelet(scene, affected).filter(|_| range.component == "kubelet") {
        return Some((range.affects(own) == Some(true), format!("kubelet {own}")));
    }
    let versions = scene.evidence.inventory.judged(&range.component);
    let fitting = versions
        .iter()
        .find(|fact| range.affects(&fact.version) == Some(true));
    let named = fitting.or(versions.first())?;
    let words = format!("{} {}", range.component, named.version);
    Some((fitting.is_some(), words))
}

/// The kubelet's version on the node that something was seen on.
fn own_kubelet<'a>(scene: Scene<'a>, affected: &Subject) -> Option<&'a str> {
    let node = match affected.kind.as_str() {
        "Node" => &affected.name,
        _ => affected.node.as_ref()?,
    };
    match &scene
        .evidence
        .index
        .get(&ObjectKey::new("Node", "", node))?
        .detail
    {
        Detail::Node(node) => node.kubelet_version.as_deref(),
        _ => None,
    }
}

/// The heads-up of a known issue that is told by the version alone.
fn version_clue(scene: Scene<'_>, rule: &Rule) -> Option<Clue> {
    let here = |range: &&VersionRange| range.provider.is_none() || scene.evidence.in_azure();
    let range = rule
        .version
        .as_ref()
        .filter(|range| range.requires == Requires::Version)
        .filter(here)?;
    let versions = scene.evidence.inventory.judged(&range.component);
    let affected: Vec<_> = versions
        .into_iter()
        .filter(|fact| range.affects(&fact.version) == Some(true))
        .collect();
    let first = affected.first()?;
    Some(Clue {
        rule: rule.id.to_string(),
        subject: Subject::cluster(),
        affected: Subject::cluster(),
        count: 1,
        first: None,
        last: None,
        citations: vec![Citation {
            path: first.path.clone(),
            time: None,
            snippet: first.snippet.clone(),
        }],
        state: (
            State::Active,
            format!("{} is in use at capture time", first.version),
        ),
        authority: Authority::Status,
        detail: format!(
            "{} {} is in the affected range; no symptom was seen",
            range.component, first.version
        ),
        values: BTreeMap::new(),
        silenced_by: Box::default(),
        severity: None,
        confidence: None,
    })
}

/// The clue of hits in a log.
pub(super) fn log_clue(scene: Scene<'_>, source: &LogSource, hit: &LogHit) -> Clue {
    let affected = log_subject(scene, source, hit);
    let key = ObjectKey::new(&affected.kind, &affected.namespace, &affected.name);
    let subject = if affected.kind == "Pod" {
        scene.owner_subject(&key)
    } else {
        affected.clone()
    };
    let citations = hit
        .samples
        .iter()
        .map(|(time, snippet, _)| Citation {
            path: source.path.clone(),
            time: *time,
            snippet: snippet.clone(),
        })
        .collect();
    let captures = hit
        .samples
        .first()
        .map(|(_, _, captures)| captures.as_slice())
        .unwrap_or_default();
    let state = log_state(scene, source, hit);
    let passing = state.0 == State::Resolved && state::only_at_start(source, hit);
    Clue {
        rule: rule_id(scene, hit.matcher),
        subject,
        affected,
        count: hit.count,
        first: hit.first,
        last: hit.last,
        citations,
        state,
        authority: Authority::Log,
        detail: String::new(),
        values: values(captures),
        silenced_by: hit.silenced_by.clone(),
        severity: scene
            .rules
            .rule_of(hit.matcher)
            .filter(|_| passing)
            .map(|rule| rule.severity.min(Severity::Low)),
        confidence: None,
    }
}

/// The state of hits in a log. What lasts until somebody mends it is not over because a log is
/// quiet about it: a component may just not have tried again.
fn log_state(scene: Scene<'_>, source: &LogSource, hit: &LogHit) -> (State, String) {
    let (state, reason) = state::of_log(scene, source, hit);
    let persists = scene
        .rules
        .rule_of(hit.matcher)
        .is_some_and(|rule| rule.persists);
    if persists && state == State::Resolved {
        let reason = format!("{reason}; but it lasts until somebody mends it");
        return (State::Unknown, reason);
    }
    (state, reason)
}

/// What a log line is about: the pod that it names, the pod whose log it is, the node, or at
/// least the component.
fn log_subject(scene: Scene<'_>, source: &LogSource, hit: &LogHit) -> Subject {
    let role = &source.role;
    if let (Some(namespace), Some(pod)) = (&hit.about.namespace, &hit.about.pod) {
        return scene.subject(&ObjectKey::new("Pod", namespace, pod));
    }
    if let Some(node) = &hit.about.node {
        return Subject::node(node);
    }
    if let Some(component) = hit.component.filter(|name| CONTROLLERS.contains(name)) {
        // Their logs speak of others: the pod that wrote the line is the wrong one to look at.
        return Subject::component(component, role.node.as_deref());
    }
    if let Some(pod) = &role.pod {
        let namespace = role.namespace.as_deref().unwrap_or_default();
        let subject = scene.subject(&ObjectKey::new("Pod", namespace, pod));
        return Subject {
            node: subject.node.or_else(|| role.node.clone()),
            ..subject
        };
    }
    match (hit.host.as_deref().or(role.node.as_deref()), hit.component) {
        (Some(node), _) => Subject::node(node),
        (None, Some(component)) => Subject::component(component, None),
        (None, None) => Subject::component(source.path.file_name(), None),
    }
}

/// The clue of an event.
fn event_clue(scene: Scene<'_>, event: &Event, hit: &TextHit) -> Clue {
    Clue {
        rule: rule_id(scene, hit.matcher),
        subject: scene.owner_subject(&event.object),
        affected: scene.subject(&event.object),
        count: event.count,
        first: event.first,
        last: event.last,
        citations: vec![Citation {
            path: event.path.clone(),
            time: event.last,
            snippet: hit.snippet.clone(),
        }],
        state: state::of_event(scene, event),
        authority: Authority::Event,
        detail: String::new(),
        values: values(&hit.captures),
        silenced_by: Box::default(),
        severity: None,
        confidence: None,
    }
}

/// The clue of an object's own field or status message.
fn object_clue(scene: Scene<'_>, waiting: &Waiting<'_>, object: &Object, hit: &TextHit) -> Clue {
    let rule = rule_id(scene, hit.matcher);
    let clue = Clue {
        values: values(&hit.captures),
        ..Clue::status(&rule, scene, object)
    };
    let clue = clue.with_citation(&object.path, hit.snippet.clone(), None);
    match scene.evidence.index.health(object.key(), true) {
        // `lastState` and messages of conditions that are met again speak of the past.
        crate::evidence::Health::Healthy => clue.in_state(
            State::Resolved,
            format!("{} is healthy at capture time", object.key()),
        ),
        _ => match unplaced::condition(object) {
            Some(condition) => waiting.judged(object, condition, clue),
            None => clue,
        },
    }
}

/// Id of a matcher's rule.
fn rule_id(scene: Scene<'_>, matcher: MatcherId) -> String {
    scene
        .rules
        .rule_of(matcher)
        .map(|rule| rule.id.to_string())
        .unwrap_or_default()
}

/// Named groups as values for placeholders.
fn values(captures: &[(String, String)]) -> BTreeMap<String, String> {
    captures.iter().cloned().collect()
}

/// Drops findings that a more specific rule explains for the same subject.
pub(super) fn drop_superseded(scene: Scene<'_>, findings: &mut Vec<super::Finding>) {
    let mut explained: BTreeMap<(String, Subject), State> = BTreeMap::new();
    for finding in findings.iter() {
        let Some(rule) = scene.rules.rule(&finding.rule) else {
            continue;
        };
        for general in &rule.supersedes {
            let about = (general.to_string(), finding.subject.clone());
            let state = explained.entry(about).or_insert(finding.state);
            *state = finding.state.min(*state);
        }
    }
    // What has ended does not explain what is still so.
    findings.retain(|finding| {
        let about = (finding.rule.clone(), finding.subject.clone());
        explained
            .get(&about)
            .is_none_or(|specific| *specific > finding.state)
    });
}
