//! JSON files that a collector writes about the cluster, in shapes of its own: Periscope's
//! connection probes, network configuration, disruption budgets, Helm releases and container logs,
//! and the server's version.

use super::part::{
    CollectorFact, DisruptionBudget, HelmRelease, LogPart, NetworkConfig, Outbound, Part, Section,
};
use super::{Examiner, objects::line_snippet};
use crate::kube::value::text as text_at;
use crate::locator::Snippet;
use crate::time::parse_rfc3339;
use serde_json::Value;

/// Reads the facts of one JSON document that is no Kubernetes object.
pub(super) fn read(examiner: Examiner<'_>, value: &Value, text: &str, line: u64, part: &mut Part) {
    match value {
        Value::Array(items) => {
            for item in items {
                let at = snippet_of(item, text, line);
                part.collector.extend(fact(item, at));
            }
        }
        Value::Object(fields) if fields.contains_key("containerLog") => {
            container_log(examiner, value, line, part);
        }
        _ => part.collector.extend(fact(value, line_snippet(text, line))),
    }
}

/// The fact that one JSON object states.
pub(super) fn fact(value: &Value, snippet: Snippet) -> Option<CollectorFact> {
    let has = |name: &str| value.get(name).is_some();
    let owned = |name: &str| text_at(value, name).map(str::to_owned);
    if has("Status") && has("Type") {
        return Some(CollectorFact::Outbound(outbound(value, snippet)?));
    }
    if has("Connected") && has("URL") {
        return Some(CollectorFact::Outbound(old_outbound(value, snippet)?));
    }
    if has("HostName") && has("NetworkPlugin") {
        return Some(CollectorFact::NetworkConfig(NetworkConfig {
            host: owned("HostName")?,
            plugin: owned("NetworkPlugin").unwrap_or_default(),
            machine_dns: words(value.get("VirtualMachineDNS")),
            kubernetes_dns: words(value.get("KubernetesDNS")),
            max_pods: value
                .get("MaxPodsPerNode")
                .and_then(Value::as_i64)
                .unwrap_or(0),
            snippet,
        }));
    }
    if has("disruptionsallowed") {
        let set = |name: &str| owned(name).filter(|text| text != "<nil>" && !text.is_empty());
        return Some(CollectorFact::DisruptionBudget(DisruptionBudget {
            name: owned("name")?,
            min_available: set("minavailable"),
            max_unavailable: set("maxunavailable"),
            allowed: value.get("disruptionsallowed").and_then(Value::as_i64)?,
            snippet,
        }));
    }
    if has("chart") && has("namespace") && has("status") {
        return Some(CollectorFact::HelmRelease(HelmRelease {
            name: owned("name")?,
            namespace: owned("namespace")?,
            status: owned("status")?,
            chart: owned("chart")?,
            snippet,
        }));
    }
    let git_version =
        text_at(value, "serverVersion.gitVersion").or_else(|| text_at(value, "info.gitVersion"))?;
    Some(CollectorFact::ServerVersion {
        git_version: git_version.to_owned(),
        snippet,
    })
}

/// A connection probe of version 0.2 and later.
fn outbound(value: &Value, snippet: Snippet) -> Option<Outbound> {
    let status = text_at(value, "Status")?;
    let error = (status != "Connected").then(|| {
        status
            .strip_prefix("Error:")
            .unwrap_or(status)
            .trim()
            .to_owned()
    });
    let time = ["TimeStamp", "End", "Start"]
        .iter()
        .find_map(|name| text_at(value, name).and_then(parse_rfc3339));
    Some(Outbound {
        kind: text_at(value, "Type")?.to_owned(),
        url: text_at(value, "URL").map(str::to_owned),
        host: text_at(value, "HostName").map(str::to_owned),
        error,
        time,
        snippet,
    })
}

