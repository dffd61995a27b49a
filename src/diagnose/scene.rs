//! What everything in this room looks at: the facts and the rules; and whom these are about.

use crate::diagnose::finding::Subject;
use crate::evidence::Evidence;
use crate::kube::ObjectKey;
use crate::rules::{MatcherId, RuleSet};

/// What checks and rules look at.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The facts.
    pub evidence: &'a Evidence,
    /// The rules.
    pub rules: &'a RuleSet,
}

impl Scene<'_> {
    /// Id of a matcher's rule.
    pub(super) fn rule_id(&self, matcher: MatcherId) -> String {
        self.rules
            .rule_of(matcher)
            .map(|rule| rule.id.to_string())
            .unwrap_or_default()
    }

    /// The subject for an object, with its node where it runs on one.
    pub fn subject(&self, key: &ObjectKey) -> Subject {
        let node = match self.evidence.index.get(key).map(|object| &object.detail) {
            Some(crate::kube::Detail::Pod(pod)) => pod.node.clone(),
            _ => None,
        };
        Subject {
            kind: key.kind.clone(),
            namespace: key.namespace.clone(),
            name: key.name.clone(),
            node,
        }
    }

    /// The subject for the owner of an object: findings speak of a deployment, not of each pod.
    /// The owner of a pod that is gone is told by name.
    pub fn owner_subject(&self, key: &ObjectKey) -> Subject {
        let index = &self.evidence.index;
        let owner = index.root_owner(key);
        if owner == *key && key.kind == "Pod" && index.get(key).is_none() {
            if let Some(owner) = index.owner_by_name(&key.namespace, &key.name) {
                return self.subject(&index.root_owner(owner.key()));
            }
            return Subject {
                name: base_name(&key.name),
                kind: "Pod".into(),
                namespace: key.namespace.clone(),
                node: None,
            };
        }
        self.subject(&owner)
    }
}

/// The name that replicas share: `web-6cd8cc5c4-t4whg` and `web-6cd8cc5c4-abcde` are `web-*`.
pub(super) fn base_name(pod: &str) -> String {
    // Kubernetes makes names of these letters only, so that no words arise; hashes of old replica
    // sets also have the other digits.
    let generated = |part: &str, more: &[u8]| {
        part.bytes()
            .all(|byte| b"bcdfghjklmnpqrstvwxz2456789".contains(&byte) || more.contains(&byte))
    };
    match pod.rsplit_once('-') {
        Some((rest, suffix)) if suffix.len() == 5 && generated(suffix, b"") => {
            match rest.rsplit_once('-') {
                Some((name, hash)) if (8..=10).contains(&hash.len()) && generated(hash, b"013") => {
                    format!("{name}-*")
                }
                _ => format!("{rest}-*"),
            }
        }
        _ => pod.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicas_of_one_workload_share_a_name() {
        assert_eq!(
            base_name("server-deployment-56d5dd7646-29sc2"),
            "server-deployment-*"
        );
        assert_eq!(base_name("kube-proxy-qxfxq"), "kube-proxy-*");
        assert_eq!(base_name("etcd-minikube"), "etcd-minikube");
        assert_eq!(
            base_name("kube-scheduler-kind-control-plane"),
            "kube-scheduler-kind-control-plane"
        );
        assert_eq!(base_name("web-0"), "web-0");
    }
}
