//! What the engine trusts: rules whose parts are known to be sound.

use crate::severity::{Category, Confidence, Severity};
use std::sync::Arc;

/// Index of a matcher in its [`RuleSet`]; ordered by rule id, then by place in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MatcherId(pub u32);

/// A rule's id: the name of its file.
pub type RuleId = Arc<str>;

/// All rules of a run.
#[derive(Debug)]
pub struct RuleSet {
    /// Sorted by id.
    rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// What it is to the reader.
    pub kind: Kind,
    /// One line.
    pub title: String,
    /// Where it belongs.
    pub category: Category,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
}

/// What a rule is to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A failure, found by the file's own matchers.
    Failure,
    /// The words of a check that is written in Rust (which may have matchers besides).
    Check,
    /// Lines known to be harmless: counted, named, never a problem.
    Noise,
}

/// One matcher of a rule.
#[derive(Debug)]
pub enum Matcher {
    /// On lines of logs and on messages of events and statuses.
    Log(LogMatcher),
    /// On events.
    Event(EventMatcher),
    /// On fields of objects.
    Object(ObjectMatcher),
}

/// A matcher of lines.
#[derive(Debug)]
pub struct LogMatcher {}

/// A matcher of events.
#[derive(Debug)]
pub struct EventMatcher {}

/// A matcher of objects.
#[derive(Debug)]
pub struct ObjectMatcher {}
