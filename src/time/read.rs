//! Readers of the times that log lines, objects and tools write.
//!
//! In: bytes that begin where the time begins. Out: what it says and how many bytes it took, or
//! `None` where the bytes are something else. A reader never looks for a time further on; that is
//! the caller's part. Nothing here knows a year that is not written.

use super::Stamp;
use jiff::{Timestamp, civil, tz::Offset};

/// Years that a log can be of; anything else is a number that looks like a date.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2199;

/// Lower case English month names, cut to three letters.
const MONTHS: [&[u8; 3]; 12] = [
    b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec",
];

/// The longest name of a month in any language that is taken for one, in bytes.
const LONGEST_MONTH: usize = 16;

/// Two decimal digits at `at`.
fn two(bytes: &[u8], at: usize) -> Option<i8> {
    let digit = |at: usize| {
        let byte = *bytes.get(at)?;
        byte.is_ascii_digit().then(|| (byte - b'0').cast_signed())
    };
    Some(digit(at)? * 10 + digit(at + 1)?)
}

/// One or two decimal digits, not followed by a third, and how many there are.
fn one_or_two(bytes: &[u8]) -> Option<(i8, usize)> {
    let count = bytes
        .iter()
        .take(3)
        .take_while(|b| b.is_ascii_digit())
        .count();
    match count {
        1 => Some(((bytes[0] - b'0').cast_signed(), 1)),
        2 => Some((two(bytes, 0)?, 2)),
        _ => None,
    }
}

/// Four decimal digits at `at`.
fn four(bytes: &[u8], at: usize) -> Option<i16> {
    Some(i16::from(two(bytes, at)?) * 100 + i16::from(two(bytes, at + 2)?))
}

/// Nanoseconds of the digits behind a decimal point, and how many digits there are.
fn fraction(bytes: &[u8]) -> (i32, usize) {
    let mut nanos = 0;
    let mut count = 0;
    for byte in bytes.iter().take_while(|b| b.is_ascii_digit()) {
        if count < 9 {
            nanos = nanos * 10 + i32::from(byte - b'0');
        }
        count += 1;
    }
    let missing = 9_u32.saturating_sub(u32::try_from(count).unwrap_or(9));
    (nanos * 10_i32.pow(missing), count)
}

/// `hh:mm:ss`, with a fraction behind a point or a comma. A leap second counts as the one before.
pub(crate) fn time_of_day(bytes: &[u8]) -> Option<(civil::Time, usize)> {
    if bytes.get(2) != Some(&b':') || bytes.get(5) != Some(&b':') {
        return None;
    }
    let (hour, minute, second) = (two(bytes, 0)?, two(bytes, 3)?, two(bytes, 6)?);
    let (nanos, length) = match bytes.get(8..10) {
        Some([b'.' | b',', digit]) if digit.is_ascii_digit() => {
            let (nanos, count) = fraction(bytes.get(9..)?);
            (nanos, 9 + count)
        }
        _ => (0, 8),
    };
    let second = if second == 60 { 59 } else { second };
    Some((civil::Time::new(hour, minute, second, nanos).ok()?, length))
}

/// `yyyy-mm-dd`, `yyyy/mm/dd` or `yyyy.mm.dd`; always ten bytes.
fn date(bytes: &[u8]) -> Option<civil::Date> {
    let separator = *bytes.get(4)?;
    if !matches!(separator, b'-' | b'/' | b'.') || bytes.get(7) != Some(&separator) {
        return None;
    }
    let year = four(bytes, 0)?;
    YEARS
        .contains(&year)
        .then(|| civil::Date::new(year, two(bytes, 5)?, two(bytes, 8)?).ok())?
}

/// An offset behind a time, in seconds: `Z`, `+00:00`, `-0700`, `+02`, ` +0000 UTC`, ` UTC`.
fn zone(bytes: &[u8]) -> Option<(i32, usize)> {
    let (space, rest) = match bytes {
        [b' ', rest @ ..] => (1, rest),
        _ => (0, bytes),
    };
    match rest {
        [b'Z' | b'z', next @ ..] if space == 0 => {
            (!next.first().is_some_and(u8::is_ascii_alphanumeric)).then_some((0, 1))
        }
        [b'U', b'T', b'C', ..] | [b'G', b'M', b'T', ..] => Some((0, space + 3)),
        [sign @ (b'+' | b'-'), digits @ ..] => {
            let hours = two(digits, 0)?;
            let (minutes, length) = match digits.get(2) {
                Some(b':') => (two(digits, 3)?, 5),
                Some(b'0'..=b'9') => (two(digits, 2)?, 4),
                _ if space == 0 => (0, 2),
                _ => return None,
            };
            if hours > 14 || minutes > 59 || digits.get(length).is_some_and(u8::is_ascii_digit) {
                return None;
            }
            let seconds = i32::from(hours) * 3600 + i32::from(minutes) * 60;
            let signed = if *sign == b'-' { -seconds } else { seconds };
            let length = space + 1 + length;
            Some((signed, length + zone_name(bytes.get(length..)?)))
        }
        _ => None,
    }
}

