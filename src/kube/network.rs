//! Services, endpoints, ingresses, webhooks.

use std::collections::BTreeMap;

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
}

/// Addresses behind a service: `Endpoints` or one `EndpointSlice`.
#[derive(Debug, Clone, Default)]
pub struct Endpoints {
    /// The service, where it is not the object's own name (slices).
    pub service: String,
    /// Addresses that are ready.
    pub ready: usize,
    /// Addresses that are not.
    pub not_ready: usize,
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
}
