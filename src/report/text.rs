//! The answer on a terminal: the verdict, the worst incidents with their evidence, the coverage.
//!
//! At most [`LINES`] lines, each at most as wide as the terminal. Hidden characters are shown as
//! glyphs, so a log cannot move the cursor or recolour what stands above it. The caller prints
//! what was written where.

use super::view::{self, Finding, Incident, Report};
use super::words::{clock, cut, entries, number, plural, size, span};
use super::{ReportError, ReportOptions, glyphs};
use crate::diagnose::{Diagnosis, State};
use crate::redact;
use crate::severity::Severity;
use std::fmt::Write as _;

/// Most lines that are written; a terminal of 80 by 25 shows them with the prompt.
pub const LINES: usize = 22;

/// Lines of the verdict at most.
const VERDICT_LINES: usize = 5;

/// How the terminal is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns; at least 40 are used.
    pub width: usize,
    /// Whether severities are coloured.
    pub color: bool,
    /// Whether only ASCII is written.
    pub ascii: bool,
}

impl Default for Style {
    /// 100 columns, no colour.
    fn default() -> Self {
        Self {
            width: 100,
            color: false,
            ascii: false,
        }
    }
}

/// The answer for a terminal.
pub fn render(
    diagnosis: &Diagnosis,
    options: &ReportOptions,
    style: Style,
) -> Result<String, ReportError> {
    super::checked(arrange(&view::build(diagnosis, options), style))
}

/// The lines of a report.
pub(super) fn arrange(report: &Report, style: Style) -> String {
    let width = style.width.max(40);
    let mut lines = wrap(&plain(&report.verdict, style), width, VERDICT_LINES);
    lines.push(String::new());
    let room = LINES - VERDICT_LINES - 5;
    let mut shown = 0;
    let mut used = 0;
    for incident in &report.incidents {
        let block = incident_lines(report, incident, width, style);
        if used + block.len() > room {
            break;
        }
        used += block.len();
        shown += 1;
        lines.extend(block);
    }
    if report.incidents.is_empty() {
        for finding in report.findings.iter().take(room / 2) {
            lines.extend(finding_lines(finding, width, style));
            shown += 1;
        }
    }
    let all = report.incidents.len().max(if report.incidents.is_empty() {
        report.findings.len()
    } else {
        0
    });
    let mut rest = Vec::new();
    if all > shown {
        rest.push(format!("{} more", all - shown));
    }
    if report.hidden > 0 {
        let hidden = plural(report.hidden, "finding");
        rest.push(format!("{hidden} below the wanted severity"));
    }
    if !rest.is_empty() {
        lines.push(format!("   not shown here: {}", rest.join(", ")));
    }
    if shown > 0 || !rest.is_empty() {
        lines.push(String::new());
    }
    lines.extend(facts(report, width, style));
    let mut text: String = lines
        .iter()
        .flat_map(|line| [line.trim_end(), "\n"])
        .collect();
    // Wrapping can put a word at the start of a line where it looks like a name with a value.
    if let (std::borrow::Cow::Owned(masked), _) = redact::mask(&text) {
        text = masked;
    }
    if style.ascii {
        // All else is ASCII by now; one character for one keeps the width.
        text = text.replace('…', "~");
    }
    text
}

/// Title, scope and first evidence of an incident.
fn incident_lines(report: &Report, incident: &Incident, width: usize, style: Style) -> Vec<String> {
    let mut lines = vec![head(
        incident.severity,
        incident.state,
        &incident.title,
        width,
        style,
    )];
    let when = span(
        incident.first_seen.as_deref(),
        incident.last_seen.as_deref(),
    );
    let about = format!(
        "{} · {when} · confidence {}",
        incident.scope, incident.confidence
    );
    lines.push(indented(&about, width, style));
    let first = incident.findings.first();
    let cause = report
        .findings
        .iter()
        .find(|finding| Some(&finding.fingerprint) == first);
    if let Some(citation) = cause.and_then(|finding| finding.citations.first()) {
        lines.push(indented_end(&citation.locator, width, style));
    }
    lines
}

/// Title and first evidence of a finding.
fn finding_lines(finding: &Finding, width: usize, style: Style) -> Vec<String> {
    let title = format!("{} ({})", finding.title, finding.subject.label());
    let mut lines = vec![head(finding.severity, finding.state, &title, width, style)];
    if let Some(citation) = finding.citations.first() {
        lines.push(indented_end(&citation.locator, width, style));
    }
    lines
}

