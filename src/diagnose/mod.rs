//! Room 5: from evidence to findings, incidents and coverage.
//!
//! In: [`Evidence`] and the rules. Out: a [`Diagnosis`]. "Now" is the capture time. Data takes four
//! rooms within this one, none of which knows a later one:
//!
//! ```text
//!  Scene -> [observe] -Clue-> [conclude] -Finding-> [relate] -Incident-> [answer] -> Diagnosis
//!           rules, checks,    which count,          causes, changes,     coverage, unexplained
//!           foreign rules     fold, rank            shared attributes    errors, what to ask for
//! ```
//!
//! The ground that they stand on: [`finding`], the [`scene`] and the [`window`].

// The ground.
pub mod finding;
mod scene;
mod window;
// Rooms, in the order that data takes.
mod answer;
mod conclude;
mod observe;
mod relate;
// What leaves.
mod diagnosis;

pub use answer::ask::Ask;
pub use answer::coverage::{self, Coverage, NodeCoverage, Outcome, RuleCoverage, SourceCoverage};
pub use answer::detectors::{self, Answered, DetectorAnswer};
pub use answer::inventory::{BundleFacts, InventoryRow};
pub use answer::unknown::{self, NearRule, Pressing, UnknownError, UnknownErrors};
pub use diagnosis::Diagnosis;
pub use finding::{Citation, Finding, FindingBuilder, Fingerprint, State, Subject};
pub use observe::checks;
pub use relate::change::{self, Change, Ledger};
pub use relate::common::Factor;
pub use relate::incident::Incident;
pub use window::Window;

use crate::evidence::Evidence;
use crate::ingest::InputFacts;
use crate::rules::RuleSet;
use scene::Scene;
use std::collections::BTreeMap;
use std::mem::take;

/// Diagnoses a bundle. What does not need another's result is done side by side, on the pool that
/// this is called in; every result has its place, so that their number changes nothing.
pub fn diagnose(
    mut evidence: Evidence,
    inputs: Vec<InputFacts>,
    rules: &RuleSet,
    window: Window,
) -> Diagnosis {
    let scene = Scene {
        evidence: &evidence,
        rules,
    };
    let (clues, noise) = observe::observe(scene);
    let mut conclusions = conclude::conclude(scene, clues, window);
    for finding in &mut conclusions.findings {
        finding.codes = answer::codes::of_finding(finding);
    }
    let relations = relate::relate(scene, &conclusions.findings);
    let answers = answer::answer(scene, &conclusions, &relations.incidents, window);
    let (timeline, gaps) = (take(&mut evidence.timeline), take(&mut evidence.gaps));
    // To give back the memory of so many small things takes as long as a good part of all this, and
    // nobody needs it done: the report can be written meanwhile, where there is a second thread.
    if rayon::current_num_threads() > 1 {
        rayon::spawn(move || drop(evidence));
    } else {
        drop(evidence);
    }
    Diagnosis {
        inputs,
        bundle: answers.bundle,
        incidents: relations.incidents,
        findings: conclusions.findings,
        marks: change::marks(&relations.changes),
        changes: relations.changes,
        common: relations.common,
        ask: answers.ask,
        detectors: answers.detectors,
        coverage: answers.coverage,
        unknown: answers.unknown,
        noise: titled(rules, noise),
        inventory: answers.inventory,
        timeline,
        gaps,
    }
}

/// Counts of noise rules with the titles of these.
fn titled(rules: &RuleSet, noise: BTreeMap<String, u64>) -> Vec<(String, String, u64)> {
    let title = |id: &str| rules.rule(id).map(|rule| rule.title.clone());
    noise
        .into_iter()
        .map(|(id, count)| {
            let title = title(&id).unwrap_or_default();
            (id, title, count)
        })
        .collect()
}
