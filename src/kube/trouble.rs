//! What a custom resource says of itself: conditions and states, read by their polarity.
//!
//! Every controller reports in the same few shapes, whatever its kind and version: a list of
//! `conditions` somewhere in the status, or a `phase`, `state` or `health`. Which answer is bad is
//! told from the words alone, so that kinds that were invented later are heard too:
//!
//! ```text
//! Ready, Available, Accepted, Synced, ...     bad when False
//! Degraded, Failed, Stalled, *Failure, ...    bad when True
//! phase, state, health, robustness            bad when Failed, Degraded, Faulted, ...
//! ```

use super::node::Condition;
use super::value as read;
use jiff::Timestamp;
use serde_json::Value;

/// Ends of condition types that are bad when `False`.
const GOOD: &[&str] = &[
    "Accepted",
    "Available",
    "ConfigurationValid",
    "Connected",
    "Established",
    "Healthy",
    "Initialized",
    "Installed",
    "Launched",
    "NamesAccepted",
    "Programmed",
    "Provisioned",
    "Ready",
    "Reconciled",
    "Registered",
    "Released",
    "ResolvedRefs",
    "Scheduled",
    "Succeeded",
    "Synced",
    "Valid",
];

/// Ends of condition types that are bad when `True`.
const BAD: &[&str] = &[
    "Degraded",
    "Denied",
    "Deadlock",
    "Error",
    "Failed",
    "Failing",
    "Failure",
    "Fallback",
    "Faulted",
    "Invalid",
    "InvalidRequest",
    "NonStructuralSchema",
    "Problem",
    "Stalled",
    "Stuck",
    "Unavailable",
    "Unhealthy",
    "Unreachable",
    "Unschedulable",
];

/// Types that end like those and say something else.
const NEUTRAL: &[&str] = &["AgentConnected", "NotFailed"];

/// Parts of reasons by which a condition of any other type is bad when `False`.
const FAILURES: &[&str] = &[
    "BackOff",
    "Denied",
    "Error",
    "Exceeded",
    "Fail",
    "Forbidden",
    "Invalid",
    "Missing",
    "NotFound",
    "Refused",
    "Rejected",
    "Timeout",
    "TimedOut",
    "Unhealthy",
    "Unauthorized",
];

/// Parts of reasons of something that is on its way.
const PROGRESS: &[&str] = &[
    "Creating",
    "InProgress",
    "Initializing",
    "Installing",
    "Issuing",
    "Pending",
    "Progressing",
    "Provisioning",
    "Reconciling",
    "Scaling",
    "Starting",
    "Updating",
    "Waiting",
];

/// Reasons and states of something that somebody switched off.
const OFF: &[&str] = &["Disabled", "Halted", "Paused", "Stopped", "Suspended"];

/// Fields of a status that say its state in one word.
const STATES: &[&str] = &[
    "status.phase",
    "status.state",
    "status.health",
    "status.health.status",
    "status.robustness",
    "status.ceph.health",
    "status.operationState.phase",
    "status.lastOperation.state",
];

/// Words for a bad state, in lower case.
const BAD_STATES: &[&str] = &[
    "broken",
    "degraded",
    "error",
    "errored",
    "failed",
    "failedvalidation",
    "failure",
    "faulted",
    "health_err",
    "health_warn",
    "lost",
    "missing",
    "notready",
    "partiallyfailed",
    "stalled",
    "unavailable",
    "unhealthy",
];

/// Fields that say when a run was over: what it came to is its result, not a state.
const ENDS: &[&str] = &[
    "status.completionTime",
    "status.completionTimestamp",
    "status.finishedAt",
    "status.endTime",
];

/// How deep in a status lists of conditions are looked for.
const DEEPEST: usize = 6;

/// Conditions looked at of one object.
const MOST: usize = 200;

/// Something bad that an object says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Field path of what says it.
    pub field: String,
    /// `Ready is False`, `phase is Failed`.
    pub said: String,
    /// `reason`; may be empty.
    pub reason: String,
    /// `message`; may be empty.
    pub message: String,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Whether it may only be on its way, or not known yet.
    pub may_pass: bool,
    /// When the run was over whose result this is.
    pub ended: Option<Timestamp>,
}

/// What an object says of itself: `None` where its status has none of the shapes.
pub(super) fn of(value: &Value) -> Option<Vec<Trouble>> {
    let status = value.get("status")?;
    let mut search = Search::default();
    search.conditions(status, "status", DEEPEST);
    let mut judged = search.seen > 0;
    for path in STATES {
        if let Some(state) = read::text(value, path) {
            judged = true;
            search.found.extend(of_state(value, path, state));
        }
    }
    if !judged {
        return None;
    }
    if is_off(value) {
        return Some(vec![]);
    }
    let ended = ENDS.iter().find_map(|path| read::time(value, path));
    for trouble in &mut search.found {
        trouble.ended = ended;
    }
    Some(search.found)
}

