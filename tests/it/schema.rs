//! Reports of whole bundles are what the schema says, and say what they must about themselves.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::support::{
    Files, analyze_bytes, dump, dump_stream, files, gzip, json_of, periscope_node, schema_errors,
    tar, try_analyze, zip,
};
use bundlescope::diagnose::Diagnosis;
use bundlescope::limits::Limits;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Bundles of every kind, small.
fn samples() -> Vec<(&'static str, Diagnosis)> {
    let analyze = |bytes: &[u8]| analyze_bytes("bundle", bytes, &Limits::RELEASE);
    let cut = gzip(&tar(&dump(300)));
    let nodes: Files = (0..2)
        .map(|number| {
            (
                format!("node-{number}.zip"),
                zip(&periscope_node("aks-pool1-1-vmss000000")),
            )
        })
        .collect();
    let broken = files(&[
        (
            "shop/pods.json",
            "{\"kind\": \"PodList\", \"items\": [{\"metadata\": {\"name\": \"a\"}}, {\"met",
        ),
        ("shop/replication-controllers.json", "{}"),
        ("../x.log", "adal: AADSTS7000222: expired\n"),
    ]);
    vec![
        ("dump", analyze(&tar(&dump(300)))),
        ("stream", analyze(&dump_stream(300))),
        ("periscope", analyze(&zip(&nodes))),
        (
            "log",
            analyze(b"E1120 12:37:52.949649 69304 x.go:75] AADSTS7000222: expired\n"),
        ),
        ("calm", analyze(b"all is well\n")),
        ("cut", analyze(&cut[..cut.len() / 2])),
        ("broken", analyze(&tar(&broken))),
    ]
}

#[test]
fn the_report_of_every_kind_of_bundle_is_what_the_schema_says() {
    for (name, diagnosis) in samples() {
        assert_eq!(
            schema_errors(&json_of(&diagnosis)),
            Vec::<String>::new(),
            "{name}"
        );
    }
}

/// Strings of an array of a report under a key.
fn strings(array: &Value, key: &str) -> Vec<String> {
    let rows = array.as_array().unwrap().iter();
    rows.map(|row| row[key].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_rule_ends_once_and_says_why_it_could_not_look() {
    for (name, diagnosis) in samples() {
        let report = json_of(&diagnosis);
        let rules = strings(&report["coverage"]["rules"], "rule");
        let distinct: BTreeSet<_> = rules.iter().collect();
        assert_eq!(distinct.len(), rules.len(), "{name}");
        for row in report["coverage"]["rules"].as_array().unwrap() {
            let silent = row["outcome"] == "not_checked" && row["reason"] == "";
            assert!(!silent, "{name}: {row} does not say why");
        }
        for rule in strings(&report["findings"], "rule") {
            assert!(
                rules.contains(&rule),
                "{name}: {rule} is found and not covered"
            );
        }
    }
}

#[test]
fn incidents_hold_every_finding_once() {
    for (name, diagnosis) in samples() {
        let report = json_of(&diagnosis);
        let incidents = report["incidents"].as_array().unwrap().iter();
        let members = incidents.flat_map(|incident| incident["findings"].as_array().unwrap());
        let mut members: Vec<_> = members.map(|id| id.as_str().unwrap().to_owned()).collect();
        let mut all = strings(&report["findings"], "fingerprint");
        members.sort();
        all.sort();
        assert_eq!(members, all, "{name}");
    }
}

/// Bundles that the repository has as files, where there are any.
#[test]
fn the_reports_of_the_bundles_in_testdata_are_what_the_schema_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/bundles");
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            continue;
        }
        let diagnosis = try_analyze(&path, &Limits::RELEASE, 2).unwrap();
        let errors = schema_errors(&json_of(&diagnosis));
        assert_eq!(errors, Vec::<String>::new(), "{}", path.display());
    }
}
