//! The layout of `kubectl describe`.
//!
//! In: names, values, events. Out: text with the columns and indents of kubectl.

use super::cluster::{LINUX, Pod, described, today};
use super::rng::Rng;
use super::writers::File;
use std::fmt::Write as _;

/// A row of an Events table: type, reason, age, who says it, message.
pub(crate) type Row<'a> = [&'a str; 5];

/// What describing a pod says that differs from pod to pod.
pub(crate) struct PodState<'a> {
    /// Phase.
    pub(crate) status: &'a str,
    /// Lines of the container's state, indented as in the text.
    pub(crate) state: &'a [String],
    /// Whether the container is ready.
    pub(crate) ready: bool,
    /// How often it was started again.
    pub(crate) restarts: u64,
    /// Its memory limit.
    pub(crate) memory: &'a str,
    /// The rows of its events.
    pub(crate) events: &'a [Row<'a>],
}

/// Rows of name and value, the values in one column.
pub(crate) fn columns(rows: &[(&str, &str)]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0) + 2;
    rows.iter().fold(String::new(), |mut out, (name, value)| {
        let line = format!("{name:<width$}{value}");
        out.push_str(line.trim_end());
        out.push('\n');
        out
    })
}

/// The end of every description; `label` is the word with the padding of its block.
pub(crate) fn events_table(label: &str, rows: &[Row]) -> String {
    if rows.is_empty() {
        return format!("{label}<none>\n");
    }
    let head: [Row; 2] = [
        ["Type", "Reason", "Age", "From", "Message"],
        ["----", "------", "----", "----", "-------"],
    ];
    let all: Vec<&Row> = head.iter().chain(rows).collect();
    let widths = [0, 1, 2, 3].map(|column: usize| {
        let cells = all.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.len()).max().unwrap_or(0)
    });
    let mut out = String::from("Events:\n");
    for [kind, reason, age, from, message] in all {
        let [first, second, third, fourth] = widths;
        writeln!(
            out,
            "  {kind:<first$}  {reason:<second$}  {age:<third$}  {from:<fourth$}  {message}"
        )
        .expect("writing to a string does not fail");
    }
    out
}

/// The description of a pod under its key.
pub(crate) fn describe_pod(pod: &Pod, state: &PodState, rng: &mut Rng) -> File {
    let token = format!("kube-api-access-{}", rng.suffix(5));
    let text = [
        pod_head(pod, state),
        pod_container(pod, state, &token, rng),
        pod_tail(state, &token),
        events_table("Events:                      ", state.events),
    ];
    let key = format!("{}_pod_{}", pod.namespace, pod.name);
    File::new(key, text.concat())
}

/// `True` or `False`, as Kubernetes spells them.
fn truth(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// Who the pod is, where it runs and how it is.
fn pod_head(pod: &Pod, state: &PodState) -> String {
    let node = LINUX
        .get(pod.node)
        .expect("the table names nodes that are there");
    let owner = pod.name.rsplit_once('-').map_or(pod.name, |(set, _)| set);
    let (app, hash) = owner.rsplit_once('-').unwrap_or((owner, "none"));
    let (priority, account) = match pod.namespace {
        "shop" => ("0", "default"),
        _ => ("2000001000", app),
    };
    let started = match state.status {
        "Pending" => "08:53:01",
        _ => "06:03:12",
    };
    let (host, started) = (
        format!("{}/{}", node.name, node.address),
        described(today(started)),
    );
    let (app, hash) = (format!("app={app}"), format!("pod-template-hash={hash}"));
    let owner = format!("ReplicaSet/{owner}");
    let mut rows = vec![
        ("Name:", pod.name),
        ("Namespace:", pod.namespace),
        ("Priority:", priority),
        ("Service Account:", account),
        ("Node:", &host),
        ("Start Time:", &started),
        ("Labels:", &app),
        ("", &hash),
        ("Annotations:", "<none>"),
        ("Status:", state.status),
    ];
    if state.status == "Failed" {
        let [_, reason, _, _, message] = state.events.first().copied().unwrap_or_default();
        rows.extend([("Reason:", reason), ("Message:", message)]);
    }
    rows.push(("IP:", pod.address));
    rows.push(("Controlled By:", &owner));
    columns(&rows)
}

/// The pod's container.
fn pod_container(pod: &Pod, state: &PodState, token: &str, rng: &mut Rng) -> String {
    let name = pod.image.split(':').next().unwrap_or(pod.image);
    // A container that never started has neither.
    let (container_id, image_id) = match state.status {
        "Pending" => (String::new(), String::new()),
        _ => (
            format!("containerd://{}", rng.hex(64)),
            format!("{name}@sha256:{}", rng.hex(64)),
        ),
    };
    let mut lines = vec![
        format!("Container ID:   {container_id}"),
        format!("Image:          {}", pod.image),
        format!("Image ID:       {image_id}"),
    ];
    lines.extend(state.state.iter().cloned());
    lines.extend([
        format!("Ready:          {}", truth(state.ready)),
        format!("Restart Count:  {}", state.restarts),
        String::from("Limits:"),
        format!("  memory:  {}", state.memory),
        String::from("Requests:"),
        String::from("  cpu:        100m"),
        format!("  memory:     {}", state.memory),
        String::from("Environment:  <none>"),
        String::from("Mounts:"),
        format!("  /var/run/secrets/kubernetes.io/serviceaccount from {token} (ro)"),
    ]);
    let mut out = format!("Containers:\n  {}:\n", pod.container);
    for line in lines {
        out.push_str("    ");
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Conditions, volumes and where the pod may run.
fn pod_tail(state: &PodState, token: &str) -> String {
    let ready = truth(state.ready);
    format!(
        "Conditions:
  Type              Status
  Initialized       True\x20
  Ready             {ready}\x20
  ContainersReady   {ready}\x20
  PodScheduled      True\x20
Volumes:
  {token}:
    Type:                    Projected (a volume that contains injected data from multiple sources)
    TokenExpirationSeconds:  3607
QoS Class:                   Burstable
Node-Selectors:              <none>
Tolerations:                 node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
                             node.kubernetes.io/unreachable:NoExecute op=Exists for 300s
"
    )
}
