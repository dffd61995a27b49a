//! What the customer is asked for: only what would decide something, and safe to paste.

use crate::support::{analyze_bytes, files, tar};
use bundlescope::diagnose::{Answered, Diagnosis, Outcome};
use bundlescope::limits::Limits;

/// A dump of one node and one crashing pod of this name, without any log.
fn crashing(pod: &str, provider: &str) -> Diagnosis {
    let nodes = format!(
        r#"{{"kind": "NodeList", "apiVersion": "v1", "items": [{{"metadata": {{"name": "node-1"}}, "spec": {{"providerID": "{provider}"}}, "status": {{"conditions": [{{"type": "Ready", "status": "True", "lastHeartbeatTime": "2024-03-01T10:30:00Z"}}]}}}}]}}"#
    );
    let pods = format!(
        r#"{{"kind": "PodList", "apiVersion": "v1", "items": [{{"metadata": {{"name": "{pod}", "namespace": "shop"}}, "spec": {{"nodeName": "node-1", "containers": [{{"name": "api", "image": "api:1"}}]}}, "status": {{"phase": "Running", "startTime": "2024-03-01T10:00:00Z", "containerStatuses": [{{"name": "api", "ready": false, "restartCount": 7, "state": {{"waiting": {{"reason": "CrashLoopBackOff"}}}}, "lastState": {{"terminated": {{"exitCode": 2, "reason": "Error", "finishedAt": "2024-03-01T10:29:00Z"}}}}}}]}}}}]}}"#
    );
    let bundle = files(&[
        ("nodes.json", &nodes),
        ("shop/pods.json", &pods),
        (
            "shop/replication-controllers.json",
            "{\"kind\": \"ReplicationControllerList\", \"apiVersion\": \"v1\", \"items\": []}",
        ),
    ]);
    analyze_bytes("dump.tar", &tar(&bundle), &Limits::RELEASE)
}

/// The commands.
fn commands(diagnosis: &Diagnosis) -> Vec<&str> {
    diagnosis
        .ask
        .iter()
        .map(|ask| ask.command.as_str())
        .collect()
}

#[test]
fn the_last_lines_of_what_crashes_are_asked_for_first_and_the_journal_around_its_begin() {
    let diagnosis = crashing("api-0", "");
    let commands = commands(&diagnosis);
    assert_eq!(
        commands[0], "kubectl -n shop logs api-0 -c api --previous --timestamps",
        "{commands:#?}"
    );
    let journal = "kubectl debug node/node-1 -it --image=busybox -- chroot /host journalctl --no-pager --since \"2024-03-01 09:29:00\" --until \"2024-03-01 11:29:00\" --utc";
    let at = commands.iter().position(|command| *command == journal);
    let ask = &diagnosis.ask[at.unwrap_or_else(|| panic!("no {journal} in {commands:#?}"))];
    assert!(ask.rules.iter().any(|rule| rule == "container-oom-kernel"));
    assert_eq!(ask.settles, [diagnosis.findings[0].fingerprint.clone()]);
    let mut once = commands.clone();
    once.dedup();
    assert_eq!(once, commands, "each command is there once");
}

#[test]
fn a_name_that_a_shell_would_run_is_not_put_into_a_command() {
    let diagnosis = crashing("api-0; rm -rf ~", "");
    assert!(!diagnosis.ask.is_empty());
    for command in commands(&diagnosis) {
        assert!(!command.contains("rm -rf"), "{command}");
    }
}

#[test]
fn a_question_whose_answer_is_in_the_bundle_is_not_asked() {
    let line = |minute| format!("I0301 10:{minute}:00.000000    1234 kubelet.go:1] all is well\n");
    let log = (10..40).map(line).collect::<Vec<String>>().concat();
    let bundle = files(&[("kubelet.log", log.as_str())]);
    let diagnosis = analyze_bytes("bundle.tar", &tar(&bundle), &Limits::RELEASE);
    // Nothing is found: the widest blind spots are asked for, and the kubelet's log is none.
    let commands = commands(&diagnosis);
    assert!(
        commands.contains(&"kubectl get events -A -o yaml > events.yaml"),
        "{commands:?}"
    );
    assert!(commands.len() <= 3, "{commands:?}");
    for ask in &diagnosis.ask {
        assert!(
            !ask.rules
                .iter()
                .any(|rule| rule == "kubelet-node-not-found"),
            "{ask:?}"
        );
    }
}

