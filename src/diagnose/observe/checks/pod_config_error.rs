//! Containers that cannot be created because something they refer to is missing.

use super::{Check, Need, waiting};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "pod-config-error",
    needs: &[Need::Objects("Pod")],
    run: |scene| waiting::for_reasons(scene, "pod-config-error", &["CreateContainerConfigError"]),
};
