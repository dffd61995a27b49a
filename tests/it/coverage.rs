//! Coverage: absence is not health. What a bundle lacks, the rules that need it must say.

use crate::support::{Files, RULES, analyze_bytes, tar, try_analyze};
use bundlescope::diagnose::checks::{CHECKS, Need};
use bundlescope::diagnose::{Diagnosis, Outcome, RuleCoverage};
use bundlescope::limits::Limits;
use bundlescope::rules::{Kind, Matcher, Rule};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// Sources of evidence, each a file in which nothing is wrong: what it is to a rule, its name and
/// its content.
const SOURCES: &[(&str, &str, &str)] = &[
    (
        "kubelet",
        "node-1/kubelet.log",
        "I0301 10:00:00.000000    1234 kubelet.go:1] all is well\n",
    ),
    (
        "containerd",
        "node-1/containerd.log",
        "time=\"2024-03-01T10:00:00Z\" level=info msg=\"all is well\"\n",
    ),
    ("kernel", "node-1/dmesg", "[    1.000000] all is well\n"),
    (
        "coredns",
        "node-1/pods/kube-system_coredns-6d4b75cb6d-abcde_0a1b2c3d-0000-0000-0000-000000000000/coredns/0.log",
        "2024-03-01T10:00:00.000000000Z stdout F [INFO] all is well\n",
    ),
    (
        "kube-controller-manager",
        "node-1/pods/kube-system_kube-controller-manager-m1_0a1b2c3d-0000-0000-0000-000000000001/kube-controller-manager/0.log",
        "2024-03-01T10:00:00.000000000Z stderr F I0301 10:00:00.000000       1 x.go:1] all is well\n",
    ),
    (
        "Event",
        "events.json",
        r#"{"kind": "EventList", "apiVersion": "v1", "items": [{"metadata": {"name": "a.1", "namespace": "a"}, "involvedObject": {"kind": "Pod", "namespace": "a", "name": "a"}, "reason": "Pulled", "message": "all is well", "type": "Normal", "lastTimestamp": "2024-03-01T10:00:00Z"}]}"#,
    ),
    (
        "Node",
        "nodes.json",
        r#"{"kind": "NodeList", "apiVersion": "v1", "items": [{"metadata": {"name": "node-1"}, "status": {"conditions": [{"type": "Ready", "status": "True", "lastHeartbeatTime": "2024-03-01T10:00:00Z"}]}}]}"#,
    ),
    (
        "Pod",
        "pods.json",
        r#"{"kind": "PodList", "apiVersion": "v1", "items": []}"#,
    ),
    (
        "Service",
        "services.json",
        r#"{"kind": "ServiceList", "apiVersion": "v1", "items": []}"#,
    ),
    (
        "PersistentVolumeClaim",
        "pvcs.json",
        r#"{"kind": "PersistentVolumeClaimList", "apiVersion": "v1", "items": []}"#,
    ),
];

/// Logs from which on what none of them says is news of a rule that any component may log.
const MANY_LOGS: usize = 5;

/// The content of a source. A file that is a log, and not that of a container, is as long as logs are.
fn content(source: &str, content: &str) -> String {
    if !is_log(source) || source == "coredns" {
        return content.to_owned();
    }
    let minutes = (0..30).map(|minute| {
        let clock = content.replace("10:00:00", &format!("10:{minute:02}:00"));
        clock.replace("1.000000", &format!("{minute}.000000"))
    });
    minutes.collect()
}

/// Sources that are logs: their names are those of components.
fn is_log(source: &str) -> bool {
    source.starts_with(|first: char| first.is_ascii_lowercase())
}

/// The outcomes of all rules for a bundle of these sources.
fn diagnosis(sources: &BTreeSet<&str>) -> Diagnosis {
    let files: Files = SOURCES
        .iter()
        .filter(|(source, ..)| sources.contains(source))
        .map(|(source, name, text)| ((*name).to_owned(), content(source, text).into_bytes()))
        // Something that nobody recognises, so that no bundle is empty.
        .chain([("notes.txt".to_owned(), b"milk\neggs\n".to_vec())])
        .collect();
    analyze_bytes("bundle.tar", &tar(&files), &Limits::RELEASE)
}

/// A kubelet's log with so many errors of a rule that asks for thirty in ten minutes.
fn kubelet_log(errors: usize) -> Vec<u8> {
    let mut log = String::from("I0301 10:00:00.000000    1234 server.go:411] Version: v1.19.4\n");
    for second in 0..errors {
        let _ = writeln!(
            log,
            "E0301 10:00:{second:02}.500000    1234 kubelet.go:2183] node \"n1\" not found"
        );
    }
    log.into_bytes()
}

