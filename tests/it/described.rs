//! What descriptions and dumps leave out, and other parts of the same bundle tell.

use crate::support::{Files, analyze_bytes, tar};
use bundlescope::diagnose::Diagnosis;
use bundlescope::limits::Limits;

/// The diagnosis of these files.
fn diagnosis(list: &[(&str, &str)]) -> Diagnosis {
    let files: Files = list
        .iter()
        .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
        .collect();
    analyze_bytes("bundle.tar", &tar(&files), &Limits::RELEASE)
}

/// Subject, severity, and first and last time of the findings of a rule.
fn found(diagnosis: &Diagnosis, rule: &str) -> Vec<String> {
    let findings = diagnosis.findings.iter().filter(|one| one.rule == rule);
    let time = |at: Option<jiff::Timestamp>| at.map_or("-".to_owned(), |at| at.to_string());
    findings
        .map(|one| {
            let severity = one.severity;
            let (first, last) = (time(one.first_seen), time(one.last_seen));
            format!("{} {severity} {first} {last}", one.subject)
        })
        .collect()
}

/// When the bundle was taken.
fn captured(diagnosis: &Diagnosis) -> String {
    let at = diagnosis.bundle.captured_at;
    at.map_or("-".to_owned(), |at| at.to_string())
}

/// A pod that waits for a Secret since it started, as `describe` prints it.
const WAITING: &str = "\
Name:             mailer-5f6b7d8c49-t6rhx
Namespace:        shop
Node:             n1/10.1.0.4
Start Time:       Mon, 30 Nov 2026 01:05:43 +0000
Status:           Pending
Containers:
  mailer:
    State:          Waiting
      Reason:       CreateContainerConfigError
    Ready:          False
Conditions:
  Type              Status
  Ready             False
QoS Class:                   BestEffort
Events:
  Type     Reason            Age                  From               Message
  ----     ------            ----                 ----               -------
  Warning  FailedScheduling  5h                   default-scheduler  0/3 nodes are available: 3 Insufficient cpu.
  Warning  Failed            62s (x402 over 90m)  kubelet            Error: secret \"smtp\" not found
";

/// A node, as `describe` prints it.
const NODE: &str = "\
Name:               n1
Roles:              agent
Labels:             kubernetes.io/os=linux
Annotations:        <none>
CreationTimestamp:  Sat, 21 Nov 2026 02:35:43 +0000
Taints:             <none>
Unschedulable:      false
Lease:
  HolderIdentity:  n1
  AcquireTime:     <unset>
  RenewTime:       Mon, 30 Nov 2026 02:35:33 +0000
Conditions:
  Type    Status  LastHeartbeatTime                 LastTransitionTime                Reason        Message
  ----    ------  -----------------                 ------------------                ------        -------
  Ready   True    Mon, 30 Nov 2026 02:33:43 +0000   Sat, 21 Nov 2026 02:35:43 +0000   KubeletReady  kubelet is posting ready status
Events:   <none>
";

#[test]
fn no_event_of_a_kubelet_is_older_than_the_start_of_its_pod() {
    let told = diagnosis(&[("pod.txt", WAITING)]);
    assert_eq!(captured(&told), "2026-11-30T02:35:43Z");
    let expected =
        ["Pod shop/mailer-5f6b7d8c49-t6rhx high 2026-11-30T01:05:43Z 2026-11-30T02:34:41Z"];
    assert_eq!(found(&told, "pod-config-error"), expected);
}

#[test]
fn the_lease_of_a_node_is_younger_than_its_heartbeat() {
    let told = diagnosis(&[("node.txt", NODE)]);
    assert_eq!(captured(&told), "2026-11-30T02:35:33Z");
}

#[test]
fn an_evicted_pod_went_when_its_event_says_and_not_when_it_started() {
    let pod = "\
Name:             cruncher-0
Namespace:        batch
Node:             n1/10.224.0.6
Start Time:       Fri, 27 Nov 2026 02:35:43 +0000
Labels:           app=cruncher
Status:           Failed
Reason:           Evicted
Message:          The node was low on resource: ephemeral-storage.
Conditions:
  Type               Status
  DisruptionTarget   True
Events:
  Type     Reason   Age   From     Message
  ----     ------   ----  ----     -------
  Warning  Evicted  36m   kubelet  The node was low on resource: ephemeral-storage.
";
    let told = diagnosis(&[("node.txt", NODE), ("pod.txt", pod)]);
    let expected = ["Pod batch/cruncher-0 medium 2026-11-30T01:59:33Z 2026-11-30T01:59:33Z"];
    assert_eq!(found(&told, "pod-evicted"), expected);
}

