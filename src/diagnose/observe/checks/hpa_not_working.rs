//! Autoscalers that do not scale: no target, no metrics, or a controller that says so.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::{Autoscaler, Condition, Detail, Object, ObjectKey};
use jiff::SignedDuration;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "hpa-not-working",
    needs: &[Need::Objects("HorizontalPodAutoscaler")],
    run,
};

/// Metrics of new pods take this long to arrive.
const WARM_UP: SignedDuration = SignedDuration::from_mins(10);

/// Looks at every autoscaler.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let objects = scene.evidence.index.of_kind("HorizontalPodAutoscaler");
    objects
        .filter_map(|object| match &object.detail {
            Detail::Autoscaler(autoscaler) => Some((object, autoscaler)),
            _ => None,
        })
        .flat_map(|(object, autoscaler)| trouble(scene, object, autoscaler))
        .collect()
}

/// What is wrong with one autoscaler: its target first, then what its conditions say, then the
/// metrics of one that has no conditions.
fn trouble(scene: Scene<'_>, object: &Object, autoscaler: &Autoscaler) -> Vec<Clue> {
    let clue = |field: &str, condition: Option<&Condition>, said: String| {
        let since = condition.and_then(|condition| condition.since);
        Clue::status(CHECK.id, scene, object)
            .citing(object, field, since)
            .seen(since, scene.evidence.capture.at)
            .detailed(said)
    };
    let (kind, name) = &autoscaler.target;
    let target = ObjectKey::new(kind, &object.key().namespace, name);
    let no_target = !name.is_empty()
        && scene.evidence.index.get(&target).is_none()
        && scene.evidence.holds_all(kind, &target.namespace);
    if no_target {
        let said = format!("its target {kind} {name} does not exist");
        return vec![clue("spec.scaleTargetRef.name", None, said)];
    }
    let failing: Vec<Clue> = autoscaler
        .conditions
        .iter()
        .filter(|condition| is_failing(condition))
        .map(|condition| {
            let said = match condition.message.as_str() {
                "" => format!("{} is False: {}", condition.kind, condition.reason),
                message => format!("{} is False: {message}", condition.kind),
            };
            let known = object.meta.annotations.keys();
            let field = match known.into_iter().find(|name| name.ends_with("/conditions")) {
                Some(name) => format!("metadata.annotations[\"{name}\"]"),
                None => format!("{}.message", condition.path()),
            };
            clue(&field, Some(condition), said)
        })
        .collect();
    let (wanted, known) = autoscaler.metrics;
    let young = scene
        .evidence
        .capture
        .at
        .zip(object.meta.created)
        .is_none_or(|(at, created)| at.duration_since(created) < WARM_UP);
    // Where the controller says how it is, that counts; a target without pods has no metrics.
    if autoscaler.conditions.is_empty() && wanted > known && !young && autoscaler.current > 0 {
        let said = match (wanted, known) {
            (1, _) => "its metric has no value (<unknown>)".to_owned(),
            (_, 0) => format!("none of its {wanted} metrics has a value (<unknown>)"),
            _ => format!(
                "{} of its {wanted} metrics have no value (<unknown>)",
                wanted - known
            ),
        };
        return vec![clue("spec.metrics", None, said)];
    }
    failing
}

/// Whether a condition says that nothing is scaled; that scaling is switched off (the target was
/// scaled to zero) is no failure.
fn is_failing(condition: &Condition) -> bool {
    matches!(condition.kind.as_str(), "ScalingActive" | "AbleToScale")
        && condition.status == "False"
        && condition.reason != "ScalingDisabled"
        && !condition.reason.starts_with("Backoff")
}
