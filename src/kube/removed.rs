//! API versions that Kubernetes has given up, and who still wrote an object in one.
//!
//! The API server converts: it shows an object in the version that was asked for, whatever it was
//! written in. How it was written stands in the annotation of `kubectl apply`, and in the
//! `managedFields` of everybody else.

use super::value as read;
use serde_json::Value;

/// An API version that is not served any more from a release on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removal {
    /// Group and version.
    api_version: &'static str,
    /// Kinds that it held; all where none are listed.
    kinds: &'static [&'static str],
    /// Minor version of Kubernetes 1 that does not serve it any more.
    pub minor: u64,
    /// What to write instead; empty where there is nothing.
    pub instead: &'static str,
}

/// A row of the table.
const fn row(
    api_version: &'static str,
    kinds: &'static [&'static str],
    minor: u64,
    instead: &'static str,
) -> Removal {
    Removal {
        api_version,
        kinds,
        minor,
        instead,
    }
}

/// Removals of the project's deprecation guide.
const REMOVALS: &[Removal] = &[
    row(
        "admissionregistration.k8s.io/v1beta1",
        &[
            "MutatingWebhookConfiguration",
            "ValidatingWebhookConfiguration",
        ],
        22,
        "admissionregistration.k8s.io/v1",
    ),
    row(
        "apiextensions.k8s.io/v1beta1",
        &[],
        22,
        "apiextensions.k8s.io/v1",
    ),
    row(
        "apiregistration.k8s.io/v1beta1",
        &[],
        22,
        "apiregistration.k8s.io/v1",
    ),
    row("apps/v1beta1", &[], 16, "apps/v1"),
    row("apps/v1beta2", &[], 16, "apps/v1"),
    row(
        "authentication.k8s.io/v1beta1",
        &["TokenReview"],
        22,
        "authentication.k8s.io/v1",
    ),
    row("autoscaling/v2beta1", &[], 25, "autoscaling/v2"),
    row("autoscaling/v2beta2", &[], 26, "autoscaling/v2"),
    row("batch/v1beta1", &["CronJob"], 25, "batch/v1"),
    row(
        "certificates.k8s.io/v1beta1",
        &["CertificateSigningRequest"],
        22,
        "certificates.k8s.io/v1",
    ),
    row(
        "coordination.k8s.io/v1beta1",
        &["Lease"],
        22,
        "coordination.k8s.io/v1",
    ),
    row(
        "discovery.k8s.io/v1beta1",
        &["EndpointSlice"],
        25,
        "discovery.k8s.io/v1",
    ),
    row(
        "extensions/v1beta1",
        &["Ingress"],
        22,
        "networking.k8s.io/v1",
    ),
    row(
        "extensions/v1beta1",
        &["DaemonSet", "Deployment", "ReplicaSet"],
        16,
        "apps/v1",
    ),
    row(
        "extensions/v1beta1",
        &["NetworkPolicy"],
        16,
        "networking.k8s.io/v1",
    ),
    row(
        "extensions/v1beta1",
        &["PodSecurityPolicy"],
        16,
        "policy/v1beta1",
    ),
    row(
        "flowcontrol.apiserver.k8s.io/v1beta1",
        &[],
        26,
        "flowcontrol.apiserver.k8s.io/v1",
    ),
    row(
        "flowcontrol.apiserver.k8s.io/v1beta2",
        &[],
        29,
        "flowcontrol.apiserver.k8s.io/v1",
    ),
    row(
        "flowcontrol.apiserver.k8s.io/v1beta3",
        &[],
        32,
        "flowcontrol.apiserver.k8s.io/v1",
    ),
    row(
        "networking.k8s.io/v1beta1",
        &["Ingress", "IngressClass"],
        22,
        "networking.k8s.io/v1",
    ),
    row(
        "node.k8s.io/v1beta1",
        &["RuntimeClass"],
        25,
        "node.k8s.io/v1",
    ),
    row("policy/v1beta1", &["PodDisruptionBudget"], 25, "policy/v1"),
    row("policy/v1beta1", &["PodSecurityPolicy"], 25, ""),
    row(
        "rbac.authorization.k8s.io/v1beta1",
        &[],
        22,
        "rbac.authorization.k8s.io/v1",
    ),
    row(
        "scheduling.k8s.io/v1beta1",
        &["PriorityClass"],
        22,
        "scheduling.k8s.io/v1",
    ),
    row(
        "storage.k8s.io/v1beta1",
        &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"],
        22,
        "storage.k8s.io/v1",
    ),
    row(
        "storage.k8s.io/v1beta1",
        &["CSIStorageCapacity"],
        27,
        "storage.k8s.io/v1",
    ),
];

/// When Kubernetes gave up a kind in this version; `None` where it did not.
pub fn removal(api_version: &str, kind: &str) -> Option<&'static Removal> {
    REMOVALS.iter().find(|row| {
        row.api_version == api_version && (row.kinds.is_empty() || row.kinds.contains(&kind))
    })
}

