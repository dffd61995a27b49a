//! The last lines that a container wrote, as evidence of findings about its end.

use crate::diagnose::finding::{Citation, Finding};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::evidence::LogSource;
use crate::kube::{ContainerState, Detail, ObjectKey};
use crate::locator::Snippet;
use std::collections::{BTreeMap, BTreeSet};

/// Rules about a container that ended.
const ENDS: [&str; 3] = ["container-exit-error", "pod-crashloop", "pod-oomkilled"];

/// Words of a line that states why a program gives up, in lower case.
const DECISIVE: [&str; 18] = [
    "cannot",
    "can't",
    "could not",
    "denied",
    "error",
    "exception",
    "fail",
    "fatal",
    "invalid",
    "missing",
    "no such",
    "not found",
    "panic",
    "permission",
    "refused",
    "unable",
    "unknown",
    "unsupported",
];
/// Characters of a line that the detail of a finding quotes.
const QUOTED: usize = 160;

/// Logs of one pod, by its namespace and name.
type LogsOfPods<'e> = BTreeMap<(&'e str, &'e str), Vec<&'e LogSource>>;

/// Adds the last lines of its log to each clue about the end of a container.
pub(super) fn quote(scene: Scene<'_>, clues: &mut [Clue]) {
    let ended: BTreeSet<(&str, &str)> = clues.iter().filter(|clue| is_end(clue)).map(pod).collect();
    let mut logs: LogsOfPods<'_> = BTreeMap::new();
    for log in scene.evidence.logs.iter().filter(|log| log.tail.is_some()) {
        if let Some(pod) = &log.role.pod {
            let namespace = log.role.namespace.as_deref().unwrap_or_default();
            if ended.contains(&(namespace, pod.as_str())) {
                logs.entry((namespace, pod)).or_default().push(log);
            }
        }
    }
    for clue in clues.iter_mut().filter(|clue| is_end(clue)) {
        let container = clue.values.get("container").map(String::as_str);
        let running = is_running(scene, clue, container);
        let affected = &clue.affected;
        let pod = (affected.namespace.as_str(), affected.name.as_str());
        let own = logs.get(&pod).into_iter().flatten().filter(|log| {
            let named = log.role.container.as_deref();
            // What a container writes that runs again is not about its end.
            (log.role.previous || !running) && (named == container || named.is_none())
        });
        // The log of the instance that ended comes before that of the next.
        let chosen = own.min_by_key(|log| (!log.role.previous, &log.path));
        if let Some((log, (time, snippet))) = chosen.and_then(|log| Some((log, log.tail.clone()?)))
        {
            if let Some(line) = decisive(&snippet) {
                let line: String = line.trim().chars().take(QUOTED).collect();
                clue.detail = format!("{}; its last line: {line}", clue.detail);
            }
            clue.citations.push(Citation {
                path: log.path.clone(),
                time,
                snippet: *snippet,
            });
        }
    }
}

/// Whether a clue is about the end of a pod's container.
fn is_end(clue: &Clue) -> bool {
    ENDS.contains(&clue.rule.as_str()) && clue.affected.kind == "Pod"
}

/// Namespace and name of the pod that a clue was seen on.
fn pod(clue: &Clue) -> (&str, &str) {
    (&clue.affected.namespace, &clue.affected.name)
}

/// Whether a finding quotes last words that state why its container ended: then its log tells the
/// cause, and nobody needs to be asked for it.
pub(in crate::diagnose) fn state_the_cause(scene: Scene<'_>, finding: &Finding) -> bool {
    let own_last = |citation: &Citation| {
        let mut logs = scene.evidence.logs.iter();
        logs.any(|log| {
            let tail = log.tail.as_ref().map(|(_, snippet)| &**snippet);
            log.path == citation.path && tail == Some(&citation.snippet)
        })
    };
    ENDS.contains(&finding.rule.as_str())
        && finding
            .citations
            .iter()
            .any(|citation| decisive(&citation.snippet).is_some() && own_last(citation))
}

/// The latest of the last lines that states why the program gave up.
fn decisive(tail: &Snippet) -> Option<&str> {
    let mut lines = tail.before.iter().chain([&tail.text]).rev();
    let line = lines.find(|line| {
        let line = line.to_lowercase();
        DECISIVE.iter().any(|word| line.contains(word))
    })?;
    Some(line)
}

/// Whether the container of a clue runs at capture time.
fn is_running(scene: Scene<'_>, clue: &Clue, container: Option<&str>) -> bool {
    let subject = &clue.affected;
    let key = ObjectKey::new(&subject.kind, &subject.namespace, &subject.name);
    match scene.evidence.index.get(&key).map(|object| &object.detail) {
        Some(Detail::Pod(pod)) => pod.containers.iter().any(|one| {
            Some(one.name.as_str()) == container
                && matches!(one.state, ContainerState::Running { .. })
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_line_that_states_a_failure_is_decisive() {
        let tail = |before: &[&str], text: &str| Snippet {
            line: 3,
            matched: (0, 0),
            before: before.iter().map(|&line| line.to_owned()).collect(),
            after: vec![],
            text: text.to_owned(),
            around: None,
        };
        let usage = tail(
            &[
                "Error: unknown command \"serve\"",
                "Run 'api --help' for usage.",
            ],
            "An error occurred: unknown command \"serve\"",
        );
        assert_eq!(
            decisive(&usage),
            Some("An error occurred: unknown command \"serve\"")
        );
        let usage = tail(&["Error: unknown flag"], "Run 'api --help' for usage.");
        assert_eq!(decisive(&usage), Some("Error: unknown flag"));
        assert_eq!(decisive(&tail(&[], "listening on :8080")), None);
    }
}
