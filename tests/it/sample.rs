//! A small diagnosis made by hand: every part of a report has something to show, and the texts of
//! the bundle are as hostile as they come.

use bundlescope::codes::Lexicon;
use bundlescope::diagnose::change::{Before, ChangeKind, Relation};
use bundlescope::diagnose::{
    Answered, Ask, BundleFacts, Change, Citation, Coverage, DetectorAnswer, Diagnosis, Factor,
    Finding, Fingerprint, Incident, InventoryRow, Ledger, NearRule, Outcome, RuleCoverage,
    SourceCoverage, State, Subject, UnknownError, UnknownErrors,
};
use bundlescope::evidence::{LogGap, Reboot, Rotation, Timeline};
use bundlescope::examine::prefix::Level;
use bundlescope::gap::{Gap, GapReason};
use bundlescope::ingest::InputFacts;
use bundlescope::locator::{EntryPath, Snippet};
use bundlescope::rules::Rate;
use bundlescope::severity::{Category, Confidence, Severity};
use jiff::Timestamp;
use std::time::Duration;

/// Secrets that the sample's texts hold; none of them may be in any output.
pub(crate) const SECRETS: [&str; 7] = [
    "hunter2-of-the-share",
    "abcdef0123456789abcdefSIG",
    "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ",
    "MIIEpAIBAAKCAQEAx1b2c3d4",
    "s3cr3t-of-the-app",
    "pa55-in-url",
    "Zm9vYmFyYmF6",
];

/// Text that would run, recolour or reorder if it were not made harmless.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script> </pre><img src=x onerror=alert(2)> \u{1b}[31mred\u{1b}[0m \u{202e}txt.exe\u{200b} & \"quoted\" 'single' `tick` {{ braces }}";

/// An instant on the day of the sample, as findings hold it.
pub(crate) fn at(time: &str) -> Option<Timestamp> {
    let parsed = format!("2024-03-01T{time}Z").parse();
    assert!(parsed.is_ok(), "{time} is a time of day");
    parsed.ok()
}

/// The bundle's root.
pub(crate) fn bundle() -> EntryPath {
    EntryPath::bundle("customer-4711.zip", false)
}

/// A citation: context lines around a line in which `matched` is highlighted.
pub(crate) fn cite(path: &EntryPath, line: u64, time: &str, text: &str, matched: &str) -> Citation {
    let start = text.find(matched).expect("the match is in the text");
    Citation {
        path: path.clone(),
        time: at(time),
        snippet: Snippet {
            line,
            text: text.to_owned(),
            before: vec![],
            after: vec![],
            matched: (start, start + matched.len()),
            around: None,
        },
    }
}

/// The same with lines around it.
pub(crate) fn around(mut citation: Citation, before: &[&str], after: &[&str]) -> Citation {
    citation.snippet.before = before.iter().map(ToString::to_string).collect();
    citation.snippet.after = after.iter().map(ToString::to_string).collect();
    citation
}

/// A subject.
pub(crate) fn subject(kind: &str, namespace: &str, name: &str, node: Option<&str>) -> Subject {
    Subject {
        kind: kind.into(),
        namespace: namespace.into(),
        name: name.into(),
        node: node.map(str::to_owned),
    }
}

/// A finding with the least it needs.
pub(crate) fn finding(
    rule: &str,
    hash: u64,
    title: &str,
    subject: Subject,
    cited: Citation,
) -> Finding {
    Finding {
        rule: rule.into(),
        fingerprint: Fingerprint(format!("{rule}-{hash:012x}")),
        title: title.into(),
        category: Category::Workload,
        severity: Severity::High,
        confidence: Confidence::High,
        state: State::Active,
        state_reason: String::new(),
        affected: vec![subject.clone()],
        example: subject.clone(),
        subject,
        count: 1,
        first_seen: cited.time,
        last_seen: cited.time,
        citations: vec![cited],
        codes: vec![],
        explain: String::new(),
        detail: String::new(),
        disprove: String::new(),
        check: vec![],
        remedy: vec![],
        references: vec![],
        affected_versions: vec![],
        fixed_versions: vec![],
    }
}

