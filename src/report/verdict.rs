//! The first sentence of a report: what is wrong, as sure as the evidence, as far as it was read.
//!
//! It counts incidents; where findings belong to none, it counts these instead. Notes (severity
//! `info`) are no problems.

use super::words::cut;
use crate::diagnose::{Diagnosis, Outcome, State};
use crate::severity::{Confidence, Severity};
use std::fmt::Write as _;

/// Titles named in the sentence; more would not be read.
const NAMED: usize = 3;

/// Characters of one title in the sentence.
const TITLE: usize = 110;

/// A problem, seen from far enough to count it.
struct Problem<'d> {
    title: &'d str,
    severity: Severity,
    confidence: Confidence,
    state: State,
}

/// One sentence, worded to match its confidence and its coverage.
pub fn verdict(diagnosis: &Diagnosis) -> String {
    let problems = problems(diagnosis);
    let of = |state| problems.iter().filter(move |p| p.state == state);
    let active: Vec<_> = of(State::Active).collect();
    let maybe: Vec<_> = of(State::Unknown).collect();
    let ended = of(State::Resolved).count();
    let sentence = match (active.as_slice(), maybe.as_slice()) {
        ([], []) => return all_quiet(diagnosis, ended),
        ([], maybe) => format!(
            "{} may still be active: {}; the evidence ends too early to tell",
            count(maybe.len(), "", "problem"),
            joined(&names(maybe))
        ),
        (active, maybe) => {
            let mut parts = names(active);
            if !maybe.is_empty() {
                parts.push(format!("{} that may still be active", maybe.len()));
            }
            format!(
                "{}: {}",
                count(active.len(), "active ", "problem"),
                joined(&parts)
            )
        }
    };
    format!("{sentence}.")
}

/// Highest severity of what is, or may still be, active; notes do not count.
pub(super) fn worst(diagnosis: &Diagnosis) -> Option<Severity> {
    problems(diagnosis)
        .iter()
        .filter(|problem| problem.state != State::Resolved)
        .map(|problem| problem.severity)
        .max()
}

/// Incidents, or findings where there are no incidents; without notes.
fn problems(diagnosis: &Diagnosis) -> Vec<Problem<'_>> {
    let incidents = diagnosis.incidents.iter().map(|incident| Problem {
        title: &incident.title,
        severity: incident.severity,
        confidence: incident.confidence,
        state: incident.state,
    });
    let mut problems: Vec<_> = incidents.collect();
    if problems.is_empty() {
        let findings = diagnosis.findings.iter().map(|finding| Problem {
            title: &finding.title,
            severity: finding.severity,
            confidence: finding.confidence,
            state: finding.state,
        });
        problems.extend(findings);
    }
    problems.retain(|problem| problem.severity > Severity::Info);
    problems
}

/// The first titles, each with the words that its confidence asks for, and how many more there are.
fn names(problems: &[&Problem<'_>]) -> Vec<String> {
    let mut names: Vec<String> = problems.iter().take(NAMED).map(|p| named(p)).collect();
    if problems.len() > NAMED {
        names.push(format!("{} more", problems.len() - NAMED));
    }
    names
}

/// `a`, `a; and b`, `a; b; and c`: titles are sentences of their own, with commas in them.
fn joined(parts: &[String]) -> String {
    match parts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{}; and {last}", rest.join("; ")),
        None => String::new(),
    }
}

/// One title, worded to match its confidence.
fn named(problem: &Problem<'_>) -> String {
    let title = cut(problem.title.trim().trim_end_matches('.'), TITLE);
    match problem.confidence {
        Confidence::High => title,
        Confidence::Medium => format!("probably “{title}”"),
        Confidence::Low => format!("possibly “{title}”"),
    }
}

/// What is said where nothing is, or may be, active.
fn all_quiet(diagnosis: &Diagnosis, ended: usize) -> String {
    let coverage = &diagnosis.coverage;
    let ran = coverage.rules.len() - coverage.count(Outcome::NotChecked);
    if ended == 0 && (diagnosis.bundle.entries == 0 || ran == 0) {
        return nothing_read(diagnosis);
    }
    let mut sentence = if ended == 0 {
        "Nothing known is wrong in what could be read".to_owned()
    } else {
        format!(
            "Nothing known is wrong at capture time in what could be read; {} ended before it",
            count(ended, "", "problem")
        )
    };
    let blind = coverage.count(Outcome::NotChecked);
    if blind == 0 {
        let _ = write!(sentence, "; all {ran} checks ran");
    } else {
        let _ = write!(
            sentence,
            "; {blind} of {} checks could not run",
            coverage.rules.len()
        );
    }
    sentence.push('.');
    sentence
}

/// What is said where nothing could be checked at all.
fn nothing_read(diagnosis: &Diagnosis) -> String {
    let lost = diagnosis
        .gaps
        .iter()
        .find(|gap| gap.reason.loses_evidence());
    match lost {
        Some(gap) => format!(
            "No log could be read: {} ({}).",
            cut(&gap.locator.to_string(), TITLE),
            cut(&gap.reason.to_string(), TITLE)
        ),
        None if diagnosis.bundle.entries == 0 => {
            "No log could be read: the bundle holds no entry that is known.".to_owned()
        }
        None => {
            "No check could run: none of what was read is a log or object that is known.".to_owned()
        }
    }
}

/// `1 active problem`, `3 problems`.
fn count(n: usize, adjective: &str, noun: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{n} {adjective}{noun}{ending}")
}
