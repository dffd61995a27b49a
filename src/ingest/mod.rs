//! Room 1: from what the user named to line-aligned pieces of text.
//!
//! In: paths or standard input. Out: [`Work`] in the order of the input; each is either a
//! [`Chunk`] in memory (of a serial stream) or a [`Deferred`] entry that any thread may open
//! (a file of a folder, a member of a zip, a nested archive held in memory), so that these inflate
//! in parallel. Kinds are told from magic bytes, never from names. Nothing is written to disk.

mod apart;
mod budget;
mod cut;
mod directory;
mod entry;
mod handle;
mod hex;
mod member;
mod name;
mod sections;
mod sniff;
mod stop;
mod stream;
mod tar;
mod text;
mod walk;
mod zip;

#[cfg(test)]
mod tests;

pub use apart::told_apart;
pub use entry::{Chunk, Cut, Deferred, Input, InputFacts, Work};
pub use hex::hex;
pub use sniff::HEAD_BYTES;
pub use stop::Stop;

use crate::gap::GapReason;
use crate::limits::Limits;
use crate::locator::EntryPath;
use budget::Budget;
use entry::Source;
use handle::Shared;
use jiff::Timestamp;
use member::Zip;
use sha2::{Digest, Sha256};
use sniff::{Kind, sniff};
use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use walk::{Archives, Seen, Walker};

/// Decides from an entry's name and first bytes (decoded to UTF-8) how it may be cut.
pub type CutFor<'a> = &'a (dyn Fn(&EntryPath, &[u8]) -> Cut + Sync);

