//! `kubectl describe` text read back to objects and events.
//!
//! In: the text of one or more described objects, which says no kind. Out: for each a [`Described`]:
//! a value in the API's shape with the fields that the text states, the line of every field, and
//! the rows of its Events table. The kind is told from the fields; the caller's hint (the resource
//! in a Periscope key) counts only where they do not tell, because Periscope v0.7 to v0.9 describe
//! pods under any key. Nothing is decoded further: values of environment variables stay text.

mod age;
mod draft;
mod events;
mod fields;
mod kind;
mod node;
mod pod;
mod service;
mod storage;
mod table;
mod tree;
mod workload;

pub(super) use age::seconds;
pub use events::DescribedEvent;
pub(super) use events::{ages, source};
pub use kind::kind_of_resource;

use super::meta::ObjectKey;
use draft::Draft;
use serde_json::Value;
use std::ops::Range;
use tree::Tree;

/// One described object.
#[derive(Debug, Clone)]
pub struct Described {
    /// The object in the API's shape, as far as the text states it.
    pub value: Value,
    /// Each field path with its line, counted from zero at `first_line`.
    pub lines: Vec<(String, u32)>,
    /// Its first line in the whole text, counted from zero.
    pub first_line: u32,
    /// Its last line in the whole text, counted from zero.
    pub last_line: u32,
    /// Its bytes in the whole text.
    pub range: Range<usize>,
    /// The rows of its Events table.
    pub events: Vec<DescribedEvent>,
}

/// All objects of a `describe` text, in its order. The endpoints that the text of a service lists
/// follow it as an object of their own (kind `Endpoints`, of the same lines).
///
/// `kind_hint` is a kind (`Pod`) or a resource as Periscope names it (`deployment`,
/// `ingress.networking.k8s.io`); an object whose kind neither tells has no `kind` in its value.
pub fn describe(text: &str, kind_hint: Option<&str>) -> Vec<Described> {
    let hint = kind_hint.and_then(kind_of_resource);
    sections(text)
        .into_iter()
        .flat_map(|section| describe_one(&section, hint))
        .collect()
}

/// The rows of an Events table that stands alone.
pub fn events_of(text: &str) -> Vec<DescribedEvent> {
    events::read(&Tree::parse(text))
}

/// The pod that the scheduler's message names in the events of one object, whose description was
/// not kept: `Successfully assigned shop/web-0 to n1`.
pub fn told_pod(events: &[DescribedEvent]) -> Option<ObjectKey> {
    events.iter().find_map(|event| {
        let told = event.message.strip_prefix("Successfully assigned ")?;
        let (namespace, name) = told.split_once(" to ")?.0.split_once('/')?;
        Some(ObjectKey::new("Pod", namespace, name))
    })
}

/// The part of a text that describes one object.
struct Section<'a> {
    /// Its text, without the blank lines after it.
    text: &'a str,
    /// Its bytes in the whole text.
    range: Range<usize>,
    /// Its first line in the whole text.
    first_line: u32,
}

/// Cuts a text where an object begins: at a `Name:` at the left edge, at the start or after a blank
/// line. What stands before the first is the rest of an object whose front was cut off.
fn sections(text: &str) -> Vec<Section<'_>> {
    let mut starts: Vec<(usize, u32)> = vec![];
    let mut at = 0;
    let mut after_blank = true;
    let mut lines = text.split_inclusive('\n').enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        let next = lines.peek().map_or("", |(_, line)| line);
        // A loop over objects prints their descriptions without a blank line between them.
        let again = || begins_description(line.trim_end(), next.trim_end());
        if begins_object(line) && (after_blank || again()) {
            starts.push((at, u32::try_from(number).unwrap_or(u32::MAX)));
        }
        after_blank = line.trim().is_empty();
        at += line.len();
    }
    let ends = starts
        .iter()
        .skip(1)
        .map(|(start, _)| *start)
        .chain([text.len()]);
    starts
        .iter()
        .zip(ends)
        .filter_map(|((start, first_line), end)| {
            let part = text.get(*start..end)?.trim_end();
            Some(Section {
                text: part,
                range: *start..*start + part.len(),
                first_line: *first_line,
            })
        })
        .collect()
}

