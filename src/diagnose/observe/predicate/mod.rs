//! Answers what rules of other tools ask of a bundle ([`crate::rules::predicate`]).
//!
//! In: the scene. Out: a clue for each object, event or file whose answer is a failure or a warning.

mod pods;

use crate::diagnose::finding::{Citation, State, Subject};
use crate::diagnose::observe::clue::{Authority, Clue};
use crate::diagnose::observe::{hit, state};
use crate::diagnose::scene::Scene;
use crate::evidence::LogSource;
use crate::kube::{Detail, Event, Node, Object, Workload};
use crate::rules::predicate::{
    Ask, Count, EventFilter, Fold, NodeField, ObjectFilter, Outcome, Predicate, Test, Verdict,
    fill, in_ranges,
};
use crate::rules::{Rule, parse_version};
use crate::severity::Severity;
use std::collections::BTreeMap;

/// Clues of all rules that ask.
pub(super) fn evaluate(scene: Scene<'_>) -> Vec<Clue> {
    let asking = scene
        .rules
        .rules()
        .iter()
        .filter_map(|rule| Some((rule, rule.predicate.as_ref()?)));
    asking
        .flat_map(|(rule, predicate)| {
            Question {
                scene,
                rule,
                predicate,
            }
            .answer()
        })
        .collect()
}

/// One rule's question.
#[derive(Clone, Copy)]
struct Question<'a> {
    scene: Scene<'a>,
    rule: &'a Rule,
    predicate: &'a Predicate,
}

/// Values that a message may show.
type Values = BTreeMap<String, String>;

