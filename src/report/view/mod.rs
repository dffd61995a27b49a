//! What every format shows: masked strings in reading order, and nothing that needs thought.
//!
//! In: a [`Diagnosis`](crate::diagnose::Diagnosis). Out: a [`Report`]. [`build_masked`] is the only place
//! where text of the bundle is masked; a format never sees the diagnosis itself. Times are RFC 3339
//! in UTC.

mod ask;
mod build;
mod change;
mod cited;
mod detectors;
mod similar;
mod unknown;

pub use super::verdict::verdict;
pub use ask::Ask;
pub use build::{build_masked, build_noting};
pub use change::{Before, Change, Changes, Factor};
pub use detectors::Detector;
pub use similar::{SharedTrait, SimilarCase, SimilarCases};
pub use unknown::{UnknownError, UnknownErrors};

use crate::codes::Note;
use crate::diagnose::{Outcome, State};
use crate::severity::{Confidence, Severity};
use std::collections::{BTreeMap, BTreeSet};
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
    /// What changed before the incidents began.
    pub changes: Changes,
    /// What the bad ones have in common.
    pub common: Vec<Factor>,
    /// What to ask the customer for.
    pub ask: Vec<Ask>,
    /// Detectors of the Azure portal.
    pub detectors: Vec<Detector>,
    /// Error lines that no rule explains.
    pub unknown: UnknownErrors,
    /// Cases of an archive that look like it; whoever has one fills it in.
    pub similar: SimilarCases,
    /// What could be checked.
    pub coverage: Coverage,
    /// What the evidence can see of time.
    pub timeline: Timeline,
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

/// What the evidence can see of time.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// Silences of logs.
    pub gaps: Vec<LogGap>,
    /// Boots: time, node, what tells.
    pub reboots: Vec<(String, Option<String>, &'static str)>,
    /// Where a log goes on in another file: time, component, node, file.
    pub rotations: Vec<(String, String, Option<String>, String)>,
    /// Moments that stand above the timeline: time and label.
    pub marks: Vec<(String, String)>,
}

/// A silence of a log.
#[derive(Debug, Clone)]
pub struct LogGap {
    /// Last time before it.
    pub from: String,
    /// First time after it.
    pub to: String,
    /// Whose log.
    pub component: String,
    /// Node.
    pub node: Option<String>,
    /// The log.
    pub path: String,
    /// Whether no other log of the component speaks meanwhile.
    pub alone: bool,
}

/// Listed findings by fingerprint.
pub type ByFingerprint<'r> = BTreeMap<&'r str, &'r Finding>;

impl Report {
    /// The listed findings by fingerprint.
    pub fn by_fingerprint(&self) -> ByFingerprint<'_> {
        let findings = self.findings.iter();
        findings.map(|f| (f.fingerprint.as_str(), f)).collect()
    }
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
    /// When the cause was first seen.
    pub onset: Option<String>,
    /// When the first symptom was.
    pub symptoms_from: Option<String>,
    /// First seen.
    pub first_seen: Option<String>,
    /// Last seen.
    pub last_seen: Option<String>,
    /// How far it reaches.
    pub scope: String,
    /// Fingerprints, cause first.
    pub findings: Vec<String>,
    /// Fingerprints of what may as well be the cause.
    pub competing: Vec<String>,
}

impl Incident {
    /// Since when its cause is known, or where its time is not, since when anything of it is.
    pub fn began(&self) -> Option<&str> {
        self.onset.as_deref().or(self.first_seen.as_deref())
    }

    /// Its first finding that is listed: the cause as far as the evidence says.
    pub fn cause<'r>(&self, listed: &ByFingerprint<'r>) -> Option<&'r Finding> {
        self.listed(listed).next()
    }

    /// What may as well be the cause, as far as it is listed.
    pub fn rivals<'r>(&self, listed: &ByFingerprint<'r>) -> Vec<&'r Finding> {
        let ids = self.competing.iter();
        ids.filter_map(|id| listed.get(id.as_str()).copied())
            .collect()
    }

    /// What it holds beside the cause: for each rule the first finding and how many there are.
    pub fn also<'r>(&self, listed: &ByFingerprint<'r>) -> Vec<(&'r Finding, usize)> {
        let mut also: Vec<(&Finding, usize)> = Vec::new();
        let mut places = BTreeMap::new();
        for finding in self.listed(listed).skip(1) {
            let place = *places.entry(finding.rule.as_str()).or_insert(also.len());
            match also.get_mut(place) {
                Some((_, count)) => *count += 1,
                None => also.push((finding, 1)),
            }
        }
        also
    }

    /// Its findings that are listed.
    fn listed<'r>(&self, listed: &ByFingerprint<'r>) -> impl Iterator<Item = &'r Finding> {
        let ids = self.findings.iter();
        ids.filter_map(|id| listed.get(id.as_str()).copied())
    }
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
    /// Codes in the evidence that name a cause, the most telling first.
    pub codes: Vec<Note>,
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
    /// Rules that had nothing to look at, or could look at some nodes only.
    pub not_checked: usize,
    /// Of these, those that looked at some nodes.
    pub partly: BTreeSet<String>,
    /// How each rule ended.
    pub rules: Vec<RuleRow>,
    /// Sources of evidence.
    pub sources: Vec<Source>,
    /// Nodes of the cluster, and what was read of each; empty where no node is known.
    pub nodes: Vec<NodeRow>,
}

