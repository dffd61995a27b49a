//! Which of the unexplained are so many and so fresh that a report has to begin with them.
//!
//! Every cluster writes some errors. These were going on when the bundle was taken: so many lines
//! of one template in the last minutes, an event that came again and again, or a log that says
//! little else.

use super::{EVENTS, Joined, Key};
use crate::evidence::LogSource;
use crate::examine::prefix::Level;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// How long before the capture something is still going on.
const FRESH: SignedDuration = SignedDuration::from_mins(15);

/// Lines of one template in that time, or occurrences of an event in all: about one a minute.
const MANY: u64 = 15;

/// Lines of a log that says little else.
const SOME: u64 = 3;

/// The unexplained that go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pressing {
    /// Lines of logs, and occurrences of events.
    pub lines: u64,
    /// How many of them are events.
    pub events: u64,
    /// The template of most of them.
    pub template: String,
    /// Whose it is.
    pub component: String,
    /// How many of it there are.
    pub count: u64,
}

/// Whether half of the lines of a log, or more, are errors.
pub(super) fn is_loud(source: &LogSource) -> bool {
    let errors: u64 = source
        .errors
        .iter()
        .filter(|error| error.level >= Level::Error)
        .map(|error| error.count)
        .sum();
    errors * 2 >= source.lines
}

/// What goes on at the time `now` of the capture; without it, where no line has a time, whatever is
/// loud.
pub(super) fn of(joined: &BTreeMap<Key, Joined>, now: Option<Timestamp>) -> Option<Pressing> {
    let fresh = |at: Timestamp| now.is_none_or(|now| now.duration_since(at) <= FRESH);
    let mut all: Vec<(&Key, u64)> = Vec::new();
    for (key, lines) in joined {
        let lately: u64 = lines
            .times
            .iter()
            .filter(|(at, _)| fresh(*at))
            .map(|(_, count)| count)
            .sum();
        let ongoing = lately > 0 || lines.times.is_empty();
        let many = if key.0 == EVENTS {
            lines.count >= MANY
        } else {
            key.1 >= Level::Error && (lately >= MANY || lines.loud && lines.count >= SOME)
        };
        if ongoing && many {
            all.push((key, lines.count));
        }
    }
    let (key, count) = all.iter().max_by_key(|(key, count)| (*count, *key))?;
    let sum = |events: bool| -> u64 {
        let those = all.iter().filter(|(key, _)| (key.0 == EVENTS) == events);
        those.map(|(_, count)| count).sum()
    };
    Some(Pressing {
        lines: sum(false) + sum(true),
        events: sum(true),
        template: key.2.clone(),
        component: key.0.clone(),
        count: *count,
    })
}
