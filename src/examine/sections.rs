//! The files of a cluster-info dump that hold logs: `logs.txt`, and the stream on standard output
//! with documents between its log sections.
//!
//! A section stands between `==== START logs for container C of pod NS/P ====` and the END line of
//! the same names. The END marker is glued to the log's last line where that has no line end, and
//! log text may itself hold lines with `====`: only the exact END of the open section closes it.

use super::part::{LogPart, Part, Section};
use super::{Examiner, objects, scan};
use crate::gap::{Gap, GapReason};
use crate::ingest::Chunk;
use crate::locator::Snippet;
use memchr::memmem;

/// What opens a section, at the beginning of a line.
const START: &str = "==== START logs for ";
/// Sections without an end that are named in one piece; kubectl stops once.
const LOST: usize = 32;
/// What kubectl writes in place of a log that it could not fetch.
const FETCH_ERRORS: [&str; 2] = ["Request log error: ", "Create log request error: "];

/// Reads all documents and sections of a piece.
pub(super) fn read(examiner: Examiner<'_>, chunk: &Chunk, part: &mut Part) {
    let body = chunk.bytes.get(chunk.body.clone()).unwrap_or_default();
    let mut reader = Reader {
        examiner,
        body,
        at: 0,
        line: chunk.first_line,
        lost: 0,
    };
    if let Some(start) = &chunk.section {
        reader.section(start.trim_end(), chunk.last, part);
    }
    while reader.at < body.len() {
        reader.documents(part);
        let Some(start) = reader.take_start_line() else {
            break;
        };
        reader.section(&start, chunk.last, part);
    }
}

/// Walks a piece from front to back.
struct Reader<'a> {
    examiner: Examiner<'a>,
    body: &'a [u8],
    at: usize,
    line: u64,
    /// Sections without an end so far.
    lost: usize,
}

impl<'a> Reader<'a> {
    /// Moves on by `length` bytes and returns them.
    fn take(&mut self, length: usize) -> &'a [u8] {
        let rest = self.body.get(self.at..).unwrap_or_default();
        let taken = rest.get(..length).unwrap_or(rest);
        self.at += taken.len();
        self.line += memchr::memchr_iter(b'\n', taken).count() as u64;
        taken
    }

    /// Reads the documents before the next section, or up to the end of the piece.
    fn documents(&mut self, part: &mut Part) {
        let rest = self.body.get(self.at..).unwrap_or_default();
        let end = line_starting_with(rest, START.as_bytes()).unwrap_or(rest.len());
        let first_line = self.line;
        let text = self.take(end);
        if text.iter().any(|byte| !byte.is_ascii_whitespace()) {
            objects::read_mixed(self.examiner, text, first_line, part);
        }
    }

    /// Takes the START line that the reader stands at.
    fn take_start_line(&mut self) -> Option<String> {
        let rest = self.body.get(self.at..)?;
        if rest.is_empty() {
            return None;
        }
        let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        Some(
            String::from_utf8_lossy(self.take(length))
                .trim_end()
                .to_owned(),
        )
    }

    /// Reads the log of the section that `start` opened, and its END line where it has one.
    /// Where the entry ends with the piece, a section must end there too.
    fn section(&mut self, start: &str, last: bool, part: &mut Part) {
        let rest = self.body.get(self.at..).unwrap_or_default();
        let end_marker = start.replacen("START", "END", 1);
        let next = || line_starting_with(rest, START.as_bytes()).unwrap_or(rest.len());
        // Where many were lost already, an end is not looked for in all that follows.
        let within = if self.lost > LOST { next() } else { rest.len() };
        let end = memmem::find(&rest[..within], end_marker.as_bytes());
        let (length, marker) = match end {
            Some(end) => (end, end_marker.len()),
            // The END was lost (kubectl stopped in the middle): the next section ends this one.
            None => (next(), 0),
        };
        let endless = marker == 0 && (last || length < rest.len());
        self.lost += usize::from(endless);
        let first_line = self.line;
        let text = self.take(length);
        let log = self.log(text, first_line, section_of(start));
        part.gaps.extend(log.fetch_error.as_ref().map(|error| Gap {
            locator: part.path.line(error.line),
            reason: GapReason::NotCollected {
                detail: error.text.chars().take(300).collect(),
            },
        }));
        part.logs.push(log);
        if endless && self.lost <= LOST {
            part.gaps.push(Gap {
                locator: part.path.line(self.line),
                reason: GapReason::Damaged {
                    detail: "this log ends without its END line".to_owned(),
                },
            });
        }
        self.take(marker);
        let rest = self.body.get(self.at..).unwrap_or_default();
        let line_end = rest
            .iter()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .take(2)
            .count();
        self.take(line_end);
    }

    /// The log of one section; the error that stands there where it could not be fetched.
    fn log(&self, text: &[u8], first_line: u64, section: Option<Section>) -> LogPart {
        if let Some(error) = fetch_error(text, first_line) {
            let found = scan::scan_lines(
                text,
                0..text.len(),
                first_line,
                self.examiner.rules,
                self.examiner.limits,
            );
            return LogPart {
                section,
                first_line,
                fetch_error: Some(error),
                hits: found.hits,
                ..LogPart::default()
            };
        }
        LogPart {
            section,
            ..self.examiner.log(text, 0..text.len(), first_line)
        }
    }
}

