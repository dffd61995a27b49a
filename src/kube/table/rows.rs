//! Rows of tables of objects, in the API's shape.
//!
//! A row says little: the states and counts that kubectl chose to print. What it does not print is
//! left out, never filled in.

use super::header::Header;
use super::pods::{self, OF_PODS};
use crate::kube::describe::{kind_of_resource, seconds};
use serde_json::{Value, json};

/// Headings that together make a table one of a kind; the first row that holds counts.
const KINDS: &[(&str, &[&str])] = &[
    ("Pod", &OF_PODS),
    ("Node", &["NAME", "STATUS", "AGE", "VERSION"]),
    ("DaemonSet", &["DESIRED", "CURRENT", "READY", "AVAILABLE"]),
    ("ReplicaSet", &["DESIRED", "CURRENT", "READY", "AGE"]),
    ("Deployment", &["READY", "UP-TO-DATE", "AVAILABLE", "AGE"]),
    (
        "Deployment",
        &["DESIRED", "CURRENT", "UP-TO-DATE", "AVAILABLE"],
    ),
    ("CronJob", &["SCHEDULE", "SUSPEND", "ACTIVE"]),
    ("Job", &["COMPLETIONS", "DURATION", "AGE"]),
    (
        "HorizontalPodAutoscaler",
        &["REFERENCE", "TARGETS", "REPLICAS"],
    ),
    ("PersistentVolumeClaim", &["STATUS", "VOLUME", "CAPACITY"]),
    (
        "PersistentVolume",
        &["CAPACITY", "RECLAIM POLICY", "STATUS", "CLAIM"],
    ),
    (
        "StorageClass",
        &["PROVISIONER", "RECLAIMPOLICY", "VOLUMEBINDINGMODE"],
    ),
    ("Service", &["TYPE", "CLUSTER-IP", "PORT(S)"]),
    ("Endpoints", &["NAME", "ENDPOINTS", "AGE"]),
    ("APIService", &["NAME", "SERVICE", "AVAILABLE", "AGE"]),
    (
        "ClusterOperator",
        &["NAME", "AVAILABLE", "PROGRESSING", "DEGRADED"],
    ),
    ("StatefulSet", &["NAME", "READY", "AGE"]),
    ("Namespace", &["NAME", "STATUS", "AGE"]),
];

/// What stands for a kind that nothing names.
const UNNAMED: &str = "CustomResource";

/// Tables that have the headings of one of those, and are of a kind that only their command tells.
const AMBIGUOUS: &[&str] = &["StatefulSet", "Namespace"];

