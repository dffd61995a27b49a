//! Names of components, and how containers, programs and files tell whose log they are.
//!
//! In: one name as a bundle spells it. Out: one of [`COMPONENTS`], or `None` where the name says
//! nothing or where many components write to one file (`syslog`, `messages`, `journal.log`).
//! The knowledge is in the tables; the functions only match names against them.

pub use crate::component::COMPONENTS;

/// Containers whose own name says what runs in them, whatever the pod is called.
const CONTAINERS: &[(&str, &str)] = &[
    ("aks-link", "aks-link"),
    ("azure-cni-networkmonitor", "azure-vnet"),
    ("azure-npm", "azure-npm"),
    ("azuredisk", "csi-azuredisk"),
    ("azurefile", "csi-azurefile"),
    ("calico-kube-controllers", "calico"),
    ("calico-node", "calico"),
    ("calico-typha", "calico"),
    ("cert-manager", "cert-manager"),
    ("cert-manager-controller", "cert-manager"),
    ("cert-manager-cainjector", "cert-manager"),
    ("cert-manager-webhook", "cert-manager"),
    ("cilium-agent", "cilium"),
    ("cilium-operator", "cilium"),
    ("cloud-controller-manager", "cloud-controller-manager"),
    ("cloud-node-manager", "cloud-controller-manager"),
    ("cluster-autoscaler", "cluster-autoscaler"),
    ("cluster-autoscaler-operator", WORKLOAD),
    ("cns-container", "azure-cns"),
    ("coredns", "coredns"),
    ("etcd", "etcd"),
    ("heapster", "heapster"),
    ("ingress-appgw-container", "agic"),
    ("ingress-azure", "agic"),
    ("karpenter", "karpenter"),
    ("keda-admission-webhooks", "keda"),
    ("keda-operator", "keda"),
    ("keda-operator-metrics-apiserver", "keda"),
    ("konnectivity-agent", "konnectivity-agent"),
    ("konnectivity-server", "konnectivity-server"),
    ("konnectivity-server-container", "konnectivity-server"),
    ("kube-apiserver", "kube-apiserver"),
    ("kube-controller-manager", "kube-controller-manager"),
    ("kube-flannel", "flannel"),
    ("kube-proxy", "kube-proxy"),
    ("kube-scheduler", "kube-scheduler"),
    ("kubelet", "kubelet"),
    ("kubernetes-dashboard", "dashboard"),
    ("dashboard-metrics-scraper", "dashboard"),
    ("kured", "kured"),
    ("metrics-server", "metrics-server"),
    ("mic", "aad-pod-identity"),
    ("nginx-ingress-controller", "ingress-nginx"),
    ("nmi", "aad-pod-identity"),
    ("node-cache", "coredns"),
    ("node-problem-detector", "node-problem-detector"),
    ("nvidia-device-plugin-ctr", "nvidia"),
    ("prometheus-collector", "ama-metrics"),
    ("secrets-store", "secrets-store-csi"),
    ("tunnel-front", "tunnelfront"),
];

