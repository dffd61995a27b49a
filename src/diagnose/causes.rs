//! The table of causes: which rules explain which, and what a symptom must share with its cause.

use super::finding::{Finding, Subject};

/// What a symptom must share with its cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// Nothing: the cause reaches the whole cluster.
    Cluster,
    /// The subject, or an affected object.
    Subject,
    /// The node: the cause is about a node that the symptom was seen on.
    Node,
    /// A node that both were seen on.
    SameNode,
    /// A log: both were read in the same one.
    Log,
    /// The system namespace: the cause takes away what system pods need.
    SystemPods,
}

/// One row of the table of causes.
pub(super) struct Cause {
    /// Rules that state the cause, the deepest first.
    pub(super) causes: &'static [&'static str],
    /// Rules that the cause explains.
    pub(super) symptoms: &'static [&'static str],
    /// What they must share.
    pub(super) link: Link,
}

/// Which rules explain which. Order matters: a symptom goes to the first cause that takes it.
pub(super) const CAUSES: &[Cause] = &[
    // What others add up to comes before them: a cause must not be explained yet to explain.
    Cause {
        causes: &["system-pods-unhealthy", "workload-below-desired"],
        symptoms: &["pdb-blocks-eviction"],
        link: Link::Subject,
    },
    Cause {
        causes: POD_FAILURES,
        symptoms: ADDED_UP,
        link: Link::Subject,
    },
    Cause {
        causes: &["node-not-ready"],
        symptoms: ADDED_UP,
        link: Link::Node,
    },
    Cause {
        causes: &["node-taint-blocks", "node-pods-at-maximum"],
        symptoms: &["sched-taint-affinity", "pod-unschedulable"],
        link: Link::Subject,
    },
    Cause {
        causes: TUNNEL,
        symptoms: &[
            "log-fetch-failed",
            "kubelet-10250-unreachable",
            "apiserver-no-agent-available",
            "tls-handshake-timeout",
            "konnectivity-stream-errors",
            "konnectivity-agent-cannot-connect",
            "tunnelfront-ssh-failed",
            "aks-link-openvpn-failed",
            "aggregated-api-unavailable",
        ],
        link: Link::Cluster,
    },
    Cause {
        causes: TUNNEL,
        symptoms: &["pod-crashloop", "probe-failed", "container-exit-error"],
        link: Link::SystemPods,
    },
    Cause {
        causes: &["node-not-ready"],
        symptoms: &[
            "node-network-unavailable",
            "kubelet-pleg-unhealthy",
            "kubelet-runtime-down",
            "cni-not-initialized",
            "pod-evicted",
            "node-status-update-failed",
            "probe-failed",
        ],
        link: Link::Node,
    },
    Cause {
        causes: &[
            "node-disk-pressure",
            "node-memory-pressure",
            "node-pid-pressure",
        ],
        symptoms: &[
            "pod-evicted",
            "kubelet-eviction",
            "image-gc-failed",
            "disk-full",
        ],
        link: Link::Node,
    },
    Cause {
        causes: &["pod-oomkilled", "container-oom-kernel"],
        symptoms: &[
            "container-oom-kernel",
            "pod-crashloop",
            "probe-failed",
            "container-exit-error",
        ],
        link: Link::Subject,
    },
    Cause {
        causes: &["pod-oomkilled"],
        symptoms: &["container-oom-kernel"],
        link: Link::SameNode,
    },
    Cause {
        causes: &[
            "pod-config-error",
            "volume-mount-failed",
            "pod-sandbox-failed",
        ],
        symptoms: &["pod-crashloop", "container-exit-error", "probe-failed"],
        link: Link::Subject,
    },
    Cause {
        causes: IMAGE,
        symptoms: &["image-pull-backoff", "image-pull-network", "pod-crashloop"],
        link: Link::Subject,
    },
    Cause {
        causes: &["pvc-terminating", "pvc-pending-unbound"],
        symptoms: &["pod-unschedulable"],
        link: Link::Subject,
    },
    Cause {
        causes: &["sched-insufficient-resources", "sched-taint-affinity"],
        symptoms: &["pod-unschedulable", "pod-unexpected-admission"],
        link: Link::Subject,
    },
    Cause {
        causes: &["kubelet-registration-failed"],
        symptoms: &[
            "kubelet-node-not-found",
            "node-status-update-failed",
            "rbac-forbidden",
        ],
        link: Link::Log,
    },
    Cause {
        causes: &["pod-crashloop"],
        symptoms: &["probe-failed", "container-exit-error"],
        link: Link::Subject,
    },
    Cause {
        causes: &["probe-failed"],
        symptoms: &["container-exit-error"],
        link: Link::Subject,
    },
];

