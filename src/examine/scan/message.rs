//! Messages outside logs: of events, and of statuses and conditions of objects.

use super::silence;
use crate::examine::scan::place::clip;
use crate::kube::{Event, TextHit};
use crate::limits::Limits;
use crate::locator::Snippet;
use crate::rules::literals::LiteralIndex;
use crate::rules::matcher::{EVENT, STATUS};
use crate::rules::{Matcher, MatcherId, RuleSet};
use std::collections::BTreeMap;
use std::ops::Range;

/// What a text outside a log is; log matchers name it among their components.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextSource {
    /// Message of an event: component `event`.
    Event,
    /// Message of a status or condition of an object: component `status`.
    Status,
}

impl TextSource {
    /// Its name among components.
    fn component(self) -> &'static str {
        match self {
            Self::Event => EVENT,
            Self::Status => STATUS,
        }
    }
}

/// Hits of log matchers on one message, sorted by matcher; each snippet is `at` with the match
/// marked. The whole message, whatever lines it has, is one text.
pub fn scan_message(
    message: &str,
    source: TextSource,
    at: &Snippet,
    rules: &RuleSet,
) -> Vec<TextHit> {
    let mut found = BTreeMap::new();
    log_matches(message, source, rules, &mut found);
    text_hits(message, &found, at, rules)
}

/// Hits of event matchers on one event, and of log matchers on its message, sorted by matcher. A
/// rate is not looked at: it may be reached by several events together.
pub fn scan_event(event: &Event, rules: &RuleSet) -> Vec<TextHit> {
    let mut found = BTreeMap::new();
    log_matches(&event.message, TextSource::Event, rules, &mut found);
    event_matches(event, rules, &mut found);
    text_hits(&event.message, &found, &event.snippet, rules)
}

/// Matchers with the part of the message that each matched.
type Found = BTreeMap<MatcherId, Range<usize>>;

/// Adds the log matchers that hit the message.
fn log_matches(message: &str, source: TextSource, rules: &RuleSet, found: &mut Found) {
    let engine = rules.engine();
    for (id, literal) in candidates(&engine.logs, message) {
        if let Some(matcher) = rules.log_matcher(id)
            && matcher.accepts_message(source.component())
            && let Some(matched) = matcher.find(message.as_bytes(), literal)
        {
            found.insert(id, matched);
        }
    }
    if !found.is_empty() && engine.guards.quotes(message.as_bytes(), 0).is_some() {
        found.clear();
    }
}

/// Adds the event matchers that hit the event. Guards are not asked: an event that a matcher of
/// events accepts was written by a controller, not quoted in a log.
fn event_matches(event: &Event, rules: &RuleSet, found: &mut Found) {
    let engine = rules.engine();
    let by_reason = engine.by_reason(&event.reason).iter().map(|id| (*id, 0..0));
    for (id, literal) in by_reason.chain(candidates(&engine.events, &event.message)) {
        if let Some(Matcher::Event(matcher)) = rules.matcher(id)
            && matcher.accepts(&event.reason, &event.object.kind, event.warning)
            && let Some(matched) = matcher.find(event.message.as_bytes(), literal)
        {
            found.insert(id, matched);
        }
    }
}

/// Matchers with a literal in the message, each with the first place of one.
fn candidates(index: &LiteralIndex, message: &str) -> Found {
    let text = message.as_bytes();
    let mut candidates = Found::new();
    let mut seen = vec![false; index.len()];
    for (literal, at) in index.find(text, 0..text.len()) {
        if let Some(seen) = seen.get_mut(literal)
            && !std::mem::replace(seen, true)
        {
            for id in index.matchers(literal) {
                candidates.entry(*id).or_insert_with(|| at.clone());
            }
        }
    }
    candidates
}

/// The hits that stand, each with its snippet and captures.
fn text_hits(message: &str, found: &Found, at: &Snippet, rules: &RuleSet) -> Vec<TextHit> {
    let ids: Vec<MatcherId> = found.keys().copied().collect();
    silence::standing(&ids, rules)
        .into_iter()
        .filter_map(|(id, _)| {
            let regex = match rules.matcher(id)? {
                Matcher::Log(matcher) => matcher.regex.as_ref(),
                Matcher::Event(matcher) => matcher.regex.as_ref(),
                Matcher::Object(_) => None,
            };
            let captures = regex.map(|regex| regex.captures(message.as_bytes()));
            Some(TextHit {
                matcher: id,
                snippet: mark(at, widen(message, found.get(&id)?)),
                captures: captures
                    .unwrap_or_default()
                    .into_iter()
                    .map(|(name, value)| {
                        (name, clip(&value, Limits::RELEASE.excerpt_bytes).to_owned())
                    })
                    .collect(),
            })
        })
        .collect()
}

/// The matched text; whole characters, because a byte regex may end inside one.
fn widen<'a>(message: &'a str, matched: &Range<usize>) -> &'a str {
    let mut start = matched.start.min(message.len());
    while !message.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = matched.end.clamp(start, message.len());
    while !message.is_char_boundary(end) {
        end += 1;
    }
    message.get(start..end).unwrap_or_default()
}

/// The snippet with the words marked, as they stand or as JSON escapes them; unmarked where they
/// are not in it (folded by YAML, or cut off).
fn mark(at: &Snippet, words: &str) -> Snippet {
    let mut snippet = at.clone();
    snippet.matched = (0, 0);
    if words.is_empty() {
        return snippet;
    }
    let escaped = words
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    for words in [words, &escaped] {
        if let Some(start) = at.text.find(words) {
            snippet.matched = (start, start + words.len());
            break;
        }
    }
    snippet
}
