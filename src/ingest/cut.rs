//! Text to pieces: line-aligned, numbered, with the lines around them.
//!
//! In: the decoded text of one entry, in portions of any size. Out: [`Chunk`]s. Where a piece ends
//! depends on the text alone, so that a folder, a tar and a zip of the same files give the same
//! pieces. Holds one piece and its surroundings, never an entry ([`Cut::Whole`] up to its limit).

use super::budget::size;
use super::entry::{Chunk, Cut, Work};
use super::sections::Sections;
use super::sniff::HEAD_BYTES;
use super::{CutFor, Place};
use crate::gap::{Gap, GapReason};
use crate::limits::Limits;
use crate::locator::Locator;
use std::ops::ControlFlow;

/// Bytes of context on each side of a piece: three lines of every log that people read.
const CONTEXT_BYTES: usize = 8 << 10;

/// Where work goes.
pub(super) type Out<'a> = dyn FnMut(Work) -> ControlFlow<()> + 'a;

/// Cuts one entry.
pub(super) struct Cutter<'a> {
    place: &'a Place,
    limits: &'a Limits,
    choose: CutFor<'a>,
    /// How the entry is cut, once enough of it was seen to say.
    cut: Option<Cut>,
    /// The lines before the next piece, the piece, and what was read after it.
    text: Vec<u8>,
    /// Where in `text` the next piece begins.
    start: usize,
    /// How far `text` has to reach from `start` before the next cut can be judged.
    want: usize,
    /// Line number of `start`.
    line: u64,
    /// Number of the next piece.
    piece: u32,
    /// Length of the line that `text` ends in, with what was dropped of it.
    line_length: usize,
    /// What is safe to cut, for [`Cut::Sections`].
    sections: Sections,
    /// Whether the text went over a limit that was said already.
    said: bool,
    /// Whether no more text is of use.
    done: bool,
}

impl<'a> Cutter<'a> {
    /// At the beginning of the entry at `place`.
    pub(super) fn new(place: &'a Place, limits: &'a Limits, choose: CutFor<'a>) -> Self {
        Self {
            place,
            limits,
            choose,
            cut: None,
            text: Vec::new(),
            start: 0,
            want: limits.chunk_bytes + CONTEXT_BYTES,
            line: 1,
            piece: 0,
            line_length: 0,
            sections: Sections::default(),
            said: false,
            done: false,
        }
    }

    /// Whether no more text is of use: the entry is skipped, or its document is too long.
    pub(super) fn done(&self) -> bool {
        self.done
    }

    /// Takes more text.
    pub(super) fn push(&mut self, text: &[u8], out: &mut Out<'_>) -> ControlFlow<()> {
        let Some(cut) = self.cut else {
            self.text.extend_from_slice(text);
            return if self.text.len() < HEAD_BYTES {
                ControlFlow::Continue(())
            } else {
                self.decide(out)
            };
        };
        self.append(cut, text, out)?;
        self.pieces(cut, false, out)
    }

    /// Hands out what is left; an entry without text is one empty piece.
    pub(super) fn finish(mut self, out: &mut Out<'_>) -> ControlFlow<()> {
        if self.cut.is_none() {
            self.decide(out)?;
        }
        match self.cut {
            None | Some(Cut::Skip | Cut::LeaveOut(_)) => ControlFlow::Continue(()),
            Some(cut) => self.pieces(cut, true, out),
        }
    }

    /// Asks how the entry is to be cut, now that its beginning is there.
    fn decide(&mut self, out: &mut Out<'_>) -> ControlFlow<()> {
        let text = std::mem::take(&mut self.text);
        let head = text.get(..HEAD_BYTES).unwrap_or(&text);
        let cut = (self.choose)(&self.place.path, head);
        self.cut = Some(cut);
        if let Cut::LeaveOut(what) = cut {
            out(Work::Gap(Gap {
                locator: self.place.path.whole(),
                reason: GapReason::LeftOut { what },
            }))?;
        }
        self.append(cut, &text, out)?;
        self.pieces(cut, false, out)
    }

