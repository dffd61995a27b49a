//! Volumes and claims.

use super::value as read;
use serde_json::Value;

/// A claim.
#[derive(Debug, Clone, Default)]
pub struct PersistentVolumeClaim {
    /// `status.phase`.
    pub phase: String,
    /// `spec.storageClassName`.
    pub class: Option<String>,
    /// Whether `spec.storageClassName` is empty on purpose: it wants a volume of no class.
    pub refuses_class: bool,
    /// `spec.volumeName`.
    pub volume: Option<String>,
    /// Seconds since it was created, as a table prints it.
    pub age: Option<i64>,
}

/// A volume.
#[derive(Debug, Clone, Default)]
pub struct PersistentVolume {
    /// `status.phase`.
    pub phase: String,
    /// `spec.storageClassName`.
    pub class: Option<String>,
    /// (namespace, name) of its claim.
    pub claim: Option<(String, String)>,
    /// `spec.persistentVolumeReclaimPolicy`.
    pub reclaim_policy: String,
    /// `status.message`.
    pub message: String,
}

/// A storage class.
#[derive(Debug, Clone, Default)]
pub struct StorageClass {
    /// `provisioner`.
    pub provisioner: String,
    /// Whether claims that name no class get this one.
    pub is_default: bool,
    /// Whether a claim waits for the first pod that uses it.
    pub waits_for_consumer: bool,
}

impl StorageClass {
    /// Annotations that make a class the default, of now and of before 1.8.
    const DEFAULTS: [&str; 2] = [
        "storageclass.kubernetes.io/is-default-class",
        "storageclass.beta.kubernetes.io/is-default-class",
    ];

    /// The class of a value; its fields stand at the top, and there is no specification.
    pub(super) fn from_value(value: &Value) -> Self {
        let annotations = read::map(value, "metadata.annotations");
        Self {
            provisioner: read::string(value, "provisioner"),
            is_default: Self::DEFAULTS
                .iter()
                .any(|name| annotations.get(*name).is_some_and(|value| value == "true")),
            waits_for_consumer: read::text(value, "volumeBindingMode")
                == Some("WaitForFirstConsumer"),
        }
    }
}

impl PersistentVolumeClaim {
    /// The claim of a value. Before 1.6 the class was an annotation.
    pub(super) fn from_value(value: &Value) -> Self {
        Self {
            phase: read::string(value, "status.phase"),
            class: class(value),
            refuses_class: read::get(value, "spec.storageClassName").and_then(Value::as_str)
                == Some(""),
            volume: read::optional(value, "spec.volumeName"),
            age: read::int(value, "metadata.age"),
        }
    }
}

impl PersistentVolume {
    /// The volume of a value.
    pub(super) fn from_value(value: &Value) -> Self {
        let claim = read::get(value, "spec.claimRef").and_then(|claim| {
            Some((
                read::string(claim, "namespace"),
                read::optional(claim, "name")?,
            ))
        });
        Self {
            phase: read::string(value, "status.phase"),
            class: class(value),
            claim,
            reclaim_policy: read::string(value, "spec.persistentVolumeReclaimPolicy"),
            message: read::string(value, "status.message"),
        }
    }
}

/// The storage class, as a field or as the annotation of old versions.
fn class(value: &Value) -> Option<String> {
    read::optional(value, "spec.storageClassName").or_else(|| {
        read::map(value, "metadata.annotations").remove("volume.beta.kubernetes.io/storage-class")
    })
}
