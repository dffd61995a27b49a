//! What is lost is said, and what can be read is read: damage that other readers pass over in silence.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::cli::run;
use crate::support::{
    Files, analyze_bytes, dump_stream, files, gzip, header, tar, try_analyze_bytes, zip,
};
use bundlescope::diagnose::Diagnosis;
use bundlescope::limits::Limits;
use std::fs;
use std::io::Write as _;

/// A line that a rule knows.
const FAILURE: &str =
    "adal: Refresh request failed: AADSTS7000222: The provided client secret keys are expired.\n";

/// So many logs with a known line each, apart from each other by their number.
fn logs(count: usize) -> Files {
    let log = |n: usize| {
        let text = format!("{n} {FAILURE}").repeat(20);
        (format!("{n:05}.log"), text.into_bytes())
    };
    (0..count).map(log).collect()
}

/// Lines that the rule was found on.
fn lines(diagnosis: &Diagnosis) -> u64 {
    let found = diagnosis.findings.iter();
    found
        .filter(|finding| finding.rule == "azure-sp-secret-expired")
        .map(|finding| finding.count)
        .sum()
}

/// All gaps in words.
fn gaps(diagnosis: &Diagnosis) -> String {
    let said = diagnosis.gaps.iter();
    let said: Vec<_> = said
        .map(|gap| format!("{}: {}", gap.locator, gap.reason))
        .collect();
    said.join("\n")
}

/// Reads these bytes: so many of the logs' lines have to be found, and this said.
fn reads(what: &str, bytes: &[u8], expected: u64, says: &str) {
    let diagnosis = analyze_bytes("x", bytes, &Limits::RELEASE);
    let said = gaps(&diagnosis);
    assert_eq!(lines(&diagnosis), expected, "{what}: {said}");
    assert!(said.contains(says), "{what}: {said}");
    assert_eq!(said.is_empty(), says.is_empty(), "{what}: {said}");
}

