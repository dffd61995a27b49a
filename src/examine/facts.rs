//! What collectors write in forms of their own, as facts: the output of commands on a node
//! (`iptables`, `ps`, `cat /etc/resolv.conf`, `kubectl top`) and states that no object in the
//! bundle tells.
//!
//! Field names and forms are those of AKS Periscope (`pkg/collector` at `c55d8b9` and the tags v0.1
//! to 0.0.13); the outputs of commands look the same in other collectors' bundles.

use crate::locator::Snippet;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// Kinds of facts that a check may need to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactKind {
    /// Connections that were tried.
    Probes,
    /// Helm's releases with their history.
    HelmReleases,
    /// CPU and memory in use.
    Usage,
    /// CPU and memory in use, in percent of what a node can allocate.
    UsageShare,
    /// States of pods beside their logs.
    PodStates,
    /// The nat table of a node.
    NatTable,
    /// The command line of a kubelet.
    KubeletCommand,
    /// Resolver configurations.
    Resolver,
    /// States of Azure resources.
    AzureResources,
}

impl FactKind {
    /// What it is called in reports: "connection probes".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Probes => "connection probes",
            Self::HelmReleases => "list of Helm releases",
            Self::Usage => "CPU and memory in use",
            Self::UsageShare => "CPU and memory in use in percent",
            Self::PodStates => "states of pods beside their logs",
            Self::NatTable => "nat table of a node",
            Self::KubeletCommand => "command line of a kubelet",
            Self::Resolver => "resolver configuration of a node",
            Self::AzureResources => "states of Azure resources",
        }
    }
}

/// The state of an Azure resource, as `az` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AzureResource {
    /// Its name; below its scale set's or cluster's, where that is stated.
    pub name: String,
    /// `provisioningState`: `Succeeded`, `Failed`, `Canceled`, `Updating`, ...
    pub provisioning: String,
    /// `Running`, `Stopped`, `deallocated`, ...
    pub power: Option<String>,
    /// Its version of Kubernetes.
    pub version: Option<String>,
    /// Where it stands.
    pub snippet: Snippet,
}

/// One revision of a Helm release: an entry of `history` in `helm_list`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelmRevision {
    /// `revision`.
    pub number: u64,
    /// `deployed`, `superseded`, `failed`, `pending-upgrade`, ...
    pub status: String,
    /// `lastDeployment`: when Helm began to install or upgrade it.
    pub at: Option<Timestamp>,
    /// `description`: "Upgrade complete", or why it failed.
    pub description: String,
    /// `appVersion`; may be empty.
    pub app_version: String,
}

/// CPU and memory in use, as the metrics API tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Usage {
    /// Whose use it is.
    pub of: UsageOf,
    /// Name of the node, the container or the pod.
    pub name: String,
    /// Namespace of the pod; Periscope's JSON does not tell that of a container.
    pub namespace: Option<String>,
    /// CPU in milli.
    pub cpu: i64,
    /// Memory in bytes: the working set.
    pub memory: i64,
    /// CPU and memory in percent of what the node can allocate, where `kubectl top` prints it.
    pub percent: Option<(i64, i64)>,
    /// Where it stands.
    pub snippet: Snippet,
}

/// Whose use of CPU and memory is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UsageOf {
    /// A node.
    Node,
    /// A container, by its name alone.
    Container,
    /// A pod, the sum of its containers.
    Pod,
}

/// State of a pod, as Periscope writes it beside the log of each container (`podscontainerlogs`).
#[derive(Debug, Clone, PartialEq)]
pub struct PodStatus {
    /// `name`; the namespace is not told.
    pub pod: String,
    /// `containerName`: whose log it is.
    pub container: String,
    /// Containers that are ready, and all: `ready` as in `1/2`.
    pub ready: (u64, u64),
    /// `status`: the phase.
    pub phase: String,
    /// `restart`: restarts of all its containers.
    pub restarts: u64,
    /// `age`, which is written in nanoseconds.
    pub age: Option<SignedDuration>,
    /// Where it stands.
    pub snippet: Snippet,
}

/// A piece of the nat table of a node, as `iptables -t nat -L` prints it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NatTable {
    /// Its chains, without those that kube-proxy makes for single services and endpoints.
    pub chains: BTreeSet<String>,
    /// Services, as `namespace/name`, whose cluster IP is translated.
    pub services: BTreeSet<String>,
    /// Rules that translate to the address of an endpoint.
    pub endpoints: Vec<EndpointRule>,
    /// Whether kube-proxy matches services by ipsets: IPVS mode.
    pub ipsets: bool,
    /// Whether the node has tables of the other variant of iptables, which this one does not show.
    pub other_variant: bool,
    /// The first lines; `None` in a piece that is not the first.
    pub front: Option<Snippet>,
}

/// A rule that translates to the address of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointRule {
    /// Its line in the entry.
    pub line: u64,
    /// The line itself.
    pub text: Box<str>,
}

impl EndpointRule {
    /// The service that it is for, as `namespace/name`: kube-proxy writes it as a comment.
    pub fn service(&self) -> Option<&str> {
        let (_, comment) = self.text.split_once("/* ")?;
        let (comment, _) = comment.split_once(" */")?;
        let service = comment.split_once(':').map_or(comment, |(name, _)| name);
        service.contains('/').then_some(service)
    }

    /// The address that it translates to, without the port.
    pub fn address(&self) -> Option<&str> {
        let (_, target) = self.text.rsplit_once(" to:")?;
        let target = target.split_whitespace().next()?;
        let (address, _) = target.rsplit_once(':')?;
        Some(address.trim_matches(['[', ']']))
    }

    /// The line as evidence.
    pub fn snippet(&self) -> Snippet {
        Snippet {
            line: self.line,
            text: self.text.to_string(),
            before: vec![],
            after: vec![],
            matched: (0, self.text.len()),
            around: None,
        }
    }
}

/// The command line of a kubelet.
#[derive(Debug, Clone, PartialEq)]
pub struct KubeletCommand {
    /// Flags with their values, without the dashes; `true` where a flag stands alone.
    pub flags: Vec<(String, String)>,
    /// Where it stands.
    pub snippet: Snippet,
}

impl KubeletCommand {
    /// The value of a flag; the last one counts.
    pub fn flag(&self, name: &str) -> Option<&str> {
        let mut flags = self.flags.iter().rev();
        flags
            .find(|(flag, _)| flag == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A resolver configuration, `resolv.conf`.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolver {
    /// Whether it is that of the machine; else that of the collector's own pod.
    pub of_machine: bool,
    /// Addresses of `nameserver` lines, in order.
    pub servers: Vec<String>,
    /// The first `nameserver` line.
    pub snippet: Snippet,
}
