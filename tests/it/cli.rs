//! The binary as a user meets it: what it says, what it writes, how it ends.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::support::{dump, dump_stream, files, gzip, schema_errors, tar, write_folder, zip};
use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

/// A folder with the sample dump in it, packed as `dump.tar`.
fn folder_with_dump() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("dump.tar"), tar(&dump(100))).unwrap();
    folder
}

/// The binary, run in this folder, as on a machine without a terminal.
pub(crate) fn bundlescope(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bundlescope"));
    command.current_dir(folder);
    // Help texts are as wide as the terminal says.
    command.env("NO_COLOR", "1").env_remove("COLUMNS");
    command
}

/// How a run with these arguments ended.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    bundlescope(folder).args(arguments).output().unwrap()
}

/// Standard output of a run that has to end with this status and say nothing on standard error.
pub(crate) fn stdout(folder: &Path, arguments: &[&str], status: i32) -> String {
    let output = run(folder, arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "", "{arguments:?}");
    assert_eq!(output.status.code(), Some(status), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Names of all that lies in a folder, sorted.
fn listing(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<_> = entries.map(|entry| name(entry.unwrap())).collect();
    names.sort();
    names
}

/// A zip whose only member is marked as encrypted.
fn encrypted_zip() -> Vec<u8> {
    let mut zip = zip(&files(&[("pods.json", "{}")]));
    for (mark, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let at = zip.windows(4).position(|window| window == mark).unwrap();
        zip[at + flags] |= 1;
    }
    zip
}

/// Bytes of no known kind.
fn noise() -> Vec<u8> {
    let mut state = 1_u32;
    let next = |()| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0] & 0x9f
    };
    std::iter::repeat_n((), 4096).map(next).collect()
}

/// A rule of the user's, with `more` at its end.
fn rule(id: &str, more: &str) -> String {
    format!(
        "schema = 1\nid = \"{id}\"\ntitle = \"Mine\"\ncategory = \"node\"\nseverity = \"low\"\n\
         confidence = \"low\"\nexplain = \"e\"\ndisprove = \"d\"\n\n[[log]]\n\
         literal = [\"handled request\"]\n{more}"
    )
}

/// Arguments, and words that the one line on standard error must have: the thing and the remedy.
type Mistake = (&'static [&'static str], &'static [&'static str]);

/// Wrong use of every kind; the test makes the files.
const MISTAKES: &[Mistake] = &[
    (
        &["analyze", "missing.zip"],
        &["missing.zip", "no such file or folder", "pass the"],
    ),
    (
        &["inspect", "missing.zip"],
        &["missing.zip", "no such file or folder", "pass the"],
    ),
    (
        &["analyze", "dump.tar", "missing.zip"],
        &["missing.zip", "no such file or folder"],
    ),
    (
        &["analyze", "empty"],
        &["empty", "contains no files", "pass the folder"],
    ),
    (
        &["analyze", "nothing"],
        &["nothing", "contains no files", "pass the folder"],
    ),
    (
        &["analyze", "noise.bin"],
        &["noise.bin", "neither an archive nor text", "zip"],
    ),
    (
        &["analyze", "locked.zip"],
        &["locked.zip", "encrypted", "without a password"],
    ),
    (
        &["analyze", "dump.tar", "--rules", "rules"],
        &["mine.toml:12:9: regex: unclosed group"],
    ),
    (
        &["rules", "list", "--rules", "rules"],
        &["mine.toml:12:9: regex: unclosed group"],
    ),
    (
        &["explain", "pod-oomkilled", "--rules", "rules"],
        &["mine.toml:12:9: "],
    ),
    (
        &["analyze", "dump.tar", "--rules", "gone"],
        &["gone: cannot be read", "a folder with rule files"],
    ),
    (
        &["analyze", "dump.tar", "--rules", "no-rules"],
        &["no-rules", "contains no rule files"],
    ),
    (
        &["rules", "check", "gone"],
        &["gone: cannot be read", "pass a rule file"],
    ),
    (
        &["analyze", "dump.tar", "-o", "gone/report.html"],
        &["gone", "no such folder", "--output"],
    ),
    (
        &["analyze", "dump.tar", "-o", "empty"],
        &["empty: is a folder", "--output"],
    ),
    (&["analyze", "-", "-"], &["standard input", "once"]),
    (
        &[
            "analyze", "dump.tar", "--format", "json", "--format", "html", "-o", "a",
        ],
        &[
            "more --format than --output",
            "give each format an --output",
        ],
    ),
    (
        &["explain", "pod-oomkiled"],
        &["pod-oomkiled: no such rule", "did you mean"],
    ),
    (
        &["explain", "xyzzy"],
        &["xyzzy: no such rule", "rules list"],
    ),
];

