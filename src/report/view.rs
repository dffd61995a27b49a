//! What every format shows: masked strings in reading order, and nothing that needs thought.
//!
//! In: a [`Diagnosis`]. Out: a [`Report`]. This is the only place where text of the bundle is
//! masked; a format never sees the diagnosis itself. Times are RFC 3339 in UTC.

use super::ReportOptions;
pub use super::verdict::verdict;
use crate::diagnose::{self, BundleFacts, Diagnosis, Outcome, State};
use crate::gap::{Gap, GapReason};
use crate::ingest::InputFacts;
use crate::redact::Masker;
use crate::severity::{Confidence, Severity};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// A whole report.
#[derive(Debug, Clone)]
pub struct Report {
    /// Version of the program.
    pub tool_version: String,
    /// Hash of the rules.
    pub rules_hash: String,
    /// How it was made.
    pub command: String,
    /// The bundle.
    pub bundle: Bundle,
    /// One sentence.
    pub verdict: String,
    /// Highest severity of what is active; `None` where nothing is.
    pub worst: Option<Severity>,
    /// Incidents that are listed, worst first.
    pub incidents: Vec<Incident>,
    /// Findings that are listed, in the order of the diagnosis.
    pub findings: Vec<Finding>,
    /// Findings below the wanted severity.
    pub hidden: usize,
    /// What could be checked.
    pub coverage: Coverage,
    /// What was not read.
    pub gaps: Vec<GapRow>,
    /// What was masked: kind and count.
    pub redactions: Vec<(String, u64)>,
    /// Harmless lines: rule, title, count.
    pub noise: Vec<(String, String, u64)>,
    /// Versions and counts.
    pub inventory: Vec<(String, String, u64)>,
    /// What was left out to keep within the size limit.
    pub shed: Vec<String>,
}

/// The bundle.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// Names of the inputs, joined.
    pub name: String,
    /// Hash of the input; of several, the hash of their hashes and names.
    pub sha256: String,
    /// Bytes on disk.
    pub bytes: u64,
    /// Name, hash and bytes of each input.
    pub inputs: Vec<(String, String, u64)>,
    /// Format.
    pub format: String,
    /// Why this format.
    pub format_reason: String,
    /// Capture time.
    pub captured_at: Option<String>,
    /// How it is known.
    pub captured_by: String,
    /// Version of Kubernetes.
    pub kubernetes_version: Option<String>,
    /// Nodes: bad, all.
    pub nodes: Option<(usize, usize)>,
    /// Pods: bad, all.
    pub pods: Option<(usize, usize)>,
    /// Entries read.
    pub entries: u64,
    /// Bytes read.
    pub bytes_read: u64,
}

/// An incident.
#[derive(Debug, Clone)]
pub struct Incident {
    /// Its id.
    pub id: String,
    /// One line.
    pub title: String,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Whether it is still so.
    pub state: State,
    /// First seen.
    pub first_seen: Option<String>,
    /// Last seen.
    pub last_seen: Option<String>,
    /// How far it reaches.
    pub scope: String,
    /// Fingerprints, cause first.
    pub findings: Vec<String>,
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Kind.
    pub kind: String,
    /// Namespace; may be empty.
    pub namespace: String,
    /// Name; may be empty.
    pub name: String,
    /// Node.
    pub node: Option<String>,
}

impl Subject {
    /// `Pod shop/api-0`, `Node node-1`, `Cluster`.
    pub fn label(&self) -> String {
        let mut label = self.kind.clone();
        let name = if self.namespace.is_empty() {
            self.name.clone()
        } else {
            format!("{}/{}", self.namespace, self.name)
        };
        if !name.is_empty() {
            if !label.is_empty() {
                label.push(' ');
            }
            label.push_str(&name);
        }
        label
    }
}

