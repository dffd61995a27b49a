//! AKS Periscope, in every shape and version a user can hand in.
//!
//! * the tree of blobs: `<run>/<node>/<key>`; a key does not say which collector wrote it
//! * the zip of a node: `<collector>/<key>`; the zip says neither run nor node, its name does
//! * before 0.4: `<run>/<node>/collector/<collector>/<key>` (and `diagnoser`, `metrics`,
//!   `diagnostic`), on disk and in the zip
//!
//! A bundle is Periscope's when two collectors show in one place, by folder and known key or by
//! keys alone. Where blobs and zip are both there, the zip is kept: it also has what collectors
//! gathered before they failed, and older releases lost bytes in blobs only.

mod keys;

use super::{Claim, Content, Named, Role, component_of_container, component_of_file, count};
use jiff::Timestamp;
use keys::Collector;
use std::collections::{BTreeMap, BTreeSet};

/// Folders of old releases between the node and the collector.
const OLD_FOLDERS: &[&str] = &["collector", "diagnoser", "metrics", "diagnostic"];

/// How many collectors in one place prove that Periscope wrote it.
const PROOF: usize = 2;

/// Where Periscope put an entry.
struct Place<'a> {
    /// Who collected it; `None` for a key that nobody is known to write.
    collector: Option<Collector>,
    /// Folders above, without those of old releases: one node's, in one run.
    base: &'a [&'a str],
    /// The name below the collector.
    key: String,
    /// Whether it lies in a zip of its node, or loose.
    zipped: bool,
    /// Whether the key lies below the node's folder with no collector named.
    flat: bool,
}

/// The entries of Periscope in the bundle; `None` where there are none.
pub(super) fn recognise(entries: &[Named]) -> Option<Claim> {
    let flat_bases = flat_bases(entries);
    let places: BTreeMap<usize, Place> = entries
        .iter()
        .enumerate()
        .filter_map(|(index, entry)| Some((index, place(entry, &flat_bases)?)))
        .collect();
    let proof = proof(entries, &places, &flat_bases)?;
    let nodes = nodes(entries, &places);

    let mut roles: BTreeMap<usize, Role> = places
        .iter()
        .filter_map(|(index, place)| {
            let entry = entries.get(*index)?;
            let node = nodes.get(place.base).and_then(Option::as_deref);
            Some((*index, role(entry, place, node)))
        })
        .collect();
    mark_blobs_that_are_zipped(entries, &places, &mut roles);
    mark_logs_of_other_nodes(entries, &places, &mut roles);

    let named: BTreeSet<&str> = nodes.values().filter_map(Option::as_deref).collect();
    let of = match named.len() {
        0 => String::new(),
        number => format!(", of {}", count(number, "node", "nodes")),
    };
    Some(Claim {
        roles,
        reason: format!("{proof} as AKS Periscope writes them{of}"),
        collected_at: entries
            .iter()
            .filter_map(|entry| runs(&entry.segments).max())
            .max(),
    })
}

