//! Quotas of namespaces.

use super::value as read;
use serde_json::Value;

/// A resource quota.
#[derive(Debug, Clone, Default)]
pub struct Quota {
    /// One row for each resource that it limits, by name.
    pub rows: Vec<QuotaRow>,
}

/// What a quota says about one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaRow {
    /// `requests.cpu`, `pods`, ...
    pub resource: String,
    /// `status.used`, as written.
    pub used: String,
    /// `status.hard`, as written.
    pub hard: String,
    /// Whether nothing of it is left. A limit of zero forbids the resource and is never reached.
    pub is_used_up: bool,
}

impl Quota {
    /// The quota of a value. What counts is the status: what the controller enforces and sums.
    pub(super) fn from_value(value: &Value) -> Self {
        let limits = read::resources(value, "status.hard");
        let sums = read::resources(value, "status.used");
        let written = |field: &str| read::map(value, field);
        let (hard, used) = (written("status.hard"), written("status.used"));
        let row = |(resource, limit): (String, i64)| {
            let sum = *sums.get(&resource)?;
            Some(QuotaRow {
                used: used.get(&resource)?.clone(),
                hard: hard.get(&resource)?.clone(),
                is_used_up: limit > 0 && sum >= limit,
                resource,
            })
        };
        Self {
            rows: limits.into_iter().filter_map(row).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn amounts_are_compared_in_the_same_unit() {
        let quota = Quota::from_value(&json!({"status": {
            "hard": {
                "requests.cpu": "2", "limits.memory": "1Gi", "pods": "10",
                "services.loadbalancers": "0", "secrets": "5", "count/jobs.batch": "much"
            },
            "used": {
                "requests.cpu": "1999m", "limits.memory": "1024Mi", "pods": "12",
                "services.loadbalancers": "0", "count/jobs.batch": "1"
            }
        }}));
        let rows: Vec<_> = quota
            .rows
            .iter()
            .map(|row| (row.resource.as_str(), row.is_used_up))
            .collect();
        assert_eq!(
            rows,
            [
                ("limits.memory", true),
                ("pods", true),
                ("requests.cpu", false),
                ("services.loadbalancers", false),
            ]
        );
    }
}
