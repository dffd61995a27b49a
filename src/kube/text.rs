//! The text of an object, kept small, so that a citation can show the very line of a field.
//!
//! In: the text of one object as it stands in its entry, and the line it begins at. Out: a
//! [`Snippet`] for a field path. Nothing here judges whether the text is well-formed: where a path
//! cannot be followed to its end, the deepest part that exists is cited, at worst the first line.

mod place;
mod yaml;

use super::canonical::api_name;
use super::value::{Segment, segments};
use crate::kube::text::place::offset;
use crate::kube::text::yaml::find_in_yaml;
use crate::limits::Limits;
use crate::locator::{Around, LineCut, Snippet};
use flate2::read::ZlibDecoder;
use flate2::{Compress, Compression, FlushCompress, Status};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Read;
use std::ops::Range;

/// Texts below this size gain nothing from compression.
const PACK_FROM: usize = 512;

/// The text of one object as the bundle has it, compressed.
#[derive(Debug, Clone)]
pub struct ObjectText {
    format: TextFormat,
    first_line: u64,
    packed: Packed,
}

/// A compressor and its output, kept for the next text: its state is a hundred times larger than
/// what it makes of one object, and giving it back each time leaves a hole beside every result.
struct Packer {
    compress: Compress,
    out: Vec<u8>,
}

thread_local! {
    static PACKER: RefCell<Packer> = RefCell::new(Packer {
        compress: Compress::new(Compression::fast(), true),
        out: Vec::new(),
    });
}

impl Packer {
    /// The text compressed; `None` where that saves nothing.
    fn pack(&mut self, text: &[u8]) -> Option<Box<[u8]>> {
        self.compress.reset();
        self.out.clear();
        // More room than the text takes is never asked for: such a text is kept as it is.
        self.out.reserve(text.len());
        let status = self
            .compress
            .compress_vec(text, &mut self.out, FlushCompress::Finish)
            .ok()?;
        (status == Status::StreamEnd && self.out.len() < text.len())
            .then(|| self.out.as_slice().into())
    }
}

/// Bytes of a text, as they are or compressed.
#[derive(Debug, Clone)]
enum Packed {
    /// As they are.
    Plain(Box<str>),
    /// As a zlib stream of a text of so many bytes.
    Zlib(Box<[u8]>, usize),
}

/// What the text is written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextFormat {
    /// JSON.
    Json,
    /// YAML as Kubernetes tools print it.
    Yaml,
    /// `kubectl describe`; each field path with its line, counted from zero within the text.
    Describe(Vec<(String, u32)>),
    /// One row of a table as `kubectl get` prints it; every field is cited by the whole row.
    Row,
}

impl ObjectText {
    /// Whether it was read out of `kubectl describe`.
    pub fn is_described(&self) -> bool {
        matches!(self.format, TextFormat::Describe(_))
    }

    /// Packs the text of an object whose first line is `first_line` of its entry.
    pub fn new(text: &str, format: TextFormat, first_line: u64) -> Self {
        Self {
            format,
            first_line,
            packed: Packed::new(text),
        }
    }

    /// Bytes it takes in memory.
    pub fn size(&self) -> usize {
        let table = match &self.format {
            TextFormat::Describe(lines) => lines
                .iter()
                .map(|(path, _)| path.len() + size_of::<(String, u32)>())
                .sum(),
            TextFormat::Json | TextFormat::Yaml | TextFormat::Row => 0,
        };
        let packed = match &self.packed {
            Packed::Plain(text) => text.len(),
            Packed::Zlib(bytes, _) => bytes.len(),
        };
        table + packed
    }

    /// Gives up all but the first line, where memory is short: citations then show only that.
    pub fn keep_first_line(&mut self) {
        let first = self
            .packed
            .text()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        self.packed = Packed::Plain(first.into());
    }

    /// What the text is written in.
    pub fn format(&self) -> &TextFormat {
        &self.format
    }

    /// Line of the object's first line in its entry.
    pub fn first_line(&self) -> u64 {
        self.first_line
    }

    /// The line of the field at `path` (`status.containerStatuses[0].state.waiting.reason`) with
    /// the lines around it; the deepest part of the path that exists, at worst the first line.
    pub fn cite(&self, path: &str, limits: &Limits) -> Snippet {
        cite_in(
            &self.packed.text(),
            &self.format,
            self.first_line,
            path,
            limits,
        )
    }
}

