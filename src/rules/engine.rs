//! Which matchers may hit a text: found in one pass, before any regex is tried.
//!
//! One Aho-Corasick automaton holds the literals of all log matchers. It is a DFA, asked for by
//! name: the crate would pick a contiguous NFA for this many literals, which is less than half as
//! fast on logs. It reports overlapping matches: with leftmost ones, a literal would hide every
//! other that overlaps it, and with it a rule.

use super::RuleSet;
use super::guards::Guards;
use super::matcher::{Matcher, MatcherId};
use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind, StartKind};
use std::collections::BTreeMap;
use std::ops::Range;

/// Indexes over the matchers of a set.
#[derive(Debug)]
pub struct Engine {
    /// Literals of log matchers.
    pub logs: LiteralIndex,
    /// Literals of event matchers.
    pub events: LiteralIndex,
    /// Lines that only quote a failure.
    pub guards: Guards,
    /// Event matchers without a literal, by reason.
    by_reason: BTreeMap<String, Vec<MatcherId>>,
    /// Object matchers by kind.
    by_kind: BTreeMap<String, Vec<MatcherId>>,
}

impl Engine {
    /// Builds the indexes of a set.
    pub(super) fn new(rules: &RuleSet) -> Self {
        let mut logs = BTreeMap::new();
        let mut events = BTreeMap::new();
        let mut by_reason = BTreeMap::<String, Vec<MatcherId>>::new();
        let mut by_kind = BTreeMap::<String, Vec<MatcherId>>::new();
        for (id, matcher) in rules.matchers() {
            match matcher {
                Matcher::Log(matcher) => note(&mut logs, &matcher.literals, id),
                Matcher::Event(matcher) if matcher.literals.is_empty() => {
                    for reason in &matcher.reasons {
                        by_reason.entry(reason.clone()).or_default().push(id);
                    }
                }
                Matcher::Event(matcher) => note(&mut events, &matcher.literals, id),
                Matcher::Object(matcher) => {
                    by_kind.entry(matcher.kind.clone()).or_default().push(id);
                }
            }
        }
        Self {
            logs: LiteralIndex::new(logs),
            events: LiteralIndex::new(events),
            guards: Guards::builtin(),
            by_reason,
            by_kind,
        }
    }

    /// Event matchers that look at the reason alone to become a candidate.
    pub fn by_reason(&self, reason: &str) -> &[MatcherId] {
        self.by_reason.get(reason).map_or(&[], Vec::as_slice)
    }

    /// Object matchers of a kind.
    pub fn by_kind(&self, kind: &str) -> &[MatcherId] {
        self.by_kind.get(kind).map_or(&[], Vec::as_slice)
    }
}

/// Adds a matcher under each of its literals.
fn note<'a>(index: &mut BTreeMap<&'a str, Vec<MatcherId>>, literals: &'a [String], id: MatcherId) {
    for literal in literals {
        let matchers = index.entry(literal).or_default();
        if matchers.last() != Some(&id) {
            matchers.push(id);
        }
    }
}

/// An automaton over distinct literals, and the matchers of each.
#[derive(Debug)]
pub struct LiteralIndex {
    automaton: AhoCorasick,
    matchers: Vec<Box<[MatcherId]>>,
}

impl LiteralIndex {
    /// Builds the automaton.
    fn new(literals: BTreeMap<&str, Vec<MatcherId>>) -> Self {
        let build = |kind| {
            AhoCorasick::builder()
                .kind(kind)
                .match_kind(MatchKind::Standard)
                .start_kind(StartKind::Unanchored)
                // Logs are full of the first bytes of literals: a prefilter only stutters.
                .prefilter(false)
                .build(literals.keys())
        };
        let automaton = build(Some(AhoCorasickKind::DFA))
            .or_else(|_| build(Some(AhoCorasickKind::NoncontiguousNFA)))
            .expect("literals are short: 2^31 bytes of them would not fit in rule files");
        Self {
            automaton,
            matchers: literals.into_values().map(Vec::into_boxed_slice).collect(),
        }
    }

    /// Number of distinct literals.
    pub fn len(&self) -> usize {
        self.matchers.len()
    }

    /// Whether there is no literal at all.
    pub fn is_empty(&self) -> bool {
        self.matchers.is_empty()
    }

    /// Every place in `text[range]` where a literal stands, with the number of the literal, in the
    /// order of their ends; literals that overlap are all reported.
    pub fn find<'a>(
        &'a self,
        text: &'a [u8],
        range: Range<usize>,
    ) -> impl Iterator<Item = (usize, Range<usize>)> + 'a {
        let nothing = self.is_empty() || range.end > text.len() || range.start > range.end;
        let range = if nothing { 0..0 } else { range };
        self.automaton
            .find_overlapping_iter(Input::new(text).range(range))
            .map(|found| (found.pattern().as_usize(), found.range()))
    }

    /// Matchers that a literal belongs to.
    pub fn matchers(&self, literal: usize) -> &[MatcherId] {
        self.matchers.get(literal).map_or(&[], |matchers| matchers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_literals_are_all_found_within_the_range() {
        let index = LiteralIndex::new(BTreeMap::from([
            ("bcd", vec![MatcherId(0)]),
            ("abcde", vec![MatcherId(1)]),
            ("cd", vec![MatcherId(2), MatcherId(3)]),
        ]));
        let found = |range| {
            let mut names: Vec<_> = index
                .find(b"..abcde..", range)
                .flat_map(|(literal, at)| {
                    index
                        .matchers(literal)
                        .iter()
                        .map(move |m| (m.0, at.clone()))
                })
                .collect();
            names.sort_by_key(|(id, _)| *id);
            names
        };
        assert_eq!(found(0..9), [(0, 3..6), (1, 2..7), (2, 4..6), (3, 4..6)]);
        assert_eq!(found(3..6), [(0, 3..6), (2, 4..6), (3, 4..6)]);
        assert_eq!(found(3..99), []);
    }

    #[test]
    fn a_set_without_literals_finds_nothing() {
        let index = LiteralIndex::new(BTreeMap::new());
        assert_eq!(index.find(b"abc", 0..3).count(), 0);
    }
}
