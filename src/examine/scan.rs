//! One search for all literals, then a regex on the hit's line only.
//!
//! In: a cleaned piece of a log. Out: its hits, grouped by matcher, writer and subject, counted,
//! with the first and last of each as samples. Which component's log it is, is not known here, so
//! matchers of all components take part; [`crate::rules::LogMatcher::accepts`] is asked later.
//!
//! The order of work on a piece keeps the cost of a line without a literal at that of the
//! search: a literal names its line; when the line is over, each matcher that had a literal on
//! it is confirmed once; lines that only quote a failure are dropped ([`crate::rules::guards`]); a
//! general rule is silenced by a specific one on the same line ([`silence`]); the rest is counted,
//! and texts are cut out for the samples that are kept only ([`sample`]).

mod about;
pub mod errors;
mod groups;
mod message;
mod object;
mod place;
mod sample;
mod silence;

pub use message::{TextSource, scan_event, scan_message};
pub use object::scan_object;
pub use sample::completed;

use super::lines;
use super::part::{About, ErrorGroup, HitGroup};
use super::prefix::{self, Prefix};
use super::templates::{self, ErrorLine};
use crate::limits::Limits;
use crate::rules::engine::{Engine, Sign};
use crate::rules::syntax::SubjectOf;
use crate::rules::{MatcherId, RuleSet};
use crate::time::Stamp;
use errors::Errors;
use groups::{Groups, Hit};
use memchr::{memchr, memchr_iter, memmem, memrchr};
use place::Place;
use sample::Samples;
use std::collections::VecDeque;
use std::ops::Range;

/// Bytes above a kernel's kill in which its report begins: older kernels write a table between.
const REPORT_BYTES: usize = 8 << 10;

/// What the lines of a text say.
#[derive(Debug, Default)]
pub struct Found {
    /// Hits, sorted by matcher, writer and subject.
    pub hits: Vec<HitGroup>,
    /// Error lines that no rule explains for sure, sorted by template.
    pub errors: Vec<ErrorGroup>,
    /// Error lines whose template was one too many.
    pub errors_left_out: u64,
}

/// Scans the lines of `text[body]` (the rest is context) and groups what they say. `first_line` is the number of the body's first line. The text has been
/// through [`super::lines::clean`]; the body begins and ends between lines.
pub fn scan_lines(
    text: &[u8],
    body: Range<usize>,
    first_line: u64,
    rules: &RuleSet,
    limits: &Limits,
) -> Found {
    let engine = rules.engine();
    let end = body.end.min(text.len());
    let body = body.start.min(end)..end;
    let mut scan = Scan {
        text,
        rules,
        engine,
        seen: vec![0; engine.logs.len()],
        candidates: Vec::new(),
        line: body.start..body.start,
        ordinal: 0,
        number: first_line,
        counted: body.start,
        body_start: body.start,
        sign: Sign::default(),
        groups: Groups::new(Samples {
            text,
            rules,
            limits,
        }),
        errors: Errors::new(limits),
        known: templates::Known::default(),
        pending: None,
        record: Record::default(),
        chains: VecDeque::new(),
    };
    for (literal, at) in engine.logs.find(text, body.clone()) {
        if at.end > scan.line.end || scan.ordinal == 0 {
            scan.finish_line();
            scan.begin_line(&at, body.end);
        }
        scan.note(literal, &at);
    }
    scan.finish_line();
    scan.count_pending();
    let (errors, errors_left_out) = scan.errors.finish(text);
    Found {
        hits: scan.groups.finish(),
        errors,
        errors_left_out,
    }
}

/// The state of one pass.
struct Scan<'a> {
    text: &'a [u8],
    rules: &'a RuleSet,
    engine: &'a Engine,
    /// For each literal the ordinal of the last line that had it: a line that repeats a literal a
    /// million times costs one regex.
    seen: Vec<u64>,
    /// Matchers with a literal on the current line, and where it stands in the text.
    candidates: Vec<(MatcherId, Range<usize>)>,
    /// The current line without its line end; nothing before the first.
    line: Range<usize>,
    /// Number of lines with a literal so far.
    ordinal: u64,
    /// Number of the line that holds `counted`.
    number: u64,
    /// Up to where line ends have been counted.
    counted: usize,
    /// Where the body begins in the text.
    body_start: usize,
    /// What the literals on the current line tell of it besides their matchers.
    sign: Sign,
    groups: Groups<'a>,
    errors: Errors<'a>,
    /// Templates of error lines before.
    known: templates::Known<'a>,
    /// The last error line, until it is known whether a rule hits a further line of its record.
    pending: Option<Pending<'a>>,
    /// The record that the last hit stands in.
    record: Record<'a>,
    /// The last failures that callers pass up, newest last.
    chains: VecDeque<Chain<'a>>,
}