/// Names that pods of a component begin with; every container of such a pod belongs to it, its
/// side cars included (the provisioner of a CSI driver reports the driver's errors). The longest
/// beginning decides, so that `coredns-autoscaler` is not `coredns`.
const PODS: &[(&str, &str)] = &[
    ("aad-pod-identity", "aad-pod-identity"),
    ("aks-link", "aks-link"),
    ("aks-secrets-store-csi-driver", "secrets-store-csi"),
    ("aks-secrets-store-provider-azure", "secrets-store-csi"),
    ("ama-metrics", "ama-metrics"),
    ("azure-cns", "azure-cns"),
    ("azure-cni-networkmonitor", "azure-vnet"),
    ("azure-npm", "azure-npm"),
    (
        "azure-wi-webhook-controller-manager",
        "workload-identity-webhook",
    ),
    ("calico", "calico"),
    ("canal", "calico"),
    ("cert-manager", "cert-manager"),
    ("cilium", "cilium"),
    ("cloud-controller-manager", "cloud-controller-manager"),
    ("cloud-node-manager", "cloud-controller-manager"),
    ("cluster-autoscaler", "cluster-autoscaler"),
    ("coredns", "coredns"),
    ("coredns-autoscaler", WORKLOAD),
    ("csi-azuredisk-controller", "csi-azuredisk"),
    ("csi-azuredisk-node", "csi-azuredisk"),
    ("csi-azurefile-controller", "csi-azurefile"),
    ("csi-azurefile-node", "csi-azurefile"),
    ("csi-blob-controller", "csi-blobfuse"),
    ("csi-blob-node", "csi-blobfuse"),
    ("csi-secrets-store-provider-azure", "secrets-store-csi"),
    ("dashboard-metrics-scraper", "dashboard"),
    ("dns-default", "coredns"),
    ("gpu-operator", "nvidia"),
    ("heapster", "heapster"),
    ("hubble-relay", "cilium"),
    ("ingress-appgw-deployment", "agic"),
    ("ingress-azure", "agic"),
    ("ingress-nginx-controller", "ingress-nginx"),
    ("karpenter", "karpenter"),
    ("keda", "keda"),
    ("konnectivity-agent", "konnectivity-agent"),
    ("konnectivity-agent-autoscaler", WORKLOAD),
    ("konnectivity-server", "konnectivity-server"),
    ("kube-flannel", "flannel"),
    ("kube-proxy", "kube-proxy"),
    ("kubernetes-dashboard", "dashboard"),
    ("kured", "kured"),
    ("metrics-server", "metrics-server"),
    ("mic", "aad-pod-identity"),
    ("nginx-ingress-controller", "ingress-nginx"),
    ("nmi", "aad-pod-identity"),
    ("node-local-dns", "coredns"),
    ("node-problem-detector", "node-problem-detector"),
    ("nvidia", "nvidia"),
    ("secrets-store-csi-driver", "secrets-store-csi"),
    ("tigera-operator", "calico"),
    ("tunnelfront", "tunnelfront"),
];

/// Pods whose side cars are other programs (there are six beside `etcd` on some platforms): the pod's name
/// decides only where no container is named.
const PODS_OF_MANY: &[(&str, &str)] = &[
    ("etcd", "etcd"),
    ("etcd-guard", WORKLOAD),
    ("etcd-operator", WORKLOAD),
    ("kube-apiserver", "kube-apiserver"),
    ("kube-apiserver-guard", WORKLOAD),
    ("kube-apiserver-operator", WORKLOAD),
    ("kube-controller-manager", "kube-controller-manager"),
    ("kube-controller-manager-guard", WORKLOAD),
    ("kube-controller-manager-operator", WORKLOAD),
    ("kube-scheduler", "kube-scheduler"),
    ("openshift-kube-scheduler", "kube-scheduler"),
    ("openshift-kube-scheduler-guard", WORKLOAD),
    ("openshift-kube-scheduler-operator", WORKLOAD),
];

