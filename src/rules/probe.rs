//! Weaker copies of a rule's matchers: what hits one of them and not the rule came close.
//!
//! In: one rule of a set. Out: a set of rules whose every matcher is the rule's own with one
//! condition taken away or turned round, and what a hit of each means. They run through the same
//! engine as all rules, so a near miss is counted where a hit would have been.

use super::compile::RuleSet;
use super::matcher::{Condition, EventMatcher, LogMatcher, Matcher, MatcherId, ObjectMatcher};
use crate::rules::pattern::Pattern;
use crate::rules::rule::Rule;

/// What hits a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// Lines on which all holds that the matcher asks of a line, of whatever component.
    Whole,
    /// Lines that hold a literal and do not match the regex.
    NoRegex,
    /// Lines that hold a literal and match the exception of this place.
    Unless(usize),
    /// Events with one of the reasons, whatever they say.
    Reason,
    /// Events that say what the matcher asks, whatever their reason, kind and type.
    Message,
    /// Objects that have the field, whatever its value.
    Field,
}

/// Probes of one rule.
#[derive(Debug)]
pub struct Probes {
    /// The set to examine a bundle with.
    pub rules: RuleSet,
    /// By the number of the probe's matcher.
    meanings: Vec<(MatcherId, Question)>,
}

impl Probes {
    /// The probes of all matchers of a rule.
    pub fn of(rules: &RuleSet, rule: &Rule) -> Self {
        let mut meanings = Vec::new();
        let mut probes = Vec::new();
        for id in rule.matchers() {
            let asked = match rules.matcher(id) {
                Some(Matcher::Log(matcher)) => log_probes(matcher),
                Some(Matcher::Event(matcher)) => event_probes(matcher),
                Some(Matcher::Object(matcher)) => object_probes(matcher),
                None => Vec::new(),
            };
            for (question, probe) in asked {
                meanings.push((id, question));
                probes.push(probe);
            }
        }
        Self {
            rules: RuleSet::of_matchers(probes),
            meanings,
        }
    }

    /// The rule's matcher that a probe belongs to, and what its hits mean.
    pub fn meaning(&self, probe: MatcherId) -> Option<(MatcherId, Question)> {
        self.meanings.get(probe.0 as usize).copied()
    }
}

/// Probes of a matcher of lines.
fn log_probes(matcher: &LogMatcher) -> Vec<(Question, Matcher)> {
    let probe = |regex: Option<Pattern>, unless: Vec<Pattern>| {
        Matcher::Log(LogMatcher {
            name: matcher.name.clone(),
            components: Vec::new(),
            literals: matcher.literals.clone(),
            paths: Vec::new(),
            not_paths: Vec::new(),
            regex,
            unless,
            rate: None,
        })
    };
    let again = |pattern: &Pattern| Pattern::trusted(pattern.as_str());
    let all = matcher.unless.iter().map(again).collect();
    let mut probes = vec![(
        Question::Whole,
        probe(matcher.regex.as_ref().map(again), all),
    )];
    if let Some(regex) = &matcher.regex {
        probes.push((Question::NoRegex, probe(None, vec![again(regex)])));
    }
    for (place, exception) in matcher.unless.iter().enumerate() {
        let question = Question::Unless(place);
        probes.push((question, probe(Some(again(exception)), Vec::new())));
    }
    probes
}

/// Probes of a matcher of events.
fn event_probes(matcher: &EventMatcher) -> Vec<(Question, Matcher)> {
    let bare = || EventMatcher {
        name: matcher.name.clone(),
        reasons: Vec::new(),
        literals: Vec::new(),
        regex: None,
        unless: Vec::new(),
        kinds: Vec::new(),
        event_type: None,
        rate: None,
    };
    let mut probes = Vec::new();
    if !matcher.reasons.is_empty() {
        let reasons = matcher.reasons.clone();
        let probe = EventMatcher { reasons, ..bare() };
        probes.push((Question::Reason, Matcher::Event(probe)));
    }
    if !matcher.literals.is_empty() {
        let again = |pattern: &Pattern| Pattern::trusted(pattern.as_str());
        let probe = EventMatcher {
            literals: matcher.literals.clone(),
            regex: matcher.regex.as_ref().map(again),
            unless: matcher.unless.iter().map(again).collect(),
            ..bare()
        };
        probes.push((Question::Message, Matcher::Event(probe)));
    }
    probes
}

/// Probes of a matcher of objects; that a field is missing has no near miss.
fn object_probes(matcher: &ObjectMatcher) -> Vec<(Question, Matcher)> {
    if matches!(matcher.condition, Condition::Exists(_)) {
        return Vec::new();
    }
    let probe = ObjectMatcher {
        name: matcher.name.clone(),
        kind: matcher.kind.clone(),
        field: matcher.field.clone(),
        condition: Condition::Exists(true),
    };
    vec![(Question::Field, Matcher::Object(probe))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_condition_of_a_matcher_has_its_probe() {
        let text = "schema = 1\nid = \"x\"\ntitle = \"t\"\ncategory = \"node\"\nseverity = \"low\"\n\
            confidence = \"low\"\nexplain = \"e\"\ndisprove = \"d\"\n\
            [[log]]\ncomponent = [\"kubelet\"]\nliteral = [\"lost\"]\nregex = 'lost \\d+'\nunless = ['lost 0', 'got']\n\
            [[event]]\nreason = [\"Lost\"]\nliteral = [\"lost\"]\n\
            [[object]]\nkind = \"Pod\"\nfield = \"status.phase\"\nequals = \"Lost\"\n";
        let rules = RuleSet::from_files(&[("x.toml", text)]).unwrap();
        let probes = Probes::of(&rules, rules.rule("x").unwrap());
        let meanings: Vec<_> = probes
            .rules
            .matchers()
            .map(|(id, _)| probes.meaning(id).unwrap())
            .map(|(matcher, question)| (matcher.0, question))
            .collect();
        assert_eq!(
            meanings,
            [
                (0, Question::Whole),
                (0, Question::NoRegex),
                (0, Question::Unless(0)),
                (0, Question::Unless(1)),
                (1, Question::Reason),
                (1, Question::Message),
                (2, Question::Field),
            ]
        );
        assert!(probes.rules.engine().guards.all().is_empty());
        assert_eq!(probes.meaning(MatcherId(99)), None);
    }
}
