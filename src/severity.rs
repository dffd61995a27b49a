//! How bad, how sure, of what kind: three separate axes of every rule and finding.

use serde::{Deserialize, Serialize};

/// How much a finding hurts while it is active.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is broken.
    Info,
    /// A minor problem that users hardly notice.
    Low,
    /// A function is degraded or at risk.
    Medium,
    /// A workload or node does not work.
    High,
    /// The cluster, or a function that everything depends on, does not work.
    Critical,
}

/// How sure the evidence makes us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A hint that fits other causes as well.
    Low,
    /// The usual meaning of this evidence.
    Medium,
    /// The evidence states the failure itself.
    High,
}

/// Which part of the cluster a rule speaks about.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// Scaling of pods and nodes.
    Autoscaling,
    /// Azure Resource Manager: throttling, quota, policy, conflicts.
    AzureArm,
    /// API server, controllers, etcd, tunnels to the nodes.
    ControlPlane,
    /// Name resolution.
    Dns,
    /// Identities, credentials, tokens.
    IdentityAuth,
    /// The kubelet itself.
    Kubelet,
    /// Services of type LoadBalancer, ingress.
    LoadBalancer,
    /// Pod and node networking.
    Network,
    /// Machine, kernel and resources of a node.
    Node,
    /// Metrics and log collection.
    Observability,
    /// Container runtime.
    Runtime,
    /// Scheduling of pods onto nodes.
    Scheduling,
    /// Admission, RBAC, certificates.
    Security,
    /// Volumes.
    Storage,
    /// Versions, drains, node images.
    Upgrade,
    /// The customer's own workloads.
    Workload,
}

macro_rules! kebab_display {
    ($($type:ty),*) => {$(
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.serialize(f)
            }
        }
    )*};
}
kebab_display!(Severity, Confidence, Category);