    /// Adds `text` as far as the entry's limits let it.
    fn append(&mut self, cut: Cut, text: &[u8], out: &mut Out<'_>) -> ControlFlow<()> {
        match cut {
            Cut::Skip | Cut::LeaveOut(_) => self.done = true,
            Cut::Sections => self.text.extend_from_slice(text),
            Cut::Whole => {
                let room = self.limits.document_bytes.saturating_sub(self.text.len());
                self.text
                    .extend_from_slice(text.get(..room).unwrap_or(text));
                if text.len() > room {
                    self.done = true;
                    return self.over(self.limits.document_bytes, "one document", None, out);
                }
            }
            Cut::Lines => return self.append_lines(text, out),
        }
        ControlFlow::Continue(())
    }

    /// Adds lines, and of a line that is too long only its beginning.
    fn append_lines(&mut self, text: &[u8], out: &mut Out<'_>) -> ControlFlow<()> {
        if self.line_length.saturating_add(text.len()) <= self.limits.line_bytes {
            self.text.extend_from_slice(text);
            self.line_length = match memchr::memrchr(b'\n', text) {
                Some(end) => text.len() - end - 1,
                None => self.line_length + text.len(),
            };
            return ControlFlow::Continue(());
        }
        for line in text.split_inclusive(|b| *b == b'\n') {
            let ended = line.ends_with(b"\n");
            let length = line.len() - usize::from(ended);
            let room = self.limits.line_bytes.saturating_sub(self.line_length);
            self.text.extend_from_slice(&line[..length.min(room)]);
            if length > room {
                let number = self.line + lines(&self.text[self.start..]);
                self.over(self.limits.line_bytes, "one line", Some(number), out)?;
            }
            self.line_length = self.line_length.saturating_add(length);
            if ended {
                self.text.push(b'\n');
                self.line_length = 0;
            }
        }
        ControlFlow::Continue(())
    }

    /// Hands out all pieces whose end and surroundings are there; at the `end` of the text, all.
    fn pieces(&mut self, cut: Cut, end: bool, out: &mut Out<'_>) -> ControlFlow<()> {
        loop {
            let there = self.text.len() - self.start;
            let needs_more = !end && (cut == Cut::Whole || there < self.want);
            let unwanted = matches!(cut, Cut::Skip | Cut::LeaveOut(_));
            if unwanted || needs_more || (there == 0 && self.piece > 0) {
                return ControlFlow::Continue(());
            }
            let found = match cut {
                Cut::Lines => self.line_end(),
                Cut::Sections => self.section_end(end, out)?,
                Cut::Whole | Cut::Skip | Cut::LeaveOut(_) => Some(self.text.len()),
            };
            let stop = match found {
                Some(stop) => stop,
                None if end => self.text.len(),
                None => {
                    self.want = there + self.limits.chunk_bytes.min(there).max(1);
                    continue;
                }
            };
            let length = stop - self.start;
            if !end && there < length + CONTEXT_BYTES {
                self.want = length + CONTEXT_BYTES;
                continue;
            }
            self.emit(cut, stop, end, out)?;
        }
    }

    /// Where a piece of plain lines ends: after the last line end within its size, or else after
    /// the first one; `None` where neither is there yet. Less than a piece is only there at the end
    /// of the text.
    fn line_end(&self) -> Option<usize> {
        let body = &self.text[self.start..];
        let size = self.limits.chunk_bytes.max(1);
        if body.len() <= size {
            return Some(self.text.len());
        }
        let (within, beyond) = body.split_at(size.min(body.len()));
        memchr::memrchr(b'\n', within)
            .or_else(|| memchr::memchr(b'\n', beyond).map(|at| within.len() + at))
            .map(|at| self.start + at + 1)
    }

    /// Where a piece of a dump ends; over the limit of a document, at any line end.
    fn section_end(&mut self, end: bool, out: &mut Out<'_>) -> ControlFlow<(), Option<usize>> {
        let limit = self.limits.document_bytes.max(1);
        let size = self.limits.chunk_bytes.min(limit);
        let there = self.text.len() - self.start;
        if end && there <= size {
            return ControlFlow::Continue(Some(self.text.len()));
        }
        self.sections.scan(&self.text, self.start, size, limit, end);
        let safe = self.sections.safe();
        if safe.is_some() || (end && there <= limit) || there < limit + CONTEXT_BYTES && !end {
            return ControlFlow::Continue(safe);
        }
        let forced = self.sections.force(self.start + limit.min(there));
        let line = self.line + lines(&self.text[self.start..forced]);
        self.over(limit, "one document", Some(line), out)?;
        ControlFlow::Continue(Some(forced))
    }

