//! Entries as the build makes them from their files (`rules/build.rs`).

/// How much a code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It names what is wrong: a full disk, a quota, an expired certificate.
    Cause,
    /// It names a kind of failure whose cause is elsewhere: a refused connection, a time-out.
    Symptom,
    /// It says next to nothing: an internal error.
    Generic,
}

impl Kind {
    /// The kind as outputs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cause => "cause",
            Self::Symptom => "symptom",
            Self::Generic => "generic",
        }
    }
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
#[derive(Debug)]
pub(super) struct Sense {
    pub(super) kind: Kind,
    pub(super) category: &'static str,
    pub(super) title: &'static str,
    pub(super) meaning: &'static str,
    pub(super) cause: &'static str,
    pub(super) decide: &'static str,
    pub(super) link: &'static str,
}

/// A text that is searched for, in lower case: a phrase, or what stands in every match of a regex.
#[derive(Debug)]
pub(super) struct Pattern {
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
    pub(super) patterns: &'static [Pattern],
    /// What the patterns are known by, sorted.
    pub(super) windows: &'static [Window],
    /// For each first byte, and one behind the last, where its windows begin.
    pub(super) begins: &'static [u16; 257],
    /// Code and place of the regexes that no text leads to.
    pub(super) unguarded: &'static [(u16, u16)],
}