/// Failures that may be passed up at one time: workers of a kubelet write in turn.
const CHAINS: usize = 16;

/// One failure of one object that each caller on the way up logs: `kuberuntime_sandbox.go`, then
/// `kuberuntime_manager.go`, then `pod_workers.go`.
struct Chain<'a> {
    /// Machine and program.
    writer: (Option<&'a str>, Option<&'a str>),
    about: About,
    /// When it was told first.
    stamp: Stamp,
    /// Where the record begins that told it last.
    record: usize,
    /// The source files that told it; one that tells it again means the next failure.
    sources: Vec<&'a str>,
    /// Matchers that were counted in it.
    told: Vec<MatcherId>,
}

/// A record with a hit in it, and what is known of it as a whole.
#[derive(Default)]
struct Record<'a> {
    /// From its first line to its last one.
    bytes: Range<usize>,
    /// The objects that one of its lines names.
    about: About,
    /// Time and source file that its first line states.
    told_by: Option<(Stamp, &'a str)>,
    /// Matchers that were counted in it.
    told: Vec<MatcherId>,
    /// Its lines above the body: hits on them were counted with the piece before.
    above: Vec<Range<usize>>,
}

/// An error line that is not counted yet.
struct Pending<'a> {
    error: ErrorLine<'a>,
    hit_by: Vec<MatcherId>,
    place: Place,
}

/// Lines of a record behind its first in which a hit explains the record.
const RECORD_LINES: u64 = 8;

impl<'a> Scan<'a> {
    /// Makes the line around `literal` the current one; it lies behind the one before.
    fn begin_line(&mut self, literal: &Range<usize>, body_end: usize) {
        let before = self
            .text
            .get(self.line.end..literal.start)
            .unwrap_or_default();
        let start = memrchr(b'\n', before).map_or(self.line.end, |end| self.line.end + end + 1);
        let after = self.text.get(literal.end..body_end).unwrap_or_default();
        let end = literal.end + memchr(b'\n', after).unwrap_or(after.len());
        let skipped = self.text.get(self.counted..start).unwrap_or_default();
        self.number += memchr_iter(b'\n', skipped).count() as u64;
        self.counted = start;
        self.line = start..end;
        self.ordinal += 1;
    }

    /// Notes the matchers of a literal on the current line, each literal once.
    fn note(&mut self, literal: usize, at: &Range<usize>) {
        if let Some(seen) = self.seen.get_mut(literal)
            && *seen != self.ordinal
        {
            *seen = self.ordinal;
            let sign = self.engine.sign(literal);
            self.sign.marks |= sign.marks;
            self.sign.quotes |= sign.quotes;
            let matchers = self.engine.logs.matchers(literal);
            self.candidates
                .extend(matchers.iter().map(|id| (*id, at.clone())));
        }
    }

