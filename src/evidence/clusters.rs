//! Whether the inputs are of one cluster and one time.
//!
//! Some objects are in every cluster, and never made anew: where one of them has two UIDs, there are
//! two clusters. Without them inputs that name no node in common are told apart, and so are captures
//! that lie more than a day apart.

use super::fold::Entry;
use crate::gap::{Gap, GapReason};
use crate::kube::{Detail, Object};
use crate::locator::Locator;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Kind, namespace and name of objects that live as long as their cluster.
const LASTING: [(&str, &str, &str); 5] = [
    ("Namespace", "", "default"),
    ("Namespace", "", "kube-public"),
    ("Namespace", "", "kube-system"),
    ("Namespace", "", "openshift-config"),
    ("Service", "default", "kubernetes"),
];

/// Captures of one ticket are less apart than this.
const APART: SignedDuration = SignedDuration::from_hours(24);

/// What is to be said of inputs that do not belong together; `None` where nothing tells them apart.
pub(super) fn told_apart(entries: &[Entry]) -> Option<Gap> {
    by_uid(entries).or_else(|| {
        let inputs = inputs(entries);
        by_nodes(&inputs).or_else(|| by_time(&inputs))
    })
}

/// Two UIDs of one lasting object.
fn by_uid(entries: &[Entry]) -> Option<Gap> {
    let mut known: BTreeMap<&(&str, &str, &str), (&str, Locator)> = BTreeMap::new();
    for object in entries.iter().flat_map(|entry| &entry.objects) {
        let key = object.key();
        let own = (&*key.kind, &*key.namespace, &*key.name);
        let (Some(lasting), Some(uid)) = (
            LASTING.iter().find(|one| **one == own),
            object.meta.uid.as_deref(),
        ) else {
            continue;
        };
        let here = place(object);
        match known.get(lasting) {
            Some((first, at)) if *first != uid => {
                let what = format!(
                    "{key} has the UID {first} in {} and {uid} in {}",
                    at.entry, here.entry
                );
                return Some(gap(here, true, what));
            }
            Some(_) => {}
            None => _ = known.insert(lasting, (uid, here)),
        }
    }
    None
}

/// What one input says of the cluster.
#[derive(Default)]
struct Input<'a> {
    /// The place of its first node, event or pod.
    place: Option<Locator>,
    /// Its nodes, where it lists them.
    nodes: BTreeSet<&'a str>,
    /// The newest time of its events and of its nodes.
    newest: Option<Timestamp>,
}

/// The inputs that hold objects, by name.
fn inputs(entries: &[Entry]) -> BTreeMap<&str, Input<'_>> {
    let mut inputs: BTreeMap<&str, Input<'_>> = BTreeMap::new();
    for entry in entries {
        let own = inputs.entry(entry.path.bundle_name()).or_default();
        // Nodes that somebody described one by one are not all that there are.
        let all_nodes = entry.listed.iter().any(|(kind, _)| kind == "Node");
        for object in &entry.objects {
            let Detail::Node(node) = &object.detail else {
                continue;
            };
            if all_nodes {
                own.nodes.insert(&object.key().name);
            }
            let beats = node.conditions.iter().map(|condition| condition.heartbeat);
            own.newest = own.newest.max(beats.max().flatten());
            own.place.get_or_insert_with(|| place(object));
        }
        for event in &entry.events {
            own.newest = own.newest.max(event.last);
            own.place
                .get_or_insert_with(|| event.path.line(event.snippet.line));
        }
        own.newest = own.newest.max(entry.quiet_events.last);
    }
    inputs.retain(|_, input| input.place.is_some());
    inputs
}

/// Where an object begins.
fn place(object: &Object) -> Locator {
    object.path.line(object.text.first_line())
}

/// Two inputs without a node in common.
fn by_nodes(inputs: &BTreeMap<&str, Input<'_>>) -> Option<Gap> {
    let mut with_nodes = inputs.iter().filter(|(_, input)| !input.nodes.is_empty());
    let (first, one) = with_nodes.next()?;
    let (name, other) = with_nodes.find(|(_, other)| one.nodes.is_disjoint(&other.nodes))?;
    let what = format!("{first} and {name} have no node in common");
    Some(gap(other.place.clone()?, true, what))
}

/// Two inputs of times far apart.
fn by_time(inputs: &BTreeMap<&str, Input<'_>>) -> Option<Gap> {
    let timed = || inputs.iter().filter(|(_, input)| input.newest.is_some());
    let (early, first) = timed().min_by_key(|(name, input)| (input.newest, **name))?;
    let (late, last) = timed().max_by_key(|(name, input)| (input.newest, **name))?;
    let apart = last.newest?.duration_since(first.newest?);
    let days = apart.as_hours() / 24;
    let days = match days {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    let what =
        format!("{early} ends {days} before {late}; the end of {late} counts as the present");
    let place = first.place.clone()?;
    (apart >= APART).then(|| gap(place, false, what))
}

/// The gap that says it.
fn gap(locator: Locator, clusters: bool, what: String) -> Gap {
    Gap {
        locator,
        reason: GapReason::NotOne { clusters, what },
    }
}
