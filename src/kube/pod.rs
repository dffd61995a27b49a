//! Pods: phase, conditions, and what each container is, was, and why.

use super::Condition;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A pod.
#[derive(Debug, Clone, Default)]
pub struct Pod {
    /// `spec.nodeName`.
    pub node: Option<String>,
    /// `status.phase`.
    pub phase: String,
    /// `status.reason`: `Evicted`, `NodeLost`, ...
    pub reason: Option<String>,
    /// `status.message`.
    pub message: Option<String>,
    /// `status.conditions`.
    pub conditions: Vec<Condition>,
    /// Init containers, then containers, with their status.
    pub containers: Vec<Container>,
    /// `status.startTime`.
    pub started: Option<Timestamp>,
    /// `spec.serviceAccountName`.
    pub service_account: Option<String>,
    /// `spec.nodeSelector`.
    pub node_selector: BTreeMap<String, String>,
    /// Secrets, config maps and claims that it mounts or reads, as (kind, name, optional).
    pub references: Vec<(String, String, bool)>,
    /// Sum of the containers' requests by resource: `cpu` in milli, others in units (bytes).
    pub requests: BTreeMap<String, i64>,
    /// `spec.priorityClassName`.
    pub priority_class: Option<String>,
}

/// Whether a container runs before, beside, or as the pod's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContainerKind {
    /// Init container.
    Init,
    /// Ordinary container.
    Main,
    /// Ephemeral container.
    Ephemeral,
}

/// A container of a pod: its specification and its status in one.
#[derive(Debug, Clone)]
pub struct Container {
    /// Init or ordinary.
    pub kind: ContainerKind,
    /// Position within `initContainerStatuses` or `containerStatuses`, for field paths; `None` without a status.
    pub status_index: Option<usize>,
    /// Its name.
    pub name: String,
    /// Its image.
    pub image: String,
    /// `status.ready`.
    pub ready: bool,
    /// `status.restartCount`.
    pub restarts: u64,
    /// `status.state`.
    pub state: ContainerState,
    /// `status.lastState`.
    pub last_state: ContainerState,
    /// `resources.limits` by resource, in the units of [`Pod::requests`].
    pub limits: BTreeMap<String, i64>,
    /// `resources.requests`, likewise.
    pub requests: BTreeMap<String, i64>,
}

impl Container {
    /// The field path of its status, such as `status.containerStatuses[0]`.
    pub fn status_path(&self) -> Option<String> {
        let field = match self.kind {
            ContainerKind::Init => "initContainerStatuses",
            ContainerKind::Main => "containerStatuses",
            ContainerKind::Ephemeral => "ephemeralContainerStatuses",
        };
        self.status_index
            .map(|index| format!("status.{field}[{index}]"))
    }
}

/// State of a container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ContainerState {
    /// Not stated.
    #[default]
    Unknown,
    /// Running since.
    Running {
        /// `startedAt`.
        since: Option<Timestamp>,
    },
    /// Waiting.
    Waiting(Waiting),
    /// Ended.
    Terminated(Terminated),
}

/// Why a container waits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// `CrashLoopBackOff`, `ImagePullBackOff`, ...
    pub reason: String,
    /// `message`.
    pub message: String,
}

/// How a container ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terminated {
    /// `OOMKilled`, `Error`, `Completed`, ...
    pub reason: String,
    /// `message`: the termination log's tail.
    pub message: String,
    /// `exitCode`.
    pub exit_code: i64,
    /// `startedAt`.
    pub started: Option<Timestamp>,
    /// `finishedAt`.
    pub finished: Option<Timestamp>,
}
