//! Room 2: from the bytes of one piece of an entry to facts.
//!
//! One pure function, [`Examiner::examine`]: it parses objects, scans lines against the compiled rules,
//! keeps hits with short excerpts, and drops the bytes. How the bytes are read ([`part::Shape`])
//! is decided from the entry's name and first bytes alone, so that the order of entries in an
//! archive can never matter; whose file it is in its bundle's format is decided later, when all
//! names are known ([`crate::layout`]).

mod collector;
pub mod facts;
mod kollect;
pub mod lines;
mod objects;
pub mod part;
mod pasted;
pub mod prefix;
pub mod proof;
mod quoting;
pub mod scan;
mod sections;
pub mod shape;
mod snippet;
mod started;
pub mod templates;

pub use part::{Part, Shape};

use crate::gap::{Gap, GapReason};
use crate::ingest::{Chunk, Cut, HEAD_BYTES};
use crate::limits::Limits;
use crate::locator::EntryPath;
use crate::rules::RuleSet;
use part::LogPart;
use std::borrow::Cow;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What journalctl prints for a unit without a line.
const NO_ENTRIES: &[u8] = b"-- No entries --";

/// What examining needs besides the bytes.
#[derive(Clone, Copy)]
pub struct Examiner<'a> {
    /// The rules of the run.
    pub rules: &'a RuleSet,
    /// Bounds on what is kept.
    pub limits: &'a Limits,
}

impl Examiner<'_> {
    /// Examines one piece. A panic while doing so is a bug of ours, but it must not cost the user
    /// the other entries: it becomes a gap.
    pub fn examine(self, chunk: &Chunk) -> Part {
        catch_unwind(AssertUnwindSafe(|| self.read(chunk))).unwrap_or_else(|_| {
            let mut part = empty_part(chunk, Shape::Opaque);
            part.gaps.push(Gap {
                locator: chunk.path.line(chunk.first_line),
                reason: GapReason::Malformed {
                    detail: "the analyzer failed on it; please report this as a bug".into(),
                },
            });
            part
        })
    }

    /// The examination itself.
    fn read(self, chunk: &Chunk) -> Part {
        let Some(body) = chunk.bytes.get(chunk.body.clone()) else {
            return empty_part(chunk, Shape::Opaque);
        };
        let shape = shape_of(chunk, body);
        let mut part = empty_part(chunk, shape);
        part.digest = xxhash_rust::xxh3::xxh3_128(body);
        match shape {
            Shape::Opaque => {}
            Shape::Log => {
                let log = self.log(&chunk.bytes, chunk.body.clone(), chunk.first_line);
                part.logs.push(log);
                let started = started::versions(body, chunk.first_line, self.limits);
                part.collector.extend(started);
                let file = chunk.path.file_name();
                let (number, line) = (chunk.piece, chunk.first_line);
                let told = collector::text::read(body, file, number, line, self.limits);
                part.collector.extend(told.facts);
                part.gaps.extend(told.error.map(|detail| Gap {
                    locator: chunk.path.line(line),
                    reason: GapReason::NotCollected { detail },
                }));
                let console = kollect::of_console(body, chunk.first_line, self.limits);
                part.collector.extend(console);
            }
            Shape::Sections => sections::read(self, chunk, &mut part),
            Shape::Json | Shape::Yaml | Shape::Describe | Shape::Table => {
                let body = quoting::plain(body);
                objects::read(self, &body, shape, chunk.first_line, &mut part);
            }
            Shape::Pasted => {
                let body = quoting::plain(body);
                objects::read_pasted(self, &body, chunk.first_line, &mut part);
            }
        }
        // Parts are kept until all are read; what they grew into is up to twice what they need.
        part.objects.shrink_to_fit();
        part.events.shrink_to_fit();
        part.logs.shrink_to_fit();
        part
    }

    /// Surveys and scans the lines of `text[body]`; what stands around them is context.
    fn log(self, text: &[u8], body: Range<usize>, first_line: u64) -> LogPart {
        let (text, body) = cleaned(text, body);
        let own = text.get(body.clone()).unwrap_or_default();
        if own.trim_ascii() == NO_ENTRIES {
            // The journal was asked and had nothing: no line of the component was read.
            return LogPart {
                first_line,
                bytes: own.len() as u64,
                ..LogPart::default()
            };
        }
        let survey = lines::survey(own);
        let found = scan::scan_lines(&text, body, first_line, self.rules, self.limits);
        LogPart {
            section: None,
            first_line,
            lines: survey.lines,
            bytes: own.len() as u64,
            first: survey.first,
            last: survey.last,
            latest_absolute: survey.latest_absolute,
            year: survey.last.and_then(|last| lines::year_beside(own, last)),
            tags: survey.tags,
            component_hint: survey.component_hint,
            rhythm: survey.rhythm,
            tail: lines::tail(own, first_line, survey.lines, self.limits),
            hits: found.hits,
            errors: found.errors,
            errors_left_out: found.errors_left_out,
            fetch_error: None,
        }
    }
}

/// How to cut an entry with this name and these first bytes; what [`crate::ingest`] asks.
pub fn cut_for(path: &EntryPath, head: &[u8]) -> Cut {
    shape::cut_of(path, head)
}

/// The shape that the piece was cut for; documents are whole, so their first bytes are at hand.
fn shape_of(chunk: &Chunk, body: &[u8]) -> Shape {
    match chunk.cut {
        Cut::Lines => Shape::Log,
        Cut::Sections => Shape::Sections,
        Cut::Skip | Cut::LeaveOut(_) => Shape::Opaque,
        Cut::Whole => shape::shape(&chunk.path, head(body)),
    }
}

/// The first bytes that a shape is told from: as many as ingest showed when it asked.
fn head(body: &[u8]) -> &[u8] {
    body.get(..HEAD_BYTES).unwrap_or(body)
}

/// Cleans the context and the body apart, so that the body's place is still known.
fn cleaned(text: &[u8], body: Range<usize>) -> (Cow<'_, [u8]>, Range<usize>) {
    let own = lines::clean(text.get(body.clone()).unwrap_or_default());
    let Cow::Owned(own) = own else {
        return (Cow::Borrowed(text), body);
    };
    let lead = text.get(..body.start).unwrap_or_default();
    let trail = text.get(body.end..).unwrap_or_default();
    let place = lead.len()..lead.len() + own.len();
    (Cow::Owned([lead, &own, trail].concat()), place)
}

/// A part that holds nothing yet.
fn empty_part(chunk: &Chunk, shape: Shape) -> Part {
    Part {
        path: chunk.path.clone(),
        piece: chunk.piece,
        shape,
        bytes: chunk.body.len() as u64,
        digest: 0,
        modified: chunk.modified,
        logs: vec![],
        objects: vec![],
        events: vec![],
        quiet_events: part::QuietEvents::default(),
        kinds: std::collections::BTreeMap::new(),
        listed: std::collections::BTreeSet::new(),
        collector: vec![],
        told_events: part::ToldEvents::default(),
        gaps: vec![],
    }
}
