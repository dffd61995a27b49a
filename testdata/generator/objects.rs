//! Nodes, workloads and services in the shape in which `kubectl cluster-info dump` prints them.
//!
//! In: what differs between objects. Out: JSON values with the API server's field order; items of
//! lists carry no kind, as in a real dump. Pods and events have their own modules.

use super::cluster::SUBSCRIPTION;
use super::json::{Json, empty, object};
use jiff::Timestamp;

/// RFC 3339 in seconds, the API's spelling of a time.
pub(crate) fn time(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A typed list with its items.
pub(crate) fn list(kind: &str, version: &str, items: Vec<Json>) -> Json {
    object([
        ("kind", kind.into()),
        ("apiVersion", version.into()),
        ("metadata", object([("resourceVersion", "48213377".into())])),
        ("items", items.into()),
    ])
}

/// Who an object is.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    /// Its name.
    pub(crate) name: String,
    /// Its namespace; empty for nodes.
    pub(crate) namespace: String,
    /// Its UID.
    pub(crate) uid: String,
    /// When it was created.
    pub(crate) created: Timestamp,
    /// Its labels, in the order of their names.
    pub(crate) labels: Vec<(String, String)>,
}

impl Identity {
    /// The `metadata` of the object.
    pub(crate) fn metadata(&self) -> Json {
        let mut metadata = object([("name", self.name.clone().into())]);
        if !self.namespace.is_empty() {
            metadata = metadata.with("namespace", self.namespace.clone());
        }
        let metadata = metadata
            .with("uid", self.uid.clone())
            .with("resourceVersion", "48210016")
            .with("creationTimestamp", time(self.created));
        if self.labels.is_empty() {
            return metadata;
        }
        metadata.with("labels", labels(&self.labels))
    }
}

/// Labels as an object.
fn labels(labels: &[(String, String)]) -> Json {
    labels.iter().fold(empty(), |labels, (name, value)| {
        labels.with(name, value.as_str())
    })
}

/// An owner of an object.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    /// Its kind.
    pub(crate) kind: &'static str,
    /// Its name.
    pub(crate) name: String,
    /// Its UID.
    pub(crate) uid: String,
}

impl Owner {
    /// The `ownerReferences` of what it owns.
    pub(crate) fn references(&self) -> Json {
        Json::List(vec![object([
            ("apiVersion", "apps/v1".into()),
            ("kind", self.kind.into()),
            ("name", self.name.clone().into()),
            ("uid", self.uid.clone().into()),
            ("controller", true.into()),
            ("blockOwnerDeletion", true.into()),
        ])])
    }
}

/// A replica set as an item of a `ReplicaSetList`.
pub(crate) fn replica_set(
    identity: &Identity,
    owner: &Owner,
    image: &str,
    wanted: i64,
    ready: i64,
) -> Json {
    object([
        (
            "metadata",
            identity
                .metadata()
                .with("ownerReferences", owner.references()),
        ),
        (
            "spec",
            workload_spec(identity, image).with("replicas", wanted),
        ),
        (
            "status",
            object([
                ("replicas", wanted.into()),
                ("fullyLabeledReplicas", wanted.into()),
                ("readyReplicas", ready.into()),
                ("availableReplicas", ready.into()),
                ("observedGeneration", 1.into()),
            ]),
        ),
    ])
}

/// Selector and template of a workload.
fn workload_spec(identity: &Identity, image: &str) -> Json {
    let container = object([("name", "main".into()), ("image", image.into())]);
    object([
        (
            "selector",
            object([("matchLabels", labels(&identity.labels))]),
        ),
        (
            "template",
            object([
                ("metadata", object([("labels", labels(&identity.labels))])),
                (
                    "spec",
                    object([("containers", Json::List(vec![container]))]),
                ),
            ]),
        ),
    ])
}

/// A deployment as an item of a `DeploymentList`.
pub(crate) fn deployment(identity: &Identity, image: &str, wanted: i64, ready: i64) -> Json {
    let (status, reason, message) = if ready >= wanted {
        (
            "True",
            "MinimumReplicasAvailable",
            "Deployment has minimum availability.",
        )
    } else {
        (
            "False",
            "MinimumReplicasUnavailable",
            "Deployment does not have minimum availability.",
        )
    };
    let since = time(identity.created);
    let available = object([
        ("type", "Available".into()),
        ("status", status.into()),
        ("lastUpdateTime", since.clone().into()),
        ("lastTransitionTime", since.into()),
        ("reason", reason.into()),
        ("message", message.into()),
    ]);
    let mut state = object([
        ("observedGeneration", 1.into()),
        ("replicas", wanted.into()),
        ("updatedReplicas", wanted.into()),
        ("readyReplicas", ready.into()),
        ("availableReplicas", ready.into()),
    ]);
    if ready < wanted {
        state = state.with("unavailableReplicas", wanted - ready);
    }
    object([
        ("metadata", identity.metadata()),
        (
            "spec",
            workload_spec(identity, image).with("replicas", wanted),
        ),
        (
            "status",
            state.with("conditions", Json::List(vec![available])),
        ),
    ])
}

