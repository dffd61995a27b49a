//! From what a rule file says to what the engine trusts: every value is judged here, once.
//!
//! In: a [`RuleFile`] and its text. Out: a [`Draft`], or every mistake in the file with its place.
//! What only shows beside other files (unknown ids, cycles) is judged in [`super::compile`].

mod duration;
mod matchers;

use super::matcher::{EVENT, Matcher};
use super::syntax::{
    EventTable, ExampleTable, Kind, LogTable, ObjectTable, Requires, RuleError, RuleFile,
    SubjectOf, Text, VersionTable,
};
use super::version::parse_version;
use crate::rules::affected::VersionRange;
use crate::rules::rule::{Example, Rule};
use crate::severity::{Confidence, Severity};
use semver::VersionReq;
use std::collections::BTreeSet;
use std::fmt::Display;
use toml::Spanned;

/// Shortest literal: shorter ones hit everywhere, and the search looks at four bytes at a time.
const SHORTEST_LITERAL: usize = 3;
/// Longest literal: a longer one is a whole message, and breaks with its next wording.
const LONGEST_LITERAL: usize = 512;

/// A rule whose matchers have no place in a set yet.
#[derive(Debug)]
pub(super) struct Draft {
    /// The rule; its matchers and what it supersedes are filled in by the set.
    pub rule: Rule,
    /// Its matchers, in the order of their ids.
    pub matchers: Vec<Matcher>,
    /// Ids it names as superseded, with their places.
    pub supersedes: Vec<Text>,
}

/// Whether regexes are compiled while the rule is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Regexes {
    /// Yes: a mistake is reported.
    Now,
    /// No: they ship with the tool, and a test has compiled them.
    WhenUsed,
}

/// Judges every value of a rule file.
pub(super) fn lower(
    file: &str,
    text: &str,
    parsed: RuleFile,
    regexes: Regexes,
) -> Result<Draft, Vec<RuleError>> {
    let mut judge = Judge {
        file,
        text,
        regexes,
        errors: Vec::new(),
    };
    let draft = judge.rule(parsed);
    if judge.errors.is_empty() {
        Ok(draft)
    } else {
        Err(judge.errors)
    }
}

/// Collects mistakes while values are judged; each method returns something usable all the same.
struct Judge<'a> {
    file: &'a str,
    text: &'a str,
    regexes: Regexes,
    errors: Vec<RuleError>,
}

