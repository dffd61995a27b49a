//! Templates joined, folded and ranked.

use super::*;
use crate::locator::{EntryPath, Snippet};
use proptest::prelude::*;

/// An instant in minutes.
fn minute(minute: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + minute * 60).unwrap()
}

/// A line of an entry.
fn citation(entry: &str, line: u64, at: Option<i64>) -> Citation {
    Citation {
        path: EntryPath::bundle("b", true).entry(entry),
        time: at.map(minute),
        snippet: Snippet::of_line(line, format!("{entry} {line}")),
    }
}

/// A template with one line, as key and value.
fn one(component: &str, template: &str) -> (Key, Joined) {
    let key = (component.to_owned(), Level::Error, template.to_owned());
    let lines = Joined {
        count: 1,
        ..Joined::default()
    };
    (key, lines)
}

/// Templates and counts after folding.
fn folded(templates: &[&str]) -> Vec<(String, u64)> {
    let joined = templates
        .iter()
        .map(|template| one("a", template))
        .collect();
    fold::fold(joined)
        .into_iter()
        .map(|((_, _, template), lines)| (template, lines.count))
        .collect()
}

#[test]
fn templates_that_differ_in_one_name_are_folded() {
    let kinds = [
        "cannot sync role-a now",
        "cannot sync role-b now",
        "cannot sync role-c now",
        "cannot drop role-a now",
    ];
    let expected = [("cannot drop role-a now", 1), ("cannot sync <name> now", 3)];
    let actual = folded(&kinds);
    let actual: Vec<_> = actual.iter().map(|(text, n)| (text.as_str(), *n)).collect();
    assert_eq!(actual, expected);
    // Two names are no family, and words of a sentence are no names.
    assert_eq!(folded(&["get a-1 now", "get a-2 now"]).len(), 2);
    let words = [
        "connect: connection refused",
        "connect: connection reset",
        "connect: connection lost",
    ];
    assert_eq!(folded(&words).len(), 3);
}

#[test]
fn an_error_told_by_several_layers_is_one() {
    let end = "err=rpc error: code = Unknown desc = the network is gone for good";
    let told = |head: &str, entry: &str, at: i64, count: u64| {
        let (key, mut lines) = one("kubelet", &format!("\"{head}\" {end}"));
        lines.count = count;
        lines.samples = vec![
            citation(entry, 1, Some(at)),
            citation(entry, 2, Some(at + 9)),
        ];
        (key, lines)
    };
    let joined = [
        told("Create failed", "a", 1, 2),
        told("Run failed", "b", 1, 2),
    ];
    let joined = told::join(joined.into_iter().collect());
    let (key, lines) = joined.first_key_value().unwrap();
    assert_eq!(
        key.2,
        format!("\"Create failed\" {end} (also: \"Run failed\")")
    );
    assert_eq!((joined.len(), lines.count), (1, 4));
    for other in [
        told("Run failed", "b", 50, 2),
        told("Run failed", "b", 1, 3),
    ] {
        let joined = [told("Create failed", "a", 1, 2), other];
        assert_eq!(told::join(joined.into_iter().collect()).len(), 2);
    }
}

#[test]
fn components_and_levels_stay_apart() {
    let joined =
        ["x", "y", "z"].map(|component| one(component, &format!("no lease-{component} here")));
    assert_eq!(fold::fold(joined.into_iter().collect()).len(), 3);
}

#[test]
fn the_first_the_last_and_one_between_are_shown() {
    let mut joined = Joined::default();
    for (entry, line, at) in [
        ("b", 1, Some(30)),
        ("a", 9, Some(50)),
        ("c", 2, Some(10)),
        ("c", 7, None),
        ("d", 1, Some(20)),
    ] {
        joined.samples.push(citation(entry, line, at));
        joined.thin_samples();
    }
    let rules = RuleSet::from_files::<&str, &str>(&[]).unwrap();
    let error = joined.finish(
        ("x".into(), Level::Error, "t".into()),
        None,
        None,
        false,
        &rules,
    );
    let shown: Vec<_> = error
        .samples
        .iter()
        .map(|s| s.snippet.text.as_str())
        .collect();
    assert_eq!(shown, ["c 2", "b 1", "a 9"]);
}

#[test]
fn bins_hold_every_line() {
    let times: Vec<_> = (0..50).map(|at| (minute(at), 2)).collect();
    let bins = histogram(&times, (minute(0), minute(49)));
    assert_eq!((bins.len(), bins.iter().sum::<u64>()), (BINS, 100));
    assert!(bins.iter().all(|count| *count > 0));
    assert_eq!(histogram(&[(minute(5), 3)], (minute(5), minute(5)))[0], 3);
}

#[test]
fn only_a_crowd_is_near_the_onset() {
    let onset = minute(60);
    for (times, near) in [
        (vec![(minute(58), 1), (minute(200), 9)], true),
        (vec![(minute(0), 4), (minute(61), 5)], true),
        (vec![(minute(0), 50), (minute(61), 1)], false),
        (vec![(minute(90), 1)], false),
        (vec![], false),
    ] {
        assert_eq!(crowds(&times, onset), near, "{times:?}");
    }
}

proptest! {
    #[test]
    fn the_order_of_joining_changes_nothing(
        mut lines in prop::collection::vec((0_usize..4, 1_u64..30, prop::option::of(0_i64..90)), 1..30),
        seed in any::<prop::sample::Index>(),
    ) {
        // A line of an entry has one time.
        lines.sort_by_key(|line| (line.0, line.1));
        lines.dedup_by_key(|line| (line.0, line.1));
        let entries = ["a", "b", "c", "d"];
        let rules = RuleSet::from_files::<&str, &str>(&[]).unwrap();
        let finish = |lines: &[(usize, u64, Option<i64>)]| {
            let mut joined = Joined::default();
            for (entry, line, at) in lines {
                joined.join(Joined {
                    count: 1,
                    times: at.iter().map(|at| (minute(*at), 1)).collect(),
                    samples: vec![citation(entries[*entry], *line, *at)],
                    ..Joined::default()
                });
            }
            let key = ("x".into(), Level::Error, "t".into());
            format!("{:?}", joined.finish(key, Some((minute(0), minute(90))), Some(minute(30)), false, &rules))
        };
        let expected = finish(&lines);
        let length = lines.len();
        lines.rotate_left(seed.index(length));
        lines.reverse();
        prop_assert_eq!(finish(&lines), expected);
    }

    #[test]
    fn folding_counts_every_line(
        names in prop::collection::btree_set("[a-c]{1,2}-[x-z] (failed|lost) in [a-c]/[x-z]", 1..25),
    ) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let total: u64 = folded(&names).iter().map(|(_, count)| count).sum();
        prop_assert_eq!(total, names.len() as u64);
    }
}