/// Whether an object's description begins with this line.
fn begins_object(line: &str) -> bool {
    line.strip_prefix("Name:")
        .is_some_and(|rest| rest.starts_with([' ', '\t']))
}

/// Whether an object's description begins here: `Name:` with a value, and a further key whose value
/// begins in the same column.
pub fn begins_description(line: &str, next: &str) -> bool {
    let column = |line: &str| {
        let (key, value) = line.split_once(':')?;
        let blank = value.len() - value.trim_start().len();
        let named = !key.is_empty()
            && key.starts_with(|c: char| c.is_ascii_uppercase())
            && key
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || " -()".contains(c));
        (named && blank > 0 && !value.trim().is_empty()).then(|| key.len() + 1 + blank)
    };
    line.starts_with("Name:") && column(line).is_some() && {
        let next = next.trim_end();
        // A key without a value, or with a map below it, has no column.
        column(line) == column(next) || next.ends_with(':') && !next.starts_with(' ')
    }
}

/// The object that one section describes, and the endpoints of a service.
fn describe_one(section: &Section<'_>, hint: Option<&'static str>) -> Vec<Described> {
    let tree = Tree::parse(section.text);
    let kind = match (kind::infer(&tree), hint) {
        // The two are described in the same words.
        (Some("ReplicaSet"), Some(hint @ "ReplicationController")) => hint,
        (told, hint) => told.or(hint).unwrap_or_default(),
    };
    let mut draft = Draft::default();
    if !kind.is_empty() {
        draft.put("kind", kind.into(), 0);
    }
    let by_field = tree.has("API Version") && tree.has("Kind");
    if by_field {
        fields::read(&tree, &mut draft);
    }
    draft.metadata(&tree);
    let mut endpoints = None;
    match kind {
        _ if by_field => {}
        "Pod" => pod::read(&tree, &mut draft),
        "Node" => node::read(&tree, &mut draft),
        "Service" => {
            service::read(&tree, &mut draft);
            endpoints = service::endpoints(&tree);
        }
        "Endpoints" => service::read_endpoints(&tree, &mut draft),
        "Ingress" => service::read_ingress(&tree, &mut draft),
        "PersistentVolumeClaim" => storage::read_claim(&tree, &mut draft),
        "PersistentVolume" => storage::read_volume(&tree, &mut draft),
        "ResourceQuota" => workload::read_quota(&tree, &mut draft),
        "StorageClass" => storage::read_class(&tree, &mut draft),
        "HorizontalPodAutoscaler" => workload::read_autoscaler(&tree, &mut draft),
        "PodDisruptionBudget" => workload::read_budget(&tree, &mut draft),
        "Namespace" => {
            draft.text(&tree, "Status", "status.phase");
            table::conditions(&tree, &mut draft);
        }
        _ => workload::read(kind, &tree, &mut draft),
    }
    let events = events::read(&tree);
    let described = |draft: Draft, events| {
        let lines = section.text.lines().count().max(1) - 1;
        let (value, table) = draft.finish();
        Described {
            value,
            lines: table,
            first_line: section.first_line,
            last_line: section
                .first_line
                .saturating_add(u32::try_from(lines).unwrap_or(u32::MAX)),
            range: section.range.clone(),
            events,
        }
    };
    [described(draft, events)]
        .into_iter()
        .chain(endpoints.map(|draft| described(draft, vec![])))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kube::{ContainerState, Detail, Need, Object, ObjectText, TextFormat};
    use crate::limits::Limits;
    use crate::locator::EntryPath;
    use proptest::prelude::*;

    const POD: &str = "Name:                 web-7d4b9c-x2x1z
Namespace:            shop
Priority:             0
Priority Class Name:  gold
Service Account:      web
Node:                 aks-np1-0/10.240.0.4
Start Time:           Mon, 03 Jun 2019 15:54:18 +0200
Labels:               app=web
                      pod-template-hash=7d4b9c
Annotations:          example.com/note: a: b
                      example.com/old=c
Status:               Running
IP:                   10.244.0.5
IPs:
  IP:           10.244.0.5
Controlled By:  ReplicaSet/web-7d4b9c
Init Containers:
  migrate:
    Image:          registry.example/migrate:1
    State:          Terminated
      Reason:       Completed
      Exit Code:    0
      Started:      Mon, 03 Jun 2019 13:54:20 +0000
      Finished:     Mon, 03 Jun 2019 13:54:22 +0000
    Ready:          True
    Restart Count:  0
    Environment:    <none>
Containers:
  web:
    Container ID:   containerd://abc
    Image:          registry.example/web:2
    Port:           8080/TCP
    Args:
      --listen
      http://0.0.0.0: any
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       OOMKilled
      Message:      panic: out of memory

goroutine 1 [running]:
main: exit
      Exit Code:    137
      Started:      Mon, 03 Jun 2019 13:55:18 +0000
      Finished:     Mon, 03 Jun 2019 13:56:18 +0000
    Ready:          False
    Restart Count:  12
    Limits:
      memory:  170Mi
    Requests:
      cpu:     100m
      memory:  70Mi
    Environment Variables from:
      web-env   ConfigMap  Optional: true
    Environment:
      PASSWORD:  <set to the key 'password' in secret 'db'>  Optional: false
      REGION:    <set to the key 'region' of config map 'site'>  Optional: false
      PLAIN:     value
    Mounts:
      /data from data (rw)
Conditions:
  Type              Status
  Initialized       True 
  Ready             False 
Volumes:
  data:
    Type:       PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)
    ClaimName:  data-0
    ReadOnly:   false
  tls:
    Type:        Secret (a volume populated by a Secret)
    SecretName:  web-tls
    Optional:    true
  token:
    Type:                    Projected (a volume that contains injected data from multiple sources)
    TokenExpirationSeconds:  3607
    ConfigMapName:           kube-root-ca.crt
    ConfigMapOptional:       <nil>
