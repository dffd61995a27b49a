//! Matchers of rule files, judged value by value.

use super::{Judge, LONGEST_LITERAL, Regexes, SHORTEST_LITERAL};
use crate::component::COMPONENTS;
use crate::rules::field::FieldPath;
use crate::rules::glob::PathGlob;
use crate::rules::lower::duration::parse_duration;
use crate::rules::matcher::{
    Condition, EVENT, EventMatcher, LogMatcher, ObjectMatcher, Rate, STATUS,
};
use crate::rules::pattern::Pattern;
use crate::rules::syntax::{EventTable, LogTable, ObjectTable, Text};
use toml::Spanned;

impl Judge<'_> {
    /// A matcher of lines.
    pub(super) fn log(&mut self, name: String, table: &LogTable) -> LogMatcher {
        let mut components: Vec<String> = Vec::new();
        for component in &table.component {
            let word = component.get_ref().as_str();
            if word != EVENT && word != STATUS && COMPONENTS.binary_search(&word).is_err() {
                self.wrong(
                    component.span().start,
                    format_args!("unknown component `{word}`"),
                );
            }
            components.push(word.to_owned());
        }
        components.sort();
        components.dedup();
        if table.literal.get_ref().is_empty() {
            self.wrong(
                table.literal.span().start,
                "a [[log]] matcher needs a literal",
            );
        }
        LogMatcher {
            name,
            components,
            paths: self.globs(&table.path),
            not_paths: self.globs(&table.not_path),
            literals: self.literals(table.literal.get_ref()),
            regex: table.regex.as_ref().map(|regex| self.pattern(regex)),
            unless: table
                .unless
                .iter()
                .map(|regex| self.pattern(regex))
                .collect(),
            rate: self.rate(table.at_least.as_ref(), table.within.as_ref()),
        }
    }

    /// A matcher of events.
    pub(super) fn event(&mut self, name: String, at: usize, table: &EventTable) -> EventMatcher {
        if table.reason.is_empty() && table.literal.is_empty() {
            self.wrong(
                at,
                format_args!("[[event]] `{name}` needs a reason or a literal"),
            );
        }
        EventMatcher {
            name,
            reasons: self.all_words(&table.reason),
            literals: self.literals(&table.literal),
            regex: table.regex.as_ref().map(|regex| self.pattern(regex)),
            unless: table
                .unless
                .iter()
                .map(|regex| self.pattern(regex))
                .collect(),
            kinds: self.all_words(&table.kind),
            event_type: table.event_type,
            rate: self.rate(table.at_least.as_ref(), table.within.as_ref()),
        }
    }

    /// A matcher of objects.
    pub(super) fn object(&mut self, name: String, table: &ObjectTable) -> ObjectMatcher {
        let at = table.field.span().start;
        let field = FieldPath::parse(table.field.get_ref()).unwrap_or_else(|error| {
            self.wrong(at, error);
            FieldPath::root()
        });
        let mut conditions = Vec::new();
        if let Some(value) = &table.equals {
            conditions.push(Condition::In(vec![value.get_ref().to_string()]));
        }
        if let Some(values) = &table.any_of {
            conditions.push(Condition::In(
                values.get_ref().iter().map(ToString::to_string).collect(),
            ));
        }
        if let Some(exists) = &table.exists {
            conditions.push(Condition::Exists(*exists.get_ref()));
        }
        if let Some(regex) = &table.matches {
            conditions.push(Condition::Matches(self.pattern(regex)));
        }
        let only = conditions.pop();
        if only.is_none() || !conditions.is_empty() {
            self.wrong(
                at,
                "an [[object]] matcher needs exactly one of equals, in, exists, matches",
            );
        }
        ObjectMatcher {
            name,
            kind: self.words(&table.kind),
            field,
            condition: only.unwrap_or(Condition::Exists(true)),
        }
    }

    /// Literals that can be searched for.
    pub(super) fn literals(&mut self, literals: &[Text]) -> Vec<String> {
        for literal in literals {
            let at = literal.span().start;
            let text = literal.get_ref();
            if text.len() < SHORTEST_LITERAL {
                self.wrong(
                    at,
                    "a literal needs at least 4 bytes, or 3 if nothing longer exists",
                );
            } else if text.len() > LONGEST_LITERAL {
                self.wrong(
                    at,
                    format_args!("a literal must not exceed {LONGEST_LITERAL} bytes"),
                );
            } else if text.contains(['\n', '\r']) {
                self.wrong(at, "a literal must be on one line");
            }
        }
        literals
            .iter()
            .map(|literal| literal.get_ref().clone())
            .collect()
    }

    /// Ends of paths.
    pub(super) fn globs(&mut self, globs: &[Text]) -> Vec<PathGlob> {
        let mut read = Vec::new();
        for glob in globs {
            match PathGlob::parse(glob.get_ref()) {
                Ok(glob) => read.push(glob),
                Err(error) => self.wrong(glob.span().start, error),
            }
        }
        read
    }

    /// A regex, compiled now or later.
    pub(super) fn pattern(&mut self, source: &Text) -> Pattern {
        if self.regexes == Regexes::Now {
            match Pattern::checked(source.get_ref()) {
                Ok(pattern) => return pattern,
                Err(error) => self.wrong(source.span().start, error),
            }
        }
        Pattern::trusted(source.get_ref())
    }

    /// `at_least` and `within`.
    pub(super) fn rate(
        &mut self,
        at_least: Option<&Spanned<u64>>,
        within: Option<&Text>,
    ) -> Option<Rate> {
        let within = within.map(|text| {
            let duration = parse_duration(text.get_ref());
            if duration.is_none() {
                self.wrong(
                    text.span().start,
                    "write a duration as a number with s, m, h or d, such as 10m",
                );
            }
            if at_least.is_none() {
                self.wrong(text.span().start, "`within` needs `at_least`");
            }
            duration.unwrap_or_default()
        });
        let at_least = at_least?;
        if *at_least.get_ref() < 2 {
            self.wrong(
                at_least.span().start,
                "`at_least` must be 2 or more; the default is 1",
            );
        }
        Some(Rate {
            at_least: *at_least.get_ref(),
            within,
        })
    }
}
