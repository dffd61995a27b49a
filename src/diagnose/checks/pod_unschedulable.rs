//! Pods that no node takes, with the scheduler's reasons and, for resources, the arithmetic.

use super::{Check, Need};
use crate::diagnose::clue::{Clue, Scene};
use crate::diagnose::fit::Room;
use crate::diagnose::unplaced;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "pod-unschedulable",
    needs: &[Need::Objects("Pod")],
    run,
};

/// Looks at the condition that the scheduler writes.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let room = Room::left(scene);
    let waiting = unplaced::Waiting::of(scene);
    unplaced::pods(scene)
        .map(|(object, pod, condition)| {
            let detail = match room.lacks(pod, &condition.message) {
                Some(lacks) => format!("{lacks}; {}", condition.message),
                None => condition.message.clone(),
            };
            let clue = Clue::status(CHECK.id, scene, object)
                .citing(
                    object,
                    &format!("{}.message", condition.path()),
                    condition.since,
                )
                .detailed(detail);
            waiting.judged(object, condition, clue)
        })
        .collect()
}
