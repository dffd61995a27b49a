//! Rules of node-problem-detector and troubleshoot.sh: they load, they fire on a small bundle, and
//! what was not taken over of them is said.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// The fixtures: `rules` as their authors would write them, and `bundle` as collected.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/foreign");

/// How a run in this folder ended.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bundlescope"))
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env_remove("COLUMNS")
        .args(arguments)
        .output()
        .unwrap()
}

/// Standard output and error as text.
fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

/// The report about the bundle with the rules at this path.
fn report(rules: &str) -> Value {
    let arguments = [
        "analyze", "bundle", "--rules", rules, "-o", "-", "--format", "json",
    ];
    let output = run(Path::new(FOLDER), &arguments);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Whether a rule is one of another tool's.
fn is_foreign(rule: &str) -> bool {
    rule.starts_with("troubleshoot-") || (rule.starts_with("npd-") && rule != "npd-condition-true")
}

#[test]
fn what_was_not_taken_over_is_named_with_its_place_and_reason() {
    let output = run(Path::new(FOLDER), &["rules", "check", "rules"]);
    let (said, errors) = texts(&output);
    assert_eq!((output.status.code(), errors.as_str()), (Some(0), ""));
    insta::assert_snapshot!("foreign_check", said);
}

#[test]
fn rules_of_others_fire_where_they_should_and_not_where_not() {
    let report = report("rules");
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let mut rows = Vec::new();
    for finding in report["findings"].as_array().unwrap() {
        let rule = text(&finding["rule"]);
        if !is_foreign(&rule) {
            continue;
        }
        let subject = &finding["subject"];
        let subject: Vec<_> = ["kind", "namespace", "name"]
            .map(|key| text(&subject[key]))
            .into();
        rows.push(format!(
            "{rule} {} {} {} x{}",
            text(&finding["severity"]),
            text(&finding["state"]),
            subject.join("/"),
            finding["count"],
        ));
        let explanation = text(&finding["explanation"]);
        rows.push(format!(
            "  {}",
            explanation.lines().last().unwrap_or_default()
        ));
        for citation in finding["citations"].as_array().unwrap() {
            rows.push(format!("  {}", text(&citation["locator"])));
        }
    }
    for rule in report["coverage"]["rules"].as_array().unwrap() {
        let id = text(&rule["rule"]);
        if is_foreign(&id) && rule["outcome"] != "found" {
            rows.push(format!(
                "{id} {} {}",
                text(&rule["outcome"]),
                text(&rule["reason"])
            ));
        }
    }
    insta::assert_snapshot!("foreign_findings", rows.join("\n"));
}

#[test]
fn a_rule_that_had_nothing_to_look_at_is_not_checked() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("bundle")).unwrap();
    fs::write(
        folder.path().join("bundle/other.log"),
        "2026-03-02T09:57:59Z INFO nothing to see\n",
    )
    .unwrap();
    let rules = format!("{FOLDER}/rules");
    let arguments = [
        "analyze", "bundle", "--rules", &rules, "-o", "-", "--format", "json",
    ];
    let output = run(folder.path(), &arguments);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let reason = |id: &str| {
        let rules = report["coverage"]["rules"].as_array().unwrap();
        let rule = rules.iter().find(|rule| rule["rule"] == id).unwrap();
        format!(
            "{} {}",
            rule["outcome"].as_str().unwrap(),
            rule["reason"].as_str().unwrap()
        )
    };
    for (id, expected) in [
        (
            "troubleshoot-database-password",
            "not_checked no log at shop/logs/*/api.log in this bundle",
        ),
        (
            "troubleshoot-api",
            "not_checked no Deployment objects in this bundle",
        ),
        (
            "troubleshoot-version",
            "not_checked no version of kubernetes in this bundle",
        ),
        (
            "troubleshoot-failing-probes",
            "not_checked no events in this bundle",
        ),
        (
            "troubleshoot-runtime",
            "not_checked no Node objects in this bundle",
        ),
    ] {
        assert_eq!(reason(id), expected, "{id}");
    }
}

#[test]
fn a_single_file_is_a_set_of_rules_that_is_listed_and_explained_too() {
    let folder = Path::new(FOLDER);
    let file = "rules/kernel-monitor.json";
    let output = run(folder, &["rules", "list", "--rules", file]);
    let (listed, said) = texts(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(listed.contains("npd-kernel-monitor-queuehung"), "{listed}");
    assert!(!listed.contains("troubleshoot-"), "{listed}");
    // What was not taken over is said beside the list, not in it.
    assert_eq!(said.lines().count(), 3, "{said}");
    assert!(
        said.contains("rules/kernel-monitor.json:15:5: note: rule TwoLines: "),
        "{said}"
    );
    let output = run(
        folder,
        &["explain", "npd-kernel-monitor-queuehung", "--rules", file],
    );
    let (words, _) = texts(&output);
    assert!(
        words.contains("sets the node's condition StorageStuck"),
        "{words}"
    );
    // Of many, the first few are named, and how to see the rest.
    let output = run(folder, &["rules", "list", "--rules", "rules"]);
    let (_, said) = texts(&output);
    assert_eq!(said.lines().count(), 6, "{said}");
    assert!(
        said.contains("10 more parts could not be imported; `bundlescope rules check PATH`"),
        "{said}"
    );
}

#[test]
fn a_broken_file_of_another_tool_ends_the_run_with_its_place() {
    let spec = "apiVersion: troubleshoot.sh/v1beta2\nkind: Analyzer\nspec:\n  analyzers:\n    - event: {reason: [}\n";
    for (name, text, expected) in [
        (
            "monitor.json",
            "{\"plugin\": \"kmsg\",\n \"rules\": [{\"reason\": }]}",
            "broken/monitor.json:2:23: ",
        ),
        ("spec.yaml", spec, "broken/spec.yaml:5:"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("broken")).unwrap();
        fs::create_dir(folder.path().join("bundle")).unwrap();
        fs::write(folder.path().join("bundle/a.log"), "a line\n").unwrap();
        fs::write(folder.path().join("broken").join(name), text).unwrap();
        let output = run(folder.path(), &["analyze", "bundle", "--rules", "broken"]);
        let (_, said) = texts(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(expected), "{said}");
    }
}