    /// Decides what the current line is a hit of, and counts it.
    fn finish_line(&mut self) {
        let Sign { marks, quotes } = std::mem::take(&mut self.sign);
        if self.candidates.is_empty() {
            if marks {
                self.error(&[]);
            }
            return;
        }
        let raw = self.text.get(self.line.clone()).unwrap_or_default();
        let line = raw.strip_suffix(b"\r").unwrap_or(raw);
        let offset = self.line.start;
        let mut hits = self.hits(line);
        if hits.is_empty() {
            if marks {
                self.error(&[]);
            }
            return;
        }
        let prefix = prefix::parse(line);
        let guards = &self.engine.guards;
        let guard = if quotes {
            guards.quotes(line, prefix.message)
        } else {
            guards.quotes_at_front(line, prefix.message)
        };
        if let Some(guard) = guard {
            let rules = self.rules;
            let of_writer = |id| {
                let rule = rules.rule_of(id);
                rule.is_some_and(|rule| rule.subject == SubjectOf::Writer)
            };
            hits.retain(|(id, _)| guard.fails_itself && of_writer(*id));
            if hits.is_empty() {
                return;
            }
        }
        let ids: Vec<MatcherId> = hits.iter().map(|(id, _)| *id).collect();
        if !prefix.headed {
            self.explain_pending(&ids);
        }
        if marks && !ids.iter().any(|id| silence::is_explained(*id, self.rules)) {
            self.error(&ids);
        }
        self.enter_record(line, &prefix);
        let mut about = about::about(line);
        if !about::names_object(&about) && about::names_object(&self.record.about) {
            about = self.record.about.clone();
        }
        if about.pod.is_none() && about.uid.is_none() {
            let above = self.text.get(offset.saturating_sub(REPORT_BYTES)..offset);
            about.uid = about::killed_uid(above.unwrap_or_default(), line);
        }
        for (id, silenced_by) in silence::standing(&ids, self.rules) {
            // A record tells one occurrence, however many of its lines repeat the words.
            if self.record.told.contains(&id) || self.told_above(id) {
                continue;
            }
            self.record.told.push(id);
            let Some((_, literal)) = hits.iter().find(|(other, _)| *other == id) else {
                continue;
            };
            let Some(matcher) = self.rules.log_matcher(id) else {
                continue;
            };
            let telling = matcher
                .regex
                .as_ref()
                .filter(|regex| about::is_told_by(regex));
            let found = telling.and_then(|regex| regex.find_with_captures(line));
            let captures = found.as_ref().map_or(&[][..], |(_, captures)| captures);
            let about = about.refined(captures);
            if self.passed_up(id, &prefix, &about) {
                continue;
            }
            self.groups.add(Hit {
                matcher: id,
                host: prefix.host,
                unit: prefix.unit,
                about,
                silenced_by,
                timed: matcher.rate.is_some(),
                place: Place {
                    line: offset..offset + line.len(),
                    number: self.number,
                    literal: literal.clone(),
                    stamp: prefix.stamp,
                },
                found,
            });
        }
    }

    /// The matchers that hit the current line, in their order, and where the first literal of each
    /// stands in the text.
    fn hits(&mut self, line: &[u8]) -> Vec<(MatcherId, Range<usize>)> {
        let mut candidates = std::mem::take(&mut self.candidates);
        // A matcher with several of its literals on the line is tried once, at the first.
        candidates.sort_by_key(|(id, at)| (*id, at.start));
        candidates.dedup_by_key(|(id, _)| *id);
        let hit = |id: MatcherId| {
            let matcher = self.rules.log_matcher(id);
            matcher.is_some_and(|matcher| matcher.reads_logs() && matcher.matches(line))
        };
        let hits = candidates.drain(..).filter(|(id, _)| hit(*id)).collect();
        // The allocation is kept for the next line.
        self.candidates = candidates;
        hits
    }

