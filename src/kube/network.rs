//! Services, endpoints, ingresses, webhooks.

use super::value as read;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A service.
#[derive(Debug, Clone, Default)]
pub struct Service {
    /// `spec.type`.
    pub kind: String,
    /// `spec.selector`.
    pub selector: BTreeMap<String, String>,
    /// `spec.clusterIP`.
    pub cluster_ip: Option<String>,
    /// `spec.ports`.
    pub ports: Vec<ServicePort>,
    /// Addresses and names of `status.loadBalancer.ingress`.
    pub ingress: Vec<String>,
    /// `spec.externalTrafficPolicy`.
    pub external_traffic_policy: Option<String>,
    /// `spec.publishNotReadyAddresses`: it sends traffic to pods that are not ready as well.
    pub publishes_not_ready: bool,
}

/// A port of a service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServicePort {
    /// `name`.
    pub name: String,
    /// `port`.
    pub port: i64,
    /// `targetPort` as text.
    pub target: String,
    /// `protocol`.
    pub protocol: String,
    /// `appProtocol`; empty where unset.
    pub app_protocol: String,
}

/// Addresses behind a service: `Endpoints` or one `EndpointSlice`.
#[derive(Debug, Clone, Default)]
pub struct Endpoints {
    /// The service: the label of a slice, or the object's own name.
    pub service: String,
    /// Addresses that are ready.
    pub ready: usize,
    /// Addresses that are not.
    pub not_ready: usize,
    /// The addresses themselves, ready or not; fewer than are counted where `describe` text names
    /// some and counts the rest.
    pub addresses: Vec<Box<str>>,
}

/// An ingress.
#[derive(Debug, Clone, Default)]
pub struct Ingress {
    /// Services that it routes to, in its own namespace.
    pub services: Vec<String>,
    /// Secrets of its TLS section.
    pub tls_secrets: Vec<String>,
    /// Addresses of `status.loadBalancer.ingress`.
    pub ingress: Vec<String>,
}

/// A mutating or validating webhook configuration.
#[derive(Debug, Clone, Default)]
pub struct WebhookConfiguration {
    /// Its webhooks.
    pub webhooks: Vec<Webhook>,
}

/// One webhook.
#[derive(Debug, Clone, Default)]
pub struct Webhook {
    /// Its name.
    pub name: String,
    /// (namespace, name) of its service; `None` where it calls a URL.
    pub service: Option<(String, String)>,
    /// `failurePolicy`.
    pub failure_policy: String,
    /// Whether it is asked about pods, in whichever namespace they are.
    pub takes_all_pods: bool,
}

impl Service {
    /// The service of a value.
    pub(super) fn from_value(value: &Value) -> Self {
        Self {
            kind: read::string(value, "spec.type"),
            selector: read::map(value, "spec.selector"),
            cluster_ip: read::optional(value, "spec.clusterIP"),
            ports: read::list(value, "spec.ports")
                .iter()
                .map(ServicePort::from_value)
                .collect(),
            ingress: load_balancer_addresses(value),
            external_traffic_policy: read::optional(value, "spec.externalTrafficPolicy"),
            publishes_not_ready: read::bool(value, "spec.publishNotReadyAddresses"),
        }
    }
}

impl ServicePort {
    /// An entry of `spec.ports`.
    fn from_value(value: &Value) -> Self {
        Self {
            name: read::string(value, "name"),
            port: read::int(value, "port").unwrap_or(0),
            target: read::scalar(value, "targetPort").unwrap_or_default(),
            protocol: read::string(value, "protocol"),
            app_protocol: read::string(value, "appProtocol"),
        }
    }
}

/// Addresses and names of `status.loadBalancer.ingress`.
fn load_balancer_addresses(value: &Value) -> Vec<String> {
    read::list(value, "status.loadBalancer.ingress")
        .iter()
        .filter_map(|entry| {
            read::optional(entry, "ip").or_else(|| read::optional(entry, "hostname"))
        })
        .collect()
}

