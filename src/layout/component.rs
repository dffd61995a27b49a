//! Names of components, and how containers, programs and files tell whose log they are.
//!
//! In: one name as a bundle spells it. Out: one of [`COMPONENTS`], or `None` where the name says
//! nothing or where many components write to one file (`syslog`, `messages`, `journal.log`).
//! The knowledge is in the table of components; the functions only match names against it.

pub use crate::component::COMPONENTS;

use crate::component::{self, Component, WORKLOAD};

/// Most words that a component is known by in the name of a file.
const FILE_WORDS: usize = 4;

/// Component of a container, by its own name and its pod's; `workload` for anyone's container.
///
/// The container's name may be empty where only the pod is known; `None` where both are.
pub fn component_of_container(container: &str, pod: &str) -> Option<&'static str> {
    if container.is_empty() && pod.is_empty() {
        return None;
    }
    let by_pod = || longest_beginning(|row| row.pods, pod);
    let by_pod_alone = || {
        container
            .is_empty()
            .then(|| longest_beginning(|row| row.pods_of_many, pod))
            .flatten()
    };
    lookup(|row| row.containers, container)
        .or_else(by_pod)
        .or_else(by_pod_alone)
        .or(Some(WORKLOAD))
}

/// Component of a program named in a syslog or journald prefix.
pub fn component_of_unit(unit: &str) -> Option<&'static str> {
    let unit = unit.to_ascii_lowercase();
    let unit = unit.strip_suffix(".service").unwrap_or(&unit);
    lookup(|row| row.units, unit).or_else(|| {
        let family = |row: &&Component| {
            let mut beginnings = row.unit_families.iter();
            beginnings.any(|beginning| unit.starts_with(beginning))
        };
        let mut rows = component::all().iter();
        rows.find(family).map(|row| row.name)
    })
}

/// Component of a file, by its name (`kubelet.log`, `var_log_azure_cluster-provision.log`).
///
/// A whole path is cut to its last part first, at `/` and at `\`. A name that is a component's
/// container (`coredns.log`) counts too.
pub fn component_of_file(name: &str) -> Option<&'static str> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let name = name.to_ascii_lowercase();
    // Periscope writes `/var/log/x` as `var_log_x`; the folders of a path say nothing here.
    let name = match name.strip_prefix("var_log_") {
        Some(flat) => flat.rsplit('_').next().unwrap_or(flat),
        None => &name,
    };
    let words: Vec<&str> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    (1..=FILE_WORDS)
        .rev()
        .find_map(|count| {
            words
                .windows(count)
                .find_map(|run| lookup(|row| row.files, &run.join("-")))
        })
        .or_else(|| {
            let stem = name.split('.').next().unwrap_or(name);
            lookup(|row| row.containers, stem)
        })
}

/// Names by which a component is known.
type Names = fn(&Component) -> &'static [&'static str];

/// The component that is known by `name`.
fn lookup(names: Names, name: &str) -> Option<&'static str> {
    let mut rows = component::all().iter();
    rows.find(|row| names(row).contains(&name))
        .map(|row| row.name)
}

/// The component with the longest of its names that `name` begins with.
fn longest_beginning(names: Names, name: &str) -> Option<&'static str> {
    let rows = component::all().iter();
    rows.flat_map(|row| names(row).iter().map(|beginning| (*beginning, row.name)))
        .filter(|(beginning, _)| begins(beginning, name))
        .max_by_key(|(beginning, _)| beginning.len())
        .map(|(_, component)| component)
}

