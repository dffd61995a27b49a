//! Secrets in every way they are written (`testdata/secrets/forms.txt`), planted wherever a report
//! quotes a bundle: none may be in any output, whole or in parts. Strings that look alike
//! (`testdata/secrets/ordinary.txt`) stay readable.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::support::{FORMATS, Files, analyze_bytes, rendered, tar};
use assert_cmd::Command;
use bundlescope::diagnose::Diagnosis;
use bundlescope::limits::Limits;
use bundlescope::redact;
use bundlescope::report::{self, Format, MAX_BYTES, Masking, ReportError, ReportOptions};
use bundlescope::severity::Severity;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const FORMS: &str = include_str!("../../testdata/secrets/forms.txt");
const ORDINARY: &str = include_str!("../../testdata/secrets/ordinary.txt");

/// Characters of a secret that a report may show in a row: fewer than this.
const PART: usize = 10;

/// One way in which a secret is written.
struct Form {
    id: &'static str,
    text: String,
}

/// All forms of the table.
fn forms() -> Vec<Form> {
    let blocks = FORMS.split("\n== ").skip(1);
    let form = |block: &'static str| {
        let (id, text) = block.split_once('\n').unwrap();
        let lines = text.lines().filter(|line| !line.starts_with("# "));
        Form {
            id,
            text: lines.collect::<Vec<_>>().join("\n").trim_end().to_owned(),
        }
    };
    blocks.map(form).collect()
}

/// A small generator of numbers, so that a value is the same on every machine.
struct Numbers(u64);

impl Numbers {
    /// Begins anew for each text that is filled in.
    fn of(seed: &str) -> Self {
        let mix = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(seed.bytes().fold(0xcbf2_9ce4_8422_2325, mix))
    }

    /// A number below `limit`.
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    /// Text of an alphabet; it never ends with a sign, and has a digit where it is long.
    fn text(&mut self, alphabet: &str, length: usize) -> String {
        const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
        const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        const DIGITS: &str = "0123456789";
        let alnum = || [LOWER, UPPER, DIGITS].concat();
        let characters = match alphabet {
            "alnum" => alnum(),
            "lower" => [LOWER, DIGITS].concat(),
            "upper" => [UPPER, DIGITS].concat(),
            "digits" => DIGITS.into(),
            "hex" => "0123456789abcdef".into(),
            "HEX" => "0123456789ABCDEF".into(),
            "b64" => alnum() + "+/",
            "b64url" => alnum() + "-_",
            "b32" => "abcdefghijklmnopqrstuvwxyz234567".into(),
            "bech32" => "023456789ACDEFGHJKLMNPQRSTUVWXYZ".into(),
            "pass" => alnum() + "!#%+-.=?@^_~",
            other => panic!("{other} is no alphabet"),
        };
        let characters: Vec<char> = characters.chars().collect();
        let mut text = String::new();
        while text.len() < length {
            let edge = text.is_empty() || text.len() + 1 == length;
            let next = characters[self.below(characters.len())];
            if next.is_ascii_alphanumeric() || !edge {
                text.push(next);
            }
        }
        if length >= 8 && !text.bytes().any(|byte| byte.is_ascii_digit()) {
            text.replace_range(3..4, "7");
        }
        text
    }
}

/// The text with its values filled in, and those that are secret.
fn filled(template: &str, seed: &str) -> (String, Vec<String>) {
    let mut numbers = Numbers::of(seed);
    let mut out = String::new();
    let mut secrets = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['«', '‹']) {
        let secret = rest[at..].starts_with('«');
        let (open, close) = if secret { ('«', '»') } else { ('‹', '›') };
        let end = at + rest[at..].find(close).unwrap();
        let (alphabet, length) = rest[at + open.len_utf8()..end].split_once(' ').unwrap();
        let value = numbers.text(alphabet, length.parse().unwrap());
        out.push_str(&rest[..at]);
        out.push_str(&value);
        rest = &rest[end + close.len_utf8()..];
        if secret {
            secrets.push(value);
        }
    }
    (out + rest, secrets)
}

