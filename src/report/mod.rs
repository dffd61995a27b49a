//! Room 6: from a diagnosis to bytes. No input, no clock; every format is a pure function.
//!
//! In: a [`Diagnosis`] and [`ReportOptions`]. It is masked and turned into plain strings once
//! ([`view`]); each format only arranges these. The rendered bytes are searched for secrets before
//! they are handed out, so a mistake in masking fails the run instead of leaking.

pub mod glyphs;
pub mod html;
pub mod json;
mod last_look;
pub mod markdown;
mod shed;
pub mod text;
mod verdict;
pub mod view;
mod words;

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
        "a secret ({kind}, from {from}) was left in the rendered report, so it was not written; report this as a bug"
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

/// How often a report is made again with a value masked that the last look found. Nothing in a
/// bundle may keep its report from being written, and nothing found may be written.
const ROUNDS: usize = 6;

/// The report in the given format.
pub fn render(
    diagnosis: &Diagnosis,
    options: &ReportOptions,
    format: Format,
) -> Result<Vec<u8>, ReportError> {
    render_masked(diagnosis, options, format, Masking::On)
}

/// The report in the given format, with masking or without.
pub fn render_masked(
    diagnosis: &Diagnosis,
    options: &ReportOptions,
    format: Format,
    masking: Masking,
) -> Result<Vec<u8>, ReportError> {
    let print = |report: &view::Report| match format {
        Format::Html => html::render(report, options.max_bytes),
        Format::Json => json::render(report),
        Format::Markdown => Ok(markdown::render(report)),
        Format::Text => Ok(text::arrange(report, text::Style::default())),
    };
    checked(diagnosis, options, format, masking, print).map(String::into_bytes)
}

/// What is printed of the view, once no secret is left in it.
fn checked(
    diagnosis: &Diagnosis,
    options: &ReportOptions,
    format: Format,
    masking: Masking,
    print: impl Fn(&view::Report) -> Result<String, ReportError>,
) -> Result<String, ReportError> {
    let mut secrets = view::secrets(diagnosis, options);
    let mut last = None;
    for _ in 0..ROUNDS {
        let report = view::build_masked(diagnosis, options, &secrets, masking);
        let text = print(&report)?;
        let Some(left) = last_look::left(&text, format, &secrets) else {
            return Ok(text);
        };
        for line in left.value.lines() {
            secrets.insist(line.trim(), left.kind, &left.source);
        }
        last = Some(left);
        if masking == Masking::Off {
            break;
        }
    }
    let (kind, from) = last.map_or((Kind::Password, String::new()), |left| {
        (left.kind, left.source)
    });
    Err(ReportError::SecretLeft { kind, from })
}