/// What reads the archives that a stream may hold; they call the walker back for each entry.
const ARCHIVES: Archives = Archives {
    tar: tar::read,
    zip: zip::read,
};

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
    #[error("{path}: cannot be read")]
    Io {
        /// As the user wrote it.
        path: PathBuf,
        /// The operating system's words.
        source: std::io::Error,
    },
    /// A folder or archive without any file in it, or an empty file.
    #[error("{name}: contains no files; pass the folder or archive that the collector wrote")]
    Empty {
        /// The bundle.
        name: String,
    },
    /// Bytes of no known kind that are not text either.
    #[error(
        "{name}: neither an archive nor text; pass a tar, gzip, zip, zstd, xz or bzip2 file, or a log"
    )]
    NotABundle {
        /// The bundle.
        name: String,
    },
    /// Not one entry of the inputs could be read.
    #[error("{name}: nothing in it could be read: {first}")]
    Unreadable {
        /// The first bundle.
        name: String,
        /// The first gap.
        first: String,
    },
    /// Every member is encrypted.
    #[error("{name}: encrypted; decrypt it first, or ask for a copy without a password")]
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
    /// Whether it should end before its end.
    pub stop: Stop,
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
    ///
    /// # Errors
    ///
    /// Only for wrong use: nothing there, nothing in it, or nothing in it that can be read at all.
    /// Damage is handed to `out` as a gap.
    pub fn read(
        &self,
        input: &Input,
        out: &mut dyn FnMut(Work) -> ControlFlow<()>,
    ) -> Result<InputFacts, IngestError> {
        let Some(path) = &input.path else {
            return self.read_stream(&input.name, &mut io::stdin().lock(), out);
        };
        let metadata = fs::metadata(path).map_err(|error| io_error(path, error))?;
        if metadata.is_dir() {
            return self.read_folder(&input.name, path, disk_bytes(input), out);
        }
        let mut file = File::open(path).map_err(|error| io_error(path, error))?;
        if !metadata.is_file() {
            // A pipe with a name, such as a shell's process substitution.
            return self.read_stream(&input.name, &mut file, out);
        }
        self.meter
            .total
            .fetch_add(metadata.len(), Ordering::Relaxed);
        self.read_file(&input.name, (path, metadata.len()), file, out)
    }

    /// Bytes that may be read of all inputs together: what they have on disk, and what may come out
    /// of them beyond that.
    pub fn allowance(&self, inputs: &[Input]) -> u64 {
        let sizes = inputs.iter().map(disk_bytes);
        let beyond = self.limits.bundle_bytes;
        sizes.fold(beyond, u64::saturating_add)
    }

    /// Opens a deferred entry, and all that is nested in it, on any thread.
    pub fn open(&self, deferred: Deferred, out: &mut dyn FnMut(Work) -> ControlFlow<()>) {
        let place = Place {
            path: deferred.path,
            depth: deferred.depth,
            layers: 0,
            modified: deferred.modified,
        };
        let mut walker = Walker::new(self, &ARCHIVES, &deferred.budget, false, out);
        let flow = match deferred.source {
            // The meter counted its bytes when they were hashed.
            Source::File(file) => walker.content(&place, &mut Raw::new(file, &AtomicU64::new(0))),
            Source::Bytes(bytes) => walker.content(&place, &mut &*bytes),
            Source::Member(member) => zip::read_member(&mut walker, &place, &member),
            Source::Zip(bytes) => zip::read(&mut walker, &place, &Zip::Memory(bytes)),
        };
        // A break only says that no more work is wanted, and there is none after this.
        let (ControlFlow::Continue(()) | ControlFlow::Break(())) = flow;
    }

    /// Reads a stream that cannot be sought, such as standard input, as [`Self::read`] does.
    pub fn read_stream(
        &self,
        name: &str,
        stream: &mut dyn Read,
        out: &mut dyn FnMut(Work) -> ControlFlow<()>,
    ) -> Result<InputFacts, IngestError> {
        let budget = Budget::new(self.limits, 0);
        let mut walker = Walker::new(self, &ARCHIVES, &budget, true, out);
        let mut raw = Raw::new(stream, &self.meter.read);
        let mut metered = budget::Metered::new(&mut raw, &budget);
        let flow = walker.content(&Place::bundle(name, false), &mut metered);
        judge(name, walker.seen, flow)?;
        Ok(raw.facts(name))
    }

    /// Reads a regular file.
    fn read_file(
        &self,
        name: &str,
        (path, length): (&Path, u64),
        mut file: File,
        out: &mut dyn FnMut(Work) -> ControlFlow<()>,
    ) -> Result<InputFacts, IngestError> {
        let budget = Budget::new(self.limits, length);
        let mut walker = Walker::new(self, &ARCHIVES, &budget, true, out);
        let place = Place::bundle(name, false);
        let mut head = vec![0; HEAD_BYTES];
        let (filled, error) = stream::fill(&mut file, &mut head);
        if let Some(error) = error {
            return Err(io_error(path, error));
        }
        head.truncate(filled);
        let mut shared = Shared::new(file);
        let kind = sniff(&head);
        let behind = matches!(kind, Kind::Text | Kind::Binary)
            && zip::at_end(&mut shared).map_err(|error| io_error(path, error))?;
        if kind == Kind::Zip || behind {
            let flow = zip::read(&mut walker, &place, &Zip::File(shared.again()));
            judge(name, walker.seen, flow)?;
            // The members moved the meter; the hash needs every byte, in order.
            let uncounted = AtomicU64::new(0);
            let mut raw = Raw::new(shared.again(), &uncounted);
            raw.drain();
            return Ok(raw.facts(name));
        }
        let mut raw = Raw::new(shared.again(), &self.meter.read);
        let flow = walker.content(&place, &mut raw);
        if flow.is_continue() && walker.seen.damaged > 0 && raw.bytes < length {
            let detail = format!("{} of {length} bytes were read", raw.bytes);
            // Nobody who wants no more is told more.
            let _ = walker.gap(&place.path, GapReason::Damaged { detail });
        }
        judge(name, walker.seen, flow)?;
        if flow.is_continue() {
            raw.drain();
        }
        Ok(raw.facts(name))
    }

    /// Reads a folder.
    fn read_folder(
        &self,
        name: &str,
        path: &Path,
        total: u64,
        out: &mut dyn FnMut(Work) -> ControlFlow<()>,
    ) -> Result<InputFacts, IngestError> {
        self.meter.total.fetch_add(total, Ordering::Relaxed);
        let budget = Budget::new(self.limits, total);
        let mut walker = Walker::new(self, &ARCHIVES, &budget, true, out);
        let facts = directory::read(&mut walker, &Place::bundle(name, true), path);
        judge(name, walker.seen, ControlFlow::Continue(()))?;
        Ok(InputFacts {
            name: name.to_owned(),
            sha256: facts.sha256,
            bytes: facts.bytes,
        })
    }
}

/// Bytes of an input as it lies on disk; nothing where nobody knows.
fn disk_bytes(input: &Input) -> u64 {
    let path = input.path.as_deref();
    match path.and_then(|path| Some((path, fs::metadata(path).ok()?))) {
        Some((path, there)) if there.is_dir() => directory::total(path),
        Some((_, there)) if there.is_file() => there.len(),
        _ => 0,
    }
}

/// The gap for inputs of which more came out than the limits allow.
pub fn over_allowance(limits: &Limits) -> GapReason {
    GapReason::Limit {
        limit: format!("{} decompressed", budget::size(limits.bundle_bytes)),
    }
}