#[test]
fn wrong_use_is_one_line_that_names_the_thing_and_the_remedy() {
    let folder = folder_with_dump();
    let path = folder.path();
    fs::create_dir(path.join("empty")).unwrap();
    fs::write(path.join("nothing"), "").unwrap();
    fs::write(path.join("noise.bin"), noise()).unwrap();
    fs::write(path.join("locked.zip"), encrypted_zip()).unwrap();
    fs::create_dir(path.join("no-rules")).unwrap();
    fs::create_dir(path.join("rules")).unwrap();
    fs::write(path.join("rules/mine.toml"), rule("mine", "regex = '('\n")).unwrap();
    let before = listing(path);
    for &(arguments, words) in MISTAKES {
        let output = run(path, arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            "",
            "{arguments:?}"
        );
        assert_eq!(said.lines().count(), 1, "{arguments:?}: {said}");
        assert!(said.starts_with("bundlescope: "), "{arguments:?}: {said}");
        for word in words {
            assert!(
                said.contains(word),
                "{arguments:?}: no \"{word}\" in {said}"
            );
        }
        let twice = said.split(": ").map(str::trim).collect::<Vec<_>>();
        let said_once = twice.windows(2).all(|pair| pair[0] != pair[1]);
        assert!(said_once, "says a thing twice: {said}");
        assert_eq!(listing(path), before, "{arguments:?} left a file");
    }
}

