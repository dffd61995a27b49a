//! Controllers of pods, autoscalers and disruption budgets.

use super::references::{self, Reference};
use super::{Condition, value as read};
use crate::limits::Limits;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// A controller of pods: `Deployment`, `ReplicaSet`, `StatefulSet`, `DaemonSet`, `ReplicationController`, `Job`, `CronJob`.
#[derive(Debug, Clone, Default)]
pub struct Workload {
    /// Pods wanted: `spec.replicas`, `status.desiredNumberScheduled`, `spec.completions`.
    pub desired: Option<i64>,
    /// Pods there are: `status.replicas`, where it is stated.
    pub current: Option<i64>,
    /// Pods ready: `status.readyReplicas`, `status.numberReady`, `status.succeeded`.
    pub ready: i64,
    /// Pods available: `status.availableReplicas`, `status.numberAvailable`.
    pub available: i64,
    /// Pods of the newest revision: `status.updatedReplicas`, `status.updatedNumberScheduled`.
    pub updated: i64,
    /// `status.failed` of a job.
    pub failed: i64,
    /// `metadata.generation` and `status.observedGeneration` where both are stated.
    pub generations: Option<(i64, i64)>,
    /// `spec.selector.matchLabels`, or the bare selector of a replication controller.
    pub selector: BTreeMap<String, String>,
    /// `status.conditions`.
    pub conditions: Vec<Condition>,
    /// Images of the pod template.
    pub images: Vec<String>,
    /// Command and arguments of each container of the pod template, in one text.
    pub commands: Vec<String>,
    /// Number of the rollout, which a deployment notes on itself and on each of its replica sets.
    pub revision: Option<u64>,
    /// Labels of the pod template.
    pub pod_labels: BTreeMap<String, String>,
    /// Objects that its pods need by name, sorted.
    pub references: Vec<Reference>,
    /// `spec.suspend` of a job or cron job, or `spec.paused` of a deployment.
    pub paused: bool,
    /// Whether a controller has written a status: a manifest, or an object of a second ago, has none.
    pub observed: bool,
    /// `status.lastSuccessfulTime` of a cron job, or `status.completionTime` of a job.
    pub succeeded_at: Option<Timestamp>,
}

/// A horizontal pod autoscaler.
#[derive(Debug, Clone, Default)]
pub struct Autoscaler {
    /// Kind and name of its target.
    pub target: (String, String),
    /// `spec.minReplicas`.
    pub min: i64,
    /// `spec.maxReplicas`.
    pub max: i64,
    /// `status.currentReplicas`.
    pub current: i64,
    /// `status.desiredReplicas`.
    pub desired: i64,
    /// `status.conditions` (of `autoscaling/v1`: the annotation's).
    pub conditions: Vec<Condition>,
    /// Metrics wanted, and those of them that have a value at the moment.
    pub metrics: (usize, usize),
}

/// A pod disruption budget.
#[derive(Debug, Clone, Default)]
pub struct DisruptionBudgetStatus {
    /// `status.disruptionsAllowed`.
    pub allowed: i64,
    /// `status.expectedPods`.
    pub expected: i64,
    /// `status.currentHealthy`.
    pub healthy: i64,
    /// `status.desiredHealthy`.
    pub desired: i64,
    /// Whether the controller has written a status.
    pub observed: bool,
    /// `spec.minAvailable` as text.
    pub min_available: Option<String>,
    /// `spec.maxUnavailable` as text.
    pub max_unavailable: Option<String>,
    /// `spec.selector.matchLabels`; `None` where there is no selector, or one with expressions,
    /// which are not read.
    pub selector: Option<BTreeMap<String, String>>,
}

/// Where the deployment controller keeps the number of a rollout.
const REVISION: &str = "deployment.kubernetes.io/revision";
/// Where `autoscaling/v1` keeps the conditions, as JSON text.
const AUTOSCALER_CONDITIONS: &str = "autoscaling.alpha.kubernetes.io/conditions";

