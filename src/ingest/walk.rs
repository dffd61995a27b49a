//! From a stream of bytes to work, through whatever is packed in it.
//!
//! In: a stream and the [`Place`] it stands at. Out: chunks, deferred entries and gaps. One
//! [`Walker`] belongs to one thread; the archives (`tar`, `zip`, `directory`) call back into
//! [`Walker::content`] for each of their entries.

use super::budget::{Budget, Metered, reason, size};
use super::cut::Cutter;
use super::entry::{Deferred, Source, Work};
use super::name::{Names, clean, is_clutter};
use super::sniff::{Codec, HEAD_BYTES, Kind, sniff};
use super::stream::{Peeked, decode, fill, gzip_modified};
use super::text::{Decoder, Returns};
use super::{Place, Reader};
use crate::gap::{Gap, GapReason};
use crate::ingest::member::Zip;
use crate::locator::EntryPath;
use std::io::Read;
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;

/// Bytes decoded at a time. [`Decoder::push`] judges equal blocks, so this is a fixed size.
const BLOCK: usize = 64 << 10;

/// Pieces that a file or member may have and still be left to another thread; a larger one is cut
/// by the reading thread, so that its pieces are examined side by side.
const DEFERRED_PIECES: u64 = 32;

/// What a walk came across; decides whether there was anything to read at all.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Seen {
    /// Entries read or deferred.
    pub(super) entries: u64,
    /// Gaps.
    pub(super) gaps: u64,
    /// Gaps that are damage.
    pub(super) damaged: u64,
    /// Encrypted members.
    pub(super) encrypted: u64,
    /// Whether the input itself is of no known kind.
    pub(super) unknown: bool,
}

/// What reads the archives that a stream may hold.
pub(super) struct Archives {
    /// A tar in a stream.
    pub(super) tar: fn(&mut Walker<'_>, &Place, &mut dyn Read) -> ControlFlow<()>,
    /// A zip on disk or in memory.
    pub(super) zip: fn(&mut Walker<'_>, &Place, &Zip) -> ControlFlow<()>,
}

/// Walks one input, or one deferred entry.
pub(super) struct Walker<'a> {
    /// Bounds, the cut and the meter.
    pub(super) reader: &'a Reader<'a>,
    /// What reads archives.
    archives: &'a Archives,
    /// What may still be read.
    pub(super) budget: &'a Budget,
    /// Whether entries may be left to other threads.
    pub(super) defers: bool,
    /// What was come across.
    pub(super) seen: Seen,
    /// Where work goes.
    out: &'a mut dyn FnMut(Work) -> ControlFlow<()>,
}

impl<'a> Walker<'a> {
    /// A walk that hands its work to `out`.
    pub(super) fn new(
        reader: &'a Reader<'a>,
        archives: &'a Archives,
        budget: &'a Budget,
        defers: bool,
        out: &'a mut dyn FnMut(Work) -> ControlFlow<()>,
    ) -> Self {
        Self {
            reader,
            archives,
            budget,
            defers,
            seen: Seen::default(),
            out,
        }
    }

    /// Hands on that something at `path` was not read.
    pub(super) fn gap(&mut self, path: &EntryPath, reason: GapReason) -> ControlFlow<()> {
        self.seen.gaps += 1;
        self.seen.damaged += u64::from(matches!(reason, GapReason::Damaged { .. }));
        self.seen.encrypted += u64::from(reason == GapReason::Encrypted);
        (self.out)(Work::Gap(Gap {
            locator: path.whole(),
            reason,
        }))
    }

    /// Leaves an entry to another thread.
    pub(super) fn defer(
        &mut self,
        place: Place,
        budget: Budget,
        source: Source,
    ) -> ControlFlow<()> {
        self.seen.entries += 1;
        (self.out)(Work::Deferred(Deferred {
            path: place.path,
            modified: place.modified,
            depth: place.depth,
            budget,
            source,
        }))
    }

    /// Whether an entry of this size is cut by the reading thread itself.
    pub(super) fn is_large(&self, size: u64) -> bool {
        size > DEFERRED_PIECES.saturating_mul(self.reader.limits.chunk_bytes as u64)
    }

    /// The place of the entry `raw` in the archive at `around`; `None` for what macOS adds. Counts
    /// the entry, and says what is wrong with its name. Breaks when there may be no more entries.
    pub(super) fn enter(
        &mut self,
        around: &Place,
        names: &mut Names,
        raw: &str,
    ) -> ControlFlow<(), Option<Place>> {
        if is_clutter(raw) {
            return ControlFlow::Continue(None);
        }
        let name = clean(raw);
        let (shown, again) = names.unique(name.shown);
        let path = around.path.entry(&shown);
        self.reader.meter.entries.fetch_add(1, Ordering::Relaxed);
        if name.hostile {
            self.gap(&path, GapReason::HostileName)?;
        }
        if again {
            self.gap(&path, GapReason::DuplicateName)?;
        }
        ControlFlow::Continue(Some(Place {
            path,
            depth: around.depth + 1,
            layers: 0,
            modified: None,
        }))
    }

