//! Reading through a pipe, and what makes an input no input at all.

use super::*;
use crate::gap::GapReason;
use std::io::Write;

/// Collects all work of a stream, deferred entries opened in place.
fn stream(limits: &Limits, bytes: &[u8]) -> (Result<InputFacts, IngestError>, Vec<Work>) {
    let meter = Meter::default();
    let reader = Reader {
        limits,
        cut: &|_, _| Cut::Lines,
        meter: &meter,
    };
    let mut work = Vec::new();
    let facts = reader.read_stream("stdin", &mut &*bytes, &mut |item| {
        work.push(item);
        ControlFlow::Continue(())
    });
    let mut opened = Vec::new();
    for item in work {
        match item {
            Work::Deferred(deferred) => reader.open(deferred, &mut |item| {
                opened.push(item);
                ControlFlow::Continue(())
            }),
            other => opened.push(other),
        }
    }
    (facts, opened)
}

/// `path: text` of every chunk, in order.
fn texts(work: &[Work]) -> Vec<String> {
    work.iter()
        .filter_map(|item| match item {
            Work::Chunk(chunk) => {
                let text = String::from_utf8_lossy(&chunk.bytes[chunk.body.clone()]);
                Some(format!("{}: {text}", chunk.path))
            }
            Work::Deferred(_) | Work::Gap(_) => None,
        })
        .collect()
}

/// The reasons of all gaps, in order.
fn gaps(work: &[Work]) -> Vec<&GapReason> {
    work.iter()
        .filter_map(|item| match item {
            Work::Gap(gap) => Some(&gap.reason),
            Work::Chunk(_) | Work::Deferred(_) => None,
        })
        .collect()
}

/// A zip of these members.
fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ::zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    for (name, content) in members {
        let options = ::zip::write::SimpleFileOptions::default();
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_zip_through_a_pipe_is_held_in_memory_up_to_its_limit() {
    let zip = zip_of(&[("a", b"one\n"), ("b", b"two\n")]);
    let (facts, work) = stream(&Limits::RELEASE, &zip);
    assert_eq!(texts(&work), ["stdin!a: one\n", "stdin!b: two\n"]);
    assert_eq!(facts.unwrap().bytes, zip.len() as u64);
    let small = Limits {
        nested_zip_bytes: 10,
        ..Limits::RELEASE
    };
    let (facts, work) = stream(&small, &zip);
    assert!(facts.is_ok());
    assert!(matches!(gaps(&work)[..], [GapReason::Limit { .. }]));
}

#[test]
fn plain_text_through_a_pipe_is_an_entry_of_its_own() {
    let (facts, work) = stream(&Limits::RELEASE, b"line\r\n");
    assert_eq!(texts(&work), ["stdin: line\r\n"]);
    let hash = "893e89e669b5a4f9e5136d565f51e341a0c5e5531816c9c1a806d90df66a45f4";
    assert_eq!(facts.unwrap().sha256, hash);
}

/// Whether an error is the expected one.
type Is = fn(&IngestError) -> bool;

#[test]
fn an_input_without_anything_to_read_is_wrong_use() {
    let noise: Vec<u8> = (0..9000u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0])
        .collect();
    let nothing = tar_end();
    let empty: Is = |error| matches!(error, IngestError::Empty { .. });
    let unknown: Is = |error| matches!(error, IngestError::NotABundle { .. });
    let table: [(&[u8], Is); 5] = [
        (b"", empty),
        (&zip_of(&[]), empty),
        (&zip_of(&[("__MACOSX/._a", b"x")]), empty),
        (&noise, unknown),
        (&nothing, empty),
    ];
    for (bytes, is) in table {
        let (facts, work) = stream(&Limits::RELEASE, bytes);
        assert!(work.is_empty());
        let error = facts.unwrap_err();
        assert!(is(&error), "{error}");
    }
}

/// A tar of no entries: zero blocks and nothing else.
fn tar_end() -> Vec<u8> {
    ::tar::Builder::new(Vec::new()).into_inner().unwrap()
}

#[test]
fn a_break_ends_the_reading() {
    let meter = Meter::default();
    let reader = Reader {
        limits: &Limits::RELEASE,
        cut: &|_, _| Cut::Lines,
        meter: &meter,
    };
    let zip = zip_of(&[("a", b"one\n"), ("b", b"two\n")]);
    let mut seen = 0;
    let facts = reader.read_stream("stdin", &mut &zip[..], &mut |_| {
        seen += 1;
        ControlFlow::Break(())
    });
    assert_eq!((seen, facts.is_ok()), (1, true));
}

#[test]
fn a_skipped_entry_gives_no_work_and_is_no_empty_input() {
    let meter = Meter::default();
    let reader = Reader {
        limits: &Limits::RELEASE,
        cut: &|_, _| Cut::Skip,
        meter: &meter,
    };
    let mut seen = 0;
    let facts = reader.read_stream("stdin", &mut &b"text\n"[..], &mut |_| {
        seen += 1;
        ControlFlow::Continue(())
    });
    assert_eq!((seen, facts.is_ok()), (0, true));
}
