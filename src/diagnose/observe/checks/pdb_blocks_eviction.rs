//! Disruption budgets that refuse every eviction, now or for ever.

use super::{Check, Need};
use crate::diagnose::finding::Subject;
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::observe::drain::{self, Refusal};
use crate::diagnose::observe::members::{counted, has_ended, is_ready};
use crate::diagnose::scene::Scene;
use crate::examine::part::{CollectorFact, DisruptionBudget};
use crate::kube::{Detail, DisruptionBudgetStatus, Object, Pod};
use crate::layout::Role;
use crate::locator::EntryPath;
use crate::severity::{Confidence, Severity};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "pdb-blocks-eviction",
    needs: &[Need::Objects("PodDisruptionBudget"), Need::Budgets],
    run,
};

/// Looks at budgets as objects, then at those that only Periscope lists.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let refusals = drain::refusals(scene);
    let budgets: Vec<(&Object, &DisruptionBudgetStatus)> = scene
        .evidence
        .index
        .of_kind("PodDisruptionBudget")
        .filter_map(|object| match &object.detail {
            Detail::DisruptionBudget(budget) => Some((object, budget)),
            _ => None,
        })
        .collect();
    let mut clues: Vec<Clue> = budgets
        .iter()
        .flat_map(|(object, budget)| of_object(scene, object, budget, &refusals))
        .collect();
    clues.extend(shared(scene, &budgets, &refusals));
    for (path, role, fact) in &scene.evidence.collector {
        if let CollectorFact::DisruptionBudget(budget) = fact {
            clues.extend(of_periscope(scene, path, role, budget, &refusals));
        }
    }
    clues
}

/// The clue of one budget object, and of the pods that use it up.
fn of_object(
    scene: Scene<'_>,
    object: &Object,
    budget: &DisruptionBudgetStatus,
    refusals: &[Refusal<'_>],
) -> Vec<Clue> {
    if !budget.observed || budget.allowed > 0 || budget.expected == 0 {
        return vec![];
    }
    let pods = covered(scene, object, budget);
    let (severity, field, why) = if budget.healthy < budget.desired {
        (
            Severity::Medium,
            "status.currentHealthy",
            format!(
                "{} healthy, the budget requires {}: none of its pods may be evicted until they recover",
                counted(usize::try_from(budget.healthy).unwrap_or(0), "pod"),
                budget.desired
            ),
        )
    } else {
        let Some(why) = never(budget) else {
            return vec![];
        };
        (Severity::Low, "status.disruptionsAllowed", why)
    };
    let mut clue = Clue::status(CHECK.id, scene, object)
        .citing(object, field, None)
        .seen(None, scene.evidence.capture.at)
        .detailed(why);
    clue.severity = Some(severity);
    let names: Vec<&str> = pods
        .iter()
        .map(|(pod, _)| pod.key().name.as_str())
        .chain([object.key().name.as_str()])
        .collect();
    let nodes: Vec<&str> = pods
        .iter()
        .filter_map(|(_, pod)| pod.node.as_deref())
        .collect();
    let clue = drained(scene, clue, refusals, &names, &nodes).naming_subject();
    let sick = pods
        .iter()
        .filter(|(pod, _)| !is_ready(pod))
        .map(|(pod, _)| Clue {
            count: 0,
            subject: clue.subject.clone(),
            ..Clue::status(CHECK.id, scene, pod)
        });
    let mut clues: Vec<Clue> = sick.collect();
    clues.push(clue);
    clues
}

/// Why a budget whose pods are all healthy can never allow an eviction.
fn never(budget: &DisruptionBudgetStatus) -> Option<String> {
    let zero = |bound: &str| matches!(bound, "0" | "0%");
    if budget.healthy < budget.expected {
        // One pod is on its way already: the budget does what it is for.
        return None;
    }
    match (&budget.min_available, &budget.max_unavailable) {
        (_, Some(most)) if zero(most) => Some(format!(
            "maxUnavailable is {most}: none of {} may ever be evicted",
            counted(usize::try_from(budget.expected).unwrap_or(0), "pod")
        )),
        (Some(least), _) => Some(format!(
            "minAvailable is {least} and there {}: none may ever be evicted",
            if budget.expected == 1 {
                "is 1 pod".to_owned()
            } else {
                format!("are {} pods", budget.expected)
            }
        )),
        _ => None,
    }
}

/// The pods that a budget covers, where its selector says.
fn covered<'a>(
    scene: Scene<'a>,
    object: &Object,
    budget: &DisruptionBudgetStatus,
) -> Vec<(&'a Object, &'a Pod)> {
    let Some(selector) = &budget.selector else {
        return vec![];
    };
    let pods = scene.evidence.index.pods();
    pods.filter(|(pod, detail)| {
        pod.key().namespace == object.key().namespace
            && !has_ended(detail)
            && selector
                .iter()
                .all(|(name, value)| pod.meta.labels.get(name) == Some(value))
    })
    .collect()
}

