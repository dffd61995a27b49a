//! Events, from the API or from the Events table of `describe` text.

use super::{ObjectKey, TextHit};
use crate::locator::{EntryPath, Snippet};
use jiff::Timestamp;

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
    /// Seconds before the capture that it was first and last seen: `describe` prints ages only.
    /// `None` where times are absolute.
    pub ages: Option<(i64, i64)>,
    /// Its message, where it stands.
    pub snippet: Snippet,
    /// Hits of event matchers, and of log matchers on the message.
    pub hits: Vec<TextHit>,
}

impl Event {
    /// The event of this value of kind `Event`, `v1` or `events.k8s.io/v1`.
    pub fn from_value(
        value: &serde_json::Value,
        path: &EntryPath,
        snippet: Snippet,
    ) -> Option<Self> {
        let _ = (value, path, snippet);
        None
    }
}
