//! Controllers of pods, autoscalers and disruption budgets.

use super::Condition;
use std::collections::BTreeMap;

/// A controller of pods: `Deployment`, `ReplicaSet`, `StatefulSet`, `DaemonSet`, `ReplicationController`, `Job`, `CronJob`.
#[derive(Debug, Clone, Default)]
pub struct Workload {
    /// Pods wanted: `spec.replicas`, `status.desiredNumberScheduled`, `spec.completions`.
    pub desired: Option<i64>,
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
    /// `spec.suspend` of a job or cron job, or `spec.paused` of a deployment.
    pub paused: bool,
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
    /// `spec.minAvailable` as text.
    pub min_available: Option<String>,
    /// `spec.maxUnavailable` as text.
    pub max_unavailable: Option<String>,
}
