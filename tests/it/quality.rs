//! What the rules find of the repository's own labels, by category: every example of every rule
//! runs against all rules, each rule against the words of all others.
//!
//! A line that a rule should hit is found by it, or by what supersedes it; a line that it should not
//! hit is not found by it; and no unrelated rule hits a line besides. The table is printed, and
//! anything less than all of it fails.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::support::RULES;
use bundlescope::commands::catalogue;
use bundlescope::diagnose::checks::CHECKS;
use bundlescope::examine::proof::Engine;
use bundlescope::rules::check::{EventExample, Proof as _};
use bundlescope::rules::{Example, Kind, LogMatcher, Matcher, MatcherId, Rule, Should};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Where an example's text stands.
fn hits(matcher: &Matcher, example: &Example) -> Vec<MatcherId> {
    let event = |reasons: &[String], kinds: &[String]| {
        let stated = |own: &Option<String>, first: Option<&String>, other: &str| {
            own.as_ref()
                .or(first)
                .map_or(other, String::as_str)
                .to_owned()
        };
        let reason = stated(&example.reason, reasons.first(), "");
        let kind = stated(&example.kind, kinds.first(), "Pod");
        let wanted = match matcher {
            Matcher::Event(event) => event.event_type,
            _ => None,
        };
        let event_type = example.event_type.or(wanted);
        Engine.event(
            &EventExample {
                reason: &reason,
                kind: &kind,
                warning: event_type != Some(bundlescope::rules::EventType::Normal),
                message: &example.text,
            },
            &RULES,
        )
    };
    match matcher {
        Matcher::Log(log) if log.reads_logs() => Engine.lines(&example.text, &RULES),
        Matcher::Log(log) if log.accepts_message("status") => Engine.status(&example.text, &RULES),
        Matcher::Log(LogMatcher { .. }) => event(&[], &[]),
        Matcher::Event(matcher) => event(&matcher.reasons, &matcher.kinds),
        Matcher::Object(_) => Vec::new(),
    }
}

/// The counts of one category.
#[derive(Default)]
struct Row {
    rules: usize,
    /// Lines to be found, and those that were.
    positive: usize,
    found: usize,
    /// Of these by a rule that speaks instead.
    instead: usize,
    /// Lines not to be found, and those that were.
    negative: usize,
    false_hits: usize,
    /// Lines to be found that an unrelated rule hits as well.
    crossed: usize,
}

/// Whether one of the two is the other, or speaks instead of it.
fn related(a: &Rule, b: &Rule) -> bool {
    a.id == b.id
        || RULES.supersedes(&a.id, &b.id)
        || RULES.supersedes(&b.id, &a.id)
        || (a.kind == Kind::Noise) != (b.kind == Kind::Noise)
}

/// Judges one example.
fn judge(rule: &Rule, example: &Example, row: &mut Row, wrong: &mut Vec<String>) {
    let id = rule.matchers().nth(example.matcher).unwrap();
    let matcher = RULES.matcher(id).unwrap();
    let hits = hits(matcher, example);
    let rules = hits.iter().filter_map(|hit| RULES.rule_of(*hit));
    let rules: Vec<&Rule> = rules.collect();
    let own = rules.iter().any(|hit| hit.id == rule.id);
    let instead = rules.iter().find(|hit| RULES.supersedes(&hit.id, &rule.id));
    let others: BTreeSet<&str> = rules
        .iter()
        .filter(|other| !related(rule, other))
        .map(|other| &*other.id)
        .collect();
    match example.should {
        Should::Match => {
            row.positive += 1;
            row.found += usize::from(own || instead.is_some());
            row.instead += usize::from(!own && instead.is_some());
            row.crossed += usize::from(!others.is_empty());
            if !own && instead.is_none() {
                wrong.push(format!("{}: not found in {:?}", rule.id, example.text));
            }
            if !others.is_empty() {
                wrong.push(format!(
                    "{}: {others:?} hit {:?} too",
                    rule.id, example.text
                ));
            }
        }
        Should::NotMatch => {
            row.negative += 1;
            // The line is shown for one matcher; another of the rule may mean it.
            row.false_hits += usize::from(hits.contains(&id));
            if hits.contains(&id) {
                wrong.push(format!("{}: found in {:?}", rule.id, example.text));
            }
        }
    }
}

