//! The components: one row for each, with all that tells whose log something is.
//!
//! Longer than other files, because it is one table.

use super::{Component, Runs};

/// All components, by name.
pub(super) const TABLE: &[Component] = &[
    Component {
        containers: &["mic", "nmi"],
        pods: &["aad-pod-identity", "mic", "nmi"],
        ..Component::named("aad-pod-identity")
    },
    Component {
        units: &["acr-credential-provider"],
        runs: Runs::OnNodes,
        ..Component::named("acr-credential-provider")
    },
    Component {
        containers: &["ingress-appgw-container", "ingress-azure"],
        pods: &["ingress-appgw-deployment", "ingress-azure"],
        ..Component::named("agic")
    },
    Component {
        containers: &["aks-link"],
        pods: &["aks-link"],
        ..Component::named("aks-link")
    },
    Component {
        containers: &["prometheus-collector"],
        pods: &["ama-metrics"],
        ..Component::named("ama-metrics")
    },
    Component {
        containers: &["cns-container"],
        pods: &["azure-cns"],
        units: &["azure-cns"],
        files: &["azure-cns"],
        ..Component::named("azure-cns")
    },
    Component {
        containers: &["azure-npm"],
        pods: &["azure-npm"],
        units: &["azure-npm"],
        files: &["azure-npm"],
        ..Component::named("azure-npm")
    },
    Component {
        containers: &["azure-cni-networkmonitor"],
        pods: &["azure-cni-networkmonitor"],
        units: &["azure-cni", "azure-vnet"],
        files: &["azure-cni", "azure-ipam", "azure-vnet"],
        runs: Runs::OnNodes,
        ..Component::named("azure-vnet")
    },
    Component {
        containers: &["calico-kube-controllers", "calico-node", "calico-typha"],
        pods: &["calico", "canal", "tigera-operator"],
        files: &["calico"],
        ..Component::named("calico")
    },
    Component {
        containers: &[
            "cert-manager",
            "cert-manager-controller",
            "cert-manager-cainjector",
            "cert-manager-webhook",
        ],
        pods: &["cert-manager"],
        ..Component::named("cert-manager")
    },
    Component {
        units: &["chrony", "chronyd"],
        files: &["chrony", "chronyd"],
        runs: Runs::OnLinuxNodes,
        ..Component::named("chrony")
    },
    Component {
        containers: &["cilium-agent", "cilium-operator"],
        pods: &["cilium", "hubble-relay"],
        files: &["cilium-cni"],
        ..Component::named("cilium")
    },
    Component {
        containers: &["cloud-controller-manager", "cloud-node-manager"],
        pods: &["cloud-controller-manager", "cloud-node-manager"],
        sources: &[
            "azure_backoff.go",
            "azure_loadbalancer.go",
            "azure_routes.go",
            "azure_standard.go",
            "azure_vmss.go",
            "node_lifecycle_controller_cloud.go",
            "route_controller.go",
        ],
        runs: Runs::InControlPlane,
        ..Component::named("cloud-controller-manager")
    },
    Component {
        units: &[
            "cloud-init",
            "cloud-init-local",
            "cloud-config",
            "cloud-final",
        ],
        files: &["cloud-config", "cloud-init"],
        runs: Runs::OnLinuxNodes,
        ..Component::named("cloud-init")
    },
    Component {
        containers: &["cluster-autoscaler"],
        pods: &["cluster-autoscaler"],
        sources: &[
            "clusterstate.go",
            "eligibility.go",
            "filter_out_schedulable.go",
            "orchestrator.go",
            "scale_down.go",
            "scale_up.go",
            "static_autoscaler.go",
        ],
        flags: &[b"--scale-down-enabled="],
        runs: Runs::InControlPlane,
        ..Component::named("cluster-autoscaler")
    },
    Component {
        units: &[
            "containerd",
            "containerd-shim",
            "containerd-shim-runc-v1",
            "containerd-shim-runc-v2",
            "docker-containerd",
            "microk8s.daemon-containerd",
        ],
        files: &["containerd", "cri-containerd"],
        marks: &[b"msg=\"starting containerd\"", b"io.containerd."],
        runs: Runs::OnNodes,
        ..Component::named("containerd")
    },
    Component {
        containers: &["coredns", "node-cache"],
        pods: &["coredns", "dns-default", "node-local-dns"],
        units: &["coredns"],
        marks: &[b"plugin/", b"CoreDNS-1."],
        ..Component::named("coredns")
    },
    Component {
        units: &["conmon", "cri-o", "crio"],
        files: &["cri-o", "crio"],
        runs: Runs::OnNodes,
        ..Component::named("cri-o")
    },
    Component {
        units: &[
            "cse_cmd.sh",
            "cse_main.sh",
            "cse_start.sh",
            "provision.sh",
            "provision_start.sh",
        ],
        files: &[
            "cluster-provision",
            "cse",
            "customdatasetupscript",
            "provision",
            "provisionlogs",
        ],
        runs: Runs::OnLinuxNodes,
        ..Component::named("cse")
    },
    Component {
        containers: &["azuredisk"],
        pods: &["csi-azuredisk-controller", "csi-azuredisk-node"],
        ..Component::named("csi-azuredisk")
    },
    Component {
        containers: &["azurefile"],
        pods: &["csi-azurefile-controller", "csi-azurefile-node"],
        ..Component::named("csi-azurefile")
    },
    Component {
        pods: &["csi-blob-controller", "csi-blob-node"],
        ..Component::named("csi-blobfuse")
    },
    Component {
        containers: &["kubernetes-dashboard", "dashboard-metrics-scraper"],
        pods: &["dashboard-metrics-scraper", "kubernetes-dashboard"],
        ..Component::named("dashboard")
    },
    Component {
        runs: Runs::OnLinuxNodes,
        ..Component::named("dns-config")
    },
    Component {
        units: &["docker", "dockerd", "dockerd-current"],
        files: &["docker", "dockerd"],
        runs: Runs::OnNodes,
        ..Component::named("docker")
    },
    Component {
        containers: &["etcd"],
        pods_of_many: &["etcd"],
        units: &["etcd", "etcd3", "microk8s.daemon-etcd"],
        files: &["etcd"],
        marks: &[
            b"\"caller\":\"etcdserver/",
            b"\"caller\":\"embed/",
            b"\"caller\":\"rafthttp/",
            b"\"caller\":\"mvcc/",
            b" | etcdserver: ",
            b" | etcdmain: ",
            b" | rafthttp: ",
            b" | raft: ",
        ],
        runs: Runs::InControlPlane,
        ..Component::named("etcd")
    },
    Component {
        containers: &["kube-flannel"],
        pods: &["kube-flannel"],
        units: &["flanneld"],
        ..Component::named("flannel")
    },
    Component {
        containers: &["heapster"],
        pods: &["heapster"],
        ..Component::named("heapster")
    },
    Component {
        containers: &["nginx-ingress-controller"],
        pods: &["ingress-nginx-controller", "nginx-ingress-controller"],
        ..Component::named("ingress-nginx")
    },
    Component {
        containers: &["karpenter"],
        pods: &["karpenter"],
        ..Component::named("karpenter")
    },
    Component {
        containers: &[
            "keda-admission-webhooks",
            "keda-operator",
            "keda-operator-metrics-apiserver",
        ],
        pods: &["keda"],
        ..Component::named("keda")
    },
    Component {
        units: &["kernel"],
        files: &["auditd", "dmesg", "kern", "kernel"],
        runs: Runs::OnLinuxNodes,
        ..Component::named("kernel")
    },
    Component {
        containers: &["konnectivity-agent"],
        pods: &["konnectivity-agent"],
        ..Component::named("konnectivity-agent")
    },
    Component {
        containers: &["konnectivity-server", "konnectivity-server-container"],
        pods: &["konnectivity-server"],
        runs: Runs::InControlPlane,
        ..Component::named("konnectivity-server")
    },
    Component {
        containers: &["kube-apiserver"],
        pods_of_many: &["kube-apiserver"],
        units: &["kube-apiserver", "microk8s.daemon-apiserver"],
        files: &["kube-apiserver"],
        sources: &[
            "aggregator.go",
            "apf_controller.go",
            "apis.go",
            "apiservice_controller.go",
            "available_controller.go",
            "cacher.go",
            "cluster_authentication_trust_controller.go",
            "crd_finalizer.go",
            "crdregistration_controller.go",
            "establishing_controller.go",
            "genericapiserver.go",
            "handler_discovery.go",
            "httplog.go",
            "instance.go",
            "kube_apiserver.go",
            "lease.go",
            "local_available_controller.go",
            "master.go",
            "naming_controller.go",
            "patch_genericapiserver.go",
            "remote_available_controller.go",
            "storage_factory.go",
            "storage_rbac.go",
            "storage_scheduling.go",
            "watch_cache.go",
        ],
        flags: &[
            b"--etcd-servers=",
            b"--service-cluster-ip-range=",
            b"--enable-admission-plugins=",
            b"--admission-control=",
        ],
        runs: Runs::InControlPlane,
        ..Component::named("kube-apiserver")
    },
    Component {
        containers: &["kube-controller-manager"],
        pods_of_many: &["kube-controller-manager"],
        units: &["kube-controller-manager"],
        files: &["kube-controller-manager"],
        sources: &[
            "attach_detach_controller.go",
            "controllermanager.go",
            "cronjob_controllerv2.go",
            "daemon_controller.go",
            "deployment_controller.go",
            "disruption.go",
            "endpoints_controller.go",
            "endpointslice_controller.go",
            "garbagecollector.go",
            "graph_builder.go",
            "horizontal.go",
            "job_controller.go",
            "namespace_controller.go",
            "node_ipam_controller.go",
            "node_lifecycle_controller.go",
            "pv_controller.go",
            "pv_controller_base.go",
            "range_allocator.go",
            "replica_set.go",
            "resource_quota_controller.go",
            "resource_quota_monitor.go",
            "stateful_set.go",
            "stateful_set_control.go",
            "taint_eviction.go",
            "taint_manager.go",
            "tokens_controller.go",
            "topologycache.go",
        ],
        flags: &[
            b"--cluster-signing-cert-file=",
            b"--concurrent-gc-syncs=",
            b"--terminated-pod-gc-threshold=",
        ],
        runs: Runs::InControlPlane,
        ..Component::named("kube-controller-manager")
    },
    Component {
        containers: &["kube-proxy"],
        pods: &["kube-proxy"],
        units: &["kube-proxy", "microk8s.daemon-proxy"],
        files: &["kube-proxy", "kubeproxy"],
        sources: &[
            "bounded_frequency_runner.go",
            "conntrack.go",
            "graceful_termination.go",
            "proxier.go",
            "roundrobin.go",
            "server_linux.go",
            "server_others.go",
            "service_health.go",
            "topology.go",
        ],
        flags: &[b"--proxy-mode="],
        ..Component::named("kube-proxy")
    },
    Component {
        containers: &["kube-scheduler"],
        pods_of_many: &["kube-scheduler", "openshift-kube-scheduler"],
        units: &["kube-scheduler", "microk8s.daemon-scheduler"],
        files: &["kube-scheduler"],
        sources: &[
            "default_preemption.go",
            "eventhandlers.go",
            "generic_scheduler.go",
            "node_tree.go",
            "schedule_one.go",
            "scheduler.go",
            "scheduling_queue.go",
        ],
        flags: &[
            b"--policy-configmap=",
            b"--pod-max-in-unschedulable-pods-duration=",
        ],
        runs: Runs::InControlPlane,
        ..Component::named("kube-scheduler")
    },
    Component {
        files: &["kubectl"],
        ..Component::named("kubectl")
    },
    Component {
        containers: &["kubelet"],
        units: &[
            "atomic-openshift-node", // The kubelet of OpenShift up to 4.10 runs from one binary for all.
            "hyperkube",
            "kubelet",
            "kubelet.sh", // The kubelet of OpenShift since 4.11.
            "kubenswrapper",
            "microk8s.daemon-kubelet",
            "origin-node",
        ],
        files: &["kubelet"],
        sources: &[
            "container_manager_linux.go",
            "cpu_manager.go",
            "desired_state_of_world_populator.go",
            "docker_service.go",
            "docker_sandbox.go",
            "eviction_manager.go",
            "image_gc_manager.go",
            "kubelet.go",
            "kubelet_getters.go",
            "kubelet_network_linux.go",
            "kubelet_node_status.go",
            "kubelet_pods.go",
            "kubelet_volumes.go",
            "kuberuntime_container.go",
            "kuberuntime_manager.go",
            "kuberuntime_sandbox.go",
            "memory_manager.go",
            "pleg.go",
            "pod_container_deletor.go",
            "pod_startup_latency_tracker.go",
            "pod_workers.go",
            "prober.go",
            "qos_container_manager_linux.go",
            "reconciler_common.go",
            "remote_image.go",
            "remote_runtime.go",
            "state_mem.go",
            "topology_manager.go",
            "volume_manager.go",
        ],
        flags: &[
            b"--cgroup-driver=",
            b"--cluster-dns=",
            b"--container-runtime",
            b"--pod-infra-container-image=",
            b"--pod-manifest-path=",
        ],
        runs: Runs::OnNodes,
        ..Component::named("kubelet")
    },
    Component {
        containers: &["kured"],
        pods: &["kured"],
        ..Component::named("kured")
    },
    Component {
        units: &["aks-localdns", "localdns", "localdns.sh"],
        files: &["localdns"],
        runs: Runs::OnLinuxNodes,
        ..Component::named("localdns")
    },
    Component {
        containers: &["metrics-server"],
        pods: &["metrics-server"],
        sources: &["scraper.go"],
        ..Component::named("metrics-server")
    },
    Component {
        containers: &["node-problem-detector"],
        pods: &["node-problem-detector"],
        units: &["node-problem-detector"],
        files: &["node-problem-detector", "npd"],
        ..Component::named("node-problem-detector")
    },
    Component {
        containers: &["nvidia-device-plugin-ctr"],
        pods: &["gpu-operator", "nvidia"],
        units: &["mig-partition", "nv-fabricmanager"],
        unit_families: &["nvidia-"],
        files: &["fabricmanager", "nvidia"],
        ..Component::named("nvidia")
    },
    Component {
        containers: &["secrets-store"],
        pods: &[
            "aks-secrets-store-csi-driver",
            "aks-secrets-store-provider-azure",
            "csi-secrets-store-provider-azure",
            "secrets-store-csi-driver",
        ],
        ..Component::named("secrets-store-csi")
    },
    Component {
        files: &[
            "boot-diagnostics",
            "bootdiagnostics",
            "serial",
            "serial-console",
            "serialconsole",
        ],
        runs: Runs::OnLinuxNodes,
        ..Component::named("serial-console")
    },
    Component {
        runs: Runs::OnLinuxNodes,
        ..Component::named("syslog")
    },
    Component {
        units: &["systemd"],
        unit_families: &["systemd-"],
        files: &["systemd"],
        runs: Runs::OnLinuxNodes,
        ..Component::named("systemd")
    },
    Component {
        containers: &["tunnel-front"],
        pods: &["tunnelfront"],
        ..Component::named("tunnelfront")
    },
    Component {
        units: &["waagent", "walinuxagent"],
        files: &["waagent", "walinuxagent"],
        runs: Runs::OnLinuxNodes,
        ..Component::named("waagent")
    },
    Component {
        files: &[
            "csi-proxy",
            "hosts-config-agent",
            "hyper-v-compute-operational",
            "windows-exporter",
        ],
        runs: Runs::OnNodes,
        ..Component::named("windows")
    },
    Component {
        containers: &["cluster-autoscaler-operator"],
        pods: &["coredns-autoscaler", "konnectivity-agent-autoscaler"],
        pods_of_many: &[
            "etcd-guard",
            "etcd-operator",
            "kube-apiserver-guard",
            "kube-apiserver-operator",
            "kube-controller-manager-guard",
            "kube-controller-manager-operator",
            "openshift-kube-scheduler-guard",
            "openshift-kube-scheduler-operator",
        ],
        ..Component::named("workload")
    },
    Component {
        pods: &["azure-wi-webhook-controller-manager"],
        ..Component::named("workload-identity-webhook")
    },
];
