//! `changes` and `common`.

use crate::report::json::cited::{Subject, subject};
use crate::report::view;
use serde::Serialize;

/// What changed before the incidents began.
#[derive(Serialize)]
pub(super) struct Changes<'r> {
    incidents: Vec<Before<'r>>,
    blind: &'r [String],
}

/// What changed in the hour before one incident.
#[derive(Serialize)]
struct Before<'r> {
    incident: &'r str,
    onset: &'r str,
    changes: Vec<Change<'r>>,
    left_out: usize,
}

/// One change.
#[derive(Serialize)]
struct Change<'r> {
    at: &'r str,
    what: &'static str,
    subject: Subject<'r>,
    more: usize,
    by: &'r str,
    detail: &'r str,
    locator: &'r str,
    relation: &'static str,
}

/// What bad ones have in common.
#[derive(Serialize)]
pub(super) struct Factor<'r> {
    incident: &'r str,
    population: &'static str,
    traits: Vec<Trait<'r>>,
    bad_with: usize,
    with: usize,
    bad: usize,
    all: usize,
    lift: String,
}

/// One value.
#[derive(Serialize)]
struct Trait<'r> {
    dimension: &'static str,
    value: &'r str,
}

/// The ledger.
pub(super) fn changes(changes: &view::Changes) -> Changes<'_> {
    let incidents = changes.incidents.iter().map(|before| Before {
        incident: &before.incident,
        onset: &before.onset,
        changes: before.changes.iter().map(change).collect(),
        left_out: before.left_out,
    });
    Changes {
        incidents: incidents.collect(),
        blind: &changes.blind,
    }
}

/// One change.
fn change(change: &view::Change) -> Change<'_> {
    Change {
        at: &change.at,
        what: change.what,
        subject: subject(&change.subject),
        more: change.more,
        by: &change.by,
        detail: &change.detail,
        locator: &change.locator,
        relation: change.relation,
    }
}

/// One factor.
pub(super) fn factor(factor: &view::Factor) -> Factor<'_> {
    Factor {
        incident: &factor.incident,
        population: factor.population,
        traits: factor
            .traits
            .iter()
            .map(|(dimension, value)| Trait { dimension, value })
            .collect(),
        bad_with: factor.bad_with,
        with: factor.with,
        bad: factor.bad,
        all: factor.all,
        lift: format!("{}.{}", factor.lift_tenths / 10, factor.lift_tenths % 10),
    }
}
