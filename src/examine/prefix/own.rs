//! Forms that one program has for itself: Redis, `MongoDB`, Ceph, Telegraf, Open vSwitch, Erlang, npm,
//! Elixir, `NestJS`, `WebLogic`.

use super::{Inner, Layer, Level, level};
use crate::examine::prefix::words::blanks;
use crate::time::{Stamp, read};

/// Hexadecimal digits of a thread at least, as Ceph names it.
const THREAD: usize = 8;

/// A line whose first byte is a digit and that begins with no date.
pub(super) fn numbered(text: &[u8]) -> Option<Layer> {
    redis(text)
}

/// A line that begins with a sign or a program's name.
pub(super) fn named(text: &[u8]) -> Option<Layer> {
    erlang(text).or_else(|| fixed(text))
}

/// What stands behind a date that ends at `end`.
pub(super) fn behind(text: &[u8], stamp: Stamp, end: usize) -> Option<Layer> {
    let at = end + blanks(text, end);
    let rest = text.get(at..)?;
    let (level, length) = telegraf(rest)
        .or_else(|| open_vswitch(rest))
        .or_else(|| mongo(rest))
        .or_else(|| ceph(rest))?;
    Some(Layer {
        stamp: Some(stamp),
        level: Some(level),
        message: at + length,
        inner: Inner::Nothing,
        ..Layer::default()
    })
}

/// `1:M 21 Nov 2023 01:37:29.411 # `: role behind the process id, sign of the level before the message.
fn redis(text: &[u8]) -> Option<Layer> {
    let colon = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let [b':', b'A'..=b'Z', b' ', ..] = text.get(colon..)? else {
        return None;
    };
    let date = colon + 3;
    let (stamp, length) = read::day_first(text.get(date..)?)?;
    let [b' ', sign, b' ', ..] = text.get(date + length..)? else {
        return None;
    };
    let level = match sign {
        b'#' => Level::Warning,
        b'*' | b'-' => Level::Info,
        b'.' => Level::Debug,
        _ => return None,
    };
    Some(Layer {
        stamp: Some(stamp),
        level: Some(level),
        message: date + length + 3,
        ..Layer::default()
    })
}

/// `E! `.
fn telegraf(rest: &[u8]) -> Option<(Level, usize)> {
    let [letter, b'!', b' ', ..] = rest else {
        return None;
    };
    Some((letter_level(*letter)?, 3))
}

/// `|09261|rconn(handler1)|ERR|` of Open vSwitch: a running number, the module and its thread, the level.
fn open_vswitch(rest: &[u8]) -> Option<(Level, usize)> {
    let mut columns = rest.strip_prefix(b"|")?.splitn(4, |byte| *byte == b'|');
    let (number, module, name) = (columns.next()?, columns.next()?, columns.next()?);
    columns.next()?;
    let numbered = !number.is_empty() && number.iter().all(u8::is_ascii_digit);
    let level = match name {
        b"EMER" => Level::Fatal,
        name => level::word(name)?,
    };
    let length = number.len() + module.len() + name.len() + 4;
    numbered.then_some((level, length))
}

/// `E STORAGE  [initandlisten] ` of `MongoDB` before 4.4.
fn mongo(rest: &[u8]) -> Option<(Level, usize)> {
    let [letter, b' ', first, ..] = rest else {
        return None;
    };
    let level = letter_level(*letter)?;
    let component = rest.get(2..)?;
    let name = component
        .iter()
        .take_while(|byte| byte.is_ascii_uppercase());
    let length = name.count().max(usize::from(*first == b'-'));
    let columns = component.get(length..).filter(|_| length > 0)?;
    let gap = blanks(columns, 0);
    (columns.get(gap) == Some(&b'[')).then_some((level, 2 + length + gap))
}

