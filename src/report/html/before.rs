//! "Before it began": what changed in the hour before each of the first incidents, and what the
//! affected pods or nodes have in common.

use super::shown::{Shown, shown};
use crate::report::view::{self, Report};
use crate::report::words::{clock, cut, plural};

/// Characters of what a change says about itself.
const DETAIL: usize = 200;

/// What came before one incident.
pub(super) struct Before {
    /// Title of the incident.
    pub(super) title: Shown,
    /// Fingerprint of its first finding, where that is listed.
    pub(super) link: Option<Shown>,
    /// "It was first seen at ..."; empty where that is not known.
    pub(super) onset: String,
    /// What the affected ones have in common, each in a sentence.
    pub(super) common: Vec<[Shown; 2]>,
    /// Changes that concern the incident.
    pub(super) changes: Vec<Row>,
    /// Changes elsewhere in the cluster.
    pub(super) elsewhere: Vec<Row>,
    /// "and 12 more"; empty where all are listed.
    pub(super) left_out: String,
}

/// One change.
pub(super) struct Row {
    pub(super) at: String,
    pub(super) what: &'static str,
    pub(super) on: Shown,
    /// Whether it was done to what is affected itself.
    pub(super) same: bool,
    pub(super) by: Shown,
    pub(super) detail: Shown,
    pub(super) locator: Shown,
}

/// What came before the first incidents; empty where nothing can be said.
pub(super) fn before(report: &Report, listed: &view::ByFingerprint<'_>) -> Vec<Before> {
    report
        .incidents
        .iter()
        .filter_map(|incident| {
            let ledger = &report.changes.incidents;
            let told = ledger.iter().find(|before| before.incident == incident.id);
            let common: Vec<_> = report
                .common
                .iter()
                .filter(|factor| factor.incident == incident.id)
                .map(|factor| [shown(factor.name()), shown(factor.counts())])
                .collect();
            if told.is_none() && common.is_empty() {
                return None;
            }
            let rows = told.map_or(&[][..], |before| &before.changes);
            let (elsewhere, changes) = rows
                .iter()
                .partition::<Vec<_>, _>(|change| change.relation == "elsewhere");
            Some(Before {
                title: shown(&incident.title),
                link: incident
                    .cause(listed)
                    .map(|finding| shown(&finding.fingerprint)),
                onset: told.map(|before| clock(&before.onset)).unwrap_or_default(),
                common,
                changes: changes.into_iter().map(row).collect(),
                elsewhere: elsewhere.into_iter().map(row).collect(),
                left_out: told
                    .filter(|before| before.left_out > 0)
                    .map(|before| plural(before.left_out, "more change"))
                    .unwrap_or_default(),
            })
        })
        .collect()
}

/// One change as a row.
fn row(change: &view::Change) -> Row {
    let mut on = change.subject.label();
    if change.more > 0 {
        on = format!("{on} and {} more", change.more);
    }
    Row {
        at: clock(&change.at),
        what: change.what,
        on: shown(on),
        same: change.relation == "same",
        by: shown(&change.by),
        detail: shown(cut(&change.detail, DETAIL)),
        locator: shown(&change.locator),
    }
}
