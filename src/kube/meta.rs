//! Identity and metadata that every object has.

use super::removed::WrittenAs;
use super::value as read;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// Kind, namespace and name: how objects refer to each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ObjectKey {
    /// `Pod`, `Node`, ...
    pub kind: String,
    /// Empty for cluster-scoped objects.
    pub namespace: String,
    /// The name.
    pub name: String,
}

impl ObjectKey {
    /// A key from its parts; an empty namespace for cluster-scoped kinds.
    pub fn new(kind: &str, namespace: &str, name: &str) -> Self {
        Self {
            kind: kind.into(),
            namespace: namespace.into(),
            name: name.into(),
        }
    }
}

impl fmt::Display for ObjectKey {
    /// `Pod kube-system/coredns-1`, `Node aks-1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind)?;
        if !self.namespace.is_empty() {
            write!(f, "{}/", self.namespace)?;
        }
        f.write_str(&self.name)
    }
}

/// Metadata of an object.
#[derive(Debug, Clone, Default)]
pub struct Meta {
    /// Its identity.
    pub key: ObjectKey,
    /// `metadata.uid`.
    pub uid: Option<String>,
    /// `metadata.creationTimestamp`.
    pub created: Option<Timestamp>,
    /// `metadata.deletionTimestamp`: it is being deleted since then.
    pub deleted: Option<Timestamp>,
    /// Seconds before the capture that it began to be deleted: `describe` prints only the age.
    pub deletion_age: Option<i64>,
    /// `metadata.labels`.
    pub labels: BTreeMap<String, String>,
    /// `metadata.annotations`, without `last-applied-configuration`.
    pub annotations: BTreeMap<String, String>,
    /// `metadata.ownerReferences`, or `Controlled By` of describe text.
    pub owners: Vec<Owner>,
    /// `metadata.finalizers`.
    pub finalizers: Vec<String>,
    /// Entries of `metadata.managedFields` that have a time.
    pub managed: Vec<Managed>,
    /// An API version that Kubernetes has given up, where somebody wrote the object in it.
    pub written_as: Option<Box<WrittenAs>>,
}

/// Who wrote to an object, and when last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Managed {
    /// `manager`: `kubectl-client-side-apply`, `helm`, `kube-controller-manager`.
    pub manager: String,
    /// `time`.
    pub time: Timestamp,
    /// Whether it wrote the status only.
    pub status: bool,
    /// Whether the entry names its subresource, as they do since 1.22; before, the API server noted a new
    /// time only when other fields were written.
    pub of_subresource: bool,
}

/// An object that controls another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner {
    /// Its kind.
    pub kind: String,
    /// Its name, in the same namespace.
    pub name: String,
}

/// The annotation in which `kubectl apply` keeps the whole object once more.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

impl Meta {
    /// The metadata of an object; `None` where it has no kind or name.
    pub(super) fn from_value(value: &Value) -> Option<Self> {
        let mut annotations = read::map(value, "metadata.annotations");
        let applied = annotations.remove(LAST_APPLIED);
        Some(Self {
            key: ObjectKey {
                kind: read::optional(value, "kind")?,
                namespace: read::string(value, "metadata.namespace"),
                name: read::optional(value, "metadata.name")?,
            },
            uid: read::optional(value, "metadata.uid"),
            created: read::time(value, "metadata.creationTimestamp"),
            deleted: read::time(value, "metadata.deletionTimestamp"),
            deletion_age: read::int(value, "metadata.deletionAge"),
            labels: read::map(value, "metadata.labels"),
            written_as: WrittenAs::find(value, applied.as_deref()).map(Box::new),
            annotations,
            owners: read::list(value, "metadata.ownerReferences")
                .iter()
                .filter_map(Owner::from_value)
                .collect(),
            finalizers: read::strings(value, "metadata.finalizers"),
            managed: read::list(value, "metadata.managedFields")
                .iter()
                .filter_map(Managed::from_value)
                .collect(),
        })
    }
}

impl Managed {
    /// An entry of `managedFields`. Before 1.20 none names its subresource: there an entry that
    /// holds nothing but the status is one of it.
    fn from_value(value: &Value) -> Option<Self> {
        let fields = read::get(value, "fieldsV1").and_then(Value::as_object);
        let only_status = fields.is_some_and(|fields| fields.keys().eq(["f:status"]));
        Some(Self {
            manager: read::optional(value, "manager")?,
            time: read::time(value, "time")?,
            status: only_status || read::text(value, "subresource") == Some("status"),
            of_subresource: read::text(value, "subresource").is_some(),
        })
    }
}

impl Owner {
    /// An entry of `ownerReferences`.
    fn from_value(value: &Value) -> Option<Self> {
        Some(Self {
            kind: read::optional(value, "kind")?,
            name: read::optional(value, "name")?,
        })
    }
}