    /// Makes the record around the current line, which has a hit, the one that is known. Only lines
    /// that show by their look that a record spans several are asked for the others: a value of
    /// klog that opens a block (`err=<`), and an indented line under a header.
    fn enter_record(&mut self, line: &'a [u8], prefix: &Prefix<'a>) {
        if self.line.start < self.record.bytes.end {
            return;
        }
        let message = line.get(prefix.wrapped..).unwrap_or_default();
        let inside = !prefix.headed && message.first().is_some_and(|byte| b" \t".contains(byte));
        let lines = if inside || line.ends_with(b"=<") {
            lines::record(self.text, self.line.clone())
        } else {
            vec![]
        };
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
            self.record = Record {
                bytes: self.line.clone(),
                told_by: prefix.stamp.zip(prefix.source),
                ..Record::default()
            };
            return;
        };
        let all: &'a [u8] = self.text;
        let text = |line: &Range<usize>| all.get(line.clone()).unwrap_or_default();
        let head = prefix::parse(text(first));
        let mut named = lines.iter().map(|line| about::about(text(line)));
        let about = named.find(about::names_object).unwrap_or_default();
        self.record = Record {
            bytes: first.start..last.end,
            about,
            told_by: head.stamp.zip(head.source),
            told: vec![],
            above: Vec::new(),
        };
        let above = lines
            .into_iter()
            .filter(|line| line.start < self.body_start);
        self.record.above = above.collect();
    }

    /// Whether another source file told this matcher's failure of the same object a moment ago, so
    /// that this record only passes it up. Notes it for the records that follow.
    fn passed_up(&mut self, id: MatcherId, prefix: &Prefix<'a>, about: &About) -> bool {
        let Some((stamp, source)) = self.record.told_by.filter(|_| about::names_object(about))
        else {
            return false;
        };
        let record = self.record.bytes.start;
        let writer = (prefix.host, prefix.unit);
        let mut chains = self.chains.iter_mut().rev();
        let chain = chains.find(|chain| {
            let same = chain.writer == writer && chain.about == *about;
            same && lines::at_once(chain.stamp, stamp)
        });
        if let Some(chain) = chain
            && (chain.record == record || !chain.sources.contains(&source))
        {
            if chain.record != record {
                chain.record = record;
                chain.sources.push(source);
            }
            let told = chain.told.contains(&id);
            if !told {
                chain.told.push(id);
            }
            return told;
        }
        if self.chains.len() >= CHAINS {
            self.chains.pop_front();
        }
        self.chains.push_back(Chain {
            writer,
            about: about.clone(),
            stamp,
            record,
            sources: vec![source],
            told: vec![id],
        });
        false
    }

    /// Whether the record that is known has a hit of this matcher above the body.
    fn told_above(&self, id: MatcherId) -> bool {
        let Some(matcher) = self.rules.log_matcher(id) else {
            return false;
        };
        self.record.above.iter().any(|line| {
            let line = self.text.get(line.clone()).unwrap_or_default();
            let mut literals = matcher.literals.iter();
            literals.any(|literal| memmem::find(line, literal.as_bytes()).is_some())
                && matcher.matches(line)
        })
    }

    /// Notes the current line if it reports an error; `hit_by` are matchers that may explain it.
    fn error(&mut self, hit_by: &[MatcherId]) {
        let text: &'a [u8] = self.text;
        let raw = text.get(self.line.clone()).unwrap_or_default();
        let line = raw.strip_suffix(b"\r").unwrap_or(raw);
        let next = lines::value_below(text, &self.line);
        let Some(error) = templates::error_line(line, next, &mut self.known) else {
            return;
        };
        if error.bare && self.belongs_above() {
            return;
        }
        self.count_pending();
        self.pending = Some(Pending {
            place: Place {
                line: self.line.start..self.line.start + line.len(),
                number: self.number,
                literal: self.line.start..self.line.start,
                stamp: error.prefix.stamp,
            },
            hit_by: hit_by.to_vec(),
            error,
        });
    }

    /// Counts the error line before, now that its record is over.
    fn count_pending(&mut self) {
        if let Some(pending) = self.pending.take() {
            self.errors
                .add(pending.error, &pending.hit_by, pending.place);
        }
    }

    /// Notes hits on the current line, which has no header: they are about the record it stands in.
    fn explain_pending(&mut self, ids: &[MatcherId]) {
        let number = self.number;
        let near = |pending: &Pending<'_>| number <= pending.place.number + RECORD_LINES;
        if !self.pending.as_ref().is_some_and(near) {
            return;
        }
        if ids.iter().any(|id| silence::is_explained(*id, self.rules)) {
            self.pending = None;
        } else if let Some(pending) = &mut self.pending {
            pending.hit_by.extend(ids);
            pending.hit_by.sort_unstable();
            pending.hit_by.dedup();
        }
    }

    /// Whether the current line, which has no header, goes on with an error that is counted.
    fn belongs_above(&mut self) -> bool {
        let text: &'a [u8] = self.text;
        let head = lines::head(text, self.line.clone());
        let line = text.get(head.clone()).unwrap_or_default();
        head != self.line
            && templates::error_line(line, None, &mut self.known).is_some_and(|head| !head.bare)
    }
}

#[cfg(test)]
mod tests;
