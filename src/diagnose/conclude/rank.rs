//! The order of findings: what the reader should see first.

use crate::diagnose::finding::{Finding, State};
use crate::severity::Severity;
use std::cmp::Reverse;

/// Active first, then unknown, then resolved; within these the worse, the surer, the wider.
pub(super) fn order(findings: &mut [Finding]) {
    findings.sort_by(|a, b| key(a).cmp(&key(b)));
}

/// What findings are ordered by.
type Key<'a> = (
    State,
    Reverse<Severity>,
    Reverse<crate::severity::Confidence>,
    Reverse<usize>,
    Reverse<u64>,
    &'a str,
);

/// The sort key of a finding; the fingerprint makes it unique.
fn key(finding: &Finding) -> Key<'_> {
    (
        finding.state,
        Reverse(finding.severity),
        Reverse(finding.confidence),
        Reverse(finding.affected.len()),
        Reverse(finding.count),
        &finding.fingerprint.0,
    )
}
