//! Findings, and the builder that refuses to make one without evidence.

use crate::codes::Note;
use crate::locator::{EntryPath, Snippet};
use crate::rules::Rule;
use crate::severity::{Category, Confidence, Severity};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A rule or check that fired for one subject.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Rule id.
    pub rule: String,
    /// Stable name of this finding: rule and subject, never order or time.
    pub fingerprint: Fingerprint,
    /// One line.
    pub title: String,
    /// Category of the rule.
    pub category: Category,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Whether it is still so at capture time.
    pub state: State,
    /// Why the state is what it is: "last seen 3 s before the log ends".
    pub state_reason: String,
    /// What it is about: an owner of pods where there is one.
    pub subject: Subject,
    /// Objects it was seen on, sorted, each once.
    pub affected: Vec<Subject>,
    /// The one of these that commands name.
    pub example: Subject,
    /// Hits, or sum of the events' counts.
    pub count: u64,
    /// First seen.
    pub first_seen: Option<Timestamp>,
    /// Last seen.
    pub last_seen: Option<Timestamp>,
    /// Evidence; never empty.
    pub citations: Vec<Citation>,
    /// What codes in the evidence mean that name a cause, the most telling first.
    pub codes: Vec<Note>,
    /// What it means, from the rule.
    pub explain: String,
    /// One sentence with this case's own values: "exit code 137, 5 restarts"; may be empty.
    pub detail: String,
    /// What would show that it is something else.
    pub disprove: String,
    /// Commands to look further, placeholders filled in.
    pub check: Vec<String>,
    /// What to do.
    pub remedy: Vec<String>,
    /// https links.
    pub references: Vec<String>,
    /// Version ranges that are affected.
    pub affected_versions: Vec<String>,
    /// Versions in which it is fixed.
    pub fixed_versions: Vec<String>,
}

/// Whether a finding is still so at capture time.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Still so.
    Active,
    /// The evidence ends too early, or has no times, to tell.
    Unknown,
    /// Ended: the object is healthy now, or the line stopped long before its log did.
    Resolved,
}

impl State {
    /// `active`, `unknown`, `resolved`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Unknown => "unknown",
            Self::Resolved => "resolved",
        }
    }
}

/// Object, node or component that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Subject {
    /// `Pod`, `Node`, `Deployment`, `Component`, `Cluster`, ...
    pub kind: String,
    /// Empty for cluster-scoped subjects.
    pub namespace: String,
    /// Its name; empty for the cluster.
    pub name: String,
    /// Node it was seen on, where known.
    pub node: Option<String>,
}

impl Subject {
    /// A component that no object stands for, such as the kubelet of an unknown node.
    pub fn component(name: &str, node: Option<&str>) -> Self {
        Self {
            kind: "Component".into(),
            namespace: String::new(),
            name: name.into(),
            node: node.map(str::to_owned),
        }
    }

    /// A node.
    pub fn node(name: &str) -> Self {
        Self {
            kind: "Node".into(),
            namespace: String::new(),
            name: name.into(),
            node: None,
        }
    }

    /// The cluster as a whole.
    pub fn cluster() -> Self {
        Self {
            kind: "Cluster".into(),
            ..Self::default()
        }
    }
}

impl fmt::Display for Subject {
    /// `Deployment default/web`, `Node aks-1`, `Cluster`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        if self.name.is_empty() {
            return Ok(());
        }
        if !self.kind.is_empty() {
            f.write_str(" ")?;
        }
        if !self.namespace.is_empty() {
            write!(f, "{}/", self.namespace)?;
        }
        f.write_str(&self.name)
    }
}

/// `rule-id` and twelve hex digits of the subject's hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub String);

