//! Whether a line reports an error, and the words in it that say which.

use super::failure;
use super::known::Known;
use crate::examine::prefix::{self, Level, Prefix};
use std::borrow::Cow;

/// Bytes of a JSON string that are read; stacks and dumps are longer.
const LONGEST_VALUE: usize = 4_096;

/// A line that reports an error.
#[derive(Debug)]
pub struct ErrorLine<'a> {
    /// What its front says.
    pub prefix: Prefix<'a>,
    /// How bad: a warning only where it speaks of an error.
    pub level: Level,
    /// Whether a record may begin above this line: it has no header of its own.
    pub bare: bool,
    /// Its template.
    pub template: String,
}

/// Reads a line that has a marker; `None` where it reports no error. `next` is the line behind it,
/// where that begins the value that the line ends with.
pub fn error_line<'a>(
    line: &'a [u8],
    next: Option<&[u8]>,
    known: &mut Known<'a>,
) -> Option<ErrorLine<'a>> {
    let prefix = prefix::parse(line);
    let body = line.get(prefix.wrapped..)?;
    let (level, bare) = level(line, &prefix)?;
    let nested = line.first() == Some(&b'{') && prefix.wrapped > 0;
    let template = if nested {
        let inner = unescaped(string(body));
        let front = prefix::parse(&inner);
        known.template(words(&inner, &front).into_owned().into())
    } else if let Some(next) = next {
        let front = prefix::parse(next);
        let value = next.get(front.message.max(front.wrapped)..);
        let value = value.unwrap_or_default().trim_ascii();
        let head = words(line, &prefix);
        let head = head.strip_suffix(b"<").unwrap_or(&head);
        known.template([head, value].concat().into())
    } else {
        known.template(words(line, &prefix))
    };
    (!template.is_empty()).then_some(ErrorLine {
        prefix,
        level,
        bare,
        template,
    })
}

/// The level of a line that reports an error, and whether it has no header of its own.
fn level(line: &[u8], prefix: &Prefix<'_>) -> Option<(Level, bool)> {
    match prefix.level {
        Some(level @ (Level::Error | Level::Fatal)) => Some((level, false)),
        Some(Level::Warning) => Some((Level::Warning, false)),
        None if matches!(line, [b'<', b'0'..=b'3', b'>', ..]) || priority(line) => {
            Some((Level::Error, false))
        }
        None if !prefix.headed && names_exception(line.get(prefix.message..)?) => {
            Some((Level::Error, true))
        }
        None => {
            let level = failure::level(line.get(prefix.message..)?)?;
            Some((level, !prefix.headed))
        }
        Some(Level::Info | Level::Debug) => {
            let told = failure::is_told_calmly(line.get(prefix.message..)?);
            told.then_some((Level::Info, false))
        }
    }
}

/// Whether the journal's JSON export states a priority of error or worse.
fn priority(line: &[u8]) -> bool {
    line.first() == Some(&b'{')
        && [
            &b"\"PRIORITY\":\"3\""[..],
            b"\"PRIORITY\":\"2\"",
            b"\"PRIORITY\" : \"3\"",
        ]
        .into_iter()
        .any(|stated| memchr::memmem::find(line, stated).is_some())
}

/// Whether a line begins with the class of an exception: `java.io.IOException: `, `ValueError: `,
/// `Exception in thread "main" `. What caused it stands further down in the same record.
fn names_exception(message: &[u8]) -> bool {
    if message.starts_with(b"Exception in thread ") {
        return true;
    }
    let length = message
        .iter()
        .take(160)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$'))
        .count();
    let class = message.get(..length).unwrap_or_default();
    let named = class.ends_with(b"Error") || class.ends_with(b"Exception");
    let capital = class
        .rsplit(|byte| *byte == b'.')
        .next()
        .and_then(<[u8]>::first)
        .is_some_and(u8::is_ascii_uppercase);
    // `Error: ` alone is read as a level already.
    named
        && capital
        && message
            .get(length..)
            .is_some_and(|rest| rest.starts_with(b": "))
}

/// The words of a line that say which error it is.
fn words<'a>(line: &'a [u8], prefix: &Prefix<'_>) -> Cow<'a, [u8]> {
    let body = line.get(prefix.wrapped..).unwrap_or_default();
    if body.first() == Some(&b'{')
        && let Some(words) = json_words(body)
    {
        return Cow::Owned(words);
    }
    let quoted = prefix
        .message
        .checked_sub(1)
        .filter(|at| *at >= prefix.wrapped && line.get(*at) == Some(&b'"'));
    let start = quoted.unwrap_or(prefix.message);
    Cow::Borrowed(line.get(start..).unwrap_or_default().trim_ascii())
}

/// Message, error and controller of a JSON record; `None` where it has none of them.
fn json_words(body: &[u8]) -> Option<Vec<u8>> {
    let mut message = None;
    let mut error = None;
    let mut others: Vec<(&[u8], &[u8])> = Vec::new();
    for member in prefix::json_members(body) {
        match member.key {
            b"msg" | b"message" | b"Message" | b"MESSAGE" if member.is_string => {
                message = message.or(Some(member.value));
            }
            b"err" | b"error" | b"Error" | b"errorVerbose" | b"exception" if error.is_none() => {
                error = Some(member.value);
            }
            b"controller" | b"reason" | b"code" => others.push((member.key, member.value)),
            _ => {}
        }
    }
    let mut words = unescaped(message.or(error)?);
    if let Some(error) = error.filter(|_| message.is_some()) {
        words.extend_from_slice(b": ");
        words.extend_from_slice(&unescaped(error));
    }
    for (key, value) in others {
        words.push(b' ');
        words.extend_from_slice(key);
        words.push(b'=');
        words.extend_from_slice(&unescaped(value));
    }
    Some(words)
}

/// The content of a string up to its closing quote; `text` begins behind the opening one.
fn string(text: &[u8]) -> &[u8] {
    let mut escaped = false;
    let end = text.iter().position(|byte| {
        let closes = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        closes
    });
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

/// A string's content without one level of escapes; line ends become blanks.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len().min(LONGEST_VALUE));
    let mut bytes = text.iter().take(LONGEST_VALUE);
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => match bytes.next() {
                Some(b'n' | b'r' | b't') => plain.push(b' '),
                Some(b'u') => {
                    let code: Vec<u8> = bytes.by_ref().take(4).copied().collect();
                    let code = std::str::from_utf8(&code).ok();
                    let code = code.and_then(|code| u32::from_str_radix(code, 16).ok());
                    let sign = code.and_then(char::from_u32).unwrap_or('?');
                    plain.extend_from_slice(sign.encode_utf8(&mut [0; 4]).as_bytes());
                }
                Some(other) => plain.push(*other),
                None => {}
            },
            other => plain.push(*other),
        }
    }
    plain
}
