//! Clues: what one check or matcher saw on one object. Clues of one rule about one owner are
//! folded into a finding.

use super::finding::{Citation, Finding, FindingBuilder, State, Subject};
use crate::evidence::{Evidence, Health};
use crate::kube::{Object, ObjectKey};
use crate::limits::Limits;
use crate::locator::{EntryPath, Snippet};
use crate::rules::{MatcherId, RuleSet};
use crate::severity::{Confidence, Severity};
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// How much a clue knows about the present: an object's status is the present, an event is the
/// recent past, a log line is some past. The strongest decides the state of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Authority {
    /// A line of a log.
    Log,
    /// An event.
    Event,
    /// The status of an object at capture time.
    Status,
}

/// What one check or matcher saw on one object.
#[derive(Debug, Clone)]
pub struct Clue {
    /// Rule id.
    pub rule: String,
    /// What the finding is about: an owner of pods where there is one.
    pub subject: Subject,
    /// The object it was seen on.
    pub affected: Subject,
    /// How often.
    pub count: u64,
    /// First seen.
    pub first: Option<Timestamp>,
    /// Last seen.
    pub last: Option<Timestamp>,
    /// Evidence.
    pub citations: Vec<Citation>,
    /// Whether it is still so, and why.
    pub state: (State, String),
    /// How much the clue knows about the present.
    pub authority: Authority,
    /// This case's own values in one sentence; may be empty.
    pub detail: String,
    /// Values for the placeholders of the rule's commands.
    pub values: BTreeMap<String, String>,
    /// Matchers of more specific rules that hit the same lines.
    pub silenced_by: Box<[MatcherId]>,
    /// Severity, where the case is worse or better than the rule says.
    pub severity: Option<Severity>,
    /// Confidence, where the case is clearer or less clear than the rule says.
    pub confidence: Option<Confidence>,
}

impl Clue {
    /// A clue about an object, from its status at capture time.
    pub fn status(rule: &str, scene: Scene<'_>, object: &Object) -> Self {
        Self {
            subject: scene.owner_subject(object.key()),
            state: (State::Active, "its status says so at capture time".into()),
            ..Self::collected(rule, scene.subject(object.key()))
        }
    }

    /// A clue about something that no object stands for, from what a collector wrote of it.
    pub fn collected(rule: &str, subject: Subject) -> Self {
        Self {
            rule: rule.to_owned(),
            affected: subject.clone(),
            subject,
            count: 1,
            first: None,
            last: None,
            citations: vec![],
            state: (State::Active, "it was so when it was collected".into()),
            authority: Authority::Status,
            detail: String::new(),
            values: BTreeMap::new(),
            silenced_by: Box::default(),
            severity: None,
            confidence: None,
        }
    }

    /// The same clue with a field of the object as evidence.
    #[must_use]
    pub fn citing(mut self, object: &Object, field: &str, time: Option<Timestamp>) -> Self {
        let snippet = object.text.cite(field, &Limits::RELEASE);
        self.citations.push(Citation {
            path: object.path.clone(),
            time,
            snippet,
        });
        self
    }

    /// The same clue with other evidence.
    #[must_use]
    pub fn with_citation(
        mut self,
        path: &EntryPath,
        snippet: Snippet,
        time: Option<Timestamp>,
    ) -> Self {
        self.citations.push(Citation {
            path: path.clone(),
            time,
            snippet,
        });
        self
    }

    /// The same clue with the time span in which it was so.
    #[must_use]
    pub fn seen(mut self, first: Option<Timestamp>, last: Option<Timestamp>) -> Self {
        (self.first, self.last) = (first, last);
        self
    }

    /// The same clue with its own values in words.
    #[must_use]
    pub fn detailed(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// The same clue with commands that speak of its subject, where they would else speak of the
    /// first object that it was seen on.
    #[must_use]
    pub fn naming_subject(mut self) -> Self {
        let Subject {
            kind,
            namespace,
            name,
            ..
        } = self.subject.clone();
        for (placeholder, value) in [("kind", kind), ("namespace", namespace), ("name", name)] {
            self.values.insert(placeholder.to_owned(), value);
        }
        self
    }

    /// The same clue with a state and its reason.
    #[must_use]
    pub fn in_state(mut self, state: State, reason: impl Into<String>) -> Self {
        self.state = (state, reason.into());
        self
    }
}

/// What checks and rules look at.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The facts.
    pub evidence: &'a Evidence,
    /// The rules.
    pub rules: &'a RuleSet,
}

