//! Bundles of real clusters, where they are at hand beside the repository: each is read in place,
//! and what a good report says and does not say of it stands here as a table.
//!
//! They are large for a build without optimisation, so the test asks to be named:
//! `cargo test --release --test it -- --ignored real_bundles`.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::signatures::shared;
use crate::support::{FORMATS, RULES, json_of, rendered, schema_errors, try_analyze};
use assert_cmd::Command;
use bundlescope::diagnose::{Diagnosis, Finding, State};
use bundlescope::limits::Limits;
use bundlescope::severity::Severity;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What a good report of one bundle says.
struct Expected {
    /// Name of the file.
    bundle: &'static str,
    /// Format, as `inspect` names it.
    format: &'static str,
    /// Rules with at least so many hits over all findings.
    finds: &'static [(&'static str, u64)],
    /// Rule of the first incident's first finding.
    first: Option<&'static str>,
    /// Rules with at most so many hits: what a bundle holds twice counts once.
    at_most: &'static [(&'static str, u64)],
    /// Rules of which something must be open, or may be.
    open: &'static [&'static str],
    /// Rules that may not be found at all.
    never: &'static [&'static str],
    /// Rules that may only be found as ended.
    ended: &'static [&'static str],
    /// Whether nothing of high severity or above may be open.
    healthy: bool,
    /// Whether nothing of high severity or above may be told at all, not even as ended.
    calm: bool,
}

/// What most bundles have in common: nothing is asked.
const ANY: Expected = Expected {
    bundle: "",
    format: "generic",
    finds: &[],
    first: None,
    at_most: &[],
    open: &[],
    never: &[],
    ended: &[],
    healthy: false,
    calm: false,
};

/// The table. Counts are those of the lines and events in the bundle, or a little below where
/// another rule explains some of them.
const TABLE: &[Expected] = &[
    Expected {
        bundle: "aks-1.16-dump.tar.gz",
        format: "cluster-info-dump",
        finds: &[
            ("tunnel-pod-not-running", 1),
            ("log-fetch-failed", 1),
            ("pod-crashloop", 90_000),
            ("probe-failed", 5_165),
        ],
        first: Some("tunnel-pod-not-running"),
        open: &["tunnel-pod-not-running", "pod-crashloop"],
        ..ANY
    },
    Expected {
        bundle: "minikube-1.13-dump.zip",
        format: "cluster-info-dump",
        finds: &[
            ("sched-insufficient-resources", 886),
            ("pod-unexpected-admission", 100),
            ("pod-config-error", 1),
            ("pvc-terminating", 1),
            ("service-account-missing", 1),
        ],
        at_most: &[("sched-insufficient-resources", 900)],
        open: &["sched-insufficient-resources", "pod-config-error"],
        ..ANY
    },
    Expected {
        bundle: "oke-1.18-dump-all-namespaces.tar.gz",
        format: "cluster-info-dump",
        finds: &[
            ("container-exit-error", 6),
            ("ingress-nginx-configmap-missing", 1),
        ],
        healthy: true,
        ..ANY
    },
    Expected {
        bundle: "rke-1.28-dump-stream.txt",
        format: "cluster-info-dump",
        healthy: true,
        calm: true,
        ..ANY
    },
    Expected {
        bundle: "troubleshoot-1.23.tar.gz",
        finds: &[("pod-crashloop", 1)],
        first: Some("pod-crashloop"),
        ..ANY
    },
    Expected {
        bundle: "kind-export-logs.tar.gz",
        at_most: &[("apiserver-unreachable-from-node", 30)],
        ended: &[
            "apiserver-unreachable-from-node",
            "kubelet-node-not-found",
            "cni-not-initialized",
        ],
        healthy: true,
        ..ANY
    },
    Expected {
        bundle: "openshift-4.18-must-gather.tar.xz",
        never: &["kubelet-pleg-unhealthy"],
        ended: &[
            "cni-not-initialized",
            "node-network-unavailable",
            "kubelet-qos-cgroup-init",
            "pod-sandbox-failed",
        ],
        healthy: true,
        ..ANY
    },
    Expected {
        bundle: "raw-kubelet.log.gz",
        open: &["kubelet-node-not-found", "kubelet-registration-failed"],
        finds: &[
            ("kubelet-node-not-found", 7_200),
            ("kubelet-registration-failed", 1),
            ("node-status-update-failed", 1),
            ("cni-not-initialized", 1),
        ],
        ..ANY
    },
    Expected {
        bundle: "raw-kube-apiserver.log.gz",
        ..ANY
    },
];

/// Whether a finding speaks of now, or may.
fn is_open(finding: &Finding) -> bool {
    finding.state != State::Resolved
}

