//! The excerpt of one line of a text.

use crate::locator::{Around, LineCut, Snippet};

/// The text of a snippet for a whole line, for facts that are one line.
pub(super) fn line_snippet(text: &str, line: u64) -> Snippet {
    let first = text.lines().next().unwrap_or_default();
    let end = first
        .char_indices()
        .nth(400)
        .map_or(first.len(), |(at, _)| at);
    let (shown, behind) = first.split_at(end);
    let mut around = Around::default();
    if !behind.is_empty() {
        let behind = behind.get(..behind.floor_char_boundary(Around::END));
        around.cuts.push(LineCut {
            line: 0,
            left: String::new(),
            right: behind.unwrap_or_default().to_owned(),
        });
    }
    Snippet {
        line,
        matched: (0, shown.len()),
        text: shown.to_owned(),
        before: vec![],
        after: vec![],
        around: around.boxed(),
    }
}