impl Packed {
    /// Packs a text, if that makes it smaller.
    fn new(text: &str) -> Self {
        if text.len() >= PACK_FROM
            && let Some(packed) = PACKER.with_borrow_mut(|packer| packer.pack(text.as_bytes()))
        {
            return Self::Zlib(packed, text.len());
        }
        Self::Plain(text.into())
    }

    /// The text again.
    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Plain(text) => Cow::Borrowed(text),
            Self::Zlib(packed, length) => {
                let mut bytes = Vec::with_capacity(*length);
                // Our own stream of valid UTF-8: what can be read of it is the text.
                let whole = ZlibDecoder::new(&packed[..]).read_to_end(&mut bytes);
                debug_assert!(whole.is_ok(), "a text that was packed here unpacks");
                Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
            }
        }
    }
}

/// The snippet of the field at `path` in the text of one object that begins at `first_line` of its
/// entry: what [`ObjectText::cite`] does, for texts that are not kept (events).
pub fn cite_in(
    text: &str,
    format: &TextFormat,
    first_line: u64,
    path: &str,
    limits: &Limits,
) -> Snippet {
    let (steps, _) = segments(path);
    let found = match format {
        TextFormat::Json => find_in_json(text, &steps),
        TextFormat::Yaml => find_in_yaml(text, &steps),
        TextFormat::Describe(lines) => find_in_table(text, lines, path),
        TextFormat::Row => 0..0,
    };
    snippet_of(text, &found, first_line, limits)
}

/// The snippet of a line of `text`, counted from zero, with nothing marked; `text` begins at line
/// `first_line` of its entry. A line past the end gives the last one.
///
/// It looks at the text from its beginning: give it the text of one object or event, not of a list.
pub fn snippet_of_line(text: &str, line_index: usize, first_line: u64, limits: &Limits) -> Snippet {
    let start = match line_index {
        0 => 0,
        _ => memchr::memchr_iter(b'\n', text.as_bytes())
            .nth(line_index - 1)
            .map_or(text.len(), |end| end + 1),
    };
    snippet_of(text, &(start..start), first_line, limits)
}

/// The snippet of the line in which the byte range begins, with the part of the range that stands
/// on this line marked.
fn snippet_of(text: &str, found: &Range<usize>, first_line: u64, limits: &Limits) -> Snippet {
    let bytes = text.as_bytes();
    let at = found.start.min(bytes.len());
    let (head, tail) = bytes.split_at(at);
    let start = memchr::memrchr(b'\n', head).map_or(0, |end| end + 1);
    let end = memchr::memchr(b'\n', tail).map_or(bytes.len(), |length| at + length);
    let line = text
        .get(start..end)
        .unwrap_or_default()
        .trim_end_matches('\r');
    let context = limits.context_lines;
    let all_before: Vec<&str> = lines_backwards(text, start, context + Around::LINES);
    let (above, before) = all_before.split_at(all_before.len().saturating_sub(context));
    let all_after: Vec<&str> = text
        .get(end + 1..)
        .into_iter()
        .flat_map(str::lines)
        .take(context + Around::LINES)
        .collect();
    let (after, below) = all_after.split_at(all_after.len().min(context));
    let number = memchr::memchr_iter(b'\n', head).count() as u64;
    let matched = (at - start).min(line.len())..found.end.saturating_sub(start).min(line.len());
    let mut cuts = Vec::new();
    let mut fronts = |lines: &[&str], first: usize| -> Vec<String> {
        let cut = |(index, line): (usize, &&str)| {
            let shown = front(line, limits.excerpt_bytes);
            note_cut(&mut cuts, first + index, line, 0..shown.len());
            shown.to_owned()
        };
        lines.iter().enumerate().map(cut).collect()
    };
    let shown_before = fronts(before, 0);
    let shown_after = fronts(after, before.len() + 1);
    let (text, matched) = bounded(line, matched, limits.excerpt_bytes);
    let from = offset(line, text);
    note_cut(&mut cuts, before.len(), line, from..from + text.len());
    let joined = |lines: &[&str]| {
        let line = |line: &&str| format!("{}\n", front(line, Around::LINE));
        lines.iter().map(line).collect::<String>()
    };
    let around = Around {
        above: joined(above),
        below: joined(below),
        cuts,
    };
    Snippet {
        line: first_line + number,
        text: text.to_owned(),
        before: shown_before,
        after: shown_after,
        matched: if matched.is_empty() {
            (0, 0)
        } else {
            (matched.start, matched.end)
        },
        around: around.boxed(),
    }
}

