//! Whether a log is such that a failure would show in it: then that it does not says something.
//!
//! A collector that walks pods takes the log of a container whole, however short it is. Any other
//! file may be a part of a log that somebody cut out, and a few lines are one. A component that writes
//! as long as it lives is told by that: the lines of a few seconds are no log of it either, and one
//! that ends long before the capture says nothing of the present.

use super::missing::Why;
use crate::component::{self, Runs};
use crate::evidence::LogSource;
use crate::layout::Content;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Lines that a log has at least.
const FEWEST: u64 = 20;

/// The time that it spans at least: retries come within that.
const SHORTEST: SignedDuration = SignedDuration::from_mins(1);

/// So many lines are more than an excerpt, however fast they came: a start.
const ENOUGH: u64 = 200;

/// A log that ends this long before the capture says nothing of the present.
const STALE: SignedDuration = SignedDuration::from_hours(1);

/// Logs that a bundle holds at least before what none of them says is news of the cluster: one kubelet's
/// log is no place where a program in a pod would have written.
const FEWEST_LOGS: usize = 5;

/// Lines that these have at least, all together.
const FEWEST_IN_ALL: u64 = 100;

/// How many logs there are, for rules whose line anybody may write.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Logs {
    count: usize,
    lines: u64,
}

impl Logs {
    /// Those of these logs.
    pub(super) fn of<'a>(logs: impl Iterator<Item = &'a LogSource>) -> Self {
        logs.fold(Self::default(), |all, log| Self {
            count: all.count + 1,
            lines: all.lines + log.lines,
        })
    }

    /// Whether there is one.
    pub(super) fn any(self) -> bool {
        self.count > 0
    }

    /// Whether they are enough to have shown a failure wherever it was.
    pub(super) fn are_many(self) -> bool {
        self.count >= FEWEST_LOGS && self.lines >= FEWEST_IN_ALL
    }

    /// Why they are too few.
    pub(super) fn why_few(self) -> Why {
        Why::FewLogs {
            logs: self.count,
            lines: self.lines,
        }
    }
}

/// Of these components the ones whose logs all fall short, each with why the fullest of them does.
pub(super) fn short<'a, I: Iterator<Item = &'a LogSource>>(
    components: &BTreeSet<&'static str>,
    logs: impl Fn() -> I,
    at: Option<Timestamp>,
) -> BTreeMap<&'static str, Why> {
    let of_component = |name: &&'static str| {
        let own = logs().filter(|log| log.components.contains(name));
        let mut reasons: Vec<(u64, Why)> = Vec::new();
        for log in own {
            reasons.push((log.lines, shortcoming(log, name, at)?));
        }
        reasons.into_iter().max().map(|(_, why)| (*name, why))
    };
    components.iter().filter_map(of_component).collect()
}

/// Whether a file of which no component is known is more than a few lines.
pub(super) fn is_whole(log: &LogSource) -> bool {
    of_a_container(log) || log.lines >= FEWEST
}

/// Whether a collector took it as the log of a container.
fn of_a_container(log: &LogSource) -> bool {
    log.role.content == Content::PodLog && log.role.pod.is_some()
}

/// Why what a component did not write here says nothing; `None` where it does.
fn shortcoming(log: &LogSource, component: &str, at: Option<Timestamp>) -> Option<Why> {
    // What a machine writes when it starts or breaks may be little, and long ago.
    if of_a_container(log) || component::runs(component) == Runs::OnLinuxNodes {
        return None;
    }
    if log.lines < FEWEST {
        return Some(Why::TooShort { lines: log.lines });
    }
    let (first, last) = log
        .first
        .zip(log.last)
        .filter(|_| component::talks(component))?;
    let span = last.duration_since(first);
    let end = log.read_to.map_or(last, |read_to| read_to.max(last));
    let late = at.map_or(SignedDuration::ZERO, |at| at.duration_since(end));
    if late >= STALE {
        let minutes = u64::try_from(late.as_mins()).unwrap_or(0);
        Some(Why::EndsBefore { minutes })
    } else if span < SHORTEST && log.lines < ENOUGH {
        let seconds = u64::try_from(span.as_secs()).unwrap_or(0);
        Some(Why::TooBrief { seconds })
    } else {
        None
    }
}
