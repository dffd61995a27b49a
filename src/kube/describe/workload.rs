//! Described controllers of pods, autoscalers and disruption budgets.

use super::draft::{Draft, number};
use super::pod::{containers, counted, volumes};
use super::table::{Header, conditions, is_rule};
use super::tree::Tree;
use crate::kube::value::push_key;
use serde_json::json;

/// Puts the fields of a controller of pods, or of any kind that is only known to exist.
pub(super) fn read(kind: &str, tree: &Tree<'_>, draft: &mut Draft) {
    conditions(tree, draft);
    match kind {
        "Deployment" => deployment(tree, draft),
        "ReplicaSet" | "ReplicationController" | "StatefulSet" => replicas(tree, draft),
        "DaemonSet" => daemon_set(tree, draft),
        "Job" => job(tree, draft),
        "CronJob" => flag(tree, "Suspend", "spec.suspend", draft),
        _ => return,
    }
    let selector = match kind {
        "ReplicationController" => "spec.selector",
        _ => "spec.selector.matchLabels",
    };
    draft.pairs(tree, tree.find("Selector"), selector);
    if let Some(template) = tree.find("Pod Template") {
        let spec = "spec.template.spec";
        for (key, field) in [
            ("Init Containers", "initContainers"),
            ("Containers", "containers"),
        ] {
            if let Some(node) = tree.child(template, key) {
                containers(tree, node, &format!("{spec}.{field}"), None, draft);
            }
        }
        if let Some(node) = tree.child(template, "Volumes") {
            volumes(tree, node, &format!("{spec}.volumes"), draft);
        }
    }
}

/// Puts counts out of one line: `2 desired | 2 updated`, each under its word's path.
fn counts(tree: &Tree<'_>, key: &str, fields: &[(&str, &str)], draft: &mut Draft) {
    let Some(node) = tree.find(key) else { return };
    for (word, path) in fields {
        if let Some(count) = counted(node.value, word) {
            draft.put(path, count.into(), node.line);
        }
    }
}

/// Puts a flag.
fn flag(tree: &Tree<'_>, key: &str, path: &str, draft: &mut Draft) {
    if let Some(node) = tree.find(key) {
        draft.put(
            path,
            node.value.eq_ignore_ascii_case("true").into(),
            node.line,
        );
    }
}

/// Puts the counts of a deployment.
fn deployment(tree: &Tree<'_>, draft: &mut Draft) {
    let fields = [
        ("desired", "spec.replicas"),
        ("updated", "status.updatedReplicas"),
        ("total", "status.replicas"),
        ("available", "status.availableReplicas"),
        ("unavailable", "status.unavailableReplicas"),
    ];
    counts(tree, "Replicas", &fields, draft);
}

/// Puts the counts of a replica set, replication controller or stateful set. Their text states how
/// many pods run, not how many are ready: the former stands in for the latter.
fn replicas(tree: &Tree<'_>, draft: &mut Draft) {
    let fields = [
        ("desired", "spec.replicas"),
        ("current", "status.replicas"),
        ("total", "status.replicas"),
    ];
    counts(tree, "Replicas", &fields, draft);
    counts(
        tree,
        "Pods Status",
        &[("Running", "status.readyReplicas")],
        draft,
    );
}

/// Puts the counts of a daemon set.
fn daemon_set(tree: &Tree<'_>, draft: &mut Draft) {
    for (key, path) in [
        (
            "Desired Number of Nodes Scheduled",
            "status.desiredNumberScheduled",
        ),
        (
            "Current Number of Nodes Scheduled",
            "status.currentNumberScheduled",
        ),
        (
            "Number of Nodes Scheduled with Up-to-date Pods",
            "status.updatedNumberScheduled",
        ),
        (
            "Number of Nodes Scheduled with Available Pods",
            "status.numberAvailable",
        ),
        ("Number of Nodes Misscheduled", "status.numberMisscheduled"),
    ] {
        draft.number(tree, key, path);
    }
}

/// Puts the counts of a job; newer clients write `1 Active (0 Ready) / 0 Succeeded / 3 Failed`.
fn job(tree: &Tree<'_>, draft: &mut Draft) {
    draft.number(tree, "Completions", "spec.completions");
    draft.time(tree, "Start Time", "status.startTime");
    draft.time(tree, "Completed At", "status.completionTime");
    flag(tree, "Suspend", "spec.suspend", draft);
    let fields = [
        ("Running", "status.active"),
        ("Active", "status.active"),
        ("Succeeded", "status.succeeded"),
        ("Failed", "status.failed"),
    ];
    counts(tree, "Pods Statuses", &fields, draft);
    gave_up(tree, draft);
}