/// A job of a cron job whose pods have failed so often, as `describe` prints it.
fn job(failed: u32, event: &str) -> String {
    format!(
        "\
Name:             report-1
Namespace:        batch
Selector:         controller-uid=a
Labels:           job-name=report-1
Annotations:      <none>
Controlled By:    CronJob/report
Parallelism:      1
Completions:      1
Backoff Limit:    3
Start Time:       Mon, 30 Nov 2026 00:35:43 +0000
Pods Statuses:    0 Active (0 Ready) / 0 Succeeded / {failed} Failed
Pod Template:
  Labels:  job-name=report-1
  Containers:
   report:
    Image:         registry.example.com/report:12
Events:
  Type     Reason                Age   From            Message
  ----     ------                ----  ----            -------
  Normal   SuccessfulCreate      120m  job-controller  Created pod: report-1-x7j2d
{event}"
    )
}

#[test]
fn a_job_that_used_up_its_retries_has_failed() {
    let event = "  Warning  BackoffLimitExceeded  100m  job-controller  Job has reached the specified backoff limit\n";
    let told = diagnosis(&[("node.txt", NODE), ("job.txt", &job(4, event))]);
    let expected = ["CronJob batch/report medium 2026-11-30T00:55:33Z 2026-11-30T00:55:33Z"];
    assert_eq!(found(&told, "job-failed"), expected);
    // The events may be gone, and retries may be left.
    let quiet = diagnosis(&[("job.txt", &job(4, ""))]);
    assert_eq!(
        found(&quiet, "job-failed"),
        ["CronJob batch/report medium - -"]
    );
    let going = diagnosis(&[("job.txt", &job(3, ""))]);
    assert_eq!(found(&going, "job-failed").len(), 0);
}

#[test]
fn a_pod_that_waits_for_the_replica_it_replaces_is_a_note() {
    let pod = |name: &str, status: &str, node: &str, events: &str| {
        format!(
            "\
Name:             {name}
Namespace:        auth
Node:             {node}
Labels:           app=oauth
Annotations:      <none>
Status:           {status}
Controlled By:    ReplicaSet/oauth-66d787f86d
Containers:
  oauth:
    Image:          registry.example.com/oauth:1
    Ready:          False
Conditions:
  Type           Status
  PodScheduled   {}
Events:{events}
",
            if node == "<none>" { "False" } else { "True" }
        )
    };
    let refused = "\n  Type     Reason            Age    From               Message\n  ----     ------            ----   ----               -------\n  Warning  FailedScheduling  3m51s  default-scheduler  0/6 nodes are available: 3 node(s) didn't match pod anti-affinity rules.";
    let new = pod("oauth-66d787f86d-aaaaa", "Pending", "<none>", refused);
    let old = pod(
        "oauth-66d787f86d-bbbbb",
        "Terminating (lasts 3m11s)",
        "n1/10.1.0.4",
        "  <none>",
    );
    let pods = format!("{new}\n\n{old}");
    let told = diagnosis(&[("node.txt", NODE), ("pods.txt", &pods)]);
    let worst: Vec<String> = told
        .findings
        .iter()
        .filter(|one| one.rule.starts_with("sched-") || one.rule == "pod-unschedulable")
        .map(|one| one.severity.to_string())
        .collect();
    assert!(
        !worst.is_empty() && worst.iter().all(|one| *one == "info"),
        "{worst:?}"
    );
    // Alone it waits for a node that is not there.
    let told = diagnosis(&[("node.txt", NODE), ("pods.txt", &new)]);
    let worst = told.findings.iter().map(|one| one.severity.to_string());
    assert!(
        worst.clone().any(|one| one == "high"),
        "{:?}",
        worst.collect::<Vec<_>>()
    );
}

/// A daemon set as clients before 1.33 describe it.
const DAEMON_SET: &str = "\
Name:           kube-proxy
Selector:       component=kube-proxy
Node-Selector:  <none>
Labels:         component=kube-proxy
Annotations:    deprecated.daemonset.template.generation: 1
Desired Number of Nodes Scheduled: 4
Current Number of Nodes Scheduled: 4
Number of Nodes Scheduled with Up-to-date Pods: 4
Number of Nodes Scheduled with Available Pods: 3
Number of Nodes Misscheduled: 0
Pods Status:  4 Running / 0 Waiting / 0 Succeeded / 0 Failed
Pod Template:
  Labels:  component=kube-proxy
  Containers:
   kube-proxy:
    Image:         registry.example.com/kube-proxy:v1.31.9
