//! The kubelet's journals of the Periscope sample, as `journalctl -u kubelet` prints them.
//!
//! In: the cluster. Out: one text per Linux node: a start with its usual noise that ended, hours
//! of normal work, and what is wrong on that node (`trouble.rs`).

use super::cluster::{API_SERVER, LINUX, Node, Pod, VERSION, journal, klog, later, today};
use super::rng::Rng;
use super::trouble;
use jiff::{SignedDuration, Timestamp};
use std::fmt::Write as _;

/// How many lines of normal work a journal holds.
const NORMAL_LINES: u64 = 104;

/// Containers that do not work normally.
const TROUBLED: [&str; 5] = [
    "catalog-sync",
    "konnectivity-agent",
    "orders-api",
    "storefront",
    "thumbnailer",
];

/// A journal while it is gathered, in any order of time.
#[derive(Debug)]
pub(crate) struct Journal {
    /// The node it is of.
    pub(crate) node: Node,
    /// Process id of the kubelet.
    pid: u64,
    /// Lines with their time.
    lines: Vec<(Timestamp, String)>,
    /// Where the microseconds of the kubelet's own stamps come from.
    noise: Rng,
}

impl Journal {
    /// An empty journal.
    fn new(node: Node, pid: u64) -> Self {
        Self {
            node,
            pid,
            lines: Vec::new(),
            noise: Rng::new(pid),
        }
    }

    /// Adds a line of the kubelet: `level` is klog's letter, `source` is file and line.
    pub(crate) fn add(&mut self, time: Timestamp, level: char, source: &str, text: &str) {
        let (host, pid) = (self.node.name, self.pid);
        // Times in the tables are of milliseconds; klog writes microseconds.
        let below =
            SignedDuration::from_micros(i64::try_from(self.noise.below(1_000)).unwrap_or(0));
        let time = time.checked_add(below).unwrap_or(time);
        let line = format!(
            "{} {host} kubelet[{pid}]: {level}{} {pid:>7} {source}] {text}",
            journal(time),
            klog(time),
        );
        self.lines.push((time, line));
    }

    /// Adds a line of systemd about the kubelet's unit.
    fn add_systemd(&mut self, time: Timestamp, text: &str) {
        let line = format!("{} {} systemd[1]: {text}", journal(time), self.node.name);
        self.lines.push((time, line));
    }

    /// The text in order of time, with the header that journalctl puts before it.
    fn finish(mut self) -> String {
        self.lines.sort_by_key(|(time, _)| *time);
        let mut out = format!(
            "-- Journal begins at Tue 2024-03-12 06:02:04 UTC, ends at {}. --\n",
            self.node.collected().strftime("%a %Y-%m-%d %H:%M:%S UTC"),
        );
        for (_, line) in &self.lines {
            out.push_str(line);
            out.push('\n');
        }
        out
    }
}

/// The journal of one Linux node, by its position.
pub(crate) fn of_node(position: usize, pods: &[Pod]) -> String {
    let mut rng = Rng::new(0x10c4 + position as u64);
    let node = *LINUX
        .get(position)
        .expect("the sample asks for nodes of its own table");
    let pid = 2300 + rng.below(300);
    let own: Vec<&Pod> = pods
        .iter()
        .filter(|pod| pod.node == position && !TROUBLED.contains(&pod.container))
        .collect();
    let mut journal = Journal::new(node, pid);
    start(&mut journal, &mut rng);
    // The third node's kubelet does nothing more after it lost its runtime.
    let end = today(if position == 2 {
        "09:15:00"
    } else {
        "09:40:30"
    });
    normal(&mut journal, &mut rng, &own, end);
    match position {
        0 => {
            trouble::out_of_memory(&mut journal, pods, &mut rng);
            trouble::secret_expired(&mut journal, pods, &mut rng);
        }
        1 => trouble::registry_blocked(&mut journal, pods, &mut rng),
        _ => trouble::disk_and_runtime(&mut journal, pods, &mut rng),
    }
    journal.finish()
}

