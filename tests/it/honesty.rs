//! Everything that looks like trouble is told, and "clear" is said only where it was looked.

use crate::support::{analyze_bytes, files, json_of, tar};
use bundlescope::diagnose::{Diagnosis, Outcome};
use bundlescope::limits::Limits;
use bundlescope::report::Format;
use serde_json::Value;

/// The diagnosis of a bundle of these files.
fn diagnosis(list: &[(&str, &str)]) -> Diagnosis {
    analyze_bytes("bundle.tar", &tar(&files(list)), &Limits::RELEASE)
}

/// The verdict of a bundle of these files.
fn verdict(list: &[(&str, &str)]) -> String {
    bundlescope::report::view::verdict(&diagnosis(list))
}

/// A Warning event of a pod, seen so often up to 10:59:50.
fn event(kind: &str, reason: &str, message: &str, count: u64) -> String {
    format!(
        r#"{{"kind": "Event", "apiVersion": "v1", "metadata": {{"name": "{reason}.1", "namespace": "shop"}}, "involvedObject": {{"kind": "Pod", "namespace": "shop", "name": "web-0"}}, "reason": "{reason}", "message": "{message}", "type": "{kind}", "count": {count}, "firstTimestamp": "2024-05-01T10:00:00Z", "lastTimestamp": "2024-05-01T10:59:50Z"}}"#
    )
}

/// A list of events.
fn events(items: &[String]) -> String {
    format!(
        r#"{{"kind": "EventList", "apiVersion": "v1", "items": [{}]}}"#,
        items.join(", ")
    )
}

/// Templates that are listed, with component and count.
fn listed(diagnosis: &Diagnosis) -> Vec<(String, String, u64)> {
    let listed = diagnosis.unknown.listed.iter();
    listed
        .map(|e| (e.component.clone(), e.template.clone(), e.count))
        .collect()
}

#[test]
fn a_warning_event_without_a_rule_is_listed_in_every_format_with_its_object() {
    let list = events(&[
        event("Warning", "WidgetLost", "the vendor's licence ended", 638),
        event("Normal", "FailedToFetchWidget", "no route", 3),
        event("Normal", "Pulled", "image is there", 9_000),
    ]);
    let files = [("events.json", list.as_str())];
    let found = diagnosis(&files);
    let expected = [
        ("events", "WidgetLost: the vendor's licence ended", 638),
        ("events", "FailedToFetchWidget: no route", 3),
    ]
    .map(|(component, template, count)| (component.to_owned(), template.to_owned(), count));
    assert_eq!(listed(&found), expected);
    let report: Value = json_of(&found);
    let first = &report["unknown_errors"][0];
    assert_eq!(first["places"][0], "Pod shop/web-0");
    assert_eq!(first["first_seen"], "2024-05-01T10:00:00Z");
    assert_eq!(first["last_seen"], "2024-05-01T10:59:50Z");
    for format in [Format::Html, Format::Markdown, Format::Text] {
        let text = crate::support::rendered(&found, format);
        assert!(text.contains("641 warning events"), "{format:?}:\n{text}");
    }
}

#[test]
fn an_event_that_a_rule_explains_is_not_listed() {
    let message = "0/3 nodes are available: 3 Insufficient cpu.";
    let found = diagnosis(&[(
        "events.json",
        &events(&[event("Warning", "FailedScheduling", message, 3)]),
    )]);
    assert!(!found.findings.is_empty());
    assert_eq!(listed(&found), []);
}

#[test]
fn the_verdict_begins_with_what_goes_on_and_nobody_explains() {
    let many = events(&[event("Warning", "WidgetLost", "the licence ended", 638)]);
    let said = verdict(&[("events.json", &many)]);
    assert!(
        said.starts_with("No rule explains 638 warning events that continued until the bundle was captured, mainly “WidgetLost: the licence ended” (638 times)"),
        "{said}"
    );
    let errors: Vec<String> = (0..6)
        .map(|s| format!("{{\"level\":\"error\",\"ts\":\"2024-05-01T10:00:0{s}Z\",\"msg\":\"widget {s} is lost\"}}\n"))
        .collect();
    let errors = errors.concat();
    let said = verdict(&[("widget.log", &errors)]);
    assert!(said.starts_with("No rule explains 6 error lines"), "{said}");
    let few = events(&[event("Warning", "WidgetLost", "the licence ended", 2)]);
    let said = verdict(&[("events.json", &few)]);
    assert!(said.starts_with("No known problem"), "{said}");
}

