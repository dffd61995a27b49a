//! `bundlescope diff`: what is called new, resolved, unchanged and no longer visible, from bundles
//! and from reports of any age.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::cli::{run, stdout};
use crate::support::{Files, dump, files, periscope_node, tar, write_folder, zip};
use bundlescope::report::diff::{self, Diff, DiffFormat, Kind, Origin, compare, stored};
use bundlescope::severity::Severity;
use serde_json::{Value, json};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::LazyLock;
use tempfile::TempDir;

/// The sample dump, and a failure that only an event states.
pub(crate) fn dump_with_event() -> Files {
    let event = json!({
        "metadata": {"name": "db-0.1", "namespace": "default"},
        "involvedObject": {"kind": "Pod", "namespace": "default", "name": "db-0"},
        "reason": "FailedAttachVolume",
        "message": "Multi-Attach error for volume \"pvc-1\" Volume is already exclusively attached \
                    to one node and can't be attached to another",
        "type": "Warning", "count": 3, "source": {"component": "attachdetach-controller"},
        "firstTimestamp": "2024-05-01T11:55:00Z", "lastTimestamp": "2024-05-01T11:59:00Z",
    });
    let list = json!({"kind": "EventList", "apiVersion": "v1", "items": [event]});
    let events = (
        "default/events.json".to_owned(),
        list.to_string().into_bytes(),
    );
    dump(100).into_iter().chain([events]).collect()
}

/// A folder with these bundles in it, each packed as `<name>.tar`.
fn folder(bundles: &[(&str, &Files)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, files) in bundles {
        fs::write(folder.path().join(format!("{name}.tar")), tar(files)).unwrap();
    }
    folder
}

/// The comparison as JSON, which the schema has to agree with.
fn diff_json(folder: &Path, old: &str, new: &str, status: i32) -> Value {
    static VALIDATOR: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
        let schema = include_str!("../../docs/diff.v1.schema.json");
        jsonschema::draft202012::new(&serde_json::from_str(schema).unwrap()).unwrap()
    });
    let text = stdout(folder, &["diff", old, new, "--format", "json"], status);
    let json = serde_json::from_str(&text).unwrap();
    let errors = VALIDATOR.iter_errors(&json);
    let errors: Vec<String> = errors
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    json
}

/// The numbers of the summary: new, newly visible, resolved, no longer visible, unchanged.
fn summary(diff: &Value) -> [u64; 5] {
    let kinds = [
        "new",
        "newly_visible",
        "resolved",
        "no_longer_visible",
        "unchanged",
    ];
    kinds.map(|kind| diff["summary"][kind].as_u64().unwrap())
}

#[test]
fn a_bundle_and_its_reports_are_the_same() {
    let folder = folder(&[("a", &dump(100))]);
    let path = folder.path();
    let reports = "analyze a.tar -o a.html -o a.json --fail-on never";
    stdout(path, &reports.split(' ').collect::<Vec<_>>(), 0);
    for (old, new) in [
        ("a.tar", "a.tar"),
        ("a.html", "a.tar"),
        ("a.tar", "a.json"),
        ("a.json", "a.html"),
    ] {
        let diff = diff_json(path, old, new, 0);
        let [.., unchanged] = summary(&diff);
        assert!(unchanged > 3, "{old} {new}: {diff}");
        assert_eq!(summary(&diff), [0, 0, 0, 0, unchanged], "{old} {new}");
        assert_eq!(diff["warnings"], json!([]), "{old} {new}");
        assert_eq!(diff["visibility"], json!({"lost": [], "gained": []}));
        let text = stdout(path, &["diff", old, new], 0);
        assert!(text.contains("\nNo difference. "), "{text}");
    }
}

