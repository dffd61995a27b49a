//! What a rule file says: the types that serde reads, and where in the file a mistake stands.
//!
//! In: the text of one TOML file. Out: a [`RuleFile`] in which every key is known and has the
//! right type, or a [`RuleError`]. Whether the values make sense is decided in [`super::lower`].

use super::predicate::Predicate;
use crate::severity::{Category, Confidence, Severity};
use serde::Deserialize;
use std::fmt;
use std::ops::Range;
use toml::Spanned;

/// A text with its place in the file.
pub type Text = Spanned<String>;

/// A mistake in a rule file, displayed as `file:line:column: message`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct RuleError {
    /// The file, as the caller named it.
    pub file: String,
    /// Line, from one.
    pub line: usize,
    /// Column in characters, from one.
    pub column: usize,
    /// What is wrong, and what to do about it where that is known.
    pub message: String,
}

impl RuleError {
    /// A mistake at byte `offset` of the file's text.
    pub fn at(file: &str, text: &str, offset: usize, message: impl fmt::Display) -> Self {
        let (line, column) = position(text, offset);
        Self {
            file: file.into(),
            line,
            column,
            message: message.to_string(),
        }
    }
}

/// One rule file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Version of the rule language; always 1.
    pub schema: Spanned<i64>,
    /// Name of the rule, equal to the file's name.
    pub id: Text,
    /// Failure, check or noise.
    #[serde(default)]
    pub kind: Kind,
    /// One line.
    pub title: Text,
    /// Where it belongs.
    pub category: Category,
    /// How bad; noise has none.
    pub severity: Option<Severity>,
    /// How sure; noise has none.
    pub confidence: Option<Confidence>,
    /// Whether it has proved itself.
    #[serde(default)]
    pub maturity: Maturity,
    /// How many matchers must fire.
    #[serde(default)]
    pub require: Require,
    /// What it means.
    pub explain: Text,
    /// What would show that it is something else; noise may leave it out.
    pub disprove: Option<Text>,
    /// Commands to look further.
    #[serde(default)]
    pub check: Vec<Text>,
    /// What to do.
    #[serde(default)]
    pub remedy: Vec<Text>,
    /// https links.
    #[serde(default)]
    pub references: Vec<Text>,
    /// Ids of more general rules that stay silent where this one explains the same evidence.
    #[serde(default)]
    pub supersedes: Vec<Text>,
    /// Matchers of lines.
    #[serde(default)]
    pub log: Vec<LogTable>,
    /// Matchers of events.
    #[serde(default)]
    pub event: Vec<EventTable>,
    /// Whether the failure lasts until somebody mends it: then silence of a log is no sign that it
    /// ended.
    #[serde(default)]
    pub persists: bool,
    /// Whom its lines are about.
    pub subject: Option<Spanned<SubjectOf>>,
    /// Matchers of objects.
    #[serde(default)]
    pub object: Vec<ObjectTable>,
    /// Versions with the failure.
    pub version: Option<VersionTable>,
    /// Proof.
    #[serde(default)]
    pub example: Vec<ExampleTable>,
    /// What a rule that another tool's file states asks of the bundle's objects; our own files have
    /// checks for that.
    #[serde(skip)]
    pub predicate: Option<Predicate>,
    /// Whether another tool's file states it: it then carries no proof, and its id is not the
    /// file's name.
    #[serde(skip)]
    pub taken_over: bool,
}

/// What a rule is to the reader.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize, serde::Serialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A failure, found by the file's own matchers.
    #[default]
    Failure,
    /// The words of a check that is written in Rust (which may have matchers besides).
    Check,
    /// Lines known to be harmless: counted, named, never a problem.
    Noise,
}

/// Whether a rule has proved itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Maturity {
    /// It has.
    #[default]
    Stable,
    /// Its findings are said to be tentative.
    Experimental,
}

/// How many matchers of a rule must fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Require {
    /// One of them.
    #[default]
    Any,
    /// Each of them, for the same subject.
    All,
}

/// Whom the lines that a rule matches are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubjectOf {
    /// The object that the line names, and only without one the component that wrote it.
    #[default]
    Named,
    /// The component that wrote it, whatever it names: the failure is its own.
    Writer,
}

/// `[[log]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogTable {
    /// Its name within the file; `log` when left out.
    pub id: Option<Text>,
    /// Components whose logs are looked at, `event`, `status`; all when empty.
    #[serde(default)]
    pub component: Vec<Text>,
    /// Any of these stands on the line.
    pub literal: Spanned<Vec<Text>>,
    /// Confirms the line and captures from it.
    pub regex: Option<Text>,
    /// None of these matches the line.
    #[serde(default)]
    pub unless: Vec<Text>,
    /// Only logs whose path ends like one of these; any log when empty.
    #[serde(default)]
    pub path: Vec<Text>,
    /// No logs whose path ends like one of these.
    #[serde(default)]
    pub not_path: Vec<Text>,
    /// Hits needed.
    pub at_least: Option<Spanned<u64>>,
    /// Time in which they are needed.
    pub within: Option<Text>,
}

/// `[[event]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventTable {
    /// Its name within the file; `event` when left out.
    pub id: Option<Text>,
    /// Any of these is the event's reason.
    #[serde(default)]
    pub reason: Vec<Text>,
    /// Any of these stands in the message.
    #[serde(default)]
    pub literal: Vec<Text>,
    /// Matches the message.
    pub regex: Option<Text>,
    /// None of these matches the message.
    #[serde(default)]
    pub unless: Vec<Text>,
    /// Kinds of the object that the event is about; all when empty.
    #[serde(default)]
    pub kind: Vec<Text>,
    /// `Normal` or `Warning`; both when left out.
    #[serde(rename = "type")]
    pub event_type: Option<EventType>,
    /// Sum of the counts of such events that is needed.
    pub at_least: Option<Spanned<u64>>,
    /// Time in which they are needed.
    pub within: Option<Text>,
}

