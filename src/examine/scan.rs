//! One automaton over all literals, then a regex on the hit's line only.

use super::part::HitGroup;
use crate::kube::{Event, TextHit};
use crate::limits::Limits;
use crate::locator::Snippet;
use crate::rules::RuleSet;
use std::ops::Range;

/// Scans the lines of `text[body]` (the rest is context) and groups the hits.
pub fn scan_lines(
    text: &[u8],
    body: Range<usize>,
    first_line: u64,
    rules: &RuleSet,
    limits: &Limits,
) -> Vec<HitGroup> {
    let _ = (text, body, first_line, rules, limits);
    vec![]
}

/// What a text outside a log is; log matchers name it among their components.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextSource {
    /// Message of an event: component `event`.
    Event,
    /// Message of a status or condition of an object: component `status`.
    Status,
}

/// Hits of log matchers on one message; each snippet is `at` with the match marked.
pub fn scan_message(
    message: &str,
    source: TextSource,
    at: &Snippet,
    rules: &RuleSet,
) -> Vec<TextHit> {
    let _ = (message, source, at, rules);
    vec![]
}

/// Hits of event matchers on one event, and of log matchers on its message.
pub fn scan_event(event: &Event, rules: &RuleSet) -> Vec<TextHit> {
    let _ = (event, rules);
    vec![]
}

/// Hits of object matchers on one object; `cite` gives the snippet of a field path.
pub fn scan_object(
    value: &serde_json::Value,
    kind: &str,
    rules: &RuleSet,
    cite: &mut dyn FnMut(&str) -> Snippet,
) -> Vec<TextHit> {
    let _ = (value, kind, rules, cite);
    vec![]
}
