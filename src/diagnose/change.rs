//! What changed before an incident began: "who touched it?" is the first question of every call.
//!
//! A bundle holds no audit log. What it holds are traces: creation times, `managedFields`, the
//! revisions that deployments leave behind, Helm's release secrets, and events. In: these and the
//! incidents. Out: a [`Ledger`], the changes of the hour before each incident, those that concern
//! it first, and which traces this bundle lacks.

use super::clue::Scene;
use super::finding::{Citation, Finding, State, Subject};
use super::incident::Incident;
use crate::evidence::Evidence;
use crate::kube::{Detail, Event, Object, ObjectKey};
use crate::limits::Limits;
use jiff::{SignedDuration, Timestamp};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// How long before its first sign the cause of an incident is looked for.
const BEFORE: SignedDuration = SignedDuration::from_hours(1);
/// How long after it: times of different writers differ by so much, and what was created broken
/// fails before its creator is done.
const AFTER: SignedDuration = SignedDuration::from_mins(1);
/// Two times of one write: `creationTimestamp` is cut to the second, managers write at once.
const AT_ONCE: SignedDuration = SignedDuration::from_secs(2);
/// Incidents that are looked into: those that the first screen shows.
const INCIDENTS: usize = 3;
/// Changes listed for one incident.
const CHANGES: usize = 15;
/// Changes that stand above the timeline.
const MARKS: usize = 6;
/// So many changes of one kind by one manager in one namespace are one row.
const SEVERAL: usize = 4;

/// What changed before the incidents began.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// For each of the first incidents that last, where its begin is known.
    pub incidents: Vec<Before>,
    /// Traces of changes that this bundle lacks; empty where there is no incident to explain.
    pub blind: Vec<String>,
}

/// What changed in the hour before one incident.
#[derive(Debug, Clone)]
pub struct Before {
    /// Id of the incident.
    pub incident: String,
    /// Its first sign.
    pub onset: Timestamp,
    /// The changes: those that concern it first, then the latest.
    pub changes: Vec<Change>,
    /// Changes that are not listed.
    pub left_out: usize,
}

/// One change, or several of the same kind by the same manager.
#[derive(Debug, Clone)]
pub struct Change {
    /// When; of several the latest.
    pub at: Timestamp,
    /// What was done.
    pub what: ChangeKind,
    /// To what; of several the first by name.
    pub subject: Subject,
    /// How many more of its kind and namespace.
    pub more: usize,
    /// Who wrote it, as `managedFields` or the event say; may be empty.
    pub by: String,
    /// Its own values: "image web:1.4 -> web:1.5"; may be empty.
    pub detail: String,
    /// Where it stands.
    pub citation: Citation,
    /// What it has to do with the incident.
    pub relation: Relation,
}

/// What was done; the weightiest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// A new revision of a workload's pods.
    RolledOut,
    /// Helm installed or upgraded a release.
    Released,
    /// AKS upgrades a node.
    Upgraded,
    /// A node was drained, cordoned or taken out of service.
    NodeLeft,
    /// A node joined, or came back into service.
    NodeJoined,
    /// A node or its kubelet started.
    Started,
    /// An object is being deleted.
    Deleted,
    /// An object was written to.
    Edited,
    /// The number of pods was changed.
    Scaled,
    /// An object was created.
    Created,
}

impl ChangeKind {
    /// `rolled out`, `edited`, ...
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RolledOut => "rolled out",
            Self::Released => "Helm release",
            Self::Upgraded => "upgraded",
            Self::NodeLeft => "taken out of service",
            Self::NodeJoined => "joined",
            Self::Started => "started",
            Self::Deleted => "being deleted",
            Self::Edited => "edited",
            Self::Scaled => "scaled",
            Self::Created => "created",
        }
    }
}

/// What a change has to do with an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// It was done to what is affected, its owner, its node, or what its pods read.
    Same,
    /// It was done in the same namespace, or to the cluster.
    Near,
    /// It was done elsewhere.
    Elsewhere,
}

impl Relation {
    /// `same`, `near`, `elsewhere`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Near => "near",
            Self::Elsewhere => "elsewhere",
        }
    }
}

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

/// The ledger of the first incidents that last.
pub(super) fn ledger(scene: Scene<'_>, incidents: &[Incident], findings: &[Finding]) -> Ledger {
    let lasting: Vec<&Incident> = incidents
        .iter()
        .filter(|incident| incident.state != State::Resolved)
        .take(INCIDENTS)
        .collect();
    if lasting.is_empty() {
        return Ledger::default();
    }
    let all = changes(scene);
    Ledger {
        incidents: lasting
            .into_iter()
            .filter_map(|incident| before(scene, incident, findings, &all))
            .collect(),
        blind: blind(scene.evidence),
    }
}

