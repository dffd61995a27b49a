//! A table of hostile inputs, each built here: what it is, what is promised of it, what came of it.
//!
//! `cargo test --release --test it -- --ignored --nocapture table_of_hostile_inputs` prints it with
//! time and peak memory.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::cli::run;
use crate::support::{
    Files, RULES, bzip2, dump_stream, files, gzip, header, rendered, tar, try_analyze, xz, zip,
    zstd,
};
use bundlescope::diagnose::{Window, diagnose};
use bundlescope::evidence::Evidence;
use bundlescope::gap::{Gap, GapReason};
use bundlescope::ingest::{Input, InputFacts, Meter, fingerprint};
use bundlescope::limits::Limits;
use bundlescope::report::Format;
use bundlescope::{Settings, Workers, collect};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::sync::LazyLock;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

/// A line that a rule knows.
const FAILURE: &str =
    "adal: Refresh request failed: AADSTS7000222: The provided client secret keys are expired.\n";

/// Small bounds, so that small inputs reach them.
fn small() -> Limits {
    Limits {
        entry_bytes: 1 << 20,
        bundle_bytes: 2 << 20,
        entries: 200,
        depth: 4,
        nested_zip_bytes: 256 << 10,
        document_bytes: 256 << 10,
        chunk_bytes: 64 << 10,
        line_bytes: 16 << 10,
        ..Limits::RELEASE
    }
}

/// What is promised of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Promise {
    /// Everything is read, and nothing is missing.
    Whole,
    /// The known line is found, and something is said to be missing or odd.
    Told,
    /// Something is said to be missing; the known line is not among what can be read.
    Lost,
    /// It is no bundle, which is said in one line.
    Refused,
    /// Any of these, but an end in good order.
    Ends,
}

/// What came of an input.
struct Outcome {
    found: bool,
    gaps: Vec<String>,
    refused: Option<String>,
}

impl Outcome {
    /// In one word.
    fn word(&self) -> &'static str {
        match (&self.refused, self.found, self.gaps.is_empty()) {
            (Some(_), ..) => "refused",
            (None, true, true) => "whole",
            (None, true, false) => "told",
            (None, false, false) => "lost",
            (None, false, true) => "silent",
        }
    }

    /// Whether the promise is held.
    fn holds(&self, promise: Promise) -> bool {
        match promise {
            Promise::Whole => self.word() == "whole",
            Promise::Told => self.word() == "told",
            Promise::Lost => self.word() == "lost",
            Promise::Refused => self.word() == "refused",
            Promise::Ends => true,
        }
    }
}

/// One input.
struct Case {
    kind: &'static str,
    name: String,
    promise: Promise,
    bytes: Vec<u8>,
}

/// The threads of all runs.
static WORKERS: LazyLock<Workers> = LazyLock::new(|| Workers::start(2).unwrap());

/// The evidence of these bytes, as a file of this name.
fn read(name: &str, bytes: &[u8]) -> Result<(Evidence, Vec<InputFacts>), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    let meter = Meter::default();
    let settings = Settings {
        rules: &RULES,
        limits: &small(),
        workers: &WORKERS,
        meter: &meter,
    };
    let input = Input {
        name: name.to_owned(),
        path: Some(path),
    };
    collect(&[input], &settings).map_err(|error| error.to_string())
}

/// Reads and diagnoses an input.
fn outcome(bytes: &[u8]) -> Outcome {
    let (evidence, facts) = match read("x", bytes) {
        Ok(read) => read,
        Err(error) => {
            return Outcome {
                found: false,
                gaps: vec![],
                refused: Some(error),
            };
        }
    };
    let diagnosis = WORKERS.run(|| diagnose(evidence, facts, &RULES, Window::default()));
    let gaps = diagnosis.gaps.iter();
    let gaps: Vec<_> = gaps
        .map(|gap| format!("{}: {}", gap.locator, gap.reason))
        .collect();
    // A panic on a worker is a gap for the user, and a mistake for us.
    let failed = gaps.iter().find(|gap| gap.contains("the analyzer failed"));
    assert_eq!(failed, None);
    let mut found = diagnosis.findings.iter();
    Outcome {
        found: found.any(|finding| finding.rule == "azure-sp-secret-expired"),
        gaps,
        refused: None,
    }
}

