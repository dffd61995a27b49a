//! Bundles made to break, to fool or to leak, from the archive to all four reports.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::sample::HOSTILE;
use crate::support::{
    FORMATS, Files, analyze_bytes, dump, files, findings, gzip, header, json_of, rendered,
    schema_errors, tar, try_analyze_bytes, zip,
};
use assert_cmd::Command;
use bundlescope::AnalyzeError;
use bundlescope::diagnose::Diagnosis;
use bundlescope::gap::GapReason;
use bundlescope::ingest::IngestError;
use bundlescope::limits::Limits;
use bundlescope::redact;
use bundlescope::report::Format;
use bundlescope::report::glyphs::is_hidden;
use proptest::prelude::*;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// A line that a rule knows, so that what is hostile around it has something to spoil.
const FAILURE: &str =
    "adal: Refresh request failed: AADSTS7000222: The provided client secret keys are expired.\n";

/// The rule that knows it.
const RULE: &str = "azure-sp-secret-expired";

/// Small bounds, so that every one of them is reached by a small bundle.
fn small() -> Limits {
    Limits {
        entry_bytes: 1 << 20,
        bundle_bytes: 4 << 20,
        entries: 50,
        depth: 3,
        nested_zip_bytes: 64 << 10,
        document_bytes: 64 << 10,
        chunk_bytes: 16 << 10,
        line_bytes: 4 << 10,
        ..Limits::RELEASE
    }
}

/// All four reports; each must hold what holds for every report.
fn reports(diagnosis: &Diagnosis) -> Vec<(Format, String)> {
    let json = json_of(diagnosis);
    assert_eq!(schema_errors(&json), Vec::<String>::new());
    let all = FORMATS.map(|format| (format, rendered(diagnosis, format)));
    for (format, report) in &all {
        let mut hidden = report.chars().filter(|c| *c != '\n' && is_hidden(*c));
        // The page's own style and script are indented with spaces.
        assert_eq!(hidden.next(), None, "{format:?} has a hidden character");
        // JSON, and the page that holds it, are made of strings: rendering looks at each by itself, and
        // refuses the report where something is left. As one text its punctuation joins what is apart.
        if matches!(format, Format::Text | Format::Markdown) {
            assert_eq!(redact::find_secret(report.as_bytes()), None, "{format:?}");
        }
    }
    all.to_vec()
}

/// Locators and reasons of all gaps.
fn gaps(diagnosis: &Diagnosis) -> String {
    let said = diagnosis.gaps.iter();
    let said: Vec<_> = said
        .map(|gap| format!("{}: {}", gap.locator, gap.reason))
        .collect();
    said.join("\n")
}

/// How often the failure was found.
fn count(diagnosis: &Diagnosis) -> u64 {
    let found = diagnosis
        .findings
        .iter()
        .filter(|finding| finding.rule == RULE);
    found.map(|finding| finding.count).sum()
}

/// Whether the failure was found.
fn is_found(diagnosis: &Diagnosis) -> bool {
    diagnosis
        .findings
        .iter()
        .any(|finding| finding.rule == RULE)
}

/// Names that are no plain relative paths.
const NAMES: [&str; 8] = [
    "../../etc/passwd",
    "/etc/shadow",
    "C:\\Windows\\win.ini",
    "\\\\server\\share\\x",
    "a/../../b",
    "con\u{0}trol",
    "./.",
    "<img src=x onerror=alert(1)>\u{202e}gpj.log",
];

#[test]
fn hostile_names_are_read_said_and_never_followed() {
    let entry = |(number, name): (usize, &&str)| {
        let content = format!("{number} {FAILURE}");
        ((*name).to_owned(), content.into_bytes())
    };
    let named: Files = NAMES.iter().enumerate().map(entry).collect();
    // A name in a tar ends at its first NUL.
    for (kind, archive) in [("tar", tar(&named)), ("zip", zip(&named))] {
        let diagnosis = analyze_bytes("x", &archive, &Limits::RELEASE);
        assert_eq!(
            count(&diagnosis),
            NAMES.len() as u64,
            "{kind}: every one was read"
        );
        let hostile = diagnosis
            .gaps
            .iter()
            .filter(|gap| gap.reason == GapReason::HostileName);
        assert!(hostile.count() >= 4, "{kind}: {}", gaps(&diagnosis));
        for (format, report) in reports(&diagnosis) {
            let harmless = matches!(format, Format::Json | Format::Text);
            assert!(
                harmless || !report.contains("<img src=x"),
                "{kind} as {format:?}"
            );
        }
    }
}

