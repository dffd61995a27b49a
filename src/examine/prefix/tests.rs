//! Every format of the table, their nestings, and what must hold for any bytes.

use super::*;
use jiff::civil::{date, time};
use proptest::prelude::*;

/// What a case expects of a line: stamp, level, source, host, unit, and the message.
type Expected<'a> = (
    Option<Stamp>,
    Option<Level>,
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a str>,
    &'a str,
);

#[expect(clippy::unnecessary_wraps, reason = "tables hold options")]
fn abs(text: &str) -> Option<Stamp> {
    Some(Stamp::Absolute(text.parse().unwrap()))
}

#[expect(clippy::unnecessary_wraps, reason = "tables hold options")]
fn local(text: &str) -> Option<Stamp> {
    Some(Stamp::Local(text.parse().unwrap()))
}

#[expect(clippy::unnecessary_wraps, reason = "tables hold options")]
fn md(month: i8, day: i8, text: &str) -> Option<Stamp> {
    let time = text.parse().unwrap();
    Some(Stamp::Yearless { month, day, time })
}

#[expect(clippy::unnecessary_wraps, reason = "tables hold options")]
fn boot(micros: i64) -> Option<Stamp> {
    Some(Stamp::SinceBoot(micros))
}

fn check(cases: &[(&str, Expected<'_>)]) {
    for (line, (stamp, level, source, host, unit, message)) in cases {
        let prefix = parse(line.as_bytes());
        assert_eq!(prefix.stamp, *stamp, "stamp of {line}");
        assert_eq!(prefix.level, *level, "level of {line}");
        assert_eq!(prefix.source, *source, "source of {line}");
        assert_eq!(
            (prefix.host, prefix.unit),
            (*host, *unit),
            "owner of {line}"
        );
        assert_eq!(
            line.get(prefix.message..),
            Some(*message),
            "message of {line}"
        );
    }
}

use Level::{Debug, Error, Fatal, Info, Warning};

#[test]
#[expect(clippy::too_many_lines, reason = "a table of formats")]
fn components_write_klog_json_zap_capnslog_and_logfmt() {
    check(&[
        (
            "E0729 13:02:21.345678    2714 kubelet.go:1359] Failed to start",
            (
                md(7, 29, "13:02:21.345678"),
                Some(Error),
                Some("kubelet.go"),
                None,
                None,
                "Failed to start",
            ),
        ),
        (
            "I0725 22:17:35.69863 server.go:1] hand-copied, five digits, no id",
            (
                md(7, 25, "22:17:35.69863"),
                Some(Info),
                Some("server.go"),
                None,
                None,
                "hand-copied, five digits, no id",
            ),
        ),
        (
            r#"{"ts":1753141980841.6128,"caller":"kubelet/kubelet.go:2406","msg":"hello","v":0}"#,
            (
                abs("2025-07-21T23:53:00.8416128Z"),
                Some(Info),
                Some("kubelet.go"),
                None,
                None,
                r#"hello","v":0}"#,
            ),
        ),
        (
            r#"{"ts":1753141980841.6128,"caller":"kubelet/kubelet.go:2406","msg":"no","err":"x"}"#,
            (
                abs("2025-07-21T23:53:00.8416128Z"),
                Some(Error),
                Some("kubelet.go"),
                None,
                None,
                r#"no","err":"x"}"#,
            ),
        ),
        (
            r#"{"level":"warn","ts":"2022-03-17T17:22:25.525-0700","caller":"etcdserver/util.go:166","msg":"slow"}"#,
            (
                abs("2022-03-18T00:22:25.525Z"),
                Some(Warning),
                Some("util.go"),
                None,
                None,
                r#"slow"}"#,
            ),
        ),
        (
            r#"{"level":"error","ts":1573579462.25,"logger":"x","a":{"msg":"}"},"msg":"m"}"#,
            (
                abs("2019-11-12T17:24:22.25Z"),
                Some(Error),
                None,
                None,
                None,
                r#"m"}"#,
            ),
        ),
        (
            "2023-11-29T10:42:58Z\tERROR\tcontrollers/a.go:12\tmsg\t{}",
            (
                abs("2023-11-29T10:42:58Z"),
                Some(Error),
                Some("a.go"),
                None,
                None,
                "msg\t{}",
            ),
        ),
        (
            "2022-01-14 15:57:13.963722 I | embed: ready",
            (
                local("2022-01-14T15:57:13.963722"),
                Some(Info),
                None,
                None,
                None,
                "embed: ready",
            ),
        ),
        (
            r#"time="2020-06-14T23:07:27Z" level=warning msg="Lock already held""#,
            (
                abs("2020-06-14T23:07:27Z"),
                Some(Warning),
                None,
                None,
                None,
                r#"Lock already held""#,
            ),
        ),
        (
            r#"time="2025-02-03 14:40:32" level=info msg="x""#,
            (
                local("2025-02-03T14:40:32"),
                Some(Info),
                None,
                None,
                None,
                r#"x""#,
            ),
        ),
        (
            "ts=2024-01-01T10:00:00.5Z caller=main.go:12 level=error msg=failed err=x",
            (
                abs("2024-01-01T10:00:00.5Z"),
                Some(Error),
                Some("main.go"),
                None,
                None,
                "failed err=x",
            ),
        ),
        (
            "[ERROR] plugin/errors: 2 example.com. A: read udp",
            (
                None,
                Some(Error),
                None,
                None,
                None,
                "plugin/errors: 2 example.com. A: read udp",
            ),
        ),
        (
            "2019/05/13 13:30:23 [ERROR] plugin/errors: x",
            (
                local("2019-05-13T13:30:23"),
                Some(Error),
                None,
                None,
                None,
                "plugin/errors: x",
            ),
        ),
        (
            "panic: runtime error",
            (None, Some(Fatal), None, None, None, "runtime error"),
        ),
        (
            "fatal error: out of memory",
            (None, Some(Fatal), None, None, None, "out of memory"),
        ),
    ]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of formats")]
fn journals_and_syslog_name_host_and_unit() {
    let (host, kubelet) = (Some("node-1.example"), Some("kubelet"));
    check(&[
        (
            "Jan 31 15:43:35 node-1.example systemd[1]: Started",
            (
                md(1, 31, "15:43:35"),
                None,
                None,
                host,
                Some("systemd"),
                "Started",
            ),
        ),
        (
            "Oct 24 12:57:27.563287 node-1.example kubenswrapper[2]: text",
            (
                md(10, 24, "12:57:27.563287"),
                None,
                None,
                host,
                Some("kubenswrapper"),
                "text",
            ),
        ),
        (
            "2024-01-01T10:00:00+0000 node-1.example kubelet[3217]: text",
            (
                abs("2024-01-01T10:00:00Z"),
                None,
                None,
                host,
                kubelet,
                "text",
            ),
        ),
        (
            "2024-01-01T10:00:00.123456+00:00 node-1.example kernel: [1234.567890] text",
            (
                abs("2024-01-01T10:00:00.123456Z"),
                None,
                None,
                host,
                Some("kernel"),
                "text",
            ),
        ),
        (
            "Nov  9 18:33:25 node-1.example kernel: [1234.567890] oom-kill:",
            (
                md(11, 9, "18:33:25"),
                None,
                None,
                host,
                Some("kernel"),
                "oom-kill:",
            ),
        ),
        (
            "Nov  9 18:33:25 node-1.example kernel: INFO: task x blocked",
            (
                md(11, 9, "18:33:25"),
                None,
                None,
                host,
                Some("kernel"),
                "INFO: task x blocked",
            ),
        ),
        (
            "Nov  9 18:33:25 node-1.example audit[12]: AVC",
            (
                md(11, 9, "18:33:25"),
                None,
                None,
                host,
                Some("audit"),
                "AVC",
            ),
        ),
        (
            "<14>Nov  9 18:33:25 node-1.example dockerd[1]: x",
            (
                md(11, 9, "18:33:25"),
                None,
                None,
                host,
                Some("dockerd"),
                "x",
            ),
        ),
        (
            "Tue 2021-02-16 10:00:00 UTC node-1.example kubelet[1]: x",
            (abs("2021-02-16T10:00:00Z"), None, None, host, kubelet, "x"),
        ),
        (
            "janv. 06 10:00:00 node-1.example kubelet[1]: text",
            (md(0, 6, "10:00:00"), None, None, host, kubelet, "text"),
        ),
        (
            "Okt 06 10:00:00 node-1.example kubelet[1]: E1006 10:00:00.000001       1 a.go:1] x",
            (
                md(10, 6, "10:00:00.000001"),
                Some(Error),
                Some("a.go"),
                host,
                kubelet,
                "x",
            ),
        ),
        (
            "10月 01 10:00:00 node-1.example kubelet[1]: text",
            (md(10, 1, "10:00:00"), None, None, host, kubelet, "text"),
        ),
        (
            " 1월 21 10:00:00 node-1.example kubelet[1]: text",
            (md(1, 21, "10:00:00"), None, None, host, kubelet, "text"),
        ),
        (
            r#"{"_HOSTNAME":"node-1.example","SYSLOG_IDENTIFIER":"kubelet","__REALTIME_TIMESTAMP":"1700000000000000","MESSAGE":"W1114 22:13:20.000000 1 a.go:1] x"}"#,
            (
                abs("2023-11-14T22:13:20Z"),
                Some(Warning),
                Some("a.go"),
                host,
                kubelet,
                r#"x"}"#,
            ),
        ),
        (
            "-- Logs begin at Tue 2021-02-16 10:00:00 UTC. --",
            (
                None,
                None,
                None,
                None,
                None,
                "-- Logs begin at Tue 2021-02-16 10:00:00 UTC. --",
            ),
        ),
    ]);
}

#[test]
fn the_kernel_counts_from_its_boot() {
    check(&[
        (
            "[1454500.910215] x",
            (boot(1_454_500_910_215), None, None, None, None, "x"),
        ),
        (
            "[  199.546814][   C40] x",
            (boot(199_546_814), None, None, None, None, "x"),
        ),
        (
            "[78798.709309][  T578] EXT4-fs error",
            (
                boot(78_798_709_309),
                None,
                None,
                None,
                None,
                "EXT4-fs error",
            ),
        ),
        (
            "<4>[    0.000000]  indented",
            (boot(0), None, None, None, None, " indented"),
        ),
        (
            "[Tue Nov 20 22:30:22 2018] x",
            (local("2018-11-20T22:30:22"), None, None, None, None, "x"),
        ),
    ]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of formats")]
fn agents_proxies_and_windows_write_dates_of_their_own() {
    check(&[
        (
            "2019/04/13 05:14:33 [26623] [cni] Plugin azure-vnet",
            (
                local("2019-04-13T05:14:33"),
                None,
                None,
                None,
                None,
                "[26623] [cni] Plugin azure-vnet",
            ),
        ),
        (
            "2021/04/23 07:06:04 [1] Error: There was an error",
            (
                local("2021-04-23T07:06:04"),
                Some(Error),
                None,
                None,
                None,
                "[1] Error: There was an error",
            ),
        ),
        (
            "2023/03/08 16:02:40 [error] 31#31: *569 x",
            (
                local("2023-03-08T16:02:40"),
                Some(Error),
                None,
                None,
                None,
                "31#31: *569 x",
            ),
        ),
        (
            r#"10.0.0.1 - - [08/Mar/2023:16:02:45 +0000] "GET / HTTP/1.1" 502"#,
            (
                abs("2023-03-08T16:02:45Z"),
                None,
                None,
                None,
                None,
                r#""GET / HTTP/1.1" 502"#,
            ),
        ),
        (
            r#"::1 - - [08/Mar/2023:16:02:45 -0100] "GET /""#,
            (
                abs("2023-03-08T17:02:45Z"),
                None,
                None,
                None,
                None,
                r#""GET /""#,
            ),
        ),
        (
            "Tue Oct 13 03:25:22 2020 TLS Error",
            (
                local("2020-10-13T03:25:22"),
                None,
                None,
                None,
                None,
                "TLS Error",
            ),
        ),
        (
            "Thu Aug 25 02:50:47 UTC 2022,aks-node",
            (
                abs("2022-08-25T02:50:47Z"),
                None,
                None,
                None,
                None,
                "aks-node",
            ),
        ),
        (
            "[ 09:32:06 ] INF: tunnel",
            (
                Some(Stamp::TimeOfDay(time(9, 32, 6, 0))),
                Some(Info),
                None,
                None,
                None,
                "tunnel",
            ),
        ),
        (
            "2021/07/26 06:10:34 file.go:23: text",
            (
                local("2021-07-26T06:10:34"),
                None,
                Some("file.go"),
                None,
                None,
                "text",
            ),
        ),
        (
            "knit 2024/10/24 14:44:02 copying spec",
            (
                local("2024-10-24T14:44:02"),
                None,
                None,
                None,
                None,
                "copying spec",
            ),
        ),
        (
            "2020-09-08T01:47:33Z System clock wrong by -2 seconds",
            (
                abs("2020-09-08T01:47:33Z"),
                None,
                None,
                None,
                None,
                "System clock wrong by -2 seconds",
            ),
        ),
        (
            r#"{"Timestamp":"2024-01-01 10:00:00.000","OperationId":"a","EventLevel":"Informational","Message":"x"}"#,
            (
                abs("2024-01-01T10:00:00Z"),
                None,
                None,
                None,
                None,
                r#"x"}"#,
            ),
        ),
        (
            "2024-01-01T10:00:00.0000000+00:00: text",
            (abs("2024-01-01T10:00:00Z"), None, None, None, None, "text"),
        ),
        (
            r#""1/31/2024 3:43:35 PM","1026","Error""#,
            (
                local("2024-01-31T15:43:35"),
                Some(Error),
                None,
                None,
                None,
                r#"1026","Error""#,
            ),
        ),
        (
            "2024-01-01 10:00:00,123 - util.py[WARNING]: text",
            (
                local("2024-01-01T10:00:00.123"),
                Some(Warning),
                None,
                None,
                None,
                "util.py[WARNING]: text",
            ),
        ),
        (
            "[2024-05-01 12:00:00.5][1][debug][main] x",
            (
                local("2024-05-01T12:00:00.5"),
                Some(Debug),
                None,
                None,
                None,
                "[1][debug][main] x",
            ),
        ),
    ]);
}

#[test]
fn wrappers_are_unwrapped_down_to_the_record() {
    let klog = "E0131 20:02:48.811421       1 a.go:3] x";
    let cri = format!("2023-01-31T20:02:48.81156087Z stderr F {klog}");
    let kubectl = format!("2023-01-31T20:02:48.811560870Z {klog}");
    let docker =
        format!(r#"{{"log":"{klog}\n","stream":"stderr","time":"2023-01-31T20:02:48.81156087Z"}}"#);
    let both = abs("2023-01-31T20:02:48.81156087Z");
    check(&[
        (&cri, (both, Some(Error), Some("a.go"), None, None, "x")),
        (&kubectl, (both, Some(Error), Some("a.go"), None, None, "x")),
        (
            &docker,
            (
                both,
                Some(Error),
                Some("a.go"),
                None,
                None,
                r#"x\n","stream":"stderr","time":"2023-01-31T20:02:48.81156087Z"}"#,
            ),
        ),
        (
            "Aug 23 13:53:14 node01 kubelet[8691]: E0823 13:53:14.926448    8691 run.go:72] \"x\"",
            (
                md(8, 23, "13:53:14.926448"),
                Some(Error),
                Some("run.go"),
                Some("node01"),
                Some("kubelet"),
                "\"x\"",
            ),
        ),
        (
            r#"Aug 23 13:53:14 n k0s[1]: time="2024-08-23 13:53:14" level=info msg="E0823 13:53:14.926448    8691 run.go:72] \"x\"" component=kubelet"#,
            (
                local("2024-08-23T13:53:14.926448"),
                Some(Error),
                Some("run.go"),
                Some("n"),
                Some("k0s"),
                r#"\"x\"" component=kubelet"#,
            ),
        ),
        (
            r#"{"log":"{\"level\":\"error\",\"ts\":\"2024-01-01T00:00:00Z\",\"caller\":\"x/y.go:3\",\"msg\":\"m\"}\n","time":"2024-01-01T00:00:01Z"}"#,
            (
                abs("2024-01-01T00:00:00Z"),
                Some(Error),
                Some("y.go"),
                None,
                None,
                r#"m\"}\n","time":"2024-01-01T00:00:01Z"}"#,
            ),
        ),
        (
            r#"{"name":"p","age":172800000000000,"containerName":"c","containerLog":"2023-01-31T20:02:48.5Z stderr F W0131 20:02:48.400000       1 a.go:3] x\nmore"}"#,
            (
                abs("2023-01-31T20:02:48.5Z"),
                Some(Warning),
                Some("a.go"),
                None,
                None,
                r#"x\nmore"}"#,
            ),
        ),
        (
            "2024-10-24T13:19:35.652040142Z 2024-10-24T13:19:35+00:00 [cnibincopy] ok",
            (
                abs("2024-10-24T13:19:35Z"),
                None,
                None,
                None,
                None,
                "[cnibincopy] ok",
            ),
        ),
        (
            "2024-10-24T13:52:21.236462249Z  KubeConfig: (string)",
            (
                abs("2024-10-24T13:52:21.236462249Z"),
                None,
                None,
                None,
                None,
                " KubeConfig: (string)",
            ),
        ),
        (
            "2024-10-24T13:52:21.236462249Z Failed something: blah",
            (
                abs("2024-10-24T13:52:21.236462249Z"),
                None,
                None,
                None,
                None,
                "Failed something: blah",
            ),
        ),
    ]);
}

#[test]
fn a_zone_does_not_hide_the_wrappers_instant_but_days_between_do() {
    let line = |klog: &str| format!("2024-06-22T14:25:45Z stderr F {klog} 1 a.go:1] x");
    let cases = [
        ("E0622 22:25:45.000000", abs("2024-06-22T14:25:45Z")),
        ("E0618 14:25:45.000000", local("2024-06-18T14:25:45")),
    ];
    for (klog, expected) in cases {
        assert_eq!(parse(line(klog).as_bytes()).stamp, expected, "{klog}");
    }
    let forwarded = "Jun 22 14:25:45 n kubelet[994]: E0618 14:25:45.000000 994 a.go:1] x";
    assert_eq!(parse(forwarded.as_bytes()).stamp, md(6, 18, "14:25:45"));
    let new_year = "2024-01-01T00:00:00.1Z stderr F E1231 23:59:59.999999 1 a.go:1] x";
    assert_eq!(
        parse(new_year.as_bytes()).stamp,
        abs("2024-01-01T00:00:00.1Z")
    );
}

#[test]
fn a_line_that_the_runtime_split_is_partial() {
    for (flag, partial) in [("P", true), ("F", false), ("P:tag", true)] {
        let line = format!("2023-01-31T20:02:48Z stdout {flag} text");
        let prefix = parse(line.as_bytes());
        assert_eq!(prefix.partial, partial, "{flag}");
        assert_eq!(line.get(prefix.message..), Some("text"));
    }
}

#[test]
fn text_without_a_header_has_none() {
    for line in [
        "",
        " ",
        "\tat com.example.Main(Main.java:3)",
        "goroutine 1 [running]:",
        "{",
        "{}",
        r#"{"kind":"Pod","spec":{"ts":1}}"#,
        "[",
        "[+]poststarthook/start ok",
        "I have 12 apples",
        "Error from server (NotFound)",
        "2024",
        "1.2.3.4",
        "level",
        "May the force",
    ] {
        assert_eq!(
            parse(line.as_bytes()),
            Prefix::default(),
            "{line:?} has no header"
        );
    }
}

/// Cuts, joins and escapes of real headers: far closer to the readers' edges than random bytes.
fn headers() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        "2023-01-31T20:02:48.811560870Z ",
        "stderr P ",
        "E0131 20:02:48.811421       1 a.go:3] ",
        "Nov  9 18:33:25 host unit[12]: ",
        "Tue Oct 13 03:25:22 2020 ",
        "[  199.5][ C1] ",
        "[ 09:32:06 ] ",
        r#"{"log":""#,
        r#"{"ts":1e9,"a":[{"#,
        r#"\"\u00"#,
        "time=\"",
        "level=info msg=\"",
        "<6>",
        "10月 01 ",
        "1/31/2024 3:43:35 PM",
        "[08/Mar/2023:16:02:45 +0000]",
    ];
    proptest::collection::vec(
        (
            proptest::sample::select(pieces.to_vec()),
            0_usize..60,
            any::<u8>(),
        ),
        0..6,
    )
    .prop_map(|parts| {
        let mut line = Vec::new();
        for (piece, cut, byte) in parts {
            line.extend(piece.as_bytes().iter().take(cut));
            if cut % 7 == 0 {
                line.push(byte);
            }
        }
        line
    })
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(line in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(parse(&line).message <= line.len());
    }

    #[test]
    fn no_mix_of_headers_makes_it_panic_or_point_outside(line in headers()) {
        let front = front(&line);
        prop_assert!(front.message <= line.len());
        prop_assert!(front.wrapped <= line.len());
        prop_assert!(line.get(front.owner).is_some());
        let prefix = parse(&line);
        if let Some(writer) = writer(&line) {
            prop_assert_eq!((prefix.host, prefix.unit), (Some(writer.0), Some(writer.1)));
        }
    }

    #[test]
    fn a_klog_stamp_reads_back_through_every_wrapper(
        month in 1_i8..13, day in 1_i8..29, hour in 0_i8..24, micros in 0_i32..1_000_000,
    ) {
        let stated = date(2024, month, day).at(hour, 30, 15, micros * 1_000);
        let klog = format!("W{month:02}{day:02} {hour:02}:30:15.{micros:06} 7 a.go:1] x");
        let time = stated.time();
        let bare = Some(Stamp::Yearless { month, day, time });
        prop_assert_eq!(parse(klog.as_bytes()).stamp, bare);
        let journal = format!("Jan  1 00:00:00 h kubelet[1]: {klog}");
        prop_assert_eq!(parse(journal.as_bytes()).stamp, bare);
        let cri = format!("{stated}Z stderr F {klog}");
        let at = Offset::UTC.to_timestamp(stated).unwrap();
        prop_assert_eq!(parse(cri.as_bytes()).stamp, Some(Stamp::Absolute(at)));
    }
}
