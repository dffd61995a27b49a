//! Conditions that node-problem-detector (or the cloud's agent) raised on a node.
//!
//! Their polarity is the reverse of `Ready`: `True` is trouble. Conditions of the kubelet have
//! checks of their own.

use super::{Check, Need, conditions};

/// Conditions that the kubelet and the cloud controller own, or that are good when `True`.
const OTHERS: [&str; 8] = [
    "Ready",
    "DiskPressure",
    "MemoryPressure",
    "PIDPressure",
    "NetworkUnavailable",
    "OutOfDisk",
    "EtcdIsVoter",
    "Schedulable",
];

/// The check.
pub(super) const CHECK: Check = Check {
    id: "npd-condition-true",
    needs: &[Need::Objects("Node")],
    run: |scene| {
        conditions::of_nodes(scene, "npd-condition-true", |condition| {
            condition.status == "True"
                && !OTHERS.contains(&condition.kind.as_str())
                && !condition.kind.ends_with("Ready")
        })
    },
};