impl Workload {
    /// The workload of a value of any of its kinds.
    pub(super) fn from_value(value: &Value) -> Self {
        let first_int = |fields: &[&str]| fields.iter().find_map(|field| read::int(value, field));
        let available = first_int(&["status.availableReplicas", "status.numberAvailable"]);
        let ready = first_int(&[
            "status.readyReplicas",
            "status.numberReady",
            "status.succeeded",
        ]);
        let (template, path) = template(value);
        let mut selector = read::map(value, "spec.selector.matchLabels");
        if selector.is_empty() {
            selector = read::map(value, "spec.selector");
        }
        Self {
            desired: first_int(&[
                "spec.replicas",
                "status.desiredNumberScheduled",
                "spec.completions",
            ]),
            current: read::int(value, "status.replicas"),
            // An available pod is a ready one; text of `describe` states only the former.
            ready: ready.unwrap_or(0).max(available.unwrap_or(0)),
            available: available.unwrap_or(0),
            updated: first_int(&["status.updatedReplicas", "status.updatedNumberScheduled"])
                .unwrap_or(0),
            failed: read::int(value, "status.failed").unwrap_or(0),
            generations: read::int(value, "metadata.generation")
                .zip(read::int(value, "status.observedGeneration")),
            selector,
            conditions: Condition::all(value),
            images: images(template),
            commands: commands(template),
            revision: read::map(value, "metadata.annotations")
                .get(REVISION)
                .and_then(|text| text.parse().ok()),
            pod_labels: read::map(template, "metadata.labels"),
            references: read::get(template, "spec")
                .map(|spec| references::of_pod(spec, &format!("{path}.spec")))
                .unwrap_or_default(),
            paused: read::bool(value, "spec.suspend") || read::bool(value, "spec.paused"),
            observed: read::get(value, "status")
                .and_then(Value::as_object)
                .is_some_and(|status| !status.is_empty()),
            succeeded_at: read::time(value, "status.lastSuccessfulTime")
                .or_else(|| read::time(value, "status.completionTime")),
        }
    }
}

/// The pod template, which cron jobs keep one level deeper, and its path.
fn template(value: &Value) -> (&Value, &'static str) {
    ["spec.template", "spec.jobTemplate.spec.template"]
        .into_iter()
        .find_map(|path| Some((read::get(value, path)?, path)))
        .unwrap_or((&Value::Null, ""))
}

/// Images of a pod template.
fn images(template: &Value) -> Vec<String> {
    ["spec.initContainers", "spec.containers"]
        .iter()
        .flat_map(|field| read::list(template, field))
        .filter_map(|container| read::optional(container, "image"))
        .collect()
}

/// Commands of a pod template, in the order of its containers; each as long as an excerpt at most.
fn commands(template: &Value) -> Vec<String> {
    let of = |container: &Value| {
        let words = ["command", "args"];
        let words = words.map(|field| read::strings(container, field).join(" "));
        let mut line = words.join(" ").trim().to_owned();
        line.truncate(line.floor_char_boundary(Limits::RELEASE.excerpt_bytes));
        line.shrink_to_fit();
        line
    };
    let containers = ["spec.initContainers", "spec.containers"].into_iter();
    containers
        .flat_map(|field| read::list(template, field))
        .map(of)
        .collect()
}

impl Autoscaler {
    /// The autoscaler of a value of `autoscaling/v1` or later.
    pub(super) fn from_value(value: &Value) -> Self {
        let mut conditions = Condition::all(value);
        if conditions.is_empty() {
            conditions = read::map(value, "metadata.annotations")
                .get(AUTOSCALER_CONDITIONS)
                .and_then(|text| serde_json::from_str::<Vec<Value>>(text).ok())
                .map(|list| Condition::of_list(&list))
                .unwrap_or_default();
        }
        let number = |field: &str| read::int(value, field).unwrap_or(0);
        Self {
            target: (
                read::string(value, "spec.scaleTargetRef.kind"),
                read::string(value, "spec.scaleTargetRef.name"),
            ),
            // The API server fills in 1 where nothing is stated.
            min: read::int(value, "spec.minReplicas").unwrap_or(1),
            max: number("spec.maxReplicas"),
            current: number("status.currentReplicas"),
            desired: number("status.desiredReplicas"),
            conditions,
            metrics: metrics(value),
        }
    }
}

