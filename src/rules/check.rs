//! What is wrong with rule files, beyond what stops them from being used: the lint behind
//! `rules check` and the test of the built-in rules.
//!
//! In: rule files, and an engine to run their examples through; this room comes before the one
//! that matches texts, so the engine is handed in ([`Proof`]). Out: diagnostics with their places.

use super::compile::RuleSet;
use super::matcher::{EventMatcher, LogMatcher, Matcher, MatcherId, STATUS};
use super::syntax::{EventType, RuleError, Should};
use crate::rules::diagnostic::{Diagnostic, Level};
use crate::rules::pattern::Pattern;
use crate::rules::placeholders::{PLACEHOLDERS, PLACEHOLDERS_OF_CHECKS, placeholders};
use crate::rules::rule::{Example, Rule, file_stem};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The engine that examples are run through.
pub trait Proof {
    /// Matchers that hit a line (or record) of a log; each once, sorted.
    fn lines(&self, text: &str, rules: &RuleSet) -> Vec<MatcherId>;
    /// Matchers that hit a status message of an object.
    fn status(&self, text: &str, rules: &RuleSet) -> Vec<MatcherId>;
    /// Matchers that hit an event.
    fn event(&self, event: &EventExample<'_>, rules: &RuleSet) -> Vec<MatcherId>;
}

/// An event as an example describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventExample<'a> {
    /// `reason`.
    pub reason: &'a str,
    /// Kind of the involved object.
    pub kind: &'a str,
    /// Whether `type` is `Warning`.
    pub warning: bool,
    /// `message`.
    pub message: &'a str,
}

/// Everything wrong with these files, sorted by place. The files are all rules of a run: whether
/// an example holds depends on the other rules.
pub fn check<N: AsRef<str>, T: AsRef<str>>(files: &[(N, T)], proof: &dyn Proof) -> Vec<Diagnostic> {
    let rules = match RuleSet::from_files(files) {
        Ok(rules) => rules,
        Err(errors) => return errors.into_iter().map(Into::into).collect(),
    };
    let texts = files
        .iter()
        .map(|(file, text)| (file.as_ref(), text.as_ref()))
        .collect();
    let mut lint = Lint {
        rules: &rules,
        proof,
        texts,
        found: Vec::new(),
    };
    // What another tool's file states follows that tool's habits, and carries no proof.
    for rule in rules.rules().iter().filter(|rule| !rule.taken_over) {
        lint.unfinished(rule);
        lint.names(rule);
        lint.placeholders(rule);
        lint.literals(rule);
        lint.examples(rule);
    }
    lint.shared_literals();
    lint.found
        .extend(rules.left_out().iter().cloned().map(Diagnostic::from));
    lint.found.sort();
    lint.found.dedup();
    lint.found
}

/// Collects diagnostics.
struct Lint<'a> {
    rules: &'a RuleSet,
    proof: &'a dyn Proof,
    texts: BTreeMap<&'a str, &'a str>,
    found: Vec<Diagnostic>,
}

