//! Volume claims that lost their volume, or that no volume can come to.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::{Detail, Object, ObjectKey, PersistentVolumeClaim, Pod, StorageClass};
use crate::severity::{Confidence, Severity};
use jiff::SignedDuration;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "pvc-lost-or-pending",
    needs: &[Need::Objects("PersistentVolumeClaim")],
    run,
};

/// A disk is made and bound within a minute or two; what takes longer will not end by itself.
const BINDING: SignedDuration = SignedDuration::from_mins(10);

/// Looks at every claim that is not bound.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut clues = Vec::new();
    for object in scene.evidence.index.of_kind("PersistentVolumeClaim") {
        let Detail::PersistentVolumeClaim(claim) = &object.detail else {
            continue;
        };
        // A claim that is being deleted has a check of its own.
        if object.meta.deleted.is_some() {
            continue;
        }
        let Some(trouble) = trouble(scene, object, claim) else {
            continue;
        };
        let users = users(scene, object.key());
        let mut said = trouble.said;
        match users.as_slice() {
            [] => {}
            [only] => said = format!("{said}; {} waits for it", only.key()),
            [first, others @ ..] => {
                said = format!(
                    "{said}; {} and {} more wait for it",
                    first.key(),
                    others.len()
                );
            }
        }
        let mut clue = Clue::status(CHECK.id, scene, object)
            .citing(object, "status.phase", object.meta.created)
            .citing(object, trouble.field, None)
            .seen(object.meta.created, scene.evidence.capture.at)
            .detailed(said);
        clue.confidence = trouble.confidence;
        if users.is_empty() && claim.phase == "Pending" {
            // Nothing is kept from running yet.
            clue.severity = Some(Severity::Medium);
        }
        let subject = clue.subject.clone();
        clues.push(clue);
        // The pods that wait are part of it: their own findings fold into this one.
        clues.extend(users.into_iter().map(|user| {
            let mut clue = Clue::status(CHECK.id, scene, user);
            clue.subject = subject.clone();
            clue.count = 0;
            clue
        }));
    }
    clues
}

/// What is wrong with a claim.
struct Trouble {
    said: String,
    field: &'static str,
    confidence: Option<Confidence>,
}

/// What is wrong with a claim that is not bound; `None` where it may simply be waiting.
fn trouble(scene: Scene<'_>, object: &Object, claim: &PersistentVolumeClaim) -> Option<Trouble> {
    let evidence = scene.evidence;
    let class_field = "spec.storageClassName";
    let sure = |said: String, field| {
        Some(Trouble {
            said,
            field,
            confidence: None,
        })
    };
    if claim.phase == "Lost" {
        let volume = claim.volume.as_deref().unwrap_or("its volume");
        return sure(
            format!("{volume} no longer exists, or is bound to another claim"),
            "spec.volumeName",
        );
    }
    if claim.phase != "Pending" || claim.refuses_class || claim.volume.is_some() {
        // What names a volume waits for that one, which has a check of its own.
        return None;
    }
    let classes = evidence.holds_all("StorageClass", "");
    let class = claim.class.as_deref();
    let known = class.map(|class| (class, storage_class(scene, class)));
    match known {
        Some((class, None)) if classes && !static_volume(scene, Some(class)) => {
            return sure(
                format!("the storage class {class} does not exist"),
                class_field,
            );
        }
        None if classes && !has_default(scene) && !static_volume(scene, None) => {
            return sure(
                "it sets no storage class, and there is no default class".into(),
                "spec",
            );
        }
        _ => {}
    }
    let (class, found) = known?;
    let found = found?;
    let since = evidence.capture.at.zip(object.meta.created);
    let since = since.map(|(at, created)| at.duration_since(created));
    let waits = since.or_else(|| claim.age.map(SignedDuration::from_secs));
    let waits_long = waits.is_some_and(|waits| waits >= BINDING);
    let placed = [
        "volume.kubernetes.io/selected-node",
        "volume.alpha.kubernetes.io/selected-node",
    ]
    .iter()
    .any(|name| object.meta.annotations.contains_key(*name));
    let told = evidence.events.iter().any(|event| {
        event.object == *object.key()
            && matches!(
                event.reason.as_str(),
                "ProvisioningFailed" | "FailedBinding"
            )
    });
    if !waits_long || told || (found.waits_for_consumer && !placed) {
        return None;
    }
    Some(Trouble {
        said: format!(
            "{} of class {class} has not provisioned it in {} minutes",
            found.provisioner,
            waits.map_or(0, |waits| waits.as_mins())
        ),
        field: class_field,
        confidence: Some(Confidence::Medium),
    })
}

/// The storage class of this name.
fn storage_class<'a>(scene: Scene<'a>, name: &str) -> Option<&'a StorageClass> {
    let key = ObjectKey::new("StorageClass", "", name);
    match &scene.evidence.index.get(&key)?.detail {
        Detail::StorageClass(class) => Some(class),
        _ => None,
    }
}

/// Whether claims that name no class get one.
fn has_default(scene: Scene<'_>) -> bool {
    let mut classes = scene.evidence.index.of_kind("StorageClass");
    classes.any(|object| matches!(&object.detail, Detail::StorageClass(class) if class.is_default))
}

/// Whether a volume of this class was made by hand, which needs no storage class of that name, or
/// may have been, because volumes were not collected.
fn static_volume(scene: Scene<'_>, class: Option<&str>) -> bool {
    let evidence = scene.evidence;
    !evidence.holds_all("PersistentVolume", "")
        || evidence.index.of_kind("PersistentVolume").any(|object| {
            matches!(&object.detail, Detail::PersistentVolume(volume)
                if volume.class.as_deref() == class && volume.phase == "Available")
        })
}

/// Pods that use a claim and do not run.
fn users<'a>(scene: Scene<'a>, claim: &'a ObjectKey) -> Vec<&'a Object> {
    let uses = |pod: &Pod| {
        pod.references
            .iter()
            .any(|other| other.kind == "PersistentVolumeClaim" && other.name == claim.name)
    };
    scene
        .evidence
        .index
        .pods_of(&claim.namespace)
        .filter(|(_, pod)| pod.phase == "Pending" && uses(pod))
        .map(|(object, _)| object)
        .collect()
}