/// What was read and what could be checked.
fn facts(report: &Report, width: usize, style: Style) -> Vec<String> {
    let bundle = &report.bundle;
    let mut read = format!(
        "Read {} ({}) of {}, format {}",
        entries(bundle.entries),
        size(bundle.bytes_read),
        bundle.name,
        bundle.format,
    );
    if let Some(time) = &bundle.captured_at {
        let _ = write!(read, ", captured {} UTC", clock(time));
    }
    let mut lines = vec![cut(&plain(&read, style), width)];
    let coverage = format!("{}.", report.coverage.line());
    lines.extend(wrap(&plain(&coverage, style), width, 2));
    let masked: u64 = report.redactions.iter().map(|(_, count)| count).sum();
    let mut notes = Vec::new();
    if !report.gaps.is_empty() {
        notes.push(format!(
            "{} in what could be read",
            plural(report.gaps.len(), "gap")
        ));
    }
    if masked > 0 {
        notes.push(format!("{} masked", number(masked) + " secrets"));
    }
    if !notes.is_empty() {
        lines.push(cut(&plain(&notes.join("; "), style), width));
    }
    lines
}

/// `CRITICAL  title`, the word coloured where that is wanted.
fn head(severity: Severity, state: State, title: &str, width: usize, style: Style) -> String {
    let word = severity.to_string().to_uppercase();
    let ending = match state {
        State::Active => String::new(),
        State::Unknown => " (may still be active)".to_owned(),
        State::Resolved => " (ended)".to_owned(),
    };
    let room = width.saturating_sub(11 + ending.len()).max(8);
    let title = cut(&plain(title, style), room) + &ending;
    if style.color {
        let code = match severity {
            Severity::Critical | Severity::High => "1;31",
            Severity::Medium => "1;33",
            Severity::Low | Severity::Info => "36",
        };
        format!("\u{1b}[{code}m{word:<9}\u{1b}[0m {title}")
    } else {
        format!("{word:<9} {title}")
    }
}

/// A line below a title; its end is cut.
fn indented(text: &str, width: usize, style: Style) -> String {
    let room = width.saturating_sub(10);
    format!("{:10}{}", "", cut(&plain(text, style), room))
}

/// A locator below a title; its start is cut, because the file and the line stand at its end.
fn indented_end(text: &str, width: usize, style: Style) -> String {
    let room = width.saturating_sub(10);
    let text = plain(text, style);
    let length = text.chars().count();
    let line = if length <= room {
        text
    } else {
        let end: String = text.chars().skip(length + 1 - room).collect();
        format!("…{end}")
    };
    format!("{:10}{line}", "")
}

/// Text without anything that a terminal would act on.
fn plain(text: &str, style: Style) -> String {
    let text = if style.ascii {
        glyphs::ascii(text)
    } else {
        glyphs::visible(text)
    };
    text.replace('\t', " ")
}

/// The text on at most `most` lines, broken at spaces; what does not fit is cut with an ellipsis.
fn wrap(text: &str, width: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut columns = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if columns > 0 && columns + 1 + length > width {
            lines.push(std::mem::take(&mut line));
            columns = 0;
        }
        if columns > 0 {
            line.push(' ');
            columns += 1;
        }
        line.push_str(word);
        columns += length;
    }
    lines.push(line);
    let more = lines.len() > most;
    lines.truncate(most);
    let last = lines.len() - 1;
    for (index, line) in lines.iter_mut().enumerate() {
        if more && index == last {
            line.push_str(" …");
        }
        *line = cut(line, width);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sentences_are_broken_at_spaces_and_then_cut() {
        assert_eq!(wrap("one two three", 7, 5), ["one two", "three"]);
        assert_eq!(wrap("one two three four", 7, 2), ["one two", "three …"]);
        assert_eq!(wrap("", 10, 5), [""]);
        assert_eq!(wrap("unbreakable", 6, 2), ["unbre…"]);
    }

    #[test]
    fn a_long_locator_keeps_its_end() {
        let style = Style::default();
        let line = indented_end("a/very/long/path/to/kubelet.log:123", 30, style);
        assert_eq!(line, "          …/to/kubelet.log:123");
    }
}
