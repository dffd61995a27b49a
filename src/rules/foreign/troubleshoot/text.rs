//! `textAnalyze` and `event`: regexes over the text of files and of events.
//!
//! `textAnalyze` with `regex` asks whether a file matches; only where a match is the failure can a
//! line tell it. With `regexGroups` the first match of a file decides, by what its groups hold.

use super::super::Reader;
use super::super::pattern::{self, Anchors};
use super::Analyzer;
use super::outcome::{Outcomes, Stated, parse_bool};
use crate::rules::Pattern;
use crate::rules::foreign::parts::{event_table, log_table, words};
use crate::rules::predicate::{Ask, Compare, EventFilter, Outcome, Predicate, Test, Verdict};
use crate::severity::{Category, Severity};

/// Ends of the names of files that the exec collector writes two folders deeper.
const EXEC_OUTPUT: [&str; 3] = ["-stdout.txt", "-stderr.txt", "-errors.json"];

/// Why what fails by absence is left out.
const ABSENCE: &str = "it fails if its pattern is not found, but whether the file was collected \
                       completely is unknown";

/// The same of an analyzer whose other outcomes are taken over.
const ABSENCE_TOO: &str = "a missing match is not reported, because whether the \
                           file was collected completely is unknown";

/// `textAnalyze`.
pub(super) fn files(analyzer: &Analyzer<'_>, reader: &mut Reader<'_>) -> Result<(), String> {
    let collector = analyzer.text("collectorName")?.unwrap_or_default();
    let file = analyzer.text("fileName")?.ok_or("it sets no file name")?;
    let path = collected_path(&collector, &file);
    let excluded: Vec<String> = analyzer
        .texts("excludeFiles")?
        .iter()
        .map(|file| collected_path(&collector, file))
        .collect();
    for glob in excluded.iter().chain([&path]) {
        crate::rules::glob::PathGlob::parse(glob)?;
    }
    let files = Files { path, excluded };
    let regex = analyzer.text("regex")?;
    let groups = analyzer.text("regexGroups")?;
    if regex.is_none() && groups.is_none() {
        return Err("it has neither regex nor regexGroups".into());
    }
    let outcomes = analyzer.outcomes()?;
    let title = if collector.is_empty() {
        format!("Text in {file}")
    } else {
        collector
    };
    let by_match = regex.map(|regex| matched(analyzer, reader, &files, &title, &regex, &outcomes));
    let by_groups =
        groups.map(|regex| grouped(analyzer, reader, &files, &title, &regex, &outcomes));
    by_match.unwrap_or(Ok(())).and(by_groups.unwrap_or(Ok(())))
}

/// Which files are read.
struct Files {
    path: String,
    excluded: Vec<String>,
}

/// Where a collector's file lies in the bundle.
fn collected_path(collector: &str, file: &str) -> String {
    let wild = |text: &str| text.contains(['*', '?', '[']);
    let deeper = EXEC_OUTPUT.iter().any(|end| file.ends_with(end));
    let parts = if deeper && !wild(file) && !wild(collector) {
        vec![collector, "*", "*", file]
    } else {
        vec![collector, file]
    };
    let parts: Vec<&str> = parts
        .into_iter()
        .map(|part| part.trim_matches('/'))
        .filter(|part| !part.is_empty())
        .collect();
    parts.join("/")
}

/// A file that matches is the failure.
fn matched(
    analyzer: &Analyzer<'_>,
    reader: &mut Reader<'_>,
    files: &Files,
    title: &str,
    regex: &str,
    outcomes: &Outcomes,
) -> Result<(), String> {
    let mut by_match: Vec<&Stated> = Vec::new();
    let mut by_absence = false;
    for outcome in &outcomes.0 {
        // Without a condition, troubleshoot passes a match and fails its absence.
        let when = match outcome.when.as_str() {
            "" => outcome.verdict == Verdict::Pass,
            when => parse_bool(when)
                .ok_or_else(|| format!("its condition `{when}` is neither true nor false"))?,
        };
        if outcome.verdict != Verdict::Pass {
            by_absence |= !when;
            if when {
                by_match.push(outcome);
            }
        }
    }
    if by_match.is_empty() {
        return Err(if by_absence {
            ABSENCE.into()
        } else {
            "it has no outcome that fails or warns".into()
        });
    }
    let literals = pattern::literals(regex, Anchors::File)?;
    if by_absence {
        analyzer.leave_some(reader, ABSENCE_TOO);
    }
    note_lines(analyzer, reader, regex);
    let fails = by_match
        .iter()
        .any(|outcome| outcome.verdict == Verdict::Fail);
    let severity = if fails {
        Severity::High
    } else {
        Severity::Medium
    };
    let draft = analyzer.draft(title, Category::Workload, severity, outcomes);
    let log = table(analyzer, files, literals, regex);
    reader.add(draft, vec![log], vec![], None);
    Ok(())
}

