//! What came close to a matcher, by the condition that failed.

use super::Miss;
use super::hits::{First, Places, cited, others_on_line};
use crate::evidence::{Evidence, LogHit, LogSource};
use crate::examine::proof::Engine;
use crate::kube::{Event, TextHit};
use crate::locator::{EntryPath, Snippet};
use crate::rules::matcher::{EVENT, STATUS};
use crate::rules::probe::{Probes, Question};
use crate::rules::{EventMatcher, Kind, LogMatcher, Matcher, MatcherId, RuleSet};
use crate::trial::asked::accepts;
use std::collections::BTreeMap;

/// Near misses of one matcher, which hit at these places; `evidence` was gathered with the probes.
pub(super) fn of(
    id: MatcherId,
    hit: &Places,
    evidence: &Evidence,
    probes: &Probes,
    rules: &RuleSet,
) -> Vec<Miss> {
    let mut misses = Misses {
        id,
        rules,
        probes,
        by_condition: BTreeMap::new(),
    };
    match rules.matcher(id) {
        Some(Matcher::Log(matcher)) => misses.of_lines(matcher, evidence),
        Some(Matcher::Event(matcher)) => misses.of_events(matcher, evidence),
        Some(Matcher::Object(_)) => misses.of_objects(hit, evidence),
        None => {}
    }
    misses.finish()
}

/// Near misses so far.
struct Misses<'a> {
    id: MatcherId,
    rules: &'a RuleSet,
    probes: &'a Probes,
    by_condition: BTreeMap<String, Counted>,
}

/// Texts that fail one condition.
#[derive(Default)]
struct Counted {
    count: u64,
    at_least: bool,
    lines: First,
}

impl Misses<'_> {
    /// Those of a matcher of lines: in logs, in messages of events, and in statuses of objects.
    fn of_lines(&mut self, matcher: &LogMatcher, evidence: &Evidence) {
        for source in &evidence.logs {
            for hit in &source.hits {
                if let Some(question) = self.question(hit.matcher) {
                    self.log(matcher, question, source, hit);
                }
            }
        }
        for event in &evidence.events {
            let place = (&event.path, EVENT, event.count);
            self.messages(matcher, &event.hits, place);
        }
        for object in evidence.index.iter() {
            self.messages(matcher, &object.hits, (&object.path, STATUS, 1));
        }
    }

    /// One group of hits of a probe in a log.
    fn log(&mut self, matcher: &LogMatcher, question: Question, source: &LogSource, hit: &LogHit) {
        let (id, rules) = (self.id, self.rules);
        let taken = accepts(rules, id, hit.component, source.role.component);
        let samples = hit.samples.iter().map(|(_, snippet, _)| snippet);
        let failed = match question {
            Question::Whole if taken => {
                // All holds: only a guard or a more specific rule can have kept the rule silent.
                let all = hit.samples.len() as u64 == hit.count;
                for snippet in samples {
                    let line = cited(snippet).1;
                    let Some(condition) = self.silenced(line, |other| {
                        accepts(rules, other, hit.component, source.role.component)
                    }) else {
                        continue;
                    };
                    let counted = self.by_condition.entry(condition).or_default();
                    counted.count = counted.count.saturating_add(1);
                    counted.at_least |= !all;
                    counted.lines.add(&source.path, snippet, |line| {
                        others_on_line(id, line, source, hit, rules)
                    });
                }
                return;
            }
            Question::Whole => {
                let writer = hit.component.or(source.role.component);
                foreign(writer.unwrap_or("an unknown component"), matcher)
            }
            question => match said(question, matcher) {
                Some(condition) if taken => condition,
                // A line that fails in two ways did not come close.
                _ => return,
            },
        };
        let counted = self.by_condition.entry(failed).or_default();
        counted.count = counted.count.saturating_add(hit.count);
        for snippet in samples {
            counted.lines.add(&source.path, snippet, |line| {
                others_on_line(id, line, source, hit, rules)
            });
        }
    }

    /// Hits of probes on messages of one event or object.
    fn messages(
        &mut self,
        matcher: &LogMatcher,
        hits: &[TextHit],
        (path, origin, count): (&EntryPath, &'static str, u64),
    ) {
        let taken = matcher.accepts_message(origin);
        for hit in hits {
            let Some(question) = self.question(hit.matcher) else {
                continue;
            };
            let line = cited(&hit.snippet).1;
            let failed = match question {
                Question::Whole if taken => {
                    let rules = self.rules;
                    self.silenced(line, |other| {
                        let other = rules.log_matcher(other);
                        other.is_some_and(|other| other.accepts_message(origin))
                    })
                }
                Question::Whole => Some(foreign(origin, matcher)),
                question if taken => said(question, matcher),
                _ => None,
            };
            if let Some(failed) = failed {
                self.add(failed, count, path, &hit.snippet);
            }
        }
    }

    /// Those of a matcher of events.
    fn of_events(&mut self, matcher: &EventMatcher, evidence: &Evidence) {
        for event in &evidence.events {
            let asked = |hit: &&TextHit| self.question(hit.matcher).is_some();
            let Some(hit) = event.hits.iter().find(asked) else {
                continue;
            };
            if let Some(failed) = event_fails(matcher, event) {
                self.add(failed, event.count, &event.path, &hit.snippet);
            }
        }
    }

    /// Those of a matcher of objects: the field is there and has another value than at `hit`.
    fn of_objects(&mut self, hit: &Places, evidence: &Evidence) {
        for object in evidence.index.iter() {
            for field in &object.hits {
                let asked = self.question(field.matcher) == Some(Question::Field);
                let place = (object.path.clone(), field.snippet.line);
                if asked && !hit.contains(&place) {
                    let failed = "value: the field has a different value".to_owned();
                    self.add(failed, 1, &object.path, &field.snippet);
                }
            }
        }
    }

    /// What a hit of a probe of this matcher means.
    fn question(&self, probe: MatcherId) -> Option<Question> {
        let (matcher, question) = self.probes.meaning(probe)?;
        (matcher == self.id).then_some(question)
    }

    /// What keeps a rule silent on a line on which its own conditions hold.
    fn silenced(&self, line: &str, here: impl Fn(MatcherId) -> bool) -> Option<String> {
        if let Some(guard) = Engine.quoted_by(line, self.rules) {
            return Some(format!("the guard `{guard}` treats it as a quotation"));
        }
        let own = self.rules.rule_of(self.id)?;
        Engine
            .unsilenced(line, self.rules)
            .into_iter()
            .filter(|other| here(*other))
            .filter_map(|other| self.rules.rule_of(other))
            .find(|other| {
                self.rules.supersedes(&other.id, &own.id)
                    || (own.kind == Kind::Noise && other.kind != Kind::Noise)
            })
            .map(|other| {
                format!(
                    "`{}` explains it and takes precedence over this rule",
                    other.id
                )
            })
    }

    /// Counts one text.
    fn add(&mut self, failed: String, count: u64, path: &EntryPath, snippet: &Snippet) {
        let (id, rules) = (self.id, self.rules);
        let counted = self.by_condition.entry(failed).or_default();
        counted.count = counted.count.saturating_add(count);
        counted.lines.add(path, snippet, |line| {
            let hits = Engine.unsilenced(line, rules).into_iter();
            let mine = rules.rule_of(id).map(|rule| rule.id.clone());
            let others = hits.filter_map(|hit| Some(rules.rule_of(hit)?.id.clone()));
            let others: std::collections::BTreeSet<_> =
                others.filter(|id| Some(id) != mine.as_ref()).collect();
            others.iter().map(ToString::to_string).collect()
        });
    }

    /// All of them, by condition.
    fn finish(self) -> Vec<Miss> {
        let misses = self.by_condition.into_iter();
        misses
            .map(|(condition, counted)| Miss {
                condition,
                count: counted.count,
                at_least: counted.at_least,
                lines: counted.lines.finish(),
            })
            .collect()
    }
}

