//! Analyzers of the state of objects: workloads, pods, nodes, versions.

use super::super::Reader;
use super::Analyzer;
use super::outcome::Outcomes;
use crate::rules::predicate::{
    Ask, Compare, Count, Fold, NodeField, ObjectFilter, Outcome, Predicate, Test, Verdict,
    parse_ranges,
};
use crate::severity::{Category, Severity};
use serde_json::Value;

/// What a workload analyzer without a name, or without outcomes, says.
const INCOMPLETE: &str =
    "{{ .Namespace }}/{{ .Name }} has {{ .Ready }} of {{ .Replicas }} replicas";
/// What `clusterPodStatuses` says where the author says nothing.
const POD_STATUS: &str = "Pod {{ .Namespace }}/{{ .Name }} status is {{ .Status.Reason }}";

/// `deploymentStatus`, `statefulsetStatus`, `replicasetStatus`, `jobStatus`.
pub(super) fn workloads(analyzer: &Analyzer<'_>, reader: &mut Reader<'_>) -> Result<(), String> {
    let kind = match analyzer.kind {
        "deploymentStatus" => "Deployment",
        "statefulsetStatus" => "StatefulSet",
        "replicasetStatus" => "ReplicaSet",
        _ => "Job",
    };
    let name = analyzer.text("name")?;
    let mut namespaces: Vec<String> = analyzer.text("namespace")?.into_iter().collect();
    if name.is_none() {
        namespaces.extend(analyzer.texts("namespaces")?);
    }
    if !analyzer.texts("selector")?.is_empty() {
        return Err("it selects by labels, which are not kept for ReplicaSets".into());
    }
    let mut outcomes = analyzer.outcomes()?;
    // The outcomes of an analyzer without a name count for replica sets alone.
    if name.is_none() && kind != "ReplicaSet" {
        outcomes = Outcomes(vec![]);
    }
    let mut missing = name.is_some();
    if matches!(kind, "Deployment" | "StatefulSet") {
        missing |= outcomes.0.iter().any(|outcome| outcome.when == "absent");
        outcomes.0.retain(|outcome| outcome.when != "absent");
    }
    let (tested, severity) = if outcomes.0.is_empty() {
        if name.is_some() && kind == "Deployment" {
            return Err("it has no outcome that fails or warns".into());
        }
        let failed = Outcome {
            test: Some(Test::Incomplete),
            verdict: Verdict::Fail,
            message: INCOMPLETE.into(),
        };
        (vec![failed], Severity::High)
    } else {
        let tested = outcomes.tested(|when| count_test(kind, when))?;
        (tested, outcomes.severity()?)
    };
    if missing {
        let what = name.as_deref().unwrap_or("it");
        let reason =
            format!("a missing {kind} {what} is not reported, only the state of an existing one");
        analyzer.leave_some(reader, reason);
    }
    let about = name
        .as_ref()
        .map_or_else(|| format!("{kind} status"), |name| format!("{name} Status"));
    let draft = analyzer.draft(&about, Category::Workload, severity, &outcomes);
    let ask = Ask::Workloads(ObjectFilter {
        kind,
        namespaces,
        name,
    });
    reader.add(
        draft,
        vec![],
        vec![],
        Some(Predicate {
            ask,
            outcomes: tested,
        }),
    );
    Ok(())
}

/// `< 1` of deployments and stateful sets; `ready < 1`, `available < 1` of replica sets;
/// `failed > 0`, `succeeded = 1` of jobs.
fn count_test(kind: &str, when: &str) -> Option<Test> {
    let parts: Vec<&str> = when.split(' ').collect();
    let (count, compare, number) = match (kind, parts.as_slice()) {
        ("Deployment" | "StatefulSet", [compare, number])
        | ("ReplicaSet", ["ready", compare, number]) => (Count::Ready, compare, number),
        ("ReplicaSet", ["available", compare, number]) => (Count::Available, compare, number),
        ("Job", ["succeeded", compare, number]) => (Count::Succeeded, compare, number),
        ("Job", ["failed", compare, number]) => (Count::Failed, compare, number),
        _ => return None,
    };
    let compare = Compare::parse(compare).filter(|compare| *compare != Compare::NotEqual)?;
    Some(Test::Count(count, compare, number.parse().ok()?))
}

