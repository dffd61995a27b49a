//! Names of entries: hostile text that becomes something to show, never a path.
//!
//! In: a name as the archive has it. Out: the name it is shown and matched under, and whether it
//! tried to be more than a plain relative path.

use std::borrow::Cow;
use std::collections::HashMap;

/// A name that can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// What it is shown as.
    pub(super) shown: String,
    /// Whether it is no plain relative path: `..`, absolute, a drive letter, control characters.
    pub(super) hostile: bool,
}

/// The name to show for `raw`.
pub(super) fn clean(raw: &str) -> Name {
    let absolute = raw.starts_with(['/', '\\']);
    let drive = matches!(raw.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    let climbs = raw.split(['/', '\\']).any(|segment| segment == "..");
    let control = raw.contains(char::is_control);
    let mut shown = String::with_capacity(raw.len());
    let mut leading = true;
    for segment in raw.split('/').filter(|segment| !segment.is_empty()) {
        leading &= segment == ".";
        if !leading {
            if !shown.is_empty() {
                shown.push('/');
            }
            shown.push_str(segment);
        }
    }
    if control {
        shown = shown.replace('\0', "\u{fffd}");
    }
    let nameless = shown.is_empty();
    if nameless {
        shown.push('?');
    }
    Name {
        shown,
        hostile: absolute || drive || climbs || control || nameless,
    }
}

/// The name of a zip's member with `/` between its folders.
///
/// The format asks for `/`, and `Compress-Archive` of Windows `PowerShell` 5.1 (.NET before 4.6.1)
/// writes `\` all the same. A name without any `/` is read that way, as unzip reads it. Two kinds of
/// backslash are no separators: those behind a drive, because a file that was on Windows when it was
/// packed has no `:` in its name, and systemd's escapes (`dev-disk\x2dlabel`).
pub(super) fn with_slashes(raw: &str) -> Cow<'_, str> {
    let drive = matches!(raw.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    let separates = raw.contains('\\') && !raw.contains('/') && !drive;
    if separates && !raw.contains("\\x") {
        Cow::Owned(raw.replace('\\', "/"))
    } else {
        Cow::Borrowed(raw)
    }
}

/// Whether the entry is what macOS adds to archives and folders beside the files themselves.
pub(super) fn is_clutter(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    file == ".DS_Store"
        || file.starts_with("._")
        || name.split('/').any(|segment| segment == "__MACOSX")
}

/// The names that one archive used so far, as hashes: an archive may hold millions.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// How often each name was used.
    used: HashMap<u64, u32>,
}

impl Names {
    /// `name`, or with `#2`, `#3` and so on where it was used before, and whether it was.
    pub(super) fn unique(&mut self, name: String) -> (String, bool) {
        let hash = xxhash_rust::xxh3::xxh3_64(name.as_bytes());
        let count = self.used.entry(hash).or_insert(0);
        *count = count.saturating_add(1);
        let mut number = *count;
        if number == 1 {
            return (name, false);
        }
        loop {
            let numbered = format!("{name}#{number}");
            let taken = xxhash_rust::xxh3::xxh3_64(numbered.as_bytes());
            let fresh = !self.used.contains_key(&taken);
            if fresh || number == u32::MAX {
                self.used.insert(taken, 1);
                self.used.insert(hash, number);
                return (numbered, true);
            }
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_shown_without_what_makes_them_paths() {
        let table = [
            ("a/b.log", "a/b.log", false),
            ("./a/b", "a/b", false),
            ("././a//b", "a/b", false),
            ("a/./b", "a/./b", false),
            ("AKS API Server", "AKS API Server", false),
            (
                "nodelogs/C:\\AzureData\\x.log",
                "nodelogs/C:\\AzureData\\x.log",
                false,
            ),
            ("/etc/shadow", "etc/shadow", true),
            ("../../etc/shadow", "../../etc/shadow", true),
            ("a\\..\\..\\b", "a\\..\\..\\b", true),
            ("C:\\x", "C:\\x", true),
            ("\\\\server\\share", "\\\\server\\share", true),
            ("a\0b", "a\u{fffd}b", true),
            ("a\nb", "a\nb", true),
            ("", "?", true),
            ("...", "...", false),
        ];
        for (raw, shown, hostile) in table {
            let name = clean(raw);
            assert_eq!(
                (name.shown.as_str(), name.hostile),
                (shown, hostile),
                "{raw:?}"
            );
        }
    }

    #[test]
    fn backslashes_part_folders_where_nothing_else_does() {
        for (raw, read) in [
            (r"upload\run\node\kubelet", "upload/run/node/kubelet"),
            (r"upload\run\", "upload/run/"),
            (r"a\..\..\b", "a/../../b"),
            // A key of Windows in the zip that Periscope makes, and by itself.
            (
                r"nodelogs/C:\AzureData\x.log",
                r"nodelogs/C:\AzureData\x.log",
            ),
            (r"C:\AzureData\x.log", r"C:\AzureData\x.log"),
            (
                r"systemd-fsck@dev-disk\x2dlabel.log",
                r"systemd-fsck@dev-disk\x2dlabel.log",
            ),
            ("kubelet", "kubelet"),
        ] {
            assert_eq!(with_slashes(raw), read, "{raw}");
        }
    }

    #[test]
    fn a_name_used_twice_gets_a_number_that_is_free() {
        let mut names = Names::default();
        let shown: Vec<_> = ["a", "a#2", "a", "a", "b"]
            .into_iter()
            .map(|name| names.unique(name.to_owned()))
            .collect();
        let expected = [
            ("a", false),
            ("a#2", false),
            ("a#3", true),
            ("a#4", true),
            ("b", false),
        ];
        assert_eq!(
            shown,
            expected.map(|(name, again)| (name.to_owned(), again))
        );
    }

    #[test]
    fn clutter_of_macos_is_known() {
        for name in [
            "__MACOSX/a",
            "a/__MACOSX/._b",
            "a/._b",
            ".DS_Store",
            "a/.DS_Store",
        ] {
            assert!(is_clutter(name), "{name}");
        }
        for name in ["a/_b", "MACOSX", "a.DS_Store", "a/.b"] {
            assert!(!is_clutter(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn a_shown_name_is_never_absolute_or_empty(raw in any::<String>()) {
            let name = clean(&raw);
            prop_assert!(!name.shown.is_empty());
            prop_assert!(!name.shown.starts_with('/'));
            prop_assert!(!name.shown.contains('\0'));
        }
    }
}
