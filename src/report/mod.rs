//! Room 6: from a diagnosis to bytes. No input, no clock; every format is a pure function.
//!
//! In: a [`Diagnosis`] and [`ReportOptions`]. It is masked and turned into plain strings once
//! ([`view`]); each format only arranges these. The rendered bytes are searched for secrets before
//! they are handed out, so a mistake in masking fails the run instead of leaking.

pub mod diff;
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

use crate::diagnose::Diagnosis;
use crate::redact::Kind;
use crate::severity::Severity;

/// What a report is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, clap::ValueEnum)]
pub enum Format {
    /// One self-contained file for a ticket.
    Html,
    /// Schema `bundlescope.report/v1`, for programs.
    Json,
    /// A summary that fits a comment of a ticket.
    Markdown,
    /// One screen for a terminal.
    Text,
}

impl Format {
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
        "a secret ({kind}) was left in the rendered report, so it was not written; report this as a bug"
    )]
    SecretLeft {
        /// What it looks like.
        kind: Kind,
    },
    /// A template or serializer failed.
    #[error("the report could not be rendered: {0}")]
    Render(String),
}

/// The report in the given format.
pub fn render(
    diagnosis: &Diagnosis,
    options: &ReportOptions,
    format: Format,
) -> Result<Vec<u8>, ReportError> {
    render_view(&view::build(diagnosis, options), options.max_bytes, format)
}

/// A report that was put into words already, in the given format; HTML of at most `max_bytes`.
pub fn render_view(
    report: &view::Report,
    max_bytes: usize,
    format: Format,
) -> Result<Vec<u8>, ReportError> {
    let text = match format {
        Format::Html => html::render(report, max_bytes)?,
        Format::Json => json::render(report)?,
        Format::Markdown => markdown::render(report),
        Format::Text => text::arrange(report, text::Style::default()),
    };
    checked(text, format).map(String::into_bytes)
}

/// A rendered text of this format, if no secret is left in it: what everything that is written has
/// to pass.
pub fn checked(rendered: String, format: Format) -> Result<String, ReportError> {
    last_look::checked(rendered, format)
}