/// The cause of the first incident: a client secret that ended.
fn expired_secret() -> Finding {
    let kcm = bundle().entry("kube-system/kube-controller-manager/logs.txt");
    let text = "E0301 14:02:11.049649       1 azure_backoff.go:107] ensure(shop/web): lb.Reconcile failed: StatusCode=401 -- AADSTS7000222: The provided client secret keys are expired. client_secret=s3cr3t-of-the-app";
    let cited = around(
        cite(&kcm, 8841, "14:02:11.049649", text, "AADSTS7000222"),
        &[
            "I0301 14:02:10.918210       1 service_controller.go:325] Ensuring load balancer for service shop/web",
            "I0301 14:02:10.918344       1 event.go:278] Event(v1.ObjectReference{Kind:\"Service\", Namespace:\"shop\", Name:\"web\"}): type: 'Normal' reason: 'EnsuringLoadBalancer'",
            "I0301 14:02:11.000120       1 azure_auth.go:88] url https://ops:pa55-in-url@login.example.net/",
        ],
        &[
            "E0301 14:02:11.049701       1 service_controller.go:255] error processing service shop/web (will retry)",
            "I0301 14:02:12.201100       1 azure_vmss.go:310] token eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIxIn0.c2ln refreshed",
            "I0301 14:02:13.100000       1 leaderelection.go:283] successfully renewed lease",
        ],
    );
    let mut events = cite(
        &bundle().entry("events.json"),
        212,
        "14:05:40",
        "Error syncing load balancer: failed to ensure load balancer: AADSTS7000222",
        "AADSTS7000222",
    );
    events.time = at("14:05:40");
    Finding {
        category: Category::IdentityAuth,
        severity: Severity::Critical,
        state_reason: "last seen 4 s before the log ends".into(),
        affected: vec![subject("Service", "shop", "web", None), subject("Service", "shop", "api", None)],
        count: 1_204,
        first_seen: at("14:02:11.049649"),
        last_seen: at("16:40:57"),
        citations: vec![cited.clone(), events],
        explain: "The application secret that the cluster signs in with has passed its end date,\nso every call to Azure is refused.\n\nLoad balancers, disks, routes and new nodes stop together; what runs keeps running.".into(),
        detail: "First refused call at 14:02:11, 2 services wait for an address.".into(),
        disprove: "The same code is absent from the cloud controller's own log after the secret was renewed.".into(),
        check: vec![
            "az ad app credential list --id <clientId> --query \"[].endDateTime\" -o tsv".into(),
            "kubectl -n shop describe service web".into(),
        ],
        remedy: vec![
            "Renew the secret: az aks update-credentials --reset-service-principal --client-secret <secret>".into(),
            "Use a managed identity, which has no secret that can end.".into(),
        ],
        references: vec![
            "https://learn.microsoft.com/azure/aks/update-credentials".into(),
            "http://not-secure.example/never-linked".into(),
        ],
        affected_versions: vec![">=1.17.0, <1.17.3".into()],
        fixed_versions: vec!["1.17.3".into(), "1.18.0".into()],
        ..finding(
            "azure-sp-secret-expired",
            0xa1,
            "The cluster's application secret has expired",
            subject("Cluster", "", "", None),
            cited,
        )
    }
}

/// Five subjects of one rule, one of them with many affected pods.
fn out_of_memory(index: u64) -> Finding {
    let node = format!("aks-pool1-1234-vmss00000{index}");
    let kernel = bundle()
        .entry(&format!("nodes/{node}.zip"))
        .entry("systemlogs/kernel.log");
    let text = format!(
        "Mar  1 15:1{index}:09 {node} kernel: [91817.4{index}] Memory cgroup out of memory: Killed process 402{index} (java) total-vm:8123400kB, anon-rss:2091008kB"
    );
    let cited = around(
        cite(
            &kernel,
            500 + index,
            &format!("15:1{index}:09"),
            &text,
            "Killed process",
        ),
        &[
            "Mar  1 15:10:08 kernel: java invoked oom-killer: gfp_mask=0xcc0",
            "\tTask in /kubepods/burstable killed",
        ],
        &["Mar  1 15:10:10 kernel: oom_reaper: reaped process"],
    );
    let name = format!("api-{index}");
    let affected = match index {
        0 => (0..34)
            .map(|pod| subject("Pod", "shop", &format!("api-0-{pod:02}"), Some(&node)))
            .collect(),
        _ => vec![subject(
            "Pod",
            "shop",
            &format!("{name}-x7k2p"),
            Some(&node),
        )],
    };
    Finding {
        affected,
        count: 3 + index,
        state_reason: "the pod is still restarting".into(),
        detail: format!("Exit code 137, {} restarts, limit 2 GiB.", 3 + index),
        explain: "The container used more memory than its limit allows, and the kernel killed it."
            .into(),
        check: vec![format!("kubectl -n shop get pod {name}-x7k2p -o yaml")],
        remedy: vec!["Raise resources.limits.memory, or find the leak.".into()],
        references: vec![
            "https://kubernetes.io/docs/tasks/configure-pod-container/assign-memory-resource/"
                .into(),
        ],
        ..finding(
            "pod-oom-killed",
            0xb0 + index,
            "A container was killed because it ran out of memory",
            subject("Deployment", "shop", &name, Some(&node)),
            cited,
        )
    }
}