#[test]
fn what_was_in_the_events_is_not_resolved_when_there_are_none() {
    let with = dump_with_event();
    let mut without = with.clone();
    without.retain(|(name, _)| !name.contains("events"));
    let folder = folder(&[("with", &with), ("without", &without)]);
    let diff = diff_json(folder.path(), "with.tar", "without.tar", 0);
    let [new, visible, resolved, lost, _] = summary(&diff);
    assert_eq!([new, visible, resolved], [0, 0, 0], "{diff}");
    assert_eq!(lost, 1, "{diff}");
    for finding in diff["findings"]["no_longer_visible"].as_array().unwrap() {
        assert_eq!(finding["reason"], "NEW: no events in this bundle");
    }
    let lost = diff["visibility"]["lost"].as_array().unwrap();
    let reasons: Vec<_> = lost.iter().map(|view| &view["reason"]).collect();
    assert_eq!(reasons, ["no events in this bundle"]);
    assert!(lost[0]["not_checked"].as_array().unwrap().len() > 10);

    // The other way round nothing is called new.
    let diff = diff_json(folder.path(), "without.tar", "with.tar", 1);
    assert_eq!(summary(&diff)[..4], [0, 1, 0, 0], "{diff}");
}

#[test]
fn a_node_that_was_not_collected_again_is_not_well() {
    let nodes = ["aks-pool1-1-vmss000000", "aks-pool1-1-vmss000001"];
    let packed = |node: &&str| (format!("{node}.zip"), zip(&periscope_node(node)));
    let both: Files = nodes.iter().map(packed).collect();
    let one: Files = nodes.iter().take(1).map(packed).collect();
    let folder = folder(&[("both", &both), ("one", &one)]);
    let line = "diff both.tar one.tar --format json --fail-on never";
    let text = stdout(folder.path(), &line.split(' ').collect::<Vec<_>>(), 0);
    let diff: Value = serde_json::from_str(&text).unwrap();
    let [_, _, resolved, lost, _] = summary(&diff);
    assert_eq!(resolved, 0, "{diff}");
    assert!(lost > 0, "{diff}");
    for finding in diff["findings"]["no_longer_visible"].as_array().unwrap() {
        assert_ne!(finding["reason"], "", "{diff}");
    }
}

#[test]
fn pods_that_are_well_again_are_resolved_and_the_exit_status_is_of_what_is_new() {
    let well = |text: &str| {
        text.replace("CrashLoopBackOff", "PodCompleted")
            .replace("\"waiting\"", "\"running\"")
            .replace("\"status\": \"Unknown\"", "\"status\": \"True\"")
    };
    let healthy: Files = dump(100)
        .into_iter()
        .filter(|(name, _)| !name.starts_with("shop/"))
        .map(|(name, content)| {
            (
                name,
                well(&String::from_utf8(content).unwrap()).into_bytes(),
            )
        })
        .chain(files(&[
            ("shop/pods.json", "{\"kind\": \"PodList\", \"items\": []}"),
            (
                "shop/events.json",
                "{\"kind\": \"EventList\", \"items\": []}",
            ),
        ]))
        .collect();
    let folder = folder(&[("sick", &dump(100)), ("well", &healthy)]);
    let diff = diff_json(folder.path(), "sick.tar", "well.tar", 0);
    let resolved = diff["findings"]["resolved"].as_array().unwrap();
    let node = resolved.iter().find(|one| one["rule"] == "node-not-ready");
    assert!(node.is_some(), "{diff}");

    let back = diff_json(folder.path(), "well.tar", "sick.tar", 1);
    let new = back["findings"]["new"].as_array().unwrap();
    let node = new.iter().find(|one| one["rule"] == "node-not-ready");
    assert_eq!(node.unwrap()["severity"], "critical", "{back}");
    let never = ["diff", "well.tar", "sick.tar", "--fail-on", "never"];
    let text = stdout(folder.path(), &never, 0);
    assert!(text.contains("\nNew (OLD could have shown it"), "{text}");
    let wide = text.lines().find(|line| line.chars().count() > 80);
    assert_eq!(wide, None);
}

