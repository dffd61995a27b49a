//! Archives as an attacker, a full disk or an honest collector writes them. All are built here, so
//! that a reader sees what is hostile about each.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use bundlescope::gap::{Gap, GapReason};
use bundlescope::ingest::{Chunk, Cut, IngestError, Input, InputFacts, Meter, Reader, Work};
use bundlescope::limits::Limits;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::Ordering;
use tempfile::TempDir;

/// What one run read.
#[derive(Debug)]
struct Run {
    facts: Result<InputFacts, IngestError>,
    chunks: Vec<Chunk>,
    gaps: Vec<Gap>,
}

impl Run {
    /// Text of every entry by its whole name, its pieces in order.
    fn texts(&self) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::<_, String>::new();
        for chunk in &self.chunks {
            let text = String::from_utf8_lossy(&chunk.bytes[chunk.body.clone()]);
            texts
                .entry(chunk.path.to_string())
                .or_default()
                .push_str(&text);
        }
        texts
    }

    /// Names of all entries with text.
    fn names(&self) -> Vec<String> {
        self.texts().into_keys().collect()
    }

    /// Locator and words of all gaps.
    fn gaps(&self) -> Vec<String> {
        let said = self.gaps.iter();
        said.map(|gap| format!("{}: {}", gap.locator, gap.reason))
            .collect()
    }

    /// Whether a gap at this place is of this kind.
    fn has(&self, at: &str, is: impl Fn(&GapReason) -> bool) -> bool {
        let mut gaps = self.gaps.iter();
        gaps.any(|gap| gap.locator.to_string() == at && is(&gap.reason))
    }
}

/// Reads `path`, all deferred entries opened afterwards, backwards: their order must not matter.
fn read(path: &Path, limits: &Limits) -> Run {
    let meter = Meter::default();
    let reader = Reader {
        limits,
        cut: &|_, _| Cut::Lines,
        meter: &meter,
    };
    let input = Input {
        name: path.file_name().unwrap().to_string_lossy().into_owned(),
        path: Some(path.to_owned()),
    };
    let (mut chunks, mut gaps, mut deferred) = (Vec::new(), Vec::new(), Vec::new());
    let facts = reader.read(&input, &mut |work| {
        match work {
            Work::Chunk(chunk) => chunks.push(chunk),
            Work::Gap(gap) => gaps.push(gap),
            Work::Deferred(entry) => deferred.push(entry),
        }
        ControlFlow::Continue(())
    });
    for entry in deferred.into_iter().rev() {
        reader.open(entry, &mut |work| {
            match work {
                Work::Chunk(chunk) => chunks.push(chunk),
                Work::Gap(gap) => gaps.push(gap),
                Work::Deferred(entry) => panic!("{entry:?} was deferred twice"),
            }
            ControlFlow::Continue(())
        });
    }
    chunks.sort_by(|a, b| (&a.path, a.piece).cmp(&(&b.path, b.piece)));
    gaps.sort();
    if let Ok(facts) = &facts {
        assert!(meter.read.load(Ordering::Relaxed) <= facts.bytes);
    }
    Run {
        facts,
        chunks,
        gaps,
    }
}

/// Writes `bytes` as a file of this name and reads it.
fn read_bytes(name: &str, bytes: &[u8], limits: &Limits) -> Run {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    read(&path, limits)
}

/// A tar header with a raw name, which the builder would refuse.
fn header(name: &[u8], size: usize, kind: tar::EntryType) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_size(size as u64);
    header.set_mtime(1_700_000_000);
    header.set_mode(0o644);
    header.set_entry_type(kind);
    header.set_cksum();
    header
}

/// A tar of plain files.
fn tar_of<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let header = header(name.as_bytes(), content.len(), tar::EntryType::Regular);
        builder.append(&header, content).unwrap();
    }
    builder.into_inner().unwrap()
}

