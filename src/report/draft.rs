//! A report on its way to bytes: put into words, printed, looked at once more, and put into words
//! again with whatever that last look found masked as well.
//!
//! Nothing in a bundle may keep its report from being written, and nothing secret may be written.
//! The values found for one format stay masked in all that are printed later.

use super::view::{self, Report, SimilarCases};
use super::{Format, Masking, ReportError, ReportOptions, html, json, last_look, markdown, text};
use crate::diagnose::Diagnosis;
use crate::redact::{Kind, Secrets};
use std::collections::BTreeMap;

/// How often a report is printed again with what the last look found masked: it finds one value at a
/// time, and few bundles have one.
const ROUNDS: usize = 32;

/// How every mask begins.
const MASK: &str = "[REDACTED";

/// A report that can be printed in every format.
pub struct Draft<'a> {
    diagnosis: &'a Diagnosis,
    options: &'a ReportOptions,
    masking: Masking,
    /// Values that are masked wherever they stand.
    secrets: Secrets,
    /// The words, as long as no further value is to be masked in them.
    words: Option<Report>,
    /// What an archive knows beside the diagnosis; empty without one.
    similar: SimilarCases,
}

impl<'a> Draft<'a> {
    /// The report about a diagnosis.
    pub fn new(diagnosis: &'a Diagnosis, options: &'a ReportOptions) -> Self {
        Self::with(diagnosis, options, Masking::On)
    }

    /// The same with masking or without.
    pub(super) fn with(
        diagnosis: &'a Diagnosis,
        options: &'a ReportOptions,
        masking: Masking,
    ) -> Self {
        let (words, secrets) = view::build_noting(diagnosis, options);
        // Where nothing was masked there is nothing to mask elsewhere either.
        let final_words = secrets.is_empty() && masking == Masking::On;
        Self {
            diagnosis,
            options,
            masking,
            secrets,
            words: final_words.then_some(words),
            similar: SimilarCases::default(),
        }
    }

    /// Adds what an archive knows.
    pub fn add_similar(&mut self, similar: SimilarCases) {
        if let Some(words) = &mut self.words {
            words.similar = similar.clone();
        }
        self.similar = similar;
    }

    /// The words of the report, masked as far as is known by now.
    pub fn view(&mut self) -> &Report {
        self.words.get_or_insert_with(|| Report {
            similar: self.similar.clone(),
            ..view::build_masked(self.diagnosis, self.options, &self.secrets, self.masking)
        })
    }

    /// The report in this format.
    pub fn render(&mut self, format: Format) -> Result<Vec<u8>, ReportError> {
        let most = self.options.max_bytes;
        let print = |report: &Report| match format {
            Format::Html => html::render(report, most),
            Format::Json => json::render(report),
            Format::Markdown => Ok(markdown::render(report)),
            Format::Text => Ok(text::arrange(report, text::Style::default())),
        };
        self.print(format, print).map(String::into_bytes)
    }

    /// The answer for a terminal.
    pub fn text(&mut self, style: text::Style) -> Result<String, ReportError> {
        self.print(Format::Text, |report| Ok(text::arrange(report, style)))
    }

    /// What `print` makes of the words, once no secret is left in it; `format` says how it is
    /// written.
    pub fn print(
        &mut self,
        format: Format,
        print: impl Fn(&Report) -> Result<String, ReportError>,
    ) -> Result<String, ReportError> {
        let mut last = None;
        let mut blots: BTreeMap<usize, Kind> = BTreeMap::new();
        for round in 0..ROUNDS {
            let text = blotted(print(self.view())?, &blots);
            let Some(left) = last_look::left(&text, format, &self.secrets) else {
                return Ok(text);
            };
            let known = self.secrets.len();
            // What begins like a mask would be found in every mask.
            let lines = left.value.lines().map(str::trim);
            for line in lines.filter(|line| !line.starts_with(MASK)) {
                self.secrets.insist(line, left.kind, &left.source);
            }
            if self.secrets.len() == known {
                // Words that stand on one line only because the format has no line ends there.
                let words = left.value.split_whitespace();
                for word in words.filter(|word| !word.starts_with(MASK)) {
                    self.secrets.insist(word, left.kind, &left.source);
                }
            }
            self.words = None;
            last = Some(left);
            // Printing the same again finds the same again.
            let same = self.secrets.len() == known;
            if self.masking == Masking::Off {
                break;
            }
            let by_line = matches!(format, Format::Markdown | Format::Text);
            match last.as_ref().and_then(|left| Some((left.line?, left.kind))) {
                // Masking cannot reach what only its neighbours make a secret, as a mask that was cut.
                Some((line, kind)) if by_line && (same || round >= ROUNDS / 2) => {
                    blots.insert(line, kind);
                }
                _ if same => break,
                _ => {}
            }
        }
        let (kind, from) = last.map_or((Kind::Password, String::new()), |left| {
            (left.kind, left.source)
        });
        Err(ReportError::SecretLeft { kind, from })
    }
}

/// The text with these lines, counted from 1, as masks.
fn blotted(text: String, blots: &BTreeMap<usize, Kind>) -> String {
    if blots.is_empty() {
        return text;
    }
    let lines = text.split_inclusive('\n').enumerate();
    lines
        .map(|(at, line)| match blots.get(&(at + 1)) {
            Some(kind) => format!("[REDACTED {kind}]\n"),
            None => line.to_owned(),
        })
        .collect()
}
