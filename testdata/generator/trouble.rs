//! What is wrong on the nodes of the Periscope sample, in the words of kubelet and kernel.
//!
//! In: a node's journal. Out: the same with the lines of one trouble, in the order in which a
//! kubelet logs them. `describe.rs` shows what the objects say about the
//! same.

use super::cluster::{MCR_IMAGE, Pod, later, pod, today};
use super::journal::Journal;
use super::rng::Rng;

/// When the kernel killed `orders-api` for passing its memory limit.
pub(crate) const KILLS: [&str; 5] = ["08:44:07", "08:49:51", "08:57:13", "09:07:02", "09:26:37"];

/// The cgroup's kill of a Java process in the kernel's words.
pub(crate) fn kernel_kill(rng: &mut Rng) -> [String; 3] {
    let pid = 20_000 + rng.below(20_000);
    let group = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod4c1f.slice";
    [
        String::from(
            "java invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=969",
        ),
        format!(
            "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=cri-containerd-{}.scope,mems_allowed=0,oom_memcg={group},task_memcg={group},task=java,pid={pid},uid=1000",
            rng.hex(12)
        ),
        format!(
            "Memory cgroup out of memory: Killed process {pid} (java) total-vm:3{:06}kB, anon-rss:{}kB, file-rss:18432kB, shmem-rss:0kB, UID:1000 pgtables:1284kB oom_score_adj:969",
            rng.below(1_000_000),
            521_000 + rng.below(3_000)
        ),
    ]
}

/// The kubelet's line about a container that it may not start yet.
fn start_refused(pod: &Pod, why: &str, detail: &str) -> String {
    format!(
        r#""Error syncing pod, skipping" err="failed to \"StartContainer\" for \"{}\" with {why}: \"{detail}\"" pod="{}" podUID={}"#,
        pod.container,
        pod.full_name(),
        pod.uid,
    )
}

