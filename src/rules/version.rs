//! Known issues of versions: ranges, and versions as clusters really write them.
//!
//! Only major, minor and patch are compared: `v1.15.7-hotfix.20200127` and `1.15.7+ceaf338` are
//! builds of 1.15.7, not versions before or after it.

use semver::Version;

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

    proptest! {
        #[test]
        fn any_text_can_be_asked_for_its_version(text in "\\PC*") {
            parse_version(&text);
        }
    }
}
