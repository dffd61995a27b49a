//! Builds entries from names as examining would describe them.

use super::{EntryFacts, Layout, Role};
use crate::examine::Shape;
use crate::locator::EntryPath;
use std::collections::BTreeMap;

/// Facts of an entry `name` (archives parted by `!`); the shape follows from the name.
pub(super) fn facts(bundle: &str, name: &str) -> EntryFacts {
    let bundle = EntryPath::bundle(bundle, false);
    let path = name
        .split('!')
        .filter(|part| !part.is_empty())
        .fold(bundle, |path, part| path.entry(part));
    let file = path.file_name();
    let ends = |suffix: &str| file.ends_with(suffix);
    let shape = if ends("logs.txt") {
        Shape::Sections
    } else if ends(".json") || name.contains("podscontainerlogs/") || ends("web-1-web") {
        Shape::Json
    } else if ends(".yaml") {
        Shape::Yaml
    } else if name.contains("kubeobjects/") {
        Shape::Describe
    } else {
        Shape::Log
    };
    EntryFacts {
        shape,
        kinds: BTreeMap::new(),
        sections: shape == Shape::Sections,
        periscope: false,
        hosts: vec![],
        component_hint: None,
        bytes: 100,
        node: None,
        probed: None,
        latest: None,
        path,
    }
}

/// Facts of many entries.
pub(super) fn entries(bundle: &str, names: &[&str]) -> Vec<EntryFacts> {
    names.iter().map(|name| facts(bundle, name)).collect()
}

/// The role of the entry at `path` (archives parted by `!`).
pub(super) fn role(layout: &Layout, path: &str) -> Role {
    layout
        .roles
        .iter()
        .find(|(entry, _)| entry.path() == path)
        .unwrap_or_else(|| panic!("no entry {path}"))
        .1
        .clone()
}

/// A role in one line: content, then what is known: `PodLog kube-proxy ns/pod/container @node -p`.
pub(super) fn words(role: &Role) -> String {
    let mut words = vec![format!("{:?}", role.content)];
    words.extend(role.component.map(ToString::to_string));
    let place = [&role.namespace, &role.pod, &role.container];
    if place.iter().any(|part| part.is_some()) {
        words.push(place.map(|part| part.as_deref().unwrap_or("-")).join("/"));
    }
    words.extend(role.node.as_ref().map(|node| format!("@{node}")));
    words.extend(role.previous.then(|| "previous".to_string()));
    words.join(" ")
}