/// `clusterPodStatuses`.
pub(super) fn pods(analyzer: &Analyzer<'_>, reader: &mut Reader<'_>) -> Result<(), String> {
    let namespaces = analyzer.texts("namespaces")?;
    let outcomes = analyzer.outcomes()?;
    let severity = outcomes.severity()?;
    let mut tested = outcomes.tested(pod_test)?;
    if let Some(Outcome {
        test: None,
        verdict,
        ..
    }) = tested.first()
        && *verdict != Verdict::Pass
    {
        return Err("its first outcome has no condition, so it would report every pod".into());
    }
    for outcome in &mut tested {
        if outcome.message.is_empty() {
            outcome.message = POD_STATUS.into();
        }
    }
    let draft = analyzer.draft(
        "Cluster pod status",
        Category::Workload,
        severity,
        &outcomes,
    );
    let predicate = Predicate {
        ask: Ask::Pods { namespaces },
        outcomes: tested,
    };
    reader.add(draft, vec![], vec![], Some(predicate));
    Ok(())
}

/// `!= Healthy`, `== CrashLoopBackOff`.
fn pod_test(when: &str) -> Option<Test> {
    let mut parts = when.split(' ');
    let compare = Compare::parse(parts.next()?)?;
    let status = parts.next()?;
    let equal = match compare {
        Compare::Equal => true,
        Compare::NotEqual => false,
        _ => return None,
    };
    Some(if status == "Healthy" {
        Test::PodHealthy(equal)
    } else {
        Test::PodIs(equal, status.to_owned())
    })
}

/// `nodeResources` over all nodes.
pub(super) fn nodes(analyzer: &Analyzer<'_>, reader: &mut Reader<'_>) -> Result<(), String> {
    let at_least = filters(analyzer.body.get("filters"))?;
    let outcomes = analyzer.outcomes()?;
    let severity = outcomes.severity()?;
    let tested = outcomes.tested(node_test)?;
    let draft = analyzer.draft("Node resources", Category::Node, severity, &outcomes);
    let predicate = Predicate {
        ask: Ask::Nodes { at_least },
        outcomes: tested,
    };
    reader.add(draft, vec![], vec![], Some(predicate));
    Ok(())
}

/// The amounts that a node needs to take part.
fn filters(filters: Option<&Value>) -> Result<Vec<(NodeField, i64)>, String> {
    let Some(filters) = filters.filter(|filters| !filters.is_null()) else {
        return Ok(vec![]);
    };
    let filters = filters.as_object().ok_or("its filters are not a map")?;
    let mut at_least = Vec::new();
    for (key, value) in filters {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let field = node_field(key);
        let amount = field.and_then(|field| amount(field, &text));
        let (Some(field), Some(amount)) = (field, amount) else {
            return Err(format!("its filter `{key}` has no counterpart"));
        };
        at_least.push((field, amount));
    }
    Ok(at_least)
}

/// `count() < 3`, `min(memoryCapacity) < 8Gi`, `nodeCondition(Ready) == False`, `= 1`.
fn node_test(when: &str) -> Option<Test> {
    let parts: Vec<&str> = when.split_whitespace().collect();
    let (what, compare, value) = match parts.as_slice() {
        [compare, value] => ("count()", compare, value),
        [what, compare, value] => (*what, compare, value),
        _ => return None,
    };
    let compare = Compare::parse(compare).filter(|compare| *compare != Compare::NotEqual)?;
    // What has no brackets is the number of nodes.
    let (fold, field) = match what.split_once('(') {
        Some((fold, field)) => (fold, field.strip_suffix(')')?),
        None => ("count", ""),
    };
    let fold = match fold {
        "count" => return Some(Test::Nodes(Fold::Count, None, compare, value.parse().ok()?)),
        "nodeCondition" if !field.is_empty() => {
            let test = Test::NodeCondition(field.to_owned(), (*value).to_owned());
            return (compare == Compare::Equal).then_some(test);
        }
        "min" => Fold::Min,
        "max" => Fold::Max,
        "sum" => Fold::Sum,
        _ => return None,
    };
    let field = node_field(field)?;
    Some(Test::Nodes(
        fold,
        Some(field),
        compare,
        amount(field, value)?,
    ))
}

/// A resource of nodes by troubleshoot's name.
fn node_field(name: &str) -> Option<NodeField> {
    let (resource, allocatable) = match name {
        "cpuCapacity" => ("cpu", false),
        "cpuAllocatable" => ("cpu", true),
        "memoryCapacity" => ("memory", false),
        "memoryAllocatable" => ("memory", true),
        "podCapacity" => ("pods", false),
        "podAllocatable" => ("pods", true),
        "ephemeralStorageCapacity" => ("ephemeral-storage", false),
        "ephemeralStorageAllocatable" => ("ephemeral-storage", true),
        _ => return None,
    };
    Some(NodeField {
        resource,
        allocatable,
    })
}

