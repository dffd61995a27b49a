//! Every release of AKS Periscope in every shape: the same failures give the same findings.
//!
//! The generator writes one cluster with planted failures as each release uploads it
//! (`testdata/generator/periscope`). What a release cannot hold is said in [`LOST`], with the
//! reason; all else must come out with the same subject, nodes, state, count and times.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::samples::generator::periscope::keys::KEYS;
use crate::samples::generator::periscope::shape::{Handed, Shape, hand_in};
use crate::samples::generator::periscope::version::Version::{self, V0_1, V0_4, V0_6, V0_9};
use crate::support::{RULES, analyze_bytes, tar};
use bundlescope::diagnose::{Diagnosis, Finding};
use bundlescope::limits::Limits;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The node behind the firewall, and the one that uploads nothing.
const BLOCKED: &str = "Node aks-nodepool1-23456789-vmss000001";
const SILENT: &str = "Node aks-nodepool1-23456789-vmss000003";
/// A deployment that is described, and the name that its pod tells without it.
const DEPLOYMENT: &str = "Deployment kube-system/konnectivity-agent";
const REPLICA_SET: &str = "ReplicaSet kube-system/konnectivity-agent-6d8f9c4b75";

/// What a release cannot hold: first and last release, rule, subject (empty for any), reason.
const LOST: &[(Version, Version, &str, &str, &str)] = &[
    (
        V0_1,
        V0_1,
        "container-oom-kernel",
        "",
        "no log of the node but that of its provisioning",
    ),
    (
        V0_1,
        V0_1,
        "oom-killer-invoked",
        "",
        "no log of the node but that of its provisioning",
    ),
    (
        V0_1,
        V0_1,
        "node-not-ready",
        SILENT,
        "describes pods and services only",
    ),
    (
        V0_1,
        V0_1,
        "workload-below-desired",
        "",
        "describes pods and services only",
    ),
    (
        V0_4,
        V0_4,
        "periscope-dns-collector-error",
        "",
        "loses the machine's resolver",
    ),
    (
        V0_4,
        V0_6,
        "cse-outbound-blocked",
        BLOCKED,
        "each log of the node overwrites the one before",
    ),
    (
        V0_9,
        V0_9,
        "azure-authorization-failed",
        "",
        "describes pods whatever is asked for",
    ),
    (
        V0_9,
        V0_9,
        "lb-service-pending",
        "",
        "describes pods whatever is asked for",
    ),
    (
        V0_9,
        V0_9,
        "node-not-ready",
        SILENT,
        "describes pods whatever is asked for",
    ),
    (
        V0_9,
        V0_9,
        "service-no-endpoints",
        "",
        "describes pods whatever is asked for",
    ),
    (
        V0_9,
        V0_9,
        "workload-below-desired",
        "",
        "describes pods whatever is asked for",
    ),
    (
        V0_1,
        V0_9,
        "windows-hns-failed",
        "",
        "no logs of Windows nodes",
    ),
];

/// What a release tells otherwise: first and last release, rule, words, words instead, reason.
const OTHERWISE: &[(Version, Version, &str, &str, &str, &str)] = &[
    (
        V0_1,
        V0_1,
        "",
        DEPLOYMENT,
        REPLICA_SET,
        "no deployment is described",
    ),
    (
        V0_9,
        V0_9,
        "",
        DEPLOYMENT,
        REPLICA_SET,
        "no deployment is described",
    ),
    // The journal tells it once; that it lasts is in the list of nodes among a Windows node's logs.
    (
        V0_1,
        V0_9,
        "node-not-ready",
        "unknown | x2",
        "resolved | x1",
        "no list of nodes",
    ),
];

/// One finding, as far as it must be the same.
fn told(finding: &Finding) -> String {
    let nodes: BTreeSet<&str> = finding
        .affected
        .iter()
        .filter_map(|one| one.node.as_deref())
        .collect();
    let nodes: Vec<&str> = nodes.into_iter().collect();
    let time = |time: Option<jiff::Timestamp>| {
        time.map_or_else(|| "-".into(), |time| time.strftime("%T").to_string())
    };
    format!(
        "{} | {} | {} | {} | x{} | {} to {}",
        finding.rule,
        finding.subject,
        nodes.join(","),
        finding.state.as_str(),
        finding.count,
        time(finding.first_seen),
        time(finding.last_seen)
    )
}

/// The diagnosis of a release in a shape. A folder is handed in as a tar, whose names can be any.
fn diagnose(version: Version, shape: Shape) -> Diagnosis {
    match hand_in(version, shape).unwrap() {
        Handed::Archive(name, bytes) => analyze_bytes(name, &bytes, &Limits::RELEASE),
        Handed::Tree(files) => {
            let files = files.into_iter().map(|file| (file.name, file.bytes));
            analyze_bytes("upload.tar", &tar(&files.collect()), &Limits::RELEASE)
        }
    }
}