QoS Class:       Burstable
Node-Selectors:  kubernetes.io/os=linux
Tolerations:     node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
Events:
  Type     Reason   Age                    From               Message
  ----     ------   ----                   ----               -------
  Warning  BackOff  3m (x2231 over 18h)    kubelet, aks-np1-0  Back-off restarting failed container
";

    const NODE: &str = "Name:               aks-np1-0
Roles:              agent
Labels:             agentpool=np1
CreationTimestamp:  Mon, 03 Jun 2019 13:00:00 +0000
Taints:             node.kubernetes.io/unreachable:NoExecute
                    sku=gpu:NoSchedule
Unschedulable:      true
Conditions:
  Type                 Status   LastHeartbeatTime                 LastTransitionTime                Reason                       Message
  ----                 ------   -----------------                 ------------------                ------                       -------
  DiskPressure         False    Mon, 03 Jun 2019 13:54:18 +0000   Mon, 03 Jun 2019 13:10:18 +0000   KubeletHasNoDiskPressure     kubelet has no disk pressure
  Ready                Unknown  Mon, 03 Jun 2019 13:54:18 +0000   Mon, 03 Jun 2019 13:55:01 +0000   NodeStatusUnknown            Kubelet stopped posting node status.
Addresses:
  InternalIP:  10.240.0.4
  Hostname:    aks-np1-0
Capacity:
 cpu:     2
 memory:  8Gi
Allocatable:
 cpu:     1900m
 memory:  5Gi
System Info:
 Machine ID:                 1
 Kernel Version:             4.15.0-1042-azure
 OS Image:                   Ubuntu 16.04.6 LTS
 Operating System:           linux
 Container Runtime Version:  docker://3.0.4
 Kubelet Version:            v1.13.5
 Kube-Proxy Version:         v1.13.5
ProviderID:                  azure:///subscriptions/0/vm/0
Non-terminated Pods:         (1 in total)
  Namespace                  Name    CPU Requests
  ---------                  ----    ------------
  shop                       web-0   100m (5%)
Events:                      <none>
";

    const SERVICE: &str = "Name:                     web
Namespace:                shop
Labels:                   <none>
Selector:                 app=web,tier=front
Type:                     LoadBalancer
IP:                       10.0.12.1
LoadBalancer Ingress:     20.1.2.3 (VIP)
Port:                     http  80/TCP
TargetPort:               8080/TCP
NodePort:                 http  30001/TCP
Endpoints:                10.244.0.5:8080,10.244.0.6:8080,10.244.0.7:8080 + 2 more...
Session Affinity:         None
External Traffic Policy:  Cluster
Events:                   <none>
";

    const DEPLOYMENT: &str = "Name:                   web
