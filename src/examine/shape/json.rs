//! Tells JSON documents from logs whose lines are JSON.
//!
//! In: text that begins with `{` or `[`. Out: a shape, or `None` where it is neither a document
//! nor a dump. Only the front is read, in one pass without recursion, so that no nesting and no
//! half document can hurt.

use super::{Extension, Name, SECTION};
use crate::examine::Shape;
use crate::examine::shape::noise::{first_line, is_noise};
use memchr::{memchr, memchr2, memmem};

/// Keys of a log record, by what they say; a record of a log says two things at least.
const RECORD_KEYS: [&[&str]; 4] = [
    // When.
    &[
        "ts",
        "time",
        "timestamp",
        "@timestamp",
        "t",
        "@t",
        "asctime",
        "datetime",
    ],
    // How bad.
    &[
        "level",
        "severity",
        "lvl",
        "loglevel",
        "log.level",
        "@l",
        "s",
        "levelname",
    ],
    // What.
    &[
        "msg",
        "message",
        "log",
        "@m",
        "@mt",
        "messagetemplate",
        "textpayload",
    ],
    // Where to.
    &["stream"],
];

/// The front of one JSON object, read at its own level.
#[derive(Debug, Default)]
struct Front<'a> {
    /// Its keys, in order.
    keys: Vec<&'a [u8]>,
    /// Values of the keys that tell what a document is.
    kind: Option<&'a [u8]>,
    /// See `kind`.
    api_version: Option<&'a [u8]>,
    /// See `kind`; lists of very old kubectl have it in place of a kind.
    self_link: Option<&'a [u8]>,
    /// Byte after the closing brace; `None` where the head ends first.
    end: Option<usize>,
    /// Whether the text stops being JSON.
    broken: bool,
}

/// Shape of a text that begins with `{`.
pub(super) fn of_object(text: &[u8], name: &Name) -> Option<Shape> {
    let front = read_front(text);
    let by_name = name.extension == Extension::Json;
    if front.lists_nodes(text) && !name.lists_nodes {
        return Some(Shape::Sections);
    }
    if name.lines_in_json
        || front
            .api_version
            .is_some_and(|v| v.starts_with(b"audit.k8s.io"))
    {
        return Some(Shape::Log);
    }
    if front.kind.is_some() || front.has(&[b"Items", b"selfLink"]) {
        return Some(Shape::Json);
    }
    if front.broken {
        return by_name.then_some(Shape::Json);
    }
    // What Periscope writes of an outbound connection, alone or one below the other.
    if front.has(&[b"TimeStamp", b"Type", b"URL"]) {
        return Some(Shape::Json);
    }
    let seen = front.end.unwrap_or(text.len());
    let one_line = text.get(..seen).is_some_and(|t| memchr(b'\n', t).is_none());
    if front.is_record() && (one_line || !by_name) {
        return Some(Shape::Log);
    }
    let Some(end) = front.end else {
        return Some(Shape::Json);
    };
    let more = text.get(end..).unwrap_or_default().trim_ascii_start();
    let is_log = name.extension == Extension::Log;
    let document = match more.first() {
        Some(b'{') if one_line => {
            // Objects of one line each are the records of a log, if nothing says otherwise.
            let second = read_front(more);
            let seen = second.end.unwrap_or(more.len());
            more.get(..seen).is_some_and(|t| memchr(b'\n', t).is_some())
        }
        None | Some(b'{' | b'[') => !is_log,
        Some(_) => {
            by_name || more.starts_with(SECTION) || (!one_line && is_noise(first_line(more)))
        }
    };
    document.then_some(Shape::Json)
}

/// Shape of a text that begins with `[`, which many log lines do as well.
pub(super) fn of_array(text: &[u8], name: &Name) -> Option<Shape> {
    let by_name = name.extension == Extension::Json;
    let inner = text.get(1..).unwrap_or_default().trim_ascii_start();
    let document = match inner.first() {
        Some(b'{') => {
            let item = inner.get(1..).unwrap_or_default().trim_ascii_start();
            matches!(item.first(), Some(b'"' | b'}') | None)
        }
        Some(b']') => by_name || inner.get(1..).unwrap_or_default().trim_ascii().is_empty(),
        Some(b'"') => match end_of_string(inner, 0) {
            Some(end) => {
                let next = inner.get(end..).unwrap_or_default().trim_ascii_start();
                matches!(next.first(), Some(b',')) || by_name || next == b"]"
            }
            None => by_name,
        },
        Some(first) => by_name && (first.is_ascii_digit() || b"[-tfn".contains(first)),
        None => by_name,
    };
    document.then_some(Shape::Json)
}

