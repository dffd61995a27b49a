//! Objects that somebody writes in an API version which this cluster, or the next one, does not
//! serve: the next `apply` or Helm upgrade fails.

use super::{Check, Need};
use crate::diagnose::finding::Subject;
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::Object;
use crate::kube::removed::{Removal, WrittenAs, removal};
use crate::rules::version::minor_of;
use crate::severity::Severity;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "api-removed-in-version",
    needs: &[Need::Version],
    run,
};

/// Compares how objects were written with what the control plane serves.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let inventory = &scene.evidence.inventory;
    let versions = inventory.judged("kubernetes");
    let Some(minor) = versions
        .iter()
        .filter_map(|fact| minor_of(&fact.version))
        .max()
    else {
        return vec![];
    };
    let objects = scene.evidence.index.iter();
    objects
        .filter_map(|object| {
            let written = object.meta.written_as.as_deref()?;
            let removed = removal(&written.api_version, &object.key().kind)?;
            (removed.minor <= minor + 1).then(|| clue(scene, object, written, removed, minor))
        })
        .collect()
}

/// The clue of one object; all are one finding about the cluster.
fn clue(
    scene: Scene<'_>,
    object: &Object,
    written: &WrittenAs,
    removed: &Removal,
    minor: u64,
) -> Clue {
    let by = match &written.manager {
        Some(manager) => format!("by {manager}"),
        None => "with kubectl apply".to_owned(),
    };
    let when = if removed.minor <= minor {
        format!("not served since 1.{}", removed.minor)
    } else {
        format!("no longer served as of 1.{}", removed.minor)
    };
    let instead = match removed.instead {
        "" => String::new(),
        version => format!("; write {version}"),
    };
    let mut clue = Clue::status(CHECK.id, scene, object)
        .citing(object, &written.path, None)
        .seen(None, scene.evidence.capture.at)
        .detailed(format!(
            "{} was written {by} as {}, {when}{instead}",
            object.key().kind,
            written.api_version
        ));
    clue.subject = Subject::cluster();
    clue.severity = (removed.minor <= minor).then_some(Severity::Low);
    clue
}
