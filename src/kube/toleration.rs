//! Tolerations of pods, and which taints they let pass.

use super::{Taint, value as read};
use serde_json::Value;

/// A toleration of a pod.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Toleration {
    /// `key`; empty for every key.
    pub key: String,
    /// Whether any value of the key will do: `operator: Exists`.
    pub exists: bool,
    /// `value`.
    pub value: String,
    /// `effect`; empty for every effect.
    pub effect: String,
}

impl Toleration {
    /// All tolerations of a pod.
    pub(super) fn all(pod: &Value) -> Vec<Self> {
        read::list(pod, "spec.tolerations")
            .iter()
            .map(|value| Self {
                key: read::string(value, "key"),
                exists: read::text(value, "operator") == Some("Exists"),
                value: read::string(value, "value"),
                effect: read::string(value, "effect"),
            })
            .collect()
    }

    /// Whether a pod with this toleration may run in spite of the taint.
    pub fn lets_pass(&self, taint: &Taint) -> bool {
        (self.effect.is_empty() || self.effect == taint.effect)
            && (self.key == taint.key || (self.key.is_empty() && self.exists))
            && (self.exists || self.value == taint.value)
    }
}

impl Taint {
    /// Whether it keeps pods away that do not tolerate it.
    pub fn keeps_away(&self) -> bool {
        matches!(self.effect.as_str(), "NoSchedule" | "NoExecute")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_toleration_lets_pass_what_kubernetes_says() {
        let taint = Taint {
            key: "sku".into(),
            value: "gpu".into(),
            effect: "NoSchedule".into(),
        };
        for (toleration, passes) in [
            (json!({"operator": "Exists"}), true),
            (json!({"key": "sku", "operator": "Exists"}), true),
            (
                json!({"key": "sku", "operator": "Exists", "effect": "NoExecute"}),
                false,
            ),
            (
                json!({"key": "sku", "value": "gpu", "effect": "NoSchedule"}),
                true,
            ),
            (
                json!({"key": "sku", "operator": "Equal", "value": "gpu"}),
                true,
            ),
            (json!({"key": "sku", "value": "cpu"}), false),
            (json!({"key": "other", "operator": "Exists"}), false),
            (json!({"value": "gpu"}), false),
        ] {
            let pod = json!({"spec": {"tolerations": [toleration.clone()]}});
            let read = Toleration::all(&pod);
            assert_eq!(read.len(), 1);
            assert_eq!(read[0].lets_pass(&taint), passes, "{toleration}");
        }
    }

    #[test]
    fn a_preference_keeps_nobody_away() {
        let taint = |effect: &str| Taint {
            effect: effect.into(),
            ..Taint::default()
        };
        assert!(taint("NoExecute").keeps_away());
        assert!(!taint("PreferNoSchedule").keeps_away());
    }
}