/// The search for lists of conditions.
#[derive(Default)]
struct Search {
    found: Vec<Trouble>,
    /// Conditions looked at.
    seen: usize,
}

impl Search {
    /// Looks for lists called `conditions`, or maps of that name (old Longhorn), and judges them.
    fn conditions(&mut self, value: &Value, path: &str, depth: usize) {
        if depth == 0 || self.seen >= MOST {
            return;
        }
        match value {
            Value::Object(fields) => {
                for (name, inner) in fields {
                    let path = format!("{path}.{name}");
                    match inner {
                        Value::Array(list) if name.eq_ignore_ascii_case("conditions") => {
                            self.list(list, &path);
                        }
                        Value::Object(map) if name == "conditions" => {
                            let list: Vec<Value> = map.values().cloned().collect();
                            let names: Vec<&String> = map.keys().collect();
                            for (condition, name) in Condition::of_list(&list).iter().zip(names) {
                                self.judge(condition, &format!("{path}.{name}"));
                            }
                        }
                        _ => self.conditions(inner, &path, depth - 1),
                    }
                }
            }
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.conditions(item, &format!("{path}[{at}]"), depth - 1);
                }
            }
            _ => {}
        }
    }

    /// Judges a list of conditions.
    fn list(&mut self, list: &[Value], path: &str) {
        for (condition, value) in Condition::of_list(list).iter().zip(list) {
            // Cluster API and Knative say which conditions are for information only.
            if read::text(value, "severity") != Some("Info") {
                self.judge(condition, &format!("{path}[{}]", condition.index));
            }
        }
    }

    /// Judges one condition.
    fn judge(&mut self, condition: &Condition, path: &str) {
        if condition.kind.is_empty() || self.seen >= MOST {
            return;
        }
        self.seen += 1;
        let Some(may_pass) = in_trouble(condition) else {
            return;
        };
        let said = match condition.status.as_str() {
            "" => condition.kind.clone(),
            status => format!("{} is {status}", condition.kind),
        };
        let field = match condition.status.as_str() {
            "" => format!("{path}.type"),
            _ => format!("{path}.status"),
        };
        self.found.push(Trouble {
            field,
            said,
            reason: condition.reason.clone(),
            message: condition.message.clone(),
            since: condition.since,
            may_pass,
            ended: None,
        });
    }
}

/// Whether a condition is bad, and then whether it may pass by itself.
pub(super) fn in_trouble(condition: &Condition) -> Option<bool> {
    let kind = condition.kind.as_str();
    let ends = |list: &[&str]| list.iter().any(|end| kind.ends_with(end));
    let reason_has = |list: &[&str]| list.iter().any(|word| condition.reason.contains(word));
    if NEUTRAL.contains(&kind) || reason_has(OFF) {
        return None;
    }
    let negated = kind.starts_with("Not") && kind.chars().nth(3).is_some_and(char::is_uppercase);
    let (good, bad) = if negated {
        (ends(BAD), ends(GOOD))
    } else {
        // `Unavailable` ends like `available`, and only by its case is told from `Available`.
        (ends(GOOD) && !ends(BAD), ends(BAD))
    };
    let failed = reason_has(FAILURES);
    match condition.status.as_str() {
        "True" if bad => Some(false),
        // Argo CD's conditions have no status: that they are there says it.
        "" if bad && !condition.message.is_empty() => Some(false),
        "False" if good => Some(!failed && (reason_has(PROGRESS) || condition.reason.is_empty())),
        "False" if !bad && failed && !condition.message.is_empty() => Some(false),
        "Unknown" if good && kind.ends_with("Ready") => Some(true),
        _ => None,
    }
}

/// The trouble that a word for a state tells.
fn of_state(value: &Value, path: &str, state: &str) -> Option<Trouble> {
    let lower = state.to_ascii_lowercase();
    if !BAD_STATES.contains(&lower.as_str()) {
        return None;
    }
    let name = path.strip_prefix("status.").unwrap_or(path);
    let message = [
        "status.message",
        "status.failureMessage",
        "status.errorMessage",
        "status.error",
        "status.operationState.message",
        "status.health.message",
        "status.reason",
        "status.failureReason",
    ]
    .iter()
    .find_map(|path| read::optional(value, path));
    Some(Trouble {
        field: path.to_owned(),
        said: format!("{name} is {state}"),
        reason: String::new(),
        message: message.unwrap_or_default(),
        since: None,
        may_pass: lower == "missing",
        ended: None,
    })
}

