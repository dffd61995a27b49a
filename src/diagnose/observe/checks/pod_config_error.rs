//! Containers that cannot be created: a reference is missing, or the runtime refuses them.

use super::{Check, Need, waiting};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "pod-config-error",
    needs: &[Need::Objects("Pod")],
    run: |scene| {
        waiting::for_reasons(
            scene,
            "pod-config-error",
            &[
                "CreateContainerConfigError",
                "CreateContainerError",
                "RunContainerError",
            ],
        )
    },
};