#[test]
fn two_entries_of_one_name_are_both_read_and_said() {
    let twice = files(&[("a.log", FAILURE), ("a.log", FAILURE)]);
    let diagnosis = analyze_bytes("x", &tar(&twice), &Limits::RELEASE);
    let said = gaps(&diagnosis);
    assert!(said.contains("another entry has the same name"), "{said}");
    assert!(is_found(&diagnosis));
    reports(&diagnosis);
}

#[test]
fn links_and_devices_are_said_and_never_followed() {
    let mut builder = tar::Builder::new(Vec::new());
    let log = header(b"a.log", FAILURE.len(), tar::EntryType::Regular);
    builder.append(&log, FAILURE.as_bytes()).unwrap();
    for (name, kind) in [
        ("symlink", tar::EntryType::Symlink),
        ("link", tar::EntryType::Link),
        ("fifo", tar::EntryType::Fifo),
        ("char", tar::EntryType::Char),
        ("block", tar::EntryType::Block),
    ] {
        let mut header = header(name.as_bytes(), 0, kind);
        header.set_link_name("/etc/passwd").unwrap();
        header.set_cksum();
        builder.append(&header, &b""[..]).unwrap();
    }
    let diagnosis = analyze_bytes("x", &builder.into_inner().unwrap(), &Limits::RELEASE);
    let said = gaps(&diagnosis);
    assert_eq!(said.matches("not followed").count(), 5, "{said}");
    assert!(is_found(&diagnosis));
    for (format, report) in reports(&diagnosis) {
        assert!(!report.contains("root:x:0"), "{format:?}");
    }
}

/// A gzip stream that inflates to this many MiB of one MiB's content, without making them all.
fn bomb(mebibyte: &[u8], times: usize) -> Vec<u8> {
    gzip(mebibyte).repeat(times)
}

/// A bundle of a bomb and an honest log.
fn with_bomb(bomb: Vec<u8>) -> Vec<u8> {
    let mut files = files(&[("z.log", FAILURE)]);
    files.insert(0, ("bomb.log.gz".to_owned(), bomb));
    tar(&files)
}

/// One MiB of one line that a rule knows, again and again.
fn repetitive() -> Vec<u8> {
    FAILURE.bytes().cycle().take(1 << 20).collect()
}

#[test]
fn a_bomb_of_zeros_costs_its_entry_and_no_other() {
    for (limits, mebibytes) in [(small(), 64), (Limits::RELEASE, 1024)] {
        let archive = with_bomb(bomb(&vec![0; 1 << 20], mebibytes));
        let diagnosis = analyze_bytes("x", &archive, &limits);
        let said = gaps(&diagnosis);
        assert!(said.contains("bomb.log.gz"), "{said}");
        assert!(is_found(&diagnosis), "{said}");
        reports(&diagnosis);
    }
}

#[test]
fn a_bomb_of_text_ends_at_its_limit_and_what_came_before_is_told() {
    let diagnosis = analyze_bytes("x", &with_bomb(bomb(&repetitive(), 64)), &small());
    let said = gaps(&diagnosis);
    assert!(said.contains("over the limit of"), "{said}");
    assert!(is_found(&diagnosis));
    reports(&diagnosis);
    // Within the released limits all of it is read, counted, and not kept.
    let diagnosis = analyze_bytes("x", &with_bomb(bomb(&repetitive(), 4)), &Limits::RELEASE);
    let finding = diagnosis
        .findings
        .iter()
        .find(|finding| finding.rule == RULE)
        .unwrap();
    assert!(finding.count > 45_000, "{}", finding.count);
    assert!(finding.citations.len() < 100, "{}", finding.citations.len());
    for (format, report) in reports(&diagnosis) {
        assert!(report.len() < 1 << 20, "{format:?}: {}", report.len());
    }
}

#[test]
fn one_line_without_an_end_is_cut() {
    let line = "x".repeat(20_000) + FAILURE;
    let diagnosis = analyze_bytes("x.log", line.as_bytes(), &small());
    for (format, report) in reports(&diagnosis) {
        assert!(report.len() < 1 << 20, "{format:?}: {}", report.len());
    }
}

