//! What stands behind a service: the part that the checks of services and webhooks share.

use crate::diagnose::scene::Scene;
use crate::evidence::Evidence;
use crate::kube::{ContainerKind, Detail, Object, ObjectKey, Pod, Service};
use jiff::SignedDuration;

/// Pods that started less than this before the capture may not be ready yet.
const START: SignedDuration = SignedDuration::from_mins(2);

/// What stands behind a service.
pub(super) struct Backends<'a> {
    /// Addresses that get traffic.
    pub(super) ready: usize,
    /// Addresses of all pods behind it.
    pub(super) all: usize,
    /// Pods that its selector takes and that have not ended; empty where pods were not collected.
    pub(super) pods: Vec<(&'a Object, &'a Pod)>,
    /// Whether its selector takes pods that have done their work.
    pub(super) ended: bool,
    /// The `Endpoints` or `EndpointSlice` objects that say so.
    pub(super) sources: Vec<&'a Object>,
}

impl Backends<'_> {
    /// Whether all its pods only just started.
    pub(super) fn just_started(&self, scene: Scene<'_>) -> bool {
        !self.pods.is_empty()
            && self.pods.iter().all(|(object, _)| {
                let age = scene.evidence.capture.at.zip(object.meta.created);
                age.is_some_and(|(at, created)| at.duration_since(created) < START)
            })
    }
}

/// What stands behind a service, as its endpoints say, else as its selector and the pods of its
/// namespace do; `None` where the bundle does not tell.
pub(super) fn behind<'a>(
    scene: Scene<'a>,
    object: &'a Object,
    service: &Service,
) -> Option<Backends<'a>> {
    let evidence = scene.evidence;
    let key = object.key();
    let (pods, ended) = selected(evidence, &key.namespace, service);
    let mut found = Backends {
        ready: 0,
        all: 0,
        pods,
        ended,
        sources: vec![],
    };
    for kind in ["Endpoints", "EndpointSlice"] {
        for other in evidence.index.of_namespace(kind, &key.namespace) {
            if let Detail::Endpoints(addresses) = &other.detail
                && (addresses.service == key.name || other.key().name == key.name)
            {
                let all = addresses.ready + addresses.not_ready;
                // kubectl 1.31 prints addresses that are not ready beside those that are.
                let mixed = other.text.is_described() && found.pods.len() >= all;
                let ready = found.pods.iter().filter(|(_, pod)| is_ready(pod)).count();
                found.ready += if mixed {
                    addresses.ready.min(ready)
                } else {
                    addresses.ready
                };
                found.all += all;
                found.sources.push(other);
            }
        }
    }
    let holds = |kind: &str| evidence.holds_all(kind, &key.namespace);
    if found.sources.is_empty() {
        if !holds("Pod") || service.selector.is_empty() {
            return None;
        }
        found.ready = found.pods.iter().filter(|(_, pod)| is_ready(pod)).count();
        found.all = found.pods.len();
    }
    Some(found)
}

/// Pods of a namespace that a selector takes and that have not ended, and whether it takes ended
/// ones as well. An empty selector takes none.
fn selected<'a>(
    evidence: &'a Evidence,
    namespace: &'a str,
    service: &Service,
) -> (Vec<(&'a Object, &'a Pod)>, bool) {
    let taken = evidence
        .index
        .pods_of(namespace)
        .filter(|(object, _)| !service.selector.is_empty() && takes(service, &object.meta.labels));
    let (ended, pods): (Vec<_>, Vec<_>) =
        taken.partition(|(_, pod)| matches!(pod.phase.as_str(), "Succeeded" | "Failed"));
    (pods, !ended.is_empty())
}

/// Whether a service's selector takes pods with these labels.
pub(super) fn takes(
    service: &Service,
    labels: &std::collections::BTreeMap<String, String>,
) -> bool {
    service
        .selector
        .iter()
        .all(|(name, value)| labels.get(name) == Some(value))
}

/// Whether a pod gets traffic.
pub(super) fn is_ready(pod: &Pod) -> bool {
    pod.phase == "Running"
        && pod
            .containers
            .iter()
            .filter(|container| container.kind == ContainerKind::Main)
            .all(|container| container.ready)
}

/// Why calls to a service get no answer.
pub(super) enum Dead<'a> {
    /// There is no such service.
    Missing,
    /// Nothing ready stands behind it; of this many pods.
    Empty(&'a Object, usize),
}

/// Whether calls to a service get no answer; `None` where they may, or the bundle does not tell.
pub(super) fn dead<'a>(scene: Scene<'a>, namespace: &str, name: &str) -> Option<Dead<'a>> {
    let evidence = scene.evidence;
    let key = ObjectKey::new("Service", namespace, name);
    let Some(object) = evidence.index.get(&key) else {
        let home = ObjectKey::new("Namespace", "", namespace);
        let no_home = evidence.holds_all("Namespace", "") && evidence.index.get(&home).is_none();
        return (no_home || evidence.holds_all("Service", namespace)).then_some(Dead::Missing);
    };
    let Detail::Service(service) = &object.detail else {
        return None;
    };
    let found = behind(scene, object, service)?;
    let answers = found.ready > 0
        || (service.publishes_not_ready && found.all > 0)
        || service.kind == "ExternalName"
        || found.just_started(scene);
    (!answers).then(|| Dead::Empty(object, found.all.max(found.pods.len())))
}
