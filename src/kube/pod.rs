//! Pods: phase, conditions, and what each container is, was, and why.

use super::references::{self, Reference};
use super::toleration::Toleration;
use super::{Condition, value as read};
use crate::time::parse_age;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// A pod.
#[derive(Debug, Clone, Default)]
pub struct Pod {
    /// `spec.nodeName`.
    pub node: Option<String>,
    /// `status.phase`; `Terminating` where `describe` text states only that.
    pub phase: String,
    /// `status.reason`: `Evicted`, `NodeLost`, ...
    pub reason: Option<String>,
    /// `status.message`.
    pub message: Option<String>,
    /// `status.conditions`.
    pub conditions: Vec<Condition>,
    /// Init containers, then containers, with their status.
    pub containers: Vec<Container>,
    /// `status.podIP`.
    pub ip: Option<Box<str>>,
    /// `status.startTime`.
    pub started: Option<Timestamp>,
    /// `spec.serviceAccountName`.
    pub service_account: Option<String>,
    /// `spec.nodeSelector`.
    pub node_selector: BTreeMap<String, String>,
    /// Objects that it needs by name, sorted.
    pub references: Vec<Reference>,
    /// What the scheduler counts, by resource: the sum of the containers' requests, at least what
    /// any init container asks for; `cpu` in milli, others in units (bytes).
    pub requests: BTreeMap<String, i64>,
    /// `spec.priorityClassName`.
    pub priority_class: Option<String>,
    /// `spec.tolerations` of a pod that no node has taken yet; of others nobody asks.
    pub tolerations: Vec<Toleration>,
    /// The row of a table that it was read from.
    pub listed: Option<Box<Listed>>,
    /// `spec.hostNetwork`: it has the addresses of its node.
    pub host_network: bool,
    /// Whether required affinity, spreading or host ports bind it to some nodes in ways that are
    /// not read.
    pub bound: bool,
}

/// What a row of `kubectl get pods` says of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The column STATUS.
    pub status: String,
    /// Containers that are ready.
    pub ready: u64,
    /// Containers.
    pub all: u64,
    /// Restarts of them.
    pub restarts: u64,
    /// The column AGE.
    pub age: Option<String>,
    /// The same in seconds.
    pub seconds: Option<i64>,
    /// How many seconds ago the last restart was.
    pub restarted: Option<i64>,
}

impl Listed {
    /// The row that a pod was made of.
    fn of(value: &Value) -> Option<Box<Self>> {
        let row = read::get(value, "status.listed")?;
        let number = |key| read::int(row, key).and_then(|number| u64::try_from(number).ok());
        let age = read::optional(row, "age");
        Some(Box::new(Self {
            status: read::string(row, "status"),
            ready: number("ready")?,
            all: number("all")?,
            restarts: number("restarts")?,
            seconds: age.as_deref().and_then(parse_age),
            age,
            restarted: read::text(row, "restarted").and_then(parse_age),
        }))
    }
}

impl Pod {
    /// Since when it is not ready, where its condition says.
    pub fn not_ready_since(&self) -> Option<Timestamp> {
        self.conditions
            .iter()
            .find(|condition| condition.kind == "Ready" && condition.status != "True")
            .and_then(|condition| condition.since)
    }

    /// When it was put out of its node: the last that its status says of it; `None` where that has
    /// no time. A pod that was refused at once has nothing but its start.
    pub fn put_out_at(&self) -> Option<Timestamp> {
        let conditions = self
            .conditions
            .iter()
            .filter_map(|condition| condition.since);
        let ends = self.containers.iter().filter_map(|container| {
            if let ContainerState::Terminated(ended) = &container.state {
                ended.finished
            } else {
                None
            }
        });
        conditions.chain(ends).max()
    }

