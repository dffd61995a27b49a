//! Kinds of objects by the name of the file that lists them.
//!
//! Lists of very old kubectl and of old support bundles do not say what they list; only the name
//! of their file does (`events.json`, `cluster-resources/pods/kube-system.json`).

use crate::locator::EntryPath;

/// Plural names as API servers and collectors spell them, and the kind of one of them.
/// Spellings differ by `-` only; it is removed before the table is asked.
const KINDS: &[(&str, &str)] = &[
    ("apiservices", "APIService"),
    ("certificatesigningrequests", "CertificateSigningRequest"),
    ("clusterrolebindings", "ClusterRoleBinding"),
    ("clusterroles", "ClusterRole"),
    ("configmaps", "ConfigMap"),
    ("cronjobs", "CronJob"),
    ("csidrivers", "CSIDriver"),
    ("csinodes", "CSINode"),
    ("customresourcedefinitions", "CustomResourceDefinition"),
    ("daemonsets", "DaemonSet"),
    ("deployments", "Deployment"),
    ("endpoints", "Endpoints"),
    ("endpointslices", "EndpointSlice"),
    ("events", "Event"),
    ("horizontalpodautoscalers", "HorizontalPodAutoscaler"),
    ("hpa", "HorizontalPodAutoscaler"),
    ("ingress", "Ingress"),
    ("ingressclasses", "IngressClass"),
    ("ingresses", "Ingress"),
    ("jobs", "Job"),
    ("leases", "Lease"),
    ("limitranges", "LimitRange"),
    (
        "mutatingwebhookconfigurations",
        "MutatingWebhookConfiguration",
    ),
    ("namespaces", "Namespace"),
    ("networkpolicies", "NetworkPolicy"),
    ("networkpolicy", "NetworkPolicy"),
    ("nodes", "Node"),
    ("pdb", "PodDisruptionBudget"),
    ("persistentvolumeclaims", "PersistentVolumeClaim"),
    ("persistentvolumes", "PersistentVolume"),
    ("poddisruptionbudgets", "PodDisruptionBudget"),
    ("pods", "Pod"),
    ("priorityclasses", "PriorityClass"),
    ("pvcs", "PersistentVolumeClaim"),
    ("pvs", "PersistentVolume"),
    ("replicasets", "ReplicaSet"),
    ("replicationcontrollers", "ReplicationController"),
    ("resourcequota", "ResourceQuota"),
    ("resourcequotas", "ResourceQuota"),
    ("rolebindings", "RoleBinding"),
    ("roles", "Role"),
    ("secrets", "Secret"),
    ("serviceaccounts", "ServiceAccount"),
    ("services", "Service"),
    ("statefulsets", "StatefulSet"),
    ("storageclasses", "StorageClass"),
    (
        "validatingwebhookconfigurations",
        "ValidatingWebhookConfiguration",
    ),
    ("volumeattachments", "VolumeAttachment"),
];

/// Kind of the objects that a file of this name lists: `replication-controllers.json`,
/// `pods.yaml`, `core_v1_pods.json`, `Nodes.json`, or the bare plural.
pub fn kind_of_file(name: &str) -> Option<&'static str> {
    let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
    // `nodes.longhorn.io.yaml` lists another group's nodes.
    if !["", "json", "yaml", "yml", "txt"].contains(&extension) {
        return None;
    }
    // Sonobuoy writes group and version in front.
    let plural = stem.rsplit('_').next().unwrap_or(stem);
    let plural = plural.replace('-', "").to_ascii_lowercase();
    KINDS
        .iter()
        .find(|(known, _)| *known == plural)
        .map(|(_, kind)| *kind)
}

/// Kind of the objects that the API lists under this path: `/api/v1/namespaces/shop/events`.
pub fn kind_of_link(link: &str) -> Option<&'static str> {
    let plural = link.rsplit('/').next()?;
    KINDS
        .iter()
        .find(|(known, _)| *known == plural)
        .map(|(_, kind)| *kind)
}

/// What kubectl calls the objects of a kind: `persistentvolumeclaims`.
pub fn plural_of(kind: &str) -> Option<&'static str> {
    let name = kind.to_ascii_lowercase();
    let mut plurals = KINDS.iter().filter(|(plural, known)| {
        *known == kind && (plural.starts_with(name.trim_end_matches('y')) && plural.ends_with('s'))
    });
    // Of several spellings the longest is the plural: `ingress` and `resourcequota` name files.
    let first = plurals.next()?;
    Some(plurals.fold(first.0, |longest, (plural, _)| {
        if plural.len() > longest.len() {
            plural
        } else {
            longest
        }
    }))
}

