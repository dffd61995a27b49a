//! What the bad ones have in common: bad pods (or nodes) against all of them, over node, pool,
//! zone, kernel, node image, image and namespace.
//!
//! In: the evidence and the incidents. Out: [`Factor`]s, only where there is enough support: at
//! least three bad ones, most of them share the value, it is at least twice as frequent among them
//! as among all, and chance alone would hardly do it. What follows from the incident itself (the
//! pods of one deployment share its image) is no factor.

use crate::diagnose::finding::{Finding, State};
use crate::diagnose::relate::incident::Incident;
use crate::diagnose::scene::Scene;
use crate::evidence::Index;
use crate::kube::{Meta, Node, ObjectKey, Pod};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Bad ones below which nothing is said.
const SUPPORT: usize = 3;
/// Share of the bad ones that must have the value, in percent.
const MOST: usize = 80;
/// How much more frequent it must be among the bad ones.
const LIFT: usize = 2;
/// How probable it may be that so many share it by chance.
const CHANCE: f64 = 0.005;
/// Factors said of one incident.
const FACTORS: usize = 3;
/// Incidents that are looked into: those that the first screen shows.
const INCIDENTS: usize = 3;

/// Labels of nodes that name their pool, of the providers in use.
const POOLS: &[&str] = &[
    "kubernetes.azure.com/agentpool",
    "agentpool",
    "eks.amazonaws.com/nodegroup",
    "cloud.google.com/gke-nodepool",
    "karpenter.sh/nodepool",
    "doks.digitalocean.com/node-pool",
];
/// Labels that name the zone.
const ZONES: &[&str] = &[
    "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/zone",
];
/// Labels that name the machine's type.
const TYPES: &[&str] = &[
    "node.kubernetes.io/instance-type",
    "beta.kubernetes.io/instance-type",
];
/// The label that names the node image of AKS.
const NODE_IMAGE: &[&str] = &["kubernetes.azure.com/node-image-version"];

/// Something that most bad ones have in common, and few others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// Id of the incident.
    pub incident: String,
    /// What is counted: `pods` or `nodes`.
    pub population: &'static str,
    /// The values as (dimension, value), the nearest first; several where they mean the same
    /// pods or nodes, so that nothing tells which of them counts.
    pub traits: Vec<(&'static str, String)>,
    /// Bad ones that have it.
    pub bad_with: usize,
    /// All that have it.
    pub with: usize,
    /// Bad ones.
    pub bad: usize,
    /// All.
    pub all: usize,
}

impl Factor {
    /// How much more frequent it is among the bad ones than among all, in tenths.
    pub fn lift_tenths(&self) -> usize {
        let (bad, with) = (self.bad.max(1), self.with.max(1));
        self.bad_with.saturating_mul(self.all).saturating_mul(10) / bad.saturating_mul(with)
    }
}

/// Pods or nodes by number, and the values that each has.
struct Population<'a> {
    name: &'static str,
    /// Keys of all, sorted.
    keys: Vec<&'a ObjectKey>,
    /// (dimension's rank, dimension, value) to the numbers of those that have it, ascending.
    values: BTreeMap<(usize, &'static str, &'a str), Vec<usize>>,
}

/// Factors of the first incidents that last.
pub(super) fn factors(
    scene: Scene<'_>,
    incidents: &[Incident],
    findings: &[Finding],
) -> Vec<Factor> {
    let index = &scene.evidence.index;
    let (pods, nodes) = (pods(index), nodes(index));
    incidents
        .iter()
        .filter(|incident| incident.state != State::Resolved)
        .take(INCIDENTS)
        .flat_map(|incident| {
            let affected = affected(incident, findings);
            // Where nodes are bad, that their pods share them says nothing.
            let population = if affected.iter().any(|key| key.kind == "Node") {
                &nodes
            } else {
                &pods
            };
            of_incident(index, &incident.id, population, &affected)
        })
        .collect()
}

/// Objects that the findings of an incident are about.
fn affected(incident: &Incident, findings: &[Finding]) -> BTreeSet<ObjectKey> {
    let own: BTreeSet<_> = incident.findings.iter().collect();
    findings
        .iter()
        .filter(|finding| own.contains(&finding.fingerprint))
        .flat_map(|finding| &finding.affected)
        .map(|subject| ObjectKey::new(&subject.kind, &subject.namespace, &subject.name))
        .collect()
}

