//! Which release writes what under which key, as its source says.
//!
//! In: a collector and one thing that it gathers. Out: the key's pattern for a release; `<unit>` and
//! the like stand for what the caller knows. Files are those of `github.com/Azure/aks-periscope` at
//! the tags of [`Version::tag`]; a row of several releases names the last.

use super::version::Version::{self, V0_0_12, V0_0_13, V0_1, V0_3, V0_4, V0_6, V0_9};

/// One key of one collector.
pub(crate) struct Key {
    /// The collector's or diagnoser's name, a folder of the zip.
    pub(crate) collector: &'static str,
    /// What is gathered.
    pub(crate) what: What,
    /// First and last release.
    releases: (Version, Version),
    /// The key below the collector.
    pub(crate) pattern: &'static str,
    /// The source that writes it.
    pub(crate) source: &'static str,
}

/// Things that are gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// Resolver of the machine.
    MachineResolver,
    /// Resolver of the container.
    PodResolver,
    /// A result of a collector that has one key of its own name.
    Only,
    /// All objects of a kind in a namespace in one text.
    DescribedTogether,
    /// One object in one text.
    Described,
    /// One probe of a target.
    Probe,
    /// The provisioning log of the node.
    ProvisionLog,
    /// Any file of the node.
    NodeLog,
    /// The last file of the node that the list names; each overwrites the one before.
    LastNodeLog,
    /// The journal of a unit.
    Journal,
    /// Metrics as `kubectl top` prints them.
    MetricsTable,
    /// Metrics as JSON.
    Metrics,
    /// The log of a container.
    ContainerLog,
    /// The budgets of a namespace.
    Budgets,
    /// A diagnoser's result.
    Diagnosis,
    /// A log of a Windows node.
    WindowsLog,
}

/// A row of the table.
const fn key(
    collector: &'static str,
    what: What,
    releases: (Version, Version),
    pattern: &'static str,
    source: &'static str,
) -> Key {
    Key {
        collector,
        what,
        releases,
        pattern,
        source,
    }
}

/// All keys that a run with default settings can write. Helm, `OSM`, `SMI` and
/// `podscontainerlogs` need settings that this cluster has not.
pub(crate) const KEYS: &[Key] = &[
    key(
        "containerlogs",
        What::ContainerLog,
        (V0_1, V0_1),
        "<ns>/<pod>",
        "pkg/action/containerlogs_action.go",
    ),
    key(
        "containerlogs",
        What::ContainerLog,
        (V0_3, V0_3),
        "<ns>_<pod>",
        "pkg/collector/containerlogs_collector.go",
    ),
    key(
        "containerlogs",
        What::ContainerLog,
        (V0_4, V0_4),
        "k8s_<ctr>_<pod>_<ns>_<uid>_0",
        "pkg/collector/containerlogs_collector.go",
    ),
    key(
        "dns",
        What::MachineResolver,
        (V0_1, V0_1),
        "host",
        "pkg/action/dns_action.go",
    ),
    key(
        "dns",
        What::PodResolver,
        (V0_1, V0_1),
        "container",
        "pkg/action/dns_action.go",
    ),
    // v0.4 and v0.5 fill a map that nobody reads with the machine's.
    key(
        "dns",
        What::MachineResolver,
        (V0_3, V0_3),
        "virtualmachine",
        "pkg/collector/dns_collector.go",
    ),
    key(
        "dns",
        What::MachineResolver,
        (V0_6, V0_0_13),
        "virtualmachine",
        "pkg/collector/dns_collector.go",
    ),
    key(
        "dns",
        What::PodResolver,
        (V0_3, V0_0_13),
        "kubernetes",
        "pkg/collector/dns_collector.go",
    ),
    key(
        "dns",
        What::Diagnosis,
        (V0_1, V0_1),
        "dns",
        "pkg/action/dns_action.go",
    ),
    key(
        "iptables",
        What::Only,
        (V0_1, V0_1),
        "iptables",
        "pkg/action/iptables_action.go",
    ),
    key(
        "iptables",
        What::Only,
        (V0_3, V0_0_13),
        "iptables",
        "pkg/collector/iptables_collector.go",
    ),
    key(
        "kubeletcmd",
        What::Only,
        (V0_1, V0_1),
        "kubeletcmd",
        "pkg/action/kubeletcmd_action.go",
    ),
    key(
        "kubeletcmd",
        What::Only,
        (V0_3, V0_0_13),
        "kubeletcmd",
        "pkg/collector/kubeletcmd_collector.go",
    ),
    key(
        "kubeobjects",
        What::DescribedTogether,
        (V0_1, V0_1),
        "<ns>/<type>",
        "pkg/action/kubeobjects_action.go",
    ),
    key(
        "kubeobjects",
        What::Described,
        (V0_3, V0_0_13),
        "<ns>_<type>_<name>",
        "pkg/collector/kubeobjects_collector.go",
    ),
    key(
        "networkconfig",
        What::Diagnosis,
        (V0_3, V0_0_13),
        "networkconfig",
        "pkg/diagnoser/networkconfig_diagnoser.go",
    ),
    key(
        "networkoutbound",
        What::Probe,
        (V0_1, V0_1),
        "<target>",
        "pkg/action/networkoutbound_action.go",
    ),
    key(
        "networkoutbound",
        What::Probe,
        (V0_3, V0_0_13),
        "<target>",
        "pkg/collector/networkoutbound_collector.go",
    ),
    key(
        "networkoutbound",
        What::Diagnosis,
        (V0_1, V0_1),
        "networkoutbound",
        "pkg/action/networkoutbound_action.go",
    ),
    key(
        "networkoutbound",
        What::Diagnosis,
        (V0_3, V0_0_13),
        "networkoutbound",
        "pkg/diagnoser/networkoutbound_diagnoser.go",
    ),
    key(
        "nodelogs",
        What::NodeLog,
        (V0_3, V0_3),
        "<path>",
        "pkg/collector/nodelogs_collector.go",
    ),
    key(
        "nodelogs",
        What::LastNodeLog,
        (V0_4, V0_6),
        "nodeLog",
        "pkg/collector/nodelogs_collector.go",
    ),
    key(
        "nodelogs",
        What::NodeLog,
        (V0_9, V0_0_13),
        "<path>",
        "pkg/collector/nodelogs_collector.go",
    ),
    key(
        "poddisruptionbudget",
        What::Budgets,
        (V0_9, V0_0_13),
        "pdb-<ns>",
        "pkg/collector/pdb_collector.go",
    ),
    key(
        "provisionlogs",
        What::ProvisionLog,
        (V0_1, V0_1),
        "provisionlogs",
        "pkg/action/provisionlogs_action.go",
    ),
    key(
        "systemlogs",
        What::Journal,
        (V0_1, V0_1),
        "<unit>",
        "pkg/action/systemlogs_action.go",
    ),
    key(
        "systemlogs",
        What::Journal,
        (V0_3, V0_0_13),
        "<unit>",
        "pkg/collector/systemlogs_collector.go",
    ),
    key(
        "systemperf",
        What::MetricsTable,
        (V0_3, V0_4),
        "<type>",
        "pkg/collector/systemperf_collector.go",
    ),
    key(
        "systemperf",
        What::Metrics,
        (V0_6, V0_0_13),
        "<type>",
        "pkg/collector/systemperf_collector.go",
    ),
    key(
        "windowslogs",
        What::WindowsLog,
        (V0_0_12, V0_0_13),
        "collect-windows-logs/<path>",
        "pkg/collector/windowslogs_collector.go",
    ),
];

