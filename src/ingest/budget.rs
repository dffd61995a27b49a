//! How much may still be read: decompressed bytes and entries.
//!
//! One [`Budget`] belongs to one thread at a time. The reading thread sets a share aside for every
//! entry that another thread will open, from sizes alone, so that what is read never depends on
//! which thread is faster. [`Metered`] charges a stream to a budget and ends it with
//! [`OverLimit`], which [`reason`] turns back into the gap it stands for.

use crate::gap::GapReason;
use crate::limits::Limits;
use std::cell::Cell;
use std::io::{self, Read};

/// Decompressed bytes set aside per byte of an archive that another thread opens: honest logs
/// shrink to a 229th.
const RATIO: u64 = 256;

/// Set aside for every such archive, however small.
const FLOOR: u64 = 4 << 20;

/// The part of what is set aside that is charged: honest archives use far less than all of it.
const CHARGED: u64 = 8;

/// What may still be read.
#[derive(Debug)]
pub(super) struct Budget {
    /// Decompressed bytes.
    bytes: Cell<u64>,
    /// Entries.
    entries: Cell<u64>,
    /// The bounds it began with, for the words of a gap.
    started: (u64, u64),
}

impl Budget {
    /// The budget of one input that has so many bytes on disk.
    pub(super) fn new(limits: &Limits, on_disk: u64) -> Self {
        Self {
            started: (limits.bundle_bytes, limits.entries),
            ..Self::of(limits.bundle_bytes.saturating_add(on_disk), limits.entries)
        }
    }

    /// A budget of so many bytes and entries.
    fn of(bytes: u64, entries: u64) -> Self {
        Self {
            bytes: Cell::new(bytes),
            entries: Cell::new(entries),
            started: (bytes, entries),
        }
    }

    /// Takes one entry; `false` when there is none left.
    pub(super) fn take_entry(&self) -> bool {
        let left = self.entries.get();
        self.entries.set(left.saturating_sub(1));
        left > 0
    }

    /// Takes `bytes`; `false` when fewer are left, and then none are.
    pub(super) fn take_bytes(&self, bytes: u64) -> bool {
        let left = self.bytes.get();
        self.bytes.set(left.saturating_sub(bytes));
        left >= bytes
    }

    /// Sets aside what an entry of this size that is no archive needs; `None` when it is not there.
    pub(super) fn set_aside_plain(&self, size: u64) -> Option<Self> {
        self.take_bytes(size).then(|| Self::of(size, 1))
    }

    /// Sets aside what an archive of `packed` bytes may need.
    pub(super) fn set_aside_archive(&self, packed: u64, limits: &Limits) -> Option<Self> {
        let left = self.bytes.get();
        let share = packed
            .saturating_mul(RATIO)
            .saturating_add(FLOOR)
            .min(limits.entry_bytes)
            .min(left);
        self.take_bytes(share / CHARGED);
        (left > 0).then(|| Self::of(share, self.entries.get()))
    }

    /// The gap for a budget without entries.
    pub(super) fn entries_gap(&self) -> GapReason {
        GapReason::Limit {
            limit: format!("{} entries", self.started.1),
        }
    }

    /// The gap for a budget without bytes.
    pub(super) fn bytes_gap(&self) -> GapReason {
        GapReason::Limit {
            limit: format!("{} decompressed", size(self.started.0)),
        }
    }

    /// Bytes that may still be read.
    #[cfg(test)]
    pub(super) fn bytes_left(&self) -> u64 {
        self.bytes.get()
    }
}

/// A number of bytes in words: the largest binary unit that leaves no fraction.
pub(super) fn size(bytes: u64) -> String {
    let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    units
        .iter()
        .find(|(shift, _)| bytes > 0 && bytes.trailing_zeros() >= *shift)
        .map_or_else(
            || format!("{bytes} bytes"),
            |(shift, unit)| format!("{} {unit}", bytes >> shift),
        )
}

/// Ends a stream at a limit; travels inside an [`io::Error`] through the decoders above.
#[derive(Debug, thiserror::Error)]
#[error("over the limit of {limit}")]
pub(super) struct OverLimit {
    /// Which limit, in words with its unit.
    pub(super) limit: String,
}

/// The error that ends a stream at `limit`.
pub(super) fn over(limit: String) -> io::Error {
    io::Error::other(OverLimit { limit })
}

/// The gap that a stream's error stands for.
pub(super) fn reason(error: &io::Error) -> GapReason {
    match error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<OverLimit>())
    {
        Some(over) => GapReason::Limit {
            limit: over.limit.clone(),
        },
        None => GapReason::Damaged {
            detail: error.to_string(),
        },
    }
}

/// Charges what is read to a budget.
pub(super) struct Metered<'a, R> {
    inner: R,
    budget: &'a Budget,
}

impl<'a, R: Read> Metered<'a, R> {
    /// Charges what is read of `inner` to `budget`.
    pub(super) fn new(inner: R, budget: &'a Budget) -> Self {
        Self { inner, budget }
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.budget.bytes.get()).unwrap_or(usize::MAX);
        if left == 0 && !buf.is_empty() {
            // A stream that ends exactly here is within its budget.
            return match self.inner.read(&mut [0])? {
                0 => Ok(0),
                _ => Err(over(size(self.budget.started.0) + " decompressed")),
            };
        }
        let room = buf.len().min(left);
        let read = self.inner.read(&mut buf[..room])?;
        self.budget.take_bytes(read as u64);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(bundle_bytes: u64) -> Limits {
        Limits {
            bundle_bytes,
            ..Limits::RELEASE
        }
    }

    #[test]
    fn a_stream_of_exactly_the_budget_is_read_and_one_byte_more_is_over() {
        for (bytes, ok) in [(10, true), (11, false)] {
            let budget = Budget::new(&limits(10), 0);
            let mut out = Vec::new();
            let result = Metered::new(&vec![b'x'; bytes][..], &budget).read_to_end(&mut out);
            assert_eq!(out.len(), 10);
            assert_eq!(result.is_ok(), ok, "{bytes}");
            if let Err(error) = result {
                assert_eq!(
                    reason(&error),
                    GapReason::Limit {
                        limit: "10 bytes decompressed".to_owned()
                    }
                );
            }
        }
    }

    #[test]
    fn an_archive_gets_room_to_unfold_but_never_more_than_is_left() {
        let budget = Budget::new(&limits(1 << 40), 0);
        let share = budget.set_aside_archive(1 << 20, &Limits::RELEASE);
        assert_eq!(share.map(|s| s.bytes_left()), Some((256 << 20) + (4 << 20)));
        let small = Budget::new(&limits(1000), 0);
        let share = small.set_aside_archive(1 << 20, &Limits::RELEASE);
        assert_eq!(share.map(|s| s.bytes_left()), Some(1000));
        let none = Budget::new(&limits(0), 0);
        assert!(none.set_aside_archive(1, &Limits::RELEASE).is_none());
    }

    #[test]
    fn sizes_are_said_in_the_largest_whole_unit() {
        let table = [
            (0, "0 bytes"),
            (1000, "1000 bytes"),
            (256 << 10, "256 KiB"),
            (24 << 20, "24 MiB"),
            (16 << 30, "16 GiB"),
        ];
        for (bytes, words) in table {
            assert_eq!(size(bytes), words);
        }
    }
}
