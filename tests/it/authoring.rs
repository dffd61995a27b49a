//! What authors of rules use: trying a rule on bundles, drafting one, writing the catalogue.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::cli::{bundlescope, run, stdout};
use crate::support::{dump, tar, write_folder};
use serde_json::Value;
use std::fs;
use tempfile::TempDir;

/// A rule of one matcher, with these lines in its table.
fn rule(id: &str, matcher: &str) -> String {
    format!(
        "schema = 1\nid = \"{id}\"\ntitle = \"t\"\ncategory = \"workload\"\nseverity = \"low\"\n\
         confidence = \"low\"\nexplain = \"e\"\ndisprove = \"d\"\nremedy = [\"r\"]\n{matcher}\n"
    )
}

/// A folder with a dump, a log of a kubelet, and rules.
fn folder(rules: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("dump.tar"), tar(&dump(400))).unwrap();
    let kubelet = "\
        I0312 09:41:00.000000    1 kubelet.go:1] started\n\
        E0312 09:41:01.000000    1 kubelet.go:2] gadget 7 of pod \"web_shop(1)\" burnt down\n\
        E0312 09:41:02.000000    1 kubelet.go:2] gadget 7 burnt down again\n\
        E0312 09:41:03.000000    1 kubelet.go:2] gadget x burnt down\n\
        E0312 09:41:04.000000    1 kubelet.go:2] gadget 9 burnt down, as planned\n\
        I0312 09:41:05.000000    1 flags.go:64] FLAG: --gadget=\"gadget 1 burnt down\"\n\
        E0312 09:41:06.000000    1 kubelet.go:2] PLEG is not healthy: pleg was last seen active 3m1s ago; threshold is 3m0s\n";
    // As long as a log of the kubelet is that clears a rule.
    let quiet = (10..40).map(|minute| {
        format!("I0312 10:{minute}:00.000000    1 kubelet.go:3] \"SyncLoop (housekeeping) end\"\n")
    });
    let kubelet = kubelet.to_owned() + &quiet.collect::<String>();
    fs::write(path.join("kubelet.log"), kubelet).unwrap();
    for (id, matcher) in rules {
        fs::write(path.join(format!("{id}.toml")), rule(id, matcher)).unwrap();
    }
    folder
}

const GADGET: &str = "[[log]]\ncomponent = [\"kubelet\"]\nliteral = [\"gadget\"]\n\
    regex = 'gadget \\d+.* burnt down'\nunless = ['as planned']";

#[test]
fn a_tried_rule_tells_hits_and_which_condition_failed() {
    let folder = folder(&[("gadget-burnt", GADGET)]);
    let said = stdout(
        folder.path(),
        &[
            "rules",
            "test",
            "gadget-burnt.toml",
            "kubelet.log",
            "dump.tar",
        ],
        0,
    );
    let expected = "\
gadget-burnt

kubelet.log: found, 2 findings
  log: 2 hits
      kubelet.log:2
        E0312 09:41:01.000000    1 kubelet.go:2] gadget 7 of pod \"web_shop(1)\" burnt down
      kubelet.log:3
        E0312 09:41:02.000000    1 kubelet.go:2] gadget 7 burnt down again
    1 near miss, regex: a literal matches, the regex does not
      kubelet.log:4
        E0312 09:41:03.000000    1 kubelet.go:2] gadget x burnt down
    1 near miss, the guard `flag-dump` treats it as a quotation
      kubelet.log:6
        I0312 09:41:05.000000    1 flags.go:64] FLAG: --gadget=\"gadget 1 burnt down\"
    1 near miss, unless: 'as planned' matches
      kubelet.log:5
        E0312 09:41:04.000000    1 kubelet.go:2] gadget 9 burnt down, as planned

dump.tar: not checked: a cluster-info dump contains no log of kubelet
  log: 0 hits
";
    assert_eq!(said, expected);
}

#[test]
fn a_rule_that_does_not_fire_ends_with_status_1_and_says_why() {
    let rate = format!("{GADGET}\nat_least = 5\nwithin = \"10m\"");
    let other = GADGET.replace("kubelet", "containerd");
    let folder = folder(&[("too-few", &rate), ("elsewhere", &other)]);
    let try_out = |rule: &str| stdout(folder.path(), &["rules", "test", rule, "kubelet.log"], 1);
    let said = try_out("too-few.toml");
    assert!(
        said.contains("kubelet.log: clear: `log` hit 2 times and requires 5 within 10m"),
        "{said}"
    );
    assert!(
        said.contains("log: 2 hits (5 within 10m required)"),
        "{said}"
    );
    let said = try_out("elsewhere.toml");
    assert!(
        said.contains("kubelet.log: not checked: no log of containerd in this bundle"),
        "{said}"
    );
    assert!(
        said.contains("near misses, component: written by kubelet, the rule reads containerd"),
        "{said}"
    );
}

#[test]
fn other_rules_that_explain_the_line_are_named_in_text_and_json() {
    let folder = folder(&[("mine", "[[log]]\nliteral = [\"pleg was last seen active\"]")]);
    let arguments = ["rules", "test", "mine.toml", "kubelet.log"];
    let said = stdout(folder.path(), &arguments, 0);
    assert!(
        said.contains("        also: kubelet-pleg-unhealthy\n"),
        "{said}"
    );
    let json = stdout(folder.path(), &[&arguments[..], &["--json"]].concat(), 0);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["rule"], "mine");
    assert_eq!(json["fired"], true);
    let bundle = &json["bundles"][0];
    assert_eq!(bundle["outcome"], "found");
    let matcher = &bundle["matchers"][0];
    assert_eq!(matcher["hits"], 1);
    assert_eq!(matcher["lines"][0]["at"], "kubelet.log:7");
    assert_eq!(matcher["lines"][0]["also"][0], "kubelet-pleg-unhealthy");
}