/// Puts the condition of a job that has used up its retries, which the text does not print: none of
/// its pods runs, and more have failed than may.
fn gave_up(tree: &Tree<'_>, draft: &mut Draft) {
    let limit = tree
        .find("Backoff Limit")
        .and_then(|node| number(node.value));
    let Some((node, limit)) = tree.find("Pods Statuses").zip(limit) else {
        return;
    };
    let count = |word| counted(node.value, word);
    let active = count("Active").or_else(|| count("Running"));
    if active == Some(0) && count("Failed").is_some_and(|failed| failed > limit) {
        let condition = json!({
            "type": "Failed",
            "status": "True",
            "reason": "BackoffLimitExceeded",
        });
        draft.put("status.conditions[0]", condition, node.line);
        draft.note("status.conditions[0].reason", node.line);
    }
}

/// Puts the rows of a quota.
pub(super) fn read_quota(tree: &Tree<'_>, draft: &mut Draft) {
    let mut header: Option<Header> = None;
    for node in tree.top() {
        let Some(header) = &header else {
            header = Header::parse(node.raw, &["Resource"]);
            continue;
        };
        if is_rule(node.raw) {
            continue;
        }
        let row = header.row(node.raw);
        let (Some(resource), Some(used), Some(hard)) =
            (row.get("Resource"), row.get("Used"), row.get("Hard"))
        else {
            return;
        };
        for (field, value) in [("used", used), ("hard", hard)] {
            let mut path = format!("status.{field}");
            push_key(&mut path, resource);
            draft.put(&path, value.into(), node.line);
        }
    }
}

/// Puts the fields of an autoscaler.
pub(super) fn read_autoscaler(tree: &Tree<'_>, draft: &mut Draft) {
    conditions(tree, draft);
    if let Some((node, (kind, name))) = tree
        .find("Reference")
        .and_then(|node| Some((node, node.value.split_once('/')?)))
    {
        draft.put("spec.scaleTargetRef.kind", kind.into(), node.line);
        draft.put("spec.scaleTargetRef.name", name.into(), node.line);
    }
    metrics(tree, draft);
    draft.number(tree, "Min replicas", "spec.minReplicas");
    draft.number(tree, "Max replicas", "spec.maxReplicas");
    // The line names the target's kind: `Deployment pods:  1 current / 1 desired`.
    if let Some(node) = tree
        .top()
        .into_iter()
        .find(|node| node.key.ends_with(" pods"))
    {
        for (word, path) in [
            ("current", "status.currentReplicas"),
            ("desired", "status.desiredReplicas"),
        ] {
            if let Some(count) = counted(node.value, word) {
                draft.put(path, count.into(), node.line);
            }
        }
    }
}

/// Puts a type for each metric of an autoscaler, and for each of those that has a value:
/// `resource cpu on pods  (as a percentage of request):  <unknown> / 80%`.
fn metrics(tree: &Tree<'_>, draft: &mut Draft) {
    let Some(node) = tree.find("Metrics") else {
        return;
    };
    let (mut wanted, mut known) = (0, 0);
    for child in tree.below(node) {
        let Some((_, amounts)) = child
            .raw
            .rsplit_once(": ")
            .filter(|(_, amounts)| amounts.contains(" / "))
        else {
            continue;
        };
        draft.put(
            &format!("spec.metrics[{wanted}].type"),
            "Described".into(),
            child.line,
        );
        wanted += 1;
        if !amounts.trim_start().starts_with("<unknown>") {
            draft.put(
                &format!("status.currentMetrics[{known}].type"),
                "Described".into(),
                child.line,
            );
            known += 1;
        }
    }
}

/// Puts the fields of a disruption budget.
pub(super) fn read_budget(tree: &Tree<'_>, draft: &mut Draft) {
    draft.text(tree, "Min available", "spec.minAvailable");
    draft.text(tree, "Max unavailable", "spec.maxUnavailable");
    draft.pairs(tree, tree.find("Selector"), "spec.selector.matchLabels");
    let status = tree.find("Status");
    for (key, path) in [
        ("Allowed disruptions", "status.disruptionsAllowed"),
        ("Current", "status.currentHealthy"),
        ("Desired", "status.desiredHealthy"),
        ("Total", "status.expectedPods"),
    ] {
        let below = status.and_then(|status| tree.child(status, key));
        draft.put_number(path, below.or_else(|| tree.find(key)));
    }
}
