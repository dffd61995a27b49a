//! Events in the shape in which `kubectl cluster-info dump` prints them.
//!
//! In: what happened to whom. Out: JSON values, items of an `EventList`.

use super::json::{Json, object};
use super::objects::{Identity, time};
use jiff::Timestamp;

/// What happened to an object.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// Kind of the object.
    pub(crate) kind: &'static str,
    /// Who the object is.
    pub(crate) about: Identity,
    /// The container that it is about; empty for none.
    pub(crate) container: String,
    /// Reason.
    pub(crate) reason: &'static str,
    /// Message.
    pub(crate) message: String,
    /// Component that says it, and its host (empty for none).
    pub(crate) source: (&'static str, String),
    /// First time.
    pub(crate) first: Timestamp,
    /// Last time.
    pub(crate) last: Timestamp,
    /// How often.
    pub(crate) count: i64,
    /// Whether it is of type `Warning`.
    pub(crate) warning: bool,
    /// End of the event's own name.
    pub(crate) id: String,
}

/// An event as an item of an `EventList`.
pub(crate) fn event(event: &Event) -> Json {
    // Events about nodes lie in the default namespace.
    let namespace = match event.about.namespace.as_str() {
        "" => "default",
        namespace => namespace,
    };
    let mut about = object([("kind", event.kind.into())]);
    if !event.about.namespace.is_empty() {
        about = about.with("namespace", namespace);
    }
    about = about
        .with("name", event.about.name.as_str())
        .with("uid", event.about.uid.as_str());
    if event.kind == "Pod" {
        about = about.with("apiVersion", "v1");
    }
    if !event.container.is_empty() {
        about = about.with(
            "fieldPath",
            format!("spec.containers{{{}}}", event.container),
        );
    }
    let (component, host) = &event.source;
    let mut source = object([("component", (*component).into())]);
    if !host.is_empty() {
        source = source.with("host", host.as_str());
    }
    let kind = if event.warning { "Warning" } else { "Normal" };
    object([
        (
            "metadata",
            object([
                ("name", format!("{}.{}", event.about.name, event.id).into()),
                ("namespace", namespace.into()),
                ("creationTimestamp", time(event.first).into()),
            ]),
        ),
        ("involvedObject", about),
        ("reason", event.reason.into()),
        ("message", event.message.as_str().into()),
        ("source", source),
        ("firstTimestamp", time(event.first).into()),
        ("lastTimestamp", time(event.last).into()),
        ("count", event.count.into()),
        ("type", kind.into()),
        ("eventTime", Json::Null),
        ("reportingComponent", "".into()),
        ("reportingInstance", "".into()),
    ])
}