/// A finding.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Rule id.
    pub rule: String,
    /// Stable name.
    pub fingerprint: String,
    /// One line.
    pub title: String,
    /// Category.
    pub category: String,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Whether it is still so.
    pub state: State,
    /// Why the state is what it is.
    pub state_reason: String,
    /// What it is about.
    pub subject: Subject,
    /// Objects it was seen on.
    pub affected: Vec<Subject>,
    /// How many of these there are, also when the list was shortened.
    pub affected_total: usize,
    /// Hits.
    pub count: u64,
    /// First seen.
    pub first_seen: Option<String>,
    /// Last seen.
    pub last_seen: Option<String>,
    /// Evidence.
    pub citations: Vec<Citation>,
    /// What it means.
    pub explain: String,
    /// This case's own values.
    pub detail: String,
    /// What would disprove it.
    pub disprove: String,
    /// Commands to look further.
    pub check: Vec<String>,
    /// What to do.
    pub remedy: Vec<String>,
    /// https links.
    pub references: Vec<String>,
    /// Affected versions.
    pub affected_versions: Vec<String>,
    /// Fixed versions.
    pub fixed_versions: Vec<String>,
}

/// One piece of evidence.
#[derive(Debug, Clone)]
pub struct Citation {
    /// Where, from the outside in.
    pub locator: String,
    /// The entry without the bundle's name.
    pub path: String,
    /// Line of the excerpt's first line.
    pub line: u64,
    /// When.
    pub time: Option<String>,
    /// The evidence itself.
    pub excerpt: String,
    /// Byte range of the excerpt that matched; empty when the whole line counts.
    pub matched: (usize, usize),
    /// Lines before.
    pub before: Vec<String>,
    /// Lines after.
    pub after: Vec<String>,
}

/// What could be checked.
#[derive(Debug, Clone)]
pub struct Coverage {
    /// Rules that fired.
    pub found: usize,
    /// Rules that looked and saw nothing.
    pub clear: usize,
    /// Rules that had nothing to look at.
    pub not_checked: usize,
    /// Rule, outcome, reason.
    pub rules: Vec<(String, Outcome, String)>,
    /// Sources of evidence.
    pub sources: Vec<Source>,
}

impl Coverage {
    /// Number of rules that could run.
    pub fn ran(&self) -> usize {
        self.found + self.clear
    }

    /// Number of rules.
    pub fn all(&self) -> usize {
        self.ran() + self.not_checked
    }

    /// "71 of 96 checks could run; not checked: kubelet log (absent) (12), ...".
    pub fn line(&self) -> String {
        let mut line = format!("{} of {} checks could run", self.ran(), self.all());
        let reasons = self.reasons();
        for (index, (reason, count)) in reasons.iter().take(3).enumerate() {
            line.push_str(if index == 0 { "; not checked: " } else { ", " });
            let _ = write!(line, "{reason} ({count})");
        }
        if reasons.len() > 3 {
            let _ = write!(line, " and {} more reasons", reasons.len() - 3);
        }
        line
    }

    /// Reasons of the rules that were not checked, the most frequent first.
    pub fn reasons(&self) -> Vec<(&str, usize)> {
        let mut counts = std::collections::BTreeMap::new();
        for (_, outcome, reason) in &self.rules {
            if *outcome == Outcome::NotChecked {
                *counts.entry(reason.as_str()).or_insert(0_usize) += 1;
            }
        }
        let mut reasons: Vec<_> = counts.into_iter().collect();
        reasons.sort_by_key(|&(reason, count)| (std::cmp::Reverse(count), reason));
        reasons
    }
}

/// One source of evidence.
#[derive(Debug, Clone)]
pub struct Source {
    /// Component.
    pub component: String,
    /// Node.
    pub node: Option<String>,
    /// First time.
    pub first: Option<String>,
    /// Last time.
    pub last: Option<String>,
    /// Entries.
    pub entries: u64,
    /// Bytes.
    pub bytes: u64,
}

/// Something that was not read.
#[derive(Debug, Clone)]
pub struct GapRow {
    /// Where.
    pub locator: String,
    /// Why.
    pub reason: String,
    /// What that hides; "nothing" where no evidence is lost.
    pub hides: &'static str,
}

