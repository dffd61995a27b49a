//! The matching engine on small rule sets.

use super::*;
use crate::examine::prefix::Level;
use crate::kube::{Event, ObjectKey};
use crate::locator::{EntryPath, Snippet};
use crate::rules::{RuleSet, guards};
use proptest::prelude::*;
use serde_json::json;

/// A rule file: its id, the keys of its head that differ from the usual, and its matchers.
fn rule(id: &str, head: &str, matchers: &str) -> (String, String) {
    let severity = if head.contains("noise") {
        ""
    } else {
        "severity = \"low\"\nconfidence = \"low\"\ndisprove = \"d\"\n"
    };
    let text = format!(
        "schema = 1\nid = \"{id}\"\ntitle = \"t\"\ncategory = \"node\"\nexplain = \"e\"\n\
         {severity}{head}\n{matchers}"
    );
    (format!("{id}.toml"), text)
}

/// A `[[log]]` with one literal and more keys.
fn log(literal: &str, more: &str) -> String {
    format!("[[log]]\nliteral = [{literal:?}]\n{more}\n")
}

fn set(files: &[(String, String)]) -> RuleSet {
    RuleSet::from_files(files).unwrap()
}

fn scan(text: &str, rules: &RuleSet) -> Vec<HitGroup> {
    scan_lines(text.as_bytes(), 0..text.len(), 1, rules, &Limits::RELEASE).hits
}

/// Lines made from their numbers.
fn numbered(count: u32, line: impl Fn(u32) -> String) -> String {
    let lines: Vec<_> = (0..count).map(line).collect();
    lines.join("\n")
}

/// Rule id and count of each group.
fn counts<'a>(groups: &[HitGroup], rules: &'a RuleSet) -> Vec<(&'a str, u64)> {
    groups
        .iter()
        .map(|group| (&*rules.rule_of(group.matcher).unwrap().id, group.count))
        .collect()
}

/// Line numbers of the samples, as the window passed to the snippet says.
fn lines(group: &HitGroup) -> Vec<u64> {
    group
        .samples
        .iter()
        .map(|sample| sample.snippet.line)
        .collect()
}

#[test]
fn a_literal_is_confirmed_by_the_regex_on_its_own_line_only() {
    let rules = set(&[
        rule("plain", "", &log("disk is full", "")),
        rule("regex", "", &log("full", "regex = 'full: \\d+%'")),
        rule("unless", "", &log("full", "unless = ['not yet']")),
    ]);
    for (text, expected) in [
        ("", vec![]),
        ("nothing\n", vec![]),
        ("disk is full", vec![("plain", 1), ("unless", 1)]),
        (
            "disk is full: 99%\r\n",
            vec![("plain", 1), ("regex", 1), ("unless", 1)],
        ),
        ("full:\n 99%\n", vec![("unless", 1)]),
        ("full not yet\nfull\n", vec![("unless", 1)]),
        ("disk is\nfull\n", vec![("unless", 1)]),
        (
            "\n\ndisk is full\n\n\ndisk is full\n",
            vec![("plain", 2), ("unless", 2)],
        ),
    ] {
        assert_eq!(counts(&scan(text, &rules), &rules), expected, "{text:?}");
    }
}

#[test]
fn a_line_counts_once_however_often_its_literals_stand_on_it() {
    let rules = set(&[rule(
        "a",
        "",
        "[[log]]\nliteral = [\"aaa\", \"aaaa\", \"bbb\"]",
    )]);
    let text = format!("{}bbb\n{}\n", "a".repeat(1_000), "a".repeat(1_000));
    assert_eq!(counts(&scan(&text, &rules), &rules), [("a", 2)]);
}

#[test]
fn an_end_anchor_holds_before_a_carriage_return() {
    let rules = set(&[rule("a", "", &log("status", "regex = 'status=1$'"))]);
    assert_eq!(
        counts(&scan("exit status=1\r\nstatus=1 \r\n", &rules), &rules),
        [("a", 1)]
    );
}

#[test]
fn only_the_body_is_scanned_and_lines_are_numbered_from_its_first() {
    let rules = set(&[rule("a", "", &log("hit!", ""))]);
    let text = b"hit! before\nbody\nhit! 2\n\nhit! 4\nhit! after\n";
    let groups = scan_lines(text, 12..31, 500, &rules, &Limits::RELEASE).hits;
    assert_eq!(counts(&groups, &rules), [("a", 2)]);
    for (start, end) in [(40, 12), (12, 4_000), (4_000, 5_000)] {
        let _ = scan_lines(text, start..end, 1, &rules, &Limits::RELEASE).hits;
    }
}

