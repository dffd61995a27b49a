//! Facts of one piece of one entry: what the examining worker keeps when it drops the bytes.

use super::facts::{
    AzureResource, FactKind, HelmRevision, KubeletCommand, NatTable, PodStatus, Resolver, Usage,
};
use super::prefix::Level;
use crate::gap::Gap;
use crate::kube::{Event, Object};
use crate::locator::{EntryPath, Snippet};
use crate::rules::MatcherId;
use crate::time::Stamp;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

/// Stands for the namespace of a list over all namespaces; no namespace is called like this.
pub const EVERY_NAMESPACE: &str = "*";

/// Everything learned from one piece of an entry.
#[derive(Debug, Clone)]
pub struct Part {
    /// The entry.
    pub path: EntryPath,
    /// Number of the piece within its entry, from zero.
    pub piece: u32,
    /// How the bytes were read.
    pub shape: Shape,
    /// Bytes of the piece after decompression and decoding.
    pub bytes: u64,
    /// Hash of the piece's bytes: the same entry collected twice is counted once.
    pub digest: u128,
    /// Modification time the archive states; only ever used to guess a missing year.
    pub modified: Option<Timestamp>,
    /// Log text: one for a plain log, one for each section of a dump.
    pub logs: Vec<LogPart>,
    /// Kubernetes objects.
    pub objects: Vec<Object>,
    /// Kubernetes events.
    pub events: Vec<Event>,
    /// First and last time of the normal events that no rule knows; they are not kept.
    pub quiet_events: QuietEvents,
    /// Kinds of the lists and objects read, with the number of items: an empty list says that its
    /// kind was collected.
    pub kinds: BTreeMap<String, usize>,
    /// Lists read to their end, as (kind, namespace): what of a kind is not in its list was not in
    /// the namespace. [`EVERY_NAMESPACE`] where a list spans several, empty where it does not say.
    pub listed: BTreeSet<(String, String)>,
    /// Facts of a collector's own files.
    pub collector: Vec<CollectorFact>,
    /// Events that no list of them brought.
    pub told_events: ToldEvents,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

/// Events in text that somebody copied or printed of single objects: where they end, others may have
/// been left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ToldEvents {
    /// Objects whose descriptions were read.
    pub described: usize,
    /// Rows of tables.
    pub rows: usize,
}

impl AddAssign for ToldEvents {
    fn add_assign(&mut self, other: Self) {
        self.described += other.described;
        self.rows += other.rows;
    }
}

/// When events were seen that nothing else is kept of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QuietEvents {
    /// First seen.
    pub first: Option<Timestamp>,
    /// Last seen.
    pub last: Option<Timestamp>,
}

impl QuietEvents {
    /// The same with another time span in it.
    #[must_use]
    pub fn with(self, first: Option<Timestamp>, last: Option<Timestamp>) -> Self {
        Self {
            first: self.first.into_iter().chain(first).min(),
            last: self.last.max(last),
        }
    }
}

/// How the bytes of an entry are read; decided from its name and first bytes alone, so that the
/// order of entries never matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// Lines of a log or other text.
    Log,
    /// `==== START logs` sections, with documents between them (dump stream) or without (`logs.txt`).
    Sections,
    /// One or more JSON documents.
    Json,
    /// One or more YAML documents.
    Yaml,
    /// `kubectl describe` text.
    Describe,
    /// A table of pods as `kubectl get` prints it.
    Table,
    /// Outputs of several commands, or of one with its command line: see [`super::pasted`].
    Pasted,
    /// Not text, or nothing to read.
    Opaque,
}

/// Log text of one piece: a whole plain log, or the part of one dump section inside the piece.
#[derive(Debug, Clone, Default)]
pub struct LogPart {
    /// Whose log a dump section is.
    pub section: Option<Section>,
    /// First line of the text in its entry, from one.
    pub first_line: u64,
    /// Number of lines.
    pub lines: u64,
    /// Bytes of text.
    pub bytes: u64,
    /// First and last time stated in the text.
    pub first: Option<Stamp>,
    /// See `first`.
    pub last: Option<Stamp>,
    /// Latest instant that a line states in full (with year and zone): helps to find missing years.
    pub latest_absolute: Option<Timestamp>,
    /// Year that messages write beside the month and day of the last stamp, where stamps have none.
    pub year: Option<i16>,
    /// Who wrote the lines, as their prefixes say (syslog, journald), with line counts.
    pub tags: BTreeMap<Tag, u64>,
    /// Component guessed from the source files that klog names (`kubelet.go`), where no name says it.
    pub component_hint: Option<&'static str>,
    /// How the text moves through time.
    pub rhythm: super::lines::Rhythm,
    /// Its last lines, with the time of the last.
    pub tail: Option<(Option<Stamp>, Snippet)>,
    /// Hits of log matchers.
    pub hits: Vec<HitGroup>,
    /// Error lines that no rule explains for sure, by template.
    pub errors: Vec<ErrorGroup>,
    /// Error lines whose template was one too many.
    pub errors_left_out: u64,
    /// Error that the collector wrote in place of the log.
    pub fetch_error: Option<Snippet>,
}