/// Number of rules that are clear.
fn clear(list: &[(&str, &str)]) -> usize {
    diagnosis(list).coverage.count(Outcome::Clear)
}

#[test]
fn what_nobody_recognises_clears_nothing() {
    let texts = [
        ("notes.txt", "milk\neggs\n"),
        ("args/kubelet", "--v=2\n--config=/var/lib/kubelet\n"),
        ("args/kube-apiserver", "--secure-port=16443\n"),
        ("etc/hostname", "node-1\n"),
        ("kube-proxy.log", "nothing here has a time\n"),
        (
            "kubeconfig.yaml",
            "apiVersion: v1\nkind: Config\nclusters:\n- name: a\n  cluster: {server: 'https://10.0.0.1:6443'}\n",
        ),
        (
            "config.yaml",
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nmaxPods: 110\n",
        ),
    ];
    for text in texts {
        assert_eq!(clear(&[text]), 0, "{}", text.0);
        let said = verdict(&[text]);
        assert!(said.starts_with("No check could run"), "{}: {said}", text.0);
    }
    assert!(clear(&[("kubelet.log", &each_minute(30, "server.go"))]) > 0);
    // Its source files tell whose log it is, whatever its name.
    assert!(clear(&[("x", &each_minute(30, "kubelet.go"))]) > 0);
}

/// So many lines of a kubelet, one a minute.
fn each_minute(lines: usize, source: &str) -> String {
    let line = |minute| format!("I0301 10:{minute:02}:00.000000    1234 {source}:1] all is well\n");
    (0..lines).map(line).collect::<Vec<String>>().concat()
}

/// Why a rule of the kubelet was not checked.
fn why(list: &[(&str, &str)]) -> String {
    let rules = diagnosis(list).coverage.rules;
    let row = rules
        .into_iter()
        .find(|row| row.rule == "kubelet-csr-not-signed");
    row.map(|row| format!("{:?}: {}", row.outcome, row.reason))
        .unwrap_or_default()
}

#[test]
fn a_part_of_a_log_clears_nothing() {
    let told = |log: &str| why(&[("kubelet.log", log)]);
    assert!(told(&each_minute(30, "kubelet.go")).starts_with("Clear"));
    let few = told(&each_minute(3, "kubelet.go"));
    assert!(
        few.starts_with(
            "NotChecked: the log of kubelet has 3 lines, too few to rule out a failure"
        ),
        "{few}"
    );
    let verdict = verdict(&[("kubelet.log", &each_minute(3, "kubelet.go"))]);
    assert!(
        verdict.starts_with("No known problem was found, but too little could be read to rule anything out: the log of kubelet has 3 lines"),
        "{verdict}"
    );
    // Also a rule that looks at any log had that one.
    let rules = diagnosis(&[("kubelet.log", &each_minute(3, "kubelet.go"))])
        .coverage
        .rules;
    let without = rules
        .iter()
        .find(|row| row.reason.contains("no log in this bundle"));
    assert_eq!(without, None);
    let line = |second| format!("I0301 10:00:{second}.000000    1234 kubelet.go:1] all is well\n");
    let burst = (10..40).map(line).collect::<Vec<String>>().concat();
    let brief = told(&burst);
    assert!(
        brief.starts_with("NotChecked: the log of kubelet spans 29 seconds, too short"),
        "{brief}"
    );
    let node = r#"{"kind": "NodeList", "apiVersion": "v1", "items": [{"metadata": {"name": "n1"}, "status": {"conditions": [{"type": "Ready", "status": "True", "lastHeartbeatTime": "2024-03-01T15:29:00Z"}]}}]}"#;
    let late = why(&[
        ("n1/kubelet.log", &each_minute(30, "kubelet.go")),
        ("nodes.json", node),
    ]);
    assert!(
        late.starts_with(
            "NotChecked: the log of kubelet ends 5 hours before the bundle was captured"
        ),
        "{late}"
    );
}

