//! Go-internal field names of old kubectl, renamed to the API's.
//!
//! `cluster-info dump` of kubectl up to about 1.13 printed the server's own Go types: lists with
//! `Items`, metadata inlined in each item, everything else under Go names (`Spec`,
//! `LastTerminationState`). In: such a list or item. Out: the same under the names of the API.
//! Keys of labels, selectors and resource lists are data and are left alone.

use serde_json::{Map, Value};
use std::borrow::Cow;

/// Whether a list or an object is written in Go-internal names.
pub fn is_internal(value: &Value) -> bool {
    let Some(map) = value.as_object() else {
        return false;
    };
    !map.contains_key("metadata")
        && ["Items", "Spec", "Status", "InvolvedObject"]
            .iter()
            .any(|key| map.contains_key(*key))
}

/// The same list or object under the names of the API. Values that are in API names already come
/// back as they are.
pub fn canonicalize(value: Value) -> Value {
    if !is_internal(&value) {
        return value;
    }
    let Value::Object(mut map) = value else {
        return value;
    };
    let Some(items) = map.remove("Items") else {
        return Value::Object(object(map, true));
    };
    let mut list = object(map, true);
    let items = match items {
        Value::Array(items) => items,
        _ => vec![],
    };
    let items = items.into_iter().map(|item| match item {
        Value::Object(map) => Value::Object(object(map, true)),
        other => other,
    });
    list.insert("items".into(), items.collect());
    Value::Object(list)
}

/// Field names of `ObjectMeta` and `ListMeta`; they keep their API names in Go-internal output but
/// lose the `metadata` around them.
const META: &[&str] = &[
    "name",
    "generateName",
    "namespace",
    "selfLink",
    "uid",
    "resourceVersion",
    "continue",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
    "clusterName",
    "initializers",
    "managedFields",
];

/// Names whose maps hold data under keys of the user, not fields.
const DATA: &[&str] = &[
    "labels",
    "annotations",
    "matchLabels",
    "NodeSelector",
    "Selector",
    "Limits",
    "Requests",
    "Capacity",
    "Allocatable",
    "Overhead",
    "Hard",
    "Used",
    "Max",
    "Min",
    "Default",
    "DefaultRequest",
    "MaxLimitRequestRatio",
    "Data",
    "BinaryData",
    "StringData",
    "Parameters",
    "Options",
    "VolumeAttributes",
];

/// Names that do not follow from the Go name by the rule of [`api_name`].
const EXCEPTIONS: &[(&str, &str)] = &[
    ("LastTerminationState", "lastState"),
    ("StorageOS", "storageos"),
    ("CephFS", "cephfs"),
    ("IPs", "ips"),
];

/// The API's name of a Go-internal field: `PodIP` is `podIP`, `QOSClass` is `qosClass`.
pub fn api_name(name: &str) -> Cow<'_, str> {
    if !name.starts_with(|c: char| c.is_ascii_uppercase()) {
        return Cow::Borrowed(name);
    }
    if let Some((_, api)) = EXCEPTIONS.iter().find(|(internal, _)| *internal == name) {
        return Cow::Borrowed(api);
    }
    let capitals = name.bytes().take_while(u8::is_ascii_uppercase).count();
    // In `APIVersion` the last capital opens the next word; `UID` and `PodIP` have none to spare.
    let lowered = match capitals {
        1 => 1,
        all if all == name.len() => all,
        some => some - 1,
    };
    let (head, tail) = name.split_at_checked(lowered).unwrap_or((name, ""));
    Cow::Owned(head.to_ascii_lowercase() + tail)
}

/// Renames the fields of one object; where it is an API object or a pod template of its own
/// (`whole`, or it has a `Spec`), the inlined metadata moves under `metadata`.
fn object(map: Map<String, Value>, whole: bool) -> Map<String, Value> {
    let whole = whole || map.contains_key("Spec");
    let mut meta = Map::new();
    let mut fields = Map::new();
    for (key, value) in map {
        if whole && META.contains(&key.as_str()) {
            meta.insert(key, value);
        } else {
            let value = if DATA.contains(&key.as_str()) && is_data(&value) {
                value
            } else {
                rename(value)
            };
            fields.insert(api_name(&key).into_owned(), value);
        }
    }
    if whole {
        fields.insert("metadata".into(), Value::Object(meta));
    }
    fields
}

