//! The hour before an incident: what changed, and what the bad ones have in common.

use crate::support::{analyze_bytes, files, tar};
use bundlescope::diagnose::Diagnosis;
use bundlescope::diagnose::change::{Change, ChangeKind, Relation};
use bundlescope::limits::Limits;
use serde_json::{Value, json};

/// When the pods of the bad pool began to crash.
const ONSET: &str = "2024-05-01T12:00:00Z";

/// A list of objects as the API gives it.
fn list(kind: &str, items: &[Value]) -> String {
    json!({"kind": kind, "apiVersion": "v1", "items": items}).to_string()
}

/// A node of a pool.
fn node(name: &str, pool: &str, kernel: &str) -> Value {
    json!({
        "metadata": {"name": name, "creationTimestamp": "2024-04-01T00:00:00Z", "labels": {"agentpool": pool, "topology.kubernetes.io/zone": "1"}},
        "status": {
            "nodeInfo": {"kernelVersion": kernel, "kubeletVersion": "v1.28.5"},
            "conditions": [{"type": "Ready", "status": "True", "lastHeartbeatTime": "2024-05-01T12:30:00Z"}]
        }
    })
}

/// A pod of a deployment; those that are bad crash.
fn pod(deployment: &str, number: usize, node: &str, bad: bool) -> Value {
    let state = if bad {
        json!({"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container"}})
    } else {
        json!({"running": {"startedAt": "2024-04-02T00:00:00Z"}})
    };
    let last = json!({"terminated": {"exitCode": 1, "reason": "Error", "startedAt": ONSET, "finishedAt": ONSET}});
    json!({
        "metadata": {
            "name": format!("{deployment}-6f7d8-{number}"), "namespace": "shop", "creationTimestamp": "2024-04-02T00:00:00Z",
            "ownerReferences": [{"kind": "ReplicaSet", "name": format!("{deployment}-6f7d8"), "controller": true}]
        },
        "spec": {
            "nodeName": node,
            "containers": [{"name": "main", "image": "registry.example/app:1.5", "envFrom": [{"configMapRef": {"name": format!("{deployment}-settings")}}]}]
        },
        "status": {
            "phase": "Running",
            "startTime": if bad { ONSET } else { "2024-04-02T00:00:00Z" },
            "conditions": [{"type": "Ready", "status": if bad { "False" } else { "True" }, "lastTransitionTime": ONSET}],
            "containerStatuses": [{"name": "main", "ready": !bad, "restartCount": if bad { 9 } else { 0 }, "state": state, "lastState": if bad { last } else { json!({}) }}]
        }
    })
}

/// A replica set of a deployment.
fn replica_set(deployment: &str, hash: &str, revision: u32, image: &str, created: &str) -> Value {
    json!({
        "metadata": {
            "name": format!("{deployment}-{hash}"), "namespace": "shop", "creationTimestamp": created,
            "annotations": {"deployment.kubernetes.io/revision": revision.to_string()},
            "ownerReferences": [{"kind": "Deployment", "name": deployment, "controller": true}]
        },
        "spec": {"replicas": 1, "template": {"spec": {"containers": [{"name": "main", "image": image}]}}},
        "status": {"replicas": 1, "readyReplicas": 1}
    })
}

/// A config map that a manager wrote to.
fn config_map(namespace: &str, name: &str, manager: &str, time: &str) -> Value {
    json!({
        "metadata": {
            "name": name, "namespace": namespace, "creationTimestamp": "2024-04-01T00:00:00Z",
            "managedFields": [{"manager": manager, "operation": "Update", "time": time, "fieldsV1": {"f:data": {}}}]
        },
        "data": {"level": "debug"}
    })
}

/// A cluster of two pools in which every pod of the second one crashes.
fn cluster() -> Diagnosis {
    let nodes = [
        node("n1", "blue", "5.4.0"),
        node("n2", "blue", "5.4.0"),
        node("n3", "blue", "5.4.0"),
        node("n4", "green", "6.1.0"),
    ];
    let mut pods = Vec::new();
    for number in 0..10 {
        for (place, name) in ["n1", "n2", "n3", "n4"].into_iter().enumerate() {
            let bad = name == "n4" && number < 8;
            pods.push(pod(&format!("app-{number}"), place, name, bad));
        }
    }
    let replica_sets = [
        replica_set(
            "app-0",
            "5c6b7",
            1,
            "registry.example/app:1.4",
            "2024-04-02T00:00:00Z",
        ),
        replica_set(
            "app-0",
            "6f7d8",
            2,
            "registry.example/app:1.5",
            "2024-05-01T11:48:00Z",
        ),
        replica_set(
            "app-1",
            "6f7d8",
            1,
            "registry.example/app:1.5",
            "2024-04-02T00:00:00Z",
        ),
        // A rollout of the day before is not of the hour before, but its pods fail.
        replica_set(
            "app-2",
            "6f7d8",
            2,
            "registry.example/app:1.5",
            "2024-04-30T11:48:00Z",
        ),
    ];
    let config_maps = [
        config_map(
            "shop",
            "app-1-settings",
            "kubectl-edit",
            "2024-05-01T11:55:00Z",
        ),
        config_map(
            "shop",
            "app-2-settings",
            "kube-controller-manager",
            "2024-05-01T11:56:00Z",
        ),
        config_map(
            "bank",
            "rates",
            "kubectl-client-side-apply",
            "2024-05-01T11:57:00Z",
        ),
        config_map("shop", "late", "kubectl-edit", "2024-05-01T12:20:00Z"),
    ];
    let bundle = files(&[
        ("nodes.json", &list("NodeList", &nodes)),
        ("shop/pods.json", &list("PodList", &pods)),
        (
            "shop/replicasets.json",
            &list("ReplicaSetList", &replica_sets),
        ),
        ("shop/configmaps.json", &list("ConfigMapList", &config_maps)),
        (
            "shop/replication-controllers.json",
            &list("ReplicationControllerList", &[]),
        ),
    ]);
    analyze_bytes("bundle.tar", &tar(&bundle), &Limits::RELEASE)
}

