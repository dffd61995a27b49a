//! Files of other tools, by part: what is taken over, what is left out and said, what is broken.

use super::*;
use crate::rules::RuleSet;
use crate::rules::matcher::Matcher;
use proptest::prelude::*;

/// The set of one file and what was left out of it, or the mistake in it.
fn read(file: &str, text: &str) -> Result<RuleSet, String> {
    RuleSet::from_files(&[(file, text)]).map_err(|errors| errors[0].to_string())
}

/// A monitor with these rules.
fn monitor(rules: &str) -> String {
    format!(
        "{{\"plugin\": \"kmsg\", \"source\": \"k\", \"conditions\": [{{\"type\": \"Deadlock\"}}],\n\"rules\": [{rules}]}}"
    )
}

/// A spec with these analyzers, each line indented as the list needs.
fn spec(analyzers: &str) -> String {
    format!(
        "apiVersion: troubleshoot.sh/v1beta2\nkind: Analyzer\nmetadata:\n  name: shop\nspec:\n  analyzers:\n{analyzers}"
    )
}

/// What was left out, without places.
fn left_out(set: &RuleSet) -> Vec<String> {
    set.left_out().iter().map(LeftOut::message).collect()
}

#[test]
fn files_are_told_by_their_content() {
    for (file, text, expected) in [
        (
            "a.json",
            monitor("").as_str(),
            Some(Format::NodeProblemDetector),
        ),
        ("a.yaml", spec("").as_str(), Some(Format::Troubleshoot)),
        (
            "a",
            "{\"apiVersion\": \"troubleshoot.sh/v1beta2\"}",
            Some(Format::Troubleshoot),
        ),
        ("a.toml", spec("").as_str(), None),
        ("a.json", "{\"rules\": []}", None),
        ("a.yaml", "apiVersion: v1\nkind: Pod\n", None),
        ("a", "", None),
    ] {
        assert_eq!(recognise(file, text), expected, "{file} {text}");
    }
}

