//! What ingest takes and hands on: inputs, pieces of text, entries to open later.
//!
//! Plain types without logic. A [`Deferred`] carries all that another thread needs to read it.

use super::budget::Budget;
use super::handle::Shared;
use crate::gap::Gap;
use crate::ingest::member::Member;
use crate::locator::EntryPath;
use jiff::Timestamp;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// One BUNDLE argument.
#[derive(Debug, Clone)]
pub struct Input {
    /// How reports name it: the last part of the path, or `stdin`; never the whole path. Where two
    /// inputs have one name, [`super::told_apart`] puts the folders before it that differ.
    pub name: String,
    /// Where it is; `None` for standard input.
    pub path: Option<PathBuf>,
}

/// What is known of an input after it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFacts {
    /// Its name.
    pub name: String,
    /// SHA-256 of the file, in hex; for a folder, of the sorted names and contents.
    pub sha256: String,
    /// Bytes as it lies on disk.
    pub bytes: u64,
}

/// One thing to do.
#[derive(Debug)]
pub enum Work {
    /// A piece of an entry, ready to be examined.
    Chunk(Chunk),
    /// An entry that any thread may open with [`super::Reader::open`].
    Deferred(Deferred),
    /// Something that was not read.
    Gap(Gap),
}

/// How an entry may be cut into pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// At any line end.
    Lines,
    /// Not at all: a document, up to [`crate::limits::Limits::document_bytes`].
    Whole,
    /// Between the documents and sections of a cluster-info dump; within a log section at any line end.
    Sections,
    /// Not wanted: only its name is (the bytes are skipped).
    Skip,
    /// Not wanted for what it is, which a gap says.
    LeaveOut(&'static str),
}

/// A line-aligned piece of one entry's text, decoded to UTF-8 (invalid bytes are left as they are).
#[derive(Debug, Clone)]
pub struct Chunk {
    /// The entry.
    pub path: EntryPath,
    /// Number of the piece within its entry, from zero.
    pub piece: u32,
    /// Whether the entry ends here.
    pub last: bool,
    /// Line number of the first line of the body, from one.
    pub first_line: u64,
    /// The text: up to three lines of the piece before, the body, up to three lines of the next.
    pub bytes: Vec<u8>,
    /// The body: the lines that are this piece's own; only these are examined.
    pub body: Range<usize>,
    /// For [`Cut::Sections`]: the `==== START logs` line of the section that the body begins in.
    pub section: Option<Arc<str>>,
    /// How the entry is cut.
    pub cut: Cut,
    /// Modification time the archive states.
    pub modified: Option<Timestamp>,
}

/// An entry that any thread may open.
#[derive(Debug)]
pub struct Deferred {
    /// The entry.
    pub path: EntryPath,
    /// Modification time the archive states.
    pub(super) modified: Option<Timestamp>,
    /// Archives around the entry.
    pub(super) depth: usize,
    /// What the entry may spend, set aside by the reading thread so that no thread's pace matters.
    pub(super) budget: Budget,
    /// Where its bytes are.
    pub(super) source: Source,
}

impl Deferred {
    /// Bytes that it holds in memory until it is read, or that something else of it counts for: an
    /// open file, and compressed data that may unfold to many times as much.
    pub fn cost(&self) -> usize {
        match &self.source {
            Source::Zip(bytes) => bytes.len(),
            Source::Bytes(bytes) => bytes.len(),
            Source::File(_) => HANDLE_BYTES,
            Source::Member(member) => member.packed(),
        }
    }
}

/// What an open file counts for: systems let a program have 256 and more of them.
const HANDLE_BYTES: usize = 128 << 10;

/// Where the bytes of a deferred entry are.
#[derive(Debug)]
pub(super) enum Source {
    /// A small file of a folder.
    Bytes(Vec<u8>),
    /// A larger one, open.
    File(Shared),
    /// A member of a zip.
    Member(Box<Member>),
    /// A whole zip out of another archive.
    Zip(Arc<[u8]>),
}
