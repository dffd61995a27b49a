//! Clues of one rule about one owner become one finding.

use crate::diagnose::finding::{Finding, FindingBuilder, Subject};
use crate::diagnose::observe::clue::{Authority, Clue};
use crate::diagnose::scene::Scene;
use crate::evidence::Health;
use crate::kube::ObjectKey;
use crate::limits::Limits;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Clues by what they are about.
type BySubject = BTreeMap<Subject, Vec<Clue>>;

/// Folds clues into findings: one for each rule and subject, and one for the subjects of a rule that
/// are too many.
pub(super) fn fold(scene: Scene<'_>, clues: Vec<Clue>) -> Vec<Finding> {
    let mut rules: BTreeMap<String, BySubject> = BTreeMap::new();
    for clue in clues {
        let subject = Subject {
            node: None,
            ..clue.subject.clone()
        };
        let of_rule = rules.entry(clue.rule.clone()).or_default();
        of_rule.entry(subject).or_default().push(clue);
    }
    let mut findings = Vec::new();
    for (rule, mut subjects) in rules {
        let further = further(&mut subjects, Limits::RELEASE.rule_subjects);
        if let Some(further) = further {
            let about = once(further.iter().map(|clue| &clue.subject)).len();
            findings.extend(
                finding(scene, &rule, Subject::cluster(), further).map(|one| Finding {
                    detail: format!("{about} subjects in addition to those listed individually"),
                    ..one
                }),
            );
        }
        let own = subjects.into_iter();
        findings.extend(own.filter_map(|(subject, clues)| finding(scene, &rule, subject, clues)));
    }
    findings
}

/// Takes out of the subjects of a rule all but this many, where there are more: those stay that are
/// still in trouble, were seen in most places, and come first by name.
fn further(subjects: &mut BySubject, most: usize) -> Option<Vec<Clue>> {
    if subjects.len() <= most {
        return None;
    }
    let mut order: Vec<_> = std::mem::take(subjects).into_iter().collect();
    order.sort_by_cached_key(|(subject, clues)| {
        let state = clues
            .iter()
            .map(|clue| (Reverse(clue.authority), clue.state.0));
        (state.min(), Reverse(clues.len()), subject.clone())
    });
    let rest = order.split_off(most);
    subjects.extend(order);
    Some(rest.into_iter().flat_map(|(_, clues)| clues).collect())
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
    // several objects the worst counts that it states. What is over does not make worse what is not.
    let severities = clues
        .iter()
        .filter(|clue| clue.authority == strongest && clue.state.0 == state)
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
    use crate::diagnose::finding::State;

    #[test]
    fn of_too_many_subjects_those_in_trouble_stay() {
        let clue = |name: &str, state| {
            let subject = Subject::node(name);
            let clue = Clue::collected("node-not-ready", subject).in_state(state, "");
            (clue.subject.clone(), vec![clue])
        };
        let all = [
            clue("a", State::Resolved),
            clue("b", State::Active),
            clue("c", State::Unknown),
            clue("d", State::Active),
        ];
        let mut subjects: BySubject = all.clone().into();
        assert!(further(&mut subjects, 4).is_none());
        let rest = further(&mut subjects, 2).unwrap();
        let names = |clues: &[Clue]| {
            clues
                .iter()
                .map(|one| one.subject.name.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&rest), ["c", "a"]);
        assert_eq!(
            names(&subjects.into_values().flatten().collect::<Vec<_>>()),
            ["b", "d"]
        );
    }

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
}
