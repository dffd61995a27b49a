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
        containers: &[
            "ama-logs",
            "ama-logs-prometheus",
            "ama-logs-windows",
            "omsagent",
        ],
        pods: &["ama-logs", "omsagent"],
        add_on: true,
        ..Component::named("ama-logs")
    },
    Component {
        containers: &["prometheus-collector"],
        pods: &["ama-metrics"],
        ..Component::named("ama-metrics")
    },
    Component {
        containers: &["antrea-agent", "antrea-controller", "antrea-ovs"],
        pods: &["antrea"],
        add_on: true,
        ..Component::named("antrea")
    },
    Component {
        containers: &[
            "argocd-application-controller",
            "argocd-applicationset-controller",
            "argocd-commit-server",
            "argocd-notifications-controller",
            "argocd-repo-server",
            "argocd-server",
        ],
        pods: &["argo-cd", "argocd", "openshift-gitops"],
        add_on: true,
        ..Component::named("argo-cd")
    },
    Component {
        containers: &["argo-rollouts"],
        pods: &["argo-rollouts"],
        add_on: true,
        ..Component::named("argo-rollouts")
    },
    Component {
        containers: &["argo-server", "workflow-controller"],
        pods: &["argo-server", "argo-workflows", "workflow-controller"],
        add_on: true,
        ..Component::named("argo-workflows")
    },
    Component {
        containers: &["aws-load-balancer-controller"],
        pods: &["aws-load-balancer-controller"],
        add_on: true,
        ..Component::named("aws-load-balancer-controller")
    },
    Component {
        containers: &["aws-node-termination-handler"],
        pods: &["aws-node-termination-handler"],
        add_on: true,
        ..Component::named("aws-node-termination-handler")
    },
    Component {
        containers: &["aws-eks-nodeagent", "aws-node", "aws-vpc-cni-init"],
        pods: &["aws-node"],
        files: &["aws-routed-eni", "ipamd"],
        marks: &[b"\"caller\":\"awsutils/", b"\"caller\":\"ipamd/"],
        add_on: true,
        ..Component::named("aws-vpc-cni")
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
        containers: &["azure-policy", "azure-policy-webhook"],
        pods: &["azure-policy"],
        add_on: true,
        ..Component::named("azure-policy")
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
        pods: &[
            "calico",
            "canal",
            "rke2-calico",
            "rke2-canal",
            "tigera-operator",
        ],
        files: &["calico"],
        ..Component::named("calico")
    },
    Component {
        containers: &["csi-cephfsplugin", "csi-rbdplugin"],
        pods: &["csi-cephfsplugin", "csi-rbdplugin"],
        add_on: true,
        ..Component::named("ceph-csi")
    },
    Component {
        containers: &[
            "cert-manager",
            "cert-manager-controller",
            "cert-manager-cainjector",
            "cert-manager-webhook",
        ],
        pods: &["cert-manager", "trust-manager"],
        ..Component::named("cert-manager")
    },
    Component {
        units: &["chrony", "chronyd"],
        files: &["chrony", "chronyd"],
        runs: Runs::OnLinuxNodes,
        ..Component::named("chrony")
    },
    Component {
        containers: &[
            "cilium-agent",
            "cilium-envoy",
            "cilium-operator",
            "clustermesh-apiserver",
            "hubble-relay",
        ],
        pods: &[
            "anetd",
            "cilium",
            "clustermesh-apiserver",
            "hubble",
            "hubble-relay",
        ],
        files: &["cilium-cni"],
        ..Component::named("cilium")
    },
    Component {
        containers: &[
            "alibaba-cloud-controller-manager",
            "aws-cloud-controller-manager",
            "azure-cloud-controller-manager",
            "cloud-controller-manager",
            "cloud-node-manager",
            "digitalocean-cloud-controller-manager",
            "gcp-cloud-controller-manager",
            "hcloud-cloud-controller-manager",
            "oci-cloud-controller-manager",
            "openstack-cloud-controller-manager",
            "vsphere-cloud-controller-manager",
        ],
        pods: &[
            "alibaba-cloud-controller-manager",
            "aws-cloud-controller-manager",
            "azure-cloud-controller-manager",
            "azure-cloud-node-manager",
            "cloud-controller-manager",
            "cloud-node-manager",
            "digitalocean-cloud-controller-manager",
            "gcp-cloud-controller-manager",
            "hcloud-cloud-controller-manager",
            "oci-cloud-controller-manager",
            "openstack-cloud-controller-manager",
            "rancher-vsphere-cpi",
            "vsphere-cloud-controller-manager",
            "vsphere-cpi",
        ],
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
        talks: true,
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
        containers: &["cloudwatch-agent"],
        pods: &["amazon-cloudwatch-observability", "cloudwatch-agent"],
        add_on: true,
        ..Component::named("cloudwatch-agent")
    },
    Component {
        pods: &[
            "caaph-controller-manager",
            "capa-controller-manager",
            "capd-controller-manager",
            "capg-controller-manager",
            "capi-controller-manager",
            "capi-kubeadm-bootstrap-controller-manager",
            "capi-kubeadm-control-plane-controller-manager",
            "capo-controller-manager",
            "capv-controller-manager",
            "capz-controller-manager",
        ],
        add_on: true,
        ..Component::named("cluster-api")
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
        talks: true,
        ..Component::named("cluster-autoscaler")
    },
    Component {
        containers: &["consul", "consul-connect-inject-init", "consul-dataplane"],
        pods: &["consul"],
        add_on: true,
        ..Component::named("consul")
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
        talks: true,
        ..Component::named("containerd")
    },
    Component {
        containers: &["contour"],
        pods: &["contour"],
        add_on: true,
        ..Component::named("contour")
    },
    Component {
        containers: &["coredns", "node-cache"],
        pods: &["coredns", "dns-default", "node-local-dns", "rke2-coredns"],
        units: &["coredns"],
        marks: &[b"plugin/", b"CoreDNS-1."],
        ..Component::named("coredns")
    },
    Component {
        units: &["conmon", "cri-o", "crio"],
        files: &["cri-o", "crio"],
        runs: Runs::OnNodes,
        talks: true,
        ..Component::named("cri-o")
    },
    Component {
        containers: &["crossplane"],
        pods: &["crossplane"],
        add_on: true,
        ..Component::named("crossplane")
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
        containers: &["ebs-plugin"],
        pods: &["ebs-csi-controller", "ebs-csi-node"],
        add_on: true,
        ..Component::named("csi-aws-ebs")
    },
    Component {
        containers: &["efs-plugin"],
        pods: &["efs-csi-controller", "efs-csi-node"],
        add_on: true,
        ..Component::named("csi-aws-efs")
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
        containers: &["cinder-csi-plugin"],
        pods: &[
            "csi-cinder-controllerplugin",
            "csi-cinder-nodeplugin",
            "openstack-cinder-csi",
        ],
        add_on: true,
        ..Component::named("csi-cinder")
    },
    Component {
        containers: &["gce-pd-driver"],
        pods: &[
            "csi-gce-pd-controller",
            "csi-gce-pd-node",
            "gcp-pd-csi-driver",
            "pdcsi-node",
        ],
        add_on: true,
        ..Component::named("csi-gce-pd")
    },
    Component {
        pods: &["csi-nfs-controller", "csi-nfs-node"],
        add_on: true,
        ..Component::named("csi-nfs")
    },
    Component {
        pods: &["csi-smb-controller", "csi-smb-node"],
        add_on: true,
        ..Component::named("csi-smb")
    },
    Component {
        containers: &[
            "vsphere-csi-controller",
            "vsphere-csi-node",
            "vsphere-syncer",
        ],
        pods: &["vmware-vsphere-csi-driver", "vsphere-csi"],
        add_on: true,
        ..Component::named("csi-vsphere")
    },
    Component {
        containers: &[
            "dapr-operator",
            "dapr-placement-server",
            "dapr-sentry",
            "dapr-sidecar-injector",
            "daprd",
        ],
        pods: &["dapr"],
        add_on: true,
        ..Component::named("dapr")
    },
    Component {
        containers: &["kubernetes-dashboard", "dashboard-metrics-scraper"],
        pods: &["dashboard-metrics-scraper", "kubernetes-dashboard"],
        ..Component::named("dashboard")
    },
    Component {
        pods: &["datadog"],
        add_on: true,
        ..Component::named("datadog")
    },
    Component {
        containers: &["descheduler"],
        pods: &["descheduler"],
        add_on: true,
        ..Component::named("descheduler")
    },
    Component {
        runs: Runs::OnLinuxNodes,
        ..Component::named("dns-config")
    },
    Component {
        units: &["docker", "dockerd", "dockerd-current"],
        files: &["docker", "dockerd"],
        runs: Runs::OnNodes,
        talks: true,
        ..Component::named("docker")
    },
    Component {
        containers: &["eks-pod-identity-agent"],
        pods: &["eks-pod-identity-agent"],
        add_on: true,
        ..Component::named("eks-pod-identity-agent")
    },
    Component {
        containers: &["envoy-gateway"],
        pods: &["envoy-gateway"],
        add_on: true,
        ..Component::named("envoy-gateway")
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
        talks: true,
        ..Component::named("etcd")
    },
    Component {
        containers: &["external-dns"],
        pods: &["external-dns"],
        add_on: true,
        ..Component::named("external-dns")
    },
    Component {
        containers: &["external-secrets"],
        pods: &["external-secrets"],
        add_on: true,
        ..Component::named("external-secrets")
    },
    Component {
        containers: &["falco"],
        pods: &["falco"],
        add_on: true,
        ..Component::named("falco")
    },
    Component {
        containers: &["kube-flannel"],
        pods: &["kube-flannel"],
        units: &["flanneld"],
        ..Component::named("flannel")
    },
    Component {
        containers: &["fleet-agent", "fleet-controller"],
        pods: &["fleet-agent", "fleet-controller", "gitjob"],
        add_on: true,
        ..Component::named("fleet")
    },
    Component {
        containers: &["fluent-bit", "fluentbit"],
        pods: &["aws-for-fluent-bit", "fluent-bit", "fluentbit"],
        units: &["fluent-bit", "td-agent-bit"],
        add_on: true,
        ..Component::named("fluent-bit")
    },
    Component {
        containers: &["fluentd"],
        pods: &["fluentd"],
        units: &["fluentd", "td-agent"],
        add_on: true,
        ..Component::named("fluentd")
    },
    Component {
        pods: &[
            "fluxconfig-agent",
            "fluxconfig-controller",
            "helm-controller",
            "image-automation-controller",
            "image-reflector-controller",
            "kustomize-controller",
            "notification-controller",
            "source-controller",
        ],
        files: &[
            "helm-controller",
            "image-automation-controller",
            "image-reflector-controller",
            "kustomize-controller",
            "notification-controller",
            "source-controller",
        ],
        add_on: true,
        ..Component::named("flux")
    },
    Component {
        pods: &["gatekeeper"],
        add_on: true,
        containers: &["gatekeeper"],
        ..Component::named("gatekeeper")
    },
    Component {
        containers: &["grafana"],
        pods: &["grafana"],
        add_on: true,
        ..Component::named("grafana")
    },
    Component {
        containers: &["alloy", "grafana-agent"],
        pods: &["alloy", "grafana-agent"],
        add_on: true,
        ..Component::named("grafana-alloy")
    },
    Component {
        containers: &["haproxy", "haproxy-ingress"],
        pods: &["haproxy"],
        units: &["haproxy"],
        add_on: true,
        ..Component::named("haproxy")
    },
    Component {
        containers: &["heapster"],
        pods: &["heapster"],
        ..Component::named("heapster")
    },
    Component {
        pods: &["helm-delete", "helm-install"],
        add_on: true,
        ..Component::named("helm-install")
    },
    Component {
        containers: &["nginx-ingress-controller", "rke2-ingress-nginx-controller"],
        pods: &[
            "ingress-nginx-controller",
            "nginx-ingress-controller",
            "rke2-ingress-nginx-controller",
        ],
        ..Component::named("ingress-nginx")
    },
    Component {
        containers: &["azure-ip-masq-agent", "ip-masq-agent"],
        pods: &["azure-ip-masq-agent", "ip-masq-agent"],
        add_on: true,
        ..Component::named("ip-masq-agent")
    },
    Component {
        containers: &[
            "istio-init",
            "istio-proxy",
            "istio-validation",
            "istiod",
            "ztunnel",
        ],
        pods: &["aks-istio", "istio", "istiod", "ztunnel"],
        add_on: true,
        ..Component::named("istio")
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
        containers: &["keepalived"],
        pods: &["keepalived"],
        units: &["keepalived", "keepalived_vrrp"],
        add_on: true,
        ..Component::named("keepalived")
    },
    Component {
        units: &["kernel"],
        files: &["auditd", "dmesg", "kern", "kernel"],
        runs: Runs::OnLinuxNodes,
        ..Component::named("kernel")
    },
    Component {
        containers: &["kindnet-cni"],
        pods: &["kindnet"],
        add_on: true,
        ..Component::named("kindnet")
    },
    Component {
        pods: &["svclb"],
        add_on: true,
        ..Component::named("klipper-lb")
    },
    Component {
        pods: &["ingress-kong", "kong"],
        add_on: true,
        ..Component::named("kong")
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
        talks: true,
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
        talks: true,
        ..Component::named("kube-controller-manager")
    },
    Component {
        containers: &["kubedns"],
        pods: &["kube-dns"],
        add_on: true,
        ..Component::named("kube-dns")
    },
    Component {
        containers: &["kube-ovn-controller", "kube-ovn-monitor"],
        pods: &["kube-ovn", "ovs-ovn"],
        files: &["kube-ovn-cni"],
        add_on: true,
        ..Component::named("kube-ovn")
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
        containers: &["kube-router"],
        pods: &["kube-router"],
        add_on: true,
        ..Component::named("kube-router")
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
        talks: true,
        ..Component::named("kube-scheduler")
    },
    Component {
        containers: &["kube-state-metrics"],
        pods: &[
            "kube-prometheus-stack-kube-state-metrics",
            "kube-state-metrics",
            "prometheus-kube-state-metrics",
        ],
        add_on: true,
        ..Component::named("kube-state-metrics")
    },
    Component {
        containers: &["kube-vip"],
        pods: &["kube-vip"],
        files: &["kube-vip"],
        add_on: true,
        ..Component::named("kube-vip")
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
        talks: true,
        ..Component::named("kubelet")
    },
    Component {
        containers: &[
            "virt-api",
            "virt-controller",
            "virt-handler",
            "virt-operator",
        ],
        pods: &[
            "virt-api",
            "virt-controller",
            "virt-handler",
            "virt-launcher",
            "virt-operator",
        ],
        add_on: true,
        ..Component::named("kubevirt")
    },
    Component {
        containers: &["kured"],
        pods: &["kured"],
        ..Component::named("kured")
    },
    Component {
        containers: &["kyverno"],
        pods: &["kyverno"],
        add_on: true,
        ..Component::named("kyverno")
    },
    Component {
        containers: &["linkerd-init", "linkerd-network-validator", "linkerd-proxy"],
        pods: &["linkerd"],
        add_on: true,
        ..Component::named("linkerd")
    },
    Component {
        containers: &["linstor-controller", "linstor-csi", "linstor-satellite"],
        pods: &["linstor", "piraeus"],
        add_on: true,
        ..Component::named("linstor")
    },
    Component {
        containers: &["local-path-provisioner"],
        pods: &["local-path-provisioner"],
        add_on: true,
        ..Component::named("local-path-provisioner")
    },
    Component {
        units: &["aks-localdns", "localdns", "localdns.sh"],
        files: &["localdns"],
        runs: Runs::OnLinuxNodes,
        ..Component::named("localdns")
    },
    Component {
        containers: &["loki", "promtail"],
        pods: &["loki", "promtail"],
        add_on: true,
        ..Component::named("loki")
    },
    Component {
        containers: &[
            "longhorn-csi-plugin",
            "longhorn-driver-deployer",
            "longhorn-manager",
            "longhorn-ui",
        ],
        pods: &[
            "engine-image-ei",
            "instance-manager",
            "longhorn",
            "share-manager",
        ],
        add_on: true,
        ..Component::named("longhorn")
    },
    Component {
        containers: &[
            "machine-controller",
            "machine-healthcheck-controller",
            "machineset-controller",
            "nodelink-controller",
        ],
        pods: &["machine-api"],
        add_on: true,
        ..Component::named("machine-api")
    },
    Component {
        containers: &[
            "machine-config-controller",
            "machine-config-daemon",
            "machine-config-operator",
            "machine-config-server",
        ],
        pods: &["machine-config"],
        units: &["machine-config-daemon"],
        add_on: true,
        ..Component::named("machine-config")
    },
    Component {
        pods: &["metallb", "speaker"],
        add_on: true,
        ..Component::named("metallb")
    },
    Component {
        containers: &["metrics-server"],
        pods: &["metrics-server", "rke2-metrics-server"],
        sources: &["scraper.go"],
        ..Component::named("metrics-server")
    },
    Component {
        pods: &["microsoft-defender"],
        add_on: true,
        ..Component::named("microsoft-defender")
    },
    Component {
        containers: &["kube-multus", "kube-rke2-multus"],
        pods: &["kube-multus", "multus", "rke2-multus"],
        files: &["multus"],
        add_on: true,
        ..Component::named("multus")
    },
    Component {
        containers: &["nfs-client-provisioner", "nfs-subdir-external-provisioner"],
        pods: &["nfs-client-provisioner", "nfs-subdir-external-provisioner"],
        add_on: true,
        ..Component::named("nfs-provisioner")
    },
    Component {
        containers: &["nginx-gateway"],
        pods: &["nginx-gateway"],
        add_on: true,
        ..Component::named("nginx-gateway-fabric")
    },
    Component {
        containers: &["nginx-ingress", "nginx-plus-ingress"],
        pods: &["nginx-ingress"],
        add_on: true,
        ..Component::named("nginx-ingress")
    },
    Component {
        containers: &["node-exporter"],
        pods: &[
            "kube-prometheus-stack-prometheus-node-exporter",
            "node-exporter",
            "prometheus-node-exporter",
        ],
        units: &["node-exporter", "node_exporter", "prometheus-node-exporter"],
        files: &["node-exporter"],
        add_on: true,
        ..Component::named("node-exporter")
    },
    Component {
        containers: &["nfd-gc", "nfd-master", "nfd-topology-updater", "nfd-worker"],
        pods: &["nfd", "node-feature-discovery"],
        add_on: true,
        ..Component::named("node-feature-discovery")
    },
    Component {
        containers: &["node-problem-detector"],
        pods: &["node-problem-detector"],
        units: &["node-problem-detector"],
        files: &["node-problem-detector", "npd"],
        ..Component::named("node-problem-detector")
    },
    Component {
        containers: &[
            "gpu-feature-discovery",
            "nvidia-container-toolkit-ctr",
            "nvidia-dcgm-ctr",
            "nvidia-dcgm-exporter",
            "nvidia-device-plugin-ctr",
            "nvidia-driver-ctr",
        ],
        pods: &[
            "dcgm-exporter",
            "gpu-feature-discovery",
            "gpu-operator",
            "nvidia",
        ],
        units: &["mig-partition", "nv-fabricmanager"],
        unit_families: &["nvidia-"],
        files: &["fabricmanager", "nvidia"],
        ..Component::named("nvidia")
    },
    Component {
        containers: &["catalog-operator", "olm-operator", "packageserver"],
        pods: &["catalog-operator", "olm-operator", "packageserver"],
        add_on: true,
        ..Component::named("olm")
    },
    Component {
        pods: &["maya-apiserver", "openebs"],
        add_on: true,
        ..Component::named("openebs")
    },
    Component {
        containers: &["openshift-apiserver"],
        add_on: true,
        ..Component::named("openshift-apiserver")
    },
    Component {
        containers: &["oauth-apiserver", "oauth-openshift"],
        pods: &["oauth-openshift"],
        add_on: true,
        ..Component::named("openshift-oauth")
    },
    Component {
        pods: &["router-default"],
        add_on: true,
        ..Component::named("openshift-router")
    },
    Component {
        containers: &["sdn", "sdn-controller"],
        pods: &["sdn"],
        add_on: true,
        ..Component::named("openshift-sdn")
    },
    Component {
        containers: &["cluster-version-operator"],
        pods: &["cluster-version-operator"],
        add_on: true,
        ..Component::named("openshift-version-operator")
    },
    Component {
        containers: &["opentelemetry-collector", "otc-container", "otel-collector"],
        pods: &["opentelemetry-collector", "otel-collector"],
        add_on: true,
        ..Component::named("opentelemetry-collector")
    },
    Component {
        units: &["openvswitch", "ovs-vswitchd", "ovsdb-server"],
        files: &["ovs-vswitchd", "ovsdb-server"],
        runs: Runs::OnLinuxNodes,
        ..Component::named("openvswitch")
    },
    Component {
        containers: &["osm-bootstrap", "osm-controller", "osm-injector"],
        pods: &["osm-bootstrap", "osm-controller", "osm-injector"],
        add_on: true,
        ..Component::named("osm")
    },
    Component {
        containers: &[
            "nbdb",
            "northd",
            "ovn-acl-logging",
            "ovn-controller",
            "ovnkube-cluster-manager",
            "ovnkube-controller",
            "ovnkube-master",
            "ovnkube-node",
            "sbdb",
        ],
        pods: &["ovnkube"],
        files: &["ovnkube"],
        add_on: true,
        ..Component::named("ovn-kubernetes")
    },
    Component {
        containers: &["portworx"],
        pods: &["portworx", "px-csi"],
        units: &["portworx"],
        add_on: true,
        ..Component::named("portworx")
    },
    Component {
        containers: &[
            "alertmanager",
            "prometheus",
            "prometheus-operator",
            "thanos-sidecar",
        ],
        pods: &[
            "alertmanager",
            "kube-prometheus-stack-operator",
            "prometheus",
            "thanos",
        ],
        add_on: true,
        ..Component::named("prometheus")
    },
    Component {
        containers: &["cluster-register", "rancher"],
        pods: &["cattle-cluster-agent", "cattle-node-agent", "rancher"],
        add_on: true,
        ..Component::named("rancher")
    },
    Component {
        containers: &["retina", "retina-operator"],
        pods: &["retina-agent", "retina-operator"],
        add_on: true,
        ..Component::named("retina")
    },
    Component {
        containers: &["rook-ceph-operator"],
        pods: &["rook-ceph", "rook-discover"],
        add_on: true,
        ..Component::named("rook-ceph")
    },
    Component {
        containers: &["sealed-secrets-controller"],
        pods: &["sealed-secrets"],
        add_on: true,
        ..Component::named("sealed-secrets")
    },
    Component {
        containers: &["secrets-store"],
        pods: &[
            "aks-secrets-store-csi-driver",
            "aks-secrets-store-provider-azure",
            "csi-secrets-store",
            "csi-secrets-store-provider-azure",
            "secrets-store-csi-driver",
            "secrets-store-csi-driver-provider-aws",
            "secrets-store-csi-driver-provider-gcp",
            "vault-csi-provider",
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
        containers: &["snapshot-controller"],
        pods: &[
            "csi-snapshot-controller",
            "rke2-snapshot-controller",
            "snapshot-controller",
        ],
        add_on: true,
        ..Component::named("snapshot-controller")
    },
    Component {
        pods: &[
            "kube-sriov-device-plugin",
            "sriov-device-plugin",
            "sriov-network-config-daemon",
            "sriov-network-operator",
        ],
        add_on: true,
        ..Component::named("sriov")
    },
    Component {
        containers: &["hostpath-provisioner", "storage-provisioner"],
        pods: &["hostpath-provisioner", "storage-provisioner"],
        add_on: true,
        ..Component::named("storage-provisioner")
    },
    Component {
        containers: &["strimzi-cluster-operator"],
        pods: &["strimzi-cluster-operator"],
        add_on: true,
        ..Component::named("strimzi")
    },
    Component {
        runs: Runs::OnLinuxNodes,
        ..Component::named("syslog")
    },
    Component {
        containers: &["system-upgrade-controller"],
        pods: &["system-upgrade-controller"],
        add_on: true,
        ..Component::named("system-upgrade-controller")
    },
    Component {
        units: &["systemd"],
        unit_families: &["systemd-"],
        files: &["systemd"],
        runs: Runs::OnLinuxNodes,
        ..Component::named("systemd")
    },
    Component {
        containers: &["tekton-pipelines-controller", "tekton-pipelines-webhook"],
        pods: &["tekton"],
        add_on: true,
        ..Component::named("tekton")
    },
    Component {
        containers: &["topolvm-controller", "topolvm-node"],
        pods: &["topolvm"],
        add_on: true,
        ..Component::named("topolvm")
    },
    Component {
        containers: &["traefik"],
        pods: &["traefik"],
        add_on: true,
        ..Component::named("traefik")
    },
    Component {
        containers: &["trident-main"],
        pods: &["trident"],
        add_on: true,
        ..Component::named("trident")
    },
    Component {
        containers: &["tunnel-front"],
        pods: &["tunnelfront"],
        ..Component::named("tunnelfront")
    },
    Component {
        containers: &["vault", "vault-agent", "vault-agent-init"],
        pods: &["vault"],
        add_on: true,
        ..Component::named("vault")
    },
    Component {
        containers: &["velero"],
        pods: &["node-agent", "restic", "velero"],
        add_on: true,
        ..Component::named("velero")
    },
    Component {
        containers: &["aci-connector-linux", "virtual-kubelet"],
        pods: &["aci-connector-linux", "virtual-kubelet"],
        add_on: true,
        ..Component::named("virtual-kubelet")
    },
    Component {
        pods: &["vpa-admission-controller", "vpa-recommender", "vpa-updater"],
        add_on: true,
        ..Component::named("vpa")
    },
    Component {
        units: &["waagent", "walinuxagent"],
        files: &["waagent", "walinuxagent"],
        runs: Runs::OnLinuxNodes,
        ..Component::named("waagent")
    },
    Component {
        containers: &["weave", "weave-npc"],
        pods: &["weave-net"],
        add_on: true,
        ..Component::named("weave-net")
    },
    Component {
        containers: &["whereabouts"],
        pods: &["whereabouts"],
        add_on: true,
        ..Component::named("whereabouts")
    },
    Component {
        files: &[
            "csi-proxy",
            "hosts-config-agent",
            "hyper-v-compute-operational",
            "windows-exporter",
        ],
        runs: Runs::OnNodes,
        pods: &["windows-exporter"],
        ..Component::named("windows")
    },
    Component {
        containers: &["cluster-autoscaler-operator"],
        pods: &[
            "coredns-autoscaler",
            "konnectivity-agent-autoscaler",
            "rke2-coredns-rke2-coredns-autoscaler",
        ],
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
