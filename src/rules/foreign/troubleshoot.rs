//! Analyzers of troubleshoot.sh: `SupportBundle`, `Preflight` and `Analyzer` specs.
//!
//! An analyzer reads files that troubleshoot's own collectors write; many of them hold objects and
//! logs that any bundle has. Those are taken over: text in files ([`text`]), events, and the state
//! of objects ([`status`]). What they mean was read in the project's `pkg/analyze`.

mod outcome;
mod status;
mod text;

use super::super::syntax::RuleError;
use super::{Draft, Reader, yaml};
use crate::rules::foreign::parts::{joined, kebab, one_line};
use crate::rules::foreign::troubleshoot::outcome::plain;
use crate::severity::{Category, Severity};
use outcome::Outcomes;
use serde::Deserialize;
use serde_json::Value;
use yaml::Spanned;

/// A document of the file, of whatever kind.
#[derive(Deserialize)]
struct Document {
    #[serde(default, rename = "apiVersion")]
    api_version: Option<String>,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    metadata: Option<Metadata>,
    #[serde(default)]
    spec: Option<Spec>,
}

/// `metadata`.
#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    name: Option<String>,
}

/// `spec`.
#[derive(Default, Deserialize)]
struct Spec {
    #[serde(default)]
    analyzers: Option<Vec<Spanned<Value>>>,
    #[serde(default, rename = "hostAnalyzers")]
    host_analyzers: Option<Vec<Spanned<Value>>>,
    #[serde(default)]
    uri: Option<Spanned<Value>>,
}

/// Analyzers that are not taken over, and why.
const REASONS: &[(&[&str], &str)] = &[
    (
        &[
            "configMap",
            "customResourceDefinition",
            "imagePullSecret",
            "ingress",
            "secret",
            "storageClass",
        ],
        "it fails if something is missing, but a bundle cannot prove that everything was collected",
    ),
    (
        &["distribution"],
        "it guesses the distribution from node details that are not all kept",
    ),
    (
        &["clusterResource", "jsonCompare", "yamlCompare"],
        "it compares a value at a given path; write an [[object]] rule instead",
    ),
    (
        &["clusterContainerStatuses"],
        "its container conditions have no counterpart; pod-crashloop, pod-oomkilled and \
         container-exit-error check the same states",
    ),
];

/// Reads a spec.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<(), RuleError> {
    let text = reader.text;
    let documents: Vec<Option<Document>> =
        yaml::documents(text).map_err(|(line, column, message)| RuleError {
            file: reader.file.to_owned(),
            line,
            column,
            message: format!(
                "not a troubleshoot.sh spec: {}{}",
                one_line(&message),
                if text.contains("{{") {
                    "; render the template first"
                } else {
                    ""
                }
            ),
        })?;
    for document in documents.into_iter().flatten() {
        let kind = document.kind.unwrap_or_default();
        let ours = document.api_version.is_some_and(|version| {
            version.starts_with("troubleshoot.sh/")
                || version.starts_with("troubleshoot.replicated.com/")
        });
        if !ours {
            if matches!(kind.as_str(), "ConfigMap" | "Secret") {
                let reason = "a spec stored as the value of a key is not read; save it as a file";
                reader.leave(0, &kind, reason);
            }
            continue;
        }
        let name = document.metadata.and_then(|metadata| metadata.name);
        let spec = document.spec.unwrap_or_default();
        if spec.analyzers.is_none() && spec.host_analyzers.is_none() {
            reader.leave(0, &kind, "it has no analyzers");
        }
        for analyzer in spec.analyzers.into_iter().flatten() {
            let at = yaml::offset(text, &analyzer);
            reader.count(at)?;
            read_item(
                reader,
                name.as_deref().unwrap_or(&kind),
                &analyzer.value,
                at,
            );
        }
        for analyzer in spec.host_analyzers.into_iter().flatten() {
            let at = yaml::offset(text, &analyzer);
            reader.count(at)?;
            let part = part_of(&analyzer.value);
            reader.leave(at, &part, "it checks the host on which troubleshoot runs");
        }
        if let Some(uri) = spec.uri {
            let reason = "the newer spec at this address is not fetched: bundlescope does not use the network";
            reader.leave(yaml::offset(text, &uri), "uri", reason);
        }
    }
    Ok(())
}

/// The name of an item's analyzer, with its check name.
fn part_of(item: &Value) -> String {
    let Some((kind, body)) = item.as_object().and_then(|map| map.iter().next()) else {
        return "analyzer".to_owned();
    };
    part(kind, body)
}

/// An analyzer with the words that tell it from others.
fn part(kind: &str, body: &Value) -> String {
    let named = ["checkName", "name", "collectorName"]
        .iter()
        .find_map(|key| body.get(key)?.as_str());
    named.map_or_else(|| kind.to_owned(), |name| format!("{kind} \"{name}\""))
}

