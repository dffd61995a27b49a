//! What one hit of a matcher tells: a line of a log, an event, or a field of an object as a clue.

use crate::diagnose::finding::{Citation, State, Subject};
use crate::diagnose::observe::clue::{Authority, Clue};
use crate::diagnose::observe::state;
use crate::diagnose::observe::unplaced::{self, Waiting};
use crate::diagnose::scene::Scene;
use crate::evidence::{LogHit, LogSample, LogSource};
use crate::examine::part::About;
use crate::kube::{Event, Object, ObjectKey, TextHit};
use crate::rules::Pattern;
use crate::rules::syntax::SubjectOf;
use crate::severity::Severity;
use std::collections::BTreeMap;
use std::sync::LazyLock;

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

/// The places of a log that show a hit.
pub(super) fn citations(source: &LogSource, hit: &LogHit) -> Vec<Citation> {
    let cite = |(time, snippet, _): &LogSample| Citation {
        path: source.path.clone(),
        time: *time,
        snippet: snippet.clone(),
    };
    hit.samples.iter().map(cite).collect()
}

/// The clue of hits in a log.
pub(super) fn log_clue(scene: Scene<'_>, source: &LogSource, hit: &LogHit) -> Clue {
    let (subject, affected) = log_subject(scene, source, hit);
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
        rule: scene.rule_id(hit.matcher),
        subject,
        affected,
        count: hit.count,
        first: hit.first,
        last: hit.last,
        citations: citations(source, hit),
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
        let reason = format!("{reason}; but it persists until somebody fixes it");
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
    if let Some(pod) = hit.about.pod.as_deref().filter(|_| hit.component.is_none()) {
        // `kubectl logs --prefix` names the pod before each line, and no namespace.
        let key = ObjectKey::new("Pod", "", pod);
        return (scene.owner_subject(&key), scene.subject(&key));
    }
    let writer = match (hit.host.as_deref().or(role.node.as_deref()), hit.component) {
        (Some(node), _) => Subject::node(node),
        (None, Some(component)) => Subject::component(component, None),
        (None, None) => Subject::component(source.path.file_name(), None),
    };
    (writer.clone(), writer)
}

/// The clue of an event.
pub(super) fn event_clue(
    scene: Scene<'_>,
    waiting: &Waiting<'_>,
    event: &Event,
    hit: &TextHit,
) -> Clue {
    // The object of a described pod has no message that says why it waits.
    let refused = scene.evidence.index.get(&event.object).and_then(|object| {
        let condition = unplaced::condition(object)?;
        (event.reason == unplaced::REFUSED && condition.message.is_empty())
            .then_some((object, condition))
    });
    let rolls_out =
        refused.is_some_and(|(object, condition)| waiting.replaces(object, condition).is_some());
    Clue {
        rule: scene.rule_id(hit.matcher),
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
        severity: rolls_out.then_some(Severity::Info),
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
pub(super) fn object_clue(
    scene: Scene<'_>,
    waiting: &Waiting<'_>,
    object: &Object,
    hit: &TextHit,
) -> Clue {
    let rule = scene.rule_id(hit.matcher);
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

/// Named groups as values for placeholders.
fn values(captures: &[(String, String)]) -> BTreeMap<String, String> {
    captures.iter().cloned().collect()
}