/// Masks a diagnosis and puts it into words.
pub fn build(diagnosis: &Diagnosis, options: &ReportOptions) -> Report {
    let mut masker = Masker::default();
    let m = &mut masker;
    let listed = |severity: Severity| severity >= options.min_severity;
    let incidents = diagnosis.incidents.iter().filter(|i| listed(i.severity));
    let findings: Vec<_> = diagnosis
        .findings
        .iter()
        .filter(|f| listed(f.severity))
        .map(|f| finding(m, f))
        .collect();
    let report = Report {
        tool_version: options.tool_version.clone(),
        rules_hash: options.rules_hash.clone(),
        command: m.text(&options.command),
        bundle: bundle(m, &diagnosis.inputs, &diagnosis.bundle),
        verdict: m.text(&verdict(diagnosis)),
        worst: super::verdict::worst(diagnosis),
        incidents: incidents.map(|i| incident(m, i)).collect(),
        hidden: diagnosis.findings.len() - findings.len(),
        findings,
        coverage: coverage(m, &diagnosis.coverage),
        gaps: diagnosis.gaps.iter().map(|gap| gap_row(m, gap)).collect(),
        noise: diagnosis
            .noise
            .iter()
            .map(|(rule, title, count)| (m.text(rule), m.text(title), *count))
            .collect(),
        inventory: diagnosis
            .inventory
            .iter()
            .map(|row| (m.text(&row.what), m.text(&row.value), row.count))
            .collect(),
        redactions: Vec::new(),
        shed: Vec::new(),
    };
    let redactions = masker.counts().iter();
    Report {
        redactions: redactions.map(|(kind, n)| (kind.to_string(), *n)).collect(),
        ..report
    }
}

/// The bundle, with several inputs told as one.
fn bundle(m: &mut Masker, inputs: &[InputFacts], facts: &BundleFacts) -> Bundle {
    let inputs: Vec<_> = inputs
        .iter()
        .map(|input| (m.text(&input.name), input.sha256.clone(), input.bytes))
        .collect();
    let names: Vec<_> = inputs.iter().map(|(name, ..)| name.as_str()).collect();
    let name = names.join(", ");
    let sha256 = match inputs.as_slice() {
        [] => String::new(),
        [(_, hash, _)] => hash.clone(),
        several => hash_of_hashes(several),
    };
    Bundle {
        name,
        sha256,
        bytes: inputs.iter().map(|(.., bytes)| bytes).sum(),
        inputs,
        format: m.text(&facts.format),
        format_reason: m.text(&facts.format_reason),
        captured_at: time(facts.captured_at),
        captured_by: m.text(&facts.captured_by),
        kubernetes_version: facts.kubernetes_version.as_deref().map(|v| m.text(v)),
        nodes: facts.nodes,
        pods: facts.pods,
        entries: facts.entries,
        bytes_read: facts.bytes,
    }
}

