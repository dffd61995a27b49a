//! Which lines belong to the record that a line stands in.
//!
//! A record begins at a line with a header of its own and goes on over the lines without one:
//! panics with their goroutines, values of klog printed as a block, mount output, tracebacks,
//! kernel traces. Wrappers (CRI, journald) put their own prefix before every line, so that the
//! header is looked for inside them, and the lines must be of the same writer at the same moment.

use crate::examine::lines::line::{line_after, line_before};
use crate::examine::prefix::{Front, front};
use crate::time::{Clock, Stamp};
use jiff::{SignedDuration, Timestamp};
use std::ops::Range;

/// Lines looked at on each side: enough for a panic of some goroutines, little enough that text
/// without any header costs nothing.
const REACH: usize = 200;

/// Bytes looked at on each side, for text whose lines are as long as a document.
const REACH_BYTES: usize = 256 << 10;

/// Lines of one record are written in one go: their wrapper's times differ by no more than this.
const ONE_WRITE: SignedDuration = SignedDuration::from_secs(1);

/// How the message of a kernel line begins that goes on with the report of the lines before.
const KERNEL_REPORT: &[&[u8]] = &[
    b" ",
    b"\t",
    b"\"echo 0 >",
    b"CPU: ",
    b"Call Trace:",
    b"Call trace:",
    b"Code: ",
    b"EIP: ",
    b"Hardware name:",
    b"Kernel panic",
    b"Modules linked in:",
    b"R1",
    b"RAX:",
    b"RBP:",
    b"RDX:",
    b"RIP:",
    b"RSP:",
    b"Tainted:",
    b"Workqueue:",
    b"---[ end trace",
];

/// How a record begins in text whose lines have no headers.
const OPENERS: &[&[u8]] = &[
    b"Traceback (most recent call last):",
    b"Exception in thread ",
    b"Unhandled exception",
    b"MountVolume.",
    b"RESPONSE ",
];

/// How a line goes on in text whose lines have no headers, besides with blanks.
const FOLLOWERS: &[&[u8]] = &[
    b"Caused by: ",
    b"ERROR CODE: ",
    b"Mounting arguments: ",
    b"Mounting command: ",
    b"Output: ",
    b"created by ",
    b"goroutine ",
    b"main.",
    b"runtime.",
    b"[signal ",
];

/// A line and what its front says.
struct Line<'a> {
    /// Its bytes.
    bytes: &'a [u8],
    /// Where it stands.
    range: Range<usize>,
    /// Its front.
    front: Front,
}

/// Byte ranges of the lines of the record that `line` stands in, in order; at least `line` itself.
pub(super) fn record(text: &[u8], line: Range<usize>) -> Vec<Range<usize>> {
    let own = read(text, line.clone());
    let mut above = Vec::new();
    if !begins(&own) {
        above = lines_above(text, &own);
    }
    let head = above.last().unwrap_or(&own);
    let opens = begins(head) || opener(head);
    let mut below = Vec::new();
    if opens {
        let mut last = line.clone();
        let mut previous_outer = own.front.outer;
        while below.len() < REACH {
            let Some(next) = line_after(text, last.end).map(|range| read(text, range)) else {
                break;
            };
            let far = next.range.start - line.end > REACH_BYTES;
            if far || !continues(head, previous_outer, &next) {
                break;
            }
            previous_outer = next.front.outer;
            last = next.range.clone();
            below.push(next.range);
        }
    }
    trim_blank_end(text, &mut below);
    let mut lines: Vec<_> = above.into_iter().rev().map(|line| line.range).collect();
    lines.push(line);
    lines.extend(below);
    lines
}

/// Reads the line at a range.
fn read(text: &[u8], range: Range<usize>) -> Line<'_> {
    let bytes = text.get(range.clone()).unwrap_or_default();
    Line {
        bytes,
        front: front(bytes),
        range,
    }
}

/// The lines between the begin of the record and `own`, nearest first; empty where no begin is
/// found near.
fn lines_above<'a>(text: &'a [u8], own: &Line<'a>) -> Vec<Line<'a>> {
    let mut above: Vec<Line<'a>> = Vec::new();
    while above.len() < REACH {
        let below = above.last().unwrap_or(own);
        let Some(line) = line_before(text, below.range.start).map(|range| read(text, range)) else {
            break;
        };
        let found = begins(&line) || opener(&line);
        let far = own.range.start - line.range.end > REACH_BYTES;
        if far || !near(&line, line.front.outer, below) {
            break;
        }
        above.push(line);
        if found {
            break;
        }
    }
    // The lines between were taken on trust; now that the head is known, each has to follow it.
    let Some(head) = above.last().filter(|head| begins(head) || opener(head)) else {
        return vec![];
    };
    let mut outer = head.front.outer;
    for line in above.iter().rev().skip(1).chain([own]) {
        if !continues(head, outer, line) {
            return vec![];
        }
        outer = line.front.outer;
    }
    above
}

