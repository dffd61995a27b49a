//! What drafts hold, and that only what they say is left to write.

use super::*;
use crate::rules::check::check;
use crate::rules::diagnostic::Level as Bad;
use proptest::prelude::*;

/// The draft of a rule from a line.
fn drafted(line: &str) -> Result<String, DraftError> {
    let rules = RuleSet::builtin();
    let line = Some(line);
    let request = Request {
        id: "zz-draft",
        category: Some(Category::Storage),
        line,
        more: &[],
        component: None,
    };
    draft(request, &rules)
}

/// Messages of errors that `rules check` has about a draft by itself.
fn errors(text: &str) -> Vec<String> {
    check(&[("rules/storage/zz-draft.toml", text)], &Engine)
        .into_iter()
        .filter(|found| found.level == Bad::Error)
        .map(|found| found.message)
        .collect()
}

const LEFT: [&str; 6] = [
    "`title` still contains TODO",
    "`explain` still contains TODO",
    "`disprove` still contains TODO",
    "`check` still contains TODO",
    "`remedy` still contains TODO",
    "the example with should = \"not-match\" still contains TODO",
];

#[test]
fn a_draft_lacks_only_what_it_says() {
    for line in [
        r#"E0312 09:41:07.123456 1 csi.go:99] "Mount refused" err="share is being deleted""#,
        r#"E0312 09:41:07.123456 1 kubelet.go:99] "Error syncing pod" pod="shop/web-6d5f7c9b8d-x2k8p" err="the sandbox 12 went away while starting""#,
        "Mar 12 09:41:07 node-1 containerd[812]: time=\"2024-03-12T09:41:07Z\" level=error msg=\"shim of 3f2a9b1c77de reaped it's child 7 twice\"",
        r#"{"level":"error","ts":"2024-03-12T09:41:07Z","msg":"lease of node \"aks-1\" lost, holder is it's peer '''x'''"}"#,
        "2024-03-12T09:41:07.1Z stderr F panic: cannot parse C:\\temp\\[x] (a+b)* {c}",
        "the gateway said\tno for ever",
    ] {
        let text = drafted(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(errors(&text), LEFT, "{text}");
    }
}

#[test]
fn names_numbers_and_addresses_may_be_others() {
    let line = r#"E0312 09:41:07.123456    812 kubelet.go:99] "Error syncing pod" pod="shop/web-6d5f7c9b8d-x2k8p" err="gateway 10.0.0.7:443 sent 12 bytes while reading frame header""#;
    let text = drafted(line).unwrap();
    assert!(text.contains("component = [\"kubelet\"]"), "{text}");
    assert!(text.contains("(?<namespace>"), "{text}");
    let other = "E0101 01:00:00.000000      1 kubelet.go:7] \"Error syncing pod\" pod=\"a/b\" err=\"gateway 192.168.1.2:80 sent 4096 bytes while reading frame header\"";
    let renamed = text.replace("TODO: a similar line that must not match", "healthy");
    let twice = format!(
        "{renamed}\n[[example]]\nshould = \"match\"\ntext = {}\n",
        quoted(other)
    );
    assert!(
        !errors(&twice).iter().any(|error| error.contains("match")),
        "{:?}\n{twice}",
        errors(&twice)
    );
}

#[test]
fn the_most_telling_words_are_the_literal() {
    for (line, literal) in [
        (
            r#"E0312 09:41:07.123456 1 csi.go:99] "Mount refused" err="share is being deleted""#,
            "share is being deleted",
        ),
        (
            "level=error msg=\"could not reach 10.0.0.1:443 from node\"",
            "could not reach",
        ),
    ] {
        let text = drafted(line).unwrap();
        assert!(text.contains(&format!("literal = ['{literal}']")), "{text}");
    }
}

#[test]
fn a_skeleton_names_all_that_is_left() {
    let request = Request {
        id: "zz-draft",
        category: Some(Category::Storage),
        line: None,
        more: &[],
        component: None,
    };
    let text = draft(request, &RuleSet::builtin()).unwrap();
    let errors = errors(&text);
    for left in LEFT {
        assert!(errors.iter().any(|error| error == left), "{errors:?}");
    }
    assert!(errors.contains(&"`literal` still contains TODO".to_owned()));
    assert!(errors.contains(&"the example with should = \"match\" still contains TODO".to_owned()));
    assert_eq!(errors.len(), LEFT.len() + 2, "{errors:?}");
}

#[test]
fn secrets_do_not_go_into_rule_files() {
    let text = drafted("level=error msg=\"storage refused it\" password=hunter2hunter2").unwrap();
    assert!(!text.contains("hunter2"), "{text}");
    assert_eq!(errors(&text), LEFT, "{text}");
}

#[test]
fn rules_that_know_the_line_are_named() {
    let line = "W1103 01:34:26.227875       1 reflector.go:289] k8s.io/client-go/informers/factory.go:133: watch of *v1.Pod ended with: too old resource version: 3110688 (3119140)";
    let text = drafted(line).unwrap();
    assert!(text.contains("\"noise-reflector-relist\""), "{text}");
}

#[test]
fn wrong_use_is_refused() {
    for line in [
        "",
        " ",
        "two\nlines",
        "12 10.0.0.1 4",
        &"long ".repeat(2_000),
    ] {
        assert!(drafted(line).is_err(), "{line:?}");
    }
    let rules = RuleSet::builtin();
    for id in ["", "A", "a--b", "-a", "a.b", "pod-oomkilled"] {
        let request = Request {
            id,
            category: None,
            line: None,
            more: &[],
            component: None,
        };
        assert!(draft(request, &rules).is_err(), "{id}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn whatever_the_line_the_draft_hits_it(message in "[a-zA-Z0-9 \"'\\\\=:;{}()./_+*?|^$\\[\\]-]{0,60}") {
        let line = format!("E0312 09:41:07.123456 1 csi.go:99] {message}");
        let request = Request { id: "zz-draft", category: Some(Category::Storage), line: Some(&line), more: &[], component: None };
        let none: [(&str, &str); 0] = [];
        let rules = RuleSet::from_files(&none).unwrap();
        if let Ok(text) = draft(request, &rules) {
            let quotes = text.contains("treats the line as a quotation");
            prop_assert!(quotes || errors(&text) == LEFT, "{}\n{:?}", text, errors(&text));
        }
    }
}

#[test]
fn rules_for_the_lines_of_others_are_not_said_to_hit() {
    let said = "xtables: Another app is currently holding the xtables lock";
    let known = "# These rules already hit the line: \"kube-proxy-iptables-restore-failed\"";
    let elsewhere = "# These rules match words of the line but do not explain it";
    for (unit, expected) in [
        ("kube-proxy", [true, false]),
        ("kubelet", [false, true]),
        ("who-knows", [true, false]),
    ] {
        let text = drafted(&format!("Mar 12 09:41:07 node-1 {unit}[22]: {said}")).unwrap();
        let found = [known, elsewhere].map(|words| text.contains(words));
        assert_eq!(found, expected, "{unit}: {text}");
    }
}

#[test]
fn further_lines_become_examples_or_are_said_not_to_be_hit() {
    let lines = [
        r#"E0312 09:41:07.123456 1 csi.go:99] "Mount refused" err="share a1 is being deleted""#,
        r#"E0312 09:42:07.000001 1 csi.go:99] "Mount refused" err="share b22 is being deleted""#,
        r#"E0312 09:42:07.000001 1 csi.go:120] "Attach denied" err="no such share""#,
    ];
    let more: Vec<String> = lines
        .iter()
        .skip(1)
        .map(|line| (*line).to_owned())
        .collect();
    let request = Request {
        id: "zz-draft",
        category: Some(Category::Storage),
        line: lines.first().copied(),
        more: &more,
        component: Some("kubelet"),
    };
    let text = draft(request, &RuleSet::builtin()).unwrap();
    assert!(text.contains("component = [\"kubelet\"]"), "{text}");
    assert_eq!(text.matches("\nshould = \"match\"").count(), 2, "{text}");
    assert_eq!(text.matches("\n# should = \"match\"").count(), 1, "{text}");
    assert_eq!(errors(&text), LEFT, "{text}");
}