/// The known line and something before it.
fn log() -> String {
    format!("I0301 14:02:10.000000 1 x.go:1] started\n{FAILURE}")
}

/// A tar of an entry and the known log.
fn beside(name: &str, content: &[u8]) -> Vec<u8> {
    tar(&vec![
        (name.to_owned(), content.to_vec()),
        ("z.log".to_owned(), log().into_bytes()),
    ])
}

/// A tar with an entry of this type and size before the known log.
fn entry(name: &[u8], kind: tar::EntryType, content: &[u8]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    builder
        .append(&header(name, content.len(), kind), content)
        .unwrap();
    let log = log();
    let last = header(b"z.log", log.len(), tar::EntryType::Regular);
    builder.append(&last, log.as_bytes()).unwrap();
    builder.into_inner().unwrap()
}

/// A zip of the known log, changed at a place behind the last mark of this kind.
fn zip_with(mark: &[u8], at: usize, value: &[u8]) -> Vec<u8> {
    let mut zip = zip(&files(&[("a.log", &log()), ("b.log", &log())]));
    let found = zip
        .windows(mark.len())
        .rposition(|window| window == mark)
        .unwrap();
    zip[found + at..found + at + value.len()].copy_from_slice(value);
    zip
}

/// Archives of each kind around these bytes, so many times.
fn nested(levels: usize, inner: Vec<u8>, around: fn(&Files) -> Vec<u8>) -> Vec<u8> {
    (0..levels).fold(inner, |inner, _| {
        around(&vec![
            ("beside.log".to_owned(), log().into_bytes()),
            ("inner".to_owned(), inner),
        ])
    })
}

/// Something in something, so many times, without building it by recursion.
fn deep(open: &str, middle: &str, close: &str, levels: usize) -> String {
    open.repeat(levels) + middle + &close.repeat(levels)
}

/// Adds a case.
fn add(cases: &mut Vec<Case>, kind: &'static str, name: &str, promise: Promise, bytes: Vec<u8>) {
    cases.push(Case {
        kind,
        name: name.to_owned(),
        promise,
        bytes,
    });
}

/// Every input.
fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    names(&mut all);
    tars(&mut all);
    zips(&mut all);
    streams(&mut all);
    bombs(&mut all);
    nesting(&mut all);
    documents(&mut all);
    texts(&mut all);
    all
}

/// Names that try to be more than names.
fn names(all: &mut Vec<Case>) {
    for (name, promise) in [
        ("../../etc/passwd", Promise::Told),
        ("/etc/shadow", Promise::Told),
        ("C:\\Windows\\win.ini", Promise::Told),
        ("\\\\server\\share\\x", Promise::Told),
        ("a/../../b", Promise::Told),
        ("./.", Promise::Told),
        ("a\u{1b}[2Jb", Promise::Told),
        ("a\nb\rc", Promise::Told),
        ("<script>alert(1)</script>", Promise::Whole),
        ("\u{202e}gpj.log", Promise::Whole),
        ("%s%n%x", Promise::Whole),
        ("$(reboot)", Promise::Whole),
        ("CON", Promise::Whole),
        ("a b  c ", Promise::Whole),
        ("pods.json", Promise::Whole),
    ] {
        add(
            all,
            "name",
            &format!("{name:?} in a tar"),
            promise,
            beside(name, b"x\n"),
        );
        let named = files(&[(name, "x\n"), ("z.log", &log())]);
        add(
            all,
            "name",
            &format!("{name:?} in a zip"),
            promise,
            zip(&named),
        );
    }
    let long = "n/".repeat(5_000) + "x";
    add(
        all,
        "name",
        "of 5,000 folders",
        Promise::Whole,
        beside(&long, b"x\n"),
    );
    let same: Files = (0..150)
        .map(|_| ("same.log".to_owned(), log().into_bytes()))
        .collect();
    add(
        all,
        "name",
        "150 times the same in a tar",
        Promise::Told,
        tar(&same),
    );
    let many: Files = (0..2_000)
        .map(|n| (format!("{n}.log"), log().into_bytes()))
        .collect();
    add(
        all,
        "name",
        "ten times the entries that are read, tar",
        Promise::Told,
        tar(&many),
    );
    add(
        all,
        "name",
        "ten times the entries that are read, zip",
        Promise::Told,
        zip(&many),
    );
}