/// The kind whose table has these headings.
pub(super) fn kind_of(header: &Header<'_>) -> Option<&'static str> {
    KINDS
        .iter()
        .find(|(_, headings)| header.has_all(headings))
        .map(|(kind, _)| *kind)
        // Custom resources have a STATUS too, beside other columns.
        .filter(|kind| *kind != "Namespace" || !header.has("READY"))
        .filter(|_| header.has("AGE") || header.has("SINCE"))
}

/// Whether the table may be one of a custom resource, which its rows or its command name.
pub(super) fn names_kinds(header: &Header<'_>) -> bool {
    header.has_all(&["NAME", "AGE"])
}

/// The object of a row; `None` where the row tells nothing that is known.
pub(super) fn object(
    header: &Header<'_>,
    row: &str,
    namespace: &str,
    hint: Option<&str>,
) -> Option<Value> {
    let cell = |heading: &str| header.cell(row, heading);
    let name = cell("NAME")?;
    // `kubectl get all` writes the resource before the name.
    let (resource, name) = match name.split_once('/') {
        Some((resource, name)) => (Some(resource), name),
        None => (None, name),
    };
    // `standard (default)`.
    let (name, note) = name.split_once(' ').unwrap_or((name, ""));
    let told = kind_of(header);
    let of_name = resource.map(|resource| {
        let plain = resource.split('.').next().unwrap_or(resource);
        kind_of_resource(resource).unwrap_or(plain)
    });
    let sure = told.filter(|kind| !AMBIGUOUS.contains(kind));
    // Some kind that neither its headings nor a command name.
    let unnamed = names_kinds(header).then_some(UNNAMED);
    let kind = of_name.or(sure).or(hint).or(told).or(unnamed)?;
    if kind == "StatefulSet" && !cell("READY")?.contains('/') {
        return None;
    }
    let namespace = match kind {
        "Node" | "PersistentVolume" | "Namespace" | "APIService" | "ClusterOperator"
        | "StorageClass" => "",
        _ => cell("NAMESPACE").unwrap_or(namespace),
    };
    let (spec, status) = match kind {
        "Pod" => return pods::pod(header, row, namespace),
        "Node" => return node(header, row, name),
        "StorageClass" => return Some(class(header, row, name, note == "(default)")),
        "Deployment" | "StatefulSet" | "ReplicaSet" | "DaemonSet" => workload(header, row, kind)?,
        "Job" => job(header, row),
        "PersistentVolumeClaim" => {
            let phase = cell("STATUS")?;
            let spec =
                json!({"volumeName": cell("VOLUME"), "storageClassName": cell("STORAGECLASS")});
            (spec, json!({"phase": phase}))
        }
        "PersistentVolume" => volume(header, row)?,
        "Service" => service(header, row)?,
        "Namespace" => (json!({}), json!({"phase": cell("STATUS")?})),
        "APIService" => {
            let available = cell("AVAILABLE")?;
            // `False (MissingEndpoints)`.
            let (state, reason) = available.split_once(" (").unwrap_or((available, ""));
            let reason = reason.trim_end_matches(')');
            let (namespace, name) = cell("SERVICE")?.split_once('/')?;
            let spec = json!({"service": {"namespace": namespace, "name": name}});
            (
                spec,
                json!({"conditions": [condition("Available", state, reason, "")]}),
            )
        }
        "ClusterOperator" => {
            let message = cell("MESSAGE").unwrap_or_default();
            let conditions: Vec<Value> = [
                ("Available", "AVAILABLE"),
                ("Progressing", "PROGRESSING"),
                ("Degraded", "DEGRADED"),
            ]
            .into_iter()
            .filter_map(|(kind, heading)| Some(condition(kind, cell(heading)?, "", message)))
            .collect();
            (json!({}), json!({"conditions": conditions}))
        }
        _ => (json!({}), custom(header, row)?),
    };
    let mut value = json!({
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
        "status": status,
    });
    if kind == "PersistentVolumeClaim"
        && let (Some(age), Some(meta)) = (cell("AGE").and_then(seconds), value.get_mut("metadata"))
    {
        meta["age"] = age.into();
    }
    if let (Some(version), Some(fields)) = (version(kind), value.as_object_mut()) {
        fields.insert("apiVersion".to_owned(), version.into());
    }
    Some(value)
}

/// A storage class, whose fields stand at the top.
fn class(header: &Header<'_>, row: &str, name: &str, is_default: bool) -> Value {
    let cell = |heading: &str| header.cell(row, heading);
    json!({
        "kind": "StorageClass",
        "metadata": {
            "name": name,
            "annotations": {"storageclass.kubernetes.io/is-default-class": is_default.to_string()},
        },
        "provisioner": cell("PROVISIONER"),
        "reclaimPolicy": cell("RECLAIMPOLICY"),
        "volumeBindingMode": cell("VOLUMEBINDINGMODE"),
    })
}

/// The API version of kinds that are not Kubernetes' own.
fn version(kind: &str) -> Option<&'static str> {
    (kind == "ClusterOperator").then_some("config.openshift.io/v1")
}

/// A condition.
fn condition(kind: &str, status: &str, reason: &str, message: &str) -> Value {
    json!({"type": kind, "status": status, "reason": reason, "message": message})
}

/// A node: `NotReady,SchedulingDisabled`.
fn node(header: &Header<'_>, row: &str, name: &str) -> Option<Value> {
    let cell = |heading: &str| header.cell(row, heading);
    let mut ready = None;
    let mut cordoned = false;
    for word in cell("STATUS")?.split(',') {
        match word {
            "Ready" => ready = Some("True"),
            // Whether it is False or Unknown, kubectl does not say.
            "NotReady" => ready = Some("False"),
            "Unknown" => ready = Some("Unknown"),
            "SchedulingDisabled" => cordoned = true,
            _ => return None,
        }
    }
    let conditions = vec![condition("Ready", ready?, "", "")];
    let roles = cell("ROLES").unwrap_or_default().split(',');
    let labels: serde_json::Map<String, Value> = roles
        .filter(|role| !role.is_empty())
        .map(|role| (format!("node-role.kubernetes.io/{role}"), "".into()))
        .collect();
    Some(json!({
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": {"unschedulable": cordoned},
        "status": {
            "conditions": conditions,
            "addresses": cell("INTERNAL-IP").map(|ip| json!([{"type": "InternalIP", "address": ip}])),
            "nodeInfo": {
                "kubeletVersion": cell("VERSION"),
                "osImage": cell("OS-IMAGE"),
                "kernelVersion": cell("KERNEL-VERSION"),
                "containerRuntimeVersion": cell("CONTAINER-RUNTIME"),
            },
        },
    }))
}

