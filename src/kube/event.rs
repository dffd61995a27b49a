//! Events, from the API or from the Events table of `describe` text.

use super::{ObjectKey, TextHit, value as read};
use crate::locator::{EntryPath, Snippet};
use jiff::Timestamp;
use serde_json::Value;

/// One Kubernetes event (or one row of `describe`'s Events table).
#[derive(Debug, Clone)]
pub struct Event {
    /// The entry it stands in.
    pub path: EntryPath,
    /// What it is about.
    pub object: ObjectKey,
    /// `reason`.
    pub reason: String,
    /// `message`, whole.
    pub message: String,
    /// Whether `type` is not `Normal`.
    pub warning: bool,
    /// `source.component` or `reportingComponent`.
    pub component: String,
    /// `source.host`: the node whose kubelet wrote it.
    pub host: Option<String>,
    /// How often it was seen.
    pub count: u64,
    /// First seen.
    pub first: Option<Timestamp>,
    /// Last seen.
    pub last: Option<Timestamp>,
    /// When the API server stored it, by its own clock.
    pub created: Option<Timestamp>,
    /// Seconds before the capture that it was first and last seen: `describe` prints ages only.
    /// `None` where times are absolute.
    pub ages: Option<(i64, i64)>,
    /// Its message, where it stands.
    pub snippet: Snippet,
    /// Hits of event matchers, and of log matchers on the message.
    pub hits: Vec<TextHit>,
}

/// Reasons of normal events that tell of a change to the cluster: rollouts, scaling, nodes that
/// come, go or are drained, kubelets that start.
const CHANGES: &[&str] = &[
    "DeletingNode",
    "Drain",
    "NodeNotSchedulable",
    "NodeSchedulable",
    "RegisteredNode",
    "RemovingNode",
    "ScaleDown",
    "ScaledUpGroup",
    "ScalingReplicaSet",
    "Starting",
    "SuccessfulRescale",
    "Surge",
    "Upgrade",
];

/// Parts of reasons by which a Normal event tells of a failure all the same.
const FAILURES: &[&str] = &[
    "BackOff",
    "Degraded",
    "Denied",
    "Error",
    "Evict",
    "Fail",
    "Forbidden",
    "Invalid",
    "NotReady",
    "OOM",
    "Unable",
    "Unhealthy",
    "Unreachable",
];

impl Event {
    /// Whether its reason speaks of a failure, whatever its type says.
    pub fn speaks_of_failure(&self) -> bool {
        // Controllers of releases write their reasons in lower case: `error`.
        let lower = ["error", "fail"];
        let mut words = FAILURES.iter().chain(&lower);
        words.any(|word| self.reason.contains(word))
    }

    /// Whether it tells of a change, though nothing may be wrong.
    pub fn tells_change(&self) -> bool {
        CHANGES.binary_search(&&*self.reason).is_ok()
    }

    /// The event of this value of kind `Event`, `v1` or `events.k8s.io/v1`; `None` where it says
    /// neither a reason nor a message.
    pub fn from_value(value: &Value, path: &EntryPath, snippet: Snippet) -> Option<Self> {
        let reason = read::string(value, "reason");
        let message = first_text(value, &["message", "note"]).unwrap_or_default();
        if reason.is_empty() && message.is_empty() {
            return None;
        }
        let (first, last) = times(value);
        let count = ["series.count", "count", "deprecatedCount"]
            .iter()
            .filter_map(|field| read::int(value, field))
            .filter_map(|count| u64::try_from(count).ok())
            .max();
        Some(Self {
            path: path.clone(),
            object: subject(value),
            reason,
            message,
            warning: read::text(value, "type").is_some_and(|kind| kind != "Normal"),
            component: first_text(
                value,
                &[
                    "source.component",
                    "deprecatedSource.component",
                    "reportingComponent",
                    "reportingController",
                ],
            )
            .unwrap_or_default(),
            host: first_text(value, &["source.host", "deprecatedSource.host"]),
            count: count.unwrap_or(1).max(1),
            first,
            last,
            created: read::time(value, "metadata.creationTimestamp"),
            ages: None,
            snippet,
            hits: vec![],
        })
    }
}

/// What the event is about: `involvedObject`, or `regarding` of `events.k8s.io`. An event about a
/// cluster-scoped object is itself stored in `default`, so only the reference's namespace counts;
/// some programs name their own there, but a node has none.
fn subject(value: &Value) -> ObjectKey {
    let reference = read::get(value, "involvedObject")
        .or_else(|| read::get(value, "regarding"))
        .unwrap_or(&Value::Null);
    let kind = read::string(reference, "kind");
    let namespace = if kind == "Node" {
        String::new()
    } else {
        read::string(reference, "namespace")
    };
    ObjectKey {
        kind,
        namespace,
        name: read::string(reference, "name"),
    }
}