impl Lint<'_> {
    /// Notes something at a byte of the rule's file.
    fn note(&mut self, rule: &Rule, offset: usize, level: Level, message: impl fmt::Display) {
        let text = self
            .texts
            .get(rule.file.as_str())
            .copied()
            .unwrap_or_default();
        let error = RuleError::at(&rule.file, text, offset, message);
        self.found.push(Diagnostic {
            level,
            ..error.into()
        });
    }

    /// Byte at which these words first stand in the rule's file; its id where they do not.
    fn place(&self, rule: &Rule, words: &str) -> usize {
        let text = self
            .texts
            .get(rule.file.as_str())
            .copied()
            .unwrap_or_default();
        text.find(words).unwrap_or(rule.id_at)
    }

    /// The id is the file's name, and the category its folder where the folder is named like one.
    fn names(&mut self, rule: &Rule) {
        let stem = file_stem(&rule.file).to_owned();
        if stem != *rule.id {
            let message = format!("the id is `{}`, but the file is named `{stem}`", rule.id);
            self.note(rule, rule.id_at, Level::Error, message);
        }
        let folder = rule.file.rsplit('/').nth(1).unwrap_or_default();
        let category = rule.category.to_string();
        let is_category = toml::Value::from(folder)
            .try_into::<crate::severity::Category>()
            .is_ok();
        if is_category && folder != category {
            let message = format!("the category is `{category}`, but the folder `{folder}`");
            self.note(rule, self.place(rule, "category"), Level::Error, message);
        }
    }

    /// Nothing is left of a draft's marks.
    fn unfinished(&mut self, rule: &Rule) {
        let lists = [("check", &rule.check), ("remedy", &rule.remedy)];
        let lists = lists.map(|(name, texts)| texts.iter().map(move |text| (name, text)));
        let single = [
            ("title", &rule.title),
            ("explain", &rule.explain),
            ("disprove", &rule.disprove),
        ];
        let literals = rule.matchers().filter_map(|id| self.rules.matcher(id));
        let literals = literals.flat_map(|matcher| match matcher {
            Matcher::Log(matcher) => matcher.literals.as_slice(),
            Matcher::Event(matcher) => matcher.literals.as_slice(),
            Matcher::Object(_) => &[],
        });
        let all = single
            .into_iter()
            .chain(lists.into_iter().flatten())
            .chain(literals.map(|text| ("literal", text)))
            .filter(|(_, text)| is_draft(text));
        let mut left: Vec<(usize, String)> = all
            .map(|(name, text)| {
                (
                    self.place(rule, text),
                    format!("`{name}` still contains TODO"),
                )
            })
            .collect();
        for example in rule
            .examples
            .iter()
            .filter(|example| is_draft(&example.text))
        {
            let word = match example.should {
                Should::Match => "match",
                Should::NotMatch => "not-match",
            };
            let message = format!("the example with should = \"{word}\" still contains TODO");
            left.push((example.offset, message));
        }
        for (at, message) in left {
            self.note(rule, at, Level::Error, message);
        }
    }

    /// Every placeholder in a command or remedy is one that can be filled in.
    fn placeholders(&mut self, rule: &Rule) {
        let mut known: BTreeSet<&str> = PLACEHOLDERS.iter().copied().collect();
        if rule.kind == super::Kind::Check {
            known.extend(PLACEHOLDERS_OF_CHECKS);
        }
        for pattern in rule
            .matchers()
            .filter_map(|id| self.rules.matcher(id)?.pattern())
        {
            known.extend(pattern.names());
        }
        for text in rule.check.iter().chain(&rule.remedy) {
            for name in placeholders(text).filter(|name| !known.contains(name)) {
                let at = self.place(rule, &format!("{{{name}}}"));
                let message = format!("no matcher provides the placeholder {{{name}}}");
                self.note(rule, at, Level::Error, message);
            }
        }
    }

    /// Literals that are as short as is allowed at all.
    fn literals(&mut self, rule: &Rule) {
        for id in rule.matchers() {
            let literals = match self.rules.matcher(id) {
                Some(Matcher::Log(matcher)) => &matcher.literals,
                Some(Matcher::Event(matcher)) => &matcher.literals,
                _ => continue,
            };
            for literal in literals.iter().filter(|literal| literal.len() < 4) {
                let message =
                    format!("`{literal}` is very short; use a longer literal if possible");
                self.note(rule, self.place(rule, literal), Level::Warning, message);
            }
        }
    }

    /// Examples hold, and each matcher of lines and events has both kinds of them.
    fn examples(&mut self, rule: &Rule) {
        for (place, id) in rule.matchers().enumerate() {
            let Some(matcher) = self.rules.matcher(id) else {
                continue;
            };
            if matches!(matcher, Matcher::Object(_)) {
                continue;
            }
            let examples = || {
                rule.examples
                    .iter()
                    .filter(|example| example.matcher == place)
            };
            for (should, word) in [(Should::Match, "match"), (Should::NotMatch, "not-match")] {
                if !examples().any(|example| example.should == should) {
                    let message = format!(
                        "no example with should = \"{word}\" for `{}`",
                        matcher.name()
                    );
                    self.note(rule, rule.id_at, Level::Error, message);
                }
            }
            for example in examples().filter(|example| !is_draft(&example.text)) {
                self.example(rule, id, matcher, example);
            }
        }
    }

    /// One example holds, and no unrelated rule hits it.
    fn example(&mut self, rule: &Rule, id: MatcherId, matcher: &Matcher, example: &Example) {
        let hits = self.run(matcher, example);
        let hit = hits.contains(&id);
        match example.should {
            Should::Match if !hit => {
                let message = format!(
                    "`{}` should match this but does not: {}",
                    matcher.name(),
                    self.why_not(rule, matcher, example, &hits)
                );
                self.note(rule, example.offset, Level::Error, message);
            }
            Should::NotMatch if hit => {
                let message = format!("`{}` should not match this but does", matcher.name());
                self.note(rule, example.offset, Level::Error, message);
            }
            Should::Match => {
                let mut others = BTreeMap::<&str, bool>::new();
                for hit in hits {
                    if let Some(other) = self.rules.rule_of(hit)
                        && !self.ordered(rule, other)
                    {
                        let both = match (matcher, self.rules.matcher(hit)) {
                            (Matcher::Log(own), Some(Matcher::Log(other))) => own.meets(other),
                            _ => true,
                        };
                        *others.entry(&other.id).or_default() |= both;
                    }
                }
                for (other, both) in others {
                    let place = if both {
                        ""
                    } else {
                        ", in logs of unknown components"
                    };
                    let message = format!(
                        "`{other}` hits this as well{place}; should one supersede the other?"
                    );
                    self.note(rule, example.offset, Level::Warning, message);
                }
            }
            Should::NotMatch => {}
        }
    }

    /// Matchers that hit an example.
    fn run(&self, matcher: &Matcher, example: &Example) -> Vec<MatcherId> {
        match matcher {
            Matcher::Log(matcher) if matcher.reads_logs() => {
                self.proof.lines(&example.text, self.rules)
            }
            Matcher::Log(matcher) if matcher.accepts_message(STATUS) => {
                self.proof.status(&example.text, self.rules)
            }
            Matcher::Log(_) => self.proof.event(
                &EventExample {
                    reason: example.reason.as_deref().unwrap_or_default(),
                    kind: example.kind.as_deref().unwrap_or("Pod"),
                    warning: example.event_type != Some(EventType::Normal),
                    message: &example.text,
                },
                self.rules,
            ),
            Matcher::Event(matcher) => self.proof.event(&described(matcher, example), self.rules),
            Matcher::Object(_) => Vec::new(),
        }
    }

    /// Why a matcher does not hit an example that it should.
    fn why_not(
        &self,
        rule: &Rule,
        matcher: &Matcher,
        example: &Example,
        hits: &[MatcherId],
    ) -> String {
        let (literals, unless) = match matcher {
            Matcher::Log(LogMatcher {
                literals, unless, ..
            })
            | Matcher::Event(EventMatcher {
                literals, unless, ..
            }) => (literals, unless),
            Matcher::Object(_) => return "it does not match text".into(),
        };
        let text = example.text.as_str();
        if !literals.is_empty() && !literals.iter().any(|literal| text.contains(literal)) {
            return "it contains none of its literals".into();
        }
        let missing = |pattern: &Pattern| {
            !text
                .lines()
                .chain([text])
                .any(|line| pattern.is_match(line.as_bytes()))
        };
        if matcher.pattern().is_some_and(missing) {
            return "its regex does not match".into();
        }
        if let Some(pattern) = unless.iter().find(|pattern| !missing(pattern)) {
            return format!("the exception '{}' matches", pattern.as_str());
        }
        let special = hits
            .iter()
            .filter_map(|hit| self.rules.rule_of(*hit))
            .find(|other| self.rules.supersedes(&other.id, &rule.id) || other.kind != rule.kind);
        if let Some(other) = special {
            return format!("`{}` explains it and suppresses this rule", other.id);
        }
        let guards = &self.rules.engine().guards;
        if let Some(guard) = text
            .lines()
            .find_map(|line| guards.quotes(line.as_bytes(), 0))
        {
            return format!(
                "the guard `{}` treats it as a quotation of a failure",
                guard.id
            );
        }
        "the literal and the rest are not on one line, or the event has another reason, \
         kind or type"
            .into()
    }

    /// Whether the two are one rule, or one supersedes the other.
    fn ordered(&self, a: &Rule, b: &Rule) -> bool {
        a.id == b.id || self.rules.supersedes(&a.id, &b.id) || self.rules.supersedes(&b.id, &a.id)
    }

    /// No two unrelated rules share a literal that is all one of them asks for.
    fn shared_literals(&mut self) {
        let mut owners = BTreeMap::<&str, Vec<(&Rule, &LogMatcher)>>::new();
        for (id, matcher) in self.rules.matchers() {
            if let (Matcher::Log(matcher), Some(rule)) = (matcher, self.rules.rule_of(id))
                && !rule.taken_over
            {
                for literal in &matcher.literals {
                    owners.entry(literal).or_default().push((rule, matcher));
                }
            }
        }
        for (literal, owners) in owners {
            for (place, (rule, matcher)) in owners.iter().enumerate() {
                for (other, other_matcher) in owners.iter().take(place) {
                    let told_apart = matcher.regex.is_some() && other_matcher.regex.is_some();
                    let somewhere = matcher.covers(other_matcher) || other_matcher.covers(matcher);
                    if !told_apart && somewhere && !self.ordered(rule, other) {
                        let message = format!(
                            "`{}` has the literal `{literal}` as well; should one supersede the other?",
                            other.id
                        );
                        self.note(rule, self.place(rule, literal), Level::Warning, message);
                    }
                }
            }
        }
    }
}

