//! tar: entries one after the other, read where they stand and never unpacked.
//!
//! In: a stream that begins with a tar header. Out: the content of its files, through
//! [`Walker::content`]; links and devices become gaps and are never followed.

use super::Place;
use super::budget::{over, reason};
use super::name::Names;
use super::sniff::is_header;
use super::stream::{Exact, fill};
use super::walk::Walker;
use crate::gap::GapReason;
use jiff::Timestamp;
use std::cell::Cell;
use std::io::{self, Read};
use std::ops::ControlFlow;
use tar::{Archive, Entry, EntryType};

/// Bytes of headers, long names and padding between two entries: the tar reader holds them in
/// memory whole.
const HEADER_BYTES: u64 = 1 << 20;

/// A tar is made of blocks of this size.
const BLOCK: usize = 512;

/// Ends the stream when a header is larger than any honest one, and knows where in it the reader is.
struct Guarded<'a> {
    inner: &'a mut dyn Read,
    at: &'a At,
}

/// Where a reader is.
struct At {
    /// What may be read until the next entry begins.
    allowed: Cell<u64>,
    /// Bytes read.
    read: Cell<u64>,
    /// Zeros at the end of what was read: two blocks of them end a tar.
    zeros: Cell<u64>,
}

impl Read for Guarded<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let allowed = usize::try_from(self.at.allowed.get()).unwrap_or(usize::MAX);
        if allowed == 0 && !buf.is_empty() {
            return Err(over("1 MiB of headers between two entries".to_owned()));
        }
        let room = buf.len().min(allowed);
        let read = self.inner.read(&mut buf[..room])?;
        self.at.allowed.set(self.at.allowed.get() - read as u64);
        self.at.read.set(self.at.read.get() + read as u64);
        let zeros = buf[..read].iter().rev().take_while(|b| **b == 0).count();
        let before = if zeros == read {
            self.at.zeros.get()
        } else {
            0
        };
        self.at.zeros.set(before + zeros as u64);
        Ok(read)
    }
}

/// How the reading of a tar ended.
enum End {
    /// There is nothing more, or nothing more is wanted.
    Done,
    /// A header is damaged; entries may stand behind it.
    Damaged,
}

/// Reads the tar at `place`. Where a header is damaged, its entry is lost, and the reading goes on
/// with the next header that is whole.
pub(super) fn read(
    walker: &mut Walker<'_>,
    place: &Place,
    stream: &mut dyn Read,
) -> ControlFlow<()> {
    let at = At {
        allowed: Cell::new(HEADER_BYTES),
        read: Cell::new(0),
        zeros: Cell::new(0),
    };
    let mut names = Names::default();
    let mut header = Vec::new();
    loop {
        at.allowed.set(HEADER_BYTES);
        let mut rest = io::Cursor::new(header).chain(&mut *stream);
        if let End::Done = read_run(walker, place, &mut names, &mut rest, &at)? {
            return ControlFlow::Continue(());
        }
        // The header that was found is counted when it is read again.
        match next_header(stream, at.read.get()) {
            Some(found) => header = found,
            None => return ControlFlow::Continue(()),
        }
        at.read.set(0);
    }
}

