//! Pods: phase, conditions, and what each container is, was, and why.

use super::toleration::Toleration;
use super::{Condition, value as read};
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
    /// `status.startTime`.
    pub started: Option<Timestamp>,
    /// `spec.serviceAccountName`.
    pub service_account: Option<String>,
    /// `spec.nodeSelector`.
    pub node_selector: BTreeMap<String, String>,
    /// Secrets, config maps and claims that it mounts or reads, as (kind, name, optional), sorted.
    /// A missing `imagePullSecrets` entry stops no pod by itself, so these count as optional.
    pub references: Vec<(String, String, bool)>,
    /// What the scheduler counts, by resource: the sum of the containers' requests, at least what
    /// any init container asks for; `cpu` in milli, others in units (bytes).
    pub requests: BTreeMap<String, i64>,
    /// `spec.priorityClassName`.
    pub priority_class: Option<String>,
    /// `spec.tolerations` of a pod that no node has taken yet; of others nobody asks.
    pub tolerations: Vec<Toleration>,
    /// Whether required affinity, spreading or host ports bind it to some nodes in ways that are
    /// not read.
    pub bound: bool,
}

impl Pod {
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
            node,
            phase: read::string(value, "status.phase"),
            reason: read::optional(value, "status.reason"),
            message: read::optional(value, "status.message"),
            conditions: Condition::all(value),
            requests: requests(value),
            containers,
            started: read::time(value, "status.startTime"),
            service_account: read::optional(value, "spec.serviceAccountName")
                .or_else(|| read::optional(value, "spec.serviceAccount")),
            node_selector: read::map(value, "spec.nodeSelector"),
            references: references(value),
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
        requests: read::resources(spec, "resources.requests"),
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

/// References found so far: (kind, name) and whether all uses are optional.
type References = BTreeMap<(&'static str, String), bool>;

/// Everything a pod needs by name; a name that is needed once is needed.
fn references(value: &Value) -> Vec<(String, String, bool)> {
    let mut found = References::new();
    for volume in read::list(value, "spec.volumes") {
        volume_references(volume, &mut found);
    }
    for field in [
        "spec.initContainers",
        "spec.containers",
        "spec.ephemeralContainers",
    ] {
        for container in read::list(value, field) {
            environment_references(container, &mut found);
        }
    }
    for secret in read::list(value, "spec.imagePullSecrets") {
        note(&mut found, "Secret", read::text(secret, "name"), true);
    }
    found
        .into_iter()
        .map(|((kind, name), optional)| (kind.to_owned(), name, optional))
        .collect()
}

/// Notes one reference, if it names something.
fn note(found: &mut References, kind: &'static str, name: Option<&str>, optional: bool) {
    if let Some(name) = name {
        let all = found.entry((kind, name.to_owned())).or_insert(true);
        *all = *all && optional;
    }
}

/// What one volume refers to, through whichever of its sources.
fn volume_references(volume: &Value, found: &mut References) {
    let claim = read::text(volume, "persistentVolumeClaim.claimName");
    note(found, "PersistentVolumeClaim", claim, false);
    let secret = read::text(volume, "secret.secretName");
    note(
        found,
        "Secret",
        secret,
        read::bool(volume, "secret.optional"),
    );
    let map = read::text(volume, "configMap.name");
    note(
        found,
        "ConfigMap",
        map,
        read::bool(volume, "configMap.optional"),
    );
    for source in read::list(volume, "projected.sources") {
        for (kind, field) in [("Secret", "secret"), ("ConfigMap", "configMap")] {
            if let Some(part) = read::get(source, field) {
                note(
                    found,
                    kind,
                    read::text(part, "name"),
                    read::bool(part, "optional"),
                );
            }
        }
    }
    for field in [
        "azureFile.secretName",
        "csi.nodePublishSecretRef.name",
        "flexVolume.secretRef.name",
        "cephfs.secretRef.name",
        "rbd.secretRef.name",
        "iscsi.secretRef.name",
    ] {
        note(found, "Secret", read::text(volume, field), false);
    }
}

/// What the environment of one container refers to.
fn environment_references(container: &Value, found: &mut References) {
    let in_bulk = read::list(container, "envFrom").iter().flat_map(|source| {
        [
            ("Secret", source.get("secretRef")),
            ("ConfigMap", source.get("configMapRef")),
        ]
    });
    let one_by_one = read::list(container, "env").iter().flat_map(|variable| {
        [
            ("Secret", read::get(variable, "valueFrom.secretKeyRef")),
            (
                "ConfigMap",
                read::get(variable, "valueFrom.configMapKeyRef"),
            ),
        ]
    });
    for (kind, reference) in in_bulk.chain(one_by_one) {
        if let Some(reference) = reference {
            let optional = read::bool(reference, "optional");
            note(found, kind, read::text(reference, "name"), optional);
        }
    }
}