#[test]
fn pages_and_own_reports_are_no_evidence() {
    let pods = r#"{"kind": "PodList", "apiVersion": "v1", "items": []}"#;
    let list = events(&[event(
        "Warning",
        "FailedScheduling",
        "0/3 nodes are available: 3 Insufficient cpu.",
        3,
    )]);
    let plain = [("pods.json", pods), ("events.json", list.as_str())];
    let found = diagnosis(&plain);
    let verdict = bundlescope::report::view::verdict(&found);
    let reports: Vec<(String, String)> = crate::support::FORMATS
        .iter()
        .map(|format| {
            (
                format!("old.{format:?}"),
                crate::support::rendered(&found, *format),
            )
        })
        .collect();
    let mut all = plain.to_vec();
    all.extend(
        reports
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str())),
    );
    all.push((
        "page.html",
        "<!DOCTYPE html>\n<html><td>Back-off restarting failed container</td></html>\n",
    ));
    let again = diagnosis(&all);
    assert_eq!(bundlescope::report::view::verdict(&again), verdict);
    assert_eq!(again.findings.len(), found.findings.len());
    assert_eq!(again.gaps.len(), 5, "{:?}", again.gaps);
}

/// Titles' subjects and severities of findings of a rule, with what they say.
fn found(list: &[(&str, &str)], rule: &str) -> Vec<String> {
    let diagnosis = diagnosis(list);
    let findings = diagnosis.findings.iter().filter(|f| f.rule == rule);
    findings
        .map(|f| format!("{} {:?} {}", f.subject, f.severity, f.detail))
        .collect()
}

/// A custom resource of this kind with this status.
fn custom(kind: &str, group: &str, extra: &str, status: &str) -> String {
    format!(
        r#"{{"kind": "{kind}", "apiVersion": "{group}/v1", "metadata": {{"name": "a", "namespace": "shop"{extra}}}, "status": {status}}}"#
    )
}

#[test]
fn what_custom_resources_say_of_themselves_is_heard_whatever_their_kind() {
    let condition = |kind: &str, status: &str, reason: &str| {
        format!(
            r#"{{"conditions": [{{"type": "{kind}", "status": "{status}", "reason": "{reason}", "message": "because of b", "lastTransitionTime": "2024-05-01T08:00:00Z"}}]}}"#
        )
    };
    for (kind, group, status) in [
        (
            "Certificate",
            "cert-manager.io",
            condition("Ready", "False", "DoesNotExist"),
        ),
        (
            "Kustomization",
            "kustomize.toolkit.fluxcd.io",
            condition("Ready", "False", "BuildFailed"),
        ),
        (
            "Bucket",
            "s3.aws.upbound.io",
            condition("Synced", "False", "ReconcileError"),
        ),
        (
            "Gateway",
            "gateway.networking.k8s.io",
            condition("Programmed", "False", "AddressNotAssigned"),
        ),
        (
            "Machine",
            "cluster.x-k8s.io",
            condition("InfrastructureReady", "False", "InstanceProvisionFailed"),
        ),
        (
            "NodeClaim",
            "karpenter.sh",
            condition("Launched", "False", "LaunchFailed"),
        ),
        (
            "ScaledObject",
            "keda.sh",
            condition("Fallback", "True", "FallbackExists"),
        ),
        (
            "MachineConfigPool",
            "machineconfiguration.openshift.io",
            condition("NodeDegraded", "True", "1 node"),
        ),
        (
            "Kafka",
            "kafka.strimzi.io",
            condition("NotReady", "True", "Timeout"),
        ),
        (
            "ExternalSecret",
            "external-secrets.io",
            condition("Ready", "False", "SecretSyncedError"),
        ),
        (
            "Service",
            "serving.knative.dev",
            condition("ConfigurationsReady", "False", "RevisionFailed"),
        ),
        (
            "Widget",
            "not-yet-invented.example",
            condition("Available", "False", "Broken"),
        ),
        (
            "Application",
            "argoproj.io",
            r#"{"health": {"status": "Degraded", "message": "because of b"}}"#.to_owned(),
        ),
        (
            "Replica",
            "longhorn.io",
            r#"{"robustness": "faulted"}"#.to_owned(),
        ),
        (
            "CephCluster",
            "ceph.rook.io",
            r#"{"ceph": {"health": "HEALTH_ERR"}}"#.to_owned(),
        ),
        (
            "Backup",
            "velero.io",
            r#"{"phase": "PartiallyFailed"}"#.to_owned(),
        ),
    ] {
        let text = custom(kind, group, "", &status);
        // Something with a time, so that the age of what is said is known.
        let node = r#"{"kind": "Node", "apiVersion": "v1", "metadata": {"name": "n1"}, "status": {"conditions": [{"type": "Ready", "status": "True", "lastHeartbeatTime": "2024-05-01T10:00:00Z"}]}}"#;
        let said = found(
            &[("a.json", &text), ("node.json", node)],
            "condition-in-trouble",
        );
        assert_eq!(said.len(), 1, "{kind}: {said:?}");
        let may_work =
            said[0].contains(" Degraded is True") || said[0].contains(" Fallback is True");
        let level = if may_work { "Low" } else { "Medium" };
        assert!(
            said[0].starts_with(&format!("{kind} shop/a {level}")),
            "{said:?}"
        );
        if status.contains("because") {
            assert!(said[0].contains("because of b"), "{said:?}");
        }
    }
}

