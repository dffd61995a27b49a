//! The table of causes: which rules explain which, and what a symptom must share with its cause.
//!
//! Rules that say the same from other sides stand together in a group. A row says that what one
//! group states explains what others state, where the two share what the row's link asks for and
//! are of the same time. Narrow links come first: what is known about the same pod explains more
//! than what is known about its node, and that more than what is known about the cluster.

use crate::diagnose::relate::groups::{
    ADDRESSES, AGGREGATED, AUTHENTICATION, AZURE_CALLS, CANNOT_START, CERTIFICATE,
    CONTROL_PLANE_LOST, CRASH, CRASH_LOOP, DISK_REFUSED, DNS_SERVER, DOWN, EVICTION, EXIT, Group,
    IDENTITY, IMAGE, IMAGE_WAIT, LEASE, LEAVING, LOAD_BALANCER, LOOKUPS, MISSING, MOUNT,
    NETWORK_PLUGIN, NO_BACKENDS, NO_CAPACITY, NO_ROOM, NODE_DISK, NODE_DOWN, NODE_MEMORY,
    NOT_READY, OUT_OF_MEMORY, REFUSED, RUNTIME, SANDBOX, TUNNEL, UNPLACED, VOLUME, WEBHOOK_CALLS,
    WEBHOOK_DEAD,
};
use crate::diagnose::relate::link::Link;
use std::collections::BTreeMap;

/// One row of the table of causes.
pub(super) struct Cause {
    /// Rules that state the cause, the deepest first.
    pub(super) causes: &'static [Group],
    /// Rules that the cause explains.
    pub(super) symptoms: &'static [Group],
    /// What they must share.
    pub(super) link: Link,
}

impl Cause {
    /// How deep a rule is as a cause of this row; `None` where it is none.
    pub(super) fn depth(&self, rule: &str) -> Option<usize> {
        let mut rules = self.causes.iter().copied().flatten();
        rules.position(|cause| *cause == rule)
    }

    /// Whether the row explains a rule.
    pub(super) fn explains(&self, rule: &str) -> bool {
        self.symptoms.iter().any(|group| group.contains(&rule))
    }
}

