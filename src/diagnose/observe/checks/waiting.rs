//! Containers that wait: the part that the checks of single reasons share.

use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::table::SOME_CONTAINER;
use crate::kube::{Container, ContainerState, Object, Pod};

/// Clues for every container that waits for one of these reasons.
pub(super) fn for_reasons(scene: Scene<'_>, id: &str, reasons: &[&str]) -> Vec<Clue> {
    let mut clues = Vec::new();
    for (object, pod) in scene.evidence.index.pods() {
        for container in &pod.containers {
            let ContainerState::Waiting(waiting) = &container.state else {
                continue;
            };
            if reasons.contains(&waiting.reason.as_str()) {
                clues.push(clue(scene, id, object, pod, container, &waiting.message));
            }
        }
    }
    clues
}

/// The clue of one waiting container.
fn clue(
    scene: Scene<'_>,
    id: &str,
    object: &Object,
    pod: &Pod,
    container: &Container,
    message: &str,
) -> Clue {
    let path = container.status_path().unwrap_or_default();
    let mut clue = Clue::status(id, scene, object).citing(
        object,
        &format!("{path}.state.waiting.reason"),
        None,
    );
    let named = container.name != SOME_CONTAINER;
    let mut said = vec![if named {
        format!("container {}", container.name)
    } else {
        "one of its containers".to_owned()
    }];
    if container.restarts > 0 {
        said.push(counted_restarts(container.restarts));
        clue.count = container.restarts;
    }
    if let ContainerState::Terminated(ended) = &container.last_state {
        said.push(format!(
            "last ended with exit code {} ({})",
            ended.exit_code, ended.reason
        ));
        clue = clue.citing(
            object,
            &format!("{path}.lastState.terminated.exitCode"),
            ended.finished,
        );
        clue = clue.seen(pod.not_ready_since().or(ended.finished), ended.finished);
    } else {
        // A container that never ran waits for as long as its pod is there.
        clue.first = pod.started;
        if !message.is_empty() {
            said.push(message.chars().take(300).collect());
        }
    }
    if named {
        clue.values
            .insert("container".into(), container.name.clone());
    }
    clue.detailed(said.join(", "))
}

/// "1 restart", "5 restarts".
pub(super) fn counted_restarts(restarts: u64) -> String {
    if restarts == 1 {
        "1 restart".into()
    } else {
        format!("{restarts} restarts")
    }
}