/// A connection probe of version 0.1, written only when it failed.
fn old_outbound(value: &Value, snippet: Snippet) -> Option<Outbound> {
    let connected = value.get("Connected").and_then(Value::as_bool)?;
    Some(Outbound {
        kind: text_at(value, "Type").unwrap_or("unknown").to_owned(),
        url: text_at(value, "URL").map(str::to_owned),
        host: None,
        error: (!connected).then(|| {
            text_at(value, "Error")
                .unwrap_or("not connected")
                .to_owned()
        }),
        time: text_at(value, "TimeStamp").and_then(parse_rfc3339),
        snippet,
    })
}

/// The log of a container, held in one JSON string; its lines are cited at the line of the string.
fn container_log(examiner: Examiner<'_>, value: &Value, line: u64, part: &mut Part) {
    let log = text_at(value, "containerLog").unwrap_or_default();
    let mut scanned = examiner.log(log.as_bytes(), 0..log.len(), 1);
    for group in &mut scanned.hits {
        for sample in &mut group.samples {
            sample.snippet.line = line;
        }
    }
    let section = Section {
        namespace: String::new(),
        pod: text_at(value, "name").unwrap_or_default().to_owned(),
        container: text_at(value, "containerName")
            .unwrap_or_default()
            .to_owned(),
    };
    part.logs.push(LogPart {
        section: Some(section),
        first_line: line,
        ..scanned
    });
}

/// Strings of a list; Periscope's parser lets several words and lines into one of them.
fn words(value: Option<&Value>) -> Vec<String> {
    let items = value
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    items
        .iter()
        .filter_map(Value::as_str)
        .flat_map(str::split_whitespace)
        .map(str::to_owned)
        .collect()
}

/// The item itself as the excerpt: such files are written on one line, which would show all items.
fn snippet_of(item: &Value, text: &str, line: u64) -> Snippet {
    let own = item.to_string();
    let before = text.find(&own).map_or(0, |at| {
        text.as_bytes()
            .iter()
            .take(at)
            .filter(|byte| **byte == b'\n')
            .count()
    });
    Snippet {
        line: line + before as u64,
        ..line_snippet(&own, line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at() -> Snippet {
        line_snippet("", 1)
    }

    #[test]
    fn a_failed_probe_keeps_its_error() {
        let value = json!({"TimeStamp": "2023-10-05T09:15:02Z", "Type": "AKS API Server", "URL": "x:443", "Status": "Error: dial tcp: i/o timeout"});
        let Some(CollectorFact::Outbound(probe)) = fact(&value, at()) else {
            panic!("a probe")
        };
        assert_eq!(probe.error.as_deref(), Some("dial tcp: i/o timeout"));
        assert!(probe.time.is_some());
    }

    #[test]
    fn a_connected_probe_has_no_error() {
        let value = json!({"HostName": "n", "Type": "Internet", "Start": "2023-10-05T09:15:02Z", "Status": "Connected"});
        let Some(CollectorFact::Outbound(probe)) = fact(&value, at()) else {
            panic!("a probe")
        };
        assert_eq!((probe.error, probe.host.as_deref()), (None, Some("n")));
    }

    #[test]
    fn name_servers_tolerate_the_words_that_periscope_leaves_in() {
        let value = json!({"HostName": "n", "NetworkPlugin": "azurecni", "VirtualMachineDNS": null, "KubernetesDNS": ["10.0.0.10\nsearch"], "MaxPodsPerNode": 30});
        let Some(CollectorFact::NetworkConfig(config)) = fact(&value, at()) else {
            panic!("a configuration")
        };
        assert_eq!(config.kubernetes_dns, ["10.0.0.10", "search"]);
    }

    #[test]
    fn an_unset_bound_of_a_budget_is_none() {
        let value = json!({"name": "b", "minavailable": "1", "maxunavailable": "<nil>", "disruptionsallowed": 0});
        let Some(CollectorFact::DisruptionBudget(budget)) = fact(&value, at()) else {
            panic!("a budget")
        };
        assert_eq!(
            (
                budget.min_available.as_deref(),
                budget.max_unavailable,
                budget.allowed
            ),
            (Some("1"), None, 0)
        );
    }

    #[test]
    fn other_documents_state_nothing() {
        assert_eq!(fact(&json!({"a": 1}), at()), None);
    }
}