/// Which rules explain which. Order matters: a symptom goes to the first cause that takes it.
pub(super) const CAUSES: &[Cause] = &[
    // What is known about the same pod or its owner.
    row(
        &[OUT_OF_MEMORY],
        &[OUT_OF_MEMORY, CRASH, NOT_READY, DOWN],
        Link::Subject,
    ),
    row(
        &[MISSING],
        &[CANNOT_START, MOUNT, NOT_READY, DOWN],
        Link::Subject,
    ),
    row(
        &[DISK_REFUSED, VOLUME],
        &[VOLUME, MOUNT, UNPLACED, NOT_READY, DOWN],
        Link::Subject,
    ),
    row(
        &[DISK_REFUSED, VOLUME],
        &[VOLUME, MOUNT, UNPLACED],
        Link::Token,
    ),
    row(
        &[MOUNT],
        &[CANNOT_START, CRASH, NOT_READY, DOWN],
        Link::Subject,
    ),
    row(&[ADDRESSES], &[SANDBOX, NOT_READY, DOWN], Link::Subject),
    row(&[SANDBOX], &[CRASH, NOT_READY, DOWN], Link::Subject),
    // What crashes has its image.
    row(
        &[IMAGE],
        &[IMAGE, IMAGE_WAIT, NOT_READY, DOWN],
        Link::Subject,
    ),
    // Without a secret the kubelet pulls all the same, and the registry answers; that the way to it
    // fails, or that nobody waits for the answer, has another cause.
    row(
        &[&["pull-secret-missing"]],
        &[&["image-pull-unauthorized", "image-pull-not-found"]],
        Link::Subject,
    ),
    // A back-off that nothing else explains does not say what the registry answered.
    row(&[&["pull-secret-missing"]], &[IMAGE_WAIT], Link::Pods),
    row(&[IMAGE_WAIT], &[NOT_READY, DOWN], Link::Subject),
    row(&[CANNOT_START], &[CRASH, NOT_READY, DOWN], Link::Subject),
    // A pod on no node has no probes.
    row(&[NO_ROOM], &[UNPLACED, DOWN], Link::Subject),
    row(&[UNPLACED], &[DOWN], Link::Subject),
    row(&[REFUSED], &[DOWN], Link::Subject),
    row(&[DNS_SERVER], &[CRASH, NOT_READY, DOWN], Link::Subject),
    row(
        &[LOOKUPS],
        &[&["image-pull-network"], CRASH, NOT_READY, DOWN],
        Link::Subject,
    ),
    row(
        &[&["apiserver-unreachable-from-node"]],
        &[CRASH, LEASE, NOT_READY, DOWN],
        Link::Subject,
    ),
    row(&[CRASH_LOOP], &[NOT_READY, EXIT, DOWN], Link::Subject),
    row(&[NOT_READY], &[EXIT, DOWN], Link::Subject),
    row(&[EXIT], &[DOWN], Link::Subject),
    row(
        &[&["node-taint-blocks", "node-pods-at-maximum"]],
        &[NO_ROOM, UNPLACED],
        Link::Subject,
    ),
    row(
        &[&["system-pods-unhealthy", "workload-below-desired"]],
        &[&["pdb-blocks-eviction"]],
        Link::Subject,
    ),
    row(
        &[&["workload-below-desired"]],
        &[NO_BACKENDS],
        Link::Subject,
    ),
    row(&[&["kubelet-eviction"]], &[&["pod-evicted"]], Link::Subject),
    row(&[IDENTITY], &[AZURE_CALLS], Link::Subject),
    row(&[LOAD_BALANCER], &[&["lb-service-pending"]], Link::Subject),
    // What is known about the same node.
    row(
        &[&["kernel-oops-panic", "disk-io-error", "filesystem-readonly"]],
        &[
            RUNTIME,
            &["kubelet-restarting", "node-rebooted", "ext4-or-xfs-error"],
            NODE_DOWN,
        ],
        Link::SameNode,
    ),
    row(
        &[RUNTIME],
        &[
            RUNTIME,
            SANDBOX,
            &["pod-kill-failed", "runtime-deadline-exceeded"],
            NODE_DOWN,
        ],
        Link::SameNode,
    ),
    row(
        &[CERTIFICATE],
        &[CONTROL_PLANE_LOST, AUTHENTICATION, NODE_DOWN],
        Link::SameNode,
    ),
    row(
        &[CONTROL_PLANE_LOST],
        &[CONTROL_PLANE_LOST, NODE_DOWN],
        Link::SameNode,
    ),
    // Of what happens on a node that cannot reach the API server, only a lost lease can have no
    // other cause; crashes and probes are taken where the pod itself says that it cannot reach it.
    row(
        &[&["apiserver-unreachable-from-node"]],
        &[LEASE],
        Link::Node,
    ),
    row(
        &[NETWORK_PLUGIN],
        &[
            NETWORK_PLUGIN,
            SANDBOX,
            NODE_DOWN,
            &["node-network-unavailable"],
            NOT_READY,
        ],
        Link::SameNode,
    ),
    row(
        &[NODE_MEMORY],
        &[NODE_MEMORY, EVICTION],
        Link::Starved(&["memory"]),
    ),
    row(
        &[NODE_DISK],
        &[EVICTION, NODE_DISK],
        Link::Starved(&[
            "ephemeral-storage",
            "nodefs",
            "imagefs",
            "containerfs",
            "inodes",
        ]),
    ),
    row(
        &[&["node-pid-pressure"]],
        &[EVICTION],
        Link::Starved(&["pids", "pid"]),
    ),
    row(
        &[NODE_DOWN],
        &[
            &["node-network-unavailable", "kubelet-10250-unreachable"],
            EVICTION,
            NOT_READY,
            LEAVING,
            NO_BACKENDS,
            DOWN,
        ],
        Link::Node,
    ),
    row(
        &[&["node-rebooted"]],
        &[&["pod-node-shutdown"], EXIT, NOT_READY],
        Link::Node,
    ),
    row(&[&["node-cordoned"]], &[LEAVING], Link::Node),
    row(&[IDENTITY], &[AZURE_CALLS], Link::Token),
    // What stands in the same log.
    row(&[IDENTITY], &[AZURE_CALLS], Link::Log),
    row(
        &[CERTIFICATE],
        &[
            AUTHENTICATION,
            CONTROL_PLANE_LOST,
            WEBHOOK_CALLS,
            AGGREGATED,
        ],
        Link::Log,
    ),
    // Without its rules no cluster IP works on a node: not that of DNS, nor that of the API.
    row(
        &[&["kube-proxy-rules-missing", "kube-proxy-rules-stale"]],
        &[
            LOOKUPS,
            &[
                "apiserver-unreachable-from-node",
                "periscope-outbound-failed",
            ],
        ],
        Link::SameNode,
    ),
    row(
        &[&["kubelet-registration-failed"]],
        &[&[
            "kubelet-node-not-found",
            "node-status-update-failed",
            "rbac-forbidden",
        ]],
        Link::Log,
    ),
    // What one names of the other.
    row(
        &[CRASH_LOOP, NOT_READY, &["workload-below-desired"]],
        &[NO_BACKENDS],
        Link::Backs,
    ),
    row(
        &[&["service-no-endpoints", "lb-no-ready-endpoints"]],
        &[WEBHOOK_DEAD, WEBHOOK_CALLS],
        Link::Names,
    ),
    row(
        &[CRASH_LOOP, NOT_READY, &["workload-below-desired"]],
        &[WEBHOOK_DEAD, WEBHOOK_CALLS],
        Link::Backs,
    ),
    row(&[WEBHOOK_DEAD], &[WEBHOOK_CALLS], Link::Names),
    row(
        &[&["certificate-expired"]],
        &[&["x509-expired"], WEBHOOK_CALLS],
        Link::Names,
    ),
    row(
        &[&["quota-at-limit"]],
        &[&["resource-quota-exceeded"]],
        Link::Namespace,
    ),
    row(
        &[&["pdb-blocks-eviction"]],
        &[&["pdb-blocks-drain", "upgrade-drain-timeout"]],
        Link::Cluster,
    ),
    // What reaches the whole cluster.
    row(
        &[NO_CAPACITY],
        &[NO_CAPACITY, &["ca-backoff", "ca-no-scaleup"], NO_ROOM],
        Link::Cluster,
    ),
    row(&[DNS_SERVER], &[LOOKUPS], Link::Cluster),
    row(
        &[AGGREGATED],
        &[
            AGGREGATED,
            &["hpa-metrics-api-missing", "hpa-not-working"],
            &["namespace-terminating-stuck", "terminating-stuck"],
        ],
        Link::Cluster,
    ),
    row(
        &[TUNNEL],
        &[
            TUNNEL,
            &["tls-handshake-timeout", "konnectivity-stream-errors"],
            AGGREGATED,
        ],
        Link::Cluster,
    ),
    row(
        &[TUNNEL],
        &[
            &["pod-crashloop"],
            NOT_READY,
            EXIT,
            &["workload-below-desired", "system-pods-unhealthy"],
        ],
        Link::SystemPods,
    ),
];