/// What the affected ones of a population have in common.
fn of_incident(
    index: &Index,
    incident: &str,
    population: &Population<'_>,
    affected: &BTreeSet<ObjectKey>,
) -> Vec<Factor> {
    let all = population.keys.len();
    let bad: BTreeSet<usize> = affected
        .iter()
        .filter_map(|key| population.keys.binary_search(&key).ok())
        .collect();
    if bad.len() < SUPPORT || bad.len() == all {
        return vec![];
    }
    let is_bad: Vec<bool> = (0..all).map(|number| bad.contains(&number)).collect();
    let owners: BTreeSet<ObjectKey> = bad
        .iter()
        .filter_map(|number| population.keys.get(*number))
        .map(|key| index.root_owner(key))
        .collect();
    let mut shared: Vec<(&[usize], Factor)> = Vec::new();
    for ((_, dimension, value), members) in &population.values {
        let follows = population.name == "pods" && owners.len() < 2;
        if follows && ["image", "namespace"].contains(dimension) {
            continue;
        }
        let factor = Factor {
            incident: incident.to_owned(),
            population: population.name,
            traits: vec![(dimension, (*value).to_owned())],
            bad_with: members
                .iter()
                .filter(|number| is_bad.get(**number) == Some(&true))
                .count(),
            with: members.len(),
            bad: bad.len(),
            all,
        };
        if !is_telling(&factor) {
            continue;
        }
        match shared.iter_mut().find(|(same, _)| same == members) {
            Some((_, known)) => known.traits.extend(factor.traits),
            None => shared.push((members, factor)),
        }
    }
    // A wider circle that takes in no more of the bad ones follows from the narrower one.
    let follows = |members: &[usize], factor: &Factor| {
        shared.iter().any(|(narrow, other)| {
            narrow.len() < members.len()
                && narrow
                    .iter()
                    .all(|number| members.binary_search(number).is_ok())
                && other.bad_with == factor.bad_with
        })
    };
    let mut factors: Vec<Factor> = shared
        .iter()
        .filter(|(members, factor)| !follows(members, factor))
        .map(|(_, factor)| factor.clone())
        .collect();
    factors.sort_by_key(|factor| (Reverse(factor.bad_with), factor.with));
    factors.truncate(FACTORS);
    factors
}

/// Whether there is enough support.
fn is_telling(factor: &Factor) -> bool {
    factor.bad_with >= SUPPORT
        && factor.bad_with * 100 >= factor.bad * MOST
        && factor.bad_with * factor.all >= LIFT * factor.bad * factor.with
        && chance(factor) <= CHANCE
}

/// At most how probable it is that `bad_with` or more of `bad` drawn from `all` fall among `with`:
/// the number of ways to choose them times the probability that all of these do. Only
/// multiplication and division, so that it is the same number on every machine.
fn chance(factor: &Factor) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let mut bound = 1.0;
    for drawn in 0..factor.bad_with {
        let ways = number(factor.bad - drawn) / number(drawn + 1);
        let hit = number(factor.with.saturating_sub(drawn)) / number((factor.all - drawn).max(1));
        bound *= ways * hit;
    }
    bound
}

/// All pods that have not done their work, with their values.
fn pods(index: &Index) -> Population<'_> {
    let mut population = Population::new("pods");
    let mut by_node: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut by_image: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut by_namespace: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (object, pod) in index.pods().filter(|(_, pod)| pod.phase != "Succeeded") {
        let number = population.add(object.key());
        by_namespace
            .entry(&object.key().namespace)
            .or_default()
            .push(number);
        for image in images(pod) {
            by_image.entry(image).or_default().push(number);
        }
        if let Some(node) = pod.node.as_deref() {
            by_node.entry(node).or_default().push(number);
        }
    }
    // What a node is, its pods share: they are told of it together.
    for (object, node) in index.nodes() {
        if let Some(members) = by_node.get(object.key().name.as_str()) {
            for value in traits(&object.meta, node) {
                population.share(value, members);
            }
        }
    }
    for (rank, dimension, values) in [
        (0, "node", by_node),
        (7, "image", by_image),
        (8, "namespace", by_namespace),
    ] {
        for (value, members) in values {
            population.share((rank, dimension, value), &members);
        }
    }
    population.sorted()
}

