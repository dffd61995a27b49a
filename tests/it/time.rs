//! Time as logs and events tell it: zones, directions, missing years, silences, boots, and clocks
//! that disagree.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::support::{Files, RULES, write_folder};
use bundlescope::diagnose::{Diagnosis, Window};
use bundlescope::evidence::Evidence;
use bundlescope::ingest::{Input, Meter};
use bundlescope::limits::Limits;
use bundlescope::{Settings, Workers, analyze, collect};
use std::fmt::Write as _;

/// Node of all logs here.
const NODE: &str = "aks-nodepool1-12345678-vmss000000";

/// A folder of files, as evidence and as a diagnosis within a window.
fn read(files: &[(&str, String)], window: Window) -> (Evidence, Diagnosis) {
    let folder = tempfile::tempdir().unwrap();
    let files: Files = files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), text.clone().into_bytes()))
        .collect();
    write_folder(folder.path(), &files);
    let workers = Workers::start(1).unwrap();
    let meter = Meter::default();
    let settings = Settings {
        rules: &RULES,
        limits: &Limits::RELEASE,
        workers: &workers,
        meter: &meter,
    };
    let inputs = || {
        vec![Input {
            name: "bundle".to_owned(),
            path: Some(folder.path().to_owned()),
        }]
    };
    let (evidence, _) = collect(&inputs(), &settings).unwrap();
    (evidence, analyze(&inputs(), &settings, window).unwrap())
}

/// As [`read`], over all time.
fn all(files: &[(&str, String)]) -> (Evidence, Diagnosis) {
    read(files, Window::default())
}

/// One event of a kubelet about `shop/web-0`: its first and last time, and when it was stored.
fn event(number: u32, message: &str, first: &str, last: &str, created: &str) -> String {
    format!(
        r#"{{"metadata": {{"name": "web-0.{number}", "namespace": "shop", "creationTimestamp": "{created}"}}, "involvedObject": {{"kind": "Pod", "name": "web-0", "namespace": "shop"}}, "type": "Warning", "reason": "FailedCreatePodSandBox", "message": "{message}", "source": {{"component": "kubelet", "host": "{NODE}"}}, "count": 4, "firstTimestamp": "{first}", "lastTimestamp": "{last}"}}"#
    )
}

/// A list of events.
fn events(items: &[String]) -> String {
    let items = items.join(",\n");
    format!("{{\"kind\": \"EventList\", \"apiVersion\": \"v1\", \"items\": [{items}]}}")
}

/// A journal of the kubelet with a sandbox that fails at these times of 1 May.
fn sandboxes(times: &[&str]) -> String {
    times.iter().fold(String::new(), |mut text, time| {
        let _ = writeln!(
            text,
            "May 01 {time} {NODE} kubelet[9]: E0501 {time}.100000       9 pod_workers.go:1] \"Failed to create pod sandbox\" err=\"no network\" pod=\"shop/web-0\""
        );
        text
    })
}

/// First and last time of the only finding of a rule, in UTC.
fn seen(diagnosis: &Diagnosis, rule: &str) -> Vec<String> {
    let own = diagnosis
        .findings
        .iter()
        .filter(|finding| finding.rule == rule);
    own.flat_map(|finding| [finding.first_seen, finding.last_seen])
        .map(|time| time.map_or_else(String::new, |time| time.strftime("%F %T").to_string()))
        .collect()
}

const FAILED: &str = "Failed to create pod sandbox: no network";

#[test]
fn a_journal_in_local_time_is_moved_to_the_times_of_its_events() {
    let journal = sandboxes(&["13:30:00", "13:40:00", "13:50:00"]);
    let told = event(
        1,
        FAILED,
        "2024-05-01T11:30:00Z",
        "2024-05-01T11:50:01Z",
        "2024-05-01T11:30:00Z",
    );
    let name = format!("{NODE}/journal.log");
    let (evidence, diagnosis) = all(&[
        (&name, journal.clone()),
        ("shop/events.json", events(&[told])),
    ]);
    let zones: Vec<_> = evidence.logs.iter().filter_map(|log| log.zone).collect();
    assert_eq!(zones, [7_200]);
    assert_eq!(
        seen(&diagnosis, "pod-sandbox-failed"),
        ["2024-05-01 11:30:00", "2024-05-01 11:50:01"]
    );
    assert_eq!(
        evidence.capture.at.unwrap().to_string(),
        "2024-05-01T11:50:01Z",
        "the journal does not move the capture into the future"
    );
    // Twenty minutes are no zone.
    let late = event(
        1,
        FAILED,
        "2024-05-01T13:10:00Z",
        "2024-05-01T13:30:00Z",
        "2024-05-01T13:10:00Z",
    );
    let (evidence, _) = all(&[(&name, journal), ("shop/events.json", events(&[late]))]);
    assert!(evidence.logs.iter().all(|log| log.zone.is_none()));
}

