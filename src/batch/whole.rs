//! Files that are there as a whole or not at all: written beside their place and renamed into it.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{PoisonError, RwLock, RwLockWriteGuard};
use tempfile::NamedTempFile;

/// How the names of files begin that are not in their place yet. A run that was killed leaves some.
pub const UNFINISHED: &str = ".bundlescope-part-";

/// Held by everybody who has an unfinished file, so that a signal does not end the program while
/// there is one.
static WRITING: RwLock<()> = RwLock::new(());

/// Writes a file and the folders that it lies in; until that is done, what was there before stays.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder_of(path))?;
    replace(path, bytes)
}

/// Writes a file in a folder that is there. One that was there keeps its permissions, a new one gets
/// those that the umask leaves.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let _writing = WRITING.read().unwrap_or_else(PoisonError::into_inner);
    let mut file = unfinished(folder_of(path))?;
    file.write_all(bytes)?;
    file.flush()?;
    if let Ok(there) = fs::metadata(path) {
        file.as_file().set_permissions(there.permissions())?;
    }
    file.persist(path)?;
    Ok(())
}

/// Whether files can be made in the folder that `path` is to lie in: known before minutes of work.
pub fn probe(path: &Path) -> io::Result<()> {
    let _writing = WRITING.read().unwrap_or_else(PoisonError::into_inner);
    unfinished(folder_of(path))?.close()
}

/// Waits until no file is unfinished; none is begun while the guard is held.
pub fn none_unfinished() -> RwLockWriteGuard<'static, ()> {
    WRITING.write().unwrap_or_else(PoisonError::into_inner)
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

/// The folder that a file lies in.
pub fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// A file that is removed unless it is put in its place. Temporary files are their owner's alone
/// unless asked for with the mode of others, of which the system takes the umask.
fn unfinished(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}
