//! When the incidents were seen, and which time the evidence covers, as bars over one span.
//!
//! In: a report. Out: rows in thousandths of the span, which runs from the first time an incident
//! was seen to the capture. Evidence that reaches back further is cut at the left edge.

use super::shown::{Shown, shown};
use crate::report::view::{self, Report};
use crate::report::words::{clock, cut, span};
use jiff::Timestamp;

/// Incidents that get a row.
const INCIDENTS: usize = 8;

/// Components whose evidence gets a row.
const COMPONENTS: usize = 6;

/// Silences, boots and rotations that are listed.
const ROWS: usize = 24;

/// Characters of a title.
const TITLE: usize = 90;

/// Width of the whole span.
const WIDTH: i64 = 1_000;

/// Width of what lasted for less than can be seen.
const LEAST: i64 = 5;

/// Bars over one span.
pub(super) struct Timeline {
    /// Where it begins.
    pub(super) from: String,
    /// Where it ends.
    pub(super) to: String,
    /// Whether it ends at the capture.
    pub(super) captured: bool,
    pub(super) incidents: Vec<Bar>,
    pub(super) evidence: Vec<Bar>,
    /// Moments above the rows.
    pub(super) marks: Vec<Mark>,
    /// What the bars cannot say in words: silences, boots, rotations.
    pub(super) rows: Vec<[Shown; 3]>,
    /// Rows that are left out.
    pub(super) more_rows: usize,
}

/// A moment.
pub(super) struct Mark {
    pub(super) x: i64,
    pub(super) when: String,
    pub(super) label: Shown,
}

/// One row.
pub(super) struct Bar {
    pub(super) title: Shown,
    /// Fingerprint of the finding behind it.
    pub(super) link: Option<Shown>,
    pub(super) severity: String,
    pub(super) state: &'static str,
    pub(super) when: String,
    pub(super) x: i64,
    pub(super) width: i64,
    /// Where the symptoms begin, if that is later than the cause.
    pub(super) symptoms: Option<i64>,
    /// Silences of its logs: where each begins and how wide it is.
    pub(super) gaps: Vec<(i64, i64)>,
    /// Boots.
    pub(super) boots: Vec<i64>,
}

/// What a timeline runs over.
struct Span {
    from: i64,
    to: i64,
}

/// The timeline; none where no incident has a time, or all have the same.
pub(super) fn timeline(report: &Report, listed: &view::ByFingerprint<'_>) -> Option<Timeline> {
    let incidents: Vec<_> = report
        .incidents
        .iter()
        .filter(|incident| incident.first_seen.is_some())
        .take(INCIDENTS)
        .collect();
    let first = |incident: &&view::Incident| instant(incident.first_seen.as_deref());
    let last = |incident: &&view::Incident| instant(incident.last_seen.as_deref());
    let from = incidents.iter().filter_map(first).min()?;
    // What changed before the first incident stands on the same line.
    let changes = report.timeline.marks.iter();
    let changes = changes.filter_map(|(time, _)| instant(Some(time)));
    let from = changes.fold(from, Timestamp::min);
    let seen = incidents.iter().filter_map(last).max().unwrap_or(from);
    let capture = instant(report.bundle.captured_at.as_deref());
    let to = capture.map_or(seen, |capture| capture.max(seen));
    let over = Span::between(from, to)?;
    let rows = incidents.iter().map(|incident| {
        let cause = incident.cause(listed);
        let (x, width) = over.place(first(incident), last(incident));
        Bar {
            title: shown(cut(&incident.title, TITLE)),
            link: cause.map(|finding| shown(&finding.fingerprint)),
            severity: incident.severity.to_string(),
            state: incident.state.as_str(),
            when: span(
                incident.first_seen.as_deref(),
                incident.last_seen.as_deref(),
            ),
            x,
            width,
            symptoms: instant(incident.symptoms_from.as_deref())
                .filter(|from| Some(*from) > first(incident))
                .map(|from| over.at(from)),
            gaps: vec![],
            boots: vec![],
        }
    });
    let (told, more_rows) = told(&report.timeline);
    Some(Timeline {
        from: clock(&from.to_string()),
        to: clock(&to.to_string()),
        captured: capture == Some(to),
        incidents: rows.collect(),
        evidence: evidence(report, &over),
        marks: marks(&report.timeline, &over),
        rows: told,
        more_rows,
    })
}

/// The time that the evidence of each component covers.
fn evidence(report: &Report, over: &Span) -> Vec<Bar> {
    let sources = &report.coverage.sources;
    let seen = &report.timeline;
    let mut components: Vec<(&str, &str, &str, u64)> = Vec::new();
    for source in sources
        .iter()
        .filter(|source| source.component != "unknown")
    {
        let (Some(first), Some(last)) = (&source.first, &source.last) else {
            continue;
        };
        match components.last_mut() {
            Some((name, from, to, bytes)) if *name == source.component => {
                *from = first.as_str().min(from);
                *to = last.as_str().max(to);
                *bytes = bytes.saturating_add(source.bytes);
            }
            _ => components.push((&source.component, first, last, source.bytes)),
        }
    }
    // Events tell most, however small they are; then the logs with most in them.
    components.sort_by_key(|&(name, .., bytes)| (name != "events", std::cmp::Reverse(bytes), name));
    let shown_ones = components.into_iter().take(COMPONENTS);
    shown_ones
        .map(|(name, first, last, _)| {
            let (x, width) = over.place(instant(Some(first)), instant(Some(last)));
            Bar {
                title: shown(name),
                link: None,
                severity: "source".to_owned(),
                state: "",
                when: span(Some(first), Some(last)),
                x,
                width,
                symptoms: None,
                gaps: gaps(seen, name, over),
                boots: boots(seen, name, over),
            }
        })
        .collect()
}

