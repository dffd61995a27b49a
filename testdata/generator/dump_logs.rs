//! Logs of the containers in the `cluster-info dump` sample.
//!
//! In: a container's name. Out: its log as the program in it writes, some dozens of lines.

use super::cluster::{at, klog, later};
use super::json::object;
use super::rng::Rng;
use std::fmt::Write as _;

/// A log between the markers that kubectl puts around it.
pub(crate) fn section(container: &str, namespace: &str, pod: &str, log: &str) -> String {
    let of = format!("logs for container {container} of pod {namespace}/{pod} ====");
    format!("==== START {of}\n{log}==== END {of}\n")
}

/// The log of a container that runs.
pub(crate) fn of_container(container: &str, rng: &mut Rng) -> String {
    match container {
        "coredns" => coredns(rng),
        "konnectivity-agent" => konnectivity(rng),
        "kube-proxy" => kube_proxy(rng),
        "metrics-server" => metrics_server(rng),
        "nginx" => access_log(rng),
        "storefront" => storefront(rng),
        _ => application(container, rng),
    }
}

/// Appends a line.
fn say(out: &mut String, line: impl std::fmt::Display) {
    writeln!(out, "{line}").expect("writing to a string does not fail");
}

/// A DNS server whose upstream is silent again and again.
fn coredns(rng: &mut Rng) -> String {
    let mut out = String::new();
    say(
        &mut out,
        "[WARNING] No files matching import glob pattern: custom/*.override",
    );
    say(
        &mut out,
        "[WARNING] No files matching import glob pattern: custom/*.server",
    );
    say(&mut out, ".:53");
    say(
        &mut out,
        format_args!(
            "[INFO] plugin/reload: Running configuration SHA512 = {}",
            rng.hex(64)
        ),
    );
    say(&mut out, "CoreDNS-1.11.1");
    say(&mut out, "linux/amd64, go1.21.8, ae2bbc29");
    for _ in 0..12 {
        let name = rng.pick(&[
            "shopregistry.azurecr.io.",
            "login.microsoftonline.com.",
            "payments.partner.example.",
        ]);
        let kind = rng.pick(&["A", "AAAA"]);
        let (pod, port) = (2 + rng.below(200), 32_768 + rng.below(28_000));
        say(
            &mut out,
            format_args!(
                "[ERROR] plugin/errors: 2 {name} {kind}: read udp 10.244.1.{pod}:{port}->168.63.129.16:53: i/o timeout"
            ),
        );
    }
    out
}

/// The agent of a tunnel that stands.
fn konnectivity(rng: &mut Rng) -> String {
    let start = at("2024-05-18T06:03:49Z");
    let mut out = String::new();
    say(
        &mut out,
        format_args!(
            "I{}       1 options.go:129] ALPNProtos set to [konnectivity].",
            klog(start)
        ),
    );
    say(
        &mut out,
        format_args!(
            r#"I{}       1 client.go:255] "Connect to" server="{}""#,
            klog(later(start, 310)),
            rng.uuid()
        ),
    );
    for turn in 0..14 {
        let time = later(start, 60_000 + turn * 20_500_000 + rng.below(9_000_000));
        say(
            &mut out,
            format_args!(
                r#"I{}       1 client.go:528] "remote connection EOF" connectionID={}"#,
                klog(time),
                rng.below(90_000)
            ),
        );
    }
    out
}

/// A proxy at work.
fn kube_proxy(rng: &mut Rng) -> String {
    let start = at("2024-05-18T06:03:50Z");
    let mut out = String::new();
    say(
        &mut out,
        format_args!(
            r#"I{}       1 server_others.go:72] "Using iptables proxy""#,
            klog(start)
        ),
    );
    say(
        &mut out,
        format_args!(
            "I{}       1 shared_informer.go:318] Caches are synced for service config",
            klog(later(start, 214))
        ),
    );
    for turn in 0..10 {
        let time = later(start, 30_000 + turn * 29_000_000 + rng.below(9_000_000));
        say(
            &mut out,
            format_args!(
                r#"I{}       1 proxier.go:876] "SyncProxyRules complete" elapsed="{}.{:06}ms""#,
                klog(time),
                20 + rng.below(70),
                rng.below(1_000_000)
            ),
        );
    }
    out
}

/// A metrics server at work.
fn metrics_server(rng: &mut Rng) -> String {
    let start = at("2024-05-18T06:03:52Z");
    let mut out = String::new();
    for (turn, text) in [
        "secure_serving.go:267] Serving securely on [::]:4443",
        "dynamic_serving_content.go:131] \"Starting controller\" name=\"serving-cert::apiserver.local.config/certificates/apiserver.crt::apiserver.local.config/certificates/apiserver.key\"",
        "shared_informer.go:247] Caches are synced for RequestHeaderAuthRequestController",
    ].into_iter().zip(0..) .map(|(text, turn)| (turn, text)) {
        say(&mut out, format_args!("I{}       1 {text}", klog(later(start, turn * 40 + rng.below(30)))));
    }
    out
}

/// Requests to a web server, all answered.
fn access_log(rng: &mut Rng) -> String {
    let mut out =
        String::from("/docker-entrypoint.sh: Configuration complete; ready for start up\n");
    let start = at("2024-05-21T14:02:00Z");
    for turn in 0..40 {
        let time = later(start, turn * 41_000 + rng.below(30_000));
        let path = rng.pick(&[
            "/",
            "/index.html",
            "/assets/app.js",
            "/api/products?page=2",
            "/healthz",
        ]);
        say(
            &mut out,
            format_args!(
                r#"10.224.0.{} - - [{}] "GET {path} HTTP/1.1" 200 {} "-" "Mozilla/5.0" "-""#,
                4 + rng.below(3),
                time.strftime("%d/%b/%Y:%H:%M:%S +0000"),
                200 + rng.below(9_000)
            ),
        );
    }
    out
}

/// An application that waits for its catalog and says so to its probe.
fn storefront(rng: &mut Rng) -> String {
    let start = at("2024-05-21T13:31:30Z");
    (0..36).fold(String::new(), |mut out, turn| {
        let time = later(start, turn * 95_000 + rng.below(4_000));
        say(
            &mut out,
            format_args!(
                "{} WARN  [readiness] catalog:8080 answers no requests, reporting 503 (attempt {})",
                time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ"),
                turn + 1
            ),
        );
        out
    })
}

/// An application that logs JSON and is well.
fn application(name: &str, rng: &mut Rng) -> String {
    let start = at("2024-05-21T13:20:00Z");
    (0..45).fold(String::new(), |mut out, turn| {
        let time = later(start, turn * 90_000 + rng.below(60_000));
        let message = *rng.pick(&["request handled", "cache refreshed", "message acknowledged"]);
        let milliseconds = i64::try_from(rng.below(120)).unwrap_or(0);
        let line = object([
            (
                "ts",
                time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string().into(),
            ),
            ("level", "info".into()),
            ("service", name.into()),
            ("msg", message.into()),
            ("trace", rng.hex(16).into()),
            ("ms", milliseconds.into()),
        ]);
        say(&mut out, line.compact());
        out
    })
}
