//! Room 4: one sorted, immutable base of facts about the whole bundle.
//!
//! In: the parts of all entries, in any order. Out: [`Evidence`]: logs with their owner and real
//! times, objects by identity with their owners and health, events counted once, the versions in
//! use, and when all this was taken. Nothing here knows what is wrong.

mod capture;
mod cloud;
mod copies;
mod errors;
mod events;
mod facts;
mod images;
mod index;
mod inventory;
pub mod log;
mod logs;
mod nodes;
mod places;
mod readings;
mod retold;
mod skew;
#[cfg(test)]
mod testing;
mod timeline;

pub use crate::evidence::log::{LogHit, LogSample, LogSource};
pub use capture::Capture;
pub use errors::LogError;
pub use index::{Health, Index};
pub use inventory::{Inventory, VersionFact};
pub use nodes::{NodeSight, Nodes};
pub use skew::NodeSkew;
pub use timeline::{LogGap, Reboot, Rotation, Timeline, blind_side};

use crate::evidence::capture::taken_at;
use crate::examine::Part;
use crate::examine::part::{CollectorFact, EVERY_NAMESPACE, QuietEvents};
use crate::gap::{Gap, GapReason};
use crate::kube::{Event, Node, Object, ObjectKey};
use crate::layout::{self, Content, EntryFacts, Layout, Role};
use crate::limits::Limits;
use crate::locator::EntryPath;
use crate::rules::RuleSet;
use jiff::{Timestamp, ToSpan as _};
use readings::Listed;
use std::collections::{BTreeMap, BTreeSet};

/// Everything known about a bundle.
#[derive(Debug)]
pub struct Evidence {
    /// Format of the bundle and role of each entry.
    pub layout: Layout,
    /// When the bundle was taken.
    pub capture: Capture,
    /// Logs, in path order.
    pub logs: Vec<LogSource>,
    /// Objects by identity.
    pub index: Index,
    /// Events, each occurrence counted once, in order of object, reason and message.
    pub events: Vec<Event>,
    /// Events that were left out because the limit was reached.
    pub events_left_out: usize,
    /// First and last time of the events that are not kept: normal ones that no rule knows.
    pub quiet_events: QuietEvents,
    /// Kinds that were collected, with the number of objects.
    pub kinds: BTreeMap<String, usize>,
    /// Lists that an entry holds whole for one namespace, as (kind, namespace): an object that is
    /// not in them does not exist.
    lists: BTreeSet<(String, String)>,
    /// Lists of which nothing is missing, as (kind, namespace); see [`Self::holds_all`].
    whole_lists: BTreeSet<(String, String)>,
    /// What collectors' own files state, with the role of their entry.
    pub collector: Vec<(EntryPath, Role, CollectorFact)>,
    /// Versions in use.
    pub inventory: Inventory,
    /// Silences, boots and rotations.
    pub timeline: Timeline,
    /// The nodes that the bundle names, and what it holds of each.
    pub nodes: Nodes,
    /// How far the clocks of nodes are from that of the API server.
    pub skew: Vec<NodeSkew>,
    /// What was not read.
    pub gaps: Vec<Gap>,
    /// Entries read.
    pub entries: u64,
    /// Bytes read, after decompression.
    pub bytes: u64,
}

impl Evidence {
    /// Builds the base from parts in any order.
    pub fn build(
        mut parts: Vec<Part>,
        mut gaps: Vec<Gap>,
        rules: &RuleSet,
        limits: &Limits,
    ) -> Self {
        parts.sort_by(|a, b| (&a.path, a.piece).cmp(&(&b.path, b.piece)));
        let entries = parts.iter().filter(|part| part.piece == 0).count() as u64;
        let bytes = parts.iter().map(|part| part.bytes).sum();
        for part in &mut parts {
            gaps.append(&mut part.gaps);
        }
        gaps.sort();
        gaps.dedup();
        // A log or kind that the collector could not get costs no list that it did get.
        let hurts = |gap: &&Gap| !matches!(gap.reason, GapReason::NotCollected { .. });
        let damaged: BTreeSet<&EntryPath> = gaps
            .iter()
            .filter(hurts)
            .map(|gap| &gap.locator.entry)
            .collect();

        let mut layout = layout::detect(&facts(&parts));
        drop_duplicates(&mut parts, &layout);
        let kinds = kinds(&parts);
        let quiet_events = parts.iter().fold(QuietEvents::default(), |span, part| {
            span.with(part.quiet_events.first, part.quiet_events.last)
        });
        let lists = lists(&parts, &layout);
        let whole_lists = whole_lists(&parts, &layout, &damaged);
        let mut capture = Capture::find(&parts, &layout);
        capture.place_uploads(&mut layout);
        let objects = parts
            .iter_mut()
            .map(|part| Listed {
                at: taken_at(&layout, &part.path),
                objects: std::mem::take(&mut part.objects),
            })
            .collect();
        // The objects are put in order while the logs are joined: neither needs the other.
        let (index, (mut logs, events, events_left_out, collector)) = rayon::join(
            || Index::build(objects, limits),
            || {
                let logs = logs::merge(&mut parts, &layout, &capture, rules, limits);
                let (events, left_out) = events::merge(&mut parts, &layout, &capture, limits);
                let collector = facts::take(&mut parts, &layout);
                (logs, events, left_out, collector)
            },
        );
        logs::name_owners(&mut logs, &index, &events);
        copies::join(&mut logs);
        retold::drop_retold(&mut logs);
        if skew::correct_zones(&mut logs, &events) {
            capture.follow(&logs);
        }
        logs::name_pods(&mut logs, &index, &events);
        let (timeline, inventory) = rayon::join(
            || Timeline::of(&logs, &events),
            || Inventory::collect(&index, &collector),
        );
        let skew = skew::of_nodes(&events);
        let nodes = Nodes::of(&layout, &logs, &index, &events, &collector);
        gaps.extend(nodes.gap());
        gaps.sort();
        Self {
            layout,
            capture,
            logs,
            index,
            events,
            events_left_out,
            quiet_events,
            kinds,
            lists,
            whole_lists,
            collector,
            inventory,
            timeline,
            nodes,
            skew,
            gaps,
            entries,
            bytes,
        }
    }

