//! Helm releases whose last installation or upgrade failed.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::observe::helm;
use crate::diagnose::scene::Scene;
use crate::examine::facts::FactKind;
use crate::severity::Severity;
use jiff::SignedDuration;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "helm-release-failed",
    needs: &[
        Need::Collected(FactKind::HelmReleases),
        Need::Objects("Secret"),
    ],
    run,
};

/// A failure of so long ago is not what somebody opens a case for today.
const LONG_AGO: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Looks at the status of each release.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut clues = Vec::new();
    for release in helm::releases(scene) {
        if release.status != "failed" {
            continue;
        }
        let latest = release.latest();
        let at = latest.and_then(|(_, revision)| revision.at);
        let (path, snippet) = release.cite();
        let clue = Clue::collected(CHECK.id, release.subject())
            .with_citation(path, snippet, at)
            .seen(at, scene.evidence.capture.at)
            .detailed(latest.map_or_else(String::new, |(number, revision)| {
                helm::told(number, revision)
            }));
        let age = scene.evidence.capture.at.zip(at);
        let old = age.is_some_and(|(now, at)| now.duration_since(at) > LONG_AGO);
        clues.push(Clue {
            severity: old.then_some(Severity::Low),
            ..clue
        });
    }
    clues
}
