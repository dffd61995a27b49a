//! Services of type LoadBalancer that have an address and nothing ready behind it.

use super::{Check, Need};
use crate::diagnose::clue::{Clue, Scene};
use crate::evidence::Index;
use crate::kube::{ContainerKind, Detail, Object, Pod, Service};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "lb-no-ready-endpoints",
    needs: &[Need::Objects("Service")],
    run,
};

/// Looks behind every load-balancer service with an address.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let evidence = scene.evidence;
    let mut clues = Vec::new();
    for (object, service) in evidence.index.services() {
        if service.kind != "LoadBalancer"
            || service.ingress.is_empty()
            || service.selector.is_empty()
        {
            continue;
        }
        let Some((ready, all)) = endpoints(scene, object, service) else {
            continue;
        };
        if ready == 0 {
            let detail = if all == 0 {
                "no pod matches its selector".to_owned()
            } else {
                format!("none of its {all} pods is ready")
            };
            clues.push(
                Clue::status(CHECK.id, scene, object)
                    .citing(object, "spec.selector", None)
                    .detailed(detail),
            );
        }
    }
    clues
}

/// Ready and all addresses behind a service: its endpoints, or the pods that its selector takes.
fn endpoints(scene: Scene<'_>, object: &Object, service: &Service) -> Option<(usize, usize)> {
    let evidence = scene.evidence;
    let key = object.key();
    let mut sums = None;
    for kind in ["Endpoints", "EndpointSlice"] {
        for other in evidence
            .index
            .of_kind(kind)
            .filter(|other| other.key().namespace == key.namespace)
        {
            let Detail::Endpoints(addresses) = &other.detail else {
                continue;
            };
            if addresses.service == key.name || other.key().name == key.name {
                let (ready, all) = sums.unwrap_or((0, 0));
                sums = Some((
                    ready + addresses.ready,
                    all + addresses.ready + addresses.not_ready,
                ));
            }
        }
    }
    sums.or_else(|| {
        evidence
            .collected("Pod")
            .then(|| selected(&evidence.index, key.namespace.as_str(), service))
    })
}

/// Ready and all pods of a namespace that a selector takes.
fn selected(index: &Index, namespace: &str, service: &Service) -> (usize, usize) {
    let takes = |object: &Object| {
        object.key().namespace == namespace
            && service
                .selector
                .iter()
                .all(|(name, value)| object.meta.labels.get(name) == Some(value))
    };
    let pods: Vec<&Pod> = index
        .pods()
        .filter(|(object, pod)| takes(object) && pod.phase != "Succeeded")
        .map(|(_, pod)| pod)
        .collect();
    let is_ready = |pod: &&&Pod| {
        pod.phase == "Running"
            && pod
                .containers
                .iter()
                .filter(|container| container.kind == ContainerKind::Main)
                .all(|container| container.ready)
    };
    (pods.iter().filter(is_ready).count(), pods.len())
}