/// One item of the list: a map with the analyzer's kind as its only key.
fn read_item(reader: &mut Reader<'_>, spec: &str, item: &Value, at: usize) {
    let Some(map) = item.as_object().filter(|map| !map.is_empty()) else {
        return reader.leave(at, "analyzer", "it is empty");
    };
    for (kind, body) in map {
        let analyzer = Analyzer {
            spec,
            kind,
            body,
            at,
        };
        if let Err(reason) = analyzer.take(reader) {
            reader.leave(at, &part(kind, body), reason);
        }
    }
}

/// An analyzer of a spec.
struct Analyzer<'a> {
    spec: &'a str,
    kind: &'a str,
    body: &'a Value,
    at: usize,
}

impl Analyzer<'_> {
    /// Takes it over; the error says why it is not.
    fn take(&self, reader: &mut Reader<'_>) -> Result<(), String> {
        if self.flag("exclude")? == Some(true) {
            return Err("the spec excludes it".into());
        }
        match self.kind {
            "textAnalyze" => text::files(self, reader),
            "event" => text::events(self, reader),
            "deploymentStatus" | "statefulsetStatus" | "replicasetStatus" | "jobStatus" => {
                status::workloads(self, reader)
            }
            "clusterPodStatuses" => status::pods(self, reader),
            "nodeResources" => status::nodes(self, reader),
            "clusterVersion" => status::version(self, reader),
            "containerRuntime" => status::runtime(self, reader),
            kind => Err(REASONS
                .iter()
                .find(|(kinds, _)| kinds.contains(&kind))
                .map_or(
                    "it reads files that only troubleshoot's own collectors write",
                    |(_, reason)| reason,
                )
                .to_owned()),
        }
    }

    /// Notes a part of it that is not taken over.
    fn leave_some(&self, reader: &mut Reader<'_>, reason: impl Into<String>) {
        reader.leave_some(self.at, &part(self.kind, self.body), reason);
    }

    /// A text of it; the error where only a template says it.
    fn text(&self, key: &str) -> Result<Option<String>, String> {
        let text = match self.body.get(key) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Bool(flag)) => flag.to_string(),
            Some(Value::Number(number)) => number.to_string(),
            Some(_) => return Err(format!("its `{key}` is not a string")),
        };
        if text.contains("{{") {
            return Err(format!(
                "its `{key}` is a template that only the application's installer fills in"
            ));
        }
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// Texts of it.
    fn texts(&self, key: &str) -> Result<Vec<String>, String> {
        let Some(list) = self.body.get(key).filter(|value| !value.is_null()) else {
            return Ok(vec![]);
        };
        let wrong = || format!("its `{key}` is not a list of strings");
        list.as_array()
            .ok_or_else(wrong)?
            .iter()
            .map(|item| match item.as_str() {
                Some(text) if text.contains("{{") => Err(format!(
                    "its `{key}` contains a template that only the application's installer fills in"
                )),
                Some(text) => Ok(text.to_owned()),
                None => Err(wrong()),
            })
            .collect()
    }

    /// A yes or no of it.
    fn flag(&self, key: &str) -> Result<Option<bool>, String> {
        self.text(key)?
            .map(|text| {
                outcome::parse_bool(&text).ok_or_else(|| format!("its `{key}` is not a boolean"))
            })
            .transpose()
    }

    /// Its outcomes, in order.
    fn outcomes(&self) -> Result<Outcomes, String> {
        Outcomes::read(self.body.get("outcomes"))
    }

    /// What its rule says. `about` names it where the author gave it no name.
    fn draft(
        &self,
        about: &str,
        category: Category,
        severity: Severity,
        outcomes: &Outcomes,
    ) -> Draft {
        let title = self
            .body
            .get("checkName")
            .and_then(Value::as_str)
            .filter(|name| !name.trim().is_empty())
            .map_or_else(|| about.to_owned(), plain);
        let words = kebab(&title);
        let id = if words.is_empty() {
            kebab(self.kind)
        } else {
            words
        };
        Draft {
            at: self.at,
            id: joined(&["troubleshoot", &id]),
            explain: format!(
                "The {} analyzer of the troubleshoot spec {} says so. {}",
                self.kind,
                plain(self.spec),
                outcomes.words()
            ),
            disprove:
                "The spec's author chose the limits and the wording; if they do not fit this \
                       cluster, nothing is wrong."
                    .into(),
            // What a file says is so for the author, however long ago a line was written.
            persists: self.kind == "textAnalyze",
            title,
            category,
            severity,
            references: outcomes.links(),
        }
    }
}
