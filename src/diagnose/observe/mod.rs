//! What rules, checks and rules of other tools see in the evidence, as clues.
//!
//! In: the [`Scene`]. Out: a [`Clue`] for each thing seen on one object, with its state as the
//! status, event or log that showed it tells it. No clue knows another.

pub mod checks;
pub(super) mod clue;
mod drain;
pub(super) mod fit;
pub(super) mod helm;
mod hit;
pub(super) mod members;
mod predicate;
mod rule;
mod state;
pub(super) mod unplaced;

use crate::diagnose::scene::Scene;
use clue::Clue;
use std::collections::BTreeMap;

/// Clues of rule files, checks and rules of other tools, in this order, and the number of lines
/// that each noise rule explains.
pub(super) fn observe(scene: Scene<'_>) -> (Vec<Clue>, BTreeMap<String, u64>) {
    let ((mut clues, noise), (checked, asked)) = rayon::join(
        || rule::evaluate(scene, checks::hits_are_clues),
        || rayon::join(|| checks::run(scene), || predicate::evaluate(scene)),
    );
    clues.extend(checked);
    clues.extend(asked);
    (clues, noise)
}
