//! One of those that read cases side by side.
//!
//! Where as many cases are read as there are threads, each is read by one thread from begin to end, with
//! rules of its own: two that share the work of two small bundles spend an eighth of it on handing over
//! and on waiting for what both use.

use crate::analyze::{AnalyzeError, Workers};
use crate::rules::RuleSet;

/// Cases of one copy of the rules. A regex keeps what it has worked out of its automaton and forgets
/// nothing of it; over thousands of unlike bundles that is more than the bundles themselves need, and
/// working it out once more costs next to nothing. What was compiled is shared by all copies.
const CASES: usize = 2;

/// Bytes on disk of a case that one thread reads: a larger one would be waited for.
const SMALL: u64 = 8 << 20;

/// What one of them has for itself.
#[derive(Debug)]
pub struct Hand {
    rules: RuleSet,
    /// Cases that were read with this copy of the rules.
    cases: usize,
    /// Whether small cases are its own thread's alone.
    alone: bool,
    /// Its thread, once there was a small case.
    own: Option<Workers>,
}

impl Hand {
    /// One that has read nothing yet. It is to stay on the thread on which it reads its first case.
    pub fn new(rules: &RuleSet, alone: bool) -> Self {
        Self {
            rules: rules.clone(),
            cases: 0,
            alone,
            own: None,
        }
    }

    /// What reads the next case, of so many bytes: its own thread if that will do, else `all`.
    ///
    /// # Errors
    ///
    /// Its own thread cannot be used.
    pub fn next<'a>(
        &'a mut self,
        bytes: u64,
        all: &'a Workers,
    ) -> Result<(&'a RuleSet, &'a Workers), AnalyzeError> {
        if self.cases == CASES {
            self.rules = self.rules.clone();
            self.cases = 0;
        }
        self.cases += 1;
        if !self.alone || bytes > SMALL {
            return Ok((&self.rules, all));
        }
        if self.own.is_none() {
            self.own = Some(Workers::of_this_thread()?);
        }
        Ok((&self.rules, self.own.as_ref().unwrap_or(all)))
    }
}
