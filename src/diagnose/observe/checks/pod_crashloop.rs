//! Containers that the kubelet keeps restarting with growing pauses.

use super::{Check, Need, waiting};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "pod-crashloop",
    needs: &[Need::Objects("Pod")],
    run: |scene| waiting::for_reasons(scene, "pod-crashloop", &["CrashLoopBackOff"]),
};
