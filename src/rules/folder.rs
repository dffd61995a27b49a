//! Rule files of the user, read from a folder: our own, and those of other tools, which are told by
//! their content.

use super::foreign;
use std::io::{self, Read as _};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

/// Longest rule file read: the largest that ship with the tool have a few KiB.
const LARGEST_FILE: u64 = 1 << 20;

/// A folder of rules that could not be read: wrong use, the run ends.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The operating system refused, or a file is not UTF-8.
    #[error("{path}: cannot be read; pass a rule file or a folder with rule files")]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// The operating system's words.
        source: io::Error,
    },
    /// Not a single rule file in it.
    #[error(
        "{path}: contains no rule files (*.toml, node-problem-detector monitors in *.json, \
         troubleshoot.sh specs in *.yaml); pass a folder or file that does"
    )]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// A file that is too large to be a rule.
    #[error("{path}: larger than 1 MiB, the limit for a rule file; split it")]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
}

/// Files beside the built-in rules that are none: guards, and formats of secrets.
const BESIDE: [&str; 2] = ["guards.toml", "secrets.toml"];

/// How an entry of the lexicon of codes begins, whose files stand in a folder of the rules.
const CODE: &str = "\n[[code]]\n";

/// Name and text of every rule file in a folder and its subfolders, sorted by name: every `*.toml`,
/// and of `*.json`, `*.yaml` and `*.yml` those of the tools whose rules are taken over. A file may
/// be named instead of a folder. Names are shown with `/` on every system.
pub fn load_folder(path: &Path) -> Result<Vec<(String, String)>, FolderError> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(path)
        .follow_links(true)
        .sort_by_file_name()
    {
        let entry = entry.map_err(|error| FolderError::Io {
            path: error.path().unwrap_or(path).to_owned(),
            source: error
                .into_io_error()
                .unwrap_or_else(|| io::Error::other("a link leads back to a folder above it")),
        })?;
        if !entry.file_type().is_file() || BESIDE.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        let extension = entry.path().extension().and_then(|name| name.to_str());
        match extension {
            Some("toml") => {
                let (name, text) = load(entry.path())?;
                if !text.contains(CODE) {
                    files.push((name, text));
                }
            }
            Some("json" | "yaml" | "yml") if is_foreign(entry.path())? => {
                files.push(load(entry.path())?);
            }
            _ => {}
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(FolderError::Empty {
            path: path.to_owned(),
        });
    }
    Ok(files)
}

/// Whether a file is one of another tool's rule files; a folder may hold anything else beside them.
fn is_foreign(path: &Path) -> Result<bool, FolderError> {
    let failed = |source| FolderError::Io {
        path: path.to_owned(),
        source,
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut head = Vec::new();
    file.take(LARGEST_FILE)
        .read_to_end(&mut head)
        .map_err(failed)?;
    let name = path.to_string_lossy();
    Ok(foreign::recognise(&name, &String::from_utf8_lossy(&head)).is_some())
}

/// Reads one file.
fn load(path: &Path) -> Result<(String, String), FolderError> {
    let failed = |source| FolderError::Io {
        path: path.to_owned(),
        source,
    };
    if std::fs::metadata(path).map_err(failed)?.len() > LARGEST_FILE {
        return Err(FolderError::TooLarge {
            path: path.to_owned(),
        });
    }
    let text = std::fs::read_to_string(path).map_err(failed)?;
    Ok((path.to_string_lossy().replace(MAIN_SEPARATOR, "/"), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_files_are_found_in_subfolders_and_sorted() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("node")).unwrap();
        let monitor = r#"{"plugin": "kmsg", "rules": []}"#;
        let spec = "apiVersion: troubleshoot.sh/v1beta2\nkind: Analyzer\n";
        for (name, text) in [
            ("z.toml", "z"),
            ("node/a.toml", "a"),
            ("readme.md", "no"),
            ("monitor.json", monitor),
            ("other.json", "{}"),
            ("pod.yaml", "kind: Pod"),
            ("spec.yml", spec),
        ] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let files = load_folder(folder.path()).unwrap();
        let texts: Vec<_> = files.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, [monitor, "a", spec, "z"]);
        assert!(files.iter().all(|(name, _)| !name.contains('\\')));
    }

    #[test]
    fn a_folder_without_rules_or_that_is_missing_is_wrong_use() {
        let folder = tempfile::tempdir().unwrap();
        let error = load_folder(folder.path()).unwrap_err();
        assert!(matches!(error, FolderError::Empty { .. }), "{error}");
        let error = load_folder(&folder.path().join("none")).unwrap_err();
        assert!(matches!(error, FolderError::Io { .. }), "{error}");
    }

    #[test]
    fn a_file_that_is_no_text_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x.toml"), b"\xff\xfe").unwrap();
        let error = load_folder(folder.path()).unwrap_err();
        assert!(error.to_string().contains("x.toml"), "{error}");
    }
}
