//! Masking of secrets at the edge of the report.
//!
//! In: strings of the bundle, as they are about to be shown. Out: the same strings with every
//! secret replaced by `[REDACTED kind]`, and how many were replaced. What a secret looks like
//! stands in [`detect`]; this file replaces what was found there and looks for what was left.
//!
//! Two properties hold for every text: masking a masked text changes nothing, and
//! [`find_secret`] finds nothing in a masked text.

mod detect;

pub use detect::Kind;

use crate::locator::Snippet;
use detect::{Found, find, find_first};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// How many values of each kind were masked.
pub type Counts = BTreeMap<Kind, u64>;

/// Masking one text can put two harmless halves side by side, so it is repeated; two rounds are
/// the most that was ever seen.
const ROUNDS: usize = 4;

/// What stands in place of a text that still looks like a secret after [`ROUNDS`].
const GIVEN_UP: &str = "[REDACTED text]";

/// The text with its secrets replaced, and how many there were of each kind.
pub fn mask(text: &str) -> (Cow<'_, str>, Counts) {
    let mut masker = Masker::default();
    let clean = masker.mask(text);
    (clean, masker.counts)
}

/// The kind of the first secret in bytes that are about to be written, if there is one.
///
/// Knows the disguises that our own writers give to text: HTML entities and JSON escapes.
pub fn find_secret(bytes: &[u8]) -> Option<Kind> {
    let text = String::from_utf8_lossy(bytes);
    // JSON inside HTML writes these three as escapes: they must read as they did when masked.
    let json = if text.contains("\\u00") {
        Cow::Owned(
            text.replace("\\u003c", "<")
                .replace("\\u003e", ">")
                .replace("\\u0026", "&"),
        )
    } else {
        text
    };
    find_first(&unescape_entities(&json))
}

/// Masks many strings and adds up what was masked.
#[derive(Debug, Default)]
pub struct Masker {
    counts: Counts,
}

impl Masker {
    /// What was masked so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// One string without its secrets.
    pub fn text(&mut self, text: &str) -> String {
        self.mask(text).into_owned()
    }

    /// A snippet without its secrets; its lines are judged together, because a private key or a
    /// name and its value may stand on several of them.
    pub fn snippet(&mut self, snippet: &Snippet) -> Snippet {
        let mut joined = String::new();
        let mut ends = Vec::new();
        let lines = snippet.before.iter().chain([&snippet.text]);
        for line in lines.chain(&snippet.after) {
            joined.push_str(line);
            ends.push(joined.len());
            joined.push('\n');
        }
        if find(&joined).is_empty() {
            return snippet.clone();
        }
        self.replace_lines(snippet, &joined, &ends)
    }

    /// Replaces secrets of the joined lines line by line, so that no line is lost.
    fn replace_lines(&mut self, snippet: &Snippet, joined: &str, ends: &[usize]) -> Snippet {
        let spans = merge(find(joined));
        self.count(&spans);
        let mut start = 0;
        let mut lines = Vec::new();
        let mut matched = snippet.matched;
        for (index, &end) in ends.iter().enumerate() {
            let line = joined.get(start..end).unwrap_or_default();
            let own = clip(&spans, start..end);
            if index == snippet.before.len() {
                matched = shift(&own, snippet.matched);
            }
            lines.push(replace(line, &own));
            start = end + 1;
        }
        // A last look at each line by itself: a line is also printed by itself.
        for line in &mut lines {
            if let Cow::Owned(again) = settle(line) {
                *line = again;
            }
        }
        let after = lines.split_off((snippet.before.len() + 1).min(lines.len()));
        let text = lines.pop().unwrap_or_default();
        let inside = |at: usize| at <= text.len() && text.is_char_boundary(at);
        if !(inside(matched.0) && inside(matched.1)) {
            matched = (0, 0);
        }
        Snippet {
            line: snippet.line,
            text,
            before: lines,
            after,
            matched,
        }
    }

    /// Masks and counts.
    fn mask<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        let spans = merge(find(text));
        if spans.is_empty() {
            return Cow::Borrowed(text);
        }
        self.count(&spans);
        let once = replace(text, &spans);
        Cow::Owned(settle(&once).into_owned())
    }

    /// Adds the spans to the counts.
    fn count(&mut self, spans: &[Found]) {
        for span in spans {
            *self.counts.entry(span.kind).or_default() += 1;
        }
    }
}

/// Masks until nothing is found any more; a text that never settles is given up as a whole.
fn settle(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..ROUNDS {
        let spans = merge(find(&text));
        if spans.is_empty() {
            return text;
        }
        text = Cow::Owned(replace(&text, &spans));
    }
    if find(&text).is_empty() {
        text
    } else {
        Cow::Borrowed(GIVEN_UP)
    }
}

/// Sorted spans that do not overlap: where two detectors see one secret, the wider text is hidden
/// under the name of the one that starts first.
fn merge(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|f| (f.range.start, std::cmp::Reverse(f.range.end), f.kind));
    let mut merged: Vec<Found> = Vec::new();
    for next in found {
        match merged.last_mut() {
            Some(last) if next.range.start < last.range.end => {
                last.range.end = last.range.end.max(next.range.end);
            }
            _ => merged.push(next),
        }
    }
    merged
}

/// The parts of the spans that lie on one line, counted from its start.
fn clip(spans: &[Found], line: Range<usize>) -> Vec<Found> {
    spans
        .iter()
        .filter(|span| span.range.start < line.end && span.range.end > line.start)
        .map(|span| Found {
            kind: span.kind,
            range: span.range.start.max(line.start) - line.start
                ..span.range.end.min(line.end) - line.start,
        })
        .collect()
}

/// The text with each span replaced.
fn replace(text: &str, spans: &[Found]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        out.push_str(text.get(at..span.range.start).unwrap_or_default());
        out.push_str(&marker(span.kind));
        at = span.range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// What stands in place of a secret.
fn marker(kind: Kind) -> String {
    format!("[REDACTED {kind}]")
}

/// Where a range of the text lies after the spans were replaced; an end inside a secret moves to
/// the secret's own end.
fn shift(spans: &[Found], (start, end): (usize, usize)) -> (usize, usize) {
    let place = |at: usize, to_end: bool| {
        let mut moved = at;
        for span in spans {
            let width = marker(span.kind).len();
            if span.range.end <= at {
                moved = moved + width - span.range.len();
            } else if span.range.start < at {
                let before = moved - (at - span.range.start);
                return if to_end { before + width } else { before };
            }
        }
        moved
    };
    (place(start, false), place(end, true))
}

/// The text with HTML entities replaced by what they stand for.
fn unescape_entities(text: &str) -> Cow<'_, str> {
    const ENTITIES: [(&str, &str); 9] = [
        ("&#38;", "&"),
        ("&amp;", "&"),
        ("&#60;", "<"),
        ("&lt;", "<"),
        ("&#62;", ">"),
        ("&gt;", ">"),
        ("&#34;", "\""),
        ("&quot;", "\""),
        ("&#39;", "'"),
    ];
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, _)) = rest.split_once('&') {
        let (head, tail) = rest.split_at(before.len());
        out.push_str(head);
        let known = ENTITIES
            .iter()
            .find_map(|(entity, plain)| Some((tail.strip_prefix(entity)?, plain)));
        if let Some((after, plain)) = known {
            out.push_str(plain);
            rest = after;
        } else {
            out.push('&');
            rest = tail.strip_prefix('&').unwrap_or_default();
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests;
