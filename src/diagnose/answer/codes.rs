//! What well-known codes in the evidence mean.

use crate::codes::{Kind, Lexicon, Note};
use crate::diagnose::finding::{Citation, Finding};

/// Codes of one finding; each further one says less.
const CODES: usize = 2;

/// Places of one finding that are looked at: they seldom differ.
const LOOKED_AT: usize = 3;

/// Notes on the line of a citation.
pub(super) fn of_line(citation: &Citation) -> Vec<Note> {
    let snippet = &citation.snippet;
    let (before, after) = snippet
        .text
        .split_at_checked(snippet.matched.0)
        .unwrap_or(("", &snippet.text));
    let line = if snippet.matched == (0, 0) {
        snippet.text.as_str()
    } else {
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let end = after.find('\n').unwrap_or(after.len());
        snippet
            .text
            .get(start..before.len() + end)
            .unwrap_or_default()
    };
    Lexicon::builtin().notes(line)
}

/// Codes in the evidence of a finding that name a cause: a general rule says that a volume could not
/// be mounted, the code in its message says why.
pub(in crate::diagnose) fn of_finding(finding: &Finding) -> Vec<Note> {
    let citations = finding.citations.iter().take(LOOKED_AT);
    let mut found: Vec<Note> = Vec::new();
    for note in citations.flat_map(of_line) {
        let is_new = found.iter().all(|other| other.id != note.id);
        if note.sense.kind == Kind::Cause && is_new && found.len() < CODES {
            found.push(note);
        }
    }
    found
}
