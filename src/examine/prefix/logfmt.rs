//! logfmt: `time="..." level=error msg="..."` of logrus, containerd, Cilium, go-kit and slog.

use super::{Inner, Layer, level};
use crate::examine::prefix::words::{field_stamp, file_name};
use std::ops::Range;

/// Pairs read at most; time and level stand among the first.
const PAIRS: usize = 12;

/// Keys that begin a line of this format.
const FIRST_KEYS: &[&[u8]] = &[
    b"level=",
    b"time=",
    b"ts=",
    b"lvl=",
    b"t=",
    b"timestamp=",
    b"msg=",
    b"logger=",
    b"caller=",
    b"severity=",
    b"component=",
    b"source=",
];

/// The pairs at the front of a line; a line without time and level is something else.
pub(super) fn layer(text: &[u8]) -> Option<Layer> {
    if !FIRST_KEYS.iter().any(|key| text.starts_with(key)) {
        return None;
    }
    let mut layer = Layer::default();
    let mut error = None;
    let mut at = 0;
    for _ in 0..PAIRS {
        let Some(pair) = pair(text, at) else { break };
        let value = text.get(pair.value.clone()).unwrap_or_default();
        match text.get(pair.key.clone())? {
            // go-kit's lines have no message where the error says all.
            b"err" | b"error" if error.is_none() => error = pair.key.start.checked_sub(1),
            b"time" | b"ts" | b"t" | b"timestamp" if layer.stamp.is_none() => {
                layer.stamp = field_stamp(value);
            }
            b"level" | b"lvl" | b"severity" if layer.level.is_none() => {
                layer.level = level::word(value);
            }
            b"caller" | b"source" | b"file" if layer.source.is_none() => {
                layer.source = file_name(value, pair.value.start);
            }
            b"msg" => {
                layer.message = pair.value.start;
                if nests(value) {
                    layer.inner = Inner::Escaped;
                }
            }
            _ => {}
        }
        at = pair.end;
        if layer.stamp.is_some() && layer.level.is_some() && layer.message > 0 {
            break;
        }
    }
    (layer.stamp.is_some() || layer.level.is_some()).then(|| Layer {
        message: match (layer.message, error) {
            (0, Some(error)) => error,
            (0, None) => text.len().min(at),
            (message, _) => message,
        },
        ..layer
    })
}

/// Whether a message is itself a record: k0s and others wrap klog.
fn nests(message: &[u8]) -> bool {
    matches!(message, [b'I' | b'W' | b'E' | b'F', digit, ..] if digit.is_ascii_digit())
        || message.starts_with(b"{\\\"")
        || message.starts_with(b"time=")
}

/// A `key=value` pair.
struct Pair {
    /// The key.
    key: Range<usize>,
    /// The value without its quotes.
    value: Range<usize>,
    /// Where the next pair begins.
    end: usize,
}

/// The pair at `at`.
fn pair(text: &[u8], at: usize) -> Option<Pair> {
    let key_length = text
        .get(at..)?
        .iter()
        .take_while(|&&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
        .count();
    let equals = at + key_length;
    if key_length == 0 || text.get(equals) != Some(&b'=') {
        return None;
    }
    let value = if text.get(equals + 1) == Some(&b'"') {
        let start = equals + 2;
        start..string_end(text, start)
    } else {
        let start = equals + 1;
        let rest = text.get(start..)?;
        start..start + memchr::memchr(b' ', rest).unwrap_or(rest.len())
    };
    let quote = usize::from(text.get(value.end) == Some(&b'"'));
    let end = value.end + quote;
    Some(Pair {
        key: at..equals,
        end: end + super::words::blanks(text, end),
        value,
    })
}

/// Where the string that begins at `start` ends: at its closing quote, or with the text.
pub(super) fn string_end(text: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(found) = text
        .get(at..)
        .and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
    {
        if text.get(at + found) == Some(&b'"') {
            return at + found;
        }
        at += found + 2;
    }
    text.len()
}
