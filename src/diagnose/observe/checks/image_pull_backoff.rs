//! Containers whose image cannot be pulled.

use super::{Check, Need, waiting};

/// The check.
pub(super) const CHECK: Check = Check {
    id: "image-pull-backoff",
    needs: &[Need::Objects("Pod")],
    run: |scene| {
        waiting::for_reasons(
            scene,
            "image-pull-backoff",
            &[
                "ImagePullBackOff",
                "ErrImagePull",
                "ErrImageNeverPull",
                "InvalidImageName",
                "RegistryUnavailable",
            ],
        )
    },
};
