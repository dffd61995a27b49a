//! From an error line to its template: fixed words stay, what varies becomes a named placeholder.
//!
//! In: the words of one line. Out: the same words for every line that the same statement of the
//! same program wrote. It is a pure function of the line: no tree that grows with what was seen
//! before, so neither the order of lines nor threads nor pieces can change a template. What the
//! rules here leave apart because only a set of templates shows it (names of one word), is folded
//! by [`crate::diagnose`] at the end.

mod bytes;
mod classify;
mod composite;
mod extent;
mod failure;
mod known;
mod out;
mod record;
mod shorten;
mod shown;
mod text;

pub use known::Known;
pub use record::{ErrorLine, error_line};
pub use shown::shown;
pub use text::normalise;

#[cfg(test)]
mod tests;
