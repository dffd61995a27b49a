//! The same evidence gives the same bytes: whatever the number of threads, the kind of archive and
//! the order of its entries.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::support::{
    self, Files, analyze_bytes, dump, findings, periscope_node, rendered, tar, try_analyze,
    write_folder, zip,
};
use assert_cmd::Command;
use bundlescope::diagnose::Diagnosis;
use bundlescope::ingest::InputFacts;
use bundlescope::limits::Limits;
use bundlescope::report::Format;
use proptest::prelude::*;
use proptest::sample::Index;
use std::fs;

/// Name of every bundle here, so that what they are packed as does not show in it.
const NAME: &str = "dump";

/// Lines of the longest log: several pieces under [`limits`].
const LINES: usize = 700;

/// Small pieces, so that a short log is many.
fn limits() -> Limits {
    Limits {
        chunk_bytes: 4096,
        ..Limits::RELEASE
    }
}

/// The formats whose every byte is compared.
fn bytes(diagnosis: &Diagnosis) -> (String, String) {
    let json = rendered(diagnosis, Format::Json);
    (json, rendered(diagnosis, Format::Html))
}

/// As [`bytes`], without what differs by right between packings of the same files: the size and
/// hash of the bundle, and what stands between its name and an entry's.
fn bytes_whatever_packed(mut diagnosis: Diagnosis) -> (String, String) {
    for input in &mut diagnosis.inputs {
        *input = InputFacts {
            name: input.name.clone(),
            sha256: "0".repeat(64),
            bytes: 0,
        };
    }
    let (json, html) = bytes(&diagnosis);
    let same = |text: String| text.replace("dump!", "dump/");
    (same(json), same(html))
}

/// Asserts equality without printing two reports: shows the first lines that differ.
fn assert_same(actual: &(String, String), expected: &(String, String), what: &str) {
    for (actual, expected) in [(&actual.0, &expected.0), (&actual.1, &expected.1)] {
        let differing = actual.lines().zip(expected.lines()).find(|(a, b)| a != b);
        if let Some((a, b)) = differing {
            let cut = |line: &str| line.chars().take(400).collect::<String>();
            panic!("{what}:\n  {}\nis not\n  {}", cut(a), cut(b));
        }
        assert_eq!(actual.len(), expected.len(), "{what}");
    }
}

/// The files in another order, given by draws.
fn shuffled(mut files: Files, draws: &[Index]) -> Files {
    for (at, draw) in draws.iter().enumerate().take(files.len()) {
        let other = at + draw.index(files.len() - at);
        files.swap(at, other);
    }
    files
}

#[test]
fn the_sample_has_something_to_be_the_same() {
    let diagnosis = analyze_bytes(NAME, &tar(&dump(LINES)), &limits());
    let found = findings(&diagnosis).join("\n");
    for rule in ["pod-oomkilled", "node-not-ready", "coredns"] {
        assert!(found.contains(rule), "{rule} is not in\n{found}");
    }
    assert!(diagnosis.incidents.len() > 1);
    assert!(!diagnosis.unknown.listed.is_empty(), "no unknown errors");
    assert_eq!(diagnosis.bundle.format, "cluster-info-dump");
    assert_eq!(diagnosis.gaps, []);
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(NAME);
    fs::write(&path, tar(&dump(LINES))).unwrap();
    let run = |threads| bytes(&try_analyze(&path, &limits(), threads).unwrap());
    let one = run(1);
    for threads in [2, 8] {
        assert_same(&run(threads), &one, &format!("{threads} threads"));
    }
}

#[test]
fn the_number_of_threads_of_the_binary_changes_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    // More than one piece of the released size.
    let tar = tar(&dump(20_000));
    assert!(tar.len() > Limits::RELEASE.chunk_bytes);
    fs::write(folder.path().join(NAME), tar).unwrap();
    let run = |threads: &str| {
        let (html, json) = (format!("{threads}.html"), format!("{threads}.json"));
        let arguments = ["analyze", NAME, "-o", &html, "-o", &json];
        Command::new(env!("CARGO_BIN_EXE_bundlescope"))
            .current_dir(folder.path())
            .args(arguments)
            .args(["--threads", threads, "--fail-on", "never"])
            .assert()
            .success();
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        (read(&json), read(&html))
    };
    let one = run("1");
    for threads in ["2", "8"] {
        assert_same(&run(threads), &one, threads);
    }
}

