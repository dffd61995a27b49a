//! Pods and templates of pods that name an object which does not exist.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::evidence::{Evidence, Health};
use crate::kube::{self, Detail, Object, ObjectKey, Reference};
use crate::severity::Severity;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "reference-missing",
    needs: &[
        Need::Listed("ConfigMap"),
        Need::Listed("Secret"),
        Need::Listed("ServiceAccount"),
        Need::Listed("PersistentVolumeClaim"),
    ],
    run,
};

/// Looks up what workloads and the pods of no known workload need.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut clues = Vec::new();
    for (object, reference) in missing(scene.evidence, kube::Need::Required) {
        let mut clue = Clue::status(CHECK.id, scene, object)
            .citing(object, &reference.field, None)
            .seen(None, scene.evidence.capture.at)
            .detailed(format!(
                "{} {} does not exist",
                reference.kind, reference.name
            ));
        // What runs already goes on without, until a pod has to start again.
        if scene.evidence.index.health(object.key(), true) == Health::Healthy {
            clue.severity = Some(Severity::Low);
        }
        clue.values.extend([
            ("missing_kind".into(), reference.kind.to_lowercase()),
            ("missing_name".into(), reference.name.clone()),
        ]);
        clues.push(clue);
    }
    clues
}

/// References of this need to objects that the bundle would hold if they existed, with the
/// workload that makes them, or the pod where no workload is known.
pub(super) fn missing(evidence: &Evidence, need: kube::Need) -> Vec<(&Object, &Reference)> {
    let index = &evidence.index;
    let mut found = Vec::new();
    for object in index.iter() {
        let references = match &object.detail {
            Detail::Workload(workload) if workload.desired != Some(0) && !workload.paused => {
                &workload.references
            }
            Detail::Pod(pod) if !matches!(pod.phase.as_str(), "Succeeded" | "Failed") => {
                &pod.references
            }
            _ => continue,
        };
        if object.meta.deleted.is_some() {
            continue;
        }
        let namespace = &object.key().namespace;
        for reference in references.iter().filter(|other| other.need == need) {
            let key = ObjectKey::new(reference.kind, namespace, &reference.name);
            if index.get(&key).is_none()
                && is_listed(evidence, reference.kind, namespace)
                && !told_by_owner(evidence, object, reference)
            {
                found.push((object, reference));
            }
        }
    }
    found
}

/// Whether the list of a kind in a namespace is there and whole. Every namespace has objects that
/// Kubernetes itself makes: a list without them was narrowed by a selector or by names.
fn is_listed(evidence: &Evidence, kind: &str, namespace: &str) -> bool {
    let has = |name: &str| {
        let key = ObjectKey::new(kind, namespace, name);
        evidence.index.get(&key).is_some()
    };
    let made_here = match kind {
        "ServiceAccount" => has("default"),
        // Since 1.20.
        "ConfigMap" => {
            let anywhere = evidence.index.of_kind(kind);
            let mut names = anywhere.map(|map| map.key().name.as_str());
            has(ROOT_CA) || !names.any(|name| name == ROOT_CA)
        }
        _ => true,
    };
    made_here && evidence.holds_all(kind, namespace)
}

/// The config map that the controller manager puts into every namespace.
const ROOT_CA: &str = "kube-root-ca.crt";

/// Whether a pod's owner has the same reference in its template, and is told of instead.
fn told_by_owner(evidence: &Evidence, object: &Object, reference: &Reference) -> bool {
    let root = evidence.index.root_owner(object.key());
    root != *object.key()
        && matches!(
            evidence.index.get(&root).map(|owner| &owner.detail),
            Some(Detail::Workload(workload)) if workload
                .references
                .iter()
                .any(|other| other.kind == reference.kind && other.name == reference.name)
        )
}
