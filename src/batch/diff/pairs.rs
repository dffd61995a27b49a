//! Which case of one archive is which of the other: by content, else by a name that only one case of
//! each has.

use super::{CaseChange, CaseRow, Cases};
use crate::batch::digest::{Archive, Line, ReadLine};
use std::collections::{BTreeMap, BTreeSet};

/// The cases of two archives side by side.
pub(super) struct Pairs<'a> {
    old: &'a Archive,
    new: &'a Archive,
    /// Cases of both.
    both: Vec<(&'a Line, &'a Line)>,
    /// Cases of OLD alone.
    gone: Vec<&'a Line>,
    /// Cases of NEW alone.
    fresh: Vec<&'a Line>,
}

impl<'a> Pairs<'a> {
    /// Finds the pairs.
    pub(super) fn of(old: &'a Archive, new: &'a Archive) -> Self {
        let content = |line: &Line| (!line.sha256.is_empty()).then(|| line.sha256.clone());
        let name = |line: &Line| Some(line.case.clone());
        let mut pairs = Self {
            old,
            new,
            both: Vec::new(),
            gone: old.lines.iter().collect(),
            fresh: new.lines.iter().collect(),
        };
        pairs.join(content);
        pairs.join(name);
        pairs
    }

    /// Joins cases with the same key, where only one case of each side has it.
    fn join(&mut self, key: impl Fn(&Line) -> Option<String>) {
        let single = |lines: &[&'a Line]| {
            let mut found: BTreeMap<String, Option<&'a Line>> = BTreeMap::new();
            for line in lines {
                if let Some(key) = key(line) {
                    let known = found.entry(key);
                    known.and_modify(|one| *one = None).or_insert(Some(*line));
                }
            }
            found
        };
        let there = single(&self.fresh);
        let here = single(&self.gone);
        let mut joined = BTreeSet::new();
        for (key, line) in here {
            if let (Some(old), Some(Some(new))) = (line, there.get(&key)) {
                joined.insert((0, old.location.as_str()));
                joined.insert((1, new.location.as_str()));
                self.both.push((old, new));
            }
        }
        self.gone
            .retain(|line| !joined.contains(&(0, line.location.as_str())));
        self.fresh
            .retain(|line| !joined.contains(&(1, line.location.as_str())));
    }

    /// Whether a rule that fires in NEW only could not have in OLD.
    pub(super) fn blind_before(&self, rule: &str, looked: usize) -> bool {
        let sides = self.both.iter().map(|(old, new)| (*new, *old));
        blind((self.new, self.old), rule, sides, looked)
    }

    /// Whether a rule that fires in OLD only could not in NEW.
    pub(super) fn blind_now(&self, rule: &str, looked: usize) -> bool {
        blind(
            (self.old, self.new),
            rule,
            self.both.iter().copied(),
            looked,
        )
    }

    /// What became of the cases.
    pub(super) fn cases(&self) -> Cases {
        let rows = |lines: &[&Line]| lines.iter().map(|line| row(line)).collect();
        let mut changed: Vec<CaseChange> = self
            .both
            .iter()
            .filter_map(|(old, new)| self.change(old, new))
            .collect();
        changed.sort_by(|a, b| a.case.cmp(&b.case));
        Cases {
            new: rows(&self.fresh),
            gone: rows(&self.gone),
            unchanged: self.both.len() - changed.len(),
            changed,
        }
    }

    /// What the sides say of one case; `None` where it is the same.
    fn change(&self, old: &Line, new: &Line) -> Option<CaseChange> {
        let (before, after) = (Sight::of(self.old, old), Sight::of(self.new, new));
        let [added, newly_visible] = before.only(&after);
        let [gone, no_longer_visible] = after.only(&before);
        let change = CaseChange {
            case: new.case.clone(),
            other_content: old.sha256 != new.sha256,
            was: old.class(),
            class: new.class(),
            new: added,
            newly_visible,
            gone,
            no_longer_visible,
        };
        let same = change.was == change.class
            && change.new.is_empty()
            && change.newly_visible.is_empty()
            && change.gone.is_empty()
            && change.no_longer_visible.is_empty();
        (!same).then_some(change)
    }
}

/// Whether a rule that fires in `here` could not look where it would have to in `there`: at none of
/// the cases that both have and that it fires in; where both have none of these, at no case at all.
fn blind<'a>(
    (here, there): (&Archive, &Archive),
    rule: &str,
    pairs: impl Iterator<Item = (&'a Line, &'a Line)>,
    looked: usize,
) -> bool {
    let fires = pairs.filter(|(line, _)| Sight::of(here, line).fires(rule));
    let mut seen = fires
        .map(|(_, line)| Sight::of(there, line).looks(rule))
        .peekable();
    if seen.peek().is_none() {
        return looked == 0;
    }
    !seen.any(|looks| looks)
}

/// A case, and the rules of its archive.
struct Sight<'a> {
    archive: &'a Archive,
    read: Option<&'a ReadLine>,
}

impl<'a> Sight<'a> {
    /// Of this case.
    fn of(archive: &'a Archive, line: &'a Line) -> Self {
        Self {
            archive,
            read: line.read.as_ref().ok(),
        }
    }

    /// The number of a rule.
    fn number(&self, rule: &str) -> Option<usize> {
        let rules = &self.archive.signatures;
        rules.iter().position(|signature| signature.rule == rule)
    }

    /// Whether the rule fires.
    fn fires(&self, rule: &str) -> bool {
        let number = self.number(rule);
        number.is_some_and(|number| self.read.is_some_and(|read| read.has(number)))
    }

    /// Whether the rule could look.
    fn looks(&self, rule: &str) -> bool {
        let number = self.number(rule);
        number.is_some_and(|number| self.read.is_some_and(|read| !read.is_blind(number)))
    }

    /// Ids of the rules that fire.
    fn hits(&self) -> impl Iterator<Item = &'a str> {
        let hits = self.read.into_iter().flat_map(|read| &read.hits);
        let rules = &self.archive.signatures;
        hits.filter_map(|(number, _)| Some(rules.get(*number)?.rule.as_str()))
    }

    /// Rules that fire in the other case only: those that could look here, and those that could not.
    fn only(&self, other: &Sight<'_>) -> [Vec<String>; 2] {
        let only = other.hits().filter(|rule| !self.fires(rule));
        let (could, blind): (Vec<&str>, Vec<&str>) = only.partition(|rule| self.looks(rule));
        [could, blind].map(|rules| rules.into_iter().map(str::to_owned).collect())
    }
}

/// A case in short.
fn row(line: &Line) -> CaseRow {
    CaseRow {
        case: line.case.clone(),
        class: line.class(),
        headline: match &line.read {
            Ok(read) => read.headline.clone(),
            Err(reason) => reason.clone(),
        },
    }
}
