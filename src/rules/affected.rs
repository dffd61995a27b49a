//! Known issues of versions: the ranges of a rule.

use crate::rules::syntax::{Provider, Requires};
use crate::rules::version::parse_version;
use semver::VersionReq;

/// The `[version]` table of a rule.
#[derive(Debug, Clone)]
pub struct VersionRange {
    /// `kubernetes`, `kubelet`, `containerd`, ...
    pub component: String,
    /// The ranges as the file writes them.
    pub affected: Vec<String>,
    /// Versions with the fix, as the file writes them.
    pub fixed: Vec<String>,
    /// Whether the version alone is a finding.
    pub requires: Requires,
    /// Cloud whose clusters are affected; all when `None`.
    pub provider: Option<Provider>,
    pub(super) ranges: Vec<VersionReq>,
}

impl VersionRange {
    /// Whether a version has the failure; `None` where the text is no version.
    pub fn affects(&self, version: &str) -> Option<bool> {
        let version = parse_version(version)?;
        Some(self.ranges.iter().any(|range| range.matches(&version)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_alternatives_and_commas_are_conditions() {
        let range = VersionRange {
            component: "kubernetes".into(),
            affected: vec![],
            fixed: vec![],
            requires: Requires::Symptom,
            provider: None,
            ranges: [">=1.17.0, <1.17.3", "<1.16.6"]
                .iter()
                .map(|text| VersionReq::parse(text).unwrap())
                .collect(),
        };
        for (version, affected) in [
            ("v1.17.2-hotfix.1", Some(true)),
            ("1.17.3", Some(false)),
            ("1.16.6", Some(false)),
            ("1.16.5+abc", Some(true)),
            ("1.1.0", Some(true)),
            ("none", None),
        ] {
            assert_eq!(range.affects(version), affected, "{version}");
        }
    }
}
