//! The case record: all that an archive keeps of one bundle, as plain data.
//!
//! Schema `bundlescope.case/v1`, `docs/case.v1.schema.json`. A worker prints one record per line, the
//! archive keeps one file per record, and index, tables, similarity and comparison read nothing else.
//! All text is masked before it gets here. A key is never renamed or dropped within v1; a reader
//! ignores keys that it does not know.
//!
//! The lists of a [`Case`] are rows of the archive's tables without the columns that every row
//! repeats ([`Keys`]), so that an engine gets a table by unfolding a list. Times are RFC 3339 in UTC
//! with the same instant as milliseconds since 1970 beside them; both are `null` where the bundle does
//! not tell. Every other column always has a value: text that is not known is empty.

use crate::diagnose::{Outcome, State};
use crate::severity::{Confidence, Severity};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Name of the schema.
pub const SCHEMA: &str = "bundlescope.case/v1";

/// Hex digits of ids that are made from a hash: 64 bits, so that no archive has two of the same.
const ID_DIGITS: usize = 16;

/// One bundle, read or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct CaseRecord {
    /// [`SCHEMA`].
    pub schema: String,
    /// Where the bundle is, as it was handed in; of a collection run of several archives the place of
    /// each, separated by tabs. It is the key of the record.
    pub location: String,
    /// Name for people: the file's or folder's own name without the endings of archives.
    pub case: String,
    /// Hash of the bundle's content, the rules and the program.
    #[serde(flatten)]
    pub keys: Keys,
    /// Bytes of the bundle on disk.
    pub bytes: u64,
    /// Name, hash and size of each archive or folder that is part of it.
    pub inputs: Vec<InputRecord>,
    /// What was read of it, or why nothing was.
    #[serde(flatten)]
    pub reading: Reading,
}

/// The keys of a record one by one: a flattened value is read into a tree of values first, which takes
/// several times as long as reading it where it belongs.
#[derive(Deserialize)]
struct Parts {
    schema: String,
    location: String,
    case: String,
    bundle_sha256: String,
    rules_hash: String,
    tool_version: String,
    bytes: u64,
    inputs: Vec<InputRecord>,
    read: Option<Box<Case>>,
    unreadable: Option<Unreadable>,
}

impl TryFrom<Parts> for CaseRecord {
    type Error = &'static str;

    fn try_from(parts: Parts) -> Result<Self, Self::Error> {
        let reading = match (parts.read, parts.unreadable) {
            (Some(case), None) => Reading::Read(case),
            (None, Some(unreadable)) => Reading::Unreadable(unreadable),
            _ => return Err("either `read` or `unreadable` is required"),
        };
        Ok(Self {
            schema: parts.schema,
            location: parts.location,
            case: parts.case,
            keys: Keys {
                bundle_sha256: parts.bundle_sha256,
                rules_hash: parts.rules_hash,
                tool_version: parts.tool_version,
            },
            bytes: parts.bytes,
            inputs: parts.inputs,
            reading,
        })
    }
}

/// What a record was made of and with: all that tells whether it can be taken over.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Stamp {
    /// Name of the case.
    pub case: String,
    /// Hash of the bundle's content.
    pub bundle_sha256: String,
    /// Hash of the rules.
    pub rules_hash: String,
    /// Version of the program.
    pub tool_version: String,
}

/// What every row of every table repeats.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Keys {
    /// SHA-256 of the archive, in hex; of a folder that of its sorted names and contents; of several
    /// archives that of their hashes and names. Empty where the bundle could not be read to its end.
    pub bundle_sha256: String,
    /// Hash of all rules that were used.
    pub rules_hash: String,
    /// Version of the program.
    pub tool_version: String,
}

/// One archive or folder of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRecord {
    /// Its name.
    pub name: String,
    /// SHA-256 of its content.
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Whether a bundle could be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reading {
    /// It could, perhaps with gaps.
    Read(Box<Case>),
    /// It could not.
    Unreadable(Unreadable),
}

/// Why a bundle could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// One line, without the path.
    pub reason: String,
}

