//! Lines that are a JSON object: docker json-file, zap, Kubernetes' JSON logging, Periscope's
//! container logs, journald's JSON export, audit and `AgentBaker` events.
//!
//! Only the keys of the outermost object are looked at, and nothing is built; a line cut short is
//! read as far as it goes.

use super::logfmt::string_end;
use super::{Inner, Kind, Layer, Level, level};
use crate::examine::prefix::words::{field_stamp, file_name};
use crate::time::Stamp;
use jiff::tz::Offset;
use std::ops::Range;

/// Keys read at most of one object; no log record comes near.
const KEYS: usize = 200;

/// What the keys of one object say.
#[derive(Default)]
struct Object {
    /// Time and level and the like.
    layer: Layer,
    /// Content of the string that another record may be nested in.
    nested: Option<usize>,
    /// Content of the message.
    message: Option<usize>,
    /// Verbosity: only information messages of Kubernetes' JSON logging have it.
    has_verbosity: bool,
    /// An error: its error messages have one and no verbosity.
    has_error: bool,
    /// Whether the node's provisioning wrote it, whose times are UTC without saying so.
    provisioning: bool,
}

/// The object at the front of a line. One that states neither time nor level nor a nested text is
/// a document, not a record.
pub(super) fn layer(text: &[u8]) -> Option<Layer> {
    let mut object = Object::default();
    let mut at = 1;
    for _ in 0..KEYS {
        let Some(member) = member(text, at) else {
            break;
        };
        object.take(text, &member);
        at = member.end;
    }
    object.layer()
}

impl Object {
    /// Notes what one member says.
    fn take(&mut self, text: &[u8], member: &Member) {
        let value = text.get(member.value.clone()).unwrap_or_default();
        let start = member.value.start;
        let layer = &mut self.layer;
        match text.get(member.key.clone()).unwrap_or_default() {
            b"ts"
            | b"time"
            | b"timestamp"
            | b"Timestamp"
            | b"@timestamp"
            | b"@t"
            | b"TimeStamp"
            | b"asctime"
            | b"requestReceivedTimestamp"
            | b"__REALTIME_TIMESTAMP" => {
                layer.stamp = layer.stamp.or_else(|| field_stamp(value));
            }
            // MongoDB: one letter, and an object around the time.
            b"s" if member.string && value.len() == 1 => {
                layer.level = layer.level.or(match value {
                    b"F" => Some(Level::Fatal),
                    b"E" => Some(Level::Error),
                    b"W" => Some(Level::Warning),
                    b"I" => Some(Level::Info),
                    _ => None,
                });
            }
            b"t" => {
                let inner = value.strip_prefix(b"{\"$date\":\"");
                layer.stamp = layer.stamp.or_else(|| field_stamp(inner.unwrap_or(value)));
            }
            // Elastic's common schema nests the level.
            b"log" if !member.string => {
                let level = members(value).find(|inner| inner.key == b"level");
                let level = level.and_then(|inner| level::word(inner.value));
                layer.level = layer.level.or(level);
            }
            b"level" | b"lvl" | b"level_name" | b"severity" | b"levelname" | b"loglevel"
            | b"log_level" | b"Level" | b"LogLevel" | b"logLevel" | b"log.level" | b"@l"
            | b"@level" | b"Severity" | b"severity_text" | b"severityText" | b"SeverityText" => {
                layer.level = layer.level.or_else(|| {
                    level::word(value).or_else(|| level::number(value).filter(|_| !member.string))
                });
            }
            // What Datadog reads; other programs have states of other things there.
            b"status" if member.string => {
                let level = level::word(value).filter(|level| *level >= Level::Error);
                layer.level = layer.level.or(level);
            }
            b"caller" | b"file" => layer.source = file_name(value, start),
            b"_HOSTNAME" if member.string => layer.host = Some(member.value.clone()),
            b"SYSLOG_IDENTIFIER" if member.string => layer.unit = Some(member.value.clone()),
            b"log" | b"containerLog" | b"MESSAGE" if member.string => self.nested = Some(start),
            b"msg" | b"message" | b"Message" if member.string => self.message = Some(start),
            b"v" => self.has_verbosity = true,
            b"err" | b"error" => self.has_error = true,
            b"EventLevel" | b"OperationId" => self.provisioning = true,
            _ => {}
        }
    }

    /// The layer that the members make together.
    fn layer(self) -> Option<Layer> {
        let mut layer = self.layer;
        if layer.stamp.is_none() && layer.level.is_none() && self.nested.is_none() {
            return None;
        }
        if let (true, Some(Stamp::Local(at))) = (self.provisioning, layer.stamp) {
            layer.stamp = Offset::UTC.to_timestamp(at).ok().map(Stamp::Absolute);
        }
        if layer.level.is_none() && self.has_verbosity {
            layer.level = Some(Level::Info);
        } else if layer.level.is_none() && self.has_error {
            layer.level = Some(Level::Error);
        }
        if self.nested.is_some() {
            layer.kind = Kind::Wrapper;
            layer.inner = Inner::Escaped;
        }
        layer.message = self.nested.or(self.message).unwrap_or(0);
        Some(layer)
    }
}

/// A member of a JSON object, as its bytes stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonMember<'a> {
    /// The key.
    pub key: &'a [u8],
    /// The value; of a string its content with its escapes.
    pub value: &'a [u8],
    /// Whether it is a string.
    pub is_string: bool,
}

/// The members of the object at the front of a text.
pub fn members(text: &[u8]) -> impl Iterator<Item = JsonMember<'_>> {
    let mut at = 1;
    std::iter::from_fn(move || {
        let member = member(text, at)?;
        at = member.end;
        Some(JsonMember {
            key: text.get(member.key)?,
            value: text.get(member.value)?,
            is_string: member.string,
        })
    })
    .take(KEYS)
}

/// A member of an object.
struct Member {
    /// The key without its quotes.
    key: Range<usize>,
    /// The value; of a string its content.
    value: Range<usize>,
    /// Whether the value is a string.
    string: bool,
    /// Where the next member begins.
    end: usize,
}

/// The member at or behind `at`.
fn member(text: &[u8], at: usize) -> Option<Member> {
    let quote = at + gap(text, at);
    if text.get(quote) != Some(&b'"') {
        return None;
    }
    let key = quote + 1..string_end(text, quote + 1);
    let colon = key.end + 1 + gap(text, key.end + 1);
    if text.get(colon) != Some(&b':') {
        return None;
    }
    let start = colon + 1 + gap(text, colon + 1);
    let (value, string, end) = match text.get(start)? {
        b'"' => {
            let end = string_end(text, start + 1);
            (start + 1..end, true, end + 1)
        }
        b'{' | b'[' => {
            let end = nested_end(text, start);
            (start..end, false, end)
        }
        _ => {
            let rest = text.get(start..)?;
            let length = memchr::memchr3(b',', b'}', b' ', rest).unwrap_or(rest.len());
            (start..start + length, false, start + length)
        }
    };
    let end = end.min(text.len());
    Some(Member {
        key,
        value: value.start.min(end)..value.end.min(end),
        string,
        end,
    })
}

/// Blanks and commas between members.
fn gap(text: &[u8], at: usize) -> usize {
    text.get(at..)
        .unwrap_or_default()
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b','))
        .count()
}

/// Where the object or list at `start` ends.
fn nested_end(text: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = start;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => at = string_end(text, at + 1),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}
