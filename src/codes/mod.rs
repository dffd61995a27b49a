//! The lexicon of codes: what well-known codes and phrases in an error line mean where they stand.
//!
//! In: the text of a line or an event that no rule explains. Out: notes, the most telling first.
//! A rule knows a failure; a code only says what kind of failure its writer met (`ENOSPC`, gRPC
//! `ResourceExhausted`, an Xid, an Azure error code), and another code of the same line may say
//! more. So a note never makes a finding. The entries are data, `rules/codes/<family>.toml`, with
//! their sources; the lines that prove them stand in `testdata/codes/`.

mod entry;
mod lexicon;
mod regex;

pub use entry::{Kind, Sense};
pub use lexicon::{Lexicon, Note};

#[cfg(test)]
mod tests;
