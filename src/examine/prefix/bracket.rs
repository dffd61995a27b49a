//! Lines that begin with a bracket: dmesg, `CoreDNS`, tunnelfront, Envoy.

use super::{Inner, Kind, Layer, Level, level, own};
use crate::examine::prefix::words::blanks;
use crate::time::{Stamp, read};

/// Brackets in a row that are looked at, and the width of one.
const COLUMNS: usize = 4;
const WIDEST: usize = 40;

/// Whatever the bracket holds: a clock of the kernel, a date, a time, or a level.
pub(super) fn layer(text: &[u8]) -> Option<Layer> {
    let inside = text.get(1..)?;
    pod(inside)
        .or_else(|| apache(inside))
        .or_else(|| kernel(inside))
        .or_else(|| since_start(inside))
        .or_else(|| time_only(inside))
        .or_else(|| dated(inside))
        .or_else(|| word(inside))
        .or_else(|| numbered(inside))
        .or_else(|| labelled(inside))
        .or_else(|| own::nest(inside))
        .or_else(|| columns(inside))
}

/// `[Wed May 01 10:00:00.123456 2024] [core:error] [pid 1] ` of Apache, from behind the bracket.
fn apache(inside: &[u8]) -> Option<Layer> {
    let (stamp, length) = read::with_weekday(inside)?;
    let columns = inside.get(length..)?.strip_prefix(b"] [")?;
    let module = memchr::memchr(b':', columns.get(..columns.len().min(40))?)?;
    let end = memchr::memchr(b']', columns)?;
    let level = level::word(columns.get(module + 1..end)?)?;
    let end = length + 3 + end + 1;
    Some(Layer {
        stamp: Some(stamp),
        level: Some(level),
        message: 1 + end + blanks(inside, end),
        ..Layer::default()
    })
}

/// `[     0.001s]  WARN ` of Linkerd's proxy, which counts from its own start.
fn since_start(inside: &[u8]) -> Option<Layer> {
    let (_, length) = read::since_boot(inside)?;
    let columns = inside.get(length..)?.strip_prefix(b"s]")?;
    Some(Layer {
        level: Some(level::column(columns)?),
        message: 1 + length + 2 + blanks(columns, 0),
        ..Layer::default()
    })
}

/// `[1] 2024/05/01 10:00:00.123456 [ERR] ` of NATS: a process id before the date.
fn numbered(inside: &[u8]) -> Option<Layer> {
    let digits = inside.iter().take_while(|byte| byte.is_ascii_digit());
    let digits = digits.count();
    let rest = inside.get(digits..)?.strip_prefix(b"] ")?;
    let (stamp, length) = read::iso(rest).filter(|_| digits > 0)?;
    Some(behind(inside, stamp, digits + 2 + length))
}

/// `Envoy (Epoch 0)] [2020-03-06 14:33:59.538][19][warning] `: a label, then a bracket with a date.
fn labelled(inside: &[u8]) -> Option<Layer> {
    let end = memchr::memchr(b']', inside.get(..inside.len().min(40))?)?;
    let next = inside.get(end + 1..)?.strip_prefix(b" [")?;
    let inner = dated(next)?;
    Some(Layer {
        message: inner.message + end + 3,
        ..inner
    })
}

/// `pod/web-0/web] ` of `kubectl logs --prefix`, from behind the bracket.
fn pod(inside: &[u8]) -> Option<Layer> {
    let rest = inside.strip_prefix(b"pod/")?;
    let end = memchr::memchr(b']', rest.get(..rest.len().min(520))?)?;
    let name = rest.get(..end)?;
    let plain =
        |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-./".contains(byte);
    if rest.get(end + 1) != Some(&b' ') || !name.iter().all(plain) {
        return None;
    }
    Some(Layer {
        kind: Kind::Wrapper,
        owner: 0..end + 6,
        message: b"[pod/".len() + end + 2,
        inner: Inner::Plain,
        ..Layer::default()
    })
}

/// `  199.546814][   C40] ` and `Tue Nov 20 22:30:22 2018] `, from behind the bracket.
fn kernel(inside: &[u8]) -> Option<Layer> {
    let (stamp, length) = read::since_boot(inside).or_else(|| read::with_weekday(inside))?;
    if inside.get(length) != Some(&b']') {
        return None;
    }
    let end = length + 1;
    let end = end + caller(inside.get(end..)?);
    let space = usize::from(inside.get(end) == Some(&b' '));
    Some(Layer {
        stamp: Some(stamp),
        kind: Kind::Wrapper,
        kernel: true,
        message: 1 + end + space,
        ..Layer::default()
    })
}