#[test]
fn other_rules_are_said_and_what_only_they_find_is_not_new() {
    let folder = folder(&[("a", &dump(100))]);
    let path = folder.path();
    let rule = "schema = 1\nid = \"mine\"\ntitle = \"Mine\"\ncategory = \"node\"\n\
         severity = \"low\"\nconfidence = \"low\"\nexplain = \"e\"\ndisprove = \"d\"\n\n\
         [[log]]\nliteral = [\"handled request\"]\n";
    fs::write(path.join("mine.toml"), rule).unwrap();
    let analyze = "analyze a.tar -o a.html --rules mine.toml --fail-on never";
    stdout(path, &analyze.split(' ').collect::<Vec<_>>(), 0);
    let diff = diff_json(path, "a.tar", "a.html", 0);
    assert_eq!(summary(&diff)[..4], [0, 4, 0, 0], "{diff}");
    let said = &diff["findings"]["newly_visible"][0]["reason"];
    assert_eq!(said, "OLD was made without the rule mine");
    let warning = diff["warnings"][0].as_str().unwrap();
    let expected = "the rules differ: 0 rules in OLD only, 1 rule in NEW only";
    assert!(warning.starts_with(expected), "{warning}");
    let diff = diff_json(path, "a.html", "a.tar", 0);
    assert_eq!(summary(&diff)[..4], [0, 0, 0, 4], "{diff}");
}

#[test]
fn what_a_report_does_not_list_is_not_new() {
    let folder = folder(&[("a", &dump(100))]);
    let path = folder.path();
    let analyze = "analyze a.tar -o a.html --min-severity critical --fail-on never";
    stdout(path, &analyze.split(' ').collect::<Vec<_>>(), 0);
    let diff = diff_json(path, "a.html", "a.tar", 1);
    let [new, visible, ..] = summary(&diff);
    assert_eq!(new, 0, "{diff}");
    assert!(visible > 0, "{diff}");
    let warning = diff["warnings"][0].as_str().unwrap();
    assert!(warning.contains("--min-severity critical"), "{warning}");
}

