//! One log of the bundle, and what was found in it.

use crate::evidence::fold::LogError;
use crate::examine::part::About;
use crate::layout::Role;
use crate::locator::{EntryPath, Snippet};
use crate::rules::MatcherId;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// One log: an entry, or one section of a dump.
#[derive(Debug, Clone)]
pub struct LogSource {
    /// The entry.
    pub path: EntryPath,
    /// Whose log it is; pod and container of a section stand here too.
    pub role: Role,
    /// Components that wrote to it, as its name and its lines' prefixes say; empty where unknown.
    pub components: BTreeSet<&'static str>,
    /// Whether something shows that this is the log of a component or container: its place in a
    /// collector's layout, the programs or source files that its lines name, or a component's name
    /// on text with times. A name alone makes no log.
    pub recognised: bool,
    /// Machines that its lines name.
    pub hosts: BTreeSet<String>,
    /// Number of lines.
    pub lines: u64,
    /// Bytes.
    pub bytes: u64,
    /// First time in it.
    pub first: Option<Timestamp>,
    /// Last time in it.
    pub last: Option<Timestamp>,
    /// The latest instant that a line of it states in full: the header of a journal states until
    /// when it was read, however long ago its last line was.
    pub read_to: Option<Timestamp>,
    /// Its last line's number in the entry.
    pub last_line: u64,
    /// Whether the newest line stands first (`journalctl -r`).
    pub reversed: bool,
    /// Seconds east of UTC of its times without a zone, where other lines in it tell.
    pub zone: Option<i32>,
    /// Whether its times name no zone.
    pub zoneless: bool,
    /// Its last lines, with the time of the last.
    pub tail: Option<(Option<Timestamp>, Box<Snippet>)>,
    /// Times with nothing between them, the longest silences of the log, in time order.
    pub silences: Vec<(Timestamp, Timestamp)>,
    /// When the machine booted, as the log tells.
    pub boots: Vec<Timestamp>,
    /// The error that stands in its place.
    pub fetch_error: Option<Box<Snippet>>,
    /// Hits of matchers that accept its component.
    pub hits: Vec<LogHit>,
    /// Error lines that no rule explains for sure.
    pub errors: Vec<LogError>,
    /// Error lines whose template was one too many.
    pub errors_left_out: u64,
}

impl LogSource {
    /// Moves all its times.
    pub(super) fn shift(&mut self, by: SignedDuration) {
        let moved = |at: &mut Timestamp| {
            if let Ok(later) = at.checked_add(by) {
                *at = later;
            }
        };
        self.first.iter_mut().chain(&mut self.last).for_each(moved);
        let tail = self.tail.iter_mut().filter_map(|(at, _)| at.as_mut());
        tail.chain(&mut self.boots).for_each(moved);
        for (from, to) in &mut self.silences {
            moved(from);
            moved(to);
        }
        for error in &mut self.errors {
            error.times.iter_mut().for_each(|(at, _)| moved(at));
            error
                .samples
                .iter_mut()
                .filter_map(|(at, _)| at.as_mut())
                .for_each(moved);
        }
        for hit in &mut self.hits {
            hit.first.iter_mut().chain(&mut hit.last).for_each(moved);
            hit.times.iter_mut().for_each(|(at, _)| moved(at));
            hit.samples
                .iter_mut()
                .filter_map(|(at, ..)| at.as_mut())
                .for_each(moved);
        }
    }
}

/// Hits of one matcher by one writer about one subject, in one log.
#[derive(Debug, Clone)]
pub struct LogHit {
    /// The matcher.
    pub matcher: MatcherId,
    /// Machine that the lines name.
    pub host: Option<String>,
    /// Component that wrote them, where known.
    pub component: Option<&'static str>,
    /// Objects that the lines name.
    pub about: About,
    /// Matchers of more specific rules that hit the same lines: where one of those rules is found,
    /// it explains them.
    pub silenced_by: Box<[MatcherId]>,
    /// Number of hits.
    pub count: u64,
    /// First hit.
    pub first: Option<Timestamp>,
    /// Last hit.
    pub last: Option<Timestamp>,
    /// Times of the hits with their number, sorted; neighbours may be counted together. Only for
    /// matchers with a rate.
    pub times: Vec<(Timestamp, u64)>,
    /// Kept hits in line order: time, text, named groups.
    pub samples: Vec<LogSample>,
}

/// One hit: its time, its text, and the named groups of the matcher's regex.
pub type LogSample = (Option<Timestamp>, Snippet, Vec<(String, String)>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_moves_with_its_last_lines() {
        let at = |clock: &str| format!("2024-03-01T{clock}Z").parse::<Timestamp>().ok();
        let mut log = LogSource {
            path: EntryPath::bundle("kubelet.log", false),
            role: Role::default(),
            components: BTreeSet::new(),
            recognised: true,
            hosts: BTreeSet::new(),
            lines: 1,
            bytes: 10,
            first: at("09:00:00"),
            last: at("09:30:00"),
            read_to: None,
            last_line: 1,
            reversed: false,
            zone: None,
            zoneless: true,
            tail: Some((at("09:30:00"), Snippet::of_line(1, "stopped").into())),
            silences: vec![],
            boots: vec![],
            fetch_error: None,
            hits: vec![],
            errors: vec![],
            errors_left_out: 0,
        };
        log.shift(SignedDuration::from_hours(-2));
        assert_eq!(log.last, at("07:30:00"));
        assert_eq!(log.tail.and_then(|(time, _)| time), log.last);
    }
}
