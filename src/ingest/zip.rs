//! zip: members found through the central directory, each opened on its own.
//!
//! In: a zip on disk or in memory. Out: its members, deferred to other threads or read in place.
//! Sizes come from the central directory, because streaming writers leave the local headers empty.
//! The directory is walked and never held, so that a million members cost no memory, and every
//! opener has a reader of its own.

mod header;
mod salvage;

use super::Place;
use super::budget::{Budget, Metered, reason};
use super::entry::Source;
use super::name::Names;
use super::sniff::sniff;
use super::stream::{Exact, fill};
use super::walk::Walker;
use crate::gap::GapReason;
use crate::ingest::member::{Member, ReadSeek, Zip};
use header::{lossy_name, modified};
use salvage::Covered;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use zip::read::{Config, OwnedZipFileEntry};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;
use zip::{CompressionMethod, ZipReadOptions};

/// Bytes read at a time of the central directory: its headers are short, and each is sought.
const DIRECTORY_BUFFER: usize = 1 << 10;

/// Bytes read at a time of a member.
const MEMBER_BUFFER: usize = 32 << 10;

/// Bytes of a member that tell whether it is an archive: a tar header's length.
const PROBE: usize = 512;

impl Zip {
    /// Moves the meter on by a member on disk; what is in memory was counted when it was read.
    fn count(&self, walker: &Walker<'_>, entry: &OwnedZipFileEntry) {
        if matches!(self, Self::File(_)) {
            let read = &walker.reader.meter.read;
            read.fetch_add(entry.compressed_size(), Ordering::Relaxed);
        }
    }
}

/// Reads a deferred member.
pub(super) fn read_member(
    walker: &mut Walker<'_>,
    place: &Place,
    member: &Member,
) -> ControlFlow<()> {
    member.zip.count(walker, &member.entry);
    let mut reader = member.zip.open(MEMBER_BUFFER);
    unpack(walker, place, &member.entry, &mut reader)
}

/// Reads the zip at `place`: the members of its directory, then those that this leaves out.
pub(super) fn read(walker: &mut Walker<'_>, place: &Place, zip: &Zip) -> ControlFlow<()> {
    let mut members = zip.open(MEMBER_BUFFER);
    let mut names = Names::default();
    let mut covered = Covered::default();
    let length = match members.seek(SeekFrom::End(0)) {
        Ok(length) => length,
        Err(error) => return walker.gap(&place.path, reason(&error)),
    };
    let directory = ZipIterable::try_new(zip.open(DIRECTORY_BUFFER), Config::default());
    let end = match directory {
        Ok(directory) => listed(
            walker,
            place,
            zip,
            (directory, length),
            (&mut members, &mut names, &mut covered),
        )?,
        Err(error) => {
            let detail = format!("{error}; it was read from the start as far as possible");
            walker.gap(&place.path, GapReason::Damaged { detail })?;
            return salvage::read(walker, place, &mut names, &mut *members, 0..length);
        }
    };
    let Some(end) = end else {
        return ControlFlow::Continue(());
    };
    let mut said = false;
    for part in covered.rest(end) {
        match salvage::first(&mut *members, part.clone()) {
            Ok(Some(_)) => {}
            Ok(None) => continue,
            Err(error) => return walker.gap(&place.path, reason(&error)),
        }
        if !std::mem::replace(&mut said, true) {
            let detail = "its central directory does not list all members; those were read as well"
                .to_owned();
            walker.gap(&place.path, GapReason::Damaged { detail })?;
        }
        salvage::read(walker, place, &mut names, &mut *members, part)?;
    }
    ControlFlow::Continue(())
}

/// What of a zip's members is known so far.
type State<'a> = (&'a mut Box<dyn ReadSeek>, &'a mut Names, &'a mut Covered);

