//! Room 1: from what the user named to line-aligned pieces of text.
//!
//! In: paths or standard input. Out: [`Work`] in the order of the input; each is either a
//! [`Chunk`] in memory (of a serial stream) or a [`Deferred`] entry that any thread may open
//! (a file of a folder, a member of a zip, a nested archive held in memory), so that these inflate
//! in parallel. Kinds are told from magic bytes, never from names. Nothing is written to disk.

pub mod budget;
pub mod cut;
pub mod directory;
pub mod entry;
pub mod sniff;
pub mod stream;
pub mod tar;
pub mod text;
pub mod zip;

pub use entry::{Chunk, Cut, Deferred, Input, InputFacts, Work};

use crate::limits::Limits;
use crate::locator::EntryPath;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;

/// Decides from an entry's name and first bytes (decoded to UTF-8) how it may be cut.
pub type CutFor<'a> = &'a (dyn Fn(&EntryPath, &[u8]) -> Cut + Sync);

/// Wrong use: the run ends. Damage inside a bundle is never one of these.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// Nothing there.
    #[error("{path}: no such file or folder")]
    NotFound {
        /// As the user wrote it.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// As the user wrote it.
        path: PathBuf,
        /// The operating system's words.
        source: std::io::Error,
    },
    /// A folder or archive without any file in it, or an empty file.
    #[error("{name}: holds no files; name the folder or archive that the collector wrote")]
    Empty {
        /// The bundle.
        name: String,
    },
    /// Bytes of no known kind that are not text either.
    #[error(
        "{name}: neither an archive nor text (tar, gzip, zip, zstd, xz, bzip2 and logs are read)"
    )]
    NotABundle {
        /// The bundle.
        name: String,
    },
    /// Every member is encrypted.
    #[error("{name}: encrypted; ask for it without a password, or decrypt it first")]
    Encrypted {
        /// The bundle.
        name: String,
    },
}

/// How far a run is, for a progress bar; counts bytes of the input files as they lie on disk.
#[derive(Debug, Default)]
pub struct Meter {
    /// Bytes read.
    pub read: AtomicU64,
    /// Bytes there are; zero where unknown (standard input).
    pub total: AtomicU64,
    /// Entries opened.
    pub entries: AtomicU64,
}

/// Reads bundles.
pub struct Reader<'a> {
    /// Bounds on what is read.
    pub limits: &'a Limits,
    /// How entries may be cut.
    pub cut: CutFor<'a>,
    /// Told how far the reading is.
    pub meter: &'a Meter,
}

impl Reader<'_> {
    /// Reads `input` on this thread and hands its work to `out` until that breaks.
    pub fn read(
        &self,
        input: &Input,
        out: &mut dyn FnMut(Work) -> ControlFlow<()>,
    ) -> Result<InputFacts, IngestError> {
        let _ = out;
        Err(IngestError::Empty {
            name: input.name.clone(),
        })
    }

    /// Opens a deferred entry, and all that is nested in it, on any thread.
    pub fn open(&self, deferred: Deferred, out: &mut dyn FnMut(Work) -> ControlFlow<()>) {
        let _ = (deferred, out);
    }
}
