//! How a log moves through time: its direction, its longest silences, the boots it tells of.
//!
//! In: some lines with their places, in line order. Out: a [`Rhythm`]. A silence is first seen
//! between two lines that may be far apart; where exactly it lies is then found by halving, so that
//! a piece costs some hundred lines however long it is.

use crate::examine::lines::line::line_at;
use crate::examine::prefix::front;
use crate::time::{Stamp, seconds_between, zone_offset};
use std::collections::BTreeMap;

/// Silences kept of one piece of a log; a log with more of them has no rhythm.
const SILENCES: usize = 4;

/// Boots kept of one piece of a log: one that tells of more is not of a machine that works.
pub(super) const BOOTS: usize = 16;

/// Shorter silences are none whatever the log is like, in seconds.
const LEAST: i64 = 60;

/// Halvings of the text between two lines; pieces are far smaller than two to this power.
const HALVINGS: usize = 32;

/// Lines without a time that are passed over to find one with.
const PASSED: usize = 12;

/// How a log moves through time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rhythm {
    /// Neighbouring times with nothing between, the longest first, in line order within each.
    pub silences: Vec<(Stamp, Stamp)>,
    /// First times after a boot.
    pub boots: Vec<Stamp>,
    /// How often a later line has a later time.
    pub rises: u32,
    /// How often a later line has an earlier time: `journalctl -r` writes nothing else.
    pub falls: u32,
    /// Seconds east of UTC of times without a zone, as lines with both kinds tell.
    pub zone: Option<i32>,
}

impl Rhythm {
    /// Whether the newest line stands first.
    pub fn reversed(&self) -> bool {
        self.falls >= 4 && self.falls > self.rises.saturating_mul(4)
    }

    /// Adds what the next piece of the same log says; `between` are the times on both sides of
    /// the cut.
    pub fn extend(&mut self, next: Self, between: Option<(Stamp, Stamp)>) {
        self.silences.extend(next.silences);
        self.silences.extend(between);
        self.silences.sort_by_key(|(from, to)| {
            std::cmp::Reverse(seconds_between(*from, *to).unwrap_or(0).abs())
        });
        self.silences.truncate(SILENCES * 4);
        self.boots.extend(next.boots);
        self.boots.truncate(BOOTS * 4);
        self.rises = self.rises.saturating_add(next.rises);
        self.falls = self.falls.saturating_add(next.falls);
        self.zone = self.zone.or(next.zone);
    }
}

/// A line with a time.
#[derive(Debug, Clone, Copy)]
struct Beat {
    /// Where it begins.
    at: usize,
    /// Its time.
    stamp: Stamp,
}

/// Takes lines and finds their rhythm.
#[derive(Debug, Default)]
pub(super) struct Listener {
    last: Option<Beat>,
    steps: Vec<(i64, Beat, Beat)>,
    rises: u32,
    falls: u32,
    zones: BTreeMap<i32, u32>,
}

impl Listener {
    /// Takes a line that lies behind those before.
    pub(super) fn take(&mut self, at: usize, line: &[u8]) {
        let front = front(line);
        let Some(stamp) = front.stamp else { return };
        if let (Some(outer @ (Stamp::Yearless { .. } | Stamp::Local(_))), Stamp::Absolute(known)) =
            (front.outer, stamp)
            && let Some(zone) = zone_offset(outer, known)
        {
            *self.zones.entry(zone).or_default() += 1;
        }
        let beat = Beat { at, stamp };
        if let Some(last) = self.last.replace(beat)
            && let Some(seconds) = seconds_between(last.stamp, stamp)
        {
            self.rises += u32::from(seconds > 0);
            self.falls += u32::from(seconds < 0);
            self.steps.push((seconds.abs(), last, beat));
        }
    }

    /// The rhythm, with each silence narrowed down to the two lines around it.
    pub(super) fn finish(mut self, text: &[u8], boots: Vec<Stamp>) -> Rhythm {
        // Ties go to the earlier step, as the sort is stable.
        self.steps
            .sort_by_key(|(seconds, ..)| std::cmp::Reverse(*seconds));
        let silences = self
            .steps
            .iter()
            .take(SILENCES)
            .filter(|(seconds, ..)| *seconds >= LEAST)
            .map(|(_, from, to)| narrowed(text, *from, *to))
            .filter(|(from, to)| seconds_between(*from, *to).is_some_and(|s| s.abs() >= LEAST))
            .collect();
        let most = self
            .zones
            .iter()
            .max_by_key(|(zone, votes)| (**votes, -zone.abs()));
        Rhythm {
            silences,
            boots,
            rises: self.rises,
            falls: self.falls,
            zone: most.map(|(zone, _)| *zone),
        }
    }
}

