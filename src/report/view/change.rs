//! What changed before the incidents began, and what the bad ones have in common.

use super::Subject;
use crate::diagnose::{self, Ledger};
use crate::redact::Masker;
use jiff::Timestamp;

/// What changed before the incidents began.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// For each incident that was looked into.
    pub incidents: Vec<Before>,
    /// Traces of changes that the bundle lacks.
    pub blind: Vec<String>,
}

/// What changed in the hour before one incident.
#[derive(Debug, Clone)]
pub struct Before {
    /// Id of the incident.
    pub incident: String,
    /// Its first sign.
    pub onset: String,
    /// The changes, those that concern it first.
    pub changes: Vec<Change>,
    /// Changes that are not listed.
    pub left_out: usize,
}

/// One change, or several of the same kind.
#[derive(Debug, Clone)]
pub struct Change {
    /// When.
    pub at: String,
    /// What was done.
    pub what: &'static str,
    /// To what.
    pub subject: Subject,
    /// How many more of its kind and namespace.
    pub more: usize,
    /// Who wrote it.
    pub by: String,
    /// Its own values.
    pub detail: String,
    /// Where it stands.
    pub locator: String,
    /// `same`, `near`, `elsewhere`.
    pub relation: &'static str,
}

/// Something that most bad pods or nodes have in common.
#[derive(Debug, Clone)]
pub struct Factor {
    /// Id of the incident.
    pub incident: String,
    /// `pods` or `nodes`.
    pub population: &'static str,
    /// Dimension and value; several where they mean the same ones.
    pub traits: Vec<(&'static str, String)>,
    /// Bad ones that have it.
    pub bad_with: usize,
    /// All that have it.
    pub with: usize,
    /// Bad ones.
    pub bad: usize,
    /// All.
    pub all: usize,
    /// How much more frequent it is among the bad ones, in tenths.
    pub lift_tenths: usize,
}

/// Masks the ledger.
pub(super) fn changes(m: &mut Masker, ledger: &Ledger) -> Changes {
    let before = |m: &mut Masker, before: &diagnose::change::Before| Before {
        incident: m.text(&before.incident),
        onset: time(before.onset),
        changes: before.changes.iter().map(|c| change(m, c)).collect(),
        left_out: before.left_out,
    };
    Changes {
        incidents: ledger.incidents.iter().map(|b| before(m, b)).collect(),
        blind: ledger.blind.clone(),
    }
}

/// Masks one change.
fn change(m: &mut Masker, change: &diagnose::Change) -> Change {
    let place = change.citation.path.line(change.citation.snippet.line);
    Change {
        at: time(change.at),
        what: change.what.as_str(),
        subject: super::cited::subject(m, &change.subject),
        more: change.more,
        by: m.text(&change.by),
        detail: m.text(&change.detail),
        locator: m.text(&place.to_string()),
        relation: change.relation.as_str(),
    }
}

/// Masks what bad ones have in common.
pub(super) fn factor(m: &mut Masker, factor: &diagnose::Factor) -> Factor {
    Factor {
        incident: m.text(&factor.incident),
        population: factor.population,
        traits: factor
            .traits
            .iter()
            .map(|(dimension, value)| (*dimension, m.text(value)))
            .collect(),
        bad_with: factor.bad_with,
        with: factor.with,
        bad: factor.bad,
        all: factor.all,
        lift_tenths: factor.lift_tenths(),
    }
}

/// RFC 3339 in UTC.
fn time(time: Timestamp) -> String {
    time.to_string()
}

impl Factor {
    /// "node pool np2; kernel 5.4.0": nothing tells several apart.
    pub fn name(&self) -> String {
        let names = self
            .traits
            .iter()
            .map(|(what, value)| format!("{what} {value}"));
        names.collect::<Vec<_>>().join("; ")
    }

    /// "9 of 9 bad pods, against 12 of all 140: 11.6 times as frequent".
    pub fn counts(&self) -> String {
        format!(
            "{} of {} affected {}, compared with {} of all {}: {}.{} times as frequent",
            self.bad_with,
            self.bad,
            self.population,
            self.with,
            self.all,
            self.lift_tenths / 10,
            self.lift_tenths % 10
        )
    }
}
