//! What to ask the customer for: what this bundle lacks and would decide an open question.
//!
//! In: the incidents that last, the table of causes and the coverage. Out: commands, ready to
//! paste, each with what it would settle. Nothing is asked for that would only make the bundle
//! more complete: a command is there because a cause of an open incident could not be looked for,
//! or because the evidence of an incident itself stops short. Where nothing is found at all, the
//! question is open what is wrong, and the widest blind spots are asked for.

mod command;
mod uploads;

use crate::diagnose::answer::coverage::{Coverage, Outcome};
use crate::diagnose::conclude::last_words;
use crate::diagnose::finding::{Finding, Fingerprint, State};
use crate::diagnose::relate::causes;
use crate::diagnose::relate::incident::Incident;
use crate::diagnose::scene::Scene;
use crate::kube::{ContainerState, Detail, ObjectKey};
use command::{Place, Running, command, running};
use std::collections::{BTreeMap, BTreeSet};

/// Incidents that questions are asked about.
const INCIDENTS: usize = 6;
/// Most commands: a customer runs five, and not fifteen.
const COMMANDS: usize = 8;
/// Where nothing is found: commands, and checks that one must let run to be worth asking for.
const BLIND: (usize, usize) = (3, 4);

/// Kinds by which the kubelet and controllers name an object that does not exist, in lower case.
const NAMED_IN_ERRORS: [&str; 4] = [
    "configmap",
    "persistentvolumeclaim",
    "secret",
    "serviceaccount",
];

/// One thing to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The command, ready to paste; what only the customer knows stands in `<...>`.
    pub command: String,
    /// Why: what is missing and what it would tell.
    pub why: String,
    /// Rules that could run then.
    pub rules: Vec<String>,
    /// Findings that it would settle.
    pub settles: Vec<Fingerprint>,
}

/// What is gathered for one command.
#[derive(Default)]
struct Gathered {
    /// Place in the order of the incidents.
    rank: usize,
    /// What is missing, in words.
    missing: BTreeSet<String>,
    rules: BTreeSet<String>,
    settles: BTreeSet<Fingerprint>,
    /// What it would tell, where that is not the cause of a finding.
    purpose: Option<String>,
}

/// What to ask for.
pub(super) fn ask(
    scene: Scene<'_>,
    incidents: &[Incident],
    findings: &[Finding],
    coverage: &Coverage,
) -> Vec<Ask> {
    let open: Vec<(&Incident, &Finding)> = incidents
        .iter()
        .filter(|incident| incident.state != State::Resolved)
        .filter_map(|incident| {
            let first = incident.findings.first()?;
            let cause = findings
                .iter()
                .find(|finding| finding.fingerprint == *first)?;
            Some((incident, cause))
        })
        .take(INCIDENTS)
        .collect();
    let running = running(scene);
    let mut gathered: BTreeMap<String, Gathered> = BTreeMap::new();
    for (rank, (incident, cause)) in open.iter().enumerate() {
        let place = Place::of(scene, incident, cause);
        for (text, purpose) in own_evidence(scene, &place, cause) {
            let row = gathered.entry(text).or_default();
            row.rank = row.rank.min(rank);
            row.settles.insert(cause.fingerprint.clone());
            row.purpose = Some(purpose);
        }
        if last_words::state_the_cause(scene, cause) || names_what_is_missing(cause) {
            continue;
        }
        let causes = causes::may_explain(&cause.rule);
        for row in &coverage.rules {
            let Some(anywhere) = causes.get(row.rule.as_str()) else {
                continue;
            };
            if row.outcome == Outcome::Found {
                continue;
            }
            let place = place.or_anywhere(*anywhere);
            for missing in &row.missing {
                let Some(command) = command(scene, &running, missing, &place) else {
                    continue;
                };
                let known = gathered.entry(command.text).or_insert_with(|| Gathered {
                    rank: rank + INCIDENTS,
                    ..Gathered::default()
                });
                known.missing.insert(command.brings);
                known.rules.insert(row.rule.clone());
                known.settles.insert(cause.fingerprint.clone());
            }
        }
    }
    if open.is_empty() {
        gathered = blind(scene, &running, coverage);
    }
    if let Some((text, purpose)) = uploads::uploads(scene, coverage) {
        let row = gathered.entry(text).or_default();
        // After what the incidents themselves lack, before what might explain them.
        row.rank = INCIDENTS;
        row.purpose = Some(purpose);
        let partly = coverage.rules.iter().filter(|rule| rule.is_partly());
        row.rules = partly.map(|rule| rule.rule.clone()).collect();
    }
    let mut rows: Vec<(String, Gathered)> = gathered.into_iter().collect();
    rows.sort_by(|(a_text, a), (b_text, b)| {
        (a.rank, b.rules.len(), a_text).cmp(&(b.rank, a.rules.len(), b_text))
    });
    rows.truncate(COMMANDS);
    rows.into_iter()
        .map(|(text, row)| finish(text, row))
        .collect()
}