Namespace:              shop
Selector:               app=web
Replicas:               2 desired | 2 updated | 2 total | 1 available | 1 unavailable
StrategyType:           RollingUpdate
Pod Template:
  Labels:  app=web
  Containers:
   web:
    Image:      registry.example/web:2
    Limits:
      cpu:  1
Conditions:
  Type           Status  Reason
  ----           ------  ------
  Available      False   MinimumReplicasUnavailable
NewReplicaSet:   web-7d4b9c (2/2 replicas created)
Events:          <none>
";

    /// The typed object of a described one.
    fn object(described: &Described, text: &str) -> Object {
        let own = text.get(described.range.clone()).expect("its own bytes");
        let format = TextFormat::Describe(described.lines.clone());
        let first = u64::from(described.first_line) + 1;
        let path = EntryPath::bundle("pod", false);
        Object::from_value(&described.value, &path, ObjectText::new(own, format, first))
            .expect("it has a kind and a name")
    }

    /// The line and the marked part of a citation.
    fn cited(object: &Object, path: &str) -> (u64, String) {
        let snippet = object.text.cite(path, &Limits::RELEASE);
        let (from, to) = snippet.matched;
        (
            snippet.line,
            snippet.text.get(from..to).unwrap_or_default().to_owned(),
        )
    }

    #[test]
    fn a_pod_is_read_back() {
        // Periscope v0.7 describes pods under the key of a service.
        let all = describe(POD, Some("service"));
        assert_eq!(all.len(), 1);
        let object = object(&all[0], POD);
        assert_eq!(object.key().to_string(), "Pod shop/web-7d4b9c-x2x1z");
        assert_eq!(object.meta.owners[0].name, "web-7d4b9c");
        assert_eq!(object.meta.labels.len(), 2);
        assert_eq!(object.meta.annotations["example.com/note"], "a: b");
        assert_eq!(object.meta.annotations["example.com/old"], "c");
        let Detail::Pod(pod) = &object.detail else {
            panic!("a pod: {object:?}");
        };
        assert_eq!(pod.node.as_deref(), Some("aks-np1-0"));
        assert_eq!(pod.phase, "Running");
        assert_eq!(pod.priority_class.as_deref(), Some("gold"));
        assert_eq!(pod.service_account.as_deref(), Some("web"));
        assert_eq!(
            pod.started.map(|time| time.to_string()).as_deref(),
            Some("2019-06-03T13:54:18Z")
        );
        assert_eq!(pod.node_selector["kubernetes.io/os"], "linux");
        assert_eq!(pod.conditions[1].status, "False");
        assert_eq!(pod.requests["memory"], 70 << 20);
        assert_eq!(pod.containers.len(), 2);
        let web = &pod.containers[1];
        assert_eq!((web.restarts, web.ready), (12, false));
        assert_eq!(web.limits["memory"], 170 << 20);
        let ContainerState::Waiting(waiting) = &web.state else {
            panic!("waiting: {web:?}");
        };
        assert_eq!(waiting.reason, "CrashLoopBackOff");
        let ContainerState::Terminated(ended) = &web.last_state else {
            panic!("terminated: {web:?}");
        };
        assert_eq!((ended.reason.as_str(), ended.exit_code), ("OOMKilled", 137));
        assert_eq!(
            ended.message,
            "panic: out of memory\ngoroutine 1 [running]:\nmain: exit"
        );
        assert!(ended.finished.is_some());
        let references: Vec<_> = pod
            .references
            .iter()
            .map(|other| (other.kind, other.name.as_str(), other.need))
            .collect();
        assert_eq!(
            references,
            [
                ("ConfigMap", "kube-root-ca.crt", Need::Required),
                ("ConfigMap", "site", Need::Required),
                ("ConfigMap", "web-env", Need::Optional),
                ("PersistentVolumeClaim", "data-0", Need::Required),
                ("Secret", "db", Need::Required),
                ("Secret", "web-tls", Need::Optional),
                ("ServiceAccount", "web", Need::Required),
            ]
        );
        assert!(!all[0].value.to_string().contains("PLAIN"));
        let status = "status.containerStatuses[0]";
        for (path, line, matched) in [
            (
                format!("{status}.state.waiting.reason"),
                37,
                "CrashLoopBackOff",
            ),
            (format!("{status}.lastState.terminated.exitCode"), 44, "137"),
            (format!("{status}.restartCount"), 48, "12"),
            ("status.conditions[1].status".into(), 65, ""),
            ("spec.volumes[1]".into(), 71, ""),
            ("status.nothing".into(), 1, ""),
        ] {
            assert_eq!(cited(&object, &path), (line, matched.to_owned()), "{path}");
        }
        let event = &all[0].events[0];
        assert_eq!(
            (event.count, event.first_age, event.last_age),
            (2231, Some(64_800), Some(180))
        );
        assert_eq!(event.host.as_deref(), Some("aks-np1-0"));
    }

    #[test]
    fn a_node_is_read_back() {
        let all = describe(NODE, None);
        let object = object(&all[0], NODE);
        let Detail::Node(node) = &object.detail else {
            panic!("a node: {object:?}");
        };
        assert_eq!(object.key().to_string(), "Node aks-np1-0");
        assert!(node.unschedulable);
        assert_eq!(node.taints[1].key, "sku");
        assert_eq!(
            (
                node.taints[1].value.as_str(),
                node.taints[1].effect.as_str()
            ),
            ("gpu", "NoSchedule")
        );
        assert_eq!(
            (node.capacity["cpu"], node.allocatable["cpu"]),
            (2_000, 1_900)
        );
        assert_eq!(node.kubelet_version.as_deref(), Some("v1.13.5"));
        assert_eq!(node.runtime_version.as_deref(), Some("docker://3.0.4"));
        assert_eq!(node.internal_ips, ["10.240.0.4"]);
        let ready = &node.conditions[1];
        assert_eq!(
            (ready.kind.as_str(), ready.status.as_str()),
            ("Ready", "Unknown")
        );
        assert_eq!(ready.message, "Kubelet stopped posting node status.");
        assert_eq!(
            ready.since.map(|time| time.to_string()).as_deref(),
            Some("2019-06-03T13:55:01Z")
        );
        assert_eq!(cited(&object, &ready.path()).0, 12);
        assert!(all[0].events.is_empty());
    }

    #[test]
    fn a_service_brings_its_endpoints() {
        let all = describe(SERVICE, None);
        assert_eq!(all.len(), 2);
        let Detail::Service(service) = object(&all[0], SERVICE).detail else {
            panic!("a service");
        };
        assert_eq!(service.kind, "LoadBalancer");
        assert_eq!(service.selector.len(), 2);
        assert_eq!(service.ingress, ["20.1.2.3"]);
        assert_eq!(
            (service.ports[0].port, service.ports[0].target.as_str()),
            (80, "8080")
        );
        let slice = object(&all[1], SERVICE);
        assert_eq!(slice.key().to_string(), "Endpoints shop/web");
        let Detail::Endpoints(endpoints) = &slice.detail else {
            panic!("endpoints");
        };
        assert_eq!((endpoints.ready, endpoints.not_ready), (5, 0));
        assert_eq!(cited(&slice, "subsets").0, 11);
    }

    #[test]
    fn controllers_state_their_counts() {
        let replica_set = "Name: web-7d\nNamespace: shop\nSelector: app=web\nControlled By: Deployment/web\nReplicas: 2 current / 3 desired\nPods Status: 1 Running / 1 Waiting / 0 Succeeded / 0 Failed\n";
        let stateful_set = "Name: db\nNamespace: shop\nSelector: app=db\nReplicas: 3 desired | 2 total\nUpdate Strategy: RollingUpdate\nPods Status: 2 Running / 0 Waiting / 0 Succeeded / 0 Failed\n";
        let daemon_set = "Name: proxy\nSelector: app=p\nDesired Number of Nodes Scheduled: 5\nCurrent Number of Nodes Scheduled: 5\nNumber of Nodes Scheduled with Up-to-date Pods: 4\nNumber of Nodes Scheduled with Available Pods: 3\nPods Status: 3 Running / 2 Waiting / 0 Succeeded / 0 Failed\n";
        let job = "Name: import\nParallelism: 1\nCompletions: 1\nPods Statuses: 0 Active (0 Ready) / 0 Succeeded / 4 Failed\n";
        for (text, hint, key, desired, ready, failed) in [
            (DEPLOYMENT, None, "Deployment shop/web", 2, 1, 0),
            (replica_set, None, "ReplicaSet shop/web-7d", 3, 1, 0),
            (
                replica_set,
                Some("rc"),
                "ReplicationController shop/web-7d",
                3,
                1,
                0,
            ),
            (stateful_set, None, "StatefulSet shop/db", 3, 2, 0),
            (daemon_set, None, "DaemonSet proxy", 5, 3, 0),
            (job, None, "Job import", 1, 0, 4),
        ] {
            let all = describe(text, hint);
            let object = object(&all[0], text);
            assert_eq!(object.key().to_string(), key);
            let Detail::Workload(workload) = &object.detail else {
                panic!("a workload: {object:?}");
            };
            assert_eq!(
                (workload.desired, workload.ready, workload.failed),
                (Some(desired), ready, failed),
                "{key}"
            );
        }
    }

    #[test]
    fn other_kinds_are_told_by_their_fields_or_by_the_hint() {
        for (text, hint, expected) in [
            (
                "Name: d\nNamespace: s\nStorageClass: fast\nStatus: Pending\nVolume:\nAccess Modes:\n",
                None,
                "PersistentVolumeClaim",
            ),
            (
                "Name: d\nStorageClass: fast\nStatus: Failed\nClaim: s/d\nReclaim Policy: Delete\nAccess Modes: RWO\n",
                None,
                "PersistentVolume",
            ),
            (
                "Name: h\nReference: Deployment/web\nMin replicas: 1\nMax replicas: 9\nDeployment pods: 9 current / 9 desired\n",
                None,
                "HorizontalPodAutoscaler",
            ),
            (
                "Name: b\nMin available: 1\nSelector: a=b\nStatus:\n    Allowed disruptions: 0\n",
                None,
                "PodDisruptionBudget",
            ),
            (
                "Name: i\nAddress: 1.2.3.4\nRules:\n  Host  Path  Backends\n  ----  ----  --------\n  a.example\n        /  web:80 (10.0.0.1:80)\n",
                None,
                "Ingress",
            ),
            (
                "Name: e\nSubsets:\n  Addresses: 10.0.0.1\n  NotReadyAddresses: 10.0.0.2\n",
                None,
                "Endpoints",
            ),
            (
                "Name: c\nNamespace: s\nData\n====\n",
                Some("configmap"),
                "ConfigMap",
            ),
            (
                "Name: w\nAPI Version: example.com/v1\nKind: Widget\n",
                Some("pod"),
                "Widget",
            ),
            ("Name: n\nStatus: Active\n", Some("namespaces"), "Namespace"),
        ] {
            let all = describe(text, hint);
            assert_eq!(all[0].value["kind"], expected);
        }
        assert_eq!(
            describe("Name: x\nNamespace: y\n", None)[0]
                .value
                .get("kind"),
            None
        );
    }

    #[test]
    fn several_objects_in_one_text_keep_their_lines() {
        let text = format!("{SERVICE}\n\n{DEPLOYMENT}\n\n\n{POD}");
        let all = describe(&text, None);
        let kinds: Vec<&str> = all
            .iter()
            .filter_map(|one| one.value["kind"].as_str())
            .collect();
        assert_eq!(kinds, ["Service", "Endpoints", "Deployment", "Pod"]);
        for one in &all {
            let first = text.lines().nth(one.first_line as usize);
            assert!(first.is_some_and(|line| line.starts_with("Name:")));
            let own = text.get(one.range.clone()).expect("its own bytes");
            assert_eq!(
                own.lines().count(),
                (one.last_line - one.first_line) as usize + 1
            );
        }
        assert_eq!(all[3].events.len(), 1);
    }

    #[test]
    fn an_older_client_states_when_a_pod_ends() {
        let text = "Name: a\nNamespace: b\nNode: n/1.2.3.4\nStatus: Terminating (expires Mon, 03 Jun 2019 13:54:18 +0000)\nContainers:\n  c:\n";
        let all = describe(text, None);
        let object = object(&all[0], text);
        assert!(object.meta.deleted.is_some());
        let newer = text.replace("expires Mon, 03 Jun 2019 13:54:18 +0000", "lasts 5m");
        assert_eq!(
            describe(&newer, None)[0].value["status"]["phase"],
            "Terminating"
        );
    }

    proptest! {
        #[test]
        fn a_text_cut_anywhere_is_read_as_far_as_it_goes(cut in 0..POD.len()) {
            let text = POD.get(..cut).unwrap_or_default();
            for one in describe(text, Some("pod")) {
                prop_assert_eq!(&one.value["kind"], "Pod");
                prop_assert!(one.lines.iter().all(|(_, line)| *line <= one.last_line - one.first_line));
            }
        }

        #[test]
        fn any_text_is_survived(text in "(Name: |Containers:\n|  a:\n|    State: Waiting\n|Events:\n|  Type Reason Age\n|Conditions:\n|[ -:a\n\t|/+é0-9]{0,8}){0,16}") {
            for one in describe(&text, None) {
                prop_assert!(text.get(one.range.clone()).is_some());
            }
        }
    }

    /// The typed object of the only description in a text.
    fn only(text: &str, hint: Option<&str>) -> Object {
        let all = describe(text, hint);
        assert_eq!(all.len(), 1);
        object(&all[0], text)
    }

    #[test]
    fn a_quota_is_read_from_its_table() {
        let text = "Name:            compute
Namespace:       shop
Resource         Used  Hard
--------         ----  ----
pods             4     10
requests.cpu     2     2
";
        let Detail::Quota(quota) = only(text, Some("resourcequota")).detail else {
            panic!("a quota");
        };
        let rows: Vec<_> = quota
            .rows
            .iter()
            .map(|row| (row.resource.as_str(), row.hard.as_str(), row.is_used_up))
            .collect();
        assert_eq!(rows, [("pods", "10", false), ("requests.cpu", "2", true)]);
    }

    #[test]
    fn metrics_of_an_autoscaler_are_unknown_or_have_a_value() {
        let text = "Name:                                                  web
Namespace:                                             shop
Reference:                                             Deployment/web
Metrics:                                               ( current / target )
  resource cpu on pods  (as a percentage of request):  <unknown> / 80%
  resource memory on pods:                             52Mi / 100Mi
Min replicas:                                          1
Max replicas:                                          5
Deployment pods:                                       1 current / 1 desired
";
        let Detail::Autoscaler(autoscaler) = only(text, None).detail else {
            panic!("an autoscaler");
        };
        assert_eq!(autoscaler.metrics, (2, 1));
    }

    #[test]
    fn since_when_an_object_is_deleted_is_an_age_or_a_time() {
        let pod = "Name:         web-0
Namespace:    shop
Node:         aks-np1-0/10.240.0.4
Status:       Terminating (lasts 3h)
Containers:
  web:
    Image:  web:1
";
        assert_eq!(only(pod, None).meta.deletion_age, Some(10_800));
        let custom = "Name:         vault
Namespace:    shop
API Version:  example.com/v1
Kind:         Vault
Metadata:
  Creation Timestamp:  2024-04-28T10:00:00Z
  Deletion Timestamp:  2024-04-28T12:00:00Z
  Finalizers:
    example.com/vault
  Generation:  2
";
        let vault = only(custom, None);
        let deleted = vault.meta.deleted.map(|time| time.to_string());
        assert_eq!(deleted.as_deref(), Some("2024-04-28T12:00:00Z"));
        assert_eq!(vault.meta.finalizers, ["example.com/vault"]);
    }

    #[test]
    fn a_storage_class_says_whether_it_is_the_default() {
        let text = "Name:                  default
IsDefaultClass:        Yes
Provisioner:           disk.csi.azure.com
ReclaimPolicy:         Delete
VolumeBindingMode:     WaitForFirstConsumer
";
        let Detail::StorageClass(class) = only(text, None).detail else {
            panic!("a storage class");
        };
        assert!(class.is_default && class.waits_for_consumer);
    }
}
