//! Which matchers may hit a text: found in one pass, before any regex is tried.
//!
//! One index holds the literals of all log matchers ([`super::literals`]). It reports overlapping
//! matches: with leftmost ones, a literal would hide every other that overlaps it, and with it a
//! rule.

use super::guards::Guards;
use super::literals::{LiteralIndex, Rarity};
use super::markers;
use super::matcher::{Matcher, MatcherId};
use super::rule::Rule;
use std::collections::{BTreeMap, BTreeSet};

/// Indexes over the matchers of a set.
#[derive(Debug, Clone)]
pub struct Engine {
    /// Literals of log matchers.
    pub logs: LiteralIndex,
    /// Literals of event matchers.
    pub events: LiteralIndex,
    /// For each literal of a log what else it tells of its line.
    signs: Vec<Sign>,
    /// Lines that only quote a failure.
    pub guards: Guards,
    /// Event matchers without a literal, by reason.
    by_reason: BTreeMap<String, Vec<MatcherId>>,
    /// Object matchers by kind.
    by_kind: BTreeMap<String, Vec<MatcherId>>,
}

/// What a literal tells of its line besides its matchers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sign {
    /// The line may be an error.
    pub marks: bool,
    /// The line may only quote a failure.
    pub quotes: bool,
}

impl Engine {
    /// Builds the indexes of a set; where it is guarded, lines that only quote a failure are no hits.
    pub(super) fn new<'m>(
        rules: &[Rule],
        matchers: impl Iterator<Item = (MatcherId, &'m Matcher)>,
        guarded: bool,
    ) -> Self {
        let mut logs = BTreeMap::new();
        let mut events = BTreeMap::new();
        let mut by_reason = BTreeMap::<String, Vec<MatcherId>>::new();
        let mut by_kind = BTreeMap::<String, Vec<MatcherId>>::new();
        for (id, matcher) in matchers {
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
        let examples = rules.iter().flat_map(|rule| &rule.examples);
        let rarity = Rarity::of(examples.map(|example| example.text.as_str()));
        let guards = if guarded {
            Guards::builtin()
        } else {
            Guards::none()
        };
        let marking: BTreeSet<String> = markers::all().collect();
        let quoting = guards.all().iter().flat_map(|guard| &guard.literals);
        let quoting: BTreeSet<&str> = quoting.map(String::as_str).collect();
        for literal in marking
            .iter()
            .map(String::as_str)
            .chain(quoting.iter().copied())
        {
            logs.entry(literal).or_default();
        }
        let sign = |literal: &&str| Sign {
            marks: marking.contains(*literal),
            quotes: quoting.contains(*literal),
        };
        Self {
            signs: logs.keys().map(sign).collect(),
            logs: LiteralIndex::new(logs, &rarity),
            events: LiteralIndex::new(events, &rarity),
            guards,
            by_reason,
            by_kind,
        }
    }

    /// What this literal of a log tells of its line besides its matchers.
    pub fn sign(&self, literal: usize) -> Sign {
        self.signs.get(literal).copied().unwrap_or_default()
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