/// A zip of plain files.
fn zip_of<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// One gzip member.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A log of many lines.
fn log(lines: usize) -> Vec<u8> {
    (1..=lines)
        .flat_map(|n| {
            format!("I1129 18:33:25.{n:06}    2983 file.go:123] message {n}\r\n").into_bytes()
        })
        .collect()
}

/// Places of a four-byte mark.
fn marks(bytes: &[u8], mark: [u8; 4]) -> Vec<usize> {
    let windows = bytes.windows(4).enumerate();
    windows
        .filter(|(_, window)| *window == mark)
        .map(|(at, _)| at)
        .collect()
}

/// Small pieces, everything else as released.
fn small_pieces() -> Limits {
    Limits {
        chunk_bytes: 3000,
        ..Limits::RELEASE
    }
}

/// What must be the same of a chunk, whatever it came in.
fn identity(chunk: &Chunk) -> String {
    format!(
        "{} {} {} {} {:?} {:?}",
        chunk.path.inner(),
        chunk.piece,
        chunk.last,
        chunk.first_line,
        chunk.body,
        String::from_utf8_lossy(&chunk.bytes)
    )
}

#[test]
fn the_same_files_give_the_same_pieces_from_a_folder_and_every_archive() {
    let big = log(3000);
    let files: [(&str, &[u8]); 4] = [
        ("a/empty", b""),
        ("a/kubelet", &big),
        ("b", b"one line without an end"),
        ("c/large", &log(5000)),
    ];
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("bundle");
    for (name, content) in files {
        let path = tree.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let limits = small_pieces();
    let expected: Vec<_> = read(&tree, &limits).chunks.iter().map(identity).collect();
    assert!(expected.len() > 100);
    let tar = tar_of(files);
    let archives = [
        ("tar.gz", gzip(&tar)),
        ("tar.zst", zstd::encode_all(&tar[..], 1).unwrap()),
        ("tar", tar),
        ("zip", zip_of(files)),
        ("gz with a zip", gzip(&zip_of(files))),
    ];
    for (kind, bytes) in archives {
        let run = read_bytes("bundle", &bytes, &limits);
        let found: Vec<_> = run.chunks.iter().map(identity).collect();
        assert!(run.gaps.is_empty(), "{kind}: {:?}", run.gaps());
        assert_eq!(found, expected, "{kind}");
    }
}

#[test]
fn entries_are_named_by_the_way_down_to_them() {
    let inner = zip_of([("systemlogs/kubelet", &b"x\n"[..])]);
    let tgz = gzip(&tar_of([("sys/dmesg", &b"y\n"[..])]));
    let files: [(&str, &[u8]); 3] = [
        ("nodes/node1.zip", &inner),
        ("./sysinfo.tgz", &tgz),
        ("kubelet.gz", &gzip(b"z\n")),
    ];
    let names = [
        "!kubelet.gz",
        "!nodes/node1.zip!systemlogs/kubelet",
        "!sysinfo.tgz!sys/dmesg",
    ];
    for bytes in [tar_of(files), zip_of(files), gzip(&tar_of(files))] {
        let run = read_bytes("b", &bytes, &Limits::RELEASE);
        assert_eq!(run.names(), names.map(|name| format!("b{name}")));
        assert!(run.gaps.is_empty(), "{:?}", run.gaps());
    }
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("d");
    fs::create_dir(&tree).unwrap();
    fs::write(tree.join("in.zip"), &inner).unwrap();
    fs::write(tree.join("k.gz"), gzip(b"z\n")).unwrap();
    let run = read(&tree, &Limits::RELEASE);
    assert_eq!(run.names(), ["d/in.zip!systemlogs/kubelet", "d/k.gz"]);
    let run = read_bytes("foo.log.gz", &gzip(b"z\n"), &Limits::RELEASE);
    assert_eq!(run.names(), ["foo.log.gz"]);
}

#[test]
fn archives_nested_too_deep_are_a_gap() {
    let mut bytes = tar_of([("log", &b"deep\n"[..])]);
    for _ in 0..3 {
        bytes = tar_of([("t", &bytes[..])]);
    }
    for (depth, found) in [(3, 1), (2, 0)] {
        let limits = Limits {
            depth,
            ..Limits::RELEASE
        };
        let run = read_bytes("b", &bytes, &limits);
        assert_eq!(run.chunks.len(), found);
        assert_eq!(run.gaps.len(), 1 - found);
    }
    let mut bytes = b"text\n".to_vec();
    for _ in 0..9 {
        bytes = gzip(&bytes);
    }
    let run = read_bytes("b", &bytes, &Limits::RELEASE);
    assert_eq!(run.gaps(), ["b: over the limit of 5 nested archives"]);
}

#[test]
fn hostile_names_are_read_under_neutral_ones() {
    let names: [&[u8]; 4] = [b"../../etc/passwd", b"/abs", b"C:\\x", b"a\x07b"];
    let mut builder = tar::Builder::new(Vec::new());
    for name in names {
        let header = header(name, 2, tar::EntryType::Regular);
        builder.append(&header, &b"x\n"[..]).unwrap();
    }
    let run = read_bytes("b", &builder.into_inner().unwrap(), &Limits::RELEASE);
    assert_eq!(
        run.names(),
        ["b!../../etc/passwd", "b!C:\\x", "b!a\u{7}b", "b!abs"]
    );
    assert_eq!(run.gaps.len(), 4);
    assert!(run.gaps.iter().all(|g| g.reason == GapReason::HostileName));
    let run = read_bytes(
        "b",
        &zip_of([
            ("../up", &b"x\n"[..]),
            ("__MACOSX/._up", b"m"),
            ("d/.DS_Store", b"m"),
        ]),
        &Limits::RELEASE,
    );
    assert_eq!(run.names(), ["b!../up"]);
    assert_eq!(run.gaps.len(), 1);
}

#[test]
fn two_entries_of_one_name_are_both_read() {
    let tar = tar_of([("a", &b"first\n"[..]), ("./a", b"second\n")]);
    let mut zip = zip_of([("a", &b"first\n"[..]), ("b", b"second\n")]);
    for mark in [b"PK\x03\x04", b"PK\x01\x02"] {
        let at = marks(&zip, *mark)[1];
        let name = at + if mark == b"PK\x03\x04" { 30 } else { 46 };
        zip[name] = b'a';
    }
    for bytes in [tar, zip] {
        let run = read_bytes("x", &bytes, &Limits::RELEASE);
        let texts: Vec<_> = run.texts().into_iter().collect();
        assert_eq!(texts[0], ("x!a".to_owned(), "first\n".to_owned()));
        assert_eq!(texts[1], ("x!a#2".to_owned(), "second\n".to_owned()));
        assert!(run.has("x!a#2", |r| *r == GapReason::DuplicateName));
    }
}

#[test]
fn links_and_devices_are_said_and_never_followed() {
    let mut builder = tar::Builder::new(Vec::new());
    for kind in [
        tar::EntryType::Symlink,
        tar::EntryType::Link,
        tar::EntryType::Fifo,
        tar::EntryType::Block,
    ] {
        let mut header = header(b"x", 0, kind);
        header.set_link_name("/etc/passwd").unwrap();
        header.set_cksum();
        builder.append(&header, &b""[..]).unwrap();
    }
    let run = read_bytes("b", &builder.into_inner().unwrap(), &Limits::RELEASE);
    assert!(run.chunks.is_empty() && run.facts.is_ok());
    let words = run.gaps().join("\n");
    for what in [
        "symbolic link to /etc/passwd",
        "hard link",
        "pipe",
        "block device",
    ] {
        assert!(words.contains(what), "{words}");
    }
}

#[cfg(unix)]
#[test]
fn links_of_a_folder_are_never_followed() {
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("d");
    fs::create_dir(&tree).unwrap();
    fs::write(folder.path().join("secret"), "secret\n").unwrap();
    fs::write(tree.join("a"), "a\n").unwrap();
    std::os::unix::fs::symlink("../secret", tree.join("link")).unwrap();
    std::os::unix::fs::symlink("..", tree.join("loop")).unwrap();
    let run = read(&tree, &Limits::RELEASE);
    assert_eq!(run.names(), ["d/a"]);
    assert_eq!(
        run.gaps(),
        [
            "d/link: symbolic link to ../secret, not followed",
            "d/loop: symbolic link to .., not followed"
        ]
    );
}

#[test]
fn a_cut_archive_gives_what_came_before_the_cut() {
    let second = log(20_000);
    let tar = tar_of([("first", &b"whole\n"[..]), ("second", &second)]);
    let packed = gzip(&tar);
    for bytes in [&packed[..packed.len() / 2], &tar[..tar.len() / 2]] {
        let run = read_bytes("b", bytes, &Limits::RELEASE);
        let texts = run.texts();
        assert_eq!(texts["b!first"], "whole\n");
        assert!(texts["b!second"].len() > 1000);
        assert!(second.starts_with(texts["b!second"].as_bytes()));
        let last = run.chunks.last().unwrap();
        assert!(last.last);
        assert!(run.has("b!second", |r| matches!(r, GapReason::Damaged { .. })));
        assert!(run.has("b", |r| matches!(r, GapReason::Damaged { .. })));
        assert!(run.facts.is_ok());
    }
    let zip = zip_of([("first", &b"whole\n"[..]), ("second", &second)]);
    let run = read_bytes("b", &zip[..zip.len() / 2], &Limits::RELEASE);
    assert_eq!(run.texts()["b!first"], "whole\n");
    assert!(run.texts()["b!second"].len() > 1000);
    assert!(run.has("b", |r| matches!(r, GapReason::Damaged { .. })));
}

#[test]
fn a_damaged_member_is_a_gap_and_the_others_are_read() {
    let content = log(2000);
    let mut zip = zip_of([("a", &content[..]), ("b", b"fine\n")]);
    let middle = marks(&zip, *b"PK\x03\x04")[1] / 2;
    zip[middle] ^= 0x55;
    let run = read_bytes("x", &zip, &Limits::RELEASE);
    assert_eq!(run.texts()["x!b"], "fine\n");
    assert!(run.has("x!a", |r| matches!(r, GapReason::Damaged { .. })));
    // A wrong checksum alone: the text is kept.
    let mut zip = zip_of([("a", &content[..])]);
    let central = marks(&zip, *b"PK\x01\x02")[0];
    zip[central + 16] ^= 1;
    let run = read_bytes("x", &zip, &Limits::RELEASE);
    assert_eq!(run.texts()["x!a"].as_bytes(), content);
    assert!(run.has("x!a", |r| matches!(r, GapReason::Damaged { .. })));
}

#[test]
fn a_member_that_states_a_smaller_size_is_damaged() {
    let content = log(2000);
    let mut zip = zip_of([("a", &content[..])]);
    let central = marks(&zip, *b"PK\x01\x02")[0];
    zip[central + 24..central + 28].copy_from_slice(&1000u32.to_le_bytes());
    let run = read_bytes("x", &zip, &Limits::RELEASE);
    let text = run.texts().remove("x!a").unwrap_or_default();
    assert!(text.len() <= 1000, "{}", text.len());
    assert_eq!(run.gaps.len(), 1, "{:?}", run.gaps());
}

#[test]
fn encrypted_members_are_said_and_a_zip_of_nothing_else_is_wrong_use() {
    let plain = zip_of([("a", &b"one\n"[..]), ("b", b"two\n")]);
    let encrypt = |count: usize| {
        let mut zip = plain.clone();
        for (mark, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
            for at in marks(&plain, *mark).into_iter().take(count) {
                zip[at + flags] |= 1;
            }
        }
        zip
    };
    let run = read_bytes("x", &encrypt(1), &Limits::RELEASE);
    assert_eq!(run.names(), ["x!b"]);
    assert!(run.has("x!a", |r| *r == GapReason::Encrypted));
    let run = read_bytes("x", &encrypt(2), &Limits::RELEASE);
    assert!(matches!(run.facts, Err(IngestError::Encrypted { .. })));
    let tar = tar_of([("x.zip", &encrypt(2)[..]), ("log", b"z\n")]);
    let run = read_bytes("t", &tar, &Limits::RELEASE);
    assert_eq!(run.names(), ["t!log"]);
    assert!(run.has("t!x.zip!a", |r| *r == GapReason::Encrypted));
}

#[test]
fn a_bomb_ends_at_its_limit() {
    let limits = Limits {
        entry_bytes: 1 << 20,
        bundle_bytes: 4 << 20,
        entries: 100,
        chunk_bytes: 64 << 10,
        ..Limits::RELEASE
    };
    let is_limit = |r: &GapReason| matches!(r, GapReason::Limit { .. });
    let blanks = vec![b' '; 5 << 20];
    // One long line, one long text, and zeros, which are not even text.
    let run = read_bytes("b", &gzip(&blanks), &limits);
    assert!(run.has("b", is_limit), "{:?}", run.gaps());
    let run = read_bytes("b", &gzip(&log(30_000)), &limits);
    assert!(run.has("b", is_limit), "{:?}", run.gaps());
    assert_eq!(run.texts()["b"].len(), 1 << 20);
    let zeros = tar_of([("z", &vec![0; 5 << 20][..]), ("after", b"x\n")]);
    let run = read_bytes("b", &gzip(&zeros), &limits);
    assert!(run.has("b", is_limit) && run.has("b!z", |r| *r == GapReason::Binary));
    // Bombs inside a zip, and inside that again.
    let bomb = gzip(&blanks);
    let nested = zip_of([("a.gz", &bomb[..])]);
    let run = read_bytes(
        "b",
        &zip_of([("n.zip", &nested[..]), ("c.gz", &bomb)]),
        &limits,
    );
    assert!(run.has("b!n.zip!a.gz", is_limit), "{:?}", run.gaps());
    assert!(run.has("b!c.gz", is_limit));
    // Very many entries.
    let names: Vec<_> = (0..500).map(|n| format!("e{n}")).collect();
    let files = || names.iter().map(|name| (name.as_str(), &b"x\n"[..]));
    for bytes in [tar_of(files()), zip_of(files())] {
        let run = read_bytes("b", &bytes, &limits);
        assert_eq!(run.chunks.len(), 100);
        assert_eq!(run.gaps(), ["b: over the limit of 100 entries"]);
    }
}

#[test]
fn a_long_name_of_a_tar_is_not_held_without_end() {
    let mut builder = tar::Builder::new(Vec::new());
    let name = vec![b'n'; 2 << 20];
    let long = header(b"././@LongLink", name.len(), tar::EntryType::GNULongName);
    builder.append(&long, &name[..]).unwrap();
    let run = read_bytes("b", &gzip(&builder.into_inner().unwrap()), &Limits::RELEASE);
    assert_eq!(
        run.gaps(),
        ["b: over the limit of 1 MiB of headers between two entries"]
    );
}

#[test]
fn a_nested_zip_over_its_limit_is_a_gap_and_the_rest_is_read() {
    let inner = zip_of([("a", &log(100)[..])]);
    let limits = Limits {
        nested_zip_bytes: 100,
        ..Limits::RELEASE
    };
    let run = read_bytes(
        "b",
        &tar_of([("n.zip", &inner[..]), ("log", b"x\n")]),
        &limits,
    );
    assert_eq!(run.names(), ["b!log"]);
    assert_eq!(
        run.gaps(),
        ["b!n.zip: over the limit of 100 bytes for a zip inside another archive"]
    );
}

#[test]
fn every_member_of_a_gzip_and_every_appended_tar_is_read() {
    let members = [gzip(b"one\n"), gzip(b"two\n")].concat();
    let run = read_bytes("b.gz", &members, &Limits::RELEASE);
    assert_eq!(run.texts()["b.gz"], "one\ntwo\n");
    let tars = [
        tar_of([("a", &b"one\n"[..])]),
        tar_of([("b", &b"two\n"[..])]),
    ]
    .concat();
    let run = read_bytes("t", &gzip(&tars), &Limits::RELEASE);
    assert_eq!(run.names(), ["t!a", "t!b"]);
    assert!(run.gaps.is_empty());
}

#[test]
fn binaries_are_named_and_text_of_windows_is_decoded() {
    let utf16: Vec<u8> = "\u{feff}kubelet größe\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let files: [(&str, &[u8]); 3] = [
        ("kubelet", b"\x7fELF\x02\x01\x01"),
        ("out.txt", &utf16),
        ("system.journal", b"LPKSHHRH\0\0"),
    ];
    let run = read_bytes("b", &tar_of(files), &Limits::RELEASE);
    assert_eq!(run.texts()["b!out.txt"], "kubelet größe\r\n");
    assert_eq!(
        run.gaps(),
        ["b!kubelet: not text", "b!system.journal: not text"]
    );
    let modified = run.chunks[0].modified.map(jiff::Timestamp::as_second);
    assert_eq!(modified, Some(1_700_000_000));
}