impl Fingerprint {
    /// The fingerprint of this rule's finding about this subject.
    pub fn of(rule: &str, subject: &Subject) -> Self {
        let mut hash = Sha256::new();
        for part in [rule, &subject.kind, &subject.namespace, &subject.name] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let digest = hash.finalize();
        let hex = digest
            .iter()
            .take(6)
            .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        Self(format!("{rule}-{hex:012x}"))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One piece of evidence with its place and time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Citation {
    /// The entry.
    pub path: EntryPath,
    /// When, where the evidence says.
    pub time: Option<Timestamp>,
    /// The words and their context.
    pub snippet: Snippet,
}

/// Builds a finding; [`FindingBuilder::build`] gives nothing where no citation was added.
#[derive(Debug)]
pub struct FindingBuilder {
    finding: Finding,
    values: BTreeMap<String, String>,
}

impl FindingBuilder {
    /// Citations kept of one finding: the first and the last ones tell its story.
    pub const MAX_CITATIONS: usize = 6;

    /// A finding of this rule about this subject, with the rule's words.
    pub fn new(rule: &Rule, subject: Subject) -> Self {
        let fingerprint = Fingerprint::of(&rule.id, &subject);
        let (affected_versions, fixed_versions) = rule
            .version
            .as_ref()
            .map(|version| (version.affected.clone(), version.fixed.clone()))
            .unwrap_or_default();
        let finding = Finding {
            rule: rule.id.to_string(),
            fingerprint,
            title: rule.title.clone(),
            category: rule.category,
            severity: rule.severity,
            confidence: rule.confidence,
            state: State::Unknown,
            state_reason: String::new(),
            example: subject.clone(),
            subject,
            affected: vec![],
            count: 0,
            first_seen: None,
            last_seen: None,
            citations: vec![],
            codes: vec![],
            explain: rule.explain.clone(),
            detail: String::new(),
            disprove: rule.disprove.clone(),
            check: rule.check.clone(),
            remedy: rule.remedy.clone(),
            references: rule.references.clone(),
            affected_versions,
            fixed_versions,
        };
        Self {
            finding,
            values: BTreeMap::new(),
        }
    }

    /// Sets whether it is still so, and why.
    #[must_use]
    pub fn state(mut self, state: State, reason: String) -> Self {
        (self.finding.state, self.finding.state_reason) = (state, reason);
        self
    }

    /// Sets how often it was seen.
    #[must_use]
    pub fn count(mut self, count: u64) -> Self {
        self.finding.count = count.max(1);
        self
    }

    /// Sets the severity, where the case differs from the rule.
    #[must_use]
    pub fn severity(mut self, severity: Option<Severity>) -> Self {
        self.finding.severity = severity.unwrap_or(self.finding.severity);
        self
    }

    /// Sets the confidence, where the case differs from the rule.
    #[must_use]
    pub fn confidence(mut self, confidence: Option<Confidence>) -> Self {
        self.finding.confidence = confidence.unwrap_or(self.finding.confidence);
        self
    }

    /// Sets the sentence with this case's own values.
    #[must_use]
    pub fn detail(mut self, detail: String) -> Self {
        self.finding.detail = detail;
        self
    }

    /// Widens the time in which it was seen.
    #[must_use]
    pub fn seen(mut self, first: Option<Timestamp>, last: Option<Timestamp>) -> Self {
        self.finding.first_seen = self.finding.first_seen.into_iter().chain(first).min();
        self.finding.last_seen = self.finding.last_seen.max(last).max(first);
        self
    }

    /// Adds values for placeholders; the first value of a name is kept.
    #[must_use]
    pub fn values(mut self, values: BTreeMap<String, String>) -> Self {
        for (name, value) in values {
            self.values.entry(name).or_insert(value);
        }
        self
    }

    /// Sets the object that commands name, with the values that its clue knows. Values that other
    /// clues add later do not mix with its names.
    #[must_use]
    pub fn naming(mut self, example: Subject, values: BTreeMap<String, String>) -> Self {
        self = self.values(values);
        // A component is no object, and the cluster has no name: these stay open in commands.
        if !matches!(&*example.kind, "Cluster" | "Component") {
            let names = [
                ("kind", &example.kind),
                ("namespace", &example.namespace),
                ("name", &example.name),
            ];
            let names = names.map(|(name, value)| (name.to_owned(), value.clone()));
            self = self.values(BTreeMap::from(names));
        }
        let own = match &*example.kind {
            "Pod" => Some(("pod", &example.name)),
            "Node" => Some(("node", &example.name)),
            _ => None,
        };
        let at = example.node.as_ref().map(|node| ("node", node));
        for (name, value) in own.into_iter().chain(at) {
            self.values
                .entry(name.to_owned())
                .or_insert_with(|| value.clone());
        }
        self.finding.example = example;
        self
    }

    /// Adds evidence, each place once: two matchers may mark different words of one line.
    #[must_use]
    pub fn cite(mut self, citation: Citation) -> Self {
        let same = |known: &Citation| {
            known.path == citation.path
                && known.snippet.line == citation.snippet.line
                && known.snippet.text == citation.snippet.text
        };
        if !self.finding.citations.iter().any(same) {
            self.finding.citations.push(citation);
        }
        self
    }

    /// Sets the objects it was seen on.
    #[must_use]
    pub fn affects(mut self, affected: BTreeSet<Subject>) -> Self {
        self.finding.affected = affected.into_iter().collect();
        self
    }

    /// The finding; `None` without evidence.
    pub fn build(mut self) -> Option<Finding> {
        let finding = &mut self.finding;
        if finding.citations.is_empty() {
            return None;
        }
        // The first clue in order and the latest in time are kept; what is between repeats them.
        if finding.citations.len() > Self::MAX_CITATIONS {
            let mut rest = finding.citations.split_off(Self::MAX_CITATIONS - 2);
            rest.sort_by(|a, b| {
                (a.time, &a.path, a.snippet.line).cmp(&(b.time, &b.path, b.snippet.line))
            });
            let latest = rest.split_off(rest.len().saturating_sub(2));
            finding.citations.extend(latest);
        }
        for command in &mut finding.check {
            *command = fill(command, &self.values);
        }
        for step in &mut finding.remedy {
            *step = fill(step, &self.values);
        }
        Some(self.finding)
    }
}

/// Fills `{name}` placeholders with values that are safe in a shell; what is unknown, or holds
/// more than a Kubernetes name may, stays as `<name>` for the reader to fill in.
fn fill(command: &str, values: &BTreeMap<String, String>) -> String {
    let mut filled = String::with_capacity(command.len());
    let mut rest = command;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}') {
            Some((name, after)) if is_placeholder(name) => {
                match values.get(name).filter(|value| is_plain(value)) {
                    Some(value) => filled.push_str(value),
                    None => filled.extend(["<", name, ">"]),
                }
                rest = after;
            }
            _ => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled + rest
}

/// Whether the text between braces is a placeholder, and not the JSONPath or Go template of a command.
fn is_placeholder(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// Whether a value from a bundle may stand in a command that a person will paste.
pub(super) fn is_plain(value: &str) -> bool {
    !value.is_empty()
        && value.len() <= 253
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._:/".contains(&byte))
        && !value.starts_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_with_plain_names_only() {
        let values = BTreeMap::from([
            ("pod".to_owned(), "web-1".to_owned()),
            ("node".to_owned(), "$(rm -rf /)".to_owned()),
        ]);
        assert_eq!(
            fill("kubectl logs {pod} -n {namespace}", &values),
            "kubectl logs web-1 -n <namespace>"
        );
        assert_eq!(fill("ssh {node}", &values), "ssh <node>");
        assert_eq!(
            fill("-o jsonpath='{.items[*].metadata.name}' {", &values),
            "-o jsonpath='{.items[*].metadata.name}' {"
        );
    }

    #[test]
    fn a_fingerprint_names_rule_and_subject_only() {
        let pod = Subject {
            kind: "Pod".into(),
            namespace: "a".into(),
            name: "b".into(),
            node: Some("n1".into()),
        };
        let moved = Subject {
            node: Some("n2".into()),
            ..pod.clone()
        };
        assert_eq!(Fingerprint::of("r", &pod), Fingerprint::of("r", &moved));
        assert_ne!(Fingerprint::of("r", &pod), Fingerprint::of("s", &pod));
        assert!(Fingerprint::of("r", &pod).0.starts_with("r-"));
    }
}
