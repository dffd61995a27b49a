//! The rules that ship with the tool are sound.

use bundlescope::component::COMPONENTS;
use bundlescope::examine::proof::Engine;
use bundlescope::rules::check::{Level, check};
use bundlescope::rules::{RuleSet, builtin};

/// Errors fail the test; warnings are shown, so that a failing run says what else to look at.
#[test]
fn every_built_in_rule_passes_the_lint() {
    let found = check(builtin::FILES, &Engine);
    let all: Vec<_> = found.iter().map(ToString::to_string).collect();
    let errors = found
        .iter()
        .filter(|found| found.level == Level::Error)
        .count();
    assert_eq!(errors, 0, "\n{}", all.join("\n"));
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
