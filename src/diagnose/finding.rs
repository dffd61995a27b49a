//! Findings, and the builder that refuses to make one without evidence.

use crate::locator::{EntryPath, Snippet};
use crate::severity::{Category, Confidence, Severity};
use jiff::Timestamp;

/// A rule or check that fired for one subject.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Rule id.
    pub rule: String,
    /// Stable name of this finding: rule and subject, never order or time.
    pub fingerprint: Fingerprint,
    /// One line.
    pub title: String,
    /// Category of the rule.
    pub category: Category,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Whether it is still so at capture time.
    pub state: State,
    /// Why the state is what it is: "last seen 3 s before the log ends".
    pub state_reason: String,
    /// What it is about: an owner of pods where there is one.
    pub subject: Subject,
    /// Objects it was seen on, sorted, each once.
    pub affected: Vec<Subject>,
    /// Hits, or sum of the events' counts.
    pub count: u64,
    /// First seen.
    pub first_seen: Option<Timestamp>,
    /// Last seen.
    pub last_seen: Option<Timestamp>,
    /// Evidence; never empty.
    pub citations: Vec<Citation>,
    /// What it means, from the rule.
    pub explain: String,
    /// One sentence with this case's own values: "exit code 137, 5 restarts"; may be empty.
    pub detail: String,
    /// What would show that it is something else.
    pub disprove: String,
    /// Commands to look further, placeholders filled in.
    pub check: Vec<String>,
    /// What to do.
    pub remedy: Vec<String>,
    /// https links.
    pub references: Vec<String>,
    /// Version ranges that are affected.
    pub affected_versions: Vec<String>,
    /// Versions in which it is fixed.
    pub fixed_versions: Vec<String>,
}

/// Whether a finding is still so at capture time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Still so.
    Active,
    /// The evidence ends too early, or has no times, to tell.
    Unknown,
    /// Ended: the object is healthy now, or the line stopped long before its log did.
    Resolved,
}

impl State {
    /// `active`, `unknown`, `resolved`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Unknown => "unknown",
            Self::Resolved => "resolved",
        }
    }
}

/// Object, node or component that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Subject {
    /// `Pod`, `Node`, `Deployment`, `Component`, `Cluster`, ...
    pub kind: String,
    /// Empty for cluster-scoped subjects.
    pub namespace: String,
    /// Its name; empty for the cluster.
    pub name: String,
    /// Node it was seen on, where known.
    pub node: Option<String>,
}

/// `rule-id` and twelve hex digits of the subject's hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub String);

/// One piece of evidence with its place and time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Citation {
    /// The entry.
    pub path: EntryPath,
    /// When, where the evidence says.
    pub time: Option<Timestamp>,
    /// The words and their context.
    pub snippet: Snippet,
}

/// Builds a finding; [`FindingBuilder::build`] gives nothing where no citation was added.
#[derive(Debug)]
pub struct FindingBuilder {}
