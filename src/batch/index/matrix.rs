//! Signatures by cases, as a picture: a column is a case, a mark a hit, grey where the rule could not
//! look.
//!
//! A row is one picture of so many units as there are cases on the page; neighbours are joined, so a
//! row of five hundred cases is a few elements. The numbers beside it are those of the whole archive,
//! and the rate divides by the cases in which the rule could look.

use super::rows::{anchor, words};
use super::shown;
use crate::batch::digest::{Archive, Line, ReadLine, Signature};
use crate::batch::record::Class;
use crate::severity::Severity;
use std::cmp::Reverse;
use std::fmt::Write as _;

/// The picture.
pub(super) struct Matrix {
    /// Columns.
    pub(super) width: usize,
    /// Ids of the columns' rows in the list of cases.
    pub(super) columns: String,
    /// Names of the columns.
    pub(super) names: String,
    /// Columns from the worst class to the best.
    pub(super) by_class: String,
    /// Columns from the newest version to the oldest.
    pub(super) by_version: String,
    /// Where a year begins: place in percent, and the year.
    pub(super) ticks: Vec<(String, String)>,
    /// The classes of the cases: path and class of its colour.
    pub(super) classes: Vec<(String, &'static str)>,
    /// One letter per column: its class.
    pub(super) class_marks: String,
    /// Categories with their signatures.
    pub(super) groups: Vec<Category>,
    /// Number of signatures.
    pub(super) signatures: usize,
}

/// Signatures of a category.
pub(super) struct Category {
    /// Its name.
    pub(super) name: String,
    /// Its signatures, the most frequent first.
    pub(super) rows: Vec<MatrixRow>,
}

/// One signature.
pub(super) struct MatrixRow {
    /// Rule.
    pub(super) rule: String,
    /// Severity.
    pub(super) severity: String,
    /// Path of the hits.
    pub(super) hits: String,
    /// Path of the cases in which it could not look.
    pub(super) blind: String,
    /// One letter per column: `x` hit, `-` could not look, `.` clear.
    pub(super) marks: String,
    /// Cases of the archive with a hit.
    pub(super) cases: usize,
    /// Cases of the archive in which it could look.
    pub(super) looked: usize,
    /// Share of these, in percent.
    pub(super) rate: String,
    /// The same for sorting.
    pub(super) permille: usize,
}

/// Least distance of two years that are written above the picture, in hundredths of a percent.
const APART: usize = 500;

impl Matrix {
    /// The picture of these cases.
    pub(super) fn new(archive: &Archive, lines: &[&Line]) -> Self {
        let mut columns: Vec<(&Line, &ReadLine)> = lines
            .iter()
            .filter_map(|line| Some((*line, line.read.as_ref().ok()?)))
            .collect();
        columns.sort_by_key(|&(line, read)| (read.captured(), &line.location));
        let class_marks: String = columns.iter().map(|(_, read)| letter(read.class)).collect();
        let classes = Class::ALL.iter().filter_map(|class| {
            let path = path(&class_marks, letter(*class));
            (!path.is_empty()).then(|| (path, class.as_str()))
        });
        let ids: Vec<String> = columns.iter().map(|(line, _)| anchor(line)).collect();
        let names = columns.iter().map(|(line, read)| {
            let name = shown(&line.case).replace('\t', " ");
            format!("{name} {}", read.captured())
        });
        let groups = categories(archive, &columns);
        Self {
            width: columns.len().max(1),
            columns: ids.join(" "),
            names: names.collect::<Vec<_>>().join("\t"),
            by_class: order(&columns, |read| {
                (read.class, Reverse(read.captured().to_owned()))
            }),
            by_version: order(&columns, |read| Reverse(version(&read.version))),
            ticks: ticks(&columns),
            classes: classes.collect(),
            class_marks,
            signatures: groups.iter().map(|group| group.rows.len()).sum(),
            groups,
        }
    }
}

/// The signatures that fired anywhere in the archive, by category.
fn categories(archive: &Archive, columns: &[(&Line, &ReadLine)]) -> Vec<Category> {
    let mut fired: Vec<(usize, &Signature)> = archive
        .signatures
        .iter()
        .enumerate()
        .filter(|(_, signature)| signature.cases > 0)
        .collect();
    fired.sort_by_key(|(_, signature)| {
        (
            &signature.category,
            Reverse(signature.cases),
            &signature.rule,
        )
    });
    let mut categories: Vec<Category> = Vec::new();
    for (number, signature) in fired {
        let row = row(number, signature, columns);
        match categories
            .last_mut()
            .filter(|last| last.name == signature.category)
        {
            Some(category) => category.rows.push(row),
            None => categories.push(Category {
                name: signature.category.clone(),
                rows: vec![row],
            }),
        }
    }
    categories
}

/// One signature.
fn row(number: usize, signature: &Signature, columns: &[(&Line, &ReadLine)]) -> MatrixRow {
    let mark = |(_, read): &(&Line, &ReadLine)| {
        if read.has(number) {
            'x'
        } else if read.is_blind(number) {
            '-'
        } else {
            '.'
        }
    };
    let marks: String = columns.iter().map(mark).collect();
    let permille = (signature.cases * 1_000)
        .checked_div(signature.looked)
        .unwrap_or_default();
    MatrixRow {
        rule: shown(&signature.rule),
        severity: signature
            .severity
            .as_ref()
            .map(Severity::to_string)
            .unwrap_or_default(),
        hits: path(&marks, 'x'),
        blind: path(&marks, '-'),
        marks,
        cases: signature.cases,
        looked: signature.looked,
        rate: percent(permille),
        permille,
    }
}

/// A share for people: whole percents from one up.
fn percent(permille: usize) -> String {
    match permille {
        0 => "< 0.1 %".to_owned(),
        1..10 => format!("0.{permille} %"),
        _ => format!("{} %", (permille + 5) / 10),
    }
}

/// The outline of all columns with this mark; neighbours are one box.
fn path(marks: &str, wanted: char) -> String {
    let mut path = String::new();
    let mut from = None;
    for (place, mark) in marks.chars().chain(['\0']).enumerate() {
        match from {
            None if mark == wanted => from = Some(place),
            Some(start) if mark != wanted => {
                let width = place - start;
                let _ = write!(path, "M{start} 0h{width}v1h-{width}z");
                from = None;
            }
            _ => {}
        }
    }
    path
}

/// Columns in another order.
fn order<K: Ord>(columns: &[(&Line, &ReadLine)], key: impl Fn(&ReadLine) -> K) -> String {
    let mut places: Vec<usize> = (0..columns.len()).collect();
    places.sort_by_key(|place| (key(columns[*place].1), *place));
    let places: Vec<String> = places.iter().map(usize::to_string).collect();
    places.join(",")
}

/// The numbers of a version, so that 1.9 comes before 1.10.
fn version(text: &str) -> Vec<u64> {
    let numbers = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty());
    numbers
        .take(3)
        .filter_map(|part| part.parse().ok())
        .collect()
}

