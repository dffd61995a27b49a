//! The inputs that the user named, and the bounds for them.

use super::say::shown;
use crate::cli::InputArgs;
use crate::ingest::Input;
use crate::limits::Limits;
use anyhow::Context as _;
use std::io;
use std::path::{Path, PathBuf};

/// The inputs that the user named; each must be there before minutes of work begin.
pub(super) fn inputs(bundles: &[PathBuf]) -> anyhow::Result<Vec<Input>> {
    let stdin = bundles.iter().filter(|path| is_dash(path)).count();
    anyhow::ensure!(stdin <= 1, "standard input (-) can be given only once");
    bundles.iter().map(|path| input(path)).collect()
}

/// One input.
pub(super) fn input(path: &Path) -> anyhow::Result<Input> {
    if is_dash(path) {
        return Ok(Input {
            name: "stdin".into(),
            path: None,
        });
    }
    let real = path.canonicalize().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => anyhow::anyhow!(
            "{}: no such file or folder; pass the folder or archive that the collector wrote",
            shown(path)
        ),
        _ => anyhow::Error::new(error).context(shown(path)),
    })?;
    // `.` and `..` have no name of their own; the folder they stand for has.
    let name = path
        .file_name()
        .or_else(|| real.file_name())
        .context("the root of the file system is not a bundle; pass a folder in it")?;
    Ok(Input {
        name: name.to_string_lossy().into_owned(),
        path: Some(path.to_owned()),
    })
}

/// Whether a path means standard input or output.
pub(super) fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The bounds that the user wants to differ from the usual ones.
pub(super) fn limits(args: &InputArgs) -> Limits {
    let usual = Limits::RELEASE;
    Limits {
        bundle_bytes: args.max_bytes.unwrap_or(usual.bundle_bytes),
        entries: args.max_entries.unwrap_or(usual.entries),
        evidence_bytes: args.memory.map_or(usual.evidence_bytes, |bytes| {
            usize::try_from(bytes).unwrap_or(usize::MAX)
        }),
        ..usual
    }
}
