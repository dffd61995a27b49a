//! Room 6: from a diagnosis to bytes. No input, no clock; every format is a pure function.
//!
//! In: a [`Diagnosis`] and [`ReportOptions`]. It is masked and turned into plain strings once
//! ([`view`]); each format only arranges these. The rendered bytes are searched for secrets before
//! they are handed out, so a mistake in masking fails the run instead of leaking.

pub mod diff;
mod draft;
pub mod glyphs;
pub mod html;
pub mod json;
mod last_look;
pub mod markdown;
mod shed;
pub mod text;
mod verdict;
pub mod view;
pub mod words;

pub use draft::Draft;
pub use last_look::checked;
pub use verdict::checked_nothing;

use crate::diagnose::Diagnosis;
use crate::redact::Kind;
use crate::severity::Severity;

/// What a report is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, clap::ValueEnum)]
pub enum Format {
    /// One self-contained page, for a ticket.
    Html,
    /// Schema `bundlescope.report/v1`, for programs.
    Json,
    /// Summary that fits into a ticket comment.
    Markdown,
    /// One screen of plain text.
    Text,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Html, Self::Json, Self::Markdown, Self::Text];

    /// How files of this format end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Json => "json",
            Self::Markdown => "md",
            Self::Text => "txt",
        }
    }
}

/// What a report says beside the diagnosis, and what it leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportOptions {
    /// Version of the program.
    pub tool_version: String,
    /// Hash of the rules that were used.
    pub rules_hash: String,
    /// Findings and incidents below it are not listed; they are counted.
    pub min_severity: Severity,
    /// Largest HTML report in bytes; [`MAX_BYTES`] where the user did not say.
    pub max_bytes: usize,
    /// How the report was made, without any path: `analyze --since 2024-03-01`.
    pub command: String,
}

/// The default of [`ReportOptions::max_bytes`]: below the smallest attachment limit of the
/// trackers in use (4 MB), with room for the encoding of a mail.
pub const MAX_BYTES: usize = 3_500_000;

/// Why no report was written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A secret survived masking; the report was thrown away.
    #[error(
        "the rendered report still contained a secret ({kind}, from {from}), so it was not written; please report this as a bug"
    )]
    SecretLeft {
        /// What it looks like.
        kind: Kind,
        /// Where it stands: a place in the bundle, or a line of the output.
        from: String,
    },
    /// A template or serializer failed.
    #[error("the report could not be rendered: {0}")]
    Render(String),
}

/// Whether secrets are masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Masking {
    /// As always.
    On,
    /// Never, so that a test can see the last look at work: it refuses the report by itself.
    Off,
}

/// The report in the given format.
pub fn render(
    diagnosis: &Diagnosis,
    options: &ReportOptions,
    format: Format,
) -> Result<Vec<u8>, ReportError> {
    Draft::new(diagnosis, options).render(format)
}

/// The report in the given format, with masking or without.
pub fn render_masked(
    diagnosis: &Diagnosis,
    options: &ReportOptions,
    format: Format,
    masking: Masking,
) -> Result<Vec<u8>, ReportError> {
    Draft::with(diagnosis, options, masking).render(format)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum as _;

    #[test]
    fn no_format_is_left_out_where_all_are_meant() {
        assert_eq!(Format::ALL, Format::value_variants());
    }
}
