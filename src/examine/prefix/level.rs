//! Words for levels, and lines that begin with one.

use super::{Kind, Layer, Level};
use crate::time::read;

/// How far into a message a level's word is looked for.
const REACH: usize = 80;

/// Brackets that are looked into for a level.
const COLUMNS: usize = 4;

/// The longest word in [`word`].
const LONGEST_WORD: usize = 13;

/// The level that a word means, in any case.
pub(super) fn word(text: &[u8]) -> Option<Level> {
    let mut lower = [0; LONGEST_WORD];
    let lower = lower.get_mut(..text.len())?;
    lower.copy_from_slice(text);
    lower.make_ascii_lowercase();
    Some(match &*lower {
        b"trace" | b"trac" | b"trc" | b"debug" | b"debu" | b"dbg" | b"verbose" => Level::Debug,
        b"info" | b"inf" | b"information" | b"informational" | b"notice" => Level::Info,
        b"warn" | b"warning" | b"wrn" => Level::Warning,
        b"error" | b"err" | b"erro" | b"eror" | b"severe" | b"fail" => Level::Error,
        b"fatal" | b"fata" | b"ftl" | b"panic" | b"pani" | b"pnc" | b"dpanic" | b"crit"
        | b"critical" | b"alert" | b"emerg" | b"emergency" => Level::Fatal,
        _ => return None,
    })
}

/// The level that a number means to pino and bunyan: 10 for trace to 60 for fatal.
pub(super) fn number(text: &[u8]) -> Option<Level> {
    Some(match text {
        b"10" | b"20" => Level::Debug,
        b"30" => Level::Info,
        b"40" => Level::Warning,
        b"50" => Level::Error,
        b"60" => Level::Fatal,
        _ => return None,
    })
}

/// `E, [2024-05-01T10:00:00.123456 #1] ERROR -- : message` of Ruby's logger.
pub(super) fn ruby(text: &[u8]) -> Option<Layer> {
    let level = match text {
        [b'D', b',', b' ', b'[', ..] => Level::Debug,
        [b'I', b',', b' ', b'[', ..] => Level::Info,
        [b'W', b',', b' ', b'[', ..] => Level::Warning,
        [b'E', b',', b' ', b'[', ..] => Level::Error,
        [b'F', b',', b' ', b'[', ..] => Level::Fatal,
        _ => return None,
    };
    let (stamp, _) = read::iso(text.get(4..)?)?;
    let words = memchr::memmem::find(text, b" -- ")? + 4;
    let colon = memchr::memmem::find(text.get(words..)?, b": ").map_or(0, |at| at + 2);
    Some(Layer {
        stamp: Some(stamp),
        level: Some(level),
        message: words + colon,
        ..Layer::default()
    })
}

/// A line that begins with a level: `panic: `, `fatal error: `, `ERROR something`, `Error: `.
pub(super) fn layer(text: &[u8]) -> Option<Layer> {
    if text.starts_with(b"fatal error: ") {
        return Some(Layer {
            level: Some(Level::Fatal),
            message: 13,
            ..Layer::default()
        });
    }
    let length = text
        .iter()
        .take(LONGEST_WORD + 1)
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let name = text.get(..length)?;
    let loud = name.iter().all(u8::is_ascii_uppercase);
    let gap = match text.get(length..)? {
        [b':', b' ' | b'\t', ..] => 2,
        [b' ' | b'\t', ..] if loud => 1,
        // `ERROR:root:message` of Python's logging.
        [b':', b'a'..=b'z' | b'A'..=b'Z' | b'_', ..] if loud && length >= 4 => 1,
        // `ERROR! message` of Ansible.
        [b'!', b' ', ..] if loud => 2,
        // `ERRO[0001] message` of logrus on a terminal, `EROR[05-01|10:00:00] message` of log15.
        [b'[', clock @ ..] if loud && length >= 4 => {
            let part = |byte: &&u8| byte.is_ascii_digit() || b"-|:.".contains(byte);
            let clock_length = clock.iter().take_while(part).count();
            if clock_length < 4 || !clock.get(clock_length..)?.starts_with(b"] ") {
                return None;
            }
            clock_length + 3
        }
        _ => return None,
    };
    Some(Layer {
        level: Some(word(name)?),
        kind: Kind::Record,
        message: length + gap,
        ..Layer::default()
    })
}

/// The level that the columns behind a date name: `ERROR`, `[error]`, `- INFO -`, `util.py[WARNING]`.
///
/// In the first column any spelling counts; further on only capitals, or what stands alone in
/// brackets, for there the message may have begun.
pub(super) fn column(text: &[u8]) -> Option<Level> {
    let head = text.get(..text.len().min(REACH))?;
    loud_column(head).or_else(|| bracketed(head))
}

/// `[Warning]`, `<Error>`, `[ warn]`, `[error    ]`, `[core:error]` among the columns at the front.
fn bracketed(head: &[u8]) -> Option<Level> {
    let opens = memchr::memchr2_iter(b'[', b'<', head);
    opens.take(COLUMNS).find_map(|open| {
        let close = if head.get(open) == Some(&b'[') {
            b']'
        } else {
            b'>'
        };
        let inside = head.get(open + 1..)?;
        let inside = inside.get(..memchr::memchr(close, inside)?)?;
        let name = inside.rsplit(|byte| *byte == b':').next()?;
        word(name.trim_ascii())
    })
}

/// The level that a word of the columns means.
fn loud_column(head: &[u8]) -> Option<Level> {
    let mut columns = head
        .split(|byte| !byte.is_ascii_alphabetic())
        .filter(|column| !column.is_empty());
    let first = columns.next()?;
    word(first).or_else(|| {
        columns
            .filter(|column| column.len() >= 4 && column.iter().all(u8::is_ascii_uppercase))
            .find_map(word)
    })
}
