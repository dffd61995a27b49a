//! Members of zips, as any thread may open them.

use super::handle::Shared;
use super::name::with_slashes;
use jiff::{Timestamp, civil, tz::TimeZone};
use std::io::{BufReader, Cursor, Read, Seek};
use std::sync::Arc;
use zip::read::OwnedZipFileEntry;
use zip::result::ZipResult;

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

/// A member's name, with what is no text replaced, and `/` between its folders.
pub(super) fn lossy_name(name: ZipResult<std::borrow::Cow<'_, str>>, raw: &[u8]) -> String {
    let name = name.map_or_else(
        |_| String::from_utf8_lossy(raw).into_owned(),
        std::borrow::Cow::into_owned,
    );
    with_slashes(&name).into_owned()
}

/// A member's time, taken as UTC: zip states no zone. Collectors write impossible dates.
pub(super) fn modified(time: zip::DateTime) -> Option<Timestamp> {
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