impl Coverage {
    /// Nodes that brought nothing, and nodes in all.
    pub fn absent_nodes(&self) -> (usize, usize) {
        let absent = self.nodes.iter().filter(|node| node.absent);
        (absent.count(), self.nodes.len())
    }

    /// Number of rules that could run.
    pub fn ran(&self) -> usize {
        self.found + self.clear
    }

    /// Number of rules.
    pub fn all(&self) -> usize {
        self.ran() + self.not_checked
    }

    /// "71 of 96 checks could run; not checked: no log of kubelet (12); ...".
    pub fn line(&self) -> String {
        let mut line = format!("{} of {} checks could run", self.ran(), self.all());
        if !self.partly.is_empty() {
            let _ = write!(line, ", {} more only on some nodes", self.partly.len());
        }
        let reasons = self.reasons();
        for (index, (reason, count)) in reasons.iter().take(3).enumerate() {
            line.push_str(if index == 0 { "; not checked: " } else { "; " });
            // A reason of several parts reads as one within a list.
            let parts = reason.split("; ");
            let parts = parts.map(|part| part.strip_suffix(" in this bundle").unwrap_or(part));
            let reason = parts.collect::<Vec<_>>().join(", ");
            let _ = write!(line, "{reason} ({count})");
        }
        if reasons.len() > 3 {
            let more = reasons.len() - 3;
            let ending = if more == 1 { "" } else { "s" };
            let _ = write!(line, "; and {more} more reason{ending}");
        }
        line
    }

    /// Reasons of the rules that were not checked on any node, the most frequent first.
    pub fn reasons(&self) -> Vec<(&str, usize)> {
        let mut counts = BTreeMap::new();
        for row in &self.rules {
            if row.outcome == Outcome::NotChecked && !self.partly.contains(&row.rule) {
                *counts.entry(row.reason.as_str()).or_insert(0_usize) += 1;
            }
        }
        let mut reasons: Vec<_> = counts.into_iter().collect();
        reasons.sort_by_key(|&(reason, count)| (std::cmp::Reverse(count), reason));
        reasons
    }
}

/// How one rule ended.
#[derive(Debug, Clone)]
pub struct RuleRow {
    /// Its id.
    pub rule: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, where there is something to say.
    pub reason: String,
    /// What it looks at and could not see.
    pub missing: Vec<Missing>,
}

/// Something that a rule looks at and that is not there.
#[derive(Debug, Clone)]
pub struct Missing {
    /// What it is: `log`, `events`, `objects`, ...
    pub kind: &'static str,
    /// Which, any of which would do; empty for any of the kind.
    pub names: Vec<String>,
    /// The same in words, and why it is not there.
    pub reason: String,
}

/// What was read of one node.
#[derive(Debug, Clone)]
pub struct NodeRow {
    /// Its name.
    pub name: String,
    /// Whether the collector should have brought files of it and did not.
    pub absent: bool,
    /// Components whose logs were read on it.
    pub components: Vec<String>,
    /// Why the collector may have failed there; empty where nothing says.
    pub note: String,
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
    /// What it cannot tell.
    pub note: String,
    /// Entries.
    pub entries: u64,
    /// Bytes.
    pub bytes: u64,
}

/// What a gap hides that loses no evidence.
pub const HIDES_NOTHING: &str = "nothing";

/// What a gap hides that the collector itself could not get.
pub const HIDES_UNFETCHED: &str = "what the collector requested here";

/// What a gap hides that the collector brought nothing of.
pub const HIDES_NODES: &str = "the journals, node logs and probes of these nodes";

/// Something that was not read.
#[derive(Debug, Clone)]
pub struct GapRow {
    /// Where.
    pub locator: String,
    /// Why.
    pub reason: String,
    /// What that hides; [`HIDES_NOTHING`] where no evidence is lost.
    pub hides: &'static str,
}
