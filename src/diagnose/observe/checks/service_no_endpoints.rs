//! Services whose selector takes no pod, or no ready one, so that calls to them fail.

use super::backends::{self, Backends};
use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::{Detail, Object, Service, Workload};
use crate::severity::{Confidence, Severity};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "service-no-endpoints",
    needs: &[
        Need::Together(&["Service", "Pod"]),
        Need::Together(&["Service", "Endpoints"]),
        Need::Together(&["Service", "EndpointSlice"]),
    ],
    run,
};

/// Pods of one service that are cited.
const CITED: usize = 3;

/// Looks behind every service that selects pods and has an address of its own.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut clues = Vec::new();
    for (object, service) in scene.evidence.index.services() {
        // A load balancer with an address has a check of its own.
        let balanced = service.kind == "LoadBalancer" && !service.ingress.is_empty();
        let headless = service.cluster_ip.as_deref() == Some("None");
        if service.selector.is_empty()
            || service.kind == "ExternalName"
            || headless
            || balanced
            || object.meta.deleted.is_some()
        {
            continue;
        }
        let Some(behind) = backends::behind(scene, object, service) else {
            continue;
        };
        let answers = behind.ready > 0 || (service.publishes_not_ready && behind.all > 0);
        if answers || behind.just_started(scene) {
            continue;
        }
        if behind.pods.is_empty() && behind.all == 0 {
            clues.extend(nothing_behind(scene, object, service, &behind));
        } else {
            clues.extend(nothing_ready(scene, object, service, &behind));
        }
    }
    clues
}

/// A clue about the service, with its selector and what its endpoints say.
fn clue(scene: Scene<'_>, object: &Object, behind: &Backends<'_>, detail: String) -> Clue {
    let mut clue = Clue::status(CHECK.id, scene, object).citing(object, "spec.selector", None);
    if let Some(source) = behind.sources.first() {
        let field = match source.key().kind.as_str() {
            "EndpointSlice" => "endpoints",
            _ => "subsets",
        };
        clue = clue.citing(source, field, None);
    }
    clue.seen(None, scene.evidence.capture.at).detailed(detail)
}

/// Kinds whose templates say which pods there should be.
const OWNERS: [&str; 5] = ["CronJob", "DaemonSet", "Deployment", "Job", "StatefulSet"];

/// The clue about a service whose selector takes no pod that has not ended.
fn nothing_behind<'a>(
    scene: Scene<'a>,
    object: &'a Object,
    service: &Service,
    behind: &Backends<'_>,
) -> Option<Clue> {
    if behind.ended {
        return None;
    }
    let evidence = scene.evidence;
    let namespace = &object.key().namespace;
    let owners: Vec<(&Object, &Workload)> = OWNERS
        .iter()
        .flat_map(|kind| evidence.index.of_namespace(kind, namespace))
        .filter_map(|owner| match &owner.detail {
            Detail::Workload(workload) if backends::takes(service, &workload.pod_labels) => {
                Some((owner, workload))
            }
            _ => None,
        })
        .collect();
    let is_batch = |owner: &Object| matches!(owner.key().kind.as_str(), "Job" | "CronJob");
    if owners.iter().any(|(owner, _)| is_batch(owner)) {
        return None;
    }
    let zero = |workload: &Workload| workload.desired == Some(0);
    let wanted = owners.iter().find(|(_, workload)| !zero(workload));
    let mut found = if let Some((owner, workload)) = wanted {
        let said = match workload.desired {
            Some(many) => format!("{} wants {many} pods, but none exists", owner.key()),
            None => format!("no pod of {} exists", owner.key()),
        };
        let mut found = clue(scene, object, behind, said);
        found.severity = Some(severity(scene, object, service));
        found
    } else if let Some((owner, _)) = owners.first() {
        let said = format!("{} is scaled to zero", owner.key());
        let mut found = clue(scene, object, behind, said).citing(owner, "spec.replicas", None);
        found.severity = Some(Severity::Info);
        return Some(found);
    } else if evidence.holds_all("Pod", namespace) {
        let (said, close) = mismatch(scene, object, service);
        let mut found = clue(scene, object, behind, said);
        found.severity = close.then(|| severity(scene, object, service));
        found
    } else {
        let said = "it has no endpoints; the bundle does not list the pods";
        clue(scene, object, behind, said.to_owned())
    };
    // Stateful sets are not in every dump: one that is scaled to zero has no pods either.
    if !evidence.holds_all("StatefulSet", namespace) {
        found.confidence = Some(Confidence::Medium);
    }
    Some(found)
}

