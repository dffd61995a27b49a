//! Room 2b: which collector wrote the bundle, and whose file each entry is.
//!
//! In: the sorted names of all entries, with what examining saw of each (its shape, the kinds of
//! its documents). Out: a [`Layout`]: the format, why, and a [`Role`] for every entry.

mod aks_periscope;
mod cluster_info_dump;
mod component;
mod generic;
mod role;

pub use component::{COMPONENTS, component_of_container, component_of_file, component_of_unit};
pub use role::{Content, Role};

use crate::examine::Shape;
use crate::locator::EntryPath;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What layout may know of an entry.
#[derive(Debug, Clone)]
pub struct EntryFacts {
    /// Its path.
    pub path: EntryPath,
    /// How it was read.
    pub shape: Shape,
    /// Kinds of the objects in it, with counts; `Event` included.
    pub kinds: BTreeMap<String, usize>,
    /// Whether it has `==== START logs` sections.
    pub sections: bool,
    /// Whether it has facts that only a Periscope collector writes.
    pub periscope: bool,
    /// Host names of its syslog or journald prefixes, most frequent first.
    pub hosts: Vec<String>,
    /// Component guessed from the source files that klog names.
    pub component_hint: Option<&'static str>,
    /// Bytes of text.
    pub bytes: u64,
}

/// The format of a bundle and the role of each entry.
#[derive(Debug, Clone)]
pub struct Layout {
    /// `aks-periscope`, `cluster-info-dump`, `generic`, ...
    pub format: &'static str,
    /// Why, in words, naming the decisive entries: "nodes.json beside 2 folders with replication-controllers.json".
    pub reason: String,
    /// Role of each entry.
    pub roles: BTreeMap<EntryPath, Role>,
    /// When the collector ran, where names say so (Periscope's run id).
    pub collected_at: Option<Timestamp>,
}

/// Recognises the format and gives every entry its role.
pub fn detect(entries: &[EntryFacts]) -> Layout {
    let roles = entries
        .iter()
        .map(|entry| (entry.path.clone(), Role::default()))
        .collect();
    Layout {
        format: "generic",
        reason: String::new(),
        roles,
        collected_at: None,
    }
}