/// A finding all of whose texts are hostile and full of secrets.
fn hostile() -> Finding {
    let share = bundle()
        .entry("pods/<b>bold</b>\u{202e}gpj.exe")
        .entry("a&b\".log");
    let text = format!(
        "mount failed: mount.cifs //acct.file.core.windows.net/x /mnt -o username=acct,password=hunter2-of-the-share {HOSTILE}"
    );
    let cited = around(
        cite(&share, 2, "16:00:00", &text, "mount failed"),
        &["-----BEGIN RSA PRIVATE KEY-----"],
        &[
            "MIIEpAIBAAKCAQEAx1b2c3d4MIIEpAIBAAKCAQEAx1b2c3d4MIIEpAIBAAKCAQEA",
            "Zm9vYmFyYmF6",
            "-----END RSA PRIVATE KEY-----",
        ],
    );
    Finding {
        category: Category::Storage,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        state: State::Unknown,
        state_reason: "the log ends 2 s later".into(),
        count: 7,
        explain: "The share could not be mounted.".into(),
        detail: format!(
            "url https://acct.blob.core.windows.net/c?sv=2019&sig=abcdef0123456789abcdefSIG {HOSTILE}"
        ),
        check: vec![format!("kubectl get pv {HOSTILE}")],
        remedy: vec!["Give the share its right key.".into()],
        references: vec!["https://example.org/a?b=1&c=\"><script>".into()],
        ..finding(
            "azurefile-mount-failed",
            0xc1,
            &format!("A file share could not be mounted {HOSTILE}"),
            subject("PersistentVolumeClaim", "shop", "data-<i>0</i>", None),
            cited,
        )
    }
}

/// Start-up noise that ended.
fn ended() -> Finding {
    let kubelet = bundle().entry("nodes/n.zip").entry("kubelet.log");
    let cited = cite(
        &kubelet,
        12,
        "12:00:03",
        "E0301 12:00:03.1  812 kubelet.go:2187] cni config uninitialized",
        "cni config uninitialized",
    );
    Finding {
        category: Category::Network,
        severity: Severity::Low,
        confidence: Confidence::Low,
        state: State::Resolved,
        state_reason: "the node is ready; last seen 4 h before the log ends".into(),
        explain: "The kubelet started before the network plugin had written its configuration."
            .into(),
        ..finding(
            "cni-not-ready",
            0xd1,
            "The network plugin was not ready",
            subject("Node", "", "aks-pool1-1234-vmss000000", None),
            cited,
        )
    }
}

/// An incident over findings.
fn incident(findings: &[&Finding], title: &str, scope: &str) -> Incident {
    let first = findings[0];
    Incident {
        id: first.fingerprint.0.clone(),
        title: title.into(),
        severity: first.severity,
        confidence: first.confidence,
        state: first.state,
        onset: first.first_seen,
        symptoms_from: None,
        first_seen: first.first_seen,
        last_seen: first.last_seen,
        competing: vec![],
        scope: scope.into(),
        findings: findings.iter().map(|f| f.fingerprint.clone()).collect(),
    }
}

/// A silence of a kubelet, the boot that ended it, and a rotated log.
fn timeline() -> Timeline {
    let node = || Some("aks-pool1-1234-vmss000000".to_owned());
    let time = |text| at(text).expect("a time");
    let kubelet = || "kubelet".to_owned();
    Timeline {
        gaps: vec![LogGap {
            from: time("15:02:00"),
            to: time("15:31:00"),
            component: kubelet(),
            node: node(),
            path: "nodes/n0/journal.log".into(),
            alone: true,
        }],
        reboots: vec![Reboot {
            at: time("15:31:00"),
            node: node(),
            told_by: "journal",
        }],
        rotations: vec![Rotation {
            at: time("14:00:00"),
            component: kubelet(),
            node: node(),
            path: "nodes/n0/kubelet.log.1".into(),
        }],
    }
}

