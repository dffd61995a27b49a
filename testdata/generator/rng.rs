//! A small seeded generator of random values.
//!
//! In: a seed. Out: the same values on every machine and in every version of the compiler. It is
//! `SplitMix64`, which is good enough for made-up names and counts and is no source of secrets.

/// Letters and digits that Kubernetes uses in generated names: no vowels, so no words.
const NAME_LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

/// Digits of hexadecimal numbers.
const HEX_DIGITS: &[u8] = b"0123456789abcdef";

/// The state of the generator.
#[derive(Debug, Clone)]
pub(crate) struct Rng(u64);

impl Rng {
    /// A generator; equal seeds give equal values.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 random bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, not including, `end`; 0 for an `end` of 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        // The bias of the remainder is far below what made-up data could show.
        self.next().checked_rem(end).unwrap_or(0)
    }

    /// A position in a collection of `length` items.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        let length = u64::try_from(length).expect("no collection is longer than a u64 counts");
        usize::try_from(self.below(length)).expect("a number below a usize is a usize")
    }

    /// One item of a table that is not empty.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let index = self.index(items.len());
        items
            .get(index)
            .expect("the generator's tables are not empty")
    }

    /// `length` characters of an alphabet.
    fn letters(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length)
            .map(|_| char::from(*self.pick(alphabet)))
            .collect()
    }

    /// `length` hexadecimal digits.
    pub(crate) fn hex(&mut self, length: usize) -> String {
        self.letters(HEX_DIGITS, length)
    }

    /// The end of a generated name: five characters for a pod, ten for a replica set.
    pub(crate) fn suffix(&mut self, length: usize) -> String {
        self.letters(NAME_LETTERS, length)
    }

    /// A random UUID in its usual spelling.
    pub(crate) fn uuid(&mut self) -> String {
        let parts = [8, 4, 3, 3, 12].map(|length| self.hex(length));
        let [first, second, third, fourth, last] = parts;
        format!("{first}-{second}-4{third}-a{fourth}-{last}")
    }

    /// Puts the items in random order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.index(last + 1);
            items.swap(last, other);
        }
    }
}
