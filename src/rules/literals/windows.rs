//! By which of its bytes a literal is known: windows of four, where logs seldom hold them.

/// Bytes of a window.
pub(super) const WIDTH: usize = 4;

/// How often windows stand in what components say.
///
/// It is learned from lines of a healthy cluster, which are most of any log, and from the examples
/// of the rules themselves: the words that all components use (`err="`, `failed to`) are in many of
/// them, the words of one failure in a few. A few windows share a counter: a wrong count costs
/// time, never a finding.
#[derive(Debug)]
pub(in crate::rules) struct Rarity(Vec<u32>);

/// What healthy components say, a line of each kind. Names and numbers are made up.
const HEALTHY: &str = include_str!("../../../rules/healthy.txt");
/// How much more than an example they count: there are hundreds of such lines for each failure.
const HEALTHY_WEIGHT: u32 = 256;

/// Number of counters, a power of two: about ten for each window that is counted.
const COUNTERS: usize = 1 << 18;

impl Rarity {
    /// Learns from the examples of rules.
    pub(in crate::rules) fn of<'a>(examples: impl Iterator<Item = &'a str>) -> Self {
        let mut rarity = Self(vec![0; COUNTERS]);
        rarity.learn(HEALTHY, HEALTHY_WEIGHT);
        for example in examples {
            rarity.learn(example, 1);
        }
        rarity
    }

    /// Counts the windows of a text.
    fn learn(&mut self, text: &str, weight: u32) {
        for window in text.as_bytes().windows(WIDTH) {
            if let Some(count) = self.0.get_mut(counter(window)) {
                *count += weight;
            }
        }
    }

    /// How often this window was seen.
    fn count(&self, window: &[u8]) -> u32 {
        self.0.get(counter(window)).copied().unwrap_or_default()
    }
}

/// The number of a window's counter.
fn counter(window: &[u8]) -> usize {
    let number = window
        .iter()
        .fold(0, |number, byte| number << 8 | u32::from(*byte));
    // The finalizer of MurmurHash3, up to the bits that are used.
    let mixed = (number ^ (number >> 16)).wrapping_mul(0x85EB_CA6B);
    let mixed = (mixed ^ (mixed >> 13)).wrapping_mul(0xC2B2_AE35);
    (mixed >> (u32::BITS - COUNTERS.ilog2())) as usize
}

/// The windows by which a literal of three bytes or more is found wherever it stands: for each of
/// the places within a step at which it may begin, the rarest window that then is looked at.
pub(super) fn windows(literal: &[u8], number: u32, rarity: &Rarity) -> Vec<Window> {
    let open = || std::iter::once(None);
    let padded: Vec<Option<u8>> = open()
        .chain(literal.iter().copied().map(Some))
        .chain(open())
        .collect();
    let rarest = |parity: usize| {
        (0..=u16::MAX)
            .zip(padded.windows(WIDTH))
            .skip(parity)
            .step_by(STEP)
            .min_by_key(|(_, part)| (part.contains(&None), rarity.count(&known(part))))
    };
    (0..STEP)
        .filter_map(rarest)
        .flat_map(|(place, part)| {
            filled(part).into_iter().map(move |bytes| Window {
                bytes: u32::from_le_bytes(bytes),
                literal: number,
                place,
                first: literal.first().copied().unwrap_or_default(),
            })
        })
        .collect()
}

/// The bytes of a window that lie in its literal.
fn known(part: &[Option<u8>]) -> Vec<u8> {
    part.iter().flatten().copied().collect()
}

/// All texts that a window may have: one, or one for each value of its open byte.
fn filled(part: &[Option<u8>]) -> Vec<[u8; WIDTH]> {
    let fill = |value: u8| {
        let mut bytes = [value; WIDTH];
        for (byte, known) in bytes.iter_mut().zip(part) {
            *byte = known.unwrap_or(value);
        }
        bytes
    };
    if part.contains(&None) {
        (0..=u8::MAX).map(fill).collect()
    } else {
        vec![fill(0)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Places and texts of a literal's windows.
    fn known_by(literal: &str, texts: &[&str]) -> Vec<(u16, String)> {
        let rarity = Rarity::of(texts.iter().copied());
        windows(literal.as_bytes(), 0, &rarity)
            .into_iter()
            .map(|window| {
                let bytes = window.bytes.to_le_bytes();
                (window.place, String::from_utf8_lossy(&bytes).into_owned())
            })
            .collect()
    }

    #[test]
    fn a_literal_is_known_by_its_rarest_windows_one_for_each_parity() {
        let common = ["failed to pull image", "failed to mount volume"];
        assert_eq!(
            known_by("failed to xyzw", &common),
            [(8, "to x".to_owned()), (9, "o xy".to_owned())]
        );
        assert_eq!(
            known_by("abcde", &[]),
            [(2, "bcde".to_owned()), (1, "abcd".to_owned())]
        );
    }

    #[test]
    fn a_short_literal_has_a_window_for_every_neighbour() {
        let windows = known_by("abcd", &[]);
        assert_eq!(windows.len(), 1 + 256);
        assert!(windows.contains(&(0, "xabc".to_owned())));
        let windows = known_by("<3>", &[]);
        assert_eq!(windows.len(), 2 * 256);
        assert!(windows.contains(&(0, "\n<3>".to_owned())));
        assert!(windows.contains(&(1, "<3>[".to_owned())));
    }
}

/// Only every second place is looked at.
pub(super) const STEP: usize = 2;

/// Four bytes by which a literal is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Window {
    /// The bytes, the first one lowest.
    pub bytes: u32,
    /// Number of the literal.
    pub literal: u32,
    /// Where it begins, counted from the byte before the literal.
    pub place: u16,
    /// The first byte of the literal: most places with this window in another word are turned down
    /// by it.
    pub first: u8,
}
