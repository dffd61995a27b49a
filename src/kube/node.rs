//! Nodes: conditions, capacity, versions.

use super::value as read;
use jiff::Timestamp;
use serde_json::Value;
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
    /// When its lease was last renewed, as `describe` prints with the node. The kubelet does that
    /// every ten seconds, and reports a status that stays the same every five minutes.
    pub lease_renewed: Option<Timestamp>,
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

impl Node {
    /// The node of a value.
    pub(super) fn from_value(value: &Value) -> Self {
        let info = |field: &str| read::optional(value, &format!("status.nodeInfo.{field}"));
        Self {
            conditions: Condition::all(value),
            taints: read::list(value, "spec.taints")
                .iter()
                .map(Taint::from_value)
                .collect(),
            unschedulable: read::bool(value, "spec.unschedulable"),
            provider_id: read::optional(value, "spec.providerID"),
            external_id: read::optional(value, "spec.externalID"),
            capacity: read::resources(value, "status.capacity"),
            allocatable: read::resources(value, "status.allocatable"),
            kubelet_version: info("kubeletVersion"),
            kube_proxy_version: info("kubeProxyVersion"),
            kernel_version: info("kernelVersion"),
            runtime_version: info("containerRuntimeVersion"),
            os_image: info("osImage"),
            operating_system: info("operatingSystem"),
            internal_ips: read::list(value, "status.addresses")
                .iter()
                .filter(|address| read::text(address, "type") == Some("InternalIP"))
                .filter_map(|address| read::optional(address, "address"))
                .collect(),
            lease_renewed: read::time(value, "lease.renewTime"),
        }
    }
}

impl Condition {
    /// All conditions of an object's status.
    pub(super) fn all(value: &Value) -> Vec<Self> {
        Self::of_list(read::list(value, "status.conditions"))
    }

    /// The conditions of a list, numbered by their place in it.
    pub(super) fn of_list(list: &[Value]) -> Vec<Self> {
        list.iter()
            .enumerate()
            .map(|(index, value)| Self {
                index,
                kind: read::string(value, "type"),
                status: read::string(value, "status"),
                reason: read::string(value, "reason"),
                message: read::string(value, "message"),
                since: read::time(value, "lastTransitionTime"),
                heartbeat: read::time(value, "lastHeartbeatTime")
                    .or_else(|| read::time(value, "lastUpdateTime")),
            })
            .collect()
    }
}

impl Taint {
    /// An entry of `spec.taints`.
    fn from_value(value: &Value) -> Self {
        Self {
            key: read::string(value, "key"),
            value: read::string(value, "value"),
            effect: read::string(value, "effect"),
        }
    }
}