impl Judge<'_> {
    /// Notes a mistake at a byte of the file.
    fn wrong(&mut self, at: usize, message: impl Display) {
        self.errors
            .push(RuleError::at(self.file, self.text, at, message));
    }

    /// Judges the whole file.
    fn rule(&mut self, file: RuleFile) -> Draft {
        let id_at = file.id.span().start;
        if *file.schema.get_ref() != 1 {
            self.wrong(file.schema.span().start, "schema must be 1");
        }
        if !is_kebab(file.id.get_ref()) {
            self.wrong(
                id_at,
                "an id consists of lower-case letters, digits and single hyphens",
            );
        }
        let noise = file.kind == Kind::Noise;
        if !noise {
            for (missing, name) in [
                (file.severity.is_none(), "severity"),
                (file.confidence.is_none(), "confidence"),
                (file.disprove.is_none(), "disprove"),
            ] {
                if missing {
                    self.wrong(id_at, format_args!("`{name}` is missing"));
                }
            }
        }
        if let Some(subject) = file.subject.as_ref().filter(|_| file.log.is_empty()) {
            self.wrong(
                subject.span().start,
                "`subject` applies to log lines, but the rule has no [[log]] matcher",
            );
        }
        let by_version = file
            .version
            .as_ref()
            .is_some_and(|version| version.requires == Requires::Version);
        let matchers = self.matchers(file.log, file.event, file.object);
        let asks = file.predicate.is_some();
        if matchers.is_empty() && file.kind != Kind::Check && !by_version && !asks {
            self.wrong(
                id_at,
                "a rule needs a [[log]], [[event]] or [[object]] matcher",
            );
        }
        let examples = file
            .example
            .into_iter()
            .map(|example| self.example(example, &matchers, id_at))
            .collect();
        for reference in &file.references {
            if !reference.get_ref().starts_with("https://") {
                self.wrong(
                    reference.span().start,
                    "a reference must begin with https://",
                );
            }
        }
        let rule = Rule {
            id: file.id.get_ref().as_str().into(),
            file: self.file.into(),
            kind: file.kind,
            title: self.words(&file.title),
            category: file.category,
            severity: file.severity.unwrap_or(Severity::Info),
            confidence: file.confidence.unwrap_or(Confidence::High),
            maturity: file.maturity,
            require: file.require,
            persists: file.persists,
            subject: file.subject.map_or(SubjectOf::Named, Spanned::into_inner),
            explain: self.words(&file.explain),
            disprove: file
                .disprove
                .map(|text| self.words(&text))
                .unwrap_or_default(),
            check: self.all_words(&file.check),
            remedy: self.all_words(&file.remedy),
            references: self.all_words(&file.references),
            supersedes: BTreeSet::new(),
            version: file.version.as_ref().map(|table| self.version(table)),
            examples,
            predicate: file.predicate,
            taken_over: file.taken_over,
            id_at,
            matchers: 0..0,
        };
        Draft {
            rule,
            matchers,
            supersedes: file.supersedes,
        }
    }

    /// A text that must say something, without the line ends around it.
    fn words(&mut self, text: &Text) -> String {
        let words = text.get_ref().trim();
        if words.is_empty() {
            self.wrong(text.span().start, "this text must not be empty");
        }
        words.to_owned()
    }

    /// Texts that must each say something.
    fn all_words(&mut self, texts: &[Text]) -> Vec<String> {
        texts.iter().map(|text| self.words(text)).collect()
    }

    /// All matchers of the file, each under its own name.
    fn matchers(
        &mut self,
        logs: Vec<LogTable>,
        events: Vec<EventTable>,
        objects: Vec<ObjectTable>,
    ) -> Vec<Matcher> {
        let mut names = BTreeSet::new();
        let mut matchers = Vec::new();
        for table in logs {
            let name = self.name(
                table.id.as_ref(),
                "log",
                table.literal.span().start,
                &mut names,
            );
            matchers.push(Matcher::Log(self.log(name, &table)));
        }
        for table in events {
            let first = table.reason.first().or(table.literal.first());
            let at = first.map_or(0, |text| text.span().start);
            let name = self.name(table.id.as_ref(), EVENT, at, &mut names);
            let at = table.id.as_ref().map_or(at, |id| id.span().start);
            matchers.push(Matcher::Event(self.event(name, at, &table)));
        }
        for table in objects {
            let at = table.kind.span().start;
            let name = self.name(table.id.as_ref(), "object", at, &mut names);
            matchers.push(Matcher::Object(self.object(name, &table)));
        }
        matchers
    }

    /// The name of a matcher, its own or the default one; no two in a file are equal.
    fn name(
        &mut self,
        id: Option<&Text>,
        default: &str,
        at: usize,
        names: &mut BTreeSet<String>,
    ) -> String {
        let (name, at) = id.map_or((default, at), |id| (id.get_ref().as_str(), id.span().start));
        if !is_kebab(name) {
            self.wrong(
                at,
                "an id consists of lower-case letters, digits and single hyphens",
            );
        }
        if !names.insert(name.to_owned()) {
            self.wrong(
                at,
                format_args!("duplicate matcher `{name}`; give each matcher its own `id`"),
            );
        }
        name.to_owned()
    }

    /// The `[version]` table.
    fn version(&mut self, table: &VersionTable) -> VersionRange {
        if table.affected.get_ref().is_empty() {
            self.wrong(
                table.affected.span().start,
                "set at least one affected range",
            );
        }
        let mut ranges = Vec::new();
        for text in table.affected.get_ref() {
            match VersionReq::parse(text.get_ref()) {
                Ok(range) => ranges.push(range),
                Err(error) => self.wrong(text.span().start, format_args!("range: {error}")),
            }
        }
        for fixed in &table.fixed {
            if parse_version(fixed.get_ref()).is_none() {
                self.wrong(fixed.span().start, "write the version as 1.18.2");
            }
        }
        VersionRange {
            component: self.words(&table.component),
            affected: self.all_words(table.affected.get_ref()),
            fixed: self.all_words(&table.fixed),
            requires: table.requires,
            provider: table.provider,
            ranges,
        }
    }

    /// An example, tied to its matcher.
    fn example(&mut self, table: ExampleTable, matchers: &[Matcher], id_at: usize) -> Example {
        let proved = |matcher: &Matcher| !matches!(matcher, Matcher::Object(_));
        let index = if let Some(name) = &table.matcher {
            let found = matchers
                .iter()
                .position(|matcher| proved(matcher) && matcher.name() == name.get_ref());
            if found.is_none() {
                let message = format!("no [[log]] or [[event]] matcher `{}`", name.get_ref());
                self.wrong(name.span().start, message);
            }
            found
        } else {
            let only = matchers.iter().position(proved);
            if matchers.iter().filter(|matcher| proved(matcher)).count() != 1 {
                let at = table.text.span().start;
                self.wrong(at, "set the matcher of the example: for = \"...\"");
            }
            only
        };
        if table.text.get_ref().trim().is_empty() && table.reason.is_none() {
            self.wrong(
                table.text.span().start.max(id_at),
                "this text must not be empty",
            );
        }
        Example {
            matcher: index.unwrap_or_default(),
            should: table.should,
            offset: table.text.span().start,
            text: table.text.into_inner(),
            reason: table.reason,
            kind: table.kind,
            event_type: table.event_type,
        }
    }
}

