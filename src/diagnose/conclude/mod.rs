//! Clues to findings: which clues count, what they add up to, and in which order.
//!
//! In: all clues of the bundle. Out: the findings, worst first, and for each rule that lost some of
//! what it saw the rules that tell it.

mod commands;
mod fold;
pub(super) mod last_words;
mod rank;
pub(super) mod supersede;

use crate::diagnose::finding::Finding;
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::diagnose::window::Window;
use std::collections::BTreeSet;
use supersede::Explained;

/// What the clues add up to.
pub(super) struct Conclusions {
    /// Active first, then by severity, confidence and number of affected objects.
    pub(super) findings: Vec<Finding>,
    /// For each rule of which something was left out: the rules that tell it in its place.
    pub(super) told: Explained,
    /// Rules with a clue that counted, in the window or outside of it.
    pub(super) seen: BTreeSet<String>,
}

/// Folds the clues of the window into findings.
pub(super) fn conclude(scene: Scene<'_>, mut clues: Vec<Clue>, window: Window) -> Conclusions {
    let mut told = supersede::drop_silenced(scene, &mut clues, window);
    let seen: BTreeSet<String> = clues.iter().map(|clue| clue.rule.clone()).collect();
    clues.retain(|clue: &Clue| window.overlaps(clue.first, clue.last));
    last_words::quote(scene, &mut clues);
    let mut findings = fold::fold(scene, clues);
    supersede::drop_superseded(scene, &mut findings, &mut told);
    rank::order(&mut findings);
    commands::fit(scene, &mut findings);
    Conclusions {
        findings,
        told,
        seen,
    }
}
