//! What cases turned out to be: a file that a team keeps by hand in the folder of an archive.
//!
//! `resolutions.toml` has a table for each case, named like the case or by the SHA-256 of its bundle:
//!
//! ```toml
//! ["web-shop-0312"]
//! was = "A security group blocked port 10250 between the node pools."
//! link = "https://tickets.example.org/4711"
//! ```
//!
//! Nothing else writes it, and nothing depends on it: where it cannot be read, a line says so and the
//! cases are shown without it.

use crate::redact::Masker;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

/// Name of the file in the folder of an archive.
pub const FILE: &str = "resolutions.toml";

/// Bytes read of it: a team writes some hundred per case.
const LARGEST: u64 = 16 << 20;

/// What one case was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// In the team's words.
    pub was: String,
    /// An https link to more.
    #[serde(default)]
    pub link: String,
}

/// What the cases were, by name or by hash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolutions(BTreeMap<String, Resolution>);

impl Resolutions {
    /// Reads the file of an archive; none where there is no such file.
    ///
    /// # Errors
    ///
    /// One line that names the file, the place and the remedy.
    pub fn read(archive: &Path) -> Result<Self, String> {
        let path = archive.join(FILE);
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|file| file.take(LARGEST).read_to_end(&mut bytes));
        match read {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(format!("{FILE}: cannot be read: {error}")),
        }
        let text = String::from_utf8(bytes)
            .map_err(|_| format!("{FILE}: not UTF-8 text; save it as UTF-8"))?;
        Self::parse(&text)
    }

    /// Reads the text of such a file.
    fn parse(text: &str) -> Result<Self, String> {
        let mut masker = Masker::default();
        let cases: BTreeMap<String, Resolution> = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let before = text.get(..at).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let said = masker.text(error.message());
            format!("{FILE}:{line}: {said}; resolutions are not shown")
        })?;
        let other = cases
            .iter()
            .find(|(_, one)| !one.link.is_empty() && !one.link.starts_with("https://"));
        if let Some((case, _)) = other {
            return Err(format!(
                "{FILE}: the link of {case:?} does not begin with https://; resolutions are not shown"
            ));
        }
        let clean = cases.into_iter().map(|(case, one)| {
            let (was, link) = (masker.text(one.was.trim()), masker.text(&one.link));
            (case, Resolution { was, link })
        });
        Ok(Self(clean.collect()))
    }

    /// What a case was, by the hash of its bundle or else by its name.
    pub fn of(&self, case: &str, sha256: &str) -> Option<&Resolution> {
        self.0.get(sha256).or_else(|| self.0.get(case))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_are_found_by_hash_and_by_name() {
        let text =
            "[a]\nwas = \" by name \"\n[00ff]\nwas = \"by hash\"\nlink = \"https://x.example/1\"\n";
        let known = Resolutions::parse(text).expect("it is right");
        let was = |case, sha256| known.of(case, sha256).map(|one| one.was.as_str());
        assert_eq!(was("a", ""), Some("by name"));
        assert_eq!(was("a", "00ff"), Some("by hash"));
        assert_eq!(was("b", "11"), None);
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        for (text, said) in [
            ("[a]\nwas = 1\n", "resolutions.toml:2: invalid type"),
            (
                "[a]\nwas = \"x\"\nlnk = \"\"\n",
                "resolutions.toml:3: unknown field",
            ),
            (
                "[a]\n[b]\nwas = \"x\"\n",
                "resolutions.toml:1: missing field",
            ),
            ("[a\n", "resolutions.toml:1: "),
            (
                "[a]\nwas = \"x\"\nlink = \"javascript:1\"\n",
                "resolutions.toml: the link of \"a\" does not begin with https://",
            ),
        ] {
            let error = Resolutions::parse(text).expect_err(text);
            assert!(error.starts_with(said), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_no_mistake() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(Resolutions::read(folder.path()), Ok(Resolutions::default()));
        std::fs::write(folder.path().join(FILE), [0xff]).expect("a file");
        let error = Resolutions::read(folder.path()).expect_err("no text");
        assert!(error.contains("UTF-8"), "{error}");
    }
}