/// `99.1 %`, or a dash where there is nothing to find.
fn percent(part: usize, whole: usize) -> String {
    match (part * 1000).checked_div(whole) {
        Some(permille) => format!("{}.{} %", permille / 10, permille % 10),
        None => "-".to_owned(),
    }
}

#[test]
fn every_category_finds_all_of_its_own_labels_and_nothing_else() {
    let mut rows = BTreeMap::<String, Row>::new();
    let mut wrong = Vec::new();
    for rule in RULES.rules() {
        for name in [rule.category.to_string(), "~ all".to_owned()] {
            let row = rows.entry(name.clone()).or_default();
            row.rules += 1;
            // Mistakes are told once.
            let mut told = Vec::new();
            for example in &rule.examples {
                judge(rule, example, row, &mut told);
            }
            if name != "~ all" {
                wrong.append(&mut told);
            }
        }
    }
    let mut table = format!(
        "{:<16} {:>5} {:>9} {:>7} {:>8} {:>9} {:>9} {:>10} {:>7}\n",
        "category",
        "rules",
        "positives",
        "found",
        "instead",
        "recall",
        "negatives",
        "false hits",
        "crossed"
    );
    for (category, row) in &rows {
        let recall = percent(row.found, row.positive);
        let _ = writeln!(
            table,
            "{category:<16} {:>5} {:>9} {:>7} {:>8} {recall:>9} {:>9} {:>10} {:>7}",
            row.rules,
            row.positive,
            row.found,
            row.instead,
            row.negative,
            row.false_hits,
            row.crossed
        );
    }
    // `cargo test -- quality --nocapture` shows it.
    println!("{table}");
    assert!(wrong.is_empty(), "{}\n{table}", wrong.join("\n"));
}

/// Each matcher of texts has both kinds of examples; what has none is a check, whose cases lie in
/// `testdata/cases`, or a heads-up by version.
#[test]
fn every_rule_shows_what_it_finds_and_what_it_does_not() {
    let mut wrong = Vec::new();
    for rule in RULES.rules() {
        for (place, id) in rule.matchers().enumerate() {
            if matches!(RULES.matcher(id), Some(Matcher::Object(_)) | None) {
                continue;
            }
            for should in [Should::Match, Should::NotMatch] {
                let mut own = rule.examples.iter().filter(|e| e.matcher == place);
                if !own.any(|example| example.should == should) {
                    wrong.push(format!("{}: no example of {should:?}", rule.id));
                }
            }
        }
        let check = CHECKS.iter().any(|check| check.id == &*rule.id);
        if (rule.kind == Kind::Check) != check {
            wrong.push(format!(
                "{}: words and check do not belong together",
                rule.id
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The pages under `docs/rules` are those of the rules.
#[test]
fn the_catalogue_is_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    let mut there = BTreeMap::new();
    for file in walkdir::WalkDir::new(&root).into_iter().flatten() {
        if file.file_type().is_file() {
            let name = file.path().strip_prefix(&root).unwrap().to_string_lossy();
            let text = fs::read_to_string(file.path())
                .unwrap()
                .replace("\r\n", "\n");
            there.insert(name.replace('\\', "/"), text);
        }
    }
    let wanted = catalogue(&RULES);
    let names: BTreeSet<&String> = there.keys().chain(wanted.keys()).collect();
    let stale: Vec<_> = names
        .into_iter()
        .filter(|name| there.get(*name) != wanted.get(*name))
        .collect();
    assert!(
        stale.is_empty(),
        "{} pages are not as the rules are, {:?} first; write them anew: cargo run -- rules docs docs/rules",
        stale.len(),
        stale.first()
    );
}