    /// Hands out the piece up to `stop` and keeps what the next one needs.
    fn emit(&mut self, cut: Cut, stop: usize, end: bool, out: &mut Out<'_>) -> ControlFlow<()> {
        let count = self.limits.context_lines;
        let lead = context_before(&self.text, self.start, count);
        let trail = context_after(&self.text, stop, count);
        let chunk = Chunk {
            path: self.place.path.clone(),
            piece: self.piece,
            last: end && stop == self.text.len(),
            first_line: self.line,
            bytes: self.text[lead..trail].to_vec(),
            body: self.start - lead..stop - lead,
            section: self.sections.open(),
            cut,
            modified: self.place.modified,
        };
        self.line += lines(&self.text[self.start..stop]);
        self.piece = self.piece.saturating_add(1);
        let keep = context_before(&self.text, stop, count);
        self.text.drain(..keep);
        self.start = stop - keep;
        self.want = self.limits.chunk_bytes + CONTEXT_BYTES;
        self.sections.restart(self.start);
        out(Work::Chunk(chunk))
    }

    /// Says once that the entry went over a limit.
    fn over(
        &mut self,
        bytes: usize,
        of: &str,
        line: Option<u64>,
        out: &mut Out<'_>,
    ) -> ControlFlow<()> {
        if std::mem::replace(&mut self.said, true) {
            return ControlFlow::Continue(());
        }
        out(Work::Gap(Gap {
            locator: Locator {
                entry: self.place.path.clone(),
                line,
            },
            reason: GapReason::Limit {
                limit: format!("{} of {of}", size(bytes as u64)),
            },
        }))
    }
}

/// Line ends in `text`.
fn lines(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}

/// Where the `count` lines before `stop` begin, within [`CONTEXT_BYTES`].
fn context_before(text: &[u8], stop: usize, count: usize) -> usize {
    let floor = stop.saturating_sub(CONTEXT_BYTES);
    // The line end right before `stop` ends the nearest line and begins none.
    let mut ends = memchr::memrchr_iter(b'\n', &text[floor..stop.saturating_sub(1).max(floor)]);
    match count.checked_sub(1) {
        None => stop,
        Some(skip) => match ends.nth(skip) {
            Some(at) => floor + at + 1,
            None => (floor..stop)
                .find(|at| floor == 0 || text[*at] & 0xc0 != 0x80)
                .unwrap_or(stop),
        },
    }
}