/// Name, hash and size of the file or folder at `path`, as [`Reader::read`] tells them, without
/// looking into it. `meter` counts what is read.
///
/// # Errors
///
/// The path cannot be read.
pub fn fingerprint(name: &str, path: &Path, meter: &AtomicU64) -> Result<InputFacts, IngestError> {
    let failed = |error| io_error(path, error);
    if fs::metadata(path).map_err(failed)?.is_dir() {
        let facts = directory::hash(path, meter).map_err(failed)?;
        return Ok(InputFacts {
            name: name.to_owned(),
            sha256: facts.sha256,
            bytes: facts.bytes,
        });
    }
    let mut raw = Raw::new(File::open(path).map_err(failed)?, meter);
    raw.drain();
    Ok(raw.facts(name))
}

/// Whether the first bytes of a file are those of an archive, or of a compressed stream with one in
/// it; not those of text, and not those of a single compressed log.
pub fn is_archive(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let mut head = vec![0; PROBE];
    let (filled, error) = stream::fill(&mut file, &mut head);
    if let Some(error) = error {
        return Err(error);
    }
    head.truncate(filled);
    let Kind::Compressed(codec) = sniff(&head) else {
        return Ok(matches!(
            sniff(&head),
            Kind::Tar | Kind::Zip | Kind::Unsupported(_)
        ));
    };
    let whole = io::Cursor::new(head).chain(file);
    let mut inner = vec![0; PROBE];
    let (filled, error) = stream::fill(&mut *stream::decode(codec, whole)?, &mut inner);
    inner.truncate(filled);
    // A stream that is damaged from its beginning on is one that somebody should hear of.
    let damaged = filled < PROBE && error.is_some();
    Ok(damaged || matches!(sniff(&inner), Kind::Tar | Kind::Zip))
}

/// Bytes that tell what a file is: a tar header's length.
const PROBE: usize = 512;

/// Where a stream of bytes stands.
#[derive(Debug, Clone)]
struct Place {
    /// Its name.
    path: EntryPath,
    /// Archives and folders around it.
    depth: usize,
    /// Compressed streams around it since the last archive.
    layers: usize,
    /// Modification time that is stated for it.
    modified: Option<Timestamp>,
}

impl Place {
    /// The input itself.
    fn bundle(name: &str, folder: bool) -> Self {
        Self {
            path: EntryPath::bundle(name, folder),
            depth: 0,
            layers: 0,
            modified: None,
        }
    }
}

/// The bytes as they lie on disk: hashes and counts them on their way.
struct Raw<'a, R> {
    inner: R,
    hash: Sha256,
    bytes: u64,
    read: &'a AtomicU64,
}

impl<'a, R: Read> Raw<'a, R> {
    /// Counts what is read of `inner` in `read` too.
    fn new(inner: R, read: &'a AtomicU64) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
            bytes: 0,
            read,
        }
    }

    /// Reads what is left, so that the hash is that of the whole file. An error ends it: the bytes
    /// that cannot be read were said to be missing by whoever wanted them.
    fn drain(&mut self) {
        let mut block = vec![0; HEAD_BYTES];
        while let (1.., None) = stream::fill(self, &mut block) {}
    }

    /// The hash and the number of bytes.
    fn finish(self) -> (Vec<u8>, u64) {
        (self.hash.finalize().to_vec(), self.bytes)
    }

    /// What is known of the input of this name.
    fn facts(self, name: &str) -> InputFacts {
        let (hash, bytes) = self.finish();
        InputFacts {
            name: name.to_owned(),
            sha256: hex(&hash),
            bytes,
        }
    }
}

impl<R: Read> Read for Raw<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buf)?;
        self.hash.update(&buf[..read]);
        self.bytes += read as u64;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// The error for an input that the operating system does not give.
fn io_error(path: &Path, source: io::Error) -> IngestError {
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::NotFound => IngestError::NotFound { path },
        _ => IngestError::Io { path, source },
    }
}

/// Whether there was anything to read. A run that was broken off is not judged.
fn judge(name: &str, seen: Seen, flow: ControlFlow<()>) -> Result<(), IngestError> {
    let name = name.to_owned();
    match seen {
        _ if flow.is_break() || seen.entries > 0 => Ok(()),
        Seen { unknown: true, .. } => Err(IngestError::NotABundle { name }),
        Seen { encrypted: 1.., .. } => Err(IngestError::Encrypted { name }),
        Seen { gaps: 0, .. } => Err(IngestError::Empty { name }),
        Seen { .. } => Ok(()),
    }
}
