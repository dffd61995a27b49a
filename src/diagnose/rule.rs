//! Evaluates rule files: hits of their matchers become clues, if the rule's conditions hold.

use super::checks;
use super::clue::{Authority, Clue, Scene};
use super::finding::{Citation, Finding, State, Subject};
use super::unplaced::{self, Waiting};
use super::{Window, state};
use crate::evidence::{LogHit, LogSample, LogSource};
use crate::examine::part::About;
use crate::kube::{Detail, Event, Object, ObjectKey, TextHit};
use crate::limits::Limits;
use crate::rules::syntax::{Require, Requires, SubjectOf};
use crate::rules::version::VersionRange;
use crate::rules::{Kind, Matcher, MatcherId, Pattern, Rule, RuleSet};
use crate::severity::{Confidence, Severity};
use jiff::{SignedDuration, Timestamp};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

mod rate;

/// Components whose logs speak of other objects, not of themselves.
const CONTROLLERS: [&str; 4] = [
    "cloud-controller-manager",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
];

/// A line of klog behind an escaped line break: the kubelet and operators quote the last words of
/// a container that ended.
static QUOTED_LOG: LazyLock<Pattern> =
    LazyLock::new(|| Pattern::trusted(r"\\n[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ "));

/// Lines of a controller this close to a line that names an object tell the same.
const SAME_OCCURRENCE: SignedDuration = SignedDuration::from_mins(1);

