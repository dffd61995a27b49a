//! Narrow, tolerant Kubernetes types: only the fields that diagnoses read, and never an error for
//! a field that is missing, null, or of another type.
//!
//! In: the JSON value of one object (whatever it was written in) and its text. Out: [`Object`] or
//! [`Event`]. Go-internal field names of old kubectl (`Spec`, `InvolvedObject`) are renamed before
//! anything is read ([`canonical`]), so that nothing else has to know them.

mod api_service;
pub mod canonical;
mod certificate;
pub mod describe;
mod event;
pub mod kinds;
mod meta;
mod network;
mod node;
mod pod;
mod quota;
mod references;
pub mod removed;
mod storage;
pub mod table;
pub mod text;
mod toleration;
mod trouble;
pub mod value;
mod workload;
pub mod yaml;

pub use api_service::ApiService;
pub use certificate::{Certificate, Purpose, certificates};
pub use event::Event;
pub use meta::{Managed, Meta, ObjectKey, Owner};
pub use network::{Endpoints, Ingress, Service, ServicePort, Webhook, WebhookConfiguration};
pub use node::{Condition, Node, Taint};
pub use pod::{Container, ContainerKind, ContainerState, Listed, Pod, Terminated, Waiting};
pub use quota::{Quota, QuotaRow};
pub use references::{Need, Reference};
pub use storage::{PersistentVolume, PersistentVolumeClaim, StorageClass};
pub use text::{ObjectText, TextFormat};
pub use toleration::Toleration;
pub use trouble::Trouble;
pub use workload::{Autoscaler, DisruptionBudgetStatus, Workload};

use crate::locator::{EntryPath, Snippet};
use crate::rules::MatcherId;
use serde_json::Value;

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
    /// Certificates in it that can be read.
    pub certificates: Box<[Certificate]>,
    /// What it says of itself that is bad; of kinds without a [`Detail`] only, and `None` where its
    /// status has none of the shapes in which they say it.
    pub troubles: Option<Box<[Trouble]>>,
}

impl Object {
    /// The object of this value, in API names; `None` where it has no kind or name. Items of a list
    /// often have no kind of their own: the caller fills it in from the list's.
    pub fn from_value(value: &Value, path: &EntryPath, text: ObjectText) -> Option<Self> {
        let meta = Meta::from_value(value)?;
        let api_version = value::text(value, "apiVersion");
        let mut detail = if is_builtin(api_version) {
            Detail::from_value(&meta.key.kind, value)
        } else if meta.key.kind == "ClusterOperator" && group(api_version) == OPENSHIFT_CONFIG {
            Detail::ClusterOperator(Condition::all(value))
        } else {
            Detail::Other
        };
        if let Detail::Pod(pod) = &mut detail {
            // Lists of one are made with room for four, and a container is half a kilobyte.
            pod.containers.shrink_to_fit();
            pod.conditions.shrink_to_fit();
            pod.references.shrink_to_fit();
        }
        let troubles = match detail {
            Detail::Other => trouble::of(value).map(Vec::into_boxed_slice),
            _ => None,
        };
        Some(Self {
            meta,
            path: path.clone(),
            text,
            detail,
            hits: vec![],
            certificates: Box::default(),
            troubles,
        })
    }

    /// Whether a diagnosis may want to cite a field of it. Healthy pods, replica sets (their
    /// deployments say the same) and kinds that no check reads are most of a cluster; of these
    /// only the first line is kept. What is being deleted may be stuck in that.
    pub fn may_be_cited(&self) -> bool {
        if self.meta.deleted.is_some() || self.meta.deletion_age.is_some() {
            return true;
        }
        if self.troubles.as_ref().is_some_and(|own| !own.is_empty()) {
            return true;
        }
        match &self.detail {
            Detail::Pod(pod) => {
                let early = self.meta.created.zip(pod.started);
                self.meta.key.namespace == "kube-system"
                    || !pod.is_unremarkable()
                    // A clock is wrong: that is cited.
                    || early.is_some_and(|(created, started)| started < created)
            }
            Detail::Workload(own) => {
                self.meta.key.kind != "ReplicaSet"
                    || (self.meta.owners.is_empty() && own.desired.is_some_and(|n| n > own.ready))
            }
            // The version that it was written in, which is not served for ever, is cited, and that a
            // release of Helm failed.
            Detail::Other if self.meta.written_as.is_some() || self.is_failed_release() => true,
            Detail::Other => false,
            _ => true,
        }
    }

