//! What was checked and with what: the rules by outcome and reason, the sources, the inventory.

use super::shown::{Shown, shown};
use crate::diagnose::Outcome;
use crate::report::view;
use crate::report::words::{clock, number, size};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Characters of the values of one kind in the inventory that are listed at once; the rest can be
/// opened. Names of images are long, and there are many.
const VALUES: usize = 600;

/// How the rules ended.
pub(super) struct Coverage {
    pub(super) found: usize,
    pub(super) clear: usize,
    pub(super) not_checked: usize,
    /// Rules that could not run, by reason.
    pub(super) blind: Vec<Reason>,
    /// Rules that fired or were clear, and could not look everywhere they would have liked to.
    pub(super) half_blind: Vec<Reason>,
    /// Rules that fired.
    pub(super) found_rules: Vec<Shown>,
    /// Rules that were clear.
    pub(super) clear_rules: Vec<Shown>,
}

/// Rules that share a reason.
pub(super) struct Reason {
    pub(super) text: Shown,
    pub(super) rules: Vec<Shown>,
}

/// What the inventory says about one kind of thing.
pub(super) struct Kind {
    pub(super) name: Shown,
    pub(super) values: Vec<(Shown, String)>,
    pub(super) more: Vec<(Shown, String)>,
}

/// The rules by outcome and reason.
pub(super) fn coverage(coverage: &view::Coverage) -> Coverage {
    let of = |wanted: Outcome| -> Vec<Shown> {
        let rules = coverage.rules.iter();
        let rules = rules.filter(|row| row.outcome == wanted);
        // A rule that looked says elsewhere what it did not see; of one that fired it says who tells.
        let told = |reason: &str| wanted == Outcome::Found && !reason.is_empty();
        rules
            .map(|row| {
                if told(&row.reason) {
                    shown(format!("{} ({})", row.rule, row.reason))
                } else {
                    shown(&row.rule)
                }
            })
            .collect()
    };
    Coverage {
        found: coverage.found,
        clear: coverage.clear,
        not_checked: coverage.not_checked,
        blind: reasons(coverage, |outcome, reason| {
            let blind = outcome == Outcome::NotChecked;
            if blind { vec![reason] } else { vec![] }
        }),
        half_blind: reasons(coverage, |outcome, reason| {
            let looked = outcome == Outcome::Clear;
            if looked {
                reason.split("; ").collect()
            } else {
                vec![]
            }
        }),
        found_rules: of(Outcome::Found),
        clear_rules: of(Outcome::Clear),
    }
}

/// The reasons that `of` takes from each rule, that of most rules first.
fn reasons(
    coverage: &view::Coverage,
    of: impl for<'r> Fn(Outcome, &'r str) -> Vec<&'r str>,
) -> Vec<Reason> {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in &coverage.rules {
        for reason in of(row.outcome, &row.reason) {
            if !reason.is_empty() {
                reasons.entry(reason).or_default().push(&row.rule);
            }
        }
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(reason, rules)| (Reverse(rules.len()), *reason));
    reasons
        .into_iter()
        .map(|(reason, rules)| Reason {
            text: shown(reason),
            rules: rules.into_iter().map(shown).collect(),
        })
        .collect()
}

/// The sources of evidence as rows.
pub(super) fn sources(coverage: &view::Coverage) -> Vec<Vec<Shown>> {
    coverage.sources.iter().map(source).collect()
}

/// One source as a row. Objects have no size of their own.
fn source(source: &view::Source) -> Vec<Shown> {
    let time = |time: &Option<String>| shown(time.as_deref().map(clock).unwrap_or_default());
    let bytes = Some(source.bytes).filter(|&bytes| bytes > 0);
    vec![
        shown(&source.component),
        shown(source.node.as_deref().unwrap_or("")),
        time(&source.first),
        time(&source.last),
        shown(&source.note),
        shown(number(source.entries)),
        shown(bytes.map(size).unwrap_or_default()),
    ]
}

/// The nodes that brought nothing, as rows of name and reason.
pub(super) fn absent_nodes(coverage: &view::Coverage) -> Vec<[Shown; 2]> {
    let absent = coverage.nodes.iter().filter(|node| node.absent);
    absent
        .map(|node| [shown(&node.name), shown(&node.note)])
        .collect()
}

/// The inventory by kind of thing, in its order.
pub(super) fn inventory(rows: &[(String, String, u64)]) -> Vec<Kind> {
    let mut kinds: Vec<(&str, Vec<(Shown, String)>)> = Vec::new();
    for (what, value, count) in rows {
        let value = (shown(value), number(*count));
        match kinds.last_mut() {
            Some((name, values)) if name == what => values.push(value),
            _ => kinds.push((what, vec![value])),
        }
    }
    kinds
        .into_iter()
        .map(|(name, mut values)| {
            let lengths = values.iter().scan(0, |used, (value, _)| {
                *used += value.length();
                Some(*used)
            });
            let fit = lengths.take_while(|&used| used <= VALUES).count().max(1);
            let more = values.split_off(values.len().min(fit));
            Kind {
                name: shown(name),
                values,
                more,
            }
        })
        .collect()
}

/// Rows of two texts and a count.
pub(super) fn counted(rows: &[(String, String, u64)]) -> Vec<Vec<Shown>> {
    rows.iter()
        .map(|(a, b, count)| vec![shown(a), shown(b), shown(number(*count))])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn rules_share_their_reason_and_the_widest_reason_comes_first() {
        let rule = |name: &str, outcome, reason: &str| view::RuleRow {
            rule: name.to_owned(),
            outcome,
            reason: reason.to_owned(),
            missing: vec![],
        };
        let of = view::Coverage {
            found: 0,
            clear: 1,
            not_checked: 3,
            partly: BTreeSet::new(),
            rules: vec![
                rule("a", Outcome::NotChecked, "no events"),
                rule("b", Outcome::NotChecked, "no log"),
                rule("c", Outcome::Clear, ""),
                rule("d", Outcome::NotChecked, "no log"),
            ],
            sources: vec![],
            nodes: vec![],
        };
        let told = coverage(&of);
        let blind: Vec<_> = told
            .blind
            .iter()
            .map(|reason| (reason.text.to_string(), reason.rules.len()))
            .collect();
        assert_eq!(
            blind,
            [("no log".to_owned(), 2), ("no events".to_owned(), 1)]
        );
        assert!(told.half_blind.is_empty());
    }
}
