//! Codes in findings and unknown errors.

use crate::codes::Note;
use serde::Serialize;

/// A code that stands in the lines.
#[derive(Serialize)]
pub(super) struct Code {
    id: &'static str,
    kind: &'static str,
    category: &'static str,
    title: &'static str,
    meaning: &'static str,
    cause: &'static str,
    decide: &'static str,
    link: &'static str,
}

/// One note.
pub(super) fn code(note: &Note) -> Code {
    Code {
        id: note.id,
        kind: note.kind.as_str(),
        category: note.category,
        title: note.title,
        meaning: note.meaning,
        cause: note.cause,
        decide: note.decide,
        link: note.link,
    }
}
