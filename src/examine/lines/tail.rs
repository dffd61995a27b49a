//! The last lines of a log: what a program wrote before it ended.

use crate::examine::lines::line::{line_at, line_before};
use crate::examine::prefix::parse;
use crate::limits::Limits;
use crate::locator::{Around, LineCut, Snippet};
use crate::time::Stamp;

/// The last line that says something, with those before it as context, and its time. `first_line`
/// is the number of the text's first line, `lines` how many it has.
pub fn tail(
    text: &[u8],
    first_line: u64,
    lines: u64,
    limits: &Limits,
) -> Option<(Option<Stamp>, Snippet)> {
    let mut kept: Vec<(String, String)> = Vec::new();
    let mut number = (first_line + lines).saturating_sub(1);
    let mut last = None;
    let mut line = Some(line_at(text, text.len().saturating_sub(1)));
    // Blank lines are passed over, as many as there are lines of context.
    for _ in 0..=limits.context_lines * 2 {
        let Some(place) = line.clone() else { break };
        let bytes = text.get(place.clone())?;
        if bytes.trim_ascii().is_empty() {
            if kept.is_empty() {
                number = number.saturating_sub(1);
            }
        } else {
            last = last.or_else(|| Some(parse(bytes).stamp));
            kept.push(cut(bytes, limits.last_line_bytes));
        }
        if kept.len() > limits.context_lines {
            break;
        }
        line = line_before(text, place.start);
    }
    kept.reverse();
    let mut around = Around {
        above: line.map_or_else(String::new, |place| {
            let bytes = text.get(place).unwrap_or_default();
            let from = bytes.len().saturating_sub(Around::LINE);
            format!(
                "{}\n",
                String::from_utf8_lossy(bytes.get(from..).unwrap_or_default())
            )
        }),
        ..Around::default()
    };
    for (line, (_, right)) in kept.iter_mut().enumerate() {
        if !right.is_empty() {
            let (left, right) = (String::new(), std::mem::take(right));
            around.cuts.push(LineCut { line, left, right });
        }
    }
    let mut kept: Vec<String> = kept.into_iter().map(|(shown, _)| shown).collect();
    let text = kept.pop()?;
    Some((
        last.flatten(),
        Snippet {
            line: number,
            matched: (0, 0),
            before: kept,
            after: vec![],
            text,
            around: around.boxed(),
        },
    ))
}

/// A line as text, cut to a number of bytes at a character, and what stands behind the cut.
fn cut(line: &[u8], bytes: usize) -> (String, String) {
    let shown = String::from_utf8_lossy(line.get(..bytes).unwrap_or(line));
    let shown = shown.trim_end_matches('\u{fffd}').to_owned();
    let end = line.len().min(bytes + Around::END);
    let behind = line.get(bytes.min(end)..end).unwrap_or_default();
    (shown, String::from_utf8_lossy(behind).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_that_says_something_is_quoted_with_those_before() {
        let text = "one\ntwo\n2024-05-01T10:00:00Z three\n\n";
        let (stamp, snippet) =
            tail(text.as_bytes(), 11, 4, &Limits::RELEASE).expect("it has lines");
        assert_eq!(snippet.text, "2024-05-01T10:00:00Z three");
        assert_eq!(
            (snippet.line, snippet.before),
            (13, vec!["one".to_owned(), "two".into()])
        );
        assert!(stamp.is_some());
        assert!(tail(b"\n\n", 1, 2, &Limits::RELEASE).is_none());
        assert!(tail(b"", 1, 0, &Limits::RELEASE).is_none());
    }

    #[test]
    fn long_lines_are_cut_at_a_character() {
        let text = "\u{e4}".repeat(2_000);
        let (_, snippet) = tail(text.as_bytes(), 1, 1, &Limits::RELEASE).expect("it has a line");
        assert!(snippet.text.len() <= Limits::RELEASE.last_line_bytes);
        assert!(snippet.text.chars().all(|c| c == '\u{e4}'));
    }
}
