//! The value that leaves this room.

use crate::diagnose::answer::ask::Ask;
use crate::diagnose::answer::coverage::Coverage;
use crate::diagnose::answer::detectors::DetectorAnswer;
use crate::diagnose::answer::inventory::{BundleFacts, InventoryRow};
use crate::diagnose::answer::unknown::UnknownErrors;
use crate::diagnose::finding::Finding;
use crate::diagnose::relate::change::Ledger;
use crate::diagnose::relate::common::Factor;
use crate::diagnose::relate::incident::Incident;
use crate::evidence::Timeline;
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
    /// What changed before the first incidents began.
    pub changes: Ledger,
    /// What the bad ones of the first incidents have in common.
    pub common: Vec<Factor>,
    /// What to ask the customer for.
    pub ask: Vec<Ask>,
    /// What answers the detectors of the Azure portal; empty where the cluster is not in Azure.
    pub detectors: Vec<DetectorAnswer>,
    /// Silences of logs, boots and rotations.
    pub timeline: Timeline,
    /// Moments that stand above the timeline: time and label.
    pub marks: Vec<(Timestamp, String)>,
    /// For each rule: found, clear, or not checked and why.
    pub coverage: Coverage,
    /// Error lines that no rule explains.
    pub unknown: UnknownErrors,
    /// What was not read.
    pub gaps: Vec<Gap>,
    /// Harmless lines by noise rule: (rule id, title, count).
    pub noise: Vec<(String, String, u64)>,
    /// Versions and counts: (what, value, how many), in reading order.
    pub inventory: Vec<InventoryRow>,
}
