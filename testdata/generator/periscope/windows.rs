//! Logs of the Windows node in the Periscope sample, as `collect-windows-logs.ps1` leaves them.
//!
//! In: nothing. Out: files below `collect-windows-logs/`. What PowerShell redirects is UTF-16LE
//! with a byte order mark; what services write themselves is UTF-8; all have CRLF.

use super::super::cluster::{API_SERVER, LINUX, SILENT, VERSION, WINDOWS, klog, later, today};
use super::super::rng::Rng;
use super::super::writers::File;
use std::fmt::Write as _;

/// Content as PowerShell 5 writes it with `>`: UTF-16LE, a byte order mark, CRLF.
fn redirected(text: &str) -> Vec<u8> {
    let text = text.replace('\n', "\r\n");
    std::iter::once(0xFEFF)
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect()
}

/// Content as a service writes it: UTF-8, CRLF.
fn written(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

/// All files of the node's log folder.
pub(crate) fn logs() -> Vec<File> {
    let stamp = "20240312-094109";
    let files: [(String, Vec<u8>); 10] = [
        (
            "collect-windows-logs-output.log".into(),
            redirected(&transcript()),
        ),
        ("kubelet.err.log".into(), written(&kubelet())),
        ("kubeproxy.err.log".into(), written(&kube_proxy())),
        ("containerd.err.log".into(), written(&containerd())),
        ("azure-vnet.log".into(), written(&azure_vnet())),
        ("kubectl-get-nodes.log".into(), redirected(&get_nodes())),
        ("available-memory.txt".into(), redirected("\n5123\n")),
        ("ip.txt".into(), redirected(&ip_configuration())),
        (format!("{stamp}_pagefile.txt"), redirected(PAGE_FILE)),
        (format!("{stamp}_services.csv"), written(SERVICES)),
    ];
    files
        .into_iter()
        .map(|(name, bytes)| File::new(format!("collect-windows-logs/{name}"), bytes))
        .collect()
}

/// The log of the node's provisioning, which its own path keeps out of folders of files.
pub(crate) fn custom_data_log() -> Vec<u8> {
    written(
        "2024-03-12T05:52:10.1180000+00:00: Starting CustomDataSetupScript\n2024-03-12T05:52:41.9020000+00:00: Installing containerd from https://acs-mirror.azureedge.net/containerd/windows/v1.6.21-azure.1/binaries/containerd-v1.6.21-azure.1-windows-amd64.tar.gz\n2024-03-12T05:55:03.0250000+00:00: Start kubelet service\n2024-03-12T05:55:09.4410000+00:00: ExitCode: |0|, Output: |WINDOWS_CSE_SUCCESS|, Error: ||\n",
    )
}

/// What the collecting script says about its own work.
fn transcript() -> String {
    format!(
        "**********************\nWindows PowerShell transcript start\nStart time: 20240312094107\nUsername: WORKGROUP\\SYSTEM\nMachine: {} (Microsoft Windows NT 10.0.20348.0)\n**********************\nCollecting logs of the calling script\nCollecting logs from C:\\k\nCollecting Windows networking logs\nCompressing all logs\n**********************\nWindows PowerShell transcript end\nEnd time: 20240312094131\n**********************\n",
        WINDOWS.name.to_uppercase()
    )
}

/// The kubelet's log: normal work, and sandboxes that the host's network service refused for a
/// while in the morning.
fn kubelet() -> String {
    let mut rng = Rng::new(0x3149);
    let pod = "shop/invoice-render-6c5d9f7b8-wz7lk";
    let mut lines = vec![
        (
            today("05:55:12"),
            'I',
            "server.go:415",
            format!(r#""Kubelet version" kubeletVersion="{VERSION}""#),
        ),
        (
            today("05:55:14"),
            'I',
            "kubelet_node_status.go:73",
            format!(r#""Successfully registered node" node="{}""#, WINDOWS.name),
        ),
    ];
    for time in ["06:12:04", "06:12:19", "06:12:33"].map(today) {
        let sandbox = rng.hex(64);
        lines.push((time, 'E', "remote_runtime.go:176", format!(
            r#""RunPodSandbox from runtime service failed" err="rpc error: code = Unknown desc = failed to setup network for sandbox \"{sandbox}\": plugin type=\"azure-vnet\" failed (add): Failed to create endpoint: hcnCreateEndpoint failed in Win32: The specified port already exists. (0x803b0013)""#
        )));
        lines.push((later(time, 2), 'E', "pod_workers.go:1294", format!(
            r#""Error syncing pod, skipping" err="failed to \"CreatePodSandbox\" for \"invoice-render-6c5d9f7b8-wz7lk_shop\" with CreatePodSandboxError" pod="{pod}""#
        )));
    }
    for turn in 0..24 {
        let time = later(today("06:13:00"), turn * 510_000 + rng.below(40_000));
        let text = if turn % 3 == 0 {
            format!(r#""RemoveContainer" containerID="{}""#, rng.hex(64))
        } else {
            format!(r#""SyncLoop (probe)" probe="readiness" status="ready" pod="{pod}""#)
        };
        lines.push((time, 'I', "kubelet.go:2529", text));
    }
    lines
        .iter()
        .fold(String::new(), |mut out, (time, level, source, text)| {
            writeln!(out, "{level}{}    4712 {source}] {text}", klog(*time))
                .expect("writing to a string does not fail");
            out
        })
}

/// The proxy's log.
fn kube_proxy() -> String {
    let mut rng = Rng::new(0x9071);
    (0..8).fold(String::new(), |mut out, turn| {
        let time = later(today("05:56:00"), turn * 1_500_000 + rng.below(9_000));
        writeln!(
            out,
            r#"I{}    5240 proxier.go:1155] "Syncing proxy rules complete" elapsed="{}.{:04}ms""#,
            klog(time),
            40 + rng.below(60),
            rng.below(10_000)
        )
        .expect("writing to a string does not fail");
        out
    })
}

/// The runtime's log.
fn containerd() -> String {
    let mut rng = Rng::new(0xc0d1);
    (0..8).fold(String::new(), |mut out, turn| {
        let time = later(today("05:56:30"), turn * 1_400_000 + rng.below(9_000));
        writeln!(
            out,
            r#"time="{}" level=info msg="StartContainer for \"{}\" returns successfully""#,
            time.strftime("%Y-%m-%dT%H:%M:%S%.7fZ"),
            rng.hex(64)
        )
        .expect("writing to a string does not fail");
        out
    })
}

/// The network plugin's log.
fn azure_vnet() -> String {
    let mut rng = Rng::new(0x0e70);
    (0..6).fold(String::new(), |mut out, turn| {
        let time = later(today("06:12:02"), turn * 1_700_000);
        writeln!(out, "{} [{}] [cni-net] Plugin azure-vnet version v1.4.54. [cni-net] ADD command completed with [ifaces:1] err:<nil>.", time.strftime("%Y/%m/%d %H:%M:%S"), 4_000 + rng.below(4_000))
            .expect("writing to a string does not fail");
        out
    })
}

/// The nodes as `kubectl get nodes` lists them: one is not ready.
fn get_nodes() -> String {
    let mut out =
        String::from("NAME                                STATUS     ROLES   AGE    VERSION\n");
    for (position, node) in LINUX.iter().chain([&SILENT, &WINDOWS]).enumerate() {
        let status = if [2, 3].contains(&position) {
            "NotReady"
        } else {
            "Ready"
        };
        writeln!(
            out,
            "{:<35} {status:<10} agent   56d    {VERSION}",
            node.name
        )
        .expect("writing to a string does not fail");
    }
    out
}

/// The addresses of the machine.
fn ip_configuration() -> String {
    format!(
        "\nWindows IP Configuration\n\n   Host Name . . . . . . . . . . . . : {}\n   Node Type . . . . . . . . . . . . : Hybrid\n\nEthernet adapter vEthernet (Ethernet 2):\n\n   IPv4 Address. . . . . . . . . . . : {}(Preferred)\n   Default Gateway . . . . . . . . . : 10.224.0.1\n   DNS Servers . . . . . . . . . . . : 168.63.129.16\n   API server  . . . . . . . . . . . : {API_SERVER}\n",
        WINDOWS.name, WINDOWS.address
    )
}

/// The page file's use.
const PAGE_FILE: &str = "\nCaption           : D:\\pagefile.sys\nAllocatedBaseSize : 4096\nCurrentUsage      : 112\nPeakUsage         : 240\n";

/// Changes of services from the system's event log.
const SERVICES: &str = "#TYPE Selected.System.Diagnostics.Eventing.Reader.EventLogRecord\n\"TimeCreated\",\"Id\",\"LevelDisplayName\",\"Message\"\n\"3/12/2024 5:55:11 AM\",\"7036\",\"Information\",\"The kubelet service entered the running state.\"\n\"3/12/2024 5:55:10 AM\",\"7036\",\"Information\",\"The containerd service entered the running state.\"\n";
