//! Matchers as the engine trusts them, and the regexes in them.
//!
//! A regex is compiled when it is first needed, so that listing rules costs nothing for them; the
//! rules of a user are compiled at once, because their mistakes end the run.

use super::field::FieldPath;
use super::glob::PathGlob;
use super::syntax::EventType;
use crate::component;
use crate::locator::EntryPath;
use crate::rules::pattern::Pattern;
use std::ops::Range;
use std::time::Duration;

/// Index of a matcher in its [`super::RuleSet`]; ordered by rule id, then by place in the file
/// (`[[log]]`, then `[[event]]`, then `[[object]]`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MatcherId(pub u32);

/// One matcher of a rule.
#[derive(Debug, Clone)]
pub enum Matcher {
    /// On lines of logs and on messages of events and statuses.
    Log(LogMatcher),
    /// On events.
    Event(EventMatcher),
    /// On fields of objects.
    Object(ObjectMatcher),
}

impl Matcher {
    /// Its name within its rule.
    pub fn name(&self) -> &str {
        match self {
            Self::Log(matcher) => &matcher.name,
            Self::Event(matcher) => &matcher.name,
            Self::Object(matcher) => &matcher.name,
        }
    }

    /// How often it must hit, where once is not enough.
    pub fn rate(&self) -> Option<Rate> {
        match self {
            Self::Log(matcher) => matcher.rate,
            Self::Event(matcher) => matcher.rate,
            Self::Object(_) => None,
        }
    }
}

/// How often a matcher must hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Hits (of an event matcher: sum of the events' counts).
    pub at_least: u64,
    /// Time in which they fall; any when `None`.
    pub within: Option<Duration>,
}

/// Component name of event messages.
pub const EVENT: &str = "event";
/// Component name of status and condition messages of objects.
pub const STATUS: &str = "status";

/// A matcher of lines.
#[derive(Debug, Clone)]
pub struct LogMatcher {
    /// Its name within its rule.
    pub name: String,
    /// Components it looks at, sorted; all when empty.
    pub components: Vec<String>,
    /// Ends of the paths of logs it looks at; any log when empty.
    pub paths: Vec<PathGlob>,
    /// Ends of the paths of logs it does not look at.
    pub not_paths: Vec<PathGlob>,
    /// Any of these stands on the line.
    pub literals: Vec<String>,
    /// Confirms the line.
    pub regex: Option<Pattern>,
    /// None of these matches the line.
    pub unless: Vec<Pattern>,
    /// How often it must hit.
    pub rate: Option<Rate>,
}

impl LogMatcher {
    /// Whether it looks at the log of this component; a log of an unknown component is looked at
    /// by every matcher that looks at logs.
    pub fn accepts(&self, component: Option<&str>) -> bool {
        match component {
            Some(component) => {
                self.names(component)
                    || component::is_add_on(component) && self.names(component::WORKLOAD)
            }
            None => self.reads_logs(),
        }
    }

    /// Whether it looks at messages of this source, [`EVENT`] or [`STATUS`]; what is limited to
    /// files looks at none.
    pub fn accepts_message(&self, source: &str) -> bool {
        self.paths.is_empty() && self.names(source)
    }

    /// Whether it looks at the log with this path.
    pub fn accepts_path(&self, path: &EntryPath) -> bool {
        if self.paths.is_empty() && self.not_paths.is_empty() {
            return true;
        }
        let path = path.segments().collect::<Vec<_>>().join("/");
        let among = |globs: &[PathGlob]| globs.iter().any(|glob| glob.matches(&path));
        (self.paths.is_empty() || among(&self.paths)) && !among(&self.not_paths)
    }

    /// Whether it looks at logs at all, not at messages alone.
    pub fn reads_logs(&self) -> bool {
        self.components.is_empty()
            || self
                .components
                .iter()
                .any(|name| name != EVENT && name != STATUS)
    }

    /// Whether there is a component that both look at.
    pub fn meets(&self, other: &Self) -> bool {
        self.components.is_empty()
            || other.components.is_empty()
            || self.components.iter().any(|name| other.names(name))
    }

    /// Whether it looks wherever `other` looks.
    pub fn covers(&self, other: &Self) -> bool {
        if !self.paths.is_empty() || !self.not_paths.is_empty() {
            return false;
        }
        self.components.is_empty()
            || (!other.components.is_empty()
                && other.components.iter().all(|name| self.names(name)))
    }

    /// Whether the component is among its own.
    fn names(&self, component: &str) -> bool {
        self.components.is_empty() || self.components.iter().any(|name| name == component)
    }

    /// Whether a line with a literal of this matcher on it matches. It is asked of every such line,
    /// and where the match stands is asked of the few that are shown: a second search backwards.
    pub fn matches(&self, line: &[u8]) -> bool {
        let confirms = self.regex.as_ref().is_none_or(|regex| regex.is_match(line));
        confirms && !self.unless.iter().any(|pattern| pattern.is_match(line))
    }