#[test]
fn every_mistake_in_rule_files_is_said_on_its_own_line() {
    let folder = folder_with_dump();
    let path = folder.path();
    fs::create_dir(path.join("rules")).unwrap();
    for name in ["one", "two"] {
        let text = rule(name, "regex = '('\n");
        fs::write(path.join(format!("rules/{name}.toml")), text).unwrap();
    }
    let output = run(path, &["analyze", "dump.tar", "--rules", "rules"]);
    let said = String::from_utf8(output.stderr).unwrap();
    let places: Vec<_> = said
        .lines()
        .filter(|line| line.contains(".toml:12:9: "))
        .collect();
    assert_eq!(places.len(), 2, "{said}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn arguments_that_are_none_end_with_status_2_and_show_the_usage() {
    let folder = folder_with_dump();
    for arguments in [
        &["analyze"][..],
        &["analyse", "dump.tar"],
        &["analyze", "dump.tar", "--format", "pdf"],
        &["analyze", "dump.tar", "--since", "yesterday"],
        &["analyze", "dump.tar", "--fail-on", "bad"],
        &["completions", "tcsh"],
        &[],
    ] {
        let output = run(folder.path(), arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(said.contains("--help") || said.contains("Usage:"), "{said}");
    }
    assert_eq!(listing(folder.path()), ["dump.tar"]);
}

#[test]
fn the_exit_status_is_told_by_the_worst_finding_that_has_not_ended() {
    let folder = folder_with_dump();
    // The sample's worst active finding is critical; a calm log has none.
    let calm = "I0301 10:00:00.000000       1 kubelet.go:1] all is well\n";
    fs::write(folder.path().join("kubelet.log"), calm).unwrap();
    // Where nothing is recognised there is no answer.
    fs::write(folder.path().join("notes.txt"), "milk\neggs\n").unwrap();
    for (bundle, level, expected) in [
        ("dump.tar", "never", 0),
        ("dump.tar", "critical", 1),
        ("dump.tar", "high", 1),
        ("dump.tar", "info", 1),
        ("kubelet.log", "info", 0),
    ] {
        let arguments = ["analyze", bundle, "-o", "-", "--fail-on", level];
        stdout(folder.path(), &arguments, expected);
    }
    stdout(folder.path(), &["analyze", "notes.txt", "-o", "-"], 2);
    // The default is high.
    stdout(folder.path(), &["analyze", "dump.tar", "-o", "-"], 1);
    stdout(folder.path(), &["analyze", "kubelet.log", "-o", "-"], 0);
}

#[test]
fn what_has_ended_or_is_below_the_level_fails_no_run() {
    let folder = folder_with_dump();
    let path = folder.path();
    fs::create_dir(path.join("rules")).unwrap();
    fs::write(path.join("rules/mine.toml"), rule("mine", "")).unwrap();
    fs::write(path.join("a.log"), "handled request 1\n").unwrap();
    let run = |level| {
        let arguments = [
            "analyze",
            "a.log",
            "--rules",
            "rules",
            "-o",
            "-",
            "--format",
            "json",
            "--fail-on",
            level,
        ];
        let status = i32::from(level == "low");
        serde_json::from_str::<Value>(&stdout(path, &arguments, status)).unwrap()
    };
    let report = run("low");
    assert_eq!(report["findings"][0]["rule"], "mine");
    assert_eq!(run("medium"), report);
}

#[test]
fn the_format_is_told_from_the_name_and_all_are_written_in_one_pass() {
    let folder = folder_with_dump();
    let path = folder.path();
    let outputs = [
        "-o",
        "r.html",
        "-o",
        "r.json",
        "-o",
        "r.md",
        "-o",
        "r.txt",
        "-o",
        "r.MARKDOWN",
        "-o",
        "r",
    ];
    let said = stdout(path, &[&["analyze", "dump.tar"], &outputs[..]].concat(), 1);
    for name in ["r.html", "r.json", "r.md", "r.txt", "r.MARKDOWN", "r"] {
        assert!(said.contains(&format!("wrote {name}\n")), "{said}");
    }
    let read = |name: &str| fs::read_to_string(path.join(name)).unwrap();
    assert!(
        read("r.html")
            .to_ascii_lowercase()
            .starts_with("<!doctype html>")
    );
    assert_eq!(
        read("r"),
        read("r.html"),
        "without a known ending it is HTML"
    );
    let json: Value = serde_json::from_str(&read("r.json")).unwrap();
    assert_eq!(schema_errors(&json), Vec::<String>::new());
    assert!(read("r.md").starts_with('#') || read("r.md").starts_with("**"));
    assert_eq!(read("r.MARKDOWN"), read("r.md"));
    assert!(
        said.starts_with(&read("r.txt")),
        "the summary is the text report"
    );
    let names = [
        "dump.tar",
        "r",
        "r.MARKDOWN",
        "r.html",
        "r.json",
        "r.md",
        "r.txt",
    ];
    assert_eq!(listing(path), names);
}

#[test]
fn the_format_may_be_named_and_goes_to_the_output_of_its_place() {
    let folder = folder_with_dump();
    let path = folder.path();
    let arguments = [
        "analyze", "dump.tar", "-o", "a", "--format", "json", "-o", "b.json",
    ];
    stdout(path, &arguments, 1);
    let read = |name: &str| fs::read_to_string(path.join(name)).unwrap();
    assert_eq!(read("a"), read("b.json"));
}

#[test]
fn without_an_output_the_report_lies_beside_with_the_name_of_the_bundle() {
    let folder = folder_with_dump();
    let path = folder.path();
    let said = stdout(path, &["analyze", "dump.tar"], 1);
    assert!(said.ends_with("wrote dump.tar.report.html\n"), "{said}");
    stdout(
        path,
        &[
            "analyze", "dump.tar", "--format", "json", "--format", "text",
        ],
        1,
    );
    let names = [
        "dump.tar",
        "dump.tar.report.html",
        "dump.tar.report.json",
        "dump.tar.report.txt",
    ];
    assert_eq!(listing(path), names);
}

#[test]
fn an_output_that_is_there_is_replaced_whole() {
    let folder = folder_with_dump();
    let path = folder.path();
    fs::write(path.join("r.json"), "x".repeat(1 << 20)).unwrap();
    stdout(path, &["analyze", "dump.tar", "-o", "r.json"], 1);
    let report = fs::read_to_string(path.join("r.json")).unwrap();
    serde_json::from_str::<Value>(&report).unwrap();
}

#[test]
fn a_report_on_standard_output_stands_there_alone() {
    let folder = folder_with_dump();
    let path = folder.path();
    let text = stdout(path, &["analyze", "dump.tar", "-o", "-"], 1);
    assert!(
        !text.contains("wrote ") && !text.contains('\u{1b}'),
        "{text}"
    );
    let json = stdout(
        path,
        &["analyze", "dump.tar", "-o", "-", "--format", "json"],
        1,
    );
    serde_json::from_str::<Value>(&json).unwrap();
    let both = [
        "analyze", "dump.tar", "-o", "-", "-o", "r.html", "--format", "json",
    ];
    assert_eq!(stdout(path, &both, 1), json);
    assert_eq!(listing(path), ["dump.tar", "r.html"]);
}

#[test]
fn standard_input_may_be_any_kind_of_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let tar = tar(&dump(600));
    for (kind, bytes) in [
        ("tar", tar.clone()),
        ("tar.gz", gzip(&tar)),
        ("zip", zip(&dump(600))),
        ("stream", dump_stream(600)),
    ] {
        let arguments = ["analyze", "-", "-o", "-", "--format", "json"];
        let output = bundlescope(folder.path())
            .args(arguments)
            .write_stdin(bytes)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{kind}: {output:?}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["bundle"]["format"], "cluster-info-dump", "{kind}");
        assert_eq!(report["bundle"]["name"], "stdin", "{kind}");
        let rules = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| &finding["rule"]);
        let rules: Vec<_> = rules.filter_map(Value::as_str).collect();
        for rule in [
            "node-not-ready",
            "pod-oomkilled",
            "image-pull-backoff",
            "coredns-api-unreachable",
        ] {
            assert!(rules.contains(&rule), "{kind}: no {rule} in {rules:?}");
        }
    }
    assert_eq!(listing(folder.path()), Vec::<String>::new());
}

