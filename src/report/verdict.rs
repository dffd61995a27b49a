//! The first sentence of a report: what is wrong, as sure as the evidence, as far as it was read.
//!
//! It counts incidents; where findings belong to none, it counts these instead. Notes (severity
//! `info`) are no problems, and those of low severity alone do not make a bundle a bad one.

mod unexplained;

use super::words::{cut, entries};
use crate::diagnose::{Coverage, Diagnosis, Outcome, State};
use crate::gap::{Gap, GapReason};
use crate::severity::{Confidence, Severity};
use std::fmt::Write as _;

/// Characters of a title in the sentence.
const TITLE: usize = 160;

/// A problem, seen from far enough to count it.
struct Problem<'d> {
    title: &'d str,
    severity: Severity,
    confidence: Confidence,
    state: State,
}

/// One sentence, worded to match its confidence and its coverage.
pub fn verdict(diagnosis: &Diagnosis) -> String {
    let mixed = diagnosis.gaps.iter().find_map(|gap| match gap.reason {
        GapReason::NotOne { clusters: true, .. } => Some("Several clusters were read as one"),
        GapReason::NotOne { .. } => Some("Captures taken far apart in time were read as one"),
        _ => None,
    });
    let sentence = of_what_was_read(diagnosis);
    match mixed {
        Some(mixed) => format!("{mixed} (see the gaps): {sentence}"),
        None => sentence,
    }
}

/// The same, without what should not stand in one report.
fn of_what_was_read(diagnosis: &Diagnosis) -> String {
    let problems = problems(diagnosis);
    let of = |state| problems.iter().filter(move |p| p.state == state);
    let active: Vec<_> = of(State::Active).collect();
    let maybe: Vec<_> = of(State::Unknown).collect();
    let first = problems.first();
    let open = || active.iter().chain(&maybe);
    if open().next().is_some() && open().all(|problem| problem.severity <= Severity::Low) {
        return only_minor(diagnosis, &problems, active.len() + maybe.len());
    }
    let mut sentence = match (active.as_slice(), maybe.as_slice()) {
        ([], []) => return all_quiet(diagnosis, &problems),
        ([], maybe) => {
            let they = if maybe.len() == 1 { "it" } else { "they" };
            let mut sentence = format!(
                "{} may still be active{}; the evidence does not show whether {they} ended",
                count(maybe.len(), "", "problem"),
                worst_of(maybe)
            );
            say_blindness(&mut sentence, diagnosis);
            return sentence + ".";
        }
        // What stands first is said first, also where it is less sure.
        (active, [doubtful, rest @ ..]) if first.is_some_and(|p| p.state == State::Unknown) => {
            let mut sentence = format!(
                "{} (may still be active); also {}{}",
                named(doubtful),
                count(active.len(), "active ", "problem"),
                worst_of(active)
            );
            say_more(&mut sentence, rest.len());
            sentence
        }
        (active, maybe) => {
            let mut sentence = format!(
                "{}{}",
                count(active.len(), "active ", "problem"),
                worst_of(active)
            );
            say_more(&mut sentence, maybe.len());
            sentence
        }
    };
    say_blindness(&mut sentence, diagnosis);
    sentence + "."
}

/// How many more there may be.
fn say_more(sentence: &mut String, more: usize) {
    if more > 0 {
        let _ = write!(sentence, "; {more} more may still be active");
    }
}

/// Nodes that brought nothing, and that much was not looked at, where it is a third of all or more: then what was found may be a
/// part of the story.
fn say_blindness(sentence: &mut String, diagnosis: &Diagnosis) {
    let coverage = &diagnosis.coverage;
    say_stopped(sentence, diagnosis);
    say_absent_nodes(sentence, coverage);
    let blind = blind(coverage);
    if blind * 3 >= coverage.rules.len() && blind > 0 {
        let _ = write!(
            sentence,
            "; {blind} of {} checks could not run",
            coverage.rules.len()
        );
    }
}

/// That somebody did not wait for the end.
fn say_stopped(sentence: &mut String, diagnosis: &Diagnosis) {
    let stopped = |gap: &Gap| matches!(gap.reason, GapReason::Stopped { .. });
    if diagnosis.gaps.iter().any(stopped) {
        sentence.push_str("; reading was stopped early, so this report is incomplete");
    }
}

/// Nodes that the collector brought nothing of.
fn say_absent_nodes(sentence: &mut String, coverage: &Coverage) {
    let absent = coverage.absent_nodes().count();
    if absent > 0 {
        let all = coverage.nodes.len();
        let _ = write!(sentence, "; {absent} of {all} nodes uploaded nothing");
    }
}

