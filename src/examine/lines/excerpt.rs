//! The excerpt that a report shows for a match.

use super::record::record;
use crate::examine::lines::line::{line_after, line_at, line_before, lossy};
use crate::limits::Limits;
use crate::locator::{Around, LineCut, Snippet};
use std::ops::Range;

/// Stands where something was left out.
const LEFT_OUT: &str = "…";

/// Bytes of each further line of a long record that are kept at least.
const SHORTEST: usize = 80;

/// The snippet for a match at `matched` in `text`, on line `number` of its entry: the line, or the
/// whole multi-line record that it opens or stands in, and its context.
///
/// A record longer than the limit keeps its first lines, the line that matched, and its last lines.
/// A match that reaches over the end of its line is cut there.
pub fn snippet(text: &[u8], number: u64, matched: Range<usize>, limits: &Limits) -> Snippet {
    let line = line_at(text, matched.start);
    let lines = record(text, line.clone());
    let own = lines.iter().position(|range| *range == line).unwrap_or(0);
    let start = lines.first().map_or(line.start, |range| range.start);
    let end = lines.last().map_or(line.end, |range| range.end);
    let (before, first) = before(text, start, limits);
    let (after, last) = after(text, end, limits);
    let mut cuts = Vec::new();
    let whole = |range: &Range<usize>, cuts: &mut Cuts| {
        let bytes = text.get(range.clone()).unwrap_or_default();
        cuts.window(bytes, 0..0, limits.excerpt_bytes).0
    };
    let mut lines_so_far = Cuts {
        line: 0,
        all: &mut cuts,
    };
    let before: Vec<String> = before
        .iter()
        .map(|range| whole(range, &mut lines_so_far))
        .collect();
    let (shown, marked) = shown(text, &lines, own, &matched, limits, &mut lines_so_far);
    let after = after
        .iter()
        .map(|range| whole(range, &mut lines_so_far))
        .collect();
    let around = Around {
        above: above(text, first),
        below: below(text, last),
        cuts,
    };
    Snippet {
        line: number.saturating_sub(feeds(text.get(start..line.start).unwrap_or_default())),
        text: shown,
        before,
        after,
        matched: marked,
        around: around.boxed(),
    }
}

/// Lines that were cut so far, and the number of the next one.
struct Cuts<'a> {
    line: usize,
    all: &'a mut Vec<LineCut>,
}

impl Cuts<'_> {
    /// The window of the next line; notes what was cut off.
    fn window(
        &mut self,
        line: &[u8],
        matched: Range<usize>,
        limit: usize,
    ) -> (String, (usize, usize)) {
        let (shown, part, marked) = window(line, matched, limit);
        if part.len() < line.len() {
            let from = part.start.saturating_sub(Around::END);
            let left = line.get(from..part.start).unwrap_or_default();
            let to = line.len().min(part.end + Around::END);
            let right = line.get(part.end..to).unwrap_or_default();
            self.all.push(LineCut {
                line: self.line,
                left: lossy(left).into_owned(),
                right: lossy(right).into_owned(),
            });
        }
        self.line += 1;
        (shown, marked)
    }
}

/// The lines that stand above a place, as far as a secret below can need them.
fn above(text: &[u8], start: usize) -> String {
    let mut out = String::new();
    let mut at = start;
    for _ in 0..Around::LINES {
        let Some(line) = line_before(text, at) else {
            break;
        };
        at = line.start;
        let from = line.end.saturating_sub(Around::LINE).max(line.start);
        out.insert(0, '\n');
        out.insert_str(0, &lossy(text.get(from..line.end).unwrap_or_default()));
    }
    out
}

/// The lines that stand below a place.
fn below(text: &[u8], end: usize) -> String {
    let mut out = String::new();
    let mut at = end;
    for _ in 0..Around::LINES {
        let Some(line) = line_after(text, at) else {
            break;
        };
        at = line.end;
        let to = line.end.min(line.start + Around::LINE);
        out.push_str(&lossy(text.get(line.start..to).unwrap_or_default()));
        out.push('\n');
    }
    out
}

/// Number of line feeds.
pub fn feeds(text: &[u8]) -> u64 {
    u64::try_from(memchr::memchr_iter(b'\n', text).count()).unwrap_or(u64::MAX)
}

