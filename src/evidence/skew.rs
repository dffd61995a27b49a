//! Clocks that disagree: of nodes with the API server, and of logs with the events of the same node.
//!
//! A kubelet stamps the first time of an event with its own clock, and the API server stamps the
//! creation of the same object with its own. What lies between is the way, which takes time but
//! never gives any: the smallest difference of several events is the skew.
//!
//! A log whose times have no zone is compared with the events that its lines led to. They differ by
//! whole half hours where the node's clock shows local time.

use super::LogSource;
use crate::kube::Event;
use jiff::SignedDuration;
use std::collections::BTreeMap;

/// Fewer events say too little: one may have waited for a connection.
const LEAST_EVENTS: u64 = 3;

/// Zones are multiples of this many seconds here; quarter hours are too near to plain delays.
const HALF_HOUR: i64 = 1_800;

/// A line and its event are this many seconds apart at most.
const WAY: i64 = 120;

/// The zone furthest from UTC, in seconds.
const FURTHEST: i64 = 14 * 3_600;

/// How far the clock of a node is from that of the API server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeSkew {
    /// The node.
    pub node: String,
    /// Seconds that its clock is ahead; negative where it is behind.
    pub ahead_seconds: i64,
    /// Events that this was told from.
    pub events: u64,
}

/// The skew of each node that wrote enough events.
pub(super) fn of_nodes(events: &[Event]) -> Vec<NodeSkew> {
    let mut lags: BTreeMap<&str, (i64, u64)> = BTreeMap::new();
    for event in events {
        let (Some(host), Some(created), Some(first)) = (&event.host, event.created, event.first)
        else {
            continue;
        };
        let lag = created.duration_since(first).as_secs();
        let (least, count) = lags.entry(host).or_insert((lag, 0));
        *least = lag.min(*least);
        *count += 1;
    }
    lags.into_iter()
        .filter(|(_, (_, count))| *count >= LEAST_EVENTS)
        .map(|(node, (lag, events))| NodeSkew {
            node: node.to_owned(),
            ahead_seconds: lag.saturating_neg(),
            events,
        })
        .collect()
}

/// Moves logs without a zone to UTC where the events of their lines tell the zone, or other logs of
/// their machines do.
pub(super) fn correct_zones(logs: &mut [LogSource], events: &[Event]) -> bool {
    let by_events = move_each(logs, |log| zone_of(log, events));
    let zones = zones_of_hosts(logs);
    let by_siblings = move_each(logs, |log| {
        let mut known = log.hosts.iter().map(|host| zones.get(host).copied()?);
        let first = known.next()??;
        known.all(|other| other == Some(first)).then_some(first)
    });
    by_events || by_siblings
}

/// Moves each log that has no zone yet and of which `zone` tells one; says whether any was moved.
fn move_each(logs: &mut [LogSource], zone: impl Fn(&LogSource) -> Option<i32>) -> bool {
    let mut moved = false;
    for log in logs
        .iter_mut()
        .filter(|log| log.zoneless && log.zone.is_none())
    {
        if let Some(zone) = zone(log).filter(|zone| *zone != 0) {
            log.shift(SignedDuration::from_secs(-i64::from(zone)));
            log.zone = Some(zone);
            moved = true;
        }
    }
    moved
}

/// The zone of each machine that some of its logs tell; `None` where they tell several.
fn zones_of_hosts(logs: &[LogSource]) -> BTreeMap<String, Option<i32>> {
    let mut zones: BTreeMap<String, Option<i32>> = BTreeMap::new();
    for log in logs {
        let Some(zone) = log.zone else { continue };
        for host in &log.hosts {
            let known = zones.entry(host.clone()).or_insert(Some(zone));
            if *known != Some(zone) {
                *known = None;
            }
        }
    }
    zones
}

/// The zone that most pairs of a line and its event agree on; at least two must, and more than
/// agree on any other.
fn zone_of(log: &LogSource, events: &[Event]) -> Option<i32> {
    let mut votes: BTreeMap<i64, u64> = BTreeMap::new();
    for hit in &log.hits {
        let (Some(pod), Some(namespace)) = (&hit.about.pod, &hit.about.namespace) else {
            continue;
        };
        let same = |event: &&Event| {
            event.object.kind == "Pod"
                && *event.object.name == **pod
                && *event.object.namespace == **namespace
                && event.hits.iter().any(|other| other.matcher == hit.matcher)
        };
        for event in events.iter().filter(same) {
            let pairs = [hit.first.zip(event.first), hit.last.zip(event.last)];
            for (line, event) in pairs.into_iter().flatten() {
                let apart = line.duration_since(event).as_secs();
                let zone = (apart + HALF_HOUR / 2).div_euclid(HALF_HOUR) * HALF_HOUR;
                if (apart - zone).abs() <= WAY && zone.abs() <= FURTHEST {
                    *votes.entry(zone).or_default() += 1;
                }
            }
        }
    }
    let (zone, most) = votes
        .iter()
        .max_by_key(|(zone, votes)| (**votes, -zone.abs()))?;
    let rivals = votes.values().filter(|votes| *votes == most).count();
    (*most >= 2 && rivals == 1).then(|| i32::try_from(*zone).ok())?
}
