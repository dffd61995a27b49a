//! What `az aks kollect`, `az aks kanalyze` and `kubectl get apd` show of AKS Periscope.
//!
//! `kollect` prints where a run uploads to. Until v0.7 each node also wrote its diagnosers' results
//! into an object of the kind `Diagnostic` (`apd`), as JSON in strings, and `kanalyze` prints these
//! as tables: a line of titles, a line of dashes, a row for each result, coloured. Sources:
//! `pkg/utils/helper.go` of Azure/aks-periscope at v0.3 to v0.7; `aks_diagnostics.py` of the
//! extension `aks-preview` in Azure/azure-cli-extensions at 1115751.

use super::part::{CollectorFact, NetworkConfig, Outbound};
use super::{collector, lines};
use crate::kube::text::snippet_of_line;
use crate::kube::value::text as text_at;
use crate::limits::Limits;
use crate::locator::Snippet;
use crate::time::parse_rfc3339;
use memchr::memmem;
use serde_json::Value;
use std::ops::Range;

/// Group of the kind `Diagnostic`.
const GROUP: &str = "aks-periscope.azure.github.com/";
/// The fields of its `spec` that hold JSON.
const FIELDS: [&str; 2] = ["networkconfig", "networkoutbound"];

/// What the commands print in every run that comes so far.
const CONSOLE: [&str; 3] = [
    "Your logs are being uploaded to storage account ",
    "Below are the network configuration for each node",
    "Below are the network connectivity results for each node",
];
/// Part of a storage account's address.
const BLOBS: &str = ".blob.core.windows.net/";
/// The first titles of a table of connections, and of configurations.
const TITLES: [&str; 5] = ["HostName", "Type", "Start", "End", "Status"];
const CONFIG_TITLES: [&str; 5] = [
    "HostName",
    "NetworkPlugin",
    "VirtualMachineDNS",
    "KubernetesDNS",
    "MaxPodsPerNode",
];

/// The results in an object of the kind `Diagnostic`; none in other objects. `cite` shows a field.
pub(super) fn of_object(value: &Value, cite: &dyn Fn(&str) -> Snippet) -> Vec<CollectorFact> {
    let is_own = text_at(value, "apiVersion").is_some_and(|version| version.starts_with(GROUP));
    if !is_own {
        return vec![];
    }
    let results = |field: &str| {
        let path = format!("spec.{field}");
        let text = text_at(value, &path)?;
        let results: Value = serde_json::from_str(text).ok()?;
        let items = match results {
            Value::Array(items) => items,
            one => vec![one],
        };
        let facts = items
            .iter()
            .filter_map(|item| collector::fact(item, cite(&path)));
        Some(facts.collect::<Vec<_>>())
    };
    FIELDS
        .iter()
        .filter_map(|field| results(field))
        .flatten()
        .collect()
}

/// The results that a console shows, and where it says that a run uploads to; none in other texts.
pub(super) fn of_console(text: &[u8], first_line: u64, limits: &Limits) -> Vec<CollectorFact> {
    let shows = |words: &&str| memmem::find(text, words.as_bytes()).is_some();
    if !CONSOLE.iter().any(|words| shows(&words)) {
        return vec![];
    }
    // The words above have no colours inside; what follows them has.
    let plain = lines::clean(text);
    let text = String::from_utf8_lossy(&plain);
    let snippet = |line: usize| snippet_of_line(&text, line, first_line, limits);
    let mut facts = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    let begin = lines
        .iter()
        .position(|line| CONSOLE.iter().any(|words| line.contains(words)));
    facts.extend(begin.map(|line| {
        let target = lines.iter().find_map(|line| target(line));
        let (account, container) = target.unwrap_or_default();
        CollectorFact::Console {
            account: account.to_owned(),
            container: container.to_owned(),
            snippet: snippet(line),
        }
    }));
    for (number, pair) in lines.windows(2).enumerate() {
        let [titles, dashes] = pair else { continue };
        let Some(columns) = columns(dashes) else {
            continue;
        };
        let titles: Vec<&str> = cells(titles, &columns);
        let rows = lines.iter().enumerate().skip(number + 2);
        for (line, row) in rows.take_while(|(_, row)| !row.trim().is_empty()) {
            let cells = cells(row, &columns);
            let fact = if titles == TITLES {
                outbound(&cells, || snippet(line))
            } else if titles == CONFIG_TITLES {
                config(&cells, || snippet(line))
            } else {
                None
            };
            facts.extend(fact);
        }
    }
    facts
}