/// That the component does not fit.
fn foreign(writer: &str, matcher: &LogMatcher) -> String {
    let wanted = matcher.components.join(", ");
    format!("component: written by {writer}, the rule reads {wanted}")
}

/// What the hits of a probe fail; `None` for the one that fails nothing.
fn said(question: Question, matcher: &LogMatcher) -> Option<String> {
    match question {
        Question::NoRegex => Some("regex: a literal matches, the regex does not".into()),
        Question::Unless(place) => {
            let exception = matcher.unless.get(place)?;
            Some(format!("unless: '{}' matches", exception.as_str()))
        }
        _ => None,
    }
}

/// The first condition that an event fails; `None` where it fails none.
fn event_fails(matcher: &EventMatcher, event: &Event) -> Option<String> {
    let message = event.message.as_bytes();
    let kind = &event.object.kind;
    if !matcher.reasons.is_empty() && !matcher.reasons.contains(&event.reason) {
        return Some(format!("reason: it is {}", event.reason));
    }
    if !matcher.kinds.is_empty() && !matcher.kinds.contains(kind) {
        return Some(format!("kind: the event is about a {kind}"));
    }
    if !matcher.accepts(&event.reason, kind, event.warning) {
        return Some("type: the event has the other type".into());
    }
    let holds = |literal: &String| event.message.contains(literal.as_str());
    if !matcher.literals.is_empty() && !matcher.literals.iter().any(holds) {
        return Some("literal: the message contains none".into());
    }
    let lacks = |regex: &crate::rules::Pattern| !regex.is_match(message);
    if matcher.regex.as_ref().is_some_and(lacks) {
        return Some("regex: it does not match the message".into());
    }
    let exception = matcher.unless.iter().find(|pattern| !lacks(pattern))?;
    Some(format!("unless: '{}' matches", exception.as_str()))
}