/// Notes what stands around the shown part of a line.
fn note_cut(cuts: &mut Vec<LineCut>, number: usize, line: &str, shown: Range<usize>) {
    if shown.len() < line.len() {
        let from = line.floor_char_boundary(shown.start.saturating_sub(Around::END));
        let to = line.floor_char_boundary(line.len().min(shown.end + Around::END));
        cuts.push(LineCut {
            line: number,
            left: line.get(from..shown.start).unwrap_or_default().to_owned(),
            right: line.get(shown.end..to).unwrap_or_default().to_owned(),
        });
    }
}

/// Up to `count` lines that end before the line beginning at `start`, in reading order.
fn lines_backwards(text: &str, start: usize, count: usize) -> Vec<&str> {
    let head = text.get(..start.saturating_sub(1)).unwrap_or_default();
    if start == 0 {
        return vec![];
    }
    let mut lines: Vec<&str> = head.rsplit('\n').take(count).collect();
    lines.reverse();
    lines
        .iter()
        .map(|line| line.trim_end_matches('\r'))
        .collect()
}

/// The front of a line, at most `most` bytes.
fn front(line: &str, most: usize) -> &str {
    let end = line.floor_char_boundary(most.min(line.len()));
    line.get(..end).unwrap_or_default()
}

/// At most `most` bytes of a line (minified JSON is one line), chosen so that the match is in it.
fn bounded(line: &str, matched: Range<usize>, most: usize) -> (&str, Range<usize>) {
    if line.len() <= most {
        return (line, matched);
    }
    // A quarter of the room goes to what stands before the match.
    let wanted = matched
        .start
        .saturating_sub(most / 4)
        .min(line.len() - most);
    let start = if matched.end <= most {
        0
    } else {
        line.floor_char_boundary(wanted)
    };
    let end = line.floor_char_boundary(start + most);
    let cut = |at: usize| line.floor_char_boundary(at.clamp(start, end)) - start;
    let matched = cut(matched.start)..cut(matched.end);
    (line.get(start..end).unwrap_or_default(), matched)
}

/// Byte range of the value at the steps in a JSON text. Go-internal names are matched by the API
/// name they stand for, and inlined metadata is looked for in place.
fn find_in_json(text: &str, steps: &[Segment]) -> Range<usize> {
    let Ok(mut at) = serde_json::from_str::<&RawValue>(text) else {
        return 0..0;
    };
    for (depth, step) in steps.iter().enumerate() {
        let child = match step {
            Segment::Key(key) => {
                match serde_json::from_str::<BTreeMap<String, &RawValue>>(at.get()) {
                    Ok(map) if depth == 0 && key == "metadata" && !map.contains_key(key) => {
                        continue;
                    }
                    Ok(map) => map.get(key).copied().or_else(|| {
                        map.iter()
                            .find(|(internal, _)| api_name(internal) == *key)
                            .map(|(_, value)| *value)
                    }),
                    Err(_) => None,
                }
            }
            Segment::Index(index) => serde_json::from_str::<Vec<&RawValue>>(at.get())
                .ok()
                .and_then(|list| list.get(*index).copied()),
            Segment::Any => None,
        };
        let Some(child) = child else {
            let start = offset(text, at.get());
            return start..start;
        };
        at = child;
    }
    let start = offset(text, at.get());
    // The mark of a text leaves its quotes out.
    let quotes = usize::from(at.get().len() >= 2 && at.get().starts_with('"'));
    start + quotes..start + at.get().len() - quotes
}

