//! The words of rules and of the help are those of `docs/glossary.md`.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::cli::help_texts;
use bundlescope::rules::RuleSet;
use regex::RegexBuilder;
use std::fs;

/// Words not to use, from the glossary's last table.
fn words() -> Vec<String> {
    let glossary = fs::read_to_string("docs/glossary.md").unwrap();
    let (_, table) = glossary.split_once("## Words not to use").unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| "));
    let words = rows.map(|row| row.split('|').nth(1).unwrap().trim().to_owned());
    words.filter(|word| word != "not").collect()
}

#[test]
fn texts_for_people_use_the_words_of_the_glossary() {
    let words = words();
    assert!(words.len() >= 15, "{words:?}");
    let any = words.iter().map(|word| regex::escape(word));
    let any = format!(r"\b(?:{})\b", any.collect::<Vec<_>>().join("|"));
    let any = RegexBuilder::new(&any)
        .case_insensitive(true)
        .build()
        .unwrap();
    let mut texts: Vec<(String, String)> = help_texts();
    for rule in RuleSet::builtin().rules() {
        let own = [&rule.title, &rule.explain, &rule.disprove].map(ToString::to_string);
        let all = own.into_iter().chain(rule.remedy.iter().cloned());
        texts.extend(all.map(|text| (rule.id.to_string(), text)));
    }
    let wrong: Vec<String> = texts
        .iter()
        .filter_map(|(whose, text)| {
            let found = any.find(text)?;
            Some(format!("{whose}: {:?} in: {text}", found.as_str()))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
