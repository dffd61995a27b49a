//! Azure resources that `az` shows in a failed state, or switched off.

use super::{Check, Need};
use crate::diagnose::finding::Subject;
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::examine::facts::{AzureResource, FactKind};
use crate::examine::part::CollectorFact;
use crate::severity::Severity;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "azure-resource-state",
    needs: &[Need::Collected(FactKind::AzureResources)],
    run,
};

/// States of a resource that no operation is changing, and whose last one did not succeed.
const BROKEN: [&str; 3] = ["failed", "canceled", "cancelled"];

/// States of what does not run.
const OFF: [&str; 4] = ["stopped", "stopping", "deallocated", "deallocating"];

/// Looks at every resource; the same one may be in several outputs.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let facts = scene.evidence.collector.iter();
    let resources = facts.filter_map(|(path, _, fact)| match fact {
        CollectorFact::Azure(resource) => Some((path, resource)),
        _ => None,
    });
    let mut clues = Vec::new();
    for (path, resource) in resources {
        let Some((said, severity)) = trouble(resource) else {
            continue;
        };
        let subject = Subject {
            kind: "AzureResource".to_owned(),
            namespace: String::new(),
            name: resource.name.clone(),
            node: None,
        };
        let mut clue = Clue::collected(CHECK.id, subject)
            .with_citation(path, resource.snippet.clone(), None)
            .seen(None, scene.evidence.capture.at)
            .detailed(said);
        clue.severity = severity;
        clues.push(clue);
    }
    clues
}

/// What is wrong with a resource, and how bad where that is not what the rule says.
fn trouble(resource: &AzureResource) -> Option<(String, Option<Severity>)> {
    let among = |states: &[&str], text: &str| states.contains(&&*text.to_lowercase());
    let power = resource.power.as_deref().filter(|power| among(&OFF, power));
    if among(&BROKEN, &resource.provisioning) {
        let said = format!("its provisioning state is {}", resource.provisioning);
        Some((said, None))
    } else {
        // Whoever switched it off may have meant to.
        let said = format!("its power state is {}", power?);
        Some((said, Some(Severity::Medium)))
    }
}
