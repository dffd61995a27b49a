//! Pods that a table of `kubectl get pods` shows in a state that is not running.
//!
//! A row has no conditions, times or reasons, so what the other checks look at is not there. States
//! with a check of their own (back-offs, evictions, kills for memory) are left to it, and what every
//! pod goes through has to take longer than a start.

use super::waiting::counted_restarts;
use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::{Listed, Object};
use crate::severity::Severity;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "pod-listed-not-running",
    needs: &[Need::Objects("Pod")],
    run,
};

/// Seconds that a start or an end may take.
const START: i64 = 15 * 60;

/// Restarts from which on a container that runs keeps failing, if the last was a short time ago.
const OFTEN: u64 = 20;

/// Seconds for which a container has run that will not stay.
const JUST_RESTARTED: i64 = 10 * 60;

/// Looks at the rows.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let pods = scene.evidence.index.pods();
    pods.filter_map(|(object, pod)| clue(scene, object, pod.listed.as_ref()?))
        .collect()
}

/// The clue of one row; `None` where it shows nothing, or another check reads it.
fn clue(scene: Scene<'_>, object: &Object, row: &Listed) -> Option<Clue> {
    let severity = severity(row)?;
    let mut said = vec![
        format!("STATUS {}", row.status),
        format!("{} of {} containers ready", row.ready, row.all),
    ];
    if row.restarts > 0 {
        said.push(counted_restarts(row.restarts));
    }
    if let Some(age) = &row.age {
        said.push(format!("age {age}"));
    }
    let mut clue = Clue::status(CHECK.id, scene, object)
        .citing(object, "status.phase", None)
        .detailed(said.join(", "));
    clue.severity = Some(severity);
    Some(clue)
}

/// How bad a row is.
fn severity(row: &Listed) -> Option<Severity> {
    let old = row.seconds.is_none_or(|age| age >= START);
    let not_ready = row.ready < row.all;
    let just_restarted = row.restarted.is_some_and(|ago| ago < JUST_RESTARTED);
    match row.status.as_str() {
        "Error" | "Failed" | "Unknown" | "ContainerStatusUnknown" | "Init:Error" => {
            Some(Severity::Medium)
        }
        status if status.starts_with("Init:ExitCode") || status.starts_with("ExitCode:") => {
            Some(Severity::Medium)
        }
        "Pending" | "ContainerCreating" | "PodInitializing" | "Terminating" | "NotReady" => {
            old.then_some(Severity::Medium)
        }
        status if status.starts_with("Init:") && status.contains('/') => {
            old.then_some(Severity::Medium)
        }
        "Running" if not_ready && (old || just_restarted) => Some(Severity::Medium),
        "Running" if row.restarts >= OFTEN && just_restarted => Some(Severity::Low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(status: &str, ready: u64, restarts: u64, minutes: i64, ago: Option<i64>) -> Listed {
        Listed {
            status: status.to_owned(),
            ready,
            all: 1,
            restarts,
            age: None,
            seconds: Some(minutes * 60),
            restarted: ago.map(|ago| ago * 60),
        }
    }

    #[test]
    fn rows_are_judged_by_their_state_and_how_long_a_start_takes() {
        for (row, expected) in [
            (row("Error", 0, 0, 1, None), Some(Severity::Medium)),
            (row("Init:Error", 0, 0, 1, None), Some(Severity::Medium)),
            (row("Pending", 0, 0, 25, None), Some(Severity::Medium)),
            (row("Pending", 0, 0, 2, None), None),
            (row("Init:0/1", 0, 0, 25, None), Some(Severity::Medium)),
            (
                row("Running", 0, 147, 8_000, Some(6)),
                Some(Severity::Medium),
            ),
            (row("Running", 1, 299, 8_000, Some(3)), Some(Severity::Low)),
            (row("Running", 1, 299, 8_000, Some(3_000)), None),
            (row("Running", 1, 0, 8_000, None), None),
            (row("Completed", 0, 0, 8_000, None), None),
            (row("CrashLoopBackOff", 0, 9, 8_000, Some(3)), None),
        ] {
            assert_eq!(severity(&row), expected, "{row:?}");
        }
    }
}