/// The two neighbouring lines between which most of the time between two lines passes.
fn narrowed(text: &[u8], mut from: Beat, mut to: Beat) -> (Stamp, Stamp) {
    for _ in 0..HALVINGS {
        let middle = from.at + (to.at - from.at) / 2;
        let Some(beat) = beat_between(text, middle, from.at, to.at) else {
            break;
        };
        let length =
            |from: Beat, to: Beat| seconds_between(from.stamp, to.stamp).map_or(0, i64::abs);
        if length(from, beat) >= length(beat, to) {
            to = beat;
        } else {
            from = beat;
        }
    }
    (from.stamp, to.stamp)
}

/// A line with a time near `middle` and between two others.
fn beat_between(text: &[u8], middle: usize, from: usize, to: usize) -> Option<Beat> {
    let mut line = line_at(text, middle);
    for _ in 0..PASSED {
        if line.start >= to {
            break;
        }
        if line.start > from
            && let Some(stamp) = front(text.get(line.clone())?).stamp
        {
            return Some(Beat {
                at: line.start,
                stamp,
            });
        }
        line = crate::examine::lines::line::line_after(text, line.end)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examine::lines::survey;

    /// A log with a line each second, from 10:00:00, that skips minutes where told.
    fn log(lines: usize, pause_at: usize, minutes: usize) -> String {
        let lines: Vec<String> = (0..lines)
            .map(|line| {
                let second = line + if line >= pause_at { minutes * 60 } else { 0 };
                let (hour, minute, second) = (10 + second / 3600, second / 60 % 60, second % 60);
                format!("2024-05-01T{hour:02}:{minute:02}:{second:02}Z working on it\n")
            })
            .collect();
        lines.concat()
    }

    fn at(text: &str) -> Stamp {
        Stamp::Absolute(text.parse().expect("a time"))
    }

    #[test]
    fn a_silence_is_found_between_its_two_lines() {
        let text = log(3_000, 1_777, 40);
        let rhythm = survey(text.as_bytes()).rhythm;
        let silence = (at("2024-05-01T10:29:36Z"), at("2024-05-01T11:09:37Z"));
        assert_eq!(rhythm.silences, [silence]);
        assert!(!rhythm.reversed());
        assert_eq!(survey(log(3_000, 0, 0).as_bytes()).rhythm.silences, []);
    }

    #[test]
    fn a_log_that_was_written_backwards_is_known() {
        let text = log(200, 0, 0);
        let mut lines: Vec<&str> = text.lines().collect();
        lines.reverse();
        assert!(survey(lines.join("\n").as_bytes()).rhythm.reversed());
    }

    #[test]
    fn boots_are_told_by_the_journal_and_by_the_kernel() {
        let text = "\
May 01 10:00:00 n kubelet[1]: x
-- Boot 2a1b3c4d5e6f708192a3b4c5d6e7f809 --
May 01 10:05:00 n kernel: Linux version 5.15.0-1057-azure (buildd@lcy02)
May 01 10:05:01 n kubelet[1]: Linux version 5 of the image
May 01 11:05:00 n kernel: Linux version 5.15.0-1060-azure (buildd@lcy02)
";
        let boots = survey(text.as_bytes()).rhythm.boots;
        assert_eq!(boots.len(), 2, "{boots:?}");
    }

    #[test]
    fn the_zone_of_a_journal_is_told_by_lines_that_state_both_times() {
        let text = "\
May 01 12:00:00 n containerd[3]: time=\"2024-05-01T10:00:00.2Z\" level=info msg=x
May 01 12:00:01 n kubelet[1]: I0501 12:00:01.5       1 kubelet.go:1] x
";
        assert_eq!(survey(text.as_bytes()).rhythm.zone, Some(7200));
    }
}
