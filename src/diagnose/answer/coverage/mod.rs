//! For each rule: found, clear, or not checked and why. Absence is not health.

mod events;
mod expect;
mod missing;
mod seen;
mod sources;

pub use missing::{Missing, Wanted, Why};
pub use sources::sources;

use crate::diagnose::conclude::supersede::Explained;
use crate::diagnose::scene::Scene;
use crate::diagnose::window::Window;
use crate::evidence::Evidence;
use crate::rules::Kind;
use jiff::Timestamp;
use seen::Seen;
use std::collections::BTreeSet;

/// What could be looked at.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// One for each rule that is not noise, by id.
    pub rules: Vec<RuleCoverage>,
    /// One for each source of log or objects, by component and node.
    pub sources: Vec<SourceCoverage>,
    /// One for each node of the cluster that the bundle names, by name.
    pub nodes: Vec<NodeCoverage>,
}

impl Coverage {
    /// Number of rules with this outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.rules
            .iter()
            .filter(|rule| rule.outcome == outcome)
            .count()
    }

    /// Number of rules that are not checked because they could look at some nodes only.
    pub fn partly(&self) -> usize {
        self.rules.iter().filter(|rule| rule.is_partly()).count()
    }

    /// A log that was read, and that is too little of one to show what did not happen.
    pub fn too_little(&self) -> Option<&Missing> {
        let mut missing = self.rules.iter().flat_map(|rule| &rule.missing);
        missing.find(|one| one.why.is_too_little())
    }

    /// Nodes that the collector brought nothing of.
    pub fn absent_nodes(&self) -> impl Iterator<Item = &NodeCoverage> {
        self.nodes.iter().filter(|node| node.absent)
    }
}

/// How one rule ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleCoverage {
    /// Its id.
    pub rule: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it was not checked; what else it would have liked to see; or which rules tell all that
    /// it saw, so that it has no finding of its own.
    pub reason: String,
    /// What it looks at and could not see, also of a rule that fired: what it would have found
    /// there is not in the report.
    pub missing: Vec<Missing>,
}

impl RuleCoverage {
    /// Whether it looked at some nodes, and is not checked for the others.
    pub fn is_partly(&self) -> bool {
        let mut missing = self.missing.iter();
        self.outcome == Outcome::NotChecked
            && missing.any(|one| matches!(one.why, Why::OnSomeNodes { .. }))
    }
}

/// How a rule ended.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It fired.
    Found,
    /// What it looks at was there, and showed nothing.
    Clear,
    /// What it looks at was not there.
    NotChecked,
}

impl Outcome {
    /// `found`, `clear`, `not_checked`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Clear => "clear",
            Self::NotChecked => "not_checked",
        }
    }
}

/// One source of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceCoverage {
    /// `kubelet`, `events`, `objects`, `workload`, ...
    pub component: String,
    /// Node it was taken from, where known.
    pub node: Option<String>,
    /// First time in it.
    pub first: Option<Timestamp>,
    /// Last time in it.
    pub last: Option<Timestamp>,
    /// What it cannot tell, for its time or its clock; empty where nothing is special.
    pub note: String,
    /// Entries.
    pub entries: u64,
    /// Bytes.
    pub bytes: u64,
}

/// What was read of one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeCoverage {
    /// Its name.
    pub name: String,
    /// Whether the collector should have brought files of it and did not.
    pub absent: bool,
    /// Components whose logs were read on it, by name.
    pub components: Vec<&'static str>,
    /// Why the collector may have failed there; empty where nothing says.
    pub note: String,
}

/// The nodes of the cluster.
fn nodes(evidence: &Evidence) -> Vec<NodeCoverage> {
    let absent: BTreeSet<&str> = evidence.nodes.absent().map(|(name, _)| name).collect();
    let nodes = evidence.nodes.iter();
    nodes
        .map(|(name, sight)| NodeCoverage {
            name: name.to_owned(),
            absent: absent.contains(name),
            components: sight.components.iter().copied().collect(),
            note: if absent.contains(name) {
                sight.trouble.clone()
            } else {
                String::new()
            },
        })
        .collect()
}

/// Coverage of all rules, given those with findings and those whose findings others tell: these did
/// fire, and to call them clear would be wrong.
pub(super) fn of(
    scene: Scene<'_>,
    found: &BTreeSet<&str>,
    told: &Explained,
    window: Window,
) -> Coverage {
    let seen = Seen::of(scene.evidence, window);
    let rules = scene
        .rules
        .rules()
        .iter()
        .filter(|rule| rule.kind != Kind::Noise)
        .map(|rule| {
            let fired = |reason| RuleCoverage {
                outcome: Outcome::Found,
                reason,
                ..seen.judge(scene, rule)
            };
            if found.contains(&*rule.id) {
                return fired(String::new());
            }
            let by = told.get(&*rule.id).into_iter().flatten();
            let by: Vec<&str> = by
                .map(String::as_str)
                .filter(|by| found.contains(by))
                .collect();
            if by.is_empty() {
                seen.judge(scene, rule)
            } else {
                fired(format!("explained by {}", by.join(", ")))
            }
        })
        .collect();
    Coverage {
        rules,
        sources: sources(scene.evidence),
        nodes: nodes(scene.evidence),
    }
}
