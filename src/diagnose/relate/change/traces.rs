//! The traces that changes leave in a bundle.
//!
//! In: the evidence. Out: every [`Change`] that its objects and events tell of, at any time.

use super::{Change, ChangeKind, Relation, Span};
use crate::diagnose::finding::{Citation, Subject};
use crate::diagnose::observe::helm;
use crate::diagnose::scene::Scene;
use crate::kube::{Detail, Event, Object, ObjectKey, Workload};
use crate::limits::Limits;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Two times of one write: `creationTimestamp` is cut to the second, managers write at once.
const AT_ONCE: SignedDuration = SignedDuration::from_secs(2);

/// Words told of those that differ between two commands.
const WORDS: usize = 6;

/// Kinds whose objects come and go by themselves, or tell of what is listed under another kind.
const BY_THEMSELVES: &[&str] = &[
    "CSINode",
    "CSIStorageCapacity",
    "CertificateSigningRequest",
    "CiliumEndpoint",
    "CiliumIdentity",
    "CiliumNode",
    "ComponentStatus",
    "ControllerRevision",
    "EndpointSlice",
    "Endpoints",
    "Event",
    "IPAMBlock",
    "Lease",
    "Node",
    "NodeMetrics",
    "Pod",
    "PodMetrics",
    "ReplicaSet",
    "VolumeAttachment",
];

/// Objects that every namespace gets by itself.
const IN_EVERY_NAMESPACE: &[&str] = &["kube-root-ca.crt", "openshift-service-ca.crt", "default"];

/// Managers that write because something else changed, or all the time.
const CONTROLLERS: &[&str] = &[
    // OpenShift's and the API server's own name for writes that nobody recorded.
    "ancient-changes",
    "attachdetach",
    "autoscaler",
    "controller",
    "kube-apiserver",
    "kube-scheduler",
    "kubelet",
    "node-manager",
    "operator",
];

/// Controllers that write what somebody wants to have changed.
const DEPLOYERS: &[&str] = &["argocd", "helm-controller", "kustomize-controller"];

/// All changes that the bundle shows traces of in one of these spans of time. What lies outside is
/// passed over before it is cited: a citation unpacks the text of its object.
pub(super) fn changes(scene: Scene<'_>, spans: &[Span]) -> Vec<Change> {
    let evidence = scene.evidence;
    let within = |at: Timestamp| spans.iter().any(|span| span.contains(&at));
    let mut all = rollouts(scene, &|_, at| within(at));
    all.extend(released(scene, &within));
    for object in evidence.index.iter() {
        let meta = &object.meta;
        let managed = meta.managed.iter().map(|entry| entry.time);
        let mut times = meta.created.into_iter().chain(meta.deleted).chain(managed);
        if times.any(within) {
            all.extend(of_object(scene, object));
        }
    }
    let in_time = |event: &&Event| event.last.or(event.first).is_some_and(within);
    let events = evidence.events.iter().filter(in_time);
    all.extend(events.filter_map(|event| of_event(scene, event)));
    all
}

/// Rollouts that an object and its time are wanted of, as the replica sets that deployments leave
/// behind tell them.
fn rollouts(scene: Scene<'_>, wanted: &dyn Fn(&Object, Timestamp) -> bool) -> Vec<Change> {
    let index = &scene.evidence.index;
    let kept = || {
        index.of_kind("ReplicaSet").filter_map(|object| {
            let Detail::Workload(workload) = &object.detail else {
                return None;
            };
            Some((object, workload.revision?, workload))
        })
    };
    let rolled_out: BTreeSet<ObjectKey> = kept()
        .filter(|(object, revision, _)| {
            *revision > 1 && object.meta.created.is_some_and(|at| wanted(object, at))
        })
        .map(|(object, ..)| index.root_owner(object.key()))
        .filter(|owner| owner.kind == "Deployment")
        .collect();
    if rolled_out.is_empty() {
        return vec![];
    }
    let mut revisions: BTreeMap<ObjectKey, BTreeMap<u64, (&Object, &Workload)>> = BTreeMap::new();
    for (object, revision, workload) in kept() {
        let owner = index.root_owner(object.key());
        if rolled_out.contains(&owner) {
            revisions
                .entry(owner)
                .or_default()
                .insert(revision, (object, workload));
        }
    }
    let mut changes = Vec::new();
    for (owner, revisions) in revisions {
        let mut earlier: Option<&Workload> = None;
        for (revision, (object, workload)) in revisions {
            // The first revision is the creation of the deployment, which is told as such.
            let created = object.meta.created;
            let rolled_out = created.filter(|at| revision > 1 && wanted(object, *at));
            if let Some(at) = rolled_out {
                let told = earlier.map_or_else(String::new, |before| between(before, workload));
                let detail = if told.is_empty() {
                    format!("revision {revision}")
                } else {
                    format!("revision {revision}; {told}")
                };
                let change = change(
                    scene,
                    object,
                    ChangeKind::RolledOut,
                    at,
                    "metadata.creationTimestamp",
                );
                changes.push(Change {
                    subject: scene.subject(&owner),
                    detail,
                    ..change
                });
            }
            earlier = Some(workload);
        }
    }
    changes
}