#[test]
fn the_zone_of_one_journal_is_that_of_all_journals_of_its_machine() {
    let node = format!(
        r#"{{"kind": "NodeList", "apiVersion": "v1", "items": [{{"metadata": {{"name": "{NODE}"}}, "status": {{"conditions": [{{"type": "Ready", "status": "True", "lastHeartbeatTime": "2024-05-01T12:47:00Z"}}]}}}}]}}"#
    );
    let line = |clock: &str, host: &str| {
        format!(
            "May 01 {clock} {host} kubelet[9]: I0501 {clock}.000000       9 kubelet.go:1] \"SyncLoop DELETE\"\n"
        )
    };
    // Lines of containerd state their time twice, once with its zone.
    let telling = (10..14)
        .map(|second| {
            format!("May 01 17:42:{second} {NODE} containerd[9]: time=\"2024-05-01T17:42:{second}.5+05:30\" level=info msg=\"up\"\n")
        })
        .collect::<Vec<String>>()
        .concat();
    let files = |kubelet: String| {
        all(&[
            ("nodes.json", node.clone()),
            ("containerd.log", telling.clone()),
            ("kubelet.log", kubelet),
        ])
        .0
    };
    let evidence = files(line("17:41:50", NODE) + &line("17:42:53", NODE));
    let zones: Vec<_> = evidence.logs.iter().map(|log| log.zone).collect();
    assert_eq!(zones, [Some(19_800); 2]);
    assert_eq!(
        evidence.capture.at.unwrap().to_string(),
        "2024-05-01T12:47:00Z"
    );
    // Of another machine nothing is known, and that its log ends hours later is said.
    let evidence = files(line("17:41:50", "other") + &line("17:42:53", "other"));
    assert_eq!(
        evidence.capture.at.unwrap().to_string(),
        "2024-05-01T17:42:53Z"
    );
    let by = evidence.capture.known_by;
    assert!(by.ends_with("they may be in local time"), "{by}");
}

#[test]
fn a_journal_that_was_written_backwards_tells_the_same() {
    let times = [
        "11:30:00", "11:34:00", "11:38:00", "11:42:00", "11:46:00", "11:50:00",
    ];
    let mut backwards = times;
    backwards.reverse();
    let capture = "2024-05-01T11:51:00Z level=info msg=done\n".to_owned();
    let told = |journal: String| {
        let (evidence, diagnosis) =
            all(&[("journal.log", journal), ("other.log", capture.clone())]);
        let spans: Vec<_> = evidence
            .logs
            .iter()
            .map(|log| (log.first, log.last))
            .collect();
        let states: Vec<_> = diagnosis.findings.iter().map(|f| f.state).collect();
        (spans, states, seen(&diagnosis, "pod-sandbox-failed"))
    };
    let forward = told(sandboxes(&times));
    assert_eq!(forward.2, ["2024-05-01 11:30:00", "2024-05-01 11:50:00"]);
    assert_eq!(told(sandboxes(&backwards)), forward);
}

#[test]
fn the_clock_of_a_node_is_measured_by_when_its_events_were_stored() {
    let stored = |seconds: [u32; 3]| {
        let items: Vec<String> = seconds
            .into_iter()
            .enumerate()
            .map(|(at, second)| {
                let first = format!("2024-05-01T11:3{at}:00Z");
                let created = format!("2024-05-01T11:3{at}:{second:02}Z");
                event(second, &format!("{FAILED} {at}"), &first, &first, &created)
            })
            .collect();
        all(&[("shop/events.json", events(&items))]).0.skew
    };
    let skew = stored([42, 40, 45]);
    assert_eq!(skew.len(), 1);
    assert_eq!((skew[0].node.as_str(), skew[0].ahead_seconds), (NODE, -40));
    // One event that waited for a connection makes no skew.
    assert_eq!(stored([0, 40, 45])[0].ahead_seconds, 0);
}

