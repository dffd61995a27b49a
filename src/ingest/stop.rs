//! Ending a reading early: on Ctrl-C, or after a time that somebody asked for.
//!
//! What is read until then depends on the machine, which nothing else in a run does; so it is said in
//! the report, and nobody's default.

use crate::gap::GapReason;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a reading should end; never, unless told.
#[derive(Debug, Default)]
pub struct Stop {
    /// What ends it when it is set, and how a report says that.
    reasons: Vec<(Arc<AtomicBool>, String)>,
}

impl Stop {
    /// Ends the reading when `flag` is set; `why` continues "reading was stopped".
    pub fn on(&mut self, flag: Arc<AtomicBool>, why: String) {
        self.reasons.push((flag, why));
    }

    /// Why the reading should end now; nothing while it should not.
    pub fn reason(&self) -> Option<GapReason> {
        let mut set = self.reasons.iter();
        set.find(|(flag, _)| flag.load(Ordering::Relaxed))
            .map(|(_, why)| GapReason::Stopped { why: why.clone() })
    }
}
