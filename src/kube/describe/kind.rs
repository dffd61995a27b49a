//! The kind of a described object, which its text does not say.

use super::tree::{Tree, stated};

/// The kind that the fields of a description tell; `None` where they do not.
pub(super) fn infer<'a>(tree: &Tree<'a>) -> Option<&'a str> {
    // Kinds that kubectl does not know are printed field by field, `Kind` among them.
    if tree.has("API Version")
        && let Some(kind) = tree.find("Kind").and_then(|node| stated(node.value))
    {
        return Some(kind);
    }
    let begins = |words: &[&str]| {
        let mut top = tree.top().into_iter();
        top.any(|node| words.iter().any(|word| node.raw.starts_with(word)))
    };
    if begins(&[
        "No resource quota.",
        "No LimitRange resource.",
        "Resource Quotas",
    ]) {
        return Some("Namespace");
    }
    FIELDS
        .iter()
        .find(|(_, fields)| fields.iter().all(|field| tree.has(field)))
        .map(|(kind, _)| *kind)
        .or_else(|| quota(tree))
}

/// A quota is told by its table alone: `Resource  Used  Hard`.
fn quota(tree: &Tree<'_>) -> Option<&'static str> {
    let words = |raw: &str| raw.split_whitespace().eq(["Resource", "Used", "Hard"]);
    tree.top()
        .iter()
        .any(|node| words(node.raw))
        .then_some("ResourceQuota")
}

/// Fields at the left edge that together stand in descriptions of this kind only; the first row
/// that holds counts.
const FIELDS: &[(&str, &[&str])] = &[
    ("Pod", &["Containers", "Node"]),
    ("Pod", &["Containers", "QoS Class"]),
    // A claim has a capacity and conditions too, a volume the fields of a claim and more.
    ("PersistentVolume", &["Reclaim Policy", "Source"]),
    ("PersistentVolume", &["Reclaim Policy", "Claim"]),
    ("PersistentVolumeClaim", &["StorageClass", "Access Modes"]),
    ("PersistentVolumeClaim", &["StorageClass", "Volume"]),
    ("PersistentVolumeClaim", &["StorageClass", "Mounted By"]),
    ("Node", &["Capacity", "Conditions"]),
    ("Node", &["System Info"]),
    ("Node", &["Name", "Roles", "Taints"]),
    ("HorizontalPodAutoscaler", &["Reference", "Max replicas"]),
    ("CronJob", &["Schedule", "Concurrency Policy"]),
    ("Deployment", &["StrategyType"]),
    ("DaemonSet", &["Desired Number of Nodes Scheduled"]),
    ("Job", &["Parallelism"]),
    ("Job", &["Pods Statuses"]),
    ("Job", &["Completions", "Start Time"]),
    ("StatefulSet", &["Replicas", "Update Strategy"]),
    ("StatefulSet", &["Replicas", "Volume Claims"]),
    ("ReplicaSet", &["Replicas", "Pods Status", "Controlled By"]),
    ("PodDisruptionBudget", &["Allowed disruptions"]),
    ("PodDisruptionBudget", &["Min available", "Selector"]),
    ("PodDisruptionBudget", &["Max unavailable", "Selector"]),
    ("Ingress", &["Rules", "Default backend"]),
    ("Ingress", &["Rules", "Address"]),
    ("Endpoints", &["Subsets"]),
    ("EndpointSlice", &["AddressType", "Endpoints"]),
    ("Service", &["Selector", "Type", "IP"]),
    ("Service", &["Type", "Session Affinity"]),
    ("ServiceAccount", &["Mountable secrets"]),
    ("StorageClass", &["Provisioner", "ReclaimPolicy"]),
    ("ReplicaSet", &["Replicas", "Pods Status"]),
    // Parts of descriptions, as people paste them.
    ("Pod", &["Namespace", "Node", "Status"]),
    ("Pod", &["Namespace", "Node", "Events"]),
    ("Node", &["Roles", "Conditions"]),
    ("Node", &["Role", "Conditions"]),
    ("Node", &["Taints", "Conditions"]),
];

/// Resources as kubectl and Periscope name them (without plural and group) and their kinds.
const RESOURCES: &[(&str, &str)] = &[
    ("pod", "Pod"),
    ("po", "Pod"),
    ("node", "Node"),
    ("no", "Node"),
    ("service", "Service"),
    ("svc", "Service"),
    ("endpoint", "Endpoints"),
    ("ep", "Endpoints"),
    ("endpointslice", "EndpointSlice"),
    ("deployment", "Deployment"),
    ("deploy", "Deployment"),
    ("replicaset", "ReplicaSet"),
    ("rs", "ReplicaSet"),
    ("replicationcontroller", "ReplicationController"),
    ("rc", "ReplicationController"),
    ("statefulset", "StatefulSet"),
    ("sts", "StatefulSet"),
    ("daemonset", "DaemonSet"),
    ("ds", "DaemonSet"),
    ("job", "Job"),
    ("cronjob", "CronJob"),
    ("cj", "CronJob"),
    ("configmap", "ConfigMap"),
    ("cm", "ConfigMap"),
    ("secret", "Secret"),
    ("serviceaccount", "ServiceAccount"),
    ("sa", "ServiceAccount"),
    ("namespace", "Namespace"),
    ("ns", "Namespace"),
    ("ingress", "Ingress"),
    ("ingresse", "Ingress"),
    ("ing", "Ingress"),
    ("networkpolicy", "NetworkPolicy"),
    ("networkpolicie", "NetworkPolicy"),
    ("netpol", "NetworkPolicy"),
    ("persistentvolumeclaim", "PersistentVolumeClaim"),
    ("pvc", "PersistentVolumeClaim"),
    ("persistentvolume", "PersistentVolume"),
    ("pv", "PersistentVolume"),
    ("storageclass", "StorageClass"),
    ("storageclasse", "StorageClass"),
    ("sc", "StorageClass"),
    ("horizontalpodautoscaler", "HorizontalPodAutoscaler"),
    ("hpa", "HorizontalPodAutoscaler"),
    ("poddisruptionbudget", "PodDisruptionBudget"),
    ("pdb", "PodDisruptionBudget"),
    ("resourcequota", "ResourceQuota"),
    ("limitrange", "LimitRange"),
    ("event", "Event"),
];

/// The kind of a resource as users type it: `pod`, `Pods`, `ingress.networking.k8s.io`, `pvc`.
pub fn kind_of_resource(resource: &str) -> Option<&'static str> {
    let plain = resource
        .split('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let of = |name: &str| {
        RESOURCES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, kind)| *kind)
    };
    of(&plain).or_else(|| of(plain.strip_suffix('s')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_known_in_singular_plural_and_short() {
        for (resource, kind) in [
            ("pod", Some("Pod")),
            ("Pods", Some("Pod")),
            ("Pod", Some("Pod")),
            ("endpoints", Some("Endpoints")),
            ("ingress.networking.k8s.io", Some("Ingress")),
            ("ingresses", Some("Ingress")),
            ("networkpolicies", Some("NetworkPolicy")),
            ("deployments.apps", Some("Deployment")),
            ("pvc", Some("PersistentVolumeClaim")),
            ("widget", None),
            ("", None),
        ] {
            assert_eq!(kind_of_resource(resource), kind, "{resource}");
        }
    }
}
