//! What a command writes, and where: judged before minutes of work, and put in place when complete,
//! so that there is never half a report, and never a report in place of what it was made from.

use super::say::shown;
use crate::batch::whole;
use crate::commands::inputs::is_dash;
use crate::report::diff::stored;
use anyhow::Context as _;
use same_file::Handle;
use std::fs::{self, File};
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Links to links that are followed; systems follow 40 and fewer.
const LINKS: usize = 40;

/// Bytes of a file that tell whether it is an earlier report.
const HEAD: u64 = 4 << 10;

/// A place to write one report to.
pub(super) enum Output {
    /// Standard output.
    Stdout,
    /// What is no regular file, such as a pipe or a terminal: it is written to, never replaced.
    Special(PathBuf, File),
    /// A file, with the place that links lead to.
    File(PathBuf),
}

/// Opens all outputs of a command; fails now if one cannot be written later, is named twice, or is
/// what the command reads.
pub(super) fn open(paths: &[&Path], read: &[&Path]) -> anyhow::Result<Vec<Output>> {
    let mut outputs: Vec<Output> = Vec::new();
    for path in paths {
        let output = Output::open(path)?;
        let same = |other: &&Output| output.is(other);
        anyhow::ensure!(
            outputs.iter().find(same).is_none(),
            "{}: given twice as an output; choose another file with --output",
            shown(path)
        );
        for input in read {
            anyhow::ensure!(
                !output.would_spoil(input)?,
                "{}: is {}, so it must not be overwritten; choose another file with --output",
                shown(path),
                if input.is_dir() {
                    format!("part of {}", shown(input))
                } else {
                    "an input".to_owned()
                }
            );
        }
        outputs.push(output);
    }
    Ok(outputs)
}

impl Output {
    /// Opens a place.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        if is_dash(path) {
            return Ok(Self::Stdout);
        }
        let cannot = || {
            format!(
                "{}: cannot be written; choose another file with --output",
                shown(path)
            )
        };
        anyhow::ensure!(
            !path.is_dir(),
            "{}: is a folder; choose a file in it with --output",
            shown(path)
        );
        let there = fs::metadata(path);
        if there.is_ok_and(|there| !there.is_file()) {
            let file = File::options().write(true).open(path);
            return Ok(Self::Special(path.to_owned(), file.with_context(cannot)?));
        }
        let path = target(path).with_context(cannot)?;
        let folder = whole::folder_of(&path);
        anyhow::ensure!(
            folder.is_dir(),
            "{}: no such folder; create it, or choose another file with --output",
            shown(folder)
        );
        if path.exists() {
            // A file that must not be written must not be replaced either.
            let file = File::options().write(true).open(&path);
            file.with_context(cannot)?;
        }
        whole::probe(&path).with_context(cannot)?;
        Ok(Self::File(path))
    }

    /// Writes the bytes and puts them in place.
    pub(super) fn finish(self, bytes: &[u8], stdout: &mut dyn Write) -> anyhow::Result<()> {
        match self {
            Self::Stdout => {
                stdout.write_all(bytes)?;
                stdout.flush()?;
                Ok(())
            }
            Self::Special(path, mut file) => file
                .write_all(bytes)
                .and_then(|()| file.flush())
                .with_context(|| format!("{}: cannot be written", shown(&path))),
            Self::File(path) => whole::replace(&path, bytes).with_context(|| {
                format!(
                    "{}: cannot be written; choose another file with --output",
                    shown(&path)
                )
            }),
        }
    }

    /// Whether two outputs are the same place.
    fn is(&self, other: &Self) -> bool {
        let named = match (self, other) {
            (Self::Stdout, Self::Stdout) => true,
            (Self::File(one), Self::File(two)) => place(one) == place(two),
            _ => false,
        };
        named || matches!((self.handle(), other.handle()), (Some(one), Some(two)) if one == two)
    }

    /// What is there already; nothing for a file that is new.
    fn handle(&self) -> Option<Handle> {
        match self {
            Self::Stdout => Handle::stdout().ok(),
            Self::Special(path, _) | Self::File(path) => Handle::from_path(path).ok(),
        }
    }

    /// Whether writing would change what is read as `input`.
    fn would_spoil(&self, input: &Path) -> io::Result<bool> {
        let Some(handle) = self.handle() else {
            return Ok(false);
        };
        let written = handle.as_file().metadata()?;
        if !written.is_file() {
            return Ok(false);
        }
        if !input.is_dir() {
            let read = if is_dash(input) {
                Handle::stdin()
            } else {
                Handle::from_path(input)
            };
            return Ok(read.is_ok_and(|read| read == handle));
        }
        // An earlier report that lies among what is read may be replaced by a newer one.
        let Self::File(path) = self else {
            return Ok(false);
        };
        Ok(!is_report(path) && holds(input, &handle, written.len()))
    }
}

/// Whether a folder holds this file of so many bytes, under whatever name. Only files of that size
/// are opened.
fn holds(folder: &Path, file: &Handle, bytes: u64) -> bool {
    WalkDir::new(folder)
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .filter(|entry| entry.metadata().is_ok_and(|there| there.len() == bytes))
        .any(|entry| Handle::from_path(entry.path()).is_ok_and(|there| there == *file))
}

/// Whether a file is a report that this program wrote.
fn is_report(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    read.is_ok() && (stored::is_page(&head) || stored::is_report_json(&head))
}

/// The place that a path leads to, through links, whether or not something is there.
fn target(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        match fs::read_link(&path) {
            Ok(next) => path = whole::folder_of(&path).join(next),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many levels of symbolic links"))
}

/// A spelling of a path that is the same for every one of its own.
fn place(path: &Path) -> PathBuf {
    let folder = whole::folder_of(path).canonicalize();
    folder
        .unwrap_or_default()
        .join(path.file_name().unwrap_or_default())
}
