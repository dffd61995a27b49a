//! Nodes under memory pressure at capture time.

use super::{Check, Need, conditions};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "node-memory-pressure",
    needs: &[Need::Objects("Node")],
    run: |scene| {
        conditions::of_nodes(scene, "node-memory-pressure", |condition| {
            condition.kind == "MemoryPressure" && condition.status == "True"
        })
    },
};
