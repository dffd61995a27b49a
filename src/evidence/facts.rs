//! What collectors' own files state, each fact once.
//!
//! AKS Periscope's diagnoser `networkoutbound` writes the probes of the collector of that name down
//! again, one for each span of time in which the result stayed the same, with the node's name in
//! place of the address. Where the collector's own files are there, they say more.

use super::fold::Entry;
use crate::examine::part::{CollectorFact, Outbound};
use crate::layout::{Layout, Role};
use crate::locator::EntryPath;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// A fact, with the entry that states it and its role.
type Stated = (EntryPath, Role, CollectorFact);

/// One result of a probe: bundle, node, moment of the upload, target, time and error.
type Probe = (
    String,
    Option<String>,
    Option<Timestamp>,
    String,
    Option<Timestamp>,
    Option<String>,
);

/// Takes the facts out of the entries.
pub(super) fn take(entries: &mut [Entry], layout: &Layout) -> Vec<Stated> {
    let mut facts = Vec::new();
    for entry in entries {
        let role = layout.roles.get(&entry.path).cloned().unwrap_or_default();
        let own = std::mem::take(&mut entry.collector).into_iter();
        facts.extend(own.map(|fact| (entry.path.clone(), role.clone(), fact)));
    }
    drop_repeated_probes(&mut facts);
    facts
}

/// Drops what the diagnoser repeats, and results that one file holds twice.
fn drop_repeated_probes(facts: &mut Vec<Stated>) {
    let own: BTreeSet<Probe> = facts
        .iter()
        .filter_map(|(path, role, fact)| match fact {
            CollectorFact::Outbound(probe) if probe.host.is_none() => {
                Some(target(path, role, probe))
            }
            _ => None,
        })
        .collect();
    let uploaded: BTreeSet<Probe> = facts
        .iter()
        .filter_map(|(path, role, fact)| match fact {
            CollectorFact::Outbound(probe) if role.collected_by.is_some() => {
                Some(anywhere(path, role, probe))
            }
            _ => None,
        })
        .collect();
    let mut seen = BTreeSet::new();
    facts.retain(|(path, role, fact)| {
        let CollectorFact::Outbound(probe) = fact else {
            return true;
        };
        // Consoles and objects of the cluster show what the node uploads too.
        let shown = role.collected_by.is_none() && uploaded.contains(&anywhere(path, role, probe));
        let repeated = shown || probe.host.is_some() && own.contains(&target(path, role, probe));
        let (bundle, node, upload, kind, ..) = target(path, role, probe);
        !repeated && seen.insert((bundle, node, upload, kind, probe.time, probe.error.clone()))
    });
}

/// A result of a probe of a node, whichever upload or console tells it.
fn anywhere(path: &EntryPath, role: &Role, probe: &Outbound) -> Probe {
    let (bundle, node, _, kind, ..) = target(path, role, probe);
    (bundle, node, None, kind, probe.time, probe.error.clone())
}

/// What a probe of one upload tried, whatever came out.
fn target(path: &EntryPath, role: &Role, probe: &Outbound) -> Probe {
    let node = role.node.clone().or_else(|| probe.host.clone());
    (
        path.bundle_name().to_owned(),
        node,
        role.collected_at,
        probe.kind.clone(),
        None,
        None,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locator::Snippet;

    /// A probe of `kind` at this second, which failed where `error` says how.
    fn probe(node: &str, host: bool, kind: &str, second: i64, error: Option<&str>) -> Stated {
        let role = Role {
            node: Some(node.to_owned()),
            collected_at: Timestamp::from_second(100).ok(),
            ..Role::default()
        };
        let fact = Outbound {
            kind: kind.to_owned(),
            url: None,
            host: host.then(|| node.to_owned()),
            error: error.map(str::to_owned),
            time: Timestamp::from_second(second).ok(),
            snippet: Snippet::of_line(1, ""),
        };
        let path = EntryPath::bundle("b", true).entry(kind);
        (path, role, CollectorFact::Outbound(fact))
    }

    #[test]
    fn what_the_diagnoser_repeats_counts_once() {
        let mut facts = vec![
            probe("a", false, "Internet", 90, Some("timeout")),
            // An appended blob holds a line twice, and goes on.
            probe("a", false, "Internet", 90, Some("timeout")),
            probe("a", false, "Internet", 95, Some("timeout")),
            probe("a", true, "Internet", 90, Some("timeout")),
            // Of another node, and of a target whose own file is missing.
            probe("b", true, "Internet", 90, Some("timeout")),
            probe("a", true, "AKS API Server", 90, None),
        ];
        drop_repeated_probes(&mut facts);
        let left: Vec<_> = facts
            .iter()
            .map(|(path, role, fact)| (role.node.clone(), path.path(), fact.probed(), fact.node()))
            .map(|(node, path, at, host)| {
                (
                    node.unwrap_or_default(),
                    path,
                    at.map(Timestamp::as_second),
                    host.is_some(),
                )
            })
            .collect();
        let expected = [
            ("a", "Internet", 90, false),
            ("a", "Internet", 95, false),
            ("b", "Internet", 90, true),
            ("a", "AKS API Server", 90, true),
        ];
        let expected = expected
            .map(|(node, path, at, host)| (node.to_owned(), path.to_owned(), Some(at), host));
        assert_eq!(left, expected);
    }
}
