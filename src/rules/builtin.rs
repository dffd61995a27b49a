//! The rule files that ship with the tool, embedded by `rules/build.rs`, and those of the user.

use super::compile::RuleSet;
use super::foreign;
use super::lower::Regexes;
use super::syntax::{RuleError, parse};
use crate::rules::rule::file_stem;
use std::collections::BTreeSet;

/// Name and text of every built-in rule file, sorted by name: `rules/<category>/<id>.toml`.
pub const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/builtin_rules.rs"));

impl RuleSet {
    /// The rules that ship with the tool.
    ///
    /// # Panics
    ///
    /// When a built-in rule is broken, which the tests do not let through.
    pub fn builtin() -> Self {
        Self::build(FILES, |_| Regexes::WhenUsed)
            .expect("the built-in rules are sound: tests/it/rules.rs checks every one")
    }

    /// The built-in rules and those of the user; a rule of the user takes the place of the
    /// built-in rule with the same id. Mistakes can only be the user's.
    pub fn builtin_and(user: &[(String, String)]) -> Result<Self, Vec<RuleError>> {
        let (files, kept) = merge(user);
        Self::build(&files, |index| {
            if index < kept {
                Regexes::WhenUsed
            } else {
                Regexes::Now
            }
        })
    }
}

/// The built-in files that stay, followed by those of the user, and how many stay.
pub fn merge(user: &[(String, String)]) -> (Vec<(&str, &str)>, usize) {
    let replaced: BTreeSet<String> = user
        .iter()
        .filter(|(file, text)| foreign::recognise(file, text).is_none())
        .map(|(file, text)| id_of(file, text))
        .collect();
    let mut files: Vec<(&str, &str)> = FILES
        .iter()
        .filter(|(file, _)| !replaced.contains(file_stem(file)))
        .copied()
        .collect();
    let kept = files.len();
    files.extend(
        user.iter()
            .map(|(file, text)| (file.as_str(), text.as_str())),
    );
    (files, kept)
}

/// The id a file states; its name where it cannot be read (its mistakes are reported later).
fn id_of(file: &str, text: &str) -> String {
    parse(file, text).map_or_else(|_| file_stem(file).to_owned(), |rule| rule.id.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str, more: &str) -> (String, String) {
        let text = format!(
            "schema = 1\nid = \"{id}\"\ntitle = \"mine\"\ncategory = \"node\"\nseverity = \"low\"\n\
             confidence = \"low\"\nexplain = \"e\"\ndisprove = \"d\"\n{more}\n[[event]]\nreason = [\"R\"]"
        );
        (format!("{id}.toml"), text)
    }

    #[test]
    fn a_rule_of_the_user_takes_the_place_of_a_built_in_one() {
        let builtin = RuleSet::builtin();
        let first = builtin.rules().first().expect("rules ship with the tool");
        let set = RuleSet::builtin_and(&[user(&first.id, ""), user("zz-mine", "")]).unwrap();
        assert_eq!(set.rules().len(), builtin.rules().len() + 1);
        assert_eq!(
            set.rule(&first.id).map(|rule| rule.title.as_str()),
            Some("mine")
        );
        assert_ne!(set.hash(), builtin.hash());
    }

    #[test]
    fn a_broken_regex_of_the_user_is_reported_at_once() {
        let errors = RuleSet::builtin_and(&[user("zz", "[[log]]\nliteral=[\"abcd\"]\nregex='('")]);
        assert_eq!(
            errors
                .unwrap_err()
                .first()
                .map(ToString::to_string)
                .as_deref(),
            Some("zz.toml:11:7: regex: unclosed group")
        );
    }
}