/// The row for this in a release; `None` where the release does not write it.
pub(crate) fn row(version: Version, collector: &str, what: What) -> Option<&'static Key> {
    let mut own = KEYS
        .iter()
        .filter(|key| key.collector == collector && key.what == what);
    own.find(|key| (key.releases.0..=key.releases.1).contains(&version))
}

/// The keys of a release, one a line, each with the source that writes it.
pub(crate) fn list(version: Version, commit: &str) -> String {
    let own = KEYS
        .iter()
        .filter(|key| (key.releases.0..=key.releases.1).contains(&version));
    let line = |key: &Key| [key.collector, key.pattern, key.source].join("\t");
    let lines: Vec<String> = own.map(line).collect();
    let end = format!("@{commit}\n");
    lines.join(&end) + &end
}

/// The key with what its pattern leaves open.
pub(crate) fn fill(pattern: &str, open: &[(&str, &str)]) -> String {
    open.iter().fold(pattern.to_owned(), |key, (name, value)| {
        key.replace(&format!("<{name}>"), value)
    })
}

/// Targets of the probes in a release: the key and type, and where it connects to; `<fqdn>` is the
/// API server's own name. Source: as the rows of `networkoutbound`.
pub(crate) fn targets(version: Version) -> &'static [(&'static str, &'static str)] {
    const OLDEST: &[(&str, &str)] = &[
        ("InternetConnectivity", "google.com:80"),
        (
            "APIServerConnectivity",
            "kubernetes.default.svc.cluster.local:443",
        ),
        ("TunnelConnectivity", "<fqdn>:9000"),
        ("ACRConnectivity", "azurecr.io:80"),
        ("MCRConnectivity", "mcr.microsoft.com:80"),
    ];
    const WITH_TUNNEL: &[(&str, &str)] = &[
        ("Internet", "google.com:80"),
        ("AKS API Server", "kubernetes.default.svc.cluster.local:443"),
        ("AKS Tunnel", "<fqdn>:9000"),
        ("Azure Container Registry", "azurecr.io:80"),
        ("Microsoft Container Registry", "mcr.microsoft.com:80"),
    ];
    const NOW: &[(&str, &str)] = &[
        ("Internet", "google.com:80"),
        ("AKS API Server", "kubernetes.default.svc.cluster.local:443"),
        ("Azure Container Registry", "azurecr.io:80"),
        ("Microsoft Container Registry", "mcr.microsoft.com:80"),
    ];
    match version {
        V0_1 => OLDEST,
        V0_3 | V0_4 => WITH_TUNNEL,
        _ => NOW,
    }
}