    /// Whether objects of this kind were collected, even if there were none.
    pub fn collected(&self, kind: &str) -> bool {
        self.kinds.contains_key(kind)
    }

    /// Number of events: those of lists, or those that descriptions of objects tell.
    pub fn event_count(&self) -> usize {
        let listed = self.kinds.get("Event").copied().unwrap_or(0);
        listed.max(self.events.len())
    }

    /// Whether the bundle would hold this object if it existed: its kind was collected for its
    /// namespace, or other objects of both are there.
    pub fn would_hold(&self, key: &ObjectKey) -> bool {
        let listed = self
            .lists
            .contains(&(key.kind.clone(), key.namespace.clone()));
        listed
            || self
                .index
                .of_kind(&key.kind)
                .any(|object| object.key().namespace == key.namespace)
    }

    /// Whether the bundle holds all objects of a kind in a namespace (empty for cluster-scoped
    /// kinds), so that one which is not there did not exist. Single objects, which some collectors
    /// pick by name, do not tell this, and neither does a list that is damaged or was cut.
    pub fn holds_all(&self, kind: &str, namespace: &str) -> bool {
        let listed = |namespace: &str| {
            self.whole_lists
                .contains(&(kind.to_owned(), namespace.to_owned()))
        };
        self.index.left_out == 0 && (listed(namespace) || listed(EVERY_NAMESPACE))
    }

    /// Whether the bundle holds all objects of a kind in some namespace.
    pub fn lists_some(&self, kind: &str) -> bool {
        self.index.left_out == 0 && self.whole_lists.iter().any(|(listed, _)| listed == kind)
    }

    /// Whether the cluster runs in Azure: its nodes or its collector say so.
    pub fn in_azure(&self) -> bool {
        let node = |object: &Object, node: &Node| {
            node.provider_id
                .as_deref()
                .is_some_and(|id| id.starts_with("azure://"))
                || object
                    .meta
                    .labels
                    .keys()
                    .any(|label| label.starts_with("kubernetes.azure.com/"))
        };
        self.layout.format.promises().cloud == Some("aks")
            || self
                .index
                .nodes()
                .any(|(object, detail)| node(object, detail))
    }

    /// The logs of an entry: one, or one for each section of a dump.
    pub fn logs_of(&self, path: &EntryPath) -> &[LogSource] {
        let from = self.logs.partition_point(|log| log.path < *path);
        let rest = self.logs.get(from..).unwrap_or_default();
        let own = rest.partition_point(|log| log.path == *path);
        rest.get(..own).unwrap_or_default()
    }

    /// The instant a number of seconds before an entry was taken: before its upload where the
    /// collector says when that was, else before the capture.
    pub fn ago(&self, path: &EntryPath, seconds: i64) -> Option<Timestamp> {
        let at = taken_at(&self.layout, path).or(self.capture.at);
        at?.checked_sub(seconds.seconds()).ok()
    }

    /// The role of an entry.
    pub fn role(&self, path: &EntryPath) -> Role {
        self.layout.roles.get(path).cloned().unwrap_or_default()
    }
}

