//! The commands that get what is missing.

use crate::component;
use crate::diagnose::answer::coverage::{Missing, Wanted, Why};
use crate::diagnose::finding::{Finding, is_plain};
use crate::diagnose::relate::incident::Incident;
use crate::diagnose::scene::Scene;
use crate::examine::facts::FactKind;
use crate::kube::{Detail, Node, ObjectKey, kinds};
use crate::layout::component_of_container;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// How far around the first sign of an incident a log is asked for.
const AROUND: SignedDuration = SignedDuration::from_hours(1);

/// Where an incident is: what commands are filled with. Names of a bundle only where they are
/// plain, because they will be pasted into a shell.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    node: Option<String>,
    windows: bool,
    object: Option<(&'static str, ObjectKey)>,
    /// Whether that object does not exist any more.
    gone: bool,
    onset: Option<Timestamp>,
    /// Component of the pods in question; logs of others are looked at only where `anywhere`.
    component: Option<&'static str>,
    /// Whether the cause may lie in any component.
    anywhere: bool,
}

impl Place {
    /// Nowhere in particular.
    pub(super) fn anywhere() -> Self {
        Self {
            anywhere: true,
            ..Self::default()
        }
    }

    /// The same place, where the cause may lie in any component.
    pub(super) fn or_anywhere(&self, anywhere: bool) -> Self {
        Self {
            anywhere,
            ..self.clone()
        }
    }

    /// Whether the log of a component may tell the cause.
    fn looks_at(&self, component: &str) -> bool {
        self.anywhere || self.component == Some(component)
    }

    /// Where an incident with this cause is.
    pub(super) fn of(scene: Scene<'_>, incident: &Incident, cause: &Finding) -> Self {
        let one = &cause.example;
        let all = [one].into_iter().chain(&cause.affected);
        let mut subjects = all.chain([&cause.subject]);
        let node = subjects
            .find_map(|subject| {
                let own = (subject.kind == "Node").then_some(&subject.name);
                own.or(subject.node.as_ref())
            })
            .filter(|name| is_plain(name))
            .cloned();
        let windows = node.as_ref().is_some_and(|name| {
            scene.evidence.index.nodes().any(|(object, node)| {
                object.key().name == *name && node.operating_system.as_deref() == Some("windows")
            })
        });
        let key = ObjectKey::new(&one.kind, &one.namespace, &one.name);
        let evidence = scene.evidence;
        let gone = evidence.index.get(&key).is_none() && evidence.would_hold(&key);
        let plain = is_plain(&key.name) && (key.namespace.is_empty() || is_plain(&key.namespace));
        Self {
            node,
            windows,
            object: kinds::plural_of(&key.kind)
                .filter(|_| plain)
                .map(|plural| (plural, key)),
            gone,
            onset: incident.onset.or(incident.first_seen),
            component: component_of_container("", &one.name),
            anywhere: false,
        }
    }

    /// The command that shows how the object is now.
    pub(super) fn present_state(&self) -> Option<String> {
        let (plural, key) = self.object.as_ref()?;
        Some(if self.gone && !key.namespace.is_empty() {
            // What is there instead shows whether it is still so.
            format!("kubectl -n {} get {plural} -o wide", key.namespace)
        } else if key.namespace.is_empty() {
            format!("kubectl get {plural} {} -o yaml", key.name)
        } else {
            format!(
                "kubectl -n {} get {plural} {} -o yaml",
                key.namespace, key.name
            )
        })
    }

    /// From and to, in the words of `journalctl` and Kusto: "2024-03-01 09:00:00".
    fn around(&self) -> Option<(String, String)> {
        let onset = self.onset?;
        let clock = |time: Timestamp| time.strftime("%Y-%m-%d %H:%M:%S").to_string();
        let from = onset.checked_sub(AROUND).ok()?;
        let to = onset.checked_add(AROUND).ok()?;
        Some((clock(from), clock(to)))
    }
}

/// The log of a container's last run.
pub(super) fn previous_log(pod: &ObjectKey, container: &str) -> Option<String> {
    let plain = [&pod.namespace, &pod.name, container]
        .iter()
        .all(|name| is_plain(name));
    plain.then(|| {
        format!(
            "kubectl -n {} logs {} -c {container} --previous --timestamps",
            pod.namespace, pod.name
        )
    })
}

/// The first pod of each component that runs in the cluster.
pub(super) type Running<'a> = BTreeMap<&'static str, &'a ObjectKey>;

