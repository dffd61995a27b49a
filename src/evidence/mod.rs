//! Room 4: one sorted, immutable base of facts about the whole bundle.
//!
//! In: the parts of all entries: those of one in their order, entries in any; a [`Ledger`] folds them
//! while more is read. Out: [`Evidence`]: logs with their owner and real times, objects by identity
//! with their owners and health, events counted once, the versions in use, and when all this was
//! taken. Nothing here knows what is wrong.

mod capture;
mod cloud;
mod clusters;
mod copies;
mod events;
mod facts;
mod fold;
mod homes;
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
mod stopped;
#[cfg(test)]
mod testing;
mod timeline;

pub use crate::evidence::log::{LogHit, LogSample, LogSource};
pub use capture::Capture;
pub use fold::{Ledger, LogError};
pub use index::{Health, Index};
pub use inventory::{Inventory, VersionFact};
pub use nodes::{NodeSight, Nodes};
pub use skew::NodeSkew;
pub use timeline::{LogGap, Reboot, Rotation, Timeline, blind_side};

use crate::evidence::capture::taken_at;
use crate::examine::part::{CollectorFact, EVERY_NAMESPACE, QuietEvents, ToldEvents};
use crate::gap::Gap;
use crate::kube::{Event, Node, Object, ObjectKey};
use crate::layout::{self, Content, EntryFacts, Layout, Role};
use crate::limits::Limits;
use crate::locator::EntryPath;
use crate::rules::RuleSet;
use fold::Entry;
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
    /// Events that no list of them brought.
    pub told_events: ToldEvents,
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

/// Events, or descriptions with their events, that are more than an excerpt.
const EXCERPT: usize = 20;

/// Objects of a kind that may as well be picked out of many.
const FEW: usize = 3;

