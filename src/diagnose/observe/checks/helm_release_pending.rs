//! Helm releases whose last installation, upgrade or rollback never came to an end.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::observe::helm;
use crate::diagnose::scene::Scene;
use crate::examine::facts::FactKind;
use jiff::SignedDuration;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "helm-release-pending",
    needs: &[
        Need::Collected(FactKind::HelmReleases),
        Need::Objects("Secret"),
    ],
    run,
};

/// Helm waits five minutes unless it is told otherwise, and hooks as long again.
const UNDER_WAY: SignedDuration = SignedDuration::from_mins(15);

/// Looks at the latest revision of each release: the list has the status of the release as Helm's
/// list shows it, which asks for those that are deployed or failed.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut clues = Vec::new();
    for release in helm::releases(scene) {
        let Some((number, revision)) = release.latest() else {
            continue;
        };
        let pending = ["pending-install", "pending-upgrade", "pending-rollback"];
        let since = revision.at.zip(scene.evidence.capture.at);
        let stuck = since.is_some_and(|(at, now)| now.duration_since(at) > UNDER_WAY);
        if !pending.contains(&revision.status) || !stuck {
            continue;
        }
        let (path, snippet) = revision.cite();
        clues.push(
            Clue::collected(CHECK.id, release.subject())
                .with_citation(path, snippet, revision.at)
                .seen(revision.at, scene.evidence.capture.at)
                .detailed(format!(
                    "{}, {}",
                    revision.status,
                    helm::told(number, revision)
                )),
        );
    }
    clues
}
