//! Timeouts to the address of an internal load balancer, seen from inside its own cluster.

use super::{Check, Need};
use crate::diagnose::finding::Subject;
use crate::diagnose::observe::clue::{Authority, Clue};
use crate::diagnose::observe::{hit, state};
use crate::diagnose::scene::Scene;
use crate::evidence::{LogHit, LogSource};
use crate::kube::{Object, ObjectKey};
use std::collections::BTreeMap;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "ilb-hairpin-timeout",
    needs: &[Need::Objects("Service")],
    run,
};

/// Annotation of services whose load balancer is internal.
const INTERNAL: &str = "service.beta.kubernetes.io/azure-load-balancer-internal";

/// Joins timed-out addresses in logs with the addresses of internal load balancers.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let addresses = internal_addresses(scene);
    if addresses.is_empty() {
        return vec![];
    }
    let mut clues = Vec::new();
    for source in &scene.evidence.logs {
        for hit in source.hits.iter().filter(|hit| {
            scene
                .rules
                .rule_of(hit.matcher)
                .is_some_and(|rule| &*rule.id == CHECK.id)
        }) {
            let address = hit
                .samples
                .iter()
                .flat_map(|(_, _, captures)| captures)
                .find(|(name, _)| name == "address");
            if let Some((address, service)) =
                address.and_then(|(_, address)| addresses.get_key_value(address.as_str()))
            {
                clues.push(clue(scene, source, hit, address, service));
            }
        }
    }
    clues
}

/// Internal load-balancer services by address.
fn internal_addresses(scene: Scene<'_>) -> BTreeMap<&str, &Object> {
    let mut addresses = BTreeMap::new();
    for (object, service) in scene.evidence.index.services() {
        if object
            .meta
            .annotations
            .get(INTERNAL)
            .is_some_and(|value| value == "true")
        {
            addresses.extend(
                service
                    .ingress
                    .iter()
                    .map(|address| (address.as_str(), object)),
            );
        }
    }
    addresses
}

/// The clue of one log that could not reach an internal load balancer.
fn clue(
    scene: Scene<'_>,
    source: &LogSource,
    hit: &LogHit,
    address: &str,
    service: &Object,
) -> Clue {
    let role = &source.role;
    let affected = role.pod.as_ref().map_or_else(
        || Subject::component(source.path.file_name(), role.node.as_deref()),
        |pod| {
            scene.subject(&ObjectKey::new(
                "Pod",
                role.namespace.as_deref().unwrap_or_default(),
                pod,
            ))
        },
    );
    Clue {
        subject: scene.subject(service.key()),
        affected,
        count: hit.count,
        citations: hit::citations(source, hit),
        state: state::of_log(scene, source, hit, &hit.about),
        authority: Authority::Log,
        ..Clue::status(CHECK.id, scene, service)
    }
    .seen(hit.first, hit.last)
    .detailed(format!(
        "{address} is the internal load balancer of {}",
        service.key()
    ))
}
