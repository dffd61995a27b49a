//! Pods that no node takes, with the scheduler's reasons and, for resources, the arithmetic.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::observe::fit::Room;
use crate::diagnose::observe::unplaced;
use crate::diagnose::scene::Scene;
use crate::kube::Object;
use crate::rules::MatcherId;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "pod-unschedulable",
    needs: &[Need::Objects("Pod")],
    run,
};

/// The matchers of rules that hit a pod's condition and give a reason other than resources.
fn told_by(scene: Scene<'_>, object: &Object) -> Box<[MatcherId]> {
    let hits = object.hits.iter().map(|hit| hit.matcher);
    hits.filter(|matcher| {
        let rule = scene.rules.rule_of(*matcher);
        rule.is_some_and(|rule| unplaced::gives_other_reason(&rule.id))
    })
    .collect()
}

/// Looks at the condition that the scheduler writes. Where that is all told by a specific rule, this
/// check has nothing to add; where resources are short, it has the arithmetic.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let room = Room::left(scene);
    let waiting = unplaced::Waiting::of(scene);
    unplaced::pods(scene)
        .map(|(object, pod, condition)| {
            let detail = match room.lacks(pod, &condition.message) {
                Some(lacks) => format!("{lacks}; {}", condition.message),
                None => condition.message.clone(),
            };
            let mut clue = Clue::status(CHECK.id, scene, object);
            if !condition.message.contains("Insufficient ") {
                clue.silenced_by = told_by(scene, object);
            }
            let path = format!("{}.message", condition.path());
            let clue = clue.citing(object, &path, condition.since).detailed(detail);
            waiting.judged(object, condition, clue)
        })
        .collect()
}