/// The shape whose findings a shape must have too: the blobs of all nodes, or of the one.
fn reference_of(shape: Shape) -> Shape {
    match shape {
        Shape::OneNode | Shape::OneZipRenamed | Shape::OneNodePicked => Shape::OneNode,
        _ => Shape::Blobs,
    }
}

/// All findings of a diagnosis, sorted.
fn all_told(diagnosis: &Diagnosis) -> BTreeSet<String> {
    diagnosis.findings.iter().map(told).collect()
}

/// A finding of the newest release as another must tell it; `None` where that cannot hold it.
fn held(version: Version, finding: &str) -> Option<String> {
    let (rule, rest) = finding.split_once(" | ")?;
    let lost = LOST.iter().any(|(first, last, of, subject, _)| {
        (*first..=*last).contains(&version) && *of == rule && rest.starts_with(subject)
    });
    let otherwise = OTHERWISE.iter().filter(|(first, last, of, ..)| {
        (*first..=*last).contains(&version) && (of.is_empty() || *of == rule)
    });
    (!lost).then(|| {
        otherwise.fold(finding.to_owned(), |told, (_, _, _, words, instead, _)| {
            told.replace(words, instead)
        })
    })
}

/// What differs between two sets of findings.
fn differences(out: &mut String, expected: &BTreeSet<String>, actual: &BTreeSet<String>) {
    for missing in expected.difference(actual) {
        let _ = writeln!(out, "    - {missing}");
    }
    for more in actual.difference(expected) {
        let _ = writeln!(out, "    + {more}");
    }
}

#[test]
fn every_release_in_every_shape_tells_the_same() {
    let newest = all_told(&diagnose(Version::NEWEST, Shape::Blobs));
    assert!(newest.len() > 20, "the sample has failures planted");
    let mut wrong = String::new();
    let mut matrix = String::new();
    for version in Version::ALL {
        let mut references: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut row = String::new();
        for shape in Shape::ALL {
            let name = format!("{shape:?}");
            if !shape.is_of(version) {
                let _ = write!(row, " {name}:-");
                continue;
            }
            let diagnosis = diagnose(version, shape);
            assert_eq!(
                diagnosis.bundle.format, "aks-periscope",
                "{version:?} {name}"
            );
            let own = all_told(&diagnosis);
            let reference = references
                .entry(format!("{:?}", reference_of(shape)))
                .or_insert_with(|| own.clone());
            let _ = write!(
                row,
                " {name}:{}{}",
                own.len(),
                if *reference == own { "" } else { "!" }
            );
            if *reference != own {
                let _ = writeln!(
                    wrong,
                    "  {version:?} as {name} is not {:?}:",
                    reference_of(shape)
                );
                differences(&mut wrong, reference, &own);
            }
            if shape == Shape::Blobs {
                let held: BTreeSet<String> = newest
                    .iter()
                    .filter_map(|finding| held(version, finding))
                    .collect();
                if own != held {
                    let _ = writeln!(wrong, "  {version:?} is not the newest:");
                    differences(&mut wrong, &held, &own);
                }
            }
        }
        let _ = writeln!(matrix, "{:<8}{row}", version.tag().0);
    }
    assert!(wrong.is_empty(), "\n{matrix}\n{wrong}");
}

#[test]
fn the_table_of_collectors_names_all_of_them_and_rules_that_exist() {
    let page = include_str!("../../docs/formats/aks-periscope.md");
    let (_, table) = page.split_once("## Collectors by release").unwrap();
    let (table, _) = table.split_once("\n## ").unwrap();
    let quoted = |cell: &str| -> Vec<String> {
        let inside = cell.split('`').skip(1).step_by(2);
        inside.map(str::to_owned).collect()
    };
    let mut collectors = BTreeSet::new();
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        assert_eq!(cells.len(), 9, "{row}");
        collectors.extend(quoted(cells[0]).into_iter().take(1));
        for rule in quoted(cells[8]).iter().filter(|name| name.contains('-')) {
            assert!(RULES.rule(rule).is_some(), "{rule} is no rule");
        }
    }
    for key in KEYS {
        assert!(collectors.contains(key.collector), "{}", key.collector);
        let of_go = key.source.starts_with("pkg/") && key.source.ends_with(".go");
        assert!(of_go, "{} cites {}", key.pattern, key.source);
    }
    for version in Version::ALL {
        let (tag, commit) = version.tag();
        assert!(
            page.contains(commit),
            "{tag} is not in the table of releases"
        );
    }
}