/// Whether somebody switched the object off: what is suspended is not ready for that.
fn is_off(value: &Value) -> bool {
    let states = ["status.phase", "status.state", "status.printableStatus"];
    ["spec.suspend", "spec.suspended", "spec.paused"]
        .iter()
        .any(|path| read::bool(value, path))
        || states
            .iter()
            .any(|path| read::text(value, path).is_some_and(|state| OFF.contains(&state)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// What is said of an object with this status.
    fn said(status: &Value) -> Vec<String> {
        let found = of(&json!({"kind": "Widget", "status": status})).unwrap_or_default();
        found.into_iter().map(|trouble| trouble.said).collect()
    }

    /// What is said of one condition.
    fn of_condition(kind: &str, status: &str, reason: &str) -> Vec<String> {
        said(&json!({"conditions": [
            {"type": kind, "status": status, "reason": reason, "message": "words"}
        ]}))
    }

    #[test]
    fn conditions_are_read_by_their_polarity() {
        for (kind, status, reason, bad) in [
            ("Ready", "False", "DoesNotExist", true),
            ("Ready", "True", "Issued", false),
            ("InfrastructureReady", "False", "", true),
            ("Synced", "False", "ReconcileError", true),
            ("Accepted", "False", "NoMatchingParent", true),
            ("Degraded", "True", "X", true),
            ("Degraded", "False", "AsExpected", false),
            ("NodeDegraded", "True", "1 nodes are reporting", true),
            ("Stalled", "True", "RetriesExceeded", true),
            ("NotReady", "True", "Creating", true),
            ("Ready", "Unknown", "", true),
            // Neither good nor bad.
            ("Upgradeable", "False", "AdminAckRequired", true),
            ("Upgradeable", "False", "MinorVersion", false),
            ("Progressing", "False", "AsExpected", false),
            ("Progressing", "False", "ProgressDeadlineExceeded", true),
            ("Active", "False", "ScalerNotActive", false),
            ("LiveMigratable", "False", "DisksNotLiveMigratable", false),
            (
                "ContinuousArchiving",
                "False",
                "ContinuousArchivingFailing",
                true,
            ),
            ("Ready", "False", "Suspended", false),
            ("Unavailable", "False", "", false),
            ("Unavailable", "True", "", true),
        ] {
            // An answer by its reason alone needs a word of failure in it.
            let expected = bad && kind != "Upgradeable";
            assert_eq!(
                !of_condition(kind, status, reason).is_empty(),
                expected,
                "{kind} {status} {reason}"
            );
        }
    }

    #[test]
    fn conditions_are_found_wherever_a_status_keeps_them() {
        let refused =
            json!({"type": "Accepted", "status": "False", "reason": "NotAllowedByListeners"});
        assert_eq!(
            said(&json!({"parents": [{"conditions": [refused]}]})),
            ["Accepted is False"]
        );
        assert_eq!(
            said(&json!({"conditions": {"Ready": {"type": "Ready", "status": "False"}}})),
            ["Ready is False"]
        );
        assert_eq!(
            said(&json!({"conditions": [{"type": "ComparisonError", "message": "repo gone"}]})),
            ["ComparisonError"]
        );
    }

    #[test]
    fn a_state_is_one_word() {
        for (status, expected) in [
            (
                json!({"phase": "Failed", "message": "no"}),
                "phase is Failed",
            ),
            (
                json!({"health": {"status": "Degraded"}}),
                "health.status is Degraded",
            ),
            (json!({"robustness": "faulted"}), "robustness is faulted"),
            (
                json!({"ceph": {"health": "HEALTH_ERR"}}),
                "ceph.health is HEALTH_ERR",
            ),
        ] {
            assert_eq!(said(&status), [expected]);
        }
        assert!(said(&json!({"phase": "Running"})).is_empty());
        let off = json!({"spec": {"suspend": true}, "status": {"phase": "Failed"}});
        assert_eq!(of(&off), Some(vec![]));
        assert_eq!(of(&json!({"status": {"replicas": 1}})), None);
    }

    proptest! {
        #[test]
        fn no_status_is_too_strange(kind in "[A-Za-z]{0,12}", status in "True|False|Unknown|", depth in 0_usize..12) {
            let mut value = json!({"conditions": [{"type": kind, "status": status}]});
            for _ in 0..depth {
                value = json!({"inner": [value]});
            }
            of(&json!({"status": value}));
        }
    }
}
