//! `timeline`.

use crate::report::view::Report;
use serde::Serialize;

/// What the evidence can see of time.
#[derive(Serialize)]
pub(super) struct Timeline<'r> {
    windows: Vec<SourceWindow<'r>>,
    gaps: Vec<LogGap<'r>>,
    reboots: Vec<Reboot<'r>>,
    rotations: Vec<Rotation<'r>>,
}

/// The time that one source covers.
#[derive(Serialize)]
struct SourceWindow<'r> {
    component: &'r str,
    node: Option<&'r str>,
    first: Option<&'r str>,
    last: Option<&'r str>,
    note: &'r str,
}

/// A silence of a log.
#[derive(Serialize)]
struct LogGap<'r> {
    component: &'r str,
    node: Option<&'r str>,
    path: &'r str,
    from: &'r str,
    to: &'r str,
}

/// A boot.
#[derive(Serialize)]
struct Reboot<'r> {
    node: Option<&'r str>,
    at: &'r str,
    told_by: &'r str,
}

/// Where a log goes on in another file.
#[derive(Serialize)]
struct Rotation<'r> {
    component: &'r str,
    node: Option<&'r str>,
    path: &'r str,
    at: &'r str,
}

/// What the evidence can see of time.
pub(super) fn timeline(report: &Report) -> Timeline<'_> {
    let seen = &report.timeline;
    let windows = report.coverage.sources.iter().map(|source| SourceWindow {
        component: &source.component,
        node: source.node.as_deref(),
        first: source.first.as_deref(),
        last: source.last.as_deref(),
        note: &source.note,
    });
    let gaps = seen.gaps.iter().map(|gap| LogGap {
        component: &gap.component,
        node: gap.node.as_deref(),
        path: &gap.path,
        from: &gap.from,
        to: &gap.to,
    });
    let reboots = seen.reboots.iter().map(|(at, node, told_by)| Reboot {
        node: node.as_deref(),
        at,
        told_by,
    });
    let rotations = seen.rotations.iter();
    let rotations = rotations.map(|(at, component, node, path)| Rotation {
        component,
        node: node.as_deref(),
        path,
        at,
    });
    Timeline {
        windows: windows.collect(),
        gaps: gaps.collect(),
        reboots: reboots.collect(),
        rotations: rotations.collect(),
    }
}
