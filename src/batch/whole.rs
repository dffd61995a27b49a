//! Files that are there as a whole or not at all: written beside their place and renamed into it.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use tempfile::NamedTempFile;

/// How the names of files begin that are not in their place yet. A run that was killed leaves some.
pub const UNFINISHED: &str = ".bundlescope-part-";

/// Writes a file; until that is done, what was there before stays.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .tempfile_in(folder)?;
    fill(&mut file, bytes)?;
    file.persist(path)?;
    Ok(())
}

/// Writes a file unless it has these bytes already, so that a run which changes nothing writes nothing.
pub fn update(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let same = fs::metadata(path).is_ok_and(|metadata| metadata.len() == bytes.len() as u64)
        && fs::read(path).is_ok_and(|there| there == bytes);
    if same { Ok(()) } else { write(path, bytes) }
}

/// Removes what a killed run left in a folder.
pub fn clean(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Writes all bytes, and gives the file the permissions that a new file would have: a temporary
/// one is its owner's alone.
pub fn fill(file: &mut NamedTempFile, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.flush()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.as_file()
            .set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    Ok(())
}
