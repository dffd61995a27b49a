//! Entries as the build makes them from their files (`rules/build.rs`).

use serde::Serialize;

/// How much a code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It names what is wrong: a full disk, a quota, an expired certificate.
    Cause,
    /// It names a kind of failure whose cause is elsewhere: a refused connection, a time-out.
    Symptom,
    /// It says next to nothing: an internal error.
    Generic,
}

/// One code.
#[derive(Debug)]
pub(super) struct Code {
    /// Its id, unique among all families.
    pub(super) id: &'static str,
    /// The family, which is the name of its file.
    pub(super) family: &'static str,
    /// Regexes of which one is enough.
    pub(super) regex: &'static [&'static str],
    /// What it means where no context says more.
    pub(super) usual: Sense,
    /// What it means in a context: texts of which one stands on the line, in any case. The first
    /// that fits counts.
    pub(super) when: &'static [(&'static [&'static str], Sense)],
}

/// What a code means.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Sense {
    /// How much it says.
    pub kind: Kind,
    /// Category, one of those of the rules.
    pub category: &'static str,
    /// What an engineer calls it.
    pub title: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// The usual cause.
    pub cause: &'static str,
    /// What decides it.
    pub decide: &'static str,
    /// Where to read on.
    pub link: &'static str,
}

/// A text that is searched for, in lower case: a phrase, or what stands in every match of a regex.
#[derive(Debug)]
pub(super) struct Needle {
    pub(super) text: &'static str,
    /// Place of its code.
    pub(super) code: u16,
    /// Place of the regex within the code; `None` for a phrase.
    pub(super) regex: Option<u16>,
}

/// Three bytes, and the patterns that are known by them with the place of the bytes in each.
pub(super) type Window = ([u8; 3], &'static [(u16, u16)]);

/// Everything that the build knows of the codes.
#[derive(Debug)]
pub(super) struct Table {
    /// All codes, sorted by family.
    pub(super) codes: &'static [Code],
    /// Everything that is searched for.
    pub(super) patterns: &'static [Needle],
    /// What the patterns are known by, sorted.
    pub(super) windows: &'static [Window],
    /// Code and place of the regexes that no text leads to.
    pub(super) unguarded: &'static [(u16, u16)],
}
