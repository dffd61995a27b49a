//! Warning events that no rule explains, as templates beside those of the logs.
//!
//! In: the events of the bundle. Out: one template for each reason and message, with the objects
//! as its places. The API keeps how often an event was seen and when first and last, not when in
//! between, so that its times are these two.

use super::{EVENTS, Explained, Joined, Key, Weight};
use crate::diagnose::finding::Citation;
use crate::evidence::Evidence;
use crate::examine::prefix::Level;
use crate::examine::templates;
use crate::kube::Event;
use crate::rules::RuleSet;
use std::collections::BTreeMap;

/// Adds the events that no rule explains.
pub(super) fn add(
    joined: &mut BTreeMap<Key, Joined>,
    evidence: &Evidence,
    rules: &RuleSet,
    explained: &Explained<'_>,
    (since, until): super::Bounds,
) {
    for event in &evidence.events {
        let early = since.is_some_and(|since| event.last.is_some_and(|last| last < since));
        let late = until.is_some_and(|until| event.first.is_some_and(|first| first > until));
        let told = event.warning || event.speaks_of_failure();
        if !told || early || late || is_explained(event, rules, explained) {
            continue;
        }
        let said = format!("{}: {}", event.reason, event.message);
        let message = templates::normalise(event.message.as_bytes());
        let template = match (event.reason.as_str(), message.as_str()) {
            ("", _) => message,
            (reason, "") => reason.to_owned(),
            (reason, _) => format!("{reason}: {message}"),
        };
        let key = (EVENTS.to_owned(), Level::Warning, template);
        let lines = joined.entry(key).or_default();
        lines.add_event(event);
        lines.event = lines
            .event
            .take()
            .map_or(said.clone(), |other| other.min(said))
            .into();
        lines.weight.join(Weight::of_event(evidence, event));
    }
}

/// Whether a rule with a finding, or one that knows the event as harmless, hit it, or a finding about
/// its object says more than it does.
fn is_explained(event: &Event, rules: &RuleSet, explained: &Explained<'_>) -> bool {
    let mut hits = event.hits.iter();
    hits.any(|hit| explained.holds(rules, hit.matcher)) || explained.tells_why(event)
}

impl Joined {
    /// Adds one event.
    fn add_event(&mut self, event: &Event) {
        self.count += event.count;
        match (event.first, event.last) {
            (Some(first), Some(last)) if first < last && event.count > 1 => {
                self.times.push((first, 1));
                self.times.push((last, event.count - 1));
            }
            (first, last) => self
                .times
                .extend(last.or(first).map(|at| (at, event.count))),
        }
        self.places.insert(event.object.to_string());
        self.samples.push(Citation {
            path: event.path.clone(),
            time: event.last.or(event.first),
            snippet: event.snippet.clone(),
        });
        self.thin_samples();
    }
}