/// Length of the zone's name that Go writes behind the offset: ` UTC`, ` CEST`, ` +0300`.
fn zone_name(bytes: &[u8]) -> usize {
    let [b' ', rest @ ..] = bytes else { return 0 };
    let letters = rest
        .iter()
        .take_while(|byte| byte.is_ascii_uppercase())
        .count();
    let ends = rest.get(letters).is_none_or(|&next| next == b' ');
    if (3..=5).contains(&letters) && ends {
        letters + 1
    } else {
        0
    }
}

/// The instant of a date and time at an offset.
fn instant(at: civil::DateTime, offset: i32) -> Option<Timestamp> {
    Offset::from_seconds(offset).ok()?.to_timestamp(at).ok()
}

/// `yyyy-mm-ddThh:mm:ss` in all its spellings: `/` in the date, a space for the `T`, a fraction
/// behind a point or a comma, an offset with or without colon, Go's ` +0000 UTC`, or no zone.
pub(crate) fn iso(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let date = date(bytes)?;
    if !matches!(bytes.get(10), Some(b'T' | b't' | b' ')) {
        return None;
    }
    let (time, length) = time_of_day(bytes.get(11..)?)?;
    let (at, length) = (date.to_datetime(time), 11 + length);
    match zone(bytes.get(length..)?) {
        Some((offset, more)) => Some((Stamp::Absolute(instant(at, offset)?), length + more)),
        None => Some((Stamp::Local(at), length)),
    }
}

/// The `yymmdd hh:mm:ss.ffffff` of `CockroachDB`, which are in UTC.
pub(crate) fn dated_klog(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let (year, month, day) = (two(bytes, 0)?, two(bytes, 2)?, two(bytes, 4)?);
    let (time, length) = time_of_day(bytes.get(6..)?.strip_prefix(b" ")?)?;
    let date = civil::Date::new(2000 + i16::from(year), month, day).ok()?;
    Some((
        Stamp::Absolute(instant(date.to_datetime(time), 0)?),
        7 + length,
    ))
}

/// The `mmdd hh:mm:ss.ffffff` of a klog header.
pub(crate) fn klog(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let (month, day) = (two(bytes, 0)?, two(bytes, 2)?);
    if bytes.get(4) != Some(&b' ') {
        return None;
    }
    let (time, length) = time_of_day(bytes.get(5..)?)?;
    Some((yearless(month, day, time)?, 5 + length))
}

/// A date without a year, if it can be one.
fn yearless(month: i8, day: i8, time: civil::Time) -> Option<Stamp> {
    ((0..=12).contains(&month) && (1..=31).contains(&day)).then_some(Stamp::Yearless {
        month,
        day,
        time,
    })
}

/// An English month by its first three letters.
fn month(bytes: &[u8]) -> Option<i8> {
    let name: [u8; 3] = bytes.get(..3)?.try_into().ok()?;
    let name = name.map(|letter| letter.to_ascii_lowercase());
    let index = MONTHS.iter().position(|known| **known == name)?;
    i8::try_from(index + 1).ok()
}

/// Spaces at the front.
fn spaces(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|&&byte| byte == b' ').count()
}

/// `Nov  9 18:33:25` of syslog and journald, with a fraction where `short-precise` was asked for.
pub(crate) fn syslog(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let month = month(bytes)?;
    let gap = spaces(bytes.get(3..)?);
    if !(1..=2).contains(&gap) {
        return None;
    }
    day_and_time(bytes, 3 + gap, month)
}

/// The day and the time behind a month.
fn day_and_time(bytes: &[u8], at: usize, month: i8) -> Option<(Stamp, usize)> {
    let (day, digits) = one_or_two(bytes.get(at..)?)?;
    let at = at + digits;
    if bytes.get(at) != Some(&b' ') {
        return None;
    }
    let (time, length) = time_of_day(bytes.get(at + 1..)?)?;
    Some((yearless(month, day, time)?, at + 1 + length))
}

