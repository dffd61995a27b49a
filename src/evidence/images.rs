//! Components of a cluster by the name of their image, and the version in its tag.

/// What an image is.
struct Known {
    /// The end of the image's repository, whole path segments.
    repository: &'static str,
    /// The component, as the inventory calls it.
    component: &'static str,
}

/// A row of the table.
const fn known(repository: &'static str, component: &'static str) -> Known {
    Known {
        repository,
        component,
    }
}

/// Images of control planes, networks, storage drivers and common add-ons, as their projects and
/// the registries of the clouds name them.
const IMAGES: &[Known] = &[
    // Control plane.
    known("kube-apiserver", "kube-apiserver"),
    known("kube-controller-manager", "kube-controller-manager"),
    known("kube-scheduler", "kube-scheduler"),
    known("etcd", "etcd"),
    known("apiserver-network-proxy/agent", "konnectivity-agent"),
    known("proxy-agent", "konnectivity-agent"),
    known("hcp-tunnel-front", "tunnelfront"),
    known("azure-cloud-controller-manager", "cloud-controller-manager"),
    known("azure-cloud-node-manager", "cloud-node-manager"),
    known("cluster-autoscaler", "cluster-autoscaler"),
    known("metrics-server", "metrics-server"),
    known("kube-state-metrics", "kube-state-metrics"),
    // Names and networks.
    known("coredns", "CoreDNS"),
    known("k8s-dns-node-cache", "node-local DNS"),
    known("k8s-dns-kube-dns", "kube-dns"),
    known("kube-proxy", "kube-proxy image"),
    known("azure-cns", "Azure CNS"),
    known("azure-ipam", "Azure IPAM"),
    known("azure-npm", "Azure network policy manager"),
    known("calico/node", "Calico"),
    known("calico-node", "Calico"),
    known("mirrored-calico-node", "Calico"),
    known("rancher/calico-node", "Calico"),
    known("cilium/cilium", "Cilium"),
    known("cilium", "Cilium"),
    known("kindnetd", "kindnet"),
    known("flannel", "Flannel"),
    known("weave-kube", "Weave Net"),
    known("antrea-agent", "Antrea"),
    known("amazon-k8s-cni", "Amazon VPC CNI"),
    known("multus-cni", "Multus"),
    // Storage.
    known("azuredisk-csi", "Azure Disk CSI driver"),
    known("azurefile-csi", "Azure Files CSI driver"),
    known("blob-csi", "blob CSI driver"),
    known("aws-ebs-csi-driver", "EBS CSI driver"),
    known("longhorn-manager", "Longhorn"),
    known("secrets-store/driver", "Secrets Store CSI driver"),
    known("secrets-store-csi-driver", "Secrets Store CSI driver"),
    known("provider-azure", "Key Vault provider"),
    // Ingress, certificates and other add-ons.
    known("ingress-nginx/controller", "ingress-nginx"),
    known("nginx-ingress-controller", "ingress-nginx"),
    known("kubernetes-ingress", "Application Gateway ingress"),
    known("traefik", "Traefik"),
    known("cert-manager-controller", "cert-manager"),
    known("external-dns", "external-dns"),
    known("keda", "KEDA"),
    known("gatekeeper", "Gatekeeper"),
    known(
        "azure-workload-identity/webhook",
        "workload identity webhook",
    ),
    known("nmi", "AAD pod identity"),
    known("pilot", "Istio"),
    known("proxyv2", "Istio proxy"),
    known("kured", "kured"),
    known("velero", "Velero"),
    known("node-problem-detector", "node-problem-detector"),
    known("k8s-device-plugin", "NVIDIA device plugin"),
    known("ciprod", "Container insights agent"),
    known("prometheus/prometheus", "Prometheus"),
    known("argocd", "Argo CD"),
];

/// The component and version of an image such as `mcr.microsoft.com/oss/kubernetes/coredns:v1.9.4`;
/// `None` where it is no known one, or has no tag that is a version.
pub(super) fn component_of(image: &str) -> Option<(&'static str, &str)> {
    let image = image.split('@').next().unwrap_or(image);
    let (repository, tag) = image.rsplit_once(':')?;
    // A port of the registry is no tag.
    let versioned = !tag.contains('/') && tag.bytes().any(|byte| byte.is_ascii_digit());
    // Images for several processors say it at the end of their name.
    let repository = ["-amd64", "-arm64", "-linux"]
        .iter()
        .find_map(|suffix| repository.strip_suffix(suffix))
        .unwrap_or(repository);
    let known = IMAGES.iter().filter(|known| {
        repository
            .strip_suffix(known.repository)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    });
    // `cilium/cilium` says more than `cilium`.
    let known = known.max_by_key(|known| known.repository.len())?;
    versioned.then_some((known.component, tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_tell_component_and_version() {
        for (image, expected) in [
            (
                "mcr.microsoft.com/oss/kubernetes/coredns:v1.9.4-hotfix.1",
                Some(("CoreDNS", "v1.9.4-hotfix.1")),
            ),
            ("k8s.gcr.io/coredns:1.6.2", Some(("CoreDNS", "1.6.2"))),
            (
                "registry.k8s.io/ingress-nginx/controller:v1.9.4@sha256:0123",
                Some(("ingress-nginx", "v1.9.4")),
            ),
            (
                "quay.io/jetstack/cert-manager-controller:v1.13.2",
                Some(("cert-manager", "v1.13.2")),
            ),
            (
                "k8s.gcr.io/metrics-server-amd64:v0.3.6",
                Some(("metrics-server", "v0.3.6")),
            ),
            ("docker.io/calico/node:v3.26.1", Some(("Calico", "v3.26.1"))),
            ("registry:5000/coredns", None),
            (
                "registry.example.com:5000/coredns:1.8.0",
                Some(("CoreDNS", "1.8.0")),
            ),
            ("coredns:latest", None),
            ("example.com/mycoredns:1.0", None),
            ("shop/web:1.0", None),
            ("", None),
        ] {
            assert_eq!(component_of(image), expected, "{image}");
        }
    }

    #[test]
    fn no_image_stands_twice_in_the_table() {
        let mut names: Vec<_> = IMAGES.iter().map(|known| known.repository).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    }
}