    /// Whether it runs, or has ended, as it should, and no container of it ever ended otherwise.
    pub fn is_unremarkable(&self) -> bool {
        let fine = |container: &Container| {
            let ended_well = |state: &ContainerState| match state {
                ContainerState::Terminated(ended) => ended.exit_code == 0,
                ContainerState::Waiting(_) => false,
                ContainerState::Running { .. } | ContainerState::Unknown => true,
            };
            ended_well(&container.state) && ended_well(&container.last_state)
        };
        let ready = |container: &Container| {
            container.ready || matches!(container.state, ContainerState::Terminated(_))
        };
        let placed = !self
            .conditions
            .iter()
            .any(|condition| condition.kind == "PodScheduled" && condition.status == "False");
        matches!(self.phase.as_str(), "Running" | "Succeeded")
            && placed
            && self
                .containers
                .iter()
                .all(|container| fine(container) && ready(container))
    }
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

impl Pod {
    /// The pod of a value.
    pub(super) fn from_value(value: &Value) -> Self {
        let containers = containers(value);
        let node = read::optional(value, "spec.nodeName");
        Self {
            tolerations: if node.is_none() {
                Toleration::all(value)
            } else {
                vec![]
            },
            bound: is_bound(value),
            host_network: read::bool(value, "spec.hostNetwork"),
            listed: Listed::of(value),
            node,
            phase: read::string(value, "status.phase"),
            ip: read::text(value, "status.podIP").map(Into::into),
            reason: read::optional(value, "status.reason"),
            message: read::optional(value, "status.message"),
            conditions: Condition::all(value),
            requests: requests(value),
            containers,
            started: read::time(value, "status.startTime"),
            service_account: read::optional(value, "spec.serviceAccountName")
                .or_else(|| read::optional(value, "spec.serviceAccount")),
            node_selector: read::map(value, "spec.nodeSelector"),
            references: read::get(value, "spec")
                .map(|spec| references::of_pod(spec, "spec"))
                .unwrap_or_default(),
            priority_class: read::optional(value, "spec.priorityClassName"),
        }
    }
}

/// Whether something other than node selector and taints limits the nodes of a pod.
fn is_bound(value: &Value) -> bool {
    let required = |field: &str| {
        read::get(value, "spec.affinity")
            .and_then(|affinity| affinity.get(field))
            .is_some_and(|own| {
                read::get(own, "requiredDuringSchedulingIgnoredDuringExecution").is_some()
            })
    };
    ["nodeAffinity", "podAffinity", "podAntiAffinity"]
        .into_iter()
        .any(required)
        || read::list(value, "spec.topologySpreadConstraints")
            .iter()
            .any(|spread| read::text(spread, "whenUnsatisfiable") == Some("DoNotSchedule"))
        || read::list(value, "spec.containers")
            .iter()
            .flat_map(|container| read::list(container, "ports"))
            .any(|port| read::int(port, "hostPort").is_some_and(|port| port > 0))
}

/// All containers of a pod: those of its specification with their status, then statuses of
/// containers that the specification does not name.
fn containers(value: &Value) -> Vec<Container> {
    [
        (
            ContainerKind::Init,
            "spec.initContainers",
            "status.initContainerStatuses",
        ),
        (
            ContainerKind::Main,
            "spec.containers",
            "status.containerStatuses",
        ),
        (
            ContainerKind::Ephemeral,
            "spec.ephemeralContainers",
            "status.ephemeralContainerStatuses",
        ),
    ]
    .into_iter()
    .flat_map(|(kind, specs, statuses)| {
        containers_of_kind(kind, read::list(value, specs), read::list(value, statuses))
    })
    .collect()
}

/// The containers of one kind, from their specifications and statuses.
fn containers_of_kind(kind: ContainerKind, specs: &[Value], statuses: &[Value]) -> Vec<Container> {
    let mut unclaimed: BTreeMap<&str, usize> = statuses
        .iter()
        .enumerate()
        .filter_map(|(index, status)| Some((read::text(status, "name")?, index)))
        .collect();
    let mut all: Vec<Container> = specs
        .iter()
        .map(|spec| {
            let index = read::text(spec, "name").and_then(|name| unclaimed.remove(name));
            container(kind, spec, index, statuses)
        })
        .collect();
    let mut rest: Vec<usize> = unclaimed.into_values().collect();
    rest.sort_unstable();
    all.extend(
        rest.into_iter()
            .map(|index| container(kind, &Value::Null, Some(index), statuses)),
    );
    all
}

/// One container, from its specification (null where unknown) and its status.
fn container(
    kind: ContainerKind,
    spec: &Value,
    status_index: Option<usize>,
    statuses: &[Value],
) -> Container {
    let status = status_index
        .and_then(|index| statuses.get(index))
        .unwrap_or(&Value::Null);
    let either = |field: &str| {
        read::optional(spec, field)
            .or_else(|| read::optional(status, field))
            .unwrap_or_default()
    };
    Container {
        kind,
        status_index,
        name: either("name"),
        image: either("image"),
        ready: read::bool(status, "ready"),
        restarts: read::int(status, "restartCount")
            .and_then(|count| u64::try_from(count).ok())
            .unwrap_or(0),
        state: ContainerState::from_value(status.get("state")),
        last_state: ContainerState::from_value(status.get("lastState")),
        limits: read::resources(spec, "resources.limits"),
    }
}

impl ContainerState {
    /// The state of a `state` or `lastState` field.
    fn from_value(value: Option<&Value>) -> Self {
        let value = value.unwrap_or(&Value::Null);
        if let Some(waiting) = read::get(value, "waiting") {
            return Self::Waiting(Waiting {
                reason: read::string(waiting, "reason"),
                message: read::string(waiting, "message"),
            });
        }
        if let Some(ended) = read::get(value, "terminated") {
            return Self::Terminated(Terminated {
                reason: read::string(ended, "reason"),
                message: read::string(ended, "message"),
                exit_code: read::int(ended, "exitCode").unwrap_or(0),
                started: read::time(ended, "startedAt"),
                finished: read::time(ended, "finishedAt"),
            });
        }
        match read::get(value, "running") {
            Some(running) => Self::Running {
                since: read::time(running, "startedAt"),
            },
            None => Self::Unknown,
        }
    }
}

/// Adds the amounts of one resource list to another.
fn add(total: &mut BTreeMap<String, i64>, more: &BTreeMap<String, i64>) {
    for (name, amount) in more {
        let sum = total.entry(name.clone()).or_default();
        *sum = sum.saturating_add(*amount);
    }
}

/// Raises each amount to at least that of another resource list.
fn raise(total: &mut BTreeMap<String, i64>, floor: &BTreeMap<String, i64>) {
    for (name, amount) in floor {
        let most = total.entry(name.clone()).or_default();
        *most = (*most).max(*amount);
    }
}

/// What the scheduler counts for a pod: init containers run one after another beside the sidecars
/// (init containers that restart always) started before them, then all containers run together.
fn requests(value: &Value) -> BTreeMap<String, i64> {
    let of = |container: &Value| read::resources(container, "resources.requests");
    let mut sidecars = BTreeMap::new();
    let mut starting = BTreeMap::new();
    for init in read::list(value, "spec.initContainers") {
        if read::text(init, "restartPolicy") == Some("Always") {
            add(&mut sidecars, &of(init));
            raise(&mut starting, &sidecars);
        } else {
            let mut step = sidecars.clone();
            add(&mut step, &of(init));
            raise(&mut starting, &step);
        }
    }
    let mut total = sidecars;
    for main in read::list(value, "spec.containers") {
        add(&mut total, &of(main));
    }
    raise(&mut total, &starting);
    add(&mut total, &read::resources(value, "spec.overhead"));
    total
}
