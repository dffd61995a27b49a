//! Nodes whose `Ready` condition is not `True` at capture time.

use super::{Check, Need, conditions};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "node-not-ready",
    needs: &[Need::Objects("Node")],
    run: |scene| {
        conditions::of_nodes(scene, "node-not-ready", |condition| {
            condition.kind == "Ready" && condition.status != "True"
        })
    },
};