/// A text as a report shows it, without what formats escape.
fn plain(text: &str) -> String {
    let mut text = text.replace('\\', "");
    for (entity, sign) in [
        ("&#38;", "&"),
        ("&amp;", "&"),
        ("&#61;", "="),
        ("&#58;", ":"),
        ("&#64;", "@"),
        ("&#43;", "+"),
        ("&#47;", "/"),
    ] {
        text = text.replace(entity, sign);
    }
    text
}

/// Whether a part of the secret is in the output: ten characters, or all of a short one.
fn shows(output: &str, secret: &str) -> bool {
    if secret.len() < 6 {
        return false;
    }
    let part = PART.min(secret.len());
    (0..=secret.len() - part).any(|at| output.contains(&secret[at..at + part]))
}

/// Places in which a report quotes a bundle.
const PLACES: [&str; 12] = [
    "hit-line",
    "around-hit",
    "cut-left",
    "cut-right",
    "unknown-error",
    "unknown-cut",
    "event",
    "pod-message",
    "minified-object",
    "last-words",
    "describe",
    "file-name",
];

/// Words without meaning of this length.
fn padding(length: usize) -> String {
    "some words of a line that has many ".repeat(length / 30 + 1)[..length].to_owned()
}

/// A bundle that has a form in every place, each time with other values; and the secrets by place.
fn planted(form: &Form) -> (Files, BTreeMap<&'static str, Vec<String>>) {
    let mut secrets: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    let mut fill = |place: &'static str, number: usize| {
        let (text, values) = filled(&form.text, &format!("{} {place} {number}", form.id));
        secrets.entry(place).or_default().extend(values);
        text
    };
    let stamp = "May 21 14:00:01 node-1 kubelet[812]: ";
    let mut files = Files::new();
    let mut add = |name: &str, text: String| files.push((name.to_owned(), text.into_bytes()));

    let text = fill("hit-line", 0);
    add(
        "node-1/kubelet.log",
        format!(
            "{stamp}starting\n{stamp}adal: Refresh request failed: AADSTS7000222: keys are expired. {text}\n{stamp}ended\n"
        ),
    );
    let (above, below) = (fill("around-hit", 0), fill("around-hit", 1));
    add(
        "node-2/messages",
        format!("started\n{above}\nwrite /var/x: no space left on device\n{below}\nended\n"),
    );
    // The excerpt is cut in the middle of the form.
    let (mut left, mut right, mut error) = (String::new(), String::new(), String::new());
    let wide = Limits::RELEASE.excerpt_bytes;
    for (number, tenths) in [2, 5, 8].into_iter().enumerate() {
        let text = fill("cut-left", number).replace('\n', "\\n");
        let gap = (wide / 2).saturating_sub(text.chars().count() * (10 - tenths) / 10);
        let (before, after) = (padding(gap), padding(wide));
        let _ = writeln!(
            left,
            "{after} {text} {before} accept: too many open files {after}"
        );
        let text = fill("cut-right", number).replace('\n', "\\n");
        let gap = (wide / 2).saturating_sub(text.chars().count() * tenths / 10);
        let _ = writeln!(
            right,
            "{after} x509: certificate signed by unknown authority {} {text} {after}",
            padding(gap)
        );
        let text = fill("unknown-cut", number).replace('\n', "\\n");
        let gap = Limits::RELEASE
            .error_excerpt_bytes
            .saturating_sub(60 + text.chars().count() * tenths / 10);
        let _ = writeln!(
            error,
            "E0521 14:00:0{number}.000000       1 warp.go:{number}] \"Warp lost\" {} {text} {after}",
            padding(gap)
        );
    }
    add("node-3/kubelet.log", left);
    add("node-4/kubelet.log", right);
    let text = fill("unknown-error", 0);
    add(
        "node-5/kubelet.log",
        format!("E0521 14:00:00.000000       1 flux.go:7] \"Flux lost\" {text}\n{error}"),
    );
    let event = |number: usize, reason: &str, message: &str| {
        json!({"metadata": {"name": format!("web-0.{number}"), "namespace": "shop"},
            "involvedObject": {"kind": "Pod", "namespace": "shop", "name": "web-0"},
            "reason": reason, "message": message, "type": "Warning", "count": 3,
            "firstTimestamp": "2024-05-21T13:00:00Z", "lastTimestamp": "2024-05-21T14:00:00Z"})
    };
    let mounted = format!(
        "MountVolume.SetUp failed for volume \"x\" : {}",
        fill("event", 0)
    );
    let pulled = format!("Failed to pull image \"x:1\": {}", fill("event", 1));
    let list = |kind: &str, items: &[Value]| json!({"kind": kind, "apiVersion": "v1", "metadata": {}, "items": items});
    let events = list(
        "EventList",
        &[
            event(1, "FailedMount", &mounted),
            event(2, "Failed", &pulled),
        ],
    );
    add(
        "shop/events.json",
        serde_json::to_string_pretty(&events).unwrap(),
    );
    let pod = |name: &str, state: Value, note: &str| {
        json!({"metadata": {"name": name, "namespace": "shop", "annotations": {"note": note}},
            "spec": {"nodeName": "node-1", "containers": [{"name": "app", "image": "x:1"}]},
            "status": {"phase": "Running", "containerStatuses": [{"name": "app", "ready": false,
                "restartCount": 7, "image": "x:1", "state": state,
                "lastState": {"terminated": {"reason": "Error", "exitCode": 1,
                    "message": note, "finishedAt": "2024-05-21T13:59:00Z"}}}]}})
    };
    let waiting = |message: &str| json!({"waiting": {"reason": "CrashLoopBackOff", "message": format!("back-off 5m0s {message}")}});
    let pods = [
        pod(
            "web-0",
            waiting(&fill("pod-message", 0)),
            &fill("pod-message", 1),
        ),
        pod("words-0", waiting(""), ""),
    ];
    add(
        "shop/pods.json",
        serde_json::to_string_pretty(&list("PodList", &pods)).unwrap(),
    );
    let small = pod("small-0", waiting(""), &fill("minified-object", 0));
    add("small/pods.json", list("PodList", &[small]).to_string());
    let marks = "logs for container app of pod shop/words-0 ====";
    add(
        "shop/words-0/logs.txt",
        format!(
            "==== START {marks}\nstarting\nfatal: cannot go on: {}\n==== END {marks}\n",
            fill("last-words", 0)
        ),
    );
    let text = fill("describe", 0);
    let first = text.lines().next().unwrap_or_default();
    let message = fill("describe", 1).replace('\n', "\\n");
    add(
        "describe/shop_pod_told-0",
        format!(
            "Name:         told-0\nNamespace:    shop\nNode:         node-1/10.0.0.4\nStatus:       Running\nContainers:\n  app:\n    Image:          x:1\n{text}\n    State:          Waiting\n      Reason:       CrashLoopBackOff\n      Message:      {first}\n    Last State:     Terminated\n      Reason:       Error\n      Message:      {message}\n      Exit Code:    1\n    Ready:          False\n    Restart Count:  12\nEvents:\n  Type     Reason   Age   From     Message\n  ----     ------   ----                ----     -------\n  Warning  BackOff  2m (x120 over 60m)  kubelet  Back-off restarting failed container {message}\n"
        ),
    );
    add(
        &name_of(&fill("file-name", 0)),
        "write /var/y: disk quota exceeded\nOOMKilled\nno space left on device\n".into(),
    );
    (files, secrets)
}

