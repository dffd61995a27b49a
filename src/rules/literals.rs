//! All literals of a kind of matcher in one automaton, searched at the speed of memory and not of
//! its latency.
//!
//! A DFA step is one load that depends on the load before: a core spends most of the time waiting.
//! Literals never hold a line end, so a text falls into parts that can be searched independently
//! at any line end. Four parts are walked in lockstep, and four loads are under way at once.

use super::matcher::MatcherId;
use aho_corasick::automaton::{Automaton as _, StateID};
use aho_corasick::dfa::DFA;
use aho_corasick::{Anchored, MatchKind, StartKind};
use std::collections::BTreeMap;
use std::ops::Range;

/// Parts that are searched in lockstep.
const LANES: usize = 4;
/// Below this length of a part, setting up lanes costs more than it saves.
const SHORT: usize = 4 << 10;

/// An automaton over distinct literals, and the matchers of each.
#[derive(Debug)]
pub struct LiteralIndex {
    dfa: DFA,
    start: StateID,
    matchers: Vec<Box<[MatcherId]>>,
}

/// One walk through one part of a text.
struct Lane {
    /// The bytes that are left.
    rest: Range<usize>,
    state: StateID,
    found: Vec<(usize, Range<usize>)>,
}

impl LiteralIndex {
    /// Builds the automaton. It is a DFA, asked for by name: the crate would pick a contiguous NFA
    /// for this many literals, which is less than half as fast on logs. A prefilter is left out:
    /// logs are full of the first bytes of literals, so it only stutters.
    pub(super) fn new(literals: BTreeMap<&str, Vec<MatcherId>>) -> Self {
        let dfa = DFA::builder()
            .match_kind(MatchKind::Standard)
            .start_kind(StartKind::Unanchored)
            .prefilter(false)
            .build(literals.keys())
            .expect("literals are short: 2^31 bytes of them would not fit in rule files");
        let start = dfa
            .start_state(Anchored::No)
            .expect("the automaton is built for unanchored searches");
        Self {
            dfa,
            start,
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
    pub fn find(&self, text: &[u8], range: Range<usize>) -> Vec<(usize, Range<usize>)> {
        if self.is_empty() || range.end > text.len() || range.start >= range.end {
            return Vec::new();
        }
        let [mut a, mut b, mut c, mut d] = parts(text, range).map(|rest| Lane {
            rest,
            state: self.start,
            found: Vec::new(),
        });
        self.walk_together(text, &mut a, &mut b, &mut c, &mut d);
        let mut found = Vec::new();
        for mut lane in [a, b, c, d] {
            self.walk(text, &mut lane);
            found.append(&mut lane.found);
        }
        found
    }

    /// Walks four lanes in lockstep for as long as the shortest of them lasts.
    fn walk_together(&self, text: &[u8], a: &mut Lane, b: &mut Lane, c: &mut Lane, d: &mut Lane) {
        let steps = [&*a, b, c, d]
            .iter()
            .map(|lane| lane.rest.len())
            .min()
            .unwrap_or(0);
        let take = |lane: &Lane| text.get(lane.rest.start..lane.rest.start + steps);
        let (Some(bytes_a), Some(bytes_b), Some(bytes_c), Some(bytes_d)) =
            (take(a), take(b), take(c), take(d))
        else {
            return;
        };
        let (mut state_a, mut state_b, mut state_c, mut state_d) =
            (a.state, b.state, c.state, d.state);
        let bytes = bytes_a.iter().zip(bytes_b).zip(bytes_c.iter().zip(bytes_d));
        for (step, ((byte_a, byte_b), (byte_c, byte_d))) in bytes.enumerate() {
            state_a = self.dfa.next_state(Anchored::No, state_a, *byte_a);
            state_b = self.dfa.next_state(Anchored::No, state_b, *byte_b);
            state_c = self.dfa.next_state(Anchored::No, state_c, *byte_c);
            state_d = self.dfa.next_state(Anchored::No, state_d, *byte_d);
            let special = self.dfa.is_special(state_a)
                | self.dfa.is_special(state_b)
                | self.dfa.is_special(state_c)
                | self.dfa.is_special(state_d);
            if special {
                self.note(state_a, a.rest.start + step, &mut a.found);
                self.note(state_b, b.rest.start + step, &mut b.found);
                self.note(state_c, c.rest.start + step, &mut c.found);
                self.note(state_d, d.rest.start + step, &mut d.found);
            }
        }
        let states = [state_a, state_b, state_c, state_d];
        for (lane, state) in [a, b, c, d].into_iter().zip(states) {
            lane.rest.start += steps;
            lane.state = state;
        }
    }

    /// Walks one lane to its end.
    fn walk(&self, text: &[u8], lane: &mut Lane) {
        let bytes = text.get(lane.rest.clone()).unwrap_or_default();
        for (step, byte) in bytes.iter().enumerate() {
            lane.state = self.dfa.next_state(Anchored::No, lane.state, *byte);
            if self.dfa.is_special(lane.state) {
                self.note(lane.state, lane.rest.start + step, &mut lane.found);
            }
        }
    }

    /// Notes every literal that ends with the byte at `at`, if the state says that any does.
    fn note(&self, state: StateID, at: usize, found: &mut Vec<(usize, Range<usize>)>) {
        if !self.dfa.is_match(state) {
            return;
        }
        for index in 0..self.dfa.match_len(state) {
            let literal = self.dfa.match_pattern(state, index);
            let length = self.dfa.pattern_len(literal);
            found.push((literal.as_usize(), at + 1 - length..at + 1));
        }
    }

    /// Matchers that a literal belongs to.
    pub fn matchers(&self, literal: usize) -> &[MatcherId] {
        self.matchers.get(literal).map_or(&[], |matchers| matchers)
    }
}

/// Cuts a range into lanes of about the same length, between lines.
fn parts(text: &[u8], range: Range<usize>) -> [Range<usize>; LANES] {
    let share = range.len() / LANES;
    let mut start = range.start;
    std::array::from_fn(|lane| {
        let goal = range.start + share * (lane + 1);
        let end = if lane + 1 == LANES || share < SHORT {
            range.end
        } else {
            let from = goal.max(start);
            let rest = text.get(from..range.end).unwrap_or_default();
            memchr::memchr(b'\n', rest).map_or(range.end, |at| from + at + 1)
        };
        let part = start..end;
        start = end;
        part
    })
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
        let index = LiteralIndex::new(BTreeMap::from([
            ("bcd", vec![MatcherId(0)]),
            ("abcde", vec![MatcherId(1)]),
            ("cd", vec![MatcherId(2), MatcherId(3)]),
        ]));
        let found = |range| {
            let mut names: Vec<_> = index
                .find(b"..abcde..", range)
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
        assert_eq!(found(0..9), [(0, 3..6), (1, 2..7), (2, 4..6), (3, 4..6)]);
        assert_eq!(found(3..6), [(0, 3..6), (2, 4..6), (3, 4..6)]);
        assert_eq!(found(3..99), []);
    }

    #[test]
    fn a_set_without_literals_finds_nothing() {
        assert_eq!(index(&[]).find(b"abc", 0..3), []);
    }

    #[test]
    fn parts_cover_a_text_between_lines() {
        let text = "0123456789\n".repeat(4_000).into_bytes();
        let lanes = parts(&text, 11..text.len());
        assert_eq!(lanes[0].start, 11);
        assert_eq!(lanes[3].end, text.len());
        assert!(lanes.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert!(
            lanes
                .iter()
                .all(|lane| lane.len() > SHORT && text[lane.end - 1] == b'\n')
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn lanes_find_what_a_naive_search_finds(lines in prop::collection::vec("[abc]{0,12}", 3_000..4_000)) {
            let literals = ["ab", "abc", "bca", "caca"];
            let index = index(&literals);
            let text = lines.join("\n").into_bytes();
            let mut sorted = literals;
            sorted.sort_unstable();
            let mut found: Vec<_> = index
                .find(&text, 0..text.len())
                .into_iter()
                .map(|(literal, at)| (sorted[literal].to_owned(), at))
                .collect();
            prop_assert!(found.windows(2).all(|pair| pair[0].1.end <= pair[1].1.end));
            found.sort_by(|a, b| (a.1.end, &a.0).cmp(&(b.1.end, &b.0)));
            prop_assert_eq!(found, naive(&literals, &text));
        }
    }
}
