//! Files that a command writes: opened before minutes of work, renamed into place when complete,
//! so that there is never half a report.

use crate::batch::whole;
use crate::commands::inputs::is_dash;
use anyhow::Context as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A place to write one report to.
pub(super) enum Output {
    /// Standard output.
    Stdout,
    /// A file, written beside its place under another name first.
    File {
        /// Its place.
        path: PathBuf,
        /// What is renamed to it.
        file: NamedTempFile,
    },
}

impl Output {
    /// Opens a place; fails now if it cannot be written later.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        if is_dash(path) {
            return Ok(Self::Stdout);
        }
        anyhow::ensure!(
            !path.is_dir(),
            "{}: is a folder; name a file in it with --output",
            path.display()
        );
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        anyhow::ensure!(
            folder.is_dir(),
            "{}: no such folder; make it, or name another file with --output",
            folder.display()
        );
        let file = tempfile::Builder::new()
            .prefix(".bundlescope-")
            .tempfile_in(folder)
            .with_context(|| {
                format!(
                    "{}: cannot be written; name another file with --output",
                    path.display()
                )
            })?;
        Ok(Self::File {
            path: path.to_owned(),
            file,
        })
    }

    /// Writes the bytes and puts them in place.
    pub(super) fn finish(self, bytes: &[u8], stdout: &mut dyn Write) -> anyhow::Result<()> {
        match self {
            Self::Stdout => {
                stdout.write_all(bytes)?;
                stdout.flush()?;
                Ok(())
            }
            Self::File { path, mut file } => {
                whole::fill(&mut file, bytes)
                    .with_context(|| format!("{}: cannot be written", path.display()))?;
                file.persist(&path)
                    .map_err(|error| error.error)
                    .with_context(|| {
                        format!(
                            "{}: cannot be written; name another file with --output",
                            path.display()
                        )
                    })?;
                Ok(())
            }
        }
    }
}
