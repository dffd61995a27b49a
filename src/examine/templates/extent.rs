//! How far a value reaches that begins here.

use crate::examine::templates::bytes::Bytes;
use crate::examine::templates::classify as is;

/// Whether this byte is part of a word.
pub(super) fn is_word_byte(byte: u8) -> bool {
    const SIGNS: Bytes = Bytes::of(b"-_./:@%+#~&?!*$^\\");
    byte.is_ascii_alphanumeric() || !byte.is_ascii() || SIGNS.hold(byte)
}

/// Length of a placeholder at the front.
pub(super) fn placeholder(text: &[u8]) -> Option<usize> {
    const SIGNS: Bytes = Bytes::of(b"-_.*");
    let length = text
        .iter()
        .skip(1)
        .take(42)
        .take_while(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || SIGNS.hold(**byte))
        .count();
    (length > 0 && text.get(length + 1) == Some(&b'>')).then_some(length + 2)
}

/// Length of `[fd00::1]` at the front.
pub(super) fn bracketed_address(text: &[u8]) -> Option<usize> {
    let window = text.get(1..text.len().min(48))?;
    let end = memchr::memchr(b']', window)?;
    let inside = window.get(..end)?;
    let colons = memchr::memchr_iter(b':', inside).count();
    (colons >= 2 && is::address(inside) == Some(inside.len())).then_some(end + 2)
}

/// Where the quote ends that stands behind `slashes` backslashes, counted from behind its opening.
pub(super) fn closing(inside: &[u8], slashes: usize, quote: u8) -> Option<usize> {
    memchr::memchr_iter(quote, inside).find_map(|at| {
        let before = inside.get(..at)?;
        let own = before
            .iter()
            .rev()
            .take_while(|byte| **byte == b'\\')
            .count();
        // More backslashes belong to a quote nested deeper; with fewer an outer one ends.
        (own <= slashes).then(|| (own == slashes).then(|| at - own))
    })?
}

/// Length of a JSON object at the front that is long and speaks of no error: a configuration.
pub(super) fn json_dump(text: &[u8]) -> Option<usize> {
    let inside = text.strip_prefix(b"{")?;
    let slashes = inside.iter().take_while(|byte| **byte == b'\\').count();
    if inside.get(slashes) != Some(&b'"') {
        return None;
    }
    let length = braces(text).filter(|length| *length >= DUMP)?;
    let object = text.get(..length)?;
    memchr::memmem::find(object, b"rror")
        .is_none()
        .then_some(length)
}

/// Length of what stands in braces at the front, with them.
pub(super) fn braces(text: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let end = text.iter().position(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    end.map(|end| end + 1)
}

/// Length of a scheme and of the whole URL at the front.
pub(super) fn url_at(text: &[u8]) -> Option<(usize, usize)> {
    let scheme = text
        .iter()
        .take(12)
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let rest = text.get(scheme..)?.strip_prefix(b"://")?;
    let length = rest.iter().take_while(|byte| !ends_url(**byte)).count();
    let body = rest.get(..length)?;
    let ends = body
        .iter()
        .rev()
        .take_while(|byte| matches!(byte, b':' | b'.' | b']'))
        .count();
    let address = body.starts_with(b"[") && memchr::memchr(b']', body) == Some(length - ends);
    let length = if address { length } else { length - ends };
    (scheme > 0).then_some((scheme, scheme + 3 + length))
}

/// Whether this byte stands behind a URL and not in it.
pub(super) fn ends_url(byte: u8) -> bool {
    const SIGNS: Bytes = Bytes::of(b"\"'`,;)>}|\\<");
    byte.is_ascii_whitespace() || SIGNS.hold(byte)
}

/// Whether a URL stands in it.
pub(super) fn contains_scheme(word: &[u8]) -> bool {
    url_at(word).is_some()
}

/// Bytes from which on a JSON object is a dump.
const DUMP: usize = 200;
