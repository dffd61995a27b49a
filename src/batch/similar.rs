//! Which cases of an archive look like one another, and why.
//!
//! In: the traits of each case: the rules that fired and the templates of error lines that no rule
//! explains. Out: for any set of traits the cases that share most of them, with what they share.
//!
//! A trait weighs the more the rarer it is: the binary logarithm of how many times fewer cases have
//! it than there are. The likeness of two cases is the weight of what both have, as a share of the
//! weight of what either has (a weighted Jaccard index). A trait that one case alone has can make
//! nobody like it, so it does not count at all: otherwise a bundle with many errors of its own would
//! be like no other. All weights are integers, so that neither the order of cases nor the machine
//! changes a result; ties end in the order of the cases.

use super::record::Case;
use crate::severity::Severity;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Cases that are named for one.
pub const NEAREST: usize = 3;

/// Likeness, in thousandths, below which two cases are not called alike.
pub const LEAST: u64 = 150;

/// Weight of a trait that half of all cases have.
const UNIT: u64 = 1 << FRACTION_BITS;

/// Bits of a weight behind the point.
const FRACTION_BITS: u32 = 10;

/// Something that a case shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trait {
    /// A rule fired, whatever its subject. Notes about versions and settings do not count: all
    /// clusters of one version have them.
    Rule(String),
    /// Error lines that no rule explains, by the id of their template.
    Template(String),
}

/// What a case shows.
pub type Traits = BTreeSet<Trait>;

/// The traits of a case.
pub fn traits(case: &Case) -> Traits {
    let rules = case.findings.iter();
    let rules = rules
        .filter(|finding| finding.severity > Severity::Info)
        .map(|finding| Trait::Rule(finding.rule_id.clone()));
    let templates = case.unknown.iter();
    let templates = templates.map(|row| Trait::Template(row.template_id.clone()));
    rules.chain(templates).collect()
}

/// The cases of an archive by what they show. A case is named by its place in the list that this was
/// made from.
#[derive(Debug, Clone, Default)]
pub struct Corpus {
    /// The traits of each case, as numbers.
    cases: Vec<Vec<usize>>,
    /// Numbers of the traits.
    numbers: BTreeMap<Arc<Trait>, usize>,
    /// The traits by number.
    traits: Vec<Arc<Trait>>,
    /// Cases that have each trait, in order.
    having: Vec<Vec<usize>>,
}

/// A case that looks like another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Which case.
    pub case: usize,
    /// Likeness in thousandths.
    pub likeness: u64,
    /// What both show, the rarest first.
    pub shared: Vec<Shared>,
}

/// Something that two cases share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// What.
    pub what: Trait,
    /// Cases that show it, the one that was asked about included.
    pub cases: usize,
}

impl Corpus {
    /// The corpus of these cases.
    pub fn new<'t>(cases: impl IntoIterator<Item = &'t Traits>) -> Self {
        let mut corpus = Self::default();
        for traits in cases {
            corpus.push(traits);
        }
        corpus
    }

    /// Adds a case behind the others.
    pub fn push(&mut self, traits: &Traits) {
        let case = self.cases.len();
        let mut known = Vec::with_capacity(traits.len());
        for one in traits {
            let number = self.numbers.get(one).copied();
            let number = number.unwrap_or_else(|| {
                let one = Arc::new(one.clone());
                self.traits.push(Arc::clone(&one));
                self.having.push(Vec::new());
                self.numbers.insert(one, self.traits.len() - 1);
                self.traits.len() - 1
            });
            self.having[number].push(case);
            known.push(number);
        }
        self.cases.push(known);
    }

    /// Number of cases.
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Whether there is no case.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// The cases most like one that is not part of the corpus, at most `most`. It counts as if it
    /// were, so the answer is the same as when it is added.
    pub fn nearest(&self, traits: &Traits, most: usize) -> Vec<Neighbour> {
        let known: Vec<usize> = traits
            .iter()
            .filter_map(|one| self.numbers.get(one).copied())
            .collect();
        Weighed::new(self, &known, 1).nearest(&known, None, most)
    }

    /// The corpus with the weights of its traits, to ask for the neighbours of many of its cases.
    pub fn weighed(&self) -> Weighed<'_> {
        Weighed::new(self, &[], 0)
    }

    /// What a case shares with these traits, the rarest first.
    fn shared(&self, case: usize, mine: &BTreeSet<usize>, extra: usize) -> Vec<Shared> {
        let both = self.cases[case]
            .iter()
            .filter(|number| mine.contains(number));
        let mut shared: Vec<Shared> = both
            .map(|number| Shared {
                what: Trait::clone(&self.traits[*number]),
                cases: self.having[*number].len() + extra,
            })
            .collect();
        // Of equally rare ones rules come first.
        shared.sort_by(|a, b| (a.cases, &a.what).cmp(&(b.cases, &b.what)));
        shared
    }
}