#[test]
fn a_rule_of_a_monitor_looks_at_its_log_and_at_its_events() {
    let rule = r#"{"type": "temporary", "reason": "DiskSlow", "pattern": "disk \\w+ is slow"}"#;
    let set = read("x/kernel-monitor.json", &monitor(rule)).unwrap();
    let rule = set.rule("npd-kernel-monitor-diskslow").unwrap();
    assert_eq!(rule.severity, Severity::Low);
    let matchers: Vec<_> = rule.matchers().filter_map(|id| set.matcher(id)).collect();
    let [Matcher::Log(log), Matcher::Event(event)] = matchers.as_slice() else {
        panic!("{matchers:?}");
    };
    assert_eq!(
        (log.components.as_slice(), log.literals.as_slice()),
        (&["kernel".to_owned()][..], &[" is slow".to_owned()][..])
    );
    assert_eq!(
        (event.reasons.as_slice(), event.kinds.as_slice()),
        (&["DiskSlow".to_owned()][..], &["Node".to_owned()][..])
    );
    // The pattern reaches the end of the message, wherever the log quotes it.
    for (line, expected) in [
        ("Mar 1 10:00:00 n kernel: disk sda is slow", true),
        (r#"{"MESSAGE":"disk sda is slow","PRIORITY":"4"}"#, true),
        ("kernel: disk sda is slow today", false),
    ] {
        let at = line.find(" is slow").unwrap();
        assert_eq!(
            log.find(line.as_bytes(), at..at + 8).is_some(),
            expected,
            "{line}"
        );
    }
}

#[test]
fn rules_of_monitors_that_cannot_be_taken_over_are_named() {
    let cases = [
        (
            r#"{"type": "permanent", "condition": "Other", "reason": "R", "pattern": "abcdef"}"#,
            "rule R: not imported: node-problem-detector never sets its condition Other",
        ),
        (
            r#"{"type": "odd", "reason": "R", "pattern": "abcdef"}"#,
            "rule R: not imported: its type",
        ),
        (
            r#"{"type": "temporary", "reason": "R", "pattern": "one line\nnext line"}"#,
            "rule R: not imported: its pattern spans",
        ),
        (
            r#"{"type": "temporary", "reason": "R", "pattern": "^start of it"}"#,
            "rule R: not imported: its pattern is anchored to the start of the buffered lines",
        ),
        (
            r#"{"type": "temporary", "reason": "R", "pattern": "\\d+"}"#,
            "rule R: not imported: no text of 4 bytes",
        ),
        (
            r#"{"type": "temporary", "reason": "R", "pattern": "(open"}"#,
            "rule R: not imported: its pattern is not supported",
        ),
    ];
    for (rule, expected) in cases {
        let set = read("m.json", &monitor(rule)).unwrap();
        assert!(set.rules().is_empty(), "{rule}");
        assert!(
            left_out(&set)[0].starts_with(expected),
            "{:?}",
            left_out(&set)
        );
        assert_eq!(
            (set.left_out()[0].line, set.left_out()[0].column),
            (2, 11),
            "{rule}"
        );
    }
}

#[test]
fn the_same_rule_in_two_monitors_is_taken_once_and_others_get_ids_of_their_own() {
    let rule = |pattern: &str| {
        format!(r#"{{"type": "temporary", "reason": "R", "pattern": "{pattern}"}}"#)
    };
    let both = monitor(&format!("{}, {}", rule("first words"), rule("other words")));
    let set = RuleSet::from_files(&[
        ("a/m.json", &both),
        ("b/m.json", &monitor(&rule("first words"))),
    ])
    .unwrap();
    let ids: Vec<&str> = set.rules().iter().map(|rule| &*rule.id).collect();
    assert_eq!(ids, ["npd-m-r", "npd-m-r-2"]);
    assert_eq!(
        left_out(&set),
        ["rule R: not imported: the same rule is in a/m.json"]
    );
}

#[test]
fn a_broken_file_is_a_mistake_with_its_place() {
    for (file, text, expected) in [
        (
            "m.json",
            "{\"plugin\": \"kmsg\",\n \"rules\": [{,}]}".to_owned(),
            "m.json:2:13: not a node-problem-detector monitor: ",
        ),
        (
            "m.json",
            monitor(r#"{"type": "temporary", "pattern": "abcdef"}"#),
            "m.json:2:11: this rule has no `reason`",
        ),
        (
            "m.json",
            monitor(r#"{"type": "temporary", "reason": "R"}"#),
            "m.json:2:11: this rule has no `pattern`",
        ),
        ("m.json", monitor("1"), "m.json:2:11: this rule: "),
        ("s.yaml", spec("    - textAnalyze: {a: [}\n"), "s.yaml:7:"),
        ("s.yaml", spec("    - {{- if .Values.x }}\n"), "s.yaml:7:"),
        (
            "s.yaml",
            "apiVersion: troubleshoot.sh/v1beta2\nspec: 5\n".to_owned(),
            "s.yaml:2:",
        ),
    ] {
        let error = read(file, &text).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn analyzers_say_why_they_are_not_taken_over() {
    for (analyzer, expected) in [
        ("    - {}\n", "analyzer: not imported: it is empty"),
        ("    - \n", "analyzer: not imported: it is empty"),
        (
            "    - velero:\n",
            "velero: not imported: it reads files that only",
        ),
        (
            "    - event: {exclude: true, reason: R}\n",
            "event: not imported: the spec excludes it",
        ),
        (
            "    - event: {exclude: '{{repl x }}', reason: R}\n",
            "event: not imported: its `exclude` is a template",
        ),
        (
            "    - event: {kind: Pod}\n",
            "event: not imported: it has neither",
        ),
        (
            "    - event: {reason: R, outcomes: [fail: {message: m}]}\n",
            "event: not imported: one of its outcomes has no condition",
        ),
        (
            "    - event: {reason: R, outcomes: [fail: {when: 'false'}]}\n",
            "event: not imported: it fails if there is no such event",
        ),
        (
            "    - textAnalyze: {regex: abcdef}\n",
            "textAnalyze: not imported: it sets no file name",
        ),
        (
            "    - textAnalyze: {fileName: ../a, regex: abcdef}\n",
            "textAnalyze: not imported: write a path inside the bundle",
        ),
        (
            "    - textAnalyze: {fileName: a.log, regex: abcdef, outcomes: [fail: {message: m}]}\n",
            "textAnalyze: not imported: it fails if its pattern is not found",
        ),
        (
            "    - textAnalyze: {fileName: a.log, regex: '^abcdef', outcomes: [fail: {when: 'true'}]}\n",
            "textAnalyze: not imported: its pattern is anchored",
        ),
        (
            "    - textAnalyze: {fileName: a.log, regexGroups: 'abcdef (?P<n>\\d+)', outcomes: [fail: {when: n}]}\n",
            "textAnalyze: not imported: its condition `n`",
        ),
        (
            "    - deploymentStatus: {name: '{{ .Name }}'}\n",
            "deploymentStatus \"{{ .Name }}\": not imported: its `name` is a template",
        ),
        (
            "    - jobStatus: {name: j, outcomes: [fail: {when: '= 0'}]}\n",
            "jobStatus \"j\": not imported: its condition `= 0`",
        ),
        (
            "    - replicasetStatus: {selector: [a=b]}\n",
            "replicasetStatus: not imported: it selects by labels",
        ),
        (
            "    - nodeResources: {filters: {selector: {}}, outcomes: []}\n",
            "nodeResources: not imported: its filter `selector` has no counterpart",
        ),
        (
            "    - clusterVersion: {outcomes: [fail: {when: new}]}\n",
            "clusterVersion: not imported: its condition `new`",
        ),
        (
            "    - clusterVersion: {outcomes: [{}]}\n",
            "clusterVersion: not imported: one of its outcomes is neither",
        ),
        (
            "    - clusterVersion: {outcomes: 5}\n",
            "clusterVersion: not imported: its outcomes are not a list",
        ),
    ] {
        let set = read("s.yaml", &spec(analyzer)).unwrap();
        assert!(set.rules().is_empty(), "{analyzer}");
        let said = left_out(&set);
        assert!(
            said.len() == 1 && said[0].starts_with(expected),
            "{analyzer} {said:?}"
        );
    }
}

#[test]
fn what_an_analyzer_says_becomes_the_words_of_a_rule() {
    let set = read("s.yaml", &spec(
        "    - textAnalyze:\n        checkName: Token refused!\n        collectorName: api\n        fileName: '*/x.log'\n        excludeFiles: [old/x.log]\n        regex: token \\w+ refused\n        outcomes:\n          - fail: {when: 'true', message: 'renew {{ .Name }}', uri: 'https://example.com/token'}\n          - pass: {when: 'false'}\n",
    )).unwrap();
    let rule = set.rule("troubleshoot-token-refused").unwrap();
    assert_eq!(rule.title, "Token refused!");
    assert!(
        rule.explain.contains("spec shop") && rule.explain.contains("renew <Name>"),
        "{}",
        rule.explain
    );
    assert_eq!(rule.references, ["https://example.com/token"]);
    assert_eq!(
        (rule.severity, rule.maturity),
        (Severity::High, Maturity::Experimental)
    );
    let log = rule.matchers().find_map(|id| set.log_matcher(id)).unwrap();
    let paths: Vec<&str> = log
        .paths
        .iter()
        .chain(&log.not_paths)
        .map(crate::rules::glob::PathGlob::as_str)
        .collect();
    assert_eq!(paths, ["api/*/x.log", "api/old/x.log"]);
    assert!(set.left_out().is_empty());
}

#[test]
fn words_that_leave_nothing_for_an_id_are_no_mistake() {
    let rule = r#"{"type": "temporary", "reason": "故障", "pattern": "first words"}"#;
    let set = read("モニタ.json", &monitor(rule)).unwrap();
    assert_eq!(&*set.rules()[0].id, "npd-k");
    let set = read("s.yaml", &spec("    - jobStatus: {checkName: 仕事}\n")).unwrap();
    assert_eq!(&*set.rules()[0].id, "troubleshoot-jobstatus");
}

#[test]
fn a_spec_without_analyzers_is_named() {
    let set = read(
        "s.yaml",
        "apiVersion: troubleshoot.sh/v1beta2\nkind: Redactor\n",
    )
    .unwrap();
    assert_eq!(
        left_out(&set),
        ["Redactor: not imported: it has no analyzers"]
    );
}

#[test]
fn a_spec_inside_another_object_is_named() {
    let text = "apiVersion: v1\nkind: Secret\nstringData:\n  support-bundle-spec: |\n    apiVersion: troubleshoot.sh/v1beta2\n";
    let set = read("s.yaml", text).unwrap();
    assert!(
        left_out(&set)[0].starts_with("Secret: not imported: a spec stored as the value of a key")
    );
}

#[test]
fn hostile_files_are_survived() {
    let head = "apiVersion: troubleshoot.sh/v1beta2\nspec:\n";
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f]\n";
    for text in [
        format!("{head}  analyzers: {}", "[".repeat(100_000)),
        format!("{head}  analyzers: {}1", "{a: ".repeat(10_000)),
        format!("{head}  analyzers: []\n{bomb}"),
    ] {
        let error = read("s.yaml", &text).unwrap_err();
        assert!(
            error.starts_with("s.yaml:") && error.len() < 600,
            "{}",
            error.len()
        );
    }
    let deep = format!("{{\"plugin\": {}", "[".repeat(100_000));
    assert!(read("m.json", &format!("{deep}\"rules\"")).is_err());
    let many: Vec<String> = (0..3_000)
        .map(|n| format!(r#"{{"type":"temporary","reason":"R{n}","pattern":"words {n} words"}}"#))
        .collect();
    let error = read("m.json", &monitor(&many.join(","))).unwrap_err();
    assert!(
        error.ends_with("more than 1000 rules in one file; split it"),
        "{error}"
    );
}

proptest! {
    /// Whatever the pieces of a spec or monitor are: rules, or a mistake, never a panic.
    #[test]
    fn any_mixture_of_parts_is_survived(parts in prop::collection::vec(prop::sample::select(vec![
        "    - event:\n", "    - textAnalyze:\n", "    - jobStatus: {}\n", "        reason: R\n",
        "        regex: '(?s)abcd.*'\n", "        fileName: [a\n", "        fileName: '[a'\n", "        outcomes:\n",
        "          - fail:\n", "              when: \"true\"\n", "              message: '{{ .A'\n",
        "    - nodeResources: {outcomes: [fail: {when: 'min(cpuCapacity) < 999999999999G'}]}\n",
        "    - clusterVersion: {outcomes: [fail: {when: '< v1.2.3-\u{e9} || >'}]}\n",
        "    - ", "---\n", "&a ", "*a\n", "null\n", "\t", "\u{feff}", "5\n",
    ]), 0..12)) {
        let _ = read("s.yaml", &spec(&parts.concat()));
    }

    #[test]
    fn any_monitor_is_survived(parts in prop::collection::vec(prop::sample::select(vec![
        "{", "}", "[", "]", ",", ":", "\"type\"", "\"temporary\"", "\"reason\"", "\"R\"", "\"pattern\"",
        "\"a\\u0000b\\nc\"", "\"\u{e9}{2,9}\"", "null", "1e999", " ", "\n",
    ]), 0..24)) {
        let _ = read("m.json", &monitor(&parts.concat()));
    }
}