#[test]
fn lines_that_only_quote_a_failure_are_no_hits() {
    let rules = set(&[rule("a", "", &log("PLEG is not healthy", ""))]);
    let text = "  kubectl.kubernetes.io/last-applied-configuration: {\"x\":\"PLEG is not healthy\"}\n\
        # PLEG is not healthy\nPLEG is not healthy\n";
    assert_eq!(counts(&scan(text, &rules), &rules), [("a", 1)]);
}

#[test]
fn each_guard_silences_a_rule_that_matches_its_example() {
    let rules = set(&[rule("a", "", "[[log]]\nliteral = [\"zzzz\"]")]);
    let guards: &guards::Guards = &rules.engine().guards;
    for guard in guards.all() {
        let literal: String = guard.example.trim().chars().take(12).collect();
        let rules = set(&[rule("a", "", &log(&literal, ""))]);
        assert_eq!(
            counts(&scan(&guard.example, &rules), &rules),
            [],
            "{}",
            guard.id
        );
    }
}

#[test]
fn a_specific_rule_silences_the_general_one_on_the_same_line_only() {
    let rules = set(&[
        rule("general", "", &log("failed", "")),
        rule(
            "middle",
            "supersedes = [\"general\"]",
            &log("failed badly", ""),
        ),
        rule(
            "special",
            "supersedes = [\"middle\"]",
            &log("failed badly at", ""),
        ),
    ]);
    let groups = scan("failed\nfailed badly\nfailed badly at noon\n", &rules);
    assert_eq!(
        counts(&groups, &rules),
        [("general", 1), ("middle", 1), ("special", 1)]
    );
    assert!(groups.iter().all(|group| group.silenced_by.is_empty()));
}

#[test]
fn a_specific_rule_that_may_not_fire_only_marks_the_general_one() {
    let general = || rule("general", "", &log("failed", ""));
    for (head, more) in [
        ("", "component = [\"kubelet\"]"),
        ("", "at_least = 3\nwithin = \"1m\""),
        ("require = \"all\"", "[[event]]\nreason = [\"R\"]"),
        ("kind = \"check\"", ""),
    ] {
        let head = format!("supersedes = [\"general\"]\n{head}");
        let rules = set(&[
            general(),
            rule("special", &head, &log("failed badly", more)),
        ]);
        let groups = scan("failed\nfailed badly\n", &rules);
        assert_eq!(
            counts(&groups, &rules),
            [("general", 1), ("general", 1), ("special", 1)]
        );
        let special = groups.last().unwrap().matcher;
        let marked: Vec<_> = groups.iter().map(|group| &*group.silenced_by).collect();
        assert_eq!(marked, [&[][..], &[special], &[]], "{more}");
    }
}

#[test]
fn noise_gives_way_to_failures_unless_it_supersedes_them() {
    let noise = |head: &str| {
        rule(
            "noise",
            &format!("kind = \"noise\"\n{head}"),
            &log("handshake", ""),
        )
    };
    let failure = rule("failure", "", &log("handshake timeout", ""));
    let text = "handshake\nhandshake timeout\n";
    let rules = set(&[noise(""), failure.clone()]);
    assert_eq!(
        counts(&scan(text, &rules), &rules),
        [("failure", 1), ("noise", 1)]
    );
    let rules = set(&[noise("supersedes = [\"failure\"]"), failure]);
    assert_eq!(counts(&scan(text, &rules), &rules), [("noise", 2)]);
}