    /// Takes one more entry of the archive at `around`; says so and gives `false` when there may be
    /// no more.
    pub(super) fn take_entry(&mut self, around: &Place) -> ControlFlow<(), bool> {
        if self.budget.take_entry() {
            return ControlFlow::Continue(true);
        }
        self.gap(&around.path, self.budget.entries_gap())?;
        ControlFlow::Continue(false)
    }

    /// Reads whatever `stream` is.
    pub(super) fn content(&mut self, place: &Place, stream: &mut dyn Read) -> ControlFlow<()> {
        let mut stream = Peeked::new(stream, HEAD_BYTES);
        let kind = sniff(stream.head());
        if kind.unfolds() && place.depth.max(place.layers) > self.reader.limits.depth {
            let limit = format!("{} nested archives", self.reader.limits.depth);
            return self.gap(&place.path, GapReason::Limit { limit });
        }
        match kind {
            Kind::Compressed(codec) => self.compressed(codec, place, stream),
            Kind::Tar => (self.archives.tar)(self, place, &mut stream),
            Kind::Zip => self.nested_zip(place, &mut stream),
            Kind::Unsupported(_) | Kind::Binary if place.depth == 0 => {
                // A tar without entries is zeros and nothing else.
                self.seen.unknown = stream.head().iter().any(|b| *b != 0);
                ControlFlow::Continue(())
            }
            Kind::Unsupported(what) => {
                let what = what.to_owned();
                self.gap(&place.path, GapReason::Unsupported { what })
            }
            Kind::Binary => self.gap(&place.path, GapReason::Binary),
            Kind::Text if place.depth == 0 && stream.head().is_empty() => {
                // Nothing at all is not an entry, unless it is nothing because of damage.
                let (_, error) = fill(&mut stream, &mut [0]);
                error.map_or(ControlFlow::Continue(()), |error| {
                    self.gap(&place.path, reason(&error))
                })
            }
            Kind::Text => self.text(place, &mut stream),
        }
    }

    /// Reads what is inside one compressed stream, under the stream's own name.
    fn compressed(&mut self, codec: Codec, place: &Place, stream: Peeked<'_>) -> ControlFlow<()> {
        let modified = match codec {
            Codec::Gzip => gzip_modified(stream.head()),
            Codec::Zstd | Codec::Xz | Codec::Bzip2 => None,
        };
        let inside = Place {
            layers: place.layers + 1,
            modified: place.modified.or(modified),
            ..place.clone()
        };
        let budget = self.budget;
        match decode(codec, stream) {
            Ok(decoded) => self.content(&inside, &mut Metered::new(decoded, budget)),
            Err(error) => self.gap(&place.path, reason(&error)),
        }
    }

    /// Holds a zip in memory, because its index stands at its end, and reads it or leaves it to
    /// another thread.
    fn nested_zip(&mut self, place: &Place, stream: &mut dyn Read) -> ControlFlow<()> {
        let limit = self.reader.limits.nested_zip_bytes;
        let mut bytes = Vec::new();
        let read = stream.take(limit as u64 + 1).read_to_end(&mut bytes);
        if bytes.len() > limit {
            let limit = format!("{} for a zip inside another archive", size(limit as u64));
            return self.gap(&place.path, GapReason::Limit { limit });
        }
        if let Err(error) = read {
            self.gap(&place.path, reason(&error))?;
        }
        if !self.defers || place.depth == 0 {
            return (self.archives.zip)(self, place, &Zip::Memory(bytes.into()));
        }
        let packed = bytes.len() as u64;
        match self.budget.set_aside_archive(packed, self.reader.limits) {
            Some(budget) => self.defer(place.clone(), budget, Source::Zip(bytes.into())),
            None => self.gap(&place.path, self.budget.bytes_gap()),
        }
    }

    /// Cuts one entry's text.
    fn text(&mut self, place: &Place, stream: &mut dyn Read) -> ControlFlow<()> {
        self.seen.entries += 1;
        let limits = self.reader.limits;
        let mut cutter = Cutter::new(place, limits, self.reader.cut);
        let mut decoder = Decoder::new();
        let mut returns = Returns::default();
        let mut block = vec![0; BLOCK];
        let mut text = Vec::new();
        let mut left = limits.entry_bytes;
        let mut out = |work| {
            self.seen.gaps += u64::from(matches!(work, Work::Gap(_)));
            (self.out)(work)
        };
        let trouble = loop {
            let room = usize::try_from(left).map_or(BLOCK, |left| left.min(BLOCK));
            if room == 0 {
                // An entry that ends exactly here is within its limit.
                break match fill(stream, &mut [0]) {
                    (0, error) => error.as_ref().map(reason),
                    _ => Some(GapReason::Limit {
                        limit: format!("{} for one entry", size(limits.entry_bytes)),
                    }),
                };
            }
            let (filled, error) = fill(stream, &mut block[..room]);
            left -= filled as u64;
            text.clear();
            decoder.push(&block[..filled], &mut text);
            returns.push(&mut text);
            cutter.push(&text, &mut out)?;
            if cutter.done() {
                break None;
            }
            if error.is_some() || filled < room {
                break error.as_ref().map(reason);
            }
        };
        cutter.finish(&mut out)?;
        match trouble {
            Some(reason) => self.gap(&place.path, reason),
            None => ControlFlow::Continue(()),
        }
    }
}