/// The rollouts that made these replica sets, whenever that was, except those in a span of time,
/// which are told anyhow.
pub(super) fn rollouts_of(
    scene: Scene<'_>,
    replica_sets: &BTreeSet<ObjectKey>,
    besides: &Span,
) -> Vec<Change> {
    if replica_sets.is_empty() {
        return vec![];
    }
    let wanted = |object: &Object, at: Timestamp| {
        replica_sets.contains(object.key()) && !besides.contains(&at)
    };
    rollouts(scene, &wanted)
}

/// What differs between two revisions: "image web:1.4 -> web:1.5", "command server -> serve".
fn between(before: &Workload, after: &Workload) -> String {
    let images = images_between(&before.images, &after.images);
    let commands = commands_between(&before.commands, &after.commands);
    match (images.as_str(), commands.as_str()) {
        (images, "") => images.to_owned(),
        ("" | "the same images", commands) => commands.to_owned(),
        (images, commands) => format!("{images}; {commands}"),
    }
}

/// The words that differ between the commands of two revisions with as many containers.
fn commands_between(before: &[String], after: &[String]) -> String {
    if before.len() != after.len() {
        return String::new();
    }
    let only_in = |one: &str, other: &str| {
        let known: BTreeSet<&str> = other.split_whitespace().collect();
        let words = one.split_whitespace().filter(|word| !known.contains(word));
        match words.take(WORDS).collect::<Vec<_>>().join(" ") {
            none if none.is_empty() => "nothing".to_owned(),
            words => words,
        }
    };
    let pairs = before.iter().zip(after).filter(|(old, new)| old != new);
    let told: Vec<String> = pairs
        .map(|(old, new)| match (only_in(old, new), only_in(new, old)) {
            (gone, new) if gone == new => "command in another order".to_owned(),
            (gone, new) => format!("command {gone} -> {new}"),
        })
        .collect();
    told.join(", ")
}

/// The images that differ between two revisions, "web:1.4 -> web:1.5".
fn images_between(before: &[String], after: &[String]) -> String {
    if before.is_empty() || after.is_empty() {
        return String::new();
    }
    let gone = before.iter().filter(|image| !after.contains(image));
    let new = after.iter().filter(|image| !before.contains(image));
    let pairs: Vec<String> = gone
        .zip(new)
        .map(|(old, new)| format!("{old} -> {new}"))
        .collect();
    if !pairs.is_empty() {
        format!("image {}", pairs.join(", "))
    } else if before.len() == after.len() {
        "the same images".to_owned()
    } else {
        "another number of containers".to_owned()
    }
}

/// A change to an object, without words of its own.
fn change(
    scene: Scene<'_>,
    object: &Object,
    what: ChangeKind,
    at: Timestamp,
    field: &str,
) -> Change {
    Change {
        at,
        what,
        subject: scene.subject(object.key()),
        more: 0,
        by: String::new(),
        detail: String::new(),
        citation: Citation {
            path: object.path.clone(),
            time: Some(at),
            snippet: object.text.cite(field, &Limits::RELEASE),
        },
        relation: Relation::Elsewhere,
    }
}

/// What an object's own metadata tells. What another object owns follows from a change to that.
fn of_object(scene: Scene<'_>, object: &Object) -> Vec<Change> {
    let (kind, meta) = (object.key().kind.as_str(), &object.meta);
    let created = "metadata.creationTimestamp";
    if marks_creation_of_cluster(object.key()) {
        let whole = meta.created.map(|at| Change {
            subject: Subject::cluster(),
            ..change(scene, object, ChangeKind::Created, at, created)
        });
        return whole.into_iter().collect();
    }
    if let Detail::Node(_) = object.detail {
        let joined = meta
            .created
            .map(|at| change(scene, object, ChangeKind::NodeJoined, at, created));
        return joined.into_iter().chain(edits(scene, object)).collect();
    }
    let by_itself = BY_THEMSELVES.contains(&kind)
        || IN_EVERY_NAMESPACE.contains(&&*object.key().name) && kind != "Namespace";
    if by_itself || !meta.owners.is_empty() {
        return vec![];
    }
    if helm::kept_revision(object.key()).is_some() {
        // It is told as a release.
        return vec![];
    }
    let mut changes = edits(scene, object);
    changes.extend(meta.created.and_then(|at| {
        let by = writer_at(object, at);
        // What the API server makes of its own accord comes with its start.
        (by != "kube-apiserver").then(|| Change {
            by,
            ..change(scene, object, ChangeKind::Created, at, created)
        })
    }));
    changes.extend(meta.deleted.map(|at| {
        change(
            scene,
            object,
            ChangeKind::Deleted,
            at,
            "metadata.deletionTimestamp",
        )
    }));
    changes
}

