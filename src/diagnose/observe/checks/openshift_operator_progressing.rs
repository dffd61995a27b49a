//! Operators of OpenShift that roll something out.

use super::{Check, Need, conditions};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "openshift-operator-progressing",
    needs: &[Need::Objects("ClusterOperator")],
    run: |scene| {
        conditions::of_operators(scene, "openshift-operator-progressing", |condition| {
            condition.kind == "Progressing" && condition.status == "True"
        })
    },
};