/// The same in another language: `janv. 06 10:00:00`, ` 1월 21 10:00:00`. A name gives month 0; the
/// number of a Chinese, Japanese or Korean month is read.
pub(crate) fn foreign_syslog(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let indent = spaces(bytes);
    let word = bytes.get(indent..)?;
    let length = word
        .iter()
        .take(LONGEST_MONTH + 1)
        .take_while(|&&byte| byte != b' ')
        .count();
    let name = word.get(..length)?;
    let digits = name.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let letters = name.get(digits..)?;
    let is_name = letters
        .iter()
        .all(|&byte| byte >= 0x80 || byte.is_ascii_alphabetic() || byte == b'.');
    if indent > 1 || length > LONGEST_MONTH || letters.len() < 3 || !is_name {
        return None;
    }
    let month = match one_or_two(name) {
        Some((month, _)) if letters.iter().all(|&byte| byte >= 0x80) => month,
        Some(_) => return None,
        None => 0,
    };
    let at = indent + length;
    let gap = spaces(bytes.get(at..)?);
    if !(1..=2).contains(&gap) {
        return None;
    }
    day_and_time(bytes, at + gap, month)
}

/// Length of an English weekday with the space or comma and space behind it.
fn weekday(bytes: &[u8]) -> Option<usize> {
    let name = bytes.get(..3)?;
    let known = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
    if !known.iter().any(|day| name == *day) {
        return None;
    }
    match bytes.get(3..5)? {
        [b' ', _] => Some(4),
        [b',', b' '] => Some(5),
        _ => None,
    }
}

/// What C's `asctime`, `date` and systemd write behind a weekday: `Tue Oct 13 03:25:22 2020`,
/// `Thu Aug 25 02:50:47 UTC 2022`, `Tue 2021-02-16 10:00:00 UTC`.
pub(crate) fn with_weekday(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let front = weekday(bytes)?;
    let rest = bytes.get(front..)?;
    if let Some((stamp, length)) = iso(rest) {
        let named = match stamp {
            Stamp::Absolute(_) => 0,
            _ => zone_name(rest.get(length..)?),
        };
        return Some((stamp, front + length + named));
    }
    let (Stamp::Yearless { month, day, time }, length) = syslog(rest)? else {
        return None;
    };
    let behind = rest.get(length..)?;
    let named = zone_name(behind);
    let utc = matches!(behind.get(1..named), Some(b"UTC" | b"GMT"));
    let year = four(behind, named + 1)?;
    if !YEARS.contains(&year) || behind.get(named) != Some(&b' ') {
        return None;
    }
    let at = civil::Date::new(year, month, day).ok()?.to_datetime(time);
    let stamp = if utc {
        Stamp::Absolute(instant(at, 0)?)
    } else {
        Stamp::Local(at)
    };
    Some((stamp, front + length + named + 5))
}

/// `Mon, 03 Jun 2019 13:54:18 +0000`, as `kubectl describe` writes it; the weekday may be missing.
pub(crate) fn rfc1123(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let front = weekday(bytes).unwrap_or(0);
    let rest = bytes.get(front..)?;
    let (day, digits) = one_or_two(rest)?;
    day_month_year(rest, digits, day, b' ', b' ').map(|(stamp, end)| (stamp, front + end))
}

/// `01-May-2024 10:00:00.123` of Tomcat and PHP-FPM, `21 Nov 2023 01:37:29.411` of Redis.
pub(crate) fn day_first(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let (day, digits) = one_or_two(bytes)?;
    let between = *bytes.get(digits).filter(|byte| b"- ".contains(byte))?;
    day_month_year(bytes, digits, day, between, b' ')
}

/// `10:15AM ` as Go's short clock writes it: only how long it is, for it tells no seconds.
pub(crate) fn short_clock(bytes: &[u8]) -> Option<usize> {
    let (hour, digits) = one_or_two(bytes).filter(|(hour, _)| (1..=12).contains(hour))?;
    let sound = hour > 0 && bytes.get(digits) == Some(&b':') && two(bytes, digits + 1)? < 60;
    let half = bytes.get(digits + 3..digits + 6)?;
    (sound && matches!(half, b"AM " | b"PM ")).then_some(digits + 6)
}