Events:            <none>
";

#[test]
fn a_daemon_set_that_states_no_namespace_has_that_of_its_pods() {
    let pods = |namespaces: &[&str]| {
        let pod = |namespace: &&str| {
            format!(
                r#"{{"kind": "Pod", "metadata": {{"name": "kube-proxy-x", "namespace": "{namespace}", "ownerReferences": [{{"kind": "DaemonSet", "name": "kube-proxy", "controller": true}}]}}, "status": {{"phase": "Running"}}}}"#
            )
        };
        let items: Vec<String> = namespaces.iter().map(pod).collect();
        format!(
            r#"{{"kind": "PodList", "apiVersion": "v1", "items": [{}]}}"#,
            items.join(",")
        )
    };
    let subjects = |list: &[(&str, &str)]| -> Vec<String> {
        let told = diagnosis(list);
        let those = told.findings.iter();
        let those = those.filter(|one| one.rule == "workload-below-desired");
        those.map(|one| one.subject.to_string()).collect()
    };
    let one = pods(&["kube-system"]);
    let expected = ["DaemonSet kube-system/kube-proxy"];
    assert_eq!(
        subjects(&[("ds.txt", DAEMON_SET), ("pods.json", &one)]),
        expected
    );
    // Where two may be meant, none is.
    let two = pods(&["edge", "kube-system"]);
    assert_eq!(
        subjects(&[("ds.txt", DAEMON_SET), ("pods.json", &two)]),
        ["DaemonSet kube-proxy"]
    );
    assert_eq!(
        subjects(&[("ds.txt", DAEMON_SET)]),
        ["DaemonSet kube-proxy"]
    );
}

#[test]
fn addresses_of_a_described_service_do_not_say_that_its_pods_are_ready() {
    let service = "\
Name:              metrics
Namespace:         shop
Labels:            <none>
Annotations:       <none>
Selector:          app=metrics
Type:              ClusterIP
IP:                10.0.12.7
Port:              http  443/TCP
TargetPort:        8080/TCP
Endpoints:         10.244.0.15:8080
Session Affinity:  None
Events:            <none>
";
    let pod = |ready: &str, state: &str| {
        format!(
            "\
Name:             metrics-7d8f9c4b75-9kq2m
Namespace:        shop
Node:             n1/10.1.0.4
Start Time:       Sun, 29 Nov 2026 23:21:40 +0000
Labels:           app=metrics
Status:           Running
IP:               10.244.0.15
Containers:
  metrics:
    State:          {state}
    Ready:          {ready}
    Restart Count:  41
QoS Class:        BestEffort
Events:           <none>
"
        )
    };
    let told = |ready, state| {
        let list = [
            ("node.txt", NODE),
            ("svc.txt", service),
            ("pod.txt", &pod(ready, state)),
        ];
        found(&diagnosis(&list), "service-no-endpoints").len()
    };
    assert_eq!(
        told("False", "Waiting\n      Reason:       CrashLoopBackOff"),
        1
    );
    assert_eq!(told("True", "Running"), 0);
}

#[test]
fn a_service_is_not_its_owner_and_a_pod_is() {
    let told = |kind: &str, name: &str, reason: &str, message: &str| {
        let object = format!(
            r#"{{"kind": "{kind}", "apiVersion": "v1", "metadata": {{"name": "{name}", "namespace": "demo", "ownerReferences": [{{"kind": "Deployment", "name": "web"}}]}}}}"#
        );
        let event = format!(
            r#"{{"kind": "EventList", "apiVersion": "v1", "items": [{{"metadata": {{"name": "a.1", "namespace": "demo"}}, "involvedObject": {{"kind": "{kind}", "namespace": "demo", "name": "{name}"}}, "reason": "{reason}", "message": "{message}", "type": "Warning", "count": 9, "lastTimestamp": "2024-05-01T10:30:00Z"}}]}}"#
        );
        let told = diagnosis(&[("object.json", &object), ("events.json", &event)]);
        told.findings.first().map(|one| one.subject.to_string())
    };
    let refused = "Error syncing load balancer: failed to ensure load balancer: no subnet";
    assert_eq!(
        told("Service", "web", "SyncLoadBalancerFailed", refused),
        Some("Service demo/web".to_owned())
    );
    let full = "0/3 nodes are available: 3 Insufficient cpu.";
    assert_eq!(
        told("Pod", "web-1", "FailedScheduling", full),
        Some("Deployment demo/web".to_owned())
    );
}