/// A name of a file that holds a form; a folder in it is part of the form.
fn name_of(form: &str) -> String {
    let name: String = form.chars().filter(|c| !c.is_control()).take(400).collect();
    format!("files/{name}.log")
        .replace("//", "/ /")
        .replace("..", ". .")
}

/// Analyzes a bundle of these files.
fn analyzed(files: &Files) -> Diagnosis {
    analyze_bytes("bundle.tar", &tar(files), &Limits::RELEASE)
}

/// Forms with a leak, with the places: over all formats.
fn leaks(forms: &[&Form]) -> Vec<String> {
    let mut found = Vec::new();
    for form in forms {
        let (files, secrets) = planted(form);
        let diagnosis = analyzed(&files);
        for format in FORMATS {
            let report = plain(&rendered(&diagnosis, format));
            for place in PLACES {
                if secrets[place].iter().any(|secret| shows(&report, secret)) {
                    found.push(format!("{} in {format:?}: {place}", form.id));
                }
            }
        }
        // Without masking the last look refuses the report by itself.
        let bare = report::render_masked(&diagnosis, &options(), Format::Json, Masking::Off);
        if !matches!(bare, Err(ReportError::SecretLeft { .. })) {
            found.push(format!("{}: the last look lets it through", form.id));
        }
    }
    found
}

