//! Nodes that are short of process ids at capture time.

use super::{Check, Need, conditions};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "node-pid-pressure",
    needs: &[Need::Objects("Node")],
    run: |scene| {
        conditions::of_nodes(scene, "node-pid-pressure", |condition| {
            condition.kind == "PIDPressure" && condition.status == "True"
        })
    },
};