impl Matcher {
    /// Its regex, where it has one.
    fn pattern(&self) -> Option<&Pattern> {
        match self {
            Self::Log(matcher) => matcher.regex.as_ref(),
            Self::Event(matcher) => matcher.regex.as_ref(),
            Self::Object(matcher) => match &matcher.condition {
                super::Condition::Matches(pattern) => Some(pattern),
                _ => None,
            },
        }
    }
}

/// What stands in a draft where its author has yet to write.
pub const TODO: &str = "TODO";

/// Whether a text is left from a draft.
fn is_draft(text: &str) -> bool {
    text.trim_start().starts_with(TODO)
}

/// The event of an example; what it does not state is as the matcher wants it.
fn described<'a>(matcher: &'a EventMatcher, example: &'a Example) -> EventExample<'a> {
    let first = |names: &'a [String], other| names.first().map_or(other, String::as_str);
    let event_type = example.event_type.or(matcher.event_type);
    EventExample {
        reason: example
            .reason
            .as_deref()
            .unwrap_or_else(|| first(&matcher.reasons, "")),
        kind: example
            .kind
            .as_deref()
            .unwrap_or_else(|| first(&matcher.kinds, "Pod")),
        warning: event_type != Some(EventType::Normal),
        message: &example.text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An engine without guards and superseding: enough to see which examples are run how.
    struct Plain;

    impl Proof for Plain {
        fn lines(&self, text: &str, rules: &RuleSet) -> Vec<MatcherId> {
            let hit = |matcher: &Matcher| match matcher {
                Matcher::Log(log) => {
                    log.literals.iter().any(|literal| text.contains(literal))
                        && log.find(text.as_bytes(), 0..1).is_some()
                }
                _ => false,
            };
            rules
                .matchers()
                .filter(|(_, matcher)| hit(matcher))
                .map(|(id, _)| id)
                .collect()
        }

        fn status(&self, text: &str, rules: &RuleSet) -> Vec<MatcherId> {
            self.lines(text, rules)
        }

        fn event(&self, event: &EventExample<'_>, rules: &RuleSet) -> Vec<MatcherId> {
            let hit = |matcher: &Matcher| match matcher {
                Matcher::Event(matcher) => matcher.accepts(event.reason, event.kind, event.warning),
                _ => false,
            };
            rules
                .matchers()
                .filter(|(_, matcher)| hit(matcher))
                .map(|(id, _)| id)
                .collect()
        }
    }

    const HEAD: &str = "schema = 1\nid = \"x\"\ntitle = \"t\"\ncategory = \"node\"\n\
        severity = \"low\"\nconfidence = \"low\"\nexplain = \"e\"\ndisprove = \"d\"\n";
    const LOG: &str =
        "[[log]]\nliteral = [\"abcd\"]\nregex = 'abcd \\d(?<zone>z?)'\nunless = ['dry']\n";
    const PROOF: &str = "[[example]]\nfor = \"log\"\nshould = \"match\"\ntext = \"abcd 1\"\n\
        [[example]]\nfor = \"log\"\nshould = \"not-match\"\ntext = \"abcd\"\n";

    fn found(files: &[(&str, String)]) -> Vec<String> {
        check(files, &Plain)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_sound_rule_has_nothing_wrong() {
        let text = format!(
            "{HEAD}check = [\"${{HOME}} {{{{.x}}}} {{name}} {{zone}} {{a: b}}\"]\n{LOG}{PROOF}"
        );
        assert_eq!(found(&[("rules/node/x.toml", text)]), Vec::<String>::new());
    }

    #[test]
    fn each_kind_of_mistake_is_found_where_it_stands() {
        let not = "[[example]]\nshould = \"not-match\"\ntext = \"-\"\n";
        let example = |text: &str| {
            format!("{HEAD}{LOG}[[example]]\nshould = \"match\"\ntext = \"{text}\"\n{not}")
        };
        for (file, text, expected) in [
            (
                "node/y.toml",
                format!("{HEAD}{LOG}{PROOF}"),
                "node/y.toml:2:6: error: the id is `x`, but",
            ),
            (
                "dns/x.toml",
                format!("{HEAD}{LOG}{PROOF}"),
                "dns/x.toml:4:1: error: the category is",
            ),
            (
                "x.toml",
                format!("{HEAD}{LOG}"),
                "x.toml:2:6: error: no example with should = \"match\"",
            ),
            (
                "x.toml",
                format!("{HEAD}remedy = [\"ask {{who}}\"]\n{LOG}{PROOF}"),
                "x.toml:9:16: error: no matcher provides",
            ),
            (
                "x.toml",
                format!("{HEAD}{LOG}{PROOF}[[log]]\nid = \"b\"\nliteral = [\"xyz\"]"),
                "x.toml:23:13: warning: `xyz` is very short",
            ),
            (
                "x.toml",
                example("nothing"),
                "x.toml:15:8: error: `log` should match this but does not: it contains none of",
            ),
            (
                "x.toml",
                example("abcd x"),
                "x.toml:15:8: error: `log` should match this but does not: its regex",
            ),
            (
                "x.toml",
                example("abcd 1 dry"),
                "x.toml:15:8: error: `log` should match this but does not: the exception 'dry'",
            ),
            (
                "x.toml",
                format!("{HEAD}{LOG}{PROOF}").replace("text = \"abcd\"", "text = \"abcd 2\""),
                "x.toml:20:8: error: `log` should not match",
            ),
            ("x.toml", "schema".into(), "x.toml:1:7: error: "),
        ] {
            let found = found(&[(file, text)]);
            assert!(
                found.iter().any(|line| line.starts_with(expected)),
                "{expected}: {found:?}"
            );
        }
    }

    #[test]
    fn a_literal_shared_by_unrelated_rules_is_a_warning() {
        let proof = PROOF.replace("text = \"abcd\"", "text = \"-\"");
        let first = format!("{HEAD}[[log]]\nliteral = [\"abcd\"]\n{proof}");
        let second = first.replace("id = \"x\"", "id = \"y\"");
        let files = [("x.toml", first), ("y.toml", second)];
        let lines = found(&files);
        assert!(
            lines
                .iter()
                .any(|line| line.starts_with("y.toml:10:13: warning: `x` has the literal")),
            "{lines:?}"
        );
        assert!(
            lines
                .iter()
                .any(|line| line.contains("`y` hits this as well")),
            "{lines:?}"
        );
        let [first, (file, text)] = files;
        let ordered = text.replace("explain", "supersedes = [\"x\"]\nexplain");
        assert_eq!(found(&[first, (file, ordered)]), Vec::<String>::new());
    }

    #[test]
    fn an_example_of_an_event_is_as_its_matcher_wants_it_unless_it_says_otherwise() {
        let text = format!(
            "{HEAD}[[event]]\nreason = [\"A\"]\nkind = [\"Node\"]\ntype = \"Normal\"\n\
             [[example]]\nshould = \"match\"\ntext = \"m\"\n\
             [[example]]\nshould = \"not-match\"\nreason = \"B\"\ntext = \"m\"\n\
             [[example]]\nshould = \"not-match\"\nkind = \"Pod\"\ntext = \"m\"\n\
             [[example]]\nshould = \"not-match\"\ntype = \"Warning\"\ntext = \"m\"\n"
        );
        assert_eq!(found(&[("x.toml", text)]), Vec::<String>::new());
    }
}