#[test]
fn errors_below_the_rate_of_a_rule_are_unexplained() {
    let told = |errors| {
        let files: Files = vec![("n1/kubelet.log".into(), kubelet_log(errors))];
        let diagnosis = analyze_bytes("bundle.tar", &tar(&files), &Limits::RELEASE);
        let rules = diagnosis.findings.iter().map(|finding| &finding.rule);
        let found = rules.filter(|rule| *rule == "kubelet-node-not-found");
        let unknown = diagnosis.unknown.listed.iter().map(|error| error.count);
        (found.count(), unknown.sum::<u64>())
    };
    assert_eq!(told(3), (0, 3));
    assert_eq!(told(40), (1, 0));
}

#[test]
fn a_line_of_a_rule_that_looks_at_every_log_is_unexplained_below_its_rate() {
    let told = |losses: usize| {
        let mut log = String::from("I0301 10:00:00.000000       1 main.go:41] Starting\n");
        for second in 0..losses {
            let _ = writeln!(
                log,
                "E0301 10:00:{second:02}.500000       1 server.go:318] \"leaderelection lost\""
            );
        }
        let name = "logs/shop_operator-5c6d7_manager.log";
        let files: Files = vec![(name.into(), log.into_bytes())];
        let diagnosis = analyze_bytes("bundle.tar", &tar(&files), &Limits::RELEASE);
        let rules = diagnosis.findings.iter().map(|finding| &finding.rule);
        let found = rules.filter(|rule| *rule == "leader-election-lost");
        let unknown = diagnosis.unknown.listed.iter().map(|error| error.count);
        (found.count(), unknown.sum::<u64>())
    };
    assert_eq!(told(1), (0, 1));
    assert_eq!(told(2), (1, 0));
}

#[test]
fn a_version_that_a_log_names_is_the_version_of_its_component() {
    let files: Files = vec![("n1/kubelet.log".into(), kubelet_log(0))];
    let diagnosis = analyze_bytes("bundle.tar", &tar(&files), &Limits::RELEASE);
    let version = diagnosis.bundle.kubernetes_version.as_deref();
    assert_eq!(version, Some("v1.19.4"));
}

/// Whether a rule has anything to look at among these sources, told from the rule alone.
fn looks(rule: &Rule, sources: &BTreeSet<&str>) -> bool {
    let has = |source: &str| sources.contains(source);
    let log = sources.iter().any(|source| is_log(source));
    let logs = sources.iter().filter(|source| is_log(source)).count();
    let objects = sources.iter().any(|source| !is_log(source));
    // An empty list holds no status.
    let statuses = has("Node");
    let check = CHECKS.iter().find(|check| check.id == &*rule.id);
    let matcher = |matcher: &Matcher| match matcher {
        Matcher::Log(log_matcher) if log_matcher.components.is_empty() => {
            check.is_none() && logs >= MANY_LOGS
        }
        Matcher::Log(log_matcher) => {
            log_matcher
                .components
                .iter()
                .any(|name| match name.as_str() {
                    "event" => has("Event"),
                    "status" => statuses,
                    "kubectl" => log,
                    name => has(name),
                })
        }
        Matcher::Event(_) => has("Event"),
        Matcher::Object(object) => objects && has(&object.kind),
    };
    let need = |need: &Need| match need {
        Need::Objects(kind) | Need::Listed(kind) => has(kind),
        Need::DumpLogs => has("coredns") || has("kube-controller-manager"),
        Need::Together(kinds) => kinds.iter().all(|kind| has(kind)),
        Need::AnyObject => has("Node"),
        // No object here holds a certificate or is a custom resource, and no collector wrote files of its
        // own, which all that need several things look at.
        Need::Certificates
        | Need::All(_)
        | Need::Collected(_)
        | Need::Budgets
        | Need::Version
        | Need::Conditions => false,
    };
    // No version is known here, so that no version alone is looked at.
    rule.matchers()
        .filter_map(|id| RULES.matcher(id))
        .any(matcher)
        || check.is_some_and(|check| check.needs.iter().any(need))
}

/// The outcome of each rule.
fn outcomes(diagnosis: &Diagnosis) -> BTreeMap<&str, Outcome> {
    let rules = diagnosis.coverage.rules.iter();
    rules.map(|row| (row.rule.as_str(), row.outcome)).collect()
}