#[test]
fn what_an_owned_resource_says_is_told_of_its_owner() {
    let status = r#"{"conditions": [{"type": "Ready", "status": "False", "reason": "Failed", "message": "no account"}]}"#;
    let owner =
        r#", "ownerReferences": [{"kind": "Certificate", "name": "a", "controller": true}]"#;
    let said = found(
        &[
            (
                "a.json",
                &custom("Certificate", "cert-manager.io", "", status),
            ),
            (
                "b.json",
                &custom("CertificateRequest", "cert-manager.io", owner, status),
            ),
        ],
        "condition-in-trouble",
    );
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("Certificate shop/a"), "{said:?}");
}

#[test]
fn what_is_young_switched_off_or_long_over_is_no_trouble() {
    let node = r#"{"kind": "Node", "apiVersion": "v1", "metadata": {"name": "n1"}, "status": {"conditions": [{"type": "Ready", "status": "True", "lastHeartbeatTime": "2024-05-01T10:00:00Z"}]}}"#;
    for (kind, status) in [
        (
            "Certificate",
            r#"{"conditions": [{"type": "Ready", "status": "False", "reason": "Issuing", "message": "Issuing", "lastTransitionTime": "2024-05-01T08:00:00Z"}, {"type": "Issuing", "status": "True"}]}"#,
        ),
        (
            "Machine",
            r#"{"conditions": [{"type": "Ready", "status": "False", "reason": "Provisioning", "lastTransitionTime": "2024-05-01T09:55:00Z"}]}"#,
        ),
        (
            "VirtualMachine",
            r#"{"printableStatus": "Stopped", "conditions": [{"type": "Ready", "status": "False", "reason": "VMINotExists"}]}"#,
        ),
        (
            "TaskRun",
            r#"{"completionTime": "2024-04-20T10:00:00Z", "conditions": [{"type": "Succeeded", "status": "False", "reason": "Failed"}]}"#,
        ),
        (
            "Widget",
            r#"{"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}"#,
        ),
    ] {
        let text = custom(kind, "example.org", "", status);
        let said = found(
            &[("a.json", &text), ("node.json", node)],
            "condition-in-trouble",
        );
        assert!(
            said.iter().all(|said| said.contains(" Low ")),
            "{kind}: {said:?}"
        );
        assert_eq!(said.is_empty(), kind != "Certificate", "{kind}: {said:?}");
    }
}

/// Levels and templates that are listed of a file.
fn errors(name: &str, text: &str) -> Vec<(String, String)> {
    let found = diagnosis(&[(name, text)]);
    let listed = found.unknown.listed.iter();
    listed
        .map(|e| (e.level.as_str().to_owned(), e.template.clone()))
        .collect()
}