#[test]
fn a_claim_of_a_table_waits_as_long_as_its_age_says() {
    let table = |age: &str, mode: &str| {
        format!(
            "\
NAMESPACE   NAME                                  STATUS    VOLUME   CAPACITY   ACCESS MODES   STORAGECLASS   AGE
data        persistentvolumeclaim/data-db-0       Pending                                      premium        {age}

NAMESPACE   NAME                                  PROVISIONER          RECLAIMPOLICY   VOLUMEBINDINGMODE   ALLOWVOLUMEEXPANSION   AGE
            storageclass.storage.k8s.io/premium   disk.csi.azure.com   Delete          {mode}           true                   9d
"
        )
    };
    let told = |age, mode| {
        let told = diagnosis(&[("pvc.txt", &table(age, mode))]);
        found(&told, "pvc-lost-or-pending").len()
    };
    assert_eq!(told("95m", "Immediate"), 1);
    assert_eq!(told("95s", "Immediate"), 0);
    assert_eq!(told("95m", "WaitForFirstConsumer"), 0);
}

/// A list in a dump's stream.
fn list(kind: &str, items: &str) -> String {
    format!(
        "{{\n    \"kind\": \"{kind}List\",\n    \"apiVersion\": \"v1\",\n    \"items\": [{items}]\n}}\n"
    )
}

#[test]
fn an_empty_list_of_a_stream_is_of_the_namespace_around_it() {
    let service = |namespace: &str| {
        format!(
            r#"{{"metadata": {{"name": "hook", "namespace": "{namespace}"}}, "spec": {{"clusterIP": "10.0.0.9", "selector": {{"app": "hook"}}}}}}"#
        )
    };
    let node = r#"{"metadata": {"name": "n1"}, "status": {"conditions": [{"type": "Ready", "status": "True", "lastHeartbeatTime": "2024-05-01T10:00:00Z"}]}}"#;
    let lists = |namespace: &str| {
        let mut text = list("Event", "");
        text += &list("Service", &service(namespace));
        text + &list("Pod", "")
    };
    let log = "==== START logs for container a of pod shop/a ====\n2024-05-01T10:00:00Z up\n==== END logs for container a of pod shop/a ====\n";
    let stream = format!(
        "{}{}{}{log}",
        list("Node", node),
        lists("guard"),
        lists("shop")
    );
    let told = diagnosis(&[("dump.json", &stream)]);
    let subjects: Vec<String> = found(&told, "service-no-endpoints");
    assert_eq!(subjects.len(), 2, "{subjects:?}");
    assert!(
        subjects[0].starts_with("Service guard/hook"),
        "{subjects:?}"
    );
}

#[test]
fn lists_of_a_stream_that_state_no_kind_have_that_of_their_link() {
    let stream = r#"{
    "selfLink": "/api/v1/nodes",
    "Items": [{"name": "node1", "selfLink": "/api/v1/nodes/node1", "Spec": {}, "Status": {"Conditions": [{"Type": "Ready", "Status": "Unknown", "LastHeartbeatTime": "2018-02-24T06:00:00Z", "LastTransitionTime": "2018-02-24T06:01:00Z", "Reason": "NodeStatusUnknown", "Message": "Kubelet stopped posting node status."}], "NodeInfo": {"KubeletVersion": "v1.9.1"}}}]
}
{
    "selfLink": "/api/v1/namespaces/default/events",
    "Items": [{"name": "web.1", "namespace": "default", "InvolvedObject": {"Kind": "Pod", "Namespace": "default", "Name": "web-1"}, "Reason": "FailedScheduling", "Message": "0/1 nodes are available: 1 Insufficient cpu.", "FirstTimestamp": "2018-02-24T06:02:00Z", "LastTimestamp": "2018-02-24T06:10:00Z", "Count": 30, "Type": "Warning"}]
}
==== START logs for container web of pod default/web-0 ====
2018/02/24 06:11:00 listening
==== END logs for container web of pod default/web-0 ====
"#;
    let told = diagnosis(&[("dump.json", stream)]);
    let rules: Vec<&str> = told.findings.iter().map(|one| &*one.rule).collect();
    assert_eq!(rules, ["node-not-ready", "sched-insufficient-resources"]);
    // What is left of a list that was cut says it as well.
    let cut = &stream[..stream.find("\"NodeInfo\"").unwrap()];
    let cut = cut.replace("\"Items\": [{\"name\": \"node1\"", "\"Items\": [{\"name\": \"node0\", \"Status\": {\"Conditions\": [{\"Type\": \"Ready\", \"Status\": \"False\", \"LastHeartbeatTime\": \"2018-02-24T06:00:00Z\"}]}}, {\"name\": \"node1\"");
    let told = diagnosis(&[("dump.txt", &cut)]);
    assert_eq!(found(&told, "node-not-ready").len(), 1);
}