/// A daemon set of so many healthy pods as an item of a `DaemonSetList`.
pub(crate) fn daemon_set(identity: &Identity, image: &str, pods: i64) -> Json {
    object([
        ("metadata", identity.metadata()),
        ("spec", workload_spec(identity, image)),
        (
            "status",
            object([
                ("currentNumberScheduled", pods.into()),
                ("numberMisscheduled", 0.into()),
                ("desiredNumberScheduled", pods.into()),
                ("numberReady", pods.into()),
                ("observedGeneration", 1.into()),
                ("updatedNumberScheduled", pods.into()),
                ("numberAvailable", pods.into()),
            ]),
        ),
    ])
}

/// A service of the cluster's own network as an item of a `ServiceList`.
pub(crate) fn service(identity: &Identity, address: &str, port: i64) -> Json {
    let port = object([
        ("protocol", "TCP".into()),
        ("port", port.into()),
        ("targetPort", port.into()),
    ]);
    object([
        ("metadata", identity.metadata()),
        (
            "spec",
            object([
                ("ports", Json::List(vec![port])),
                ("selector", labels(&identity.labels)),
                ("clusterIP", address.into()),
                ("type", "ClusterIP".into()),
                ("sessionAffinity", "None".into()),
            ]),
        ),
        ("status", object([("loadBalancer", empty())])),
    ])
}

/// A healthy node as an item of a `NodeList`: who it is, its address and its last heartbeat.
pub(crate) fn node(
    identity: &Identity,
    address: &str,
    version: &str,
    heartbeat: Timestamp,
) -> Json {
    let condition = |kind: &str, status: &str, reason: &str, message: &str| {
        object([
            ("type", kind.into()),
            ("status", status.into()),
            ("lastHeartbeatTime", time(heartbeat).into()),
            ("lastTransitionTime", time(identity.created).into()),
            ("reason", reason.into()),
            ("message", message.into()),
        ])
    };
    let resources = |cpu: &str, memory: &str| {
        object([
            ("cpu", cpu.into()),
            ("ephemeral-storage", "129886128Ki".into()),
            ("memory", memory.into()),
            ("pods", "110".into()),
        ])
    };
    let conditions = vec![
        condition(
            "MemoryPressure",
            "False",
            "KubeletHasSufficientMemory",
            "kubelet has sufficient memory available",
        ),
        condition(
            "DiskPressure",
            "False",
            "KubeletHasNoDiskPressure",
            "kubelet has no disk pressure",
        ),
        condition(
            "PIDPressure",
            "False",
            "KubeletHasSufficientPID",
            "kubelet has sufficient PID available",
        ),
        condition(
            "Ready",
            "True",
            "KubeletReady",
            "kubelet is posting ready status. AppArmor enabled",
        ),
    ];
    let entry =
        |kind: &str, address: &str| object([("type", kind.into()), ("address", address.into())]);
    object([
        ("metadata", identity.metadata()),
        (
            "spec",
            object([("providerID", provider_id(&identity.name).into())]),
        ),
        (
            "status",
            object([
                ("capacity", resources("4", "16393244Ki")),
                ("allocatable", resources("3860m", "12889116Ki")),
                ("conditions", conditions.into()),
                (
                    "addresses",
                    Json::List(vec![
                        entry("InternalIP", address),
                        entry("Hostname", &identity.name),
                    ]),
                ),
                ("nodeInfo", node_info(version)),
            ]),
        ),
    ])
}

/// The id of a node's machine in a scale set, `aks-pool-1-vmss000002`.
fn provider_id(node: &str) -> String {
    let (set, number) = node.rsplit_once("vmss").unwrap_or((node, "0"));
    let number = number.trim_start_matches('0');
    let number = if number.is_empty() { "0" } else { number };
    format!(
        "azure:///subscriptions/{SUBSCRIPTION}/resourceGroups/mc_rg-shop_shop-test_westeurope/providers/Microsoft.Compute/virtualMachineScaleSets/{set}vmss/virtualMachines/{number}"
    )
}

/// Versions of the software on a node.
fn node_info(version: &str) -> Json {
    object([
        ("kernelVersion", "5.15.0-1061-azure".into()),
        ("osImage", "Ubuntu 22.04.4 LTS".into()),
        ("containerRuntimeVersion", "containerd://1.7.15-1".into()),
        ("kubeletVersion", version.into()),
        ("kubeProxyVersion", version.into()),
        ("operatingSystem", "linux".into()),
        ("architecture", "amd64".into()),
    ])
}