/// Whether an object is as old as the cluster.
fn marks_creation_of_cluster(key: &ObjectKey) -> bool {
    match &*key.kind {
        "Namespace" => key.name == "kube-system",
        "Service" => (&*key.namespace, &*key.name) == ("default", "kubernetes"),
        _ => false,
    }
}

/// Revisions of Helm releases that were begun at a time that is wanted.
fn released(scene: Scene<'_>, wanted: &dyn Fn(Timestamp) -> bool) -> Vec<Change> {
    let mut changes = Vec::new();
    for release in helm::releases(scene) {
        let mut before = "";
        for (number, revision) in &release.revisions {
            let from = std::mem::replace(&mut before, revision.app_version);
            let Some(at) = revision.at.filter(|at| wanted(*at)) else {
                continue;
            };
            let mut detail = format!("revision {number}");
            if ![from, ""].contains(&revision.app_version) {
                let from = if from.is_empty() {
                    String::new()
                } else {
                    format!("{from} -> ")
                };
                let _ = write!(detail, ", app version {from}{}", revision.app_version);
            }
            if !revision.description.is_empty() {
                let _ = write!(detail, ": {}", revision.description);
            }
            let (path, snippet) = revision.cite();
            changes.push(Change {
                at,
                what: ChangeKind::Released,
                subject: release.subject(),
                more: 0,
                by: "helm".into(),
                detail,
                citation: Citation {
                    path: path.clone(),
                    time: Some(at),
                    snippet,
                },
                relation: Relation::Elsewhere,
            });
        }
    }
    changes
}

/// Who created an object.
fn writer_at(object: &Object, at: Timestamp) -> String {
    let mut entries = object.meta.managed.iter();
    entries
        .find(|entry| entry.time.duration_since(at).abs() <= AT_ONCE)
        .map(|entry| entry.manager.clone())
        .unwrap_or_default()
}

/// Writes to an object after its creation by anybody who is no controller.
fn edits(scene: Scene<'_>, object: &Object) -> Vec<Change> {
    let later = |at: Timestamp| {
        object
            .meta
            .created
            .is_none_or(|created| at.duration_since(created) > AT_ONCE)
    };
    object
        .meta
        .managed
        .iter()
        .filter(|entry| !entry.status && later(entry.time) && !is_controller(&entry.manager))
        .map(|entry| Change {
            by: entry.manager.clone(),
            ..change(
                scene,
                object,
                ChangeKind::Edited,
                entry.time,
                "metadata.managedFields",
            )
        })
        .collect()
}

/// Whether a manager writes by itself.
fn is_controller(manager: &str) -> bool {
    let names = |words: &[&str]| words.iter().any(|word| manager.contains(word));
    names(CONTROLLERS) && !names(DEPLOYERS)
}

/// What an event tells.
fn of_event(scene: Scene<'_>, event: &Event) -> Option<Change> {
    let what = match event.reason.as_str() {
        "ScalingReplicaSet" | "SuccessfulRescale" | "ScaledUpGroup" | "ScaleDown" => {
            ChangeKind::Scaled
        }
        "RegisteredNode" | "NodeSchedulable" => ChangeKind::NodeJoined,
        "RemovingNode" | "DeletingNode" | "NodeNotSchedulable" | "Drain" => ChangeKind::NodeLeft,
        "Upgrade" | "Surge" => ChangeKind::Upgraded,
        "Rebooted" => ChangeKind::Started,
        "Starting" if event.message.starts_with("Starting kubelet") => ChangeKind::Started,
        _ => return None,
    };
    Some(Change {
        at: event.last.or(event.first)?,
        what,
        subject: scene.subject(&event.object),
        more: 0,
        by: event.component.clone(),
        detail: event.message.clone(),
        citation: Citation {
            path: event.path.clone(),
            time: event.last,
            snippet: event.snippet.clone(),
        },
        relation: Relation::Elsewhere,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_told_by_what_differs() {
        let one = |text: &str| vec![text.to_owned()];
        let of = |image: &str, command: &str| Workload {
            images: one(image),
            commands: one(command),
            ..Workload::default()
        };
        let before = of("velero:1", "/velero server --features=");
        for (image, command, told) in [
            (
                "velero:2",
                "/velero server --features=",
                "image velero:1 -> velero:2",
            ),
            ("velero:1", "/velero server --features=", "the same images"),
            (
                "velero:1",
                "/velero serve --features=",
                "command server -> serve",
            ),
            (
                "velero:1",
                "/velero server",
                "command --features= -> nothing",
            ),
            (
                "velero:1",
                "server /velero --features=",
                "command in another order",
            ),
            (
                "velero:2",
                "/velero",
                "image velero:1 -> velero:2; command server --features= -> nothing",
            ),
        ] {
            assert_eq!(between(&before, &of(image, command)), told);
        }
    }
}
