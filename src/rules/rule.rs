//! One rule, whose parts are known to be sound.

use crate::rules::affected::VersionRange;
use crate::rules::matcher::MatcherId;
use crate::rules::predicate::Predicate;
use crate::rules::syntax::{EventType, Kind, Maturity, Require, Should, SubjectOf};
use crate::severity::{Category, Confidence, Severity};
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// A rule's id: the name of its file.
pub type RuleId = Arc<str>;

/// One rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// The file it stands in, as the caller named it.
    pub file: String,
    /// What it is to the reader.
    pub kind: Kind,
    /// One line.
    pub title: String,
    /// Where it belongs.
    pub category: Category,
    /// How bad; `Info` for noise.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Whether it has proved itself.
    pub maturity: Maturity,
    /// How many matchers must fire.
    pub require: Require,
    /// What it means.
    pub explain: String,
    /// What would show that it is something else; may be empty for noise.
    pub disprove: String,
    /// Commands to look further, with placeholders (`{namespace}`, `{name}`, named captures).
    pub check: Vec<String>,
    /// What to do, with placeholders.
    pub remedy: Vec<String>,
    /// https links.
    pub references: Vec<String>,
    /// Every rule that stays silent where this one explains the same evidence, directly or through
    /// another rule.
    pub supersedes: BTreeSet<RuleId>,
    /// Whether silence of a log is no sign that the failure ended.
    pub persists: bool,
    /// Whom its lines are about.
    pub subject: SubjectOf,
    /// Versions with the failure.
    pub version: Option<VersionRange>,
    /// Proof.
    pub examples: Vec<Example>,
    /// What it asks of the bundle's objects, where another tool's file states it.
    pub predicate: Option<Predicate>,
    /// Whether another tool's file states it.
    pub taken_over: bool,
    /// Byte of the file at which its id stands.
    pub(super) id_at: usize,
    /// Its matchers, as indices of [`MatcherId`].
    pub(super) matchers: Range<u32>,
}

impl Rule {
    /// Its matchers, in the order of their ids.
    pub fn matchers(&self) -> impl ExactSizeIterator<Item = MatcherId> + use<> {
        self.matchers.clone().map(MatcherId)
    }

    /// A rule without words, to hold a matcher.
    pub(super) fn nameless(id: &str) -> Self {
        Self {
            id: id.into(),
            file: String::new(),
            kind: Kind::Failure,
            title: String::new(),
            category: Category::Workload,
            severity: Severity::Info,
            confidence: Confidence::Low,
            maturity: Maturity::Experimental,
            require: Require::Any,
            explain: String::new(),
            disprove: String::new(),
            check: Vec::new(),
            remedy: Vec::new(),
            references: Vec::new(),
            supersedes: BTreeSet::new(),
            persists: false,
            subject: SubjectOf::Named,
            version: None,
            examples: Vec::new(),
            predicate: None,
            taken_over: false,
            id_at: 0,
            matchers: 0..0,
        }
    }
}

/// One proof of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Place of its matcher among those of the rule.
    pub matcher: usize,
    /// Whether it should match.
    pub should: Should,
    /// The line, record, or message.
    pub text: String,
    /// Reason of the event.
    pub reason: Option<String>,
    /// Kind of the event's object.
    pub kind: Option<String>,
    /// Type of the event.
    pub event_type: Option<EventType>,
    /// Byte of the rule file at which its text stands.
    pub(super) offset: usize,
}

/// Name of a file without folders and extension.
pub(super) fn file_stem(file: &str) -> &str {
    Path::new(file)
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or(file)
}
