//! A report on its way to bytes: put into words, printed, looked at once more, and put into words
//! again with whatever that last look found masked as well.
//!
//! Nothing in a bundle may keep its report from being written, and nothing secret may be written.
//! The values found for one format stay masked in all that are printed later.

use super::view::{self, Report, SimilarCases};
use super::{Format, Masking, ReportError, ReportOptions, html, json, last_look, markdown, text};
use crate::diagnose::Diagnosis;
use crate::redact::check::Left;
use crate::redact::{Kind, Secrets};
use std::collections::BTreeMap;

/// How often a report is printed again with what the last look found masked: it finds one value at a
/// time, and few bundles have one.
const ROUNDS: usize = 32;

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
        // Where masking cannot reach a secret, because only its neighbours make it one (as those of a
        // mask that was cut), its line is masked, where the format has lines.
        let by_line =
            self.masking == Masking::On && matches!(format, Format::Markdown | Format::Text);
        let mut blots = BTreeMap::new();
        let mut last = None;
        for round in 0..ROUNDS {
            let text = blotted(print(self.view())?, &blots);
            let Some(left) = last_look::left(&text, format, &self.secrets) else {
                return Ok(text);
            };
            let more = self.mask_everywhere(&left);
            let line = left
                .line
                .filter(|_| by_line && (!more || round >= ROUNDS / 2));
            if let Some(line) = line {
                blots.insert(line, left.kind);
            }
            last = Some(left);
            // Printing the same again finds the same again.
            if self.masking == Masking::Off || !more && line.is_none() {
                break;
            }
        }
        let (kind, from) = last.map_or((Kind::Password, String::new()), |left| {
            (left.kind, left.source)
        });
        Err(ReportError::SecretLeft { kind, from })
    }

    /// Masks what was left wherever it stands in the words; whether that is more than was masked.
    fn mask_everywhere(&mut self, left: &Left) -> bool {
        self.words = None;
        let known = self.secrets.len();
        for line in left.value.lines() {
            self.secrets.insist(line.trim(), left.kind, &left.source);
        }
        if self.secrets.len() == known {
            // Words that stand on one line only because the format has no line ends there.
            for word in left.value.split_whitespace() {
                self.secrets.insist(word, left.kind, &left.source);
            }
        }
        self.secrets.len() > known
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
            Some(kind) => kind.mask() + "\n",
            None => line.to_owned(),
        })
        .collect()
}