impl Scene<'_> {
    /// The subject for an object, with its node where it runs on one.
    pub fn subject(&self, key: &ObjectKey) -> Subject {
        let node = match self.evidence.index.get(key).map(|object| &object.detail) {
            Some(crate::kube::Detail::Pod(pod)) => pod.node.clone(),
            _ => None,
        };
        Subject {
            kind: key.kind.clone(),
            namespace: key.namespace.clone(),
            name: key.name.clone(),
            node,
        }
    }

    /// The subject for the owner of an object: findings speak of a deployment, not of each pod.
    /// The owner of a pod that is gone is told by name.
    pub fn owner_subject(&self, key: &ObjectKey) -> Subject {
        let index = &self.evidence.index;
        let owner = index.root_owner(key);
        if owner == *key && key.kind == "Pod" && index.get(key).is_none() {
            if let Some(owner) = index.owner_by_name(&key.namespace, &key.name) {
                return self.subject(&index.root_owner(owner.key()));
            }
            return Subject {
                name: base_name(&key.name),
                kind: "Pod".into(),
                namespace: key.namespace.clone(),
                node: None,
            };
        }
        self.subject(&owner)
    }
}

/// The name that replicas share: `web-6cd8cc5c4-t4whg` and `web-6cd8cc5c4-abcde` are `web-*`.
pub(super) fn base_name(pod: &str) -> String {
    // Kubernetes makes names of these letters only, so that no words arise; hashes of old replica
    // sets also have the other digits.
    let generated = |part: &str, more: &[u8]| {
        part.bytes()
            .all(|byte| b"bcdfghjklmnpqrstvwxz2456789".contains(&byte) || more.contains(&byte))
    };
    match pod.rsplit_once('-') {
        Some((rest, suffix)) if suffix.len() == 5 && generated(suffix, b"") => {
            match rest.rsplit_once('-') {
                Some((name, hash)) if (8..=10).contains(&hash.len()) && generated(hash, b"013") => {
                    format!("{name}-*")
                }
                _ => format!("{rest}-*"),
            }
        }
        _ => pod.to_owned(),
    }
}

/// Folds clues into findings: one for each rule and subject.
pub(super) fn fold(scene: Scene<'_>, clues: Vec<Clue>) -> Vec<Finding> {
    let mut groups: BTreeMap<(String, Subject), Vec<Clue>> = BTreeMap::new();
    for clue in clues {
        let subject = Subject {
            node: None,
            ..clue.subject.clone()
        };
        groups
            .entry((clue.rule.clone(), subject))
            .or_default()
            .push(clue);
    }
    groups
        .into_iter()
        .filter_map(|((rule, subject), clues)| finding(scene, &rule, subject, clues))
        .collect()
}

/// The clue whose object commands name: of those that know most, one that says so itself, else one
/// about an object that is there and is bad now.
fn example<'c>(scene: Scene<'_>, clues: &'c [Clue]) -> Option<&'c Clue> {
    let index = &scene.evidence.index;
    clues.iter().min_by_key(|clue| {
        let Subject {
            kind,
            namespace,
            name,
            ..
        } = &clue.affected;
        let key = ObjectKey::new(kind, namespace, name);
        let fitness = match index.health(&key, false) {
            Health::Unhealthy => 0,
            _ if index.get(&key).is_some() => 1,
            _ => 2,
        };
        let named = ["kind", "name"]
            .iter()
            .all(|name| clue.values.contains_key(*name));
        (Reverse(clue.authority), !named, fitness, clue.state.0)
    })
}

