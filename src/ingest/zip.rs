//! zip: members found through the central directory, each opened on its own.
//!
//! In: a zip on disk or in memory. Out: its members, deferred to other threads or read in place.
//! Sizes come from the central directory, because streaming writers leave the local headers empty.
//! The directory is walked and never held, so that a million members cost no memory, and every
//! opener has a reader of its own.

use super::Place;
use super::budget::{Budget, Metered, reason};
use super::entry::Source;
use super::handle::Shared;
use super::name::{Names, with_slashes};
use super::sniff::sniff;
use super::stream::{Exact, fill};
use super::walk::Walker;
use crate::gap::GapReason;
use jiff::{Timestamp, civil, tz::TimeZone};
use std::io::{BufReader, Cursor, Read, Seek};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use zip::read::{Config, OwnedZipFileEntry, ZipFile, read_zipfile_from_stream};
use zip::result::{ZipError, ZipResult};
use zip::unstable::read::ZipIterable;
use zip::{CompressionMethod, ZipReadOptions};

/// Bytes read at a time of the central directory: its headers are short, and each is sought.
const DIRECTORY_BUFFER: usize = 1 << 10;

/// Bytes read at a time of a member.
const MEMBER_BUFFER: usize = 32 << 10;

/// Bytes of a member that tell whether it is an archive: a tar header's length.
const PROBE: usize = 512;

/// Where a zip is.
#[derive(Debug, Clone)]
pub(super) enum Zip {
    /// On disk.
    File(Shared),
    /// In memory: it came out of another archive, or through a pipe.
    Memory(Arc<[u8]>),
}

/// Reads and seeks.
trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

impl Zip {
    /// A reader of its own.
    fn open(&self, buffer: usize) -> Box<dyn ReadSeek> {
        match self {
            Self::File(file) => Box::new(BufReader::with_capacity(buffer, file.again())),
            Self::Memory(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        }
    }

    /// Moves the meter on by a member on disk; what is in memory was counted when it was read.
    fn count(&self, walker: &Walker<'_>, entry: &OwnedZipFileEntry) {
        if matches!(self, Self::File(_)) {
            let read = &walker.reader.meter.read;
            read.fetch_add(entry.compressed_size(), Ordering::Relaxed);
        }
    }
}

/// A member of a zip that any thread may open.
#[derive(Debug)]
pub(super) struct Member {
    zip: Zip,
    entry: OwnedZipFileEntry,
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

/// Reads the zip at `place`.
pub(super) fn read(walker: &mut Walker<'_>, place: &Place, zip: &Zip) -> ControlFlow<()> {
    let directory = zip.open(DIRECTORY_BUFFER);
    let mut members = zip.open(MEMBER_BUFFER);
    let mut iterable = match ZipIterable::try_new(directory, Config::default()) {
        Ok(iterable) => iterable,
        Err(error) => return salvage(walker, place, members, &error),
    };
    let files = match iterable.files() {
        Ok(files) => files,
        Err(error) => return walker.gap(&place.path, damage(error)),
    };
    let mut names = Names::default();
    for entry in files {
        let entry: OwnedZipFileEntry = match entry {
            Ok(entry) => entry.into(),
            Err(error) => return walker.gap(&place.path, damage(error)),
        };
        if entry.is_dir() {
            continue;
        }
        if !walker.take_entry(place)? {
            break;
        }
        let raw = lossy_name(entry.name(), entry.name_raw());
        let Some(mut inside) = walker.enter(place, &mut names, &raw)? else {
            continue;
        };
        inside.modified = entry.last_modified().and_then(modified);
        if let Some(reason) = unread(&entry) {
            walker.gap(&inside.path, reason)?;
        } else if !walker.defers || walker.is_large(entry.size()) {
            zip.count(walker, &entry);
            unpack(walker, &inside, &entry, &mut members)?;
        } else if let Some(budget) = set_aside(walker, &entry, &mut members) {
            let zip = zip.clone();
            let member = Box::new(Member { zip, entry });
            walker.defer(inside, budget, Source::Member(member))?;
        } else {
            walker.gap(&place.path, walker.budget.bytes_gap())?;
            break;
        }
    }
    ControlFlow::Continue(())
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

/// Reads what can be read of a zip without its central directory, from the local headers: members
/// whose sizes stand there, up to the first one whose size does not.
fn salvage(
    walker: &mut Walker<'_>,
    place: &Place,
    mut stream: Box<dyn ReadSeek>,
    error: &ZipError,
) -> ControlFlow<()> {
    let detail = format!("{error}; read from its beginning as far as that goes");
    walker.gap(&place.path, GapReason::Damaged { detail })?;
    let mut names = Names::default();
    loop {
        let mut member = match read_zipfile_from_stream(&mut stream) {
            Ok(Some(member)) => member,
            Ok(None) => return ControlFlow::Continue(()),
            Err(error) => return walker.gap(&place.path, damage(error)),
        };
        if !walker.take_entry(place)? {
            return ControlFlow::Continue(());
        }
        if !member.is_dir() {
            salvage_member(walker, place, &mut names, &mut member)?;
        }
    }
}

/// Reads one member found by its local header.
fn salvage_member(
    walker: &mut Walker<'_>,
    around: &Place,
    names: &mut Names,
    member: &mut ZipFile<'_, Box<dyn ReadSeek>>,
) -> ControlFlow<()> {
    let raw = lossy_name(member.name(), member.name_raw());
    let Some(mut place) = walker.enter(around, names, &raw)? else {
        return ControlFlow::Continue(());
    };
    place.modified = member.last_modified().and_then(modified);
    let size = member.size();
    let budget = walker.budget;
    walker.content(&place, &mut Metered::new(Exact::new(member, size), budget))
}

/// A member's name, with what is no text replaced, and `/` between its folders.
fn lossy_name(name: ZipResult<std::borrow::Cow<'_, str>>, raw: &[u8]) -> String {
    let name = name.map_or_else(
        |_| String::from_utf8_lossy(raw).into_owned(),
        std::borrow::Cow::into_owned,
    );
    with_slashes(&name).into_owned()
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

/// A member's time, taken as UTC: zip states no zone. Collectors write impossible dates.
fn modified(time: zip::DateTime) -> Option<Timestamp> {
    let part = |value: u8| i8::try_from(value).ok();
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    let date = civil::Date::new(
        i16::try_from(time.year()).ok()?,
        part(time.month())?,
        part(time.day())?,
    );
    let time = civil::Time::new(part(hour)?, part(minute)?, part(second)?, 0);
    let civil = date.ok()?.to_datetime(time.ok()?);
    let zoned = civil.to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp())
}
