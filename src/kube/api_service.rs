//! Groups of the API that another server answers for.

use super::{Condition, value as read};
use serde_json::Value;

/// An `APIService`.
#[derive(Debug, Clone, Default)]
pub struct ApiService {
    /// (namespace, name) of the service behind it; `None` where the API server answers itself.
    pub service: Option<(String, String)>,
    /// `status.conditions`.
    pub conditions: Vec<Condition>,
}

impl ApiService {
    /// The registration of a value.
    pub(super) fn from_value(value: &Value) -> Self {
        let service = read::get(value, "spec.service").and_then(|service| {
            Some((
                read::optional(service, "namespace")?,
                read::optional(service, "name")?,
            ))
        });
        Self {
            service,
            conditions: Condition::all(value),
        }
    }
}
