//! Keys of the collectors of service meshes, `osm` and `smi`.
//!
//! From 0.7 on keys begin with the mesh's name: `<mesh>/<ns>_services`, `<mesh>/<pod>_podLogs`,
//! `<mesh>/envoy/<pod><query>`, `<mesh>/control_plane/all_resources_list`. Releases 0.4 to 0.6 write
//! `<ns>_services`, `<pod>_logs`, `<query>_<pod>`, `<mesh>_all_resources_list`. Everything is of the
//! cluster, whichever node uploads it.

use super::super::{Content, Role};

/// What follows `_` at the end of keys that list objects as JSON.
const OBJECTS: &[&str] = &[
    "metadata",
    "services",
    "endpoints",
    "configmaps",
    "ingresses",
    "service_accounts",
];

/// What follows `_` at the end of keys that list objects as a table.
const TABLES: &[&str] = &[
    "services_list",
    "endpoints_list",
    "configmaps_list",
    "ingresses_list",
    "service_accounts_list",
    "pods_list",
];

/// What follows `_` at the end of keys of releases 0.4 to 0.6 besides lists.
const OLD_ENDS: &[&str] = &[
    "all_resources_list",
    "all_resources_configs",
    "mutating_webhook_configurations",
    "validating_webhook_configurations",
];

/// What Envoy is asked for; releases 0.4 to 0.6 begin keys with it.
const QUERIES: &[&str] = &["config_dump", "clusters", "listeners", "ready", "stats"];

/// Folders of a mesh.
const FOLDERS: &[&str] = &["control_plane", "envoy"];

/// Ends of the keys of pods' logs.
const LOGS: [&str; 2] = ["_podLogs", "_logs"];

/// Whether a loose blob of this key is one of a mesh.
pub(super) fn is_key(key: &str) -> bool {
    let old = || {
        OLD_ENDS.iter().any(|end| before(key, end).is_some())
            || QUERIES.iter().any(|query| {
                let pod = key
                    .strip_prefix(query)
                    .and_then(|rest| rest.strip_prefix('_'));
                pod.is_some_and(|pod| !pod.is_empty() && !pod.contains('_'))
            })
            || log_of(key).is_some()
    };
    key.contains('/') || namespace_of_list(key).is_some() || old()
}

/// Whether these segments below the folder of a collector that is called like a mesh begin with the
/// name of a mesh: `osm/osm/x`, where `osm/x` is the blob of a mesh called `osm`.
pub(super) fn begins_with_mesh(below: &[&str]) -> bool {
    matches!(below, [mesh, _, ..] if !FOLDERS.contains(mesh))
}

/// What stands before `_` and this end.
fn before<'a>(key: &'a str, end: &str) -> Option<&'a str> {
    key.strip_suffix(end)?
        .strip_suffix('_')
        .filter(|rest| !rest.is_empty())
}

/// The pod whose log a key is.
fn log_of(key: &str) -> Option<&str> {
    let file = key.rsplit('/').next().unwrap_or(key);
    let pod = LOGS.iter().find_map(|end| file.strip_suffix(end))?;
    let is_name =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    (!pod.is_empty() && pod.bytes().all(is_name)).then_some(pod)
}

/// Namespace of a list of objects, as JSON or as a table.
fn namespace_of_list(key: &str) -> Option<&str> {
    let file = key.rsplit('/').next().unwrap_or(key);
    OBJECTS
        .iter()
        .chain(TABLES)
        .find_map(|end| before(file, end))
}

/// Role of a file of the collector `osm`.
pub(super) fn role(key: &str) -> Role {
    let file = key.rsplit('/').next().unwrap_or(key);
    let is_objects = file.ends_with("_podConfig")
        || file.ends_with("_configurations")
        || file.ends_with("all_resources_list")
        || file.ends_with("all_resources_configs");
    if let Some(pod) = log_of(key) {
        Role::pod_log("", pod, "")
    } else if let Some(namespace) = namespace_of_list(key) {
        Role::objects(namespace)
    } else if is_objects {
        Role::objects("")
    } else {
        Role::of(Content::Collector)
    }
}

/// Namespace of an object of the collector `smi`, `…namespace_<ns>/…` or `namespace_<ns>_<crd>_…`.
pub(super) fn namespace_of_object(key: &str) -> &str {
    key.split('/')
        .find_map(|part| part.strip_prefix("namespace_"))
        .map_or("", |rest| rest.split('_').next().unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::words;
    use super::*;

    #[test]
    fn keys_of_both_generations_are_known() {
        for (key, expected) in [
            ("osm/shop_services", "Objects shop/-/-"),
            ("osm/shop_pods_list", "Objects shop/-/-"),
            ("shop_pods_list", "Objects shop/-/-"),
            ("shop_service_accounts_list", "Objects shop/-/-"),
            (
                "osm/osm-controller-7f_podLogs",
                "PodLog osm -/osm-controller-7f/-",
            ),
            ("osm-controller-7f_logs", "PodLog osm -/osm-controller-7f/-"),
            ("osm/control_plane/all_resources_list", "Objects"),
            ("osm_all_resources_configs", "Objects"),
            ("osm_mutating_webhook_configurations", "Objects"),
            ("osm/envoy/web-1config_dump", "Collector"),
            ("config_dump_web-1", "Collector"),
        ] {
            assert!(is_key(key), "{key}");
            assert_eq!(words(&role(key)), expected, "{key}");
        }
        for key in [
            "kube-system_pod_coredns-1",
            "stats_pod_web-1",
            "kubelet",
            "_logs",
            "var_log_pods_logs",
        ] {
            assert!(!is_key(key), "{key}");
        }
    }

    #[test]
    fn keys_tell_namespaces_of_objects() {
        for (key, namespace) in [
            ("smi/namespace_shop/x_custom_resource", "shop"),
            ("namespace_shop_crd_custom_resource_x", "shop"),
            ("smi/crd_x", ""),
        ] {
            assert_eq!(namespace_of_object(key), namespace, "{key}");
        }
    }
}
