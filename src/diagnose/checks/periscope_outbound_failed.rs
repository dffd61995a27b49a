//! Connections out of the cluster that AKS Periscope tried and could not make.

use super::{Check, Need};
use crate::diagnose::clue::{Authority, Clue, Scene};
use crate::diagnose::finding::{Citation, State, Subject};
use crate::examine::part::{CollectorFact, Outbound};
use crate::severity::Severity;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "periscope-outbound-failed",
    needs: &[Need::Outbound],
    run,
};

/// Probes of one node to one target.
type Probes<'a> = Vec<(&'a crate::locator::EntryPath, &'a Outbound)>;

/// Looks at the probes of each node and target in the order of time; the last one is the present.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut probes: BTreeMap<(String, &str), Probes<'_>> = BTreeMap::new();
    for (path, role, fact) in &scene.evidence.collector {
        if let CollectorFact::Outbound(probe) = fact {
            let node = probe
                .host
                .clone()
                .or_else(|| role.node.clone())
                .unwrap_or_default();
            probes
                .entry((node, &probe.kind))
                .or_default()
                .push((path, probe));
        }
    }
    probes
        .into_iter()
        .filter_map(|((node, kind), mut tries)| {
            tries.sort_by_key(|(path, probe)| (probe.time, (*path).clone(), probe.snippet.line));
            clue(&node, kind, &tries)
        })
        .collect()
}

/// The clue of one node that could not reach one target.
fn clue(node: &str, kind: &str, tries: &Probes<'_>) -> Option<Clue> {
    let failed: Vec<_> = tries
        .iter()
        .filter(|(_, probe)| probe.error.is_some())
        .collect();
    let (path, latest) = failed.last()?;
    let times = || failed.iter().filter_map(|(_, probe)| probe.time);
    let (first, last): (Option<Timestamp>, Option<Timestamp>) = (times().min(), times().max());
    let still = tries.last().is_some_and(|(_, probe)| probe.error.is_some());
    let subject = if node.is_empty() {
        Subject::component("periscope", None)
    } else {
        Subject::node(node)
    };
    let url = latest
        .url
        .as_deref()
        .map(|url| format!(" ({url})"))
        .unwrap_or_default();
    Some(Clue {
        rule: CHECK.id.into(),
        subject: subject.clone(),
        affected: subject,
        count: failed.len() as u64,
        first,
        last,
        citations: vec![Citation {
            path: (*path).clone(),
            time: latest.time,
            snippet: latest.snippet.clone(),
        }],
        state: if still {
            (State::Active, "the last probe failed".into())
        } else {
            (State::Resolved, "a later probe connected".into())
        },
        authority: Authority::Status,
        detail: format!(
            "{kind}{url}: {}",
            latest.error.as_deref().unwrap_or_default()
        ),
        values: BTreeMap::from([("node".to_owned(), node.to_owned())]),
        // A cluster may well have no way to the open internet; the API server it cannot do without.
        silenced_by: Box::default(),
        severity: Some(match kind {
            "AKS API Server" | "APIServerConnectivity" => Severity::Critical,
            "Internet" | "InternetConnectivity" => Severity::Low,
            _ => Severity::High,
        }),
        confidence: None,
    })
}