/// What the failures of pods add up to for their workload, and for the cluster.
const ADDED_UP: &[&str] = &["system-pods-unhealthy", "workload-below-desired"];
/// Failures of pods, that which says most first.
const POD_FAILURES: &[&str] = &[
    "tunnel-pod-not-running",
    "pod-oomkilled",
    "container-oom-kernel",
    "pod-config-error",
    "volume-mount-failed",
    "volume-attach-failed",
    "pod-sandbox-failed",
    "image-pull-unauthorized",
    "image-pull-not-found",
    "image-pull-platform-mismatch",
    "image-pull-rate-limited",
    "image-pull-network",
    "image-pull-backoff",
    "service-account-missing",
    "resource-quota-exceeded",
    "pod-security-violation",
    "sched-insufficient-resources",
    "sched-taint-affinity",
    "pod-unschedulable",
    "pod-evicted",
    "pod-crashloop",
    "coredns-loop",
    "coredns-config-invalid",
    "probe-failed",
    "container-exit-error",
];

/// Failures of the way from the API server to the kubelets.
const TUNNEL: &[&str] = &[
    "tunnel-pod-not-running",
    "konnectivity-agent-cannot-connect",
    "tunnelfront-ssh-failed",
    "aks-link-openvpn-failed",
    "apiserver-no-agent-available",
    "kubelet-10250-unreachable",
    "log-fetch-failed",
];
/// Failures that say why an image cannot be pulled.
const IMAGE: &[&str] = &[
    "image-pull-unauthorized",
    "image-pull-not-found",
    "image-pull-platform-mismatch",
    "image-pull-rate-limited",
    "image-pull-network",
];

/// Whether a symptom shares with a cause what the link asks for.
pub(super) fn linked(link: Link, cause: &Finding, symptom: &Finding) -> bool {
    match link {
        Link::Cluster => true,
        Link::Subject => {
            cause.subject == symptom.subject
                || cause
                    .affected
                    .iter()
                    .any(|affected| symptom.affected.iter().any(|other| same(affected, other)))
        }
        Link::Node => cause.affected.iter().any(|node| {
            symptom
                .affected
                .iter()
                .any(|other| other.node.as_deref() == Some(&node.name) || same(node, other))
        }),
        Link::SameNode => nodes(cause).any(|node| nodes(symptom).any(|other| other == node)),
        Link::Log => cause
            .citations
            .iter()
            .any(|one| symptom.citations.iter().any(|other| other.path == one.path)),
        Link::SystemPods => symptom.subject.namespace == "kube-system",
    }
}

/// Nodes that a finding is about, or was seen on.
fn nodes(finding: &Finding) -> impl Iterator<Item = &str> {
    finding
        .affected
        .iter()
        .filter_map(|affected| match affected.kind.as_str() {
            "Node" => Some(affected.name.as_str()),
            _ => affected.node.as_deref(),
        })
}

/// Whether two subjects are the same object, wherever it was seen.
fn same(a: &Subject, b: &Subject) -> bool {
    (&a.kind, &a.namespace, &a.name) == (&b.kind, &b.namespace, &b.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_rule_is_its_own_deepest_cause_and_symptom() {
        for row in CAUSES {
            assert!(
                !row.symptoms.contains(&row.causes[0]),
                "{} explains itself",
                row.causes[0]
            );
        }
    }
}