/// Programs as syslog and journald prefixes name them, in lower case and without `.service`.
const UNITS: &[(&str, &str)] = &[
    ("acr-credential-provider", "acr-credential-provider"),
    ("aks-localdns", "localdns"),
    ("atomic-openshift-node", "kubelet"),
    ("azure-cni", "azure-vnet"),
    ("azure-cns", "azure-cns"),
    ("azure-npm", "azure-npm"),
    ("azure-vnet", "azure-vnet"),
    ("chrony", "chrony"),
    ("chronyd", "chrony"),
    ("cloud-init", "cloud-init"),
    ("cloud-init-local", "cloud-init"),
    ("cloud-config", "cloud-init"),
    ("cloud-final", "cloud-init"),
    ("conmon", "cri-o"),
    ("containerd", "containerd"),
    ("containerd-shim", "containerd"),
    ("containerd-shim-runc-v1", "containerd"),
    ("containerd-shim-runc-v2", "containerd"),
    ("coredns", "coredns"),
    ("cri-o", "cri-o"),
    ("crio", "cri-o"),
    ("cse_cmd.sh", "cse"),
    ("cse_main.sh", "cse"),
    ("cse_start.sh", "cse"),
    ("docker", "docker"),
    ("docker-containerd", "containerd"),
    ("dockerd", "docker"),
    ("dockerd-current", "docker"),
    ("etcd", "etcd"),
    ("etcd3", "etcd"),
    ("flanneld", "flannel"),
    // The kubelet of OpenShift up to 4.10 runs from one binary for all.
    ("hyperkube", "kubelet"),
    ("kernel", "kernel"),
    ("kube-apiserver", "kube-apiserver"),
    ("kube-controller-manager", "kube-controller-manager"),
    ("kube-proxy", "kube-proxy"),
    ("kube-scheduler", "kube-scheduler"),
    ("kubelet", "kubelet"),
    ("kubelet.sh", "kubelet"),
    // The kubelet of OpenShift since 4.11.
    ("kubenswrapper", "kubelet"),
    ("localdns", "localdns"),
    ("localdns.sh", "localdns"),
    ("microk8s.daemon-apiserver", "kube-apiserver"),
    ("microk8s.daemon-containerd", "containerd"),
    ("microk8s.daemon-etcd", "etcd"),
    ("microk8s.daemon-kubelet", "kubelet"),
    ("microk8s.daemon-proxy", "kube-proxy"),
    ("microk8s.daemon-scheduler", "kube-scheduler"),
    ("mig-partition", "nvidia"),
    ("node-problem-detector", "node-problem-detector"),
    ("nv-fabricmanager", "nvidia"),
    ("origin-node", "kubelet"),
    ("provision.sh", "cse"),
    ("provision_start.sh", "cse"),
    ("systemd", "systemd"),
    ("waagent", "waagent"),
    ("walinuxagent", "waagent"),
];

/// Beginnings of program names that come in many variants.
const UNIT_FAMILIES: &[(&str, &str)] = &[("nvidia-", "nvidia"), ("systemd-", "systemd")];

/// Words of file names, joined by `-`. Anything that is neither a letter nor a digit parts words,
/// so that `kubelet.err.log`, `node1_logs_kubelet.gz` and `raw-kubelet.log` all hold `kubelet`.
/// The longest run of words decides, then the first in the name.
const FILES: &[(&str, &str)] = &[
    ("auditd", "kernel"),
    ("azure-cni", "azure-vnet"),
    ("azure-cns", "azure-cns"),
    ("azure-ipam", "azure-vnet"),
    ("azure-npm", "azure-npm"),
    ("azure-vnet", "azure-vnet"),
    ("boot-diagnostics", "serial-console"),
    ("bootdiagnostics", "serial-console"),
    ("calico", "calico"),
    ("chrony", "chrony"),
    ("chronyd", "chrony"),
    ("cilium-cni", "cilium"),
    ("cloud-config", "cloud-init"),
    ("cloud-init", "cloud-init"),
    ("cluster-provision", "cse"),
    ("containerd", "containerd"),
    ("cri-containerd", "containerd"),
    ("cri-o", "cri-o"),
    ("crio", "cri-o"),
    ("cse", "cse"),
    ("csi-proxy", "windows"),
    ("customdatasetupscript", "cse"),
    ("dmesg", "kernel"),
    ("docker", "docker"),
    ("dockerd", "docker"),
    ("etcd", "etcd"),
    ("fabricmanager", "nvidia"),
    ("hosts-config-agent", "windows"),
    ("hyper-v-compute-operational", "windows"),
    ("kern", "kernel"),
    ("kernel", "kernel"),
    ("kube-apiserver", "kube-apiserver"),
    ("kube-controller-manager", "kube-controller-manager"),
    ("kube-proxy", "kube-proxy"),
    ("kube-scheduler", "kube-scheduler"),
    ("kubectl", "kubectl"),
    ("kubelet", "kubelet"),
    ("kubeproxy", "kube-proxy"),
    ("localdns", "localdns"),
    ("node-problem-detector", "node-problem-detector"),
    ("npd", "node-problem-detector"),
    ("nvidia", "nvidia"),
    ("provision", "cse"),
    ("provisionlogs", "cse"),
    ("serial", "serial-console"),
    ("serial-console", "serial-console"),
    ("serialconsole", "serial-console"),
    ("systemd", "systemd"),
    ("waagent", "waagent"),
    ("walinuxagent", "waagent"),
    ("windows-exporter", "windows"),
];

