//! Pods in the shape in which `kubectl cluster-info dump` prints them.
//!
//! In: what differs between pods of one container. Out: JSON values, items of a `PodList`.

use super::json::{Json, empty, object};
use super::objects::{Identity, Owner, time};
use jiff::Timestamp;

/// What a container does at the time of the dump.
#[derive(Debug, Clone)]
pub(crate) enum State {
    /// It runs since a time.
    Running(Timestamp),
    /// It waits, with reason and message.
    Waiting(&'static str, String),
    /// It was never asked to start, because its pod has no node.
    Absent,
}

/// An end of a container that lies behind.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    /// Why: `OOMKilled`, `Error`.
    pub(crate) reason: &'static str,
    /// Exit code.
    pub(crate) code: i64,
    /// When it had started.
    pub(crate) started: Timestamp,
    /// When it ended.
    pub(crate) finished: Timestamp,
}

/// A pod with one container.
#[derive(Debug, Clone)]
pub(crate) struct Pod {
    /// Who it is.
    pub(crate) identity: Identity,
    /// Its owner.
    pub(crate) owner: Owner,
    /// Its container's name.
    pub(crate) container: String,
    /// Its container's image.
    pub(crate) image: String,
    /// Memory that it asks for and is limited to.
    pub(crate) memory: &'static str,
    /// Name and address of its node; `None` while it is not scheduled.
    pub(crate) node: Option<(String, String)>,
    /// A secret that its environment is filled from.
    pub(crate) secret: Option<&'static str>,
    /// What its container does.
    pub(crate) state: State,
    /// How its container ended before.
    pub(crate) last: Option<Ended>,
    /// Whether it is ready.
    pub(crate) ready: bool,
    /// Since when it is ready or not.
    pub(crate) changed: Timestamp,
    /// How often its container was started again.
    pub(crate) restarts: i64,
    /// Why it could not be scheduled; empty where it was.
    pub(crate) unscheduled: &'static str,
}

/// A pod as an item of a `PodList`.
pub(crate) fn pod(pod: &Pod) -> Json {
    let mut spec = object([("containers", Json::List(vec![container(pod)]))])
        .with("restartPolicy", "Always")
        .with("terminationGracePeriodSeconds", 30)
        .with("dnsPolicy", "ClusterFirst")
        .with("serviceAccountName", "default");
    if let Some((node, _)) = &pod.node {
        spec = spec.with("nodeName", node.as_str());
    }
    object([
        (
            "metadata",
            pod.identity
                .metadata()
                .with("ownerReferences", pod.owner.references()),
        ),
        ("spec", spec.with("schedulerName", "default-scheduler")),
        ("status", pod_status(pod)),
    ])
}

/// The container in the pod's `spec`.
fn container(pod: &Pod) -> Json {
    let mut container = object([
        ("name", pod.container.as_str().into()),
        ("image", pod.image.as_str().into()),
    ]);
    if let Some(secret) = pod.secret {
        let source = object([("secretRef", object([("name", secret.into())]))]);
        container = container.with("envFrom", Json::List(vec![source]));
    }
    let limits = object([("memory", pod.memory.into())]);
    let requests = object([("cpu", "100m".into()), ("memory", pod.memory.into())]);
    container
        .with(
            "resources",
            object([("limits", limits), ("requests", requests)]),
        )
        .with("terminationMessagePath", "/dev/termination-log")
        .with("imagePullPolicy", "IfNotPresent")
}

/// The pod's `status`.
fn pod_status(pod: &Pod) -> Json {
    let phase = match pod.state {
        State::Running(_) | State::Waiting("CrashLoopBackOff", _) => "Running",
        State::Waiting(..) | State::Absent => "Pending",
    };
    let since = time(pod.identity.created);
    let changed = time(pod.changed);
    let condition = |kind: &str, holds: bool, since: &str, reason: &str, message: &str| {
        let mut condition = object([
            ("type", kind.into()),
            ("status", if holds { "True" } else { "False" }.into()),
            ("lastProbeTime", Json::Null),
            ("lastTransitionTime", since.into()),
        ]);
        if !reason.is_empty() {
            condition = condition.with("reason", reason).with("message", message);
        }
        condition
    };
    if !pod.unscheduled.is_empty() {
        let unscheduled = condition(
            "PodScheduled",
            false,
            &since,
            "Unschedulable",
            pod.unscheduled,
        );
        return object([
            ("phase", phase.into()),
            ("conditions", Json::List(vec![unscheduled])),
            ("qosClass", "Burstable".into()),
        ]);
    }
    let unready = format!("containers with unready status: [{}]", pod.container);
    let reason = if pod.ready { "" } else { "ContainersNotReady" };
    let conditions = vec![
        condition("Initialized", true, &since, "", ""),
        condition("Ready", pod.ready, &changed, reason, &unready),
        condition("ContainersReady", pod.ready, &changed, reason, &unready),
        condition("PodScheduled", true, &since, "", ""),
    ];
    let address = pod.node.as_ref().map_or("", |(_, address)| address);
    object([
        ("phase", phase.into()),
        ("conditions", conditions.into()),
        ("hostIP", address.into()),
        ("startTime", since.clone().into()),
        ("containerStatuses", Json::List(vec![container_status(pod)])),
        ("qosClass", "Burstable".into()),
    ])
}

/// The container in the pod's `status`.
fn container_status(pod: &Pod) -> Json {
    let state = match &pod.state {
        State::Running(since) => {
            object([("running", object([("startedAt", time(*since).into())]))])
        }
        State::Waiting(reason, message) => object([(
            "waiting",
            object([
                ("reason", (*reason).into()),
                ("message", message.as_str().into()),
            ]),
        )]),
        State::Absent => empty(),
    };
    let last = pod.last.as_ref().map_or_else(empty, |ended| {
        let terminated = object([
            ("exitCode", ended.code.into()),
            ("reason", ended.reason.into()),
            ("startedAt", time(ended.started).into()),
            ("finishedAt", time(ended.finished).into()),
        ]);
        object([("terminated", terminated)])
    });
    let runs = matches!(pod.state, State::Running(_));
    object([
        ("name", pod.container.as_str().into()),
        ("state", state),
        ("lastState", last),
        ("ready", pod.ready.into()),
        ("restartCount", pod.restarts.into()),
        ("image", pod.image.as_str().into()),
        ("imageID", "".into()),
        ("started", runs.into()),
    ])
}
