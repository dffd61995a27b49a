//! Replaces what was found.

use super::known::Search;
use super::{Found, Kind, Secrets};
use crate::locator::{Around, Snippet};
use crate::redact::search::find;
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

/// Masks many strings, adds up what was masked, and remembers the values.
#[derive(Debug, Default)]
pub struct Masker {
    counts: Counts,
    /// Values that are masked wherever they stand.
    known: Option<Search>,
    seen: Secrets,
    /// What is being masked, for the messages of the last look.
    source: String,
    off: bool,
}

impl Masker {
    /// Masks these values as well, wherever they stand.
    pub fn with(known: &Secrets) -> Self {
        Self {
            known: known.search(),
            ..Self::default()
        }
    }

    /// Masks nothing: what the last look does without masking.
    pub fn off() -> Self {
        Self {
            off: true,
            ..Self::default()
        }
    }

    /// Says where the texts that follow come from.
    pub fn enter(&mut self, source: &str) {
        source.clone_into(&mut self.source);
    }

    /// What was masked so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The values that were masked.
    pub fn into_seen(self) -> Secrets {
        self.seen
    }

    /// One string without its secrets.
    pub fn text(&mut self, text: &str) -> String {
        self.mask(text).into_owned()
    }

    /// A snippet without its secrets. Its lines are judged together and with what stood around
    /// them, because a private key or a name and its value may stand on several, or beyond a cut.
    pub fn snippet(&mut self, snippet: &Snippet) -> Snippet {
        let none = Around::default();
        let around = snippet.around.as_deref().unwrap_or(&none);
        let mut joined = around.above.clone();
        let mut places = Vec::new();
        let own = snippet.text.split('\n');
        let lines = snippet.before.iter().map(String::as_str).chain(own);
        for (index, line) in lines
            .chain(snippet.after.iter().map(String::as_str))
            .enumerate()
        {
            let cut = around.cuts.iter().find(|cut| cut.line == index);
            let (left, right) = cut.map_or(("", ""), |cut| (&cut.left, &cut.right));
            let core = if left.is_empty() {
                line
            } else {
                line.trim_start_matches('…')
            };
            let head = line.len() - core.len();
            let core = if right.is_empty() {
                core
            } else {
                core.trim_end_matches('…')
            };
            joined.push_str(left);
            let start = joined.len();
            joined.push_str(core);
            places.push((start..joined.len(), line, head));
            joined.push_str(right);
            joined.push('\n');
        }
        joined.push_str(&around.below);
        let spans = self.spans(&joined);
        if spans.is_empty() || self.off {
            return Snippet {
                around: None,
                ..snippet.clone()
            };
        }
        self.count(&joined, &spans, &places);
        self.replace_lines(snippet, &spans, &places)
    }

    /// Replaces secrets of the joined lines line by line, so that no line is lost.
    fn replace_lines(&self, snippet: &Snippet, spans: &[Found], places: &[Placed<'_>]) -> Snippet {
        let first = snippet.before.len();
        let rows = snippet.text.split('\n').count();
        let mut lines = Vec::new();
        let mut own: Vec<Found> = Vec::new();
        let mut offset = 0;
        for (index, (range, line, head)) in places.iter().enumerate() {
            let mut here = clip(spans, range.clone());
            for span in &mut here {
                span.range = span.range.start + head..span.range.end + head;
            }
            lines.push(replace(line, &here));
            if (first..first + rows).contains(&index) {
                own.extend(here.into_iter().map(|span| Found {
                    kind: span.kind,
                    range: span.range.start + offset..span.range.end + offset,
                }));
                offset += line.len() + 1;
            }
        }
        let matched = shift(&own, snippet.matched);
        // A last look at each line by itself: a line is also printed by itself.
        for line in &mut lines {
            if let Cow::Owned(again) = self.settle(line) {
                *line = again;
            }
        }
        let after = lines.split_off((first + rows).min(lines.len()));
        let text = lines.split_off(first.min(lines.len())).join("\n");
        let inside = |at: usize| at <= text.len() && text.is_char_boundary(at);
        let matched = if inside(matched.0) && inside(matched.1) {
            matched
        } else {
            (0, 0)
        };
        Snippet {
            line: snippet.line,
            text,
            before: lines,
            after,
            matched,
            around: None,
        }
    }

    /// Masks and counts.
    fn mask<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        let spans = self.spans(text);
        if spans.is_empty() || self.off {
            return Cow::Borrowed(text);
        }
        self.count(text, &spans, &[(0..text.len(), text, 0)]);
        let once = replace(text, &spans);
        Cow::Owned(self.settle(&once).into_owned())
    }

    /// What is to be replaced: what is recognised, and what is known.
    fn spans(&self, text: &str) -> Vec<Found> {
        let mut found = find(text);
        if let Some(known) = &self.known {
            known.find(text, &mut found);
            super::search::clear_of_masks(text, &mut found);
        }
        merge(found)
    }

    /// Notes all values, and counts those that stand in a part that is shown.
    fn count(&mut self, text: &str, spans: &[Found], shown: &[Placed<'_>]) {
        for span in spans {
            let value = text.get(span.range.clone()).unwrap_or_default();
            let key = |word: &str| {
                let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
                word.len() >= 16 && word.bytes().all(plain)
            };
            for word in value.split_whitespace() {
                if span.kind != Kind::PrivateKey || key(word) {
                    self.seen.note(word, span.kind, &self.source);
                }
            }
            let overlaps = |(place, ..): &Placed<'_>| {
                span.range.start < place.end && place.start < span.range.end
            };
            if shown.iter().any(overlaps) {
                *self.counts.entry(span.kind).or_default() += 1;
            }
        }
    }

    /// Masks until nothing is found any more; a text that never settles is given up as a whole.
    fn settle<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for _ in 0..ROUNDS {
            let spans = self.spans(&text);
            if spans.is_empty() {
                return text;
            }
            text = Cow::Owned(replace(&text, &spans));
        }
        if self.spans(&text).is_empty() {
            text
        } else {
            Cow::Borrowed(GIVEN_UP)
        }
    }
}

/// A line that is shown: where it stands in the joined text, the line, and the bytes before it that
/// only say that it was cut.
type Placed<'a> = (Range<usize>, &'a str, usize);

/// Sorted spans that do not overlap: where two detectors see one secret, the wider text is hidden
/// under the name of the one that starts first.
fn merge(mut found: Vec<Found>) -> Vec<Found> {
    // Of two names for the same text the one that says more.
    let general = |kind: Kind| matches!(kind, Kind::ApiKey | Kind::BearerToken | Kind::Password);
    found.sort_by_key(|f| {
        let end = std::cmp::Reverse(f.range.end);
        (f.range.start, end, general(f.kind), f.kind)
    });
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
        out.push_str(&span.kind.mask());
        at = span.range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Where a range of the text lies after the spans were replaced; an end inside a secret moves to
/// the secret's own end.
fn shift(spans: &[Found], (start, end): (usize, usize)) -> (usize, usize) {
    let place = |at: usize, to_end: bool| {
        let mut moved = at;
        for span in spans {
            let width = span.kind.mask().len();
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
