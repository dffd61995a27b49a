//! tar: entries one after the other, read where they stand and never unpacked.
//!
//! In: a stream that begins with a tar header. Out: the content of its files, through
//! [`Walker::content`]; links and devices become gaps and are never followed.

use super::Place;
use super::budget::{over, reason};
use super::name::Names;
use super::stream::Exact;
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

/// Ends the stream when a header is larger than any honest one.
struct Guarded<'a> {
    inner: &'a mut dyn Read,
    /// What may be read until the next entry begins.
    allowed: &'a Cell<u64>,
}

impl Read for Guarded<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let allowed = usize::try_from(self.allowed.get()).unwrap_or(usize::MAX);
        if allowed == 0 && !buf.is_empty() {
            return Err(over("1 MiB of headers between two entries".to_owned()));
        }
        let room = buf.len().min(allowed);
        let read = self.inner.read(&mut buf[..room])?;
        self.allowed.set(self.allowed.get() - read as u64);
        Ok(read)
    }
}

/// Reads the tar at `place`.
pub(super) fn read(
    walker: &mut Walker<'_>,
    place: &Place,
    stream: &mut dyn Read,
) -> ControlFlow<()> {
    let allowed = Cell::new(HEADER_BYTES);
    let mut archive = Archive::new(Guarded {
        inner: stream,
        allowed: &allowed,
    });
    // Archives appended to each other have zero blocks between them.
    archive.set_ignore_zeros(true);
    let mut entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => return walker.gap(&place.path, reason(&error)),
    };
    let mut names = Names::default();
    loop {
        let mut entry = match entries.next() {
            None => return ControlFlow::Continue(()),
            Some(Ok(entry)) => entry,
            Some(Err(error)) => return walker.gap(&place.path, reason(&error)),
        };
        // What the entry leaves unread is skipped on the way to the next header.
        let stored = if entry.header().entry_type() == EntryType::GNUSparse {
            entry.header().entry_size().unwrap_or(u64::MAX)
        } else {
            entry.size()
        };
        allowed.set(stored.saturating_add(HEADER_BYTES));
        if !read_entry(walker, place, &mut names, &mut entry)? {
            return ControlFlow::Continue(());
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
    let directory = kind.is_dir() || (raw.ends_with('/') && entry.size() == 0);
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
        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => None,
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