#[test]
fn inputs_that_are_none_are_wrong_use() {
    let folder = TempDir::new().unwrap();
    let gone = read(&folder.path().join("gone"), &Limits::RELEASE);
    assert!(matches!(gone.facts, Err(IngestError::NotFound { .. })));
    let empty = read(folder.path(), &Limits::RELEASE);
    assert!(matches!(empty.facts, Err(IngestError::Empty { .. })));
    let run = read_bytes("b", b"", &Limits::RELEASE);
    assert!(matches!(run.facts, Err(IngestError::Empty { .. })));
    let run = read_bytes("b", b"7z\xbc\xaf\x27\x1c\0\x04", &Limits::RELEASE);
    assert!(matches!(run.facts, Err(IngestError::NotABundle { .. })));
}

#[test]
fn the_hash_is_that_of_the_file_and_of_the_names_and_contents_of_a_folder() {
    let zip = zip_of([("a", &b"one\n"[..])]);
    let hash = |bytes: &[u8]| read_bytes("b", bytes, &Limits::RELEASE).facts.unwrap();
    let facts = hash(b"abc");
    assert_eq!(
        facts.sha256,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_eq!(facts.bytes, 3);
    assert_eq!(hash(&zip).bytes, zip.len() as u64);
    let folder = |name: &str, content: &str| {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join(name), content).unwrap();
        read(folder.path(), &Limits::RELEASE).facts.unwrap().sha256
    };
    assert_eq!(folder("a", "x"), folder("a", "x"));
    assert_ne!(folder("a", "x"), folder("b", "x"));
    assert_ne!(folder("a", "x"), folder("a", "y"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_damage_to_an_archive_is_a_panic(
        kind in 0..4usize,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let content = log(50);
        let files: [(&str, &[u8]); 2] = [("a/kubelet", &content), ("b.gz", &gzip(&content))];
        let mut bytes = match kind {
            0 => tar_of(files),
            1 => gzip(&tar_of(files)),
            2 => zip_of(files),
            _ => tar_of([("n.zip", &zip_of(files)[..])]),
        };
        for (at, value) in edits {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let length = bytes.len();
        bytes.truncate(length - cut.index(length) / 4);
        let limits = Limits { bundle_bytes: 8 << 20, ..small_pieces() };
        let run = read_bytes("b", &bytes, &limits);
        let read: usize = run.chunks.iter().map(|chunk| chunk.body.len()).sum();
        prop_assert!(read <= 16 << 20);
    }
}
