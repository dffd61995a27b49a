//! Operators of OpenShift that say of themselves that they are degraded or not available.

use super::{Check, Need, conditions};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "openshift-operator-degraded",
    needs: &[Need::Objects("ClusterOperator")],
    run: |scene| {
        conditions::of_operators(scene, "openshift-operator-degraded", |condition| {
            matches!(
                (condition.kind.as_str(), condition.status.as_str()),
                ("Degraded", "True") | ("Available", "False")
            )
        })
    },
};
