//! Containers that use nearly all CPU or memory that their limits allow.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::observe::fit::amount;
use crate::diagnose::scene::Scene;
use crate::examine::facts::{FactKind, Usage, UsageOf};
use crate::examine::part::CollectorFact;
use crate::kube::{Container, ContainerKind, Object, Pod};
use crate::locator::EntryPath;
use std::collections::BTreeMap;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "container-usage-at-limit",
    needs: &[Need::All(&[
        Need::Collected(FactKind::Usage),
        Need::Objects("Pod"),
    ])],
    run,
};

/// Percent of a limit from which on it is reached.
const REACHED: i64 = 95;

/// Joins the use of containers with the limits in the objects of their pods.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut lists: BTreeMap<&EntryPath, Vec<&Usage>> = BTreeMap::new();
    for (path, _, fact) in &scene.evidence.collector {
        if let CollectorFact::Usage(usage) = fact
            && usage.of != UsageOf::Node
        {
            lists.entry(path).or_default().push(usage);
        }
    }
    let mut named: BTreeMap<&str, Vec<Limited<'_>>> = BTreeMap::new();
    for limited in limited(scene) {
        named
            .entry(&limited.container.name)
            .or_default()
            .push(limited);
    }
    let mut clues: BTreeMap<(&str, &str, &str), (i64, Clue)> = BTreeMap::new();
    for (path, list) in lists {
        for usage in &list {
            let Some(own) = joined(scene, usage, &list, &named) else {
                continue;
            };
            let key = own.object.key();
            let key = (
                key.namespace.as_str(),
                key.name.as_str(),
                own.container.name.as_str(),
            );
            let Some((percent, clue)) = own.clue(scene, path, usage) else {
                continue;
            };
            if clues.get(&key).is_none_or(|(known, _)| *known < percent) {
                clues.insert(key, (percent, clue));
            }
        }
    }
    clues.into_values().map(|(_, clue)| clue).collect()
}

/// A container of a pod in the bundle.
struct Limited<'a> {
    object: &'a Object,
    container: &'a Container,
}

/// All ordinary containers of pods.
fn limited(scene: Scene<'_>) -> impl Iterator<Item = Limited<'_>> {
    scene
        .evidence
        .index
        .pods()
        .flat_map(|(object, pod)| ordinary(pod).map(move |container| Limited { object, container }))
}

/// The containers of a pod that run all the time.
fn ordinary(pod: &Pod) -> impl Iterator<Item = &Container> {
    let containers = pod.containers.iter();
    containers.filter(|container| container.kind == ContainerKind::Main)
}

/// Whose use it is. Periscope's list names containers only, of all namespaces: a name that stands
/// once in it, and once among the pods of the bundle, is of one container. The use of a pod is that of
/// its container, where it has but one.
fn joined<'a>(
    scene: Scene<'a>,
    usage: &'a Usage,
    list: &[&Usage],
    named: &BTreeMap<&str, Vec<Limited<'a>>>,
) -> Option<Limited<'a>> {
    match (usage.of, &usage.namespace) {
        (UsageOf::Container, None) => {
            let once = list.iter().filter(|other| other.name == usage.name).count() == 1;
            match named.get(usage.name.as_str())?.as_slice() {
                [only] if once => Some(Limited { ..*only }),
                _ => None,
            }
        }
        (UsageOf::Pod, Some(namespace)) => {
            let mut pods = scene.evidence.index.pods_of(namespace);
            let (object, pod) = pods.find(|(object, _)| object.key().name == usage.name)?;
            let mut containers = ordinary(pod);
            let container = containers.next().filter(|_| containers.next().is_none())?;
            Some(Limited { object, container })
        }
        _ => None,
    }
}

impl Limited<'_> {
    /// How far it is, and the clue, where it is at a limit.
    fn clue(&self, scene: Scene<'_>, path: &EntryPath, usage: &Usage) -> Option<(i64, Clue)> {
        let used = [("memory", usage.memory), ("cpu", usage.cpu)];
        let reached = used.into_iter().filter_map(|(resource, used)| {
            let limit = *self
                .container
                .limits
                .get(resource)
                .filter(|limit| **limit > 0)?;
            let percent = used.saturating_mul(100) / limit;
            (percent >= REACHED).then_some((resource, used, limit, percent))
        });
        let reached: Vec<_> = reached.collect();
        let most = reached.iter().map(|(.., percent)| *percent).max()?;
        let told: Vec<String> = reached
            .iter()
            .map(|(resource, used, limit, percent)| {
                format!(
                    "{} of {} ({percent} %)",
                    amount(resource, *used),
                    amount(resource, *limit)
                )
            })
            .collect();
        let clue = Clue::status(CHECK.id, scene, self.object)
            .with_citation(path, usage.snippet.clone(), None)
            .seen(None, scene.evidence.capture.at)
            .detailed(format!(
                "container {}: {}",
                self.container.name,
                told.join("; ")
            ));
        Some((most, clue))
    }
}
