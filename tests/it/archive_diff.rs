//! `bundlescope diff` of two archives: what is called new, gone and no longer visible.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::cli::{run, stdout};
use crate::diff::dump_with_event;
use crate::support::{Files, files, tar, write_folder};
use serde_json::Value;
use std::path::Path;
use std::sync::LazyLock;
use tempfile::TempDir;

/// A kubelet's log with a failure that a rule knows, or without.
fn kubelet(known: bool) -> Files {
    kubelet_of("node-1", known)
}

/// The same of another node.
fn kubelet_of(node: &str, known: bool) -> Files {
    let mut log = String::new();
    for minute in 0..20 {
        log += &format!(
            "I0501 10:{minute:02}:00.000000    1 kubelet.go:1] \"Starting to sync pod\" pod=\"shop/api\"\n"
        );
    }
    if known {
        log += "E0501 10:21:00.000000    1 x.go:75] AADSTS7000222: The provided client secret keys are expired.\n";
    }
    files(&[(&format!("{node}/kubelet.log"), &log)])
}

/// Two archives of these bundles, `old` and `new`.
fn archives(old: &[(&str, Files)], new: &[(&str, Files)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (side, bundles) in [("old", old), ("new", new)] {
        let packed = bundles
            .iter()
            .map(|(name, files)| (format!("{side}-cases/{name}.tar"), tar(files)));
        write_folder(folder.path(), &packed.collect());
        let cases = format!("{side}-cases");
        run(
            folder.path(),
            &["batch", &cases, "-o", side, "--fail-on", "never"],
        );
    }
    folder
}

/// The comparison as JSON, which the schema has to agree with.
fn diff(folder: &Path, status: i32) -> Value {
    static VALIDATOR: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
        let schema = include_str!("../../docs/archive-diff.v1.schema.json");
        jsonschema::draft202012::new(&serde_json::from_str(schema).unwrap()).unwrap()
    });
    let text = stdout(folder, &["diff", "old", "new", "--format", "json"], status);
    let json = serde_json::from_str(&text).unwrap();
    let errors = VALIDATOR.iter_errors(&json);
    let errors: Vec<String> = errors
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    json
}

/// Kind and rule of each signature that is not in both.
fn changes(diff: &Value) -> Vec<(String, String)> {
    let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    let signatures = diff["signatures"].as_array().unwrap().iter();
    signatures
        .map(|one| (text(one, "kind"), text(one, "rule")))
        .filter(|(kind, _)| kind != "unchanged")
        .collect()
}

#[test]
fn an_archive_is_no_other_than_itself() {
    let cases = [("a", kubelet(true)), ("b", kubelet(false))];
    let folder = archives(&cases, &cases);
    let json = diff(folder.path(), 0);
    assert_eq!(changes(&json), []);
    assert_eq!(json["cases"]["unchanged"], 2);
    assert_eq!(json["warnings"].as_array().unwrap().len(), 0);
    let text = stdout(folder.path(), &["diff", "old", "new"], 0);
    assert!(
        text.contains("No difference: 2 cases and 1 signature in both."),
        "{text}"
    );
}

#[test]
fn what_came_and_went_is_named_and_new_trouble_ends_with_status_1() {
    let old = [("a", kubelet(false)), ("gone", kubelet_of("node-2", false))];
    let new = [("a", kubelet(true)), ("fresh", dump_with_event())];
    let folder = archives(&old, &new);
    let json = diff(folder.path(), 1);
    let rule = "azure-sp-secret-expired".to_owned();
    assert!(
        changes(&json).contains(&("newly_visible".to_owned(), rule.clone())),
        "{json}"
    );
    let change = &json["cases"]["changed"][0];
    assert_eq!(
        (&change["case"], &change["other_content"]),
        (&"a".into(), &true.into())
    );
    // One log is no place where a rule that any component may log is clear.
    assert_eq!(change["newly_visible"], Value::from(vec![rule]));
    assert_eq!(json["cases"]["new"][0]["case"], "fresh");
    assert_eq!(json["cases"]["gone"][0]["case"], "gone");

    let page = stdout(
        folder.path(),
        &["diff", "old", "new", "--format", "html"],
        1,
    );
    assert!(page.contains("<code>azure-sp-secret-expired</code>"));
    assert!(!page.contains("<script"), "a comparison needs no script");
    let text = stdout(folder.path(), &["diff", "old", "new"], 1);
    assert!(
        text.contains("azure-sp-secret-expired: could run in no case in OLD"),
        "{text}"
    );
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
}

#[test]
fn what_cannot_be_looked_at_any_more_is_not_gone() {
    let whole = dump_with_event();
    let blind: Files = whole
        .iter()
        .filter(|(name, _)| !name.ends_with("events.json"))
        .cloned()
        .collect();
    // A second case, so that the rule can still look somewhere in NEW.
    let other = || {
        ("other", {
            let mut files = dump_with_event();
            for (name, bytes) in &mut files {
                if name.ends_with("events.json") {
                    *bytes = br#"{"kind": "EventList", "apiVersion": "v1", "items": []}"#.to_vec();
                }
            }
            files
        })
    };
    let folder = archives(&[("a", whole), other()], &[("a", blind), other()]);
    let json = diff(folder.path(), 0);
    let kinds = changes(&json);
    let of = |rule: &str| {
        kinds
            .iter()
            .find(|(_, one)| one == rule)
            .map(|(kind, _)| kind.as_str())
    };
    assert_eq!(
        of("volume-multi-attach"),
        Some("no_longer_visible"),
        "{kinds:?}"
    );
    assert!(kinds.iter().all(|(kind, _)| kind != "gone"), "{kinds:?}");
}

#[test]
fn an_archive_and_a_bundle_are_not_compared() {
    let folder = archives(&[("a", kubelet(true))], &[]);
    let out = run(folder.path(), &["diff", "old", "old-cases/a.tar"]);
    assert_eq!(out.status.code(), Some(2));
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(said.contains("old-cases/a.tar: not an archive"), "{said}");
}
