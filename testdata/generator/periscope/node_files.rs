//! The smaller files of a Linux node in the Periscope sample: what other collectors than the
//! kubelet's journal and `kubectl describe` bring.
//!
//! In: a node's position. Out: one text or JSON document per collector, in the collector's words.

use super::super::cluster::{API_SERVER, Pod, later, today};
use super::super::json::object;
use super::super::rng::Rng;
use std::fmt::Write as _;

/// The kubelet's command line.
pub(crate) fn kubelet_command(host: &str) -> String {
    format!(
        "/usr/local/bin/kubelet --enable-server --node-labels=agentpool=nodepool1,kubernetes.azure.com/cluster=MC_rg-shop_shop-prod_westeurope --v=2 --volume-plugin-dir=/etc/kubernetes/volumeplugins --kubeconfig=/var/lib/kubelet/kubeconfig --container-runtime-endpoint=unix:///run/containerd/containerd.sock --cgroup-driver=systemd --hostname-override={host} --address=0.0.0.0 --cluster-dns=10.0.0.10 --cluster-domain=cluster.local --eviction-hard=memory.available<750Mi,nodefs.available<10% --image-gc-high-threshold=85 --image-gc-low-threshold=80 --max-pods=110 --rotate-certificates=true\n"
    )
}

/// A resolver's file as a node or a container has it.
pub(crate) fn resolver(server: &str, search: &str) -> String {
    format!("nameserver {server}\nsearch {search}\noptions edns0 trust-ad\n")
}

/// The NAT table with the chains of the services.
pub(crate) fn iptables(rng: &mut Rng) -> String {
    let mut out = String::from(
        "Chain PREROUTING (policy ACCEPT)\ntarget     prot opt source               destination         \nKUBE-SERVICES  all  --  anywhere             anywhere             /* kubernetes service portals */\n\nChain KUBE-SERVICES (2 references)\ntarget     prot opt source               destination         \n",
    );
    for (service, address, port) in [
        ("default/kubernetes:https", "10.0.0.1", "https"),
        ("kube-system/kube-dns:dns", "10.0.0.10", "domain"),
        ("kube-system/metrics-server", "10.0.211.38", "https"),
        ("shop/orders-api:http", "10.0.87.140", "http-alt"),
    ] {
        let chain: String = rng.suffix(16).to_uppercase();
        writeln!(out, "KUBE-SVC-{chain}  tcp  --  anywhere             {address:<20} /* {service} cluster IP */ tcp dpt:{port}")
            .expect("writing to a string does not fail");
    }
    out.push_str("KUBE-NODEPORTS  all  --  anywhere             anywhere             /* kubernetes service nodeports; NOTE: this must be the last rule in this chain */ ADDRTYPE match dst-type LOCAL\n");
    out
}

/// The log of a container of `kube-system` that works.
pub(crate) fn container_log(pod: &Pod) -> String {
    match pod.container {
        "coredns" => String::from(
            ".:53\n[INFO] plugin/reload: Running configuration MD5 = 2b1b7ab9e2bd35b0d0b4b2c1d9b4e2f1\nCoreDNS-1.9.4\nlinux/amd64, go1.19.13, 1f0a41a6\n",
        ),
        name => format!("I0312 06:03:44.118204       1 main.go:91] {name} is running\n"),
    }
}

/// The log of the node's provisioning: a shell trace, and the result that its last command prints.
/// The node behind the firewall failed with exit code 50 before a second attempt came through.
pub(crate) fn provision_log(blocked: bool) -> String {
    let mut out = String::new();
    if blocked {
        attempt(&mut out, "05:41", 50);
    }
    attempt(&mut out, "06:01", 0);
    out
}

/// One run of the provisioning script that ended with this exit code.
fn attempt(out: &mut String, minute: &str, code: u8) {
    let trace = [
        "+ ERR_SYSTEMCTL_START_FAIL=4",
        "+ ERR_OUTBOUND_CONN_FAIL=50",
        "+ ERR_K8S_API_SERVER_CONN_FAIL=51",
        "+ source /opt/azure/containers/provision_installs.sh",
        "+ retrycmd_if_failure 100 1 10 nc -vz mcr.microsoft.com 443",
    ];
    let failed = [
        "nc: connect to mcr.microsoft.com port 443 (tcp) timed out: Operation now in progress",
        "+ '[' 100 -eq 100 ']'",
        "+ echo Executed 'nc -vz mcr.microsoft.com 443' 100 times",
        "+ exit 50",
    ];
    let passed = [
        "Connection to mcr.microsoft.com 443 port [tcp/https] succeeded!",
        "+ ensureContainerd",
        "+ systemctlEnableAndStart containerd",
        "+ ensureKubelet",
        "+ systemctlEnableAndStart kubelet",
        "+ exit 0",
    ];
    writeln!(out, "Tue Mar 12 {minute}:24 UTC 2024,{API_SERVER}")
        .expect("writing to a string does not fail");
    let end: &[&str] = if code == 0 { &passed } else { &failed };
    for line in trace.iter().chain(end) {
        out.push_str(line);
        out.push('\n');
    }
    let result = object([
        ("ExitCode", code.to_string().into()),
        ("Output", format!("{}\n", end.join("\n")).into()),
        ("Error", "".into()),
        ("ExecDuration", if code == 0 { "31" } else { "1104" }.into()),
        (
            "KernelStartTime",
            format!("Tue 2024-03-12 {minute}:02 UTC").into(),
        ),
    ]);
    out.push_str(&result.compact());
    out.push('\n');
}

/// The log of cloud-init on a machine that came up well.
pub(crate) fn cloud_init(rng: &mut Rng) -> String {
    let begin = later(today("06:01:55"), rng.below(1000));
    let lines = [
        "util.py[DEBUG]: Cloud-init v. 23.1.2-0ubuntu0~22.04.1 running 'init-local' at Tue, 12 Mar 2024 06:01:55 +0000. Up 6.41 seconds.",
        "DataSourceAzure.py[DEBUG]: Azure endpoint found at: 168.63.129.16",
        "azure.py[INFO]: Reporting ready to Azure fabric.",
        "stages.py[INFO]: Applying network configuration from ds bringup=False",
        "cc_write_files.py[DEBUG]: Writing to /opt/azure/containers/provision_source.sh - 6104 bytes",
        "util.py[WARNING]: Failed to resize filesystem (cmd=('resize2fs', '/dev/root')): nothing to do",
        "handlers.py[DEBUG]: finish: modules-final: SUCCESS: running modules for final",
    ];
    lines
        .iter()
        .zip(0..)
        .fold(String::new(), |mut out, (line, step)| {
            let time = later(begin, step * 1_300);
            writeln!(out, "{} - {line}", time.strftime("%Y-%m-%d %H:%M:%S,%3f"))
                .expect("writing to a string does not fail");
            out
        })
}
