//! Lines that begin with a full date: CRI, `kubectl logs --timestamps`, rsyslog and journald
//! short-iso, zap console, capnslog, nginx, Go's standard log, PowerShell; and access logs, whose
//! date stands behind the client's address.

use super::{Inner, Kind, Layer, Level, level, own, syslog};
use crate::examine::prefix::words::{blanks, file_name};
use crate::time::{Stamp, read};

/// How far the date of an access log may stand from the line's front.
const ADDRESS: usize = 200;

/// How far the file that Go's standard log names may reach.
const LONGEST_FILE: usize = 64;

/// The longest word in front of a date.
const LONGEST_NAME: usize = 32;

/// Length of the time that the kubelet writes for `kubectl logs --timestamps`: always nine digits.
const KUBECTL_STAMP: usize = "2024-10-24T13:52:21.236462249Z".len();

/// A line that begins with a digit.
pub(super) fn layer(text: &[u8]) -> Option<Layer> {
    let Some((stamp, end)) = read::iso(text) else {
        return read::american(text)
            .or_else(|| read::day_first(text))
            .map(|(stamp, end)| plain(text, stamp, end))
            .or_else(|| clock(text))
            .or_else(|| zap_epoch(text))
            .or_else(|| access(text));
    };
    cri(text, stamp, end)
        .or_else(|| syslog::behind_iso(text, stamp, end))
        .or_else(|| zap_console(text, stamp, end))
        .or_else(|| capnslog(text, stamp, end))
        .or_else(|| kubectl(text, stamp, end))
        .or_else(|| own::behind(text, stamp, end))
        .or_else(|| Some(plain(text, stamp, end)))
}

/// `10:00:00.123 [main] ERROR ` of logback, and Go's `10:15AM ERR `: no date at all.
fn clock(text: &[u8]) -> Option<Layer> {
    if let Some(end) = read::short_clock(text) {
        return Some(Layer {
            level: Some(level::column(text.get(end..)?)?),
            message: end,
            inner: Inner::Plain,
            ..Layer::default()
        });
    }
    let (time, end) = read::time_of_day(text)?;
    let layer = plain(text, Stamp::TimeOfDay(time), end);
    // Other things begin with a clock: only a level makes it a record.
    layer.level.is_some().then_some(layer)
}

/// `1.7146e+09<TAB>ERROR<TAB>setup<TAB>` of zap where its clock is a number.
fn zap_epoch(text: &[u8]) -> Option<Layer> {
    let tab = memchr::memchr(b'\t', text.get(..text.len().min(LONGEST_NAME))?)?;
    let stamp = Stamp::Absolute(read::unix(text.get(..tab)?)?);
    zap_console(text, stamp, tab)
}

/// ` stderr F ` behind the time; the flag may carry more tags behind a colon.
fn cri(text: &[u8], stamp: Stamp, end: usize) -> Option<Layer> {
    let rest = text.get(end..)?;
    if !rest.starts_with(b" stdout ") && !rest.starts_with(b" stderr ") {
        return None;
    }
    let flag = *rest.get(8)?;
    let length = match rest.get(9..)? {
        [b' ', ..] => 10,
        [] => 9,
        [b':', tags @ ..] => 10 + memchr::memchr(b' ', tags)? + 1,
        _ => return None,
    };
    matches!(flag, b'F' | b'P').then(|| Layer {
        stamp: Some(stamp),
        owner: end + 1..end + 7,
        partial: flag == b'P',
        kind: Kind::Wrapper,
        message: end + length,
        inner: Inner::Plain,
        ..Layer::default()
    })
}

/// The time that `kubectl logs --timestamps` (and so a must-gather) puts before every line.
fn kubectl(text: &[u8], stamp: Stamp, end: usize) -> Option<Layer> {
    let wraps = end == KUBECTL_STAMP && text.get(end).is_none_or(|&byte| byte == b' ');
    wraps.then(|| Layer {
        stamp: Some(stamp),
        kind: Kind::Wrapper,
        message: text.len().min(end + 1),
        inner: Inner::Plain,
        ..Layer::default()
    })
}

/// `<TAB>ERROR<TAB>logger<TAB>message<TAB>{...}` behind the time.
fn zap_console(text: &[u8], stamp: Stamp, end: usize) -> Option<Layer> {
    let [b'\t', rest @ ..] = text.get(end..)? else {
        return None;
    };
    let word = memchr::memchr(b'\t', rest)?;
    let level = level::word(rest.get(..word)?)?;
    let next = end + 1 + word + 1;
    let columns = text.get(next..)?;
    let column = memchr::memchr(b'\t', columns);
    let name = column.and_then(|length| columns.get(..length));
    let names_file = |name: &&[u8]| memchr::memmem::find(name, b".go:").is_some();
    Some(Layer {
        stamp: Some(stamp),
        level: Some(level),
        source: name
            .filter(names_file)
            .and_then(|name| file_name(name, next)),
        message: next + column.map_or(0, |length| length + 1),
        ..Layer::default()
    })
}