/// Whose log a START line opens: `container C of pod NS/P`, in the first releases only `NS/P`.
fn section_of(start: &str) -> Option<Section> {
    let names = start
        .strip_prefix(START)?
        .trim_end()
        .trim_end_matches('=')
        .trim_end();
    let (container, pod) = match names.strip_prefix("container ") {
        Some(names) => names.split_once(" of pod ")?,
        None => ("", names),
    };
    let (namespace, pod) = pod.split_once('/')?;
    Some(Section {
        namespace: namespace.into(),
        pod: pod.into(),
        container: container.into(),
    })
}

/// The error that is all there is of a log.
fn fetch_error(text: &[u8], first_line: u64) -> Option<Snippet> {
    let words = text.trim_ascii();
    if words.len() > 8192
        || !FETCH_ERRORS
            .iter()
            .any(|error| words.starts_with(error.as_bytes()))
    {
        return None;
    }
    let lines_before = memchr::memchr_iter(
        b'\n',
        text.get(..text.len() - text.trim_ascii_start().len())?,
    )
    .count();
    let text = String::from_utf8_lossy(words).into_owned();
    let matched = (0, text.len());
    Some(Snippet {
        line: first_line + lines_before as u64,
        text,
        before: vec![],
        after: vec![],
        matched,
        around: None,
    })
}

/// Where the first line that begins with `prefix` begins.
fn line_starting_with(text: &[u8], prefix: &[u8]) -> Option<usize> {
    memmem::find_iter(text, prefix).find(|&at| at == 0 || text.get(at - 1) == Some(&b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_line_names_its_log() {
        let section =
            section_of("==== START logs for container coredns of pod kube-system/coredns-1 ====")
                .expect("named");
        assert_eq!(
            (
                section.container.as_str(),
                section.namespace.as_str(),
                section.pod.as_str()
            ),
            ("coredns", "kube-system", "coredns-1")
        );
        let old = section_of("==== START logs for default/web ====").expect("named");
        assert_eq!((old.container.as_str(), old.pod.as_str()), ("", "web"));
        assert_eq!(section_of("==== START logs for nonsense"), None);
    }

    #[test]
    fn only_a_log_that_is_nothing_but_an_error_is_a_fetch_error() {
        let error =
            fetch_error(b"\nRequest log error: unknown (get pods x)\n", 5).expect("an error");
        assert_eq!(
            (error.line, error.text.as_str()),
            (6, "Request log error: unknown (get pods x)")
        );
        assert_eq!(
            fetch_error(b"started\nRequest log error: seen by an application\n", 1),
            None
        );
        assert_eq!(fetch_error(b"", 1), None);
    }

    #[test]
    fn markers_count_at_the_beginning_of_a_line_only() {
        assert_eq!(
            line_starting_with(b"x ==== START\n==== START", b"==== START"),
            Some(13)
        );
        assert_eq!(line_starting_with(b"==== START", b"==== START"), Some(0));
        assert_eq!(line_starting_with(b"none", b"==== START"), None);
    }
}
