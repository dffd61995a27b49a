//! Rules that others wrote: node-problem-detector's system log monitors ([`npd`]) and the analyzers
//! of troubleshoot.sh ([`troubleshoot`]).
//!
//! In: the text of a file of another tool, recognised by its content. Out: rules in our own syntax,
//! which the engine, the coverage and the report treat like any other, and a line for each part
//! that was not taken over, with the reason. A file that its own tool could not read either is a
//! mistake with its place. Nothing is taken over by half: what our engine cannot say as the other
//! tool means it is left out, and said.

mod npd;
mod parts;
mod pattern;
mod troubleshoot;
mod yaml;

use super::predicate::Predicate;
use super::syntax::{self, EventTable, Kind, LogTable, Maturity, Require, RuleError, RuleFile};
use crate::rules::foreign::parts::{one_line, word};
use crate::severity::{Category, Confidence, Severity};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use toml::Spanned;

/// Most parts of one file: the largest that either project ships has about sixty.
const MOST_PARTS: usize = 1_000;

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON of a monitor of node-problem-detector.
    NodeProblemDetector,
    /// YAML (or JSON) of troubleshoot.sh.
    Troubleshoot,
}

/// Whose file this is; `None` for our own, and for anything else.
pub fn recognise(file: &str, text: &str) -> Option<Format> {
    if Path::new(file)
        .extension()
        .is_some_and(|kind| kind == "toml")
    {
        return None;
    }
    let has = |word: &str| text.contains(word);
    if has("apiVersion") && (has("troubleshoot.sh/v1") || has("troubleshoot.replicated.com/v1")) {
        return Some(Format::Troubleshoot);
    }
    let monitor = has("\"rules\"") && (has("\"pattern\"") || has("\"plugin\""));
    (text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with('{')
        && monitor)
        .then_some(Format::NodeProblemDetector)
}

/// What was not taken over of another tool's file, displayed with its place and reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// The file, as the caller named it.
    pub file: String,
    /// Line, from one.
    pub line: usize,
    /// Column in characters, from one.
    pub column: usize,
    /// Which part: `textAnalyze "Disk errors"`.
    pub part: String,
    /// Whether all of it is left out; the rest is a rule where not.
    pub whole: bool,
    /// Why.
    pub reason: String,
}

impl LeftOut {
    /// Part and reason in one sentence.
    pub fn message(&self) -> String {
        let how = if self.whole {
            "not imported"
        } else {
            "imported in part"
        };
        format!("{}: {how}: {}", self.part, self.reason)
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file, line, column, ..
        } = self;
        write!(f, "{file}:{line}:{column}: note: {}", self.message())
    }
}

/// What became of one file.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Its rules.
    pub rules: Vec<RuleFile>,
    /// The rest.
    pub left_out: Vec<LeftOut>,
}

/// What files before this one have used up.
#[derive(Debug, Default)]
pub(super) struct Seen {
    ids: BTreeSet<String>,
    /// Rules of monitors by all that they say, and the file that said it first.
    monitors: BTreeMap<String, String>,
}

/// Reads a file of another tool.
pub(super) fn take_over(
    format: Format,
    file: &str,
    text: &str,
    seen: &mut Seen,
) -> Result<Taken, RuleError> {
    let mut reader = Reader {
        file,
        text,
        seen,
        parts: 0,
        taken: Taken::default(),
    };
    match format {
        Format::NodeProblemDetector => npd::read(&mut reader)?,
        Format::Troubleshoot => troubleshoot::read(&mut reader)?,
    }
    Ok(reader.taken)
}

/// One file while it is read.
struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    seen: &'a mut Seen,
    parts: usize,
    taken: Taken,
}

/// What every rule that is taken over says.
struct Draft {
    /// Byte of the file at which it stands.
    at: usize,
    id: String,
    title: String,
    category: Category,
    severity: Severity,
    /// Whether it lasts until somebody mends it.
    persists: bool,
    explain: String,
    disprove: String,
    references: Vec<String>,
}

impl Reader<'_> {
    /// A mistake at a byte of the file.
    fn wrong(&self, at: usize, message: impl fmt::Display) -> RuleError {
        RuleError::at(self.file, self.text, at, message)
    }

    /// Whether the file may have one more part.
    fn count(&mut self, at: usize) -> Result<(), RuleError> {
        self.parts += 1;
        if self.parts <= MOST_PARTS {
            return Ok(());
        }
        let message = format!("more than {MOST_PARTS} rules in one file; split it");
        Err(self.wrong(at, message))
    }

    /// Notes that something was not taken over.
    fn leave(&mut self, at: usize, part: &str, reason: impl Into<String>) {
        self.note(at, part, true, reason.into());
    }

    /// Notes what is missing of something that was taken over.
    fn leave_some(&mut self, at: usize, part: &str, reason: impl Into<String>) {
        self.note(at, part, false, reason.into());
    }

    /// Keeps a note.
    fn note(&mut self, at: usize, part: &str, whole: bool, reason: String) {
        let (line, column) = syntax::position(self.text, at);
        let left_out = LeftOut {
            file: self.file.to_owned(),
            line,
            column,
            part: one_line(part),
            whole,
            reason,
        };
        self.taken.left_out.push(left_out);
    }

    /// Adds a rule; its id is made unique by a number.
    fn add(
        &mut self,
        draft: Draft,
        log: Vec<LogTable>,
        event: Vec<EventTable>,
        predicate: Option<Predicate>,
    ) {
        let Draft { at, .. } = draft;
        let id = self.unique(&draft.id);
        self.taken.rules.push(RuleFile {
            schema: Spanned::new(at..at, 1),
            id: word(at, id),
            kind: Kind::Failure,
            title: word(at, one_line(&draft.title)),
            category: draft.category,
            severity: Some(draft.severity),
            confidence: Some(Confidence::Medium),
            maturity: Maturity::Experimental,
            require: Require::Any,
            explain: word(at, draft.explain),
            disprove: Some(word(at, draft.disprove)),
            check: vec![],
            remedy: vec![],
            references: draft
                .references
                .into_iter()
                .filter(|link| link.starts_with("https://"))
                .map(|link| word(at, link))
                .collect(),
            supersedes: vec![],
            log,
            event,
            persists: draft.persists,
            subject: None,
            object: vec![],
            version: None,
            example: vec![],
            predicate,
            taken_over: true,
        });
    }

    /// An id that no rule of another tool's file has yet.
    fn unique(&mut self, id: &str) -> String {
        let mut unique = id.to_owned();
        let mut number = 2u64;
        while !self.seen.ids.insert(unique.clone()) {
            unique = format!("{id}-{number}");
            number += 1;
        }
        unique
    }
}

#[cfg(test)]
mod tests;