/// An amount of a resource in the units in which nodes are kept: thousandths of a CPU, or units.
fn amount(field: NodeField, text: &str) -> Option<i64> {
    let milli = quantity(text)?;
    let amount = if field.resource == "cpu" {
        milli
    } else {
        milli / 1_000
    };
    i64::try_from(amount).ok()
}

/// A Kubernetes quantity in thousandths: `4`, `500m`, `8Gi`, `1.5G`.
fn quantity(text: &str) -> Option<i128> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at_checked(end)?;
    let factor: i128 = match suffix {
        "m" => 1,
        "" => 1_000,
        "k" => 1_000_000,
        "M" => 1_000_000_000,
        "G" => 1_000_000_000_000,
        "T" => 1_000_000_000_000_000,
        "Ki" => 1_000 << 10,
        "Mi" => 1_000 << 20,
        "Gi" => 1_000 << 30,
        "Ti" => 1_000 << 40,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    // Twelve digits of each part are more than any machine has, and cannot overflow.
    if whole.is_empty() || whole.len() > 12 || fraction.len() > 12 {
        return None;
    }
    let whole: i128 = whole.parse().ok()?;
    let part: i128 = if fraction.is_empty() {
        0
    } else {
        fraction.parse().ok()?
    };
    let tens = 10i128.pow(u32::try_from(fraction.len()).ok()?);
    Some(whole * factor + part * factor / tens)
}

/// `clusterVersion`.
pub(super) fn version(analyzer: &Analyzer<'_>, reader: &mut Reader<'_>) -> Result<(), String> {
    let outcomes = analyzer.outcomes()?;
    let severity = outcomes.severity()?;
    let tested = outcomes.tested(|when| parse_ranges(when).map(Test::Version))?;
    let about = "Required Kubernetes version";
    let draft = analyzer.draft(about, Category::Upgrade, severity, &outcomes);
    let predicate = Predicate {
        ask: Ask::ClusterVersion,
        outcomes: tested,
    };
    reader.add(draft, vec![], vec![], Some(predicate));
    Ok(())
}

/// `containerRuntime`.
pub(super) fn runtime(analyzer: &Analyzer<'_>, reader: &mut Reader<'_>) -> Result<(), String> {
    let outcomes = analyzer.outcomes()?;
    let severity = outcomes.severity()?;
    let tested = outcomes.tested(|when| {
        let (compare, name) = when.split_once(' ')?;
        (Compare::parse(compare) == Some(Compare::Equal) && !name.contains(' '))
            .then(|| Test::Runtime(name.to_owned()))
    })?;
    let draft = analyzer.draft("Container runtime", Category::Runtime, severity, &outcomes);
    let predicate = Predicate {
        ask: Ask::ContainerRuntime,
        outcomes: tested,
    };
    reader.add(draft, vec![], vec![], Some(predicate));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_in_thousandths() {
        for (text, expected) in [
            ("4", Some(4_000)),
            ("500m", Some(500)),
            ("1.5", Some(1_500)),
            ("8Gi", Some(8_589_934_592_000)),
            ("", None),
            ("Gi", None),
            ("4Xi", None),
            ("9999999999999", None),
        ] {
            assert_eq!(quantity(text), expected, "{text}");
        }
    }

    #[test]
    fn conditions_that_troubleshoot_does_not_know_are_refused() {
        assert!(count_test("Deployment", "< 1").is_some());
        for (kind, when) in [
            ("Deployment", "ready < 1"),
            ("Deployment", "!= 1"),
            ("Job", "= 0"),
            ("ReplicaSet", ">= 1"),
            ("StatefulSet", "< x"),
        ] {
            assert!(count_test(kind, when).is_none(), "{kind} {when}");
        }
        assert!(node_test("count() < 3").is_some() && node_test("= 1").is_some());
        assert!(node_test("nodeCondition(Ready) == False").is_some());
        assert!(
            node_test("count < 3").is_some() && node_test("nodeCondition(Ready) < 3").is_none()
        );
        assert!(node_test("avg(cpuCapacity) < 3").is_none() && node_test("min(gpu) < 3").is_none());
        assert!(pod_test("!= Healthy").is_some() && pod_test("> Healthy").is_none());
    }
}
