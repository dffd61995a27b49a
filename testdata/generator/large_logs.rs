//! Long container logs for the large dump.
//!
//! In: a flavour and a size. Out: lines of that flavour up to that size, with about as much that
//! is new in each line as real logs have: gzip makes a tenth of them.

use super::cluster::{at, later};
use super::rng::Rng;
use jiff::Timestamp;
use std::fmt::Write as _;

/// How the lines of a log look.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Flavour {
    /// Lines of klog.
    Klog,
    /// Lines of time, level and text.
    Plain,
    /// A JSON object a line.
    Json,
    /// Lines of `CoreDNS`, with failures of its upstream.
    CoreDns,
}

/// Things that applications do.
const DEEDS: &[&str] = &[
    "request handled",
    "cache entry refreshed",
    "message acknowledged",
    "order reserved",
    "connection returned to pool",
    "index segment merged",
    "token renewed",
    "job picked up",
];

/// Paths that applications are asked for.
const PATHS: &[&str] = &[
    "/api/v1/orders",
    "/api/v1/orders/lines",
    "/api/v2/products",
    "/api/v2/products/search",
    "/internal/healthz",
    "/internal/metrics",
    "/api/v1/customers",
    "/api/v1/prices",
];

/// A log of about so many bytes.
pub(crate) fn write(flavour: Flavour, bytes: u64, rng: &mut Rng) -> String {
    let size = usize::try_from(bytes).unwrap_or(usize::MAX);
    let mut out = String::with_capacity(size.saturating_add(400));
    let mut time = at("2024-05-18T06:00:00Z");
    while out.len() < size {
        time = later(time, 1 + rng.below(160));
        match flavour {
            Flavour::Klog => klog_line(&mut out, time, rng),
            Flavour::Plain => plain_line(&mut out, time, rng),
            Flavour::Json => json_line(&mut out, time, rng),
            Flavour::CoreDns => dns_line(&mut out, rng),
        }
    }
    out
}

/// Appends formatted text.
macro_rules! say {
    ($out:expr, $($text:tt)*) => {
        writeln!($out, $($text)*).expect("writing to a string does not fail")
    };
}

/// A line of a controller; one in five thousand says that it may not do something.
fn klog_line(out: &mut String, time: Timestamp, rng: &mut Rng) {
    let stamp = time.strftime("%m%d %H:%M:%S%.6f");
    let object = rng.below(400);
    match rng.below(5_000) {
        0 => say!(
            out,
            r#"E{stamp}       1 reflector.go:147] k8s.io/client-go/informers/factory.go:150: Failed to watch *v1.ConfigMap: configmaps is forbidden: User "system:serviceaccount:shop:worker" cannot list resource "configmaps" in API group "" in the namespace "shop""#
        ),
        1 => say!(
            out,
            r#"E{stamp}       1 leaderelection.go:332] error retrieving resource lock shop/worker: Get "https://10.0.0.1:443/apis/coordination.k8s.io/v1/namespaces/shop/leases/worker": dial tcp 10.0.0.1:443: i/o timeout"#
        ),
        turn if turn % 3 == 0 => say!(
            out,
            r#"I{stamp}       1 controller.go:{}] "Reconciling object" controller="order" namespace="shop" name="order-{object}" reconcileID="{}""#,
            100 + turn % 7 * 31,
            rng.hex(12)
        ),
        turn if turn % 3 == 1 => say!(
            out,
            r#"I{stamp}       1 controller.go:231] "Object is as wanted" controller="order" namespace="shop" name="order-{object}" elapsed="{}.{:03}ms" requeueAfter="30s""#,
            turn % 90,
            rng.below(1_000)
        ),
        turn => say!(
            out,
            r#"I{stamp}       1 event_handler.go:88] "Queued by a change of an owned object" kind="ConfigMap" namespace="shop" name="order-{object}-settings" queueLength={}"#,
            turn % 17
        ),
    }
}

/// A line of a server; one in ten thousand says that a file or a peer is not there.
fn plain_line(out: &mut String, time: Timestamp, rng: &mut Rng) {
    let stamp = time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
    let thread = rng.below(32);
    match rng.below(10_000) {
        0 => say!(
            out,
            "{stamp} ERROR [http-{thread}] c.e.shop.Gateway - upstream call failed: dial tcp: lookup prices.shop.svc.cluster.local on 10.0.0.10:53: no such host"
        ),
        1 => say!(
            out,
            "{stamp} ERROR [http-{thread}] c.e.shop.Cache - snapshot not written: open /data/snapshot.tmp: no space left on device"
        ),
        _ => say!(
            out,
            "{stamp} INFO  [http-{thread}] c.e.shop.Gateway - GET {} answered with status 200 in {} ms, {} bytes sent to client, session {}",
            rng.pick(PATHS),
            rng.below(400),
            rng.below(30_000),
            rng.hex(8)
        ),
    }
}

/// A line of a service that logs JSON.
fn json_line(out: &mut String, time: Timestamp, rng: &mut Rng) {
    let stamp = time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
    let (level, deed) = match rng.below(8_000) {
        0 => (
            "error",
            "write tcp 10.244.3.7:44218-\\u003e10.0.87.140:5432: write: connection reset by peer",
        ),
        turn if turn < 40 => ("warn", "retrying after a slow answer"),
        _ => ("info", *rng.pick(DEEDS)),
    };
    say!(
        out,
        r#"{{"timestamp":"{stamp}","level":"{level}","logger":"shop.service","message":"{deed}","path":"{}","status":200,"durationMs":{},"traceId":"{}","tenant":"eu-{}"}}"#,
        rng.pick(PATHS),
        rng.below(500),
        rng.hex(16),
        rng.below(40)
    );
}

/// A line of `CoreDNS`; one in five hundred is an upstream that was silent.
fn dns_line(out: &mut String, rng: &mut Rng) {
    let (peer, port) = (rng.below(250), 32_768 + rng.below(28_000));
    let name = rng.pick(&[
        "orders.shop.svc.cluster.local.",
        "prices.shop.svc.cluster.local.",
        "shopregistry.azurecr.io.",
    ]);
    if rng.below(500) == 0 {
        say!(
            out,
            "[ERROR] plugin/errors: 2 {name} A: read udp 10.244.1.{peer}:{port}->168.63.129.16:53: i/o timeout"
        );
    } else {
        say!(
            out,
            r#"[INFO] 10.244.3.{peer}:{port} - {} "A IN {name} udp 57 false 512" NOERROR qr,aa,rd 148 0.000{:06}s"#,
            rng.below(65_536),
            rng.below(1_000_000)
        );
    }
}