/// What the groups of a file's first match hold decides.
fn grouped(
    analyzer: &Analyzer<'_>,
    reader: &mut Reader<'_>,
    files: &Files,
    title: &str,
    regex: &str,
    outcomes: &Outcomes,
) -> Result<(), String> {
    let severity = outcomes.severity()?;
    let tested = outcomes.tested(group_test)?;
    let literals = pattern::literals(regex, Anchors::File)?;
    let otherwise = tested.iter().find(|outcome| outcome.test.is_none());
    if otherwise.is_some_and(|outcome| outcome.verdict != Verdict::Pass) {
        analyzer.leave_some(reader, ABSENCE_TOO);
    }
    note_lines(analyzer, reader, regex);
    let draft = analyzer.draft(title, Category::Workload, severity, outcomes);
    let log = table(analyzer, files, literals, regex);
    let predicate = Predicate {
        ask: Ask::FirstMatch,
        outcomes: tested,
    };
    reader.add(draft, vec![log], vec![], Some(predicate));
    Ok(())
}

/// Says that matches over several lines are not found, where the pattern asks for them.
fn note_lines(analyzer: &Analyzer<'_>, reader: &mut Reader<'_>, regex: &str) {
    if pattern::may_span_lines(regex) {
        let reason = "only matches within one line are found, not those across lines";
        analyzer.leave_some(reader, reason);
    }
}

/// The matcher of lines.
fn table(
    analyzer: &Analyzer<'_>,
    files: &Files,
    literals: Vec<String>,
    regex: &str,
) -> crate::rules::syntax::LogTable {
    let at = analyzer.at;
    let mut table = log_table(at, literals, regex.to_owned());
    table.path = words(at, [files.path.clone()]);
    table.not_path = words(at, files.excluded.clone());
    table
}

/// `Group < 5`, `Group == word`.
fn group_test(when: &str) -> Option<Test> {
    let parts: Vec<&str> = when.split(' ').collect();
    let [group, compare, value] = parts.as_slice() else {
        return None;
    };
    let compare = Compare::parse(compare).filter(|compare| *compare != Compare::NotEqual)?;
    let value = if matches!(*value, "''" | "\"\"") {
        ""
    } else {
        value
    };
    let group = (*group).to_owned();
    if let Ok(number) = value.parse() {
        return Some(Test::GroupNumber(group, compare, number));
    }
    (compare == Compare::Equal).then(|| Test::GroupText(group, value.to_owned()))
}

/// `event`.
pub(super) fn events(analyzer: &Analyzer<'_>, reader: &mut Reader<'_>) -> Result<(), String> {
    let reason = analyzer.text("reason")?;
    let regex = analyzer.text("regex")?;
    if reason.is_none() && regex.is_none() {
        return Err("it has neither a reason nor a regex".into());
    }
    let outcomes = analyzer.outcomes()?;
    let mut tested: Vec<Outcome> = Vec::new();
    let mut by_absence = false;
    for outcome in &outcomes.0 {
        if outcome.when.is_empty() {
            return Err(
                "one of its outcomes has no condition, which troubleshoot rejects too".into(),
            );
        }
        let when = parse_bool(&outcome.when)
            .ok_or_else(|| format!("its condition `{}` is neither true nor false", outcome.when))?;
        if when {
            tested.push(Outcome {
                test: None,
                verdict: outcome.verdict,
                message: outcome.message.clone(),
            });
        } else {
            by_absence |= outcome.verdict != Verdict::Pass;
        }
    }
    let severity = match tested.first().map(|outcome| outcome.verdict) {
        Some(Verdict::Fail) => Severity::High,
        Some(Verdict::Warn) => Severity::Medium,
        Some(Verdict::Pass) | None => {
            return Err(if by_absence {
                "it fails if there is no such event, but events are kept for only one hour".into()
            } else {
                "it has no outcome that fails or warns".into()
            });
        }
    };
    // A pattern that matches everything asks nothing.
    let regex = regex.filter(|regex| !matches!(regex.as_str(), ".*" | ".+"));
    let mut literals = vec![];
    if let Some(regex) = &regex {
        pattern::confirms(regex, Anchors::Message)?;
        literals = pattern::literals(regex, Anchors::Message).unwrap_or_default();
    }
    if by_absence {
        let reason = "a missing event is not reported: events are kept for only one hour";
        analyzer.leave_some(reader, reason);
    }
    // Normal events are kept where a matcher knows them; others need no matcher.
    let keep = match &reason {
        Some(reason) => Some(event_table(analyzer.at, Some(reason), vec![])),
        None if literals.is_empty() => {
            let why = "Normal events are not checked, because no text of 4 bytes or more is contained \
                       in every message that its regex matches";
            analyzer.leave_some(reader, why);
            None
        }
        None => Some(event_table(analyzer.at, None, literals)),
    };
    let about = reason
        .as_deref()
        .map_or_else(|| "Event".to_owned(), |reason| format!("Event {reason}"));
    let draft = analyzer.draft(&about, Category::Workload, severity, &outcomes);
    let predicate = Predicate {
        ask: Ask::Events(EventFilter {
            namespace: analyzer
                .text("namespace")?
                .unwrap_or_else(|| "default".into()),
            kind: analyzer.text("kind")?,
            reason,
            regex: regex.as_deref().map(Pattern::trusted),
        }),
        outcomes: tested,
    };
    reader.add(draft, vec![], keep.into_iter().collect(), Some(predicate));
    Ok(())
}