/// The kubelet's first seconds: what sounds bad here is over when the node registers.
fn start(journal: &mut Journal, rng: &mut Rng) {
    let node = journal.node.name;
    let begin = later(today("06:02:11"), rng.below(1000));
    let not_found = format!(r#""Error getting node" err="node \"{node}\" not found""#);
    let lease = format!(
        r#""Failed to ensure lease exists, will retry" err="Get \"https://{API_SERVER}:443/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{node}?timeout=10s\": context canceled" interval="200ms""#
    );
    let version = format!(r#""Kubelet version" kubeletVersion="{VERSION}""#);
    let attempt = format!(r#""Attempting to register node" node="{node}""#);
    let success = format!(r#""Successfully registered node" node="{node}""#);
    let network = r#""Container runtime network not ready" networkReady="NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized""#;
    let sync = r#""Skipping pod synchronization" err="[container runtime status check may not have completed yet, PLEG is not healthy: pleg has yet to be successful]""#;
    let images = r#""Image garbage collection failed once. Stats initialization may not have completed yet" err="invalid capacity 0 on image filesystem""#;
    let rotation = "kubernetes.io/kube-apiserver-client-kubelet: Certificate expiration is 2025-03-12 05:58:40 +0000 UTC, rotation deadline is 2025-01-04 11:20:17.44186 +0000 UTC";
    let lines: &[(u64, char, &str, &str)] = &[
        (
            310,
            'I',
            "flags.go:64",
            r#"FLAG: --eviction-hard="memory.available<750Mi,nodefs.available<10%,nodefs.inodesFree<5%,pid.available<2000""#,
        ),
        (311, 'I', "flags.go:64", r#"FLAG: --max-pods="110""#),
        (
            312,
            'I',
            "flags.go:64",
            r#"FLAG: --image-gc-high-threshold="85""#,
        ),
        (402, 'I', "server.go:415", &version),
        (
            404,
            'I',
            "server.go:417",
            r#""Golang settings" GOGC="" GOMAXPROCS="" GOTRACEBACK="""#,
        ),
        (
            511,
            'I',
            "container_manager_linux.go:303",
            r#""Creating Container Manager object based on Node Config""#,
        ),
        (
            640,
            'I',
            "kuberuntime_manager.go:262",
            r#""Container runtime initialized" containerRuntime="containerd" version="1.7.7-1" apiVersion="v1""#,
        ),
        (655, 'I', "certificate_manager.go:356", rotation),
        (702, 'I', "server.go:1230", r#""Started kubelet""#),
        (705, 'E', "kubelet.go:1403", images),
        (711, 'E', "kubelet.go:2356", sync),
        (812, 'E', "kubelet.go:2356", sync),
        (815, 'E', "controller.go:146", &lease),
        (1012, 'E', "kubelet.go:2356", sync),
        (1020, 'E', "kubelet.go:2851", network),
        (1022, 'I', "kubelet_node_status.go:70", &attempt),
        (1034, 'E', "kubelet_node_status.go:458", &not_found),
        (1135, 'E', "kubelet_node_status.go:458", &not_found),
        (1236, 'E', "kubelet_node_status.go:458", &not_found),
        (1337, 'E', "kubelet_node_status.go:458", &not_found),
        (1410, 'I', "kubelet_node_status.go:73", &success),
        (
            1502,
            'I',
            "plugin_watcher.go:52",
            r#""Plugin Watcher Start" path="/var/lib/kubelet/plugins_registry""#,
        ),
        (6021, 'E', "kubelet.go:2851", network),
        (11022, 'E', "kubelet.go:2851", network),
        (
            15240,
            'I',
            "kubelet_node_status.go:493",
            r#""Fast updating node status as it just became ready""#,
        ),
    ];
    journal.add_systemd(begin, "Starting Kubelet...");
    journal.add_systemd(later(begin, 120), "Started Kubelet.");
    for (offset, level, source, text) in lines {
        journal.add(later(begin, *offset), *level, source, text);
    }
}

/// Hours of work as a healthy kubelet logs it at its usual verbosity.
fn normal(journal: &mut Journal, rng: &mut Rng, pods: &[&Pod], end: Timestamp) {
    let begin = today("06:03:00");
    let span = u64::try_from(end.duration_since(begin).as_millis()).unwrap_or(0);
    for _ in 0..NORMAL_LINES {
        let time = later(begin, rng.below(span));
        let pod = rng.pick(pods);
        let (source, text) = normal_line(rng, pod);
        let level = if source.starts_with("cadvisor") {
            'W'
        } else {
            'I'
        };
        journal.add(time, level, source, &text);
    }
}

/// One line of normal work: where it is logged, and its text.
fn normal_line(rng: &mut Rng, pod: &Pod) -> (&'static str, String) {
    let (name, uid) = (pod.full_name(), &pod.uid);
    match rng.below(10) {
        0 | 1 => (
            "kubelet.go:2529",
            format!(r#""SyncLoop (probe)" probe="readiness" status="ready" pod="{name}""#),
        ),
        2 => (
            "kubelet.go:2433",
            format!(r#""SyncLoop UPDATE" source="api" pods=["{name}"]"#),
        ),
        3 => (
            "reconciler_common.go:228",
            format!(
                r#""operationExecutor.MountVolume started for volume \"kube-api-access-{0}\" (UniqueName: \"kubernetes.io/projected/{uid}-kube-api-access-{0}\") pod \"{1}\" (UID: \"{uid}\") " pod="{name}""#,
                rng.suffix(5),
                pod.name,
            ),
        ),
        4 => (
            "operation_generator.go:721",
            format!(
                r#""MountVolume.SetUp succeeded for volume \"kube-api-access-{}\" (UniqueName: \"kubernetes.io/projected/{uid}\") pod \"{}\" (UID: \"{uid}\") " pod="{name}""#,
                rng.suffix(5),
                pod.name,
            ),
        ),
        5 => (
            "pod_startup_latency_tracker.go:102",
            format!(
                r#""Observed pod startup duration" pod="{name}" podStartSLOduration={}.{:03} pullDuration="{}.{}s""#,
                1 + rng.below(4),
                rng.below(1000),
                rng.below(3),
                rng.below(9),
            ),
        ),
        6 => (
            "kubelet_volumes.go:161",
            format!(
                r#""Cleaned up orphaned pod volumes dir" podUID="{0}" path="/var/lib/kubelet/pods/{0}/volumes""#,
                rng.uuid(),
            ),
        ),
        7 => (
            "scope.go:115",
            format!(r#""RemoveContainer" containerID="{}""#, rng.hex(64)),
        ),
        8 => (
            "kubelet_getters.go:182",
            format!(r#""Pod status updated" pod="{name}" status=Running"#),
        ),
        _ => (
            "cadvisor_stats_provider.go:444",
            String::from(
                r#""Partial failure issuing cadvisor.ContainerInfoV2" err="partial failures: [\"/system.slice/apt-daily.service\": RecentStats: unable to find data in memory cache]""#,
            ),
        ),
    }
}

/// The part of a node's syslog that the kubelet does not tell: the kernel and systemd.
pub(crate) fn syslog(position: usize) -> String {
    let mut rng = Rng::new(0x5106 + position as u64);
    let host = LINUX.get(position).map_or("", |node| node.name);
    let mut out = String::new();
    let mut say = |time: Timestamp, program: &str, text: &str| {
        writeln!(out, "{} {host} {program}: {text}", journal(time))
            .expect("writing to a string does not fail");
    };
    let boot = today("06:01:52");
    let uptime = |time: Timestamp| {
        let elapsed = time.duration_since(boot).as_millis();
        format!("[{:>5}.{:06}]", elapsed / 1000, elapsed % 1000 * 1000)
    };
    for (offset, text) in [
        (
            1_100,
            "Linux version 5.15.0-1056-azure (buildd@lcy02-amd64-064) #64-Ubuntu SMP",
        ),
        (
            1_340,
            "EXT4-fs (sda1): mounted filesystem with ordered data mode. Opts: discard. Quota mode: none.",
        ),
        (
            9_812,
            "IPv6: ADDRCONF(NETDEV_CHANGE): azv4f1d2c3b5a: link becomes ready",
        ),
    ] {
        let time = later(boot, offset);
        say(time, "kernel", &format!("{} {text}", uptime(time)));
    }
    for hour in ["06:17:01", "07:17:01", "08:17:01"] {
        let task = format!("CRON[{}]", 9_000 + rng.below(9_000));
        say(
            today(hour),
            &task,
            "(root) CMD (   cd / && run-parts --report /etc/cron.hourly)",
        );
    }
    if position == 0 {
        for time in trouble::KILLS.map(today) {
            let time = later(time, rng.below(800));
            for text in trouble::kernel_kill(&mut rng) {
                say(time, "kernel", &format!("{} {text}", uptime(time)));
            }
        }
    }
    say(
        today("09:17:01"),
        "systemd[1]",
        "Starting Refresh the status of node health...",
    );
    out
}