/// Clues of pods that two budgets cover: the API server then refuses to evict them at all.
fn shared(
    scene: Scene<'_>,
    budgets: &[(&Object, &DisruptionBudgetStatus)],
    refusals: &[Refusal<'_>],
) -> Vec<Clue> {
    let mut covering: BTreeMap<_, Vec<&Object>> = BTreeMap::new();
    let mut pods = BTreeMap::new();
    for (object, budget) in budgets {
        for (pod, detail) in covered(scene, object, budget) {
            covering.entry(pod.key().clone()).or_default().push(object);
            pods.insert(pod.key().clone(), (pod, detail));
        }
    }
    let mut clues = Vec::new();
    for (key, by) in covering {
        let (Some((pod, detail)), [first, second, ..]) = (pods.get(&key), by.as_slice()) else {
            continue;
        };
        let mut clue = Clue::status(CHECK.id, scene, pod)
            .citing(first, "spec.selector", None)
            .citing(second, "spec.selector", None)
            .seen(None, scene.evidence.capture.at)
            .detailed(format!(
                "covered by the budgets {} and {}: every eviction is refused",
                first.key().name,
                second.key().name
            ));
        clue.severity = Some(Severity::Medium);
        let nodes: Vec<&str> = detail.node.as_deref().into_iter().collect();
        clues.push(drained(scene, clue, refusals, &[&key.name], &nodes));
    }
    clues
}

/// The clue of a budget that Periscope lists; its file states neither pods nor health.
fn of_periscope(
    scene: Scene<'_>,
    path: &EntryPath,
    role: &Role,
    budget: &DisruptionBudget,
    refusals: &[Refusal<'_>],
) -> Option<Clue> {
    let namespace = role.namespace.as_deref().unwrap_or_default();
    let key = crate::kube::ObjectKey::new("PodDisruptionBudget", namespace, &budget.name);
    if budget.allowed > 0 || scene.evidence.index.get(&key).is_some() {
        return None;
    }
    let detail = match (&budget.min_available, &budget.max_unavailable) {
        (_, Some(most)) => format!("allows 0 disruptions at capture time, maxUnavailable {most}"),
        (Some(least), _) => format!("allows 0 disruptions at capture time, minAvailable {least}"),
        _ => "allows 0 disruptions at capture time".to_owned(),
    };
    let subject = Subject {
        kind: key.kind.clone(),
        namespace: key.namespace.clone(),
        name: key.name.clone(),
        node: None,
    };
    let sure = budget
        .max_unavailable
        .as_deref()
        .is_some_and(|most| matches!(most, "0" | "0%"))
        || budget.min_available.as_deref() == Some("100%");
    let clue = Clue {
        last: scene.evidence.capture.at,
        detail,
        severity: Some(Severity::Low),
        // A budget that covers no pod allows no disruption either, and blocks nothing.
        confidence: (!sure).then_some(Confidence::Medium),
        ..Clue::collected(CHECK.id, subject)
    };
    let clue = clue.with_citation(path, budget.snippet.clone(), None);
    Some(drained(scene, clue, refusals, &[&budget.name], &[]))
}

/// The same clue, worse where somebody tried to evict a pod of this budget, or cordoned a node on
/// which one still runs.
fn drained(
    scene: Scene<'_>,
    mut clue: Clue,
    refusals: &[Refusal<'_>],
    names: &[&str],
    nodes: &[&str],
) -> Clue {
    if let Some(refusal) = refusals
        .iter()
        .find(|refusal| names.iter().any(|name| refusal.names(name)))
    {
        clue.severity = Some(Severity::High);
        clue.detail
            .push_str("; an eviction was refused because of it");
        return clue.with_citation(refusal.path, refusal.snippet.clone(), refusal.time);
    }
    let cordoned =
        scene.evidence.index.nodes().find(|(object, node)| {
            node.unschedulable && nodes.contains(&object.key().name.as_str())
        });
    if let Some((node, _)) = cordoned {
        clue.severity = Some(Severity::High);
        let _ = write!(
            clue.detail,
            "; {} is cordoned and still runs one of its pods",
            node.key()
        );
        return clue.citing(node, "spec.unschedulable", None);
    }
    clue
}