    /// Gives up what only diagnoses of something remarkable read: most annotations, who wrote
    /// its status (of a pod, who wrote at all, and what each container asks for), and of a replica set everything but its owner, counts,
    /// revision, images and commands.
    pub fn keep_identity(&mut self) {
        // Those by which a mesh leaves a pod out say why it has no sidecar.
        self.meta
            .annotations
            .retain(|name, _| name.ends_with("inject") || name.ends_with("sidecar-injection"));
        match &mut self.detail {
            Detail::Workload(workload) => {
                self.meta.labels = std::collections::BTreeMap::new();
                self.meta.managed = Vec::new();
                workload.selector = std::collections::BTreeMap::new();
                workload.conditions = Vec::new();
                workload.images.shrink_to_fit();
                workload.commands.shrink_to_fit();
                workload.pod_labels = std::collections::BTreeMap::new();
                workload.references = Vec::new();
            }
            Detail::Pod(pod) => {
                self.meta.managed = Vec::new();
                for container in &mut pod.containers {
                    container.limits = std::collections::BTreeMap::new();
                }
                for reference in &mut pod.references {
                    reference.field = String::new();
                }
            }
            _ => {
                self.meta.managed.retain(|entry| !entry.status);
                self.meta.managed.shrink_to_fit();
            }
        }
    }

    /// Whether Helm keeps a revision in it that failed or did not come to an end.
    fn is_failed_release(&self) -> bool {
        let labels = &self.meta.labels;
        labels.get("owner").is_some_and(|owner| owner == "helm")
            && labels
                .get("status")
                .is_some_and(|status| !["deployed", "superseded"].contains(&status.as_str()))
    }

    /// Its identity.
    pub fn key(&self) -> &ObjectKey {
        &self.meta.key
    }
}

/// API groups whose kinds [`Detail`] means; others reuse the same names for things of their own
/// (OpenShift has a `Node` in `config.openshift.io`, Knative a `Service`).
const BUILTIN_GROUPS: &[&str] = &[
    "apps",
    "extensions",
    "batch",
    "autoscaling",
    "policy",
    "networking.k8s.io",
    "discovery.k8s.io",
    "admissionregistration.k8s.io",
    "apiregistration.k8s.io",
    "storage.k8s.io",
];

/// The group in which OpenShift keeps what its operators say of themselves.
const OPENSHIFT_CONFIG: Option<&str> = Some("config.openshift.io");

/// Whether an `apiVersion` is of Kubernetes itself; items of typed lists state none.
fn is_builtin(api_version: Option<&str>) -> bool {
    group(api_version).is_none_or(|group| BUILTIN_GROUPS.contains(&group))
}

/// The group that an `apiVersion` names.
fn group(api_version: Option<&str>) -> Option<&str> {
    Some(api_version?.split_once('/')?.0)
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
    /// `StorageClass`.
    StorageClass(StorageClass),
    /// `ResourceQuota`.
    Quota(Quota),
    /// `APIService`.
    ApiService(ApiService),
    /// `ClusterOperator` of OpenShift: `status.conditions`.
    ClusterOperator(Vec<Condition>),
    /// Any other kind: it is known to exist, and object matchers were run on it.
    Other,
}

/// Whether an object says of itself that something is wrong.
pub fn says_trouble(value: &Value) -> bool {
    trouble::of(value).is_some_and(|troubles| !troubles.is_empty())
}

impl Condition {
    /// Whether this is bad by its type alone, whoever writes it; see [`Trouble`].
    pub fn is_trouble(&self) -> bool {
        trouble::in_trouble(self).is_some()
    }
}

impl Detail {
    /// The fields that are read of a value of this kind.
    fn from_value(kind: &str, value: &Value) -> Self {
        match kind {
            "Pod" => Self::Pod(Box::new(Pod::from_value(value))),
            "Node" => Self::Node(Box::new(Node::from_value(value))),
            "Service" => Self::Service(Service::from_value(value)),
            "Endpoints" | "EndpointSlice" => Self::Endpoints(Endpoints::from_value(value)),
            "Ingress" => Self::Ingress(Ingress::from_value(value)),
            "Deployment"
            | "ReplicaSet"
            | "StatefulSet"
            | "DaemonSet"
            | "ReplicationController"
            | "Job"
            | "CronJob" => Self::Workload(Workload::from_value(value)),
            "PersistentVolumeClaim" => {
                Self::PersistentVolumeClaim(PersistentVolumeClaim::from_value(value))
            }
            "PersistentVolume" => Self::PersistentVolume(PersistentVolume::from_value(value)),
            "HorizontalPodAutoscaler" => Self::Autoscaler(Autoscaler::from_value(value)),
            "PodDisruptionBudget" => {
                Self::DisruptionBudget(DisruptionBudgetStatus::from_value(value))
            }
            "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration" => {
                Self::WebhookConfiguration(WebhookConfiguration::from_value(value))
            }
            "StorageClass" => Self::StorageClass(StorageClass::from_value(value)),
            "ResourceQuota" => Self::Quota(Quota::from_value(value)),
            "APIService" => Self::ApiService(ApiService::from_value(value)),
            _ => Self::Other,
        }
    }
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