/// A corpus with the weights of its traits and cases.
pub struct Weighed<'c> {
    corpus: &'c Corpus,
    /// 1 if a case is asked about that is no part of the corpus and counts as if it were.
    extra: usize,
    /// Of each trait.
    weights: Vec<u64>,
    /// Of all traits of each case together.
    totals: Vec<u64>,
}

impl<'c> Weighed<'c> {
    /// Weighs all traits; `asked` are those of the `extra` case.
    fn new(corpus: &'c Corpus, asked: &[usize], extra: usize) -> Self {
        let mut having: Vec<usize> = corpus.having.iter().map(Vec::len).collect();
        for number in asked {
            having[*number] += extra;
        }
        let all = corpus.cases.len() + extra;
        let having = having.into_iter();
        let weights: Vec<u64> = having.map(|having| weight(all, having)).collect();
        let total = |numbers: &Vec<usize>| numbers.iter().map(|number| weights[*number]).sum();
        Self {
            totals: corpus.cases.iter().map(total).collect(),
            corpus,
            extra,
            weights,
        }
    }

    /// The cases most like one of the corpus, at most `most`.
    pub fn nearest_to(&self, case: usize, most: usize) -> Vec<Neighbour> {
        let known = self.corpus.cases.get(case);
        known.map_or(vec![], |known| self.nearest(known, Some(case), most))
    }

    /// The cases most like one with these traits. `own` is that case, if it is part of the corpus.
    fn nearest(&self, known: &[usize], own: Option<usize>, most: usize) -> Vec<Neighbour> {
        let all: u64 = known.iter().map(|number| self.weights[*number]).sum();
        let mut both = vec![0_u64; self.totals.len()];
        for number in known {
            for case in &self.corpus.having[*number] {
                both[*case] += self.weights[*number];
            }
        }
        let cases = both.into_iter().zip(&self.totals).enumerate();
        let alike = cases.filter(|(case, (both, _))| *both > 0 && Some(*case) != own);
        let mut ranked: Vec<(u64, u64, usize)> = alike
            .map(|(case, (both, theirs))| (both * 1000 / (all + theirs - both), both, case))
            .filter(|(likeness, ..)| *likeness >= LEAST)
            .collect();
        ranked.sort_by_key(|(likeness, both, case)| (Reverse((*likeness, *both)), *case));
        ranked.truncate(most);
        let mine: BTreeSet<usize> = known.iter().copied().collect();
        ranked
            .into_iter()
            .map(|(likeness, _, case)| Neighbour {
                case,
                likeness,
                shared: self.corpus.shared(case, &mine, self.extra),
            })
            .collect()
    }
}

/// The weight of a trait that `having` of `all` cases show: the binary logarithm of `1 + all /
/// having`; zero for what one case alone shows.
fn weight(all: usize, having: usize) -> u64 {
    if having < 2 {
        return 0;
    }
    let (all, having) = (all as u64, having as u64);
    log2((all + having) * UNIT / having)
}

