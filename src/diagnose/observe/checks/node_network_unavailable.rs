//! Nodes whose network was never set up.

use super::{Check, Need, conditions};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "node-network-unavailable",
    needs: &[Need::Objects("Node")],
    run: |scene| {
        conditions::of_nodes(scene, "node-network-unavailable", |condition| {
            condition.kind == "NetworkUnavailable" && condition.status == "True"
        })
    },
};