/// The text of a record, and where the match stands in it.
fn shown(
    text: &[u8],
    lines: &[Range<usize>],
    own: usize,
    matched: &Range<usize>,
    limits: &Limits,
    cuts: &mut Cuts<'_>,
) -> (String, (usize, usize)) {
    let rows = rows(lines.len(), own, limits.record_lines);
    let others = rows.len().saturating_sub(1).max(1);
    let share = (limits.excerpt_bytes / others).max(SHORTEST.min(limits.excerpt_bytes));
    let mut out = String::new();
    let mut marked = (0, 0);
    for (place, row) in rows.into_iter().enumerate() {
        if place > 0 {
            out.push('\n');
        }
        let Some(row) = row else {
            out.push_str(LEFT_OUT);
            cuts.line += 1;
            continue;
        };
        let range = lines.get(row).cloned().unwrap_or_default();
        let bytes = text.get(range.clone()).unwrap_or_default();
        if row == own {
            let inside = |at: usize| at.clamp(range.start, range.end) - range.start;
            let within = inside(matched.start)..inside(matched.end.max(matched.start));
            let shift = out.len();
            let (piece, (from, to)) = cuts.window(bytes, within, limits.excerpt_bytes);
            out.push_str(&piece);
            if from < to {
                marked = (shift + from, shift + to);
            }
        } else {
            out.push_str(&cuts.window(bytes, 0..0, share).0);
        }
    }
    (out, marked)
}

/// Which rows of a record are shown; `None` stands for rows left out. All, or the first third, the
/// row that matched, and the last.
fn rows(count: usize, own: usize, limit: usize) -> Vec<Option<usize>> {
    if count <= limit.max(1) {
        return (0..count).map(Some).collect();
    }
    let head = (limit / 3).max(1);
    let plain_tail = count - limit.saturating_sub(head + 1);
    let mut rows: Vec<_> = (0..head).map(Some).collect();
    let tail = if own < head || own >= plain_tail {
        rows.push(None);
        plain_tail
    } else {
        let tail = count - limit.saturating_sub(head + 3);
        rows.extend((own > head).then_some(None));
        rows.push(Some(own));
        rows.extend((own + 1 < tail).then_some(None));
        tail.max(own + 1)
    };
    rows.extend((tail..count).map(Some));
    rows
}

/// At most `limit` bytes of a line around `matched`, decoded lossily, with a mark where it was cut;
/// which part of the line that is, and the place of the match in it.
fn window(
    line: &[u8],
    matched: Range<usize>,
    limit: usize,
) -> (String, Range<usize>, (usize, usize)) {
    let (start, end) = (
        boundary_before(line, matched.start),
        boundary_after(line, matched.end),
    );
    let (mut from, mut to) = (0, line.len());
    if line.len() > limit {
        let spare = limit.saturating_sub(end - start);
        from = start.saturating_sub(spare / 2).min(line.len() - limit);
        from = boundary_after(line, from).min(start);
        to = boundary_before(line, (from + limit).min(line.len())).max(from);
    }
    let end = end.clamp(start.min(to), to);
    let start = start.min(to);
    let mut out = String::new();
    if from > 0 {
        out.push_str(LEFT_OUT);
    }
    let marked_from = out.len() + decode(line, from..start, &mut out);
    let marked_to = marked_from + decode(line, start..end, &mut out);
    decode(line, end..to, &mut out);
    if to < line.len() {
        out.push_str(LEFT_OUT);
    }
    (out, from..to, (marked_from, marked_to))
}

/// Appends a part of a line, and tells how long it became.
fn decode(line: &[u8], part: Range<usize>, out: &mut String) -> usize {
    let text = lossy(line.get(part).unwrap_or_default());
    out.push_str(&text);
    text.len()
}

/// Whether a byte goes on with a character of UTF-8.
fn goes_on(line: &[u8], at: usize) -> bool {
    line.get(at).is_some_and(|byte| byte & 0xc0 == 0x80)
}

/// The begin of the character that `at` stands in; a character has at most four bytes.
fn boundary_before(line: &[u8], at: usize) -> usize {
    (at.saturating_sub(3)..=at)
        .rev()
        .find(|&at| !goes_on(line, at))
        .unwrap_or(at)
}

/// The first begin of a character from `at` on.
fn boundary_after(line: &[u8], at: usize) -> usize {
    (at..at + 4).find(|&at| !goes_on(line, at)).unwrap_or(at)
}

/// The lines before the record, in order, and where the first of them begins.
fn before(text: &[u8], start: usize, limits: &Limits) -> (Vec<Range<usize>>, usize) {
    let mut lines = Vec::new();
    let mut at = start;
    while lines.len() < limits.context_lines {
        let Some(line) = line_before(text, at) else {
            break;
        };
        at = line.start;
        lines.push(line);
    }
    lines.reverse();
    (lines, at)
}

