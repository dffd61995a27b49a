//! Files of the user's: opened once, and read through that handle whatever their names mean later.
//!
//! In: a path. Out: a file that is certainly a regular one, or readers of a file that several threads
//! read from.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Opens a file that was found to be a regular one: a link that took its place since is not followed,
/// and a pipe that did is not waited for.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        libc::O_NOFOLLOW | libc::O_NONBLOCK,
    );
    let file = options.open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::other("no longer a file"))
    }
}

/// A file that several readers share, each with a place of its own.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    file: Arc<Mutex<File>>,
    /// Where this reader is.
    at: u64,
}

impl Shared {
    /// Readers of `file`, the first at its beginning.
    pub(super) fn new(file: File) -> Self {
        Self {
            file: Arc::new(Mutex::new(file)),
            at: 0,
        }
    }

    /// Another reader, at the beginning.
    pub(super) fn again(&self) -> Self {
        Self {
            file: Arc::clone(&self.file),
            at: 0,
        }
    }
}

impl Read for Shared {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.read(buf)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Shared {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (from, by) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::Current(by) => (self.at, by),
            SeekFrom::End(by) => {
                let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
                (file.seek(SeekFrom::End(0))?, by)
            }
        };
        let at = from.checked_add_signed(by);
        self.at = at.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn readers_of_one_file_do_not_move_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "abcdef").unwrap();
        let mut one = Shared::new(open(&path).unwrap());
        let mut two = one.again();
        let mut bytes = [0; 2];
        one.read_exact(&mut bytes).unwrap();
        assert_eq!(&bytes, b"ab");
        two.seek(SeekFrom::End(-2)).unwrap();
        two.read_exact(&mut bytes).unwrap();
        assert_eq!(&bytes, b"ef");
        one.seek(SeekFrom::Current(1)).unwrap();
        one.read_exact(&mut bytes).unwrap();
        assert_eq!(&bytes, b"de");
        assert!(one.seek(SeekFrom::Current(-9)).is_err());
        // The name may be another file's by now.
        fs::remove_file(&path).unwrap();
        fs::write(&path, "other").unwrap();
        one.seek(SeekFrom::Start(0)).unwrap();
        one.read_exact(&mut bytes).unwrap();
        assert_eq!(&bytes, b"ab");
    }

    #[cfg(unix)]
    #[test]
    fn what_took_the_place_of_a_file_is_not_followed_or_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/etc/passwd", &link).unwrap();
        assert!(open(&link).is_err());
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        assert!(open(&pipe).is_err());
        assert!(open(folder.path()).is_err());
    }
}
