//! Diagnoses that need joins or arithmetic over objects, one file each.
//!
//! A check is a row: the id of the rule file that holds its words, what it needs to look at, and a
//! pure function from facts to clues. A check without its rule file, or the other way round, fails
//! a test.

mod api_removed_in_version;
mod apiservice_unavailable;
mod azure_resource_state;
mod backends;
mod certificate_expired;
mod clock_skew_between_nodes;
mod condition_in_trouble;
mod conditions;
mod container_exit_error;
mod container_start_refused;
mod container_usage_at_limit;
mod gpu_capacity_zero;
mod heapster_missing;
mod helm_release_failed;
mod helm_release_pending;
mod hpa_not_working;
mod ilb_hairpin_timeout;
mod image_pull_backoff;
mod job_failed;
mod kube_proxy_rules_missing;
mod kube_proxy_rules_stale;
mod kubelet_commands;
mod kubelet_flag_removed;
mod kubelet_flags_contradict;
mod kubelet_restarting;
mod lb_backend_node_no_provider_id;
mod lb_http_probe_path;
mod lb_no_ready_endpoints;
mod lb_service_pending;
mod log_fetch_failed;
mod mesh_sidecar_missing;
mod nat_tables;
mod node_cordoned;
mod node_disk_pressure;
mod node_dns_custom;
mod node_dns_loopback;
mod node_dns_servers_differ;
mod node_images_mixed;
mod node_memory_pressure;
mod node_network_unavailable;
mod node_not_ready;
mod node_pid_pressure;
mod node_pods_at_maximum;
mod node_taint_blocks;
mod node_usage_saturated;
mod npd_condition_true;
mod openshift_operator_degraded;
mod openshift_operator_progressing;
mod pdb_blocks_eviction;
mod periscope_outbound_failed;
mod pod_config_error;
mod pod_crashloop;
mod pod_dns_not_cluster_dns;
mod pod_evicted;
mod pod_listed_not_running;
mod pod_not_getting_ready;
mod pod_oomkilled;
mod pod_state_not_ready;
mod pod_unschedulable;
mod pools;
mod probe_failed;
mod pull_secret_missing;
mod pv_failed;
mod pvc_lost_or_pending;
mod pvc_terminating;
mod quota_at_limit;
mod reference_missing;
mod resolvers;
mod service_no_endpoints;
mod system_pods_unhealthy;
mod terminating_stuck;
mod tunnel_pod_not_running;
mod version_skew;
mod waiting;
mod webhook_service_dead;
mod workload_below_desired;

use crate::diagnose::observe::clue::Clue;
use crate::diagnose::scene::Scene;
use crate::examine::facts::FactKind;
use rayon::prelude::*;

