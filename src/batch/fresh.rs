//! Rules that have learnt nothing yet, for every so many cases.
//!
//! A regex keeps for each thread what it has worked out of its automaton, and forgets nothing of it: over
//! thousands of unlike bundles that is more than the bundles themselves need. So the cases share a copy
//! of the rules, compiled as it is, and after some of them the next ones get another.

use crate::rules::RuleSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Cases of one copy: enough that working it out once more costs next to nothing.
const CASES: usize = 32;

/// Hands out the rules.
#[derive(Debug)]
pub struct Fresh(Mutex<(usize, Arc<RuleSet>)>);

impl Fresh {
    /// Copies of these rules.
    pub fn new(rules: &RuleSet) -> Self {
        Self(Mutex::new((0, Arc::new(rules.clone()))))
    }

    /// The rules for one more case.
    pub fn take(&self) -> Arc<RuleSet> {
        let mut copy = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (cases, rules) = &mut *copy;
        if *cases == CASES {
            // A copy of the last copy, because that has compiled most of its regexes.
            *rules = Arc::new(RuleSet::clone(rules));
            *cases = 0;
        }
        *cases += 1;
        Arc::clone(rules)
    }
}