/// A change as "relation what subject by detail".
fn told(change: &Change) -> String {
    format!(
        "{} {} {} [{}] {}",
        change.relation.as_str(),
        change.what.as_str(),
        change.subject,
        change.by,
        change.detail
    )
}

#[test]
fn the_ledger_holds_what_changed_in_the_hour_before_and_the_rollout_of_what_fails() {
    let diagnosis = cluster();
    let ledger = &diagnosis.changes;
    let first = ledger.incidents.first().expect("pods crash");
    assert_eq!(first.incident, diagnosis.incidents[0].id);
    let changes: Vec<String> = first.changes.iter().map(told).collect();
    assert_eq!(
        changes,
        [
            "same rolled out Deployment shop/app-0 [] revision 2; image registry.example/app:1.4 -> registry.example/app:1.5",
            "same edited ConfigMap shop/app-1-settings [kubectl-edit] ",
            "same rolled out Deployment shop/app-2 [] revision 2; the failing pods belong to it",
            "elsewhere edited ConfigMap bank/rates [kubectl-client-side-apply] ",
        ]
    );
    let places: Vec<String> = first
        .changes
        .iter()
        .map(|change| change.citation.path.path())
        .collect();
    assert_eq!(
        places,
        [
            "shop/replicasets.json",
            "shop/configmaps.json",
            "shop/replicasets.json",
            "shop/configmaps.json"
        ]
    );
    assert_eq!(ledger.blind, ["no events"]);
}

#[test]
fn what_the_bad_pods_have_in_common_is_told_once_and_the_same_for_all_of_them_is_not() {
    let diagnosis = cluster();
    let [factor] = diagnosis.common.as_slice() else {
        panic!("one factor: {:?}", diagnosis.common)
    };
    // Zone and image are those of all pods; node, pool and kernel cannot be told apart.
    assert_eq!(
        factor.traits,
        [
            ("node", "n4".to_owned()),
            ("node pool", "green".to_owned()),
            ("kernel", "6.1.0".to_owned()),
        ]
    );
    assert_eq!(
        (factor.bad_with, factor.bad, factor.with, factor.all),
        (8, 8, 10, 40)
    );
    assert_eq!(factor.lift_tenths(), 40);
}

#[test]
fn many_new_objects_are_one_row_and_owned_ones_follow_from_their_owner() {
    let secret = |number: usize, owner: Value| json!({"metadata": {"name": format!("s{number}"), "namespace": "shop", "creationTimestamp": "2024-05-01T11:50:00Z", "ownerReferences": owner}});
    let mut secrets: Vec<Value> = (0..6).map(|number| secret(number, json!([]))).collect();
    secrets.push(secret(9, json!([{"kind": "Certificate", "name": "c"}])));
    secrets.push(json!({"metadata": {"name": "sh.helm.release.v1.shop.v7", "namespace": "shop", "creationTimestamp": "2024-05-01T11:51:00Z"}}));
    let bundle = files(&[
        (
            "shop/pods.json",
            &list("PodList", &[pod("app", 0, "n1", true)]),
        ),
        ("shop/secrets.json", &list("SecretList", &secrets)),
        (
            "shop/replication-controllers.json",
            &list("ReplicationControllerList", &[]),
        ),
    ]);
    let diagnosis = analyze_bytes("bundle.tar", &tar(&bundle), &Limits::RELEASE);
    let changes = &diagnosis.changes.incidents[0].changes;
    let rows: Vec<_> = changes
        .iter()
        .map(|change| {
            (
                change.what,
                change.subject.to_string(),
                change.more,
                change.relation,
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            (
                ChangeKind::Released,
                "Release shop/shop".to_owned(),
                0,
                Relation::Near
            ),
            (
                ChangeKind::Created,
                "Secret shop/s0".to_owned(),
                5,
                Relation::Near
            ),
        ]
    );
    assert_eq!(changes[0].detail, "revision 7");
}

#[test]
fn a_bundle_without_incidents_has_no_hour_before() {
    let bundle = files(&[(
        "nodes.json",
        &list("NodeList", &[node("n1", "blue", "5.4.0")]),
    )]);
    let diagnosis = analyze_bytes("bundle.tar", &tar(&bundle), &Limits::RELEASE);
    assert!(diagnosis.changes.incidents.is_empty() && diagnosis.changes.blind.is_empty());
    assert!(diagnosis.common.is_empty());
}