/// One finding of all clues about one subject.
fn finding(
    scene: Scene<'_>,
    rule: &str,
    subject: Subject,
    mut clues: Vec<Clue>,
) -> Option<Finding> {
    let rule = scene.rules.rule(rule)?;
    clues.sort_by(|a, b| {
        b.authority
            .cmp(&a.authority)
            .then_with(|| a.affected.cmp(&b.affected))
            .then_with(|| a.citations.cmp(&b.citations))
    });
    let strongest = clues.iter().map(|clue| clue.authority).max()?;
    // Healthy replicas beside a sick one do not make it well: the worst of the strongest decides.
    let (state, reason) = clues
        .iter()
        .filter(|clue| clue.authority == strongest)
        .map(|clue| clue.state.clone())
        .min()?;
    let affected = once(clues.iter().map(|clue| &clue.affected));
    let component = (subject.kind == "Component").then(|| subject.clone());
    let mut builder = FindingBuilder::new(rule, subject).state(state, reason);
    builder = builder.count(occurrences(&clues));
    // A hit without a severity of its own is as bad as the rule says; of what a check says of
    // several objects the worst counts that it states.
    let severities = clues
        .iter()
        .filter(|clue| clue.authority == strongest)
        .filter_map(|clue| {
            let by_rule = (strongest < Authority::Status).then_some(rule.severity);
            clue.severity.or(by_rule)
        });
    builder = builder.severity(severities.max());
    builder = builder.confidence(clues.iter().filter_map(|clue| clue.confidence).max());
    let details: BTreeSet<&str> = clues
        .iter()
        .map(|clue| clue.detail.as_str())
        .filter(|detail| !detail.is_empty())
        .collect();
    builder = builder.detail(details.into_iter().take(3).collect::<Vec<_>>().join("; "));
    if let Some(example) = example(scene, &clues) {
        // A controller's own pod is not what its lines speak of.
        let named = component.unwrap_or_else(|| example.affected.clone());
        builder = builder.naming(named, example.values.clone());
    }
    for clue in clues {
        builder = builder.seen(clue.first, clue.last).values(clue.values);
        for citation in clue.citations {
            builder = builder.cite(citation);
        }
    }
    builder.affects(affected).build()
}

/// How often the clues of one finding saw it. Its log and the events about an object tell the same
/// occurrences, and its status repeats what they count: of each object the larger sum counts.
fn occurrences(clues: &[Clue]) -> u64 {
    let mut seen: BTreeMap<(&str, &str, &str), BTreeMap<Authority, u64>> = BTreeMap::new();
    for clue in clues {
        let Subject {
            kind,
            namespace,
            name,
            ..
        } = &clue.affected;
        let sums = seen.entry((kind, namespace, name)).or_default();
        let sum = sums.entry(clue.authority).or_default();
        *sum = sum.saturating_add(clue.count);
    }
    let told = clues.iter().any(|clue| clue.authority < Authority::Status);
    let of_object = |sums: &BTreeMap<Authority, u64>| {
        let counted = sums
            .iter()
            .filter(|(authority, _)| !told || **authority < Authority::Status);
        counted.map(|(_, sum)| *sum).max().unwrap_or(0)
    };
    seen.values().map(of_object).fold(0, u64::saturating_add)
}

/// Each object once: some clues know its node, others do not.
fn once<'a>(affected: impl Iterator<Item = &'a Subject>) -> BTreeSet<Subject> {
    let all: BTreeSet<&Subject> = affected.collect();
    // Without a node a subject comes right before itself with one.
    let next = all.iter().skip(1).map(Some).chain([None]);
    all.iter()
        .zip(next)
        .filter(|(one, next)| {
            let again = |next: &&Subject| {
                one.node.is_none()
                    && (&one.kind, &one.namespace, &one.name)
                        == (&next.kind, &next.namespace, &next.name)
            };
            !next.is_some_and(again)
        })
        .map(|(one, _)| (*one).clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_whose_node_one_clue_knows_is_told_once() {
        let pod = |name: &str, node: Option<&str>| Subject {
            kind: "Pod".into(),
            namespace: "shop".into(),
            name: name.into(),
            node: node.map(str::to_owned),
        };
        let seen = [pod("a", None), pod("b", None), pod("a", Some("n1"))];
        let told: Vec<Subject> = once(seen.iter()).into_iter().collect();
        assert_eq!(told, [pod("a", Some("n1")), pod("b", None)]);
    }

    #[test]
    fn replicas_of_one_workload_share_a_name() {
        assert_eq!(
            base_name("server-deployment-56d5dd7646-29sc2"),
            "server-deployment-*"
        );
        assert_eq!(base_name("kube-proxy-qxfxq"), "kube-proxy-*");
        assert_eq!(base_name("etcd-minikube"), "etcd-minikube");
        assert_eq!(
            base_name("kube-scheduler-kind-control-plane"),
            "kube-scheduler-kind-control-plane"
        );
        assert_eq!(base_name("web-0"), "web-0");
    }
}