#[test]
fn hits_are_grouped_by_what_the_line_speaks_about() {
    let rules = set(&[rule(
        "a",
        "",
        &log("cannot start", "regex = 'start(?: on (?<node>\\S+))?'"),
    )]);
    let text = "cannot start pod=\"ns/a\"\ncannot start pod=\"ns/b\"\ncannot start pod=\"ns/a\"\n\
        cannot start on n1\n";
    let groups = scan(text, &rules);
    let found: Vec<_> = groups
        .iter()
        .map(|group| {
            (
                group.about.pod.as_deref(),
                group.about.node.as_deref(),
                group.count,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (None, Some("n1"), 1),
            (Some("a"), None, 2),
            (Some("b"), None, 1)
        ]
    );
    let captures = &groups.first().unwrap().samples.first().unwrap().captures;
    assert_eq!(captures, &[("node".to_owned(), "n1".to_owned())]);
}

#[test]
fn the_first_and_last_samples_are_kept_and_all_hits_counted() {
    let rules = set(&[rule("a", "", &log("hit", "regex = 'hit (?<n>\\d+)'"))]);
    let text = numbered(100, |n| format!("hit {n}"));
    for (first, last, kept) in [
        (3, 2, vec!["0", "1", "2", "98", "99"]),
        (0, 0, vec!["0", "99"]),
    ] {
        let limits = Limits {
            first_samples: first,
            last_samples: last,
            ..Limits::RELEASE
        };
        let groups = scan_lines(text.as_bytes(), 0..text.len(), 1, &rules, &limits).hits;
        let group = groups.first().unwrap();
        let samples = group.samples.iter().cloned();
        let captured: Vec<_> = samples
            .map(|sample| completed(sample, group.matcher, &rules, &limits))
            .map(|sample| sample.captures[0].1.clone())
            .collect();
        assert_eq!(captured, kept);
        assert_eq!(group.count, 100);
        assert!(group.times.is_empty());
    }
    let groups = scan("hit 7", &rules);
    assert_eq!(groups.first().unwrap().samples.len(), 1);
}

#[test]
fn a_match_is_found_later_where_the_excerpt_shows_its_line() {
    let rules = set(&[rule("a", "", &log("hit", "regex = 'was (?<n>\\d+) hit'"))]);
    let long = format!("{} it was 7 hit", "x".repeat(Limits::RELEASE.excerpt_bytes));
    for (text, searched) in [
        ("I it was 7 hit\n".to_owned(), false),
        (format!("E it err=<\n\tit was 7 hit\n >\n{long}"), false),
        (long, true),
    ] {
        let group = scan(&text, &rules).remove(0);
        let sample = group.samples.first().unwrap().clone();
        assert_eq!(sample.searched, searched);
        let sample = completed(sample, group.matcher, &rules, &Limits::RELEASE);
        let (from, to) = sample.snippet.matched;
        assert_eq!(sample.snippet.text.get(from..to), Some("was 7 hit"));
        assert_eq!(sample.captures, [("n".to_owned(), "7".to_owned())]);
    }
}

#[test]
fn too_many_subjects_are_counted_together() {
    let rules = set(&[rule("a", "", &log("cannot start", ""))]);
    let text = numbered(50, |n| format!("cannot start pod=\"ns/p{n}\""));
    let limits = Limits {
        subjects: 4,
        ..Limits::RELEASE
    };
    let groups = scan_lines(text.as_bytes(), 0..text.len(), 1, &rules, &limits).hits;
    assert_eq!(groups.len(), 5);
    assert_eq!(groups.iter().map(|group| group.count).sum::<u64>(), 50);
    assert_eq!(
        groups
            .first()
            .map(|group| (group.about.pod.is_none(), group.count)),
        Some((true, 46))
    );
}

#[test]
fn a_matcher_of_messages_alone_does_not_look_at_logs() {
    let rules = set(&[rule("a", "", &log("failed", "component = [\"event\"]"))]);
    assert_eq!(counts(&scan("failed", &rules), &rules), []);
}

#[test]
fn a_line_full_of_hits_is_scanned_once() {
    let rules = set(&[rule("a", "", &log("aaa", "regex = 'aaa(?<rest>b?)'"))]);
    let text = "a".repeat(1 << 20);
    assert_eq!(counts(&scan(&text, &rules), &rules), [("a", 1)]);
    let text = "aaa\n".repeat(1 << 16);
    assert_eq!(counts(&scan(&text, &rules), &rules), [("a", 1 << 16)]);
}

/// `testdata/levels.txt` says which level each of its lines has.
#[test]
fn an_error_is_noticed_however_its_level_is_written() {
    let rules = set(&[]);
    let table = include_str!("../../../testdata/levels.txt");
    let mut wrong = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let (expected, line) = line.split_once('\t').unwrap();
        let found = scan_lines(line.as_bytes(), 0..line.len(), 1, &rules, &Limits::RELEASE);
        let level = match found.errors.first().map(|group| group.key.level) {
            Some(Level::Error | Level::Fatal) => "E",
            Some(_) => "W",
            None => "-",
        };
        if level != expected {
            wrong.push(format!("{level} instead of {expected}: {line}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A citation of one line.
fn at(text: &str) -> Snippet {
    Snippet::of_line(7, text)
}

/// An event about a pod.
fn event(reason: &str, message: &str) -> Event {
    Event {
        path: EntryPath::bundle("b", true),
        object: ObjectKey::new("Pod", "ns", "p"),
        reason: reason.into(),
        message: message.into(),
        warning: true,
        component: "kubelet".into(),
        host: None,
        count: 1,
        first: None,
        last: None,
        created: None,
        ages: None,
        snippet: at(&format!("\"message\": {message:?},")),
        hits: vec![],
    }
}

#[test]
fn log_matchers_look_at_the_messages_they_name() {
    let rules = set(&[
        rule("any", "", &log("no space", "")),
        rule(
            "event",
            "",
            &log("no space", "component = [\"event\", \"kubelet\"]"),
        ),
        rule("kubelet", "", &log("no space", "component = [\"kubelet\"]")),
        rule("status", "", &log("no space", "component = [\"status\"]")),
    ]);
    for (source, expected) in [
        (TextSource::Event, ["any", "event"]),
        (TextSource::Status, ["any", "status"]),
    ] {
        let hits = scan_message("write: no space left", source, &at("x"), &rules);
        let ids: Vec<_> = hits
            .iter()
            .map(|hit| &*rules.rule_of(hit.matcher).unwrap().id)
            .collect();
        assert_eq!(ids, expected);
    }
}

#[test]
fn a_message_of_several_lines_is_one_text() {
    let rules = set(&[rule(
        "a",
        "",
        &log("cause", "regex = '(?s)failed.*cause: (?<cause>\\w+)'"),
    )]);
    let hits = scan_message(
        "it failed\ncause: disk",
        TextSource::Status,
        &at("x"),
        &rules,
    );
    assert_eq!(hits[0].captures, [("cause".to_owned(), "disk".to_owned())]);
}

#[test]
fn the_match_is_marked_as_it_stands_or_as_json_escapes_it() {
    let rules = set(&[rule("a", "", &log("image", "regex = 'image \"\\S+\"'"))]);
    let message = "Back-off pulling image \"x:1\" now";
    for (text, marked) in [
        (message, "image \"x:1\""),
        (
            "  \"message\": \"Back-off pulling image \\\"x:1\\\" now\"",
            "image \\\"x:1\\\"",
        ),
        ("message: Back-off pulling", ""),
    ] {
        let hits = scan_message(message, TextSource::Event, &at(text), &rules);
        let (start, end) = hits[0].snippet.matched;
        assert_eq!(text.get(start..end), Some(marked));
    }
}

#[test]
fn event_matchers_look_at_reason_type_kind_and_message() {
    let rules = set(&[
        rule(
            "kind",
            "",
            "[[event]]\nreason = [\"Failed\"]\nkind = [\"Node\"]",
        ),
        rule(
            "literal",
            "",
            "[[event]]\nliteral = [\"no space\"]\nregex = 'no space on (?<disk>\\w+)'",
        ),
        rule(
            "normal",
            "",
            "[[event]]\nreason = [\"Failed\"]\ntype = \"Normal\"",
        ),
        rule(
            "reason",
            "",
            "[[event]]\nreason = [\"Failed\", \"Other\"]\nunless = ['dry run']",
        ),
        rule(
            "both",
            "",
            "[[event]]\nreason = [\"Failed\"]\nliteral = [\"no space\"]",
        ),
    ]);
    for (reason, message, expected) in [
        (
            "Failed",
            "no space on sda",
            vec!["both", "literal", "reason"],
        ),
        ("Failed", "no space", vec!["both", "reason"]),
        ("Failed", "", vec!["reason"]),
        ("Failed", "dry run", vec![]),
        ("Other", "x", vec!["reason"]),
        ("Unknown", "no space on sda", vec!["literal"]),
        ("Unknown", "", vec![]),
    ] {
        let hits = scan_event(&event(reason, message), &rules);
        let ids: Vec<_> = hits
            .iter()
            .map(|hit| &*rules.rule_of(hit.matcher).unwrap().id)
            .collect();
        assert_eq!(ids, expected, "{reason} {message}");
    }
}

#[test]
fn a_specific_event_rule_silences_a_general_line_rule() {
    let rules = set(&[
        rule("general", "", &log("no space", "")),
        rule(
            "special",
            "supersedes = [\"general\"]",
            "[[event]]\nreason = [\"Evicted\"]",
        ),
    ]);
    for (reason, expected) in [("Evicted", "special"), ("Other", "general")] {
        let hits = scan_event(&event(reason, "no space"), &rules);
        let ids: Vec<_> = hits
            .iter()
            .map(|hit| &*rules.rule_of(hit.matcher).unwrap().id)
            .collect();
        assert_eq!(ids, [expected]);
    }
}

#[test]
fn object_matchers_cite_the_field_that_matches() {
    let object = json!({
        "status": {
            "containers": [
                {"state": "ok", "restarts": 3},
                {"state": "bad", "restarts": 0, "ready": false},
                {"state": "bad", "last": null},
            ],
            "keys": {"a.b/c": "x-17"},
        },
    });
    for (condition, expected) in [
        (
            "field = 'status.containers[*].state'\nequals = 'bad'",
            vec!["status.containers[1].state", "status.containers[2].state"],
        ),
        (
            "field = 'status.containers[0].state'\nequals = 'bad'",
            vec![],
        ),
        (
            "field = 'status.containers[*].restarts'\nin = [3, 4]",
            vec!["status.containers[0].restarts"],
        ),
        (
            "field = 'status.containers[*].ready'\nequals = false",
            vec!["status.containers[1].ready"],
        ),
        (
            "field = 'status.keys[\"a.b/c\"]'\nmatches = '^x-(?<n>\\d+)$'",
            vec!["status.keys[\"a.b/c\"]"],
        ),
        ("field = 'status.keys'\nexists = true", vec!["status.keys"]),
        ("field = 'status.containers[2].last'\nexists = true", vec![]),
        (
            "field = 'status.none.at.all'\nexists = false",
            vec!["status.none.at.all"],
        ),
        ("field = 'status.keys'\nexists = false", vec![]),
        ("field = 'status[0].x'\nequals = 'bad'", vec![]),
    ] {
        let matcher = format!("[[object]]\nkind = \"Pod\"\n{condition}");
        let rules = set(&[rule("a", "", &matcher)]);
        let mut cited = Vec::new();
        let mut cite = |path: &str| {
            cited.push(path.to_owned());
            at(path)
        };
        let hits = scan_object(&object, "Pod", &rules, &mut cite);
        assert!(scan_object(&object, "Node", &rules, &mut |_| at("")).is_empty());
        let paths: Vec<_> = hits.iter().map(|hit| hit.snippet.text.as_str()).collect();
        assert_eq!(paths, expected, "{condition}");
        assert_eq!(cited, expected);
        if condition.contains("matches") {
            assert_eq!(hits[0].captures, [("n".to_owned(), "17".to_owned())]);
        }
    }
}

#[test]
fn an_object_with_thousands_of_matching_fields_is_cited_a_few_times() {
    let object = json!({"items": vec!["bad"; 5_000]});
    let rules = set(&[rule(
        "a",
        "",
        "[[object]]\nkind = \"Pod\"\nfield = \"items[*]\"\nequals = \"bad\"",
    )]);
    let hits = scan_object(&object, "Pod", &rules, &mut at);
    assert_eq!(hits.len(), Limits::RELEASE.object_hits);
}

proptest! {
    /// The engine finds exactly the lines that a plain search finds, wherever a text is cut.
    #[test]
    fn the_engine_agrees_with_a_plain_search(text in "[ab\n\r]{0,80}", cut in 0usize..80) {
        let rules = set(&[
            rule("a", "", &log("abb", "")),
            rule("b", "", &log("bba", "regex = 'a.*bba'")),
        ]);
        let regex = regex::Regex::new("a.*bba").unwrap();
        let plain = |text: &str| [
            text.split('\n').filter(|line| line.contains("abb")).count() as u64,
            text.split('\n').filter(|line| regex.is_match(line.trim_end_matches('\r'))).count() as u64,
        ];
        let engine = |groups: &[HitGroup]| {
            let sum = |id: &str| groups
                .iter()
                .filter(|group| &*rules.rule_of(group.matcher).unwrap().id == id)
                .map(|group| group.count)
                .sum::<u64>();
            [sum("a"), sum("b")]
        };
        let whole = engine(&scan(&text, &rules));
        prop_assert_eq!(whole, plain(&text));
        let cut = text.match_indices('\n').map(|(at, _)| at + 1).find(|at| *at >= cut).unwrap_or(text.len());
        let piece = |body| engine(&scan_lines(text.as_bytes(), body, 1, &rules, &Limits::RELEASE).hits);
        let (first, second) = (piece(0..cut), piece(cut..text.len()));
        prop_assert_eq!([first[0] + second[0], first[1] + second[1]], whole);
    }

    /// Bytes of any kind are scanned without a panic, and every sample has a place.
    #[test]
    fn any_bytes_can_be_scanned(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let rules = set(&[rule("a", "", "[[log]]\nliteral = [\"\\u0001\\u0002\\u0003\", \"aaa\"]\nregex = '[^x]'")]);
        let groups = scan_lines(&bytes, 0..bytes.len(), 1, &rules, &Limits::RELEASE).hits;
        prop_assert!(groups.iter().all(|group| !group.samples.is_empty() && !lines(group).is_empty()));
    }
}
