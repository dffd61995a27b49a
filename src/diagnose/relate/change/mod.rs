//! What changed before an incident began: "who touched it?" is the first question of every call.
//!
//! A bundle holds no audit log. What it holds are traces: creation times, `managedFields`, the
//! revisions that deployments leave behind, Helm's release secrets, and events. In: these and the
//! incidents. Out: a [`Ledger`], the changes of the hour before each incident, those that concern
//! it first, and which traces this bundle lacks.

mod traces;

use crate::diagnose::finding::{Citation, Finding, State, Subject};
use crate::diagnose::relate::incident::Incident;
use crate::diagnose::scene::Scene;
use crate::evidence::{Evidence, Health};
use crate::kube::{Detail, Object, ObjectKey};
use jiff::{SignedDuration, Timestamp};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

/// How long before its first sign the cause of an incident is looked for.
const BEFORE: SignedDuration = SignedDuration::from_hours(1);

/// How long after it: times of different writers differ by so much, and what was created broken
/// fails before its creator is done.
const AFTER: SignedDuration = SignedDuration::from_mins(1);

/// Incidents that are looked into: those that the first screen shows.
const INCIDENTS: usize = 3;

/// Changes listed for one incident.
const CHANGES: usize = 15;

/// Rollouts of long ago that are listed for one incident: where more workloads fail, none of them
/// is likely to be the reason.
const LONG_AGO: usize = 3;

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
    let spans: Vec<Span> = lasting.iter().filter_map(|one| span(one)).collect();
    let all = traces::changes(scene, &spans);
    Ledger {
        incidents: lasting
            .into_iter()
            .filter_map(|incident| before(scene, incident, findings, &all))
            .collect(),
        blind: blind(scene.evidence),
    }
}

/// A span of time, both ends in it.
type Span = RangeInclusive<Timestamp>;

/// The time in which what led to an incident is looked for; `None` where its begin is not known.
fn span(incident: &Incident) -> Option<Span> {
    let onset = incident.first_seen?;
    Some(onset.checked_sub(BEFORE).ok()?..=onset.checked_add(AFTER).ok()?)
}

/// Moments that stand above the timeline: changes to what is affected itself.
pub(in crate::diagnose) fn marks(ledger: &Ledger) -> Vec<(Timestamp, String)> {
    // A rollout of long ago would press the hours in question together.
    let changes = ledger.incidents.iter().flat_map(|before| {
        let recent = |change: &&Change| before.onset.duration_since(change.at) <= BEFORE;
        before.changes.iter().filter(recent)
    });
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
            "no managedFields (kubectl prints them only with --show-managed-fields): edits to \
             existing objects leave no trace here"
                .to_owned(),
        );
    }
    if !evidence.collected("ReplicaSet") {
        blind.push("no ReplicaSets: only events show rollouts".to_owned());
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
    let span = span(incident)?;
    let touched = Touched::by(scene, incident, findings);
    let in_time = all.iter().filter(|change| span.contains(&change.at));
    let related = |change: Change| Change {
        relation: touched.relation(&change.subject),
        ..change
    };
    let mut told: Vec<Change> = in_time.cloned().map(related).collect();
    // What the failing pods run was rolled out once; that may be long ago, where they failed
    // seldom, or where the events of their first failures are gone.
    let failing = touched.failing_revisions(scene);
    let mut long_ago = traces::rollouts_of(scene, &failing, &span);
    long_ago.sort_by(|a, b| (b.at, &a.subject).cmp(&(a.at, &b.subject)));
    long_ago.truncate(LONG_AGO);
    told.extend(long_ago.into_iter().map(related).map(|change| Change {
        detail: format!("{}; the failing pods belong to it", change.detail),
        ..change
    }));
    let mut changes = together(once(told));
    changes.sort_by(|a, b| rank(a, &span).cmp(&rank(b, &span)));
    let left_out = changes.split_off(changes.len().min(CHANGES)).len();
    Some(Before {
        incident: incident.id.clone(),
        onset,
        changes,
        left_out,
    })
}

/// What changes are ordered by: those that concern the incident, those of its hour, the weighty,
/// the latest.
fn rank<'c>(
    change: &'c Change,
    span: &Span,
) -> (Relation, bool, ChangeKind, Reverse<Timestamp>, &'c Subject) {
    (
        change.relation,
        !span.contains(&change.at),
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

/// The Helm release that an object is part of, as charts label what they install, and Helm notes it.
fn release_of(object: &Object) -> Option<ObjectKey> {
    let meta = &object.meta;
    let noted = meta.annotations.get("meta.helm.sh/release-name");
    let name = noted.or_else(|| meta.labels.get("app.kubernetes.io/instance"))?;
    let namespace = meta.annotations.get("meta.helm.sh/release-namespace");
    let namespace = namespace.unwrap_or(&meta.key.namespace);
    Some(ObjectKey::new("Release", namespace, name))
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
            let object = index.get(&key);
            touched.objects.extend(object.and_then(release_of));
            if let Some(Detail::Pod(pod)) = object.map(|object| &object.detail) {
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

    /// The replica sets of its pods that are not healthy at capture time.
    fn failing_revisions(&self, scene: Scene<'_>) -> BTreeSet<ObjectKey> {
        let index = &scene.evidence.index;
        let pods = self
            .objects
            .iter()
            .filter(|key| key.kind == "Pod" && index.health(key, false) == Health::Unhealthy);
        let owners = pods.filter_map(|key| {
            let owner = index.get(key)?.meta.owners.first()?;
            let of_revision = owner.kind == "ReplicaSet";
            of_revision.then(|| ObjectKey::new(&owner.kind, &key.namespace, &owner.name))
        });
        owners.collect()
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
