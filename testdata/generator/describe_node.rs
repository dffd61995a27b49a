//! What `kubectl describe node` says of the node whose kubelet has stopped.

use super::cluster::{SILENT, VERSION, described, later, today};
use super::describe_text::{columns, events_table};
use std::fmt::Write as _;

/// When the kubelet was last heard of.
const LAST_SEEN: &str = "09:17:31";

/// The description.
pub(crate) fn silent_node() -> String {
    let seen = today(LAST_SEEN);
    // The controller waits for 40 s.
    let given_up = described(later(seen, 40_000));
    let seen = described(seen);
    let (name, host_label) = (
        SILENT.name,
        format!("kubernetes.io/hostname={}", SILENT.name),
    );
    let mut out = columns(&[
        ("Name:", name),
        ("Roles:", "agent"),
        ("Labels:", "agentpool=nodepool1"),
        ("", &host_label),
        ("", "kubernetes.io/os=linux"),
        ("CreationTimestamp:", "Mon, 15 Jan 2024 10:25:02 +0000"),
        ("Taints:", "node.kubernetes.io/unreachable:NoExecute"),
        ("", "node.kubernetes.io/unreachable:NoSchedule"),
        ("Unschedulable:", "false"),
    ]);
    let mut say = |line: String| {
        out.push_str(line.trim_end());
        out.push('\n');
    };
    say(format!("Lease:\n  HolderIdentity:  {name}"));
    say(format!(
        "  AcquireTime:     <unset>\n  RenewTime:       {seen}"
    ));
    say("Conditions:".to_owned());
    let row = |kind: &str, status: &str, seen: &str, since: &str, reason: &str, message: &str| {
        format!("  {kind:<14}   {status:<7}   {seen:<31}   {since:<31}   {reason:<17}   {message}")
    };
    say(row(
        "Type",
        "Status",
        "LastHeartbeatTime",
        "LastTransitionTime",
        "Reason",
        "Message",
    ));
    say(row(
        "----",
        "------",
        "-----------------",
        "------------------",
        "------",
        "-------",
    ));
    for kind in ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"] {
        let message = "Kubelet stopped posting node status.";
        say(row(
            kind,
            "Unknown",
            &seen,
            &given_up,
            "NodeStatusUnknown",
            message,
        ));
    }
    let mut out = out + "Addresses:\n";
    write!(
        out,
        "  InternalIP:  {}\n  Hostname:    {name}\nSystem Info:\n  Kernel Version:             5.15.0-1056-azure\n  OS Image:                   Ubuntu 22.04.4 LTS\n  Operating System:           linux\n  Architecture:               amd64\n  Container Runtime Version:  containerd://1.7.7-1\n  Kubelet Version:            {VERSION}\n  Kube-Proxy Version:         {VERSION}\nNon-terminated Pods:          (0 in total)\n",
        SILENT.address
    )
    .expect("writing to a string does not fail");
    let message = format!("Node {name} status is now: NodeNotReady");
    let event = ["Normal", "NodeNotReady", "22m", "node-controller", &message];
    out + &events_table("", &[event])
}
