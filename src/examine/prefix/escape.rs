//! Text inside a quoted string, read without its escapes.

/// Bytes of a nested text that are unescaped: a prefix is shorter.
const REACH: usize = 1024;

/// The front of a nested text without its escapes, and where each byte came from.
pub(super) struct Plain {
    /// The text.
    pub(super) text: Vec<u8>,
    /// Place of each byte of `text` in the escaped text, and one place more for its end.
    origins: Vec<usize>,
}

impl Plain {
    /// The place in the escaped text of a place in the plain one.
    pub(super) fn origin(&self, at: usize) -> usize {
        self.origins
            .get(at)
            .or(self.origins.last())
            .copied()
            .unwrap_or(0)
    }
}

/// Removes one level of escapes from the front of `escaped`, which begins behind a quote, up to the
/// closing quote or a limit. `None` where there is no escape so far: the text can be read as it is.
pub(super) fn unescape(escaped: &[u8]) -> Option<Plain> {
    let head = escaped.get(..escaped.len().min(REACH))?;
    if head.get(memchr::memchr2(b'"', b'\\', head)?) == Some(&b'"') {
        return None;
    }
    let mut plain = Plain {
        text: Vec::with_capacity(head.len()),
        origins: Vec::with_capacity(head.len() + 1),
    };
    let mut at = 0;
    while let Some(&byte) = head.get(at) {
        let (decoded, length) = match byte {
            b'"' => break,
            b'\\' => match escape(head.get(at + 1..).unwrap_or_default()) {
                Some(found) => found,
                None => break,
            },
            byte => (byte, 1),
        };
        plain.text.push(decoded);
        plain.origins.push(at);
        at += length;
    }
    plain.origins.push(at);
    Some(plain)
}

/// What the escape behind a backslash means, and its length with the backslash. A character that
/// is not ASCII becomes a question mark: no prefix has one.
fn escape(behind: &[u8]) -> Option<(u8, usize)> {
    Some(match behind.first()? {
        b'n' => (b'\n', 2),
        b't' => (b'\t', 2),
        b'r' => (b'\r', 2),
        b'u' => {
            let digits = std::str::from_utf8(behind.get(1..5)?).ok()?;
            let code = u16::from_str_radix(digits, 16).ok()?;
            let byte = u8::try_from(code).ok().filter(u8::is_ascii);
            (byte.unwrap_or(b'?'), 6)
        }
        &byte => (byte, 2),
    })
}
