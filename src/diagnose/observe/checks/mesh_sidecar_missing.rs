//! Pods without the sidecar that their namespace asks for: Open Service Mesh, Istio, Linkerd.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::observe::members::has_ended;
use crate::diagnose::scene::Scene;
use crate::kube::{Meta, Object, Pod};
use std::collections::BTreeMap;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "mesh-sidecar-missing",
    needs: &[Need::Together(&["Namespace", "Pod"])],
    run,
};

/// How a mesh puts its sidecar into pods.
struct Mesh {
    /// Its name.
    name: &'static str,
    /// Name of the sidecar's container.
    sidecar: &'static str,
    /// Label or annotation of a namespace that asks for it, and its value.
    asks: (&'static str, &'static str),
    /// Label or annotation by which a single pod is left out or taken in.
    of_pod: &'static str,
    /// Its values that leave a pod out.
    leaves_out: &'static [&'static str],
    /// A label that a namespace has besides, without which nobody looks at it.
    watched: Option<&'static str>,
}

/// Meshes whose injector goes by namespaces.
const MESHES: [Mesh; 3] = [
    Mesh {
        name: "Open Service Mesh",
        sidecar: "envoy",
        asks: ("openservicemesh.io/sidecar-injection", "enabled"),
        of_pod: "openservicemesh.io/sidecar-injection",
        leaves_out: &["disabled", "no", "false"],
        watched: Some("openservicemesh.io/monitored-by"),
    },
    Mesh {
        name: "Istio",
        sidecar: "istio-proxy",
        asks: ("istio-injection", "enabled"),
        of_pod: "sidecar.istio.io/inject",
        leaves_out: &["false"],
        watched: None,
    },
    Mesh {
        name: "Linkerd",
        sidecar: "linkerd-proxy",
        asks: ("linkerd.io/inject", "enabled"),
        of_pod: "linkerd.io/inject",
        leaves_out: &["disabled"],
        watched: None,
    },
];

/// Looks at the pods of each namespace that asks for a sidecar.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut clues = Vec::new();
    for namespace in scene.evidence.index.of_kind("Namespace") {
        let meshes = MESHES
            .iter()
            .filter(|mesh| mesh.is_asked_for(&namespace.meta));
        for mesh in meshes {
            let pods = scene.evidence.index.pods_of(&namespace.key().name);
            let bare = pods.filter(|(object, pod)| mesh.lacks(object, pod));
            clues.extend(bare.map(|(pod, _)| clue(scene, mesh, namespace, pod)));
        }
    }
    clues
}

/// The clue of one pod; those of one owner become one finding.
fn clue(scene: Scene<'_>, mesh: &Mesh, namespace: &Object, pod: &Object) -> Clue {
    let (asks, value) = mesh.asks;
    let labelled = namespace.meta.labels.contains_key(asks);
    let field = if labelled { "labels" } else { "annotations" };
    Clue::status(CHECK.id, scene, pod)
        .citing(namespace, &format!("metadata.{field}[\"{asks}\"]"), None)
        .citing(pod, "spec.containers", None)
        .seen(pod.meta.created, scene.evidence.capture.at)
        .detailed(format!(
            "{} ({asks}={value} on the namespace) requires a container {}",
            mesh.name, mesh.sidecar
        ))
}

/// The value of a label or an annotation.
fn marked<'a>(meta: &'a Meta, name: &str) -> Option<&'a str> {
    let of = |map: &'a BTreeMap<String, String>| map.get(name).map(String::as_str);
    of(&meta.labels).or_else(|| of(&meta.annotations))
}

impl Mesh {
    /// Whether a namespace asks for the sidecar.
    fn is_asked_for(&self, namespace: &Meta) -> bool {
        let (asks, value) = self.asks;
        let watched = self
            .watched
            .is_none_or(|label| namespace.labels.contains_key(label));
        watched && marked(namespace, asks) == Some(value)
    }

    /// Whether a pod should have the sidecar and has not.
    fn lacks(&self, object: &Object, pod: &Pod) -> bool {
        let left_out =
            marked(&object.meta, self.of_pod).is_some_and(|value| self.leaves_out.contains(&value));
        let mut containers = pod.containers.iter();
        let without = !containers.any(|container| container.name == self.sidecar);
        // Injectors pass by pods in the network of their node, where a sidecar would catch all.
        without && !left_out && !pod.host_network && !has_ended(pod) && !pod.containers.is_empty()
    }
}