/// Puts what was gathered into words.
fn finish(command: String, row: Gathered) -> Ask {
    let missing = row.missing.into_iter().collect::<Vec<_>>().join(", ");
    let checks = match row.rules.len() {
        1 => "one more check".to_owned(),
        several => format!("{several} more checks"),
    };
    let why = match (row.purpose, row.settles.is_empty()) {
        (Some(purpose), _) => purpose,
        (None, false) => {
            format!("no {missing} in the bundle: {checks} could then look for the cause")
        }
        (None, true) => format!("no {missing} in the bundle: {checks} could then run"),
    };
    Ask {
        command,
        why,
        rules: row.rules.into_iter().collect(),
        settles: row.settles.into_iter().collect(),
    }
}

/// The widest blind spots, where nothing is found.
fn blind(
    scene: Scene<'_>,
    running: &Running<'_>,
    coverage: &Coverage,
) -> BTreeMap<String, Gathered> {
    let (commands, enough) = BLIND;
    let mut gathered: BTreeMap<String, Gathered> = BTreeMap::new();
    for row in &coverage.rules {
        if row.outcome != Outcome::NotChecked {
            continue;
        }
        // A rule that lacks several things could run with any of them.
        for missing in &row.missing {
            if let Some(command) = command(scene, running, missing, &Place::anywhere()) {
                let known = gathered.entry(command.text).or_default();
                known.missing.insert(command.brings);
                known.rules.insert(row.rule.clone());
            }
        }
    }
    let mut rows: Vec<_> = gathered
        .into_iter()
        .filter(|(_, row)| row.rules.len() >= enough)
        .collect();
    rows.sort_by(|(a_text, a), (b_text, b)| (b.rules.len(), a_text).cmp(&(a.rules.len(), b_text)));
    rows.truncate(commands);
    rows.into_iter().collect()
}

/// What the evidence of a finding itself lacks, and what it would tell.
fn own_evidence(scene: Scene<'_>, place: &Place, cause: &Finding) -> Vec<(String, String)> {
    let mut asks = Vec::new();
    if let Some((command, purpose)) = last_run(scene, cause) {
        asks.push((command, purpose));
    }
    if cause.state == State::Unknown
        && let Some(command) = place.present_state()
    {
        asks.push((
            command,
            "the evidence ends too early to show whether this is still the case".to_owned(),
        ));
    }
    asks
}

/// Whether a finding's own evidence says that an object does not exist which the pod names: that is
/// its cause, and nothing else needs to be looked for.
fn names_what_is_missing(cause: &Finding) -> bool {
    cause.citations.iter().any(|citation| {
        // The text of an event in JSON has its quotes escaped.
        let text = citation.snippet.text.replace('\\', "").to_lowercase();
        NAMED_IN_ERRORS.iter().any(|kind| {
            let start = format!("{kind} \"");
            let named = text.split(start.as_str()).skip(1);
            let mut after = named.filter_map(|rest| rest.split_once('"'));
            after.any(|(_, rest)| rest.trim_start().starts_with("not found"))
        })
    })
}

/// The log of the last run of a container that crashes, where the bundle holds none of its logs.
/// Pods that are gone have none any more.
fn last_run(scene: Scene<'_>, cause: &Finding) -> Option<(String, String)> {
    let evidence = scene.evidence;
    let all = [&cause.example].into_iter().chain(&cause.affected);
    let (pod, key, status) = all
        .filter(|subject| subject.kind == "Pod")
        .find_map(|pod| {
            let key = ObjectKey::new("Pod", &pod.namespace, &pod.name);
            match &evidence.index.get(&key)?.detail {
                Detail::Pod(status) => Some((pod, key, status)),
                _ => None,
            }
        })?;
    let crashed = status.containers.iter().find(|container| {
        let failed = |state: &ContainerState| {
            matches!(state, ContainerState::Terminated(ended) if ended.exit_code != 0)
        };
        container.restarts > 0 && (failed(&container.last_state) || failed(&container.state))
    })?;
    let logged = evidence.logs.iter().any(|log| {
        log.fetch_error.is_none()
            && log.lines > 0
            && log.role.previous
            && log.role.pod.as_deref() == Some(&*pod.name)
            && log
                .role
                .container
                .as_deref()
                .is_none_or(|name| name == crashed.name)
    });
    // What the collector could not fetch, the same call does not bring either.
    let refused = evidence.logs.iter().any(|log| {
        log.fetch_error.is_some()
            && log.role.pod.as_deref() == Some(&*pod.name)
            && log.role.namespace.as_deref() == Some(&*pod.namespace)
    });
    let command = match status.node.as_deref() {
        Some(node) if refused => command::log_on_node(scene, node, &crashed.name)?,
        _ => command::previous_log(&key, &crashed.name)?,
    };
    (!logged).then(|| {
        let why = format!(
            "the last log lines of container {} before it exited are not in the bundle",
            crashed.name
        );
        (command, why)
    })
}