/// A zip of the kind that is written to a pipe: sizes stand behind the members only.
fn streamed(files: &Files) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new_stream(Vec::new());
    for (name, content) in files {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(name.as_str(), options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The last place of a mark.
fn last(bytes: &[u8], mark: &[u8]) -> usize {
    bytes
        .windows(mark.len())
        .rposition(|window| window == mark)
        .unwrap()
}

#[test]
fn one_bent_bit_in_a_header_of_a_tar_costs_one_entry() {
    let archive = tar(&logs(20));
    let block = archive.len() / 512;
    let each = (0..block)
        .find(|n| archive[n * 512..].starts_with(b"00001"))
        .unwrap()
        * 512;
    for at in [0, 3, 100, 130, 155, 156, 257] {
        let mut bent = archive.clone();
        bent[5 * each + at] ^= 1;
        reads(&format!("bit at {at}"), &bent, 19 * 20, "damaged");
    }
    // The first header tells that it is a tar at all, and its mark is enough for that.
    let mut bent = archive.clone();
    bent[0] ^= 1;
    reads("the first", &bent, 19 * 20, "damaged");
    reads("packed", &gzip(&bent), 19 * 20, "damaged");
    // What stands between two entries is no entry.
    let mut torn = archive[..5 * each].to_vec();
    torn.extend(b"torn".repeat(1000));
    torn.extend([0; 96]);
    torn.extend(&archive[5 * each..]);
    reads("torn", &torn, 20 * 20, "damaged");
}

#[test]
fn a_tar_that_ends_between_two_members_says_that_it_may_lack_some() {
    let archive = tar(&logs(5));
    let each = (archive.len() - 1024) / 5;
    reads("whole", &archive, 100, "");
    reads(
        "one block of the mark",
        &archive[..archive.len() - 512],
        100,
        "",
    );
    for members in 1..=5 {
        let cut = &archive[..members * each];
        reads(
            &format!("{members} members"),
            cut,
            members as u64 * 20,
            "no end-of-archive marker",
        );
    }
}

#[test]
fn a_directory_with_content_is_read_as_the_file_that_it_is() {
    let content = FAILURE.repeat(3);
    let mut builder = tar::Builder::new(Vec::new());
    let entry = header(b"folder/", content.len(), tar::EntryType::Directory);
    builder.append(&entry, content.as_bytes()).unwrap();
    let empty = header(b"empty/", 0, tar::EntryType::Directory);
    builder.append(&empty, &b""[..]).unwrap();
    reads("tar", &builder.into_inner().unwrap(), 3, "");
    let mut archive = zip(&files(&[("folder_", &content)]));
    for mark in [
        last(&archive, b"folder_"),
        archive.windows(7).position(|w| w == b"folder_").unwrap(),
    ] {
        archive[mark + 6] = b'/';
    }
    reads("zip", &archive, 3, "");
}

#[test]
fn a_path_with_a_nul_costs_no_entry() {
    let mut builder = tar::Builder::new(Vec::new());
    builder
        .append_pax_extensions([("path", &b"a\0b.log"[..])])
        .unwrap();
    let entry = header(b"short.log", FAILURE.len(), tar::EntryType::Regular);
    builder.append(&entry, FAILURE.as_bytes()).unwrap();
    let entry = header(b"other.log", FAILURE.len(), tar::EntryType::Regular);
    builder.append(&entry, FAILURE.as_bytes()).unwrap();
    reads(
        "pax",
        &builder.into_inner().unwrap(),
        2,
        "not a plain relative path",
    );
}

#[test]
fn members_that_the_directory_of_a_zip_leaves_out_are_read() {
    let archive = zip(&logs(20));
    let end = last(&archive, b"PK\x05\x06");
    // Writers without zip64 let the count of members overflow.
    let mut few = archive.clone();
    for at in [end + 8, end + 10] {
        few[at..at + 2].copy_from_slice(&4_u16.to_le_bytes());
    }
    reads("count", &few, 400, "does not list all members");
    // A directory of nothing in the comment of the real one.
    let mut faked = archive.clone();
    let record = b"PK\x05\x06".iter().chain(&[0; 18]).copied();
    let record: Vec<u8> = record.collect();
    faked[end + 20..end + 22].copy_from_slice(&22_u16.to_le_bytes());
    faked.extend(&record);
    reads("comment", &faked, 400, "does not list all members");
    // The real one overwritten by one of nothing.
    let mut none = archive.clone();
    none[end..].copy_from_slice(&record);
    reads("nothing", &none, 400, "does not list all members");
    // A directory that breaks off.
    let mut broken = archive.clone();
    let fifth = broken
        .windows(4)
        .enumerate()
        .filter(|(_, w)| w == b"PK\x01\x02")
        .nth(5)
        .unwrap()
        .0;
    broken[fifth] = b'X';
    reads("broken", &broken, 400, "damaged");
}

#[test]
fn a_zip_behind_a_shell_stub_is_a_zip() {
    let mut stub = b"#!/bin/sh\nexec unzip -p \"$0\"\n".to_vec();
    stub.extend(b"# padding of the stub\n".repeat(5000));
    let archive = zip(&logs(5));
    let installer = [&stub[..], &archive].concat();
    reads("alone", &installer, 100, "");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("collect.sh"), &installer).unwrap();
    fs::write(
        folder.path().join("large.sh"),
        [&stub.repeat(20)[..], &archive].concat(),
    )
    .unwrap();
    let diagnosis = crate::support::try_analyze(folder.path(), &Limits::RELEASE, 1).unwrap();
    assert_eq!(lines(&diagnosis), 200, "{}", gaps(&diagnosis));
}

#[test]
fn a_zip_that_was_cut_gives_all_that_stands_before_the_cut() {
    let files = vec![
        (
            "first.log".to_owned(),
            format!("{}\n{FAILURE}", "x".repeat(80))
                .repeat(400)
                .into_bytes(),
        ),
        ("second.log".to_owned(), FAILURE.repeat(400).into_bytes()),
    ];
    for (kind, archive) in [("streamed", streamed(&files)), ("plain", zip(&files))] {
        reads(kind, &archive, 800, "");
        let directory = archive.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        for cut in [directory, directory + 20, archive.len() - 1] {
            reads(
                &format!("{kind} in its directory at {cut}"),
                &archive[..cut],
                800,
                "damaged",
            );
        }
        let second = last(&archive[..directory], b"PK\x03\x04");
        reads(
            &format!("{kind} between two"),
            &archive[..second],
            400,
            "damaged",
        );
        for tenth in 3..10 {
            let cut = second * tenth / 10;
            let diagnosis = analyze_bytes("x", &archive[..cut], &Limits::RELEASE);
            assert!(
                lines(&diagnosis) > 0,
                "{kind} {tenth}: {}",
                gaps(&diagnosis)
            );
            assert!(gaps(&diagnosis).contains("damaged"), "{kind} {tenth}");
        }
    }
}

#[test]
fn nothing_that_can_be_read_is_wrong_use() {
    let mut damaged = gzip(&tar(&logs(3)));
    damaged.truncate(30);
    let mut member = zip(&files(&[("a.log", &FAILURE.repeat(50))]));
    for byte in &mut member[36..60] {
        *byte = 0xff;
    }
    let binary = tar(&vec![(
        "x.journal".to_owned(),
        b"LPKSHHRH\0\0\0\0".to_vec(),
    )]);
    for (what, bytes) in [("gzip", damaged), ("member", member), ("binary", binary)] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("x"), &bytes).unwrap();
        let output = run(folder.path(), &["analyze", "x"]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{what}: {said}");
        assert_eq!(said.lines().count(), 1, "{what}: {said}");
        let words = if what == "gzip" {
            "x: neither an archive nor text"
        } else {
            "x: nothing in it could be read"
        };
        assert!(said.contains(words), "{what}: {said}");
        assert!(!folder.path().join("x.report.html").exists(), "{what}");
    }
}

