//! The summary to paste into a ticket: at most [`LIMIT`] characters, safe in any Markdown viewer.
//!
//! Text of the bundle is escaped, so that a log line can neither make a link nor an image nor
//! HTML nor a mention; commands and locators stand in code spans that they cannot leave.

use super::glyphs;
use super::view::{ByFingerprint, Finding, Incident, Report};
use super::words::{clock, cut, number, size, span};
use crate::diagnose::State;
use crate::redact;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Most characters; trackers fold or refuse longer comments.
pub const LIMIT: usize = 4_000;

/// Incidents that are told in full.
const TOLD: usize = 5;

/// Symptoms that are named of an incident.
const ALSO: usize = 3;

/// Things to ask for that are named.
const ASKED: usize = 2;

/// The summary.
pub fn render(report: &Report) -> String {
    let tail = tail(report);
    let room = LIMIT - tail.chars().count().min(LIMIT / 2);
    let mut out = format!("## {}\n\n", words(&report.verdict, 600));
    let _ = writeln!(out, "{}\n", facts(report));
    let listed = report.by_fingerprint();
    let mut left_out = 0;
    for (index, incident) in report.incidents.iter().enumerate() {
        let block = incident_block(&listed, incident);
        // Keeps room for the line that says how many were left out.
        let fits = out.chars().count() + block.chars().count() + 80 <= room;
        if left_out == 0 && index < TOLD && fits {
            out.push_str(&block);
        } else {
            left_out += 1;
        }
    }
    if report.incidents.is_empty() {
        for finding in &report.findings {
            let line = finding_line(finding);
            if left_out == 0 && out.chars().count() + line.chars().count() + 80 <= room {
                out.push_str(&line);
            } else {
                left_out += 1;
            }
        }
        if !report.findings.is_empty() {
            out.push('\n');
        }
    }
    if left_out > 0 {
        let _ = writeln!(out, "… and {left_out} more in the full report.\n");
    }
    out.push_str(&tail);
    // Escaping can take a secret's disguise away; what is pasted is looked at once more.
    match redact::mask(&out).0 {
        Cow::Owned(masked) => masked.chars().take(LIMIT).collect(),
        Cow::Borrowed(_) => out.chars().take(LIMIT).collect(),
    }
}

/// The line of facts below the verdict.
fn facts(report: &Report) -> String {
    let bundle = &report.bundle;
    let mut facts = vec![format!("Bundle {}", code(&bundle.name, 120))];
    if !bundle.format.is_empty() {
        facts.push(words(&bundle.format, 60));
    }
    if let Some(version) = &bundle.kubernetes_version {
        facts.push(format!("Kubernetes {}", words(version, 60)));
    }
    if let Some((bad, all)) = bundle.nodes {
        facts.push(format!("nodes not ready: {bad} of {all}"));
    }
    if let Some((bad, all)) = bundle.pods {
        facts.push(format!("pods not healthy: {bad} of {all}"));
    }
    if let Some(time) = &bundle.captured_at {
        facts.push(format!("captured {} UTC", clock(time)));
    }
    facts.push(format!("{} read", size(bundle.bytes_read)));
    facts.join(" · ")
}

/// One incident with its first evidence and its first remedy.
fn incident_block(listed: &ByFingerprint<'_>, incident: &Incident) -> String {
    let mut block = format!(
        "### {}: {}{}\n\n{} · {} · confidence {}\n",
        incident.severity,
        words(&incident.title, 200),
        ending(incident.state),
        words(&incident.scope, 120),
        span(incident.began(), incident.last_seen.as_deref()),
        incident.confidence,
    );
    if let Some(finding) = incident.cause(listed) {
        if !finding.detail.is_empty() {
            let _ = writeln!(block, "\n{}", words(&finding.detail, 240));
        }
        if let Some(citation) = finding.citations.first() {
            let _ = write!(
                block,
                "\n- Evidence: {}\n  {}\n",
                code(&citation.locator, 200),
                code(&citation.excerpt, 240)
            );
        }
        if let Some(remedy) = finding.remedy.first() {
            let _ = writeln!(block, "- Fix: {}", prose(remedy, 240));
        }
        let rivals = incident.rivals(listed).into_iter().take(ALSO);
        let rivals = rivals.map(|rival| words(&rival.title, 120));
        let rivals: Vec<String> = rivals.collect();
        if !rivals.is_empty() {
            let _ = writeln!(block, "- Or caused by: {}", rivals.join("; "));
        }
        let also: Vec<String> = incident
            .also(listed)
            .into_iter()
            .filter(|(also, _)| also.rule != finding.rule)
            .take(ALSO)
            .map(|(also, _)| words(&also.title, 120))
            .collect();
        if !also.is_empty() {
            let _ = writeln!(block, "- Also seen as: {}", also.join("; "));
        }
    }
    block.push('\n');
    block
}

/// One finding on one line.
fn finding_line(finding: &Finding) -> String {
    format!(
        "- **{}**: {} ({}, {}×){}\n",
        finding.severity,
        words(&finding.title, 160),
        words(&finding.subject.label(), 100),
        number(finding.count),
        ending(finding.state),
    )
}

/// What is said behind a title about its state.
fn ending(state: State) -> &'static str {
    match state {
        State::Active => "",
        State::Unknown => " (may still be active)",
        State::Resolved => " (ended)",
    }
}

