//! What could be looked at.

use crate::report::view::{self};
use serde::Serialize;

/// What could be looked at.
#[derive(Serialize)]
pub(super) struct Coverage<'r> {
    found: usize,
    clear: usize,
    not_checked: usize,
    rules: Vec<RuleOutcome<'r>>,
    sources: Vec<Source<'r>>,
    nodes: Vec<NodeRow<'r>>,
}

/// What was read of one node.
#[derive(Serialize)]
pub(super) struct NodeRow<'r> {
    name: &'r str,
    absent: bool,
    components: &'r [String],
    note: &'r str,
}

/// How one rule ended.
#[derive(Serialize)]
pub(super) struct RuleOutcome<'r> {
    rule: &'r str,
    outcome: &'static str,
    reason: &'r str,
    missing: Vec<Missing<'r>>,
}

/// Something that a rule looks at and that is not there.
#[derive(Serialize)]
pub(super) struct Missing<'r> {
    kind: &'static str,
    names: &'r [String],
    reason: &'r str,
}

/// One source of evidence.
#[derive(Serialize)]
pub(super) struct Source<'r> {
    component: &'r str,
    node: Option<&'r str>,
    first: Option<&'r str>,
    last: Option<&'r str>,
    entries: u64,
    bytes: u64,
}

/// One thing that is not there.
pub(super) fn missing(missing: &view::Missing) -> Missing<'_> {
    Missing {
        kind: missing.kind,
        names: &missing.names,
        reason: &missing.reason,
    }
}

/// The coverage.
pub(super) fn coverage(coverage: &view::Coverage) -> Coverage<'_> {
    let rules = coverage.rules.iter().map(|row| RuleOutcome {
        rule: &row.rule,
        outcome: row.outcome.as_str(),
        reason: &row.reason,
        missing: row.missing.iter().map(missing).collect(),
    });
    let sources = coverage.sources.iter().map(|source| Source {
        component: &source.component,
        node: source.node.as_deref(),
        first: source.first.as_deref(),
        last: source.last.as_deref(),
        entries: source.entries,
        bytes: source.bytes,
    });
    let nodes = coverage.nodes.iter().map(|node| NodeRow {
        name: &node.name,
        absent: node.absent,
        components: &node.components,
        note: &node.note,
    });
    Coverage {
        found: coverage.found,
        clear: coverage.clear,
        not_checked: coverage.not_checked,
        rules: rules.collect(),
        sources: sources.collect(),
        nodes: nodes.collect(),
    }
}
