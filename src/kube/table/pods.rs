//! Rows of tables of pods.
//!
//! The column STATUS is the phase, or what keeps the pod from being ready: kubectl takes it from
//! whichever container it looked at last, so that a row of several containers does not say whose it is.

use super::header::Header;
use serde_json::{Value, json};

/// Stands for the name of a container that a row speaks of and does not name.
pub const SOME_CONTAINER: &str = "?";

/// Headings of the columns that make a table one of pods.
pub(super) const OF_PODS: [&str; 5] = ["NAME", "READY", "STATUS", "RESTARTS", "AGE"];

/// Phases of a pod, which STATUS shows where nothing is wrong.
const PHASES: [&str; 5] = ["Pending", "Running", "Succeeded", "Failed", "Unknown"];

/// Exit code of a container that was killed for the memory that it took.
const KILLED: i64 = 137;

/// The pod of a row; `None` where it is none.
pub(super) fn pod(header: &Header<'_>, row: &str, namespace: &str) -> Option<Value> {
    let name = header.cell(row, "NAME")?;
    // `kubectl get all` writes the kind before the name.
    let name = match name.split_once('/') {
        Some(("pod" | "pods", name)) => name,
        Some(_) => return None,
        None => name,
    };
    let (ready, all) = header.cell(row, "READY")?.split_once('/')?;
    let (ready, all): (u64, u64) = (ready.parse().ok()?, all.parse().ok()?);
    let status = header.cell(row, "STATUS")?;
    // Since 1.22: `14 (3m ago)`.
    let restarts = header.cell(row, "RESTARTS")?;
    let (restarts, ago) = restarts.split_once(' ').unwrap_or((restarts, ""));
    let restarts: u64 = restarts.parse().ok()?;
    let ago = ago.trim().trim_start_matches('(').trim_end_matches(" ago)");
    let namespace = header.cell(row, "NAMESPACE").unwrap_or(namespace);
    let mut spec = json!({});
    if let (Some(node), Some(spec)) = (header.cell(row, "NODE"), spec.as_object_mut()) {
        spec.insert("nodeName".to_owned(), node.into());
    }
    let mut told = status_of(status, (ready, all), restarts);
    if let Some(told) = told.as_object_mut() {
        let age = header.cell(row, "AGE").unwrap_or_default();
        let listed = json!({
            "status": status, "ready": ready, "all": all, "restarts": restarts, "age": age, "restarted": ago,
        });
        told.insert("listed".to_owned(), listed);
    }
    Some(json!({
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
        "status": told,
    }))
}

/// The status that the columns STATUS, READY and RESTARTS tell.
fn status_of(status: &str, (ready, all): (u64, u64), restarts: u64) -> Value {
    let is_ready = all > 0 && ready == all;
    // One entry stands for all containers; its name is not known.
    let container = |state: Value| {
        let restarts = if all == 1 { restarts } else { 0 };
        json!([{"name": SOME_CONTAINER, "ready": is_ready, "restartCount": restarts, "state": state}])
    };
    let waiting = |reason: &str| {
        let message = match (all, restarts) {
            (0 | 1, _) | (_, 0) => String::new(),
            (_, 1) => format!("1 restart of the pod's {all} containers, {ready} of them ready"),
            _ => {
                format!("{restarts} restarts of the pod's {all} containers, {ready} of them ready")
            }
        };
        json!({"waiting": {"reason": reason, "message": message}})
    };
    if PHASES.contains(&status) {
        let state = if status == "Running" && is_ready {
            json!({"running": {}})
        } else {
            Value::Null
        };
        return json!({"phase": status, "containerStatuses": container(state)});
    }
    if let Some(init) = status.strip_prefix("Init:") {
        // `Init:1/2` is on its way.
        let state = if init.contains('/') {
            Value::Null
        } else {
            json!({"waiting": {"reason": init}})
        };
        let init =
            json!([{"name": SOME_CONTAINER, "ready": false, "restartCount": 0, "state": state}]);
        return json!({"phase": "Pending", "initContainerStatuses": init});
    }
    match status {
        "Completed" => json!({"phase": "Succeeded"}),
        "Evicted"
        | "NodeLost"
        | "Preempting"
        | "Shutdown"
        | "UnexpectedAdmissionError"
        | "NodeAffinity"
        | "OutOfcpu"
        | "OutOfmemory"
        | "OutOfpods" => {
            json!({"phase": "Failed", "reason": status})
        }
        "Terminating" if is_ready => {
            json!({"phase": "Running", "containerStatuses": container(json!({"running": {}}))})
        }
        "Terminating" => json!({"phase": status}),
        "NotReady" | "Error" => {
            json!({"phase": "Running", "containerStatuses": container(Value::Null)})
        }
        "OOMKilled" => {
            let ended = json!({"terminated": {"reason": status, "exitCode": KILLED}});
            json!({"phase": "Running", "containerStatuses": container(ended)})
        }
        "CrashLoopBackOff" => {
            json!({"phase": "Running", "containerStatuses": container(waiting(status))})
        }
        reason => match reason.strip_prefix("ExitCode:").map(str::parse::<i64>) {
            Some(Ok(code)) => {
                let ended = json!({"terminated": {"reason": "Error", "exitCode": code}});
                json!({"phase": "Running", "containerStatuses": container(ended)})
            }
            _ => json!({"phase": "Pending", "containerStatuses": container(waiting(reason))}),
        },
    }
}