#[test]
fn standard_input_that_is_no_bundle_is_wrong_use() {
    let folder = tempfile::tempdir().unwrap();
    for (bytes, word) in [
        (noise(), "neither an archive nor text"),
        (vec![], "contains no files"),
    ] {
        let arguments = ["analyze", "-", "-o", "r.html"];
        let output = bundlescope(folder.path())
            .args(arguments)
            .write_stdin(bytes)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("stdin: ") && said.contains(word), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    assert_eq!(listing(folder.path()), Vec::<String>::new());
}

#[test]
fn a_single_log_is_a_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let line = "E1120 12:37:52.949649   69304 azure_controller.go:75] adal: Refresh request failed. AADSTS7000222: The provided client secret keys are expired.\n";
    fs::write(folder.path().join("kubelet.log"), line).unwrap();
    let arguments = ["analyze", "kubelet.log", "-o", "-", "--format", "json"];
    let report: Value = serde_json::from_str(&stdout(folder.path(), &arguments, 1)).unwrap();
    assert_eq!(report["findings"][0]["rule"], "azure-sp-secret-expired");
    assert_eq!(
        report["findings"][0]["citations"][0]["locator"],
        "kubelet.log:1"
    );
}

#[test]
fn several_bundles_are_one_run() {
    let folder = folder_with_dump();
    let path = folder.path();
    write_folder(
        path,
        &files(&[("logs/kubelet.log", "adal: AADSTS7000222: expired\n")]),
    );
    let run = |bundles: [&str; 2]| {
        let arguments = [
            "analyze", bundles[0], bundles[1], "-o", "-", "--format", "json",
        ];
        stdout(path, &arguments, 1)
    };
    let report: Value = serde_json::from_str(&run(["dump.tar", "logs"])).unwrap();
    let rules = report["findings"].to_string();
    assert!(
        rules.contains("azure-sp-secret-expired") && rules.contains("pod-oomkilled"),
        "{rules}"
    );
    let locators = report["findings"].to_string();
    assert!(locators.contains("logs/kubelet.log:1"), "{locators}");
    let turned: Value = serde_json::from_str(&run(["logs", "dump.tar"])).unwrap();
    assert_eq!(turned["findings"], report["findings"]);
}