/// First and last time seen. Events of `events.k8s.io` have no `lastTimestamp`: their series, or
/// the time of the only occurrence, or at worst the creation, stands in.
fn times(value: &Value) -> (Option<Timestamp>, Option<Timestamp>) {
    let first_of = |fields: &[&str]| fields.iter().find_map(|field| read::time(value, field));
    let created = ["eventTime", "metadata.creationTimestamp"];
    let first =
        first_of(&["firstTimestamp", "deprecatedFirstTimestamp"]).or_else(|| first_of(&created));
    let last = first_of(&[
        "lastTimestamp",
        "deprecatedLastTimestamp",
        "series.lastObservedTime",
    ])
    .or_else(|| first_of(&created))
    .or(first);
    (first, last)
}

/// The first of these fields that holds text.
fn first_text(value: &Value, fields: &[&str]) -> Option<String> {
    fields.iter().find_map(|field| read::optional(value, field))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The event of a value, with a snippet that does not matter.
    fn event(value: &Value) -> Option<Event> {
        let snippet = Snippet::of_line(1, "");
        Event::from_value(value, &EntryPath::bundle("events.json", false), snippet)
    }

    #[test]
    fn a_core_event_is_read() {
        let event = event(&json!({
            "metadata": {"name": "web-0.1", "namespace": "shop"},
            "involvedObject": {"kind": "Pod", "namespace": "shop", "name": "web-0"},
            "reason": "BackOff", "message": "Back-off restarting failed container", "type": "Warning",
            "source": {"component": "kubelet", "host": "node-1"}, "count": 12,
            "firstTimestamp": "2024-05-01T10:00:00Z", "lastTimestamp": "2024-05-01T11:00:00Z"
        }))
        .expect("it has a reason");
        assert_eq!(event.object, ObjectKey::new("Pod", "shop", "web-0"));
        assert!(event.warning);
        assert_eq!((event.component.as_str(), event.count), ("kubelet", 12));
        assert_eq!(event.host.as_deref(), Some("node-1"));
        assert_eq!(
            event.last.map(|t| t.to_string()).as_deref(),
            Some("2024-05-01T11:00:00Z")
        );
    }

    #[test]
    fn a_node_has_no_namespace_whatever_the_event_says() {
        let event = event(&json!({
            "metadata": {"name": "n1.1", "namespace": "checks"},
            "involvedObject": {"kind": "Node", "namespace": "checks", "name": "n1"},
            "reason": "ConnectivityOutageDetected", "message": "no way", "type": "Warning"
        }))
        .expect("it has a reason");
        assert_eq!(event.object, ObjectKey::new("Node", "", "n1"));
    }

    #[test]
    fn a_null_last_time_falls_back_to_the_series_then_to_the_event_then_to_the_creation() {
        let base = json!({
            "metadata": {"creationTimestamp": "2024-05-01T10:00:03Z"},
            "reason": "FailedScheduling", "note": "0/3 nodes are available", "type": "Warning",
            "regarding": {"kind": "Pod", "namespace": "shop", "name": "web-0"},
            "reportingController": "default-scheduler",
            "lastTimestamp": null, "firstTimestamp": null
        });
        let with = |extra: Value| {
            let mut value = base.clone();
            for (key, field) in extra.as_object().cloned().unwrap_or_default() {
                value[key] = field;
            }
            event(&value).expect("it has a reason")
        };
        let created = with(json!({}));
        assert_eq!(created.message, "0/3 nodes are available");
        assert_eq!(created.component, "default-scheduler");
        assert_eq!(created.count, 1);
        assert_eq!(
            created.last.map(|t| t.to_string()).as_deref(),
            Some("2024-05-01T10:00:03Z")
        );
        let once = with(json!({"eventTime": "2024-05-01T10:00:02.5Z"}));
        assert_eq!(
            once.last.map(|t| t.to_string()).as_deref(),
            Some("2024-05-01T10:00:02.5Z")
        );
        let series = with(json!({
            "eventTime": "2024-05-01T10:00:02Z",
            "series": {"count": 40, "lastObservedTime": "2024-05-01T12:00:00Z"}
        }));
        assert_eq!(series.count, 40);
        assert_eq!(
            series.first.map(|t| t.to_string()).as_deref(),
            Some("2024-05-01T10:00:02Z")
        );
        assert_eq!(
            series.last.map(|t| t.to_string()).as_deref(),
            Some("2024-05-01T12:00:00Z")
        );
    }

    #[test]
    fn reasons_of_changes_are_sorted_for_the_search() {
        assert!(CHANGES.is_sorted());
    }

    #[test]
    fn a_value_without_reason_and_message_is_no_event() {
        for value in [
            json!({}),
            json!(null),
            json!({"reason": 3, "kind": "Event"}),
        ] {
            assert!(event(&value).is_none(), "{value}");
        }
    }
}
