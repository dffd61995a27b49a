//! The detectors of "Diagnose and solve problems" in the Azure portal, and what answers them here.
//!
//! A support engineer of AKS is asked to run them. For a bundle of an AKS cluster the report says
//! of each: answered here (by these rules), answered in part (and what the portal adds), or only
//! in the portal (and what to look at there). In: the coverage. Out: [`DetectorAnswer`]s.

use crate::diagnose::answer::coverage::{Coverage, Outcome};
use std::collections::BTreeMap;

/// A detector as the portal lists it.
struct Detector {
    /// Its id, by which links name it.
    id: &'static str,
    /// Its title.
    name: &'static str,
    /// The category under which it is found.
    category: &'static str,
    /// Rules that answer it.
    rules: &'static [&'static str],
    /// What only the portal shows; empty where nothing is missing.
    portal: &'static str,
}

/// What the bundle answers of one detector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetectorAnswer {
    /// Id of the detector.
    pub id: &'static str,
    /// Its title.
    pub name: &'static str,
    /// The category under which the portal shows it.
    pub category: &'static str,
    /// How much of it the rules answer.
    pub answered: Answered,
    /// How its rules ended: found before not checked before clear; `None` where it has none.
    pub outcome: Option<Outcome>,
    /// Its rules that ended so.
    pub rules: Vec<&'static str>,
    /// What to look at in the portal; may be empty.
    pub portal: &'static str,
}

/// How much of a detector is answered from a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answered {
    /// All of it.
    Here,
    /// The part that leaves traces in the cluster.
    Partly,
    /// Nothing: it is about Azure's side.
    Portal,
}

impl Answered {
    /// `here`, `partly`, `portal`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Partly => "partly",
            Self::Portal => "portal",
        }
    }
}

/// The answers that the coverage of a bundle gives, those with a finding first.
pub(super) fn answers(coverage: &Coverage) -> Vec<DetectorAnswer> {
    let outcomes: BTreeMap<&str, Outcome> = coverage
        .rules
        .iter()
        .map(|row| (row.rule.as_str(), row.outcome))
        .collect();
    let mut answers: Vec<DetectorAnswer> = DETECTORS
        .iter()
        .map(|detector| answer(detector, &outcomes))
        .collect();
    let found = |answer: &DetectorAnswer| answer.outcome == Some(Outcome::Found);
    answers.sort_by_key(|answer| (!found(answer), answer.answered));
    answers
}

/// The answer to one detector. A rule that could not run keeps the question open.
fn answer(detector: &'static Detector, outcomes: &BTreeMap<&str, Outcome>) -> DetectorAnswer {
    let ended = |wanted: Outcome| -> Vec<&'static str> {
        let rules = detector.rules.iter().copied();
        rules
            .filter(|rule| outcomes.get(rule) == Some(&wanted))
            .collect()
    };
    let (outcome, rules) = [Outcome::Found, Outcome::NotChecked, Outcome::Clear]
        .into_iter()
        .map(|outcome| (outcome, ended(outcome)))
        .find(|(_, rules)| !rules.is_empty())
        .map_or((None, vec![]), |(outcome, rules)| (Some(outcome), rules));
    DetectorAnswer {
        id: detector.id,
        name: detector.name,
        category: detector.category,
        answered: match (detector.rules, detector.portal) {
            ([], _) => Answered::Portal,
            (_, "") => Answered::Here,
            _ => Answered::Partly,
        },
        outcome,
        rules,
        portal: detector.portal,
    }
}