#[test]
fn a_cut_archive_is_a_report_with_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let archive = gzip(&tar(&dump(400)));
    fs::write(
        folder.path().join("cut.tar.gz"),
        &archive[..archive.len() * 2 / 3],
    )
    .unwrap();
    let arguments = [
        "analyze",
        "cut.tar.gz",
        "-o",
        "-",
        "--format",
        "json",
        "--fail-on",
        "never",
    ];
    let report: Value = serde_json::from_str(&stdout(folder.path(), &arguments, 0)).unwrap();
    let gaps = report["gaps"].as_array().unwrap();
    assert!(
        gaps.iter().any(|gap| gap.to_string().contains("cut short")),
        "{gaps:?}"
    );
    assert_eq!(schema_errors(&report), Vec::<String>::new());
    let said = stdout(folder.path(), &["inspect", "cut.tar.gz"], 0);
    assert!(said.contains("cut short"), "{said}");
}

#[test]
fn the_window_and_the_least_severity_leave_findings_out() {
    let folder = folder_with_dump();
    let path = folder.path();
    let count = |more: &[&str]| {
        let arguments = [
            "analyze",
            "dump.tar",
            "-o",
            "-",
            "--format",
            "json",
            "--fail-on",
            "never",
        ];
        let report = stdout(path, &[&arguments, more].concat(), 0);
        let report: Value = serde_json::from_str(&report).unwrap();
        report["findings"].as_array().unwrap().len()
    };
    let all = count(&[]);
    assert!(count(&["--min-severity", "critical"]) < all);
    assert_eq!(
        count(&[
            "--since",
            "2000-01-01T00:00:00Z",
            "--until",
            "2100-01-01T00:00:00Z"
        ]),
        all
    );
    assert!(count(&["--since", "2024-05-01T11:59:00Z"]) < all);
}

#[test]
fn inspect_says_what_is_in_a_bundle() {
    let folder = folder_with_dump();
    let said = stdout(folder.path(), &["inspect", "dump.tar"], 0);
    for words in [
        "format      cluster-info-dump",
        "captured    2024-05-01T12:00:0",
        "2 Node",
        "coredns",
        "gaps        0",
    ] {
        assert!(said.contains(words), "no \"{words}\" in\n{said}");
    }
    assert_eq!(listing(folder.path()), ["dump.tar"]);
}

#[test]
fn explain_prints_all_that_a_rule_knows() {
    let folder = tempfile::tempdir().unwrap();
    let said = stdout(folder.path(), &["explain", "pod-oomkilled"], 0);
    for words in [
        "pod-oomkilled\n",
        "What it means",
        "What to check",
        "What to do",
        "References",
        "https://",
    ] {
        assert!(said.contains(words), "no \"{words}\" in\n{said}");
    }
}

#[test]
fn a_rule_of_the_user_is_used_listed_and_explained() {
    let folder = folder_with_dump();
    let path = folder.path();
    fs::create_dir(path.join("rules")).unwrap();
    fs::write(path.join("rules/mine.toml"), rule("mine", "")).unwrap();
    let listed = stdout(path, &["rules", "list", "--rules", "rules"], 0);
    assert!(
        listed.lines().any(|line| line.starts_with("mine ")),
        "{listed}"
    );
    assert!(stdout(path, &["explain", "mine", "--rules", "rules"], 0).contains("Mine"));
    let report = stdout(
        path,
        &[
            "analyze", "dump.tar", "--rules", "rules", "-o", "-", "--format", "json",
        ],
        1,
    );
    assert!(report.contains("\"rule\": \"mine\""));
}

#[test]
fn rules_check_tells_mistakes_by_its_status() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let good = "[[example]]\nshould = \"match\"\ntext = \"handled request\"\n[[example]]\nshould = \"not-match\"\ntext = \"-\"\n";
    write_folder(
        path,
        &files(&[
            ("good/mine.toml", &rule("mine", good)),
            ("bad/mine.toml", &rule("mine", "")),
        ]),
    );
    assert_eq!(
        stdout(path, &["rules", "check", "good"], 0),
        "rules checked: 1; errors: 0; warnings: 0\n"
    );
    let said = stdout(path, &["rules", "check", "bad"], 1);
    assert!(
        said.contains("bad/mine.toml:2:6: error: no example"),
        "{said}"
    );
    let said = stdout(path, &["rules", "check", "good/mine.toml"], 0);
    assert!(said.ends_with("errors: 0; warnings: 0\n"), "{said}");
    assert!(stdout(path, &["rules", "check"], 0).contains("errors: 0;"));
}