/// A container that is killed for its memory again and again.
pub(crate) fn out_of_memory(journal: &mut Journal, pods: &[Pod], rng: &mut Rng) {
    let orders = pod(pods, "orders-api");
    for (turn, time) in KILLS.map(today).into_iter().enumerate() {
        let (container, wait) = (rng.hex(64), ["10s", "20s", "40s", "1m20s", "2m40s"]);
        let died = format!(
            r#""SyncLoop (PLEG): event for pod" pod="{}" event={{"ID":"{}","Type":"ContainerDied","Data":"{container}"}}"#,
            orders.full_name(),
            orders.uid,
        );
        let back_off = format!(
            "back-off {} restarting failed container=orders-api pod={}_shop({})",
            wait.get(turn).unwrap_or(&"5m0s"),
            orders.name,
            orders.uid,
        );
        let refused = start_refused(orders, "CrashLoopBackOff", &back_off);
        let removed = format!(r#""RemoveContainer" containerID="{container}""#);
        journal.add(later(time, 812), 'I', "kubelet.go:2447", &died);
        journal.add(later(time, 1_020), 'I', "scope.go:115", &removed);
        for again in 0..4 {
            let time = later(time, 1_033 + again * 12_000 + rng.below(900));
            journal.add(time, 'E', "pod_workers.go:1294", &refused);
        }
    }
}

/// Pulls from the Microsoft Container Registry that run into the firewall.
pub(crate) fn registry_blocked(journal: &mut Journal, pods: &[Pod], rng: &mut Rng) {
    let storefront = pod(pods, "storefront");
    let reason = format!(
        r#"failed to pull and unpack image \"{MCR_IMAGE}\": failed to resolve reference \"{MCR_IMAGE}\": failed to do request: Head \"https://mcr.microsoft.com/v2/oss/nginx/nginx/manifests/1.25.2\": dial tcp 203.0.113.57:443: i/o timeout"#
    );
    let failed = format!(
        r#""Failed to pull image" err="rpc error: code = DeadlineExceeded desc = {reason}" image="{MCR_IMAGE}""#
    );
    let first = start_refused(
        storefront,
        "ErrImagePull",
        "rpc error: code = DeadlineExceeded",
    );
    let back_off = format!(r#"Back-off pulling image \\\"{MCR_IMAGE}\\\""#);
    let next = start_refused(storefront, "ImagePullBackOff", &back_off);
    for time in [
        "08:53:31", "08:54:18", "08:55:16", "08:56:54", "09:00:09", "09:11:20", "09:34:15",
    ] {
        let time = later(today(time), rng.below(1_000));
        journal.add(later(time, 1), 'E', "kuberuntime_image.go:53", &failed);
        journal.add(later(time, 2), 'E', "pod_workers.go:1294", &first);
        for again in 1..3 {
            let time = later(time, again * 13_000);
            journal.add(time, 'E', "pod_workers.go:1294", &next);
        }
    }
}

/// Pulls that fail since nine, when the secret of the service principal ended. The load balancer's
/// controller keeps a token that is older, and so keeps its own complaint.
pub(crate) fn secret_expired(journal: &mut Journal, pods: &[Pod], rng: &mut Rng) {
    let sync = pod(pods, "catalog-sync");
    let application = rng.uuid();
    for time in ["09:03:18", "09:08:24", "09:18:31", "09:28:40", "09:38:47"] {
        let text = format!(
            r#"Failed getting credential from external registry credential provider: error execing credential provider plugin acr-credential-provider for image {}: exit status 1: azure.BearerAuthorizer#WithAuthorization: Failed to refresh the Token for request: StatusCode=401 -- Original Error: adal: Refresh request failed. Status Code = '401'. Response body: {{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys for app '{application}' are expired. Visit the Azure portal to create new keys for your app.","error_codes":[7000222],"timestamp":"2024-03-12 {time}Z","trace_id":"{}"}}"#,
            sync.image,
            rng.uuid(),
        );
        let time = later(today(time), rng.below(1_000));
        journal.add(time, 'E', "plugin.go:389", &text);
    }
}

/// A disk that fills, a pod that is evicted for it, and a runtime that stops to answer.
pub(crate) fn disk_and_runtime(journal: &mut Journal, pods: &[Pod], rng: &mut Rng) {
    images_fill_disk(journal, rng);
    eviction(journal, pods);
    runtime_hangs(journal, rng);
}

/// The kubelet's line about an event of its node.
fn recorded(journal: &Journal, event: &str) -> String {
    format!(
        r#""Recording event message for node" node="{}" event="{event}""#,
        journal.node.name
    )
}

/// A collection of unused images that finds none.
fn images_fill_disk(journal: &mut Journal, rng: &mut Rng) {
    let times = ["08:36:02", "08:41:02", "08:46:02", "08:51:02"].map(today);
    for (usage, time) in (89..).zip(times) {
        let bytes = 9_126_805_504 + rng.below(900_000_000);
        let high = format!(
            r#""Disk usage on image filesystem is over the high threshold, trying to free bytes down to the low threshold" usage={usage} highThreshold=85 amountToFree={bytes} lowThreshold=80"#
        );
        let failed = format!(
            r#""Image garbage collection failed multiple times in a row" err="Failed to garbage collect required amount of images. Attempted to free {bytes} bytes, but only found 0 bytes eligible to free.""#
        );
        journal.add(time, 'I', "image_gc_manager.go:310", &high);
        journal.add(later(time, 64), 'E', "kubelet.go:1409", &failed);
    }
}

/// The eviction of a pod for the disk that it uses.
fn eviction(journal: &mut Journal, pods: &[Pod]) {
    let begin = today("08:52:40");
    let evicted = pod(pods, "thumbnailer").full_name();
    let other = pod(pods, "pricing").full_name();
    let pressure = recorded(journal, "NodeHasDiskPressure");
    let ranked =
        format!(r#""Eviction manager: pods ranked for eviction" pods=["{evicted}","{other}"]"#);
    let done = format!(r#""Eviction manager: pod is evicted successfully" pod="{evicted}""#);
    let cleaned = format!(
        r#""Eviction manager: pods evicted, waiting for pod to be cleaned up" pods=["{evicted}"]"#
    );
    let lines = [
        (0, 'I', "kubelet_node_status.go:669", pressure.as_str()),
        (
            210,
            'W',
            "eviction_manager.go:346",
            r#""Eviction manager: attempting to reclaim" resourceName="ephemeral-storage""#,
        ),
        (
            212,
            'I',
            "container_gc.go:85",
            r#""Attempting to delete unused containers""#,
        ),
        (
            240,
            'I',
            "image_gc_manager.go:340",
            r#""Attempting to delete unused images""#,
        ),
        (
            388,
            'I',
            "eviction_manager.go:357",
            r#""Eviction manager: must evict pod(s) to reclaim" resourceName="ephemeral-storage""#,
        ),
        (390, 'I', "eviction_manager.go:375", &ranked),
        (1_420, 'I', "eviction_manager.go:596", &done),
        (1_422, 'I', "eviction_manager.go:205", &cleaned),
    ];
    for (offset, level, source, text) in lines {
        journal.add(later(begin, offset), level, source, text);
    }
}

/// A runtime that stops to list its containers, and the node that is not ready for it.
fn runtime_hangs(journal: &mut Journal, rng: &mut Rng) {
    let mut silent = 187_000;
    for minute in 18..41 {
        let time = later(today(&format!("09:{minute:02}:12")), rng.below(900));
        let text = format!(
            r#""Skipping pod synchronization" err="PLEG is not healthy: pleg was last seen active {}m{}.{:03}s ago; threshold is 3m0s""#,
            silent / 60_000,
            silent / 1_000 % 60,
            silent % 1_000,
        );
        journal.add(time, 'E', "kubelet.go:2356", &text);
        silent += 60_017;
    }
    let time = later(today("09:18:21"), 604);
    let event = recorded(journal, "NodeNotReady");
    let condition = format!(
        r#""Node became not ready" node="{}" condition={{Type:Ready Status:False LastHeartbeatTime:2024-03-12 09:18:21.604118 +0000 UTC m=+11770.431 LastTransitionTime:2024-03-12 09:18:21.604118 +0000 UTC m=+11770.431 Reason:KubeletNotReady Message:PLEG is not healthy: pleg was last seen active 3m16.4s ago; threshold is 3m0s}}"#,
        journal.node.name,
    );
    journal.add(time, 'I', "kubelet_node_status.go:669", &event);
    journal.add(time, 'I', "setters.go:574", &condition);
    for time in ["09:17:44", "09:21:44", "09:29:45", "09:37:45"] {
        let text = r#""ListPodSandbox with filter from runtime service failed" err="rpc error: code = DeadlineExceeded desc = context deadline exceeded" filter="nil""#;
        journal.add(today(time), 'E', "remote_runtime.go:312", text);
    }
}