/// Moments that stand above the timeline: changes to what is affected itself.
pub(super) fn marks(ledger: &Ledger) -> Vec<(Timestamp, String)> {
    let changes = ledger.incidents.iter().flat_map(|before| &before.changes);
    let mut marks: Vec<(Timestamp, String)> = changes
        .filter(|change| change.relation == Relation::Same)
        .map(|change| {
            (
                change.at,
                format!("{} {}", change.subject, change.what.as_str()),
            )
        })
        .collect();
    marks.sort();
    marks.dedup();
    marks.truncate(MARKS);
    marks
}

/// Traces of changes that the bundle lacks.
fn blind(evidence: &Evidence) -> Vec<String> {
    let mut blind = Vec::new();
    if evidence
        .index
        .iter()
        .all(|object| object.meta.managed.is_empty())
    {
        blind.push(
            "no managedFields (kubectl prints them only with --show-managed-fields): edits of \
             existing objects leave no trace here"
                .to_owned(),
        );
    }
    if !evidence.collected("ReplicaSet") {
        blind.push("no ReplicaSets: rollouts are told by events only".to_owned());
    }
    if evidence.collected("Event") {
        blind.push("events are kept for an hour by default".to_owned());
    } else {
        blind.push("no events".to_owned());
    }
    blind
}

/// What changed in the hour before one incident; `None` where its begin is not known.
fn before(
    scene: Scene<'_>,
    incident: &Incident,
    findings: &[Finding],
    all: &[Change],
) -> Option<Before> {
    let onset = incident.first_seen?;
    let (from, to) = (
        onset.checked_sub(BEFORE).ok()?,
        onset.checked_add(AFTER).ok()?,
    );
    let touched = Touched::by(scene, incident, findings);
    let in_time: Vec<Change> = all
        .iter()
        .filter(|change| (from..=to).contains(&change.at))
        .map(|change| Change {
            relation: touched.relation(&change.subject),
            ..change.clone()
        })
        .collect();
    let mut changes = together(once(in_time));
    changes.sort_by(|a, b| rank(a).cmp(&rank(b)));
    let left_out = changes.split_off(changes.len().min(CHANGES)).len();
    Some(Before {
        incident: incident.id.clone(),
        onset,
        changes,
        left_out,
    })
}

/// What changes are ordered by: those that concern the incident, the weighty, the latest.
fn rank(change: &Change) -> (Relation, ChangeKind, Reverse<Timestamp>, &Subject) {
    (
        change.relation,
        change.what,
        Reverse(change.at),
        &change.subject,
    )
}

/// Leaves out what is told twice: a rollout by the scaling of its replica sets, a new node by the
/// controller that registers it, repeated scaling by all but the last time.
fn once(mut changes: Vec<Change>) -> Vec<Change> {
    let told: BTreeSet<(ChangeKind, Subject)> = changes
        .iter()
        .filter(|change| matches!(change.what, ChangeKind::RolledOut | ChangeKind::Created))
        .map(|change| (change.what, change.subject.clone()))
        .collect();
    changes.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.citation.cmp(&b.citation)));
    let mut seen = BTreeSet::new();
    changes.retain(|change| {
        let of = |what| told.contains(&(what, change.subject.clone()));
        let rollout = change.what == ChangeKind::Scaled
            && (of(ChangeKind::RolledOut) || of(ChangeKind::Created));
        let repeats = [ChangeKind::Scaled, ChangeKind::NodeJoined];
        let again = (repeats.contains(&change.what) || change.subject.kind == "Cluster")
            && !seen.insert((change.what, change.subject.clone()));
        !rollout && !again
    });
    changes
}

/// Makes one row of many changes of one kind: an installation creates dozens of objects.
fn together(changes: Vec<Change>) -> Vec<Change> {
    let mut groups: BTreeMap<_, Vec<Change>> = BTreeMap::new();
    for change in changes {
        let key = (
            change.what,
            change.subject.kind.clone(),
            change.subject.namespace.clone(),
            change.by.clone(),
            change.relation,
        );
        groups.entry(key).or_default().push(change);
    }
    let mut rows = Vec::new();
    for mut group in groups.into_values() {
        let plain = group.iter().all(|change| change.detail.is_empty());
        if group.len() < SEVERAL || !plain {
            rows.append(&mut group);
            continue;
        }
        group.sort_by(|a, b| a.subject.cmp(&b.subject));
        let latest = group.iter().map(|change| change.at).max();
        let more = group.len() - 1;
        rows.extend(group.into_iter().take(1).map(|first| Change {
            at: latest.unwrap_or(first.at),
            more,
            ..first
        }));
    }
    rows
}

