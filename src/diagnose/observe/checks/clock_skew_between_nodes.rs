//! Nodes whose clock differs from the API server's, proven by objects that both wrote into.

use super::{Check, Need};
use crate::diagnose::finding::Subject;
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::{Condition, Node, Object, Pod};
use jiff::{SignedDuration, Timestamp};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "clock-skew-between-nodes",
    needs: &[Need::Objects("Pod"), Need::Objects("Node")],
    run,
};

/// Less than this is the time between two steps of one write, or harmless.
const LEAST: SignedDuration = SignedDuration::from_secs(30);
/// Conditions that the kubelet writes, and nobody else.
const OF_THE_KUBELET: [&str; 4] = ["DiskPressure", "MemoryPressure", "PIDPressure", "Ready"];

/// Looks at pods and at nodes.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let index = &scene.evidence.index;
    let pods = index
        .pods()
        .filter_map(|(object, pod)| started_too_early(scene, object, pod));
    let nodes = index
        .nodes()
        .filter_map(|(object, node)| heartbeat_off(scene, object, node));
    pods.chain(nodes).collect()
}

/// A pod that the kubelet started before the API server made it: the node's clock is behind.
fn started_too_early(scene: Scene<'_>, object: &Object, pod: &Pod) -> Option<Clue> {
    // The mirror of a static pod is made when the pod runs already.
    let mirror = object.meta.owners.iter().any(|owner| owner.kind == "Node")
        || object
            .meta
            .annotations
            .contains_key("kubernetes.io/config.mirror");
    let (created, started) = (object.meta.created?, pod.started?);
    let behind = created.duration_since(started);
    let node = pod.node.as_deref().filter(|_| !mirror && behind >= LEAST)?;
    let mut clue = Clue::status(CHECK.id, scene, object)
        .citing(object, "status.startTime", Some(started))
        .citing(object, "metadata.creationTimestamp", Some(created))
        .detailed(format!(
            "the kubelet started a pod {} before the API server created it: the node's clock was behind",
            words(behind)
        ))
        .seen(Some(created), Some(created));
    clue.subject = Subject::node(node);
    Some(clue)
}

/// A node whose heartbeat and the API server's note of the same write differ.
fn heartbeat_off(scene: Scene<'_>, object: &Object, node: &Node) -> Option<Clue> {
    let (condition, beat) = node
        .conditions
        .iter()
        .filter(|condition| OF_THE_KUBELET.contains(&condition.kind.as_str()))
        .filter_map(|condition| Some((condition, condition.heartbeat?)))
        .max_by_key(|(condition, beat)| (*beat, std::cmp::Reverse(condition.index)))?;
    let written = object
        .meta
        .managed
        .iter()
        .filter(|entry| entry.manager == "kubelet" && entry.of_subresource)
        .map(|entry| entry.time)
        .max()?;
    let off = beat.duration_since(written);
    (off.abs() >= LEAST).then(|| of_heartbeat(scene, object, condition, beat, off))
}

/// The clue of a heartbeat.
fn of_heartbeat(
    scene: Scene<'_>,
    object: &Object,
    condition: &Condition,
    beat: Timestamp,
    off: SignedDuration,
) -> Clue {
    let way = if off.is_negative() {
        "behind"
    } else {
        "ahead of"
    };
    Clue::status(CHECK.id, scene, object)
        .citing(
            object,
            &format!("{}.lastHeartbeatTime", condition.path()),
            Some(beat),
        )
        .citing(object, "metadata.managedFields", None)
        .detailed(format!(
            "its heartbeat is {} {way} the time at which the API server recorded it",
            words(off.abs())
        ))
        .seen(Some(beat), scene.evidence.capture.at)
}

/// A duration in words, down to the second.
fn words(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(words(SignedDuration::from_secs(45)), "45 s");
        assert_eq!(words(SignedDuration::from_secs(125)), "2 min 5 s");
        assert_eq!(words(SignedDuration::from_secs(7260)), "2 h 1 min");
    }
}