/// Byte range of the longest recorded prefix of `path` in a `describe` text: of its value where
/// the path itself is recorded, of nothing at its line otherwise.
fn find_in_table(text: &str, lines: &[(String, u32)], path: &str) -> Range<usize> {
    let best = lines
        .iter()
        .filter(|(known, _)| {
            path.strip_prefix(known.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
        .max_by_key(|(known, _)| known.len());
    let (known, index) = best.map_or(("", 0), |(known, index)| (known.as_str(), *index));
    let start = match index {
        0 => 0,
        _ => memchr::memchr_iter(b'\n', text.as_bytes())
            .nth(index as usize - 1)
            .map_or(text.len(), |end| end + 1),
    };
    let line = text
        .get(start..)
        .unwrap_or_default()
        .lines()
        .next()
        .unwrap_or_default();
    match line.split_once(':') {
        // Two spaces before the colon part table cells: the row is no `Key: value`.
        Some((key, value)) if known == path && !key.trim_start().contains("  ") => {
            let value_start = start + line.len() - value.trim_start().len();
            value_start..value_start + value.trim().len()
        }
        _ => start..start,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const JSON: &str = r#"{
    "metadata": {
        "name": "web-0",
        "annotations": {"a.b/c": "yes"}
    },
    "status": {
        "containerStatuses": [
            {"name": "side", "ready": true},
            {
                "name": "web",
                "state": {
                    "waiting": {
                        "reason": "CrashLoopBackOff"
                    }
                },
                "restartCount": 12
            }
        ]
    }
}"#;

    const YAML: &str = "---
# collected
metadata:
  annotations:
    a.b/c: \"yes\"
    note: |
      status:
        phase: not this
  name: web-0
status:
  containerStatuses:
  - name: side
    ready: true
  - name: web
    state:
      waiting:
        message: 'back-off: 5m0s
          restarting'
        reason: CrashLoopBackOff
    restartCount: 12
  phase: Running
  podIPs:
    - ip: 10.0.0.1
    -
      ip: 10.0.0.2
";

    const INTERNAL: &str = r#"{
    "name": "web-0",
    "labels": {"App": "web"},
    "Status": {
        "ContainerStatuses": [
            {
                "LastTerminationState": {
                    "Terminated": {"Reason": "OOMKilled"}
                }
            }
        ]
    }
}"#;

    /// The cited line and the part of it that is marked.
    fn cited(text: &str, format: &TextFormat, path: &str) -> (u64, String) {
        let snippet = cite_in(text, format, 1, path, &Limits::RELEASE);
        let (from, to) = snippet.matched;
        (
            snippet.line,
            snippet
                .text
                .get(from..to)
                .expect("on character boundaries")
                .to_owned(),
        )
    }

    #[test]
    fn a_field_is_found_on_its_own_line() {
        let json = TextFormat::Json;
        let yaml = TextFormat::Yaml;
        for (text, format, path, line, matched) in [
            (JSON, &json, "metadata.name", 3, "web-0"),
            (JSON, &json, "metadata.annotations[\"a.b/c\"]", 4, "yes"),
            (JSON, &json, "status.containerStatuses[0].ready", 8, "true"),
            (
                JSON,
                &json,
                "status.containerStatuses[1].state.waiting.reason",
                13,
                "CrashLoopBackOff",
            ),
            (
                JSON,
                &json,
                "status.containerStatuses[1].restartCount",
                16,
                "12",
            ),
            (
                JSON,
                &json,
                "status.containerStatuses[1].lastState.terminated",
                9,
                "",
            ),
            (JSON, &json, "spec.nodeName", 1, ""),
            (YAML, &yaml, "metadata.name", 9, "web-0"),
            (YAML, &yaml, "metadata.annotations[\"a.b/c\"]", 5, "yes"),
            (YAML, &yaml, "status.phase", 21, "Running"),
            (YAML, &yaml, "status.containerStatuses[0].ready", 13, "true"),
            (YAML, &yaml, "status.containerStatuses[1].name", 14, "web"),
            (
                YAML,
                &yaml,
                "status.containerStatuses[1].state.waiting.reason",
                19,
                "CrashLoopBackOff",
            ),
            (
                YAML,
                &yaml,
                "status.containerStatuses[1].restartCount",
                20,
                "12",
            ),
            (YAML, &yaml, "status.containerStatuses[1]", 14, "name: web"),
            (YAML, &yaml, "status.containerStatuses[7].state", 11, ""),
            (YAML, &yaml, "status.podIPs[1].ip", 25, "10.0.0.2"),
            (YAML, &yaml, "status.podIPs[0].ip", 23, "10.0.0.1"),
            (YAML, &yaml, "spec", 3, ""),
            (INTERNAL, &json, "metadata.name", 2, "web-0"),
            (INTERNAL, &json, "metadata.labels.App", 3, "web"),
            (
                INTERNAL,
                &json,
                "status.containerStatuses[0].lastState.terminated.reason",
                8,
                "OOMKilled",
            ),
        ] {
            assert_eq!(
                cited(text, format, path),
                (line, matched.to_owned()),
                "{path}"
            );
        }
    }

    #[test]
    fn an_item_cut_with_its_dash_is_read_like_any_other() {
        let text = "  - metadata:\n      name: a\n    status:\n      phase: Failed\n";
        assert_eq!(
            cited(text, &TextFormat::Yaml, "status.phase"),
            (4, "Failed".into())
        );
        assert_eq!(
            cited(text, &TextFormat::Yaml, "metadata.name"),
            (2, "a".into())
        );
    }

    #[test]
    fn describe_text_is_cited_by_its_table() {
        let text = "Name:  web-0\nState:  Waiting\n  Reason:  Error: x\n  Ready  True  12:00:01\n";
        let table = TextFormat::Describe(vec![
            ("metadata.name".into(), 0),
            ("status.state".into(), 1),
            ("status.state.reason".into(), 2),
            ("status.conditions[0]".into(), 3),
        ]);
        for (path, line, matched) in [
            ("metadata.name", 1, "web-0"),
            ("status.state.reason", 3, "Error: x"),
            ("status.state.other", 2, ""),
            ("status.conditions[0]", 4, ""),
            ("status.conditions[0].status", 4, ""),
            ("status.statement", 1, ""),
        ] {
            assert_eq!(
                cited(text, &table, path),
                (line, matched.to_owned()),
                "{path}"
            );
        }
    }

    #[test]
    fn context_lines_stay_inside_the_text_and_lose_their_carriage_return() {
        let limits = Limits {
            context_lines: 2,
            ..Limits::RELEASE
        };
        let snippet = snippet_of_line("a\r\nb\r\nc\r\nd\r\ne", 1, 10, &limits);
        assert_eq!((snippet.line, snippet.text.as_str()), (11, "b"));
        assert_eq!(
            (snippet.before, snippet.after),
            (vec!["a".to_owned()], vec!["c".to_owned(), "d".to_owned()])
        );
        let last = snippet_of_line("a\nb\nc\nd", 3, 1, &limits);
        assert_eq!(
            (last.text.as_str(), last.before),
            ("d", vec!["b".to_owned(), "c".to_owned()])
        );
        assert_eq!(snippet_of_line("a", 9, 1, &limits).text, "a");
    }

    #[test]
    fn a_long_line_is_cut_around_its_match() {
        let limits = Limits {
            excerpt_bytes: 40,
            ..Limits::RELEASE
        };
        let text = format!(
            r#"{{"pad":"{}","reason":"OOMKilled","tail":"{}"}}"#,
            "é".repeat(60),
            "y".repeat(60)
        );
        let snippet = cite_in(&text, &TextFormat::Json, 1, "reason", &limits);
        assert!(snippet.text.len() <= 40);
        assert_eq!(
            snippet.text.get(snippet.matched.0..snippet.matched.1),
            Some("OOMKilled")
        );
    }

    #[test]
    fn a_packed_text_is_cited_like_the_plain_one_and_is_smaller() {
        let text = format!(
            "{}status:\n  phase: Failed\n",
            "padding: of a line that repeats itself\n".repeat(50)
        );
        let packed = ObjectText::new(&text, TextFormat::Yaml, 7);
        assert!(packed.size() < text.len() / 4);
        let limits = Limits::RELEASE;
        assert_eq!(
            packed.cite("status.phase", &limits),
            cite_in(&text, &TextFormat::Yaml, 7, "status.phase", &limits)
        );
        assert_eq!(packed.cite("status.phase", &limits).line, 58);
    }

    proptest! {
        #[test]
        fn any_text_and_path_give_a_snippet_of_one_of_its_lines(
            text in "[-a-c: \\[\\]{}\",'\n\ré0]{0,80}",
            path in "([a-c]|\\[[01]\\]|\\.){0,6}",
            bytes in 0usize..30,
        ) {
            let limits = Limits { excerpt_bytes: bytes, ..Limits::RELEASE };
            let table = TextFormat::Describe(vec![("a".into(), 2), ("b".into(), 99)]);
            for format in [TextFormat::Json, TextFormat::Yaml, table] {
                let snippet = cite_in(&text, &format, 1, &path, &limits);
                prop_assert!(snippet.text.len() <= bytes);
                let (from, to) = snippet.matched;
                prop_assert!(from <= to && snippet.text.get(from..to).is_some());
                prop_assert!(snippet.line <= 1 + text.matches('\n').count() as u64);
                prop_assert!(text.contains(&snippet.text));
            }
        }
    }
}