#[test]
fn an_archive_of_too_many_entries_ends_at_the_limit() {
    let many: Files = (0..2000)
        .map(|n| (format!("{n:05}.log"), FAILURE.into()))
        .collect();
    for archive in [zip(&many), tar(&many)] {
        let diagnosis = analyze_bytes("x", &archive, &small());
        let said = gaps(&diagnosis);
        assert!(said.contains("over the limit of"), "{said}");
        assert!(
            diagnosis.bundle.entries <= 50,
            "{}",
            diagnosis.bundle.entries
        );
        assert!(is_found(&diagnosis));
        reports(&diagnosis);
    }
}

#[test]
fn archives_in_archives_end_at_the_limit_of_depth() {
    let mut nested = files(&[("deepest.log", FAILURE)]);
    for level in (0..12).rev() {
        let inner = if level % 2 == 0 {
            zip(&nested)
        } else {
            gzip(&tar(&nested))
        };
        nested = files(&[("beside.log", FAILURE)]);
        nested.push((format!("level{level}"), inner));
    }
    for limits in [small(), Limits::RELEASE] {
        let diagnosis = analyze_bytes("x", &zip(&nested), &limits);
        let said = gaps(&diagnosis);
        assert!(said.contains("over the limit of"), "{said}");
        assert!(
            count(&diagnosis) >= limits.depth as u64,
            "{}",
            count(&diagnosis)
        );
        reports(&diagnosis);
    }
}