/// Replicas of a workload.
fn workload(header: &Header<'_>, row: &str, kind: &str) -> Option<(Value, Value)> {
    let number = |heading: &str| header.cell(row, heading)?.parse::<u64>().ok();
    let ready = header.cell(row, "READY")?;
    let (ready, desired) = match ready.split_once('/') {
        Some((ready, desired)) => (ready.parse().ok()?, desired.parse().ok()?),
        None => (ready.parse::<u64>().ok()?, number("DESIRED")?),
    };
    if kind == "DaemonSet" {
        let status = json!({
            "desiredNumberScheduled": desired,
            "numberReady": ready,
            "numberAvailable": number("AVAILABLE"),
            "updatedNumberScheduled": number("UP-TO-DATE"),
        });
        return Some((json!({}), status));
    }
    let status = json!({
        "readyReplicas": ready,
        "availableReplicas": number("AVAILABLE"),
        "updatedReplicas": number("UP-TO-DATE"),
    });
    Some((json!({"replicas": desired}), status))
}

/// A job: `Failed   0/1`.
fn job(header: &Header<'_>, row: &str) -> (Value, Value) {
    let counts = header
        .cell(row, "COMPLETIONS")
        .and_then(|cell| cell.split_once('/'));
    let (done, wanted) = counts.unwrap_or_default();
    let conditions: Vec<Value> = match header.cell(row, "STATUS") {
        Some("Failed") => vec![condition("Failed", "True", "", "")],
        Some("Complete") => vec![condition("Complete", "True", "", "")],
        _ => vec![],
    };
    (
        json!({"completions": wanted.parse::<u64>().ok()}),
        json!({"succeeded": done.parse::<u64>().ok(), "conditions": conditions}),
    )
}

/// A volume.
fn volume(header: &Header<'_>, row: &str) -> Option<(Value, Value)> {
    let cell = |heading: &str| header.cell(row, heading);
    let claim = cell("CLAIM").and_then(|claim| claim.split_once('/'));
    let spec = json!({
        "claimRef": claim.map(|(namespace, name)| json!({"namespace": namespace, "name": name})),
        "persistentVolumeReclaimPolicy": cell("RECLAIM POLICY"),
        "storageClassName": cell("STORAGECLASS"),
    });
    Some((
        spec,
        json!({"phase": cell("STATUS")?, "message": cell("REASON")}),
    ))
}

/// A service. An address that is not there yet is written as `<pending>`.
fn service(header: &Header<'_>, row: &str) -> Option<(Value, Value)> {
    let cell = |heading: &str| header.cell(row, heading);
    let address = cell("EXTERNAL-IP").filter(|ip| *ip != "<pending>");
    let ip = cell("CLUSTER-IP").unwrap_or("None");
    let selector: serde_json::Map<String, Value> = cell("SELECTOR")
        .unwrap_or_default()
        .split(',')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let status = match address {
        Some(ip) => json!({"loadBalancer": {"ingress": [{"ip": ip}]}}),
        None => json!({"loadBalancer": {}}),
    };
    Some((
        json!({"type": cell("TYPE")?, "clusterIP": ip, "selector": selector}),
        status,
    ))
}

/// What a table of a custom resource says of its state: the columns that most kinds print.
fn custom(header: &Header<'_>, row: &str) -> Option<Value> {
    let cell = |heading: &str| header.cell(row, heading);
    let message = cell("MESSAGE")
        .or_else(|| cell("STATUS"))
        .unwrap_or_default();
    let truth = |text: &str| matches!(text, "True" | "False" | "Unknown");
    let conditions: Vec<Value> = [
        ("Ready", "READY"),
        ("Synced", "SYNCED"),
        ("Available", "AVAILABLE"),
        ("Healthy", "HEALTHY"),
        ("Degraded", "DEGRADED"),
        ("Programmed", "PROGRAMMED"),
    ]
    .into_iter()
    .filter_map(|(kind, heading)| {
        let state = cell(heading).filter(|text| truth(text))?;
        Some(condition(kind, state, "", message))
    })
    .collect();
    let phase = cell("PHASE")
        .or_else(|| cell("STATE"))
        .or_else(|| cell("STATUS").filter(|text| !truth(text) && !text.contains(' ')));
    let health = cell("HEALTH").or_else(|| cell("HEALTH STATUS"));
    (!conditions.is_empty() || phase.is_some() || health.is_some())
        .then(|| json!({"conditions": conditions, "phase": phase, "health": health}))
}