impl Expected {
    /// What is wrong with a report of this bundle.
    fn judge(&self, diagnosis: &Diagnosis) -> Vec<String> {
        let mut wrong = schema_errors(&json_of(diagnosis));
        for format in FORMATS {
            assert!(!rendered(diagnosis, format).is_empty());
        }
        if diagnosis.bundle.format != self.format {
            wrong.push(format!("format is {}", diagnosis.bundle.format));
        }
        let mut counts = BTreeMap::<&str, u64>::new();
        for finding in &diagnosis.findings {
            *counts.entry(&finding.rule).or_default() += finding.count;
        }
        for (rule, least) in self.finds {
            let count = counts.get(rule).copied().unwrap_or_default();
            if count < *least {
                wrong.push(format!("{rule} is found {count} times, not {least}"));
            }
        }
        for (rule, most) in self.at_most {
            let count = counts.get(rule).copied().unwrap_or_default();
            if count > *most {
                wrong.push(format!("{rule} is found {count} times, more than {most}"));
            }
        }
        for rule in self.open {
            let mut found = diagnosis.findings.iter();
            if !found.any(|finding| finding.rule == *rule && is_open(finding)) {
                wrong.push(format!("{rule} has not ended, and is not open"));
            }
        }
        let leader = diagnosis
            .incidents
            .first()
            .and_then(|incident| incident.findings.first());
        let leader = diagnosis
            .findings
            .iter()
            .find(|finding| Some(&finding.fingerprint) == leader);
        let leader = leader.map(|finding| finding.rule.as_str());
        if self.first.is_some() && leader != self.first {
            wrong.push(format!("the first incident is about {leader:?}"));
        }
        for finding in &diagnosis.findings {
            let rule = finding.rule.as_str();
            let told = format!("{rule} on {} is {:?}", finding.subject, finding.state);
            if self.never.contains(&rule) {
                wrong.push(format!("{told}, and must not be found"));
            }
            if self.ended.contains(&rule) && is_open(finding) {
                wrong.push(format!("{told}, and has ended"));
            }
            let well = self.calm || self.healthy && is_open(finding);
            if well && finding.severity >= Severity::High {
                wrong.push(format!("{told}, and the cluster is healthy"));
            }
        }
        wrong
    }
}

/// Whether the binary ends as the findings say, and says nothing on standard error.
fn exit_status(path: &Path, diagnosis: &Diagnosis) -> Vec<String> {
    let run = Command::new(env!("CARGO_BIN_EXE_bundlescope"))
        .args(["analyze", "-o", "-"])
        .arg(path)
        .output()
        .unwrap();
    let fails = |finding: &Finding| is_open(finding) && finding.severity >= Severity::High;
    let expected = i32::from(diagnosis.findings.iter().any(fails));
    if run.status.code() == Some(expected) && run.stderr.is_empty() {
        return vec![];
    }
    vec![format!(
        "ends with {}: {}",
        run.status,
        String::from_utf8_lossy(&run.stderr)
    )]
}

#[test]
fn the_table_names_rules_that_there_are() {
    for expected in TABLE {
        let counted = expected.finds.iter().chain(expected.at_most);
        let rules = counted.map(|(rule, _)| rule).chain(expected.open);
        let rules = rules.chain(expected.never).chain(expected.ended);
        for rule in rules.chain(expected.first.as_ref()) {
            assert!(RULES.rule(rule).is_some(), "{}: {rule}", expected.bundle);
        }
    }
}

#[test]
#[ignore = "large; run it in release where the bundles are at hand"]
fn real_bundles() {
    let Some(folder) = shared()
        .map(|shared| shared.join("bundles"))
        .filter(|folder| folder.is_dir())
    else {
        println!("not run: there are no real bundles beside the repository");
        return;
    };
    let mut wrong = Vec::new();
    for expected in TABLE {
        let path = folder.join(expected.bundle);
        if !path.is_file() {
            println!("{}: not there", expected.bundle);
            continue;
        }
        let diagnosis = try_analyze(&path, &Limits::RELEASE, 0).unwrap();
        let found = diagnosis.findings.len();
        println!(
            "{}: {found} findings, {} gaps",
            expected.bundle,
            diagnosis.gaps.len()
        );
        let mut said = expected.judge(&diagnosis);
        said.extend(exit_status(&path, &diagnosis));
        wrong.extend(
            said.into_iter()
                .map(|said| format!("{}: {said}", expected.bundle)),
        );
    }
    // A bundle that nobody looked at proves nothing.
    for entry in fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        if name != "README.md" && !TABLE.iter().any(|expected| expected.bundle == name) {
            wrong.push(format!("{name}: not in the table"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