/// Outcomes of the rules: some found, some clear, some without anything to look at.
fn coverage() -> Coverage {
    let rule = |rule: &str, outcome, reason: &str| RuleCoverage {
        rule: rule.into(),
        outcome,
        reason: reason.into(),
        missing: vec![],
    };
    let mut rules = vec![
        rule("azure-sp-secret-expired", Outcome::Found, ""),
        rule("azurefile-mount-failed", Outcome::Found, ""),
        rule("cni-not-ready", Outcome::Found, ""),
        rule(
            "pod-oom-killed",
            Outcome::Found,
            "kernel log of 1 node absent",
        ),
    ];
    for name in [
        "conntrack-full",
        "etcd-slow",
        "node-disk-pressure",
        "node-not-ready",
        "pod-evicted",
    ] {
        rules.push(rule(name, Outcome::Clear, ""));
    }
    for name in ["containerd-shim-leak", "containerd-image-pull"] {
        rules.push(rule(name, Outcome::NotChecked, "containerd log absent"));
    }
    rules.push(rule(
        "coredns-forward-loop",
        Outcome::NotChecked,
        "coredns log absent",
    ));
    let source = |component: &str, node: Option<&str>, entries, bytes| SourceCoverage {
        component: component.into(),
        node: node.map(str::to_owned),
        first: at("12:00:00"),
        last: at("16:41:01"),
        note: String::new(),
        entries,
        bytes,
    };
    Coverage {
        rules,
        sources: vec![
            source("events", None, 1, 812_044),
            source("kernel", Some("aks-pool1-1234-vmss000000"), 1, 48_120_000),
            source("kube-controller-manager", None, 2, 1_730_000_000),
        ],
        nodes: vec![],
    }
}

/// A change an hour before, with hostile words, and one elsewhere.
fn changes(incident: &str) -> Ledger {
    let change = |relation, subject, more| Change {
        at: at("08:30:00").expect("a time"),
        what: ChangeKind::Edited,
        subject,
        more,
        by: "kubectl-edit".into(),
        detail: format!("password=hunter2-of-the-share {HOSTILE}"),
        citation: cite(
            &bundle().entry("shop/configmaps.json"),
            7,
            "08:30:00",
            "data",
            "data",
        ),
        relation,
    };
    let before = Before {
        incident: incident.to_owned(),
        onset: at("09:00:00").expect("a time"),
        changes: vec![
            change(
                Relation::Same,
                Subject::node("aks-pool1-1234-vmss000000"),
                0,
            ),
            change(Relation::Elsewhere, Subject::cluster(), 4),
        ],
        left_out: 3,
    };
    Ledger {
        incidents: vec![before],
        blind: vec!["no ReplicaSets: only events show rollouts".into()],
    }
}

/// The whole sample.
pub(crate) fn diagnosis() -> Diagnosis {
    let secret = expired_secret();
    let memory: Vec<Finding> = (0..5).map(out_of_memory).collect();
    let hostile = hostile();
    let ended = ended();
    let incidents = vec![
        incident(
            &[&secret],
            "The cluster's application secret has expired",
            "2 services, whole cluster",
        ),
        incident(
            &memory.iter().collect::<Vec<_>>(),
            "A container was killed because it ran out of memory (shop/api-0)",
            "38 pods on 5 nodes",
        ),
        incident(
            &[&hostile],
            &format!("A file share could not be mounted {HOSTILE}"),
            "1 claim",
        ),
        incident(&[&ended], "The network plugin was not ready", "1 node"),
    ];
    let mut findings = vec![secret];
    findings.extend(memory);
    findings.extend([hostile, ended]);
    let gap = |locator, reason| Gap { locator, reason };
    Diagnosis {
        inputs: vec![InputFacts {
            name: "customer-4711.zip".into(),
            sha256: "3b1f0c1f6a2d4e5f60718293a4b5c6d7e8f90123456789abcdef0123456789ab".into(),
            bytes: 148_201_337,
        }],
        bundle: BundleFacts {
            format: "aks-periscope".into(),
            format_reason: "collector/ and nodes/ folders, 5 node archives".into(),
            captured_at: at("16:41:01"),
            captured_by: "newest event".into(),
            kubernetes_version: Some("v1.17.0".into()),
            cloud: Some("aks"),
            region: None,
            node_names: vec![],
            nodes: Some((1, 5)),
            pods: Some((39, 212)),
            entries: 1_412,
            bytes: 2_300_456_789,
        },
        changes: changes(&incidents[0].id),
        ask: vec![Ask {
            command: "kubectl -n shop logs api-0 -c api --previous --timestamps".into(),
            why: format!("the last lines are not in the bundle {HOSTILE}"),
            rules: vec!["container-oom-kernel".into()],
            settles: vec![Fingerprint(incidents[0].id.clone())],
        }],
        detectors: vec![DetectorAnswer {
            id: "InvalidClientServicePrincipal",
            name: "Client Service Principal",
            category: "Identity and Security",
            answered: Answered::Here,
            outcome: Some(Outcome::Found),
            rules: vec!["azure-sp-secret-expired"],
            portal: "",
        }],
        common: vec![Factor {
            incident: incidents[0].id.clone(),
            population: "pods",
            traits: vec![("node pool", "pool1".into()), ("zone", HOSTILE.into())],
            bad_with: 9,
            with: 12,
            bad: 9,
            all: 140,
        }],
        incidents,
        findings,
        timeline: timeline(),
        marks: vec![],
        coverage: coverage(),
        unknown: unknown(),
        gaps: vec![
            gap(
                bundle().entry("nodes/n3.zip").line(40),
                GapReason::Damaged {
                    detail: "unexpected end of <file>".into(),
                },
            ),
            gap(bundle().entry("secrets.7z").whole(), GapReason::Encrypted),
            gap(
                bundle().entry("../../etc/passwd").whole(),
                GapReason::HostileName,
            ),
        ],
        noise: vec![(
            "kubelet-pod-sandbox-retry".into(),
            "Sandbox status is asked again".into(),
            4_120,
        )],
        inventory: vec![
            InventoryRow {
                what: "Kubelet version".into(),
                value: "v1.17.0".into(),
                count: 5,
            },
            InventoryRow {
                what: "Kernel".into(),
                value: "5.4.0-1068-azure".into(),
                count: 5,
            },
            InventoryRow {
                what: "Namespace".into(),
                value: HOSTILE.into(),
                count: 1,
            },
        ],
    }
}