#[test]
fn the_packing_changes_no_byte() {
    let files = dump(LINES);
    let tar = tar(&files);
    let expected = bytes_whatever_packed(analyze_bytes(NAME, &tar, &limits()));
    for (kind, archive) in [
        ("tar.gz", support::gzip(&tar)),
        ("tar.zst", support::zstd(&tar)),
        ("tar.xz", support::xz(&tar)),
        ("tar.bz2", support::bzip2(&tar)),
        ("zip", zip(&files)),
    ] {
        let actual = bytes_whatever_packed(analyze_bytes(NAME, &archive, &limits()));
        assert_same(&actual, &expected, kind);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(NAME);
    write_folder(&path, &files);
    let actual = try_analyze(&path, &limits(), 2).unwrap();
    assert_same(&bytes_whatever_packed(actual), &expected, "folder");
}

/// Zips of nodes in this order, in one tar, as a user collects them.
fn nodes(order: &[u8]) -> Files {
    let zip_of = |number: &u8| {
        let node = format!("aks-pool1-12345678-vmss00000{number}");
        let name = format!("2024-05-01T12-00-00Z/{node}/{node}.zip");
        (name, zip(&periscope_node(&node)))
    };
    order.iter().map(zip_of).collect()
}

/// The blobs that lie beside the zip of each node.
fn blobs(numbers: &[u8]) -> Files {
    let of_node = |number: &u8| {
        let node = format!("aks-pool1-12345678-vmss00000{number}");
        let loose = periscope_node(&node)
            .into_iter()
            .map(move |(name, content)| {
                let (_, key) = name.split_once('/').unwrap();
                (format!("2024-05-01T12-00-00Z/{node}/{key}"), content)
            });
        loose.collect::<Files>()
    };
    numbers.iter().flat_map(of_node).collect()
}

#[test]
fn the_order_of_the_zips_of_nodes_changes_no_byte() {
    let expected = analyze_bytes(NAME, &tar(&nodes(&[0, 1, 2])), &limits());
    assert_eq!(expected.bundle.format, "aks-periscope");
    assert!(!expected.findings.is_empty());
    let expected = bytes_whatever_packed(expected);
    for order in [[2, 1, 0], [1, 0, 2]] {
        for archive in [tar(&nodes(&order)), zip(&nodes(&order))] {
            let actual = bytes_whatever_packed(analyze_bytes(NAME, &archive, &limits()));
            assert_same(&actual, &expected, &format!("{order:?}"));
        }
    }
}

#[test]
fn the_blobs_beside_the_zips_of_nodes_are_not_counted_again() {
    let numbers = [0, 1, 2];
    let zipped = analyze_bytes(NAME, &tar(&nodes(&numbers)), &limits());
    let mut both = nodes(&numbers);
    both.extend(blobs(&numbers));
    let mut turned = both.clone();
    turned.reverse();
    let doubled = analyze_bytes(NAME, &tar(&both), &limits());
    assert_eq!(findings(&doubled), findings(&zipped));
    let turned = analyze_bytes(NAME, &tar(&turned), &limits());
    assert_same(
        &bytes_whatever_packed(turned),
        &bytes_whatever_packed(doubled),
        "blobs first",
    );
    let loose = analyze_bytes(NAME, &tar(&blobs(&numbers)), &limits());
    assert_eq!(findings(&loose), findings(&zipped));
}

proptest! {
    // Each case is a whole analysis.
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn the_order_of_entries_changes_no_byte(draws in proptest::collection::vec(any::<Index>(), 40)) {
        let files = dump(120);
        let expected = bytes_whatever_packed(analyze_bytes(NAME, &tar(&files), &limits()));
        let files = shuffled(files, &draws);
        for archive in [tar(&files), zip(&files)] {
            let actual = bytes_whatever_packed(analyze_bytes(NAME, &archive, &limits()));
            assert_same(&actual, &expected, "another order");
        }
    }
}

#[test]
fn the_order_of_entries_changes_no_byte_where_not_all_evidence_fits() {
    let mut files = dump(120);
    let mut kept = Vec::new();
    for evidence_bytes in [40_000, 20_000, 0] {
        let limits = Limits {
            evidence_bytes,
            ..limits()
        };
        let diagnosis = analyze_bytes(NAME, &tar(&files), &limits);
        let mut gaps = diagnosis.gaps.iter().map(|gap| gap.reason.to_string());
        let condensed =
            gaps.any(|gap| gap.contains("more was found than fits into the memory budget"));
        assert!(condensed, "{evidence_bytes} bytes hold everything");
        let expected = bytes_whatever_packed(diagnosis);
        files.reverse();
        let actual = bytes_whatever_packed(analyze_bytes(NAME, &tar(&files), &limits));
        assert_same(&actual, &expected, &format!("{evidence_bytes} bytes"));
        kept.push(expected.0.len());
    }
    assert!(kept.is_sorted_by(|a, b| a >= b), "{kept:?}");
}

#[test]
fn two_logs_of_one_name_are_two_logs_whichever_is_named_first() {
    let killed = |node: &str, hour: u32| {
        let line = |minute: u32| {
            format!(
                "2024-03-01T{hour:02}:{minute:02}:00Z {node} kernel: Memory cgroup out of memory: \
                 Killed process {minute} (java) total-vm:8123kB\n"
            )
        };
        (0..3).map(line).collect::<String>()
    };
    let folder = tempfile::tempdir().unwrap();
    for (name, hour) in [("a", 9), ("b", 4)] {
        fs::create_dir(folder.path().join(name)).unwrap();
        let log = folder.path().join(name).join("kernel.log");
        fs::write(log, killed(&format!("node-{name}"), hour)).unwrap();
    }
    let run = |inputs: [&str; 2]| {
        Command::new(env!("CARGO_BIN_EXE_bundlescope"))
            .current_dir(folder.path())
            .arg("analyze")
            .args(inputs)
            .args(["-o", "report.json", "--fail-on", "never"])
            .assert()
            .success();
        let text = fs::read_to_string(folder.path().join("report.json")).unwrap();
        let mut report: serde_json::Value = serde_json::from_str(&text).unwrap();
        report["tool"] = serde_json::Value::Null;
        report
    };
    let report = run(["a/kernel.log", "b/kernel.log"]);
    assert_eq!(report["bundle"]["name"], "a/kernel.log, b/kernel.log");
    assert_eq!(report, run(["b/kernel.log", "a/kernel.log"]));
}