/// The log that a dump section holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Section {
    /// Namespace of the pod.
    pub namespace: String,
    /// The pod.
    pub pod: String,
    /// The container; empty in dumps of the first releases, which name none.
    pub container: String,
}

/// Machine and process a line names in its prefix.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tag {
    /// Host name of a syslog or journald prefix.
    pub host: Option<Box<str>>,
    /// Program of a syslog or journald prefix: `kubelet`, `kernel`, `containerd`, ...
    pub unit: Option<Box<str>>,
}

/// All hits of one matcher on lines of one writer, about one subject, in one piece of a log.
#[derive(Debug, Clone)]
pub struct HitGroup {
    /// The matcher.
    pub matcher: MatcherId,
    /// Who wrote the lines.
    pub tag: Tag,
    /// What the lines speak about, where they name it.
    pub about: About,
    /// Matchers of more specific rules that hit the same lines but do not fire on every such line
    /// (they look at fewer components, or have a rate): where one of their rules is found, these
    /// hits are explained by it.
    pub silenced_by: Box<[MatcherId]>,
    /// Number of hits.
    pub count: u64,
    /// First and last samples in line order; the first hit and the last hit are always among them.
    pub samples: Vec<Sample>,
    /// Time of every hit, up to a limit; kept only for matchers with a rate.
    pub times: Vec<Stamp>,
}

/// Error lines of one writer with one template in one piece of a log.
#[derive(Debug, Clone)]
pub struct ErrorGroup {
    /// What they have in common.
    pub key: ErrorKey,
    /// Number of lines.
    pub count: u64,
    /// Times of the lines with their number, in line order; lines of one minute are told together.
    pub times: Vec<(Stamp, u64)>,
    /// The first two and the last line.
    pub samples: Vec<Sample>,
}

/// What error lines are told apart by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ErrorKey {
    /// Their words without what varies.
    pub template: String,
    /// How bad.
    pub level: Level,
    /// Who wrote them.
    pub tag: Tag,
    /// Matchers that hit the lines, but only explain them in logs of some components, or with
    /// others of their rule.
    pub hit_by: Box<[MatcherId]>,
}

/// Objects that a line names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct About {
    /// Namespace, where stated.
    pub namespace: Option<Box<str>>,
    /// Pod, where stated.
    pub pod: Option<Box<str>>,
    /// Node, where stated.
    pub node: Option<Box<str>>,
    /// UID of a pod, where nothing tells its namespace: the kernel knows nothing but the path of a
    /// cgroup.
    pub uid: Option<Box<str>>,
    /// Object of another kind that the line reports an event about.
    pub object: Option<Box<Reference>>,
}

/// An object that is neither a pod nor a node, as a printed event names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// `ReplicaSet`, ...
    pub kind: Box<str>,
    /// Empty where the kind has none.
    pub namespace: Box<str>,
    /// Its name.
    pub name: Box<str>,
}

/// One hit with its text.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Time the line states.
    pub stamp: Option<Stamp>,
    /// The line (or record) and the lines around it.
    pub snippet: Snippet,
    /// Named groups of the matcher's regex.
    pub captures: Vec<(String, String)>,
    /// Whether the regex was asked where it matches; until then a literal is marked.
    pub searched: bool,
}

/// Stands in for the component of [`CollectorFact::Started`] where the line is the same in the logs
/// of many: whose log it is tells.
pub const LOGS_OWN: &str = "";

