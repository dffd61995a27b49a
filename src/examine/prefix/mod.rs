//! Prefixes of log lines: every format of components, runtimes, journals and agents.
//!
//! In: the bytes of one line. Out: what its front says, as a [`Prefix`]. A line is read in layers,
//! from the outside in: each reader below takes one layer (a CRI prefix, a journald prefix, a klog
//! header, ...) and says where the next begins. Which readers are asked is decided from the first
//! bytes, so that the common formats cost no regex and no copy. Nothing here knows other lines;
//! records of several lines are joined in [`super::lines`].

mod bracket;
mod dated;
mod escape;
mod grep;
mod json;
mod klog;
mod level;
mod logfmt;
mod own;
mod syslog;
mod words;

pub use json::members as json_members;

use crate::time::{Stamp, beside};
use jiff::{SignedDuration, Timestamp, civil, tz::Offset};
use std::ops::Range;

/// Layers read of one line. Practice nests four (json-file, journald, logrus, klog).
const DEEPEST: usize = 6;

/// Stamps of one line that differ by no more than this mean the same moment: a zone that is not
/// written, and a clock that is off. Beyond it the line was forwarded late.
const SAME_MOMENT: SignedDuration = SignedDuration::from_hours(36);

/// What the front of a line says. Wrappers (CRI, docker json-file, journald, syslog, logrus) are
/// unwrapped until nothing changes; time and level are the innermost record's, host and unit the
/// outermost's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prefix<'a> {
    /// Innermost time; the wrapper's where it means the same moment and says more (year and zone).
    pub stamp: Option<Stamp>,
    /// Host name of a syslog or journald prefix.
    pub host: Option<&'a str>,
    /// Program of a syslog or journald prefix, without its pid.
    pub unit: Option<&'a str>,
    /// Innermost level.
    pub level: Option<Level>,
    /// Source file that klog or zap names: `kubelet.go`.
    pub source: Option<&'a str>,
    /// Whether a runtime marked the line as continued on the next (`P`).
    pub partial: bool,
    /// Where the innermost message begins.
    pub message: usize,
    /// Where the text begins that the outer wrappers carry.
    pub wrapped: usize,
    /// Whether a record begins here by its own header, and not only a line of a wrapper.
    pub headed: bool,
}

/// Level of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Debug or trace.
    Debug,
    /// Info or notice.
    Info,
    /// Warning.
    Warning,
    /// Error.
    Error,
    /// Fatal, panic, emergency.
    Fatal,
}

impl Level {
    /// The level as reports write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }
}

/// Reads the front of a line; never fails, at worst it knows nothing.
pub fn parse(line: &[u8]) -> Prefix<'_> {
    let front = front(line);
    let text = |range: Option<Range<usize>>| std::str::from_utf8(line.get(range?)?).ok();
    Prefix {
        stamp: front.stamp,
        host: text(front.host),
        unit: text(front.unit),
        level: front.level,
        source: text(front.source),
        partial: front.partial,
        message: front.message,
        wrapped: front.wrapped,
        headed: front.headed,
    }
}

/// Host and unit of a line; the same as [`parse`] finds, at a fraction of the cost for journals,
/// whose every line is asked.
pub(super) fn writer(line: &[u8]) -> Option<(&str, &str)> {
    let first = *line.first()?;
    if matches!(first, b'{' | b'<') {
        let prefix = parse(line);
        return Some((prefix.host?, prefix.unit?));
    }
    let layer = match first {
        b'0'..=b'9' => dated::layer(line).or_else(|| syslog::foreign(line))?,
        b'A'..=b'Z' => syslog::layer(line)
            .or_else(|| dated::weekday(line))
            .or_else(|| syslog::foreign(line))?,
        b' ' | b'a'..=b'z' | 0x80.. => syslog::foreign(line)?,
        _ => return None,
    };
    let text = |range: Option<Range<usize>>| std::str::from_utf8(line.get(range?)?).ok();
    Some((text(layer.host)?, text(layer.unit)?))
}

