//! Rules that state one thing from several sides, named for the table of causes.

use crate::diagnose::observe::unplaced;

/// Rules that state one thing, the deepest first.
pub(super) type Group = &'static [&'static str];

/// A container was killed at its memory limit.
pub(super) const OUT_OF_MEMORY: Group = &["pod-oomkilled", "container-oom-kernel"];
/// Something that a pod refers to is not there.
pub(super) const MISSING: Group = &["reference-missing"];
/// A container cannot even be started.
pub(super) const CANNOT_START: Group = &[
    "pod-config-error",
    "container-start-refused",
    "pod-run-as-nonroot",
    "apparmor-or-seccomp-failed",
    "nvidia-runtime-failed",
    "runtime-exec-format-error",
    "runtime-shim-task-failed",
];
/// Why the cloud does not give a disk or share to a node.
pub(super) const DISK_REFUSED: Group = &[
    "azuredisk-already-attached",
    "azuredisk-limit-exceeded",
    "azuredisk-zone-mismatch",
    "azuredisk-ultra-not-enabled",
    "azurefile-mount-no-such-file",
    "azurefile-mount-permission-denied",
    "azurefile-mount-timeout",
    "blobfuse-mount-failed",
    "keyvault-csi-mount-failed",
    "csi-driver-not-registered",
];
/// A volume is not there, or not on the node.
pub(super) const VOLUME: Group = &[
    "pvc-terminating",
    "pvc-provisioning-failed",
    "pvc-lost-or-pending",
    "volume-multi-attach",
    "volume-attach-failed",
    "pvc-pending-unbound",
];
/// A volume is not in the pod.
pub(super) const MOUNT: Group = &["volume-mount-failed"];
/// No address is left for pods.
pub(super) const ADDRESSES: Group = &[
    "azure-subnet-full",
    "azure-cni-no-ip",
    "cni-ipam-range-full",
    "cilium-ipam-waiting",
];
/// The network plugin of a node does not work.
pub(super) const NETWORK_PLUGIN: Group = &[
    "azure-subnet-full",
    "azure-cns-unreachable",
    "cilium-agent-unreachable",
    "azure-cni-lock-timeout",
    "azure-cni-no-ip",
    "cni-ipam-range-full",
    "cilium-ipam-waiting",
    "calico-not-ready",
    "cni-not-initialized",
];
/// A pod gets no sandbox.
pub(super) const SANDBOX: Group = &["pod-sandbox-failed"];
/// Why an image cannot be pulled.
pub(super) const IMAGE: Group = &[
    "image-pull-unauthorized",
    "image-pull-not-found",
    "image-part-missing-in-registry",
    "image-pull-platform-mismatch",
    "image-pull-rate-limited",
    "image-pull-network",
];
/// A pod waits for its image.
pub(super) const IMAGE_WAIT: Group = &["image-pull-backoff"];
/// Why no node takes a pod.
pub(super) const NO_ROOM: Group = unplaced::REASONS;
/// A pod is on no node, or was refused by one.
pub(super) const UNPLACED: Group = &["pod-unschedulable", "pod-unexpected-admission"];
/// The API server refuses to create pods.
pub(super) const REFUSED: Group = &[
    "webhook-call-failed",
    "webhook-denied",
    "resource-quota-exceeded",
    "service-account-missing",
    "pod-security-violation",
];
/// A container keeps ending.
pub(super) const CRASH_LOOP: Group = &["pod-crashloop"];
/// A container ended.
pub(super) const EXIT: Group = &["container-exit-error"];
/// A container ends, once or again and again.
pub(super) const CRASH: Group = &["pod-crashloop", "container-exit-error", "hook-failed"];
/// A pod does not answer its probes.
pub(super) const NOT_READY: Group = &["probe-failed"];
/// A workload has too few pods, and what follows for whoever needs it.
pub(super) const DOWN: Group = &[
    "workload-below-desired",
    "job-failed",
    "job-backoff-limit",
    "system-pods-unhealthy",
];
/// A Service has no pod behind it.
pub(super) const NO_BACKENDS: Group = &[
    "service-no-endpoints",
    "lb-no-ready-endpoints",
    "ingress-nginx-no-endpoints",
];
/// A node cannot be left, or pods do not leave it.
pub(super) const LEAVING: Group = &["terminating-stuck", "pod-kill-failed"];
/// A node is lost.
pub(super) const NODE_DOWN: Group = &["node-not-ready"];
/// The container runtime of a node does not work.
pub(super) const RUNTIME: Group = &[
    "containerd-service-restarting",
    "runtime-cri-unavailable",
    "kubelet-runtime-down",
    "kubelet-pleg-unhealthy",
];
/// A node cannot reach the API server.
pub(super) const CONTROL_PLANE_LOST: Group = &[
    "apiserver-unreachable-from-node",
    "kubelet-bootstrap-unauthorized",
    "node-status-update-failed",
];
/// A controller could not renew its lease.
pub(super) const LEASE: Group = &["leader-election-lost"];
/// A certificate is over.
pub(super) const CERTIFICATE: Group = &["certificate-expired", "x509-expired"];
/// Credentials are refused.
pub(super) const AUTHENTICATION: Group = &["apiserver-auth-rejected", "rbac-forbidden"];
/// A node has no memory left.
pub(super) const NODE_MEMORY: Group = &["kubelet-system-oom", "node-memory-pressure"];
/// A node has no disk left.
pub(super) const NODE_DISK: Group = &["node-disk-pressure", "disk-full", "image-gc-failed"];
/// Pods are put out of a node.
pub(super) const EVICTION: Group = &["kubelet-eviction", "pod-evicted"];
/// Azure does not know the cluster's identity any more.
pub(super) const IDENTITY: Group = &[
    "azure-sp-secret-expired",
    "azure-sp-credential-invalid",
    "azure-subscription-invalid",
    "imds-identity-not-found",
    "workload-identity-assertion-expired",
    "workload-identity-no-federation",
];
/// What needs that identity.
pub(super) const AZURE_CALLS: Group = &[
    "azure-token-refresh-failed",
    "azure-credential-chain-failed",
    "azure-authorization-failed",
    "lb-sync-failed",
    "service-lb-timed-out",
    "lb-service-pending",
    "pvc-provisioning-failed",
    "volume-attach-failed",
    "image-pull-unauthorized",
    "ca-scaleup-failed",
    "keyvault-csi-mount-failed",
];
/// A webhook has nobody who answers.
pub(super) const WEBHOOK_DEAD: Group = &["webhook-service-dead"];
/// Calls of a webhook fail.
pub(super) const WEBHOOK_CALLS: Group = &["webhook-call-failed"];
/// The cluster cannot grow.
pub(super) const NO_CAPACITY: Group = &[
    "azure-quota-exceeded",
    "azure-allocation-failed",
    "azure-subnet-full",
    "ca-scaleup-failed",
];
/// `CoreDNS` does not work.
pub(super) const DNS_SERVER: Group = &[
    "coredns-loop",
    "coredns-config-invalid",
    "coredns-api-unreachable",
    "coredns-upstream-timeout",
];
/// Names are not resolved.
pub(super) const LOOKUPS: Group = &["dns-servfail", "dns-lookup-failed"];
/// An API that another server provides is not available.
pub(super) const AGGREGATED: Group = &["apiservice-unavailable", "aggregated-api-unavailable"];
/// The way from the API server to the kubelets is shut.
pub(super) const TUNNEL: Group = &[
    "tunnel-pod-not-running",
    "konnectivity-agent-cannot-connect",
    "tunnelfront-ssh-failed",
    "aks-link-openvpn-failed",
    "apiserver-no-agent-available",
    "apiserver-tunnel-socket-broken",
    "kubelet-10250-unreachable",
    "log-fetch-failed",
];
/// Why a Service gets no load balancer.
pub(super) const LOAD_BALANCER: Group = &[
    "azure-subnet-full",
    "azure-policy-denied",
    "azure-arm-throttled",
    "lb-frontend-ip-quota",
    "lb-all-load-balancers-full",
    "lb-static-ip-not-found",
    "nsg-source-address-prefixes",
    "lb-sync-failed",
    "service-lb-timed-out",
];