impl Evidence {
    /// Builds the base from all that was read.
    pub fn build(read: Ledger<'_>, rules: &RuleSet, limits: &Limits) -> Self {
        let (mut entries, gaps) = read.finish();
        let read = entries.len() as u64;
        let bytes = entries.iter().map(|entry| entry.bytes).sum();
        let (mut gaps, damaged) = gaps.finish();
        let mut layout = layout::detect(&facts(&entries));
        drop_duplicates(&mut entries, &layout);
        homes::find(&mut entries);
        let apart = clusters::told_apart(&entries);
        let kinds = kinds(&entries);
        let quiet_events = entries.iter().fold(QuietEvents::default(), |span, entry| {
            span.with(entry.quiet_events.first, entry.quiet_events.last)
        });
        let mut told_events = ToldEvents::default();
        for entry in &entries {
            told_events += entry.told_events;
        }
        let lists = lists(&entries, &layout);
        let whole_lists = whole_lists(&entries, &layout, &damaged);
        let mut capture = Capture::find(&entries, &layout);
        capture.place_uploads(&mut layout);
        let objects = entries
            .iter_mut()
            .map(|entry| Listed {
                at: taken_at(&layout, &entry.path),
                objects: std::mem::take(&mut entry.objects),
            })
            .collect();
        // The objects are put in order while the logs are joined: neither needs the other.
        let (index, (mut logs, events, events_left_out, collector)) = rayon::join(
            || Index::build(objects, limits),
            || {
                let logs = logs::take(&mut entries, &layout, &capture, rules, limits);
                let (events, left_out) = events::merge(&mut entries, &layout, &capture, limits);
                let collector = facts::take(&mut entries, &layout);
                (logs, events, left_out, collector)
            },
        );
        logs::name_owners(&mut logs, &index, &events);
        copies::join(&mut logs);
        retold::drop_retold(&mut logs);
        if skew::correct_zones(&mut logs, &events) {
            capture.follow(&logs);
        }
        capture.doubt(&logs);
        logs::name_pods(&mut logs, &index, &events);
        let (timeline, inventory) = rayon::join(
            || Timeline::of(&logs, &events),
            || Inventory::collect(&index, &collector),
        );
        let skew = skew::of_nodes(&events);
        let nodes = Nodes::of(&layout, &logs, &index, &events, &collector);
        gaps.extend(nodes.gap().into_iter().chain(apart));
        gaps.extend(stopped::gaps(&layout, &index));
        gaps.sort();
        Self {
            layout,
            capture,
            logs,
            index,
            events,
            events_left_out,
            quiet_events,
            told_events,
            kinds,
            lists,
            whole_lists,
            collector,
            inventory,
            timeline,
            nodes,
            skew,
            gaps,
            entries: read,
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

    /// The events that were read where they are too few, and of too few objects, to be more than what
    /// somebody copied: that a failure is not among them says nothing.
    pub fn excerpt_of_events(&self) -> Option<ToldEvents> {
        let told = self.told_events;
        let read = self.kinds.get("Event").copied().unwrap_or(0);
        let listed = read > told.rows || self.lists_some("Event");
        let few = told.described.max(told.rows) < EXCERPT;
        (self.collected("Event") && few && !listed).then_some(told)
    }

    /// How many objects of a kind were read, where these are few and nothing says that there are no
    /// others: whoever hands over a few shows what is wrong, and not what is well.
    pub fn shows_only(&self, kind: &str) -> Option<usize> {
        let count = self
            .kinds
            .get(kind)
            .copied()
            .filter(|count| (1..=FEW).contains(count));
        count.filter(|_| self.layout.format == layout::Format::Generic && !self.lists_some(kind))
    }

    /// Whether objects of a kind with a status of their own were read: a row of a table has none.
    pub fn has_statuses(&self, kind: &str) -> bool {
        let mut pods = self.index.pods();
        kind != "Pod" || pods.any(|(_, pod)| pod.listed.is_none())
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
        let first = (kind.to_owned(), String::new());
        let next = self.whole_lists.range(first..).next();
        self.index.left_out == 0 && next.is_some_and(|(listed, _)| listed == kind)
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

/// What layout may know of each entry.
fn facts(entries: &[Entry]) -> Vec<EntryFacts> {
    entries.iter().map(facts_of).collect()
}

/// What it may know of one.
fn facts_of(entry: &Entry) -> EntryFacts {
    let logs = || entry.logs.values();
    let mut hosts: BTreeMap<&str, u64> = BTreeMap::new();
    for (tag, count) in logs().flat_map(|log| &log.tags) {
        if let Some(host) = &tag.host {
            *hosts.entry(host).or_default() += count;
        }
    }
    let mut hosts: Vec<_> = hosts.into_iter().collect();
    hosts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let stated = entry.collector.iter();
    EntryFacts {
        path: entry.path.clone(),
        shape: entry.shape,
        kinds: entry.kinds.clone(),
        sections: entry.logs.keys().any(Option::is_some),
        periscope: stated.clone().any(CollectorFact::is_periscopes),
        hosts: hosts.into_iter().map(|(host, _)| host.to_owned()).collect(),
        component_hint: logs().find_map(|log| log.hint),
        bytes: entry.bytes,
        node: stated
            .clone()
            .find_map(|fact| fact.node().map(str::to_owned)),
        probed: stated.filter_map(CollectorFact::probed).max(),
        latest: logs().filter_map(|log| log.latest_absolute).max(),
    }
}

/// Drops entries that layout knows as second copies, and logs whose bytes were already read for
/// the same pod (a collector that writes each log under two names).
fn drop_duplicates(entries: &mut Vec<Entry>, layout: &Layout) {
    let mut seen: BTreeSet<(Vec<u128>, &str, &str)> = BTreeSet::new();
    entries.retain(|entry| {
        let Some(role) = layout.roles.get(&entry.path) else {
            return true;
        };
        if role.content == Content::Duplicate {
            return false;
        }
        let (Content::PodLog, Some(pod), true) =
            (role.content, role.pod.as_deref(), entry.bytes > 0)
        else {
            return true;
        };
        let container = role.container.as_deref().unwrap_or_default();
        seen.insert((entry.digests.clone(), pod, container))
    });
}

/// Kinds of all lists and objects.
fn kinds(entries: &[Entry]) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for (kind, count) in entries.iter().flat_map(|entry| &entry.kinds) {
        *kinds.entry(kind.clone()).or_default() += count;
    }
    kinds
}

/// Lists of one kind and namespace, as the names of their entries and their own kinds say.
fn lists(entries: &[Entry], layout: &Layout) -> BTreeSet<(String, String)> {
    let namespace = |entry: &Entry| {
        layout
            .roles
            .get(&entry.path)
            .and_then(|role| role.namespace.clone())
    };
    entries
        .iter()
        .filter_map(|entry| Some((namespace(entry)?, &entry.kinds)))
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
    entries: &[Entry],
    layout: &Layout,
    damaged: &BTreeSet<EntryPath>,
) -> BTreeSet<(String, String)> {
    let namespace = |entry: &Entry| {
        layout
            .roles
            .get(&entry.path)
            .and_then(|role| role.namespace.clone())
    };
    entries
        .iter()
        .filter(|entry| !damaged.contains(&entry.path))
        .map(|entry| (namespace(entry), entry))
        .flat_map(|(own, entry)| {
            entry.listed.iter().map(move |(kind, stated)| {
                let namespace = match &own {
                    Some(own) if stated.is_empty() => own,
                    _ => stated,
                };
                (kind.clone(), namespace.clone())
            })
        })
        .collect()
}
