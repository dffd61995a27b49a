//! Pods that the scheduler found no node for.

use crate::diagnose::finding::State;
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::observe::members;
use crate::diagnose::scene::{Scene, base_name};
use crate::kube::{Condition, Detail, Node, Object, Pod, Taint};
use crate::rules::MatcherId;
use crate::severity::Severity;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The rule that knows the lines in which the scheduler places pods.
const BOUND: &str = "noise-pod-placed";
/// Reason of the event with which the scheduler refuses a pod.
pub(super) const REFUSED: &str = "FailedScheduling";
/// Reasons in the scheduler's message that another pod gives, and takes away when it goes.
const BY_OTHERS: [&str; 2] = ["pod anti-affinity", "free ports"];

/// The rule about resources that are short.
const RESOURCES: &str = "sched-insufficient-resources";
/// The rules that say why no node takes a pod.
pub(in crate::diagnose) const REASONS: &[&str] = &[
    RESOURCES,
    "sched-nodes-not-ready",
    "sched-nodes-cordoned",
    "sched-nodes-under-pressure",
    "sched-nodes-uninitialized",
    "sched-no-node-with-labels",
    "sched-pods-keep-apart",
    "sched-taint-affinity",
];

/// Whether this rule gives a reason other than resources.
pub(super) fn gives_other_reason(rule: &str) -> bool {
    rule != RESOURCES && REASONS.contains(&rule)
}

/// Pods whose `PodScheduled` condition says that no node takes them, with that condition. A pod
/// with a scheduling gate waits because somebody wants it to.
pub(super) fn pods(scene: Scene<'_>) -> impl Iterator<Item = (&Object, &Pod, &Condition)> {
    let pods = scene.evidence.index.pods();
    pods.filter_map(|(object, pod)| Some((object, pod, refused(pod)?)))
}

/// The condition of an object that is such a pod.
pub(super) fn condition(object: &Object) -> Option<&Condition> {
    match &object.detail {
        Detail::Pod(pod) => refused(pod),
        _ => None,
    }
}

/// The condition that says that no node takes a pod.
fn refused(pod: &Pod) -> Option<&Condition> {
    pod.conditions.iter().find(|condition| {
        condition.kind == "PodScheduled"
            && condition.status == "False"
            && condition.reason != "SchedulingGated"
    })
}

/// The taints of a node that keep a pod away.
pub(super) fn untolerated<'a>(node: &'a Node, pod: &'a Pod) -> impl Iterator<Item = &'a Taint> {
    node.taints.iter().filter(|taint| {
        taint.keeps_away() && !pod.tolerations.iter().any(|own| own.lets_pass(taint))
    })
}

/// What the rest of a bundle tells of the pods whose objects say that they wait: collectors read
/// the lists of pods minutes before the last log.
pub(super) struct Waiting<'e> {
    scene: Scene<'e>,
    /// By namespace and name of each pod that waits.
    told: BTreeMap<(&'e str, &'e str), Told<'e>>,
}

/// What is told of one pod that waits.
#[derive(Default)]
struct Told<'e> {
    /// When the scheduler last refused it a node.
    refused: Option<Timestamp>,
    /// What it said then; described pods have it nowhere else.
    message: Option<(Option<Timestamp>, &'e str)>,
    /// When it first refused it.
    first_refused: Option<Timestamp>,
    /// Since when its object says so.
    since: Option<Timestamp>,
    /// Whether no earlier pod had its name: of `web-0` the kubelet still speaks when it is gone.
    unique: bool,
    /// The first sign after that that it has a node, and what shows it.
    placed: Option<(Timestamp, String)>,
}

impl Told<'_> {
    /// Notes a sign that the pod has a node; what is older than the refusal shows nothing.
    fn note(&mut self, at: Option<Timestamp>, told_by: impl FnOnce() -> String) {
        let Some(at) = at.filter(|at| self.since.is_some_and(|since| *at >= since)) else {
            return;
        };
        if self.placed.as_ref().is_none_or(|(first, _)| at < *first) {
            self.placed = Some((at, told_by()));
        }
    }
}

