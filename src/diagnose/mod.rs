//! Room 5: from evidence to findings, incidents and coverage.
//!
//! In: [`Evidence`] and the rules. Out: a [`Diagnosis`]. Checks and rule files both yield clues
//! ([`clue`]); clues of one rule about one owner become a finding, findings of one event become an
//! incident. "Now" is the capture time.

pub mod ask;
mod causes;
pub mod change;
pub mod checks;
mod clue;
pub mod common;
pub mod coverage;
pub mod detectors;
mod drain;
pub mod finding;
mod fit;
mod groups;
mod helm;
pub mod incident;
mod last_words;
mod link;
mod members;
mod predicate;
mod rank;
mod rule;
mod state;
mod supersede;
pub mod unknown;
mod unplaced;

pub use ask::Ask;
pub use change::{Change, Ledger};
pub use common::Factor;
pub use coverage::{Coverage, NodeCoverage, Outcome, RuleCoverage, SourceCoverage};
pub use detectors::{Answered, DetectorAnswer};
pub use finding::{Citation, Finding, FindingBuilder, Fingerprint, State, Subject};
pub use incident::Incident;
pub use unknown::{Pressing, UnknownError, UnknownErrors};

use crate::evidence::{Evidence, Health, Timeline};
use crate::examine::facts::UsageOf;
use crate::examine::part::CollectorFact;
use crate::gap::Gap;
use crate::ingest::InputFacts;
use crate::kube::Object;
use crate::limits::Limits;
use crate::rules::RuleSet;
use clue::{Clue, Scene};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::mem::take;

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

/// The bundle as a whole.
#[derive(Debug, Clone, Default)]
pub struct BundleFacts {
    /// `aks-periscope`, `cluster-info-dump`, `generic`.
    pub format: String,
    /// Why.
    pub format_reason: String,
    /// When it was taken, as its own content says.
    pub captured_at: Option<Timestamp>,
    /// How the capture time is known, in words: "the collector's connection probes".
    pub captured_by: String,
    /// Version of the control plane, or of the newest kubelet where only those are known.
    pub kubernetes_version: Option<String>,
    /// Cloud or distribution that the nodes name: `aks`, `openshift`, `kind`, ...
    pub cloud: Option<&'static str>,
    /// Region that most nodes name.
    pub region: Option<String>,
    /// Names of all nodes with an object, in order.
    pub node_names: Vec<String>,
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

/// The part of time that the user asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Window {
    /// Nothing that ended before this.
    pub since: Option<Timestamp>,
    /// Nothing that began after this.
    pub until: Option<Timestamp>,
}

impl Window {
    /// Whether something seen between two times falls into the window; what has no time does.
    fn overlaps(self, first: Option<Timestamp>, last: Option<Timestamp>) -> bool {
        let before = last
            .or(first)
            .zip(self.since)
            .is_some_and(|(last, since)| last < since);
        let after = first
            .or(last)
            .zip(self.until)
            .is_some_and(|(first, until)| first > until);
        !before && !after
    }
}

/// Diagnoses a bundle. What does not need another's result is done side by side, on the pool that
/// this is called in; every result has its place, so that their number changes nothing.
pub fn diagnose(
    mut evidence: Evidence,
    inputs: Vec<InputFacts>,
    rules: &RuleSet,
    window: Window,
) -> Diagnosis {
    let scene = Scene {
        evidence: &evidence,
        rules,
    };
    let (mut clues, noise) = clues(scene);
    let mut told = supersede::drop_silenced(scene, &mut clues, window);
    let explained: BTreeSet<String> = clues.iter().map(|clue| clue.rule.clone()).collect();
    clues.retain(|clue: &Clue| window.overlaps(clue.first, clue.last));
    last_words::quote(scene, &mut clues);
    let mut findings = clue::fold(scene, clues);
    supersede::drop_superseded(scene, &mut findings, &mut told);
    rank::order(&mut findings);
    let found: BTreeSet<&str> = findings
        .iter()
        .map(|finding| finding.rule.as_str())
        .collect();
    let (coverage, incidents) = rayon::join(
        || coverage::of(scene, &found, &told, window),
        || incident::fold(&findings, &evidence.index),
    );
    let onset = incidents
        .first()
        .and_then(|incident| incident.onset.or(incident.first_seen));
    let limit = Limits::RELEASE.unknown_errors;
    let bounds = (window.since, window.until);
    let ((changes, common), (ask, unknown, bundle, inventory)) = rayon::join(
        || {
            let changes = change::ledger(scene, &incidents, &findings);
            (changes, common::factors(scene, &incidents, &findings))
        },
        || {
            let ask = ask::ask(scene, &incidents, &findings, &coverage);
            let unknown = unknown::errors(&evidence, rules, &explained, onset, bounds, limit);
            (ask, unknown, bundle_facts(&evidence), inventory(&evidence))
        },
    );
    let detectors = if evidence.in_azure() {
        detectors::answers(&coverage)
    } else {
        vec![]
    };
    let noise = noise
        .into_iter()
        .map(|(id, count)| {
            let title = title_of(rules, &id);
            (id, title, count)
        })
        .collect();
    let (timeline, gaps) = (take(&mut evidence.timeline), take(&mut evidence.gaps));
    // To give back the memory of so many small things takes as long as a good part of all this, and
    // nobody needs it done: the report can be written meanwhile.
    rayon::spawn(move || drop(evidence));
    Diagnosis {
        inputs,
        bundle,
        incidents,
        findings,
        marks: change::marks(&changes),
        changes,
        common,
        ask,
        detectors,
        coverage,
        unknown,
        noise,
        inventory,
        timeline,
        gaps,
    }
}

