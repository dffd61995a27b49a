//! Two reports of a cluster compared: what is new, what is resolved, what lasts, and what cannot
//! be told because one of them could not look.
//!
//! In: two [`Stored`] reports; that of a bundle is made first and read back like any other, so a
//! bundle and its report compare alike. Out: a [`Diff`] in plain strings, and [`text`], [`json`]
//! and [`html`] that arrange it. A finding that is gone is only called resolved where its rule
//! could look in the later report as well as it could in the earlier one.

mod compare;
pub mod html;
pub mod json;
pub mod stored;
pub mod text;
mod visibility;

pub use compare::compare;
pub use stored::{Stored, StoredError};

use super::{Format, ReportError};
use crate::diagnose::State;
use crate::severity::Severity;

/// What a comparison is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, clap::ValueEnum)]
pub enum DiffFormat {
    /// Plain text.
    Text,
    /// Schema `bundlescope.diff/v1`, for programs.
    Json,
    /// One self-contained page, for a ticket.
    Html,
}

/// Two reports compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// The earlier one.
    pub old: Side,
    /// The later one.
    pub new: Side,
    /// What has to be known before anything is believed.
    pub warnings: Vec<String>,
    /// One for each finding that either has: by kind, then the worst first.
    pub changes: Vec<Change>,
    /// What NEW cannot look at and OLD could.
    pub lost: Vec<Sight>,
    /// What OLD could not look at and NEW can.
    pub gained: Vec<Sight>,
    /// Error lines that no rule explains.
    pub errors: Errors,
}

/// Where one side comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Whether it was read from a bundle just now or from an earlier report.
    pub origin: Origin,
    /// Name of the bundle.
    pub name: String,
    /// Hash of the bundle.
    pub sha256: String,
    /// When it was taken.
    pub captured_at: Option<String>,
    /// Version of Kubernetes.
    pub kubernetes_version: Option<String>,
    /// Version of the program.
    pub tool_version: String,
    /// Hash of the rules.
    pub rules_hash: String,
}

/// What a side is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A bundle, analyzed for the comparison.
    Bundle,
    /// A report that was written earlier.
    Report,
}

impl Origin {
    /// `bundle`, `report`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bundle => "bundle",
            Self::Report => "report",
        }
    }
}

/// What became of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Only NEW has it, and OLD could look; or it had ended in OLD and is back.
    New,
    /// Only NEW has it, and OLD could not look, or not as far.
    NewlyVisible,
    /// Only OLD has it, and NEW could look as well as OLD; or NEW shows that it ended.
    Resolved,
    /// Only OLD has it, and NEW cannot look, or not as far.
    NoLongerVisible,
    /// Both have it.
    Unchanged,
}

impl Kind {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] = [
        Self::New,
        Self::NewlyVisible,
        Self::Resolved,
        Self::NoLongerVisible,
        Self::Unchanged,
    ];

    /// As it stands above a list of its findings.
    pub fn words(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::NewlyVisible => "newly visible",
            Self::Resolved => "resolved",
            Self::NoLongerVisible => "no longer visible",
            Self::Unchanged => "unchanged",
        }
    }

    /// What that means.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::New => "OLD could have shown it and did not",
            Self::NewlyVisible => "OLD could not check this, so it may have been there all along",
            Self::Resolved => {
                "NEW could check this as well as OLD and no longer shows it, or shows that it ended"
            }
            Self::NoLongerVisible => {
                "NEW can no longer check this, so it may still be there: not resolved"
            }
            Self::Unchanged => "in both",
        }
    }
}

/// A finding and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What became of it.
    pub kind: Kind,
    /// As NEW has it; as OLD does where NEW has it not.
    pub finding: Row,
    /// What OLD says, where both have it and differ.
    pub was: Option<Was>,
    /// Why it is of this kind; empty where there is nothing to add.
    pub reason: String,
}

