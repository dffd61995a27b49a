//! Evidence as numbered lines with the match cut out of them.
//!
//! Citations of one entry whose lines touch are shown as one figure: the reason, the message and
//! the exit code of a container stand next to each other in its status, and are read together.

use super::shown::{Shown, shown};
use crate::report::view;
use crate::report::words::span;
use std::collections::{BTreeMap, BTreeSet};

/// Indentation that all lines of a figure share is left out from this many characters on.
const INDENT: usize = 4;

/// One or more pieces of evidence that stand together.
pub(super) struct Figure {
    /// Where the first piece stands.
    pub(super) locator: Shown,
    /// Lines of the others, ascending.
    pub(super) others: BTreeSet<u64>,
    /// When.
    pub(super) time: Option<String>,
    /// The lines.
    pub(super) lines: Vec<Line>,
}

/// One line of an excerpt, cut where the match begins and ends.
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) hit: bool,
    pub(super) before: Shown,
    pub(super) matched: Option<Shown>,
    pub(super) after: Shown,
}

/// A line that may still lose its indentation.
struct Draft {
    hit: bool,
    before: String,
    matched: Option<String>,
    after: String,
}

/// A figure in the making.
struct Group<'c> {
    /// The citations and their place in the finding.
    citations: Vec<(usize, &'c view::Citation)>,
    lines: BTreeMap<u64, Draft>,
}

/// The citations of a finding as figures, in the order of the first citation of each.
pub(super) fn figures(citations: &[view::Citation]) -> Vec<Figure> {
    let mut sorted: Vec<(usize, &view::Citation)> = citations.iter().enumerate().collect();
    sorted.sort_by_key(|&(place, citation)| (entry(citation), first_line(citation), place));
    let mut groups: Vec<Group> = Vec::new();
    for (place, citation) in sorted {
        let lines = numbered(citation);
        match groups.last_mut().filter(|group| touches(group, citation)) {
            Some(group) => {
                group.citations.push((place, citation));
                for (number, line) in lines {
                    let known = group.lines.get(&number).is_some_and(|known| known.hit);
                    if !known {
                        group.lines.insert(number, line);
                    }
                }
            }
            None => groups.push(Group {
                citations: vec![(place, citation)],
                lines,
            }),
        }
    }
    for group in &mut groups {
        group.citations.sort_by_key(|&(place, _)| place);
    }
    groups.sort_by_key(|group| group.citations.first().map(|&(place, _)| place));
    groups.into_iter().filter_map(figure).collect()
}

/// The entry that a citation stands in.
fn entry(citation: &view::Citation) -> &str {
    let locator = citation.locator.as_str();
    locator.rsplit_once(':').map_or(locator, |(entry, _)| entry)
}

/// The first line that is shown of a citation.
fn first_line(citation: &view::Citation) -> u64 {
    let before = citation.before.len() as u64;
    citation.line.saturating_sub(before).max(1)
}

/// Whether a citation follows on the lines of a group of the same entry, or lies within them.
fn touches(group: &Group<'_>, citation: &view::Citation) -> bool {
    let same = group
        .citations
        .first()
        .is_some_and(|(_, known)| entry(known) == entry(citation));
    let last = group.lines.last_key_value().map(|(number, _)| *number);
    same && last.is_some_and(|last| first_line(citation) <= last.saturating_add(1))
}

/// The lines of a citation by number.
fn numbered(citation: &view::Citation) -> BTreeMap<u64, Draft> {
    let plain = |text: &String| Draft {
        hit: false,
        before: text.clone(),
        matched: None,
        after: String::new(),
    };
    let drafts = citation
        .before
        .iter()
        .map(plain)
        .chain(excerpt(citation))
        .chain(citation.after.iter().map(plain));
    (first_line(citation)..).zip(drafts).collect()
}

/// The lines of the excerpt itself, the match cut out of each line that it touches.
fn excerpt(citation: &view::Citation) -> Vec<Draft> {
    let (start, end) = citation.matched;
    let mut offset = 0;
    let mut lines = Vec::new();
    for text in citation.excerpt.split('\n') {
        let from = start.clamp(offset, offset + text.len()) - offset;
        let to = end.clamp(offset, offset + text.len()) - offset;
        let parts = (text.get(..from), text.get(from..to), text.get(to..));
        let (before, matched, after) = match parts {
            (Some(before), Some(matched), Some(after)) if !matched.is_empty() => {
                (before, Some(matched.to_owned()), after)
            }
            _ => (text, None, ""),
        };
        lines.push(Draft {
            hit: true,
            before: before.to_owned(),
            matched,
            after: after.to_owned(),
        });
        offset += text.len() + 1;
    }
    lines
}

