//! Files that a collector writes about the cluster, in forms of its own. Here those in JSON:
//! Periscope's connection probes, network configuration, disruption budgets, Helm releases, use of
//! CPU and memory, and container logs, and the server's version; in [`text`] the output of commands.

mod azure;
mod kubelet_command;
mod nat_table;
mod resolver;
pub(super) mod text;
mod top;

use super::Examiner;
use super::facts::{HelmRevision, PodStatus, Usage, UsageOf};
use super::part::{
    CollectorFact, DisruptionBudget, HelmRelease, LogPart, NetworkConfig, Outbound, Part, Section,
};
use crate::examine::snippet::line_snippet;
use crate::kube::value::text as text_at;
use crate::locator::Snippet;
use crate::time::parse_rfc3339;
use jiff::SignedDuration;
use serde_json::Value;

/// Names of the files in which Periscope writes the use of nodes and of containers: the items do not
/// say which they are.
const USAGE_FILES: [(&str, UsageOf); 2] = [("nodes", UsageOf::Node), ("pods", UsageOf::Container)];

/// Reads the facts of one JSON document that is no Kubernetes object.
pub(super) fn read(examiner: Examiner<'_>, value: &Value, text: &str, line: u64, part: &mut Part) {
    match value {
        Value::Array(items) => {
            let file = part.path.file_name();
            let named = USAGE_FILES.iter().find(|(name, _)| *name == file);
            let of = named.map(|(_, of)| *of);
            let mut places = Places::new(text, line);
            for item in items {
                let at = places.snippet_of(item);
                part.collector.extend(azure::of_json(item, &at));
                let used = of.and_then(|of| usage(of, item, &at));
                part.collector.extend(used.or_else(|| fact(item, at)));
            }
        }
        Value::Object(fields) if fields.contains_key("containerLog") => {
            let status = pod_status(value, line_snippet(text, line));
            part.collector.extend(status);
            container_log(examiner, value, line, part);
        }
        _ => {
            part.collector.extend(azure::of_document(value, text, line));
            part.collector.extend(fact(value, line_snippet(text, line)));
        }
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
            history: history(value.get("history")),
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

/// Revisions of a Helm release; none where its history could not be read (`null`).
fn history(value: Option<&Value>) -> Vec<HelmRevision> {
    let items = value.and_then(Value::as_array).into_iter().flatten();
    items
        .filter_map(|item| {
            let owned = |name: &str| text_at(item, name).unwrap_or_default().to_owned();
            Some(HelmRevision {
                number: item.get("revision").and_then(Value::as_u64)?,
                status: owned("status"),
                at: text_at(item, "lastDeployment").and_then(parse_rfc3339),
                description: owned("description"),
                app_version: owned("appVersion"),
            })
        })
        .collect()
}

/// Whether the text of an item states the use of CPU and memory.
pub(super) fn is_usage(item: &str) -> bool {
    ["\"cpuUsage\"", "\"memoryUsage\""]
        .iter()
        .all(|name| item.contains(name))
}

/// The use of CPU and memory that an item of `systemperf` states.
fn usage(of: UsageOf, value: &Value, snippet: &Snippet) -> Option<CollectorFact> {
    Some(CollectorFact::Usage(Usage {
        of,
        name: text_at(value, "name")?.to_owned(),
        namespace: None,
        cpu: value.get("cpuUsage").and_then(Value::as_i64)?,
        memory: value.get("memoryUsage").and_then(Value::as_i64)?,
        percent: None,
        snippet: snippet.clone(),
    }))
}

/// The state of a pod that stands beside the log of one of its containers.
fn pod_status(value: &Value, snippet: Snippet) -> Option<CollectorFact> {
    let (ready, all) = text_at(value, "ready")?.split_once('/')?;
    let age = value.get("age").and_then(Value::as_i64);
    Some(CollectorFact::PodStatus(PodStatus {
        pod: text_at(value, "name")?.to_owned(),
        container: text_at(value, "containerName")
            .unwrap_or_default()
            .to_owned(),
        ready: (ready.trim().parse().ok()?, all.trim().parse().ok()?),
        phase: text_at(value, "status").unwrap_or_default().to_owned(),
        restarts: value.get("restart").and_then(Value::as_u64).unwrap_or(0),
        age: age.map(SignedDuration::from_nanos),
        snippet,
    }))
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

/// Finds the lines of a list's items, which are asked for from front to back. Where an item is not
/// written as it would be here, the rest are told by the line of the list: to look for each of them in
/// all of the text would take time without end.
struct Places<'t> {
    /// What is left of the text; `None` where nothing tells lines apart any more.
    rest: Option<&'t str>,
    line: u64,
}

impl<'t> Places<'t> {
    /// The places in a text whose first line is `line`.
    fn new(text: &'t str, line: u64) -> Self {
        let rest = text.contains('\n').then_some(text);
        Self { rest, line }
    }

    /// The item itself as the excerpt: such files are written on one line, which would show all
    /// items.
    fn snippet_of(&mut self, item: &Value) -> Snippet {
        let own = item.to_string();
        self.rest = self.rest.and_then(|rest| {
            let (before, after) = rest.split_once(own.as_str())?;
            self.line += memchr::memchr_iter(b'\n', before.as_bytes()).count() as u64;
            Some(after)
        });
        line_snippet(&own, self.line)
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
    fn a_release_keeps_its_history_and_may_have_none() {
        let value = |history: Value| json!({"name": "shop", "namespace": "shop", "status": "failed", "chart": "shop", "history": history});
        let revisions = |history| match fact(&value(history), at()) {
            Some(CollectorFact::HelmRelease(release)) => release.history,
            other => panic!("{other:?}"),
        };
        let told = revisions(json!([
            {"lastDeployment": "2023-05-10T13:35:05.123456Z", "description": "Upgrade \"shop\" failed: timed out waiting for the condition", "status": "failed", "revision": 7, "appVersion": "2.8.1"},
            {"status": "superseded"},
        ]));
        let [revision] = told.as_slice() else {
            panic!("{told:?}")
        };
        assert_eq!((revision.number, revision.status.as_str()), (7, "failed"));
        assert!(revision.at.is_some() && revision.description.ends_with("the condition"));
        assert_eq!(revisions(Value::Null), []);
    }

    #[test]
    fn a_pod_states_how_it_is_beside_its_log() {
        let value = |ready: &str| json!({"name": "web-1", "ready": ready, "status": "Running", "restart": 57, "age": 691_200_000_000_000_i64, "containerName": "web", "containerLog": ""});
        let Some(CollectorFact::PodStatus(status)) = pod_status(&value("0/1"), at()) else {
            panic!("a state")
        };
        assert_eq!((status.ready, status.restarts), ((0, 1), 57));
        assert_eq!(status.age, Some(SignedDuration::from_hours(8 * 24)));
        assert_eq!(pod_status(&value("yes"), at()), None);
    }

    #[test]
    fn items_are_cited_on_their_lines_as_far_as_those_are_known() {
        let (one, two, three) = (json!({"a": 1}), json!({"a": 2}), json!({"a": 3}));
        let text = "[\n{\"a\":1},\n\n{\"a\":2},{ \"a\": 3 }]";
        let mut places = Places::new(text, 5);
        let told = [&one, &two, &three].map(|item| {
            let snippet = places.snippet_of(item);
            (snippet.line, snippet.text)
        });
        let lines = [(6, "{\"a\":1}"), (8, "{\"a\":2}"), (8, "{\"a\":3}")];
        assert_eq!(told, lines.map(|(line, text)| (line, text.to_owned())));
    }

    #[test]
    fn other_documents_state_nothing() {
        assert_eq!(fact(&json!({"a": 1}), at()), None);
    }
}
