//! Which clues and findings give way to those of a more specific rule.
//!
//! In: all clues, then all findings. Out: those that are told by themselves, and for each rule that
//! lost some of what it saw, who tells it. A line that two rules hit goes to the specific one; of two
//! findings about one subject the general one gives way only where the specific one tells all of it.

use crate::diagnose::finding::{Finding, State, Subject};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::diagnose::window::Window;
use crate::limits::Limits;
use crate::rules::{Kind, RuleSet};
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// For each rule of which something was left out: the rules that tell it in its place.
pub(in crate::diagnose) type Explained = BTreeMap<String, BTreeSet<String>>;

/// Drops clues of what specific rules hit as well, where those held in the end: they explain what
/// they share with a general one. Notes whose clues went to whom, as far as they fall into the
/// window.
pub(super) fn drop_silenced(scene: Scene<'_>, clues: &mut Vec<Clue>, window: Window) -> Explained {
    let found: BTreeSet<String> = clues.iter().map(|clue| clue.rule.clone()).collect();
    let mut explained = Explained::new();
    clues.retain(|clue| {
        let by = clue.silenced_by.iter();
        let by = by.map(|matcher| scene.rule_id(*matcher));
        let by: Vec<String> = by.filter(|rule| found.contains(rule)).collect();
        if !by.is_empty() && window.overlaps(clue.first, clue.last) {
            explained
                .entry(clue.rule.clone())
                .or_default()
                .extend(by.iter().cloned());
        }
        by.is_empty()
    });
    explained
}

/// Drops findings that a more specific one tells of the same subject, and notes which rules tell it.
pub(super) fn drop_superseded(
    scene: Scene<'_>,
    findings: &mut Vec<Finding>,
    explained: &mut Explained,
) {
    let told = superseded(scene.rules, findings);
    for (general, by) in &told {
        if let (Some(general), Some(by)) = (findings.get(*general), findings.get(*by)) {
            let rules = explained.entry(general.rule.clone()).or_default();
            rules.insert(by.rule.clone());
        }
    }
    let mut place = 0..;
    findings.retain(|_| place.next().is_none_or(|place| !told.contains_key(&place)));
}

/// For each finding that a more specific one of the same subject tells as well: the places of both.
/// What is itself told by another silences nothing, so nothing is lost without a finding in its
/// place.
fn superseded(rules: &RuleSet, findings: &[Finding]) -> BTreeMap<usize, usize> {
    // What a rule supersedes, its superiors do as well: so the most specific ones come first.
    let reach = |finding: &Finding| {
        let rule = rules.rule(&finding.rule);
        rule.map_or(0, |rule| rule.supersedes.len())
    };
    let by_status = |finding: &Finding| {
        let rule = rules.rule(&finding.rule);
        rule.is_some_and(|rule| rule.kind == Kind::Check)
    };
    let mut specific_first: Vec<(usize, &Finding)> = findings.iter().enumerate().collect();
    specific_first.sort_by_key(|(_, finding)| Reverse(reach(finding)));
    let mut kept: BTreeMap<&Subject, Vec<(usize, &Finding)>> = BTreeMap::new();
    let mut told = BTreeMap::new();
    for (place, general) in specific_first {
        let kept = kept.entry(&general.subject).or_default();
        let by = kept.iter().find(|(_, specific)| {
            rules.supersedes(&specific.rule, &general.rule)
                && tells(specific, general, by_status(specific), by_status(general))
        });
        if let Some((by, _)) = by {
            told.insert(place, *by);
        } else {
            kept.push((place, general));
        }
    }
    told
}

/// Whether a specific finding tells all that a general one of its subject does; for each of them is
/// said whether a check read it from the status of objects. What has ended does not tell what is
/// still so, nor the harmless what is bad, nor one hour what was so in another, nor one pod what
/// happened to its sister. Of two checks the specific one weighs the same status better.
fn tells(specific: &Finding, general: &Finding, specific_reads: bool, general_reads: bool) -> bool {
    specific.state <= general.state
        && (specific.severity >= general.severity || (specific_reads && general_reads))
        && of_its_pods(specific, general)
        && (quotes_all(specific, general) || in_its_time(specific, general, general_reads))
}

/// Whether a general finding is about no other pods than a specific one, which may be about none.
fn of_its_pods(specific: &Finding, general: &Finding) -> bool {
    let own = pods(specific);
    own.is_empty() || pods(general).is_subset(&own)
}

/// Namespaces and names of the pods that a finding was seen on.
fn pods(finding: &Finding) -> BTreeSet<(&str, &str)> {
    let pods = finding.affected.iter().filter(|one| one.kind == "Pod");
    pods.map(|pod| (pod.namespace.as_str(), pod.name.as_str()))
        .collect()
}

/// Whether a specific finding cites all that a general one does.
fn quotes_all(specific: &Finding, general: &Finding) -> bool {
    general.citations.iter().all(|one| {
        let mut own = specific.citations.iter();
        own.any(|other| (&other.path, other.snippet.line) == (&one.path, one.snippet.line))
    })
}

