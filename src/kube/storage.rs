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
    /// `spec.volumeName`.
    pub volume: Option<String>,
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

impl PersistentVolumeClaim {
    /// The claim of a value. Before 1.6 the class was an annotation.
    pub(super) fn from_value(value: &Value) -> Self {
        Self {
            phase: read::string(value, "status.phase"),
            class: class(value),
            volume: read::optional(value, "spec.volumeName"),
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
