//! Where the literals of all matchers of a kind stand in a text, at a cost that hardly grows with
//! their number.
//!
//! In: distinct literals, each with its matchers. Out: for a text every place of every literal.
//!
//! An automaton over all literals reads every byte and waits for the load before it at each; the
//! more literals, the more of its states are in use and the slower is each load. So none is walked
//! here. Each literal is known by two of its windows of four bytes, the rarest ones ([`mod@windows`]),
//! one for each parity of the place where it may stand. Every second place of a text is then asked
//! whether one of these windows begins there ([`filter`]), which needs no other place's answer,
//! and only where one does is the literal compared.

mod filter;
mod windows;

pub(super) use windows::Rarity;

use super::matcher::MatcherId;
use filter::{Candidate, Filter};
use std::collections::BTreeMap;
use std::ops::Range;
use windows::windows;

/// Distinct literals, the matchers of each, and what finds them.
#[derive(Debug, Clone)]
pub struct LiteralIndex {
    filter: Filter,
    literals: Vec<Box<[u8]>>,
    matchers: Vec<Box<[MatcherId]>>,
}

impl LiteralIndex {
    /// Prepares the search for literals of three bytes or more; `rarity` tells which of their
    /// windows logs seldom hold.
    pub(super) fn new(literals: BTreeMap<&str, Vec<MatcherId>>, rarity: &Rarity) -> Self {
        let filter = Filter::new(
            literals
                .keys()
                .zip(0..)
                .flat_map(|(literal, number)| windows(literal.as_bytes(), number, rarity))
                .collect(),
        );
        let (literals, matchers): (Vec<_>, Vec<_>) = literals
            .into_iter()
            .map(|(literal, matchers)| (literal.as_bytes().into(), matchers.into_boxed_slice()))
            .unzip();
        Self {
            filter,
            literals,
            matchers,
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
    pub fn find(&self, text: &[u8], range: Range<usize>) -> Vec<(usize, Range<usize>)> {
        let base = range.start;
        let Some(text) = text.get(range).filter(|_| !self.is_empty()) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        self.filter
            .candidates(text, |Candidate { literal, start }| {
                let bytes = self.literals.get(literal).map_or(&[][..], |bytes| bytes);
                let end = start + bytes.len();
                if text.get(start..end) == Some(bytes) {
                    found.push((literal, base + start..base + end));
                }
            });
        // Nearly in order already: windows come in the order of the text.
        found.sort_by_key(|(literal, at)| (at.end, *literal));
        found
    }

    /// Matchers that a literal belongs to.
    pub fn matchers(&self, literal: usize) -> &[MatcherId] {
        self.matchers.get(literal).map_or(&[], |matchers| matchers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn index(literals: &[&'static str]) -> LiteralIndex {
        let numbered = literals.iter().zip(0..);
        LiteralIndex::new(
            numbered
                .map(|(literal, id)| (*literal, vec![MatcherId(id)]))
                .collect(),
            &Rarity::of(std::iter::empty()),
        )
    }

    /// Every place of every literal, found one literal and one place at a time.
    fn naive(literals: &[&str], text: &[u8]) -> Vec<(String, Range<usize>)> {
        let mut found = Vec::new();
        for literal in literals {
            for start in 0..text.len() {
                if text[start..].starts_with(literal.as_bytes()) {
                    found.push(((*literal).to_owned(), start..start + literal.len()));
                }
            }
        }
        found.sort_by(|a, b| (a.1.end, &a.0).cmp(&(b.1.end, &b.0)));
        found
    }

    #[test]
    fn overlapping_literals_are_all_found_within_the_range() {
        let literals = BTreeMap::from([
            ("bcde", vec![MatcherId(0)]),
            ("abcdefg", vec![MatcherId(1)]),
            ("cde", vec![MatcherId(2), MatcherId(3)]),
        ]);
        let index = LiteralIndex::new(literals, &Rarity::of(std::iter::empty()));
        let found = |range| {
            let mut names: Vec<_> = index
                .find(b"..abcdefg..", range)
                .into_iter()
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
        assert_eq!(found(0..11), [(0, 3..7), (1, 2..9), (2, 4..7), (3, 4..7)]);
        assert_eq!(found(3..7), [(0, 3..7), (2, 4..7), (3, 4..7)]);
        assert_eq!(found(4..7), [(2, 4..7), (3, 4..7)]);
        assert_eq!(found(3..99), []);
    }

    #[test]
    fn a_set_without_literals_finds_nothing() {
        assert_eq!(index(&[]).find(b"abc", 0..3), []);
    }

    proptest! {
        #[test]
        fn it_finds_what_a_naive_search_finds(text in "[abc\n]{0,120}", from in 0_usize..8) {
            let literals = ["abc", "bcab", "cacac", "bbbbbbb"];
            let index = index(&literals);
            let mut sorted = literals;
            sorted.sort_unstable();
            let text = text.into_bytes();
            let from = from.min(text.len());
            let found: Vec<_> = index
                .find(&text, from..text.len())
                .into_iter()
                .map(|(literal, at)| (sorted[literal].to_owned(), at))
                .collect();
            let mut expected = naive(&literals, &text);
            expected.retain(|(_, at)| at.start >= from);
            prop_assert_eq!(found, expected);
        }
    }
}
