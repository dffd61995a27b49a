//! Finds an object by its identity without comparing names that begin alike.
//!
//! In: the keys of all objects, by place. Out: the places at which a key may stand. Diagnoses look
//! objects up some hundred thousand times, and the names of a namespace share most of their
//! letters: a sorted table of hashes is searched faster than the names themselves.

use crate::kube::ObjectKey;
use std::hash::{BuildHasher as _, RandomState};

/// Places by the hash of what stands there.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Differs from run to run, so that no bundle can be made of keys that collide.
    hasher: RandomState,
    /// Hash and place, in order.
    table: Vec<(u64, usize)>,
}

impl Places {
    /// The places of these keys.
    pub(super) fn of<'k>(keys: impl Iterator<Item = &'k ObjectKey>) -> Self {
        let hasher = RandomState::new();
        let mut table: Vec<(u64, usize)> = keys
            .map(|key| hasher.hash_one((&*key.kind, &*key.namespace, &*key.name)))
            .zip(0..)
            .collect();
        table.sort_unstable();
        Self { hasher, table }
    }

    /// Places at which this key may stand: all that share its hash.
    pub(super) fn candidates(
        &self,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> impl Iterator<Item = usize> {
        let wanted = self.hasher.hash_one((kind, namespace, name));
        let from = self.table.partition_point(|(hash, _)| *hash < wanted);
        let alike = self.table.get(from..).unwrap_or_default().iter();
        alike
            .take_while(move |(hash, _)| *hash == wanted)
            .map(|(_, place)| *place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_at_its_place() {
        let keys: Vec<ObjectKey> = (0..300)
            .map(|number| ObjectKey::new("Pod", "shop", &format!("web-{number:03}")))
            .collect();
        let places = Places::of(keys.iter());
        let at = |name: &str| places.candidates("Pod", "shop", name).collect::<Vec<_>>();
        assert_eq!(at("web-000"), [0]);
        assert_eq!(at("web-299"), [299]);
        assert!(at("web-300").is_empty());
        assert_eq!(
            Places::default()
                .candidates("Pod", "shop", "web-000")
                .count(),
            0
        );
    }
}
