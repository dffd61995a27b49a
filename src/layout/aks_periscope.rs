//! AKS Periscope, in every shape and version a user can hand in.
//!
//! * the tree of blobs: `<run>/<node>/<key>`; a key does not say which collector wrote it
//! * the zip of a node: `<collector>/<key>`; the zip says neither run nor node, its name does, and
//!   so do some of its files
//! * before 0.4: `<run>/<node>/collector/<collector>/<key>` (and `diagnoser`, `metrics`,
//!   `diagnostic`), on disk and in the zip
//!
//! A bundle is Periscope's when two collectors show in one place, by folder and known key or by
//! keys alone.

mod brought;
mod copies;
mod keys;
mod mesh;
mod node;
mod place;
mod run;
mod spelling;
mod upload;

use super::{
    BundleFormat, Claim, Content, Format, Named, Promises, Role, Shape, component_of_container,
    component_of_file,
};
use crate::layout::words::count;
use copies::Scope;
use keys::Collector;
use place::{Base, Place};
use std::collections::{BTreeMap, BTreeSet};
use upload::Upload;

/// How many collectors in one place prove that Periscope wrote it.
const PROOF: usize = 2;

/// The format.
pub(super) struct AksPeriscope;

impl BundleFormat for AksPeriscope {
    fn id(&self) -> Format {
        Format::AksPeriscope
    }

    fn recognise(&self, entries: &[Named]) -> Option<Claim> {
        recognise(entries)
    }

    fn promises(&self) -> Promises {
        Promises {
            cloud: Some("aks"),
            every_node: true,
            budget_lists: Some("pdb-"),
            release_list: Some("helm_list"),
            never: None,
        }
    }
}

/// The entries of Periscope in the bundle; `None` where there are none.
fn recognise(entries: &[Named]) -> Option<Claim> {
    let flat_bases = place::flat_bases(entries);
    let places = place::all(entries, &flat_bases);
    let shown = shown(entries, &places);
    let Some(proof) = proof(entries, &places, &flat_bases) else {
        return only_shown(entries, shown);
    };
    let nodes = node::nodes(entries, &places);
    let uploads = upload::uploads(entries, &places, &nodes);

    let mut roles: BTreeMap<usize, Role> = places
        .iter()
        .filter_map(|(index, place)| {
            let role = role(entries.get(*index)?, place, uploads.get(place.base)?);
            Some((*index, role))
        })
        .collect();
    copies::mark(entries, &places, &uploads, &mut roles);
    roles.extend(shown);

    let named: BTreeSet<&str> = nodes.values().filter_map(Option::as_deref).collect();
    let of = match named.len() {
        0 => String::new(),
        number => format!(", of {}", count(number, "node", "nodes")),
    };
    Some(Claim {
        roles,
        reason: format!("{proof} in the form that AKS Periscope writes{of}"),
        collected: uploads.values().filter_map(|upload| upload.collected).max(),
        uploads: brought::brought(entries, &places, &uploads),
    })
}

/// What shows results that Periscope's diagnosers left in the cluster: the console of `az aks
/// kollect` or `kanalyze`, and objects of its kind `Diagnostic`.
fn shown(entries: &[Named], places: &BTreeMap<usize, Place>) -> BTreeMap<usize, Role> {
    let all = entries.iter().enumerate();
    let own = all.filter(|(index, entry)| entry.facts.periscope && !places.contains_key(index));
    own.filter_map(|(index, entry)| {
        if entry.facts.kinds.contains_key("Diagnostic") {
            Some((index, Role::objects("aks-periscope")))
        } else {
            (entry.facts.shape == Shape::Log).then(|| (index, Role::of(Content::Collector)))
        }
    })
    .collect()
}

/// The claim where nothing is there but that.
fn only_shown(entries: &[Named], shown: BTreeMap<usize, Role>) -> Option<Claim> {
    let first = entries.get(*shown.keys().next()?)?;
    Some(Claim {
        reason: format!(
            "{} shows what AKS Periscope left in the cluster; its upload is not here",
            first.segments.join("/")
        ),
        roles: shown,
        collected: None,
        uploads: vec![],
    })
}

/// The decisive entries, in words; `None` where there is no proof.
fn proof(
    entries: &[Named],
    places: &BTreeMap<usize, Place>,
    flat_bases: &BTreeSet<Base<'_>>,
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

/// Role of an entry at its place.
fn role(entry: &Named, place: &Place, upload: &Upload) -> Role {
    let key = place.key.as_str();
    let node = upload.node.as_deref();
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
        Some(Collector::Osm) => match mesh::role(key) {
            role if role.content == Content::Collector && !entry.facts.kinds.is_empty() => {
                Role::objects("")
            }
            role => role,
        },
        Some(Collector::Smi) => Role::objects(mesh::namespace_of_object(key)),
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
    let of_node = place
        .collector
        .is_none_or(|collector| copies::scope(collector) == Scope::Node);
    Role {
        node: node.filter(|_| of_node).map(ToString::to_string),
        collected_by: upload.node.clone(),
        collected_at: upload.collected.map(|collected| collected.at),
        ..role
    }
}

#[cfg(test)]
mod tests;