/// Clues of rule files, checks and rules of other tools, in this order, and the number of lines
/// that each noise rule explains.
fn clues(scene: Scene<'_>) -> (Vec<Clue>, BTreeMap<String, u64>) {
    let ((mut clues, noise), (checked, asked)) = rayon::join(
        || rule::evaluate(scene),
        || rayon::join(|| checks::run(scene), || predicate::evaluate(scene)),
    );
    clues.extend(checked);
    clues.extend(asked);
    (clues, noise)
}

/// The title of a rule.
fn title_of(rules: &RuleSet, id: &str) -> String {
    rules
        .rule(id)
        .map(|rule| rule.title.clone())
        .unwrap_or_default()
}

/// Counts and versions of the bundle as a whole.
fn bundle_facts(evidence: &Evidence) -> BundleFacts {
    let index = &evidence.index;
    let count = |objects: &mut dyn Iterator<Item = &Object>| {
        let (mut bad, mut all) = (0, 0);
        for object in objects {
            bad += usize::from(Health::of(object) == Health::Unhealthy);
            all += 1;
        }
        (all > 0).then_some((bad, all))
    };
    BundleFacts {
        format: evidence.layout.format.to_owned(),
        format_reason: evidence.layout.reason.clone(),
        captured_at: evidence.capture.at,
        captured_by: evidence.capture.known_by.to_owned(),
        kubernetes_version: evidence
            .inventory
            .judged("kubernetes")
            .first()
            .map(|fact| fact.version.clone()),
        cloud: evidence.cloud(),
        region: evidence.region().map(str::to_owned),
        node_names: index
            .nodes()
            .map(|(object, _)| object.key().name.clone())
            .collect(),
        nodes: count(&mut index.nodes().map(|(object, _)| object)),
        pods: count(&mut index.pods().map(|(object, _)| object)),
        entries: evidence.entries,
        bytes: evidence.bytes,
    }
}

/// What each node uses, as the first list that names it says.
fn node_use(evidence: &Evidence) -> Vec<InventoryRow> {
    let mut nodes: BTreeMap<&str, String> = BTreeMap::new();
    for (_, _, fact) in &evidence.collector {
        if let CollectorFact::Usage(usage) = fact
            && usage.of == UsageOf::Node
        {
            nodes.entry(&usage.name).or_insert_with(|| {
                let (cpu, memory) = (
                    fit::amount("cpu", usage.cpu),
                    fit::amount("memory", usage.memory),
                );
                format!("{}: {cpu}, {memory}", usage.name)
            });
        }
    }
    let rows = nodes.into_values().map(|value| InventoryRow {
        what: "node use".to_owned(),
        value,
        count: 1,
    });
    rows.collect()
}

/// Versions, node pools and kinds, each with how often it is there.
fn inventory(evidence: &Evidence) -> Vec<InventoryRow> {
    let row = |what: &str, value: &str, count: u64| InventoryRow {
        what: what.to_owned(),
        value: value.to_owned(),
        count,
    };
    let mut rows: Vec<InventoryRow> = evidence
        .inventory
        .iter()
        .flat_map(|(what, facts)| {
            facts
                .into_iter()
                .map(move |fact| row(what, &fact.version, fact.count))
        })
        .collect();
    let mut images: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, pod) in evidence.index.pods() {
        for container in pod
            .containers
            .iter()
            .filter(|container| !container.image.is_empty())
        {
            *images.entry(&container.image).or_default() += 1;
        }
    }
    rows.extend(
        evidence
            .index
            .kinds()
            .into_iter()
            .map(|(kind, count)| row("kind", kind, count)),
    );
    rows.extend(
        images
            .into_iter()
            .map(|(image, count)| row("image", image, count)),
    );
    rows.extend(node_use(evidence));
    for (object, _) in evidence.index.nodes() {
        let labels = &object.meta.labels;
        let pool = labels.get("agentpool");
        if let Some(pool) = pool.or_else(|| labels.get("kubernetes.azure.com/agentpool")) {
            match rows
                .iter_mut()
                .find(|row| row.what == "node pool" && row.value == *pool)
            {
                Some(known) => known.count += 1,
                None => rows.push(row("node pool", pool, 1)),
            }
        }
    }
    rows
}