/// What is known of a bundle that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The layout that the collector wrote: `aks-periscope`, `cluster-info-dump`, `generic`, ...
    pub format: String,
    /// When the bundle was taken.
    pub captured_at: Option<String>,
    /// The same in milliseconds since 1970.
    pub captured_ms: Option<i64>,
    /// How that is known.
    pub captured_by: String,
    /// Earliest time in it.
    pub first_at: Option<String>,
    /// The same in milliseconds since 1970.
    pub first_ms: Option<i64>,
    /// Latest time in it.
    pub last_at: Option<String>,
    /// The same in milliseconds since 1970.
    pub last_ms: Option<i64>,
    /// Entries that were read.
    pub entries: u64,
    /// Gaps that may hide evidence.
    pub entries_unread: u64,
    /// Bytes that were read, after decompression.
    pub bytes_read: u64,
    /// Version of Kubernetes; empty where it is not known.
    pub k8s_version: String,
    /// `aks`, `eks`, `gke`, `openshift`, ...; empty where nothing tells.
    pub cloud: String,
    /// Region of the cloud; empty where nothing tells.
    pub region: String,
    /// Nodes that are not ready, of those with an object.
    pub nodes_bad: u64,
    /// Nodes with an object; zero where none was collected.
    pub nodes: u64,
    /// Pods that are not healthy, of those with an object.
    pub pods_bad: u64,
    /// Pods with an object; zero where none was collected.
    pub pods: u64,
    /// Names of the nodes that an archive of this collection run should be there for and is not.
    pub missing_nodes: Vec<String>,
    /// In which class the case falls.
    pub class: Class,
    /// The report's first sentence.
    pub verdict: String,
    /// Highest severity of what is, or may still be, active; notes do not count.
    pub worst_severity: Option<Severity>,
    /// Findings by severity and state; pairs without any are left out.
    pub counts: Vec<Count>,
    /// Findings that are one event, worst first.
    pub incidents: Vec<IncidentRow>,
    /// Rows of `rule_hits`: findings in the report's order.
    pub findings: Vec<FindingRow>,
    /// Rows of `coverage`: one for each rule that is not noise, by id.
    pub coverage: Vec<CoverageRow>,
    /// Rows of `unknown_templates`: error lines that no rule explains, the ones to look at first on
    /// top; `listed` ones only.
    pub unknown: Vec<UnknownRow>,
    /// Templates that are not listed.
    pub unknown_more_templates: u64,
    /// Error lines that no rule explains, listed or not.
    pub unknown_lines: u64,
    /// Rows of `inventory`.
    pub inventory: Vec<InventoryRow>,
    /// Rows of `gaps`.
    pub gaps: Vec<GapRow>,
    /// What was masked in the report: kind and count.
    pub redactions: Vec<RedactionRow>,
}

/// What a case is for whoever looks through an archive, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Something is visibly wrong, and no finding of weight says why.
    Unexplained,
    /// The worst open problem is critical.
    Critical,
    /// The worst open problem is of high severity.
    High,
    /// The worst open problem is of medium or low severity.
    Minor,
    /// There were problems, and all ended before the capture.
    Ended,
    /// No problem was found.
    Healthy,
}

impl Class {
    /// All, in reading order.
    pub const ALL: [Self; 6] = [
        Self::Unexplained,
        Self::Critical,
        Self::High,
        Self::Minor,
        Self::Ended,
        Self::Healthy,
    ];

    /// `unexplained`, `critical`, `high`, `minor`, `ended`, `healthy`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unexplained => "unexplained",
            Self::Critical => "critical",
            Self::High => "high",
            Self::Minor => "minor",
            Self::Ended => "ended",
            Self::Healthy => "healthy",
        }
    }
}

/// How many findings there are of one severity and state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Severity.
    pub severity: Severity,
    /// State.
    pub state: State,
    /// How many.
    pub count: u64,
}

/// Findings that are one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentRow {
    /// Its id.
    pub incident_id: String,
    /// One line.
    pub title: String,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Whether it is still so.
    pub state: State,
    /// How far it reaches.
    pub scope: String,
    /// First seen.
    pub first_at: Option<String>,
    /// The same in milliseconds since 1970.
    pub first_ms: Option<i64>,
    /// Last seen.
    pub last_at: Option<String>,
    /// The same in milliseconds since 1970.
    pub last_ms: Option<i64>,
}