/// Tars that are not what they say.
fn tars(all: &mut Vec<Case>) {
    use tar::EntryType as Kind;
    for (name, kind, content, promise) in [
        ("symbolic link", Kind::Symlink, &b""[..], Promise::Told),
        ("hard link", Kind::Link, b"", Promise::Told),
        ("device", Kind::Char, b"", Promise::Told),
        ("pipe", Kind::Fifo, b"", Promise::Told),
        ("unknown type", Kind::new(b'!'), b"abc\n", Promise::Told),
        (
            "directory with data",
            Kind::Directory,
            b"abc\n",
            Promise::Whole,
        ),
        (
            "global header",
            Kind::XGlobalHeader,
            b"9 comment\n",
            Promise::Whole,
        ),
        (
            "pax header of noise",
            Kind::XHeader,
            b"\xff\xfe\0noise",
            Promise::Ends,
        ),
        (
            "pax header of a size",
            Kind::XHeader,
            b"13 size=99999\n",
            Promise::Ends,
        ),
        (
            "long name without end",
            Kind::GNULongName,
            b"nnnn",
            Promise::Whole,
        ),
        (
            "long link",
            Kind::GNULongLink,
            b"/etc/passwd\0",
            Promise::Whole,
        ),
        (
            "sparse without a map",
            Kind::GNUSparse,
            b"abc\n",
            Promise::Ends,
        ),
    ] {
        add(all, "tar", name, promise, entry(b"x", kind, content));
    }
    let whole = beside("a.log", b"x\n");
    for (name, at, promise) in [
        ("bent first header", 0, Promise::Told),
        ("bent size", 124, Promise::Told),
        ("bent checksum", 150, Promise::Told),
        ("bent second header", 1024, Promise::Lost),
        ("bent end mark", whole.len() - 600, Promise::Told),
    ] {
        let mut bent = whole.clone();
        bent[at] ^= 0x10;
        add(all, "tar", name, promise, bent);
    }
    let mut huge = header(b"huge.log", 0, Kind::Regular);
    huge.set_size(1 << 40);
    huge.set_cksum();
    let huge = [huge.as_bytes(), log().as_bytes()].concat();
    add(
        all,
        "tar",
        "an entry of 1 TiB that is not there",
        Promise::Told,
        huge,
    );
    add(
        all,
        "tar",
        "without its end",
        Promise::Told,
        whole[..whole.len() - 1024].to_vec(),
    );
    add(
        all,
        "tar",
        "cut in an entry",
        Promise::Lost,
        whole[..whole.len() - 1500].to_vec(),
    );
    add(
        all,
        "tar",
        "two in a row",
        Promise::Told,
        [&whole[..], &beside("b.log", b"y\n")].concat(),
    );
    add(
        all,
        "tar",
        "noise behind its end",
        Promise::Told,
        [&whole[..], &[0xa5; 700]].concat(),
    );
    add(all, "tar", "zeros only", Promise::Refused, vec![0; 10_240]);
    add(all, "tar", "no entries", Promise::Refused, tar(&vec![]));
}

