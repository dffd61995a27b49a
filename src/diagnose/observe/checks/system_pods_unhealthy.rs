//! What the cluster lacks while pods of its own components are not ready.

use super::{Check, Need};
use crate::diagnose::observe::clue::Clue;
use crate::diagnose::observe::members::{has_ended, is_ready, is_starting, unready_since};
use crate::diagnose::scene::Scene;
use crate::kube::{Detail, Object, ObjectKey, Pod};
use crate::severity::Severity;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "system-pods-unhealthy",
    needs: &[Need::Objects("Pod")],
    run,
};

/// One component of a cluster.
struct Component {
    /// Its name in words.
    name: &'static str,
    /// Names that its workload begins with.
    workloads: &'static [&'static str],
    /// What is missing where none of its pods is ready.
    without: &'static str,
    /// How bad it is when none is ready.
    none: Severity,
}

/// What nodes need each for themselves is said for the node, not for the cluster.
const CNI: &str = "pods on these nodes get no network";

/// Components, the longer names before those that they begin with. The pods of the tunnel to the
/// nodes have a check of their own that says what they break.
const COMPONENTS: &[Component] = &[
    Component {
        name: "CoreDNS autoscaler",
        workloads: &[
            "coredns-autoscaler",
            "kube-dns-autoscaler",
            "dns-autoscaler",
        ],
        without: "the number of DNS pods does not follow the size of the cluster",
        none: Severity::Low,
    },
    Component {
        name: "cluster DNS",
        workloads: &[
            "coredns",
            "kube-dns",
            "rke2-coredns-rke2-coredns",
            "dns-default",
        ],
        without: "Service names and external names do not resolve in pods",
        none: Severity::Critical,
    },
    Component {
        name: "node-local DNS",
        workloads: &["node-local-dns", "nodelocaldns"],
        without: "names do not resolve in pods on these nodes",
        none: Severity::High,
    },
    Component {
        name: "metrics-server",
        workloads: &["metrics-server", "rke2-metrics-server"],
        without: "`kubectl top` and autoscaling by CPU or memory do not work",
        none: Severity::High,
    },
    Component {
        name: "kube-proxy",
        workloads: &["kube-proxy"],
        without: "Service changes do not reach these nodes, and Services are unreachable from new nodes",
        none: Severity::High,
    },
    Component {
        name: "Azure CNS",
        workloads: &["azure-cns"],
        without: CNI,
        none: Severity::High,
    },
    Component {
        name: "Azure network policy manager",
        workloads: &["azure-npm"],
        without: "network policy changes do not take effect on these nodes",
        none: Severity::High,
    },
    Component {
        name: "Calico",
        workloads: &["calico-node", "calico-typha", "canal"],
        without: CNI,
        none: Severity::High,
    },
    Component {
        name: "Cilium",
        workloads: &["cilium-operator", "cilium"],
        without: CNI,
        none: Severity::High,
    },
    Component {
        name: "kindnet",
        workloads: &["kindnet"],
        without: CNI,
        none: Severity::High,
    },
    Component {
        name: "Flannel",
        workloads: &["kube-flannel"],
        without: CNI,
        none: Severity::High,
    },
    Component {
        name: "Weave Net",
        workloads: &["weave-net"],
        without: CNI,
        none: Severity::High,
    },
    Component {
        name: "Azure Disk CSI driver",
        workloads: &["csi-azuredisk"],
        without: "disks are not attached, mounted or provisioned",
        none: Severity::High,
    },
    Component {
        name: "Azure Files CSI driver",
        workloads: &["csi-azurefile"],
        without: "file shares are not mounted or provisioned",
        none: Severity::High,
    },
    Component {
        name: "blob CSI driver",
        workloads: &["csi-blob"],
        without: "blob containers are not mounted or provisioned",
        none: Severity::High,
    },
    Component {
        name: "EBS CSI driver",
        workloads: &["ebs-csi"],
        without: "disks are not attached, mounted or provisioned",
        none: Severity::High,
    },
    Component {
        name: "cloud-node-manager",
        workloads: &["cloud-node-manager"],
        without: "new nodes keep the taint `uninitialized`",
        none: Severity::High,
    },
    Component {
        name: "cluster-autoscaler",
        workloads: &["cluster-autoscaler"],
        without: "nodes are not added or removed",
        none: Severity::High,
    },
];