/// Whether a general finding neither began before a specific one nor went on after it. What is so at
/// capture time goes on; what has no time is of any. A status says since when it is so, the events
/// with the reason only what was seen in the last hour: there both must last, and that is all.
fn in_its_time(specific: &Finding, general: &Finding, by_status: bool) -> bool {
    let lasts = |finding: &Finding| finding.state == State::Active;
    let end = |finding: &Finding| finding.last_seen.filter(|_| !lasts(finding));
    let beyond = |from: Option<Timestamp>, to: Option<Timestamp>| {
        let apart = from.zip(to).map(|(from, to)| to.duration_since(from));
        apart.is_some_and(|apart| apart > Limits::RELEASE.same_finding)
    };
    let cut = by_status && lasts(specific) && lasts(general);
    let earlier = !cut && beyond(general.first_seen, specific.first_seen);
    !earlier && !beyond(end(specific), end(general))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::finding::{Citation, FindingBuilder};
    use crate::locator::{EntryPath, Snippet};
    use std::sync::LazyLock;

    static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::builtin);

    /// A finding of a node or pod, seen between two times of one morning.
    fn seen(rule: &str, about: &Subject, on: &[&str], from: &str, to: &str) -> Finding {
        let at = |clock: &str| format!("2024-03-01T{clock}Z").parse::<Timestamp>().ok();
        let snippet = Snippet::of_line(1, format!("{rule} on {about} at {from}"));
        let pods = on.iter().map(|name| Subject {
            kind: "Pod".into(),
            namespace: "shop".into(),
            name: (*name).into(),
            node: None,
        });
        FindingBuilder::new(RULES.rule(rule).unwrap(), about.clone())
            .state(State::Resolved, String::new())
            .seen(at(from), at(to))
            .cite(Citation {
                path: EntryPath::bundle(&format!("{rule}.log"), false),
                time: None,
                snippet,
            })
            .affects(pods.collect())
            .build()
            .unwrap()
    }

    /// Rules of the findings that are left.
    fn left(findings: &[Finding]) -> Vec<String> {
        let told = superseded(&RULES, findings);
        let left = findings.iter().enumerate();
        left.filter(|(place, _)| !told.contains_key(place))
            .map(|(_, finding)| finding.rule.clone())
            .collect()
    }

    #[test]
    fn a_specific_finding_tells_what_was_so_within_its_time_only() {
        let node = Subject::node("n1");
        let pull = seen("image-pull-network", &node, &[], "09:04:00", "09:07:00");
        for (from, to, stays) in [
            ("09:04:10", "09:06:00", false),
            ("09:00:00", "09:11:00", false),
            ("08:50:00", "09:06:00", true),
            ("09:05:00", "10:30:00", true),
            ("11:00:00", "11:00:00", true),
        ] {
            let lost = seen("apiserver-unreachable-from-node", &node, &[], from, to);
            let kept = left(&[lost, pull.clone()]);
            assert_eq!(kept.len(), if stays { 2 } else { 1 }, "{from} to {to}");
        }
    }

    #[test]
    fn a_finding_of_lower_severity_or_of_another_state_tells_nothing() {
        let node = Subject::node("n1");
        let (from, to) = ("09:00:00", "09:10:00");
        let mount = seen("volume-mount-failed", &node, &[], from, to);
        let harmless = seen("kubelet-object-not-registered", &node, &[], from, to);
        assert_eq!(left(&[mount.clone(), harmless]).len(), 2);
        let share = seen("azurefile-mount-timeout", &node, &[], from, to);
        let both = [mount.clone(), share.clone()];
        assert_eq!(left(&both), ["azurefile-mount-timeout"]);
        let lasting = Finding {
            state: State::Active,
            ..mount
        };
        assert_eq!(left(&[lasting, share]).len(), 2);
    }

    #[test]
    fn a_status_may_reach_further_back_than_the_events_with_its_reason() {
        let pod = Subject {
            kind: "Pod".into(),
            namespace: "shop".into(),
            name: "web-0".into(),
            node: None,
        };
        let lasting = |rule, from| Finding {
            state: State::Active,
            ..seen(rule, &pod, &["web-0"], from, "09:59:00")
        };
        let pull = lasting("image-pull-not-found", "09:40:00");
        let waits = lasting("image-pull-backoff", "08:00:00");
        assert_eq!(left(&[waits, pull]), ["image-pull-not-found"]);
        let pull = lasting("image-pull-network", "09:40:00");
        let lost = lasting("apiserver-unreachable-from-node", "08:00:00");
        assert_eq!(left(&[lost, pull]).len(), 2);
    }

    #[test]
    fn what_another_tells_silences_nothing_itself() {
        let node = Subject::node("n1");
        let pull = seen("image-pull-network", &node, &[], "09:04:00", "09:05:00");
        let lost = seen(
            "apiserver-unreachable-from-node",
            &node,
            &[],
            "09:04:00",
            "09:09:00",
        );
        let status = seen(
            "node-status-update-failed",
            &node,
            &[],
            "09:06:00",
            "09:13:00",
        );
        assert_eq!(
            left(&[lost.clone(), status.clone()]),
            ["apiserver-unreachable-from-node"]
        );
        assert_eq!(
            left(&[lost, status, pull]),
            ["node-status-update-failed", "image-pull-network"]
        );
    }

    #[test]
    fn a_pod_does_not_tell_what_happened_to_its_sister() {
        let owner = Subject {
            kind: "Deployment".into(),
            namespace: "shop".into(),
            name: "web".into(),
            node: None,
        };
        let (from, to) = ("09:00:00", "09:10:00");
        let share = seen("azurefile-mount-timeout", &owner, &["web-a"], from, to);
        let mount = |on| seen("volume-mount-failed", &owner, on, from, to);
        assert_eq!(left(&[mount(&["web-a"]), share.clone()]).len(), 1);
        assert_eq!(left(&[mount(&["web-a", "web-b"]), share]).len(), 2);
    }
}