#[test]
fn detectors_of_the_portal_are_answered_for_clusters_in_azure_only() {
    assert!(crashing("api-0", "").detectors.is_empty());
    let diagnosis = crashing("api-0", "azure:///subscriptions/x/vm");
    assert_eq!(diagnosis.detectors.len(), 58);
    let of = |id: &str| {
        let mut answers = diagnosis.detectors.iter();
        answers
            .find(|answer| answer.id == id)
            .expect("it is listed")
    };
    let nodes = of("nodes-not-ready-alerts");
    assert_eq!(
        (nodes.answered, nodes.outcome),
        (Answered::Here, Some(Outcome::Clear))
    );
    let subnets = of("aks-subnet-sharing");
    assert_eq!(
        (subnets.answered, subnets.outcome),
        (Answered::Portal, None)
    );
    // The control plane of AKS writes its logs elsewhere.
    let reasons = diagnosis.coverage.rules.iter().map(|row| &row.reason);
    assert!(
        reasons
            .into_iter()
            .any(|reason| reason.contains("AKS runs the control plane"))
    );
}

#[test]
fn the_log_that_could_not_be_fetched_is_asked_for_on_its_node() {
    let node = r#"{"kind": "NodeList", "apiVersion": "v1", "items": [{"metadata": {"name": "node-1"}, "spec": {"providerID": "azure:///subscriptions/x/resourceGroups/rg1/providers/Microsoft.Compute/virtualMachineScaleSets/pool1/virtualMachines/3"}}]}"#;
    let pods = r#"{"kind": "PodList", "apiVersion": "v1", "items": [{"metadata": {"name": "api-0", "namespace": "shop"}, "spec": {"nodeName": "node-1", "containers": [{"name": "api", "image": "api:1"}]}, "status": {"phase": "Running", "startTime": "2024-03-01T10:00:00Z", "containerStatuses": [{"name": "api", "ready": false, "restartCount": 7, "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": {"exitCode": 2, "reason": "Error", "finishedAt": "2024-03-01T10:29:00Z"}}}]}}]}"#;
    let refused = "==== START logs for container api of pod shop/api-0 ====\nRequest log error: an error on the server (\"unknown\") has prevented the request from succeeding (get pods api-0)\n==== END logs for container api of pod shop/api-0 ====\n";
    let bundle = files(&[
        ("nodes.json", node),
        ("shop/pods.json", pods),
        (
            "shop/replication-controllers.json",
            "{\"kind\": \"ReplicationControllerList\", \"apiVersion\": \"v1\", \"items\": []}",
        ),
        ("shop/api-0/logs.txt", refused),
    ]);
    let diagnosis = analyze_bytes("dump.tar", &tar(&bundle), &Limits::RELEASE);
    let commands = commands(&diagnosis);
    assert!(
        commands.iter().any(|command| command.starts_with(
            "az vmss run-command invoke -g rg1 -n pool1 --instance-id 3 --command-id RunShellScript"
        ) && command.contains("--name api ")),
        "{commands:#?}"
    );
    assert!(
        !commands
            .iter()
            .any(|command| command.contains("--previous")),
        "{commands:#?}"
    );
}

#[test]
fn what_states_its_cause_is_not_asked_about() {
    let pods = r#"{"kind": "PodList", "apiVersion": "v1", "items": [{"metadata": {"name": "api-0", "namespace": "shop"}, "spec": {"nodeName": "node-1", "containers": [{"name": "api", "image": "api:1"}]}, "status": {"phase": "Pending", "startTime": "2024-03-01T10:00:00Z", "containerStatuses": [{"name": "api", "ready": false, "restartCount": 0, "state": {"waiting": {"reason": "CreateContainerConfigError", "message": "MESSAGE"}}}]}}]}"#;
    let asked = |message: &str| {
        let bundle = files(&[
            ("shop/pods.json", &pods.replace("MESSAGE", message)),
            (
                "shop/replication-controllers.json",
                "{\"kind\": \"ReplicationControllerList\", \"apiVersion\": \"v1\", \"items\": []}",
            ),
        ]);
        let diagnosis = analyze_bytes("dump.tar", &tar(&bundle), &Limits::RELEASE);
        assert_eq!(diagnosis.findings[0].rule, "pod-config-error");
        diagnosis.ask.len()
    };
    assert_eq!(asked(r#"secret \"pgpassword\" not found"#), 0);
    assert!(asked("container has runAsNonRoot and image will run as root") > 0);
}