/// SHA-256 of one `hash  name` line for each input, as `sha256sum` prints them.
fn hash_of_hashes(inputs: &[(String, String, u64)]) -> String {
    let mut hasher = Sha256::new();
    for (name, hash, _) in inputs {
        hasher.update(format!("{hash}  {name}\n"));
    }
    let mut hex = String::new();
    for byte in hasher.finalize() {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// One incident.
fn incident(m: &mut Masker, incident: &diagnose::Incident) -> Incident {
    Incident {
        id: m.text(&incident.id),
        title: m.text(&incident.title),
        severity: incident.severity,
        confidence: incident.confidence,
        state: incident.state,
        first_seen: time(incident.first_seen),
        last_seen: time(incident.last_seen),
        scope: m.text(&incident.scope),
        findings: incident.findings.iter().map(|f| m.text(&f.0)).collect(),
    }
}

/// One finding.
fn finding(m: &mut Masker, finding: &diagnose::Finding) -> Finding {
    Finding {
        rule: m.text(&finding.rule),
        fingerprint: m.text(&finding.fingerprint.0),
        title: m.text(&finding.title),
        category: finding.category.to_string(),
        severity: finding.severity,
        confidence: finding.confidence,
        state: finding.state,
        state_reason: m.text(&finding.state_reason),
        subject: subject(m, &finding.subject),
        affected: finding.affected.iter().map(|s| subject(m, s)).collect(),
        affected_total: finding.affected.len(),
        count: finding.count,
        first_seen: time(finding.first_seen),
        last_seen: time(finding.last_seen),
        citations: finding.citations.iter().map(|c| citation(m, c)).collect(),
        explain: m.text(finding.explain.trim()),
        detail: m.text(finding.detail.trim()),
        disprove: m.text(finding.disprove.trim()),
        check: texts(m, &finding.check),
        remedy: texts(m, &finding.remedy),
        references: finding
            .references
            .iter()
            .filter(|link| link.starts_with("https://"))
            .map(|link| m.text(link))
            .collect(),
        affected_versions: texts(m, &finding.affected_versions),
        fixed_versions: texts(m, &finding.fixed_versions),
    }
}

/// Several strings.
fn texts(m: &mut Masker, texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| m.text(text)).collect()
}

/// One subject.
fn subject(m: &mut Masker, subject: &diagnose::Subject) -> Subject {
    Subject {
        kind: m.text(&subject.kind),
        namespace: m.text(&subject.namespace),
        name: m.text(&subject.name),
        node: subject.node.as_deref().map(|node| m.text(node)),
    }
}

/// One citation.
fn citation(m: &mut Masker, citation: &diagnose::Citation) -> Citation {
    let snippet = m.snippet(&citation.snippet);
    Citation {
        locator: m.text(&citation.path.line(snippet.line).to_string()),
        path: m.text(&citation.path.path()),
        line: snippet.line,
        time: time(citation.time),
        excerpt: snippet.text,
        matched: snippet.matched,
        before: snippet.before,
        after: snippet.after,
    }
}

/// The coverage.
fn coverage(m: &mut Masker, coverage: &diagnose::Coverage) -> Coverage {
    Coverage {
        found: coverage.count(Outcome::Found),
        clear: coverage.count(Outcome::Clear),
        not_checked: coverage.count(Outcome::NotChecked),
        rules: coverage
            .rules
            .iter()
            .map(|rule| (m.text(&rule.rule), rule.outcome, m.text(&rule.reason)))
            .collect(),
        sources: coverage
            .sources
            .iter()
            .map(|source| Source {
                component: m.text(&source.component),
                node: source.node.as_deref().map(|node| m.text(node)),
                first: time(source.first),
                last: time(source.last),
                entries: source.entries,
                bytes: source.bytes,
            })
            .collect(),
    }
}

/// One gap.
fn gap_row(m: &mut Masker, gap: &Gap) -> GapRow {
    GapRow {
        locator: m.text(&gap.locator.to_string()),
        reason: m.text(&gap.reason.to_string()),
        hides: hides(gap),
    }
}

/// What a gap hides, in words.
fn hides(gap: &Gap) -> &'static str {
    match (&gap.reason, gap.locator.line) {
        (
            GapReason::HostileName
            | GapReason::DuplicateName
            | GapReason::NotAFile { .. }
            | GapReason::Binary,
            _,
        ) => "nothing",
        (GapReason::NotCollected { .. }, _) => "what the collector asked for here",
        (GapReason::Malformed { .. }, _) => "the part of this document that could not be parsed",
        (
            GapReason::Encrypted | GapReason::Unsupported { .. } | GapReason::Unreadable { .. },
            _,
        ) => "this entry",
        (GapReason::Damaged { .. } | GapReason::Limit { .. }, Some(_)) => "lines after this point",
        (GapReason::Damaged { .. } | GapReason::Limit { .. }, None) => {
            "everything after this point of the entry"
        }
    }
}

/// RFC 3339 in UTC.
fn time(time: Option<Timestamp>) -> Option<String> {
    time.map(|time| time.to_string())
}

