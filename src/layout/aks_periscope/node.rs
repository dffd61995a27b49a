//! Which node a folder or zip is of.

use super::super::Named;
use super::keys::Collector;
use super::place::{Base, Place};
use crate::layout::aks_periscope::run::is_in_run;
use std::collections::BTreeMap;

/// What the files of one base say of their node.
#[derive(Default)]
struct Said<'a> {
    /// `HostName` of `networkconfig` and `networkoutbound`; the same text names the folder in the
    /// upload, so that it counts where the two differ.
    stated: Option<&'a str>,
    /// Host of the kubelet's journal.
    host: Option<&'a str>,
    /// Whether some of its files are loose blobs.
    flat: bool,
}

/// The node of every base, where it can be told.
pub(super) fn nodes<'a>(
    entries: &'a [Named<'a>],
    places: &BTreeMap<usize, Place<'a>>,
) -> BTreeMap<Base<'a>, Option<String>> {
    let mut said: BTreeMap<Base<'_>, Said<'_>> = BTreeMap::new();
    for (index, place) in places {
        let Some(entry) = entries.get(*index) else {
            continue;
        };
        let own = said.entry(place.base).or_default();
        own.flat |= !place.from_zip;
        match place.collector {
            Some(Collector::NetworkConfig | Collector::NetworkOutbound) => {
                let stated = entry.facts.node.as_deref();
                own.stated = own.stated.or(stated.filter(|name| !name.trim().is_empty()));
            }
            Some(Collector::SystemLogs) if place.key == "kubelet" => {
                own.host = own.host.or(entry.facts.hosts.first().map(String::as_str));
            }
            _ => {}
        }
    }
    let bundle = entries
        .first()
        .map_or("", |entry| entry.facts.path.bundle_name());
    said.into_iter()
        .map(|(base, said)| (base, node(base, bundle, &said)))
        .collect()
}

/// The node of one base: the one that its files state, else its folder or zip where that is sure to
/// be called like the node, else the host of its journal, else what it is called.
fn node(base: Base<'_>, bundle: &str, said: &Said<'_>) -> Option<String> {
    let (label, in_bundle) = match base.last() {
        Some(last) => (*last, true),
        None => (bundle, false),
    };
    let stem = zip_stem(label);
    let label = stem.unwrap_or(label);
    let same_folder = base.iter().rev().nth(1) == Some(&label);
    let sure = in_bundle && (is_in_run(base) || same_folder) || is_aks_node(label);
    let guess = in_bundle && (said.flat || stem.is_some());
    said.stated
        .map(str::trim)
        .or(sure.then_some(label))
        .or(said.host)
        .or(guess.then_some(label))
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