impl Front<'_> {
    /// Whether all these keys are there, spelled so.
    fn has(&self, keys: &[&[u8]]) -> bool {
        keys.iter().all(|key| self.keys.contains(key))
    }

    /// Whether this is a list of nodes, with which a dump's stream begins.
    fn lists_nodes(&self, text: &[u8]) -> bool {
        if let Some(kind) = self.kind {
            return kind == b"NodeList";
        }
        let by_link = self.self_link.is_some_and(|link| link.ends_with(b"/nodes"));
        // Some printers put the items before the kind, which then lies behind the head.
        let by_item = (self.has(&[b"items"]) || self.has(&[b"Items"]))
            && self.end.is_none()
            && [&b"\"nodeInfo\""[..], b"\"NodeInfo\""]
                .iter()
                .any(|key| memmem::find(text, key).is_some());
        by_link || by_item
    }

    /// Whether the keys are those of a log record.
    fn is_record(&self) -> bool {
        RECORD_KEYS
            .iter()
            .filter(|names| {
                self.keys.iter().any(|key| {
                    names
                        .iter()
                        .any(|name| key.eq_ignore_ascii_case(name.as_bytes()))
                })
            })
            .count()
            >= 2
    }
}

/// Reads keys and telling values of the object that `text` begins with.
fn read_front(text: &[u8]) -> Front<'_> {
    let mut front = Front::default();
    let mut at = 1;
    loop {
        at = skip_blanks(text, at);
        match text.get(at) {
            None => return front,
            Some(b',') => at += 1,
            Some(b'}') => {
                front.end = Some(at + 1);
                return front;
            }
            Some(b'"') => match read_member(text, at, &mut front) {
                Some(next) => at = next,
                None => return front,
            },
            Some(_) => {
                front.broken = true;
                return front;
            }
        }
    }
}

/// Reads the member whose key begins at `at`; `None` where the head ends or is no JSON.
fn read_member<'a>(text: &'a [u8], at: usize, front: &mut Front<'a>) -> Option<usize> {
    let key_end = end_of_string(text, at)?;
    let key = text.get(at + 1..key_end - 1)?;
    let colon = skip_blanks(text, key_end);
    if *text.get(colon)? != b':' {
        front.broken = true;
        return None;
    }
    front.keys.push(key);
    let value = skip_blanks(text, colon + 1);
    match text.get(value)? {
        b'"' => {
            let end = end_of_string(text, value)?;
            let said = text.get(value + 1..end - 1);
            match key {
                b"kind" => front.kind = said,
                b"apiVersion" => front.api_version = said,
                b"selfLink" => front.self_link = said,
                _ => {}
            }
            Some(end)
        }
        b'{' | b'[' => end_of_nested(text, value),
        b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => {
            let rest = text.get(value..)?;
            let len = rest
                .iter()
                .position(|b| matches!(b, b',' | b'}' | b'\n' | b' ' | b'\r' | b'\t'))?;
            Some(value + len)
        }
        _ => {
            front.broken = true;
            None
        }
    }
}

/// Byte after the string whose opening quote is at `at`.
fn end_of_string(text: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        let found = at + memchr2(b'"', b'\\', text.get(at..)?)?;
        if text.get(found) == Some(&b'"') {
            return Some(found + 1);
        }
        at = found + 2;
    }
}

/// Byte after the object or array that opens at `at`; brackets are counted and not matched.
fn end_of_nested(text: &[u8], at: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = at;
    loop {
        match text.get(at)? {
            b'"' => {
                at = end_of_string(text, at)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// First byte from `at` on that is not blank.
fn skip_blanks(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + (rest.len() - rest.trim_ascii_start().len())
}