/// Folders whose files show, by their keys alone, that they are one node's blobs.
fn flat_bases<'a>(entries: &'a [Named<'a>]) -> BTreeSet<&'a [&'a str]> {
    let mut seen: BTreeMap<&[&str], BTreeSet<Collector>> = BTreeMap::new();
    for entry in entries {
        let folder = without_old_folder(entry.folder());
        seen.entry(folder)
            .or_default()
            .extend(keys::tells_collector(entry.file()));
    }
    seen.into_iter()
        .filter(|(folder, collectors)| {
            let in_run = is_in_run(folder);
            collectors.len() >= PROOF || in_run && !collectors.is_empty()
        })
        .map(|(folder, _)| folder)
        .collect()
}

/// Where Periscope put the entry; `None` where it is not one of its names.
fn place<'a>(entry: &'a Named<'a>, flat_bases: &BTreeSet<&'a [&'a str]>) -> Option<Place<'a>> {
    let segments = entry.segments.as_slice();
    let in_folder = (0..segments.len().saturating_sub(1)).find_map(|at| {
        let (above, rest) = segments.split_at_checked(at)?;
        let (folder, key) = rest.split_first()?;
        let collector = Collector::of_folder(folder)?;
        let key = key.join("/");
        collector.knows(&key).then_some((collector, above, key))
    });
    if let Some((collector, above, key)) = in_folder {
        let base = without_old_folder(above);
        return Some(Place {
            collector: Some(collector),
            base,
            key,
            zipped: base.iter().any(|segment| zip_stem(segment).is_some()),
            flat: false,
        });
    }
    // The longest folder that is a node's; all below it is its key.
    let (base, key) = (0..segments.len()).rev().find_map(|at| {
        let (base, key) = segments.split_at_checked(at)?;
        flat_bases.contains(base).then_some((base, key))
    })?;
    let key = match key {
        [old, key @ ..] if OLD_FOLDERS.contains(old) => key,
        key => key,
    };
    let key = key.join("/");
    Some(Place {
        collector: Collector::of_key(&key, entry.facts.shape),
        base,
        key,
        zipped: false,
        flat: true,
    })
}

/// The decisive entries, in words; `None` where there is no proof.
fn proof(
    entries: &[Named],
    places: &BTreeMap<usize, Place>,
    flat_bases: &BTreeSet<&[&str]>,
) -> Option<String> {
    let mut bases: BTreeMap<&[&str], BTreeMap<Collector, usize>> = BTreeMap::new();
    let mut by_content = false;
    for (index, place) in places {
        let decisive = place.collector.filter(|collector| collector.is_decisive());
        if let Some(collector) = decisive {
            let base = bases.entry(place.base).or_default();
            base.entry(collector).or_insert(*index);
            by_content |= entries
                .get(*index)
                .is_some_and(|entry| entry.facts.periscope);
        }
    }
    let enough = |(base, found): &(&&[&str], &BTreeMap<Collector, usize>)| {
        found.len() >= PROOF || by_content || !found.is_empty() && flat_bases.contains(*base)
    };
    let (base, found) = bases.iter().find(enough)?;
    let names: Vec<String> = found
        .values()
        .take(PROOF)
        .filter_map(|index| entries.get(*index))
        .map(|entry| {
            let below = entry.segments.get(base.len()..).unwrap_or_default();
            below.join("/")
        })
        .collect();
    Some(names.join(" and "))
}

/// The node of every base, where it can be told.
fn nodes<'a>(
    entries: &'a [Named<'a>],
    places: &BTreeMap<usize, Place<'a>>,
) -> BTreeMap<&'a [&'a str], Option<String>> {
    let mut hosts: BTreeMap<&[&str], &str> = BTreeMap::new();
    let mut flat: BTreeMap<&[&str], bool> = BTreeMap::new();
    for (index, place) in places {
        *flat.entry(place.base).or_default() |= place.flat;
        let is_journal = place.collector == Some(Collector::SystemLogs) && place.key == "kubelet";
        let host = entries
            .get(*index)
            .filter(|_| is_journal)
            .and_then(|entry| entry.facts.hosts.first());
        if let Some(host) = host {
            hosts.entry(place.base).or_insert(host);
        }
    }
    let bundle = entries
        .first()
        .map_or("", |entry| entry.facts.path.bundle_name());
    flat.into_iter()
        .map(|(base, flat)| (base, node(base, bundle, flat, hosts.get(base).copied())))
        .collect()
}

/// The node of one base: its folder or zip where that is sure to be called like the node, else the
/// host that its kubelet's journal names, else its zip.
fn node(base: &[&str], bundle: &str, flat: bool, host: Option<&str>) -> Option<String> {
    let (label, in_bundle) = match base.last() {
        Some(last) => (*last, true),
        None => (bundle, false),
    };
    let stem = zip_stem(label);
    let label = stem.unwrap_or(label);
    let same_folder = base.iter().rev().nth(1) == Some(&label);
    let sure = in_bundle && (is_in_run(base) || same_folder || flat) || is_aks_node(label);
    if sure {
        return Some(label.to_string());
    }
    host.or_else(|| (in_bundle && stem.is_some()).then_some(label))
        .map(ToString::to_string)
}

/// Whether a name is built as AKS builds the names of its nodes: `aks-pool-12345678-vmss00000a`,
/// `aks-pool-12345678-0`, `akswin000000`.
fn is_aks_node(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("aks") else {
        return false;
    };
    let last = rest.rsplit('-').next().unwrap_or_default();
    let numbered = !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit());
    let linux = rest.starts_with('-')
        && rest.matches('-').count() >= 3
        && (last.starts_with("vmss") || numbered);
    let windows =
        rest.len() > 6 && rest.bytes().all(|b| b.is_ascii_alphanumeric()) && rest.contains("000");
    linux || windows
}

/// The name of a zip without its extension and the number that browsers add to a second download.
fn zip_stem(segment: &str) -> Option<&str> {
    let stem = segment.strip_suffix(".zip")?;
    let copy = stem.strip_suffix(')').and_then(|s| s.rsplit_once(" ("));
    Some(match copy {
        Some((stem, number)) if number.bytes().all(|b| b.is_ascii_digit()) => stem,
        _ => stem,
    })
}