/// `08/Mar/2023:16:02:45 +0000` of an access log.
pub(crate) fn access(bytes: &[u8]) -> Option<(Stamp, usize)> {
    day_month_year(bytes, 2, two(bytes, 0)?, b'/', b':')
}

/// Month, year and time behind the day that ends at `at`, with the separators `between` them.
fn day_month_year(
    bytes: &[u8],
    at: usize,
    day: i8,
    between: u8,
    before_time: u8,
) -> Option<(Stamp, usize)> {
    let separators = [
        bytes.get(at)?,
        bytes.get(at + 4)?,
        bytes.get(at + 9).filter(|&&byte| byte == before_time)?,
    ];
    let month = month(bytes.get(at + 1..)?)?;
    let year = four(bytes, at + 5)?;
    if separators.iter().take(2).any(|&&byte| byte != between) || !YEARS.contains(&year) {
        return None;
    }
    let (time, length) = time_of_day(bytes.get(at + 10..)?)?;
    let date = civil::Date::new(year, month, day).ok()?;
    let end = at + 10 + length;
    match zone(bytes.get(end..)?) {
        Some((offset, more)) => Some((
            Stamp::Absolute(instant(date.to_datetime(time), offset)?),
            end + more,
        )),
        None => Some((Stamp::Local(date.to_datetime(time)), end)),
    }
}

/// `1/31/2024 3:43:35 PM`, as PowerShell writes it in the American culture.
pub(crate) fn american(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let (month, first) = one_or_two(bytes)?;
    let (day, second) = one_or_two(bytes.get(first + 1..)?)?;
    let at = first + 1 + second;
    let year = four(bytes, at + 1)?;
    let separators = (bytes.get(first)?, bytes.get(at)?, bytes.get(at + 5)?);
    if separators != (&b'/', &b'/', &b' ') || !YEARS.contains(&year) {
        return None;
    }
    let at = at + 6;
    let (hour, digits) = one_or_two(bytes.get(at..)?)?;
    let at = at + digits;
    if bytes.get(at) != Some(&b':') || bytes.get(at + 3) != Some(&b':') {
        return None;
    }
    let (minute, second) = (two(bytes, at + 1)?, two(bytes, at + 4)?);
    let (hour, end) = match bytes.get(at + 6..at + 9) {
        Some(b" AM") if (1..=12).contains(&hour) => (hour % 12, at + 9),
        Some(b" PM") if (1..=12).contains(&hour) => (hour % 12 + 12, at + 9),
        _ => (hour, at + 6),
    };
    let time = civil::Time::new(hour, minute, second, 0).ok()?;
    let date = civil::Date::new(year, month, day).ok()?;
    Some((Stamp::Local(date.to_datetime(time)), end))
}

/// `  199.546814`: seconds since boot.
pub(crate) fn since_boot(bytes: &[u8]) -> Option<(Stamp, usize)> {
    let gap = spaces(bytes);
    let digits = bytes
        .get(gap..)?
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if !(1..=10).contains(&digits) || bytes.get(gap + digits) != Some(&b'.') {
        return None;
    }
    let seconds = bytes
        .get(gap..gap + digits)?
        .iter()
        .fold(0_i64, |sum, byte| sum * 10 + i64::from(byte - b'0'));
    let (nanos, count) = fraction(bytes.get(gap + digits + 1..)?);
    let micros = seconds * 1_000_000 + i64::from(nanos / 1_000);
    (count >= 1).then_some((Stamp::SinceBoot(micros), gap + digits + 1 + count))
}

/// A Unix time as a JSON number. The scale follows from the size: zap counts seconds, Kubernetes'
/// JSON logging milliseconds, others micro- or nanoseconds.
pub(crate) fn unix(number: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(number).ok()?;
    if text.bytes().any(|byte| matches!(byte, b'e' | b'E')) {
        let value = text.parse::<f64>().ok().filter(|value| value.is_finite())?;
        return unix(format!("{value:.6}").as_bytes());
    }
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let whole = whole.parse::<i64>().ok().filter(|&whole| whole > 0)?;
    let scale = match whole {
        0..100_000_000_000 => 1_000_000_000,
        100_000_000_000..100_000_000_000_000 => 1_000_000,
        100_000_000_000_000..100_000_000_000_000_000 => 1_000,
        _ => 1,
    };
    let (nanos, _) = fraction(part.as_bytes());
    let nanos = i128::from(whole) * scale + i128::from(nanos) * scale / 1_000_000_000;
    Timestamp::from_nanosecond(nanos).ok()
}
