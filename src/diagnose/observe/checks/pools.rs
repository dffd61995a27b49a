//! Which pool a node is of: the part that the checks which compare the nodes of a pool share.

use crate::diagnose::scene::Scene;
use crate::kube::{Object, ObjectKey};

/// Labels that name the pool of a node, in the clouds that have pools.
const POOL: [&str; 5] = [
    "kubernetes.azure.com/agentpool",
    "agentpool",
    "eks.amazonaws.com/nodegroup",
    "cloud.google.com/gke-nodepool",
    "karpenter.sh/nodepool",
];
/// Digits at the end of the names that AKS gives to Windows nodes: their number in base 36.
const WINDOWS_NUMBER: usize = 6;

/// The pool that the labels of a node name.
pub(super) fn labelled(object: &Object) -> Option<&str> {
    let labels = &object.meta.labels;
    POOL.iter()
        .find_map(|name| labels.get(*name))
        .map(String::as_str)
}

/// The pool of a node, as its object says, else its name where AKS gave it.
pub(super) fn pool_of(scene: Scene<'_>, node: &str) -> Option<String> {
    let object = scene.evidence.index.get(&ObjectKey::new("Node", "", node));
    let pool = object.and_then(labelled).or_else(|| named(node))?;
    Some(pool.to_owned())
}

/// The pool in `aks-nodepool1-12345678-vmss00000a`, `aks-nodepool1-12345678-0` and `akswin00000a`.
fn named(node: &str) -> Option<&str> {
    let rest = node.strip_prefix("aks")?;
    if let Some(rest) = rest.strip_prefix('-') {
        let mut parts = rest.rsplitn(3, '-');
        let (number, scale_set, pool) = (parts.next()?, parts.next()?, parts.next()?);
        let made_by_aks = scale_set.len() == 8
            && scale_set.bytes().all(|byte| byte.is_ascii_digit())
            && (number.starts_with("vmss") || number.bytes().all(|byte| byte.is_ascii_digit()));
        return made_by_aks.then_some(pool);
    }
    let (pool, number) = rest.split_at_checked(rest.len().checked_sub(WINDOWS_NUMBER)?)?;
    let counts =
        number.starts_with("00") && number.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (counts && !pool.is_empty()).then_some(pool)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_aks_tell_the_pool() {
        for (node, pool) in [
            ("aks-nodepool1-12345678-vmss00000a", Some("nodepool1")),
            ("aks-user-pool-12345678-0", Some("user-pool")),
            ("akswin00000a", Some("win")),
            ("aks-nodepool1-vmss00000a", None),
            ("aks", None),
            ("node-1", None),
            ("aksé0000", None),
        ] {
            assert_eq!(named(node), pool, "{node}");
        }
    }
}
