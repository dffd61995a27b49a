//! Findings that are one event seen from several sides.

use super::{Fingerprint, State};
use crate::severity::{Confidence, Severity};
use jiff::Timestamp;

/// Findings that are one event; the first is the cause as far as the evidence says.
#[derive(Debug, Clone)]
pub struct Incident {
    /// Stable id: that of its first finding.
    pub id: String,
    /// Title of its first finding, with the subject.
    pub title: String,
    /// Highest severity of its active findings.
    pub severity: Severity,
    /// Confidence of its first finding.
    pub confidence: Confidence,
    /// State of its first finding.
    pub state: State,
    /// First seen.
    pub first_seen: Option<Timestamp>,
    /// Last seen.
    pub last_seen: Option<Timestamp>,
    /// "9 pods on 3 nodes".
    pub scope: String,
    /// Its findings, cause first.
    pub findings: Vec<Fingerprint>,
}
