//! The tables of topics, `docs/topics/*.md`: every rule that one names exists, every row says why it
//! names none, and the counts at the top are those of the rows.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use bundlescope::rules::RuleSet;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Why a row may name no rule; an open one says what stands in the way.
const REASONS: [&str; 4] = ["open", "cloud side only", "metric only", "guide"];

/// One table of a page: its header, and the cells of its rows.
type Table<'a> = (Vec<&'a str>, Vec<Vec<&'a str>>);

/// The cells of a line of a table.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inside = line.strip_prefix('|')?.strip_suffix('|')?;
    Some(inside.split('|').map(str::trim).collect())
}

/// All tables of a page.
fn tables(page: &str) -> Vec<Table<'_>> {
    let mut tables: Vec<Table<'_>> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        let Some(cells) = cells(line) else {
            inside = false;
            continue;
        };
        if inside {
            tables.last_mut().unwrap().1.push(cells);
        } else {
            tables.push((cells, Vec::new()));
            inside = true;
        }
    }
    for (_, rows) in &mut tables {
        assert!(rows.remove(0)[0].starts_with("---"), "a table has a header");
    }
    tables
}

/// The ids that a cell names.
fn ids(cell: &str) -> impl Iterator<Item = &str> {
    let quoted = cell.split('`').skip(1).step_by(2);
    let is_id = |text: &&str| {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        text.contains('-') && text.chars().all(plain)
    };
    quoted.filter(is_id)
}

/// `covered`, or why not.
fn outcome(cell: &str) -> Result<&'static str, String> {
    let Some(reason) = cell.strip_prefix("— ") else {
        let named = ids(cell).next().is_some();
        return named
            .then_some("covered")
            .ok_or_else(|| format!("names neither a rule nor a reason: {cell}"));
    };
    let known = REASONS.iter().find(|known| reason.starts_with(**known));
    let known = known.ok_or_else(|| format!("not a reason: {cell}"))?;
    if *known == "open" && !reason.starts_with("open: ") {
        return Err(format!("does not say why it is open: {cell}"));
    }
    Ok(known)
}

/// What is wrong with a page, and its counts by outcome.
fn check(page: &str, rules: &RuleSet, wrong: &mut Vec<String>) -> BTreeMap<String, usize> {
    let tables = tables(page);
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    for (_, rows) in tables.iter().filter(|(header, _)| header[0] == "Topic") {
        for row in rows {
            let [topic, cell] = row[..] else {
                wrong.push(format!("{row:?} has not two cells"));
                continue;
            };
            if !topic.contains("](https://") {
                wrong.push(format!("{topic} has no link"));
            }
            let unknown = ids(cell).filter(|id| rules.rule(id).is_none());
            wrong.extend(unknown.map(|id| format!("{topic}: there is no rule {id}")));
            match outcome(cell) {
                Ok(outcome) => *counted.entry(outcome.to_owned()).or_default() += 1,
                Err(error) => wrong.push(format!("{topic} {error}")),
            }
        }
    }
    let all = counted.values().sum();
    counted.insert("all".to_owned(), all);
    let stated: BTreeMap<String, usize> = tables
        .iter()
        .filter(|(header, _)| header[0] == "Topics")
        .flat_map(|(_, rows)| rows)
        .map(|row| (row[0].to_owned(), row.last().unwrap().parse().unwrap()))
        .collect();
    if stated != counted {
        wrong.push(format!("counts are {counted:?}, the page says {stated:?}"));
    }
    counted
}

#[test]
fn topics_name_rules_that_exist_and_are_counted() {
    let rules = RuleSet::builtin();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/topics");
    let index = fs::read_to_string(folder.join("README.md")).unwrap();
    let index = tables(&index).remove(0).1;
    let mut wrong = Vec::new();
    for row in &index {
        let name = row[0].split(['(', ')']).nth(1).unwrap();
        let page = fs::read_to_string(folder.join(name)).unwrap();
        let mut own = Vec::new();
        let counts = check(&page, &rules, &mut own);
        let of = |outcome: &str| counts.get(outcome).copied().unwrap_or(0);
        let visible = of("covered") + of("open");
        let said = [of("all"), visible, of("covered")].map(|count| count.to_string());
        if row[1..] != said {
            own.push(format!("the index says {row:?} instead of {said:?}"));
        }
        wrong.extend(own.into_iter().map(|error| format!("{name}: {error}")));
    }
    let pages = fs::read_dir(&folder).unwrap().count() - 1;
    assert_eq!(pages, index.len(), "pages that the index does not list");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
