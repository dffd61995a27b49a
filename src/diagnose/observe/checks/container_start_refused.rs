//! Containers that the runtime does not create or start, though their configuration is there.

use super::{Check, Need, waiting};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "container-start-refused",
    needs: &[Need::Objects("Pod")],
    run: |scene| {
        waiting::for_reasons(
            scene,
            "container-start-refused",
            &["CreateContainerError", "RunContainerError"],
        )
    },
};