impl Question<'_> {
    /// Its clues.
    fn answer(self) -> Vec<Clue> {
        match &self.predicate.ask {
            Ask::FirstMatch => self.logs(),
            Ask::Events(filter) => self.events(filter),
            Ask::Workloads(filter) => self.workloads(filter),
            Ask::Pods { namespaces } => self.pods(namespaces),
            Ask::Nodes { at_least } => self.nodes(at_least).into_iter().collect(),
            Ask::ClusterVersion => self.version().into_iter().collect(),
            Ask::ContainerRuntime => self.runtime().into_iter().collect(),
        }
    }

    /// A clue as an outcome has it; `None` where all is well.
    fn told(self, clue: Clue, outcome: Option<&Outcome>, values: &Values) -> Option<Clue> {
        let outcome = outcome.filter(|outcome| outcome.verdict != Verdict::Pass)?;
        let severity = match outcome.verdict {
            Verdict::Fail => Severity::High,
            Verdict::Warn | Verdict::Pass => Severity::Medium,
        };
        Some(Clue {
            detail: fill(&outcome.message, |path| values.get(path).cloned()),
            severity: Some(severity.min(self.rule.severity)),
            ..clue
        })
    }

    /// The first match of each log: what its groups hold is the answer.
    fn logs(self) -> Vec<Clue> {
        let logs = self.scene.evidence.logs.iter();
        logs.filter_map(|source| self.log(source)).collect()
    }

    /// One log.
    fn log(self, source: &LogSource) -> Option<Clue> {
        let own: Vec<_> = self.rule.matchers().collect();
        let (hit, (time, snippet, captures)) = source
            .hits
            .iter()
            .filter(|hit| own.contains(&hit.matcher))
            .flat_map(|hit| hit.samples.iter().map(move |sample| (hit, sample)))
            .min_by_key(|(_, (_, snippet, _))| snippet.line)?;
        let values: Values = captures.iter().cloned().collect();
        let outcome = self.predicate.answer(|test| match test {
            Test::GroupNumber(group, compare, number) => values
                .get(group)
                .and_then(|value| value.parse::<i64>().ok())
                .is_some_and(|value| compare.holds(value.cmp(number))),
            Test::GroupText(group, text) => values.get(group).is_some_and(|value| value == text),
            _ => false,
        });
        let clue = Clue {
            count: 1,
            first: *time,
            last: *time,
            citations: vec![Citation {
                path: source.path.clone(),
                time: *time,
                snippet: snippet.clone(),
            }],
            ..hit::log_clue(self.scene, source, hit)
        };
        self.told(clue, outcome, &values)
    }

    /// Each event that fits.
    fn events(self, filter: &EventFilter) -> Vec<Clue> {
        let events = self.scene.evidence.events.iter();
        events
            .filter(|event| fits(filter, event))
            .filter_map(|event| {
                let clue = Clue {
                    rule: self.rule.id.to_string(),
                    subject: self.scene.owner_subject(&event.object),
                    affected: self.scene.subject(&event.object),
                    count: event.count,
                    first: event.first,
                    last: event.last,
                    citations: vec![Citation {
                        path: event.path.clone(),
                        time: event.last,
                        snippet: event.snippet.clone(),
                    }],
                    state: state::of_event(self.scene, event),
                    authority: Authority::Event,
                    ..self.cluster_clue()
                };
                self.told(clue, self.predicate.outcomes.first(), &Values::new())
            })
            .collect()
    }

    /// Each workload that is meant.
    fn workloads(self, filter: &ObjectFilter) -> Vec<Clue> {
        let objects = self.scene.evidence.index.of_kind(filter.kind);
        objects
            .filter(|object| filter.accepts(&object.key().namespace, &object.key().name))
            .filter_map(|object| {
                let Detail::Workload(workload) = &object.detail else {
                    return None;
                };
                let outcome = self.predicate.answer(|test| match test {
                    Test::Count(count, compare, number) => {
                        compare.holds(counted(workload, *count).cmp(number))
                    }
                    Test::Incomplete => incomplete(filter.kind, workload),
                    _ => false,
                });
                let field = match filter.kind {
                    "Job" if workload.failed > 0 => "status.failed",
                    "Job" => "status.succeeded",
                    _ => "status.readyReplicas",
                };
                let clue =
                    Clue::status(&self.rule.id, self.scene, object).citing(object, field, None);
                let mut values = named(object);
                let total = workload.current.or(workload.desired).unwrap_or_default();
                values.insert("Ready".into(), workload.ready.to_string());
                values.insert("Replicas".into(), total.to_string());
                self.told(clue, outcome, &values)
            })
            .collect()
    }

    /// Each pod of the namespaces.
    fn pods(self, namespaces: &[String]) -> Vec<Clue> {
        let pods = self.scene.evidence.index.pods();
        pods.filter(|(object, _)| {
            namespaces.is_empty() || namespaces.contains(&object.key().namespace)
        })
        .filter_map(|(object, pod)| {
            let status = pods::Status::of(pod, object.meta.deleted.is_some());
            let outcome = self.predicate.answer(|test| match test {
                Test::PodIs(equal, wanted) => {
                    *equal == (*wanted == pod.phase || *wanted == status.shown)
                }
                Test::PodHealthy(equal) => *equal == status.healthy,
                _ => false,
            });
            let field = status.field.as_deref().unwrap_or("status.phase");
            let clue = Clue::status(&self.rule.id, self.scene, object).citing(object, field, None);
            let mut values = named(object);
            values.insert("Status.Reason".into(), status.shown.clone());
            values.insert("Status.Phase".into(), pod.phase.clone());
            values.insert(
                "Status.Message".into(),
                pod.message.clone().unwrap_or_default(),
            );
            self.told(clue, outcome, &values)
        })
        .collect()
    }

    /// All nodes together that have at least these amounts.
    fn nodes(self, at_least: &[(NodeField, i64)]) -> Option<Clue> {
        let all: Vec<(&Object, &Node)> = self.scene.evidence.index.nodes().collect();
        let (first, _) = *all.first()?;
        let enough = |(_, node): &(&Object, &Node)| {
            at_least
                .iter()
                .all(|(field, least)| amount(node, *field).is_some_and(|amount| amount >= *least))
        };
        let nodes: Vec<(&Object, &Node)> = all.into_iter().filter(enough).collect();
        // The node that decides, where one does, and its field.
        let mut decided: Option<(&Object, String)> = None;
        let outcome = self.predicate.answer(|test| match test {
            Test::Nodes(fold, field, compare, number) => {
                let Some((value, object)) = folded(&nodes, *fold, *field) else {
                    return false;
                };
                decided = object.zip(field.map(NodeField::path));
                compare.holds(value.cmp(number))
            }
            Test::NodeCondition(kind, status) => {
                decided = nodes.iter().find_map(|(object, node)| {
                    let mut conditions = node.conditions.iter();
                    let found =
                        conditions.find(|one| one.kind == *kind && one.status == *status)?;
                    Some((*object, found.path()))
                });
                decided.is_some()
            }
            _ => false,
        })?;
        let clue = match decided.filter(|_| outcome.test.is_some()) {
            Some((object, path)) => {
                Clue::status(&self.rule.id, self.scene, object).citing(object, &path, None)
            }
            None => self.cluster_clue().citing(first, "metadata.name", None),
        };
        self.told(clue, Some(outcome), &Values::new())
    }

    /// The version of the control plane.
    fn version(self) -> Option<Clue> {
        let fact = *self
            .scene
            .evidence
            .inventory
            .versions("kubernetes")
            .first()?;
        let mut version = parse_version(&fact.version)?;
        if fact.version.contains("-eks-") {
            // EKS writes its release as a pre-release of the version that it is.
            version.pre = semver::Prerelease::EMPTY;
        }
        let outcome = self.predicate.answer(|test| match test {
            Test::Version(ranges) => in_ranges(&version, ranges),
            _ => false,
        });
        let clue = self
            .cluster_clue()
            .with_citation(&fact.path, fact.snippet.clone(), None);
        self.told(clue, outcome, &Values::new())
    }

    /// The runtimes of the nodes: the first outcome that any of them meets.
    fn runtime(self) -> Option<Clue> {
        let facts = self.scene.evidence.inventory.versions("container runtime");
        let is = |version: &str, name: &str| {
            version
                .split_once("://")
                .is_some_and(|(scheme, _)| scheme == name)
        };
        let mut decided = None;
        let outcome = self.predicate.answer(|test| {
            let Test::Runtime(name) = test else {
                return false;
            };
            decided = facts.iter().find(|fact| is(&fact.version, name)).copied();
            decided.is_some()
        });
        let fact = decided.or_else(|| facts.first().copied())?;
        let clue = self
            .cluster_clue()
            .with_citation(&fact.path, fact.snippet.clone(), None);
        self.told(clue, outcome, &Values::new())
    }

    /// A clue about the cluster, without evidence yet.
    fn cluster_clue(self) -> Clue {
        Clue {
            rule: self.rule.id.to_string(),
            subject: Subject::cluster(),
            affected: Subject::cluster(),
            count: 1,
            first: None,
            last: None,
            citations: vec![],
            state: (State::Active, "true at capture time".into()),
            authority: Authority::Status,
            detail: String::new(),
            values: BTreeMap::new(),
            silenced_by: Box::default(),
            severity: None,
            confidence: None,
        }
    }
}

