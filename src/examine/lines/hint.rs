//! Which component wrote a log whose name does not say it.
//!
//! Votes of single lines: the source file that klog names, the flag that is printed at start, and
//! marks of components that do not use klog. Files that several components compile in
//! (`reflector.go`, `server.go`, `controller.go`) have no vote.

use memchr::memmem::Finder;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Votes that a component needs at least.
const FEWEST: u64 = 3;

/// Votes of a mark that only one component prints; a source file has one.
const MARK: u64 = 3;

/// Source files that only one component has.
const FILES: &[(&str, &[&str])] = &[
    (
        "cloud-controller-manager",
        &[
            "azure_backoff.go",
            "azure_loadbalancer.go",
            "azure_routes.go",
            "azure_standard.go",
            "azure_vmss.go",
            "node_lifecycle_controller_cloud.go",
            "route_controller.go",
        ],
    ),
    (
        "cluster-autoscaler",
        &[
            "clusterstate.go",
            "eligibility.go",
            "filter_out_schedulable.go",
            "orchestrator.go",
            "scale_down.go",
            "scale_up.go",
            "static_autoscaler.go",
        ],
    ),
    (
        "kube-apiserver",
        &[
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
    ),
    (
        "kube-controller-manager",
        &[
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
    ),
    (
        "kube-proxy",
        &[
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
    ),
    (
        "kube-scheduler",
        &[
            "default_preemption.go",
            "eventhandlers.go",
            "generic_scheduler.go",
            "node_tree.go",
            "schedule_one.go",
            "scheduler.go",
            "scheduling_queue.go",
        ],
    ),
    (
        "kubelet",
        &[
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
    ),
    ("metrics-server", &["scraper.go"]),
];

/// Words of lines that only one component writes.
const MARKS: &[(&str, &[u8])] = &[
    ("containerd", b"msg=\"starting containerd\""),
    ("containerd", b"io.containerd."),
    ("coredns", b"plugin/"),
    ("coredns", b"CoreDNS-1."),
    ("etcd", b"\"caller\":\"etcdserver/"),
    ("etcd", b"\"caller\":\"embed/"),
    ("etcd", b"\"caller\":\"rafthttp/"),
    ("etcd", b"\"caller\":\"mvcc/"),
    ("etcd", b" | etcdserver: "),
    ("etcd", b" | etcdmain: "),
    ("etcd", b" | rafthttp: "),
    ("etcd", b" | raft: "),
];

/// Flags that only one component has, as klog lists them at start.
const FLAGS: &[(&str, &[u8])] = &[
    ("cluster-autoscaler", b"--scale-down-enabled="),
    ("kube-apiserver", b"--etcd-servers="),
    ("kube-apiserver", b"--service-cluster-ip-range="),
    ("kube-apiserver", b"--enable-admission-plugins="),
    ("kube-apiserver", b"--admission-control="),
    ("kube-controller-manager", b"--cluster-signing-cert-file="),
    ("kube-controller-manager", b"--concurrent-gc-syncs="),
    ("kube-controller-manager", b"--terminated-pod-gc-threshold="),
    ("kube-proxy", b"--proxy-mode="),
    ("kube-scheduler", b"--policy-configmap="),
    (
        "kube-scheduler",
        b"--pod-max-in-unschedulable-pods-duration=",
    ),
    ("kubelet", b"--cgroup-driver="),
    ("kubelet", b"--cluster-dns="),
    ("kubelet", b"--container-runtime"),
    ("kubelet", b"--pod-infra-container-image="),
    ("kubelet", b"--pod-manifest-path="),
];

/// Searchers for the words of a table, made once: making one costs more than a search.
type Finders = Vec<(&'static str, Finder<'static>)>;

static MARK_FINDERS: LazyLock<Finders> = LazyLock::new(|| finders(MARKS));
static FLAG_FINDERS: LazyLock<Finders> = LazyLock::new(|| finders(FLAGS));

/// The searchers for a table.
fn finders(table: &'static [(&'static str, &'static [u8])]) -> Finders {
    table
        .iter()
        .map(|(component, words)| (*component, Finder::new(words)))
        .collect()
}

/// The component whose source file a header names, where only one has such a file.
pub fn component_of_source(source: &str) -> Option<&'static str> {
    FILES
        .iter()
        .find(|(_, files)| files.contains(&source))
        .map(|(component, _)| *component)
}

/// Votes of lines.
#[derive(Default)]
pub(super) struct Votes(BTreeMap<&'static str, u64>);

impl Votes {
    /// Counts the votes of one line, whose header names `source`.
    pub(super) fn take(&mut self, line: &[u8], source: Option<&str>) {
        let file = source.and_then(component_of_source).map(|name| (name, 1));
        let mark = || {
            let table: &Finders = match source {
                Some("flags.go") => &FLAG_FINDERS,
                // Messages of klog quote anything; the marks are for other formats.
                Some(_) if !line.contains(&b'{') => return None,
                _ => &MARK_FINDERS,
            };
            table
                .iter()
                .find(|(_, words)| words.find(line).is_some())
                .map(|(component, _)| (*component, MARK))
        };
        if let Some((component, votes)) = file.or_else(mark) {
            *self.0.entry(component).or_default() += votes;
        }
    }

    /// The component with a clear majority: at least a few votes, and three quarters of all.
    pub(super) fn winner(&self) -> Option<&'static str> {
        let total: u64 = self.0.values().sum();
        self.0
            .iter()
            .find(|&(_, &votes)| votes >= FEWEST && votes * 4 >= total * 3)
            .map(|(component, _)| *component)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::COMPONENTS;

    #[test]
    fn every_component_that_can_win_is_known_and_every_file_has_one_owner() {
        let mut files = std::collections::BTreeSet::new();
        for (component, names) in FILES {
            assert!(COMPONENTS.contains(component), "{component}");
            for name in *names {
                assert!(files.insert(name), "{name} has two owners");
            }
        }
        for (component, _) in MARKS.iter().chain(FLAGS) {
            assert!(COMPONENTS.contains(component), "{component}");
        }
    }

    #[test]
    fn a_clear_majority_is_needed() {
        let winner = |sources: &[&str]| {
            let mut votes = Votes::default();
            for source in sources {
                votes.take(b"", Some(source));
            }
            votes.winner()
        };
        assert_eq!(winner(&["kubelet.go"; 3]), Some("kubelet"));
        assert_eq!(winner(&["kubelet.go"; 2]), None);
        assert_eq!(
            winner(&["server.go", "reflector.go", "controller.go"]),
            None
        );
        assert_eq!(
            winner(&["kubelet.go", "kubelet.go", "kubelet.go", "proxier.go"]),
            Some("kubelet")
        );
        assert_eq!(
            winner(&[
                "kubelet.go",
                "kubelet.go",
                "kubelet.go",
                "proxier.go",
                "proxier.go"
            ]),
            None
        );
    }

    #[test]
    fn flags_and_marks_vote_for_their_component() {
        let cases: [(&str, Option<&str>, Option<&str>); 4] = [
            (
                "I0101 10:00:00.0 1 flags.go:64] FLAG: --container-runtime=\"docker\"",
                Some("flags.go"),
                Some("kubelet"),
            ),
            (
                r#"{"caller":"etcdserver/server.go:1"}"#,
                Some("server.go"),
                Some("etcd"),
            ),
            ("[INFO] plugin/reload: Running", None, Some("coredns")),
            ("I0101 10:00:00.0 1 a.go:1] plugin/x", Some("a.go"), None),
        ];
        for (line, source, expected) in cases {
            let mut votes = Votes::default();
            votes.take(line.as_bytes(), source);
            assert_eq!(votes.winner(), expected, "{line}");
        }
    }
}
