//! How keys of blobs are spelled once they are files.
//!
//! In: a key as a path has it. Out: the key that Periscope wrote. A node log of a Windows node has
//! the key `C:\AzureData\x.log`, and neither `:` nor `\` may be in the name of a file on Windows:
//! azcopy and Storage Explorer write `%3A` and `%5C`, extractors take `\` for a folder and put `_`
//! for `:` (Python's zipfile, 7-Zip, bsdtar), or `_` for both, or the private characters that WSL
//! and Cygwin read back.

use std::borrow::Cow;

/// Spellings of a character that no file of Windows may have in its name. The letters of escapes
/// come in both cases.
const ESCAPES: [(&str, &str); 6] = [
    ("%3A", ":"),
    ("%3a", ":"),
    ("%5C", "\\"),
    ("%5c", "\\"),
    ("\u{f03a}", ":"),
    ("\u{f05c}", "\\"),
];

/// The key that was written, as far as its spelling on disk tells.
pub(super) fn respelled(key: &str) -> Cow<'_, str> {
    let mut plain = Cow::Borrowed(key);
    for (escape, character) in ESCAPES {
        if plain.contains(escape) {
            plain = Cow::Owned(plain.replace(escape, character));
        }
    }
    match drive_path(&plain) {
        Some(path) => Cow::Owned(path),
        None => plain,
    }
}

/// A path that begins with a drive, with the separators of Windows; `None` where none does.
fn drive_path(key: &str) -> Option<String> {
    let drive = key.chars().next().filter(char::is_ascii_alphabetic)?;
    let rest = key.get(1..)?.strip_prefix([':', '_'])?;
    let rest = rest.strip_prefix(['\\', '/', '_'])?;
    (!rest.is_empty()).then(|| format!("{drive}:\\{}", rest.replace('/', "\\")))
}

/// The same for all spellings of one path on a node.
pub(super) fn folded(path: &str) -> String {
    path.replace([':', '\\', '/'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_spelling_of_a_windows_path_is_one_key() {
        let key = r"C:\AzureData\CustomDataSetupScript.log";
        for spelled in [
            key,
            "C:/AzureData/CustomDataSetupScript.log",
            "C_/AzureData/CustomDataSetupScript.log",
            r"C_\AzureData\CustomDataSetupScript.log",
            "C%3A%5CAzureData%5CCustomDataSetupScript.log",
            "C%3a%5cAzureData%5cCustomDataSetupScript.log",
            "C\u{f03a}\u{f05c}AzureData\u{f05c}CustomDataSetupScript.log",
            "C_%5CAzureData%5CCustomDataSetupScript.log",
        ] {
            assert_eq!(respelled(spelled), key, "{spelled}");
        }
        let flat = respelled("C__AzureData_CustomDataSetupScript.log");
        assert_eq!(folded(&flat), folded(key));
    }

    #[test]
    fn other_keys_stay_as_they_are() {
        for key in [
            "",
            "C",
            "C:",
            r"C:\",
            "kubelet",
            "AKS API Server",
            "var_log_azure_cluster-provision.log",
            "kube-system_pod_coredns-1",
            "a_pod_b",
            "osm/bookbuyer_pods_list",
            "é_/x",
        ] {
            assert_eq!(respelled(key), key);
        }
        assert_eq!(
            respelled("kube-system_clusterrole_system%3Anode"),
            "kube-system_clusterrole_system:node"
        );
    }

    proptest! {
        #[test]
        fn a_key_is_respelled_once(key in r"[Cc]?[:_]?[\\/_]?(%3A|%5C|[a-z_/\\]){0,12}|.{0,20}") {
            let once = respelled(&key).into_owned();
            // An escape that decoding makes is none.
            prop_assume!(!ESCAPES.iter().any(|(escape, _)| once.contains(escape)));
            prop_assert_eq!(respelled(&once), once.as_str());
        }
    }
}
