//! The secret values of one report, known once they were masked anywhere.
//!
//! A value that stands beside its name in one line stands without it in another: in a title, in an
//! event, at the end of a text that was cut. What was masked once is masked everywhere, and the
//! last look refuses a report in which one is left.

use super::{Found, Kind, values};
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::BTreeMap;

/// Values kept; more than that are only masked where they are recognised.
const MOST: usize = 5_000;

/// Shortest value that is looked for elsewhere: shorter ones are words of ordinary text.
const SHORTEST: usize = 8;

/// A secret value: what it is, and where it was masked first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) kind: Kind,
    pub(super) source: String,
}

/// Values that were masked. They are never shown: neither printed nor part of a debug output.
#[derive(Clone, Default)]
pub struct Secrets {
    values: BTreeMap<String, Origin>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} secrets", self.values.len())
    }
}

impl Secrets {
    /// Notes a value that was masked in `source`, if it can be told from ordinary words.
    pub(super) fn note(&mut self, value: &str, kind: Kind, source: &str) {
        let value = value.trim_matches(|c: char| !c.is_alphanumeric());
        if value.len() >= SHORTEST && is_distinct(value) {
            self.add(value, kind, source);
        }
    }

    /// Notes a value whatever it looks like, unless it is a piece of a mask, which all masks have.
    pub fn insist(&mut self, value: &str, kind: Kind, source: &str) {
        if !kind.mask().contains(value) {
            self.add(value, kind, source);
        }
    }

    /// Keeps a value, unless it is too short or there are too many.
    fn add(&mut self, value: &str, kind: Kind, source: &str) {
        if value.len() >= 4 && self.values.len() < MOST && !self.values.contains_key(value) {
            let source = source.to_owned();
            self.values
                .insert(value.to_owned(), Origin { kind, source });
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// A search for all of them; `None` where there is none.
    pub(super) fn search(&self) -> Option<Search> {
        if self.is_empty() {
            return None;
        }
        let values: Vec<(String, Origin)> = self.values.clone().into_iter().collect();
        let all = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(values.iter().map(|(value, _)| value))
            .ok()?;
        Some(Search { all, values })
    }
}

/// Finds known values in text.
#[derive(Debug, Clone)]
pub(super) struct Search {
    all: AhoCorasick,
    values: Vec<(String, Origin)>,
}

impl Search {
    /// Every known value in the text, and the begin of one at its end.
    pub(super) fn find(&self, text: &str, found: &mut Vec<Found>) {
        for hit in self.all.find_iter(text) {
            if let Some((_, origin)) = self.values.get(hit.pattern().as_usize()) {
                found.push(Found {
                    kind: origin.kind,
                    range: hit.range(),
                });
            }
        }
        let cut = text.trim_end_matches(['…', '.', '"', '\'', ' ']);
        for (value, origin) in &self.values {
            // A begin is no longer than the value: what stands further ahead cannot be one.
            let from = cut.ceil_char_boundary(cut.len().saturating_sub(value.len()));
            let tail = cut.get(from..).unwrap_or_default();
            let Some(head) = value.get(..SHORTEST) else {
                continue;
            };
            if let Some(at) = tail.rfind(head)
                && let Some(rest) = tail.get(at..)
                && value.starts_with(rest)
            {
                let at = from + at;
                found.push(Found {
                    kind: origin.kind,
                    range: at..cut.len(),
                });
            }
        }
    }

    /// The first known value in the text: what it is, and where it was masked.
    pub(super) fn first(&self, text: &str) -> Option<(&str, &Origin)> {
        let hit = self.all.find(text)?;
        let (value, origin) = self.values.get(hit.pattern().as_usize())?;
        Some((value, origin))
    }
}

/// Whether a value is no ordinary word or name, so that it means the same wherever it stands.
fn is_distinct(value: &str) -> bool {
    !values::is_ordinary(value)
}