/// `7f0c1b7fe700 -1 `: a thread and a number, of which -1 means an error.
fn ceph(rest: &[u8]) -> Option<(Level, usize)> {
    let thread = rest
        .iter()
        .take_while(|byte| byte.is_ascii_hexdigit())
        .count();
    let gap = blanks(rest.get(thread..)?, 0);
    let number = rest
        .get(thread + gap..)
        .filter(|_| thread >= THREAD && gap > 0)?;
    match number {
        [b'-', b'1', b' ', ..] => Some((Level::Error, thread + gap + 3)),
        [b'0'..=b'9', b' ', ..] => Some((Level::Info, thread + gap + 2)),
        _ => None,
    }
}

/// The level that a letter means.
fn letter_level(letter: u8) -> Option<Level> {
    Some(match letter {
        b'D' => Level::Debug,
        b'I' => Level::Info,
        b'W' => Level::Warning,
        b'E' => Level::Error,
        b'F' => Level::Fatal,
        _ => return None,
    })
}

/// `=ERROR REPORT==== 1-May-2024::10:00:00 ===`.
fn erlang(text: &[u8]) -> Option<Layer> {
    let rest = text.strip_prefix(b"=")?;
    let report = memchr::memmem::find(rest.get(..rest.len().min(20))?, b" REPORT====")?;
    let level = match rest.get(..report)? {
        b"ERROR" | b"CRASH" | b"SUPERVISOR" => Level::Error,
        b"WARNING" => Level::Warning,
        _ => Level::Info,
    };
    let message = 1 + report + b" REPORT====".len();
    Some(Layer {
        level: Some(level),
        message: message + blanks(text, message),
        ..Layer::default()
    })
}

/// `[Nest] 1  - 05/01/2024, 10:00:00 AM   ERROR [Handler] `, from behind the bracket.
pub(super) fn nest(inside: &[u8]) -> Option<Layer> {
    let columns = inside.strip_prefix(b"Nest] ")?;
    let digits = columns.iter().take_while(|byte| byte.is_ascii_digit());
    let digits = digits.count();
    let rest = columns.get(digits..)?;
    let date = rest.strip_prefix(b"  - ").filter(|_| digits > 0)?;
    let message = 1 + inside.len() - date.len();
    Some(Layer {
        stamp: read::american(date).map(|(stamp, _)| stamp),
        level: Some(level::column(date)?),
        message,
        ..Layer::default()
    })
}

/// `<May 1, 2024 10:00:00,123 AM UTC> <Error> <Deployer> <BEA-149205> `.
pub(super) fn weblogic(text: &[u8]) -> Option<Layer> {
    let head = text.get(..text.len().min(80))?;
    let date = memchr::memmem::find(head, b"> <")? + 3;
    let word = text.get(date..)?;
    let word = word.get(..memchr::memchr(b'>', word)?)?;
    Some(Layer {
        level: Some(level::word(word)?),
        message: date + word.len() + 1,
        ..Layer::default()
    })
}

/// `PHP Fatal error:  `, `PHP Warning:  `.
pub(super) fn php(text: &[u8]) -> Option<Layer> {
    let kind = text.strip_prefix(b"PHP ")?;
    let kind = kind.get(..memchr::memmem::find(kind.get(..kind.len().min(40))?, b":  ")?)?;
    let level = match kind {
        b"Warning" | b"Core Warning" => Level::Warning,
        b"Notice" | b"Deprecated" => Level::Info,
        kind if kind.ends_with(b" error") => Level::Error,
        _ => return None,
    };
    Some(Layer {
        level: Some(level),
        message: b"PHP ".len() + kind.len() + 3,
        ..Layer::default()
    })
}

/// Words that only errors of one program begin with.
fn fixed(text: &[u8]) -> Option<Layer> {
    const FRONTS: &[&[u8]] = &[
        b"npm ERR! ",
        b"npm error ",
        b"** (",
        b"(ERROR) ",
        b"*** ERROR ",
        b"**ERROR** ",
    ];
    let front = FRONTS.iter().find(|front| text.starts_with(front))?;
    Some(Layer {
        level: Some(Level::Error),
        message: front.len(),
        ..Layer::default()
    })
}
