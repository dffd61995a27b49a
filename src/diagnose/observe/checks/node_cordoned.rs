//! Nodes that take no new pods because somebody cordoned them.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::observe::members::counted;
use crate::diagnose::observe::unplaced;
use crate::diagnose::scene::Scene;
use crate::severity::Severity;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "node-cordoned",
    needs: &[Need::Objects("Node")],
    run,
};

/// The word with which the scheduler counts cordoned nodes in its message.
const UNSCHEDULABLE: &str = "were unschedulable";

/// Looks at `spec.unschedulable`, and at pods that wait because of it.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let waiting: Vec<_> = unplaced::pods(scene)
        .filter(|(_, _, condition)| condition.message.contains(UNSCHEDULABLE))
        .collect();
    let mut clues = Vec::new();
    for (object, node) in scene.evidence.index.nodes() {
        if !node.unschedulable {
            continue;
        }
        let mut clue = Clue::status(CHECK.id, scene, object)
            .citing(object, "spec.unschedulable", None)
            .seen(None, scene.evidence.capture.at);
        clue = match waiting.first() {
            None => clue.detailed("it accepts no new pods; no pod is pending because of it"),
            Some((pod, _, condition)) => {
                clue.severity = Some(Severity::High);
                clue.detailed(format!(
                    "{} unscheduled; the scheduler lists cordoned nodes among the reasons",
                    counted(waiting.len(), "pod")
                ))
                .citing(
                    pod,
                    &format!("{}.message", condition.path()),
                    condition.since,
                )
            }
        };
        clues.push(clue);
    }
    clues
}
