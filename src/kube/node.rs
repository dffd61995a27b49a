//! Nodes: conditions, capacity, versions.

use jiff::Timestamp;
use std::collections::BTreeMap;

/// A node.
#[derive(Debug, Clone, Default)]
pub struct Node {
    /// `status.conditions`.
    pub conditions: Vec<Condition>,
    /// `spec.taints`.
    pub taints: Vec<Taint>,
    /// `spec.unschedulable`: cordoned.
    pub unschedulable: bool,
    /// `spec.providerID`.
    pub provider_id: Option<String>,
    /// `spec.externalID` of old versions.
    pub external_id: Option<String>,
    /// `status.capacity`: `cpu` in milli, others in units (bytes).
    pub capacity: BTreeMap<String, i64>,
    /// `status.allocatable`, likewise.
    pub allocatable: BTreeMap<String, i64>,
    /// `status.nodeInfo.kubeletVersion`.
    pub kubelet_version: Option<String>,
    /// `status.nodeInfo.kubeProxyVersion`.
    pub kube_proxy_version: Option<String>,
    /// `status.nodeInfo.kernelVersion`.
    pub kernel_version: Option<String>,
    /// `status.nodeInfo.containerRuntimeVersion`.
    pub runtime_version: Option<String>,
    /// `status.nodeInfo.osImage`.
    pub os_image: Option<String>,
    /// `status.nodeInfo.operatingSystem`.
    pub operating_system: Option<String>,
    /// `status.addresses[type=InternalIP]`.
    pub internal_ips: Vec<String>,
}

/// A condition of an object's status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    /// Position within `status.conditions`, for field paths.
    pub index: usize,
    /// `Ready`, `DiskPressure`, ...
    pub kind: String,
    /// `True`, `False`, `Unknown`.
    pub status: String,
    /// `reason`.
    pub reason: String,
    /// `message`.
    pub message: String,
    /// `lastTransitionTime`.
    pub since: Option<Timestamp>,
    /// `lastHeartbeatTime` or `lastUpdateTime`.
    pub heartbeat: Option<Timestamp>,
}

impl Condition {
    /// Its field path.
    pub fn path(&self) -> String {
        format!("status.conditions[{}]", self.index)
    }
}

/// A taint of a node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taint {
    /// `key`.
    pub key: String,
    /// `value`.
    pub value: String,
    /// `effect`.
    pub effect: String,
}
