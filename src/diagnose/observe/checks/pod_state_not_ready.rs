//! Pods that are not ready, as Periscope notes beside their logs, and of which there is no object.

use super::{Check, Need};
use crate::diagnose::finding::Subject;
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::observe::members::counted;
use crate::diagnose::scene::Scene;
use crate::examine::facts::{FactKind, PodStatus};
use crate::examine::part::CollectorFact;
use crate::locator::EntryPath;
use crate::severity::Severity;
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "pod-state-not-ready",
    needs: &[Need::Collected(FactKind::PodStates)],
    run,
};

/// A container that was restarted so often keeps failing.
const MANY: u64 = 5;
/// Younger pods may not be ready yet.
const START: SignedDuration = SignedDuration::from_mins(10);

/// States of one pod: what stands beside the log of each of its containers repeats the same.
type States<'a> = Vec<(&'a EntryPath, Option<&'a str>, &'a PodStatus)>;

/// Looks at the pods without an object: of the others that says more, and checks of its own read it.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let described: BTreeSet<&str> = scene
        .evidence
        .index
        .pods()
        .map(|(object, _)| object.key().name.as_str())
        .collect();
    let mut pods: BTreeMap<&str, States<'_>> = BTreeMap::new();
    for (path, role, fact) in &scene.evidence.collector {
        if let CollectorFact::PodStatus(status) = fact
            && !described.contains(status.pod.as_str())
        {
            let namespace = role.namespace.as_deref();
            pods.entry(&status.pod)
                .or_default()
                .push((path, namespace, status));
        }
    }
    pods.values()
        .filter_map(|states| clue(scene, states))
        .collect()
}

/// The clue of one pod.
fn clue(scene: Scene<'_>, told: &States<'_>) -> Option<Clue> {
    let (path, namespace, status) = told.iter().max_by_key(|(_, _, own)| own.restarts)?;
    let (ready, all) = status.ready;
    let ended = ["Succeeded", "Completed"].contains(&status.phase.as_str());
    let many = status.restarts >= MANY;
    let young = status.age.is_some_and(|age| age < START);
    if ready >= all || ended || (young && !many) {
        return None;
    }
    let subject = Subject {
        kind: "Pod".into(),
        // Periscope does not say it: none is invented.
        namespace: namespace.unwrap_or_default().to_owned(),
        name: status.pod.clone(),
        node: None,
    };
    let restarts = usize::try_from(status.restarts).unwrap_or(usize::MAX);
    let mut clue = Clue::collected(CHECK.id, subject)
        .with_citation(path, status.snippet.clone(), None)
        .seen(None, scene.evidence.capture.at)
        .detailed(format!(
            "{ready} of {} ready ({ready}/{all}), {}, phase {}",
            counted(usize::try_from(all).unwrap_or(usize::MAX), "container"),
            counted(restarts, "restart"),
            status.phase
        ));
    clue.count = status.restarts.max(1);
    clue.severity = many.then_some(Severity::High);
    Some(clue)
}
