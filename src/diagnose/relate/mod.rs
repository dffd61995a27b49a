//! Findings to each other and to the world: incidents, what changed before them, what their bad
//! objects have in common.

pub(super) mod causes;
pub mod change;
pub(super) mod common;
mod groups;
pub(super) mod incident;
mod link;

use crate::diagnose::finding::Finding;
use crate::diagnose::scene::Scene;
use change::Ledger;
use common::Factor;
use incident::Incident;

/// What findings have to do with each other and with the world.
pub(super) struct Relations {
    /// Findings that are one event, worst first.
    pub(super) incidents: Vec<Incident>,
    /// What changed before the first incidents began.
    pub(super) changes: Ledger,
    /// What the bad ones of the first incidents have in common.
    pub(super) common: Vec<Factor>,
}

/// Relates findings, which are in the order of the report.
pub(super) fn relate(scene: Scene<'_>, findings: &[Finding]) -> Relations {
    let incidents = incident::fold(findings, scene.evidence);
    let (changes, common) = rayon::join(
        || change::ledger(scene, &incidents, findings),
        || common::factors(scene, &incidents, findings),
    );
    Relations {
        incidents,
        changes,
        common,
    }
}