/// Where the `count` lines after `stop` end, within [`CONTEXT_BYTES`].
fn context_after(text: &[u8], stop: usize, count: usize) -> usize {
    let roof = text.len().min(stop + CONTEXT_BYTES);
    let mut ends = memchr::memchr_iter(b'\n', &text[stop..roof]);
    match count.checked_sub(1) {
        None => stop,
        Some(skip) => match ends.nth(skip) {
            Some(at) => stop + at + 1,
            None => (stop..=roof)
                .rev()
                .find(|at| text.get(*at).is_none_or(|b| b & 0xc0 != 0x80))
                .unwrap_or(roof),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Small limits, so that a few lines have edges.
    fn limits(chunk: usize, document: usize, line: usize) -> Limits {
        Limits {
            chunk_bytes: chunk,
            document_bytes: document,
            line_bytes: line,
            ..Limits::RELEASE
        }
    }

    /// All work of one entry, pushed in portions of `step` bytes.
    fn run(limits: &Limits, cut: Cut, text: &[u8], step: usize) -> (Vec<Chunk>, Vec<Gap>) {
        let place = Place::bundle("x", false);
        let choose = move |_: &_, _: &[u8]| cut;
        let mut cutter = Cutter::new(&place, limits, &choose);
        let (mut chunks, mut gaps) = (Vec::new(), Vec::new());
        let mut out = |work| {
            match work {
                Work::Chunk(chunk) => chunks.push(chunk),
                Work::Gap(gap) => gaps.push(gap),
                Work::Deferred(_) => unreachable!("nothing defers here"),
            }
            ControlFlow::Continue(())
        };
        for portion in text.chunks(step) {
            assert!(cutter.push(portion, &mut out).is_continue());
        }
        assert!(cutter.finish(&mut out).is_continue());
        (chunks, gaps)
    }

    /// A chunk's own text.
    fn body(chunk: &Chunk) -> &[u8] {
        &chunk.bytes[chunk.body.clone()]
    }

    /// Numbers, last marks, line numbers and surroundings agree with the whole text.
    fn check(chunks: &[Chunk], text: &[u8]) {
        let bodies: Vec<u8> = chunks.iter().flat_map(|c| body(c).to_vec()).collect();
        assert_eq!(bodies, text);
        let mut at = 0;
        for (number, chunk) in chunks.iter().enumerate() {
            assert_eq!(chunk.piece as usize, number);
            assert_eq!(chunk.last, number + 1 == chunks.len());
            assert_eq!(chunk.first_line, 1 + lines(&text[..at]));
            let lead = chunk.body.start;
            let from = at - lead;
            assert_eq!(chunk.bytes, text[from..from + chunk.bytes.len()]);
            assert!(lines(&chunk.bytes[..lead]) <= 3);
            assert!(lines(&chunk.bytes[chunk.body.end..]) <= 3);
            at += chunk.body.len();
        }
    }

    /// Many lines, more than the head and several pieces.
    fn log(count: usize) -> Vec<u8> {
        (1..=count)
            .flat_map(|n| format!("line {n} of a log that has some length\n").into_bytes())
            .collect()
    }

    #[test]
    fn lines_are_cut_at_line_ends_with_three_lines_around() {
        let text = log(5000);
        let (chunks, gaps) = run(&limits(1000, 5000, 500), Cut::Lines, &text, 777);
        assert!(gaps.is_empty());
        assert!(chunks.len() > 100);
        check(&chunks, &text);
        let second = &chunks[1];
        assert!(second.body.len() <= 1000 && body(second).ends_with(b"\n"));
        assert_eq!(lines(&second.bytes[..second.body.start]), 3);
        assert_eq!(lines(&second.bytes[second.body.end..]), 3);
    }

    #[test]
    fn a_line_that_is_too_long_is_cut_and_the_numbers_stay_right() {
        let mut text = log(3);
        text.extend(vec![b'x'; 300_000]);
        text.extend(b"\nafter\n");
        let (chunks, gaps) = run(&limits(1 << 20, 1 << 20, 100), Cut::Lines, &text, 4096);
        let [chunk] = &chunks[..] else {
            panic!("one piece")
        };
        let kept = String::from_utf8_lossy(body(chunk)).into_owned();
        let kept: Vec<_> = kept.lines().collect();
        assert_eq!((kept.len(), kept[3].len(), kept[4]), (5, 100, "after"));
        let [gap] = &gaps[..] else { panic!("one gap") };
        assert_eq!(gap.locator.to_string(), "x:4");
        assert_eq!(
            gap.reason.to_string(),
            "over the limit of 100 bytes of one line"
        );
    }

    #[test]
    fn a_document_is_one_piece_up_to_its_limit() {
        let text = log(3000);
        let (chunks, gaps) = run(&limits(100, 1 << 20, 100), Cut::Whole, &text, 1000);
        assert_eq!((chunks.len(), gaps.len()), (1, 0));
        check(&chunks, &text);
        let (chunks, gaps) = run(&limits(100, 70_000, 100), Cut::Whole, &text, 1000);
        assert_eq!((chunks.len(), gaps.len()), (1, 1));
        check(&chunks, &text[..70_000]);
    }

    #[test]
    fn an_empty_entry_is_one_empty_piece_and_a_skipped_one_is_none() {
        for cut in [Cut::Lines, Cut::Whole, Cut::Sections] {
            let (chunks, _) = run(&limits(100, 100, 100), cut, b"", 1);
            assert_eq!(chunks.len(), 1, "{cut:?}");
            check(&chunks, b"");
        }
        let (chunks, gaps) = run(&limits(100, 100, 100), Cut::Skip, &log(5000), 1000);
        assert!(chunks.is_empty() && gaps.is_empty());
    }

    /// A dump: a document, a section whose log quotes another START, and its glued END.
    fn dump(items: usize, log_lines: usize) -> String {
        let items = "    {\n        \"name\": \"item\"\n    },\n".repeat(items);
        let log = "a line of the log\n".repeat(log_lines);
        format!(
            "{{\n    \"kind\": \"PodList\",\n{items}}}\n\
             ==== START logs for container c of pod ns/p ====\n\
             ==== START logs for container other of pod ns/q ====\n{log}\
             last line==== END logs for container c of pod ns/p ====\n\
             ---\nkind: EventList\n"
        )
    }

    #[test]
    fn a_dump_is_cut_between_documents_and_inside_logs_only() {
        let text = dump(900, 4000).repeat(3);
        let (chunks, gaps) = run(
            &limits(2000, 200_000, 500),
            Cut::Sections,
            text.as_bytes(),
            999,
        );
        assert!(gaps.is_empty(), "{gaps:?}");
        check(&chunks, text.as_bytes());
        for chunk in &chunks {
            let body = String::from_utf8_lossy(body(chunk)).into_owned();
            match chunk.section.as_deref() {
                Some(line) => {
                    assert_eq!(line, "==== START logs for container c of pod ns/p ====");
                    assert!(!body.starts_with('{') && !body.starts_with("---"), "{body}");
                }
                None => assert!(
                    ["{", "---", "==== START"]
                        .iter()
                        .any(|first| body.starts_with(first)),
                    "{}",
                    chunk.first_line
                ),
            }
            let documents = body.matches("\"kind\"").count();
            let ends = body.matches("\n}\n").count();
            assert_eq!(documents, ends, "a document stays whole");
        }
        assert!(chunks.iter().any(|chunk| chunk.section.is_some()));
    }

    #[test]
    fn a_document_of_a_dump_over_the_limit_is_cut_at_a_line_end_and_said_once() {
        let text = dump(9000, 10);
        let (chunks, gaps) = run(
            &limits(2000, 20_000, 500),
            Cut::Sections,
            text.as_bytes(),
            999,
        );
        assert_eq!(gaps.len(), 1);
        check(&chunks, text.as_bytes());
        for chunk in &chunks {
            assert!(chunk.body.len() <= 20_000);
            assert!(body(chunk).ends_with(b"\n"));
        }
    }

    /// Pieces of text whose joins are where cutting may go wrong.
    fn any_text() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            4 => "[a-z ]{0,40}\n",
            1 => Just("}\n".to_owned()),
            1 => Just("{\n".to_owned()),
            1 => Just("---\n".to_owned()),
            1 => Just("\r\n".to_owned()),
            1 => "[a-zé]{100,300}",
            1 => Just("==== START logs for container c of pod n/p ====\n".to_owned()),
            1 => Just("==== END logs for container c of pod n/p ====\n".to_owned()),
        ];
        // Repeated, because nothing is cut below the size of the context.
        (prop::collection::vec(piece, 0..60), 1..80usize)
            .prop_map(|(pieces, times)| pieces.concat().repeat(times).into_bytes())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn pieces_add_up_to_the_text_whatever_the_portions(
            text in any_text(),
            chunk in 1..5000usize,
            document in 1..30_000usize,
            steps in (1..9000usize, 1..9000usize),
        ) {
            for cut in [Cut::Lines, Cut::Sections] {
                let limits = limits(chunk, document, usize::MAX >> 1);
                let (first, gaps) = run(&limits, cut, &text, steps.0);
                check(&first, &text);
                let (second, again) = run(&limits, cut, &text, steps.1);
                prop_assert_eq!(format!("{first:?}"), format!("{second:?}"));
                prop_assert_eq!(gaps, again);
            }
        }

        #[test]
        fn long_lines_are_cut_the_same_whatever_the_portions(
            text in any_text(),
            line in 1..120usize,
            steps in (1..9000usize, 1..9000usize),
        ) {
            let limits = limits(1000, 1000, line);
            let (first, gaps) = run(&limits, Cut::Lines, &text, steps.0);
            let (second, again) = run(&limits, Cut::Lines, &text, steps.1);
            prop_assert_eq!(format!("{first:?}"), format!("{second:?}"));
            prop_assert_eq!(gaps, again);
            let ends: u64 = first.iter().map(|chunk| lines(body(chunk))).sum();
            prop_assert_eq!(ends, lines(&text));
        }
    }
}
