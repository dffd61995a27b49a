//! Members of zips, as any thread may open them.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::path::Path;
use std::sync::Arc;
use zip::read::OwnedZipFileEntry;

/// Where a zip is.
#[derive(Debug, Clone)]
pub(super) enum Zip {
    /// On disk.
    File(Arc<Path>),
    /// In memory: it came out of another archive, or through a pipe.
    Memory(Arc<[u8]>),
}

/// Reads and seeks.
pub(super) trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

impl Zip {
    /// A reader of its own.
    pub(super) fn open(&self, buffer: usize) -> io::Result<Box<dyn ReadSeek>> {
        Ok(match self {
            Self::File(path) => Box::new(BufReader::with_capacity(buffer, File::open(path)?)),
            Self::Memory(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        })
    }
}

/// A member of a zip that any thread may open.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) zip: Zip,
    pub(super) entry: OwnedZipFileEntry,
}