/// The lines behind the record, in order, and where the last of them ends.
fn after(text: &[u8], end: usize, limits: &Limits) -> (Vec<Range<usize>>, usize) {
    let mut lines = Vec::new();
    let mut at = end;
    while lines.len() < limits.context_lines {
        let Some(line) = line_after(text, at) else {
            break;
        };
        at = line.end;
        lines.push(line);
    }
    (lines, at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cite(text: &str, needle: &str, limits: &Limits) -> (Snippet, String) {
        let at = text.find(needle).unwrap();
        let number = 100 + feeds(&text.as_bytes()[..at]);
        let snippet = snippet(text.as_bytes(), number, at..at + needle.len(), limits);
        let (from, to) = snippet.matched;
        let marked = snippet.text.get(from..to).unwrap().to_owned();
        (snippet, marked)
    }

    #[test]
    fn a_line_is_cited_with_its_number_and_neighbours() {
        let text = "a\r\nb\nc\nd\none needle here\r\nf\ng\nh\ni\n";
        let (snippet, marked) = cite(text, "needle", &Limits::RELEASE);
        assert_eq!(snippet.line, 104);
        assert_eq!(snippet.text, "one needle here");
        assert_eq!(marked, "needle");
        assert_eq!(snippet.before, ["b", "c", "d"]);
        assert_eq!(snippet.after, ["f", "g", "h"]);
        let (first, _) = cite("a\r\nb", "a", &Limits::RELEASE);
        assert_eq!((first.line, first.before.len()), (100, 0));
        assert_eq!(first.after, ["b"]);
    }

    #[test]
    fn a_long_line_is_cut_around_the_match_on_character_boundaries() {
        let limits = Limits {
            excerpt_bytes: 30,
            ..Limits::RELEASE
        };
        let long = "ä".repeat(100);
        let (middle, marked) = cite(&format!("{long}needle{long}"), "needle", &limits);
        assert_eq!(marked, "needle");
        assert!(middle.text.starts_with("…ä") && middle.text.ends_with("ä…"));
        assert!(middle.text.len() <= 30 + 2 * LEFT_OUT.len());
        let (front, _) = cite(&format!("needle{long}"), "needle", &limits);
        assert!(front.text.starts_with("needleä") && front.text.ends_with('…'));
        let (end, _) = cite(&format!("{long}needle"), "needle", &limits);
        assert!(end.text.starts_with("…ä") && end.text.ends_with("äneedle"));
        let (all, marked) = cite(&long, &long, &limits);
        assert!(all.text.ends_with('…') && marked.len() <= 30);
    }

    #[test]
    fn a_long_record_keeps_its_head_the_match_and_its_tail() {
        let limits = Limits {
            record_lines: 6,
            ..Limits::RELEASE
        };
        let body = (0..50)
            .map(|line| format!("\tframe {line}\n"))
            .collect::<Vec<_>>()
            .concat();
        let text = format!("x\npanic: boom\n{body}I0101 10:00:00.0 1 a.go:1] next\n");
        let cases = [
            (
                "boom",
                "panic: boom\n\tframe 0\n…\n\tframe 47\n\tframe 48\n\tframe 49",
            ),
            (
                "frame 20",
                "panic: boom\n\tframe 0\n…\n\tframe 20\n…\n\tframe 49",
            ),
            (
                "frame 48",
                "panic: boom\n\tframe 0\n…\n\tframe 47\n\tframe 48\n\tframe 49",
            ),
        ];
        for (needle, expected) in cases {
            let (snippet, marked) = cite(&text, needle, &limits);
            assert_eq!(snippet.text, expected, "{needle}");
            assert_eq!((snippet.line, marked.as_str()), (101, needle));
            assert_eq!(snippet.before, ["x"]);
            assert_eq!(snippet.after.len(), 1);
        }
    }

    #[test]
    fn an_empty_match_marks_nothing() {
        let snippet = snippet(b"one\ntwo", 2, 4..4, &Limits::RELEASE);
        assert_eq!(snippet.text, "two");
        assert_eq!(snippet.matched, (0, 0));
    }

    proptest! {
        #[test]
        fn the_match_is_marked_on_boundaries_within_the_text(
            parts in proptest::collection::vec(prop_oneof![
                Just(b"\n".to_vec()),
                Just(b"E0101 10:00:00.0 1 a.go:1] x".to_vec()),
                Just(b"\tat a".to_vec()),
                Just("ä€😀".as_bytes().to_vec()),
                proptest::collection::vec(any::<u8>(), 0..12),
            ], 0..20),
            from in 0_usize..120,
            length in 0_usize..60,
            excerpt_bytes in 0_usize..50,
            record_lines in 0_usize..8,
            context_lines in 0_usize..4,
        ) {
            let text = parts.concat();
            let limits = Limits { context_lines, excerpt_bytes, record_lines, ..Limits::RELEASE };
            let snippet = snippet(&text, 1, from..from + length, &limits);
            let (from, to) = snippet.matched;
            prop_assert!(snippet.text.get(from..to).is_some());
            prop_assert!(snippet.before.len() <= context_lines);
            prop_assert!(snippet.after.len() <= context_lines);
            prop_assert!(snippet.text.lines().count() <= record_lines.max(6));
        }

        #[test]
        fn shown_rows_rise_and_hold_the_match(
            count in 1_usize..40, own in 0_usize..40, limit in 0_usize..20,
        ) {
            let own = own % count;
            let rows = rows(count, own, limit);
            let shown: Vec<_> = rows.iter().flatten().copied().collect();
            prop_assert!(shown.contains(&own));
            prop_assert!(shown.is_sorted_by(|a, b| a < b));
            prop_assert!(shown.iter().all(|&row| row < count));
            prop_assert!(rows.len() <= limit.max(6));
        }
    }
}