    /// The part of the line that matches, given where a literal of this matcher stands on it.
    pub fn find(&self, line: &[u8], literal: Range<usize>) -> Option<Range<usize>> {
        confirm(self.regex.as_ref(), &self.unless, line, literal)
    }
}

/// A matcher of events.
#[derive(Debug, Clone)]
pub struct EventMatcher {
    /// Its name within its rule.
    pub name: String,
    /// Any of these is the reason; any reason when empty.
    pub reasons: Vec<String>,
    /// Any of these stands in the message; any message when empty.
    pub literals: Vec<String>,
    /// Confirms the message.
    pub regex: Option<Pattern>,
    /// None of these matches the message.
    pub unless: Vec<Pattern>,
    /// Kinds of the involved object; all when empty.
    pub kinds: Vec<String>,
    /// Type of the event; both when `None`.
    pub event_type: Option<EventType>,
    /// How often it must hit, counting the events' counts.
    pub rate: Option<Rate>,
}

impl EventMatcher {
    /// Whether an event with this reason, type and kind of object may match.
    pub fn accepts(&self, reason: &str, kind: &str, warning: bool) -> bool {
        let among =
            |names: &[String], name: &str| names.is_empty() || names.iter().any(|n| n == name);
        among(&self.reasons, reason)
            && among(&self.kinds, kind)
            && self
                .event_type
                .is_none_or(|wanted| (wanted == EventType::Warning) == warning)
    }

    /// The part of the message that matches; empty where any message does. `literal` is where a
    /// literal of this matcher stands in it.
    pub fn find(&self, message: &[u8], literal: Range<usize>) -> Option<Range<usize>> {
        confirm(self.regex.as_ref(), &self.unless, message, literal)
    }
}

/// The match of the regex, or the literal where there is none, unless an exception matches.
fn confirm(
    regex: Option<&Pattern>,
    unless: &[Pattern],
    text: &[u8],
    literal: Range<usize>,
) -> Option<Range<usize>> {
    let matched = match regex {
        Some(regex) => regex.find(text)?,
        None => literal,
    };
    (!unless.iter().any(|pattern| pattern.is_match(text))).then_some(matched)
}

/// A matcher of objects.
#[derive(Debug, Clone)]
pub struct ObjectMatcher {
    /// Its name within its rule.
    pub name: String,
    /// Kind of the object.
    pub kind: String,
    /// The field.
    pub field: FieldPath,
    /// What its value must be.
    pub condition: Condition,
}

/// What the value of a field must be.
#[derive(Debug, Clone)]
pub enum Condition {
    /// One of these, compared as text.
    In(Vec<String>),
    /// There and not null (`true`), or not (`false`).
    Exists(bool),
    /// Text that matches.
    Matches(Pattern),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(components: &[&str]) -> LogMatcher {
        LogMatcher {
            name: "log".into(),
            components: components.iter().map(ToString::to_string).collect(),
            paths: vec![],
            not_paths: vec![],
            literals: vec!["literal".into()],
            regex: None,
            unless: vec![],
            rate: None,
        }
    }

    #[test]
    fn components_decide_which_sources_are_looked_at() {
        let any = log(&[]);
        let kubelet = log(&["event", "kubelet"]);
        let messages = log(&["event"]);
        for (matcher, unknown, kubelet, kernel, event, status) in [
            (&any, true, true, true, true, true),
            (&kubelet, true, true, false, true, false),
            (&messages, false, false, false, true, false),
        ] {
            assert_eq!(matcher.accepts(None), unknown);
            assert_eq!(matcher.accepts(Some("kubelet")), kubelet);
            assert_eq!(matcher.accepts(Some("kernel")), kernel);
            assert_eq!(matcher.accepts_message(EVENT), event);
            assert_eq!(matcher.accepts_message(STATUS), status);
        }
        let workload = log(&["workload"]);
        assert!(workload.accepts(Some("kube-vip")) && !workload.accepts(Some("calico")));
        assert!(any.covers(&kubelet) && kubelet.covers(&messages) && any.covers(&any));
        assert!(!kubelet.covers(&any) && !messages.covers(&kubelet));
    }

    #[test]
    fn an_exception_takes_a_match_back() {
        let mut matcher = log(&[]);
        matcher.regex = Some(Pattern::trusted(r"node \w+ failed"));
        matcher.unless = vec![Pattern::trusted("dry run")];
        assert_eq!(matcher.find(b"so node a failed", 0..0), Some(3..16));
        assert_eq!(matcher.find(b"so node a failed (dry run)", 0..0), None);
        assert_eq!(matcher.find(b"so node", 0..2), None);
    }
}
