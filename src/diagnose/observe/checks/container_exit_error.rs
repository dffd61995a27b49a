//! Containers that ended with an error and are not in a back-off at the moment.

use super::waiting::counted_restarts;
use super::{Check, Need};
use crate::diagnose::finding::State;
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::observe::members;
use crate::diagnose::scene::Scene;
use crate::kube::{Container, ContainerState, Object, Pod, Terminated};
use crate::severity::Severity;
use jiff::SignedDuration;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "container-exit-error",
    needs: &[Need::Objects("Pod")],
    run,
};

/// A container that ran this long since its last failure has recovered.
const RECOVERED: SignedDuration = SignedDuration::from_hours(1);
/// A container that restarts this often has a problem even while it runs.
const OFTEN: u64 = 5;

/// Looks at the last end of every container; a kill for memory has a check of its own.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut clues = Vec::new();
    for (object, pod) in scene.evidence.index.pods() {
        for container in &pod.containers {
            let (ended, now) = match (&container.state, &container.last_state) {
                (ContainerState::Terminated(ended), _) => (ended, true),
                (ContainerState::Running { .. }, ContainerState::Terminated(ended)) => {
                    (ended, false)
                }
                _ => continue,
            };
            if ended.exit_code != 0 && ended.reason != "OOMKilled" {
                let clue = clue(scene, object, container, ended, now);
                clues.push(if pod.phase == "Failed" {
                    failed_for_good(scene, object, pod, clue)
                } else {
                    clue
                });
            }
        }
    }
    clues
}

/// The clue of a pod that does not start again: it ended where a later pod did the same work.
fn failed_for_good(scene: Scene<'_>, object: &Object, pod: &Pod, clue: Clue) -> Clue {
    match members::done_by_another(scene, object, pod) {
        Some(other) => clue.in_state(
            State::Resolved,
            format!("the pod failed permanently, and the later pod {other} completed its work"),
        ),
        None => clue.in_state(
            State::Unknown,
            "the pod failed permanently; the bundle does not show whether another pod completed its work",
        ),
    }
}

/// The clue of one container that ended.
fn clue(
    scene: Scene<'_>,
    object: &Object,
    container: &Container,
    ended: &Terminated,
    now: bool,
) -> Clue {
    let path = container.status_path().unwrap_or_default();
    let state = if now { "state" } else { "lastState" };
    let mut clue = Clue::status(CHECK.id, scene, object)
        .citing(
            object,
            &format!("{path}.{state}.terminated.exitCode"),
            ended.finished,
        )
        .seen(ended.finished, ended.finished);
    clue.count = container.restarts.max(1);
    clue.values
        .insert("container".into(), container.name.clone());
    let detail = format!(
        "container {} ended with exit code {} ({}), {}",
        container.name,
        ended.exit_code,
        ended.reason,
        counted_restarts(container.restarts)
    );
    let since = scene
        .evidence
        .capture
        .at
        .zip(ended.finished)
        .map(|(at, finished)| at.duration_since(finished));
    clue = if now {
        clue.in_state(
            State::Active,
            "the container is not running at capture time",
        )
    } else if !container.ready {
        clue.in_state(
            State::Active,
            "the container runs again, but is not ready at capture time",
        )
    } else if container.restarts >= OFTEN && since.is_some_and(|since| since < RECOVERED) {
        // It may fail again any minute, and it does not fail now.
        clue.severity = Some(Severity::Medium);
        clue.in_state(
            State::Unknown,
            format!(
                "the container runs and is ready at capture time, after {}, the last one less than an hour before the capture",
                counted_restarts(container.restarts)
            ),
        )
    } else {
        clue.in_state(
            State::Resolved,
            "the container runs and is ready at capture time",
        )
    };
    clue.detailed(detail)
}