#[test]
fn levels_are_read_in_every_shape_in_use() {
    for (line, level) in [
        (
            r#"{"@t":"2024-05-01T10:00:00Z","@l":"Error","@mt":"x","msg":"the widget broke"}"#,
            "error",
        ),
        (
            r#"{"Timestamp":"2024-05-01T10:00:00Z","LogLevel":"Error","Message":"the widget broke"}"#,
            "error",
        ),
        (
            r#"{"Timestamp":"2024-05-01T10:00:00Z","Level":"Fatal","Message":"the widget broke"}"#,
            "fatal",
        ),
        (
            r#"{"level":50,"time":1714557600000,"pid":1,"msg":"the widget broke"}"#,
            "error",
        ),
        (
            r#"{"level":60,"time":1714557600000,"pid":1,"msg":"the widget broke"}"#,
            "fatal",
        ),
        (
            r#"{"severity":"ERROR","time":"2024-05-01T10:00:00Z","message":"the widget broke"}"#,
            "error",
        ),
        (
            r#"{"log.level":"error","@timestamp":"2024-05-01T10:00:00Z","message":"the widget broke"}"#,
            "error",
        ),
        (
            "time=2024-05-01T10:00:00Z level=ERROR msg=\"the widget broke\"",
            "error",
        ),
        (
            "2024-05-01 10:00:00.123 UTC [1] ERROR:  the widget broke",
            "error",
        ),
        (
            "2024-05-01 10:00:00.123 UTC [1] PANIC:  the widget broke",
            "fatal",
        ),
        (
            "2024/05/01 10:00:00 [crit] 7#7: *1 the widget broke",
            "fatal",
        ),
        (
            "2024-05-01T10:00:00.000000Z 0 [ERROR] [MY-010] [Server] the widget broke",
            "error",
        ),
        ("ERROR:root:the widget broke", "error"),
        ("fail: Shop.Widget[3] the widget broke", "error"),
        ("crit: Shop.Widget[3] the widget broke", "fatal"),
        ("SEVERE: the widget broke", "error"),
        (
            "E, [2024-05-01T10:00:00.123456 #1] ERROR -- : the widget broke",
            "error",
        ),
        (
            "[2024-05-01 10:00:00.123][1][critical][main] the widget broke",
            "fatal",
        ),
    ] {
        let listed = errors("app.log", &format!("started\n{line}\n"));
        assert_eq!(listed.len(), 1, "{line}: {listed:?}");
        assert_eq!(listed[0].0, level, "{line}");
        assert!(listed[0].1.contains("widget"), "{line}: {listed:?}");
    }
}

#[test]
fn the_last_words_of_programs_of_every_language_are_one_error() {
    for record in [
        "panic: widget\n\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:3 +0x1\nexit status 2\n",
        "thread 'main' panicked at src/main.rs:4:5:\nwidget\nnote: run with `RUST_BACKTRACE=1`\n",
        "Traceback (most recent call last):\n  File \"/app/a.py\", line 3, in <module>\n    run()\nValueError: widget\n",
        "Exception in thread \"main\" java.lang.IllegalStateException: widget\n\tat Main.main(Main.java:3)\n",
        "Unhandled exception. System.InvalidOperationException: widget\n   at Program.Main() in /app/Program.cs:line 3\n",
        "app.rb:3:in `run': widget (RuntimeError)\n\tfrom app.rb:5:in `<main>'\n",
        "PHP Fatal error:  Uncaught Exception: widget in /app/a.php:3\nStack trace:\n#0 {main}\n",
        "terminate called after throwing an instance of 'std::runtime_error'\n  what():  widget\n",
        "/app/index.js:3\n    throw new Error('widget');\n    ^\n\nError: widget\n    at Object.<anonymous> (/app/index.js:3:9)\n",
    ] {
        let listed = errors("app.log", &format!("started\n{record}"));
        assert_eq!(listed.len(), 1, "{record}: {listed:?}");
        assert!(listed[0].0 != "warning", "{record}: {listed:?}");
    }
}

#[test]
fn lines_without_a_level_that_speak_of_a_failure_are_listed() {
    for line in [
        "May  1 10:00:00 node-1 kernel: [ 100.000000] widgetfs: server w1 not responding, still trying",
        "May  1 10:00:00 node-1 kernel: [ 100.000000] widget0: I/O error while writing superblock",
        "2024/05/01 10:00:00 [4711] [cni-net] Failed to widget the endpoint",
        "widget: cannot open /etc/widget: gone",
    ] {
        let listed = errors("messages.log", &format!("{line}\n"));
        assert_eq!(listed.len(), 1, "{line}: {listed:?}");
    }
    for line in [
        "all 3 widgets are up",
        "0 failed, 3 passed",
        "INFO the widget failed over as planned",
    ] {
        assert_eq!(errors("app.log", &format!("{line}\n")), [], "{line}");
    }
}

