//! Removes from a log what may cut a literal in two.

use crate::examine::prefix::front;
use memchr::{memchr, memchr2, memmem};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// Bytes that a line may reach by joining its parts; what comes then stands for itself.
const LONGEST_JOIN: usize = 1 << 20;

/// Bytes after which docker's json-file driver splits a line, without a mark.
const DOCKER_SPLIT: usize = 16 * 1024;

/// How far the end of an escape sequence may stand from its begin.
const LONGEST_ESCAPE: usize = 64;

/// Removes what may cut a literal in two (ANSI colours, NUL bytes, the wrapper between the halves
/// of a line that the runtime split) without changing the number of lines. Borrows when there is
/// nothing to remove, which is nearly always.
///
/// The second half of a split line moves up to the first; its own line keeps the wrapper alone, so
/// that line numbers stay those of the entry.
pub fn clean(text: &[u8]) -> Cow<'_, [u8]> {
    let plain = if memchr2(0x1b, 0, text).is_some() {
        Cow::Owned(without_controls(text))
    } else {
        Cow::Borrowed(text)
    };
    if !has_split_line(&plain) {
        return plain;
    }
    match join(&plain) {
        Some(joined) => Cow::Owned(joined),
        None => plain,
    }
}

/// The text without escape sequences and NUL bytes.
fn without_controls(text: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr2(0x1b, 0, rest) {
        let (before, from) = rest.split_at(at);
        kept.extend_from_slice(before);
        rest = from.get(control_length(from)..).unwrap_or_default();
    }
    kept.extend_from_slice(rest);
    kept
}

/// Length of the NUL byte or the escape sequence at the front. A sequence never reaches over a line
/// end, and one that does not end is only its first byte.
fn control_length(text: &[u8]) -> usize {
    let window = text
        .get(..text.len().min(LONGEST_ESCAPE))
        .unwrap_or_default();
    match window {
        [0x1b, b'[', parameters @ ..] => {
            let end = parameters
                .iter()
                .position(|byte| !(0x20..0x40).contains(byte));
            match end.and_then(|end| Some((end, *parameters.get(end)?))) {
                Some((end, 0x40..=0x7e)) => end + 3,
                _ => 1,
            }
        }
        [0x1b, b']', title @ ..] => {
            let end = title
                .iter()
                .position(|byte| matches!(byte, 0x07 | 0x1b | b'\n'));
            match end.map(|end| (end, title.get(end..).unwrap_or_default())) {
                Some((end, [0x07, ..])) => end + 3,
                Some((end, [0x1b, b'\\', ..])) => end + 4,
                _ => 1,
            }
        }
        [0x1b, b'(' | b')', 0x20..=0x7e, ..] => 3,
        [0x1b, b'=' | b'>' | b'M' | b'7' | b'8' | b'c', ..] => 2,
        _ => 1,
    }
}

/// Whether any line may be split: a quick look that is rarely wrong.
fn has_split_line(text: &[u8]) -> bool {
    let marked = memmem::find_iter(text, b" P ")
        .any(|at| text.get(..at).is_some_and(ends_with_stream))
        || memmem::find(text, b" P:").is_some();
    marked || (text.len() > DOCKER_SPLIT && text.starts_with(b"{\"log\":\""))
}

/// Whether the name of a stream ends the text.
fn ends_with_stream(text: &[u8]) -> bool {
    text.ends_with(b" stdout") || text.ends_with(b" stderr")
}

