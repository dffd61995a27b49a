//! The status of a pod in one word, as `kubectl get pods` and troubleshoot show it.

use crate::kube::{Container, ContainerKind, ContainerState, Pod};

/// A pod's status.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Status {
    /// The pod's own reason (`Evicted`), or the word made of its containers: `CrashLoopBackOff`,
    /// `Init:0/2`.
    pub shown: String,
    /// Whether it runs with all containers ready, or is done.
    pub healthy: bool,
    /// The field of the container that the word stands for; `None` where it is the pod's own.
    pub field: Option<String>,
}

impl Status {
    /// The status of a pod; `deleted` says whether it is being deleted.
    pub(super) fn of(pod: &Pod, deleted: bool) -> Self {
        let (word, field) = word(pod, deleted);
        let ready = main(pod).all(|container| container.ready);
        let healthy = match word.as_str() {
            _ if matches!(pod.phase.as_str(), "Failed" | "Pending" | "Unknown") => false,
            "Completed" => true,
            "Running" => ready,
            _ => false,
        };
        Self {
            // What the pod itself states goes before what its containers say.
            shown: stated(pod).map_or(word, str::to_owned),
            healthy,
            field,
        }
    }
}

/// The pod's own reason.
fn stated(pod: &Pod) -> Option<&str> {
    pod.reason.as_deref().filter(|reason| !reason.is_empty())
}

/// Containers that are no init containers.
fn main(pod: &Pod) -> impl DoubleEndedIterator<Item = &Container> {
    pod.containers
        .iter()
        .filter(|container| container.kind == ContainerKind::Main)
}

/// The word, and the container's field that it was made of.
fn word(pod: &Pod, deleted: bool) -> (String, Option<String>) {
    if deleted {
        let lost = stated(pod) == Some("NodeLost");
        let word = if lost { "Unknown" } else { "Terminating" };
        return (word.to_owned(), None);
    }
    let mut word = stated(pod).unwrap_or(&pod.phase).to_owned();
    let mut field = None;
    if let Some((init, path)) = initializing(pod) {
        return (init, path);
    }
    let mut running = false;
    for container in main(pod).rev() {
        let said = match &container.state {
            ContainerState::Waiting(waiting) if !waiting.reason.is_empty() => {
                Some(waiting.reason.clone())
            }
            ContainerState::Terminated(ended) if ended.reason.is_empty() => {
                Some(format!("ExitCode:{}", ended.exit_code))
            }
            ContainerState::Terminated(ended) => Some(ended.reason.clone()),
            ContainerState::Running { .. } => {
                running |= container.ready;
                None
            }
            ContainerState::Waiting(_) | ContainerState::Unknown => None,
        };
        if let Some(said) = said {
            word = said;
            field = container.status_path().map(|path| format!("{path}.state"));
        }
    }
    if word == "Completed" && running {
        let ready = pod
            .conditions
            .iter()
            .any(|condition| condition.kind == "Ready" && condition.status == "True");
        word = String::from(if ready { "Running" } else { "NotReady" });
    }
    (word, field)
}

/// The word of the first init container that is not done.
fn initializing(pod: &Pod) -> Option<(String, Option<String>)> {
    let all: Vec<&Container> = pod
        .containers
        .iter()
        .filter(|container| container.kind == ContainerKind::Init)
        .collect();
    let stated = all.iter().filter(|one| one.status_index.is_some());
    for (place, container) in stated.enumerate() {
        let word = match &container.state {
            ContainerState::Terminated(ended) if ended.exit_code == 0 => continue,
            ContainerState::Terminated(ended) if ended.reason.is_empty() => {
                format!("Init:ExitCode:{}", ended.exit_code)
            }
            ContainerState::Terminated(ended) => format!("Init:{}", ended.reason),
            ContainerState::Waiting(waiting)
                if !waiting.reason.is_empty() && waiting.reason != "PodInitializing" =>
            {
                format!("Init:{}", waiting.reason)
            }
            _ => format!("Init:{place}/{}", all.len()),
        };
        let field = container.status_path().map(|path| format!("{path}.state"));
        return Some((word, field));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kube::Detail;
    use crate::kube::{Object, ObjectText, TextFormat};
    use crate::locator::EntryPath;
    use serde_json::{Value, json};

    fn status(spec: &Value, status: &Value, deleted: bool) -> Status {
        let value =
            json!({"kind": "Pod", "metadata": {"name": "p"}, "spec": spec, "status": status});
        let path = EntryPath::bundle("b", true);
        let text = ObjectText::new("", TextFormat::Yaml, 1);
        let object = Object::from_value(&value, &path, text).unwrap();
        let Detail::Pod(pod) = &object.detail else {
            unreachable!("it is a pod")
        };
        Status::of(pod, deleted)
    }

    #[test]
    fn the_word_is_that_of_kubectl() {
        let one = json!({"containers": [{"name": "a"}], "initContainers": [{"name": "i"}]});
        let main = |state: Value, ready: bool| json!({"phase": "Running", "containerStatuses": [{"name": "a", "ready": ready, "state": state}]});
        let init = |state: Value| json!({"phase": "Pending", "initContainerStatuses": [{"name": "i", "state": state}]});
        for (state, deleted, word, healthy) in [
            (main(json!({"running": {}}), true), false, "Running", true),
            (main(json!({"running": {}}), false), false, "Running", false),
            (
                main(json!({"waiting": {"reason": "CrashLoopBackOff"}}), false),
                false,
                "CrashLoopBackOff",
                false,
            ),
            (
                main(json!({"terminated": {"exitCode": 3}}), false),
                false,
                "ExitCode:3",
                false,
            ),
            (
                main(json!({"running": {}}), true),
                true,
                "Terminating",
                false,
            ),
            (
                json!({"phase": "Succeeded", "containerStatuses": [{"name": "a", "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}]}),
                false,
                "Completed",
                true,
            ),
            (
                json!({"phase": "Failed", "reason": "Evicted"}),
                false,
                "Evicted",
                false,
            ),
            (json!({"phase": "Pending"}), false, "Pending", false),
            (
                init(json!({"waiting": {"reason": "PodInitializing"}})),
                false,
                "Init:0/1",
                false,
            ),
            (
                init(json!({"waiting": {"reason": "ErrImagePull"}})),
                false,
                "Init:ErrImagePull",
                false,
            ),
            (
                init(json!({"terminated": {"exitCode": 1, "reason": "Error"}})),
                false,
                "Init:Error",
                false,
            ),
        ] {
            let found = status(&one, &state, deleted);
            assert_eq!(
                (found.shown.as_str(), found.healthy),
                (word, healthy),
                "{state}"
            );
        }
    }
}
