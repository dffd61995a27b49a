//! The fictitious AKS cluster that the Periscope sample was taken from, and its times.
//!
//! In: nothing. Out: nodes, pods and instants that all files of the sample agree on, and the
//! spellings of an instant in the formats of the field. Nothing here exists: names, identifiers
//! and addresses are made up, public addresses are of the documentation ranges.

use super::rng::Rng;
use jiff::{SignedDuration, Timestamp};

/// Id of the collection run: when it was asked for, with dashes for colons. The nodes collect
/// later, at [`Node::collected`].
pub(crate) const RUN: &str = "2024-03-12T09-39-52Z";
/// Version of Kubernetes on the nodes.
pub(crate) const VERSION: &str = "v1.27.9";
/// Name of the API server.
pub(crate) const API_SERVER: &str = "shop-prod-dns-4k2x9qhm.hcp.westeurope.azmk8s.io";
/// Subscription of the cluster.
pub(crate) const SUBSCRIPTION: &str = "6f2c1d0e-8a57-4b1e-9c34-5d7e90ab12cd";
/// Where the load balancer of the cluster wants a permission it has not.
pub(crate) const SUBNET: &str = "resourceGroups/rg-network/providers/Microsoft.Network/virtualNetworks/vnet-shop/subnets/snet-aks";
/// Base image that only the Microsoft Container Registry has.
pub(crate) const MCR_IMAGE: &str = "mcr.microsoft.com/oss/nginx/nginx:1.25.2";

/// A node of the cluster.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    /// Its name, which is its host name too.
    pub(crate) name: &'static str,
    /// Its internal address.
    pub(crate) address: &'static str,
    /// Seconds after [`FIRST_COLLECTED`] at which Periscope's pod on it collects.
    pub(crate) later: u64,
}

/// When the first node collects.
const FIRST_COLLECTED: &str = "09:41:07";

impl Node {
    /// When Periscope's pod on it collects.
    pub(crate) fn collected(self) -> Timestamp {
        later(today(FIRST_COLLECTED), self.later * 1000)
    }
}

/// The Linux nodes.
pub(crate) const LINUX: [Node; 3] = [
    Node {
        name: "aks-nodepool1-23456789-vmss000000",
        address: "10.224.0.4",
        later: 0,
    },
    Node {
        name: "aks-nodepool1-23456789-vmss000001",
        address: "10.224.0.5",
        later: 2,
    },
    Node {
        name: "aks-nodepool1-23456789-vmss000002",
        address: "10.224.0.6",
        later: 5,
    },
];

/// The Windows node.
pub(crate) const WINDOWS: Node = Node {
    name: "akswin000000",
    address: "10.224.0.7",
    later: 3,
};

/// A Linux node whose kubelet has stopped: no pod starts on it any more, and so it uploads nothing.
pub(crate) const SILENT: Node = Node {
    name: "aks-nodepool1-23456789-vmss000003",
    address: "10.224.0.8",
    later: 0,
};

/// A pod with one container.
#[derive(Debug, Clone)]
pub(crate) struct Pod {
    /// Its namespace.
    pub(crate) namespace: &'static str,
    /// Its full name.
    pub(crate) name: &'static str,
    /// Its container.
    pub(crate) container: &'static str,
    /// The container's image.
    pub(crate) image: &'static str,
    /// The node it runs on, as a position in [`LINUX`].
    pub(crate) node: usize,
    /// Its address; empty for none.
    pub(crate) address: &'static str,
    /// Its UID.
    pub(crate) uid: String,
}

impl Pod {
    /// Namespace and name as the kubelet logs them.
    pub(crate) fn full_name(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }
}