/// A rule or check that fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingRow {
    /// Rule.
    pub rule_id: String,
    /// Hash of the rule's file; the same rule text has the same.
    pub rule_version: String,
    /// Stable name: rule and subject.
    pub fingerprint: String,
    /// One line.
    pub title: String,
    /// Category of the rule.
    pub category: String,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Whether it is still so at capture time.
    pub state: State,
    /// Kind of what it is about: `Pod`, `Node`, `Component`, ...
    pub place_kind: String,
    /// Its namespace; empty where there is none.
    pub place_namespace: String,
    /// Its name; empty for the cluster.
    pub place_name: String,
    /// Node it was seen on; empty where that is not known.
    pub place_node: String,
    /// Hash of kind, namespace and name: joins rows without showing a name.
    pub place_name_hash: String,
    /// Objects that it was seen on.
    pub affected: u64,
    /// Hits.
    pub count: u64,
    /// First seen.
    pub first_at: Option<String>,
    /// The same in milliseconds since 1970.
    pub first_ms: Option<i64>,
    /// Last seen.
    pub last_at: Option<String>,
    /// The same in milliseconds since 1970.
    pub last_ms: Option<i64>,
    /// Where the first piece of evidence is.
    pub locator: String,
    /// The incident that it is part of; empty for none.
    pub incident_id: String,
}

/// How one rule ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageRow {
    /// Rule.
    pub rule_id: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it was not checked, or what else it would have liked to see; may be empty.
    pub reason: String,
    /// What it could not see, for programs: `log`, `events`, `objects`, ... in alphabetical order,
    /// separated by spaces; empty where nothing is missing.
    pub missing_kind: String,
}

/// Error lines that no rule explains, with one template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownRow {
    /// Stable id: [`unknown_id`] of component and template.
    pub template_id: String,
    /// Words of the lines, with placeholders for what varies.
    pub text: String,
    /// Whose lines they are; `event` for Warning events.
    pub component: String,
    /// How bad, as the worst of the lines says: `warning`, `error`, `fatal`.
    pub severity: String,
    /// Number of lines.
    pub count: u64,
    /// Whether they crowd around the begin of the first incident.
    pub near_onset: bool,
    /// First line with a time.
    pub first_at: Option<String>,
    /// The same in milliseconds since 1970.
    pub first_ms: Option<i64>,
    /// Last line with a time.
    pub last_at: Option<String>,
    /// The same in milliseconds since 1970.
    pub last_ms: Option<i64>,
    /// Where the first sample is.
    pub sample_locator: String,
    /// The first sample: a whole line, shortened where it is very long.
    pub sample: String,
}

/// One row of the inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InventoryRow {
    /// `kubelet`, `kernel`, `node image`, `kind`, `image`, ...
    pub name: String,
    /// Its version or value.
    pub version: String,
    /// On how many nodes or objects.
    pub count: u64,
}

/// Something that was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapRow {
    /// Where.
    pub source: String,
    /// Why.
    pub reason: String,
    /// What that hides; `nothing` where no evidence is lost.
    pub hides: String,
}

/// What was masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedactionRow {
    /// Kind of secret.
    pub kind: String,
    /// How many values.
    pub count: u64,
}

impl CaseRecord {
    /// What was read; `None` where nothing was.
    pub fn case(&self) -> Option<&Case> {
        match &self.reading {
            Reading::Read(case) => Some(case),
            Reading::Unreadable(_) => None,
        }
    }
}

impl Case {
    /// Its first incident, which is the worst.
    pub fn first_incident(&self) -> Option<&IncidentRow> {
        self.incidents.first()
    }
}

/// The id of an unexplained template: `u-` and the beginning of a hash of component and template.
/// It never depends on the bundle, so the same lines have the same id in every archive.
pub fn unknown_id(component: &str, template: &str) -> String {
    format!("u-{}", token(&[component, template]))
}

/// A short hash of some parts, each with its length so that none can run into the next.
pub fn token(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let mut hex = crate::ingest::hex(&hash.finalize());
    hex.truncate(ID_DIGITS);
    hex
}

/// The milliseconds since 1970 of a time in RFC 3339; `None` where there is none.
pub fn milliseconds(time: Option<&str>) -> Option<i64> {
    let time: Timestamp = time?.parse().ok()?;
    Some(time.as_millisecond())
}
