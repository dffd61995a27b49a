//! What the evidence can see of time: silences of logs, boots of machines, where logs were rotated,
//! and what part of the story each source can tell.

use super::{Capture, LogSource};
use crate::kube::Event;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// Components that write all the time while they live; a silence of others means nothing. A
/// kube-proxy that has nothing to change writes nothing for days.
const STEADY: [&str; 9] = [
    "containerd",
    "docker",
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubelet",
    "syslog",
    "systemd",
];

/// No shorter silence is told.
const LEAST_GAP: SignedDuration = SignedDuration::from_mins(10);

/// A silence is a gap where it is so many times the log's mean pause.
const TIMES_RHYTHM: i32 = 30;

/// A log with more silences than this speaks in bursts: none of them means anything.
const BURSTS: usize = 3;

/// The rhythm of a log that speaks for less than this altogether was never heard: a component says
/// much when it starts.
const LEAST_HEARD: SignedDuration = SignedDuration::from_mins(30);

/// Gaps and boots told of one bundle: a reader wants the long ones.
const TOLD: usize = 60;

/// Boots that several logs of one node tell of within this time are one.
const ONE_BOOT: SignedDuration = SignedDuration::from_mins(5);

/// Events live an hour unless the API server was told otherwise.
const EVENT_LIFE: SignedDuration = SignedDuration::from_mins(65);

/// A source that ends this long before the capture does not see its present.
const EARLY_END: SignedDuration = SignedDuration::from_mins(10);

/// What the evidence can see of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    /// Silences far longer than the log's own rhythm, by time.
    pub gaps: Vec<LogGap>,
    /// Boots of machines, by time.
    pub reboots: Vec<Reboot>,
    /// First times of logs that go on where another of the same writer ends, by time.
    pub rotations: Vec<Rotation>,
}

/// A silence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogGap {
    /// Last time before it.
    pub from: Timestamp,
    /// First time after it.
    pub to: Timestamp,
    /// Whose log.
    pub component: String,
    /// Node, where known.
    pub node: Option<String>,
    /// The log.
    pub path: String,
    /// Whether no other log of the component speaks meanwhile.
    pub alone: bool,
}

/// A boot of a machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reboot {
    /// First time after it.
    pub at: Timestamp,
    /// Node, where known.
    pub node: Option<String>,
    /// `journal` or `event`.
    pub told_by: &'static str,
}

/// A boundary between two logs of one writer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rotation {
    /// First time of the later log.
    pub at: Timestamp,
    /// Whose log.
    pub component: String,
    /// Node, where known.
    pub node: Option<String>,
    /// The later log.
    pub path: String,
}

impl Timeline {
    /// Reads the timeline off logs and events.
    pub(super) fn of(logs: &[LogSource], events: &[Event]) -> Self {
        let mut gaps: Vec<LogGap> = logs.iter().flat_map(gaps).collect();
        // The longest are kept, and told in order of time.
        gaps.sort_by_key(|gap| {
            (
                std::cmp::Reverse(gap.to.duration_since(gap.from)),
                gap.clone(),
            )
        });
        gaps.truncate(TOLD);
        for gap in &mut gaps {
            gap.alone = !is_drowned(gap, logs);
        }
        gaps.sort();
        Self {
            gaps,
            reboots: reboots(logs, events),
            rotations: rotations(logs),
        }
    }
}

/// Whose log it is, in one word.
fn component(log: &LogSource) -> Option<&'static str> {
    log.role.component.or_else(|| {
        let mut steady = log.components.iter().filter(|name| STEADY.contains(name));
        steady.next().copied()
    })
}

/// The node of a log.
fn node(log: &LogSource) -> Option<&str> {
    let host = log.hosts.first().filter(|_| log.hosts.len() == 1);
    log.role.node.as_ref().or(host).map(String::as_str)
}

/// The silences of a log that are far longer than its rhythm.
fn gaps(log: &LogSource) -> Vec<LogGap> {
    let Some(component) = component(log).filter(|name| STEADY.contains(name)) else {
        return vec![];
    };
    let Some(span) = log
        .first
        .zip(log.last)
        .map(|(from, to)| to.duration_since(from))
    else {
        return vec![];
    };
    let Some(least) = least_gap(span, log.lines, &log.silences) else {
        return vec![];
    };
    log.silences
        .iter()
        .filter(|(from, to)| to.duration_since(*from) >= least)
        .map(|(from, to)| LogGap {
            from: *from,
            to: *to,
            component: component.to_owned(),
            node: node(log).map(str::to_owned),
            path: log.path.path(),
            alone: true,
        })
        .collect()
}

/// Whether another log of the same component speaks during a silence.
fn is_drowned(gap: &LogGap, logs: &[LogSource]) -> bool {
    logs.iter()
        .filter(|log| component(log) == Some(&*gap.component) && log.path.path() != gap.path)
        .filter_map(|log| {
            let (from, to) = (log.first?.max(gap.from), log.last?.min(gap.to));
            (from < to).then_some((log, from, to))
        })
        .any(|(log, from, to)| {
            let mut silences = log.silences.iter();
            !silences.any(|(begin, end)| *begin <= from && to <= *end)
        })
}

