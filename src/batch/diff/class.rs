//! The class of a case as a word.

use crate::batch::digest::Line;
use crate::batch::record::Class;

/// The class of a case as a word.
pub(super) fn class(line: &Line) -> &'static str {
    match &line.read {
        Ok(read) => Class::as_str(read.class),
        Err(_) => "unreadable",
    }
}
