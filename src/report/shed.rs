//! What a report leaves out when it is larger than the limit, in a fixed order.
//!
//! The steps add up and are taken one by one until the report fits. A listed finding's title and
//! count, its subject and its first locator are never left out; where these alone are too many, the
//! findings that come last are.

use super::view::Report;
use super::words::cut;
use crate::diagnose::Outcome;
use std::collections::BTreeSet;

/// One thing to leave out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// What the report says about it.
    words: &'static str,
    /// Takes it out; tells whether there was anything.
    apply: fn(&mut Report) -> bool,
}

/// The steps, least missed first.
pub(super) const STEPS: [Step; 9] = [
    Step {
        words: "citations beyond the first of each finding",
        apply: samples,
    },
    Step {
        words: "context lines around the citations",
        apply: context,
    },
    Step {
        words: "samples beyond the first of each unexplained error",
        apply: unknown_samples,
    },
    Step {
        words: "the inventory, the sources of evidence and the detectors of the Azure portal",
        apply: inventory,
    },
    Step {
        words: "unexplained errors beyond the first ten",
        apply: unknown_errors,
    },
    Step {
        words: "affected objects beyond the first three of each finding",
        apply: affected,
    },
    Step {
        words: "the list of clear checks, and gaps beyond the first hundred",
        apply: coverage,
    },
    Step {
        words: "the ends of long excerpts",
        apply: excerpts,
    },
    Step {
        words: "explanations, commands, fixes and references",
        apply: advice,
    },
];

impl Step {
    /// Takes the step and has the report say so, if there was anything to leave out.
    pub(super) fn take(self, report: &mut Report) -> bool {
        let changed = (self.apply)(report);
        if changed {
            report.shed.push(self.words.to_owned());
        }
        changed
    }
}

/// Keeps the first findings, so many of `all`, and and as many incidents and rows of the timeline;
/// the others are counted. Findings are in the order of what a reader should see first.
pub(super) fn few(report: &mut Report, keep: usize, all: usize) {
    report.findings.truncate(keep);
    let listed: BTreeSet<&str> = report
        .findings
        .iter()
        .map(|finding| finding.fingerprint.as_str())
        .collect();
    for incident in &mut report.incidents {
        incident
            .findings
            .retain(|one| listed.contains(one.as_str()));
        incident
            .competing
            .retain(|one| listed.contains(one.as_str()));
    }
    report.incidents.truncate(keep);
    report.timeline.gaps.truncate(keep);
    report.timeline.reboots.truncate(keep);
    report.timeline.rotations.truncate(keep);
    report.timeline.marks.truncate(keep);
    let words =
        format!("all but the first {keep} of {all} findings, and incidents beyond the same number");
    if report
        .shed
        .last()
        .is_some_and(|last| last.starts_with("all but the first "))
    {
        report.shed.pop();
    }
    report.shed.push(words);
}

/// Keeps the first citation of each finding.
fn samples(report: &mut Report) -> bool {
    let mut changed = false;
    for finding in &mut report.findings {
        changed |= finding.citations.len() > 1;
        finding.citations.truncate(1);
    }
    changed
}

/// Drops the lines around citations.
fn context(report: &mut Report) -> bool {
    let mut changed = false;
    let citations = report.findings.iter_mut().flat_map(|f| &mut f.citations);
    for citation in citations {
        changed |= !(citation.before.is_empty() && citation.after.is_empty());
        citation.before.clear();
        citation.after.clear();
    }
    changed
}

/// Keeps the first sample of each unexplained error.
fn unknown_samples(report: &mut Report) -> bool {
    let mut changed = false;
    for error in &mut report.unknown.listed {
        changed |= error.samples.len() > 1;
        error.samples.truncate(1);
    }
    changed
}

/// Keeps ten unexplained errors; the others are counted.
fn unknown_errors(report: &mut Report) -> bool {
    let unknown = &mut report.unknown;
    let more = unknown.listed.split_off(unknown.listed.len().min(10));
    unknown.more_templates += more.len() as u64;
    unknown.more_lines += more.iter().map(|error| error.count).sum::<u64>();
    !more.is_empty()
}

/// Drops the inventory and the sources.
fn inventory(report: &mut Report) -> bool {
    let changed = !(report.inventory.is_empty()
        && report.coverage.sources.is_empty()
        && report.detectors.is_empty());
    report.detectors.clear();
    report.inventory.clear();
    report.coverage.sources.clear();
    report.coverage.nodes.retain(|node| node.absent);
    changed
}

/// Keeps three affected objects of each finding; their number stays.
fn affected(report: &mut Report) -> bool {
    let mut changed = false;
    for finding in &mut report.findings {
        changed |= finding.affected.len() > 3;
        finding.affected.truncate(3);
    }
    changed
}

/// Drops the list of clear rules and most gaps; the numbers stay.
fn coverage(report: &mut Report) -> bool {
    let before = report.coverage.rules.len() + report.gaps.len();
    let rules = &mut report.coverage.rules;
    rules.retain(|row| row.outcome != Outcome::Clear);
    report.gaps.truncate(100);
    report.coverage.rules.len() + report.gaps.len() < before
}

/// Cuts excerpts to one readable line.
fn excerpts(report: &mut Report) -> bool {
    let mut changed = false;
    let citations = report.findings.iter_mut().flat_map(|f| &mut f.citations);
    for citation in citations {
        let short = cut(&citation.excerpt, 160);
        if short != citation.excerpt {
            citation.matched = (0, 0);
            citation.excerpt = short;
            changed = true;
        }
    }
    changed
}

/// Drops what `bundlescope explain RULE` prints as well.
fn advice(report: &mut Report) -> bool {
    for finding in &mut report.findings {
        finding.explain.clear();
        finding.disprove.clear();
        finding.check.clear();
        finding.remedy.clear();
        finding.references.clear();
        finding.affected_versions.clear();
        finding.fixed_versions.clear();
    }
    !report.findings.is_empty()
}
