//! Pods that carry the API server's connections to the nodes: konnectivity-agent, and tunnelfront
//! or aks-link of older AKS clusters.

use super::waiting::counted_restarts;
use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::{Container, ContainerKind, ContainerState, Object, Pod};
use crate::severity::Severity;
use jiff::{SignedDuration, Timestamp};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "tunnel-pod-not-running",
    needs: &[Need::Objects("Pod")],
    run,
};

/// Names that these pods begin with.
const NAMES: [&str; 4] = [
    "konnectivity-agent-",
    "tunnelfront-",
    "aks-link-",
    "kube-svc-redirect-",
];
/// Reasons of events by which the kubelet says that such a pod does not work.
const COMPLAINTS: [&str; 2] = ["BackOff", "Unhealthy"];
/// A pod that restarted so often, and again within the last hour, carries nothing for long.
const FLAPPING: u64 = 10;
/// See `FLAPPING`.
const RECENT: SignedDuration = SignedDuration::from_hours(1);

/// Looks at the tunnel's pods in the system namespace.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let pods: Vec<(&Object, &Pod)> = scene
        .evidence
        .index
        .pods()
        .filter(|(object, _)| is_tunnel(object))
        .collect();
    let healthy = pods
        .iter()
        .filter(|(_, pod)| trouble(scene, pod).is_none())
        .count();
    let mut clues = Vec::new();
    for (object, pod) in &pods {
        let Some((container, field, said)) = trouble(scene, pod) else {
            continue;
        };
        let path = container.and_then(Container::status_path).map_or_else(
            || "status.phase".to_owned(),
            |path| format!("{path}.{field}"),
        );
        let finished = container.and_then(last_end);
        let mut clue = Clue::status(CHECK.id, scene, object)
            .citing(object, &path, finished)
            .seen(begun(scene, object, finished), scene.evidence.capture.at)
            .detailed(said);
        clue.count = container.map_or(1, |container| container.restarts.max(1));
        // One of several agents is enough to carry the connections.
        if healthy > 0 && object.key().name.starts_with("konnectivity-agent-") {
            clue.severity = Some(Severity::Medium);
        }
        clues.push(clue);
    }
    clues
}

/// Whether a pod is one of the tunnel's.
fn is_tunnel(object: &Object) -> bool {
    let key = object.key();
    key.namespace == "kube-system"
        && (NAMES.iter().any(|name| key.name.starts_with(name))
            || object
                .meta
                .labels
                .get("component")
                .is_some_and(|component| component == "tunnel"))
}

/// What is wrong with a pod: the container, the field that shows it, and in words.
fn trouble<'p>(
    scene: Scene<'_>,
    pod: &'p Pod,
) -> Option<(Option<&'p Container>, &'static str, String)> {
    let main = || {
        pod.containers
            .iter()
            .filter(|container| container.kind == ContainerKind::Main)
    };
    if let Some(container) = main().find(|container| !container.ready) {
        return Some((
            Some(container),
            "ready",
            format!(
                "container {} is not ready, {}",
                container.name,
                counted_restarts(container.restarts)
            ),
        ));
    }
    if pod.phase != "Running" {
        return Some((None, "", format!("the pod is {}", pod.phase)));
    }
    let flapping = main().find(|container| {
        let since = scene
            .evidence
            .capture
            .at
            .zip(last_end(container))
            .map(|(at, end)| at.duration_since(end));
        container.restarts >= FLAPPING && since.is_some_and(|since| since < RECENT)
    })?;
    Some((
        Some(flapping),
        "restartCount",
        format!(
            "container {} is running now, but after {}, the last one less than an hour before the capture",
            flapping.name,
            counted_restarts(flapping.restarts)
        ),
    ))
}

/// Since when a pod is in trouble: its events reach further back than the last end of its container.
fn begun(scene: Scene<'_>, object: &Object, finished: Option<Timestamp>) -> Option<Timestamp> {
    let complaints = scene.evidence.events.iter().filter(|event| {
        event.object == *object.key() && COMPLAINTS.contains(&event.reason.as_str())
    });
    let first = complaints.filter_map(|event| event.first);
    first.chain(finished).min()
}

/// When a container last ended.
fn last_end(container: &Container) -> Option<Timestamp> {
    match (&container.last_state, &container.state) {
        (ContainerState::Terminated(ended), _) | (_, ContainerState::Terminated(ended)) => {
            ended.finished
        }
        _ => None,
    }
}