/// The first things to ask the customer for.
fn asked(report: &Report) -> String {
    let mut asked = String::new();
    for ask in report.ask.iter().take(ASKED) {
        if asked.is_empty() {
            asked.push_str("Ask the customer for:\n\n");
        }
        let why = words(&ask.why, 120);
        let _ = writeln!(asked, "- {}: {why}", code(&ask.command, 240));
    }
    if !asked.is_empty() {
        asked.push('\n');
    }
    asked
}

/// What to ask for, coverage, masks and how the summary was made.
fn tail(report: &Report) -> String {
    let mut tail = asked(report);
    let _ = writeln!(tail, "{}.", words(&report.coverage.line(), 600));
    if !report.unknown.is_empty() {
        let _ = writeln!(tail, "{}.", words(&report.unknown.line(), 200));
        for like in report.unknown.looks_like() {
            let _ = writeln!(tail, "They look like: {}.", words(&like, 200));
        }
    }
    let masked: u64 = report.redactions.iter().map(|(_, count)| count).sum();
    if masked > 0 {
        let _ = writeln!(
            tail,
            "Secrets masked: {masked}. The bundle itself still contains them; rotate these credentials."
        );
    }
    let _ = writeln!(
        tail,
        "\nbundlescope {} · sha256 {}",
        words(&report.tool_version, 40),
        code(&report.bundle.sha256, 80)
    );
    tail
}

/// Text of the bundle as Markdown that shows it as it is.
fn words(text: &str, most: usize) -> String {
    words_of_line(&cut(&one_line(text), most))
}

/// What is written for characters that would make a tag, a mention, or an address that a viewer turns
/// into a link.
const ENTITIES: [(&str, &str); 5] = [
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&amp;", "&"),
    ("&#64;", "@"),
    ("&#58;", ":"),
];

/// One line as Markdown that shows it as it is.
fn words_of_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            // A colon is the end of a scheme only before an address.
            ':' if !rest.as_str().starts_with("//") => out.push(c),
            c => match ENTITIES.iter().find(|(_, plain)| plain.starts_with(c)) {
                Some((entity, _)) => out.push_str(entity),
                None => out.push(c),
            },
        }
    }
    out
}

/// What [`render`] wrote as its reader sees it: the inverse of [`words_of_line`] and [`code`].
pub(super) fn shown(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some(at) = rest.find(['\\', '`', '&']) {
        let (before, special) = rest.split_at(at);
        out.push_str(before);
        let (plain, after) = if special.starts_with('`') {
            let after = special.trim_start_matches('`');
            let (fence, _) = special.split_at(special.len() - after.len());
            // Inside a code span nothing is escaped. The fence is longer than any run within.
            after.split_once(fence).unwrap_or((fence, after))
        } else if let Some(escaped) = special.strip_prefix('\\') {
            let mut chars = escaped.chars();
            chars.next();
            escaped.split_at(escaped.len() - chars.as_str().len())
        } else {
            let entity = ENTITIES
                .iter()
                .find_map(|(entity, plain)| Some((*plain, special.strip_prefix(entity)?)));
            entity.unwrap_or_else(|| special.split_at(1))
        };
        out.push_str(plain);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Text of a rule: what stands between backticks becomes a code span.
fn prose(text: &str, most: usize) -> String {
    let text = cut(&one_line(text), most);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        // One backtick has no partner.
        return words(&text, most);
    }
    let parts = parts.iter().enumerate().map(|(index, part)| {
        if index.is_multiple_of(2) {
            words_of_line(part)
        } else {
            code(part, most)
        }
    });
    parts.collect()
}

/// Text of the bundle as a code span that it cannot leave: the fence is longer than any run of
/// backticks inside.
fn code(text: &str, most: usize) -> String {
    let text = cut(&one_line(text), most);
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}

/// Hidden characters as glyphs, white space as single spaces.
fn one_line(text: &str) -> String {
    let text: Vec<&str> = text
        .split(['\n', '\t', ' '])
        .filter(|w| !w.is_empty())
        .collect();
    glyphs::visible(&text.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_text_cannot_become_markdown() {
        assert_eq!(
            words("![x](https://evil) <img src=x> @team |a|", 100),
            "!\\[x\\](https&#58;//evil) &lt;img src=x&gt; &#64;team \\|a\\|"
        );
        assert_eq!(code("a `` b", 50), "``` a `` b ```");
        assert_eq!(code("line\nbreak\u{1b}[0m", 50), "` line break␛[0m `");
        assert_eq!(code("", 50), "(empty)");
        assert_eq!(
            prose("run `a_b *` and <i> `c`", 50),
            "run ` a_b * ` and &lt;i&gt; ` c `"
        );
        assert_eq!(prose("one ` alone", 50), "one \\` alone");
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_what_was_written(
            text in "(\\PC|[\\\\`*_#|&;@:/\\[\\]<>\n\u{202e}]|&#58;|&amp;){0,30}"
        ) {
            let line = one_line(&text);
            proptest::prop_assert_eq!(shown(&words(&text, 400)), line.clone());
            if !line.is_empty() {
                let both = format!("{}: {}.", code(&text, 400), words(&text, 400));
                proptest::prop_assert_eq!(shown(&both), format!(" {line} : {line}."));
            }
        }
    }
}
