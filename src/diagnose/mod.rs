//! Room 5: from evidence to findings, incidents and coverage.

pub mod coverage;
pub mod finding;
pub mod incident;

pub use coverage::{Coverage, Outcome, RuleCoverage, SourceCoverage};
pub use finding::{Citation, Finding, FindingBuilder, Fingerprint, State, Subject};
pub use incident::Incident;

use crate::gap::Gap;
use crate::ingest::InputFacts;
use jiff::Timestamp;

/// Everything a report says, still in the program's own types.
#[derive(Debug, Clone)]
pub struct Diagnosis {
    /// The inputs.
    pub inputs: Vec<InputFacts>,
    /// The bundle as a whole.
    pub bundle: BundleFacts,
    /// Findings that are one event, worst first.
    pub incidents: Vec<Incident>,
    /// Active first, then by severity, confidence and number of affected objects.
    pub findings: Vec<Finding>,
    /// For each rule: found, clear, or not checked and why.
    pub coverage: Coverage,
    /// What was not read.
    pub gaps: Vec<Gap>,
    /// Harmless lines by noise rule: (rule id, title, count).
    pub noise: Vec<(String, String, u64)>,
    /// Versions and counts: (what, value, how many), in reading order.
    pub inventory: Vec<InventoryRow>,
}

/// The bundle as a whole.
#[derive(Debug, Clone, Default)]
pub struct BundleFacts {
    /// `aks-periscope`, `cluster-info-dump`, `generic`.
    pub format: String,
    /// Why.
    pub format_reason: String,
    /// When it was taken, as its own content says.
    pub captured_at: Option<Timestamp>,
    /// How the capture time is known: "newest event", "run id".
    pub captured_by: String,
    /// Version of the control plane, or of the newest kubelet where only those are known.
    pub kubernetes_version: Option<String>,
    /// Nodes: (not ready, all); `None` where no node object was collected.
    pub nodes: Option<(usize, usize)>,
    /// Pods: (not healthy, all); `None` where no pod was collected.
    pub pods: Option<(usize, usize)>,
    /// Entries read.
    pub entries: u64,
    /// Bytes read, after decompression.
    pub bytes: u64,
}

/// One row of the inventory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InventoryRow {
    /// `Kubelet version`, `Kernel`, `Namespace`, ...
    pub what: String,
    /// Its value.
    pub value: String,
    /// On how many objects.
    pub count: u64,
}