/// Where years begin; one that has no room beside the year before it is left out.
fn ticks(columns: &[(&Line, &ReadLine)]) -> Vec<(String, String)> {
    let mut ticks: Vec<(usize, &str)> = Vec::new();
    let mut last = "";
    for (place, (_, read)) in columns.iter().enumerate() {
        let year = read.captured().get(..4).unwrap_or_default();
        if year.is_empty() || year == last {
            continue;
        }
        last = year;
        // Hundredths of a percent in whole numbers: the same digits on every machine.
        let at = place * 10_000 / columns.len().max(1);
        if ticks.last().is_none_or(|(before, _)| at - before >= APART) {
            ticks.push((at, year));
        }
    }
    let tick =
        |(at, year): (usize, &str)| (format!("{}.{:02}", at / 100, at % 100), year.to_owned());
    ticks.into_iter().map(tick).collect()
}

/// One letter for each class.
fn letter(class: Class) -> char {
    match class {
        Class::Unexplained => 'u',
        Class::Critical => 'c',
        Class::High => 'h',
        Class::Minor => 'm',
        Class::Ended => 'e',
        Class::Healthy => 'g',
    }
}

/// Letter, class of the colour and words of each class, for the legend.
pub(super) fn legend() -> Vec<(&'static str, &'static str)> {
    Class::ALL
        .iter()
        .map(|class| (class.as_str(), words(*class).0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_one_box() {
        assert_eq!(path("xx.x-", 'x'), "M0 0h2v1h-2zM3 0h1v1h-1z");
        assert_eq!(path("xx.x-", '-'), "M4 0h1v1h-1z");
        assert_eq!(path("...", 'x'), "");
        assert_eq!(path("", 'x'), "");
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert!(version("v1.9.8") < version("v1.10.0"));
        assert!(version("") < version("v1.0"));
    }

    #[test]
    fn small_shares_are_not_nothing() {
        assert_eq!(
            [0, 4, 10, 14, 15, 999, 1000].map(percent),
            ["< 0.1 %", "0.4 %", "1 %", "1 %", "2 %", "100 %", "100 %"]
        );
    }
}