/// A finding in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Rule.
    pub rule: String,
    /// Rule and subject, as one stable name.
    pub fingerprint: String,
    /// One line.
    pub title: String,
    /// How bad.
    pub severity: Severity,
    /// Whether it is still so.
    pub state: State,
    /// What it is about.
    pub subject: String,
    /// Hits.
    pub count: u64,
    /// First seen.
    pub first_seen: Option<String>,
    /// Last seen.
    pub last_seen: Option<String>,
    /// Its first evidence.
    pub locator: Option<String>,
}

/// What OLD says of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Was {
    /// How bad.
    pub severity: Severity,
    /// Whether it was still so.
    pub state: State,
    /// Hits.
    pub count: u64,
}

/// Something that one side lacks and the other has, and whom that concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// What is lacking, in the words of the side that lacks it.
    pub reason: String,
    /// Rules that cannot run without it.
    pub blind: Vec<String>,
    /// Rules that run and see less.
    pub partly: Vec<String>,
}

/// Error lines that no rule explains, compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errors {
    /// Only in NEW.
    pub new: Vec<ErrorRow>,
    /// Only in NEW, and OLD has no log of the component.
    pub newly_visible: Vec<ErrorRow>,
    /// Only in OLD, though NEW has a log of the same component.
    pub gone: Vec<ErrorRow>,
    /// Only in OLD, and NEW has no log of the component.
    pub no_longer_visible: Vec<ErrorRow>,
    /// How many are in both.
    pub both: usize,
    /// Templates that OLD counts and does not list: some of the new ones may be among them.
    pub old_left_out: u64,
    /// The same of NEW, for those that are gone.
    pub new_left_out: u64,
}

/// A template of error lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorRow {
    /// Who wrote them.
    pub component: String,
    /// Their words.
    pub template: String,
    /// How many there are.
    pub count: u64,
}

impl Diff {
    /// The findings of one kind, worst first.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |one| one.kind == kind)
    }

    /// Whether NEW has a problem at or above `level` that has not ended, and that OLD does not
    /// have as one. Whether OLD could see it makes no difference: nobody has looked at it yet.
    pub fn is_worse(&self, level: Severity) -> bool {
        let fails = |severity, state| state != State::Resolved && severity >= level;
        let mut in_new = self.changes.iter().filter(|change| match change.kind {
            Kind::New | Kind::NewlyVisible | Kind::Unchanged => true,
            Kind::Resolved | Kind::NoLongerVisible => false,
        });
        in_new.any(|change| {
            let now = &change.finding;
            let was = match (change.kind, change.was) {
                (_, Some(was)) => fails(was.severity, was.state),
                (kind, None) => kind == Kind::Unchanged,
            };
            fails(now.severity, now.state) && !was
        })
    }

    /// Whether the two say the same.
    pub fn is_empty(&self) -> bool {
        let same = |change: &Change| change.kind == Kind::Unchanged && change.was.is_none();
        self.changes.iter().all(same)
            && self.lost.is_empty()
            && self.gained.is_empty()
            && self.errors.lists().iter().all(|(_, rows)| rows.is_empty())
    }
}

impl Errors {
    /// The lists, as the findings are named.
    pub fn lists(&self) -> [(Kind, &[ErrorRow]); 4] {
        [
            (Kind::New, &self.new),
            (Kind::NewlyVisible, &self.newly_visible),
            (Kind::Resolved, &self.gone),
            (Kind::NoLongerVisible, &self.no_longer_visible),
        ]
    }
}

/// The comparison in the given format.
pub fn render(diff: &Diff, format: DiffFormat) -> Result<Vec<u8>, ReportError> {
    let (text, like) = match format {
        DiffFormat::Text => (
            text::arrange(diff, super::text::Style::default()),
            Format::Text,
        ),
        DiffFormat::Json => (json::render(diff)?, Format::Json),
        DiffFormat::Html => (html::render(diff)?, Format::Html),
    };
    super::checked(text, like).map(String::into_bytes)
}
