//! What could not be read, why, and what that hides: damage is data, never an error that ends a run.

use crate::locator::Locator;
use std::fmt;

/// Something in the bundle that was not read, or not wholly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// What was not read: an entry, or the line from which on it was not.
    pub locator: Locator,
    /// Why.
    pub reason: GapReason,
}

/// Why something was not read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum GapReason {
    /// The archive or compressed stream ends early or is damaged; what came before was read.
    Damaged {
        /// The decoder's own words.
        detail: String,
    },
    /// The entry is encrypted.
    Encrypted,
    /// A limit of [`crate::limits::Limits`] was reached; what came before was read.
    Limit {
        /// Which limit, in words with its unit: "2 GiB of one entry".
        limit: String,
    },
    /// The reading was ended early; what came before was read.
    Stopped {
        /// By whom, or after how long.
        why: String,
    },
    /// A compression method or archive kind that is not read.
    Unsupported {
        /// Which.
        what: String,
    },
    /// The operating system refused.
    Unreadable {
        /// The operating system's own words.
        detail: String,
    },
    /// A link, device or pipe: its target is never followed.
    NotAFile {
        /// "symbolic link to ../x", "block device".
        what: String,
    },
    /// The name is not a plain relative path (`..`, absolute, drive letter, NUL); the content was read.
    HostileName,
    /// A second entry of the same name in one archive; both were read.
    DuplicateName,
    /// Not text.
    Binary,
    /// Text that was made from other evidence, and is none itself.
    LeftOut {
        /// What it is: "a report that this tool wrote".
        what: &'static str,
    },
    /// A document that is not well-formed; what could be parsed was kept.
    Malformed {
        /// The parser's own words.
        detail: String,
    },
    /// The collector itself could not get this and wrote an error in its place.
    NotCollected {
        /// The collector's own words.
        detail: String,
    },
    /// More was found than is kept in full: every line was read and every hit counted, but of their
    /// texts a part was kept.
    Condensed {
        /// Which part.
        kept: String,
    },
    /// Gaps of one kind beyond those that are listed.
    More {
        /// How many.
        count: u64,
        /// Why, without what is different in each.
        reason: &'static str,
    },
    /// What was read is of several clusters, or of times far apart, and was taken for one.
    NotOne {
        /// Whether it is of several clusters.
        clusters: bool,
        /// What tells it.
        what: String,
    },
    /// Nodes of the cluster that the collector should have run on, and of which it brought nothing.
    NodesAbsent {
        /// How many they are.
        absent: usize,
        /// How many nodes the bundle names.
        all: usize,
        /// Their names, each with why the collector may have failed there; a part, where many.
        names: String,
    },
}

impl GapReason {
    /// Whether evidence may be missing because of it; names and links lose nothing by themselves.
    pub fn loses_evidence(&self) -> bool {
        !matches!(
            self,
            Self::HostileName
                | Self::DuplicateName
                | Self::NotAFile { .. }
                | Self::Binary
                | Self::LeftOut { .. }
                | Self::Condensed { .. }
                | Self::NotOne { .. }
        )
    }

    /// What gaps of one kind have in common, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Damaged { .. } => "damaged or cut short",
            Self::Encrypted => "encrypted",
            Self::Limit { .. } => "over a limit",
            Self::Stopped { .. } => "reading was stopped",
            Self::Unsupported { .. } => "not supported",
            Self::Unreadable { .. } => "could not be read",
            Self::NotAFile { .. } => "not a regular file, not followed",
            Self::HostileName => "the name is not a plain relative path",
            Self::DuplicateName => "duplicate entry name",
            Self::Binary => "not text",
            Self::LeftOut { what } => what,
            Self::Malformed { .. } => "not well-formed",
            Self::NotCollected { .. } => "not collected",
            Self::Condensed { .. } => "only partly kept",
            Self::More { reason, .. } => reason,
            Self::NotOne { .. } => "not from one cluster and time",
            Self::NodesAbsent { .. } => "nodes without an upload",
        }
    }
}

impl fmt::Display for GapReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged { detail } => write!(f, "damaged or cut short: {detail}"),
            Self::Encrypted => f.write_str("encrypted; ask for a copy without a password"),
            Self::Limit { limit } => write!(f, "over the limit of {limit}"),
            Self::Stopped { why } => write!(f, "reading was stopped {why}"),
            Self::Unsupported { what } => write!(f, "not supported: {what}"),
            Self::Unreadable { detail } => write!(f, "could not be read: {detail}"),
            Self::NotAFile { what } => write!(f, "{what}, not followed"),
            Self::HostileName => f.write_str(
                "its name is not a plain relative path; the name was used as a label only",
            ),
            Self::DuplicateName => f.write_str("another entry has the same name; both were read"),
            Self::Binary => f.write_str("not text"),
            Self::LeftOut { what } => write!(f, "skipped: {what}"),
            Self::Malformed { detail } => write!(f, "not well-formed: {detail}"),
            Self::NotCollected { detail } => write!(f, "not collected: {detail}"),
            Self::Condensed { kept } => {
                write!(f, "more was found than fits into the memory budget: {kept}")
            }
            Self::More { count, reason } => write!(f, "{count} more: {reason}"),
            Self::NotOne {
                clusters: true,
                what,
            } => write!(
                f,
                "inputs from several clusters were read as one: {what}; an object found in more than one counts once"
            ),
            Self::NotOne { what, .. } => {
                write!(
                    f,
                    "inputs captured far apart in time were read as one: {what}"
                )
            }
            Self::NodesAbsent { absent, all, names } => {
                write!(f, "{absent} of {all} nodes uploaded nothing: {names}")
            }
        }
    }
}