/// Rules that had nothing at all to look at.
fn blind(coverage: &Coverage) -> usize {
    coverage.count(Outcome::NotChecked) - coverage.partly()
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

/// What stands behind the number of problems: the title of the only one, or of the worst, which
/// comes first. The others stand right below the sentence in every format.
fn worst_of(problems: &[&Problem<'_>]) -> String {
    match problems {
        [] => String::new(),
        [one] => format!(": {}", named(one)),
        [worst, ..] => format!(", the most severe: {}", named(worst)),
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

/// What is said where all that is, or may be, active is of low severity.
fn only_minor(diagnosis: &Diagnosis, problems: &[Problem<'_>], open: usize) -> String {
    let (past, minor): (Vec<_>, Vec<_>) = problems
        .iter()
        .partition(|problem| problem.state == State::Resolved);
    let sure = minor.iter().all(|problem| problem.state == State::Active);
    let state = match open {
        _ if !sure => "may still be active",
        1 => "is active",
        _ => "are active",
    };
    let mut sentence = match &diagnosis.unknown.pressing {
        Some(pressing) => unexplained::sentence(pressing),
        None => "No serious problem is known at capture time".to_owned(),
    };
    let _ = write!(
        sentence,
        "; {} {state}{}",
        count(open, "minor ", "problem"),
        worst_of(&minor)
    );
    if !past.is_empty() {
        let _ = write!(
            sentence,
            "; {} ended before capture{}",
            count(past.len(), "", "problem"),
            worst_of(&past)
        );
    }
    say_blindness(&mut sentence, diagnosis);
    sentence + "."
}

/// What is said where nothing is, or may be, active.
fn all_quiet(diagnosis: &Diagnosis, problems: &[Problem<'_>]) -> String {
    let past: Vec<&Problem<'_>> = problems.iter().collect();
    let ended = past.len();
    let coverage = &diagnosis.coverage;
    let blind = blind(coverage);
    let ran = coverage.rules.len() - blind;
    let pressing = diagnosis.unknown.pressing.is_some();
    if ended == 0 && !pressing && (diagnosis.bundle.entries == 0 || ran == 0) {
        return nothing_read(diagnosis);
    }
    let mut sentence = match (&diagnosis.unknown.pressing, ended) {
        (Some(pressing), _) => unexplained::sentence(pressing),
        (None, 0) => "No known problem was found in what could be read".to_owned(),
        (None, _) => "No known problem was active at capture time in what could be read".to_owned(),
    };
    if ended > 0 {
        let _ = write!(
            sentence,
            "; {} ended before capture{}",
            count(ended, "", "problem"),
            worst_of(&past)
        );
    }
    say_stopped(&mut sentence, diagnosis);
    say_absent_nodes(&mut sentence, coverage);
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

/// Whether nothing could be read or recognised, so that there is no answer: not even an error that
/// no rule explains.
pub fn checked_nothing(diagnosis: &Diagnosis) -> bool {
    let coverage = &diagnosis.coverage;
    let ran = coverage.rules.len() - blind(coverage);
    let nothing = diagnosis.bundle.entries == 0 || ran == 0 && coverage.too_little().is_none();
    let unknown = &diagnosis.unknown;
    nothing && diagnosis.findings.is_empty() && unknown.listed.is_empty() && unknown.left_out == 0
}

/// What is said where nothing could be checked at all.
fn nothing_read(diagnosis: &Diagnosis) -> String {
    let lost = diagnosis
        .gaps
        .iter()
        .find(|gap| gap.reason.loses_evidence());
    if let Some(missing) = diagnosis.coverage.too_little() {
        return format!(
            "No known problem was found, but too little could be read to rule anything out: {missing}."
        );
    }
    match lost {
        Some(gap) => format!(
            "No log could be read: {} ({}).",
            cut(&gap.locator.to_string(), TITLE),
            cut(&gap.reason.to_string(), TITLE)
        ),
        None if diagnosis.bundle.entries == 0 => {
            "No log could be read: the bundle contains no recognised entry.".to_owned()
        }
        None => {
            let read = diagnosis.bundle.entries;
            format!(
                "No check could run: the {} that {} read contained no recognised log, Kubernetes object or event.",
                entries(read),
                if read == 1 { "was" } else { "were" }
            )
        }
    }
}

/// `1 active problem`, `3 problems`.
fn count(n: usize, adjective: &str, noun: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{n} {adjective}{noun}{ending}")
}