/// Whether a record begins at this line by a header of its own.
fn begins(line: &Line<'_>) -> bool {
    if line.front.kernel {
        !starts_with_any(message(line), KERNEL_REPORT)
    } else {
        line.front.headed
    }
}

/// Whether a record begins at this line by its words.
fn opener(line: &Line<'_>) -> bool {
    !line.front.kernel && starts_with_any(message(line), OPENERS)
}

/// Whether `line` goes on with the record that `head` begins, behind a line of time `previous`.
fn continues(head: &Line<'_>, previous: Option<Stamp>, line: &Line<'_>) -> bool {
    if begins(line) || !near(head, previous, line) {
        return false;
    }
    if line.front.kernel {
        return true;
    }
    let text = message(line);
    let follows = text.is_empty()
        || text.starts_with(b" ")
        || text.starts_with(b"\t")
        || starts_with_any(text, FOLLOWERS);
    if begins(head) || follows {
        return true;
    }
    // Below an opener without a header, the last line of a Python traceback names the error.
    message(head).starts_with(b"Traceback") && memchr::memmem::find(text, b"Error").is_some()
}

/// Whether two lines are of one writer, and the second was written right behind the first.
fn near(head: &Line<'_>, previous: Option<Stamp>, line: &Line<'_>) -> bool {
    if head.front.kernel != line.front.kernel || owner(head) != owner(line) {
        return false;
    }
    let wrapped = line.front.wrapped > 0;
    if !wrapped {
        return true;
    }
    match (instant(previous), instant(line.front.outer)) {
        (Some(before), Some(behind)) => behind.duration_since(before).abs() <= ONE_WRITE,
        _ => true,
    }
}

/// Whether two stamps are no further apart than those of the lines of one record.
pub(super) fn at_once(a: Stamp, b: Stamp) -> bool {
    let apart = instant(Some(a)).zip(instant(Some(b)));
    apart.is_some_and(|(a, b)| a.duration_since(b).abs() <= ONE_WRITE)
}

/// An instant that only serves to compare two stamps of one kind.
fn instant(stamp: Option<Stamp>) -> Option<Timestamp> {
    let clock = Clock {
        boot: Some(Timestamp::UNIX_EPOCH),
        ..Clock::utc(Timestamp::UNIX_EPOCH)
    };
    clock.resolve(stamp?)
}

/// Who wrote a line, as far as its wrappers tell the writers of a text apart.
fn owner<'a>(line: &Line<'a>) -> &'a [u8] {
    line.bytes.get(line.front.owner.clone()).unwrap_or_default()
}

/// What a line says behind its wrappers.
fn message<'a>(line: &Line<'a>) -> &'a [u8] {
    line.bytes.get(line.front.wrapped..).unwrap_or_default()
}

/// Whether the text begins with any of the words.
fn starts_with_any(text: &[u8], words: &[&[u8]]) -> bool {
    words.iter().any(|word| text.starts_with(word))
}

