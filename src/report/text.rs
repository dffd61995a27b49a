//! The answer on a terminal: the verdict, the worst incidents with their evidence, the coverage.
//!
//! At most [`LINES`] lines, each at most as wide as the terminal. Hidden characters are shown as
//! glyphs, so a log cannot move the cursor or recolour what stands above it. The caller prints
//! what was written where.

use super::glyphs;
use super::view::{self, Finding, Incident, Report};
use super::words::{clock, cut, entries, plural, size, span};
use crate::diagnose::State;
use crate::redact;
use crate::severity::Severity;
use std::fmt::Write as _;

/// Most lines that are written; a terminal of 80 by 25 shows them with the prompt.
pub const LINES: usize = 22;

/// Lines of the verdict at most.
const VERDICT_LINES: usize = 4;

/// Lines of a title at most.
const TITLE_LINES: usize = 2;

/// Lines of what stands below a title at most: its detail, and its scope and time.
const BELOW_LINES: usize = 2;

/// Columns before a title and what stands below it.
const INDENT: usize = 10;

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

/// The lines of a report.
pub(super) fn arrange(report: &Report, style: Style) -> String {
    let width = style.width.max(40);
    let mut lines = wrap(&plain(&report.verdict, style), width, VERDICT_LINES);
    lines.push(String::new());
    let listed = report.by_fingerprint();
    // Two empty lines, and one that says what is not shown.
    let room_beside = |facts: &[String]| LINES.saturating_sub(lines.len() + facts.len() + 2);
    let first = report
        .incidents
        .first()
        .map(|first| incident_lines(&listed, first, true, (width, style)).len());
    // The worst incident is worth more than what unexplained lines look like.
    let mut hints = report.unknown.looks_like().len();
    let mut facts = facts_with(report, hints, width, style);
    while hints > 0 && first.is_some_and(|first| first > room_beside(&facts)) {
        hints -= 1;
        facts = facts_with(report, hints, width, style);
    }
    let room = room_beside(&facts);
    let blocks: Vec<Vec<String>> = if report.incidents.is_empty() {
        let findings = report.findings.iter().take(room);
        findings.map(|f| finding_lines(f, width, style)).collect()
    } else {
        let incidents = report.incidents.iter().take(room);
        incidents
            .enumerate()
            .map(|(place, i)| incident_lines(&listed, i, place == 0, (width, style)))
            .collect()
    };
    let mut shown = 0;
    let mut used = 0;
    for block in blocks {
        if used + block.len() > room {
            break;
        }
        used += block.len();
        shown += 1;
        lines.extend(block);
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
        rest.push(format!("{hidden} below the chosen severity"));
    }
    if !rest.is_empty() {
        lines.push(format!("   not shown here: {}", rest.join(", ")));
    }
    if shown > 0 || !rest.is_empty() {
        lines.push(String::new());
    }
    lines.extend(facts);
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

/// Title, what was seen, scope and first evidence of an incident; of the first one, which is what
/// most people read, also what else it is about.
fn incident_lines(
    listed: &view::ByFingerprint<'_>,
    incident: &Incident,
    first: bool,
    (width, style): (usize, Style),
) -> Vec<String> {
    let mut lines = head(
        incident.severity,
        incident.state,
        &incident.title,
        width,
        style,
    );
    let cause = incident.cause(listed);
    let detail = cause.map_or("", |finding| finding.detail.as_str());
    if !detail.is_empty() {
        lines.extend(indented(detail, width, style));
    }
    let also = also(listed, incident).filter(|_| first);
    lines.extend(
        also.map(|also| indented(&also, width, style))
            .into_iter()
            .flatten(),
    );
    let when = span(incident.began(), incident.last_seen.as_deref());
    let about = format!(
        "{} · {when} · confidence {}",
        incident.scope, incident.confidence
    );
    lines.extend(indented(&about, width, style));
    if let Some(citation) = cause.and_then(|finding| finding.citations.first()) {
        lines.push(indented_end(&citation.locator, width, style));
    }
    lines
}

/// Findings that an incident names beside its cause: what was folded has a subject of its own.
const ALSO: usize = 2;

/// "also: Deployment shop/web, Node node-1 and 3 more findings"; `None` where it is about one thing.
fn also(listed: &view::ByFingerprint<'_>, incident: &Incident) -> Option<String> {
    let also = incident.also(listed);
    let mut subjects = std::collections::BTreeSet::new();
    let cause = incident
        .cause(listed)
        .map(|finding| finding.subject.label());
    let mut named: Vec<String> = Vec::new();
    for (finding, _) in &also {
        let subject = finding.subject.label();
        let fresh = finding.subject.kind != "Cluster"
            && Some(&subject) != cause.as_ref()
            && subjects.insert(subject.clone());
        if fresh && named.len() < ALSO {
            named.push(subject);
        }
    }
    let all: usize = also.iter().map(|(_, count)| count).sum();
    let rest = all.saturating_sub(named.len());
    let mut line = format!("also: {}", named.join(", "));
    if rest > 0 {
        let _ = write!(line, " and {}", plural(rest, "more finding"));
    }
    (!named.is_empty()).then_some(line)
}

/// Title and first evidence of a finding.
fn finding_lines(finding: &Finding, width: usize, style: Style) -> Vec<String> {
    let title = format!("{} ({})", finding.title, finding.subject.label());
    let mut lines = head(finding.severity, finding.state, &title, width, style);
    if let Some(citation) = finding.citations.first() {
        lines.push(indented_end(&citation.locator, width, style));
    }
    lines
}

/// What was read and what could be checked, with so many of the rules that unexplained lines look like.
fn facts_with(report: &Report, hints: usize, width: usize, style: Style) -> Vec<String> {
    let bundle = &report.bundle;
    let mut read = format!("{}: {}", bundle.name, bundle.format);
    if let Some(version) = &bundle.kubernetes_version {
        let _ = write!(read, ", Kubernetes {version}");
    }
    if let Some(time) = &bundle.captured_at {
        let _ = write!(read, ", captured {} UTC", clock(time));
    }
    let _ = write!(
        read,
        ", {} read ({})",
        entries(bundle.entries),
        size(bundle.bytes_read)
    );
    let mut lines = wrap(&plain(&read, style), width, 2);
    let coverage = format!("{}.", report.coverage.line());
    lines.extend(wrap(&plain(&coverage, style), width, 3));
    if !report.unknown.is_empty() {
        let unknown = format!("{}.", report.unknown.line());
        lines.push(cut(&plain(&unknown, style), width));
        for like in report.unknown.looks_like().into_iter().take(hints) {
            let like = format!("They look like: {like}.");
            lines.extend(wrap(&plain(&like, style), width, 2));
        }
    }
    if let Some(nearest) = report.similar.cases.first() {
        lines.extend(wrap(&plain(&similar(report, nearest), style), width, 2));
    }
    let masked: u64 = report.redactions.iter().map(|(_, count)| count).sum();
    let mut notes = Vec::new();
    if !report.ask.is_empty() {
        let questions = plural(report.ask.len(), "question");
        notes.push(format!("{questions} for the customer; see the report"));
    }
    let lost = report.gaps.iter();
    let (refused, lost): (Vec<_>, Vec<_>) = lost
        // The verdict tells of the nodes.
        .filter(|gap| ![view::HIDES_NOTHING, view::HIDES_NODES].contains(&gap.hides))
        .partition(|gap| gap.hides == view::HIDES_UNFETCHED);
    if !refused.is_empty() {
        let logs = refused.iter().all(|gap| is_log(&gap.locator));
        let what = if logs { "log" } else { "file" };
        let many = plural(refused.len(), what);
        notes.push(format!("{many} could not be fetched"));
    }
    if !lost.is_empty() {
        notes.push(format!("{} could not be read", plural(lost.len(), "place")));
    }
    if masked > 0 {
        notes.push(format!(
            "{} masked",
            plural(usize::try_from(masked).unwrap_or(usize::MAX), "secret")
        ));
    }
    if !notes.is_empty() {
        lines.push(cut(&plain(&notes.join("; "), style), width));
    }
    lines
}

/// The nearest case of an archive, why, and what it was.
fn similar(report: &Report, nearest: &view::SimilarCase) -> String {
    let why = nearest.why(report.similar.compared);
    let mut line = format!("Most similar to {}, {why}", nearest.case);
    if !nearest.was.is_empty() {
        let _ = write!(line, "; resolution: {}", nearest.was);
    }
    line
}

/// Whether a locator is that of a log, as the name of its entry says.
fn is_log(locator: &str) -> bool {
    let name = locator.rsplit(['/', '!']).next().unwrap_or(locator);
    name.contains("log")
}

/// `CRITICAL  title`, the word coloured where that is wanted; a long title goes on below.
pub(super) fn head(
    severity: Severity,
    state: State,
    title: &str,
    width: usize,
    style: Style,
) -> Vec<String> {
    let ending = match state {
        State::Active => "",
        State::Unknown => " (may still be active)",
        State::Resolved => " (ended)",
    };
    let room = width.saturating_sub(INDENT);
    let title = plain(title, style);
    let most = (room * TITLE_LINES)
        .saturating_sub(ending.len() + 16)
        .max(8);
    let mut lines = wrap(&(cut(&title, most) + ending), room, TITLE_LINES);
    let word = format!("{:<9}", severity.to_string().to_uppercase());
    let word = match severity {
        _ if !style.color => word,
        Severity::Critical | Severity::High => format!("\u{1b}[1;31m{word}\u{1b}[0m"),
        Severity::Medium => format!("\u{1b}[1;33m{word}\u{1b}[0m"),
        Severity::Low | Severity::Info => format!("\u{1b}[36m{word}\u{1b}[0m"),
    };
    for (index, line) in lines.iter_mut().enumerate() {
        *line = match index {
            0 => format!("{word} {line}"),
            _ => format!("{:INDENT$}{line}", ""),
        };
    }
    lines
}

/// Text below a title; what does not fit on its lines is cut.
pub(super) fn indented(text: &str, width: usize, style: Style) -> Vec<String> {
    let room = width.saturating_sub(INDENT);
    let lines = wrap(&plain(text, style), room, BELOW_LINES);
    let indent = |line: String| format!("{:INDENT$}{line}", "");
    lines.into_iter().map(indent).collect()
}

/// A locator below a title; its start is cut, because the file and the line stand at its end.
pub(super) fn indented_end(text: &str, width: usize, style: Style) -> String {
    let room = width.saturating_sub(INDENT);
    let text = plain(text, style);
    let length = text.chars().count();
    let line = if length <= room {
        text
    } else {
        let end: String = text.chars().skip(length + 1 - room).collect();
        format!("…{end}")
    };
    format!("{:INDENT$}{line}", "")
}

/// Text without anything that a terminal would act on.
pub fn plain(text: &str, style: Style) -> String {
    let text = if style.ascii {
        glyphs::ascii(text)
    } else {
        glyphs::visible(text)
    };
    text.replace('\t', " ")
}

/// The text on at most `most` lines, broken at spaces; what does not fit is cut with an ellipsis.
pub fn wrap(text: &str, width: usize, most: usize) -> Vec<String> {
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
