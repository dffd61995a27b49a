//! Where a dump into a folder was stopped.
//!
//! `kubectl cluster-info dump` writes the lists of a namespace, then a `logs.txt` for each of its
//! pods, even where it can fetch no log; then comes the next namespace. A namespace with pods and
//! without any such file is the one in which it ended.

use super::Index;
use crate::gap::{Gap, GapReason};
use crate::kube::Object;
use crate::layout::{Content, Format, Layout};
use crate::locator::EntryPath;
use std::collections::{BTreeMap, BTreeSet};

/// One gap for each namespace whose pods have no file of logs, in a dump that has such files or
/// just one namespace.
pub(super) fn gaps(layout: &Layout, index: &Index) -> Vec<Gap> {
    if layout.format != Format::ClusterInfoDump {
        return vec![];
    }
    let logged: BTreeSet<&str> = layout
        .roles
        .values()
        .filter(|role| role.content == Content::PodLog)
        .filter_map(|role| role.namespace.as_deref())
        .collect();
    let mut pods: BTreeMap<&EntryPath, Vec<&Object>> = BTreeMap::new();
    for (object, _) in index.pods() {
        pods.entry(&object.path).or_default().push(object);
    }
    let of_folder = |path: &EntryPath| {
        let role = layout.roles.get(path);
        role.filter(|role| role.content == Content::Objects)
            .and_then(|role| role.namespace.as_deref())
    };
    let unlogged = pods.iter().filter_map(|(path, pods)| {
        let namespace = of_folder(path)?;
        let first = pods.first()?;
        (!namespace.is_empty() && !logged.contains(namespace)).then(|| Gap {
            locator: path.line(first.text.first_line()),
            reason: GapReason::NotCollected {
                detail: format!(
                    "no logs.txt for {} in namespace {namespace}; the dump ended there, so other namespaces may be missing as well",
                    match pods.len() {
                        1 => "the only pod".to_owned(),
                        many => format!("any of the {many} pods"),
                    }
                ),
            },
        })
    });
    unlogged.collect()
}
