//! What the bundle holds: its format, versions, nodes, pods, kinds and images.

use crate::diagnose::observe::fit;
use crate::evidence::{Evidence, Health};
use crate::examine::facts::UsageOf;
use crate::examine::part::CollectorFact;
use crate::kube::Object;
use jiff::Timestamp;
use std::collections::BTreeMap;

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

/// Counts and versions of the bundle as a whole.
pub(super) fn bundle_facts(evidence: &Evidence) -> BundleFacts {
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
pub(super) fn inventory(evidence: &Evidence) -> Vec<InventoryRow> {
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
