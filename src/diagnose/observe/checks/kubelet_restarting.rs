//! Kubelets that start again and again, told from the events that each start writes.

use super::{Check, Need};
use crate::diagnose::finding::{Citation, State, Subject};
use crate::diagnose::observe::clue::{Authority, Clue};
use crate::diagnose::scene::Scene;
use crate::kube::Event;
use jiff::SignedDuration;
use std::collections::BTreeMap;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "kubelet-restarting",
    needs: &[Need::Objects("Event")],
    run,
};

/// Starts within an hour of events that no upgrade or reboot explains.
const OFTEN: u64 = 5;
/// Events seen within this time before the capture speak of the present.
const PRESENT: SignedDuration = SignedDuration::from_mins(30);

/// Counts `Starting` events of the kubelet for each node.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut starts: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for event in &scene.evidence.events {
        if event.object.kind == "Node"
            && event.reason == "Starting"
            && event.message.starts_with("Starting kubelet")
        {
            starts.entry(&event.object.name).or_default().push(event);
        }
    }
    starts
        .into_iter()
        .filter_map(|(node, events)| clue(scene, node, &events))
        .collect()
}

/// The clue of one node whose kubelet started too often.
fn clue(scene: Scene<'_>, node: &str, events: &[&Event]) -> Option<Clue> {
    let count: u64 = events.iter().map(|event| event.count).sum();
    let latest = events.iter().max_by_key(|event| event.last)?;
    if count < OFTEN {
        return None;
    }
    let recent = scene
        .evidence
        .capture
        .at
        .zip(latest.last)
        .is_some_and(|(at, last)| at.duration_since(last) < PRESENT);
    Some(Clue {
        rule: CHECK.id.into(),
        subject: Subject::node(node),
        affected: Subject::node(node),
        count,
        first: events.iter().filter_map(|event| event.first).min(),
        last: latest.last,
        citations: vec![Citation {
            path: latest.path.clone(),
            time: latest.last,
            snippet: latest.snippet.clone(),
        }],
        state: if recent {
            (
                State::Active,
                "it started again shortly before the capture".into(),
            )
        } else {
            (State::Unknown, "no start shortly before the capture".into())
        },
        authority: Authority::Event,
        detail: format!("{count} starts of the kubelet in the events"),
        values: BTreeMap::new(),
        silenced_by: Box::default(),
        severity: None,
        confidence: None,
    })
}
