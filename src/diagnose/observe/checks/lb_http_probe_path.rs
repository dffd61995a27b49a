//! Load-balancer ports whose probe asks for a path that the pods may not answer.

use super::{Check, Need};
use crate::diagnose::finding::State;
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::{Object, Service};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "lb-http-probe-path",
    needs: &[Need::Objects("Service")],
    run,
};

/// Looks at the ports of Azure load-balancer services that say they speak HTTP. Whether the pods
/// answer the path, no bundle says: so this is a suspicion, never an active failure.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    if !scene.evidence.in_azure() {
        return vec![];
    }
    let mut clues = Vec::new();
    for (object, service) in scene
        .evidence
        .index
        .services()
        .filter(|(object, service)| service.kind == "LoadBalancer" && !probe_is_chosen(object))
    {
        if let Some((place, protocol)) = http_port(service) {
            clues.push(
                Clue::status(CHECK.id, scene, object)
                    .citing(object, &format!("spec.ports[{place}].appProtocol"), None)
                    .in_state(
                        State::Unknown,
                        "the bundle does not show whether the pods answer the probe",
                    )
                    .detailed(format!(
                        "port {} has appProtocol {protocol} and no probe annotation",
                        service.ports.get(place).map_or(0, |port| port.port)
                    )),
            );
        }
    }
    clues
}

/// Whether annotations choose the probe's path or protocol.
fn probe_is_chosen(object: &Object) -> bool {
    object.meta.annotations.keys().any(|name| {
        name.starts_with("service.beta.kubernetes.io/")
            && (name.contains("health-probe") || name.contains("probe-request-path"))
    })
}

/// The first port that says it speaks HTTP.
fn http_port(service: &Service) -> Option<(usize, &str)> {
    let ports = service.ports.iter().map(|port| port.app_protocol.as_str());
    ports.enumerate().find(|(_, protocol)| {
        protocol.eq_ignore_ascii_case("http") || protocol.eq_ignore_ascii_case("https")
    })
}
