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
    /// Phrases of which one is enough, in any case, between word boundaries.
    pub(super) text: &'static [&'static str],
    /// Regexes of which one is enough, each with a text that stands in all its matches, where there
    /// is one.
    pub(super) regex: &'static [(&'static str, Option<&'static str>)],
    /// What it means where no context says more.
    pub(super) usual: Meaning,
    /// What it means in a context: texts of which one stands on the line, in any case. The first
    /// that fits counts.
    pub(super) when: &'static [(&'static [&'static str], Meaning)],
}

/// What a code means.
#[derive(Debug)]
pub(super) struct Meaning {
    pub(super) kind: Kind,
    pub(super) category: &'static str,
    pub(super) title: &'static str,
    pub(super) meaning: &'static str,
    pub(super) cause: &'static str,
    pub(super) decide: &'static str,
    pub(super) link: &'static str,
}