/// One line on its way through [`join`], without its line feed.
enum Line<'a> {
    /// As it is.
    Kept(&'a [u8]),
    /// The first part, with the parts that followed, and what stands behind them.
    Joined(Vec<u8>, &'a [u8]),
    /// Wrapper of a part that moved up: what stands before and behind the part.
    Emptied(&'a [u8], &'a [u8]),
}

/// A line of a runtime that may be part of a longer one.
struct Part {
    /// The stream; parts of two streams may be interleaved.
    stream: Vec<u8>,
    /// What the container wrote, within the line.
    content: Range<usize>,
    /// Whether it goes on in the next line of the stream.
    partial: bool,
}

/// Joins split lines; `None` where there is none after all.
fn join(text: &[u8]) -> Option<Vec<u8>> {
    let mut lines = Vec::new();
    let mut open = BTreeMap::<Vec<u8>, usize>::new();
    let mut joined = false;
    for line in text.split(|&byte| byte == b'\n') {
        let Some(part) = part(line) else {
            lines.push(Line::Kept(line));
            continue;
        };
        let content = line.get(part.content.clone()).unwrap_or_default();
        let before = line.get(..part.content.start).unwrap_or_default();
        let behind = line.get(part.content.end..).unwrap_or_default();
        let first = open.get(&part.stream).copied();
        let room = first.and_then(|first| match lines.get_mut(first) {
            Some(Line::Joined(text, _)) if text.len() + content.len() <= LONGEST_JOIN => Some(text),
            _ => None,
        });
        if let Some(text) = room {
            text.extend_from_slice(content);
            lines.push(Line::Emptied(before, behind));
            joined = true;
            if !part.partial {
                open.remove(&part.stream);
            }
        } else if part.partial {
            open.insert(part.stream, lines.len());
            let head = line.get(..part.content.end).unwrap_or_default();
            lines.push(Line::Joined(head.to_vec(), behind));
        } else {
            open.remove(&part.stream);
            lines.push(Line::Kept(line));
        }
    }
    joined.then(|| assemble(text.len(), &lines))
}

/// The lines as one text.
fn assemble(size: usize, lines: &[Line<'_>]) -> Vec<u8> {
    let mut text = Vec::with_capacity(size);
    for (number, line) in lines.iter().enumerate() {
        if number > 0 {
            text.push(b'\n');
        }
        let (head, tail): (&[u8], &[u8]) = match line {
            Line::Kept(line) => (line, b""),
            Line::Joined(head, tail) => (head, tail),
            Line::Emptied(head, tail) => (head, tail),
        };
        text.extend_from_slice(head);
        text.extend_from_slice(tail);
    }
    text
}

/// What a line of a runtime says about its parts; `None` for other lines.
fn part(line: &[u8]) -> Option<Part> {
    if line.starts_with(b"{\"log\":\"") {
        return docker_part(line);
    }
    let head = line.get(..line.len().min(80))?;
    let stream = memmem::find(head, b" stdout ").or_else(|| memmem::find(head, b" stderr "))?;
    let flag = front(head);
    let tag = stream + 8;
    let length = memchr(b' ', line.get(tag..)?)? + 1;
    (flag.owner == (stream + 1..stream + 7)).then(|| Part {
        stream: line.get(flag.owner.clone()).unwrap_or_default().to_vec(),
        content: tag + length..line.len(),
        partial: flag.partial,
    })
}

/// The same for docker's json-file, which marks nothing: a part is as long as the split and lacks
/// the line feed that ends a whole line.
fn docker_part(line: &[u8]) -> Option<Part> {
    let start = b"{\"log\":\"".len();
    let end = memmem::rfind(line, b"\",\"stream\":\"")?;
    let content = line.get(start..end)?;
    let behind = line.get(end + b"\",\"stream\":\"".len()..)?;
    let stream = behind.get(..memchr(b'"', behind)?)?;
    Some(Part {
        stream: stream.to_vec(),
        content: start..end,
        partial: !content.ends_with(b"\\n") && content.len() >= DOCKER_SPLIT,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cleaned(text: &str) -> String {
        String::from_utf8(clean(text.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn text_without_anything_to_remove_is_borrowed() {
        for text in [
            "",
            "plain\r\ntext P here",
            "2023-01-31T20:02:48Z stderr F whole line",
            "say stderr P in a message",
            "progress 10%\rprogress 20%\r\n",
        ] {
            assert!(matches!(clean(text.as_bytes()), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn escape_sequences_and_nul_bytes_do_not_cut_words() {
        let cases = [
            (
                "\x1b[0;32m  OK  \x1b[0m] Fin\x1b[1mished",
                "  OK  ] Finished",
            ),
            ("no\0 space\0\0 left", "no space left"),
            ("\x1b]0;title\x07text", "text"),
            ("\x1b]0;title\x1b\\text", "text"),
            ("\x1b(Btext", "text"),
            ("open \x1b[12\nnext", "open [12\nnext"),
            ("open \x1b]0;\nnext", "open ]0;\nnext"),
            ("end \x1b", "end "),
        ];
        for (text, expected) in cases {
            assert_eq!(cleaned(text), expected, "{text:?}");
        }
    }

    #[test]
    fn parts_of_a_line_move_up_to_the_first() {
        let text = "\
2023-01-31T20:02:48.1Z stderr P E0131 20:02:48.0 1 a.go:1] no space
2023-01-31T20:02:48.2Z stdout F between
2023-01-31T20:02:48.3Z stderr P  left on
2023-01-31T20:02:48.4Z stderr F  device
2023-01-31T20:02:48.5Z stderr F next
";
        let expected = "\
2023-01-31T20:02:48.1Z stderr P E0131 20:02:48.0 1 a.go:1] no space left on device
2023-01-31T20:02:48.2Z stdout F between
2023-01-31T20:02:48.3Z stderr P 
2023-01-31T20:02:48.4Z stderr F 
2023-01-31T20:02:48.5Z stderr F next
";
        assert_eq!(cleaned(text), expected);
        assert_eq!(
            cleaned(expected),
            expected,
            "cleaning twice changes nothing"
        );
    }

    #[test]
    fn dockers_unmarked_parts_are_joined() {
        let long = "x".repeat(DOCKER_SPLIT);
        let line = |log: &str| {
            format!(r#"{{"log":"{log}","stream":"stderr","time":"2024-01-01T00:00:00Z"}}"#)
        };
        let text = format!("{}\n{}\n{}", line(&long), line("rest\\n"), line("next\\n"));
        let expected = format!(
            "{}\n{}\n{}",
            line(&format!("{long}rest\\n")),
            line(""),
            line("next\\n")
        );
        assert_eq!(cleaned(&text), expected);
        let short = format!("{}\n{}\n{}", line("prompt> "), line(&long), line("a\\n"));
        assert!(cleaned(&short).starts_with(&line("prompt> ")));
    }

    proptest! {
        #[test]
        fn the_number_of_lines_stays(
            parts in proptest::collection::vec(
                proptest::sample::select(vec![
                    "\n", "\x1b[", "\x1b]", "0;1m", "\0", "\r", "2023-01-31T20:02:48Z stderr P ",
                    "2023-01-31T20:02:48Z stdout F ", "text", "{\"log\":\"", "\",\"stream\":\"",
                ]),
                0..40,
            ),
        ) {
            let text = parts.concat();
            let feeds = |text: &[u8]| memchr::memchr_iter(b'\n', text).count();
            let cleaned = clean(text.as_bytes());
            prop_assert_eq!(feeds(&cleaned), feeds(text.as_bytes()));
            prop_assert!(!cleaned.contains(&0) && !cleaned.contains(&0x1b));
        }
    }
}
