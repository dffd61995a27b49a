//! Errors that stand in a cluster-info dump in place of logs.

use super::{Check, Need};
use crate::diagnose::finding::{Citation, State, Subject};
use crate::diagnose::observe::clue::{Authority, Clue};
use crate::diagnose::scene::Scene;
use crate::kube::ObjectKey;
use crate::severity::Severity;
use std::collections::BTreeMap;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "log-fetch-failed",
    needs: &[Need::DumpLogs],
    run,
};

/// Errors that say something about one pod only: its container has no log yet, or is gone.
const ABOUT_THE_POD: [&str; 4] = [
    "is waiting to start",
    "previous terminated container",
    "is terminated",
    "not found",
];

/// Looks at every log that could not be fetched. Where most could not, the way from the API server
/// to the kubelets is broken, and one finding says so for the cluster.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let logs: Vec<_> = scene
        .evidence
        .logs
        .iter()
        .filter(|log| log.role.pod.is_some())
        .collect();
    let failed: Vec<_> = logs
        .iter()
        .filter_map(|log| log.fetch_error.as_ref().map(|error| (log, error)))
        .filter(|(_, error)| !ABOUT_THE_POD.iter().any(|words| error.text.contains(words)))
        .collect();
    let most = failed.len() * 2 > logs.len();
    let severity = if most {
        Severity::High
    } else {
        Severity::Medium
    };
    let detail = format!(
        "{} of {} container logs could not be fetched",
        failed.len(),
        logs.len()
    );
    let clue = |log: &&&crate::evidence::LogSource, error: &crate::locator::Snippet| {
        let key = ObjectKey::new(
            "Pod",
            log.role.namespace.as_deref().unwrap_or_default(),
            log.role.pod.as_deref().unwrap_or_default(),
        );
        Clue {
            rule: CHECK.id.into(),
            subject: Subject::cluster(),
            affected: scene.subject(&key),
            count: 1,
            first: scene.evidence.capture.at,
            last: scene.evidence.capture.at,
            citations: vec![Citation {
                path: log.path.clone(),
                time: None,
                snippet: error.clone(),
            }],
            state: (
                State::Active,
                "the error was reported by the collector at capture time".into(),
            ),
            authority: Authority::Status,
            detail: detail.clone(),
            values: BTreeMap::new(),
            silenced_by: Box::default(),
            severity: Some(severity),
            confidence: None,
        }
    };
    failed.iter().map(|(log, error)| clue(log, error)).collect()
}
