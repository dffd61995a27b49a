//! Evidence as numbered lines with the match cut out of them.

use super::shown::{Shown, shown};
use crate::report::view;
use crate::report::words::clock;

/// One piece of evidence.
pub(super) struct Citation {
    pub(super) locator: Shown,
    pub(super) time: Option<String>,
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

/// One citation as numbered lines.
pub(super) fn citation(citation: &view::Citation) -> Citation {
    let first = citation
        .line
        .saturating_sub(citation.before.len() as u64)
        .max(1);
    let mut lines: Vec<Line> = Vec::new();
    let plain = |number, text: &str| Line {
        number,
        hit: false,
        before: shown(text),
        matched: None,
        after: shown(""),
    };
    for (number, text) in (first..).zip(&citation.before) {
        lines.push(plain(number, text));
    }
    lines.extend(excerpt(citation));
    let next = lines.last().map_or(citation.line, |line| line.number + 1);
    for (number, text) in (next..).zip(&citation.after) {
        lines.push(plain(number, text));
    }
    Citation {
        locator: shown(&citation.locator),
        time: citation.time.as_deref().map(|time| clock(time) + " UTC"),
        lines,
    }
}

/// The lines of the excerpt itself, the match cut out of each line that it touches.
fn excerpt(citation: &view::Citation) -> Vec<Line> {
    let (start, end) = citation.matched;
    let mut offset = 0;
    let mut lines = Vec::new();
    for (number, text) in (citation.line..).zip(citation.excerpt.split('\n')) {
        let from = start.clamp(offset, offset + text.len()) - offset;
        let to = end.clamp(offset, offset + text.len()) - offset;
        let parts = (text.get(..from), text.get(from..to), text.get(to..));
        let (before, matched, after) = match parts {
            (Some(before), Some(matched), Some(after)) if !matched.is_empty() => {
                (before, Some(shown(matched)), after)
            }
            _ => (text, None, ""),
        };
        lines.push(Line {
            number,
            hit: true,
            before: shown(before),
            matched,
            after: shown(after),
        });
        offset += text.len() + 1;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_match_over_several_lines_is_marked_on_each() {
        let citation = view::Citation {
            locator: String::new(),
            path: String::new(),
            line: 7,
            time: None,
            excerpt: "one two\nthree".to_owned(),
            matched: (4, 10),
            before: vec!["zero".to_owned()],
            after: vec!["four".to_owned()],
        };
        let lines = super::citation(&citation).lines;
        let marked: Vec<_> = lines
            .iter()
            .map(|line| (line.number, line.matched.as_ref().map(Shown::to_string)))
            .collect();
        assert_eq!(
            marked,
            [
                (6, None),
                (7, Some("two".to_owned())),
                (8, Some("th".to_owned())),
                (9, None)
            ]
        );
    }
}
