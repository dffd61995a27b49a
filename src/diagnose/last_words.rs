//! The last lines that a container wrote, as evidence of findings about its end.

use super::clue::{Clue, Scene};
use super::finding::Citation;
use crate::evidence::LogSource;
use crate::kube::{ContainerState, Detail, ObjectKey};
use std::collections::{BTreeMap, BTreeSet};

/// Rules about a container that ended.
const ENDS: [&str; 3] = ["container-exit-error", "pod-crashloop", "pod-oomkilled"];

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
        let own = logs.get(&pod(clue)).into_iter().flatten().filter(|log| {
            let named = log.role.container.as_deref();
            // What a container writes that runs again is not about its end.
            (log.role.previous || !running) && (named == container || named.is_none())
        });
        // The log of the instance that ended comes before that of the next.
        let chosen = own.min_by_key(|log| (!log.role.previous, &log.path));
        if let Some((log, (time, snippet))) = chosen.and_then(|log| Some((log, log.tail.clone()?)))
        {
            clue.citations.push(Citation {
                path: log.path.clone(),
                time,
                snippet,
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
