//! Objects whose deletion was asked for long ago and is not done.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::evidence::Health;
use crate::kube::{Detail, Object, ObjectKey};
use crate::severity::Severity;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "terminating-stuck",
    needs: &[Need::AnyObject],
    run,
};

/// The time of deletion already holds the grace period; what takes this much longer is stuck.
const STUCK: SignedDuration = SignedDuration::from_mins(10);

/// What is told together: kind, namespace, and what keeps the objects.
type Group<'a> = (&'a str, &'a str, String);

/// Looks at everything that is being deleted. Objects of one kind and namespace that the same
/// finalizers keep are one finding.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let Some(at) = scene.evidence.capture.at else {
        return vec![];
    };
    let mut groups: BTreeMap<Group<'_>, Vec<(&Object, Timestamp)>> = BTreeMap::new();
    for object in scene.evidence.index.iter() {
        let by_age = || {
            let age = object.meta.deletion_age?;
            scene.evidence.ago(&object.path, age)
        };
        let Some(deleted) = object.meta.deleted.or_else(by_age) else {
            continue;
        };
        if at.duration_since(deleted) < STUCK {
            continue;
        }
        if let Some(why) = keeps(scene, object) {
            let key = object.key();
            groups
                .entry((&key.kind, &key.namespace, why))
                .or_default()
                .push((object, deleted));
        }
    }
    groups
        .into_iter()
        .flat_map(|((_, _, why), objects)| clues(scene, at, &why, &objects))
        .collect()
}

/// What keeps an object that is being deleted; `None` where nothing is known to.
fn keeps(scene: Scene<'_>, object: &Object) -> Option<String> {
    let finalizers = &object.meta.finalizers;
    if let Detail::Pod(pod) = &object.detail {
        let node = pod.node.as_deref().unwrap_or_default();
        let health = scene
            .evidence
            .index
            .health(&ObjectKey::new("Node", "", node), true);
        return Some(match health {
            _ if !finalizers.is_empty() => held_by(finalizers),
            Health::Unhealthy => {
                format!("the kubelet of {node}, which is not Ready, has to confirm its termination")
            }
            Health::Gone if scene.evidence.holds_all("Node", "") && !node.is_empty() => {
                format!("its node {node} no longer exists")
            }
            _ => "its kubelet has not confirmed its termination".to_owned(),
        });
    }
    if object.key().kind == "Namespace" {
        return Some("its content, or finalizers on that content, remain".to_owned());
    }
    (!finalizers.is_empty()).then(|| held_by(finalizers))
}

/// The finalizers that keep an object, in words.
fn held_by(finalizers: &[String]) -> String {
    let (what, verb) = match finalizers {
        [_] => ("finalizer", "has"),
        _ => ("finalizers", "have"),
    };
    format!("{what} {} {verb} to be removed", finalizers.join(", "))
}

/// The clues of one group; the first object stands for all.
fn clues(
    scene: Scene<'_>,
    at: Timestamp,
    why: &str,
    objects: &[(&Object, Timestamp)],
) -> Vec<Clue> {
    let Some((first, _)) = objects.first() else {
        return vec![];
    };
    let subject = scene.subject(first.key());
    let since = objects.iter().map(|(_, deleted)| *deleted).min();
    let held = since.map_or(0, |since| at.duration_since(since).as_mins());
    let many = match objects.len() {
        1 => String::new(),
        many => format!("{many} objects of this kind, "),
    };
    let said = format!("{many}being deleted for {}: {why}", duration(held));
    let mut clues = Vec::new();
    for (object, deleted) in objects {
        let mut clue = Clue::status(CHECK.id, scene, object)
            .citing(object, deletion_field(object), Some(*deleted))
            .seen(Some(*deleted), Some(at))
            .detailed(said.clone());
        if !object.meta.finalizers.is_empty() {
            clue = clue.citing(object, "metadata.finalizers", None);
        }
        clue.subject = subject.clone();
        // A pod that does not end may keep its volume from the next one.
        if !matches!(
            object.key().kind.as_str(),
            "Pod"
                | "Namespace"
                | "PersistentVolume"
                | "Service"
                | "CustomResourceDefinition"
                | "Node"
        ) {
            clue.severity = Some(Severity::Low);
        }
        clues.push(clue);
    }
    clues
}

/// The field that says since when an object is being deleted.
fn deletion_field(object: &Object) -> &'static str {
    match object.meta.deleted {
        Some(_) => "metadata.deletionTimestamp",
        None => "metadata.deletionAge",
    }
}

/// Minutes in words.
fn duration(minutes: i64) -> String {
    match minutes {
        ..120 => format!("{minutes} minutes"),
        120..2880 => format!("{} hours", minutes / 60),
        _ => format!("{} days", minutes / 1440),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_a_unit_that_fits() {
        for (minutes, words) in [
            (10, "10 minutes"),
            (119, "119 minutes"),
            (120, "2 hours"),
            (2879, "47 hours"),
            (2880, "2 days"),
        ] {
            assert_eq!(duration(minutes), words);
        }
    }

    #[test]
    fn finalizers_are_told_by_name() {
        let one = ["a/b".to_owned()];
        assert_eq!(held_by(&one), "finalizer a/b has to be removed");
        let two = ["a/b".to_owned(), "c".to_owned()];
        assert_eq!(held_by(&two), "finalizers a/b, c have to be removed");
    }
}