/// Rules that may state the cause of what a rule states, and whether they may do so of something
/// else than what is affected itself.
pub(in crate::diagnose) fn may_explain(rule: &str) -> BTreeMap<&'static str, bool> {
    let mut causes = BTreeMap::new();
    for row in CAUSES.iter().filter(|row| row.explains(rule)) {
        let own = row.depth(rule);
        let elsewhere = !matches!(
            row.link,
            Link::Subject | Link::Pods | Link::Node | Link::SameNode
        );
        for cause in row.causes.iter().copied().flatten() {
            if own.is_none_or(|own| row.depth(cause) < Some(own)) {
                *causes.entry(*cause).or_default() |= elsewhere;
            }
        }
    }
    causes
}

/// One row.
const fn row(causes: &'static [Group], symptoms: &'static [Group], link: Link) -> Cause {
    Cause {
        causes,
        symptoms,
        link,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;
    use std::collections::BTreeSet;

    /// Rules that are written at the same time as this table.
    const AWAITED: [&str; 14] = [
        "apiservice-unavailable",
        "certificate-expired",
        "hpa-not-working",
        "job-failed",
        "node-cordoned",
        "pdb-blocks-eviction",
        "pvc-lost-or-pending",
        "quota-at-limit",
        "reference-missing",
        "service-no-endpoints",
        "system-pods-unhealthy",
        "terminating-stuck",
        "webhook-service-dead",
        "workload-below-desired",
    ];

    /// Every pair of a cause and a symptom that can be folded.
    fn edges(of: fn(Link) -> bool) -> BTreeSet<(&'static str, &'static str)> {
        let mut edges = BTreeSet::new();
        for row in CAUSES.iter().filter(|row| of(row.link)) {
            for cause in row.causes.iter().copied().flatten() {
                for symptom in row.symptoms.iter().copied().flatten() {
                    let deeper = row
                        .depth(symptom)
                        .is_none_or(|depth| row.depth(cause) < Some(depth));
                    if deeper {
                        edges.insert((*cause, *symptom));
                    }
                }
            }
        }
        edges
    }

    #[test]
    fn every_rule_of_the_table_exists() {
        let rules = RuleSet::builtin();
        for (cause, symptom) in edges(|_| true) {
            for id in [cause, symptom] {
                assert!(
                    rules.rule(id).is_some() || AWAITED.contains(&id),
                    "no rule {id}"
                );
            }
        }
    }

    #[test]
    fn no_two_rules_explain_each_other() {
        // One workload may stop another; what is about one object has one direction.
        let edges = edges(|link| !matches!(link, Link::Names | Link::Backs));
        let both: Vec<_> = edges
            .iter()
            .filter(|(cause, symptom)| edges.contains(&(symptom, cause)))
            .collect();
        assert!(both.is_empty(), "{both:?}");
    }
}