/// How a selector misses the pods of its namespace, and whether it comes close to one.
fn mismatch(scene: Scene<'_>, object: &Object, service: &Service) -> (String, bool) {
    let of_namespace = || scene.evidence.index.pods_of(&object.key().namespace);
    let matched = |pod: &Object| {
        let labels = &pod.meta.labels;
        let pairs = service.selector.iter();
        pairs
            .filter(|(name, value)| labels.get(*name) == Some(*value))
            .count()
    };
    let nearest = of_namespace()
        .map(|(pod, _)| (matched(pod), pod))
        .filter(|(count, _)| *count > 0)
        .max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.key().cmp(a.1.key())));
    let missing: Vec<String> = service
        .selector
        .iter()
        .filter(|(name, value)| {
            !of_namespace().any(|(pod, _)| pod.meta.labels.get(*name) == Some(*value))
        })
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let said = if missing.is_empty() {
        "no pod in its namespace matches all labels of its selector".to_owned()
    } else {
        format!(
            "no pod in its namespace has the label {}",
            missing.join(", ")
        )
    };
    let Some((_, pod)) = nearest else {
        return (said, false);
    };
    let differing = service
        .selector
        .keys()
        .filter(|name| pod.meta.labels.get(*name) != service.selector.get(*name))
        .map(|name| match pod.meta.labels.get(name) {
            Some(value) => format!("{name}={value}"),
            None => format!("no label {name}"),
        });
    let differing: Vec<String> = differing.collect();
    (
        format!("{said}; {} has {}", pod.key(), differing.join(", ")),
        true,
    )
}

/// Clues about a service of whose pods none is ready: one for it, one for each pod.
fn nothing_ready(
    scene: Scene<'_>,
    object: &Object,
    service: &Service,
    behind: &Backends<'_>,
) -> Vec<Clue> {
    let many = behind.all.max(behind.pods.len());
    let made_ready = behind
        .pods
        .iter()
        .filter(|(_, pod)| backends::is_ready(pod))
        .count();
    let said = if made_ready > 0 {
        format!(
            "{made_ready} of its {many} pods are ready, but it has no endpoints: check for a named targetPort that they do not define"
        )
    } else if many == 1 {
        "its only pod is not ready".to_owned()
    } else {
        format!("none of its {many} pods is ready")
    };
    let mut first = clue(scene, object, behind, said);
    first.severity = Some(severity(scene, object, service));
    // The pods are listed; what commands look at is the service.
    let first = first.naming_subject();
    let subject = first.subject.clone();
    let mut clues = vec![first];
    for (index, (pod_object, pod)) in behind.pods.iter().enumerate() {
        let mut clue = Clue::status(CHECK.id, scene, pod_object);
        clue.subject = subject.clone();
        clue.count = 0;
        if index < CITED {
            let ready = pod
                .conditions
                .iter()
                .find(|condition| condition.kind == "Ready");
            let (field, since) = ready.map_or_else(
                || ("status.phase".to_owned(), None),
                |ready| (format!("{}.status", ready.path()), ready.since),
            );
            clue = clue.citing(pod_object, &field, since);
        }
        clues.push(clue);
    }
    clues
}

/// How bad it is: worse where the service is open to the outside, or the cluster's own DNS.
fn severity(scene: Scene<'_>, object: &Object, service: &Service) -> Severity {
    let key = object.key();
    let mut ingresses = scene.evidence.index.of_namespace("Ingress", &key.namespace);
    let routed = ingresses.any(|other| {
        matches!(&other.detail, Detail::Ingress(ingress) if ingress.services.contains(&key.name))
    });
    let is_dns = key.namespace == "kube-system" && key.name == "kube-dns";
    if is_dns {
        Severity::Critical
    } else if routed || matches!(service.kind.as_str(), "LoadBalancer" | "NodePort") {
        Severity::High
    } else {
        Severity::Medium
    }
}