/// Length of `[   C40]` or `[ T578]`, with a space before it; 0 where there is none.
fn caller(text: &[u8]) -> usize {
    let space = usize::from(text.first() == Some(&b' '));
    let Some([b'[', name @ ..]) = text.get(space..) else {
        return 0;
    };
    let gap = blanks(name, 0);
    let digits = name
        .iter()
        .skip(gap + 1)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let named = matches!(name.get(gap), Some(b'C' | b'T')) && digits > 0;
    if named && name.get(gap + 1 + digits) == Some(&b']') {
        space + 1 + gap + 1 + digits + 1
    } else {
        0
    }
}

/// `[ 09:32:06 ] INF: ` of tunnelfront and `[10:00:00 ERR] ` of Serilog, from behind the bracket.
fn time_only(inside: &[u8]) -> Option<Layer> {
    let gap = blanks(inside, 0);
    let (time, length) = read::time_of_day(inside.get(gap..)?)?;
    let end = gap + length;
    let stamp = Stamp::TimeOfDay(time);
    let close = end + blanks(inside, end);
    if inside.get(close) == Some(&b']') {
        return Some(behind(inside, stamp, close + 1));
    }
    within(inside, stamp, end)
}

/// `[2024-05-01][10:00:00][my_crate][ERROR]`: brackets in a row, a date and later a level.
fn columns(inside: &[u8]) -> Option<Layer> {
    let year = inside.get(..4)?;
    if inside.get(4) != Some(&b'-') || !year.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut at = 0;
    for _ in 0..COLUMNS {
        let rest = inside.get(at..)?;
        let close = memchr::memchr(b']', rest.get(..rest.len().min(WIDEST))?)?;
        at += close + 1;
        if let Some(level) = level::word(rest.get(..close)?.trim_ascii()) {
            return Some(Layer {
                level: Some(level),
                message: 1 + at + blanks(inside, at),
                ..Layer::default()
            });
        }
        at += blanks(inside, at);
        at += usize::from(inside.get(at) == Some(&b'['));
    }
    None
}

/// `[2024-05-01 12:00:00.123][1][info]`, `[01-May-2024 10:00:00] ERROR: ` of PHP-FPM and
/// `[2025-06-24 07:04:02,046: ERROR/MainProcess] ` of Celery, from behind the bracket.
fn dated(inside: &[u8]) -> Option<Layer> {
    let gap = blanks(inside, 0);
    let date = inside.get(gap..)?;
    // Without a blank it is the kernel's.
    let weekday = || (gap > 0).then(|| read::with_weekday(date)).flatten();
    let read = read::iso(date).or_else(|| read::day_first(date));
    let (stamp, length) = read.or_else(weekday)?;
    let end = gap + length;
    let close = end + blanks(inside, end);
    if inside.get(close) == Some(&b']') {
        return Some(behind(inside, stamp, close + 1));
    }
    within(inside, stamp, end)
}

/// The layer of a bracket that has the level behind the stamp, which ends at `at`.
fn within(inside: &[u8], stamp: Stamp, at: usize) -> Option<Layer> {
    let rest = inside.get(at..)?;
    let close = memchr::memchr(b']', rest.get(..rest.len().min(120))?)?;
    let level = level::column(rest.get(..close)?)?;
    let end = at + close + 1;
    Some(Layer {
        stamp: Some(stamp),
        level: Some(level),
        message: 1 + end + blanks(inside, end),
        ..Layer::default()
    })
}

/// The layer of a stamp whose bracket ends at `end`, with the level in the columns behind it.
fn behind(inside: &[u8], stamp: Stamp, end: usize) -> Layer {
    let end = end + blanks(inside, end);
    Layer {
        stamp: Some(stamp),
        level: level::column(inside.get(end..).unwrap_or_default()),
        message: 1 + end,
        inner: Inner::Plain,
        ..Layer::default()
    }
}

/// `[ERROR] plugin/errors: ` of `CoreDNS`, `[ERROR   ] ` and `[E] `, from behind the bracket.
fn word(inside: &[u8]) -> Option<Layer> {
    let length = memchr::memchr(b']', inside.get(..inside.len().min(16))?)?;
    let end = length + 1;
    let level = match inside.get(..length)?.trim_ascii() {
        b"E" => Level::Error,
        b"F" => Level::Fatal,
        b"W" => Level::Warning,
        name => level::word(name)?,
    };
    Some(Layer {
        level: Some(level),
        message: 1 + end + blanks(inside, end),
        ..Layer::default()
    })
}
