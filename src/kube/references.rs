//! What a pod, or the template of pods, needs by name.
//!
//! In: the specification of a pod. Out: each object once, with the field that names it first and
//! whether the pod can do without it.

use super::value as read;
use serde_json::Value;
use std::collections::BTreeMap;

/// An object of the same namespace that a pod needs by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// `ConfigMap`, `PersistentVolumeClaim`, `Secret` or `ServiceAccount`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// What happens without it.
    pub need: Need,
    /// The field that names it; empty where the object's text is not kept.
    pub field: String,
}

/// What happens to a pod without the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// It does not start.
    Required,
    /// Its images are pulled without these credentials, which private registries refuse.
    ImagePull,
    /// It starts without.
    Optional,
}

impl Need {
    /// Of a source that may be marked as optional.
    fn of(source: &Value) -> Self {
        if read::bool(source, "optional") {
            Self::Optional
        } else {
            Self::Required
        }
    }
}

/// References found so far, by kind and name; of several uses the strongest counts.
#[derive(Default)]
struct Found(BTreeMap<(&'static str, String), (Need, String)>);

impl Found {
    /// Notes one reference, if it names something.
    fn note(&mut self, kind: &'static str, name: Option<&str>, need: Need, field: String) {
        let Some(name) = name else { return };
        let known = self.0.entry((kind, name.to_owned()));
        let known = known.or_insert_with(|| (need, field.clone()));
        if need < known.0 {
            *known = (need, field);
        }
    }
}

/// Everything that a pod of this specification needs by name, sorted; `at` is the path of the
/// specification in its object.
pub(super) fn of_pod(spec: &Value, at: &str) -> Vec<Reference> {
    let mut found = Found::default();
    for (index, volume) in read::list(spec, "volumes").iter().enumerate() {
        of_volume(volume, &format!("{at}.volumes[{index}]"), &mut found);
    }
    for field in ["initContainers", "containers", "ephemeralContainers"] {
        for (index, container) in read::list(spec, field).iter().enumerate() {
            of_environment(container, &format!("{at}.{field}[{index}]"), &mut found);
        }
    }
    for (index, secret) in read::list(spec, "imagePullSecrets").iter().enumerate() {
        let field = format!("{at}.imagePullSecrets[{index}].name");
        found.note("Secret", read::text(secret, "name"), Need::ImagePull, field);
    }
    for field in ["serviceAccountName", "serviceAccount"] {
        // Kubernetes makes `default` in every namespace, and most pods run under it.
        let account = read::text(spec, field).filter(|name| *name != "default");
        let path = format!("{at}.{field}");
        found.note("ServiceAccount", account, Need::Required, path);
    }
    let rows = found.0.into_iter();
    rows.map(|((kind, name), (need, field))| Reference {
        kind,
        name,
        need,
        field,
    })
    .collect()
}

/// What one volume refers to, through whichever of its sources.
fn of_volume(volume: &Value, at: &str, found: &mut Found) {
    for (kind, source, name) in [
        (
            "PersistentVolumeClaim",
            "persistentVolumeClaim",
            "claimName",
        ),
        ("Secret", "secret", "secretName"),
        ("ConfigMap", "configMap", "name"),
    ] {
        if let Some(part) = read::get(volume, source) {
            let field = format!("{at}.{source}.{name}");
            found.note(kind, read::text(part, name), Need::of(part), field);
        }
    }
    let projected = read::list(volume, "projected.sources");
    for (index, part) in projected.iter().enumerate() {
        for (kind, source) in [("Secret", "secret"), ("ConfigMap", "configMap")] {
            if let Some(part) = read::get(part, source) {
                let field = format!("{at}.projected.sources[{index}].{source}.name");
                found.note(kind, read::text(part, "name"), Need::of(part), field);
            }
        }
    }
    for source in [
        "azureFile.secretName",
        "csi.nodePublishSecretRef.name",
        "flexVolume.secretRef.name",
        "cephfs.secretRef.name",
        "rbd.secretRef.name",
        "iscsi.secretRef.name",
    ] {
        // Azure Files may name a secret of another namespace.
        let elsewhere = source.starts_with("azureFile")
            && read::get(volume, "azureFile.secretNamespace").is_some();
        if !elsewhere {
            let field = format!("{at}.{source}");
            found.note("Secret", read::text(volume, source), Need::Required, field);
        }
    }
}

/// What the environment of one container refers to.
fn of_environment(container: &Value, at: &str, found: &mut Found) {
    let lists = [
        ("envFrom", "", "secretRef", "configMapRef"),
        ("env", "valueFrom.", "secretKeyRef", "configMapKeyRef"),
    ];
    for (list, below, secret, map) in lists {
        for (index, source) in read::list(container, list).iter().enumerate() {
            for (kind, reference) in [("Secret", secret), ("ConfigMap", map)] {
                let path = format!("{below}{reference}");
                if let Some(part) = read::get(source, &path) {
                    let field = format!("{at}.{list}[{index}].{path}.name");
                    found.note(kind, read::text(part, "name"), Need::of(part), field);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_name_that_is_needed_once_is_needed_and_its_field_is_told() {
        let spec = json!({
            "serviceAccountName": "web",
            "imagePullSecrets": [{"name": "registry"}],
            "volumes": [
                {"secret": {"secretName": "tls", "optional": true}},
                {"projected": {"sources": [{"configMap": {"name": "site"}}]}},
                {"persistentVolumeClaim": {"claimName": "data"}},
                {"azureFile": {"secretName": "share", "secretNamespace": "other"}},
                {"emptyDir": {}}
            ],
            "containers": [{
                "envFrom": [{"configMapRef": {"name": "env", "optional": true}}],
                "env": [
                    {"valueFrom": {"secretKeyRef": {"name": "tls", "key": "a"}}},
                    {"value": "plain"}
                ]
            }]
        });
        let found: Vec<_> = of_pod(&spec, "spec")
            .into_iter()
            .map(|found| (found.kind, found.name, found.need, found.field))
            .collect();
        let row =
            |kind, name: &str, need, field: &str| (kind, name.to_owned(), need, field.to_owned());
        assert_eq!(
            found,
            [
                row(
                    "ConfigMap",
                    "env",
                    Need::Optional,
                    "spec.containers[0].envFrom[0].configMapRef.name"
                ),
                row(
                    "ConfigMap",
                    "site",
                    Need::Required,
                    "spec.volumes[1].projected.sources[0].configMap.name"
                ),
                row(
                    "PersistentVolumeClaim",
                    "data",
                    Need::Required,
                    "spec.volumes[2].persistentVolumeClaim.claimName"
                ),
                row(
                    "Secret",
                    "registry",
                    Need::ImagePull,
                    "spec.imagePullSecrets[0].name"
                ),
                row(
                    "Secret",
                    "tls",
                    Need::Required,
                    "spec.containers[0].env[0].valueFrom.secretKeyRef.name"
                ),
                row(
                    "ServiceAccount",
                    "web",
                    Need::Required,
                    "spec.serviceAccountName"
                ),
            ]
        );
    }
}