#[test]
fn a_dump_that_ended_before_the_logs_says_so() {
    let pods = list(
        "Pod",
        r#"{"metadata": {"name": "a", "namespace": "data"}, "status": {"phase": "Running"}}"#,
    );
    let empty = list("ReplicationController", "");
    let log = "==== START logs for container a of pod data/a ====\nup\n==== END logs for container a of pod data/a ====\n";
    let files = [
        ("dump/data/replication-controllers.json", empty.as_str()),
        ("dump/data/pods.json", pods.as_str()),
    ];
    let told = diagnosis(&files);
    let gaps: Vec<String> = told.gaps.iter().map(|gap| gap.reason.to_string()).collect();
    assert_eq!(
        gaps,
        [
            "not collected: no logs.txt for the only pod in namespace data; the dump ended there, so other namespaces may be missing as well"
        ]
    );
    let whole = [files[0], files[1], ("dump/data/a/logs.txt", log)];
    assert_eq!(diagnosis(&whole).gaps.len(), 0);
}

#[test]
fn versions_are_read_as_kubectl_prints_them() {
    for text in [
        "Client Version: v1.35.2\nKustomize Version: v5.7.1\nServer Version: v1.33.5\n",
        "Client Version: version.Info{Major:\"1\", Minor:\"20\", GitVersion:\"v1.20.15\"}\nServer Version: version.Info{Major:\"1\", Minor:\"33\", GitVersion:\"v1.33.5\", GitCommit:\"0\"}\n",
        "clientVersion:\n  gitVersion: v1.35.2\nserverVersion:\n  gitVersion: v1.33.5\n",
        "$ kubectl version\nClient Version: v1.35.2\nServer Version: v1.33.5\n$ kubectl get nodes\nNo resources found\n",
    ] {
        let told = diagnosis(&[("version.txt", text)]);
        let version = told.bundle.kubernetes_version.as_deref();
        assert_eq!(version, Some("v1.33.5"), "{text}");
    }
}

#[test]
fn names_in_a_folded_message_link_as_well() {
    let message = |folded: &str| {
        format!(
            "apiVersion: v1\nitems:\n- count: 17\n  firstTimestamp: \"2026-11-30T02:10:43Z\"\n  involvedObject:\n    kind: ReplicaSet\n    name: payments-c6f5d9b88\n    namespace: shop\n  lastTimestamp: \"2026-11-30T02:32:43Z\"\n  message: 'Error creating: Internal error occurred: failed calling webhook \"validate.guard.svc-fail\":{folded}failed to call webhook: Post \"https://guard-svc.guard.svc:443/validate?timeout=10s\":{folded}no endpoints available for service \"guard-svc\"'\n  metadata:\n    name: a.1\n    namespace: shop\n  reason: FailedCreate\n  type: Warning\nkind: EventList\n"
        )
    };
    let service = list(
        "Service",
        r#"{"metadata": {"name": "guard-svc", "namespace": "guard"}, "spec": {"clusterIP": "10.0.0.9", "selector": {"app": "guard"}}}"#,
    );
    let pods = list(
        "Pod",
        r#"{"metadata": {"name": "other", "namespace": "guard"}, "status": {"phase": "Running"}}"#,
    );
    let incidents = |folded: &str| {
        let told = diagnosis(&[
            ("dump/shop/events.yaml", &message(folded)),
            ("dump/guard/services.json", &service),
            ("dump/guard/pods.json", &pods),
        ]);
        assert_eq!(found(&told, "webhook-call-failed").len(), 1);
        assert_eq!(found(&told, "service-no-endpoints").len(), 1);
        told.incidents.len()
    };
    assert_eq!(incidents(" "), incidents("\n    "));
    assert_eq!(incidents("\n    "), 1);
}