/// Whether a value under a name of [`DATA`] is a plain map of scalars: a volume's `Default` or a
/// strategy's `Max` of another shape is renamed like everything else.
fn is_data(value: &Value) -> bool {
    value
        .as_object()
        .is_some_and(|map| map.values().all(|v| !v.is_object() && !v.is_array()))
}

/// Renames the fields of everything below a value.
fn rename(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(object(map, false)),
        Value::Array(list) => list.into_iter().map(rename).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn go_names_become_api_names() {
        for (internal, api) in [
            ("PodIP", "podIP"),
            ("HostIP", "hostIP"),
            ("UID", "uid"),
            ("APIVersion", "apiVersion"),
            ("QOSClass", "qosClass"),
            ("OSImage", "osImage"),
            ("DNSPolicy", "dnsPolicy"),
            ("ClusterIP", "clusterIP"),
            ("ExternalIPs", "externalIPs"),
            ("SELinuxOptions", "seLinuxOptions"),
            ("GCEPersistentDisk", "gcePersistentDisk"),
            ("HTTPGet", "httpGet"),
            ("NFS", "nfs"),
            ("LastTerminationState", "lastState"),
            ("StorageOS", "storageos"),
            ("phase", "phase"),
            ("", ""),
        ] {
            assert_eq!(api_name(internal), api);
        }
    }

    #[test]
    fn a_list_of_internal_objects_reads_like_the_api_s() {
        let internal = json!({
            "selfLink": "/api/v1/pods",
            "resourceVersion": "9",
            "Items": [{
                "name": "web-0",
                "namespace": "shop",
                "labels": {"App": "Web"},
                "Spec": {
                    "NodeSelector": {"Disk": "ssd"},
                    "Containers": [{"Name": "web", "Resources": {"Limits": {"cpu": "1"}, "Requests": null}}]
                },
                "Status": {
                    "Phase": "Pending",
                    "PodIP": "",
                    "ContainerStatuses": [{
                        "Name": "web",
                        "LastTerminationState": {"Running": null, "Terminated": {"ExitCode": 137, "Reason": "OOMKilled"}}
                    }]
                }
            }]
        });
        assert!(is_internal(&internal));
        assert_eq!(
            canonicalize(internal),
            json!({
                "metadata": {"selfLink": "/api/v1/pods", "resourceVersion": "9"},
                "items": [{
                    "metadata": {"name": "web-0", "namespace": "shop", "labels": {"App": "Web"}},
                    "spec": {
                        "nodeSelector": {"Disk": "ssd"},
                        "containers": [{"name": "web", "resources": {"limits": {"cpu": "1"}, "requests": null}}]
                    },
                    "status": {
                        "phase": "Pending",
                        "podIP": "",
                        "containerStatuses": [{
                            "name": "web",
                            "lastState": {"running": null, "terminated": {"exitCode": 137, "reason": "OOMKilled"}}
                        }]
                    }
                }]
            })
        );
    }

    #[test]
    fn a_pod_template_gets_its_metadata_back() {
        let item = json!({
            "name": "web",
            "Spec": {
                "Selector": {"matchLabels": {"app": "web"}},
                "Template": {"creationTimestamp": null, "labels": {"app": "web"}, "Spec": {"HostNetwork": true}}
            }
        });
        assert_eq!(
            canonicalize(item),
            json!({
                "metadata": {"name": "web"},
                "spec": {
                    "selector": {"matchLabels": {"app": "web"}},
                    "template": {
                        "metadata": {"creationTimestamp": null, "labels": {"app": "web"}},
                        "spec": {"hostNetwork": true}
                    }
                }
            })
        );
    }

    #[test]
    fn api_objects_and_scalars_stay_as_they_are() {
        for value in [
            json!({"kind": "Pod", "metadata": {"name": "a"}, "Spec": {}}),
            json!({"kind": "List", "items": []}),
            json!([1, "Spec"]),
            json!(null),
        ] {
            assert!(!is_internal(&value));
            assert_eq!(canonicalize(value.clone()), value);
        }
    }
}
