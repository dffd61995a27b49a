//! What the targets share: small limits, a reading without files, and what every reading must keep.

use bundlescope::diagnose::{Diagnosis, Window};
use bundlescope::evidence::Evidence;
use bundlescope::examine::{Examiner, Part, cut_for};
use bundlescope::ingest::{Chunk, Cut, InputFacts};
use bundlescope::ingest::{Meter, Reader, Work};
use bundlescope::limits::Limits;
use bundlescope::locator::EntryPath;
use bundlescope::report::{self, Format, ReportOptions};
use bundlescope::rules::RuleSet;
use bundlescope::severity::Severity;
use std::ops::ControlFlow;
use std::sync::LazyLock;

/// The built-in rules, compiled once.
pub static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::builtin);

/// Limits that a few kilobytes reach.
pub const LIMITS: Limits = Limits {
    entry_bytes: 64 << 10,
    bundle_bytes: 256 << 10,
    entries: 64,
    depth: 4,
    nested_zip_bytes: 64 << 10,
    document_bytes: 32 << 10,
    chunk_bytes: 4 << 10,
    line_bytes: 1 << 10,
    ..Limits::RELEASE
};

/// Reads bytes as a bundle, opens all that is deferred, and examines it.
pub fn read(bytes: &[u8]) -> (Vec<Part>, Vec<bundlescope::gap::Gap>, Option<InputFacts>) {
    let meter = Meter::default();
    let reader = Reader {
        limits: &LIMITS,
        cut: &cut_for,
        meter: &meter,
    };
    let examiner = Examiner {
        rules: &RULES,
        limits: &LIMITS,
    };
    let mut work = Vec::new();
    let mut stream = bytes;
    let facts = reader.read_stream("x", &mut stream, &mut |item| {
        work.push(item);
        ControlFlow::Continue(())
    });
    let (mut parts, mut gaps, mut read) = (Vec::new(), Vec::new(), 0);
    while let Some(item) = work.pop() {
        match item {
            Work::Chunk(chunk) => {
                read += chunk.body.len() as u64;
                assert!(chunk.body.end <= chunk.bytes.len());
                parts.push(examiner.examine(&chunk));
            }
            Work::Gap(gap) => gaps.push(gap),
            Work::Deferred(deferred) => reader.open(deferred, &mut |item| {
                work.push(item);
                ControlFlow::Continue(())
            }),
        }
    }
    // What is set aside for archives is charged in part.
    assert!(
        read <= 16 * LIMITS.bundle_bytes + bytes.len() as u64,
        "{read} bytes were read"
    );
    (parts, gaps, facts.ok())
}

/// Examines text as an entry of this name.
pub fn examine(name: &str, text: &[u8], cut: Cut) -> Part {
    let examiner = Examiner {
        rules: &RULES,
        limits: &LIMITS,
    };
    examiner.examine(&Chunk {
        path: EntryPath::bundle("x", true).entry(name),
        piece: 0,
        last: true,
        first_line: 1,
        bytes: text.to_vec(),
        body: 0..text.len(),
        section: None,
        cut,
        modified: None,
    })
}

/// The diagnosis of a bundle in memory; nothing where it is none.
pub fn diagnose(bytes: &[u8]) -> Option<Diagnosis> {
    let (parts, gaps, facts) = read(bytes);
    let evidence = Evidence::build(parts, gaps, &RULES, &LIMITS);
    Some(bundlescope::diagnose::diagnose(
        evidence,
        vec![facts?],
        &RULES,
        Window::default(),
    ))
}

/// A report, as the user gets it, or why there is none.
pub fn render(diagnosis: &Diagnosis, format: Format) -> Option<String> {
    let options = ReportOptions {
        tool_version: "0".into(),
        rules_hash: String::new(),
        min_severity: Severity::Info,
        max_bytes: report::MAX_BYTES,
        command: "analyze".into(),
    };
    let bytes = report::render(diagnosis, &options, format).ok()?;
    Some(String::from_utf8(bytes).expect("reports are text"))
}