/// Matchers of checks only find candidates: what the check makes nothing of is not explained.
#[test]
fn what_a_check_looked_at_in_vain_is_shown() {
    for error in [
        "the widget broke: dial tcp 203.0.113.7:80: i/o timeout",
        "failed to perform self check GET request 'http://shop.example.com/.well-known/acme-challenge/x': Get \"http://shop.example.com/\": dial tcp 203.0.113.7:80: connect: connection timed out",
    ] {
        let line = format!("E0312 10:11:12.123456       1 sync.go:190] {error}\n");
        let shown = errors("widget.log", &line);
        assert_eq!(shown.len(), 1, "{error}: {shown:?}");
        let found = diagnosis(&[("widget.log", &line)]);
        assert!(found.findings.is_empty(), "{error}");
    }
}

#[test]
fn warnings_count_where_they_repeat() {
    let line = |second: usize| {
        format!("W0501 10:00:{second:02}.000000       1 widget.go:3] the widget wobbles\n")
    };
    let calm = |second: usize| {
        format!("I0501 09:00:{second:02}.000000       1 widget.go:1] all is well\n")
    };
    let calm: String = (0..59).map(calm).collect();
    assert_eq!(errors("kubelet.log", &format!("{calm}{}", line(1))), []);
    let often: String = calm.clone() + &(0..5).map(line).collect::<String>();
    let expected = [("warning".to_owned(), "the widget wobbles".to_owned())];
    assert_eq!(errors("kubelet.log", &often), expected);
    // Of what somebody pasted every line is meant.
    assert_eq!(errors("paste.txt", &line(1)), expected);
}

#[test]
fn prefixes_of_kubectl_and_grep_tell_whose_line_it_is() {
    let lookup = "[pod/orders-1/orders] 2026-11-30T02:01:00.000000000Z level=error msg=\"x\" err=\"dial tcp: lookup postgres.data.svc.cluster.local on 10.0.0.10:53: read udp 10.244.0.16:40713->10.0.0.10:53: i/o timeout\"\n";
    let found = diagnosis(&[("ticket.txt", &lookup.repeat(31))]);
    let first = found.findings.first().unwrap();
    assert_eq!(first.subject.to_string(), "Pod orders-1");
    assert!(first.first_seen.is_some());
    let grep = "kubelet.log:20180:E0809 16:10:19.943501    3120 kubelet.go:2855] \"the widget broke\"\ncontainerd.err.log:3:time=\"2022-08-09T16:10:19Z\" level=error msg=\"the widget broke\"\n";
    let found = diagnosis(&[("grep.txt", grep)]);
    let mut whose: Vec<_> = found
        .unknown
        .listed
        .iter()
        .map(|e| e.component.as_str())
        .collect();
    whose.sort_unstable();
    assert_eq!(whose, ["containerd", "kubelet"]);
}

#[test]
fn the_same_bytes_are_dated_alike_as_a_file_and_in_an_archive() {
    let klog = "Log file created at: 2021/04/15 00:10:00\nRunning on machine: node1\nBinary: Built with gc go1.16.1 for windows/amd64\nLog line format: [IWEF]mmdd hh:mm:ss.uuuuuu threadid file:line] msg\nE0415 00:12:03.779223    4804 kubelet.go:2055] \"x\"\n";
    let dmesg = "[Tue Nov 20 22:30:22 2018] eth0: renamed from veth0\n[Tue Nov 20 23:30:22 2018] eth1: renamed from veth1\n";
    for (name, text, expected) in [
        ("kubelet.log", klog, "2021-04-15T00:12:03.779223Z"),
        ("dmesg.txt", dmesg, "2018-11-20T23:30:22Z"),
    ] {
        let alone = analyze_bytes(name, text.as_bytes(), &Limits::RELEASE);
        let packed = diagnosis(&[(name, text)]);
        for found in [alone, packed] {
            let at = found.bundle.captured_at.map(|at| at.to_string());
            assert_eq!(at.as_deref(), Some(expected), "{name}");
        }
    }
}
