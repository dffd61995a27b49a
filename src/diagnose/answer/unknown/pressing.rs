//! Which of the unexplained are so many and so fresh that a report has to begin with them.
//!
//! Every cluster writes some errors, and some write one a second as long as they live. What is
//! named went on when the bundle was taken, and there is a reason to believe that it matters: it is
//! what a log is full of, it has become more, or a controller has said it again and again of an
//! object that is not known to be well. Of pods and nodes that are well only what has become more is
//! believed.

use super::{EVENTS, Joined, Key};
use crate::evidence::{Evidence, Health, LogSource};
use crate::examine::prefix::Level;
use crate::kube::{Event, ObjectKey};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// How long before the capture something is still going on, at most.
const FRESH: SignedDuration = SignedDuration::from_mins(15);

/// Lines of one template in that time, or occurrences of an event in all: about one a minute.
const MANY: u64 = 15;

/// Lines of a log that says little else.
const SOME: u64 = 3;

/// A log is about what makes up one line in so many.
const SHARE: u64 = 50;

/// How many times as often as before is more.
const GROWTH: i64 = 3;

/// So much of the time since the first line something may be quiet and still go on.
const PAUSE: i32 = 10;

/// The usual time between two occurrences of an event counts so many times.
const BEATS: u64 = 4;

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

/// What tells how much lines of a template weigh.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Weight {
    /// Whether half of the lines of a log, or more, are unexplained errors.
    loud: bool,
    /// Whether a good part of the lines of a log is of this template.
    telling: bool,
    /// Whether any of it is of a pod or node that is not known to be well.
    ill: bool,
    /// When the first of the logs begins.
    since: Option<Timestamp>,
}

impl Weight {
    /// What the lines of one log weigh, of which `errors` are unexplained, and `count` of the
    /// template.
    pub(super) fn of_log(evidence: &Evidence, source: &LogSource, errors: u64, count: u64) -> Self {
        Self {
            loud: errors * 2 >= source.lines,
            telling: count * SHARE >= source.lines,
            ill: !writer_is_well(evidence, source),
            since: source.first,
        }
    }

    /// What an event weighs: the object may have recovered, or gone.
    pub(super) fn of_event(evidence: &Evidence, event: &Event) -> Self {
        let object = &event.object;
        let health = evidence.index.health(object, evidence.would_hold(object));
        let well = matches!(health, Health::Healthy | Health::Gone);
        Self {
            telling: true,
            ill: !well || is_steady(event),
            ..Self::default()
        }
    }

    /// What both weigh together.
    pub(super) fn join(&mut self, other: Self) {
        self.loud |= other.loud;
        self.telling |= other.telling;
        self.ill |= other.ill;
        self.since = [self.since, other.since].into_iter().flatten().min();
    }
}

/// Whether the pod, or the node, that wrote a log is ready at capture time.
fn writer_is_well(evidence: &Evidence, source: &LogSource) -> bool {
    let role = &source.role;
    let key = match (&role.pod, &role.node) {
        (Some(pod), _) => ObjectKey {
            kind: "Pod".into(),
            namespace: role.namespace.clone().unwrap_or_default(),
            name: pod.clone(),
        },
        (None, Some(node)) => ObjectKey {
            kind: "Node".into(),
            namespace: String::new(),
            name: node.clone(),
        },
        (None, None) => return false,
    };
    // The log of a pod that is gone tells of what was.
    let health = evidence.index.health(&key, evidence.would_hold(&key));
    matches!(health, Health::Healthy | Health::Gone)
}

/// Whether an event came about once a minute for a quarter of an hour, so that its object is not
/// well, whatever it says of itself.
fn is_steady(event: &Event) -> bool {
    let Some((first, last)) = event.first.zip(event.last) else {
        return false;
    };
    let long = last.duration_since(first);
    let minutes = u64::try_from(long.as_mins()).unwrap_or(0);
    long >= FRESH && event.count >= minutes
}