/// Pods as namespace, name, container, image, node and address; one a line.
const PODS: &[[&str; 6]] = &[
    [
        "kube-system",
        "coredns-76b9877f49-7xk2p",
        "coredns",
        "mcr.microsoft.com/oss/kubernetes/coredns:v1.9.4-hotfix.20230704",
        "0",
        "10.244.0.5",
    ],
    [
        "kube-system",
        "coredns-76b9877f49-q9vfn",
        "coredns",
        "mcr.microsoft.com/oss/kubernetes/coredns:v1.9.4-hotfix.20230704",
        "1",
        "10.244.1.3",
    ],
    [
        "kube-system",
        "konnectivity-agent-6d8f9c4b75-hw2zt",
        "konnectivity-agent",
        "mcr.microsoft.com/oss/kubernetes/apiserver-network-proxy/agent:v0.1.6-hotfix.20240115",
        "2",
        "10.244.2.4",
    ],
    [
        "kube-system",
        "kube-proxy-4bkzr",
        "kube-proxy",
        "mcr.microsoft.com/oss/kubernetes/kube-proxy:v1.27.9-hotfix.20240110",
        "0",
        "10.224.0.4",
    ],
    [
        "kube-system",
        "kube-proxy-n6dgx",
        "kube-proxy",
        "mcr.microsoft.com/oss/kubernetes/kube-proxy:v1.27.9-hotfix.20240110",
        "1",
        "10.224.0.5",
    ],
    [
        "kube-system",
        "kube-proxy-x8c5v",
        "kube-proxy",
        "mcr.microsoft.com/oss/kubernetes/kube-proxy:v1.27.9-hotfix.20240110",
        "2",
        "10.224.0.6",
    ],
    [
        "kube-system",
        "csi-azuredisk-node-5lgkm",
        "azuredisk",
        "mcr.microsoft.com/oss/kubernetes-csi/azuredisk-csi:v1.28.5",
        "0",
        "10.224.0.4",
    ],
    [
        "kube-system",
        "csi-azuredisk-node-d7wtb",
        "azuredisk",
        "mcr.microsoft.com/oss/kubernetes-csi/azuredisk-csi:v1.28.5",
        "1",
        "10.224.0.5",
    ],
    [
        "kube-system",
        "csi-azuredisk-node-zr4qs",
        "azuredisk",
        "mcr.microsoft.com/oss/kubernetes-csi/azuredisk-csi:v1.28.5",
        "2",
        "10.224.0.6",
    ],
    [
        "kube-system",
        "metrics-server-5955767688-b8lqj",
        "metrics-server",
        "mcr.microsoft.com/oss/kubernetes/metrics-server:v0.6.3",
        "1",
        "10.244.1.7",
    ],
    [
        "shop",
        "orders-api-7c9d5f6b84-kx2mn",
        "orders-api",
        "shopregistry.azurecr.io/orders-api:3.8.0",
        "0",
        "10.244.0.14",
    ],
    [
        "shop",
        "storefront-6b7f8d9c5-tm4xw",
        "storefront",
        MCR_IMAGE,
        "1",
        "10.244.1.12",
    ],
    [
        "shop",
        "search-84d7bb5f66-2fvzc",
        "search",
        "shopregistry.azurecr.io/search:1.14.2",
        "0",
        "10.244.0.17",
    ],
    [
        "shop",
        "cart-59c6d48b7f-lrq8h",
        "cart",
        "shopregistry.azurecr.io/cart:2.2.7",
        "1",
        "10.244.1.15",
    ],
    [
        "shop",
        "catalog-sync-5f8b6d7c9-v4nzd",
        "catalog-sync",
        "shopregistry.azurecr.io/catalog-sync:2.4.1",
        "0",
        "10.244.0.21",
    ],
    [
        "shop",
        "pricing-68c9b5d7f4-c9tqp",
        "pricing",
        "shopregistry.azurecr.io/pricing:1.6.0",
        "2",
        "10.244.2.11",
    ],
    [
        "shop",
        "thumbnailer-7d4c8f5b69-g6k9s",
        "thumbnailer",
        "shopregistry.azurecr.io/thumbnailer:0.9.3",
        "2",
        "",
    ],
];

/// All pods, each with the same UID on every run.
pub(crate) fn pods() -> Vec<Pod> {
    let mut rng = Rng::new(0x5eed_0001);
    PODS.iter()
        .map(|[namespace, name, container, image, node, address]| Pod {
            namespace,
            name,
            container,
            image,
            node: node.parse().expect("the table names nodes by number"),
            address,
            uid: rng.uuid(),
        })
        .collect()
}

/// The pod whose name begins so.
pub(crate) fn pod<'a>(pods: &'a [Pod], beginning: &str) -> &'a Pod {
    pods.iter()
        .find(|pod| pod.name.starts_with(beginning))
        .expect("the sample asks for pods of its own table")
}

/// The instant that an RFC 3339 literal of the generator means.
pub(crate) fn at(literal: &str) -> Timestamp {
    literal
        .parse()
        .expect("times in the generator are RFC 3339 literals")
}

/// The instant of the sample's day at this time of the day, `08:14:03`.
pub(crate) fn today(time: &str) -> Timestamp {
    at(&format!("2024-03-12T{time}Z"))
}

/// An instant some milliseconds later.
pub(crate) fn later(time: Timestamp, milliseconds: u64) -> Timestamp {
    let milliseconds = i64::try_from(milliseconds).unwrap_or(i64::MAX);
    time.checked_add(SignedDuration::from_millis(milliseconds))
        .expect("the samples lie in few hours of one year")
}

/// `0312 08:14:03.123456`, the header of a klog line.
pub(crate) fn klog(time: Timestamp) -> String {
    time.strftime("%m%d %H:%M:%S%.6f").to_string()
}

/// `Mar 12 08:14:03`, as journald and syslog write it.
pub(crate) fn journal(time: Timestamp) -> String {
    time.strftime("%b %e %H:%M:%S").to_string()
}

/// `Tue, 12 Mar 2024 08:14:03 +0000`, as `kubectl describe` prints it in UTC.
pub(crate) fn described(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}
