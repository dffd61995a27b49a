//! What a member's header says of it, as entries are told.

use crate::ingest::name::with_slashes;
use jiff::{Timestamp, civil, tz::TimeZone};
use zip::result::ZipResult;

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