/// Zips that are not what they say.
fn zips(all: &mut Vec<Case>) {
    let (local, central, end) = (&b"PK\x03\x04"[..], &b"PK\x01\x02"[..], &b"PK\x05\x06"[..]);
    for (name, mark, at, value, promise) in [
        (
            "one of two members counted",
            end,
            8,
            &b"\x01\0\x01\0"[..],
            Promise::Told,
        ),
        ("no members counted", end, 8, b"\0\0\0\0", Promise::Told),
        (
            "more members than it has",
            end,
            8,
            b"\xff\x7f\xff\x7f",
            Promise::Told,
        ),
        (
            "directory somewhere else",
            end,
            16,
            b"\xff\xff\0\0",
            Promise::Ends,
        ),
        ("directory of no size", end, 12, b"\0\0\0\0", Promise::Told),
        ("on another disk", end, 4, b"\x07\0\x07\0", Promise::Ends),
        (
            "comment longer than the file",
            end,
            20,
            b"\xff\xff",
            Promise::Ends,
        ),
        ("no end", end, 0, b"XXXX", Promise::Told),
        ("no directory entry", central, 0, b"XXXX", Promise::Told),
        ("unknown compression", central, 10, b"\x63\0", Promise::Told),
        ("wrong checksum", central, 16, b"\0\0\0\0", Promise::Told),
        (
            "smaller than it is",
            central,
            24,
            b"\x04\0\0\0",
            Promise::Told,
        ),
        (
            "larger than it is",
            central,
            24,
            b"\xff\xff\0\0",
            Promise::Told,
        ),
        ("encrypted", central, 8, b"\x01\0", Promise::Told),
        (
            "member behind the end",
            central,
            42,
            b"\xff\xff\xff\0",
            Promise::Told,
        ),
        (
            "both members at one place",
            central,
            42,
            b"\0\0\0\0",
            Promise::Ends,
        ),
        ("no local header", local, 0, b"XXXX", Promise::Told),
        (
            "name longer than the file",
            local,
            26,
            b"\xff\xff",
            Promise::Told,
        ),
        (
            "noise for data",
            local,
            36,
            b"\xff\xff\xff\xff\xff\xff",
            Promise::Told,
        ),
    ] {
        add(all, "zip", name, promise, zip_with(mark, at, value));
    }
    let whole = zip(&files(&[("a.log", &log()), ("b.log", &log())]));
    add(
        all,
        "zip",
        "behind a stub",
        Promise::Whole,
        [b"#!/bin/sh\n".repeat(9000), whole.clone()].concat(),
    );
    add(
        all,
        "zip",
        "cut in its directory",
        Promise::Told,
        whole[..whole.len() - 30].to_vec(),
    );
    add(
        all,
        "zip",
        "cut in its second member",
        Promise::Told,
        whole[..whole.len() / 2].to_vec(),
    );
    add(
        all,
        "zip",
        "its end only",
        Promise::Refused,
        [&b"PK\x05\x06"[..], &[0; 18]].concat(),
    );
    let mut stored = zip::ZipWriter::new_stream(Vec::new());
    let options = zip::write::SimpleFileOptions::default();
    stored.start_file("a.log", options).unwrap();
    stored.write_all(log().repeat(50).as_bytes()).unwrap();
    let streamed = stored.finish().unwrap().into_inner();
    add(all, "zip", "streamed", Promise::Whole, streamed.clone());
    add(
        all,
        "zip",
        "streamed and cut",
        Promise::Told,
        streamed[..streamed.len() - 90].to_vec(),
    );
}

/// Compressed streams.
fn streams(all: &mut Vec<Case>) {
    type Encode = fn(&[u8]) -> Vec<u8>;
    // Enough that every codec has given something before half of it was read.
    let mut state = 1_u64;
    let mut text = log();
    for _ in 0..40_000 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        writeln!(text, "I0301 14:02:10.000000 1 x.go:1] {state:x}").unwrap();
    }
    let text = &text.as_bytes()[..1 << 20];
    let codecs: [(&str, Encode); 4] =
        [("gzip", gzip), ("zstd", zstd), ("xz", xz), ("bzip2", bzip2)];
    for (name, encode) in codecs {
        let packed = encode(text);
        let one = encode(log().as_bytes());
        add(
            all,
            "stream",
            &format!("{name}, cut in half"),
            Promise::Told,
            packed[..packed.len() / 2].to_vec(),
        );
        add(
            all,
            "stream",
            &format!("{name}, two in a row"),
            Promise::Whole,
            [&one[..], &one].concat(),
        );
        add(
            all,
            "stream",
            &format!("{name}, noise behind it"),
            Promise::Told,
            [&one[..], b"noise and more noise"].concat(),
        );
        add(
            all,
            "stream",
            &format!("{name}, first bytes only"),
            Promise::Ends,
            one[..6].to_vec(),
        );
        let mut bent = packed.clone();
        let middle = bent.len() / 2;
        bent[middle..middle + 32].fill(0xff);
        add(
            all,
            "stream",
            &format!("{name}, damaged in the middle"),
            Promise::Told,
            bent,
        );
        add(
            all,
            "stream",
            &format!("{name} of nothing"),
            Promise::Refused,
            encode(b""),
        );
        add(
            all,
            "stream",
            &format!("{name}, five times"),
            Promise::Told,
            beside("a", &(0..5).fold(one, |one, _| encode(&one))),
        );
    }
}