/// Compares a bundle of these sources with what the rules say of themselves.
fn judge(sources: &BTreeSet<&str>) {
    let diagnosis = diagnosis(sources);
    let rules: Vec<&Rule> = RULES
        .rules()
        .iter()
        .filter(|rule| rule.kind != Kind::Noise)
        .collect();
    let coverage = &diagnosis.coverage;
    let counted: usize = [Outcome::Found, Outcome::Clear, Outcome::NotChecked]
        .into_iter()
        .map(|outcome| coverage.count(outcome))
        .sum();
    assert_eq!(counted, rules.len(), "the numbers add up to all rules");
    let outcomes = outcomes(&diagnosis);
    for rule in rules {
        let expected = if looks(rule, sources) {
            Outcome::Clear
        } else {
            Outcome::NotChecked
        };
        assert_eq!(
            outcomes[&*rule.id], expected,
            "{} with {sources:?}",
            rule.id
        );
    }
    for row in &coverage.rules {
        assert!(
            row.outcome != Outcome::NotChecked || !row.reason.is_empty(),
            "{} gives no reason",
            row.rule
        );
    }
}

#[test]
fn removing_one_source_blinds_exactly_the_rules_that_need_it() {
    let all: BTreeSet<&str> = SOURCES.iter().map(|(source, ..)| *source).collect();
    let before = diagnosis(&all);
    let before = outcomes(&before);
    for removed in &all {
        let mut rest = all.clone();
        rest.remove(removed);
        let after = diagnosis(&rest);
        let blinded: BTreeSet<&str> = outcomes(&after)
            .into_iter()
            .filter(|(rule, outcome)| {
                *outcome == Outcome::NotChecked && before[rule] != Outcome::NotChecked
            })
            .map(|(rule, _)| rule)
            .collect();
        let need_it: BTreeSet<&str> = RULES
            .rules()
            .iter()
            .filter(|rule| rule.kind != Kind::Noise)
            .filter(|rule| looks(rule, &all) && !looks(rule, &rest))
            .map(|rule| &*rule.id)
            .collect();
        assert_eq!(blinded, need_it, "without {removed}");
        let telling = ["kubelet", "Event", "Pod", "Node"];
        assert!(
            need_it.len() > 2 || !telling.contains(removed),
            "{removed} decides nothing"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// What tells how much there should be (a list of all nodes, a time after the end of a log) is
    /// not among these sources: without it nobody knows that something is missing.
    #[test]
    fn taking_a_source_away_clears_no_rule(
        sources in proptest::sample::subsequence(SOURCES, 1..=SOURCES.len()),
        taken in any::<proptest::sample::Index>(),
    ) {
        let mut sources: BTreeSet<&str> = sources.iter().map(|(source, ..)| *source).collect();
        let before = diagnosis(&sources);
        let taken = *taken.get(&sources.iter().copied().collect::<Vec<_>>());
        sources.remove(taken);
        let after = diagnosis(&sources);
        let after = outcomes(&after);
        for (rule, outcome) in outcomes(&before) {
            if outcome == Outcome::NotChecked {
                prop_assert_eq!(after[rule], outcome, "{} without {}", rule, taken);
            }
        }
    }

    #[test]
    fn every_rule_ends_as_what_the_bundle_holds_says(sources in proptest::sample::subsequence(SOURCES, 0..=SOURCES.len())) {
        judge(&sources.iter().map(|(source, ..)| *source).collect());
    }
}

/// The row of one rule for a case that lies in the repository.
fn row_of(case: &str, rule: &str) -> RuleCoverage {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    let diagnosis = try_analyze(&folder.join(case), &Limits::RELEASE, 0);
    let coverage = diagnosis.expect("a committed folder can be read").coverage;
    let mut rows = coverage.rules.into_iter();
    rows.find(|row| row.rule == rule)
        .expect("every rule has a row")
}

#[test]
fn a_rule_whose_findings_others_tell_is_not_called_clear() {
    for (case, rule, by) in [
        (
            "image-not-found",
            "image-pull-backoff",
            "image-pull-not-found",
        ),
        (
            "pull-in-time",
            "apiserver-unreachable-from-node",
            "image-pull-network",
        ),
    ] {
        let row = row_of(&format!("incidents/{case}/match"), rule);
        let said = (row.outcome, row.reason.as_str());
        assert_eq!(
            said,
            (Outcome::Found, format!("explained by {by}").as_str()),
            "{case}"
        );
    }
    let row = row_of(
        "incidents/pull-in-time/apart",
        "apiserver-unreachable-from-node",
    );
    assert_eq!((row.outcome, row.reason.as_str()), (Outcome::Found, ""));
}

#[test]
fn disruption_budgets_that_were_read_as_objects_are_not_called_missing() {
    let row = row_of("pdb-blocks-eviction/no-match", "pdb-blocks-eviction");
    assert_eq!((row.outcome, row.reason.as_str()), (Outcome::Clear, ""));
}