/// Kinds of the table whose objects belong to no namespace.
const CLUSTER_SCOPED: [&str; 16] = [
    "APIService",
    "CSIDriver",
    "CSINode",
    "CertificateSigningRequest",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "StorageClass",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
];

/// Whether objects of a kind belong to a namespace, as far as the kind is known.
pub fn is_namespaced(kind: &str) -> bool {
    !CLUSTER_SCOPED.contains(&kind)
}

/// Whether a kind is one of the table's and its objects belong to a namespace.
pub fn is_namespaced_builtin(kind: &str) -> bool {
    is_namespaced(kind) && KINDS.iter().any(|(_, known)| *known == kind)
}

/// Kind of the objects that the entry lists, by its own name, or by its folder where files are
/// named by namespace (`cluster-resources/<kind>/<namespace>.json`).
pub fn kind_of_path(path: &EntryPath) -> Option<&'static str> {
    let mut segments = path.segments().rev();
    let file = segments.next().unwrap_or_else(|| path.file_name());
    let folder = segments.next();
    let by_folder = || folder.and_then(kind_of_file);
    if segments.next() == Some("cluster-resources") {
        // A namespace may be called like a kind: here the folder is sure.
        return by_folder();
    }
    kind_of_file(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_table_is_sorted_and_names_each_plural_once() {
        let names: Vec<_> = KINDS.iter().map(|(name, _)| *name).collect();
        assert!(names.is_sorted());
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }

    #[test]
    fn files_name_the_kind_they_list() {
        let cases = [
            ("events.json", Some("Event")),
            (
                "replication-controllers.json",
                Some("ReplicationController"),
            ),
            ("pods.yaml", Some("Pod")),
            ("core_v1_pods.json", Some("Pod")),
            ("Nodes.json", Some("Node")),
            ("pvcs", Some("PersistentVolumeClaim")),
            ("storage-classes.json", Some("StorageClass")),
            (
                "custom-resource-definitions.json",
                Some("CustomResourceDefinition"),
            ),
            ("pod-disruption-budgets.json", Some("PodDisruptionBudget")),
            ("network-policy", Some("NetworkPolicy")),
            ("nodes.longhorn.io.yaml", None),
            ("kube-system.json", None),
            ("logs.txt", None),
            ("", None),
        ];
        for (name, kind) in cases {
            assert_eq!(kind_of_file(name), kind, "{name}");
        }
    }

    #[test]
    fn every_kind_has_a_plural_that_kubectl_takes() {
        for (_, kind) in KINDS {
            let plural = plural_of(kind).expect("a plural");
            assert_eq!(kind_of_file(plural), Some(*kind));
        }
        assert_eq!(plural_of("Ingress"), Some("ingresses"));
        assert_eq!(plural_of("NetworkPolicy"), Some("networkpolicies"));
        assert_eq!(plural_of("ResourceQuota"), Some("resourcequotas"));
        assert_eq!(plural_of("Component"), None);
    }

    #[test]
    fn kinds_without_a_namespace_are_in_the_table() {
        let known: BTreeSet<_> = KINDS.iter().map(|(_, kind)| *kind).collect();
        assert!(CLUSTER_SCOPED.iter().all(|kind| known.contains(kind)));
        assert!(is_namespaced("Pod") && !is_namespaced("Node"));
    }

    #[test]
    fn a_folder_names_the_kind_where_files_are_named_by_namespace() {
        let cases = [
            ("b/cluster-resources/pods/kube-system.json", Some("Pod")),
            ("b/cluster-resources/pods/events.json", Some("Pod")),
            ("b/cluster-resources/pvs.json", Some("PersistentVolume")),
            ("dump/kube-system/services.json", Some("Service")),
            ("dump/pods/nothing.json", None),
        ];
        let bundle = EntryPath::bundle("b.tar.gz", false);
        for (name, kind) in cases {
            assert_eq!(kind_of_path(&bundle.entry(name)), kind, "{name}");
        }
        assert_eq!(
            kind_of_path(&EntryPath::bundle("nodes.json", false)),
            Some("Node")
        );
    }
}