/// Storage account and container in an address with a token, which is left out.
fn target(line: &str) -> Option<(&str, &str)> {
    let (before, after) = line.split_once(BLOBS)?;
    let (_, account) = before.rsplit_once("https://")?;
    let container = after
        .split(|c: char| c == '?' || c.is_whitespace())
        .next()?;
    let plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    (plain(account) && plain(container)).then_some((account, container))
}

/// Where columns are, as a line of dashes shows; `None` for other lines.
fn columns(dashes: &str) -> Option<Vec<Range<usize>>> {
    let mut columns: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    for part in dashes.split(' ') {
        let end = at + part.len();
        if !part.is_empty() {
            columns.push(at..end);
        }
        at = end + 1;
    }
    let only = dashes.bytes().all(|byte| matches!(byte, b'-' | b' '));
    (only && columns.len() >= TITLES.len()).then_some(columns)
}

/// The cells of a row; the last one reaches to the end of the line.
fn cells<'t>(row: &'t str, columns: &[Range<usize>]) -> Vec<&'t str> {
    let last = columns.len().saturating_sub(1);
    let cell = |(number, column): (usize, &Range<usize>)| {
        let end = if number == last {
            row.len()
        } else {
            column.end
        };
        row.get(column.start..end.min(row.len()))
            .unwrap_or_default()
            .trim()
    };
    columns.iter().enumerate().map(cell).collect()
}

/// A row of the table of connections.
fn outbound(cells: &[&str], snippet: impl Fn() -> Snippet) -> Option<CollectorFact> {
    let [host, kind, start, end, status] = *cells else {
        return None;
    };
    let error = status
        .strip_prefix("Error:")
        .map(|error| error.trim().to_owned());
    let time = parse_rfc3339(end).or_else(|| parse_rfc3339(start))?;
    (!host.is_empty() && (error.is_some() || status == "Connected")).then(|| {
        CollectorFact::Outbound(Outbound {
            kind: kind.to_owned(),
            url: None,
            host: Some(host.to_owned()),
            error,
            time: Some(time),
            snippet: snippet(),
        })
    })
}

