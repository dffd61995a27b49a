//! What a matcher hit in a bundle, and which other rules speak about the same lines.

use super::{Line, MatcherTrial, SHOWN};
use crate::evidence::{Evidence, LogHit, LogSource};
use crate::examine::proof::Engine;
use crate::kube::TextHit;
use crate::locator::{EntryPath, Snippet};
use crate::redact::Masker;
use crate::rules::{Matcher, MatcherId, RuleSet};
use crate::trial::asked::{accepts, asks};
use std::collections::BTreeSet;

/// The hits of one matcher.
pub(super) fn of(
    id: MatcherId,
    matcher: &Matcher,
    evidence: &Evidence,
    rules: &RuleSet,
) -> MatcherTrial {
    let mut hits = 0_u64;
    let mut lines = First::default();
    for source in &evidence.logs {
        for hit in source.hits.iter().filter(|hit| hit.matcher == id) {
            hits = hits.saturating_add(hit.count);
            for (_, snippet, _) in &hit.samples {
                lines.add(&source.path, snippet, |line| {
                    others_on_line(id, line, source, hit, rules)
                });
            }
        }
    }
    for event in &evidence.events {
        for hit in event.hits.iter().filter(|hit| hit.matcher == id) {
            hits = hits.saturating_add(event.count);
            lines.add(&event.path, &hit.snippet, |_| {
                others_of(id, &event.hits, rules, |_| true)
            });
        }
    }
    for object in evidence.index.iter() {
        for hit in object.hits.iter().filter(|hit| hit.matcher == id) {
            hits = hits.saturating_add(1);
            lines.add(&object.path, &hit.snippet, |_| {
                others_of(id, &object.hits, rules, |other| {
                    other.snippet.line == hit.snippet.line
                })
            });
        }
    }
    MatcherTrial {
        name: matcher.name().to_owned(),
        hits,
        asks: asks(matcher),
        lines: lines.finish(),
        misses: Vec::new(),
    }
}

/// Places of fields, as entry and line.
pub(super) type Places = BTreeSet<(EntryPath, u64)>;

/// Where a matcher of objects hit; their number is bounded by that of the objects kept.
pub(super) fn places(id: MatcherId, evidence: &Evidence) -> Places {
    let objects = evidence.index.iter();
    objects
        .flat_map(|object| {
            let own = object.hits.iter().filter(move |hit| hit.matcher == id);
            own.map(|hit| (object.path.clone(), hit.snippet.line))
        })
        .collect()
}

/// Rules besides the matcher's own that hit a line of a log, silenced or not.
pub(super) fn others_on_line(
    own: MatcherId,
    line: &str,
    source: &LogSource,
    hit: &LogHit,
    rules: &RuleSet,
) -> Vec<String> {
    let hits = Engine.unsilenced(line, rules).into_iter();
    let here = hits.filter(|id| accepts(rules, *id, hit.component, source.role.component));
    names(own, here, rules)
}

/// Rules besides the matcher's own among these hits.
fn others_of(
    own: MatcherId,
    hits: &[TextHit],
    rules: &RuleSet,
    same: impl Fn(&TextHit) -> bool,
) -> Vec<String> {
    let here = hits.iter().filter(|hit| same(hit)).map(|hit| hit.matcher);
    names(own, here, rules)
}

/// Ids of the rules of these matchers, without the rule of `own`.
fn names(own: MatcherId, hits: impl Iterator<Item = MatcherId>, rules: &RuleSet) -> Vec<String> {
    let mine = rules.rule_of(own).map(|rule| &*rule.id);
    let others: BTreeSet<&str> = hits
        .filter_map(|hit| rules.rule_of(hit).map(|rule| &*rule.id))
        .filter(|id| Some(*id) != mine)
        .collect();
    others.into_iter().map(str::to_owned).collect()
}

/// The first lines by place.
#[derive(Default)]
pub(super) struct First(Vec<(EntryPath, u64, Line)>);

impl First {
    /// Adds the line that a snippet cites, if it is among the first.
    pub(super) fn add(
        &mut self,
        path: &EntryPath,
        snippet: &Snippet,
        explained_by: impl FnOnce(&str) -> Vec<String>,
    ) {
        let (number, text) = cited(snippet);
        let place = self
            .0
            .partition_point(|(known, at, _)| (known, *at) <= (path, number));
        if place >= SHOWN {
            return;
        }
        // With all that stood around it: a shown line may be cut in the middle of a secret.
        let masked = Masker::default().snippet(snippet);
        let line = Line {
            at: path.line(number).to_string(),
            text: cited(&masked).1.to_owned(),
            explained_by: explained_by(text),
        };
        self.0.insert(place, (path.clone(), number, line));
        self.0.truncate(SHOWN);
    }

    /// The lines in order.
    pub(super) fn finish(self) -> Vec<Line> {
        let mut lines: Vec<Line> = self.0.into_iter().map(|(.., line)| line).collect();
        lines.dedup();
        lines
    }
}

/// Number and text of the line in a snippet that matched: a record has several.
pub(super) fn cited(snippet: &Snippet) -> (u64, &str) {
    let range = crate::examine::lines::line_at(snippet.text.as_bytes(), snippet.matched.0);
    let before = snippet.text.get(..range.start).unwrap_or_default();
    let above = before.matches('\n').count() as u64;
    let line = snippet.text.get(range).unwrap_or(&snippet.text);
    (snippet.line.saturating_add(above), line)
}
