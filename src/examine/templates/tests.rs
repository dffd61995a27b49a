//! Lines and their templates; what holds for any line.

use super::*;
use proptest::prelude::*;

fn template(line: &str) -> String {
    let mut known = Known::default();
    let error = error_line(line.as_bytes(), None, &mut known);
    error.map_or_else(|| "(none)".to_owned(), |error| error.template)
}

#[test]
fn lines_and_their_templates() {
    for (line, expected) in [
        (
            r#"E0725 22:17:35.698639   25249 kubelet.go:2291] "Error getting node" err="node \"node1\" not found""#,
            r#""Error getting node" err="node "<name>" not found""#,
        ),
        (
            r#"E1024 12:59:07.22 1 pod_workers.go:1] "Error syncing pod, skipping" err="failed to \"StartContainer\" for \"web\" with CrashLoopBackOff: \"back-off 5m0s restarting failed container=web pod=web-5d78c9869d-x7k2p_shop(8f14e45f-ceea-467f-a8d2-2b1c6f0e9a11)\"" pod="shop/web-5d78c9869d-x7k2p" podUID="8f14e45f-ceea-467f-a8d2-2b1c6f0e9a11""#,
            r#""Error syncing pod, skipping" err="failed to "StartContainer" for "<name>" with CrashLoopBackOff: "back-off <duration> restarting failed container=<container> pod=<pod>(<uuid>)"" pod=<pod> podUID=<poduid>"#,
        ),
        (
            r#"E1024 12:59:07.22 1 auth.go:47] Unable to authenticate the request due to an error: Post "https://172.30.0.1:443/apis/authentication.k8s.io/v1/tokenreviews": dial tcp 172.30.0.1:443: connect: connection refused"#,
            r#"Unable to authenticate the request due to an error: Post "https://<host>:443/<api-path>": dial tcp <ip>:443: connect: connection refused"#,
        ),
        (
            "E1024 12:59:07.22 1 rev.go:160] error getting status from [https://10.0.0.3:2379]: context deadline exceeded",
            "error getting status from [https://<host>:2379]: context deadline exceeded",
        ),
        (
            r#"2024-10-24T13:52:21.236462249Z E1024 13:52:21.2 1 leaderelection.go:436] error retrieving resource lock openshift-kube-scheduler/kube-scheduler: Get "https://api-int.x:6443/apis/coordination.k8s.io/v1/leases/k?timeout=53.5s": dial tcp 10.0.0.2:6443: i/o timeout"#,
            r#"error retrieving resource lock <lock>: Get "https://<host>:6443/<api-path>": dial tcp <ip>:6443: i/o timeout"#,
        ),
        (
            r#"E1024 12:59:07.22 1 reflector.go:158] "Unhandled Error" err="k8s.io/client-go@v0.31.1/tools/cache/reflector.go:243: Failed to watch *v1.Secret: failed to list *v1.Secret: Get \"https://localhost:6443/api/v1/secrets?limit=500\": dial tcp [::1]:6443: connect: connection refused""#,
            r#""Unhandled Error" err="k8s.io/client-go@<version>/tools/cache/reflector.go:<n>: Failed to watch <type>: failed to list <type>: Get "https://<host>:6443/<api-path>": dial tcp <ip>:6443: connect: connection refused""#,
        ),
        (
            r#"time="2024-05-01T12:00:00.123Z" level=error msg="RunPodSandbox for &PodSandboxMetadata{Name:web-0,Uid:abc,} failed, error" error="rpc error: code = Unknown desc = failed to reserve sandbox name \"web-0_shop_abc_3\"""#,
            r#""RunPodSandbox for &PodSandboxMetadata{…} failed, error" error="rpc error: code = Unknown desc = failed to reserve sandbox name "<name>"""#,
        ),
        (
            r#"2024-05-01T12:00:00.123456789Z {"level":"error","ts":"2024-05-01T12:00:00Z","msg":"Reconciler error","controller":"node","error":"Get \"https://10.0.0.1:6443/api/v1/nodes/a\": EOF","stacktrace":"x\ny"}"#,
            r#"Reconciler error: Get "https://<host>:6443/<api-path>": EOF controller=node"#,
        ),
        (
            r#"{"log":"E0725 22:17:35.698639       1 a.go:9] \"Failed\" err=\"pods \\\"web-0\\\" not found\"\n","stream":"stderr","time":"2024-07-25T22:17:35Z"}"#,
            r#""Failed" err="pods "<name>" not found""#,
        ),
        (
            "E1024 13:07:41.082207 1 controller.go:316] machine-0: zone us-central1-b is not us-east-1a, nor us-east-1 or west-pool1-a",
            "machine-<n>: zone <zone> is not <zone>, nor us-east-<n> or west-pool<n>-a",
        ),
        (
            "2024-05-01T12:00:00.123456789Z stderr F panic: runtime error: index out of range [5] with length 3",
            "runtime error: index out of range [<n>] with length <n>",
        ),
        (
            "2024-05-01 12:00:00,123 ERROR [main] org.acme.Db: cannot connect to db-7.example.com:5432 after 30 tries",
            "[main] org.acme.Db: cannot connect to db-<n>.example.com:5432 after <n> tries",
        ),
        (
            "ValueError: invalid literal for int() with base 10: 'abc'",
            "ValueError: invalid literal for int() with base <n>: '<name>'",
        ),
        (
            "[ERROR] plugin/errors: 2 api.shop.svc.cluster.local. AAAA: read udp 10.244.1.7:43210->168.63.129.16:53: i/o timeout",
            "plugin/errors: <n> api.shop.svc.cluster.local. AAAA: read udp <ip>:<port>-><ip>:53: i/o timeout",
        ),
        (
            r"E0101 00:00:00.0 1 a.go:1] open C:\var\lib\kubelet\pods\8f14e45f-ceea-467f-a8d2-2b1c6f0e9a11\x: access denied",
            r"open C:\var\lib\kubelet\pods\<uuid>\x: access denied",
        ),
        (
            "E0101 00:00:00.0 1 a.go:1] unexpected status code 503 from 10.0.0.1, expected 200 after 12 tries",
            "unexpected status code 503 from <ip>, expected <n> after <n> tries",
        ),
        (
            "W0101 00:00:00.0 1 a.go:1] transport: Error while dialing: EOF",
            "transport: Error while dialing: EOF",
        ),
        (
            "W0101 00:00:00.0 1 a.go:1] a restart is near",
            "a restart is near",
        ),
        ("Started Session 3 of user admin.", "(none)"),
        ("I0101 00:00:00.0 1 a.go:1] no error", "(none)"),
        ("Caused by: java.net.ConnectException: refused", "(none)"),
        ("", "(none)"),
    ] {
        assert_eq!(template(line), expected, "{line}");
    }
}

