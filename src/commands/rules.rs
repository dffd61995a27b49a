//! `bundlescope rules`: list and check.

use super::say::say;
use super::{Console, ExitStatus};
use crate::examine::proof::Engine;
use crate::rules::diagnostic::Level;
use crate::rules::{self, RuleSet, foreign};
use crate::severity::Severity;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

/// Parts of other tools' files named one by one on standard error; of more, only their number.
const NAMED: usize = 5;

/// The built-in rules and those of the user's folders; the user's mistakes end the run. What was
/// not taken over of other tools' files is said on standard error.
pub(super) fn load(folders: &[PathBuf]) -> anyhow::Result<RuleSet> {
    Ok(load_with_files(folders)?.0)
}

/// The same with name and text of each file that the user named.
pub(super) fn load_with_files(
    folders: &[PathBuf],
) -> anyhow::Result<(RuleSet, Vec<(String, String)>)> {
    let mut files = Vec::new();
    for folder in folders {
        files.extend(rules::load_folder(folder)?);
    }
    let rules = RuleSet::builtin_and(&files).map_err(|errors| {
        let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
        super::say::Mistakes(said)
    })?;
    say(&left_out(&rules));
    Ok((rules, files))
}

/// What was not taken over, for a reader who waits for something else.
fn left_out(rules: &RuleSet) -> String {
    let left_out = rules.left_out();
    let mut said = String::new();
    for one in left_out.iter().take(NAMED) {
        let _ = writeln!(said, "{one}");
    }
    let more = left_out.len().saturating_sub(NAMED);
    if more > 0 {
        let _ = writeln!(
            said,
            "{more} more parts could not be imported; `bundlescope rules check PATH` lists all of them"
        );
    }
    said
}

/// Lists rules.
pub(super) fn list(
    category: Option<&str>,
    least: Option<Severity>,
    json: bool,
    folders: &[PathBuf],
    console: &mut Console,
) -> anyhow::Result<ExitStatus> {
    let rules = load(folders)?;
    let shown = rules
        .rules()
        .iter()
        .filter(|rule| category.is_none_or(|category| rule.category.to_string() == category))
        .filter(|rule| least.is_none_or(|least| rule.severity >= least));
    let mut text = String::new();
    if json {
        let rows: Vec<_> = shown.map(|rule| serde_json::json!({"id": &*rule.id, "kind": rule.kind, "category": rule.category, "severity": rule.severity, "confidence": rule.confidence, "title": rule.title})).collect();
        writeln!(text, "{}", serde_json::to_string_pretty(&rows)?)?;
    } else {
        for rule in shown {
            writeln!(
                text,
                "{:<36} {:<9} {:<14} {}",
                &*rule.id,
                rule.severity.to_string(),
                rule.category.to_string(),
                rule.title
            )?;
        }
    }
    console.out.write_all(text.as_bytes())?;
    console.out.flush()?;
    Ok(ExitStatus::Clean)
}

/// Checks rule files.
pub(super) fn check(paths: &[PathBuf], console: &mut Console) -> anyhow::Result<ExitStatus> {
    let mut own = Vec::new();
    for path in paths {
        own.extend(rules::load_folder(path)?);
    }
    // Whether an example holds depends on the other rules, so the built-in ones take part; only
    // what is wrong with the files that the user named is told.
    let (files, kept) = rules::builtin::merge(&own);
    let mut found = rules::check::check(&files, &Engine);
    found.retain(|diagnostic| {
        paths.is_empty() || own.iter().any(|(file, _)| *file == diagnostic.file)
    });
    let mut text = String::new();
    for diagnostic in &found {
        writeln!(text, "{diagnostic}")?;
    }
    let count = |level| found.iter().filter(|one| one.level == level).count();
    let (errors, notes) = (count(Level::Error), count(Level::Note));
    let foreign = |(file, text): &&(String, String)| foreign::recognise(file, text).is_some();
    let others = own.iter().filter(foreign).count();
    if others > 0 {
        // Mistakes have been told above.
        let taken = RuleSet::from_files(&files).map_or(0, |rules| {
            rules.rules().iter().filter(|rule| rule.taken_over).count()
        });
        writeln!(
            text,
            "rules imported from files of other tools: {taken}; files: {others}; parts not imported: {notes}"
        )?;
    }
    let checked = if paths.is_empty() {
        kept
    } else {
        own.len() - others
    };
    writeln!(
        text,
        "rules checked: {checked}; errors: {errors}; warnings: {}",
        count(Level::Warning)
    )?;
    console.out.write_all(text.as_bytes())?;
    console.out.flush()?;
    Ok(if errors == 0 {
        ExitStatus::Clean
    } else {
        ExitStatus::Findings
    })
}
