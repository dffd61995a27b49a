//! Admission webhooks whose service does not exist or has nothing ready behind it.

use super::backends::{self, Dead};
use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::kube::{Detail, Object, Webhook};
use crate::severity::Severity;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "webhook-service-dead",
    needs: &[
        Need::Together(&["MutatingWebhookConfiguration", "Service"]),
        Need::Together(&["ValidatingWebhookConfiguration", "Service"]),
    ],
    run,
};

/// Looks behind the service of every webhook.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut clues = Vec::new();
    for kind in [
        "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
    ] {
        for object in scene.evidence.index.of_kind(kind) {
            let Detail::WebhookConfiguration(configuration) = &object.detail else {
                continue;
            };
            for (index, webhook) in configuration.webhooks.iter().enumerate() {
                clues.extend(clue(scene, object, index, webhook));
            }
        }
    }
    clues
}

/// The clue of one webhook, if nothing answers it.
fn clue(scene: Scene<'_>, object: &Object, index: usize, webhook: &Webhook) -> Option<Clue> {
    let (namespace, name) = webhook.service.as_ref()?;
    let dead = backends::dead(scene, namespace, name)?;
    let ignored = webhook.failure_policy == "Ignore";
    let field = format!("webhooks[{index}].clientConfig.service.name");
    let mut clue = Clue::status(CHECK.id, scene, object)
        .citing(object, &field, None)
        .seen(None, scene.evidence.capture.at);
    let why = match dead {
        Dead::Missing => format!("Service {namespace}/{name} does not exist"),
        Dead::Empty(service, pods) => {
            clue = clue.citing(service, "spec.selector", None);
            let many = match pods {
                0 => "no pod".to_owned(),
                1 => "one pod, which is not ready".to_owned(),
                many => format!("{many} pods, none of them ready"),
            };
            format!("Service {namespace}/{name} has {many}")
        }
    };
    let policy = if ignored { "Ignore" } else { "Fail" };
    clue.severity = Some(match (ignored, webhook.takes_all_pods) {
        (true, _) => Severity::Low,
        (false, true) => Severity::Critical,
        (false, false) => Severity::High,
    });
    let values = [("webhook_namespace", namespace), ("webhook_service", name)];
    clue.values
        .extend(values.map(|(name, value)| (name.to_owned(), value.clone())));
    Some(clue.detailed(format!(
        "{why}; webhook {}, failurePolicy {policy}",
        webhook.name
    )))
}
