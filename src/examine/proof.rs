//! Runs the examples of rule files through the real engine, for [`crate::rules::check`].

use super::lines;
use super::scan::{TextSource, scan_event, scan_lines, scan_message};
use crate::kube::{Event, ObjectKey};
use crate::limits::Limits;
use crate::locator::{EntryPath, Snippet};
use crate::rules::check::{EventExample, Proof};
use crate::rules::{MatcherId, RuleSet};

/// The engine that analyses bundles.
#[derive(Debug, Clone, Copy)]
pub struct Engine;

impl Proof for Engine {
    /// Matchers that hit a line (or record) of a log; each once, sorted.
    fn lines(&self, text: &str, rules: &RuleSet) -> Vec<MatcherId> {
        let text = lines::clean(text.as_bytes());
        let mut hits: Vec<MatcherId> = scan_lines(&text, 0..text.len(), 1, rules, &Limits::RELEASE)
            .hits
            .into_iter()
            .map(|group| group.matcher)
            .collect();
        hits.dedup();
        hits
    }

    /// Matchers that hit a status message.
    fn status(&self, text: &str, rules: &RuleSet) -> Vec<MatcherId> {
        scan_message(text, TextSource::Status, &snippet(text), rules)
            .into_iter()
            .map(|hit| hit.matcher)
            .collect()
    }

    /// Matchers that hit an event.
    fn event(&self, example: &EventExample<'_>, rules: &RuleSet) -> Vec<MatcherId> {
        let event = Event {
            path: EntryPath::bundle("example", true),
            object: ObjectKey::new(example.kind, "", "example"),
            reason: example.reason.into(),
            message: example.message.into(),
            warning: example.warning,
            component: String::new(),
            host: None,
            count: 1,
            first: None,
            last: None,
            created: None,
            ages: None,
            snippet: snippet(example.message),
            hits: vec![],
        };
        scan_event(&event, rules)
            .into_iter()
            .map(|hit| hit.matcher)
            .collect()
    }
}

impl Engine {
    /// Every log matcher whose own conditions hold on this one line, also those that a guard, a more
    /// specific rule or the component would keep silent; each once, sorted.
    pub fn unsilenced(self, line: &str, rules: &RuleSet) -> Vec<MatcherId> {
        let text = line.as_bytes();
        let index = &rules.engine().logs;
        let mut hits: Vec<MatcherId> = index
            .find(text, 0..text.len())
            .into_iter()
            .flat_map(|(literal, at)| {
                let matchers = index.matchers(literal).iter();
                matchers.map(move |id| (*id, at.clone()))
            })
            .filter(|(id, at)| {
                let matcher = rules.log_matcher(*id);
                matcher.is_some_and(|matcher| matcher.find(text, at.clone()).is_some())
            })
            .map(|(id, _)| id)
            .collect();
        hits.sort_unstable();
        hits.dedup();
        hits
    }

    /// The guard that says that this line only quotes a failure, if one does.
    pub fn quoted_by(self, line: &str, rules: &RuleSet) -> Option<String> {
        let line = line.as_bytes();
        let message = super::prefix::parse(line).message;
        let guards = &rules.engine().guards;
        guards.quotes(line, message).map(|guard| guard.id.clone())
    }
}

/// A text as it would be cited.
fn snippet(text: &str) -> Snippet {
    Snippet::of_line(1, text)
}