/// Looks through all pods once for what runs.
pub(super) fn running(scene: Scene<'_>) -> Running<'_> {
    let mut running = Running::new();
    for (object, pod) in scene.evidence.index.pods() {
        let key = object.key();
        let own = pod.containers.iter();
        for component in own.filter_map(|one| component_of_container(&one.name, &key.name)) {
            running.entry(component).or_insert(key);
        }
    }
    running
}

/// The log of a container as its node keeps it, where the API server cannot fetch it.
pub(super) fn log_on_node(scene: Scene<'_>, node: &str, container: &str) -> Option<String> {
    if !is_plain(node) || !is_plain(container) {
        return None;
    }
    let found = scene.evidence.index.get(&ObjectKey::new("Node", "", node));
    let detail = match found.map(|object| &object.detail) {
        Some(Detail::Node(node)) => Some(&**node),
        _ => None,
    };
    let runtime = detail.and_then(|node| node.runtime_version.as_deref());
    let read = if runtime.is_some_and(|version| version.starts_with("docker://")) {
        format!(
            "docker logs --timestamps --tail 200 $(docker ps -a -q --filter status=exited --filter name=k8s_{container}_ | head -1)"
        )
    } else {
        format!(
            "crictl logs --timestamps --tail 200 $(crictl ps -a -q --state exited --name {container} | head -1)"
        )
    };
    if !scene.evidence.in_azure() {
        return Some(format!(
            "ssh {node} 'sudo sh -c \"{}\"'",
            read.replace('$', "\\$")
        ));
    }
    Some(run_on_machine(node, detail, &read))
}

/// A script that Azure runs on the machine of a node, which needs no kubelet.
fn run_on_machine(node: &str, detail: Option<&Node>, script: &str) -> String {
    let id = detail.and_then(|node| node.provider_id.as_deref());
    let part = |name: &str| {
        let mut parts = id.unwrap_or_default().split('/');
        parts.find(|part| part.eq_ignore_ascii_case(name))?;
        parts.next().filter(|value| is_plain(value))
    };
    let group = part("resourceGroups").unwrap_or("<node-resource-group>");
    let machine = part("virtualMachines").map(str::to_owned);
    let named = instance_of(node);
    let run = match (part("virtualMachineScaleSets"), machine, named) {
        (None, Some(machine), _) => format!("az vm run-command invoke -g {group} -n {machine}"),
        (set, instance, named) => {
            let (own_set, own_instance) = named.unzip();
            format!(
                "az vmss run-command invoke -g {group} -n {} --instance-id {}",
                set.or(own_set).unwrap_or("<scale-set>"),
                instance.or(own_instance).as_deref().unwrap_or("<instance>")
            )
        }
    };
    format!("{run} --command-id RunShellScript --scripts '{script}'")
}

/// Scale set and instance of a node that AKS named: `aks-pool-12345678-vmss00000a` is instance 10 of
/// `aks-pool-12345678-vmss`; the number is in base 36.
fn instance_of(node: &str) -> Option<(&str, String)> {
    let (set, number) = node.split_at_checked(node.len().checked_sub(6)?)?;
    let instance = u32::from_str_radix(number, 36).ok()?;
    (set.starts_with("aks") && set.ends_with("vmss")).then(|| (set, instance.to_string()))
}

/// A command, and what it brings.
pub(super) struct Command {
    /// Ready to paste.
    pub(super) text: String,
    /// "log of coredns", "journal of node n1".
    pub(super) brings: String,
}

/// The command that gets what is missing; `None` where nothing would: the component does not run in
/// this cluster, is another than the one in question, or the time was left out on purpose.
pub(super) fn command(
    scene: Scene<'_>,
    running: &Running<'_>,
    missing: &Missing,
    place: &Place,
) -> Option<Command> {
    let absent_here = || {
        place
            .node
            .as_deref()
            .is_some_and(|node| is_absent(scene, node))
    };
    match missing.why {
        Why::OutsideWindow => return None,
        // What other nodes lack, their uploads bring.
        Why::OnSomeNodes { .. } if !absent_here() => return None,
        _ => {}
    }
    let brings = missing.what.to_string();
    let text = match &missing.what {
        Wanted::Log(components) if !components.is_empty() => {
            return components
                .iter()
                .find_map(|component| log_of(scene, running, component, missing, place));
        }
        Wanted::Log(_) | Wanted::ContainerLogs => {
            "kubectl cluster-info dump -A --output-directory=dump".to_owned()
        }
        Wanted::Events => {
            return Some(Command {
                text: "kubectl get events -A -o yaml > events.yaml".to_owned(),
                brings: "events (kept for one hour: run this while the problem occurs)".to_owned(),
            });
        }
        Wanted::Objects(kind) | Wanted::WholeList(kind) => objects(kind)?,
        Wanted::AnyObject => "kubectl cluster-info dump -A --output-directory=dump".to_owned(),
        Wanted::Budgets => objects("PodDisruptionBudget")?,
        Wanted::Collected(FactKind::Probes) => scene.evidence.in_azure().then(kollect)?,
        // What another tool collects under a name of its own, kubectl does not know; and the files of
        // one node or cluster add are worth no run of their own.
        Wanted::LogAt(_)
        | Wanted::Object(..)
        | Wanted::Conditions
        | Wanted::Certificates
        | Wanted::CaptureTime
        | Wanted::Collected(_) => return None,
        Wanted::Version(_) => "kubectl get nodes -o wide; kubectl version".to_owned(),
    };
    Some(Command { text, brings })
}

/// Whether the collector brought nothing of a node.
fn is_absent(scene: Scene<'_>, node: &str) -> bool {
    let mut absent = scene.evidence.nodes.absent();
    absent.any(|(name, _)| name == node)
}

/// Everything that AKS Periscope collects.
fn kollect() -> String {
    "az aks kollect -g <resource-group> -n <cluster> --storage-account <account>".to_owned()
}

/// All objects of a kind. Of secrets only the names: their values are nobody's business.
fn objects(kind: &str) -> Option<String> {
    let plural = kinds::plural_of(kind)?;
    let everywhere = if kinds::is_namespaced(kind) {
        " -A"
    } else {
        ""
    };
    Some(if kind == "Secret" {
        "kubectl get secrets -A".to_owned()
    } else {
        format!("kubectl get {plural}{everywhere} -o yaml > {plural}.yaml")
    })
}

/// The log of one component.
fn log_of(
    scene: Scene<'_>,
    running: &Running<'_>,
    component: &str,
    missing: &Missing,
    place: &Place,
) -> Option<Command> {
    let (text, brings) = if missing.why == Why::ManagedControlPlane {
        (
            control_plane_log(component, place),
            format!("log of {component}"),
        )
    } else if component::runs(component).on_nodes() {
        journal(scene, place)
    } else if place.looks_at(component) {
        (pod_log(running, component)?, format!("log of {component}"))
    } else {
        return None;
    };
    // A part of it is there.
    let brings = if missing.why.is_too_little() {
        format!("complete {brings}")
    } else {
        brings
    };
    Some(Command { text, brings })
}

/// The node of a cluster that has one.
fn only_node(scene: Scene<'_>) -> Option<&str> {
    let mut nodes = scene.evidence.index.nodes();
    let name = nodes.next().map(|(object, _)| object.key().name.as_str())?;
    let only = nodes.next().is_none() && is_plain(name);
    only.then_some(name)
}

/// The journal of a node around the time in question: kubelet, runtime and kernel stand in it.
fn journal(scene: Scene<'_>, place: &Place) -> (String, String) {
    if let Some(command) = of_silent_node(scene, place) {
        return command;
    }
    let node = match &place.node {
        Some(_) if place.windows => return (kollect(), "node logs".to_owned()),
        Some(node) => node,
        None if scene.evidence.in_azure() => return (kollect(), "node logs".to_owned()),
        None => only_node(scene).unwrap_or("<node>"),
    };
    let time = place
        .around()
        .map(|(from, to)| format!(" --since \"{from}\" --until \"{to}\" --utc"))
        .unwrap_or_default();
    let command = format!(
        "kubectl debug node/{node} -it --image=busybox -- chroot /host journalctl --no-pager{time}"
    );
    (command, format!("journal of node {node}"))
}

/// The journal of a node whose kubelet answers nobody, so that no pod can be started there to read it.
fn of_silent_node(scene: Scene<'_>, place: &Place) -> Option<(String, String)> {
    let node = place.node.as_deref().filter(|_| !place.windows)?;
    let index = &scene.evidence.index;
    let (_, detail) = index
        .nodes()
        .find(|(object, _)| object.key().name == node)?;
    let ready = detail.conditions.iter().find(|one| one.kind == "Ready")?;
    if ready.status != "Unknown" || !scene.evidence.in_azure() {
        return None;
    }
    let time = place
        .around()
        .map(|(from, to)| format!(" --since \"{from} UTC\" --until \"{to} UTC\" --utc"))
        .unwrap_or_default();
    // Azure returns the last 4 KiB of the output.
    let errors = "grep -E \" [EFW][0-9]{4} |systemd\\[1\\]\" | tail -n 20";
    let script = format!("journalctl -u kubelet -u containerd --no-pager{time} | {errors}");
    let command = run_on_machine(node, Some(detail), &script);
    Some((command, format!("journal of node {node}")))
}

/// The log of a pod of a component. Where pods were collected and none is of it, it does not run.
fn pod_log(running: &Running<'_>, component: &str) -> Option<String> {
    let key = *running.get(component)?;
    let plain = is_plain(&key.name) && is_plain(&key.namespace);
    plain.then(|| {
        format!(
            "kubectl -n {} logs {} --all-containers --timestamps",
            key.namespace, key.name
        )
    })
}

/// The log of a component that AKS runs: diagnostic settings send it to a workspace.
fn control_plane_log(component: &str, place: &Place) -> String {
    let time = place
        .around()
        .map(|(from, to)| {
            format!(" | where TimeGenerated between (datetime({from}) .. datetime({to}))")
        })
        .unwrap_or_default();
    format!(
        "az monitor log-analytics query -w <workspace-id> --analytics-query \"AzureDiagnostics | where Category == '{component}'{time} | project TimeGenerated, log_s\""
    )
}
