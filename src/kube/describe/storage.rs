//! Described claims and volumes.

use super::draft::Draft;
use super::table::conditions;
use super::tree::{Tree, stated};
use crate::kube::value::push_key;

/// Puts the fields of a claim.
pub(super) fn read_claim(tree: &Tree<'_>, draft: &mut Draft) {
    phase(tree, draft);
    draft.text(tree, "StorageClass", "spec.storageClassName");
    draft.text(tree, "Volume", "spec.volumeName");
    draft.text(tree, "Capacity", "status.capacity.storage");
    conditions(tree, draft);
}

/// Puts the fields of a volume.
pub(super) fn read_volume(tree: &Tree<'_>, draft: &mut Draft) {
    phase(tree, draft);
    draft.text(tree, "StorageClass", "spec.storageClassName");
    draft.text(tree, "Reclaim Policy", "spec.persistentVolumeReclaimPolicy");
    draft.text(tree, "Message", "status.message");
    draft.text(tree, "Capacity", "spec.capacity.storage");
    let claim = tree
        .find("Claim")
        .and_then(|node| Some((node, stated(node.value)?)));
    if let Some((node, (namespace, name))) =
        claim.and_then(|(node, claim)| Some((node, claim.split_once('/')?)))
    {
        draft.put("spec.claimRef.namespace", namespace.into(), node.line);
        draft.put("spec.claimRef.name", name.into(), node.line);
    }
}

/// Puts the fields of a storage class.
pub(super) fn read_class(tree: &Tree<'_>, draft: &mut Draft) {
    draft.text(tree, "Provisioner", "provisioner");
    draft.text(tree, "VolumeBindingMode", "volumeBindingMode");
    if let Some(node) = tree.find("IsDefaultClass") {
        let mut path = "metadata.annotations".to_owned();
        push_key(&mut path, "storageclass.kubernetes.io/is-default-class");
        let is_default = node.value == "Yes";
        draft.put(&path, is_default.to_string().into(), node.line);
    }
}

/// Puts the phase; of what is being deleted kubectl prints `Terminating (lasts 5m)`.
fn phase(tree: &Tree<'_>, draft: &mut Draft) {
    if let Some((node, value)) = tree
        .find("Status")
        .and_then(|node| Some((node, stated(node.value)?)))
    {
        let phase = value.split(" (").next().unwrap_or_default();
        draft.put("status.phase", phase.into(), node.line);
    }
}