/// Most words of a name in [`FILES`].
const FILE_WORDS: usize = 4;

/// What runs in a container that is no component.
const WORKLOAD: &str = "workload";

/// Component of a container, by its own name and its pod's; `workload` for anyone's container.
///
/// The container's name may be empty where only the pod is known; `None` where both are.
pub fn component_of_container(container: &str, pod: &str) -> Option<&'static str> {
    if container.is_empty() && pod.is_empty() {
        return None;
    }
    let by_pod = || longest_beginning(PODS, pod);
    let by_pod_alone = || {
        container
            .is_empty()
            .then(|| longest_beginning(PODS_OF_MANY, pod))
            .flatten()
    };
    lookup(CONTAINERS, container)
        .or_else(by_pod)
        .or_else(by_pod_alone)
        .or(Some(WORKLOAD))
}

/// Component of a program named in a syslog or journald prefix.
pub fn component_of_unit(unit: &str) -> Option<&'static str> {
    let unit = unit.to_ascii_lowercase();
    let unit = unit.strip_suffix(".service").unwrap_or(&unit);
    lookup(UNITS, unit).or_else(|| {
        UNIT_FAMILIES
            .iter()
            .find(|(beginning, _)| unit.starts_with(beginning))
            .map(|(_, component)| *component)
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
                .find_map(|run| lookup(FILES, &run.join("-")))
        })
        .or_else(|| {
            let stem = name.split('.').next().unwrap_or(name);
            lookup(CONTAINERS, stem)
        })
}

/// The second column of the row whose first is `name`.
fn lookup(table: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    table
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, component)| *component)
}

/// The component of the longest row that `name` begins with.
fn longest_beginning(table: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    table
        .iter()
        .filter(|(beginning, _)| begins(beginning, name))
        .max_by_key(|(beginning, _)| beginning.len())
        .map(|(_, component)| *component)
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

    const TABLES: [&[(&str, &str)]; 6] =
        [CONTAINERS, PODS, PODS_OF_MANY, UNITS, UNIT_FAMILIES, FILES];

    #[test]
    fn components_are_sorted_and_named_once() {
        assert!(COMPONENTS.is_sorted());
        assert_eq!(
            COMPONENTS.iter().collect::<BTreeSet<_>>().len(),
            COMPONENTS.len()
        );
    }

    #[test]
    fn every_row_names_a_component_that_exists_and_no_name_stands_twice() {
        for table in TABLES {
            for (name, component) in table {
                assert!(COMPONENTS.contains(component), "{name}: {component}");
            }
            let names: BTreeSet<_> = table.iter().map(|(name, _)| name).collect();
            assert_eq!(names.len(), table.len());
        }
    }

    #[test]
    fn every_row_is_reachable() {
        for (container, component) in CONTAINERS {
            assert_eq!(component_of_container(container, "any"), Some(*component));
        }
        for (pod, component) in PODS.iter().chain(PODS_OF_MANY) {
            let pod = format!("{pod}-7d9f8c6b5-abcde");
            assert_eq!(component_of_container("", &pod), Some(*component), "{pod}");
        }
        for (unit, component) in UNITS {
            assert_eq!(component_of_unit(unit), Some(*component));
        }
        for (name, component) in FILES {
            assert!(name.split('-').count() <= FILE_WORDS, "{name}");
            let file = format!("{name}.log");
            assert_eq!(component_of_file(&file), Some(*component), "{file}");
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