#[test]
fn silences_and_boots_stand_on_the_timeline() {
    let mut journal = String::new();
    for minute in (0..27).chain(55..60) {
        for second in [1, 21, 41] {
            if (minute, second) == (55, 1) {
                journal.push_str("-- Boot 2a1b3c4d5e6f708192a3b4c5d6e7f809 --\n");
            }
            let _ = writeln!(
                journal,
                "May 01 11:{minute:02}:{second:02} {NODE} kubelet[9]: I0501 11:{minute:02}:{second:02}.100000 9 kubelet.go:1] x"
            );
        }
    }
    let stated = "2024-05-01T12:00:00Z level=info msg=done\n".to_owned();
    let (_, diagnosis) = all(&[
        ("journal.log", journal.clone()),
        ("other.log", stated.clone()),
    ]);
    let gaps: Vec<String> = diagnosis
        .timeline
        .gaps
        .iter()
        .map(|gap| format!("{} {} {}", gap.component, gap.from, gap.to))
        .collect();
    assert_eq!(
        gaps,
        ["kubelet 2024-05-01T11:26:41.1Z 2024-05-01T11:55:01.1Z"]
    );
    let boots: Vec<String> = diagnosis
        .timeline
        .reboots
        .iter()
        .map(|boot| boot.at.to_string())
        .collect();
    assert_eq!(boots, ["2024-05-01T11:55:01.1Z"]);
    assert!(diagnosis.timeline.gaps[0].alone);
    // Where another kubelet speaks meanwhile, kubelets as such were not silent.
    let other: String = (0..60).fold(String::new(), |text, minute| {
        text + &format!("May 01 11:{minute:02}:30 node-b kubelet[9]: I0501 11:{minute:02}:30.100000 9 kubelet.go:1] x\n")
    });
    let (_, both) = all(&[
        ("journal.log", journal.clone()),
        ("node-b/journal.log", other),
        ("other.log", stated.clone()),
    ]);
    let alone: Vec<bool> = both.timeline.gaps.iter().map(|gap| gap.alone).collect();
    assert_eq!(alone, [false]);
    // A log with that pause between all lines has no gap.
    let slow: String = journal
        .lines()
        .step_by(90)
        .fold(String::new(), |text, line| text + line + "\n");
    let (_, diagnosis) = all(&[("journal.log", slow), ("other.log", stated)]);
    assert_eq!(diagnosis.timeline.gaps, []);
}

#[test]
fn a_window_over_new_year_and_a_leap_day_holds_what_lies_in_it() {
    let line = |month: &str, number: u32, time: &str| {
        format!(
            "{month} {time} {NODE} kubelet[9]: E{number:04} {time}.100000       9 pod_workers.go:1] \"Failed to create pod sandbox\" err=\"no network\" pod=\"shop/web-0\"\n"
        )
    };
    let cases = [
        (
            [("Dec 31", 1231, "23:50:00"), ("Jan 01", 101, "00:10:00")],
            "2024-01-01T00:30:00Z",
            ["2023-12-31 23:50:00", "2024-01-01 00:10:00"],
            "2023-12-31T23:00:00Z",
            "2024-01-01T01:00:00Z",
        ),
        (
            [("Feb 29", 229, "23:50:00"), ("Mar 01", 301, "00:10:00")],
            "2024-03-01T00:30:00Z",
            ["2024-02-29 23:50:00", "2024-03-01 00:10:00"],
            "2024-02-29T23:00:00Z",
            "2024-03-01T01:00:00Z",
        ),
    ];
    for (lines, capture, expected, since, after) in cases {
        let journal: String = lines
            .iter()
            .map(|(month, number, time)| line(month, *number, time))
            .collect();
        let files = [
            ("journal.log", journal),
            ("other.log", format!("{capture} level=info msg=done\n")),
        ];
        let within = |since: &str, until: Option<&str>| {
            let window = Window {
                since: Some(since.parse().unwrap()),
                until: until.map(|until| until.parse().unwrap()),
            };
            seen(&read(&files, window).1, "pod-sandbox-failed")
        };
        assert_eq!(within(since, None), expected);
        assert_eq!(within(after, None), [""; 0], "{after} is later");
        assert_eq!(within("2000-01-01T00:00:00Z", Some(since)), [""; 0]);
    }
}
