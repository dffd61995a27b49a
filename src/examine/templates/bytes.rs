//! Sets of ASCII bytes, asked of every byte of an error line.

/// A set of ASCII bytes, a bit for each.
pub(super) struct Bytes(u128);

impl Bytes {
    /// The set of these bytes.
    pub(super) const fn of(bytes: &[u8]) -> Self {
        let mut set = 0;
        let mut rest = bytes;
        while let [byte, behind @ ..] = rest {
            set |= 1 << *byte;
            rest = behind;
        }
        Self(set)
    }

    /// Whether the byte is one of them.
    pub(super) fn hold(&self, byte: u8) -> bool {
        byte.is_ascii() && self.0 >> byte & 1 == 1
    }
}
