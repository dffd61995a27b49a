//! The rules that ship with the tool are sound.

use bundlescope::component::COMPONENTS;
use bundlescope::examine::proof::Engine;
use bundlescope::rules::check::check;
use bundlescope::rules::{RuleSet, builtin};

/// Warnings too: two rules that hit one line are put in order, or told apart.
#[test]
fn every_built_in_rule_passes_the_lint() {
    let found = check(builtin::FILES, &Engine);
    let all: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert!(all.is_empty(), "\n{}", all.join("\n"));
}

#[test]
fn every_built_in_rule_stands_in_the_folder_of_its_category() {
    for rule in RuleSet::builtin().rules() {
        let expected = format!("rules/{}/{}.toml", rule.category, rule.id);
        assert_eq!(rule.file, expected);
    }
}

#[test]
fn every_built_in_rule_says_what_to_do() {
    for rule in RuleSet::builtin().rules() {
        let silent = rule.remedy.is_empty() && rule.check.is_empty();
        assert!(
            !silent || rule.kind == bundlescope::rules::Kind::Noise,
            "{}",
            rule.id
        );
        assert!(
            !rule.title.ends_with('.') && rule.title.len() <= 120,
            "{}: {}",
            rule.id,
            rule.title
        );
    }
}

#[test]
fn the_table_of_components_can_be_searched() {
    assert!(COMPONENTS.is_sorted(), "lookups are binary searches");
}