#[test]
fn a_document_nested_without_end_costs_itself_only() {
    let deep = format!(
        "{{\"kind\":\"PodList\",\"items\":{}1{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let yaml = format!(
        "kind: PodList\nitems: {}1{}\n",
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    let anchors = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\nkind: Pod\n";
    let bundle = files(&[
        ("shop/pods.json", &deep),
        ("shop/pods.yaml", &yaml),
        ("laughs.yaml", anchors),
        ("z.log", FAILURE),
    ]);
    let diagnosis = analyze_bytes("x", &tar(&bundle), &Limits::RELEASE);
    assert!(is_found(&diagnosis));
    assert!(
        gaps(&diagnosis).contains("pods.json"),
        "{}",
        gaps(&diagnosis)
    );
    reports(&diagnosis);
}

/// A text in place of the names and words of the sample's failing pods, node and events: in
/// documents, logs and names of files.
fn poisoned(text: &str) -> Files {
    let in_json = serde_json::to_string(text).unwrap();
    let in_json = in_json.trim_matches('"');
    let words = [
        "api-7d4b9c-x2k8p",
        "web-5f6d8-abcde",
        "worker-0",
        "worker-1",
        "example.org/web:gone",
        "coredns-5d78c9869d-qqq7z",
        "quiet",
        "plugin/kubernetes",
        "back-off",
        "Kubelet stopped",
        "v1.28.5",
    ];
    let poison = |(name, content): (String, Vec<u8>)| {
        let content = String::from_utf8(content).unwrap();
        let (in_text, in_name) = if Path::new(&name).extension() == Some("json".as_ref()) {
            (in_json, text)
        } else {
            (text, text)
        };
        // What stands there stays beside it, so that rules still know it.
        let replace = |whole: String, by: &str| {
            words.iter().fold(whole, |whole, word| {
                whole.replace(word, &format!("{word}{by}"))
            })
        };
        (
            replace(name, &in_name.replace('\0', "")),
            replace(content, in_text).into_bytes(),
        )
    };
    dump(600).into_iter().map(poison).collect()
}

/// What would run in a page.
const HTML: &[&str] = &[
    "<script>alert",
    "<img src",
    "onmouseover=\"",
    "onfocus='",
    "</pre><img",
];
/// What would run, load or link in a summary.
const MARKDOWN: &[&str] = &["<script", "<img", "](javascript", "</"];

/// The page without its embedded JSON, in which a quote ends nothing.
fn without_data(page: &str) -> String {
    let (before, rest) = page
        .split_once("<script type=\"application/json\"")
        .unwrap();
    let (data, after) = rest.split_once("</script>").unwrap();
    let (_, data) = data.split_once('>').unwrap();
    assert!(
        !data.contains(['<', '>', '&']),
        "the embedded JSON ends early"
    );
    serde_json::from_str::<serde_json::Value>(data).unwrap();
    format!("{before}{after}")
}

/// The summary without its code spans, in which nothing is markup.
fn without_code(markdown: &str) -> String {
    let (mut out, mut rest) = (String::new(), markdown);
    while let Some(start) = rest.find('`') {
        let (before, opened) = rest.split_at(start);
        out.push_str(before);
        let inner = opened.trim_start_matches('`');
        let fence = opened.len() - inner.len();
        let is_escaped = before.ends_with('\\');
        rest = if is_escaped {
            inner
        } else {
            behind_fence(inner, fence).expect("every code span is closed")
        };
    }
    out + rest
}

/// What stands behind the first run of so many backticks.
fn behind_fence(text: &str, length: usize) -> Option<&str> {
    let mut rest = text;
    loop {
        let (_, run) = rest.split_at(rest.find('`')?);
        rest = run.trim_start_matches('`');
        if run.len() - rest.len() == length {
            return Some(rest);
        }
    }
}

#[test]
fn hostile_text_in_every_field_is_shown_and_never_run() {
    let attributes = "\" onmouseover=\"alert(4)\" ' onfocus='alert(5)' \u{0}\u{7f}\u{9b}31m\r\u{8}";
    let text =
        format!("{HOSTILE}{attributes} ]]> --> `]({{x}}) [a](javascript:alert(6))\u{2066}\u{feff}");
    for archive in [tar(&poisoned(&text)), zip(&poisoned(&text))] {
        let diagnosis = analyze_bytes("x", &archive, &Limits::RELEASE);
        let found = findings(&diagnosis).join("\n");
        for rule in ["node-not-ready", "pod-crashloop"] {
            assert!(found.contains(rule), "{found}");
        }
        assert!(
            found.contains("alert(1)"),
            "the poison is in a subject: {found}"
        );
        for (format, report) in reports(&diagnosis) {
            assert!(
                format != Format::Html || report.contains("alert(1)"),
                "it is shown"
            );
            let (report, forbidden) = match format {
                Format::Html => (without_data(&report), HTML),
                Format::Markdown => (without_code(&report), MARKDOWN),
                Format::Json | Format::Text => continue,
            };
            for raw in forbidden {
                assert!(!report.contains(raw), "{format:?} has {raw}");
            }
        }
    }
}

/// Values that no report may show, whole or in part.
const SECRETS: [&str; 8] = [
    "c2lnbmF0dXJlLW9mLXRoZS1zaGFyZQ",
    "eyJhbGciOiJSUzI1NiIsImtpZCI6IjcifQ",
    "opaque0123456789abcdefbearer",
    "correct-horse-battery",
    "s3cr3t~of.the-App",
    "MIIEowIBAAKCAQEAq3n5kL0c9d8e7f6a5b4c3d2e1f0",
    "pa55w0rd-in-url",
    "dXNlcjpyZWdpc3RyeS1wYXNz",
];

/// A kubelet log in which lines with secrets stand on and around lines that rules know.
fn leaking_log() -> String {
    let [sas, jwt, bearer, password, client, key, url, _] = SECRETS;
    let failure = FAILURE.trim_end();
    format!(
        "GET https://acct.blob.core.windows.net/c/b?sv=2022-11-02&se=2025&sig={sas}%3D 403\n\
         {failure} client_secret={client}\n\
         Authorization: Bearer {bearer}\n\
         Authorization: Bearer {jwt}.eyJzdWIiOiJ4In0.c2ln\n\
         {failure} url=https://user:{url}@example.org/ password={password}\n\
         -----BEGIN RSA PRIVATE KEY-----\n\
         {key}\n\
         {failure}\n\
         {key}\n\
         -----END RSA PRIVATE KEY-----\n\
         MountVolume.SetUp failed for volume \"share\": mount failed: exit status 32 mount.cifs -o username=acct,password={password}\n"
    )
}

#[test]
fn no_secret_of_a_bundle_is_in_any_report() {
    let mut bundle = dump(0);
    bundle.push(("node/kubelet.log".to_owned(), leaking_log().into_bytes()));
    let [sas, _, bearer, password, client, _, url, registry] = SECRETS;
    for (name, content) in &mut bundle {
        let text = String::from_utf8(content.clone()).unwrap();
        let text = match name.as_str() {
            "shop/events.json" => text.replace(
                "Failed to pull image",
                &format!("client_secret={client} https://user:{url}@r.example.org?sig={sas}%3D Bearer {bearer} {{\\\"auth\\\":\\\"{registry}\\\"}} Failed to pull image"),
            ),
            "shop/pods.json" => text.replace(
                "back-off 5m0s",
                &format!("DB_PASSWORD={password} token: {bearer} back-off 5m0s"),
            ),
            _ => text,
        };
        *content = text.into_bytes();
    }
    let diagnosis = analyze_bytes("x", &tar(&bundle), &Limits::RELEASE);
    let found = findings(&diagnosis).join("\n");
    for rule in [RULE, "image-pull", "pod-crashloop"] {
        assert!(found.contains(rule), "{found}");
    }
    for (format, report) in reports(&diagnosis) {
        for secret in SECRETS {
            let (half, _) = secret.split_at(secret.len() / 2);
            assert!(!report.contains(half), "{format:?} shows {secret}");
        }
    }
    let masked = &json_of(&diagnosis)["redactions"];
    assert!(masked.as_array().unwrap().len() >= 5, "{masked}");
}

#[test]
fn nothing_but_the_named_output_is_written() {
    let place = || tempfile::tempdir().unwrap();
    let (bundle, work, temporary) = (place(), place(), place());
    let nested: Files = vec![
        ("../../escape.log".to_owned(), FAILURE.into()),
        (
            "node.zip".to_owned(),
            zip(&files(&[("../../../kubelet", FAILURE)])),
        ),
        ("inner.tar.gz".to_owned(), gzip(&tar(&dump(50)))),
    ];
    let path = bundle.path().join("bundle.tar.gz");
    fs::write(&path, gzip(&tar(&nested))).unwrap();
    Command::new(env!("CARGO_BIN_EXE_bundlescope"))
        .current_dir(work.path())
        .envs(["TMPDIR", "TEMP", "TMP", "HOME"].map(|name| (name, temporary.path())))
        .args(["analyze", "-o", "report.html", "--fail-on", "never"])
        .arg(&path)
        .assert()
        .success();
    let names = |folder: &Path| {
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(work.path()), ["report.html"]);
    assert_eq!(names(bundle.path()), ["bundle.tar.gz"]);
    assert!(names(temporary.path()).is_empty());
}

/// The sample in the archives that a cut is tried on.
static ARCHIVES: LazyLock<[Vec<u8>; 3]> = LazyLock::new(|| {
    let files = dump(300);
    [gzip(&tar(&files)), tar(&files), zip(&files)]
});

/// Whether the run was refused because nothing in it could be read.
fn is_refused(error: &AnalyzeError) -> bool {
    matches!(
        error,
        AnalyzeError::Ingest(
            IngestError::NotABundle { .. }
                | IngestError::Empty { .. }
                | IngestError::Unreadable { .. }
        )
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_cut_archive_is_a_report_that_says_so(which in 0..3_usize, cut in 0.0..1.0_f64) {
        let archive = &ARCHIVES[which];
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "any place will do")]
        let end = (archive.len() as f64 * cut) as usize;
        match try_analyze_bytes("x", &archive[..end], &small()) {
            Ok(diagnosis) => {
                // A tar may be cut in its padding, where nothing is lost.
                let padding = which == 1 && archive[end..].iter().all(|byte| *byte == 0);
                prop_assert!(padding || !diagnosis.gaps.is_empty(), "cut at {} of {}", end, archive.len());
                reports(&diagnosis);
            }
            // Too little is left to tell what it was.
            Err(error) => prop_assert!(is_refused(&error) && end < 1024, "cut at {end}: {error}"),
        }
    }

    #[test]
    fn a_changed_byte_is_never_a_panic(which in 0..3_usize, at in any::<proptest::sample::Index>(), value in any::<u8>()) {
        let mut archive = ARCHIVES[which].clone();
        let at = at.index(archive.len());
        archive[at] = value;
        match try_analyze_bytes("x", &archive, &small()) {
            Ok(diagnosis) => drop(reports(&diagnosis)),
            Err(error) => prop_assert!(is_refused(&error), "{error}"),
        }
    }
}

#[test]
fn a_document_that_never_closes_costs_no_more_than_a_look() {
    // Every line opens a document that breaks off, and each might hold whole items to save.
    let text = "{\"kind\": \"PodList\", \"items\": [\n".repeat(20_000);
    let bundle = tar(&files(&[
        ("dump/shop/pods.json", &text),
        ("kubelet.log", FAILURE),
    ]));
    let diagnosis = analyze_bytes("open.tar", &bundle, &Limits::RELEASE);
    assert!(diagnosis.gaps.len() <= Limits::RELEASE.gaps + 1);
    assert!(gaps(&diagnosis).contains("damaged documents"));
    assert!(is_found(&diagnosis), "what stands beside it is read");
}
