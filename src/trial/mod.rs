//! One rule on real bundles: what it hits, what other rules already say of these lines, what came
//! close, and how the rule ended.
//!
//! In: a bundle, the rules of the run, the id of one of them. Out: a [`Trial`] in the program's own
//! types; [`crate::commands`] writes it. The bundle is read twice: as for a report, and once more
//! with weaker copies of the rule's matchers ([`crate::rules::probe`]). Both readings keep what a
//! report keeps, so memory is bounded by the same limits.

mod asked;
mod hits;
mod misses;

use crate::analyze::{AnalyzeError, Settings, collect};
use crate::diagnose::{Diagnosis, Outcome, Window, diagnose};
use crate::ingest::Input;
use crate::rules::probe::Probes;
use crate::rules::{Kind, Require, Rule, RuleSet};
use std::collections::BTreeSet;

/// Lines shown of each matcher and of each way to miss.
pub const SHOWN: usize = 5;

/// What one rule did with one bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// Name of the bundle.
    pub bundle: String,
    /// Whether a report would show the rule.
    pub fired: bool,
    /// How the rule ended: `found`, `clear`, `not_checked`; `counted` or `not_seen` for noise.
    pub outcome: &'static str,
    /// Why.
    pub reason: String,
    /// Number of findings (of noise: of lines).
    pub findings: u64,
    /// Parts of the bundle that could not be read.
    pub gaps: usize,
    /// Error lines that no rule explains, this one included.
    pub unknown_lines: u64,
    /// Rule and fingerprint of every finding of the bundle.
    pub all_findings: BTreeSet<(String, String)>,
    /// One for each matcher, in the order of the file.
    pub matchers: Vec<MatcherTrial>,
}

/// What one matcher did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatcherTrial {
    /// Its name in the rule.
    pub name: String,
    /// Number of hits.
    pub hits: u64,
    /// Hits that it asks for, where one is not enough: `5 within 10m`.
    pub asks: Option<String>,
    /// The first of them.
    pub lines: Vec<Line>,
    /// What came close, by the condition that failed.
    pub misses: Vec<Miss>,
}

/// A line of the bundle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// Where it stands.
    pub at: String,
    /// The line, or the message.
    pub text: String,
    /// Other rules that hit it, by id.
    pub explained_by: Vec<String>,
}

/// Texts that fail one condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// The condition, and how it fails.
    pub condition: String,
    /// How many there are.
    pub count: u64,
    /// Whether there may be more: some were only counted together with others.
    pub at_least: bool,
    /// The first of them.
    pub lines: Vec<Line>,
}

/// Tries the rule with this id on one bundle; `None` where the set has no such rule.
pub fn run(
    input: &Input,
    settings: &Settings<'_>,
    rule: &str,
) -> Result<Option<Trial>, AnalyzeError> {
    let rules = settings.rules;
    let Some(rule) = rules.rule(rule) else {
        return Ok(None);
    };
    let inputs = std::slice::from_ref(input);
    let (evidence, facts) = collect(inputs, settings)?;
    let mut matchers: Vec<MatcherTrial> = rule
        .matchers()
        .filter_map(|id| Some(hits::of(id, rules.matcher(id)?, &evidence, rules)))
        .collect();
    let places: Vec<hits::Places> = rule
        .matchers()
        .map(|id| hits::places(id, &evidence))
        .collect();
    let workers = settings.workers;
    let diagnosis = workers.run(|| diagnose(evidence, facts, rules, Window::default()));

    let probes = Probes::of(rules, rule);
    let (evidence, _) = collect(
        inputs,
        &Settings {
            rules: &probes.rules,
            ..*settings
        },
    )?;
    for ((matcher, id), hit) in matchers.iter_mut().zip(rule.matchers()).zip(&places) {
        matcher.misses = misses::of(id, hit, &evidence, &probes, rules);
    }

    let findings = if rule.kind == Kind::Noise {
        let own = diagnosis.noise.iter().find(|(id, ..)| **id == *rule.id);
        own.map_or(0, |(.., count)| *count)
    } else {
        let own = |finding: &&crate::diagnose::Finding| *finding.rule == *rule.id;
        diagnosis.findings.iter().filter(own).count() as u64
    };
    let coverage = diagnosis
        .coverage
        .rules
        .iter()
        .find(|row| *row.rule == *rule.id);
    let (outcome, said) = match coverage {
        Some(row) => (row.outcome.as_str(), row.reason.clone()),
        None if findings > 0 => ("counted", String::new()),
        None => ("not_seen", String::new()),
    };
    let fired = findings > 0;
    let reason = if fired || coverage.is_some_and(|row| row.outcome != Outcome::Clear) {
        said
    } else {
        let found = |id: &str| diagnosis.findings.iter().any(|finding| finding.rule == id);
        join(why_silent(rule, &matchers, rules, found), said)
    };
    Ok(Some(Trial {
        bundle: input.name.clone(),
        fired,
        outcome,
        reason,
        findings,
        gaps: diagnosis.gaps.len(),
        unknown_lines: unknown_lines(&diagnosis),
        all_findings: all_findings(&diagnosis),
        matchers,
    }))
}

/// Error lines that no rule explains, listed or not.
pub fn unknown_lines(diagnosis: &Diagnosis) -> u64 {
    let unknown = &diagnosis.unknown;
    let listed: u64 = unknown.listed.iter().map(|error| error.count).sum();
    listed + unknown.more_lines + unknown.left_out
}

/// Rule and fingerprint of every finding.
pub fn all_findings(diagnosis: &Diagnosis) -> BTreeSet<(String, String)> {
    let findings = diagnosis.findings.iter();
    findings
        .map(|finding| (finding.rule.clone(), finding.fingerprint.0.clone()))
        .collect()
}

/// Why a rule whose matchers hit has no finding; empty where none hit.
fn why_silent(
    rule: &Rule,
    matchers: &[MatcherTrial],
    rules: &RuleSet,
    found: impl Fn(&str) -> bool,
) -> String {
    let mut reasons: Vec<String> = matchers
        .iter()
        .filter(|matcher| matcher.hits > 0)
        .filter_map(|matcher| {
            let asks = matcher.asks.as_deref()?;
            let (name, hits) = (&matcher.name, matcher.hits);
            Some(format!("`{name}` hit {hits} times and requires {asks}"))
        })
        .collect();
    if matchers.iter().all(|matcher| matcher.hits == 0) {
        return String::new();
    }
    if rule.require == Require::All {
        let silent = matchers.iter().filter(|matcher| matcher.hits == 0);
        reasons.extend(silent.map(|m| format!("`{}` did not hit, but all must", m.name)));
    }
    let special: Vec<&str> = rules
        .rules()
        .iter()
        .filter(|other| other.supersedes.contains(&rule.id) && found(&other.id))
        .map(|other| &*other.id)
        .collect();
    if !special.is_empty() {
        reasons.push(format!("its hits are explained by {}", special.join(", ")));
    }
    reasons.join("; ")
}

/// Two reasons, either of which may be empty.
fn join(first: String, second: String) -> String {
    match (first.is_empty(), second.is_empty()) {
        (true, _) => second,
        (_, true) => first,
        _ => format!("{first}; {second}"),
    }
}
