//! Where a cluster-info dump may be cut: between its documents, and at any line of its logs.
//!
//! In: the text of a dump as it arrives. Out: the last safe place within a piece's size, or else
//! the first one after it. Every byte is looked at about once per piece that it may belong to.

use std::sync::Arc;

/// Begins a log section; the name of its container and pod follows.
const START: &[u8] = b"==== START logs for ";

/// Ends a log section, sometimes at the end of the log's last line.
const END: &str = "==== END logs for ";

/// Ends both marks.
const MARK: &[u8] = b" ====";

/// An open log section.
#[derive(Debug)]
struct Open {
    /// Its START line.
    line: Arc<str>,
    /// The mark that ends it and no other one.
    end: Vec<u8>,
}

/// What is known of the text after the last cut.
#[derive(Debug, Default)]
pub(super) struct Sections {
    /// The section that the piece begins in.
    at_start: Option<Arc<Open>>,
    /// The section that the next unread line stands in.
    open: Option<Arc<Open>>,
    /// Where the next unread line begins.
    next: usize,
    /// Up to where that line is known to have no end.
    searched: usize,
    /// The best safe place so far, and the section it stands in.
    best: Option<(usize, Option<Arc<Open>>)>,
    /// The last line end, safe or not, within the limit, and the section it stands in.
    line_end: Option<(usize, Option<Arc<Open>>)>,
    /// Whether a better place can no longer come.
    settled: bool,
}

impl Sections {
    /// The START line of the section that the piece begins in.
    pub(super) fn open(&self) -> Option<Arc<str>> {
        self.at_start.as_ref().map(|open| Arc::clone(&open.line))
    }

    /// The safe place to cut; `None` while a better one may come.
    pub(super) fn safe(&self) -> Option<usize> {
        let (at, _) = self.best.as_ref()?;
        self.settled.then_some(*at)
    }

    /// The last line end before `limit`, or `limit` itself where one line is that long.
    pub(super) fn force(&mut self, limit: usize) -> usize {
        let place = self
            .line_end
            .take()
            .unwrap_or_else(|| (limit, self.open.clone()));
        let at = place.0;
        self.best = Some(place);
        at
    }

    /// The text was cut at the safe (or forced) place, which is now at `start`.
    pub(super) fn restart(&mut self, start: usize) {
        let open = self.best.take().and_then(|(_, open)| open);
        *self = Self {
            at_start: open.clone(),
            open,
            next: start,
            searched: start,
            ..Self::default()
        };
    }

    /// Reads on in `text` for the piece that begins at `start`, should hold `size` bytes and must
    /// not hold more than `limit`; `end` when no more text will come.
    pub(super) fn scan(&mut self, text: &[u8], start: usize, size: usize, limit: usize, end: bool) {
        self.next = self.next.max(start);
        while !self.settled {
            let rest = &text[self.next..];
            // Enough of a line to know whether a document or a section begins with it.
            let begins_known = rest.len() >= START.len() || end || rest.contains(&b'\n');
            if self.open.is_none() && begins_known && begins_document(rest) {
                self.offer(self.next, start, size, limit);
            }
            let from = self.searched.max(self.next);
            let stop = match memchr::memchr(b'\n', &text[from..]) {
                Some(at) => from + at + 1,
                None if end && !rest.is_empty() => text.len(),
                None => {
                    self.searched = text.len();
                    // A line that leaves the piece's size holds no better place.
                    self.settled |= end || (self.best.is_some() && text.len() - start > size);
                    return;
                }
            };
            let safe = self.pass(&text[self.next..stop]);
            self.next = stop;
            self.searched = stop;
            if stop - start <= limit {
                self.line_end = Some((stop, self.open.clone()));
            }
            if safe {
                self.offer(stop, start, size, limit);
            }
            self.settled |= stop - start > limit;
        }
    }

    /// Keeps `at` as the place to cut if it is better than what there is.
    fn offer(&mut self, at: usize, start: usize, size: usize, limit: usize) {
        let length = at - start;
        if self.settled || length == 0 || length > limit {
            return;
        }
        if length <= size || self.best.is_none() {
            self.best = Some((at, self.open.clone()));
        }
        self.settled = length >= size;
    }

    /// Passes one line; whether its end is a safe place.
    fn pass(&mut self, line: &[u8]) -> bool {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some(open) = &self.open {
            if line.ends_with(&open.end) {
                self.open = None;
            }
            return true;
        }
        let name = line
            .strip_prefix(START)
            .and_then(|rest| rest.strip_suffix(MARK));
        if let Some(name) = name {
            self.open = Some(Arc::new(Open {
                line: String::from_utf8_lossy(line).into(),
                end: [END.as_bytes(), name, MARK].concat(),
            }));
            return true;
        }
        line == b"}"
    }
}

/// Whether `rest` begins with a line that begins a document or a section.
fn begins_document(rest: &[u8]) -> bool {
    rest.starts_with(b"---") || rest.starts_with(START)
}
