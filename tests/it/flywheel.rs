//! What an archive gives to the next case: similar cases with what they were, the errors that no rule
//! explains, a rule drafted from them and tried on all bundles.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::cli::{run, stdout};
use crate::support::{Files, dump, files, schema_errors, tar};
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A folder with an archive of three cases in `out`: two crash and write errors that no rule knows, one
/// is about something else.
fn archive() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("bundles")).unwrap();
    let other = files(&[(
        "kube-system/kube-proxy-x/logs.txt",
        "E1120 12:37:52.949649 69304 x.go:75] AADSTS7000222: expired\n",
    )]);
    let write = |name: &str, files: &Files| {
        fs::write(root.join("bundles").join(name), tar(files)).unwrap();
    };
    write("first.tar", &dump(100));
    write("second.tar", &dump(160));
    write("other.tar", &other);
    fs::write(root.join("asked.tar"), tar(&dump(120))).unwrap();
    stdout_only(root, "batch bundles -o out --fail-on never");
    folder
}

/// Standard output of a run that succeeds, whatever it says beside.
fn stdout_only(root: &Path, line: &str) -> String {
    let output = run(root, &line.split(' ').collect::<Vec<_>>());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{line}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_report_names_the_cases_that_look_like_it_and_what_they_were() {
    let folder = archive();
    let root = folder.path();
    let was =
        "[first]\nwas = \"The flux <b>capacitor\"\nlink = \"https://tickets.example.org/1\"\n";
    fs::write(root.join("out/resolutions.toml"), was).unwrap();
    let analyze = "analyze asked.tar --archive out -o a.html -o a.json --fail-on never";
    let text = stdout(root, &analyze.split(' ').collect::<Vec<_>>(), 0);
    let line = text
        .lines()
        .find(|line| line.starts_with("Most similar to "));
    assert!(
        line.is_some_and(|line| line.starts_with("Most similar to first, 100 % similar: ")),
        "{text}"
    );
    let joined = text.replace('\n', " ");
    assert!(
        joined.contains("resolution: The flux <b>capacitor"),
        "{text}"
    );

    let read = |name: &str| fs::read_to_string(root.join(name)).unwrap();
    let json: Value = serde_json::from_str(&read("a.json")).unwrap();
    assert_eq!(schema_errors(&json), Vec::<String>::new());
    let similar = &json["similar_cases"];
    assert_eq!(similar["compared"], 4);
    let names: Vec<_> = similar["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["case"])
        .collect();
    assert_eq!(names, ["first", "second"]);
    let shared = similar["cases"][0]["shared"].as_array().unwrap();
    let kinds: Vec<_> = shared
        .iter()
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert!(
        kinds.contains(&"rule") && kinds.contains(&"unknown_error"),
        "{similar}"
    );
    assert!(
        shared
            .iter()
            .all(|one| one["text"] != "" && one["cases"] == 3),
        "{similar}"
    );
    assert_eq!(similar["cases"][0]["link"], "https://tickets.example.org/1");

    let page = read("a.html");
    assert!(page.contains("Resolution: The flux &#60;b&#62;capacitor"));
    assert!(page.contains("href=\"https://tickets.example.org/1\" rel=\"noreferrer noopener\""));
    // Nothing of where the archive lies.
    assert!(!page.contains("out/reports") && !page.contains("bundles/first"));
}

#[test]
fn what_is_wrong_with_an_archive_is_said_and_keeps_no_report_back() {
    let folder = archive();
    let root = folder.path();
    fs::write(root.join("out/resolutions.toml"), "[first]\nwas = 3\n").unwrap();
    let analyze = [
        "analyze",
        "asked.tar",
        "--archive",
        "out",
        "--fail-on",
        "never",
    ];
    let output = run(root, &analyze);
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.starts_with("bundlescope: warning: resolutions.toml:2: "),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("Most similar to first, "), "{text}");

    let again = ["batch", "bundles", "-o", "out", "--fail-on", "never"];
    let output = run(root, &again);
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.starts_with("bundlescope: warning: resolutions.toml:2: "),
        "{said}"
    );

    let output = run(root, &["analyze", "asked.tar", "--archive", "bundles"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        said,
        "bundlescope: bundles: not an archive of `bundlescope batch`\n"
    );
}

#[test]
fn an_archived_bundle_is_not_like_itself() {
    let folder = archive();
    let analyze = "analyze bundles/first.tar --archive out -o - --format json --fail-on never";
    let json: Value = serde_json::from_str(&stdout_only(folder.path(), analyze)).unwrap();
    assert_eq!(json["similar_cases"]["compared"], 3);
    assert_eq!(json["similar_cases"]["cases"][0]["case"], "second");
}

#[test]
fn an_unexplained_error_becomes_a_rule_that_is_tried_on_all_bundles() {
    let folder = archive();
    let root = folder.path();
    let listed: Value =
        serde_json::from_str(&stdout(root, &["rules", "unexplained", "out", "--json"], 0)).unwrap();
    assert_eq!(listed["templates"], 3);
    let top = listed["listed"].as_array().unwrap();
    let flux = top
        .iter()
        .find(|one| one["text"].as_str().unwrap().contains("lost its charge"));
    let flux = flux.unwrap();
    assert_eq!(flux["cases"], 2);
    assert_eq!(flux["named_cases"].as_array().unwrap().len(), 2);
    let id = flux["template_id"].as_str().unwrap();
    let text = stdout(root, &["rules", "unexplained", "out", "--top", "1"], 0);
    assert!(text.contains("and 2 more; --top 3 lists all"), "{text}");

    let new = [
        "rules",
        "new",
        "flux-charge-lost",
        "--from-unknown",
        id,
        "--archive",
        "out",
    ];
    let draft = stdout(root, &new, 0);
    assert!(
        draft.starts_with(&format!("# {} lines in 2 cases", flux["lines"])),
        "{draft}"
    );
    assert!(draft.contains("component = [\"coredns\"]"), "{draft}");
    let finished = draft
        .replace(
            "TODO: a similar line that must not match",
            "the flux is fine",
        )
        .replace("TODO: ", "");
    fs::write(root.join("flux-charge-lost.toml"), finished).unwrap();
    stdout(root, &["rules", "check", "flux-charge-lost.toml"], 0);

    let tried = [
        "rules",
        "test",
        "flux-charge-lost.toml",
        "--archive",
        "out",
        "--json",
    ];
    let tried: Value = serde_json::from_str(&stdout(root, &tried, 0)).unwrap();
    assert_eq!(tried["cases_tried"], 3, "{tried}");
    let found: Vec<_> = tried["cases_found"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["case"])
        .collect();
    assert_eq!(found, ["second", "first"], "{tried}");
    assert_eq!(tried["newly_explained"]["lines"], flux["lines"], "{tried}");
    assert_eq!(tried["newly_explained"]["cases"], 2, "{tried}");
    assert_eq!(tried["taken"].as_array().unwrap().len(), 0, "{tried}");
    assert_eq!(tried["not_read"].as_array().unwrap().len(), 0, "{tried}");

    // A bundle that is gone is said, and the others are tried.
    fs::remove_file(root.join("bundles/second.tar")).unwrap();
    let text = stdout(
        root,
        &["rules", "test", "flux-charge-lost.toml", "--archive", "out"],
        0,
    );
    assert!(
        text.starts_with("flux-charge-lost: found in 1 of 2 cases; "),
        "{text}"
    );
    assert!(
        text.contains(
            "\n1 case could not be read again:\n  second: bundles/second.tar: no such file"
        ),
        "{text}"
    );
    assert!(
        text.contains("\ntaken from other rules: nothing\n"),
        "{text}"
    );
}

#[test]
fn what_a_rule_takes_from_others_is_told() {
    let folder = archive();
    let root = folder.path();
    let rule = "schema = 1\nid = \"mine\"\ntitle = \"Mine\"\ncategory = \"network\"\n\
         severity = \"critical\"\nconfidence = \"high\"\nexplain = \"e\"\ndisprove = \"d\"\n\
         supersedes = [\"pod-oomkilled\"]\n\n[[object]]\nkind = \"Pod\"\n\
         field = \"status.containerStatuses[*].lastState.terminated.reason\"\nequals = \"OOMKilled\"\n";
    fs::write(root.join("mine.toml"), rule).unwrap();
    let tried = ["rules", "test", "mine.toml", "--archive", "out", "--json"];
    let tried: Value = serde_json::from_str(&stdout(root, &tried, 0)).unwrap();
    let taken = &tried["taken"][0];
    assert_eq!(taken["rule"], "pod-oomkilled", "{tried}");
    assert_eq!(taken["cases"], 2, "{tried}");
}

#[test]
fn wrong_use_is_named() {
    let folder = archive();
    let root = folder.path();
    for (line, said) in [
        (
            "rules new x --from-unknown u-1 --archive out",
            "u-1: no such template in out; `bundlescope rules unexplained out` lists the templates",
        ),
        (
            "rules unexplained bundles",
            "bundles: not an archive of `bundlescope batch`",
        ),
    ] {
        let output = run(root, &line.split(' ').collect::<Vec<_>>());
        assert_eq!(output.status.code(), Some(2), "{line}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(told, format!("bundlescope: {said}\n"));
    }
    for line in [
        "rules new x --from-unknown u-1",
        "rules new x --archive out",
        "rules test mine.toml",
        "rules test mine.toml a.tar --archive out",
    ] {
        let output = run(root, &line.split(' ').collect::<Vec<_>>());
        assert_eq!(output.status.code(), Some(2), "{line}");
    }
}
