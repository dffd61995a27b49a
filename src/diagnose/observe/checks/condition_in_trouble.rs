//! Custom resources, and conditions of nodes, that say of themselves that something is wrong.
//!
//! The words are read in [`crate::kube::Trouble`]. What a rule of its own explains on the same
//! object is left to that rule, and what an owner and its owned say is one finding on the owner.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::{Object, ObjectKey, Trouble};
use crate::rules::Kind;
use crate::severity::Severity;
use jiff::{SignedDuration, Timestamp};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "condition-in-trouble",
    needs: &[Need::Conditions],
    run,
};

/// Controllers try again for so long before what they say counts as more than a start.
const START: SignedDuration = SignedDuration::from_mins(10);

/// The result of a run that ended longer ago is history.
const HISTORY: SignedDuration = SignedDuration::from_hours(24);

/// Conditions of objects that may do their work all the same; where they do not, `Ready` or
/// `Available` is False beside them, or whoever needs them says so.
const MAY_WORK: [&str; 3] = ["Degraded is True", "Failed is True", "Fallback is True"];

/// Owners above each other that are looked at; Cluster API has five.
const GENERATIONS: usize = 6;

/// Conditions of nodes that have checks of their own.
const OF_KUBELETS: [&str; 6] = [
    "Ready",
    "DiskPressure",
    "MemoryPressure",
    "PIDPressure",
    "NetworkUnavailable",
    "OutOfDisk",
];

/// Looks at every custom resource, then at the conditions of nodes that are bad when `False`:
/// those that are bad when `True` are node-problem-detector's.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let now = scene.evidence.capture.at;
    let mut clues = Vec::new();
    for object in scene.evidence.index.iter() {
        // What a namespace says while it is deleted, a rule of its own reads.
        if object.key().kind == "Namespace" || is_explained(scene, object) {
            continue;
        }
        let troubles = object.troubles.iter().flatten();
        clues.extend(troubles.filter_map(|trouble| clue(scene, object, trouble, now)));
    }
    for (object, node) in scene.evidence.index.nodes() {
        for condition in &node.conditions {
            let own = condition.status == "False" && condition.is_trouble();
            if own && !OF_KUBELETS.contains(&condition.kind.as_str()) {
                let trouble = Trouble {
                    field: format!("{}.status", condition.path()),
                    said: format!("{} is False", condition.kind),
                    reason: condition.reason.clone(),
                    message: condition.message.clone(),
                    since: condition.since,
                    may_pass: false,
                    ended: None,
                };
                clues.extend(clue(scene, object, &trouble, now));
            }
        }
    }
    clues
}

/// Whether a rule hit a field or message of the object, and says more than this does.
fn is_explained(scene: Scene<'_>, object: &Object) -> bool {
    object.hits.iter().any(|hit| {
        let rule = scene.rules.rule_of(hit.matcher);
        rule.is_some_and(|rule| rule.kind != Kind::Noise && rule.severity >= Severity::Medium)
    })
}

/// The topmost owner that was collected, or the object itself. A custom resource may be owned by one
/// of any kind, of its namespace or of the cluster.
fn owner(scene: Scene<'_>, object: &Object) -> ObjectKey {
    let index = &scene.evidence.index;
    let mut top = object;
    for _ in 0..GENERATIONS {
        let namespaces = [top.key().namespace.as_str(), ""];
        let mut owners = top.meta.owners.iter().flat_map(|owner| {
            namespaces.map(|namespace| ObjectKey::new(&owner.kind, namespace, &owner.name))
        });
        match owners.find_map(|key| index.get(&key)) {
            Some(owner) if owner.key() != top.key() => top = owner,
            _ => break,
        }
    }
    top.key().clone()
}

/// The clue of one trouble; `None` where it is history, or young and may pass.
fn clue(
    scene: Scene<'_>,
    object: &Object,
    trouble: &Trouble,
    now: Option<Timestamp>,
) -> Option<Clue> {
    let age = |at: Option<Timestamp>| Some(now?.duration_since(at?));
    if age(trouble.ended).is_some_and(|age| age > HISTORY) {
        return None;
    }
    let begun = trouble.since.or(object.meta.created);
    let young = age(begun).is_some_and(|age| age < START);
    if young && trouble.may_pass {
        return None;
    }
    let words = match (trouble.reason.as_str(), trouble.message.trim()) {
        ("", "") => trouble.said.clone(),
        (reason, "") => format!("{}: {reason}", trouble.said),
        (_, message) => format!("{}: {message}", trouble.said),
    };
    let mut clue = Clue::status(CHECK.id, scene, object)
        .citing(object, &trouble.field, trouble.since)
        .seen(trouble.since, trouble.ended.or(now))
        .detailed(words);
    if object.troubles.is_some() {
        clue.subject = scene.subject(&owner(scene, object));
    }
    let harmless = MAY_WORK.contains(&trouble.said.as_str());
    clue.severity = Some(
        if trouble.may_pass || young || harmless || trouble.ended.is_some() {
            Severity::Low
        } else {
            Severity::Medium
        },
    );
    Some(clue)
}