impl<'e> Waiting<'e> {
    /// Reads events and logs once, where any pod waits.
    pub(super) fn of(scene: Scene<'e>) -> Self {
        let mut told: BTreeMap<(&str, &str), Told<'_>> = BTreeMap::new();
        for (object, _, condition) in pods(scene) {
            let key = object.key();
            let own = told.entry((&key.namespace, &key.name)).or_default();
            own.since = condition.since;
            own.unique = base_name(&key.name) != key.name;
        }
        let evidence = scene.evidence;
        if told.is_empty() {
            return Self { scene, told };
        }
        for event in &evidence.events {
            let key = &event.object;
            let own = told.get_mut(&(&*key.namespace, &*key.name));
            let Some(own) = own.filter(|_| key.kind == "Pod") else {
                continue;
            };
            if event.reason == REFUSED {
                own.refused = own.refused.max(event.last);
                own.message = own.message.max(Some((event.last, &event.message)));
                let begins = [own.first_refused, event.first];
                own.first_refused = begins.into_iter().flatten().min();
            } else if own.unique && event.component == "kubelet" || event.reason == "Scheduled" {
                own.note(event.last, || {
                    format!("event {} mentions a node", event.reason)
                });
            }
        }
        for hit in evidence.logs.iter().flat_map(|log| &log.hits) {
            let (Some(namespace), Some(pod)) = (&hit.about.namespace, &hit.about.pod) else {
                continue;
            };
            let Some(own) = told.get_mut(&(&**namespace, &**pod)) else {
                continue;
            };
            if own.unique && hit.component == Some("kubelet") || binds(scene, hit.matcher) {
                let who = hit.component.unwrap_or("kube-scheduler");
                own.note(hit.last, || format!("the log of {who} shows it on a node"));
            } else if hit.component == Some("kube-scheduler") {
                own.refused = own.refused.max(hit.last);
            }
        }
        Self { scene, told }
    }

    /// The replica that a pod waits for, which it is to replace.
    pub(super) fn replaces(&self, object: &Object, condition: &Condition) -> Option<String> {
        let key = object.key();
        let told = self.told.get(&(&*key.namespace, &*key.name));
        let said = told.and_then(|told| told.message);
        let message = match (condition.message.as_str(), said) {
            ("", Some((_, said))) => said,
            (message, _) => message,
        };
        let since = condition
            .since
            .or_else(|| told.and_then(|told| told.first_refused));
        waits_for(self.scene, object, message, since)
    }

    /// The clue of a pod that no node took when its list was read, with what the rest of the
    /// bundle knows of it: when it was last so, whether it ended, and whether it only waits for a
    /// replica that is going.
    pub(super) fn judged(&self, object: &Object, condition: &Condition, mut clue: Clue) -> Clue {
        let (scene, key) = (self.scene, object.key());
        let told = self.told.get(&(&*key.namespace, &*key.name));
        // A pod that waits for long is refused ever more rarely: then its object counts.
        let newest = condition.since.max(told.and_then(|told| told.refused));
        let newest = newest
            .filter(|last| members::just_now(scene, Some(*last)))
            .or(scene.evidence.capture.at);
        if let Some((at, told_by)) = told.and_then(|told| told.placed.as_ref()) {
            let last = newest.map(|last| last.min(*at));
            let at = at.strftime("%H:%M:%S UTC");
            let reason = format!("{told_by} at {at}, after its list was read");
            return clue
                .seen(condition.since, last)
                .in_state(State::Resolved, reason);
        }
        clue = clue.seen(condition.since, newest);
        if let Some(old) = self.replaces(object, condition) {
            clue.severity = Some(Severity::Info);
            let waits = format!("a rollout: it waits for the old replica {old} to be removed");
            let detail = match clue.detail.as_str() {
                "" => waits,
                detail => format!("{waits}; {detail}"),
            };
            return clue.detailed(detail);
        }
        // Beside a pod that waits for a rollout this one counts as the rule says.
        let rule = scene.rules.rule(&clue.rule);
        clue.severity = clue.severity.or(rule.map(|rule| rule.severity));
        clue
    }
}

/// Whether a matcher belongs to the rule that knows the lines in which the scheduler places pods.
fn binds(scene: Scene<'_>, matcher: MatcherId) -> bool {
    let rule = scene.rules.rule_of(matcher);
    rule.is_some_and(|rule| *rule.id == *BOUND)
}

/// The replica that a waiting pod of the same workload takes the place of: one on a node, that is
/// being deleted just now, while rules that only other pods can break keep the new one away.
fn waits_for(
    scene: Scene<'_>,
    object: &Object,
    message: &str,
    since: Option<Timestamp>,
) -> Option<String> {
    let by_others = BY_OTHERS.iter().any(|why| message.contains(why));
    if !by_others || !members::rolls_out(scene, since) {
        return None;
    }
    let index = &scene.evidence.index;
    let owner = index.root_owner(object.key());
    let going = |other: &Object| match (other.meta.deleted, other.meta.deletion_age) {
        (Some(at), _) => members::just_now(scene, Some(at)),
        (None, Some(age)) => members::just_now(scene, scene.evidence.ago(&other.path, age)),
        (None, None) => false,
    };
    let mut siblings = index
        .pods_of(&object.key().namespace)
        .filter(|(other, pod)| {
            other.key() != object.key()
                && pod.node.is_some()
                && going(other)
                && index.root_owner(other.key()) == owner
        });
    let (old, _) = siblings.next().filter(|_| owner.kind != "Pod")?;
    Some(old.key().name.clone())
}

#[cfg(test)]
mod tests {
    use super::BOUND;
    use crate::rules::RuleSet;

    #[test]
    fn the_rule_of_placed_pods_exists() {
        let rules = RuleSet::builtin();
        assert!(rules.rule(BOUND).is_some());
    }
}
