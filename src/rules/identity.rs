//! Whether two rule files say the same, and if not, whether they at least find the same.
//!
//! In: the files of a rule set. Out: two hashes for each rule: of the whole text, and of the text
//! without what is only printed where the rule fired ([`WORDS`]). An archive compares them between
//! runs, to read only those bundles again for which a change can matter.

use super::{RuleSet, syntax};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Keys of a rule file that are read for a finding of the rule only, or for its proof. The title is
/// none of them: noise rules show it wherever they hit.
const WORDS: [&str; 5] = ["explain", "disprove", "remedy", "references", "example"];

/// Hashes of one rule, in hex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Of all that its file says.
    pub version: String,
    /// Of what decides whether it fires.
    pub logic: String,
}

/// The hashes of every rule of a set, by id; `files` are those that the set was made of. The rules
/// of another tool's file all have that file's hash.
pub fn of(rules: &RuleSet, files: &[(&str, &str)]) -> BTreeMap<String, Identity> {
    let by_file: BTreeMap<&str, Identity> = files
        .iter()
        .map(|(file, text)| (*file, of_file(file, text)))
        .collect();
    let known = rules.rules().iter().filter_map(|rule| {
        let identity = by_file.get(rule.file.as_str())?;
        Some((rule.id.to_string(), identity.clone()))
    });
    known.collect()
}

/// The hashes of one file.
fn of_file(file: &str, text: &str) -> Identity {
    let version = hash(text);
    let logic = match text.parse::<toml::Table>() {
        Ok(mut table) if syntax::parse(file, text).is_ok() => {
            table.retain(|key, _| !WORDS.contains(&key));
            hash(&table.to_string())
        }
        _ => version.clone(),
    };
    Identity { version, logic }
}

/// SHA-256 in hex.
fn hash(text: &str) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = r#"
schema = 1
id = "a-rule"
title = "A title"
category = "network"
severity = "high"
confidence = "high"
maturity = "stable"
explain = "Why."
disprove = "Not why."
remedy = ["Do it."]
[[log]]
literal = ["it broke"]
[[example]]
should = "match"
text = "it broke"
"#;

    #[test]
    fn only_words_that_no_decision_reads_leave_the_logic_as_it_is() {
        let base = of_file("a-rule.toml", RULE);
        for (from, to, same_logic) in [
            ("Why.", "Because.", true),
            ("Do it.", "Leave it.", true),
            ("text = \"it broke\"", "text = \"so it broke\"", true),
            ("A title", "Another title", false),
            ("severity = \"high\"", "severity = \"low\"", false),
            ("[\"it broke\"]", "[\"it breaks\"]", false),
        ] {
            let other = of_file("a-rule.toml", &RULE.replacen(from, to, 1));
            assert_ne!(base.version, other.version, "{from}");
            assert_eq!(base.logic == other.logic, same_logic, "{from}");
        }
    }

    #[test]
    fn every_built_in_rule_has_an_identity() {
        let rules = RuleSet::builtin();
        let (files, _) = super::super::builtin::merge(&[]);
        assert_eq!(of(&rules, &files).len(), rules.rules().len());
    }
}
