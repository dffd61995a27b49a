//! Nodes under disk pressure at capture time.

use super::{Check, Need, conditions};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "node-disk-pressure",
    needs: &[Need::Objects("Node")],
    run: |scene| {
        conditions::of_nodes(scene, "node-disk-pressure", |condition| {
            condition.kind == "DiskPressure" && condition.status == "True"
        })
    },
};