/// A diagnosis in Rust.
#[derive(Clone, Copy)]
pub struct Check {
    /// Id of the rule file with its words.
    pub id: &'static str,
    /// What it looks at; any one of these is enough to look.
    pub needs: &'static [Need],
    /// The diagnosis.
    pub run: fn(Scene<'_>) -> Vec<Clue>,
}

/// What a check looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Objects of a kind.
    Objects(&'static str),
    /// Objects of all these kinds.
    Together(&'static [&'static str]),
    /// The whole list of the objects of a kind, of one namespace at least.
    Listed(&'static str),
    /// Objects of any kind, and the time to judge them by.
    AnyObject,
    /// Conditions or states of custom resources, or nodes.
    Conditions,
    /// Certificates in objects, and the time to judge them by.
    Certificates,
    /// What collectors write in forms of their own.
    Collected(FactKind),
    /// Logs of containers, or the errors in their place.
    DumpLogs,
    /// Periscope's lists of disruption budgets.
    Budgets,
    /// The version of the control plane, or of a kubelet.
    Version,
    /// All of these.
    All(&'static [Need]),
}

/// All checks, by id.
pub const CHECKS: &[Check] = &[
    api_removed_in_version::CHECK,
    apiservice_unavailable::CHECK,
    azure_resource_state::CHECK,
    certificate_expired::CHECK,
    clock_skew_between_nodes::CHECK,
    condition_in_trouble::CHECK,
    container_exit_error::CHECK,
    container_start_refused::CHECK,
    container_usage_at_limit::CHECK,
    gpu_capacity_zero::CHECK,
    heapster_missing::CHECK,
    helm_release_failed::CHECK,
    helm_release_pending::CHECK,
    hpa_not_working::CHECK,
    ilb_hairpin_timeout::CHECK,
    image_pull_backoff::CHECK,
    job_failed::CHECK,
    kube_proxy_rules_missing::CHECK,
    kube_proxy_rules_stale::CHECK,
    kubelet_flag_removed::CHECK,
    kubelet_flags_contradict::CHECK,
    kubelet_restarting::CHECK,
    lb_backend_node_no_provider_id::CHECK,
    lb_http_probe_path::CHECK,
    lb_no_ready_endpoints::CHECK,
    lb_service_pending::CHECK,
    log_fetch_failed::CHECK,
    mesh_sidecar_missing::CHECK,
    node_cordoned::CHECK,
    node_disk_pressure::CHECK,
    node_dns_custom::CHECK,
    node_dns_loopback::CHECK,
    node_dns_servers_differ::CHECK,
    node_images_mixed::CHECK,
    node_memory_pressure::CHECK,
    node_network_unavailable::CHECK,
    node_not_ready::CHECK,
    node_pid_pressure::CHECK,
    node_pods_at_maximum::CHECK,
    node_taint_blocks::CHECK,
    node_usage_saturated::CHECK,
    npd_condition_true::CHECK,
    openshift_operator_degraded::CHECK,
    openshift_operator_progressing::CHECK,
    pdb_blocks_eviction::CHECK,
    periscope_outbound_failed::CHECK,
    pod_config_error::CHECK,
    pod_crashloop::CHECK,
    pod_dns_not_cluster_dns::CHECK,
    pod_evicted::CHECK,
    pod_listed_not_running::CHECK,
    pod_not_getting_ready::CHECK,
    pod_oomkilled::CHECK,
    pod_state_not_ready::CHECK,
    pod_unschedulable::CHECK,
    probe_failed::CHECK,
    pull_secret_missing::CHECK,
    pv_failed::CHECK,
    pvc_lost_or_pending::CHECK,
    pvc_terminating::CHECK,
    quota_at_limit::CHECK,
    reference_missing::CHECK,
    service_no_endpoints::CHECK,
    system_pods_unhealthy::CHECK,
    terminating_stuck::CHECK,
    tunnel_pod_not_running::CHECK,
    version_skew::CHECK,
    webhook_service_dead::CHECK,
    workload_below_desired::CHECK,
];

/// Clues of all checks, in the order of these. One check may cost more than all others together,
/// so each is handed out by itself.
pub(super) fn run(scene: Scene<'_>) -> Vec<Clue> {
    CHECKS
        .par_iter()
        .with_max_len(1)
        .flat_map_iter(|check| (check.run)(scene))
        .collect()
}

/// Checks whose rule's matchers only find candidates: a hit is no clue before the check has joined
/// it with objects.
const JOINING: [&str; 1] = ["ilb-hairpin-timeout"];

/// Whether hits of this rule's matchers are clues by themselves.
pub(super) fn hits_are_clues(id: &str) -> bool {
    !JOINING.contains(&id)
}

/// The check with this id.
pub fn of(id: &str) -> Option<&'static Check> {
    CHECKS
        .binary_search_by(|check| check.id.cmp(id))
        .ok()
        .and_then(|at| CHECKS.get(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_sorted_by_id_and_need_something() {
        assert!(CHECKS.windows(2).all(|pair| pair[0].id < pair[1].id));
        assert!(CHECKS.iter().all(|check| !check.needs.is_empty()));
    }
}