#[test]
fn zeros_behind_a_gzip_are_no_damage() {
    let mut padded = gzip(&tar(&logs(3)));
    padded.resize(padded.len().next_multiple_of(10_240), 0);
    reads("zeros", &padded, 60, "");
    padded.extend(b"more");
    reads("more", &padded, 60, "damaged");
}

#[test]
fn lines_may_end_with_returns_only() {
    let text = format!("1 x\r2 {}\r3 y\r", FAILURE.trim_end()).repeat(50);
    let diagnosis = analyze_bytes("kubelet.log", text.as_bytes(), &Limits::RELEASE);
    assert_eq!(lines(&diagnosis), 50);
    let lines: Vec<_> = diagnosis.findings[0]
        .citations
        .iter()
        .map(|c| c.snippet.line)
        .collect();
    assert!(lines.contains(&2), "{lines:?}");
}

#[test]
fn a_dump_on_standard_output_that_was_cut_says_so() {
    let stream = dump_stream(300);
    let whole = analyze_bytes("dump.txt", &stream, &Limits::RELEASE);
    assert_eq!(gaps(&whole), "");
    let text = String::from_utf8(stream.clone()).unwrap();
    let mut silent = Vec::new();
    for step in 1..50 {
        let cut = stream.len() * step / 50;
        match try_analyze_bytes("dump.txt", &stream[..cut], &Limits::RELEASE) {
            Ok(diagnosis) if gaps(&diagnosis).is_empty() => silent.push(cut),
            Ok(_) | Err(_) => {}
        }
    }
    // A cut exactly between two documents or logs leaves no trace.
    let between = |cut: &usize| {
        let after = text[*cut..].trim_start();
        after.starts_with("==== START") || after.starts_with('{') || after.starts_with("---")
    };
    assert!(silent.iter().all(between), "{silent:?}");
}

#[test]
fn how_much_of_a_damaged_stream_was_read_is_said() {
    let mut noise = String::new();
    for n in 0..40_000_u64 {
        noise.push_str(&format!("{:x}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    }
    let mut packed = gzip((FAILURE.to_owned() + &noise).as_bytes());
    let middle = packed.len() / 2;
    for byte in &mut packed[middle..middle + 64] {
        *byte = 0xff;
    }
    let diagnosis = analyze_bytes("x", &packed, &Limits::RELEASE);
    let said = gaps(&diagnosis);
    assert!(
        said.contains(&format!("of {} bytes were read", packed.len())),
        "{said}"
    );
}