/// So many bytes of a log: the known line, and others that say nothing.
fn calm(bytes: usize) -> Vec<u8> {
    let lines = b"I0301 14:02:10.000000 1 x.go:1] nothing of note\n";
    let all = FAILURE.bytes().chain(lines.iter().copied().cycle());
    all.take(bytes).collect()
}

/// Little that becomes much.
fn bombs(all: &mut Vec<Case>) {
    let mebibyte = calm(1 << 20);
    let text = gzip(&mebibyte);
    add(all, "bomb", "8 MiB of text", Promise::Told, text.repeat(8));
    add(
        all,
        "bomb",
        "8 MiB of text beside a log",
        Promise::Told,
        beside("a", &text.repeat(8)),
    );
    add(
        all,
        "bomb",
        "64 MiB of zeros beside a log",
        Promise::Told,
        beside("a", &gzip(&vec![0; 1 << 20]).repeat(64)),
    );
    let many: Files = (0..6).map(|n| (format!("{n}.gz"), text.clone())).collect();
    add(all, "bomb", "6 streams in a tar", Promise::Told, tar(&many));
    add(all, "bomb", "6 streams in a zip", Promise::Told, zip(&many));
    add(
        all,
        "bomb",
        "6 streams in a zip in a tar",
        Promise::Told,
        beside("a", &zip(&many)),
    );
    let line = gzip(&vec![b'x'; 1 << 20]);
    add(
        all,
        "bomb",
        "one line of 8 MiB",
        Promise::Told,
        beside("a", &line.repeat(8)),
    );
    add(
        all,
        "bomb",
        "overlapping members",
        Promise::Told,
        overlapping(64, &mebibyte),
    );
}

/// A zip whose directory leads to one member again and again.
fn overlapping(times: usize, content: &[u8]) -> Vec<u8> {
    let one = zip(&vec![("k.log".to_owned(), content.to_vec())]);
    let central = one
        .windows(4)
        .rposition(|window| window == b"PK\x01\x02")
        .unwrap();
    let end = one
        .windows(4)
        .rposition(|window| window == b"PK\x05\x06")
        .unwrap();
    let directory = one[central..end].repeat(times);
    let mut record = one[end..].to_vec();
    let count = u16::try_from(times).unwrap().to_le_bytes();
    record[8..10].copy_from_slice(&count);
    record[10..12].copy_from_slice(&count);
    record[12..16].copy_from_slice(&u32::try_from(directory.len()).unwrap().to_le_bytes());
    [&one[..central], &directory, &record].concat()
}

/// Archives in archives, and documents in documents.
fn nesting(all: &mut Vec<Case>) {
    let log = log().into_bytes();
    for (name, around) in [("tars", tar as fn(&Files) -> Vec<u8>), ("zips", zip)] {
        let at_limit = nested(4, log.clone(), around);
        add(
            all,
            "nesting",
            &format!("4 {name}"),
            Promise::Whole,
            at_limit,
        );
        let beyond = nested(40, log.clone(), around);
        add(all, "nesting", &format!("40 {name}"), Promise::Told, beyond);
    }
    let levels = 100_000;
    for (name, file, content) in [
        ("arrays", "pods.json", deep("[", "1", "]", levels)),
        ("objects", "pods.json", deep("{\"a\":", "1", "}", levels)),
        (
            "lists of lists",
            "pods.json",
            deep("{\"kind\":\"List\",\"items\":[", "", "]}", 20_000),
        ),
        (
            "items",
            "pods.json",
            format!(
                "{{\"kind\":\"PodList\",\"items\":[{}]}}",
                deep("{\"spec\":", "1", "}", levels)
            ),
        ),
        ("open brackets", "pods.json", "[".repeat(levels)),
        ("open braces", "pods.json", "{\"kind\":".repeat(levels)),
        (
            "flow sequences",
            "pods.yaml",
            format!("kind: Pod\na: {}\n", deep("[", "1", "]", levels)),
        ),
        (
            "flow mappings",
            "pods.yaml",
            format!("kind: Pod\na: {}\n", deep("{a: ", "1", "}", levels)),
        ),
        ("block mappings", "pods.yaml", block(800, "a:")),
        (
            "block sequences",
            "pods.yaml",
            format!("kind: Pod\na: {}1\n", "- ".repeat(levels)),
        ),
        (
            "questions",
            "pods.yaml",
            format!("kind: Pod\n{}\n", "? ".repeat(levels)),
        ),
        ("anchors", "pods.yaml", laughs()),
        (
            "sections of a description",
            "pods.txt",
            format!("Name: a\n{}", block(800, "Part:")),
        ),
        (
            "a JSON line",
            "kubelet.log",
            deep("{\"msg\":", "1", "}", 3_000) + "\n",
        ),
        (
            "a JSON text in a JSON line",
            "kubelet.log",
            escaped(10) + "\n",
        ),
        (
            "brackets in a line",
            "kubelet.log",
            deep("err=\"a ", "x", "\"", 2_000) + "\n",
        ),
        (
            "parentheses in a line",
            "kubelet.log",
            format!(
                "E0301 14:02:10.000000 1 x.go:1] {} failed\n",
                deep("(", "x", ")", 6_000)
            ),
        ),
        (
            "errors in a line",
            "kubelet.log",
            format!(
                "E0301 14:02:10.000000 1 x.go:1] {}failed\n",
                "error: ".repeat(2_000)
            ),
        ),
        (
            "a table of many columns",
            "pods.txt",
            format!("NAME{}\na\n", "   COLUMN".repeat(20_000)),
        ),
        (
            "a dump within a dump",
            "dump.txt",
            "==== START logs for container a of pod b/c ====\n".repeat(5_000),
        ),
    ] {
        add(
            all,
            "nesting",
            name,
            Promise::Ends,
            beside(&format!("shop/{file}"), content.as_bytes()),
        );
        add(
            all,
            "nesting",
            &format!("{name}, alone"),
            Promise::Ends,
            content.into_bytes(),
        );
    }
}