/// The binary logarithm of a fixed-point number of at least one, as such a number: by squaring, one
/// bit at a time, which needs no floating point and so is the same on every machine.
fn log2(value: u64) -> u64 {
    let whole = u64::from(value.max(UNIT).ilog2() - FRACTION_BITS);
    let mut rest = value.max(UNIT) >> whole;
    let mut log = whole * UNIT;
    for bit in (0..FRACTION_BITS).rev() {
        rest = rest * rest / UNIT;
        if rest >= 2 * UNIT {
            rest /= 2;
            log += 1 << bit;
        }
    }
    log
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::{btree_set, vec};
    use proptest::prelude::*;

    /// Traits of these rules.
    fn rules(names: &[&str]) -> Traits {
        let names = names.iter().map(|name| Trait::Rule((*name).to_owned()));
        names.collect()
    }

    /// The nearest cases and their likeness.
    fn ranked(neighbours: &[Neighbour]) -> Vec<(usize, u64)> {
        neighbours.iter().map(|n| (n.case, n.likeness)).collect()
    }

    #[test]
    fn weights_fall_with_the_number_of_cases() {
        assert_eq!(
            [1, 2, 4, 1 << 20].map(|n| log2(n * UNIT)),
            [0, UNIT, 2 * UNIT, 20 * UNIT]
        );
        assert_eq!(log2(3 * UNIT), 1_622); // log2(3) is 1.58496; 1,622 / 1,024 is 1.58398.
        let weights: Vec<u64> = [2, 3, 10, 50, 100].map(|having| weight(100, having)).into();
        assert!(weights.is_sorted_by(|a, b| a > b), "{weights:?}");
        assert_eq!(weight(100, 100), UNIT);
        assert_eq!(weight(100, 1), 0);
    }

    #[test]
    fn a_rare_failure_makes_cases_more_alike_than_a_common_one() {
        let cases = [
            rules(&["common", "rare"]),
            rules(&["common", "rare", "c"]),
            rules(&["common", "c"]),
            rules(&["common"]),
            rules(&["other"]),
        ];
        let corpus = Corpus::new(&cases);
        let nearest = corpus.weighed().nearest_to(0, NEAREST);
        assert_eq!(ranked(&nearest).first().map(|(case, _)| *case), Some(1));
        let shared: Vec<_> = nearest
            .first()
            .map(|near| {
                near.shared
                    .iter()
                    .map(|one| (&one.what, one.cases))
                    .collect()
            })
            .unwrap_or_default();
        let (rare, common) = (Trait::Rule("rare".into()), Trait::Rule("common".into()));
        assert_eq!(shared, [(&rare, 2), (&common, 4)]);
        // Nobody shows the like of the last.
        assert_eq!(corpus.weighed().nearest_to(4, NEAREST), []);
    }

    #[test]
    fn what_one_case_alone_shows_makes_it_no_less_like_others() {
        let mut noisy = rules(&["a", "b"]);
        noisy.extend((0..100).map(|n| Trait::Template(format!("u-{n}"))));
        let corpus = Corpus::new(&[noisy, rules(&["a", "b"]), rules(&["x"])]);
        assert_eq!(
            ranked(&corpus.weighed().nearest_to(1, NEAREST)),
            [(0, 1000)]
        );
    }

    #[test]
    fn ties_end_in_the_order_of_the_cases() {
        let corpus = Corpus::new(&vec![rules(&["a"]); 5]);
        let all = ranked(&corpus.weighed().nearest_to(2, NEAREST));
        assert_eq!(all, [(0, 1000), (1, 1000), (3, 1000)]);
        assert_eq!(Corpus::default().nearest(&rules(&["a"]), NEAREST), []);
    }

    /// Some cases of a few traits.
    fn some_cases() -> impl Strategy<Value = Vec<Traits>> {
        let one = (any::<bool>(), 0..8_u8).prop_map(|(rule, name)| {
            if rule {
                Trait::Rule(name.to_string())
            } else {
                Trait::Template(name.to_string())
            }
        });
        vec(btree_set(one, 0..6), 0..12)
    }

    proptest! {
        #[test]
        fn likeness_is_symmetric_and_at_most_whole(cases in some_cases()) {
            let corpus = Corpus::new(&cases);
            let of = |a: usize| corpus.weighed().nearest_to(a, usize::MAX);
            for a in 0..cases.len() {
                for near in of(a) {
                    prop_assert!((LEAST..=1000).contains(&near.likeness));
                    prop_assert!(!near.shared.is_empty());
                    let back = of(near.case).into_iter().find(|back| back.case == a);
                    let back = back.map(|back| (back.likeness, back.shared));
                    prop_assert_eq!(back, Some((near.likeness, near.shared)));
                }
            }
        }

        #[test]
        fn the_order_of_cases_changes_no_likeness(cases in some_cases(), turn in 0..12_usize) {
            let mut turned = cases.clone();
            if !cases.is_empty() {
                turned.rotate_left(turn % cases.len());
            }
            let (one, other) = (Corpus::new(&cases), Corpus::new(&turned));
            for (at, traits) in cases.iter().enumerate() {
                let there = (at + cases.len() - turn % cases.len()) % cases.len();
                let sorted = |corpus: &Corpus, case| {
                    let near = corpus.weighed().nearest_to(case, usize::MAX).into_iter();
                    let mut near: Vec<_> = near.map(|n| n.likeness).collect();
                    near.sort_unstable();
                    near
                };
                prop_assert_eq!(sorted(&one, at), sorted(&other, there), "{:?}", traits);
            }
        }

        #[test]
        fn a_case_from_outside_is_judged_as_if_it_were_part_of_the_archive(
            cases in some_cases(), more in some_cases(),
        ) {
            for traits in more {
                let asked = Corpus::new(&cases).nearest(&traits, usize::MAX);
                let all: Vec<Traits> = cases.iter().cloned().chain([traits]).collect();
                let part = Corpus::new(&all).weighed().nearest_to(cases.len(), usize::MAX);
                prop_assert_eq!(asked, part);
            }
        }
    }
}
