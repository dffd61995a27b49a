//! Known issues of versions: ranges, and versions as clusters really write them.
//!
//! Only major, minor and patch are compared: `v1.15.7-hotfix.20200127` and `1.15.7+ceaf338` are
//! builds of 1.15.7, not versions before or after it.

use super::syntax::{Provider, Requires};
use semver::{Version, VersionReq};

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

/// Major, minor and patch of a version as clusters write it: `v1.15.7-hotfix.20200127`,
/// `1.16.7+ceaf338`, `containerd://1.4.4`, `5.4.0-1051-azure`, `v1.19`.
pub fn parse_version(text: &str) -> Option<Version> {
    let text = text.trim();
    let text = text.rsplit_once("://").map_or(text, |(_, version)| version);
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let end = text
        .find(|c: char| c != '.' && !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (plain, _) = text.split_at_checked(end)?;
    let mut numbers = plain.split('.');
    let major = numbers.next()?.parse().ok()?;
    let minor = numbers.next()?.parse().ok()?;
    let patch = match numbers.next() {
        None | Some("") => 0,
        Some(patch) => patch.parse().ok()?,
    };
    Some(Version::new(major, minor, patch))
}

/// The minor version of a release of Kubernetes 1; `None` for other texts.
pub fn minor_of(text: &str) -> Option<u64> {
    parse_version(text)
        .filter(|version| version.major == 1)
        .map(|version| version.minor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn versions_of_clusters_are_read_down_to_the_patch() {
        for (text, expected) in [
            ("v1.15.7-hotfix.20200127", Some((1, 15, 7))),
            ("1.16.7+ceaf338", Some((1, 16, 7))),
            ("containerd://1.4.4+azure", Some((1, 4, 4))),
            ("5.4.0-1051-azure", Some((5, 4, 0))),
            ("v1.19", Some((1, 19, 0))),
            ("1.18+", Some((1, 18, 0))),
            ("10.0.17763.1234", Some((10, 0, 17763))),
            ("<unknown>", None),
            ("v1", None),
            ("", None),
            ("99999999999999999999.1.1", None),
        ] {
            let expected = expected.map(|(a, b, c)| Version::new(a, b, c));
            assert_eq!(parse_version(text), expected, "{text}");
        }
    }

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

    proptest! {
        #[test]
        fn any_text_can_be_asked_for_its_version(text in "\\PC*") {
            parse_version(&text);
        }
    }
}