#[test]
fn wrong_use_is_named() {
    let folder = folder(&[("a", &dump(10))]);
    let path = folder.path();
    fs::write(path.join("page.html"), "<!doctype html><p>hello").unwrap();
    fs::write(
        path.join("v9.json"),
        "{\"schema\": \"bundlescope.report/v9\"}",
    )
    .unwrap();
    let huge = fs::File::create(path.join("huge.html")).unwrap();
    (&huge).write_all(b"<!doctype html>").unwrap();
    huge.set_len(70 << 20).unwrap();
    for (name, said) in [
        (
            "page.html",
            "page.html: an HTML page without a complete report; it was truncated, or not written by bundlescope",
        ),
        (
            "v9.json",
            "v9.json: written with schema \"bundlescope.report/v9\"; this version of bundlescope reads bundlescope.report/v1",
        ),
        (
            "huge.html",
            "huge.html: larger than any report (64 MiB); is it the bundle itself?",
        ),
        (
            "none",
            "none: no such file or folder; pass the folder or archive that the collector wrote",
        ),
    ] {
        let output = run(path, &["diff", name, "a.tar"]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(told, format!("bundlescope: {said}\n"));
    }
}

/// A report with these findings, whose rules looked at everything.
fn report(findings: &[Value]) -> stored::Stored {
    let rules: Vec<Value> = ["a", "b", "c"]
        .iter()
        .map(|id| {
            let found = findings.iter().any(|finding| finding["rule"] == *id);
            let outcome = if found { "found" } else { "clear" };
            json!({"rule": id, "outcome": outcome, "reason": "", "missing": []})
        })
        .collect();
    let report = json!({
        "schema": "bundlescope.report/v1",
        "findings": findings,
        "coverage": {"rules": rules},
    });
    stored::read(report.to_string().as_bytes()).unwrap()
}

/// A finding of the rule.
fn finding(rule: &str, severity: &str, state: &str) -> Value {
    json!({"rule": rule, "fingerprint": rule, "title": "T", "severity": severity, "state": state, "count": 2})
}

/// The comparison of reports with these findings.
fn compared(old: &[Value], new: &[Value]) -> Diff {
    let sides = (report(old), report(new));
    compare((&sides.0, Origin::Report), (&sides.1, Origin::Report))
}

#[test]
fn a_finding_that_ends_is_resolved_and_one_that_comes_back_is_new() {
    let state = |state: &str| finding("a", "high", state);
    for (old, new, kind, worse) in [
        (Some("active"), Some("active"), Kind::Unchanged, false),
        (Some("unknown"), Some("active"), Kind::Unchanged, false),
        (Some("active"), Some("resolved"), Kind::Resolved, false),
        (Some("resolved"), Some("active"), Kind::New, true),
        (Some("resolved"), Some("resolved"), Kind::Unchanged, false),
        (Some("resolved"), None, Kind::Resolved, false),
        (None, Some("resolved"), Kind::New, false),
        (None, Some("unknown"), Kind::New, true),
    ] {
        let diff = compared(
            &old.map(state).into_iter().collect::<Vec<_>>(),
            &new.map(state).into_iter().collect::<Vec<_>>(),
        );
        let kinds: Vec<Kind> = diff.changes.iter().map(|change| change.kind).collect();
        assert_eq!(kinds, [kind], "{old:?} {new:?}");
        assert_eq!(diff.is_worse(Severity::High), worse, "{old:?} {new:?}");
        assert!(!diff.is_worse(Severity::Critical));
    }
}

#[test]
fn a_finding_that_grew_worse_fails_the_run_at_its_level() {
    let diff = compared(
        &[finding("a", "low", "active")],
        &[finding("a", "critical", "active")],
    );
    assert!(diff.is_worse(Severity::Critical));
    assert!(diff.is_worse(Severity::Medium));
    assert!(!diff.is_worse(Severity::Low), "it was there at this level");
    let change = diff.changes.first().unwrap();
    assert_eq!(change.was.map(|was| was.severity), Some(Severity::Low));
    assert!(!diff.is_empty());
}

#[test]
fn what_another_rule_explains_now_is_not_resolved() {
    let old = report(&[finding("a", "high", "active")]);
    let mut new = report(&[]);
    let row = new.coverage.rules.iter_mut().find(|row| row.rule == "a");
    let row = row.unwrap();
    row.outcome = bundlescope::diagnose::Outcome::Found;
    row.reason = "explained by b".into();
    let diff = compare((&old, Origin::Report), (&new, Origin::Report));
    let change = diff.changes.first().unwrap();
    assert_eq!(change.kind, Kind::Unchanged);
    assert_eq!(change.reason, "in NEW explained by b");
}

#[test]
fn a_file_that_could_not_be_read_hides_what_it_said() {
    let cited = |path: &str| {
        let mut finding = finding("a", "high", "active");
        finding["citations"] = json!([{"locator": format!("b!{path}:3"), "path": path}]);
        report(&[finding])
    };
    let mut new = report(&[]);
    new.gaps.push(stored::Gap {
        locator: "new.tar!x/kubelet.log:17".into(),
        reason: "early end".into(),
    });
    for (path, kind) in [
        ("x/kubelet.log", Kind::NoLongerVisible),
        ("kubelet.log", Kind::NoLongerVisible),
        ("let.log", Kind::Resolved),
        ("y/kubelet.log", Kind::Resolved),
    ] {
        let diff = compare((&cited(path), Origin::Report), (&new, Origin::Report));
        let kinds: Vec<Kind> = diff.changes.iter().map(|change| change.kind).collect();
        assert_eq!(kinds, [kind], "{path}");
    }
}

#[test]
fn the_page_loads_nothing_runs_nothing_and_escapes_everything() {
    let mut bad = finding("a", "high", "active");
    bad["title"] = "<script>alert(1)</script>\u{202e}\u{1b}[31m".into();
    bad["subject"] = json!({"kind": "Pod", "namespace": "x\" onload=\"y", "name": "&<b>"});
    bad["citations"] = json!([{"locator": "<img src=x>", "path": "p"}]);
    let mut old = report(&[]);
    old.bundle.name = "</title><script>".into();
    let new = report(&[bad]);
    let diff = compare((&old, Origin::Report), (&new, Origin::Bundle));
    let render = |format| String::from_utf8(diff::render(&diff, format).unwrap()).unwrap();
    let page = render(DiffFormat::Html);
    assert_eq!(page.matches("<script").count(), 0);
    assert_eq!(page.matches("<style").count(), 1);
    assert!(page.contains("script-src 'none'; base-uri 'none'; form-action 'none'"));
    assert!(page.contains("default-src 'none'; style-src 'sha256-"));
    for word in [
        "<img",
        "<b>&",
        "onload=\"",
        " style=",
        "http://",
        "url(",
        "<link",
    ] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(page.contains("⟦U+202E⟧") && page.contains("␛"));
    for format in [DiffFormat::Text, DiffFormat::Json] {
        let said = render(format);
        assert!(!said.contains(['\u{202e}', '\u{1b}']), "{said}");
    }
}

/// Reports that earlier builds wrote: see `testdata/reports/README.md`.
#[test]
fn stored_reports_of_every_age_can_be_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let bundle = root.join("cases/incidents/node-lost");
    for name in ["first.html", "with-missing.html"] {
        let path = root.join("reports").join(name);
        let stored = stored::read(&fs::read(&path).unwrap()).unwrap();
        assert_eq!(stored.bundle.name, "node-lost", "{name}");
        let captured = stored.bundle.captured_at.as_deref();
        assert_eq!(captured, Some("2024-05-01T12:00:00Z"), "{name}");
        assert_eq!(stored.tool.version, "0.1.0", "{name}");
        let lost = stored
            .findings
            .iter()
            .find(|one| one.rule == "node-not-ready");
        let lost = lost.unwrap();
        assert_eq!(lost.severity, Severity::Critical, "{name}");
        assert_eq!(lost.subject.kind, "Node", "{name}");
        assert!(!lost.citations.is_empty(), "{name}");
        let missing = stored
            .coverage
            .rules
            .iter()
            .any(|row| row.missing.is_some());
        assert_eq!(missing, name == "with-missing.html");

        // The rules have changed since; the node is lost in both all the same.
        let folder = tempfile::tempdir().unwrap();
        let sides = [path.to_str().unwrap(), bundle.to_str().unwrap()];
        let diff = diff_json(folder.path(), sides[0], sides[1], 0);
        let both = diff["findings"]["unchanged"].as_array().unwrap();
        let node = both.iter().find(|one| one["rule"] == "node-not-ready");
        assert!(node.is_some(), "{name}: {diff}");
    }
}

#[test]
fn files_are_written_where_they_are_wanted() {
    let folder = folder(&[("a", &dump(10))]);
    write_folder(&folder.path().join("b"), &dump(10));
    let args = "diff a.tar b -o d.html -o d.json -o d.txt";
    let text = stdout(folder.path(), &args.split(' ').collect::<Vec<_>>(), 0);
    assert!(
        text.ends_with("wrote d.html\nwrote d.json\nwrote d.txt\n"),
        "{text}"
    );
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(read("d.html").starts_with("<!DOCTYPE html>"));
    assert!(read("d.json").starts_with("{\n  \"schema\": \"bundlescope.diff/v1\""));
    assert!(read("d.txt").starts_with("OLD  a.tar: "));
}
