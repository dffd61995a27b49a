//! Kinds that kubectl knows nothing of and prints field by field, in the API's own structure.
//!
//! Keys are the API's names cut into words (`Last Transition Time`), and the items of a list follow
//! one another with their keys repeated: the first key that comes again begins the next item.

use super::draft::Draft;
use super::tree::{Node, Tree};
use crate::kube::value::push_key;
use serde_json::Value;
use std::collections::BTreeSet;

/// Lists that often have one item, which no repeated key shows.
const LISTS: [&str; 8] = [
    "conditions",
    "listeners",
    "ownerReferences",
    "parents",
    "rules",
    "subjects",
    "versions",
    "webhooks",
];

/// Keys at the left edge that every description has, and that are no fields.
const FRAME: [&str; 5] = ["Name", "Namespace", "Labels", "Annotations", "Events"];

/// Levels of fields that are followed.
const DEEPEST: usize = 12;

/// Puts all fields of an object that is printed so.
pub(super) fn read(tree: &Tree<'_>, draft: &mut Draft) {
    for node in tree.top() {
        if !node.key.is_empty() && !FRAME.contains(&node.key) {
            put(tree, node, &name(node.key), DEEPEST, draft);
        }
    }
}

/// Puts the field of a node at a path.
fn put(tree: &Tree<'_>, node: &Node<'_>, path: &str, depth: usize, draft: &mut Draft) {
    let children = tree.below(node);
    if depth == 0 {
        return;
    }
    if children.is_empty() {
        if !node.value.is_empty() {
            draft.put(path, value(node.value), node.line);
        }
        return;
    }
    if children.iter().all(|child| child.key.is_empty()) {
        if node.value.is_empty() {
            for (index, child) in children.iter().enumerate() {
                draft.put(&format!("{path}[{index}]"), child.value.into(), child.line);
            }
        } else {
            // A message of several lines.
            let more = children.iter().map(|child| child.value);
            let all: Vec<&str> = std::iter::once(node.value).chain(more).collect();
            draft.put(path, all.join("\n").into(), node.line);
        }
        return;
    }
    let mut seen = BTreeSet::new();
    let repeats = children.iter().any(|child| !seen.insert(child.key));
    let last = path.rsplit('.').next().unwrap_or(path);
    let mut item = (repeats || LISTS.contains(&last)).then_some(0);
    let mut own = BTreeSet::new();
    for child in children {
        if child.key.is_empty() {
            continue;
        }
        if let Some(index) = &mut item
            && !own.insert(child.key)
        {
            *index += 1;
            own = BTreeSet::from([child.key]);
        }
        let mut at = match item {
            Some(index) => format!("{path}[{index}]"),
            None => path.to_owned(),
        };
        push_key(&mut at, &name(child.key));
        put(tree, child, &at, depth - 1, draft);
    }
}

/// The API's name of a key: `Last Transition Time` is `lastTransitionTime`, `API Version` is
/// `apiVersion`.
fn name(key: &str) -> String {
    let mut words = key.split(' ').filter(|word| !word.is_empty());
    let mut name = words.next().unwrap_or_default().to_owned();
    if name.chars().all(|c| c.is_ascii_uppercase()) {
        name.make_ascii_lowercase();
    } else if let Some(first) = name.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    name.extend(words);
    name
}

/// A value as the API has it, as far as its text tells.
fn value(text: &str) -> Value {
    match text {
        "<nil>" | "<none>" => Value::Null,
        "true" => true.into(),
        "false" => false.into(),
        text => match text.parse::<i64>() {
            Ok(number) => number.into(),
            Err(_) => text.into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_back_as_the_api_has_them() {
        let text = "Name: a\nAPI Version: x/v1\nKind: Widget\nMetadata:\n  Creation Timestamp: t\nStatus:\n  Conditions:\n    Last Transition Time: t1\n    Status: False\n    Type: Ready\n    Last Transition Time: t2\n    Status: True\n    Type: Synced\n  Ready: true\n  Replicas: 3\n  Names:\n    a\n    b\nEvents: <none>\n";
        let mut draft = Draft::default();
        read(&Tree::parse(text), &mut draft);
        let (value, _) = draft.finish();
        let expected = serde_json::json!({
            "apiVersion": "x/v1", "kind": "Widget",
            "metadata": {"creationTimestamp": "t"},
            "status": {
                "conditions": [
                    {"lastTransitionTime": "t1", "status": "False", "type": "Ready"},
                    {"lastTransitionTime": "t2", "status": "True", "type": "Synced"},
                ],
                "ready": true, "replicas": 3, "names": ["a", "b"],
            },
        });
        assert_eq!(value, expected);
    }
}