#[test]
fn the_level_is_the_lines_own() {
    use crate::examine::prefix::Level;
    for (line, level, bare) in [
        ("E0101 00:00:00.0 1 a.go:1] x", Level::Error, false),
        ("F0101 00:00:00.0 1 a.go:1] x", Level::Fatal, false),
        ("W0101 00:00:00.0 1 a.go:1] an error", Level::Warning, false),
        ("panic: x", Level::Fatal, false),
        ("java.io.IOException: Broken pipe", Level::Error, true),
        ("Exception in thread \"main\" x", Level::Error, true),
        ("<3>disk failed", Level::Error, false),
    ] {
        let error = error_line(line.as_bytes(), None, &mut Known::default()).unwrap();
        assert_eq!((error.level, error.bare), (level, bare), "{line}");
    }
}

#[test]
fn what_differs_stays_apart() {
    for (a, b) in [
        (
            "connect: connection refused",
            "connect: connection reset by peer",
        ),
        (
            "dial tcp 10.0.0.1:6443: i/o timeout",
            "dial tcp 10.0.0.1:2379: i/o timeout",
        ),
        ("status code 404", "status code 500"),
        ("exit status 1", "exit status 137"),
        ("secret \"a\" not found", "configmap \"a\" not found"),
        (
            "failed to \"StartContainer\"",
            "failed to \"KillContainer\"",
        ),
    ] {
        assert_ne!(normalise(a.as_bytes()), normalise(b.as_bytes()), "{a}");
    }
}