/// One line for each rule as `rules list --json` has it, without words that may be polished.
#[test]
fn the_list_of_rules_is_public() {
    let folder = tempfile::tempdir().unwrap();
    let json = stdout(folder.path(), &["rules", "list", "--json"], 0);
    let rules: Vec<Value> = serde_json::from_str(&json).unwrap();
    let text = |rule: &Value, key: &str| rule[key].as_str().unwrap_or("-").to_owned();
    let keys = ["id", "severity", "category", "kind"];
    let row = |rule: &Value| keys.map(|key| text(rule, key)).join(" ");
    let rows: Vec<_> = rules.iter().map(row).collect();
    insta::assert_snapshot!("rule_list", rows.join("\n"));

    let listed = stdout(folder.path(), &["rules", "list"], 0);
    let ids: Vec<_> = listed
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    let expected: Vec<_> = rules.iter().map(|rule| text(rule, "id")).collect();
    assert_eq!(ids, expected);
    let some = stdout(
        folder.path(),
        &[
            "rules",
            "list",
            "--category",
            "dns",
            "--min-severity",
            "high",
        ],
        0,
    );
    let count = rules.iter().filter(|rule| {
        rule["category"] == "dns"
            && ["high", "critical"].contains(&rule["severity"].as_str().unwrap_or_default())
    });
    assert_eq!(some.lines().count(), count.count());
}

#[test]
fn scripts_and_the_manual_are_printed() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = stdout(folder.path(), &["completions", shell], 0);
        assert!(
            script.contains("bundlescope") && script.contains("fail-on"),
            "{shell}"
        );
    }
    let manual = stdout(folder.path(), &["man"], 0);
    assert!(manual.contains(".TH bundlescope 1"), "{manual}");
}

/// The help of every command, each with its name.
pub(crate) fn help_texts() -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let help = |command: &str| {
        let words: Vec<_> = command.split_whitespace().chain(["--help"]).collect();
        let help = stdout(folder.path(), &words, 0);
        // Windows names the program with its ending.
        let help = help.replace("bundlescope.exe", "bundlescope");
        (format!("help {command}").trim().to_owned(), help)
    };
    let commands = [
        "",
        "analyze",
        "inspect",
        "explain",
        "rules",
        "rules list",
        "rules check",
        "rules test",
        "rules new",
        "rules docs",
        "rules unexplained",
        "batch",
        "diff",
        "completions",
        "man",
    ];
    commands.into_iter().map(help).collect()
}

/// Flags and their help are public; a change here is a change for every user.
#[test]
fn the_help_of_every_command_is_public() {
    let folder = tempfile::tempdir().unwrap();
    for (name, help) in help_texts() {
        insta::assert_snapshot!(name.replace(' ', "_"), help);
    }
    let version = stdout(folder.path(), &["--version"], 0);
    assert_eq!(
        version,
        format!("bundlescope {}\n", env!("CARGO_PKG_VERSION"))
    );
}

/// A reader that goes away, as `| head -1` does, is no error. Windows has no broken pipes of this
/// kind to tell apart.
#[test]
#[cfg(unix)]
fn a_reader_that_goes_away_is_no_error() {
    use std::process::{Command, Stdio};
    let folder = folder_with_dump();
    for arguments in [
        &[
            "analyze",
            "dump.tar",
            "-o",
            "-",
            "--format",
            "html",
            "--fail-on",
            "never",
        ][..],
        &["inspect", "dump.tar"],
        &["explain", "pod-oomkilled"],
        &["rules", "list"],
        &["rules", "check"],
        &["completions", "bash"],
        &["man"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = Command::new(env!("CARGO_BIN_EXE_bundlescope"))
            .current_dir(folder.path())
            .args(arguments)
            .stdout(writer)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    }
}