/// The shortest silence that is a gap in a log of this length; `None` where its silences tell
/// nothing. Its rhythm is that of the time in which it speaks.
fn least_gap(
    span: SignedDuration,
    lines: u64,
    silences: &[(Timestamp, Timestamp)],
) -> Option<SignedDuration> {
    let lengths = silences.iter().map(|(from, to)| to.duration_since(*from));
    let long: Vec<SignedDuration> = lengths.filter(|length| *length >= LEAST_GAP).collect();
    let silent = long.iter().fold(SignedDuration::ZERO, |sum, length| {
        sum.saturating_add(*length)
    });
    let lively = span.saturating_sub(silent);
    let lines = i32::try_from(lines.max(1)).unwrap_or(i32::MAX);
    let least = LEAST_GAP.max((lively / lines).saturating_mul(TIMES_RHYTHM));
    (long.len() <= BURSTS && lively >= LEAST_HEARD).then_some(least)
}

/// Boots, each once however many logs tell of it.
fn reboots(logs: &[LogSource], events: &[Event]) -> Vec<Reboot> {
    let told = logs.iter().flat_map(|log| {
        log.boots.iter().map(move |at| Reboot {
            at: *at,
            node: node(log).map(str::to_owned),
            told_by: "journal",
        })
    });
    let by_event = events
        .iter()
        .filter(|event| event.object.kind == "Node" && event.reason == "Rebooted")
        .filter_map(|event| {
            Some(Reboot {
                at: event.first.or(event.last)?,
                node: Some(event.object.name.clone()),
                told_by: "event",
            })
        });
    let mut all: Vec<Reboot> = told.chain(by_event).collect();
    all.sort();
    let mut kept: Vec<Reboot> = Vec::new();
    for boot in all {
        let known = kept
            .iter()
            .rev()
            .any(|other| other.node == boot.node && boot.at.duration_since(other.at) <= ONE_BOOT);
        if !known && kept.len() < TOLD {
            kept.push(boot);
        }
    }
    kept
}

/// Who wrote a log: component, node, pod and container.
type Writer<'a> = (
    &'static str,
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a str>,
);

/// Who wrote a log, where its name tells enough to find another of the same writer.
fn writer(log: &LogSource) -> Option<Writer<'_>> {
    let role = &log.role;
    let named = role.pod.is_some() || role.node.is_some();
    let component = component(log).filter(|_| named && !role.previous)?;
    Some((
        component,
        node(log),
        role.pod.as_deref(),
        role.container.as_deref(),
    ))
}

/// Where logs of one writer follow each other.
fn rotations(logs: &[LogSource]) -> Vec<Rotation> {
    let mut spans: Vec<(Writer<'_>, Timestamp, Timestamp, &LogSource)> = logs
        .iter()
        .filter_map(|log| Some((writer(log)?, log.first?, log.last?, log)))
        .collect();
    spans.sort_by(
        |(a_writer, a_first, a_last, a), (b_writer, b_first, b_last, b)| {
            (a_writer, a_first, a_last)
                .cmp(&(b_writer, b_first, b_last))
                .then_with(|| a.path.path().cmp(&b.path.path()))
        },
    );
    let mut found = BTreeSet::new();
    for pair in spans.windows(2) {
        let [(earlier, _, end, _), (later, begin, _, log)] = pair else {
            continue;
        };
        if earlier == later && begin >= end {
            let (component, node, ..) = later;
            found.insert(Rotation {
                at: *begin,
                component: (*component).to_owned(),
                node: node.map(str::to_owned),
                path: log.path.path(),
            });
        }
    }
    found.into_iter().take(TOLD).collect()
}

/// What part of the story a source cannot tell, in words; empty where nothing is special.
pub fn blind_side(
    component: &str,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    capture: &Capture,
) -> String {
    let (Some(first), Some(last), Some(at)) = (first, last, capture.at) else {
        return String::new();
    };
    let mut said = Vec::new();
    if component == "events" && at.duration_since(first) <= EVENT_LIFE {
        said.push("the last hour only; older events had already expired".to_owned());
    }
    if STEADY.contains(&component) && at.duration_since(last) > EARLY_END {
        let minutes = at.duration_since(last).as_mins();
        let long = if minutes < 180 {
            format!("{minutes} min")
        } else {
            format!("{} h", minutes / 60)
        };
        said.push(format!("ends {long} before the capture"));
    }
    said.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_is_a_gap_only_in_a_log_whose_rhythm_is_known() {
        let minutes = SignedDuration::from_mins;
        let silence = |from: i64, length: i64| {
            let at = |minute: i64| Timestamp::UNIX_EPOCH + minutes(minute);
            (at(from), at(from + length))
        };
        // Two hours, one silence of half an hour: a line each six seconds else.
        assert_eq!(
            least_gap(minutes(120), 900, &[silence(30, 30)]),
            Some(LEAST_GAP)
        );
        // A line each two minutes while it speaks: half an hour is no gap.
        assert_eq!(
            least_gap(minutes(120), 45, &[silence(30, 30)]),
            Some(minutes(60))
        );
        // A burst at the start, then nothing to say.
        assert_eq!(least_gap(minutes(12), 400, &[silence(1, 11)]), None);
        // Bursts.
        let bursts = [0, 40, 80, 120].map(|from| silence(from, 20));
        assert_eq!(least_gap(minutes(300), 10_000, &bursts), None);
    }
}
