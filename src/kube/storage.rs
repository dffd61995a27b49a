//! Volumes and claims.

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