/// Lines, each further in than the last.
fn block(levels: usize, line: &str) -> String {
    let mut text = String::from("kind: Pod\n");
    for level in 0..levels {
        text.push_str(&"  ".repeat(level));
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// Names for lists of names for lists.
fn laughs() -> String {
    let mut text = String::from("kind: Pod\na0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for level in 1..12 {
        let names = vec![format!("*a{}", level - 1); 9].join(",");
        writeln!(text, "a{level}: &a{level} [{names}]").unwrap();
    }
    text
}

/// A text in a text in a text.
fn escaped(levels: usize) -> String {
    let wrap = |inner: String, _| serde_json::json!({ "msg": inner }).to_string();
    (0..levels).fold("x".to_owned(), wrap)
}

/// Documents that break off, lie or repeat.
fn documents(all: &mut Vec<Case>) {
    let pod = r#"{"kind":"Pod","metadata":{"name":"a","namespace":"b"}}"#;
    for (name, content) in [
        ("open documents", "{\"kind\": \"PodList\", \"items\": [\n".repeat(5_000)),
        ("a list cut in an item", format!("{{\"kind\":\"PodList\",\"items\":[{pod},{}", &pod[..20])),
        ("twenty thousand pods of one name", format!("{{\"kind\":\"PodList\",\"items\":[{}{pod}]}}", format!("{pod},").repeat(2_000))),
        ("numbers beyond all numbers", r#"{"kind":"Pod","metadata":{"name":"a","generation":1e999999},"status":{"x":-99999999999999999999999}}"#.to_owned()),
        ("times that are none", r#"{"kind":"Event","metadata":{"name":"a"},"lastTimestamp":"9999-99-99T99:99:99Z","count":-5}"#.to_owned()),
        ("half a surrogate", r#"{"kind":"Pod","metadata":{"name":"\ud800","namespace":"\udc00x"}}"#.to_owned()),
        ("a name of a megabyte", format!(r#"{{"kind":"Pod","metadata":{{"name":"{}"}}}}"#, "n".repeat(200_000))),
        ("the same key again and again", format!("{{{}\"kind\":\"Pod\"}}", "\"kind\":\"Pod\",".repeat(10_000))),
        ("an owner of itself", r#"{"kind":"Pod","metadata":{"name":"a","uid":"u","ownerReferences":[{"kind":"Pod","name":"a","uid":"u"}]}}"#.to_owned()),
    ] {
        let promise = Promise::Ends;
        add(all, "document", name, promise, beside("shop/pods.json", content.as_bytes()));
    }
}

/// Texts.
fn texts(all: &mut Vec<Case>) {
    let utf16: Vec<u8> = log().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let line = FAILURE.trim_end();
    for (name, bytes, promise) in [
        ("nothing", vec![], Promise::Refused),
        ("one byte", b"x".to_vec(), Promise::Ends),
        ("line ends only", b"\n".repeat(100_000), Promise::Ends),
        (
            "returns for line ends",
            format!("a\r{line}\rb\r").into_bytes(),
            Promise::Whole,
        ),
        ("UTF-16", utf16.clone(), Promise::Whole),
        (
            "UTF-16 with a byte too few",
            utf16[..utf16.len() - 1].to_vec(),
            Promise::Whole,
        ),
        (
            "UTF-16 behind single bytes",
            [log().as_bytes(), &utf16].concat(),
            Promise::Whole,
        ),
        (
            "bytes that are no text",
            [b"\xff\xfe\xfd\xfc ok\n".repeat(50), log().into_bytes()].concat(),
            Promise::Ends,
        ),
        (
            "zeros within",
            [log().as_bytes(), &[0; 100], log().as_bytes()].concat(),
            Promise::Whole,
        ),
        (
            "a line of a megabyte",
            format!("{}\n{}", "x".repeat(1_000_000), log()).into_bytes(),
            Promise::Told,
        ),
        (
            "a line of a megabyte with a known part",
            format!("{line}{}\n", "x".repeat(900_000)).into_bytes(),
            Promise::Told,
        ),
        (
            "random bytes",
            (0..20_000_u32)
                .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
                .collect(),
            Promise::Ends,
        ),
        (
            "a core dump",
            [b"\x7fELF\x02".to_vec(), vec![7; 5_000]].concat(),
            Promise::Refused,
        ),
        (
            "a 7z",
            b"7z\xbc\xaf\x27\x1c\0\x04".repeat(100),
            Promise::Refused,
        ),
        (
            "terminal sequences",
            format!("\u{1b}[2J\u{1b}]0;x\u{7}{}", log()).into_bytes(),
            Promise::Whole,
        ),
        (
            "years that never were",
            "9999-99-99T99:99:99Z x\n0000-00-00 00:00:00 y\n"
                .repeat(500)
                .into_bytes(),
            Promise::Ends,
        ),
    ] {
        add(all, "text", name, promise, bytes);
    }
}

#[test]
fn every_hostile_input_keeps_its_promise() {
    let cases = cases();
    assert!(cases.len() >= 100, "{}", cases.len());
    let mut broken = String::new();
    for case in &cases {
        let outcome = outcome(&case.bytes);
        if !outcome.holds(case.promise) {
            let said = outcome.refused.clone().unwrap_or(outcome.gaps.join("; "));
            let (kind, name, promise) = (case.kind, &case.name, case.promise);
            writeln!(
                broken,
                "{kind}, {name}: {promise:?}, is {}: {said:.300}",
                outcome.word()
            )
            .unwrap();
        }
        if let Some(said) = &outcome.refused {
            assert_eq!(said.lines().count(), 1, "{}: {said}", case.name);
        }
    }
    assert!(broken.is_empty(), "{broken}");
}

#[test]
#[ignore = "prints times and memory, which are another machine's and fail nothing"]
fn table_of_hostile_inputs() {
    println!(
        "{:9} {:46} {:8} {:8} {:>8} {:>9}",
        "kind", "input", "promise", "outcome", "ms", "peak MiB"
    );
    for case in cases() {
        // Forgets the peak of the cases before, where the system can.
        let _ = fs::write("/proc/self/clear_refs", "5");
        let begin = Instant::now();
        let outcome = outcome(&case.bytes);
        let ms = begin.elapsed().as_millis();
        let promise = format!("{:?}", case.promise).to_lowercase();
        println!(
            "{:9} {:46} {promise:8} {:8} {ms:8} {:>9}",
            case.kind,
            case.name,
            outcome.word(),
            peak()
        );
        assert!(outcome.holds(case.promise), "{}", case.name);
    }
}

/// The most memory that this process had, in MiB.
fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.map_or("-".to_owned(), |kib| (kib >> 10).to_string())
}

/// The containers that are cut and bent, and whether every cut of them can be seen.
fn containers() -> Vec<(&'static str, Vec<u8>)> {
    let logs: Files = (0..4)
        .map(|n| {
            (
                format!("{n}.log"),
                format!("{n} {FAILURE}").repeat(60).into_bytes(),
            )
        })
        .collect();
    let plain = tar(&logs);
    vec![
        ("tar.gz", gzip(&plain)),
        ("tar.zst", zstd(&plain)),
        ("tar.xz", xz(&plain)),
        ("tar.bz2", bzip2(&plain)),
        ("zip", zip(&logs)),
        ("zip in tar", tar(&vec![("a.zip".to_owned(), zip(&logs))])),
        ("tar", plain),
        ("stream", dump_stream(30)),
    ]
}

/// Fifty places of a container, the same ones every time.
fn places(length: usize) -> impl Iterator<Item = usize> {
    let mut state = 88_172_645_463_325_252_u64;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % length as u64).unwrap()
    })
    .take(50)
}

#[test]
fn every_cut_of_a_container_is_told() {
    for (name, bytes) in containers() {
        for cut in places(bytes.len()) {
            // Zeros at the end of a tar are no content; a stream of text may end between two parts.
            let padding = bytes[cut..].iter().all(|byte| *byte == 0);
            match read("x", &bytes[..cut]) {
                Err(said) => assert_eq!(said.lines().count(), 1, "{name} cut at {cut}: {said}"),
                Ok((evidence, _)) => {
                    // Of a few bytes nobody tells what they were.
                    let told = !evidence.gaps.is_empty() || cut < 16;
                    assert!(told || padding || name == "stream", "{name} cut at {cut}");
                }
            }
        }
    }
}

#[test]
fn no_bent_byte_of_a_container_is_a_panic() {
    for (name, bytes) in containers() {
        for place in places(bytes.len()) {
            let mut bent = bytes.clone();
            bent[place] ^= 1 << (place % 8);
            if let Ok((evidence, _)) = read("x", &bent) {
                let failed = evidence
                    .gaps
                    .iter()
                    .find(|gap| gap.reason.to_string().contains("failed on it"));
                assert_eq!(failed, None, "{name} bent at {place}");
            }
        }
    }
}

#[test]
fn what_is_over_the_bytes_of_a_run_is_the_same_whatever_the_threads() {
    let content = calm(128 << 10);
    let limits = Limits {
        bundle_bytes: 384 << 10,
        ..small()
    };
    let bomb = |n: usize| (format!("{n}.gz"), gzip(&content));
    let bombs: Files = (0..12).map(bomb).collect();
    let inner: Files = (0..12)
        .map(|n| (format!("{n}.zip"), zip(&vec![bomb(n)])))
        .collect();
    for archive in [zip(&bombs), tar(&bombs), tar(&inner), zip(&inner)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        fs::write(&path, &archive).unwrap();
        let reports: Vec<_> = [1, 2, 8]
            .into_iter()
            .map(|threads| {
                let diagnosis = try_analyze(&path, &limits, threads).unwrap();
                let limit = |gap: &Gap| matches!(gap.reason, GapReason::Limit { .. });
                assert!(diagnosis.gaps.iter().any(limit));
                rendered(&diagnosis, Format::Json)
            })
            .collect();
        assert!(reports.iter().all(|report| *report == reports[0]));
        let hash = fingerprint("x", &path, &AtomicU64::new(0)).unwrap().sha256;
        assert!(
            reports[0].contains(&hash),
            "the hash is that of the whole file"
        );
    }
}

#[test]
fn bounds_may_be_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let text = calm(2 << 20);
    let logs: Files = (0..5).map(|n| (format!("{n}.log"), text.clone())).collect();
    fs::write(folder.path().join("x.tgz"), gzip(&tar(&logs))).unwrap();
    for (arguments, says) in [
        (&[][..], ""),
        (
            &["--max-bytes", "3M"],
            "over the limit of 3 MiB decompressed",
        ),
        (&["--max-entries", "2"], "over the limit of 2 entries"),
    ] {
        let all = [
            &["analyze", "x.tgz", "-o", "-", "--format", "json"],
            arguments,
        ]
        .concat();
        let output = run(folder.path(), &all);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let gaps = report["gaps"].as_array().unwrap();
        let said = gaps
            .iter()
            .any(|gap| gap["reason"].as_str().unwrap().contains(says));
        assert_eq!(said, !says.is_empty(), "{arguments:?}: {gaps:?}");
    }
}
