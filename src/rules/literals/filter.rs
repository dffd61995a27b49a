//! At which places of a text a known window begins.
//!
//! Two bits of one word say for each window that it is known; which word and which bits is a hash
//! of its bytes. Most places of a log are turned down by that one load. The few others are looked
//! up in a table of all windows.

use super::windows::WIDTH;
use crate::rules::literals::windows::{STEP, Window};

/// Places that are looked at together: one branch for all of them.
const PLACES: usize = 8;
/// Bytes from the first of these places to the first of the next ones.
const BLOCK: usize = PLACES * STEP;
/// Bytes that are read for them.
const READ: usize = BLOCK - STEP + WIDTH;

/// Blocks that are noted before they are looked up.
const NOTED: usize = 256;

/// Bits of a hash that number a word: 32 KiB of words fit into the first cache beside the text.
const WORD_BITS: u32 = 12;
/// Number of words.
const WORDS: usize = 1 << WORD_BITS;
/// Bits of a hash that number a bucket of the table.
const BUCKET_BITS: u32 = 12;

/// A place where a literal may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candidate {
    /// Number of the literal.
    pub literal: usize,
    /// Where it would begin.
    pub start: usize,
}

/// All windows.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    words: Box<[u64; WORDS]>,
    /// For each bucket where its windows begin in `windows`; one more for the end of the last.
    buckets: Vec<u32>,
    windows: Vec<Window>,
}

impl Filter {
    /// A filter that knows these windows.
    pub(super) fn new(mut windows: Vec<Window>) -> Self {
        windows.sort_unstable_by_key(|window| (hash(window.bytes), *window));
        let mut words: Box<[u64; WORDS]> = vec![0; WORDS]
            .into_boxed_slice()
            .try_into()
            .expect("made with this length");
        for window in &windows {
            let (word, bits) = mark(window.bytes);
            words[word] |= bits;
        }
        let buckets = (0..=1 << BUCKET_BITS)
            .map(|number| windows.partition_point(|window| bucket(window.bytes) < number))
            .map(|begin| u32::try_from(begin).expect("each window has taken memory for itself"))
            .collect();
        Self {
            words,
            buckets,
            windows,
        }
    }

    /// Tells every place of the text at which a known window begins.
    ///
    /// Blocks with such a place are noted without a branch, some hundreds at a time, and looked up
    /// then: which block has one cannot be foreseen, and a wrong guess costs more than the block.
    pub(super) fn candidates(&self, text: &[u8], mut tell: impl FnMut(Candidate)) {
        let mut noted = [(0, 0); NOTED];
        let mut at = 0;
        loop {
            let mut count = 0;
            while count < NOTED
                && let Some(read) = text.get(at..).and_then(<[u8]>::first_chunk::<READ>)
            {
                let places = self.places(read);
                noted[count] = (at, places);
                count += usize::from(places != 0);
                at += BLOCK;
            }
            for (at, places) in noted.iter().take(count) {
                self.look_up(text, *at, *places, &mut tell);
            }
            if count < NOTED {
                break;
            }
        }
        // The rest, with nothing behind it.
        let rest = padded(text.get(at..).unwrap_or_default());
        self.look_up(text, at, self.places(&rest), &mut tell);
    }

    /// The places of a block, a bit for each, at which a window begins that may be known.
    fn places(&self, read: &[u8; READ]) -> u64 {
        let mut places = 0;
        for (place, window) in read.windows(WIDTH).step_by(STEP).enumerate() {
            places |= self.may_know(number(window)) << place;
        }
        places
    }

    /// 1 if these bytes may be a known window, else 0.
    fn may_know(&self, bytes: u32) -> u64 {
        let hash = hash(bytes);
        let word = self.words[word(hash)];
        (word >> first_bit(hash)) & (word >> second_bit(hash)) & 1
    }

    /// Tells those of the places of the block at `at` at which a known window begins.
    fn look_up(&self, text: &[u8], at: usize, mut places: u64, tell: &mut impl FnMut(Candidate)) {
        while places != 0 {
            let begin = at + places.trailing_zeros() as usize * STEP;
            places &= places - 1;
            let bytes = number(text.get(begin..).unwrap_or_default());
            for window in self.bucket(bucket(bytes)) {
                if window.bytes == bytes
                    && let Some(start) = (begin + 1).checked_sub(usize::from(window.place))
                    && text.get(start) == Some(&window.first)
                {
                    tell(Candidate {
                        literal: window.literal as usize,
                        start,
                    });
                }
            }
        }
    }

    /// The windows of a bucket.
    fn bucket(&self, number: usize) -> &[Window] {
        match self.buckets.get(number..).unwrap_or_default() {
            [begin, end, ..] => {
                let range = *begin as usize..*end as usize;
                self.windows.get(range).unwrap_or_default()
            }
            _ => &[],
        }
    }
}

/// Four bytes as a number; what is missing at the end of a text is zero.
fn number(window: &[u8]) -> u32 {
    let whole = window.first_chunk::<WIDTH>();
    u32::from_le_bytes(whole.copied().unwrap_or_else(|| padded(window)))
}

/// The bytes at the end of a text, with zeros behind them.
fn padded<const LENGTH: usize>(rest: &[u8]) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    for (byte, of) in bytes.iter_mut().zip(rest) {
        *byte = *of;
    }
    bytes
}

/// Spreads windows: each bit of it depends on all bits of the window.
fn hash(window: u32) -> u32 {
    (u64::from(window).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> u32::BITS) as u32
}

/// Which word a hash belongs to.
fn word(hash: u32) -> usize {
    (hash >> (u32::BITS - WORD_BITS)) as usize
}

/// The first of its bits there.
fn first_bit(hash: u32) -> u32 {
    (hash >> (u32::BITS - WORD_BITS - 6)) & 63
}

/// The second one.
fn second_bit(hash: u32) -> u32 {
    (hash >> (u32::BITS - WORD_BITS - 12)) & 63
}

/// The word of a window and its bits.
fn mark(window: u32) -> (usize, u64) {
    let hash = hash(window);
    (word(hash), 1 << first_bit(hash) | 1 << second_bit(hash))
}

/// The bucket of a window.
fn bucket(window: u32) -> usize {
    (hash(window) >> (u32::BITS - BUCKET_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_known_window_at_an_even_place_is_told(text in prop::collection::vec(prop::sample::select(b"abc".to_vec()), 0..80)) {
            let known = [*b"abca", *b"bbbb", *b"caab"];
            let filter = Filter::new(
                known
                    .iter()
                    .zip(0..)
                    .map(|(bytes, literal)| Window { bytes: u32::from_le_bytes(*bytes), literal, place: 1, first: bytes[0] })
                    .collect(),
            );
            let mut told = Vec::new();
            filter.candidates(&text, |candidate| told.push((candidate.start, candidate.literal)));
            let expected: Vec<(usize, usize)> = text
                .windows(WIDTH)
                .enumerate()
                .step_by(STEP)
                .filter_map(|(at, window)| Some((at, known.iter().position(|bytes| bytes == window)?)))
                .collect();
            prop_assert_eq!(told, expected);
        }
    }
}
