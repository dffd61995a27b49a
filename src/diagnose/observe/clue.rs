//! Clues: what one check or matcher saw on one object.

use crate::diagnose::finding::{Citation, State, Subject};
use crate::diagnose::scene::Scene;
use crate::kube::Object;
use crate::limits::Limits;
use crate::locator::{EntryPath, Snippet};
use crate::rules::MatcherId;
use crate::severity::{Confidence, Severity};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// How much a clue knows about the present: an object's status is the present, an event is the
/// recent past, a log line is some past. The strongest decides the state of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Authority {
    /// A line of a log.
    Log,
    /// An event.
    Event,
    /// The status of an object at capture time.
    Status,
}

/// What one check or matcher saw on one object.
#[derive(Debug, Clone)]
pub struct Clue {
    /// Rule id.
    pub rule: String,
    /// What the finding is about: an owner of pods where there is one.
    pub subject: Subject,
    /// The object it was seen on.
    pub affected: Subject,
    /// How often.
    pub count: u64,
    /// First seen.
    pub first: Option<Timestamp>,
    /// Last seen.
    pub last: Option<Timestamp>,
    /// Evidence.
    pub citations: Vec<Citation>,
    /// Whether it is still so, and why.
    pub state: (State, String),
    /// How much the clue knows about the present.
    pub authority: Authority,
    /// This case's own values in one sentence; may be empty.
    pub detail: String,
    /// Values for the placeholders of the rule's commands.
    pub values: BTreeMap<String, String>,
    /// Matchers of more specific rules that hit the same lines.
    pub silenced_by: Box<[MatcherId]>,
    /// Severity, where the case is worse or better than the rule says.
    pub severity: Option<Severity>,
    /// Confidence, where the case is clearer or less clear than the rule says.
    pub confidence: Option<Confidence>,
}

impl Clue {
    /// A clue about an object, from its status at capture time.
    pub fn status(rule: &str, scene: Scene<'_>, object: &Object) -> Self {
        Self {
            subject: scene.owner_subject(object.key()),
            state: (
                State::Active,
                "its status shows this at capture time".into(),
            ),
            ..Self::collected(rule, scene.subject(object.key()))
        }
    }

    /// A clue about something that no object stands for, from what a collector wrote of it.
    pub fn collected(rule: &str, subject: Subject) -> Self {
        Self {
            rule: rule.to_owned(),
            affected: subject.clone(),
            subject,
            count: 1,
            first: None,
            last: None,
            citations: vec![],
            state: (State::Active, "true when it was collected".into()),
            authority: Authority::Status,
            detail: String::new(),
            values: BTreeMap::new(),
            silenced_by: Box::default(),
            severity: None,
            confidence: None,
        }
    }

    /// The same clue with a field of the object as evidence.
    #[must_use]
    pub fn citing(mut self, object: &Object, field: &str, time: Option<Timestamp>) -> Self {
        let snippet = object.text.cite(field, &Limits::RELEASE);
        self.citations.push(Citation {
            path: object.path.clone(),
            time,
            snippet,
        });
        self
    }

    /// The same clue with other evidence.
    #[must_use]
    pub fn with_citation(
        mut self,
        path: &EntryPath,
        snippet: Snippet,
        time: Option<Timestamp>,
    ) -> Self {
        self.citations.push(Citation {
            path: path.clone(),
            time,
            snippet,
        });
        self
    }

    /// The same clue with the time span in which it was so.
    #[must_use]
    pub fn seen(mut self, first: Option<Timestamp>, last: Option<Timestamp>) -> Self {
        (self.first, self.last) = (first, last);
        self
    }

    /// The same clue with its own values in words.
    #[must_use]
    pub fn detailed(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// The same clue with commands that speak of its subject, where they would else speak of the
    /// first object that it was seen on.
    #[must_use]
    pub fn naming_subject(mut self) -> Self {
        let Subject {
            kind,
            namespace,
            name,
            ..
        } = self.subject.clone();
        for (placeholder, value) in [("kind", kind), ("namespace", namespace), ("name", name)] {
            self.values.insert(placeholder.to_owned(), value);
        }
        self
    }

    /// The same clue with a state and its reason.
    #[must_use]
    pub fn in_state(mut self, state: State, reason: impl Into<String>) -> Self {
        self.state = (state, reason.into());
        self
    }
}