/// Who wrote an object in an API version that Kubernetes has given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenAs {
    /// Group and version.
    pub api_version: String,
    /// Manager that wrote it so; `None` where the annotation of `kubectl apply` says it.
    pub manager: Option<String>,
    /// Where it stands, as a field path.
    pub path: String,
}

/// Managers that are part of the cluster: they are upgraded with it.
const OF_THE_CLUSTER: [&str; 4] = [
    "api-priority-and-fairness-config-",
    "kube-",
    "cloud-controller-manager",
    "kubelet",
];

impl WrittenAs {
    /// Looks at the annotation that `kubectl apply` left, then at the other managers; the newest
    /// entry of each manager counts, so that one who has moved on is not blamed.
    pub(super) fn find(object: &Value, applied: Option<&str>) -> Option<Self> {
        let kind = read::text(object, "kind")?;
        // An owner makes the object again, in whatever version it likes.
        if !read::list(object, "metadata.ownerReferences").is_empty() {
            return None;
        }
        if let Some(version) = applied.and_then(api_version_of) {
            // Whoever applied it last said how: older entries of managers are history.
            return removal(&version, kind).map(|_| Self {
                api_version: version,
                manager: None,
                path: "metadata.annotations[\"kubectl.kubernetes.io/last-applied-configuration\"]"
                    .to_owned(),
            });
        }
        let entries = read::list(object, "metadata.managedFields");
        entries.iter().enumerate().find_map(|(index, entry)| {
            let manager = read::text(entry, "manager")?;
            let version = read::text(entry, "apiVersion")?;
            removal(version, kind)?;
            let moved_on = entries.iter().any(|other| {
                read::text(other, "manager") == Some(manager)
                    && read::text(other, "apiVersion") != Some(version)
            });
            let own = OF_THE_CLUSTER
                .iter()
                .any(|start| manager.starts_with(start));
            (!moved_on && !own).then(|| Self {
                api_version: version.to_owned(),
                manager: Some(manager.to_owned()),
                path: format!("metadata.managedFields[{index}].apiVersion"),
            })
        })
    }
}

/// The `apiVersion` of a manifest in JSON.
fn api_version_of(manifest: &str) -> Option<String> {
    /// The one field that is read.
    #[derive(serde::Deserialize)]
    struct Manifest {
        #[serde(rename = "apiVersion")]
        api_version: String,
    }
    serde_json::from_str::<Manifest>(manifest)
        .ok()
        .map(|manifest| manifest.api_version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_version_goes_by_kind() {
        let minor = |version: &str, kind: &str| removal(version, kind).map(|row| row.minor);
        assert_eq!(minor("extensions/v1beta1", "Ingress"), Some(22));
        assert_eq!(minor("extensions/v1beta1", "Deployment"), Some(16));
        assert_eq!(minor("policy/v1beta1", "PodDisruptionBudget"), Some(25));
        assert_eq!(minor("policy/v1", "PodDisruptionBudget"), None);
        assert_eq!(minor("apps/v1beta2", "StatefulSet"), Some(16));
        assert_eq!(minor("batch/v1", "CronJob"), None);
    }

    #[test]
    fn the_table_is_sorted_by_version() {
        assert!(REMOVALS.is_sorted_by_key(|row| row.api_version));
    }

    #[test]
    fn the_annotation_says_how_an_object_was_applied() {
        let ingress = json!({"kind": "Ingress", "apiVersion": "networking.k8s.io/v1"});
        let found = WrittenAs::find(
            &ingress,
            Some(r#"{"apiVersion":"extensions/v1beta1","kind":"Ingress"}"#),
        );
        assert_eq!(found.unwrap().api_version, "extensions/v1beta1");
        let now = WrittenAs::find(&ingress, Some(r#"{"apiVersion":"networking.k8s.io/v1"}"#));
        assert_eq!(now, None);
        assert_eq!(WrittenAs::find(&ingress, Some("{broken")), None);
    }

    #[test]
    fn a_manager_that_has_moved_on_is_not_blamed() {
        let entry =
            |manager: &str, version: &str| json!({"manager": manager, "apiVersion": version});
        let budget = |entries: Vec<Value>| json!({"kind": "PodDisruptionBudget", "metadata": {"managedFields": entries}});
        let old = entry("helm", "policy/v1beta1");
        let found = WrittenAs::find(
            &budget(vec![entry("kubectl", "policy/v1"), old.clone()]),
            None,
        );
        assert_eq!(found.unwrap().path, "metadata.managedFields[1].apiVersion");
        let moved = budget(vec![old, entry("helm", "policy/v1")]);
        assert_eq!(WrittenAs::find(&moved, None), None);
        let own = budget(vec![entry("kube-controller-manager", "policy/v1beta1")]);
        assert_eq!(WrittenAs::find(&own, None), None);
    }
}
