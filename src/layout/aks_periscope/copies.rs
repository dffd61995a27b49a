//! Which of the copies of one file count.
//!
//! An upload holds most files twice, as blobs and in the node's zip. Every node uploads what it sees
//! of the whole cluster. And whoever runs Periscope again gets everything once more. In: where the
//! entries lie, and whose uploads they are. Out: roles that say [`Content::Duplicate`] of all copies
//! but one, or, for logs, of what the entry is a copy: which of them holds the others is seen when
//! their times are known.

use super::super::{Content, Named, Role, Shape};
use super::keys::Collector;
use super::place::{Base, Place};
use super::spelling;
use super::upload::{Moment, Upload};
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Whose a collector's files are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Those of the node that it ran on.
    Node,
    /// Those of the cluster: all nodes upload the same.
    Cluster,
}

/// What becomes of a file when it is collected again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    /// It says how things are at the moment: the newest counts.
    State,
    /// It is a log, which goes on where the earlier one ended.
    Log,
    /// It tells of its own moment, or of objects and events that are merged by what they are.
    Apart,
}

/// Whose the files of a collector are.
pub(super) fn scope(collector: Collector) -> Scope {
    match collector {
        Collector::KubeObjects
        | Collector::SystemPerf
        | Collector::PodDisruptionBudget
        | Collector::Helm
        | Collector::PodsContainerLogs
        | Collector::Osm
        | Collector::Smi => Scope::Cluster,
        Collector::NetworkOutbound
        | Collector::NetworkConfig
        | Collector::SystemLogs
        | Collector::NodeLogs
        | Collector::KubeletCmd
        | Collector::Dns
        | Collector::IpTables
        | Collector::ContainerLogs
        | Collector::ProvisionLogs
        | Collector::WindowsLogs
        | Collector::InspektorGadget => Scope::Node,
    }
}

/// What becomes of a file of this collector and role when it is collected again.
fn again(collector: Collector, role: &Role) -> Again {
    match (collector, role.content) {
        (_, Content::NodeLog | Content::PodLog) => Again::Log,
        (Collector::KubeObjects | Collector::NetworkOutbound | Collector::InspektorGadget, _) => {
            Again::Apart
        }
        _ => Again::State,
    }
}

/// What blob and zip entry of one upload have in common: node, moment, key.
type Uploaded<'a> = (&'a str, Moment, String);

/// What copies of all uploads have in common: cluster, node where it is of one, key.
type Repeated<'a> = (&'a str, Option<&'a str>, String);

/// Gives all copies their roles.
pub(super) fn mark<'a>(
    entries: &[Named],
    places: &BTreeMap<usize, Place<'a>>,
    uploads: &BTreeMap<Base<'a>, Upload>,
    roles: &mut BTreeMap<usize, Role>,
) {
    let clusters: BTreeSet<&str> = uploads
        .values()
        .filter_map(|upload| upload.container.as_deref())
        .collect();
    let mut in_upload: BTreeMap<Uploaded<'_>, Vec<Copy>> = BTreeMap::new();
    let mut in_all: BTreeMap<Repeated<'_>, Vec<(Again, Copy)>> = BTreeMap::new();
    for (index, place) in places {
        let (Some(entry), Some(upload), Some(role)) = (
            entries.get(*index),
            uploads.get(place.base),
            roles.get(index),
        ) else {
            continue;
        };
        let copy = Copy::of(*index, entry, place, upload, role);
        let key = match place.collector {
            Some(Collector::NodeLogs) => spelling::folded(&place.key),
            _ => place.key.clone(),
        };
        if let Some(node) = upload.node.as_deref() {
            let copies = in_upload
                .entry((node, upload.moment, key.clone()))
                .or_default();
            copies.push(copy);
        }
        let Some(collector) = place.collector else {
            continue;
        };
        // Where all uploads are of one container, or none says, they are of one cluster.
        let container = upload.container.as_deref().filter(|_| clusters.len() > 1);
        let container = container.unwrap_or_default();
        let node = match scope(collector) {
            Scope::Cluster => None,
            Scope::Node if upload.node.is_none() => continue,
            Scope::Node => upload.node.as_deref(),
        };
        let copies = in_all.entry((container, node, key)).or_default();
        copies.push((again(collector, role), copy));
    }
    for copies in in_upload.into_values() {
        keep_best(copies, roles);
    }
    for ((container, node, key), copies) in in_all {
        let counts = |copy: &Copy| {
            let role = roles.get(&copy.index);
            role.is_some_and(|role| role.content != Content::Duplicate)
        };
        let of = |kind: Again| {
            let copies = copies
                .iter()
                .filter(|(own, copy)| *own == kind && counts(copy));
            copies.map(|(_, copy)| *copy).collect::<Vec<_>>()
        };
        let (states, logs) = (of(Again::State), of(Again::Log));
        keep_best(states, roles);
        if logs.len() > 1 {
            let log: Arc<str> = format!("{container}/{}/{key}", node.unwrap_or_default()).into();
            for copy in logs {
                if let Some(role) = roles.get_mut(&copy.index) {
                    role.copy_of = Some(Arc::clone(&log));
                }
            }
        }
    }
}

/// One of several copies; the greatest is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Copy {
    /// Since 0.0.13 the zip has an empty entry for what could not be read.
    filled: bool,
    /// A list that could not be fetched has a sentence in its place.
    fetched: bool,
    /// When it was collected.
    at: Option<Timestamp>,
    /// The zip also has what collectors gathered before they failed, and older releases lost bytes
    /// in blobs.
    from_zip: bool,
    /// The first in path order, where nothing else tells.
    order: Reverse<usize>,
    /// Its place in the list.
    index: usize,
}

impl Copy {
    /// What speaks for an entry.
    fn of(index: usize, entry: &Named, place: &Place, upload: &Upload, role: &Role) -> Self {
        Self {
            filled: entry.facts.bytes > 0,
            fetched: role.content != Content::Objects || entry.facts.shape != Shape::Log,
            at: upload.collected.map(|collected| collected.at),
            from_zip: place.from_zip,
            order: Reverse(index),
            index,
        }
    }
}

/// Marks all copies but the best.
fn keep_best(copies: Vec<Copy>, roles: &mut BTreeMap<usize, Role>) {
    let best = copies.iter().max().copied();
    for copy in copies {
        if Some(copy) != best
            && let Some(role) = roles.get_mut(&copy.index)
        {
            role.content = Content::Duplicate;
        }
    }
}