/// Blank lines at the end of a record separate it from the next.
fn trim_blank_end(text: &[u8], lines: &mut Vec<Range<usize>>) {
    while let Some(last) = lines.last()
        && text
            .get(last.clone())
            .is_none_or(|line| line.trim_ascii().is_empty())
    {
        lines.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examine::lines::line::line_at;

    /// The record around the first line that holds `needle`, as text.
    fn around(text: &str, needle: &str) -> Vec<String> {
        let at = text.find(needle).unwrap();
        record(text.as_bytes(), line_at(text.as_bytes(), at))
            .into_iter()
            .map(|range| text.get(range).unwrap().to_owned())
            .collect()
    }

    /// Asserts that the record around each needle is the lines from `first` to `last`.
    fn assert_record(text: &str, needles: &[&str], first: &str, last: &str) {
        for needle in needles {
            let lines = around(text, needle);
            assert!(lines[0].contains(first), "{needle} begins at {}", lines[0]);
            let end = &lines[lines.len() - 1];
            assert!(end.contains(last), "{needle} ends at {end}");
        }
    }

    #[test]
    fn a_fatal_line_takes_its_goroutines() {
        let text = "\
I0101 10:00:00.000000       1 a.go:1] before
F0101 10:00:00.000000       1 a.go:2] cannot listen
goroutine 1 [running]:
main.main()
\t/src/main.go:12 +0x1d

I0101 10:00:01.000000       1 a.go:3] after
";
        assert_record(text, &["cannot", "goroutine", "+0x1d"], "cannot", "+0x1d");
        assert_eq!(around(text, "before").len(), 1);
        assert_eq!(around(text, "after").len(), 1);
    }

    #[test]
    fn wrapped_lines_join_only_when_written_together_by_one_stream() {
        let text = "\
2024-01-01T10:00:00.1Z stderr F panic: nil map
2024-01-01T10:00:00.2Z stderr F goroutine 1 [running]:
2024-01-01T10:00:00.3Z stdout F other stream
2024-01-01T10:00:05.0Z stderr F much later
";
        assert_record(text, &["panic", "goroutine"], "panic", "goroutine");
        assert_eq!(around(text, "other").len(), 1);
        assert_eq!(around(text, "later").len(), 1);
    }

    #[test]
    fn a_block_of_klog_is_one_record_under_journald() {
        let text = "\
Jan  1 10:00:00 n kubelet[7]: E0101 10:00:00.000000       7 a.go:1] \"Failed\" err=<
Jan  1 10:00:00 n kubelet[7]:         exit status 32
Jan  1 10:00:00 n kubelet[7]:  >
Jan  1 10:00:00 n systemd[1]: Started something.
Jan  1 10:00:00 n systemd[1]: Stopped something.
";
        assert_record(text, &["Failed", "exit status", " >\n"], "Failed", " >");
        assert_eq!(around(text, "Stopped").len(), 1);
    }

    #[test]
    fn a_kernel_trace_belongs_to_the_report_above_it() {
        for prefix in [
            "Jan  1 10:00:00 n kernel: ",
            "Jan  1 10:00:00 n kernel: [12.5] ",
            "[   12.5] ",
            "[   12.5][ T12] ",
        ] {
            let text = [
                "EXT4-fs mounted",
                "INFO: task kworker blocked for more than 120 seconds.",
                "      Not tainted 5.4",
                "Call Trace:",
                " __schedule+0x2e3/0x740",
                "usb 1-1: new device",
            ]
            .map(|line| format!("{prefix}{line}\n"))
            .concat();
            assert_record(
                &text,
                &["INFO: task", "Call Trace"],
                "INFO: task",
                "__schedule",
            );
            assert_eq!(around(&text, "usb").len(), 1, "{prefix}");
        }
    }

    #[test]
    fn mount_output_and_tracebacks_are_one_record() {
        let mount = "\
E0101 10:00:00.000000       7 a.go:1] MountVolume.SetUp failed: mount failed: exit status 32
Mounting command: mount
Mounting arguments: -t cifs
Output: mount error(13): Permission denied
E0101 10:00:01.000000       7 a.go:1] next
";
        assert_record(mount, &["SetUp", "Output"], "SetUp", "Output");
        let python = "\
starting
Traceback (most recent call last):
  File \"a.py\", line 1, in <module>
ValueError: bad value
done
";
        assert_record(python, &["Traceback", "File"], "Traceback", "ValueError");
        assert_eq!(around(python, "starting").len(), 1);
        let java = "\
Exception in thread \"main\" java.lang.IllegalStateException: a
\tat com.example.A.b(A.java:1)
Caused by: java.io.IOException: b
\tat com.example.C.d(C.java:2)
other
";
        assert_record(java, &["IllegalState", "Caused"], "IllegalState", "C.java");
    }

    #[test]
    fn text_without_headers_has_records_of_one_line() {
        let text = "a: 1\n  b: 2\n  c: 3\nnameserver 10.0.0.10\n";
        for needle in ["a:", "b:", "nameserver"] {
            assert_eq!(around(text, needle).len(), 1, "{needle}");
        }
    }

    #[test]
    fn the_search_is_bounded() {
        let text = format!(
            "E0101 10:00:00.000000 7 a.go:1] x\n{}",
            " y\n".repeat(5_000)
        );
        assert_eq!(around(&text, "a.go").len(), 1 + REACH);
    }
}