#[test]
fn a_long_chain_keeps_its_begin_and_its_cause() {
    let config = format!("{{\\\"binDir\\\":\\\"{}\\\"}}", "/opt/x".repeat(60));
    let long = "failed to do this and that: ".repeat(40);
    let text = format!("Error syncing: {long}Get: connection lost': StdinData: {config}");
    let template = normalise(text.as_bytes());
    assert!(
        template.starts_with("Error syncing: failed to do"),
        "{template}"
    );
    assert!(template.contains(" … "), "{template}");
    assert!(
        template.ends_with("Get: connection lost': StdinData: {…}"),
        "{template}"
    );
    assert_eq!(normalise(template.as_bytes()), template);
}

#[test]
fn lists_of_the_same_are_told_once() {
    let one = normalise(b"unable to reach [10.0.0.1:2379, 10.0.0.2:2379, 10.0.0.3:2379]");
    assert_eq!(one, "unable to reach [<ip>:2379]");
    let groups = normalise(
        b"stale: apps.openshift.io/v1: stale GroupVersion discovery: apps.openshift.io/v1, build.openshift.io/v1: stale GroupVersion discovery: build.openshift.io/v1, a.b/v1: stale GroupVersion discovery: a.b/v1",
    );
    assert_eq!(groups, "stale: <api>: stale GroupVersion discovery: <api>");
}

/// Pieces of which error texts are made.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("failed to list *v1.Pod:".to_owned()),
        Just("connection refused".to_owned()),
        Just("err=\"x y\"".to_owned()),
        Just("pod=\"a-b/c-0\"".to_owned()),
        Just("\\\"quoted-1\\\"".to_owned()),
        Just("https://10.0.0.1:6443/api/v1/nodes?x=1:".to_owned()),
        Just("/var/lib/kubelet/pods/8f14e45f-ceea-467f-a8d2-2b1c6f0e9a11/v_1".to_owned()),
        Just("[::1]:53:".to_owned()),
        Just("it's".to_owned()),
        Just("map[a:1 b:2]".to_owned()),
        Just("{\"key\": \"Some value\"}".to_owned()),
        Just("2024-05-01T12:00:00Z".to_owned()),
        "[a-z]{1,6}-[0-9a-f]{1,9}(-[bcdf2-9]{5})?",
        "[0-9]{1,12}(ms|s|Mi|%)?",
        "[a-zA-Z]{1,9}",
    ]
}

proptest! {
    #[test]
    fn a_template_is_its_own_template(pieces in prop::collection::vec(piece(), 0..9)) {
        let once = normalise(pieces.join(" ").as_bytes());
        prop_assert_eq!(normalise(once.as_bytes()), once);
    }

    #[test]
    fn other_numbers_are_the_same_template(
        a in 10_000_u32.., b in 10_000_u32.., c in 1_u8.., d in 1_u8..,
    ) {
        let line = |number: u32, octet: u8| {
            format!("E0101 00:00:00.{number} {number} a.go:{octet}] took {number}ms, gave {octet} of {number} to 10.0.{octet}.1:{} by node{octet}-{number} err=\"lost {number}\"", 40_000 + u32::from(octet))
        };
        prop_assert_eq!(template(&line(a, c)), template(&line(b, d)));
    }

    #[test]
    fn any_bytes_have_a_template(text in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(normalise(&text).len() <= 620);
        let _ = error_line(&text, None, &mut Known::default());
    }

    #[test]
    fn hostile_text_has_a_template(text in "[\\\\\"'<>=:\\[\\]{}a1 /-]{0,200}") {
        prop_assert!(normalise(text.as_bytes()).len() <= 620);
    }
}

proptest! {
    #[test]
    fn words_that_stood_there_before_have_the_same_template(lines in prop::collection::vec("[ab1 \"=/]{0,4}", 1..40)) {
        let mut known = Known::default();
        for line in &lines {
            let template = known.template(line.as_bytes().into());
            prop_assert_eq!(template, normalise(line.as_bytes()));
        }
    }
}