/// Clues of all rules' matchers, and the number of lines that each noise rule explains.
pub(super) fn evaluate(scene: Scene<'_>) -> (Vec<Clue>, BTreeMap<String, u64>) {
    let mut hits = Hits::default();
    for source in &scene.evidence.logs {
        for hit in &source.hits {
            hits.add(scene, hit.matcher, hit.count, || {
                (Origin::Log(hit), log_clue(scene, source, hit))
            });
        }
    }
    for (place, event) in scene.evidence.events.iter().enumerate() {
        for hit in &event.hits {
            hits.add(scene, hit.matcher, event.count, || {
                (Origin::Event(place), event_clue(scene, event, hit))
            });
        }
    }
    let waiting = Waiting::of(scene);
    for object in scene.evidence.index.iter() {
        for hit in &object.hits {
            hits.add(scene, hit.matcher, 1, || {
                (Origin::Object, object_clue(scene, &waiting, object, hit))
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
        let fired: BTreeMap<MatcherId, Vec<Fired<'_>>> = rule
            .matchers()
            .filter_map(|id| hits.clues.remove(&id).map(|clues| (id, clues)))
            .collect();
        clues.extend(rule_clues(scene, rule, fired));
    }
    (clues, hits.noise)
}

/// For each rule of which something was left out: the rules that tell it in its place.
pub(super) type Explained = BTreeMap<String, BTreeSet<String>>;

/// Drops clues of what specific rules hit as well, where those held in the end: they explain what
/// they share with a general one. Notes whose clues went to whom, as far as they fall into the
/// window.
pub(super) fn drop_silenced(scene: Scene<'_>, clues: &mut Vec<Clue>, window: Window) -> Explained {
    let found: BTreeSet<String> = clues.iter().map(|clue| clue.rule.clone()).collect();
    let mut explained = Explained::new();
    clues.retain(|clue| {
        let by = clue.silenced_by.iter();
        let by = by.map(|matcher| rule_id(scene, *matcher));
        let by: Vec<String> = by.filter(|rule| found.contains(rule)).collect();
        if !by.is_empty() && window.overlaps(clue.first, clue.last) {
            explained
                .entry(clue.rule.clone())
                .or_default()
                .extend(by.iter().cloned());
        }
        by.is_empty()
    });
    explained
}

/// What a clue was made of.
#[derive(Clone, Copy)]
enum Origin<'a> {
    /// Lines of a log.
    Log(&'a LogHit),
    /// The event at this place among all.
    Event(usize),
    /// An object's own field or status message.
    Object,
}

/// A clue of one matcher, and what it was made of.
type Fired<'a> = (Origin<'a>, Clue);

/// Hits so far.
#[derive(Default)]
struct Hits<'a> {
    clues: BTreeMap<MatcherId, Vec<Fired<'a>>>,
    noise: BTreeMap<String, u64>,
}

impl<'a> Hits<'a> {
    /// Counts a hit of a noise rule, or keeps the clue of another.
    fn add(
        &mut self,
        scene: Scene<'_>,
        matcher: MatcherId,
        count: u64,
        clue: impl FnOnce() -> Fired<'a>,
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
    mut fired: BTreeMap<MatcherId, Vec<Fired<'_>>>,
) -> Vec<Clue> {
    fired.retain(|id, fired| {
        if let Some(rate) = scene.rules.matcher(*id).and_then(Matcher::rate) {
            rate::keep_frequent(rate, fired);
        }
        !fired.is_empty()
    });
    if fired.is_empty() || (rule.require == Require::All && fired.len() < rule.matchers().len()) {
        return version_clue(scene, rule).into_iter().collect();
    }
    let mut clues = once_per_event(fired.into_values().flatten());
    drop_faceless(&mut clues);
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

/// The clues, one for each event: two matchers of a rule that know the same event, one its reason
/// and one its words, tell one occurrence.
fn once_per_event<'a>(fired: impl Iterator<Item = Fired<'a>>) -> Vec<Clue> {
    let mut clues: Vec<Clue> = Vec::new();
    let mut known: BTreeMap<usize, usize> = BTreeMap::new();
    for (origin, clue) in fired {
        if let Origin::Event(event) = origin {
            if let Some(same) = known.get(&event).and_then(|place| clues.get_mut(*place)) {
                for (name, value) in clue.values {
                    same.values.entry(name).or_insert(value);
                }
                continue;
            }
            known.insert(event, clues.len());
        }
        clues.push(clue);
    }
    clues
}

/// Drops clues that only know which component wrote the lines, where the rule also names an object
/// that it saw as often within the same minute: a controller tells one failure on several lines,
/// not all of which name the object.
fn drop_faceless(clues: &mut Vec<Clue>) {
    let faceless =
        |clue: &Clue| clue.authority == Authority::Log && clue.subject.kind == "Component";
    if !clues.iter().any(faceless) || clues.iter().all(faceless) {
        return;
    }
    let span = |clue: &Clue| clue.first.zip(clue.last);
    let named: Vec<_> = clues
        .iter()
        .filter(|clue| !faceless(clue))
        .filter_map(|clue| Some((span(clue)?, clue.count)))
        .collect();
    clues.retain(|clue| {
        let Some((first, last)) = span(clue).filter(|_| faceless(clue)) else {
            return true;
        };
        let near = named.iter().filter(|((from, to), _)| {
            from.duration_since(last) <= SAME_OCCURRENCE
                && first.duration_since(*to) <= SAME_OCCURRENCE
        });
        let reach = near.fold(None, |reach: Option<(Timestamp, Timestamp, u64)>, other| {
            let ((from, to), count) = *other;
            Some(match reach {
                Some((begin, end, sum)) => {
                    (begin.min(from), end.max(to), sum.saturating_add(count))
                }
                None => (from, to, count),
            })
        });
        let told = reach.is_some_and(|(begin, end, sum)| {
            sum >= clue.count
                && begin.duration_since(first) <= SAME_OCCURRENCE
                && last.duration_since(end) <= SAME_OCCURRENCE
        });
        !told
    });
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
    let (subject, affected) = log_subject(scene, source, hit);
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
    let at_most = (state.0 == State::Resolved)
        .then(|| worst_of_ended(source, hit))
        .flatten();
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
            .and_then(|rule| Some(rule.severity.min(at_most?))),
        confidence: None,
    }
}

/// How bad what ended can have been at most, where its log says: complaints of a start that went
/// well, or of a time that nobody knows.
fn worst_of_ended(source: &LogSource, hit: &LogHit) -> Option<Severity> {
    if state::only_at_start(source, hit) {
        Some(Severity::Low)
    } else {
        hit.last.is_none().then_some(Severity::Medium)
    }
}

/// The state of hits in a log. What lasts until somebody mends it is not over because a log is
/// quiet about it: a component may just not have tried again.
fn log_state(scene: Scene<'_>, source: &LogSource, hit: &LogHit) -> (State, String) {
    let (state, reason) = if is_writers_own(scene, hit) {
        state::of_log(scene, source, hit, &About::default())
    } else {
        state::of_log(scene, source, hit, &hit.about)
    };
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

/// Whether the lines tell a failure of the component that wrote them, whatever they name: the rule
/// says so, and they do not quote the log of another process.
fn is_writers_own(scene: Scene<'_>, hit: &LogHit) -> bool {
    let rule = scene.rules.rule_of(hit.matcher);
    let quotes = |(_, snippet, _): &LogSample| QUOTED_LOG.is_match(snippet.text.as_bytes());
    rule.is_some_and(|rule| rule.subject == SubjectOf::Writer) && !hit.samples.iter().all(quotes)
}

/// What a log line is about, and the object it was seen on: the object that it names, the pod whose
/// log it is, the node, or at least the component. A rule about the writer's own failure does not
/// ask what the line names.
fn log_subject(scene: Scene<'_>, source: &LogSource, hit: &LogHit) -> (Subject, Subject) {
    let own = is_writers_own(scene, hit);
    let role = &source.role;
    if let Some(key) = state::named(&hit.about).filter(|_| !own) {
        let subject = scene.subject(&key);
        // A kubelet speaks of the pods of its own node, of those as well that are gone.
        let kubelets = hit.component == Some("kubelet") && key.kind == "Pod";
        let host = kubelets.then(|| hit.host.clone().or_else(|| role.node.clone()));
        let affected = Subject {
            node: subject.node.or(host.flatten()),
            ..subject
        };
        return (scene.owner_subject(&key), affected);
    }
    if let Some(node) = hit.about.node.as_ref().filter(|_| !own) {
        return (Subject::node(node), Subject::node(node));
    }
    let pod = role.pod.as_ref().map(|pod| {
        let namespace = role.namespace.as_deref().unwrap_or_default();
        let key = ObjectKey::new("Pod", namespace, pod);
        let affected = scene.subject(&key);
        let node = affected.node.or_else(|| role.node.clone());
        (scene.owner_subject(&key), Subject { node, ..affected })
    });
    if let Some(component) = hit
        .component
        .filter(|name| CONTROLLERS.contains(name) && !own)
    {
        // Their logs speak of others: the pod that wrote the line is the wrong one to blame.
        let node = hit.host.as_deref().or(role.node.as_deref());
        let affected = pod.map_or_else(|| Subject::component(component, node), |(_, pod)| pod);
        return (Subject::component(component, None), affected);
    }
    if let Some(pod) = pod {
        return pod;
    }
    let writer = match (hit.host.as_deref().or(role.node.as_deref()), hit.component) {
        (Some(node), _) => Subject::node(node),
        (None, Some(component)) => Subject::component(component, None),
        (None, None) => Subject::component(source.path.file_name(), None),
    };
    (writer.clone(), writer)
}

/// The clue of an event.
fn event_clue(scene: Scene<'_>, event: &Event, hit: &TextHit) -> Clue {
    Clue {
        rule: rule_id(scene, hit.matcher),
        subject: scene.owner_subject(&event.object),
        affected: event_subject(scene, event),
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

/// The object of an event. Where a pod ran that is gone, its kubelet's events still tell.
fn event_subject(scene: Scene<'_>, event: &Event) -> Subject {
    let subject = scene.subject(&event.object);
    let host = event.host.as_ref();
    let host = host.filter(|_| subject.kind == "Pod" && event.component == "kubelet");
    Subject {
        node: subject.node.or_else(|| host.cloned()),
        ..subject
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
    match crate::evidence::Health::of(object) {
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

/// Drops findings that a more specific one tells of the same subject, and notes which rules tell it.
pub(super) fn drop_superseded(
    scene: Scene<'_>,
    findings: &mut Vec<Finding>,
    explained: &mut Explained,
) {
    let told = superseded(scene.rules, findings);
    for (general, by) in &told {
        if let (Some(general), Some(by)) = (findings.get(*general), findings.get(*by)) {
            let rules = explained.entry(general.rule.clone()).or_default();
            rules.insert(by.rule.clone());
        }
    }
    let mut place = 0..;
    findings.retain(|_| place.next().is_none_or(|place| !told.contains_key(&place)));
}

/// For each finding that a more specific one of the same subject tells as well: the places of both.
/// What is itself told by another silences nothing, so nothing is lost without a finding in its
/// place.
fn superseded(rules: &RuleSet, findings: &[Finding]) -> BTreeMap<usize, usize> {
    // What a rule supersedes, its superiors do as well: so the most specific ones come first.
    let reach = |finding: &Finding| {
        let rule = rules.rule(&finding.rule);
        rule.map_or(0, |rule| rule.supersedes.len())
    };
    let by_status = |finding: &Finding| {
        let rule = rules.rule(&finding.rule);
        rule.is_some_and(|rule| rule.kind == Kind::Check)
    };
    let mut specific_first: Vec<(usize, &Finding)> = findings.iter().enumerate().collect();
    specific_first.sort_by_key(|(_, finding)| Reverse(reach(finding)));
    let mut kept: BTreeMap<&Subject, Vec<(usize, &Finding)>> = BTreeMap::new();
    let mut told = BTreeMap::new();
    for (place, general) in specific_first {
        let kept = kept.entry(&general.subject).or_default();
        let by = kept.iter().find(|(_, specific)| {
            rules.supersedes(&specific.rule, &general.rule)
                && tells(specific, general, by_status(specific), by_status(general))
        });
        if let Some((by, _)) = by {
            told.insert(place, *by);
        } else {
            kept.push((place, general));
        }
    }
    told
}

/// Whether a specific finding tells all that a general one of its subject does; for each of them is
/// said whether a check read it from the status of objects. What has ended does not tell what is
/// still so, nor the harmless what is bad, nor one hour what was so in another, nor one pod what
/// happened to its sister. Of two checks the specific one weighs the same status better.
fn tells(specific: &Finding, general: &Finding, specific_reads: bool, general_reads: bool) -> bool {
    specific.state <= general.state
        && (specific.severity >= general.severity || (specific_reads && general_reads))
        && of_its_pods(specific, general)
        && (quotes_all(specific, general) || in_its_time(specific, general, general_reads))
}

/// Whether a general finding is about no other pods than a specific one, which may be about none.
fn of_its_pods(specific: &Finding, general: &Finding) -> bool {
    let own = pods(specific);
    own.is_empty() || pods(general).is_subset(&own)
}

/// Namespaces and names of the pods that a finding was seen on.
fn pods(finding: &Finding) -> BTreeSet<(&str, &str)> {
    let pods = finding.affected.iter().filter(|one| one.kind == "Pod");
    pods.map(|pod| (pod.namespace.as_str(), pod.name.as_str()))
        .collect()
}

/// Whether a specific finding cites all that a general one does.
fn quotes_all(specific: &Finding, general: &Finding) -> bool {
    general.citations.iter().all(|one| {
        let mut own = specific.citations.iter();
        own.any(|other| (&other.path, other.snippet.line) == (&one.path, one.snippet.line))
    })
}

/// Whether a general finding neither began before a specific one nor went on after it. What is so at
/// capture time goes on; what has no time is of any. A status says since when it is so, the events
/// with the reason only what was seen in the last hour: there both must last, and that is all.
fn in_its_time(specific: &Finding, general: &Finding, by_status: bool) -> bool {
    let lasts = |finding: &Finding| finding.state == State::Active;
    let end = |finding: &Finding| finding.last_seen.filter(|_| !lasts(finding));
    let beyond = |from: Option<Timestamp>, to: Option<Timestamp>| {
        let apart = from.zip(to).map(|(from, to)| to.duration_since(from));
        apart.is_some_and(|apart| apart > Limits::RELEASE.same_finding)
    };
    let cut = by_status && lasts(specific) && lasts(general);
    let earlier = !cut && beyond(general.first_seen, specific.first_seen);
    !earlier && !beyond(end(specific), end(general))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::finding::FindingBuilder;
    use crate::locator::{EntryPath, Snippet};
    use std::sync::LazyLock;

    static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::builtin);

    /// A finding of a node or pod, seen between two times of one morning.
    fn seen(rule: &str, about: &Subject, on: &[&str], from: &str, to: &str) -> Finding {
        let at = |clock: &str| format!("2024-03-01T{clock}Z").parse::<Timestamp>().ok();
        let snippet = Snippet {
            line: 1,
            text: format!("{rule} on {about} at {from}"),
            before: vec![],
            after: vec![],
            matched: (0, 0),
        };
        let pods = on.iter().map(|name| Subject {
            kind: "Pod".into(),
            namespace: "shop".into(),
            name: (*name).into(),
            node: None,
        });
        FindingBuilder::new(RULES.rule(rule).unwrap(), about.clone())
            .state(State::Resolved, String::new())
            .seen(at(from), at(to))
            .cite(Citation {
                path: EntryPath::bundle(&format!("{rule}.log"), false),
                time: None,
                snippet,
            })
            .affects(pods.collect())
            .build()
            .unwrap()
    }

    /// Rules of the findings that are left.
    fn left(findings: &[Finding]) -> Vec<String> {
        let told = superseded(&RULES, findings);
        let left = findings.iter().enumerate();
        left.filter(|(place, _)| !told.contains_key(place))
            .map(|(_, finding)| finding.rule.clone())
            .collect()
    }

    #[test]
    fn a_specific_finding_tells_what_was_so_within_its_time_only() {
        let node = Subject::node("n1");
        let pull = seen("image-pull-network", &node, &[], "09:04:00", "09:07:00");
        for (from, to, stays) in [
            ("09:04:10", "09:06:00", false),
            ("09:00:00", "09:11:00", false),
            ("08:50:00", "09:06:00", true),
            ("09:05:00", "10:30:00", true),
            ("11:00:00", "11:00:00", true),
        ] {
            let lost = seen("apiserver-unreachable-from-node", &node, &[], from, to);
            let kept = left(&[lost, pull.clone()]);
            assert_eq!(kept.len(), if stays { 2 } else { 1 }, "{from} to {to}");
        }
    }

    #[test]
    fn a_finding_of_lower_severity_or_of_another_state_tells_nothing() {
        let node = Subject::node("n1");
        let (from, to) = ("09:00:00", "09:10:00");
        let mount = seen("volume-mount-failed", &node, &[], from, to);
        let harmless = seen("kubelet-object-not-registered", &node, &[], from, to);
        assert_eq!(left(&[mount.clone(), harmless]).len(), 2);
        let share = seen("azurefile-mount-timeout", &node, &[], from, to);
        let both = [mount.clone(), share.clone()];
        assert_eq!(left(&both), ["azurefile-mount-timeout"]);
        let lasting = Finding {
            state: State::Active,
            ..mount
        };
        assert_eq!(left(&[lasting, share]).len(), 2);
    }

    #[test]
    fn a_status_may_reach_further_back_than_the_events_with_its_reason() {
        let pod = Subject {
            kind: "Pod".into(),
            namespace: "shop".into(),
            name: "web-0".into(),
            node: None,
        };
        let lasting = |rule, from| Finding {
            state: State::Active,
            ..seen(rule, &pod, &["web-0"], from, "09:59:00")
        };
        let pull = lasting("image-pull-not-found", "09:40:00");
        let waits = lasting("image-pull-backoff", "08:00:00");
        assert_eq!(left(&[waits, pull]), ["image-pull-not-found"]);
        let pull = lasting("image-pull-network", "09:40:00");
        let lost = lasting("apiserver-unreachable-from-node", "08:00:00");
        assert_eq!(left(&[lost, pull]).len(), 2);
    }

    #[test]
    fn what_another_tells_silences_nothing_itself() {
        let node = Subject::node("n1");
        let pull = seen("image-pull-network", &node, &[], "09:04:00", "09:05:00");
        let lost = seen(
            "apiserver-unreachable-from-node",
            &node,
            &[],
            "09:04:00",
            "09:09:00",
        );
        let status = seen(
            "node-status-update-failed",
            &node,
            &[],
            "09:06:00",
            "09:13:00",
        );
        assert_eq!(
            left(&[lost.clone(), status.clone()]),
            ["apiserver-unreachable-from-node"]
        );
        assert_eq!(
            left(&[lost, status, pull]),
            ["node-status-update-failed", "image-pull-network"]
        );
    }

    #[test]
    fn a_pod_does_not_tell_what_happened_to_its_sister() {
        let owner = Subject {
            kind: "Deployment".into(),
            namespace: "shop".into(),
            name: "web".into(),
            node: None,
        };
        let (from, to) = ("09:00:00", "09:10:00");
        let share = seen("azurefile-mount-timeout", &owner, &["web-a"], from, to);
        let mount = |on| seen("volume-mount-failed", &owner, on, from, to);
        assert_eq!(left(&[mount(&["web-a"]), share.clone()]).len(), 1);
        assert_eq!(left(&[mount(&["web-a", "web-b"]), share]).len(), 2);
    }
}
