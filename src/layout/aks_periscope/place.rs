//! Where Periscope put an entry: below which node's folder or zip, under which collector and key.

use super::super::Named;
use super::keys::{self, Collector};
use super::{PROOF, mesh, spelling};
use crate::layout::aks_periscope::run::is_in_run;
use std::collections::{BTreeMap, BTreeSet};

/// Folders of releases before 0.4 between the node and the collector.
const OLD_FOLDERS: &[&str] = &["collector", "diagnoser", "metrics", "diagnostic"];

/// Folder in which releases 0.2 and 0.3 gathered what they zipped.
const OLD_ROOT: [&str; 3] = ["var", "log", "aks-periscope"];

/// Folders of one node in one run, or its zip.
pub(super) type Base<'a> = &'a [&'a str];

/// Where Periscope put an entry.
pub(super) struct Place<'a> {
    /// Who collected it; `None` for a key that nobody is known to write.
    pub(super) collector: Option<Collector>,
    /// Folders above, without those of old releases.
    pub(super) base: Base<'a>,
    /// The key below the collector, as Periscope spelled it.
    pub(super) key: String,
    /// Whether it comes out of the zip of its node, packed or unpacked.
    pub(super) from_zip: bool,
}

/// The entries that lie where Periscope puts its own, by their place in the list.
pub(super) fn all<'a>(
    entries: &'a [Named<'a>],
    flat_bases: &BTreeSet<Base<'a>>,
) -> BTreeMap<usize, Place<'a>> {
    entries
        .iter()
        .enumerate()
        .filter_map(|(index, entry)| Some((index, place(entry, flat_bases)?)))
        .collect()
}

/// Folders whose files show, by their keys alone, that they are one node's blobs.
pub(super) fn flat_bases<'a>(entries: &'a [Named<'a>]) -> BTreeSet<Base<'a>> {
    let mut seen: BTreeMap<Base<'_>, BTreeSet<Collector>> = BTreeMap::new();
    for entry in entries {
        let file = spelling::respelled(entry.file());
        let collectors = entry
            .folder()
            .last()
            .and_then(|own| Collector::of_folder(own));
        if collectors.is_some_and(|collector| collector.knows(&file)) {
            continue;
        }
        seen.entry(without_old_folder(entry.folder()))
            .or_default()
            .extend(keys::tells_collector(&file));
    }
    seen.into_iter()
        .filter(|(folder, collectors)| {
            collectors.len() >= PROOF || is_in_run(folder) && !collectors.is_empty()
        })
        .map(|(folder, _)| folder)
        .collect()
}

/// Where Periscope put the entry; `None` where it is not one of its names.
fn place<'a>(entry: &'a Named<'a>, flat_bases: &BTreeSet<Base<'a>>) -> Option<Place<'a>> {
    let segments = entry.segments.as_slice();
    // The longest folder that is a node's; all below it is its key.
    let flat = (0..segments.len()).rev().find(|at| {
        let base = segments.get(..*at);
        base.is_some_and(|base| flat_bases.contains(base))
    });
    let below = flat.unwrap_or(0);
    let old = segments
        .get(below)
        .is_some_and(|own| OLD_FOLDERS.contains(own));
    if let Some((at, collector, key)) = in_folder(segments, below)
        && !(flat == Some(at) && is_meshs_own(segments, at, collector))
    {
        let above = segments.get(..at)?;
        let base = without_old_folder(above);
        return Some(Place {
            collector: Some(collector),
            base,
            key,
            // From 0.4 on blobs have no folder of their collector.
            from_zip: base.len() == above.len() || lies_in_old_zip(base),
        });
    }
    let (base, key) = segments.split_at_checked(flat?)?;
    let key = if old { key.get(1..)? } else { key };
    let key = spelling::respelled(&key.join("/")).into_owned();
    let collector = match Collector::of_key(&key, entry.facts.shape) {
        // Releases 0.4 to 0.6 write the pods of a mesh under their bare names.
        Some(Collector::PodsContainerLogs) if !entry.facts.kinds.is_empty() => Some(Collector::Osm),
        other => other,
    };
    Some(Place {
        collector,
        base,
        key,
        from_zip: lies_in_old_zip(base),
    })
}

/// The folder of a collector that holds the entry, with the key below it; looked for from `from`
/// on. Folders that prove most are preferred: wrapper folders may be called like the others.
fn in_folder(segments: &[&str], from: usize) -> Option<(usize, Collector, String)> {
    let found = || {
        (from..segments.len().saturating_sub(1)).filter_map(|at| {
            let (folder, key) = segments.get(at..)?.split_first()?;
            let collector = Collector::of_folder(folder)?;
            let key = spelling::respelled(&key.join("/")).into_owned();
            collector.knows(&key).then_some((at, collector, key))
        })
    };
    found()
        .find(|(_, collector, _)| collector.is_decisive())
        .or_else(|| found().next())
}

/// Whether what looks like a collector's folder right below a node's blobs is a mesh called like
/// the collector: the blobs of the mesh `osm` lie in `osm/`, and in the zip in `osm/osm/`.
fn is_meshs_own(segments: &[&str], at: usize, collector: Collector) -> bool {
    let below = segments.get(at + 1..).unwrap_or_default();
    match collector {
        Collector::Osm => !mesh::begins_with_mesh(below),
        Collector::Smi => below.first() != Some(&"smi"),
        _ => false,
    }
}

/// Folders without the one that old releases put between the node and the collector.
fn without_old_folder<'a>(folders: &'a [&'a str]) -> &'a [&'a str] {
    match folders {
        [base @ .., old] if OLD_FOLDERS.contains(old) => base,
        all => all,
    }
}

/// Whether a node's folder lies where releases 0.2 and 0.3 zipped it.
fn lies_in_old_zip(base: Base<'_>) -> bool {
    base.windows(OLD_ROOT.len()).any(|part| *part == OLD_ROOT)
}
