//! Namespaces of objects whose text does not state them.
//!
//! `kubectl describe daemonset` printed none before 1.33. Where the bundle holds the same object
//! with its namespace, or pods of it, these tell; where they tell of several it stays unknown.

use super::fold::Entry;
use crate::kube::{Object, ObjectKey, kinds};
use std::collections::{BTreeMap, BTreeSet};

/// Kind and name of an object.
type Name = (String, String);

/// Puts the namespace into the keys of objects and of their events, where all that is known of the
/// object is in one.
pub(super) fn find(entries: &mut [Entry]) {
    let objects = || entries.iter().flat_map(|entry| &entry.objects);
    let homeless: BTreeSet<Name> = objects()
        .map(Object::key)
        .filter(|key| is_homeless(key))
        .map(name)
        .collect();
    if homeless.is_empty() {
        return;
    }
    let mut homes: BTreeMap<Name, BTreeSet<String>> = BTreeMap::new();
    for object in objects().filter(|object| !object.key().namespace.is_empty()) {
        let key = object.key();
        let owners = object.meta.owners.iter();
        let owners = owners.map(|owner| (owner.kind.clone(), owner.name.clone()));
        for known in owners.chain([name(key)]) {
            if homeless.contains(&known) {
                let own = homes.entry(known).or_default();
                own.insert(key.namespace.clone());
            }
        }
    }
    let home = |key: &ObjectKey| -> Option<String> {
        let own = homes.get(&name(key)).filter(|_| is_homeless(key))?;
        own.first().filter(|_| own.len() == 1).cloned()
    };
    for entry in entries.iter_mut() {
        for object in &mut entry.objects {
            if let Some(namespace) = home(object.key()) {
                object.meta.key.namespace = namespace;
            }
        }
        for event in &mut entry.events {
            if let Some(namespace) = home(&event.object) {
                event.object.namespace = namespace;
            }
        }
    }
}

/// Whether an object belongs to a namespace and does not say to which.
fn is_homeless(key: &ObjectKey) -> bool {
    key.namespace.is_empty() && kinds::is_namespaced_builtin(&key.kind)
}

/// Kind and name of a key.
fn name(key: &ObjectKey) -> Name {
    (key.kind.clone(), key.name.clone())
}