/// What an incident is about, for telling which changes concern it.
struct Touched {
    /// Affected objects, their owners, and what their pods read.
    objects: BTreeSet<ObjectKey>,
    /// Their nodes.
    nodes: BTreeSet<String>,
    /// Their namespaces.
    namespaces: BTreeSet<String>,
}

impl Touched {
    /// Collects what the findings of an incident are about.
    fn by(scene: Scene<'_>, incident: &Incident, findings: &[Finding]) -> Self {
        let index = &scene.evidence.index;
        let own: BTreeSet<_> = incident.findings.iter().collect();
        let mut touched = Self {
            objects: BTreeSet::new(),
            nodes: BTreeSet::new(),
            namespaces: BTreeSet::new(),
        };
        let subjects = findings
            .iter()
            .filter(|finding| own.contains(&finding.fingerprint))
            .flat_map(|finding| finding.affected.iter().chain([&finding.subject]));
        for subject in subjects {
            let key = ObjectKey::new(&subject.kind, &subject.namespace, &subject.name);
            if subject.kind == "Node" {
                touched.nodes.insert(subject.name.clone());
            }
            touched.nodes.extend(subject.node.clone());
            if !subject.namespace.is_empty() {
                touched.namespaces.insert(subject.namespace.clone());
            }
            if let Some(Detail::Pod(pod)) = index.get(&key).map(|object| &object.detail) {
                touched.objects.extend(
                    pod.references
                        .iter()
                        .map(|one| ObjectKey::new(one.kind, &key.namespace, &one.name)),
                );
            }
            touched.objects.insert(index.root_owner(&key));
            touched.objects.insert(key);
        }
        touched
    }

    /// What a change to `subject` has to do with it.
    fn relation(&self, subject: &Subject) -> Relation {
        let key = ObjectKey::new(&subject.kind, &subject.namespace, &subject.name);
        let node = subject.kind == "Node";
        if subject.kind == "Cluster"
            || self.objects.contains(&key)
            || node && self.nodes.contains(&subject.name)
        {
            Relation::Same
        } else if self.namespaces.is_empty()
            || subject.namespace.is_empty()
            || self.namespaces.contains(&subject.namespace)
        {
            Relation::Near
        } else {
            Relation::Elsewhere
        }
    }
}

/// All changes that the bundle shows traces of.
fn changes(scene: Scene<'_>) -> Vec<Change> {
    let evidence = scene.evidence;
    let mut all = rollouts(scene);
    for object in evidence.index.iter() {
        all.extend(of_object(scene, object));
    }
    all.extend(
        evidence
            .events
            .iter()
            .filter_map(|event| of_event(scene, event)),
    );
    all
}

/// Rollouts, as the replica sets that deployments leave behind tell them.
fn rollouts(scene: Scene<'_>) -> Vec<Change> {
    let index = &scene.evidence.index;
    let mut revisions: BTreeMap<ObjectKey, BTreeMap<u64, (&Object, &[String])>> = BTreeMap::new();
    for object in index.of_kind("ReplicaSet") {
        let Detail::Workload(workload) = &object.detail else {
            continue;
        };
        let owner = index.root_owner(object.key());
        if let (Some(revision), "Deployment") = (workload.revision, &*owner.kind) {
            let images = workload.images.as_slice();
            revisions
                .entry(owner)
                .or_default()
                .insert(revision, (object, images));
        }
    }
    let mut changes = Vec::new();
    for (owner, revisions) in revisions {
        let mut earlier: Option<&[String]> = None;
        for (revision, (object, images)) in revisions {
            // The first revision is the creation of the deployment, which is told as such.
            if let (Some(at), true) = (object.meta.created, revision > 1) {
                let told = match earlier {
                    Some(before) => images_between(before, images),
                    None => String::new(),
                };
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
            earlier = Some(images);
        }
    }
    changes
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
    if let (Some((release, revision)), Some(at)) = (helm_release(object.key()), meta.created) {
        let released = change(scene, object, ChangeKind::Released, at, created);
        return vec![Change {
            subject: Subject {
                kind: "Release".into(),
                namespace: object.key().namespace.clone(),
                name: release.to_owned(),
                node: None,
            },
            by: "helm".into(),
            detail: format!("revision {revision}"),
            ..released
        }];
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

/// Release and revision of the secret (or config map) in which Helm keeps one.
fn helm_release(key: &ObjectKey) -> Option<(&str, &str)> {
    let name = key.name.strip_prefix("sh.helm.release.v1.")?;
    name.rsplit_once(".v")
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