/// Whether an event is meant.
fn fits(filter: &EventFilter, event: &Event) -> bool {
    let same = |wanted: &Option<String>, actual: &str| {
        wanted
            .as_deref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(actual))
    };
    // The event of a node or another object without a namespace is kept in `default`.
    let namespace = match event.object.namespace.as_str() {
        "" => "default",
        namespace => namespace,
    };
    namespace == filter.namespace
        && same(&filter.reason, &event.reason)
        && same(&filter.kind, &event.object.kind)
        && filter.regex.as_ref().is_none_or(|regex| {
            regex.is_match(format!("{} {}", event.reason, event.message).as_bytes())
        })
}

/// A number of a workload.
fn counted(workload: &Workload, count: Count) -> i64 {
    match count {
        // What succeeded is kept as what is ready of a job.
        Count::Ready | Count::Succeeded => workload.ready,
        Count::Available => workload.available,
        Count::Failed => workload.failed,
    }
}

/// Whether a workload has not what it should, as troubleshoot judges each kind.
fn incomplete(kind: &str, workload: &Workload) -> bool {
    let total = workload.current.or(workload.desired).unwrap_or_default();
    match kind {
        "Job" => {
            let done = match workload.desired {
                Some(completions) => completions == workload.ready,
                None => workload.ready > 1,
            };
            !done && workload.failed > 0
        }
        "ReplicaSet" => workload.desired.unwrap_or(1) != workload.available,
        "StatefulSet" => total != workload.ready,
        _ => total != workload.available,
    }
}

/// Namespace and name of an object.
fn named(object: &Object) -> Values {
    let key = object.key();
    Values::from([
        ("Namespace".to_owned(), key.namespace.clone()),
        ("Name".to_owned(), key.name.clone()),
    ])
}

/// How much of a resource a node has; `None` where it does not say.
fn amount(node: &Node, field: NodeField) -> Option<i64> {
    let amounts = if field.allocatable {
        &node.allocatable
    } else {
        &node.capacity
    };
    amounts.get(field.resource).copied()
}

/// A number over nodes, with the node that decides it where one does; `None` where a node leaves
/// the answer open.
fn folded<'n>(
    nodes: &[(&'n Object, &Node)],
    fold: Fold,
    field: Option<NodeField>,
) -> Option<(i64, Option<&'n Object>)> {
    let Some(field) = field else {
        return Some((i64::try_from(nodes.len()).unwrap_or(i64::MAX), None));
    };
    let amounts = nodes
        .iter()
        .map(|(object, node)| Some((amount(node, field)?, *object)));
    let amounts: Vec<(i64, &Object)> = amounts.collect::<Option<_>>()?;
    let one = |(amount, object)| (amount, Some(object));
    match fold {
        Fold::Min => amounts
            .into_iter()
            .min_by_key(|(amount, _)| *amount)
            .map(one),
        Fold::Max => amounts
            .into_iter()
            .max_by_key(|(amount, _)| *amount)
            .map(one),
        Fold::Sum | Fold::Count => {
            let sum = amounts
                .iter()
                .fold(0i64, |sum, (amount, _)| sum.saturating_add(*amount));
            Some((sum, None))
        }
    }
}
