//! Text to pieces: line-aligned, numbered, with the lines around them.
//!
//! In: the decoded text of one entry, in portions of any size. Out: [`Chunk`]s. Where a piece ends
//! depends on the text alone, so that a folder, a tar and a zip of the same files give the same
//! pieces. Holds one piece and its surroundings, never an entry ([`Cut::Whole`] up to its limit).

use super::budget::size;
use super::entry::{Chunk, Cut, Work};
use super::sections::Sections;
use super::sniff::HEAD;
use super::{CutFor, Place};
use crate::gap::{Gap, GapReason};
use crate::limits::Limits;
use crate::locator::Locator;
use std::ops::ControlFlow;

/// Bytes of context on each side of a piece: three lines of every log that people read.
const CONTEXT_BYTES: usize = 8 << 10;

/// Where work goes.
pub type Out<'a> = dyn FnMut(Work) -> ControlFlow<()> + 'a;

/// Cuts one entry.
pub struct Cutter<'a> {
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
    pub fn new(place: &'a Place, limits: &'a Limits, choose: CutFor<'a>) -> Self {
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
    pub fn done(&self) -> bool {
        self.done
    }

    /// Takes more text.
    pub fn push(&mut self, text: &[u8], out: &mut Out<'_>) -> ControlFlow<()> {
        let Some(cut) = self.cut else {
            self.text.extend_from_slice(text);
            return if self.text.len() < HEAD {
                ControlFlow::Continue(())
            } else {
                self.decide(out)
            };
        };
        self.append(cut, text, out)?;
        self.pieces(cut, false, out)
    }

    /// Hands out what is left; an entry without text is one empty piece.
    pub fn finish(mut self, out: &mut Out<'_>) -> ControlFlow<()> {
        if self.cut.is_none() {
            self.decide(out)?;
        }
        match self.cut {
            None | Some(Cut::Skip) => ControlFlow::Continue(()),
            Some(cut) => self.pieces(cut, true, out),
        }
    }

    /// Asks how the entry is to be cut, now that its beginning is there.
    fn decide(&mut self, out: &mut Out<'_>) -> ControlFlow<()> {
        let text = std::mem::take(&mut self.text);
        let head = text.get(..HEAD).unwrap_or(&text);
        let cut = (self.choose)(&self.place.path, head);
        self.cut = Some(cut);
        self.append(cut, &text, out)?;
        self.pieces(cut, false, out)
    }

    /// Adds `text` as far as the entry's limits let it.
    fn append(&mut self, cut: Cut, text: &[u8], out: &mut Out<'_>) -> ControlFlow<()> {
        match cut {
            Cut::Skip => self.done = true,
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
            if cut == Cut::Skip || needs_more || (there == 0 && self.piece > 0) {
                return ControlFlow::Continue(());
            }
            let found = match cut {
                Cut::Lines => self.line_end(),
                Cut::Sections => self.section_end(end, out)?,
                Cut::Whole | Cut::Skip => Some(self.text.len()),
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
