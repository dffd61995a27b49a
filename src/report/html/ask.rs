//! "Ask the customer for": commands to paste, with what they would settle.

use super::shown::{Shown, shown};
use crate::report::view::{self, Report};
use std::collections::BTreeSet;

/// One thing to ask for.
pub(super) struct Ask {
    pub(super) command: Shown,
    pub(super) why: Shown,
    /// Title and fingerprint of the findings that it would settle.
    pub(super) settles: Vec<[Shown; 2]>,
    pub(super) rules: Vec<Shown>,
}

/// What to ask for.
pub(super) fn ask(report: &Report, listed: &view::ByFingerprint<'_>) -> Vec<Ask> {
    report.ask.iter().map(|ask| one(ask, listed)).collect()
}

/// One thing to ask for. Findings of one rule are told once.
fn one(ask: &view::Ask, listed: &view::ByFingerprint<'_>) -> Ask {
    let mut told = BTreeSet::new();
    let findings = ask.settles.iter().filter_map(|id| listed.get(id.as_str()));
    Ask {
        command: shown(&ask.command),
        why: shown(&ask.why),
        settles: findings
            .filter(|finding| told.insert(&finding.rule))
            .map(|finding| [shown(&finding.title), shown(&finding.fingerprint)])
            .collect(),
        rules: ask.rules.iter().map(shown).collect(),
    }
}
