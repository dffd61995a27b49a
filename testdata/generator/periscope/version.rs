//! Releases of AKS Periscope whose uploads differ from those of the release before.

/// A release, or the last of several that upload alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    /// The first: folders `metrics` and `diagnostic`, no zip.
    V0_1,
    /// 0.2 and 0.3: folders `collector` and `diagnoser`, a zip that the host's `zip -r` makes.
    V0_3,
    /// Blobs straight below the node, a zip that Go writes.
    V0_4,
    /// 0.5 and 0.6: no logs of containers; metrics as JSON.
    V0_6,
    /// 0.8 and 0.9: disruption budgets; whatever kind is asked for, pods are described.
    V0_9,
    /// 0.0.10 to 0.0.12: any kind, logs of Windows nodes.
    V0_0_12,
    /// 0.0.13 and what followed on the main branch: one failure does not cost the zip.
    V0_0_13,
}

impl Version {
    /// All, the oldest first.
    pub(crate) const ALL: [Self; 7] = [
        Self::V0_1,
        Self::V0_3,
        Self::V0_4,
        Self::V0_6,
        Self::V0_9,
        Self::V0_0_12,
        Self::V0_0_13,
    ];

    /// The newest.
    pub(crate) const NEWEST: Self = Self::V0_0_13;

    /// The tag in `github.com/Azure/aks-periscope`, and the commit that it names.
    pub(crate) fn tag(self) -> (&'static str, &'static str) {
        match self {
            Self::V0_1 => ("v0.1", "86b34b4"),
            Self::V0_3 => ("v0.3", "49dd302"),
            Self::V0_4 => ("v0.4", "e7a1376"),
            Self::V0_6 => ("v0.6", "118d62a"),
            Self::V0_9 => ("v0.9", "6b7e527"),
            Self::V0_0_12 => ("0.0.12", "3bcef8e"),
            Self::V0_0_13 => ("0.0.13", "631f296"),
        }
    }

    /// Folders between the node and a collector's or a diagnoser's name; `None` for blobs straight
    /// below the node. Source: `CreateCollectorDir` and `CreateDiagnosticDir` of
    /// `pkg/utils/helper.go` at v0.1 and v0.3, `Export` of `pkg/exporter/azureblob_exporter.go`
    /// from v0.4 on.
    pub(crate) fn folders(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::V0_1 => Some(("metrics", "diagnostic")),
            Self::V0_3 => Some(("collector", "diagnoser")),
            _ => None,
        }
    }

    /// Whether the daemon set runs on Windows nodes: from v0.9 on, by
    /// `deployment/base/daemon-set.yaml`.
    pub(crate) fn runs_on_windows(self) -> bool {
        self >= Self::V0_9
    }

    /// Whether documents end with a line end: until v0.3 each was appended to a file as a line.
    pub(crate) fn ends_lines(self) -> bool {
        self <= Self::V0_3
    }
}
