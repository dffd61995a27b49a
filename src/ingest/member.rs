//! Members of zips, as any thread may open them.

use super::handle::Shared;
use std::io::{BufReader, Cursor, Read, Seek};
use std::sync::Arc;
use zip::read::OwnedZipFileEntry;

/// Where a zip is.
#[derive(Debug, Clone)]
pub(super) enum Zip {
    /// On disk.
    File(Shared),
    /// In memory: it came out of another archive, or through a pipe.
    Memory(Arc<[u8]>),
}

/// Reads and seeks.
pub(super) trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

impl Zip {
    /// A reader of its own.
    pub(super) fn open(&self, buffer: usize) -> Box<dyn ReadSeek> {
        match self {
            Self::File(file) => Box::new(BufReader::with_capacity(buffer, file.again())),
            Self::Memory(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        }
    }
}

/// A member of a zip that any thread may open.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) zip: Zip,
    pub(super) entry: OwnedZipFileEntry,
}

impl Member {
    /// Its compressed bytes.
    pub(super) fn packed(&self) -> usize {
        usize::try_from(self.entry.compressed_size()).unwrap_or(usize::MAX)
    }
}