/// Reads the members that the directory lists; where it begins, or the length of the zip where it has
/// none, or nothing when there may be no more members.
fn listed(
    walker: &mut Walker<'_>,
    place: &Place,
    zip: &Zip,
    (mut directory, length): (ZipIterable<Box<dyn ReadSeek>>, u64),
    (members, names, covered): State<'_>,
) -> ControlFlow<(), Option<u64>> {
    let mut begins = length;
    let files = match directory.files() {
        Ok(files) => files,
        Err(error) => {
            walker.gap(&place.path, damage(error))?;
            return ControlFlow::Continue(Some(length));
        }
    };
    for entry in files {
        let entry: OwnedZipFileEntry = match entry {
            Ok(entry) => entry.into(),
            Err(error) => {
                walker.gap(&place.path, damage(error))?;
                break;
            }
        };
        begins = begins.min(entry.central_header_start());
        let overlaps = covered.add(
            entry.header_start(),
            entry.name_raw().len(),
            entry.compressed_size(),
        );
        if entry.is_dir() && entry.size() == 0 {
            continue;
        }
        if !walker.take_entry(place)? {
            return ControlFlow::Continue(None);
        }
        let raw = lossy_name(entry.name(), entry.name_raw());
        let Some(mut inside) = walker.enter(place, names, &raw)? else {
            continue;
        };
        inside.modified = entry.last_modified().and_then(modified);
        if overlaps {
            let detail = "its data overlaps another member; it was not read twice".to_owned();
            walker.gap(&inside.path, GapReason::Damaged { detail })?;
        } else if let Some(reason) = unread(&entry) {
            walker.gap(&inside.path, reason)?;
        } else if !walker.defers || walker.is_large(entry.size()) {
            zip.count(walker, &entry);
            unpack(walker, &inside, &entry, members)?;
        } else if let Some(budget) = set_aside(walker, &entry, members) {
            let zip = zip.clone();
            let member = Box::new(Member { zip, entry });
            walker.defer(inside, budget, Source::Member(member))?;
        } else {
            walker.gap(&place.path, walker.budget.bytes_gap())?;
            return ControlFlow::Continue(None);
        }
    }
    ControlFlow::Continue(Some(begins))
}

/// Whether a file that begins as something else is a zip at its end, as one that unpacks itself is:
/// the end record closes the file, and the directory stands where it says.
pub(super) fn at_end(reader: &mut dyn ReadSeek) -> io::Result<bool> {
    const RECORD: usize = 22;
    let length = reader.seek(SeekFrom::End(0))?;
    let start = length.saturating_sub(RECORD as u64 + u64::from(u16::MAX));
    reader.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    reader.take(length - start).read_to_end(&mut tail)?;
    for at in memchr::memmem::rfind_iter(&tail, b"PK\x05\x06") {
        let Some(record) = tail.get(at..at + RECORD) else {
            continue;
        };
        let word = |at: usize| u16::from_le_bytes([record[at], record[at + 1]]);
        let size = u64::from(word(12)) | u64::from(word(14)) << 16;
        let directory = (start + at as u64).checked_sub(size);
        let Some(directory) = directory.filter(|_| size > 0) else {
            continue;
        };
        if at + RECORD + usize::from(word(20)) != tail.len() {
            continue;
        }
        let mut mark = [0; 4];
        reader.seek(SeekFrom::Start(directory))?;
        reader.read_exact(&mut mark)?;
        if mark == *b"PK\x01\x02" {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Why a member is not read at all.
fn unread(entry: &OwnedZipFileEntry) -> Option<GapReason> {
    if entry.encrypted() {
        return Some(GapReason::Encrypted);
    }
    if entry.is_symlink() {
        let what = "symbolic link".to_owned();
        return Some(GapReason::NotAFile { what });
    }
    match entry.compression() {
        CompressionMethod::Stored | CompressionMethod::Deflated => None,
        other => Some(GapReason::Unsupported {
            what: format!("zip compression {other}"),
        }),
    }
}

/// Sets aside what a member needs: more than its size where its beginning is that of an archive.
fn set_aside(
    walker: &Walker<'_>,
    entry: &OwnedZipFileEntry,
    members: &mut Box<dyn ReadSeek>,
) -> Option<Budget> {
    let mut head = [0; PROBE];
    let filled = match entry.as_ref().with_reader(members, ZipReadOptions::new()) {
        // Damage is said by the thread that opens the member.
        Ok(mut member) => fill(&mut member, &mut head).0,
        Err(_) => 0,
    };
    if sniff(&head[..filled]).unfolds() {
        let packed = entry.compressed_size();
        walker
            .budget
            .set_aside_archive(packed, walker.reader.limits)
    } else {
        walker.budget.set_aside_plain(entry.size())
    }
}

/// Reads a member in place.
fn unpack(
    walker: &mut Walker<'_>,
    place: &Place,
    entry: &OwnedZipFileEntry,
    members: &mut Box<dyn ReadSeek>,
) -> ControlFlow<()> {
    let member = match entry.as_ref().with_reader(members, ZipReadOptions::new()) {
        Ok(member) => member,
        Err(error) => return walker.gap(&place.path, damage(error)),
    };
    let budget = walker.budget;
    let mut stream = Metered::new(Exact::new(member, entry.size()), budget);
    walker.content(place, &mut stream)
}

/// The gap for an error of the zip reader.
fn damage(error: ZipError) -> GapReason {
    match error {
        ZipError::Io(error) => reason(&error),
        other => GapReason::Damaged {
            detail: other.to_string(),
        },
    }
}