/// What a user gets who sets nothing.
fn options() -> ReportOptions {
    ReportOptions {
        tool_version: "0.0.0".into(),
        rules_hash: String::new(),
        min_severity: Severity::Info,
        max_bytes: MAX_BYTES,
        command: "analyze".into(),
    }
}

/// Plants these forms, over two threads, and says what leaks.
fn assert_no_leak(forms: &[&Form]) {
    let found: Vec<String> = std::thread::scope(|scope| {
        let shares = forms.chunks(forms.len().div_ceil(2));
        let runs: Vec<_> = shares.map(|some| scope.spawn(|| leaks(some))).collect();
        let runs = runs.into_iter();
        runs.flat_map(|run| run.join().unwrap()).collect()
    });
    assert!(
        found.is_empty(),
        "{} leaks:\n{}",
        found.len(),
        found.join("\n")
    );
}

#[test]
fn no_form_of_a_secret_is_in_any_output() {
    let all = forms();
    assert_no_leak(&all.iter().step_by(26).collect::<Vec<_>>());
}

/// All of them take minutes without optimisation:
/// `cargo test --release --test it -- --ignored every_form`.
#[test]
#[ignore = "minutes without optimisation"]
fn every_form_of_a_secret_is_in_no_output() {
    let all = forms();
    assert_no_leak(&all.iter().collect::<Vec<_>>());
}

/// Texts in which a form may stand.
fn texts(form: &str) -> [String; 4] {
    let json = json!(form).to_string();
    [
        form.to_owned(),
        format!("keys are expired. {form}\nended"),
        format!("some words {} more words", form.replace('\n', "\\n")),
        format!("{{\"note\":{json},\"b\":1}}"),
    ]
}

#[test]
fn every_form_is_masked_in_whatever_text_it_stands_and_seen_by_the_last_look() {
    let mut wrong = Vec::new();
    for form in forms() {
        let (form, id, secrets) = {
            let (text, secrets) = filled(&form.text, form.id);
            (text, form.id, secrets)
        };
        for text in texts(&form) {
            let masked = redact::mask(&text).0.into_owned();
            if secrets.iter().any(|secret| shows(&plain(&masked), secret)) {
                wrong.push(format!("{id}: {masked}"));
            }
            if redact::find_secret(masked.as_bytes()).is_some() {
                wrong.push(format!("{id} is found where it was masked: {masked}"));
            }
            if redact::find_secret(text.as_bytes()).is_none() {
                wrong.push(format!("{id} is not seen by the last look: {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_only_looks_like_a_secret_stays() {
    let mut masked = Vec::new();
    let lines: Vec<&str> = ORDINARY.lines().collect();
    for (number, line) in lines.iter().enumerate() {
        let (text, _) = filled(line, &format!("ordinary {number}"));
        let (clean, counts) = redact::mask(&text);
        if !counts.is_empty() {
            masked.push(format!("{text}\n    {clean}"));
        }
    }
    assert!(lines.len() >= 150);
    assert!(masked.len() <= 3, "{}", masked.join("\n"));
}

#[test]
fn inspect_shows_no_secret_of_a_name() {
    let mut files = Files::new();
    let mut all = Vec::new();
    for form in forms() {
        let (text, secrets) = filled(&form.text, &format!("{} inspect", form.id));
        files.push((name_of(&text), vec![0, 159, 146, 150]));
        all.extend(secrets);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bundle.tar");
    std::fs::write(&path, tar(&files)).unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_bundlescope"))
        .arg("inspect")
        .arg(&path)
        .assert()
        .success();
    let output = plain(&String::from_utf8_lossy(&run.get_output().stdout));
    let shown: Vec<_> = all.iter().filter(|secret| shows(&output, secret)).collect();
    assert!(shown.is_empty(), "{shown:?} in\n{output}");
}