/// Silences of a component's logs that fall into the span. The row stands for all of its logs: it
/// is silent only where no other of them speaks.
fn gaps(seen: &view::Timeline, component: &str, over: &Span) -> Vec<(i64, i64)> {
    let own = seen.gaps.iter();
    own.filter(|gap| gap.component == component && gap.alone)
        .filter_map(|gap| {
            let (from, to) = (instant(Some(&gap.from))?, instant(Some(&gap.to))?);
            let inside = to.as_second() > over.from && from.as_second() < over.to;
            inside.then(|| over.place(Some(from), Some(to)))
        })
        .collect()
}

/// Boots, on the rows of what runs on machines.
fn boots(seen: &view::Timeline, component: &str, over: &Span) -> Vec<i64> {
    let machines = ["kubelet", "kernel", "several", "containerd", "syslog"];
    let times = seen
        .reboots
        .iter()
        .filter(|_| machines.contains(&component));
    times
        .filter_map(|(at, ..)| instant(Some(at)))
        .filter(|at| over.holds(*at))
        .map(|at| over.at(at))
        .collect()
}

/// Moments above the rows that fall into the span.
fn marks(seen: &view::Timeline, over: &Span) -> Vec<Mark> {
    let moments = seen.marks.iter();
    moments
        .filter_map(|(time, label)| Some((instant(Some(time))?, time, label)))
        .filter(|(at, ..)| over.holds(*at))
        .map(|(at, time, label)| Mark {
            x: over.at(at),
            when: clock(time),
            label: shown(label),
        })
        .collect()
}

/// Silences, boots and rotations in words, by time: what, when, where; and how many are left out.
fn told(seen: &view::Timeline) -> (Vec<[Shown; 3]>, usize) {
    let on = |what: &str, node: &Option<String>| match node {
        Some(node) => format!("{what} on {node}"),
        None => what.to_owned(),
    };
    let mut rows: Vec<(&str, &str, String, String)> = Vec::new();
    for gap in &seen.gaps {
        let place = format!("{}: {}", on(&gap.component, &gap.node), gap.path);
        let when = span(Some(&gap.from), Some(&gap.to));
        rows.push((&gap.from, "Log is silent", when, place));
    }
    for (at, node, told_by) in &seen.reboots {
        let place = format!("{} (reported by the {told_by})", on("machine", node));
        rows.push((at, "Boot", clock(at), place));
    }
    for (at, component, node, path) in &seen.rotations {
        let place = format!("{}: {path}", on(component, node));
        rows.push((at, "Log continues in another file", clock(at), place));
    }
    rows.sort();
    let more = rows.len().saturating_sub(ROWS);
    let told = rows.into_iter().take(ROWS);
    let told = told.map(|(_, what, when, place)| [shown(when), shown(what), shown(place)]);
    (told.collect(), more)
}

impl Span {
    /// A span that has a length.
    fn between(from: Timestamp, to: Timestamp) -> Option<Self> {
        let span = Self {
            from: from.as_second(),
            to: to.as_second(),
        };
        (span.to > span.from).then_some(span)
    }

    /// Whether a moment falls into it.
    fn holds(&self, at: Timestamp) -> bool {
        (self.from..=self.to).contains(&at.as_second())
    }

    /// Where a moment lies.
    fn at(&self, at: Timestamp) -> i64 {
        let second = at.as_second().clamp(self.from, self.to);
        (second - self.from) * WIDTH / (self.to - self.from)
    }

    /// Where a bar begins and how wide it is.
    fn place(&self, first: Option<Timestamp>, last: Option<Timestamp>) -> (i64, i64) {
        let at = |time: Option<Timestamp>| time.map_or(0, |time| self.at(time));
        let begin = at(first).min(WIDTH - LEAST);
        let end = at(last.or(first)).max(begin + LEAST);
        (begin, end - begin)
    }
}

/// A time of a report as an instant.
fn instant(time: Option<&str>) -> Option<Timestamp> {
    time.and_then(|time| time.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_lie_within_the_span_and_are_wide_enough_to_be_seen() {
        let time = |text: &str| instant(Some(text));
        let (from, to) = (time("2024-03-01T10:00:00Z"), time("2024-03-01T11:00:00Z"));
        let over = from.zip(to).and_then(|(from, to)| Span::between(from, to));
        let over = over.expect("an hour has a length");
        let cases = [
            ("2024-03-01T10:00:00Z", "2024-03-01T11:00:00Z", (0, 1_000)),
            ("2024-03-01T10:30:00Z", "2024-03-01T10:45:00Z", (500, 250)),
            ("2024-03-01T10:30:00Z", "2024-03-01T10:30:00Z", (500, 5)),
            ("2024-03-01T11:00:00Z", "2024-03-01T11:00:00Z", (995, 5)),
            ("2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z", (0, 1_000)),
        ];
        for (first, last, expected) in cases {
            assert_eq!(
                over.place(time(first), time(last)),
                expected,
                "{first} {last}"
            );
        }
        assert!(from.and_then(|from| Span::between(from, from)).is_none());
    }
}