/// Metrics that an autoscaler wants, and those that have a value: in a list since
/// `autoscaling/v2beta1`, as the percentage of processor use in `autoscaling/v1`.
fn metrics(value: &Value) -> (usize, usize) {
    let wanted = read::list(value, "spec.metrics").len();
    let current = read::list(value, "status.currentMetrics");
    if wanted > 0 {
        // An entry whose `type` is empty stands for a metric that could not be read.
        let known = current
            .iter()
            .filter(|entry| read::text(entry, "type").is_some());
        return (wanted, known.count());
    }
    let percentage = |field: &str| usize::from(read::int(value, field).is_some());
    (
        percentage("spec.targetCPUUtilizationPercentage"),
        percentage("status.currentCPUUtilizationPercentage"),
    )
}

impl DisruptionBudgetStatus {
    /// The budget of a value. `policy/v1beta1` of old Go-internal dumps calls the allowed number
    /// `podDisruptionsAllowed`.
    pub(super) fn from_value(value: &Value) -> Self {
        let allowed = read::int(value, "status.disruptionsAllowed")
            .or_else(|| read::int(value, "status.podDisruptionsAllowed"));
        Self {
            allowed: allowed.unwrap_or(0),
            expected: read::int(value, "status.expectedPods").unwrap_or(0),
            healthy: read::int(value, "status.currentHealthy").unwrap_or(0),
            desired: read::int(value, "status.desiredHealthy").unwrap_or(0),
            observed: allowed.is_some(),
            min_available: read::scalar(value, "spec.minAvailable"),
            max_unavailable: read::scalar(value, "spec.maxUnavailable"),
            selector: read::get(value, "spec.selector")
                .filter(|_| read::list(value, "spec.selector.matchExpressions").is_empty())
                .map(|_| read::map(value, "spec.selector.matchLabels")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn metrics_without_a_value_are_told_apart() {
        for (value, wanted) in [
            (
                json!({
                    "spec": {"metrics": [{"type": "Resource"}, {"type": "External"}]},
                    "status": {"currentMetrics": [{"type": ""}, {"type": "External"}]}
                }),
                (2, 1),
            ),
            (
                json!({"spec": {"metrics": [{"type": "Resource"}]}, "status": {"currentMetrics": null}}),
                (1, 0),
            ),
            (
                json!({"spec": {"targetCPUUtilizationPercentage": 80}}),
                (1, 0),
            ),
            (
                json!({
                    "spec": {"targetCPUUtilizationPercentage": 80},
                    "status": {"currentCPUUtilizationPercentage": 3}
                }),
                (1, 1),
            ),
            (json!({}), (0, 0)),
        ] {
            assert_eq!(Autoscaler::from_value(&value).metrics, wanted, "{value}");
        }
    }

    #[test]
    fn the_template_of_a_cron_job_lies_one_level_deeper() {
        let pod = json!({"metadata": {"labels": {"app": "web"}}, "spec": {
            "containers": [{"image": "web:1", "envFrom": [{"secretRef": {"name": "db"}}]}]
        }});
        for (value, field) in [
            (json!({"spec": {"template": pod}}), "spec.template.spec"),
            (
                json!({"spec": {"jobTemplate": {"spec": {"template": pod}}}}),
                "spec.jobTemplate.spec.template.spec",
            ),
        ] {
            let workload = Workload::from_value(&value);
            assert_eq!(workload.images, ["web:1"]);
            assert_eq!(
                workload.pod_labels.get("app").map(String::as_str),
                Some("web")
            );
            assert_eq!(
                workload.references[0].field,
                format!("{field}.containers[0].envFrom[0].secretRef.name")
            );
        }
    }
}