/// A group as it is shown.
fn figure(group: Group<'_>) -> Option<Figure> {
    let indent = indentation(group.lines.values());
    let lines = group.lines.into_iter().map(|(number, line)| {
        let before: String = line.before.chars().skip(indent).collect();
        Line {
            number,
            hit: line.hit,
            before: shown(before),
            matched: line.matched.map(shown),
            after: shown(line.after),
        }
    });
    let (_, first) = group.citations.first()?;
    let times = || {
        group
            .citations
            .iter()
            .filter_map(|(_, c)| c.time.as_deref())
    };
    Some(Figure {
        locator: shown(&first.locator),
        others: group
            .citations
            .iter()
            .map(|(_, citation)| citation.line)
            .filter(|line| *line != first.line)
            .collect(),
        time: times().min().map(|first| span(Some(first), times().max())),
        lines: lines.collect(),
    })
}

/// How many characters of indentation all lines share; none where that is little.
fn indentation<'d>(lines: impl Iterator<Item = &'d Draft>) -> usize {
    let blank = |line: &&Draft| line.matched.is_some() || !line.before.trim().is_empty();
    let indents = lines.filter(blank).map(|line| {
        let blanks = line.before.chars().take_while(|c| matches!(c, ' ' | '\t'));
        blanks.count()
    });
    indents.min().filter(|&n| n >= INDENT).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A citation of `a.log` with the given lines, of which `matched` is highlighted.
    fn citation(
        line: u64,
        before: &[&str],
        excerpt: &str,
        matched: &str,
        after: &[&str],
    ) -> view::Citation {
        let start = excerpt.find(matched).expect("the match is in the excerpt");
        view::Citation {
            locator: format!("b.zip!a.log:{line}"),
            path: "a.log".to_owned(),
            line,
            time: None,
            excerpt: excerpt.to_owned(),
            matched: (start, start + matched.len()),
            before: before.iter().map(ToString::to_string).collect(),
            after: after.iter().map(ToString::to_string).collect(),
        }
    }

    /// Number, hit and match of each line.
    fn told(figure: &Figure) -> Vec<(u64, bool, String)> {
        let matched = |line: &Line| {
            line.matched
                .as_ref()
                .map_or(String::new(), Shown::to_string)
        };
        let lines = figure.lines.iter();
        lines
            .map(|line| (line.number, line.hit, matched(line)))
            .collect()
    }

    #[test]
    fn a_match_over_several_lines_is_marked_on_each() {
        let one = citation(7, &["zero"], "one two\nthree", "two\nth", &["four"]);
        let figures = figures(&[one]);
        let expected = [
            (6, false, ""),
            (7, true, "two"),
            (8, true, "th"),
            (9, false, ""),
        ];
        assert_eq!(
            told(&figures[0]),
            expected.map(|(n, h, m)| (n, h, m.to_owned()))
        );
    }

    #[test]
    fn citations_whose_lines_touch_are_one_figure_under_the_first() {
        let far = citation(90, &["y"], "z", "z", &[]);
        let later = citation(8, &["one"], "two", "two", &["three"]);
        let first = citation(6, &["zero"], "an one", "one", &["one"]);
        let figures = figures(&[far, later, first]);
        let heads: Vec<_> = figures.iter().map(|f| f.locator.to_string()).collect();
        assert_eq!(heads, ["b.zip!a.log:90", "b.zip!a.log:8"]);
        assert_eq!(figures[1].others, [6].into());
        let expected = [
            (5, false, ""),
            (6, true, "one"),
            (7, false, ""),
            (8, true, "two"),
            (9, false, ""),
        ];
        assert_eq!(
            told(&figures[1]),
            expected.map(|(n, h, m)| (n, h, m.to_owned()))
        );
    }

    #[test]
    fn shared_indentation_is_left_out_and_the_rest_kept() {
        let json = citation(3, &["      {"], "        \"a\": 1", "1", &["", "      }"]);
        let lines: Vec<_> = figures(&[json])[0]
            .lines
            .iter()
            .map(|l| l.before.to_string())
            .collect();
        assert_eq!(lines, ["{", "  &#34;a&#34;: ", "", "}"]);
        let log = citation(3, &[], "  a", "a", &[]);
        assert_eq!(figures(&[log])[0].lines[0].before.to_string(), "  ");
    }
}