/// A fact from a file that only a collector writes.
#[derive(Debug, Clone, PartialEq)]
pub enum CollectorFact {
    /// An outbound connection that Periscope tried.
    Outbound(Outbound),
    /// A node's network configuration as Periscope found it.
    NetworkConfig(NetworkConfig),
    /// Disruption budgets of one namespace as Periscope lists them.
    DisruptionBudget(DisruptionBudget),
    /// A Helm release as Periscope lists it.
    HelmRelease(HelmRelease),
    /// The console of `az aks kollect` or `kanalyze`, which says where a run uploads to.
    Console {
        /// The storage account; empty where it does not say.
        account: String,
        /// The container in it; empty likewise.
        container: String,
        /// Where it begins.
        snippet: Snippet,
    },
    /// CPU and memory that a node, a container or a pod uses.
    Usage(Usage),
    /// State of a pod, beside the log of one of its containers.
    PodStatus(PodStatus),
    /// A piece of the nat table of a node.
    NatTable(NatTable),
    /// The command line of a node's kubelet.
    KubeletCommand(KubeletCommand),
    /// Resolver configuration of a machine or of a collector's pod.
    Resolver(Resolver),
    /// The state of an Azure resource.
    Azure(AzureResource),
    /// The version that a program names in its log when it starts.
    Started {
        /// `kubelet`, `container runtime`, ..., as the inventory calls it, or [`LOGS_OWN`].
        component: &'static str,
        /// `v1.28.5`.
        version: String,
        /// Where it stands.
        snippet: Snippet,
    },
    /// The server's version, of `kubectl version -o json` and the like.
    ServerVersion {
        /// `v1.28.8`.
        git_version: String,
        /// Where it stands.
        snippet: Snippet,
    },
}

impl CollectorFact {
    /// Whether only a file of AKS Periscope states such a fact.
    pub fn is_periscopes(&self) -> bool {
        matches!(
            self,
            Self::Outbound(_)
                | Self::NetworkConfig(_)
                | Self::DisruptionBudget(_)
                | Self::HelmRelease(_)
                | Self::PodStatus(_)
        )
    }

    /// Whether it is of this kind.
    pub fn is(&self, kind: FactKind) -> bool {
        match kind {
            FactKind::Probes => matches!(self, Self::Outbound(_)),
            FactKind::HelmReleases => matches!(self, Self::HelmRelease(_)),
            FactKind::Usage => matches!(self, Self::Usage(_)),
            FactKind::UsageShare => matches!(self, Self::Usage(usage) if usage.percent.is_some()),
            FactKind::PodStates => matches!(self, Self::PodStatus(_)),
            FactKind::NatTable => matches!(self, Self::NatTable(_)),
            FactKind::KubeletCommand => matches!(self, Self::KubeletCommand(_)),
            FactKind::AzureResources => matches!(self, Self::Azure(_)),
            FactKind::Resolver => matches!(self, Self::Resolver(_) | Self::NetworkConfig(_)),
        }
    }

    /// The node that it says it was collected on.
    pub fn node(&self) -> Option<&str> {
        match self {
            Self::Outbound(probe) => probe.host.as_deref(),
            Self::NetworkConfig(config) => Some(&config.host),
            _ => None,
        }
    }

    /// When its collector was at work. The zero time of Go, year 1, is none.
    pub fn probed(&self) -> Option<Timestamp> {
        match self {
            Self::Outbound(probe) => probe.time.filter(|at| *at > Timestamp::UNIX_EPOCH),
            _ => None,
        }
    }
}

/// An outbound connection that Periscope tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Outbound {
    /// `Internet`, `AKS API Server`, ...
    pub kind: String,
    /// `host:port`, where stated.
    pub url: Option<String>,
    /// Node that tried, where stated.
    pub host: Option<String>,
    /// The error; `None` when the connection was made.
    pub error: Option<String>,
    /// When it was tried.
    pub time: Option<Timestamp>,
    /// Where it stands.
    pub snippet: Snippet,
}

/// A node's network configuration as Periscope found it.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkConfig {
    /// The node.
    pub host: String,
    /// `azurecni`, `kubenet`, or empty.
    pub plugin: String,
    /// Name servers of the machine.
    pub machine_dns: Vec<String>,
    /// Name servers of pods.
    pub kubernetes_dns: Vec<String>,
    /// Limit of pods on the node; 0 where unknown.
    pub max_pods: i64,
    /// Where it stands.
    pub snippet: Snippet,
}

/// One disruption budget as Periscope lists it.
#[derive(Debug, Clone, PartialEq)]
pub struct DisruptionBudget {
    /// Its name.
    pub name: String,
    /// `minAvailable` as text; `None` where unset.
    pub min_available: Option<String>,
    /// `maxUnavailable` as text; `None` where unset.
    pub max_unavailable: Option<String>,
    /// Disruptions allowed at the moment.
    pub allowed: i64,
    /// Where it stands.
    pub snippet: Snippet,
}

/// One Helm release as Periscope lists it.
#[derive(Debug, Clone, PartialEq)]
pub struct HelmRelease {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// `deployed`, `failed`, ...
    pub status: String,
    /// Name of its chart.
    pub chart: String,
    /// Its revisions, in no order. Helm finds them by the name of the release alone: those of
    /// releases of this name in other namespaces are among them.
    pub history: Vec<HelmRevision>,
    /// Where it stands.
    pub snippet: Snippet,
}