/// Reads entries up to the end, or to a damaged header.
fn read_run(
    walker: &mut Walker<'_>,
    place: &Place,
    names: &mut Names,
    stream: &mut dyn Read,
    at: &At,
) -> ControlFlow<(), End> {
    let mut archive = Archive::new(Guarded { inner: stream, at });
    // Archives appended to each other have zero blocks between them.
    archive.set_ignore_zeros(true);
    let mut entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => {
            walker.gap(&place.path, reason(&error))?;
            return ControlFlow::Continue(End::Done);
        }
    };
    loop {
        let mut entry = match entries.next() {
            None if at.zeros.get() < BLOCK as u64 => {
                let detail =
                    "it has no end-of-archive marker, so entries may be missing".to_owned();
                walker.gap(&place.path, GapReason::Damaged { detail })?;
                return ControlFlow::Continue(End::Done);
            }
            None => return ControlFlow::Continue(End::Done),
            Some(Ok(entry)) => entry,
            Some(Err(error)) => {
                let gap = reason(&error);
                let lasts = matches!(gap, GapReason::Damaged { .. });
                walker.gap(&place.path, gap)?;
                return ControlFlow::Continue(if lasts { End::Damaged } else { End::Done });
            }
        };
        // What the entry leaves unread is skipped on the way to the next header.
        let stored = if entry.header().entry_type() == EntryType::GNUSparse {
            entry.header().entry_size().unwrap_or(u64::MAX)
        } else {
            entry.size()
        };
        at.allowed.set(stored.saturating_add(HEADER_BYTES));
        if !read_entry(walker, place, names, &mut entry)? {
            return ControlFlow::Continue(End::Done);
        }
    }
}

/// The next whole header in a stream of which so many bytes were read since a block began.
fn next_header(stream: &mut dyn Read, read: u64) -> Option<Vec<u8>> {
    let mut block = vec![0; BLOCK];
    let within = usize::try_from(read % BLOCK as u64).unwrap_or(0);
    if within > 0 {
        fill(stream, &mut block[within..]);
    }
    loop {
        match fill(stream, &mut block) {
            (BLOCK, None) if is_header(&block) => return Some(block),
            (BLOCK, None) => {}
            _ => return None,
        }
    }
}

/// Reads one entry; `false` when there may be no more.
fn read_entry(
    walker: &mut Walker<'_>,
    around: &Place,
    names: &mut Names,
    entry: &mut Entry<'_, Guarded<'_>>,
) -> ControlFlow<(), bool> {
    let kind = entry.header().entry_type();
    let raw = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
    // Older tars mark a directory by its name alone.
    let directory = (kind.is_dir() || raw.ends_with('/')) && entry.size() == 0;
    if directory || kind.is_pax_global_extensions() {
        return ControlFlow::Continue(true);
    }
    if !walker.take_entry(around)? {
        return ControlFlow::Continue(false);
    }
    let Some(mut place) = walker.enter(around, names, &raw)? else {
        return ControlFlow::Continue(true);
    };
    if let Some(what) = not_a_file(entry) {
        walker.gap(&place.path, GapReason::NotAFile { what })?;
        return ControlFlow::Continue(true);
    }
    place.modified = modified(entry);
    let size = entry.size();
    walker.content(&place, &mut Exact::new(entry, size))?;
    ControlFlow::Continue(true)
}

/// What an entry is that has no content of its own to read.
fn not_a_file(entry: &Entry<'_, Guarded<'_>>) -> Option<String> {
    let target = || {
        let target = entry.link_name_bytes().unwrap_or_default();
        String::from_utf8_lossy(&target).replace('\0', "\u{fffd}")
    };
    match entry.header().entry_type() {
        // Of directories only those that have content come here.
        EntryType::Regular
        | EntryType::Continuous
        | EntryType::GNUSparse
        | EntryType::Directory => None,
        EntryType::Symlink => Some(format!("symbolic link to {}", target())),
        EntryType::Link => Some(format!("hard link to {}", target())),
        EntryType::Char => Some("character device".to_owned()),
        EntryType::Block => Some("block device".to_owned()),
        EntryType::Fifo => Some("pipe".to_owned()),
        other => Some(format!("tar entry of type 0x{:02x}", other.as_byte())),
    }
}

/// The modification time in the header; zero stands for none.
fn modified(entry: &Entry<'_, Guarded<'_>>) -> Option<Timestamp> {
    let seconds = entry
        .header()
        .mtime()
        .ok()
        .filter(|seconds| *seconds != 0)?;
    Timestamp::from_second(i64::try_from(seconds).ok()?).ok()
}