/// Lower-case letters, digits and single hyphens between them.
fn is_kebab(id: &str) -> bool {
    !id.is_empty()
        && id.split('-').all(|word| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::syntax::parse;
    use proptest::prelude::*;

    const HEAD: &str = "schema = 1\nid = \"x\"\ntitle = \"t\"\ncategory = \"node\"\n\
        severity = \"low\"\nconfidence = \"low\"\nexplain = \"e\"\ndisprove = \"d\"\n";

    fn errors(text: &str) -> Vec<String> {
        let parsed = parse("x.toml", text).unwrap();
        match lower("x.toml", text, parsed, Regexes::Now) {
            Ok(_) => vec![],
            Err(errors) => errors.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn every_value_is_judged_where_it_stands() {
        for (rest, expected) in [
            ("", "2:6: a rule needs"),
            (
                "references = [\"http://x\"]\n[[object]]\nkind=\"Pod\"\nfield=\"a\"\nexists=true",
                "9:15: a reference",
            ),
            (
                "[[log]]\nliteral = []",
                "10:11: a [[log]] matcher needs a literal",
            ),
            ("[[log]]\nliteral = [\"ab\"]", "10:12: a literal needs"),
            (
                "[[log]]\nliteral = [\"abcd\", \"a\\nbcd\"]",
                "10:20: a literal must be on one line",
            ),
            (
                "[[log]]\nliteral = [\"abcd\"]\nregex = '('",
                "11:9: regex: unclosed group",
            ),
            (
                "[[log]]\nliteral = [\"abcd\"]\nregex = 'a*'",
                "11:9: the regex matches the empty",
            ),
            (
                "[[log]]\nliteral = [\"abcd\"]\nunless = ['a', '[']",
                "11:16: regex",
            ),
            (
                "[[log]]\nliteral = [\"abcd\"]\ncomponent = [\"kublet\"]",
                "11:14: unknown component `kublet`",
            ),
            (
                "[[log]]\nliteral = [\"abcd\"]\nat_least = 1",
                "11:12: `at_least` must be 2",
            ),
            (
                "[[log]]\nliteral = [\"abcd\"]\nwithin = \"1h\"",
                "11:10: `within` needs",
            ),
            (
                "[[log]]\nliteral = [\"abcd\"]\nat_least = 3\nwithin = \"10\"",
                "12:10: write a duration",
            ),
            (
                "[[log]]\nliteral = [\"abcd\"]\n[[log]]\nliteral = [\"efgh\"]",
                "12:11: duplicate matcher `log`",
            ),
            (
                "[[event]]\nid = \"e\"\ntype = \"Warning\"",
                "10:6: [[event]] `e` needs",
            ),
            (
                "[[object]]\nkind = \"Pod\"\nfield = \"a..b\"\nexists = true",
                "11:9: a key",
            ),
            (
                "[[object]]\nkind = \"Pod\"\nfield = \"a\"",
                "11:9: an [[object]] matcher needs exactly one",
            ),
            (
                "[[object]]\nkind = \"Pod\"\nfield = \"a\"\nequals = 1\nexists = true",
                "11:9: an [[object]] matcher needs exactly one",
            ),
            (
                "[version]\ncomponent = \"kubelet\"\naffected = [\"what\"]\nrequires = \"version\"",
                "11:13: range:",
            ),
            (
                "[version]\ncomponent = \"kubelet\"\naffected = []\nrequires = \"version\"",
                "11:12: set at least",
            ),
            (
                "[[event]]\nreason = [\"R\"]\n[[example]]\nfor = \"z\"\nshould = \"match\"\ntext = \"t\"",
                "12:7: no [[log]] or",
            ),
            (
                "[[event]]\nreason = [\"R\"]\n[[log]]\nliteral = [\"abcd\"]\n[[example]]\nshould = \"match\"\ntext = \"t\"",
                "15:8: set the matcher of the example",
            ),
        ] {
            let text = format!("{HEAD}{rest}");
            let found = errors(&text);
            assert!(
                found
                    .iter()
                    .any(|error| error.starts_with(&format!("x.toml:{expected}"))),
                "{rest}: {found:?}"
            );
        }
    }

    #[test]
    fn one_file_reports_all_its_mistakes() {
        let text = "schema = 2\nid = \"X y\"\ntitle = \" \"\ncategory = \"node\"\nexplain = \"\"";
        assert_eq!(errors(text).len(), 8);
    }

    #[test]
    fn noise_needs_neither_severity_nor_disproof_and_a_check_no_matchers() {
        let noise = "schema = 1\nid = \"x\"\nkind = \"noise\"\ntitle = \"t\"\ncategory = \"node\"\n\
            explain = \"e\"\n[[log]]\nliteral = [\"abcd\"]";
        assert_eq!(errors(noise), Vec::<String>::new());
        assert_eq!(
            errors(&format!("kind = \"check\"\n{HEAD}")),
            Vec::<String>::new()
        );
    }

    proptest! {
        #[test]
        fn any_values_are_judged_without_a_panic(
            literal in "\\PC{0,6}", regex in "\\PC{0,8}", field in "\\PC{0,8}", range in "\\PC{0,8}",
        ) {
            let text = format!(
                "{HEAD}[[log]]\nliteral = [{literal:?}]\nregex = {regex:?}\n[[object]]\nkind = \"Pod\"\n\
                 field = {field:?}\nexists = true\n[version]\ncomponent = \"c\"\naffected = [{range:?}]",
            );
            // Rust and TOML write some escapes differently; only what TOML reads is judged.
            if let Ok(parsed) = parse("x.toml", &text) {
                let _ = lower("x.toml", &text, parsed, Regexes::Now);
            }
        }
    }
}