/// What goes on at the time `now` of the capture; without it, where no line has a time, whatever is
/// loud. Events that somebody picked out are what is asked about, however few. Beside it the templates
/// that it is made of.
pub(super) fn of(
    joined: &BTreeMap<Key, Joined>,
    now: Option<Timestamp>,
    picked: bool,
) -> (Option<Pressing>, BTreeSet<Key>) {
    let those = joined
        .iter()
        .filter(|(key, lines)| presses(key, lines, now, picked));
    let all: Vec<(&Key, u64)> = those.map(|(key, lines)| (key, lines.count)).collect();
    let Some((key, count)) = all.iter().max_by_key(|(key, count)| (*count, *key)) else {
        return (None, BTreeSet::new());
    };
    let sum = |events: bool| -> u64 {
        let those = all.iter().filter(|(key, _)| (key.0 == EVENTS) == events);
        those.map(|(_, count)| count).sum()
    };
    let pressing = Pressing {
        lines: sum(false) + sum(true),
        events: sum(true),
        template: key.2.clone(),
        component: key.0.clone(),
        count: *count,
    };
    let keys = all.iter().map(|(key, _)| (*key).clone()).collect();
    (Some(pressing), keys)
}

/// Whether a template is one to begin with.
fn presses(key: &Key, lines: &Joined, now: Option<Timestamp>, picked: bool) -> bool {
    let Weight {
        loud,
        telling,
        ill,
        since,
    } = lines.weight;
    if key.0 == EVENTS {
        let recent = lines.times.is_empty() || lately(lines, now) > 0;
        let many = lines.count >= MANY && goes_on(lines, now, true);
        return ill && (picked && recent || many);
    }
    if key.1 < Level::Error || !goes_on(lines, now, false) {
        return false;
    }
    let lately = lately(lines, now);
    let more = has_grown(lines.count, lately, since, now);
    let many = lately >= MANY && (more || telling && ill);
    // The last words of a program need no repetition.
    let enough = lines.count >= SOME || key.1 == Level::Fatal;
    many || ill && loud && enough
}

/// Lines in the last quarter of an hour.
fn lately(lines: &Joined, now: Option<Timestamp>) -> u64 {
    let fresh = |at: Timestamp| now.is_none_or(|now| now.duration_since(at) <= FRESH);
    let times = lines.times.iter().filter(|(at, _)| fresh(*at));
    times.map(|(_, count)| count).sum()
}

/// Whether the last one is as near to the capture as one was to the next; what was said at the
/// start of a young cluster has ended.
fn goes_on(lines: &Joined, now: Option<Timestamp>, events: bool) -> bool {
    // Times of neighbours may be told together, by the first of them.
    let shown = lines.samples.iter().filter_map(|sample| sample.time);
    let mut times: Vec<Timestamp> = lines.times.iter().map(|(at, _)| *at).collect();
    times.extend(shown);
    times.sort_unstable();
    let (Some(first), Some(last), Some(now)) = (times.first(), times.last(), now) else {
        return true;
    };
    let gaps = times.windows(2).filter_map(|pair| match pair {
        [before, after] => Some(after.duration_since(*before)),
        _ => None,
    });
    let between = if events {
        let mean = last.duration_since(*first).as_secs().unsigned_abs() / lines.count.max(1);
        SignedDuration::from_secs(i64::try_from(mean * BEATS).unwrap_or(i64::MAX))
    } else {
        gaps.max().unwrap_or_default()
    };
    let pause = now.duration_since(*first) / PAUSE;
    now.duration_since(*last) <= between.max(pause).min(FRESH)
}

/// Whether lines come more often in the last quarter of an hour than since the logs began, where
/// these are long enough to tell.
fn has_grown(count: u64, lately: u64, since: Option<Timestamp>, now: Option<Timestamp>) -> bool {
    let Some((since, now)) = since.zip(now) else {
        return false;
    };
    let before = now.duration_since(since) - FRESH;
    let earlier = i128::from(count.saturating_sub(lately));
    before >= FRESH
        && i128::from(lately) * i128::from(before.as_secs())
            >= earlier * i128::from(FRESH.as_secs() * GROWTH)
}

#[cfg(test)]
mod tests;
