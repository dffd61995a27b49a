//! Narrow, tolerant Kubernetes types: only the fields that diagnoses read, and never an error for
//! a field that is missing, null, or of another type.
//!
//! In: the JSON value of one object (whatever it was written in) and its text. Out: [`Object`] or
//! [`Event`]. Go-internal field names of old kubectl (`Spec`, `InvolvedObject`) are renamed before
//! anything is read ([`canonical`]), so that nothing else has to know them.

pub mod canonical;
pub mod describe;
mod event;
pub mod kinds;
mod meta;
mod network;
mod node;
mod pod;
mod storage;
mod text;
mod value;
mod workload;

pub use event::Event;
pub use meta::{Meta, ObjectKey, Owner};
pub use network::{Endpoints, Ingress, Service, ServicePort, Webhook, WebhookConfiguration};
pub use node::{Condition, Node, Taint};
pub use pod::{Container, ContainerKind, ContainerState, Pod, Terminated, Waiting};
pub use storage::{PersistentVolume, PersistentVolumeClaim};
pub use text::{ObjectText, TextFormat};
pub use workload::{Autoscaler, DisruptionBudgetStatus, Workload};

use crate::locator::{EntryPath, Snippet};
use crate::rules::MatcherId;

/// One Kubernetes object.
#[derive(Debug, Clone)]
pub struct Object {
    /// Its identity and metadata.
    pub meta: Meta,
    /// The entry it stands in.
    pub path: EntryPath,
    /// Its own text, for citations.
    pub text: ObjectText,
    /// The fields of its kind that diagnoses read.
    pub detail: Detail,
    /// Hits of object matchers on its fields, and of log matchers on its status messages.
    pub hits: Vec<TextHit>,
}

impl Object {
    /// The object of this value; `None` where it has no kind or name.
    pub fn from_value(
        value: &serde_json::Value,
        path: &EntryPath,
        text: ObjectText,
    ) -> Option<Self> {
        let _ = (value, path, text);
        None
    }

    /// Its identity.
    pub fn key(&self) -> &ObjectKey {
        &self.meta.key
    }
}

/// The fields of its kind that diagnoses read.
#[derive(Debug, Clone)]
pub enum Detail {
    /// `Pod`.
    Pod(Box<Pod>),
    /// `Node`.
    Node(Box<Node>),
    /// `Service`.
    Service(Service),
    /// `Endpoints` or `EndpointSlice`.
    Endpoints(Endpoints),
    /// `Ingress`.
    Ingress(Ingress),
    /// `Deployment`, `ReplicaSet`, `StatefulSet`, `DaemonSet`, `ReplicationController`, `Job`, `CronJob`.
    Workload(Workload),
    /// `PersistentVolumeClaim`.
    PersistentVolumeClaim(PersistentVolumeClaim),
    /// `PersistentVolume`.
    PersistentVolume(PersistentVolume),
    /// `HorizontalPodAutoscaler`.
    Autoscaler(Autoscaler),
    /// `PodDisruptionBudget`.
    DisruptionBudget(DisruptionBudgetStatus),
    /// `MutatingWebhookConfiguration` or `ValidatingWebhookConfiguration`.
    WebhookConfiguration(WebhookConfiguration),
    /// Any other kind: it is known to exist, and object matchers were run on it.
    Other,
}

/// A hit of an object matcher, or of a log matcher on a status or event message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextHit {
    /// The matcher.
    pub matcher: MatcherId,
    /// The field or message, where it stands.
    pub snippet: Snippet,
    /// Named groups of the matcher's regex.
    pub captures: Vec<(String, String)>,
}