#[test]
fn events_and_objects_have_near_misses_too() {
    let event = "[[event]]\nreason = [\"BackOff\"]\nliteral = [\"burnt\"]\n\
        [[event]]\nid = \"other\"\nreason = [\"Burnt\"]\nliteral = [\"Back-off restarting\"]\n\
        [[object]]\nkind = \"Pod\"\nfield = \"status.phase\"\nequals = \"Burnt\"";
    let folder = folder(&[("burnt", event)]);
    let said = stdout(
        folder.path(),
        &["rules", "test", "burnt.toml", "dump.tar"],
        1,
    );
    for part in [
        "event: 0 hits\n    61 near misses, literal: the message contains none",
        "other: 0 hits\n    61 near misses, reason: it is BackOff",
        "near misses, value: the field has a different value",
        "Back-off restarting failed container",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
}

#[test]
fn wrong_use_of_authors_tools_ends_with_status_2() {
    let folder = folder(&[("good", GADGET)]);
    let path = folder.path();
    fs::write(path.join("bad.toml"), "schema = ").unwrap();
    fs::write(path.join("there.toml"), "").unwrap();
    for (arguments, word) in [
        (&["rules", "test", "good.toml"][..], "<BUNDLE>"),
        (&["rules", "test", "none.toml", "dump.tar"], "none.toml"),
        (&["rules", "test", "bad.toml", "dump.tar"], "bad.toml:1:"),
        (&["rules", "test", ".", "dump.tar"], "is a folder"),
        (&["rules", "test", "good.toml", "none.tar"], "none.tar"),
        (&["rules", "test", "good.toml", "-"], "twice"),
        (&["rules", "new", "Not_An_Id"], "lower-case"),
        (
            &["rules", "new", "pod-oomkilled"],
            "this rule already exists",
        ),
        (&["rules", "new", "a", "--category", "kitchen"], "kitchen"),
        (&["rules", "new", "a", "--line", "two\nlines"], "one line"),
        (
            &["rules", "new", "there", "-o", "there.toml"],
            "already exists",
        ),
        (&["rules", "new", "a", "-o", "b.toml"], "name it a.toml"),
    ] {
        let output = run(path, arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(word), "{arguments:?}: {said}");
    }
}

#[test]
fn a_draft_becomes_a_rule_when_its_todos_are_written() {
    let folder = folder(&[]);
    let path = folder.path();
    let line =
        "E0312 09:41:01.000000    1 kubelet.go:2] gadget 7 of pod \"web_shop(1)\" burnt down";
    let new = ["rules", "new", "gadget-burnt", "--line", line, "-o", "."];
    assert_eq!(stdout(path, &new, 0), "");
    let said = stdout(path, &["rules", "check", "gadget-burnt.toml"], 1);
    assert!(said.contains("`title` still contains TODO"), "{said}");
    assert!(said.contains("errors: 6; warnings: 0"), "{said}");
    // A draft can be tried at once.
    stdout(
        path,
        &["rules", "test", "gadget-burnt.toml", "kubelet.log"],
        0,
    );
    let file = path.join("gadget-burnt.toml");
    let text = fs::read_to_string(&file).unwrap();
    let written = text.replace("TODO: a similar line that must not match", "gadget 7 works");
    fs::write(&file, written.replace("TODO: ", "The ")).unwrap();
    let said = stdout(path, &["rules", "check", "gadget-burnt.toml"], 0);
    assert!(said.contains("errors: 0; warnings: 0"), "{said}");
}

#[test]
fn the_catalogue_removes_what_it_once_wrote_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    write_folder(
        &path.join("out"),
        &vec![
            (
                "storage/gone.md".to_owned(),
                b"<!-- Generated from the rule files by `bundlescope rules docs`. -->\nold"
                    .to_vec(),
            ),
            ("storage/notes.md".to_owned(), b"my own".to_vec()),
        ],
    );
    let said = stdout(path, &["rules", "docs", "out"], 0);
    assert!(said.ends_with("1 old ones removed\n"), "{said}");
    assert!(!path.join("out/storage/gone.md").exists());
    assert!(path.join("out/storage/notes.md").exists());
    let page = fs::read_to_string(path.join("out/node/node-not-ready.md")).unwrap();
    assert!(page.contains("`node-not-ready`"), "{page}");
    bundlescope(path)
        .args(["rules", "docs", "out"])
        .assert()
        .success();
}

/// The rule that `CONTRIBUTING.md` shows is one, and its draft comes from the line shown there.
#[test]
fn the_rule_that_newcomers_are_shown_is_sound() {
    let guide = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/CONTRIBUTING.md"));
    let guide = guide.unwrap().replace("\r\n", "\n");
    let (_, rest) = guide.split_once("```toml\n").unwrap();
    let (block, _) = rest.split_once("```").unwrap();
    let lines = block
        .lines()
        .map(|line| line.strip_prefix("   ").unwrap_or(line));
    let text = lines.collect::<Vec<_>>().join("\n");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("share-being-deleted.toml"), text).unwrap();
    let said = stdout(path, &["rules", "check", "share-being-deleted.toml"], 0);
    assert_eq!(said, "rules checked: 1; errors: 0; warnings: 0\n");
    let (_, rest) = guide.split_once("--line '").unwrap();
    let (line, _) = rest.split_once("' \\\n").unwrap();
    let new = ["rules", "new", "share-being-deleted", "--line", line];
    let draft = stdout(path, &new, 0);
    assert!(
        draft.contains("literal = ['share is being deleted']"),
        "{draft}"
    );
}