/// ` I | embed: ` of etcd before 3.5.
fn capnslog(text: &[u8], stamp: Stamp, end: usize) -> Option<Layer> {
    let [b' ', letter, b' ', b'|', b' ', ..] = text.get(end..)? else {
        return None;
    };
    let level = match letter {
        b'T' | b'D' => Level::Debug,
        b'I' | b'N' => Level::Info,
        b'W' => Level::Warning,
        b'E' => Level::Error,
        b'C' => Level::Fatal,
        _ => return None,
    };
    Some(Layer {
        stamp: Some(stamp),
        level: Some(level),
        message: end + 5,
        ..Layer::default()
    })
}

/// Any other line with a date: the level is looked for in the columns behind it, and a source file
/// as Go's standard log names it.
fn plain(text: &[u8], stamp: Stamp, end: usize) -> Layer {
    let punctuation = text
        .get(end..)
        .unwrap_or_default()
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b':' | b',' | b'"' | b'-' | b'|'))
        .count();
    let message = end + punctuation;
    let rest = text.get(message..).unwrap_or_default();
    let file = go_file(rest);
    Layer {
        stamp: Some(stamp),
        level: level::column(rest),
        source: file.and_then(|length| file_name(rest.get(..length)?, message)),
        message: message + file.map_or(0, |length| length + blanks(rest, length)),
        inner: Inner::Plain,
        ..Layer::default()
    }
}

/// Length of `file.go:23:` at the front.
fn go_file(text: &[u8]) -> Option<usize> {
    let head = text.get(..text.len().min(LONGEST_FILE))?;
    let digits = memchr::memmem::find(head, b".go:")? + 4;
    let count = head
        .iter()
        .skip(digits)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let one_word = !head.get(..digits)?.contains(&b' ');
    let closed = head.get(digits + count) == Some(&b':');
    (one_word && count > 0 && closed).then_some(digits + count + 1)
}

/// `Tue Oct 13 03:25:22 2020 ` of `OpenVPN`, and what `date` prints.
pub(super) fn weekday(text: &[u8]) -> Option<Layer> {
    let (stamp, end) = read::with_weekday(text)?;
    if let Stamp::Absolute(_) | Stamp::Local(_) = stamp
        && let Some(layer) = syslog::behind_iso(text, stamp, end)
    {
        return Some(layer);
    }
    Some(plain(text, stamp, end))
}

/// `knit 2024/10/24 14:44:02 `: a word in front of the date, as Go's standard log has it where the
/// program sets one.
pub(super) fn named(text: &[u8]) -> Option<Layer> {
    let head = text.get(..text.len().min(LONGEST_NAME))?;
    let date = memchr::memchr(b' ', head)? + 1;
    let (stamp, length) = read::iso(text.get(date..)?)?;
    own::behind(text, stamp, date + length).or_else(|| Some(plain(text, stamp, date + length)))
}

/// `    2024/05/01 10:00:00 [ERR] ` of Consul: a level behind an indented date.
pub(super) fn indented(text: &[u8]) -> Option<Layer> {
    let gap = blanks(text, 0);
    let (stamp, length) = read::iso(text.get(gap..)?)?;
    Some(plain(text, stamp, gap + length)).filter(|layer| layer.level.is_some())
}

/// A date as the first column of a CSV table: `"1/31/2024 3:43:35 PM",`.
pub(super) fn quoted(text: &[u8]) -> Option<Layer> {
    let inside = text.get(1..)?;
    let (stamp, end) = read::american(inside).or_else(|| read::iso(inside))?;
    (inside.get(end) == Some(&b'"')).then(|| plain(text, stamp, end + 1))
}

/// `10.0.0.1 - - [08/Mar/2023:16:02:45 +0000] "GET ...` of nginx and others.
pub(super) fn access(text: &[u8]) -> Option<Layer> {
    let head = text.get(..text.len().min(ADDRESS))?;
    let bracket = memchr::memmem::find(head, b" [")? + 2;
    let (stamp, length) = read::access(text.get(bracket..)?)?;
    let end = bracket + length;
    (text.get(end) == Some(&b']')).then(|| Layer {
        stamp: Some(stamp),
        message: end + 1 + blanks(text, end + 1),
        ..Layer::default()
    })
}
