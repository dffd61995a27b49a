//! What the reader asks next: what could not be looked at, what no rule explains, what to ask the
//! customer for, what answers the portal's detectors, and what is in the bundle at all.

pub(super) mod ask;
pub(super) mod codes;
pub mod coverage;
pub mod detectors;
pub(super) mod inventory;
pub mod unknown;

use crate::diagnose::conclude::Conclusions;
use crate::diagnose::relate::incident::Incident;
use crate::diagnose::scene::Scene;
use crate::diagnose::window::Window;
use crate::limits::Limits;
use ask::Ask;
use coverage::Coverage;
use detectors::DetectorAnswer;
use inventory::{BundleFacts, InventoryRow};
use std::collections::BTreeSet;
use unknown::{Explained, UnknownErrors};

/// What stands in a report beside its findings.
pub(super) struct Answers {
    /// For each rule: found, clear, or not checked and why.
    pub(super) coverage: Coverage,
    /// What to ask the customer for.
    pub(super) ask: Vec<Ask>,
    /// What answers the detectors of the Azure portal; empty where the cluster is not in Azure.
    pub(super) detectors: Vec<DetectorAnswer>,
    /// Error lines that no rule explains.
    pub(super) unknown: UnknownErrors,
    /// The bundle as a whole.
    pub(super) bundle: BundleFacts,
    /// Versions and counts.
    pub(super) inventory: Vec<InventoryRow>,
}

/// Answers what the findings and incidents leave open.
pub(super) fn answer(
    scene: Scene<'_>,
    conclusions: &Conclusions,
    incidents: &[Incident],
    window: Window,
) -> Answers {
    let evidence = scene.evidence;
    let findings = &conclusions.findings;
    let found: BTreeSet<&str> = findings.iter().map(|finding| &*finding.rule).collect();
    let first = incidents.first();
    let onset = first.and_then(|incident| incident.onset.or(incident.first_seen));
    let limit = Limits::RELEASE.unknown_errors;
    let bounds = (window.since, window.until);
    let explained = Explained::by(conclusions, &found);
    let ((coverage, ask), (unknown, (bundle, inventory))) = rayon::join(
        || {
            let coverage = coverage::of(scene, &found, &conclusions.told, window);
            let ask = ask::ask(scene, incidents, findings, &coverage);
            (coverage, ask)
        },
        || {
            rayon::join(
                || unknown::errors(evidence, scene.rules, &explained, onset, bounds, limit),
                || {
                    (
                        inventory::bundle_facts(evidence),
                        inventory::inventory(evidence),
                    )
                },
            )
        },
    );
    let detectors = if evidence.in_azure() {
        detectors::answers(&coverage)
    } else {
        vec![]
    };
    Answers {
        coverage,
        ask,
        detectors,
        unknown,
        bundle,
        inventory,
    }
}