/// Everything the front of a line says, as byte ranges of the line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Front {
    /// See [`Prefix::stamp`].
    pub(super) stamp: Option<Stamp>,
    /// Time of the outermost wrapper.
    pub(super) outer: Option<Stamp>,
    /// See [`Prefix::host`].
    host: Option<Range<usize>>,
    /// See [`Prefix::unit`].
    unit: Option<Range<usize>>,
    /// See [`Prefix::level`].
    level: Option<Level>,
    /// See [`Prefix::source`].
    source: Option<Range<usize>>,
    /// See [`Prefix::partial`].
    pub(super) partial: bool,
    /// See [`Prefix::message`].
    pub(super) message: usize,
    /// What tells the lines of one writer from those of others in the same text: `host unit[pid]`
    /// of a journal, the stream of a container.
    pub(super) owner: Range<usize>,
    /// Where the text begins that the outer wrappers carry.
    pub(super) wrapped: usize,
    /// Whether a record begins here by its own header, and not only a line of a wrapper.
    pub(super) headed: bool,
    /// Whether the kernel wrote the line.
    pub(super) kernel: bool,
}

/// One layer of a line, as its reader sees it. Ranges count from the layer's first byte.
#[derive(Debug, Default)]
struct Layer {
    /// Time.
    stamp: Option<Stamp>,
    /// Host name.
    host: Option<Range<usize>>,
    /// Program.
    unit: Option<Range<usize>>,
    /// Level.
    level: Option<Level>,
    /// Source file.
    source: Option<Range<usize>>,
    /// Whether the line goes on in the next.
    partial: bool,
    /// Whether the kernel wrote the line.
    kernel: bool,
    /// See [`Front::owner`].
    owner: Range<usize>,
    /// What kind of layer it is.
    kind: Kind,
    /// Where its message begins.
    message: usize,
    /// How the message is to be read.
    inner: Inner,
}

/// What a layer is to the record.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The header of a record.
    #[default]
    Record,
    /// Something that every line gets, whatever it is: says nothing about where a record begins.
    Wrapper,
}

/// How the message of a layer is to be read.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Inner {
    /// Not at all: nothing is nested in it.
    #[default]
    Nothing,
    /// As it stands.
    Plain,
    /// As the content of a string with escapes, up to its closing quote.
    Escaped,
}

/// Reads the front of a line, all layers.
pub(super) fn front(line: &[u8]) -> Front {
    layers(line, DEEPEST)
}

/// Reads up to `depth` layers.
fn layers(text: &[u8], depth: usize) -> Front {
    let Some(layer) = depth.checked_sub(1).and_then(|_| layer(text)) else {
        return Front::default();
    };
    let message = text.get(layer.message..).unwrap_or_default();
    let inner = match layer.inner {
        Inner::Nothing => Front::default(),
        Inner::Plain => layers(message, depth - 1).moved(|at| at + layer.message),
        Inner::Escaped => match escape::unescape(message) {
            None => layers(message, depth - 1).moved(|at| at + layer.message),
            Some(plain) => {
                layers(&plain.text, depth - 1).moved(|at| plain.origin(at) + layer.message)
            }
        },
    };
    layer.around(inner)
}

/// The reader that fits the first bytes, and what it finds.
fn layer(text: &[u8]) -> Option<Layer> {
    match text.first()? {
        b'0'..=b'9' => dated::layer(text)
            .or_else(|| own::numbered(text))
            .or_else(|| syslog::foreign(text)),
        b'I' | b'W' | b'E' | b'F' if text.get(1)?.is_ascii_digit() => klog::layer(text),
        b'{' => json::layer(text),
        b'[' => bracket::layer(text),
        b'<' => syslog::priority(text).or_else(|| own::weblogic(text)),
        b'"' => dated::quoted(text),
        b':' => dated::access(text),
        b'/' | b'.' => grep::layer(text),
        b'A'..=b'Z' => syslog::layer(text)
            .or_else(|| dated::weekday(text))
            .or_else(|| word(text)),
        b'a'..=b'z' => logfmt::layer(text)
            .or_else(|| own::named(text))
            .or_else(|| word(text)),
        b'=' | b'*' | b'(' => own::named(text),
        b' ' => syslog::foreign(text).or_else(|| dated::indented(text)),
        0x80.. => syslog::foreign(text),
        _ => None,
    }
}