/// A time for people: `2024-03-01 14:02:11`, always UTC.
pub fn clock(time: &str) -> String {
    let whole = time.split(['.', 'Z']).next().unwrap_or(time);
    whole.replacen('T', " ", 1)
}

/// From first to last for people: the day is said once where both fall on it.
pub fn span(first: Option<&str>, last: Option<&str>) -> String {
    match (first.map(clock), last.map(clock)) {
        (None, None) => "no time given".to_owned(),
        (Some(one), None) | (None, Some(one)) => format!("{one} UTC"),
        (Some(first), Some(last)) if first == last => format!("{first} UTC"),
        (Some(first), Some(last)) => {
            let day = first.split_once(' ').map_or("", |(day, _)| day);
            let end = last
                .strip_prefix(day)
                .map_or(last.as_str(), str::trim_start);
            format!("{first} – {end} UTC")
        }
    }
}

/// Bytes for people: `1.2 GB`, in powers of a thousand.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let (mut tenths, mut unit) = (bytes / 100, 0);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1_000;
        unit += 1;
    }
    if tenths < 100 {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    } else {
        format!("{} {}", tenths / 10, UNITS[unit])
    }
}

/// A number with thousands set apart: `12,345`.
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 pod`, `2 pods`.
pub fn plural(count: usize, word: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {word}{ending}", number(count as u64))
}

/// At most `width` characters, with an ellipsis where something was cut. Masked again, because
/// half a mask may look like a secret.
pub fn cut(text: &str, width: usize) -> String {
    match text.char_indices().nth(width.saturating_sub(1)) {
        Some((at, last)) if at + last.len_utf8() < text.len() => {
            let head = text.get(..at).unwrap_or_default().trim_end();
            Masker::default().text(&format!("{head}…"))
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locator::EntryPath;

    #[test]
    fn numbers_sizes_and_times_read_well() {
        assert_eq!(
            [0, 999, 1_000, 99_999, 1_234_567].map(number),
            ["0", "999", "1,000", "99,999", "1,234,567"]
        );
        assert_eq!(
            [999, 1_000, 12_345, 999_999, 1_200_000_000, u64::MAX].map(size),
            ["999 B", "1.0 kB", "12 kB", "999 kB", "1.2 GB", "18446 PB"]
        );
        let (a, b, c) = (
            "2024-03-01T14:02:11.123Z",
            "2024-03-01T15:00:00Z",
            "2024-03-02T00:00:00Z",
        );
        assert_eq!(span(Some(a), Some(b)), "2024-03-01 14:02:11 – 15:00:00 UTC");
        assert_eq!(
            span(Some(a), Some(c)),
            "2024-03-01 14:02:11 – 2024-03-02 00:00:00 UTC"
        );
        assert_eq!(span(None, Some(c)), "2024-03-02 00:00:00 UTC");
        assert_eq!(span(None, None), "no time given");
    }

    #[test]
    fn a_text_is_cut_at_a_character_and_says_so() {
        assert_eq!(cut("short", 10), "short");
        assert_eq!(cut("exactly-10", 10), "exactly-10");
        assert_eq!(cut("日本語の文字列です", 4), "日本語…");
        assert_eq!(cut("anything", 0), "…");
    }

    #[test]
    fn every_gap_says_what_it_hides() {
        let entry = EntryPath::bundle("b.zip", false).entry("kubelet");
        let damaged = GapReason::Damaged {
            detail: "early end".into(),
        };
        let gap = |locator, reason| Gap { locator, reason };
        let cases = [
            (
                gap(entry.line(9), damaged.clone()),
                "lines after this point",
            ),
            (
                gap(entry.whole(), damaged),
                "everything after this point of the entry",
            ),
            (gap(entry.whole(), GapReason::Encrypted), "this entry"),
            (gap(entry.whole(), GapReason::DuplicateName), "nothing"),
        ];
        for (gap, expected) in cases {
            assert_eq!(hides(&gap), expected);
            assert_eq!(gap.reason.loses_evidence(), expected != "nothing");
        }
    }
}