/// What layout may know of each entry; parts are in path order.
fn facts(parts: &[Part]) -> Vec<EntryFacts> {
    let mut entries: Vec<EntryFacts> = Vec::new();
    let mut hosts: BTreeMap<String, u64> = BTreeMap::new();
    for part in parts {
        if part.piece == 0 || entries.last().is_none_or(|last| last.path != part.path) {
            finish_hosts(entries.last_mut(), &mut hosts);
            entries.push(EntryFacts {
                path: part.path.clone(),
                shape: part.shape,
                kinds: BTreeMap::new(),
                sections: false,
                periscope: false,
                hosts: vec![],
                component_hint: None,
                bytes: 0,
                node: None,
                probed: None,
                latest: None,
            });
        }
        let Some(entry) = entries.last_mut() else {
            continue;
        };
        for (kind, count) in &part.kinds {
            *entry.kinds.entry(kind.clone()).or_default() += count;
        }
        entry.sections |= part.logs.iter().any(|log| log.section.is_some());
        entry.periscope |= part.collector.iter().any(CollectorFact::is_periscopes);
        entry.component_hint = entry
            .component_hint
            .or_else(|| part.logs.iter().find_map(|log| log.component_hint));
        entry.bytes += part.bytes;
        for fact in &part.collector {
            entry.node = entry.node.take().or_else(|| fact.node().map(str::to_owned));
            entry.probed = entry.probed.max(fact.probed());
        }
        let latest = part.logs.iter().filter_map(|log| log.latest_absolute).max();
        entry.latest = entry.latest.max(latest);
        for (tag, count) in part.logs.iter().flat_map(|log| &log.tags) {
            if let Some(host) = &tag.host {
                *hosts.entry(host.to_string()).or_default() += count;
            }
        }
    }
    finish_hosts(entries.last_mut(), &mut hosts);
    entries
}

/// Gives an entry the hosts counted for it, most frequent first.
fn finish_hosts(entry: Option<&mut EntryFacts>, hosts: &mut BTreeMap<String, u64>) {
    let mut counted: Vec<_> = std::mem::take(hosts).into_iter().collect();
    counted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    if let Some(entry) = entry {
        entry.hosts = counted.into_iter().map(|(host, _)| host).collect();
    }
}

/// Drops entries that layout knows as second copies, and logs whose bytes were already read for
/// the same pod (a collector that writes each log under two names).
fn drop_duplicates(parts: &mut Vec<Part>, layout: &Layout) {
    parts.retain(|part| {
        layout
            .roles
            .get(&part.path)
            .is_none_or(|role| role.content != Content::Duplicate)
    });
    let mut seen: BTreeSet<(Vec<u128>, &str, &str)> = BTreeSet::new();
    let mut copies: Vec<EntryPath> = Vec::new();
    for entry in parts.chunk_by(|a, b| a.path == b.path) {
        let Some(path) = entry.first().map(|part| &part.path) else {
            continue;
        };
        let role = layout.roles.get(path);
        let log = role.filter(|role| role.content == Content::PodLog);
        let Some((pod, container)) =
            log.and_then(|log| Some((log.pod.as_deref()?, &log.container)))
        else {
            continue;
        };
        let digest = entry.iter().map(|part| part.digest).collect();
        let some = entry.iter().any(|part| part.bytes > 0);
        if some && !seen.insert((digest, pod, container.as_deref().unwrap_or_default())) {
            copies.push(path.clone());
        }
    }
    if !copies.is_empty() {
        parts.retain(|part| copies.binary_search(&part.path).is_err());
    }
}

/// Kinds of all lists and objects.
fn kinds(parts: &[Part]) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for (kind, count) in parts.iter().flat_map(|part| &part.kinds) {
        *kinds.entry(kind.clone()).or_default() += count;
    }
    kinds
}

/// Lists of one kind and namespace, as the names of their entries and their own kinds say.
fn lists(parts: &[Part], layout: &Layout) -> BTreeSet<(String, String)> {
    let namespace = |part: &Part| {
        layout
            .roles
            .get(&part.path)
            .and_then(|role| role.namespace.clone())
    };
    parts
        .iter()
        .filter_map(|part| Some((namespace(part)?, &part.kinds)))
        .flat_map(|(namespace, kinds)| {
            kinds
                .keys()
                .map(move |kind| (kind.clone(), namespace.clone()))
        })
        .collect()
}

/// Lists of which nothing is missing: read to their end, out of entries without a gap. The name of
/// the entry says the namespace of an empty list.
fn whole_lists(
    parts: &[Part],
    layout: &Layout,
    damaged: &BTreeSet<&EntryPath>,
) -> BTreeSet<(String, String)> {
    let namespace = |part: &Part| {
        layout
            .roles
            .get(&part.path)
            .and_then(|role| role.namespace.clone())
    };
    parts
        .iter()
        .filter(|part| !damaged.contains(&part.path))
        .map(|part| (namespace(part), part))
        .flat_map(|(own, part)| {
            part.listed.iter().map(move |(kind, stated)| {
                let namespace = match &own {
                    Some(own) if stated.is_empty() => own,
                    _ => stated,
                };
                (kind.clone(), namespace.clone())
            })
        })
        .collect()
}