/// The readers for a line that begins with some word.
fn word(text: &[u8]) -> Option<Layer> {
    grep::layer(text)
        .or_else(|| klog::named(text))
        .or_else(|| level::ruby(text))
        .or_else(|| level::layer(text))
        .or_else(|| own::php(text))
        .or_else(|| syslog::foreign(text))
        .or_else(|| dated::named(text))
}

impl Layer {
    /// This layer with what is nested in it.
    fn around(self, inner: Front) -> Front {
        let wrapper = self.kind == Kind::Wrapper;
        let inside = inner.message.max(self.message);
        Front {
            stamp: innermost(self.stamp, inner.stamp),
            outer: self.stamp.or(inner.outer),
            level: inner.level.or(self.level),
            source: inner.source.or(self.source),
            partial: self.partial || inner.partial,
            owner: if self.owner.is_empty() && wrapper {
                inner.owner
            } else {
                self.owner
            },
            wrapped: if wrapper {
                inner.wrapped.max(self.message)
            } else {
                0
            },
            headed: inner.headed || self.kind == Kind::Record,
            kernel: self.kernel || inner.kernel,
            host: self.host.or(inner.host),
            unit: self.unit.or(inner.unit),
            message: inside,
        }
    }
}

impl Front {
    /// The same with every position moved to where it is in the enclosing text.
    fn moved(self, place: impl Fn(usize) -> usize) -> Self {
        let range = |range: Range<usize>| place(range.start)..place(range.end);
        Self {
            host: self.host.map(range),
            unit: self.unit.map(range),
            source: self.source.map(range),
            owner: range(self.owner),
            message: place(self.message),
            wrapped: place(self.wrapped),
            ..self
        }
    }
}

/// The time of a record from its own header and the wrapper's around it.
///
/// The wrapper's counts where it is an instant and the inner one lacks the year or the zone, unless
/// they are days apart: then the line was forwarded late, and the wrapper only lends its year.
fn innermost(outer: Option<Stamp>, inner: Option<Stamp>) -> Option<Stamp> {
    let (Some(outer), Some(inner)) = (outer, inner) else {
        return inner.or(outer);
    };
    Some(match (outer, inner) {
        (Stamp::TimeOfDay(_) | Stamp::SinceBoot(_), _) | (_, Stamp::Absolute(_)) => inner,
        (_, Stamp::TimeOfDay(_) | Stamp::SinceBoot(_) | Stamp::Yearless { month: 0, .. }) => outer,
        (Stamp::Absolute(at), _) => match beside(inner, at) {
            Some(stated) if !same_moment(stated, at) => Stamp::Local(stated),
            _ => outer,
        },
        (Stamp::Local(at), Stamp::Yearless { .. }) => Offset::UTC
            .to_timestamp(at)
            .ok()
            .and_then(|at| beside(inner, at))
            .map_or(inner, Stamp::Local),
        (Stamp::Local(_), Stamp::Local(_)) | (Stamp::Yearless { .. }, _) => inner,
    })
}

/// Whether a civil time in an unknown zone can be the instant.
fn same_moment(stated: civil::DateTime, at: Timestamp) -> bool {
    Offset::UTC
        .to_timestamp(stated)
        .is_ok_and(|stated| stated.duration_since(at).abs() <= SAME_MOMENT)
}

#[cfg(test)]
mod tests;