/// Groups the pods of the system namespace by the workload that owns them.
fn run(scene: Scene<'_>) -> Vec<Clue> {
    let mut clues = Vec::new();
    for (owner, pods) in scene.evidence.index.workloads() {
        let Some(component) = component_of(owner) else {
            continue;
        };
        let living: Vec<_> = pods.filter(|(_, pod)| !has_ended(pod)).collect();
        let unready: Vec<_> = living
            .iter()
            .filter(|(object, _)| !is_ready(object))
            .collect();
        let starting = unready
            .iter()
            .all(|(object, pod)| is_starting(scene, object, pod));
        if starting {
            continue;
        }
        let ready = living.len() - unready.len();
        let severity = if ready == 0 {
            component.none
        } else {
            component.none.min(Severity::Medium)
        };
        for (object, pod) in unready {
            clues.push(clue(
                scene,
                object,
                pod,
                component,
                (ready, wanted(scene, owner, living.len())),
                severity,
            ));
        }
    }
    clues
}

/// The component that a workload of the system namespaces is part of.
fn component_of(owner: &ObjectKey) -> Option<&'static Component> {
    let system = matches!(
        owner.namespace.as_str(),
        "kube-system" | "calico-system" | "kube-flannel" | "openshift-dns"
    );
    let is = |name: &&str| {
        owner.name == *name
            || owner
                .name
                .strip_prefix(*name)
                .is_some_and(|rest| rest.starts_with('-'))
    };
    COMPONENTS
        .iter()
        .find(|component| system && component.workloads.iter().any(is))
}

/// How many pods there should be: what the workload wants, at least those that are there.
fn wanted(scene: Scene<'_>, owner: &ObjectKey, living: usize) -> usize {
    let desired = match scene.evidence.index.get(owner).map(|object| &object.detail) {
        Some(Detail::Workload(workload)) => workload.desired,
        _ => None,
    };
    desired
        .and_then(|desired| usize::try_from(desired).ok())
        .map_or(living, |desired| desired.max(living))
}

/// The clue of one pod that is not ready.
fn clue(
    scene: Scene<'_>,
    object: &Object,
    pod: &Pod,
    component: &Component,
    (ready, all): (usize, usize),
    severity: Severity,
) -> Clue {
    let since = unready_since(object, pod);
    let condition = pod
        .conditions
        .iter()
        .find(|condition| condition.kind == "Ready" && condition.status != "True");
    let field = condition.map_or_else(
        || "status.phase".to_owned(),
        |condition| format!("{}.status", condition.path()),
    );
    let detail = if ready == 0 {
        format!(
            "{}: 0 of {all} pods ready; {}",
            component.name, component.without
        )
    } else {
        format!(
            "{}: {ready} of {all} pods ready; where a pod is missing, {}",
            component.name, component.without
        )
    };
    let mut clue = Clue::status(CHECK.id, scene, object)
        .citing(object, &field, since)
        .seen(since, scene.evidence.capture.at)
        .detailed(detail)
        .naming_subject();
    clue.severity = Some(severity);
    clue
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workloads_are_known_by_whole_words() {
        let name = |namespace: &str, name: &str| {
            component_of(&ObjectKey::new("Deployment", namespace, name)).map(|known| known.name)
        };
        assert_eq!(name("kube-system", "coredns"), Some("cluster DNS"));
        assert_eq!(
            name("kube-system", "coredns-autoscaler"),
            Some("CoreDNS autoscaler")
        );
        assert_eq!(
            name("kube-system", "coredns-5d4dd4b4db"),
            Some("cluster DNS")
        );
        assert_eq!(name("kube-system", "corednsx"), None);
        assert_eq!(name("shop", "coredns"), None);
        assert_eq!(
            name("kube-system", "csi-azuredisk-node"),
            Some("Azure Disk CSI driver")
        );
    }
}