/// Type of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub enum EventType {
    /// As it should be; some failures are reported so all the same.
    Normal,
    /// Something is off.
    Warning,
}

/// `[[object]]`; exactly one of `equals`, `in`, `exists` and `matches`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectTable {
    /// Its name within the file; `object` when left out.
    pub id: Option<Text>,
    /// Kind of the object.
    pub kind: Text,
    /// Path of the field: `status.containerStatuses[*].lastState.terminated.reason`.
    pub field: Text,
    /// The field's value.
    pub equals: Option<Spanned<Scalar>>,
    /// The field's value is one of these.
    #[serde(rename = "in")]
    pub any_of: Option<Spanned<Vec<Scalar>>>,
    /// Whether the field is there and not null.
    pub exists: Option<Spanned<bool>>,
    /// Regex on the field's value.
    pub matches: Option<Text>,
}

/// A value that a field of an object is compared with, as text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// `true`, `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Anything else.
    Text(String),
}

impl fmt::Display for Scalar {
    /// The value as Kubernetes writes it in JSON, without quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Integer(value) => value.fmt(f),
            Self::Text(value) => value.fmt(f),
        }
    }
}

/// `[version]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionTable {
    /// `kubernetes`, `kubelet`, `containerd`, ...
    pub component: Text,
    /// Ranges; a comma is AND, the list is OR.
    pub affected: Spanned<Vec<Text>>,
    /// Versions with the fix.
    #[serde(default)]
    pub fixed: Vec<Text>,
    /// Whether the version alone is a finding.
    #[serde(default)]
    pub requires: Requires,
    /// Cloud whose clusters are affected; all when missing.
    pub provider: Option<Provider>,
}

/// A cloud, as the provider ids of nodes name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Azure, AKS among it.
    Azure,
}

/// What a known issue of a version needs to be a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Requires {
    /// The matchers fire; the version raises or lowers the confidence only.
    #[default]
    Symptom,
    /// The version alone is a heads-up.
    Version,
}

/// `[[example]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExampleTable {
    /// Name of the matcher; may be left out where the file has only one of lines and events.
    #[serde(rename = "for")]
    pub matcher: Option<Text>,
    /// Whether it should match.
    pub should: Should,
    /// The line, record, or message.
    pub text: Text,
    /// Reason of the event; the matcher's first reason when left out.
    pub reason: Option<String>,
    /// Kind of the event's object; the matcher's first kind when left out.
    pub kind: Option<String>,
    /// Type of the event; the matcher's when left out.
    #[serde(rename = "type")]
    pub event_type: Option<EventType>,
}

/// What an example shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Should {
    /// The matcher hits it.
    Match,
    /// The matcher does not hit it.
    NotMatch,
}

/// Reads the text of one rule file.
pub fn parse(file: &str, text: &str) -> Result<RuleFile, RuleError> {
    toml::from_str(text).map_err(|error| {
        let Range { start, .. } = error.span().unwrap_or_default();
        RuleError::at(file, text, start, error.message().replace('\n', ", "))
    })
}

/// Line and column (in characters), both from one, of a byte of the text.
pub fn position(text: &str, offset: usize) -> (usize, usize) {
    let bytes = text.as_bytes();
    let before = bytes.get(..offset.min(bytes.len())).unwrap_or_default();
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    let on_line = before.get(start..).unwrap_or_default();
    (line, String::from_utf8_lossy(on_line).chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEAD: &str =
        "schema = 1\nid = \"x\"\ntitle = \"t\"\ncategory = \"node\"\nexplain = \"e\"\n";

    #[test]
    fn defaults_are_those_of_a_stable_failure() {
        let rule = parse("x.toml", HEAD).unwrap();
        assert_eq!(rule.kind, Kind::Failure);
        assert_eq!(rule.maturity, Maturity::Stable);
        assert_eq!(rule.require, Require::Any);
        assert!(rule.log.is_empty() && rule.version.is_none());
    }

    #[test]
    fn a_mistake_is_reported_with_its_place() {
        for (text, line, column, word) in [
            ("schema = ", 1, 10, ""),
            (&format!("{HEAD}severty = \"low\""), 6, 1, "severty"),
            (&format!("{HEAD}severity = \"awful\""), 6, 12, "awful"),
            (
                &format!("{HEAD}[[log]]\nliteral = \"x\""),
                7,
                11,
                "sequence",
            ),
            (
                &format!("{HEAD}[[log]]\nliteral = []\npattern = ''"),
                8,
                1,
                "pattern",
            ),
            (&format!("{HEAD}maturity = 'ü', b"), 6, 15, ""),
        ] {
            let error = parse("a/x.toml", text).unwrap_err();
            assert_eq!((error.line, error.column), (line, column), "{error}");
            assert!(error.message.contains(word), "{error}");
            assert!(
                error
                    .to_string()
                    .starts_with(&format!("a/x.toml:{line}:{column}: ")),
                "{error}"
            );
        }
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(position("a\nüü!", 6), (2, 3));
        assert_eq!(position("", 9), (1, 1));
    }

    proptest! {
        #[test]
        fn any_text_is_a_rule_or_a_mistake_inside_it(text in "\\PC*(\n\\PC*){0,4}") {
            if let Err(error) = parse("x.toml", &text) {
                prop_assert!(error.line >= 1 && error.line <= text.lines().count() + 1);
            }
        }
    }
}