impl Endpoints {
    /// The addresses of an `Endpoints` or `EndpointSlice`.
    pub(super) fn from_value(value: &Value) -> Self {
        let service = read::map(value, "metadata.labels")
            .remove("kubernetes.io/service-name")
            .unwrap_or_else(|| read::string(value, "metadata.name"));
        let mut endpoints = Self {
            service,
            ..Self::default()
        };
        for subset in read::list(value, "subsets") {
            let (ready, not_ready) = (
                read::list(subset, "addresses"),
                read::list(subset, "notReadyAddresses"),
            );
            endpoints.ready += ready.len();
            endpoints.not_ready += not_ready.len();
            let named = ready.iter().chain(not_ready);
            let named = named.filter_map(|address| read::text(address, "ip"));
            endpoints.addresses.extend(named.map(Into::into));
        }
        for endpoint in read::list(value, "endpoints") {
            // A condition that is not stated has to be read as ready (API documentation).
            let ready = read::get(endpoint, "conditions.ready").is_none()
                || read::bool(endpoint, "conditions.ready");
            let addresses = read::list(endpoint, "addresses");
            if ready {
                endpoints.ready += addresses.len();
            } else {
                endpoints.not_ready += addresses.len();
            }
            let named = addresses.iter().filter_map(Value::as_str);
            endpoints.addresses.extend(named.map(Into::into));
        }
        endpoints.addresses.shrink_to_fit();
        endpoints
    }
}

impl Ingress {
    /// The ingress of a value, of `networking.k8s.io/v1` or of the beta versions.
    pub(super) fn from_value(value: &Value) -> Self {
        let rules = read::list(value, "spec.rules");
        let paths = rules.iter().flat_map(|rule| read::list(rule, "http.paths"));
        let backends = paths
            .filter_map(|path| read::get(path, "backend"))
            .chain(read::get(value, "spec.defaultBackend"))
            .chain(read::get(value, "spec.backend"));
        let services: BTreeSet<String> = backends
            .filter_map(|backend| {
                read::optional(backend, "service.name")
                    .or_else(|| read::optional(backend, "serviceName"))
            })
            .collect();
        Self {
            services: services.into_iter().collect(),
            tls_secrets: read::list(value, "spec.tls")
                .iter()
                .filter_map(|entry| read::optional(entry, "secretName"))
                .collect(),
            ingress: load_balancer_addresses(value),
        }
    }
}

impl WebhookConfiguration {
    /// The webhooks of a value.
    pub(super) fn from_value(value: &Value) -> Self {
        Self {
            webhooks: read::list(value, "webhooks")
                .iter()
                .map(Webhook::from_value)
                .collect(),
        }
    }
}

impl Webhook {
    /// An entry of `webhooks`.
    fn from_value(value: &Value) -> Self {
        let service = read::get(value, "clientConfig.service").and_then(|service| {
            Some((
                read::optional(service, "namespace")?,
                read::optional(service, "name")?,
            ))
        });
        Self {
            name: read::string(value, "name"),
            service,
            failure_policy: read::string(value, "failurePolicy"),
            takes_all_pods: takes_pods(value) && !is_selective(value),
        }
    }
}

/// Whether a webhook is asked about pods that are created.
fn takes_pods(webhook: &Value) -> bool {
    let holds = |rule: &Value, field: &str, any: &[&str]| {
        read::list(rule, field)
            .iter()
            .any(|entry| entry.as_str().is_some_and(|entry| any.contains(&entry)))
    };
    read::list(webhook, "rules").iter().any(|rule| {
        holds(rule, "apiGroups", &["", "*"])
            && holds(rule, "resources", &["pods", "*", "*/*"])
            && holds(rule, "operations", &["CREATE", "*"])
    })
}

/// Whether a webhook leaves out namespaces or objects by their labels.
fn is_selective(webhook: &Value) -> bool {
    ["namespaceSelector", "objectSelector"]
        .iter()
        .any(|field| match read::get(webhook, field) {
            Some(Value::Object(selector)) => !selector.is_empty(),
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_webhook_takes_all_pods_only_without_selectors() {
        let rule = |group: &str, operation: &str, resource: &str| json!([{"apiGroups": [group], "operations": [operation], "resources": [resource]}]);
        for (webhook, wanted) in [
            (json!({"rules": rule("", "CREATE", "pods")}), true),
            (
                json!({"rules": rule("*", "*", "*"), "objectSelector": {}}),
                true,
            ),
            (json!({"rules": rule("", "UPDATE", "pods")}), false),
            (json!({"rules": rule("apps", "CREATE", "*")}), false),
            (json!({"rules": rule("", "CREATE", "pods/exec")}), false),
            (
                json!({
                    "rules": rule("", "CREATE", "pods"),
                    "namespaceSelector": {"matchLabels": {"guard": "on"}}
                }),
                false,
            ),
            (json!({}), false),
        ] {
            assert_eq!(
                Webhook::from_value(&webhook).takes_all_pods,
                wanted,
                "{webhook}"
            );
        }
    }
}