/// All nodes with their values.
fn nodes(index: &Index) -> Population<'_> {
    let mut population = Population::new("nodes");
    for (object, node) in index.nodes() {
        let number = population.add(object.key());
        for value in traits(&object.meta, node) {
            population.share(value, &[number]);
        }
    }
    population.sorted()
}

impl<'a> Population<'a> {
    /// Nobody yet.
    fn new(name: &'static str) -> Self {
        Self {
            name,
            keys: Vec::new(),
            values: BTreeMap::new(),
        }
    }

    /// Adds one, after all with smaller keys, and tells its number.
    fn add(&mut self, key: &'a ObjectKey) -> usize {
        self.keys.push(key);
        self.keys.len() - 1
    }

    /// Gives a value to some.
    fn share(&mut self, value: (usize, &'static str, &'a str), members: &[usize]) {
        self.values.entry(value).or_default().extend(members);
    }

    /// The same with each value's members in order, each once.
    fn sorted(mut self) -> Self {
        for members in self.values.values_mut() {
            members.sort_unstable();
            // Two containers of a pod may have the same image.
            members.dedup();
        }
        self
    }
}

/// The images of a pod.
fn images(pod: &Pod) -> impl Iterator<Item = &str> {
    let images = pod
        .containers
        .iter()
        .map(|container| container.image.as_str());
    images.filter(|image| !image.is_empty())
}

/// What a node is, as (rank of the dimension, dimension, value).
fn traits<'a>(meta: &'a Meta, node: &'a Node) -> Vec<(usize, &'static str, &'a str)> {
    let label = |names: &[&str]| names.iter().find_map(|name| meta.labels.get(*name));
    let traits = [
        ("node pool", label(POOLS)),
        ("zone", label(ZONES)),
        ("node image", label(NODE_IMAGE)),
        ("kernel", node.kernel_version.as_ref()),
        ("kubelet", node.kubelet_version.as_ref()),
        ("machine type", label(TYPES)),
        ("container runtime", node.runtime_version.as_ref()),
    ];
    traits
        .into_iter()
        .enumerate()
        .filter_map(|(rank, (dimension, value))| Some((rank + 1, dimension, value?.as_str())))
        .filter(|(_, _, value)| !value.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A factor of these counts.
    fn factor(bad_with: usize, with: usize, bad: usize, all: usize) -> Factor {
        Factor {
            incident: String::new(),
            population: "pods",
            traits: vec![],
            bad_with,
            with,
            bad,
            all,
        }
    }

    #[test]
    fn only_what_chance_would_hardly_do_is_telling() {
        let cases = [
            // (bad with it, all with it, bad, all)
            ((9, 12, 9, 140), true, "nine of nine in a twelfth"),
            ((3, 10, 3, 30), false, "three in a third happen by chance"),
            ((2, 2, 2, 1000), false, "two are no support"),
            ((9, 90, 9, 100), false, "nearly everything has it"),
            ((5, 10, 9, 140), false, "four of nine do not have it"),
            ((8, 20, 9, 140), true, "most have it"),
        ];
        for ((bad_with, with, bad, all), telling, why) in cases {
            assert_eq!(
                is_telling(&factor(bad_with, with, bad, all)),
                telling,
                "{why}"
            );
        }
    }

    #[test]
    fn the_bound_on_chance_is_exact_where_all_share_it() {
        // Three of three from ten of thirty: 10/30 * 9/29 * 8/28.
        let exact = 10.0 * 9.0 * 8.0 / (30.0 * 29.0 * 28.0);
        assert!((chance(&factor(3, 10, 3, 30)) - exact).abs() < 1e-12);
    }

    #[test]
    fn lift_is_told_in_tenths() {
        assert_eq!(factor(9, 12, 9, 140).lift_tenths(), 116);
        assert_eq!(factor(0, 0, 0, 0).lift_tenths(), 0);
    }
}
