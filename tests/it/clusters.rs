//! Inputs of several clusters, or of times far apart, in one run.

use crate::support::{RULES, write_folder};
use bundlescope::diagnose::{Diagnosis, Window};
use bundlescope::ingest::{Input, Meter};
use bundlescope::limits::Limits;
use bundlescope::{Settings, Workers, analyze};

/// The diagnosis of several inputs, each a file.
fn diagnosis(inputs: &[(&str, String)]) -> Diagnosis {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let files = inputs
        .iter()
        .map(|(name, text)| ((*name).to_owned(), text.clone().into_bytes()))
        .collect();
    write_folder(folder.path(), &files);
    let inputs = inputs.iter().map(|(name, _)| Input {
        name: (*name).to_owned(),
        path: Some(folder.path().join(name)),
    });
    let workers = Workers::start(1).expect("a thread can be started");
    let meter = Meter::default();
    let settings = Settings {
        rules: &RULES,
        limits: &Limits::RELEASE,
        workers: &workers,
        meter: &meter,
    };
    analyze(&inputs.collect::<Vec<_>>(), &settings, Window::default())
        .expect("the inputs can be read")
}

/// What is said at the top of a report, and the gaps.
fn said(inputs: &[(&str, String)]) -> (String, Vec<String>) {
    let told = diagnosis(inputs);
    let gaps = told.gaps.iter().map(|gap| gap.reason.to_string());
    (bundlescope::report::view::verdict(&told), gaps.collect())
}

/// A list of objects.
fn list(kind: &str, items: &[String]) -> String {
    format!(
        r#"{{"kind": "{kind}List", "apiVersion": "v1", "items": [{}]}}"#,
        items.join(",")
    )
}

/// The namespace of system pods.
fn kube_system(uid: &str) -> String {
    list(
        "Namespace",
        &[format!(
            r#"{{"metadata": {{"name": "kube-system", "uid": "{uid}"}}, "status": {{"phase": "Active"}}}}"#
        )],
    )
}

/// Nodes that were ready on a day of May.
fn nodes(names: &[&str], day: u32) -> String {
    let node = |name: &&str| {
        format!(
            r#"{{"metadata": {{"name": "{name}"}}, "status": {{"conditions": [{{"type": "Ready", "status": "True", "lastHeartbeatTime": "2024-05-{day:02}T10:00:00Z"}}]}}}}"#
        )
    };
    list("Node", &names.iter().map(node).collect::<Vec<_>>())
}

/// The front of the verdict about several clusters.
const CLUSTERS: &str =
    "Several clusters were read as one (see the gaps): No known problem was found";

#[test]
fn two_uids_of_the_system_namespace_are_two_clusters() {
    let (verdict, gaps) = said(&[("a.json", kube_system("1")), ("b.json", kube_system("2"))]);
    assert!(verdict.starts_with(CLUSTERS), "{verdict}");
    assert_eq!(
        gaps,
        [
            "inputs from several clusters were read as one: Namespace kube-system has the UID 1 in a.json and 2 in b.json; an object found in more than one counts once"
        ]
    );
    let (verdict, gaps) = said(&[("a.json", kube_system("1")), ("b.json", kube_system("1"))]);
    assert!(verdict.starts_with("No known problem"), "{verdict}");
    assert!(gaps.is_empty(), "{gaps:?}");
}

#[test]
fn lists_without_a_node_in_common_are_of_two_clusters() {
    let (verdict, gaps) = said(&[
        ("a.json", nodes(&["a1", "a2"], 1)),
        ("b.json", nodes(&["b1"], 1)),
    ]);
    assert!(verdict.starts_with(CLUSTERS), "{verdict}");
    assert!(
        gaps[0].contains("a.json and b.json have no node in common"),
        "{gaps:?}"
    );
    // A cluster grows and shrinks, and its nodes may be described one by one.
    let (_, gaps) = said(&[
        ("a.json", nodes(&["a1", "a2"], 1)),
        ("b.json", nodes(&["a2", "a3"], 1)),
    ]);
    assert!(gaps.is_empty(), "{gaps:?}");
    let described = |name: &str| {
        format!(
            "Name:               {name}\nRoles:              agent\nLabels:             a=b\nTaints:             <none>\nUnschedulable:      false\nConditions:\n  Type    Status  LastHeartbeatTime                 LastTransitionTime                Reason        Message\n  ----    ------  -----------------                 ------------------                ------        -------\n  Ready   True    Mon, 30 Nov 2026 02:33:43 +0000   Sat, 21 Nov 2026 02:35:43 +0000   KubeletReady  ready\n"
        )
    };
    let (_, gaps) = said(&[("a.txt", described("a1")), ("b.txt", described("b1"))]);
    assert!(gaps.is_empty(), "{gaps:?}");
}

#[test]
fn captures_of_different_days_are_told_apart() {
    let (verdict, gaps) = said(&[("a.json", nodes(&["a1"], 1)), ("b.json", nodes(&["a1"], 4))]);
    assert!(
        verdict.starts_with("Captures taken far apart in time were read as one (see the gaps): "),
        "{verdict}"
    );
    assert_eq!(
        gaps,
        [
            "inputs captured far apart in time were read as one: a.json ends 3 days before b.json; the end of b.json counts as the present"
        ]
    );
    let (_, gaps) = said(&[("a.json", nodes(&["a1"], 1)), ("b.json", nodes(&["a1"], 1))]);
    assert!(gaps.is_empty(), "{gaps:?}");
}