/// Whether `name` is `beginning`, or goes on after a `-`.
fn begins(beginning: &str, name: &str) -> bool {
    name.strip_prefix(beginning)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// The columns by which names are looked up.
    const COLUMNS: [Names; 6] = [
        |row| row.containers,
        |row| row.pods,
        |row| row.pods_of_many,
        |row| row.units,
        |row| row.unit_families,
        |row| row.files,
    ];

    /// Every name of a column, with its component.
    fn names(column: Names) -> impl Iterator<Item = (&'static str, &'static str)> {
        let rows = component::all().iter();
        rows.flat_map(move |row| column(row).iter().map(|name| (*name, row.name)))
    }

    #[test]
    fn components_are_sorted_and_named_once() {
        assert!(COMPONENTS.is_sorted());
        assert_eq!(
            COMPONENTS.iter().collect::<BTreeSet<_>>().len(),
            COMPONENTS.len()
        );
    }

    #[test]
    fn no_name_stands_twice_in_a_column() {
        for column in COLUMNS {
            let distinct: BTreeSet<_> = names(column).map(|(name, _)| name).collect();
            assert_eq!(distinct.len(), names(column).count());
        }
    }

    #[test]
    fn every_name_is_reachable() {
        for (container, component) in names(|row| row.containers) {
            assert_eq!(component_of_container(container, "any"), Some(component));
        }
        for (pod, component) in names(|row| row.pods).chain(names(|row| row.pods_of_many)) {
            let pod = format!("{pod}-7d9f8c6b5-abcde");
            assert_eq!(component_of_container("", &pod), Some(component), "{pod}");
        }
        for (unit, component) in names(|row| row.units) {
            assert_eq!(component_of_unit(unit), Some(component));
        }
        for (name, component) in names(|row| row.files) {
            assert!(name.split('-').count() <= FILE_WORDS, "{name}");
            let file = format!("{name}.log");
            assert_eq!(component_of_file(&file), Some(component), "{file}");
        }
    }

    #[test]
    fn containers_are_told_by_their_own_name_then_by_their_pod() {
        let cases = [
            ("coredns", "coredns-558bd4d5db-abcde", "coredns"),
            ("autoscaler", "coredns-autoscaler-79b778686c-x", "workload"),
            (
                "liveness-probe",
                "csi-azuredisk-node-abcde",
                "csi-azuredisk",
            ),
            ("azuredisk", "csi-azuredisk-node-win-abcde", "csi-azuredisk"),
            ("tunnel-front", "tunnelfront-6b7c9d-abcde", "tunnelfront"),
            (
                "konnectivity-agent",
                "konnectivity-agent-1",
                "konnectivity-agent",
            ),
            (
                "kube-apiserver",
                "kube-apiserver-master-0",
                "kube-apiserver",
            ),
            (
                "kube-apiserver-cert-syncer",
                "kube-apiserver-master-0",
                "workload",
            ),
            ("etcdctl", "etcd-master-0", "workload"),
            ("etcd", "etcd-master-0", "etcd"),
            ("dns", "dns-default-abcde", "coredns"),
            ("install-cni", "calico-node-abcde", "calico"),
            ("kube-flannel", "canal-abcde", "flannel"),
            ("controller", "ingress-nginx-controller-1", "ingress-nginx"),
            (
                "manager",
                "azure-wi-webhook-controller-manager-1",
                "workload-identity-webhook",
            ),
            ("main", "kubernetes-dashboard-1", "dashboard"),
            ("main", "argo-workflow-step", "workload"),
            ("web", "shop-7d9f8c6b5-abcde", "workload"),
            ("web", "corednsish-1", "workload"),
            ("", "kube-apiserver-minikube", "kube-apiserver"),
            ("kube-vip", "kube-vip-cp-1", "kube-vip"),
            ("", "kube-vip-ds-x7k2p", "kube-vip"),
            ("aws-node", "aws-node-x7k2p", "aws-vpc-cni"),
            (
                "aws-node-termination-handler",
                "aws-node-termination-handler-x7k2p",
                "aws-node-termination-handler",
            ),
            (
                "csi-provisioner",
                "ebs-csi-controller-5d7c-x",
                "csi-aws-ebs",
            ),
            ("istio-proxy", "shop-7d9f8c6b5-abcde", "istio"),
            ("discovery", "istiod-asm-1-22-5d7c-x", "istio"),
            ("manager", "source-controller-5d7c-x", "flux"),
            ("manager", "gatekeeper-audit-5d7c-x", "gatekeeper"),
            (
                "argocd-repo-server",
                "argo-cd-argocd-repo-server-1",
                "argo-cd",
            ),
            ("coredns", "rke2-coredns-rke2-coredns-1", "coredns"),
            (
                "autoscaler",
                "rke2-coredns-rke2-coredns-autoscaler-1",
                "workload",
            ),
            (
                "prometheus-node-exporter",
                "prometheus-node-exporter-x",
                "node-exporter",
            ),
            ("nbdb", "ovnkube-node-x7k2p", "ovn-kubernetes"),
        ];
        for (container, pod, component) in cases {
            assert_eq!(
                component_of_container(container, pod),
                Some(component),
                "{container} of {pod}"
            );
        }
        assert_eq!(component_of_container("", ""), None);
    }

    #[test]
    fn units_are_told_by_their_program() {
        let cases = [
            ("kubenswrapper", Some("kubelet")),
            ("kubelet.service", Some("kubelet")),
            ("dockerd", Some("docker")),
            ("crio", Some("cri-o")),
            ("chronyd", Some("chrony")),
            ("WALinuxAgent", Some("waagent")),
            ("systemd-resolved", Some("systemd")),
            ("nvidia-persistenced", Some("nvidia")),
            ("k3s", None),
            ("rke2-server", None),
            ("sshd", None),
            ("", None),
        ];
        for (unit, component) in cases {
            assert_eq!(component_of_unit(unit), component, "{unit}");
        }
    }

    #[test]
    fn files_are_told_by_the_words_of_their_name() {
        let cases = [
            ("kubelet", Some("kubelet")),
            ("kubelet.log", Some("kubelet")),
            ("kubelet.err.log", Some("kubelet")),
            ("raw-kubelet.log.gz", Some("kubelet")),
            ("master-0_logs_kubelet.gz", Some("kubelet")),
            ("kubelet_service.log", Some("kubelet")),
            ("raw-kube-apiserver.log.gz", Some("kube-apiserver")),
            ("crio_service.log", Some("cri-o")),
            ("docker", Some("docker")),
            ("kubeproxy.err.log", Some("kube-proxy")),
            ("containerd-log.txt", Some("containerd")),
            ("azure-vnet-ipam.log", Some("azure-vnet")),
            ("azure-vnet-telemetry.log", Some("azure-vnet")),
            ("azure-cns.log.1", Some("azure-cns")),
            ("var_log_azure-vnet.log", Some("azure-vnet")),
            ("var_log_azure_cluster-provision.log", Some("cse")),
            ("cluster-provision-cse-output.log", Some("cse")),
            (r"C:\AzureData\CustomDataSetupScript.log", Some("cse")),
            ("provision.json", Some("cse")),
            ("var_log_cloud-init.log", Some("cloud-init")),
            ("cloud-init-output.log", Some("cloud-init")),
            ("dmesg.human.current", Some("kernel")),
            ("kern.log", Some("kernel")),
            ("waagent.log", Some("waagent")),
            ("serial.log", Some("serial-console")),
            ("kubectl-get-nodes.log", Some("kubectl")),
            ("coredns.log", Some("coredns")),
            ("cluster-autoscaler.log", Some("cluster-autoscaler")),
            ("syslog", None),
            ("messages", None),
            ("journal.log", None),
            ("var_log_syslog", None),
            ("nodeLog", None),
            ("kubeletcmd", None),
            ("kube-vip.log", Some("kube-vip")),
            ("ipamd.log", Some("aws-vpc-cni")),
            ("source-controller.log", Some("flux")),
            ("istiod.log", Some("istio")),
            ("ovs-vswitchd.log", Some("openvswitch")),
            ("main.log", None),
            ("logs.txt", None),
            ("", None),
        ];
        for (name, component) in cases {
            assert_eq!(component_of_file(name), component, "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_name_is_too_strange(name in ".{0,80}", other in ".{0,80}") {
            for component in [
                component_of_container(&name, &other),
                component_of_unit(&name),
                component_of_file(&name),
            ].into_iter().flatten() {
                prop_assert!(COMPONENTS.contains(&component));
            }
        }
    }
}