/// A row of the table of configurations; lists of servers are as Python prints them.
fn config(cells: &[&str], snippet: impl Fn() -> Snippet) -> Option<CollectorFact> {
    let [host, plugin, machine, cluster, pods] = *cells else {
        return None;
    };
    let servers = |list: &str| -> Vec<String> {
        let quoted = list.split(['\'', '"']).skip(1).step_by(2);
        let first = quoted.filter_map(|one| one.split("\\n").next());
        first
            .filter(|one| !one.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let max_pods = pods.parse().ok()?;
    (!host.is_empty()).then(|| {
        CollectorFact::NetworkConfig(NetworkConfig {
            host: host.to_owned(),
            plugin: plugin.to_owned(),
            machine_dns: servers(machine),
            kubernetes_dns: servers(cluster),
            max_pods,
            snippet: snippet(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KANALYZE: &str = "\
Got 2 diagnostic results for 2 ready nodes

Below are the network configuration for each node:\x20

HostName                           NetworkPlugin    VirtualMachineDNS             KubernetesDNS             MaxPodsPerNode
---------------------------------  ---------------  ----------------------------  ----------------------  ----------------
aks-nodepool1-12345678-vmss000000  azurecni         ['168.63.129.16\\nsearch']     ['10.0.0.10\\nsearch']                 30
aks-nodepool1-12345678-vmss000001                   None                          ['10.0.0.10']                        110

Below are the network connectivity results for each node:

HostName                           Type            Start                 End                   Status
---------------------------------  --------------  --------------------  --------------------  --------------------------------------
aks-nodepool1-12345678-vmss000000  Internet        2021-10-01T10:00:00Z  2021-10-01T10:00:05Z  Connected
aks-nodepool1-12345678-vmss000001  AKS API Server  2021-10-01T10:00:00Z  2021-10-01T10:00:00Z  Error: dial tcp 10.0.0.1:443: i/o timeout
";

    #[test]
    fn the_tables_of_kanalyze_are_read() {
        let facts = of_console(KANALYZE.as_bytes(), 1, &Limits::RELEASE);
        let told: Vec<String> = facts
            .iter()
            .map(|fact| match fact {
                CollectorFact::Outbound(probe) => format!(
                    "{} {} {:?} line {}",
                    probe.host.as_deref().unwrap_or_default(),
                    probe.kind,
                    probe.error,
                    probe.snippet.line
                ),
                CollectorFact::NetworkConfig(config) => format!(
                    "{} {:?} {:?} {:?} {}",
                    config.host,
                    config.plugin,
                    config.machine_dns,
                    config.kubernetes_dns,
                    config.max_pods
                ),
                CollectorFact::Console { account, .. } => format!("console {account:?}"),
                _ => String::new(),
            })
            .collect();
        assert_eq!(
            told,
            [
                "console \"\"",
                "aks-nodepool1-12345678-vmss000000 \"azurecni\" [\"168.63.129.16\"] [\"10.0.0.10\"] 30",
                "aks-nodepool1-12345678-vmss000001 \"\" [] [\"10.0.0.10\"] 110",
                "aks-nodepool1-12345678-vmss000000 Internet None line 14",
                "aks-nodepool1-12345678-vmss000001 AKS API Server Some(\"dial tcp 10.0.0.1:443: i/o timeout\") line 15",
            ]
        );
    }

    #[test]
    fn the_console_of_kollect_tells_where_and_keeps_no_token() {
        let text = "Your logs are being uploaded to storage account shoplogs\n\nYou can download Azure Storage Explorer here https://azure.microsoft.com/x to check the logs:\nhttps://shoplogs.blob.core.windows.net/shop-prod-dns-4k2x9qhm?se=2024&sig=c2VjcmV0\n";
        let facts = of_console(text.as_bytes(), 1, &Limits::RELEASE);
        let [
            CollectorFact::Console {
                account, container, ..
            },
        ] = facts.as_slice()
        else {
            panic!("{facts:?}");
        };
        assert_eq!(
            (account.as_str(), container.as_str()),
            ("shoplogs", "shop-prod-dns-4k2x9qhm")
        );
    }

    #[test]
    fn the_strings_of_a_diagnostic_object_are_read() {
        let value = serde_json::json!({
            "apiVersion": "aks-periscope.azure.github.com/v1", "kind": "Diagnostic",
            "metadata": {"name": "aks-periscope-diagnostic-n1", "namespace": "aks-periscope"},
            "spec": {
                "networkconfig": "{\"HostName\":\"n1\",\"NetworkPlugin\":\"kubenet\",\"VirtualMachineDNS\":null,\"KubernetesDNS\":[\"10.0.0.10\"],\"MaxPodsPerNode\":110}",
                "networkoutbound": "[{\"HostName\":\"n1\",\"Type\":\"Internet\",\"Start\":\"2021-10-01T10:00:00Z\",\"End\":\"2021-10-01T10:00:00Z\",\"Status\":\"Error: no\"}]",
            },
        });
        let cite = |path: &str| snippet_of_line(path, 0, 1, &Limits::RELEASE);
        let facts = of_object(&value, &cite);
        assert_eq!(facts.len(), 2, "{facts:?}");
        assert!(matches!(&facts[0], CollectorFact::NetworkConfig(config) if config.host == "n1"));
        assert!(
            matches!(&facts[1], CollectorFact::Outbound(probe) if probe.error.as_deref() == Some("no") && probe.host.as_deref() == Some("n1"))
        );
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(rows in prop::collection::vec("[-'a-zé\\[ ,:TZ0-9\\\\]{0,60}", 0..12)) {
            let text = format!("{}\n{}\n", CONSOLE[2], rows.join("\n"));
            let facts = of_console(text.as_bytes(), 1, &Limits::RELEASE);
            prop_assert!(!facts.is_empty());
        }
    }
}