/// A diagnosis of a bundle in which nothing is wrong.
pub(crate) fn calm() -> Diagnosis {
    let mut calm = diagnosis();
    calm.incidents.clear();
    calm.changes = Ledger::default();
    calm.common.clear();
    calm.ask.clear();
    calm.detectors.clear();
    calm.findings.clear();
    calm.gaps.clear();
    calm.bundle.nodes = Some((0, 5));
    calm.bundle.pods = None;
    calm.coverage
        .rules
        .retain(|rule| rule.outcome != Outcome::Found);
    calm
}

/// Errors that no rule explains: one as usual, one whose text is hostile and holds a secret.
fn unknown() -> UnknownErrors {
    let kubelet = bundle().entry("nodes/n.zip").entry("kubelet.log");
    let mut histogram = vec![0; 24];
    histogram[3] = 1;
    histogram[20] = 1_200;
    let usual = UnknownError {
        template: "\"Flux capacitor lost\" err=\"no charge after <duration>\" pod=<pod>".into(),
        component: "kubelet".into(),
        level: Level::Error,
        count: 1_201,
        first: at("14:01:00"),
        last: at("16:01:00"),
        histogram: histogram.clone(),
        near_onset: true,
        presses: false,
        places: vec!["n1".into(), "n2".into()],
        places_total: 7,
        samples: vec![
            cite(
                &kubelet,
                40,
                "14:01:00",
                "E0301 14:01:00.1 812 flux.go:7] \"Flux capacitor lost\" err=\"no charge after 3s\" pod=\"a/b\"",
                "Flux",
            ),
            cite(
                &kubelet,
                900,
                "16:01:00",
                "E0301 16:01:00.1 812 flux.go:7] \"Flux capacitor lost\" err=\"no charge after 9s\" pod=\"a/c\"",
                "Flux",
            ),
        ],
        event: None,
        codes: Lexicon::builtin().notes("write /charge: no space left on device"),
        near: vec![NearRule {
            rule: "charge-lost".into(),
            title: "The charge is lost".into(),
            rate: Rate {
                at_least: 5_000,
                within: Some(Duration::from_mins(10)),
            },
        }],
    };
    let hostile = UnknownError {
        template: format!("cannot log in with password=hunter2-of-the-share {HOSTILE}"),
        component: "<b>web</b>".into(),
        level: Level::Fatal,
        count: 1,
        first: None,
        last: None,
        histogram: vec![0; 24],
        near_onset: false,
        presses: false,
        places: vec![],
        places_total: 0,
        samples: vec![cite(
            &kubelet,
            7,
            "14:00:00",
            &format!("panic: {HOSTILE}"),
            "panic",
        )],
        event: None,
        codes: vec![],
        near: vec![],
    };
    UnknownErrors {
        listed: vec![usual, hostile],
        more_templates: 2,
        more_lines: 31,
        left_out: 5,
        span: at("12:00:00").zip(at("16:41:01")),
        pressing: None,
    }
}