/// Folders without the one that old releases put between the node and the collector.
fn without_old_folder<'a>(folders: &'a [&'a str]) -> &'a [&'a str] {
    match folders {
        [base @ .., old] if OLD_FOLDERS.contains(old) => base,
        all => all,
    }
}

/// Whether the last of these folders lies in the folder of a run.
fn is_in_run(base: &[&str]) -> bool {
    matches!(base, [.., run, _] if run_time(run).is_some())
}

/// Times of the runs that a path names.
fn runs(segments: &[&str]) -> impl Iterator<Item = Timestamp> {
    segments.iter().filter_map(|segment| run_time(segment))
}

/// The time in a run's id, `2023-10-05T09-15-02Z`; other ids are free text.
fn run_time(id: &str) -> Option<Timestamp> {
    const FORM: &[u8] = b"dddd-dd-ddTdd-dd-ddZ";
    let fits = id.len() == FORM.len()
        && id
            .bytes()
            .zip(FORM)
            .enumerate()
            .all(|(at, (byte, form))| match form {
                b'd' => byte.is_ascii_digit(),
                // Whoever renames the folder may put the colons back.
                b'-' => byte == b'-' || at > 10 && byte == b':',
                _ => byte == *form,
            });
    let (date, time) = id.split_once('T').filter(|_| fits)?;
    format!("{date}T{}", time.replace('-', ":")).parse().ok()
}

/// Role of an entry at its place.
fn role(entry: &Named, place: &Place, node: Option<&str>) -> Role {
    let key = place.key.as_str();
    let role = match place.collector {
        Some(Collector::KubeObjects) => Role::objects(keys::namespace_of_description(key)),
        Some(Collector::SystemLogs) => Role::node_log(super::component_of_unit(key), node),
        Some(Collector::NodeLogs) => {
            Role::node_log(component_of_file(key).or(entry.facts.component_hint), node)
        }
        Some(Collector::ProvisionLogs) => Role::node_log(Some("cse"), node),
        Some(Collector::WindowsLogs) => keys::role_of_windows_file(key, entry.facts.shape),
        Some(Collector::PodsContainerLogs) => Role {
            // Pod and container run together in the key; the document itself names both.
            component: component_of_container("", key),
            ..Role::of(Content::PodLog)
        },
        Some(Collector::ContainerLogs) => keys::role_of_container_log(key),
        Some(Collector::Osm) => keys::role_of_mesh_file(key),
        Some(Collector::Smi) => Role::objects(keys::namespace_of_mesh_object(key)),
        Some(Collector::PodDisruptionBudget) => Role {
            namespace: key.strip_prefix("pdb-").map(ToString::to_string),
            ..Role::of(Content::Collector)
        },
        Some(Collector::Dns) => Role {
            component: Some("dns-config"),
            ..Role::of(Content::Collector)
        },
        Some(
            Collector::Helm
            | Collector::IpTables
            | Collector::KubeletCmd
            | Collector::NetworkConfig
            | Collector::NetworkOutbound
            | Collector::SystemPerf
            | Collector::InspektorGadget,
        ) => Role::of(Content::Collector),
        None => Role::of(Content::Other),
    };
    Role {
        node: node.map(ToString::to_string),
        ..role
    }
}

/// Marks loose blobs that the node's zip holds too; the zip's entry where it is empty and the
/// blob is not.
fn mark_blobs_that_are_zipped(
    entries: &[Named],
    places: &BTreeMap<usize, Place>,
    roles: &mut BTreeMap<usize, Role>,
) {
    type Copies = (Vec<usize>, Vec<usize>);
    let mut copies: BTreeMap<(String, &str), Copies> = BTreeMap::new();
    for (index, place) in places {
        let Some(node) = roles.get(index).and_then(|role| role.node.clone()) else {
            continue;
        };
        let (loose, zipped) = copies.entry((node, place.key.as_str())).or_default();
        if place.zipped { zipped } else { loose }.push(*index);
    }
    let run = |index: &usize| {
        entries
            .get(*index)
            .and_then(|entry| runs(&entry.segments).max())
    };
    let is_empty = |index: &usize| entries.get(*index).is_some_and(|e| e.facts.bytes == 0);
    for (loose, zipped) in copies.into_values() {
        // One entry per run on either side, so that no bundle makes this slow.
        let by_run: BTreeMap<_, _> = zipped.iter().map(|index| (run(index), *index)).collect();
        for blob in loose {
            // A zip that was downloaded apart from its run may be of any run.
            let twin = by_run.get(&run(&blob)).or_else(|| by_run.get(&None));
            let twin = twin.or_else(|| by_run.values().next().filter(|_| run(&blob).is_none()));
            let Some(twin) = twin else { continue };
            let copy = if is_empty(twin) { twin } else { &blob };
            if let Some(role) = roles.get_mut(copy) {
                role.content = Content::Duplicate;
            }
        }
    }
}

/// Marks what `podscontainerlogs` of further nodes repeat: every node collects all pods.
fn mark_logs_of_other_nodes(
    entries: &[Named],
    places: &BTreeMap<usize, Place>,
    roles: &mut BTreeMap<usize, Role>,
) {
    let mut first: BTreeMap<(Option<Timestamp>, &str), &[&str]> = BTreeMap::new();
    for (index, place) in places {
        let is_log = place.collector == Some(Collector::PodsContainerLogs);
        let (Some(entry), Some(role)) = (entries.get(*index), roles.get_mut(index)) else {
            continue;
        };
        if !is_log || role.content == Content::Duplicate {
            continue;
        }
        let run = runs(&entry.segments).max();
        let base = first.entry((run, &place.key)).or_insert(place.base);
        if *base != place.base {
            role.content = Content::Duplicate;
        }
    }
}

#[cfg(test)]
mod tests;
