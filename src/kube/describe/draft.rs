//! A value in the making: fields put at their paths, each with its line.

use super::tree::{Node, Tree, stated};
use crate::kube::describe::age::seconds;
use crate::kube::describe::age::time;
use crate::kube::value::{Segment, push_key, segments};
use serde_json::{Map, Value, json};

/// The value of one object and the line of each of its fields.
#[derive(Debug, Default)]
pub(super) struct Draft {
    value: Value,
    lines: Vec<(String, u32)>,
}

impl Draft {
    /// Puts a field at its path and notes its line. Lists grow by one element at a time: an index
    /// past their end is one that was never put before.
    pub(super) fn put(&mut self, path: &str, value: Value, line: u32) {
        let (steps, _) = segments(path);
        let mut at = &mut self.value;
        for step in &steps {
            at = match step {
                Segment::Key(key) => {
                    if !at.is_object() {
                        *at = Value::Object(Map::new());
                    }
                    let Value::Object(map) = at else { return };
                    map.entry(key.clone()).or_insert(Value::Null)
                }
                Segment::Index(index) => {
                    if !at.is_array() {
                        *at = Value::Array(vec![]);
                    }
                    let Value::Array(list) = at else { return };
                    if *index >= list.len() {
                        list.push(Value::Null);
                    }
                    let end = list.len() - 1;
                    &mut list[(*index).min(end)]
                }
                Segment::Any => return,
            };
        }
        *at = value;
        self.note(path, line);
    }

    /// Notes the line of a path that has no value of its own (a container, a list's element).
    pub(super) fn note(&mut self, path: &str, line: u32) {
        self.lines.push((path.to_owned(), line));
    }

    /// Puts the value of a node, if it states one, as text.
    pub(super) fn put_text(&mut self, path: &str, node: Option<&Node<'_>>) {
        if let Some((node, value)) = node.and_then(|node| Some((node, stated(node.value)?))) {
            self.put(path, value.into(), node.line);
        }
    }

    /// Puts the value of a node, if it is a whole number.
    pub(super) fn put_number(&mut self, path: &str, node: Option<&Node<'_>>) {
        if let Some((node, value)) = node.and_then(|node| Some((node, number(node.value)?))) {
            self.put(path, value.into(), node.line);
        }
    }

    /// Puts the value of a node, if it is a time, the way the API writes it.
    pub(super) fn put_time(&mut self, path: &str, node: Option<&Node<'_>>) {
        if let Some((node, value)) = node.and_then(|node| Some((node, time(node.value)?))) {
            self.put(path, value.into(), node.line);
        }
    }

    /// Puts the text of the field `key` at the left edge.
    pub(super) fn text(&mut self, tree: &Tree<'_>, key: &str, path: &str) {
        self.put_text(path, tree.find(key));
    }

    /// Puts the number of the field `key` at the left edge.
    pub(super) fn number(&mut self, tree: &Tree<'_>, key: &str, path: &str) {
        self.put_number(path, tree.find(key));
    }

    /// Puts the time of the field `key` at the left edge.
    pub(super) fn time(&mut self, tree: &Tree<'_>, key: &str, path: &str) {
        self.put_time(path, tree.find(key));
    }

    /// Puts `key=value` lines (labels, selectors) as a map.
    pub(super) fn pairs(&mut self, tree: &Tree<'_>, node: Option<&Node<'_>>, path: &str) {
        let Some(node) = node else { return };
        for (line_text, line) in tree.values(node) {
            for pair in line_text.split(',') {
                if let Some((key, value)) = pair.split_once('=') {
                    let mut at = path.to_owned();
                    push_key(&mut at, key.trim());
                    self.put(&at, value.trim().into(), line);
                }
            }
        }
    }

    /// Puts the quantities below a node (limits, capacity) as a map.
    pub(super) fn quantities(&mut self, tree: &Tree<'_>, node: Option<&Node<'_>>, path: &str) {
        let Some(node) = node else { return };
        for child in tree.below(node) {
            if let Some(value) = stated(child.value).filter(|_| !child.key.is_empty()) {
                let mut at = path.to_owned();
                push_key(&mut at, child.key);
                self.put(&at, value.into(), child.line);
            }
        }
    }

    /// Puts what every description begins with: name, namespace, labels, annotations, owner.
    pub(super) fn metadata(&mut self, tree: &Tree<'_>) {
        self.text(tree, "Name", "metadata.name");
        self.text(tree, "Namespace", "metadata.namespace");
        self.time(tree, "CreationTimestamp", "metadata.creationTimestamp");
        self.time(tree, "Created on", "metadata.creationTimestamp");
        self.pairs(tree, tree.find("Labels"), "metadata.labels");
        self.annotations(tree);
        if let Some(node) = tree.find("Finalizers") {
            let names = node.value.trim_matches(['[', ']']).split_whitespace();
            for (index, name) in names.enumerate() {
                self.put(
                    &format!("metadata.finalizers[{index}]"),
                    name.into(),
                    node.line,
                );
            }
        }
        self.deletion(tree);
        // Before 1.9 the line read `Created By`, and then named the annotation's creator.
        let owner = tree
            .find("Controlled By")
            .or_else(|| tree.find("Controllers"));
        if let Some((node, (kind, name))) =
            owner.and_then(|node| Some((node, node.value.split_once('/')?)))
        {
            let owner = json!({ "kind": kind, "name": name, "controller": true });
            self.put("metadata.ownerReferences[0]", owner, node.line);
        }
    }

    /// Puts since when an object is being deleted: an age in the status of pods, claims and
    /// volumes (`Terminating (lasts 5m)`), or the fields of the metadata, which kubectl prints of
    /// kinds that it does not know.
    fn deletion(&mut self, tree: &Tree<'_>) {
        let age = tree.find("Status").and_then(|node| {
            let (_, age) = node.value.split_once("Terminating (lasts ")?;
            Some((node, seconds(age.trim_end_matches(')'))?))
        });
        if let Some((node, age)) = age {
            self.put("metadata.deletionAge", age.into(), node.line);
        }
        let Some(metadata) = tree.find("Metadata") else {
            return;
        };
        self.put_text(
            "metadata.deletionTimestamp",
            tree.child(metadata, "Deletion Timestamp"),
        );
        if let Some(node) = tree.child(metadata, "Finalizers") {
            for (index, (name, line)) in tree.values(node).into_iter().enumerate() {
                let path = format!("metadata.finalizers[{index}]");
                self.put(&path, name.into(), line);
            }
        }
    }

    /// Puts annotations, printed as `key: value` or, by older clients, `key=value`.
    fn annotations(&mut self, tree: &Tree<'_>) {
        let Some(node) = tree.find("Annotations") else {
            return;
        };
        for (line_text, line) in tree.values(node) {
            let pair = line_text
                .split_once(": ")
                .or_else(|| line_text.split_once('='));
            if let Some((key, value)) = pair.filter(|(key, _)| !key.contains(' ')) {
                let mut at = String::from("metadata.annotations");
                push_key(&mut at, key);
                self.put(&at, value.trim().into(), line);
            }
        }
    }

    /// The value and the lines.
    pub(super) fn finish(self) -> (Value, Vec<(String, u32)>) {
        (self.value, self.lines)
    }
}

/// The whole number that a text begins with.
pub(super) fn number(text: &str) -> Option<i64> {
    text.split_whitespace().next()?.parse().ok()
}