/// All detectors, by id.
const DETECTORS: &[Detector] = &[
    Detector {
        id: "Etcd",
        name: "Etcd Availability Issues",
        category: "Known Issues, Availability and Performance",
        rules: &["etcd-slow", "etcd-database-full", "etcd-object-too-large"],
        portal: "the sizes and latencies of the managed etcd",
    },
    Detector {
        id: "InvalidClientServicePrincipal",
        name: "Client Service Principal",
        category: "Identity and Security",
        rules: &["azure-sp-secret-expired", "azure-sp-credential-invalid"],
        portal: "",
    },
    Detector {
        id: "NodeDiskPressure",
        name: "Node Disk Pressure",
        category: "Node Health",
        rules: &[
            "node-disk-pressure",
            "kubelet-eviction",
            "disk-full",
            "image-gc-failed",
        ],
        portal: "",
    },
    Detector {
        id: "NodeMemoryPressure",
        name: "Node Memory Pressure",
        category: "Node Health",
        rules: &[
            "node-memory-pressure",
            "kubelet-eviction",
            "kubelet-system-oom",
        ],
        portal: "",
    },
    Detector {
        id: "ProvisioningStatusNodePool",
        name: "Node Pool Provisioning State",
        category: "Create, Upgrade, Delete and Scale",
        rules: &[],
        portal: "the provisioning state of each node pool",
    },
    Detector {
        id: "aad-issues",
        name: "AKS-managed AAD Integration Issues",
        category: "Identity and Security",
        rules: &["apiserver-auth-rejected"],
        portal: "sign-in errors of the managed integration",
    },
    Detector {
        id: "advisor-autoscaling-clusters",
        name: "Unsupported Cluster Autoscaler",
        category: "Best Practices",
        rules: &[],
        portal: "the autoscale settings of the scale sets",
    },
    Detector {
        id: "advisor-b-series-vms",
        name: "Node Pools Using B-Series VMs",
        category: "Best Practices",
        rules: &[],
        portal: "the sizes of the node pools; they also stand in this inventory as machine types",
    },
    Detector {
        id: "advisor-cluster-loadbalancer",
        name: "Cluster Load Balancer",
        category: "Best Practices",
        rules: &["lb-standard-sku-unsupported", "lb-vmss-backend-lost-basic"],
        portal: "the SKU of the load balancer",
    },
    Detector {
        id: "advisor-pod-security-policy",
        name: "Pod Security Policies",
        category: "Best Practices",
        rules: &["api-version-removed", "api-version-deprecated"],
        portal: "the cluster's settings",
    },
    Detector {
        id: "advisor-shared-route-table",
        name: "Shared Route Table",
        category: "Best Practices",
        rules: &["azure-route-table-conflict", "azure-route-update-conflict"],
        portal: "who else uses the route table",
    },
    Detector {
        id: "agentpool-image-upgrade-failures",
        name: "Node Image Upgrade Issues",
        category: "Create, Upgrade, Delete and Scale",
        rules: &[
            "pdb-blocks-drain",
            "upgrade-drain-timeout",
            "cse-outbound-blocked",
            "cse-timeout-or-script",
        ],
        portal: "the failed operation and its error code",
    },
    Detector {
        id: "agentpool-put-failures",
        name: "Node Pool Put and Scale Issues",
        category: "Create, Upgrade, Delete and Scale",
        rules: &[
            "azure-quota-exceeded",
            "azure-allocation-failed",
            "azure-subnet-full",
            "cse-outbound-blocked",
            "cse-timeout-or-script",
        ],
        portal: "the failed operation and its error code",
    },
    Detector {
        id: "aks-azure-cni-address-ranges",
        name: "CNI Address Range Configuration",
        category: "Best Practices",
        rules: &[],
        portal: "the address ranges of the cluster and its network",
    },
    Detector {
        id: "aks-cas-and-multiple-azs",
        name: "Cluster Autoscaler and Multiple AZs",
        category: "Best Practices",
        rules: &[
            "volume-attach-failed",
            "azuredisk-zone-mismatch",
            "ca-no-scaleup",
        ],
        portal: "the zones of each pool and its autoscaler settings",
    },
    Detector {
        id: "aks-category-availability-perf",
        name: "Known Issues, Availability and Performance",
        category: "Known Issues, Availability and Performance",
        rules: &[
            "apiserver-overloaded-429",
            "etcd-slow",
            "disk-iops-throttled",
            "kubelet-pleg-unhealthy",
            "pod-oomkilled",
        ],
        portal: "open service issues and platform metrics",
    },
    Detector {
        id: "aks-category-connectivity",
        name: "Connectivity Issues",
        category: "Connectivity Issues",
        rules: &[
            "apiserver-unreachable-from-node",
            "tunnel-pod-not-running",
            "konnectivity-agent-cannot-connect",
            "private-cluster-dns-failure",
            "egress-blocked-required-fqdn",
            "dns-lookup-failed",
            "periscope-outbound-failed",
            "kube-proxy-rules-missing",
            "kube-proxy-rules-stale",
        ],
        portal: "the settings of the virtual network and of the API server",
    },
    Detector {
        id: "aks-category-crud",
        name: "Create, Upgrade, Delete and Scale",
        category: "Create, Upgrade, Delete and Scale",
        rules: &[
            "upgrade-drain-timeout",
            "pdb-blocks-drain",
            "azure-quota-exceeded",
            "azure-allocation-failed",
            "ca-scaleup-failed",
        ],
        portal: "the operations and their error codes",
    },
    Detector {
        id: "aks-category-identity-security",
        name: "Identity and Security",
        category: "Identity and Security",
        rules: &[
            "azure-sp-secret-expired",
            "azure-authorization-failed",
            "x509-expired",
            "imds-identity-not-found",
        ],
        portal: "certificates and identities as Azure knows them",
    },
    Detector {
        id: "aks-category-node-health",
        name: "Node Health",
        category: "Node Health",
        rules: &[
            "node-not-ready",
            "node-disk-pressure",
            "node-memory-pressure",
            "node-pid-pressure",
            "kubelet-pleg-unhealthy",
            "disk-iops-throttled",
            "node-usage-saturated",
        ],
        portal: "",
    },
    Detector {
        id: "aks-category-risk-assessment",
        name: "Best Practices",
        category: "Best Practices",
        rules: &[],
        portal: "the recommendations; this report shows failures, not advice",
    },
    Detector {
        id: "aks-cluster-delete-failures",
        name: "Cluster Delete Issues",
        category: "Create, Upgrade, Delete and Scale",
        rules: &[],
        portal: "the failed operation; a deleted cluster leaves no bundle",
    },
    Detector {
        id: "aks-cluster-put-failures",
        name: "Cluster Put, Patch and Scale Issues",
        category: "Create, Upgrade, Delete and Scale",
        rules: &[
            "azure-policy-denied",
            "azure-quota-exceeded",
            "azure-subnet-full",
            "azure-authorization-failed",
        ],
        portal: "the failed operation and its error code",
    },
    Detector {
        id: "aks-deprecated-node-labels",
        name: "Deprecated Node Labels",
        category: "Known Issues, Availability and Performance",
        rules: &[],
        portal: "the labels in use and their replacements",
    },
    Detector {
        id: "aks-k8s-deprecations",
        name: "Kubernetes API Deprecations",
        category: "Known Issues, Availability and Performance",
        rules: &[
            "api-version-deprecated",
            "api-version-removed",
            "aks-upgrade-blocked-deprecated-api",
        ],
        portal: "who still called these APIs, from the audit log",
    },
    Detector {
        id: "aks-nodepool-delete-failures",
        name: "Node Pool Delete Issues",
        category: "Create, Upgrade, Delete and Scale",
        rules: &["pdb-blocks-drain", "upgrade-drain-timeout"],
        portal: "the failed operation and its error code",
    },
    Detector {
        id: "aks-npm-breakingchange",
        name: "Azure Network Policy Breaking change",
        category: "Known Issues, Availability and Performance",
        rules: &["network-policy-npm-failure"],
        portal: "whether the change concerns this cluster",
    },
    Detector {
        id: "aks-private-ips-and-ranges",
        name: "Private IPs and CIDR Ranges",
        category: "Best Practices",
        rules: &[],
        portal: "the address ranges in the settings",
    },
    Detector {
        id: "aks-recommend-uptime-sla",
        name: "Upgrade to the Standard Tier",
        category: "Known Issues, Availability and Performance",
        rules: &["apiserver-overloaded-429", "etcd-slow"],
        portal: "the tier of the cluster",
    },
    Detector {
        id: "aks-reserved-address-ranges",
        name: "Reserved Address Ranges",
        category: "Best Practices",
        rules: &[],
        portal: "the address ranges in the settings",
    },
    Detector {
        id: "aks-restricted-vm-skus",
        name: "Restricted VM Sizes",
        category: "Best Practices",
        rules: &[],
        portal: "the sizes of the node pools; they also stand in this inventory as machine types",
    },
    Detector {
        id: "aks-service-impacting-issues",
        name: "Active Service Impacting Issues",
        category: "Known Issues, Availability and Performance",
        rules: &[],
        portal: "open incidents of the service",
    },
    Detector {
        id: "aks-subnet-sharing",
        name: "Subnet Sharing",
        category: "Best Practices",
        rules: &[],
        portal: "which clusters use the subnet",
    },
    Detector {
        id: "aks-windows2019-deprecation",
        name: "Windows 2019 Deprecation",
        category: "Known Issues, Availability and Performance",
        rules: &[],
        portal: "the Windows version of each pool; it also stands in this inventory as os image",
    },
    Detector {
        id: "aks-windowsdocker-deprecation",
        name: "Windows Docker Deprecation",
        category: "Known Issues, Availability and Performance",
        rules: &["kubelet-dockershim-removed"],
        portal: "the runtime of each Windows pool",
    },
    Detector {
        id: "aksapiserverauthorizedranges2",
        name: "API Server Authorized Ranges",
        category: "Connectivity Issues",
        rules: &["apiserver-unreachable-from-node"],
        portal: "the authorized address ranges",
    },
    Detector {
        id: "cluster-autoscaler-failures",
        name: "Cluster Auto-Scaler",
        category: "Create, Upgrade, Delete and Scale",
        rules: &[
            "ca-scaleup-failed",
            "ca-no-scaleup",
            "ca-backoff",
            "ca-unready-cluster",
            "ca-scaledown-blocked",
        ],
        portal: "",
    },
    Detector {
        id: "cluster-dns",
        name: "Cluster DNS",
        category: "Connectivity Issues",
        rules: &[
            "private-cluster-dns-failure",
            "dns-lookup-failed",
            "apiserver-unreachable-from-node",
            "node-dns-custom",
            "node-dns-servers-differ",
            "pod-dns-not-cluster-dns",
        ],
        portal: "whether the name of the API server resolves outside the cluster",
    },
    Detector {
        id: "cluster-min-version",
        name: "Kubernetes Version Check",
        category: "Best Practices",
        rules: &[],
        portal: "whether the version is still supported; it stands on the first screen",
    },
    Detector {
        id: "cluster-stop-start-failures",
        name: "Cluster Stop or Start Issues",
        category: "Create, Upgrade, Delete and Scale",
        rules: &[],
        portal: "the failed operation and its error code",
    },
    Detector {
        id: "cluster-subnet",
        name: "Cluster Subnet",
        category: "Connectivity Issues",
        rules: &["azure-subnet-full", "azure-cni-no-ip"],
        portal: "the settings of the subnet",
    },
    Detector {
        id: "clusterCertExpiredDetailed",
        name: "Cluster Certificates",
        category: "Identity and Security",
        rules: &["x509-expired"],
        portal: "the expiry of the certificates that AKS keeps",
    },
    Detector {
        id: "containerd-masquerading-ips",
        name: "ContainerD and Kubenet and Masquerading IPs",
        category: "Known Issues, Availability and Performance",
        rules: &[],
        portal: "the network plugin and age of the node image; both stand in this inventory",
    },
    Detector {
        id: "customerthrottling",
        name: "Azure Resource Request Throttling",
        category: "Known Issues, Availability and Performance",
        rules: &["azure-arm-throttled"],
        portal: "",
    },
    Detector {
        id: "incorrect-os-disk-configuration",
        name: "Non-Production-Ready OS Disk Configuration",
        category: "Best Practices",
        rules: &["disk-iops-throttled"],
        portal: "the OS disk of each pool",
    },
    Detector {
        id: "incorrect-pod-disruption-budgets",
        name: "Incorrect Pod Disruption Budgets",
        category: "Best Practices",
        rules: &["pdb-blocks-drain"],
        portal: "",
    },
    Detector {
        id: "kms-issues",
        name: "Azure KeyVault KMS Integration Issues",
        category: "Identity and Security",
        rules: &[],
        portal: "the state of the key encryption",
    },
    Detector {
        id: "node-pid-pressure-alerts",
        name: "Node PID Pressure",
        category: "Node Health",
        rules: &["node-pid-pressure", "runtime-fork-exhausted"],
        portal: "",
    },
    Detector {
        id: "nodeperfcpu",
        name: "Node CPU Pressure",
        category: "Node Health",
        rules: &["node-usage-saturated"],
        portal: "the CPU metrics of the nodes",
    },
    Detector {
        id: "nodes-not-ready-alerts",
        name: "Nodes Not Ready",
        category: "Node Health",
        rules: &["node-not-ready"],
        portal: "",
    },
    Detector {
        id: "oomkilled",
        name: "OOMKilled Pods",
        category: "Known Issues, Availability and Performance",
        rules: &[
            "pod-oomkilled",
            "container-oom-kernel",
            "kubelet-system-oom",
        ],
        portal: "",
    },
    Detector {
        id: "pod-subnet-full",
        name: "Pod Subnet Full",
        category: "Best Practices",
        rules: &["azure-subnet-full", "azure-cni-no-ip"],
        portal: "",
    },
    Detector {
        id: "private-cluster-dns",
        name: "Private Cluster DNS Resolution Failures",
        category: "Connectivity Issues",
        rules: &["private-cluster-dns-failure", "node-dns-custom"],
        portal: "",
    },
    Detector {
        id: "reset-auth-profile",
        name: "Reset AAD or Service Principal Profile Issues",
        category: "Identity and Security",
        rules: &["azure-sp-credential-invalid", "azure-token-refresh-failed"],
        portal: "the operation and its error code",
    },
    Detector {
        id: "rotate-cluster-certificate",
        name: "Rotate Cluster Certificate Issues",
        category: "Identity and Security",
        rules: &[
            "x509-expired",
            "x509-unknown-authority",
            "apiserver-auth-rejected",
        ],
        portal: "the operation and its error code",
    },
    Detector {
        id: "snat-usage",
        name: "SNAT Connection and Port Allocation",
        category: "Connectivity Issues",
        rules: &["ephemeral-port-exhaustion", "periscope-outbound-failed"],
        portal: "the allocated ports for each outbound address",
    },
    Detector {
        id: "user-defined-routing",
        name: "User Defined Routing",
        category: "Connectivity Issues",
        rules: &[
            "egress-blocked-required-fqdn",
            "cse-outbound-blocked",
            "periscope-outbound-failed",
        ],
        portal: "the outbound type and the route table",
    },
    Detector {
        id: "windowsregresionk8sv124",
        name: "Windows regresion for v1.24",
        category: "Known Issues, Availability and Performance",
        rules: &["kube-proxy-windows-hns", "windows-hns-failed"],
        portal: "whether the regression concerns this version",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::answer::coverage::RuleCoverage;
    use crate::rules::RuleSet;

    #[test]
    fn detectors_are_sorted_and_name_rules_that_exist_or_what_the_portal_shows() {
        assert!(DETECTORS.windows(2).all(|pair| pair[0].id < pair[1].id));
        let rules = RuleSet::builtin();
        for detector in DETECTORS {
            for rule in detector.rules {
                assert!(
                    rules.rule(rule).is_some(),
                    "{}: no rule {rule}",
                    detector.id
                );
            }
            let says = !detector.rules.is_empty() || !detector.portal.is_empty();
            assert!(says, "{} says nothing", detector.id);
        }
    }

    /// The answer to the detector of a service principal, whose two rules ended so.
    fn principal(expired: Outcome, invalid: Outcome) -> DetectorAnswer {
        let rule = |rule: &str, outcome| RuleCoverage {
            rule: rule.into(),
            outcome,
            reason: String::new(),
            missing: vec![],
        };
        let coverage = Coverage {
            rules: vec![
                rule("azure-sp-credential-invalid", invalid),
                rule("azure-sp-secret-expired", expired),
            ],
            sources: vec![],
            nodes: vec![],
        };
        answers(&coverage)
            .into_iter()
            .find(|answer| answer.id == "InvalidClientServicePrincipal")
            .expect("it is listed")
    }

    #[test]
    fn what_could_not_be_checked_is_not_called_clear() {
        let found = principal(Outcome::Found, Outcome::NotChecked);
        assert_eq!(found.outcome, Some(Outcome::Found));
        assert_eq!(found.rules, ["azure-sp-secret-expired"]);
        let open = principal(Outcome::Clear, Outcome::NotChecked);
        assert_eq!(open.outcome, Some(Outcome::NotChecked));
        assert_eq!(open.rules, ["azure-sp-credential-invalid"]);
        let clear = principal(Outcome::Clear, Outcome::Clear);
        assert_eq!(clear.outcome, Some(Outcome::Clear));
    }
}
