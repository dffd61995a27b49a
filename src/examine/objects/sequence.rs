//! Which namespace the empty lists of a dump's stream are of.

use crate::kube::kinds;
use std::collections::BTreeSet;

/// The empty lists of a dump's stream, which do not say where they are empty, with the namespace of
/// those around them: a dump writes all lists of one, its events first, before those of the next.
pub(super) fn empty_lists(sequence: &[(String, String)]) -> Vec<(String, String)> {
    let of_one_namespace = sequence.chunk_by(|_, (next, _)| next != "Event");
    let mut found = Vec::new();
    for lists in of_one_namespace {
        let stated: BTreeSet<&str> = lists
            .iter()
            .map(|(_, namespace)| namespace.as_str())
            .filter(|namespace| !namespace.is_empty())
            .collect();
        let Some(only) = stated.first().filter(|_| stated.len() == 1) else {
            continue;
        };
        let empty = lists
            .iter()
            .filter(|(kind, namespace)| namespace.is_empty() && kinds::is_namespaced(kind));
        found.extend(empty.map(|(kind, _)| (kind.clone(), (*only).to_owned())));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_lists_are_of_the_namespace_around_them() {
        let list = |kind: &str, namespace: &str| (kind.to_owned(), namespace.to_owned());
        let sequence = [
            list("Node", ""),
            list("Event", ""),
            list("Service", "a"),
            list("Pod", ""),
            list("Event", ""),
            list("Service", ""),
            list("Pod", ""),
            list("Event", ""),
            list("Service", "b"),
            list("Pod", "b"),
        ];
        let expected = [list("Event", "a"), list("Pod", "a"), list("Event", "b")];
        assert_eq!(empty_lists(&sequence), expected);
    }
}
