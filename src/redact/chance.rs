//! Long words that nobody would think of: random by their letters alone.
//!
//! A random word changes between upper case, lower case and digits at nearly every second letter;
//! words written together (`createPodSandbox`) and paths rarely do. Identifiers of a cluster are
//! random too, but say what they are: by their form (UUID, digest in hexadecimal digits) or by the
//! word before them (`etag:`, `sha512-`, `request id:`).

use super::{Found, Kind};
use crate::redact::search;
use base64::Engine as _;
use std::ops::Range;

/// Shortest word that is judged by chance.
const SHORTEST: usize = 24;

/// Words before a value that say that it is an identifier or a sum.
const TOLD_BY: &[&str] = &[
    "sha256",
    "sha384",
    "sha512",
    "sha1",
    "md5",
    "uid",
    "etag",
    "checksum",
    "digest",
    "hash",
    "commit",
    "revision",
    "trace",
    "traceid",
    "span",
    "request",
    "requestid",
    "hostid",
    "host-id",
    "id",
    "id-2",
    "kid",
    "kids",
    "id-suffix",
    "thumbprint",
    "fingerprint",
    "serial",
    "cursor",
    "machineid",
    "bootid",
    "version",
    "integrity",
    "cabundle",
    "continue",
    "ca-data",
    "authority-data",
    "certificate",
    "nonce",
    "resourceversion",
    "public",
];

/// The random words of a text.
pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    for range in words(text) {
        let word = text.get(range.clone()).unwrap_or_default();
        for part in random_parts(word) {
            let part = range.start + part.start..range.start + part.end;
            let value = text.get(part.clone()).unwrap_or_default();
            if !is_told(text, part.start) && !reads_as_text(value) && !is_certificate(text, &part) {
                let kind = if value.len() >= 60 && !value.contains(['-', '_', '.']) {
                    Kind::PrivateKey
                } else {
                    Kind::ApiKey
                };
                found.push(Found { kind, range: part });
            }
        }
    }
}

/// Whether a random word stands in the text; what explains it is not asked.
pub(super) fn may_hold(text: &str) -> bool {
    words(text).any(|range| {
        let word = text.get(range).unwrap_or_default();
        word.len() >= SHORTEST && !random_parts(word).is_empty()
    })
}

/// Whether a value as a whole or a part of it is random.
pub(super) fn is_random(value: &str) -> bool {
    words(value).any(|word| {
        let word = value.get(word).unwrap_or_default();
        !random_parts_of(word, 16).is_empty() && !reads_as_text(word)
    })
}

/// Runs of the characters that encodings use, long enough to be judged.
pub(super) fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let start = at;
            while bytes.get(at).is_some_and(|byte| in_word(*byte)) {
                at += 1;
            }
            while at > start && bytes.get(at) == Some(&b'=') {
                at += 1;
            }
            // An equals sign inside parts a name from its value; at the end it is padding.
            let end = at;
            at += usize::from(end == start);
            if end - start >= 16 {
                return Some(start..end);
            }
        }
        None
    })
}

/// Letters of base64 in both alphabets.
fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'~')
}

/// The random parts of a word.
fn random_parts(word: &str) -> Parts {
    random_parts_of(word, SHORTEST)
}

/// The random parts of a word that have at least so many letters: the whole of it, or what stands
/// between slashes and equals signs.
fn random_parts_of(word: &str, shortest: usize) -> Parts {
    // Sums name their function (`sha512-...`), identifiers of Oracle's cloud their kind.
    if word.starts_with("sha") && word.get(6..7) == Some("-") {
        return Parts::default();
    }
    let whole = is_mixed(word, shortest) && !has_words(word);
    // A part of base64 that has a slash by chance makes all of it random.
    let encoded = word.len() >= 40
        && word
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
        && word.split('/').any(|part| is_mixed(part, 16))
        && !has_words(word);
    let whole = whole || encoded;
    let split = move |c: char| !whole && matches!(c, '/' | '=');
    let mut at = 0;
    word.split(split)
        .filter_map(move |part| {
            let range = at..at + part.len();
            at = range.end + 1;
            let random = (whole || is_mixed(part, shortest) && !has_words(part))
                || is_spelled(part)
                || is_dashed(part, shortest);
            random.then_some(range)
        })
        .collect()
}

/// Parts of a word.
type Parts = Vec<Range<usize>>;

/// Letters that change their class at nearly every second place, as in base64.
fn is_mixed(word: &str, shortest: usize) -> bool {
    let class = |byte: u8| match byte {
        b'a'..=b'z' => 0_u8,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let classes: Vec<u8> = word.bytes().map(class).filter(|class| *class < 3).collect();
    if classes.len() < shortest {
        return false;
    }
    let count = |wanted: u8| {
        classes
            .iter()
            .fold(0, |n, class| n + usize::from(*class == wanted))
    };
    let changes = classes
        .windows(2)
        .filter(|pair| pair.first() != pair.last())
        .count();
    // `KvShopProd01WestEurope`: a capital begins a word of several letters.
    let capitals = classes.windows(2).filter(|pair| **pair == [1, 0]).count();
    let words = changes.saturating_sub(capitals) + 1;
    let share = |tenths: usize| classes.len() * 10 < words * tenths;
    let random = changes * 100 >= classes.len() * 50
        || changes * 100 >= classes.len() * 42 && share(32)
        || changes * 100 >= classes.len() * 35 && share(31)
        || classes.len() >= 56 && changes * 100 >= classes.len() * 30 && share(40);
    count(0) > 1 && count(1) * 12 > classes.len() && count(2) > 0 && random
}

/// Whether most of the word is made of words of lower-case letters: names of Azure resources have
/// upper case, digits and dashes in between.
fn has_words(word: &str) -> bool {
    let bytes = word.as_bytes();
    let mut run = 0;
    let mut in_words = 0;
    for byte in bytes.iter().chain(b" ") {
        if byte.is_ascii_lowercase() {
            run += 1;
        } else {
            if run >= 5 {
                in_words += run;
            }
            run = 0;
        }
    }
    in_words * 4 > bytes.len()
}

/// One case and digits without any sign, not hexadecimal: base32 and the like.
fn is_spelled(part: &str) -> bool {
    let lower = part
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let upper = part
        .bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if part.len() < 32 || !(lower || upper) {
        return false;
    }
    let letters = part.bytes().filter(u8::is_ascii_alphabetic);
    let beyond_hex = letters.filter(|b| !b.is_ascii_hexdigit()).count();
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    let bytes = part.as_bytes();
    let changes = bytes
        .windows(2)
        .filter(|pair| {
            let digit = |at: usize| pair.get(at).is_some_and(u8::is_ascii_digit);
            digit(0) != digit(1)
        })
        .count();
    beyond_hex >= 4 && digits >= 3 && changes * 100 >= part.len() * 15
}

/// Random letters between dashes and underscores, as base64 for URLs has them.
fn is_dashed(part: &str, shortest: usize) -> bool {
    let mut pieces = part.split(['-', '_', '~', '+']);
    part.contains(['-', '_', '~', '+'])
        && pieces.any(|piece| {
            piece.len() >= shortest.min(20)
                && is_mixed(piece, piece.len().min(20))
                && !has_words(piece)
        })
}

/// Whether the words before a place say that what follows is an identifier or a sum.
fn is_told(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let id = before.get(before.ceil_char_boundary(before.len().saturating_sub(64))..);
    if id.is_some_and(|id| {
        id.rsplit([' ', '"', '='])
            .next()
            .is_some_and(|id| id.starts_with("ocid1.") || id.contains("olm."))
    }) {
        return true;
    }
    let from = before.len().saturating_sub(40);
    let near = before
        .get(before.ceil_char_boundary(from)..)
        .unwrap_or_default();
    let near = near.trim_end_matches(|c: char| {
        matches!(
            c,
            ' ' | ':' | '=' | '"' | '\'' | '\\' | '-' | '(' | '[' | '{' | '/' | '@' | '>'
        )
    });
    let start = near
        .rfind(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
        .map_or(0, |at| {
            at + near
                .get(at..)
                .and_then(|s| s.chars().next())
                .map_or(1, char::len_utf8)
        });
    let word = near
        .get(start..)
        .unwrap_or_default()
        .to_ascii_lowercase()
        .replace('_', "-");
    let last = word.rsplit('-').next().unwrap_or_default();
    let ends = |told: &&&str| {
        word.as_str() == **told || last == **told || told.len() > 3 && word.ends_with(**told)
    };
    TOLD_BY.iter().any(|told| ends(&told))
        && !matches!(word.as_str(), "key-id" | "access-key-id" | "accesskeyid")
}

/// Whether base64 holds plain text without a secret: the name of an image, a message.
fn reads_as_text(value: &str) -> bool {
    let bare = value.trim_end_matches('=');
    let whole = bare.get(..bare.len() / 4 * 4).unwrap_or_default();
    let engine = &base64::engine::general_purpose::STANDARD_NO_PAD;
    let Ok(bytes) = engine.decode(whole) else {
        return false;
    };
    let plain = |byte: &u8| (b' '..=b'~').contains(byte) || matches!(byte, b'\n' | b'\t');
    bytes.len() >= 12
        && bytes.iter().all(plain)
        && std::str::from_utf8(&bytes).is_ok_and(|text| search::find_plain(text).is_empty())
}

/// Whether the text stands in a certificate, which is public.
pub(super) fn is_certificate(text: &str, part: &Range<usize>) -> bool {
    let value = text.get(part.clone()).unwrap_or_default();
    if value.starts_with("LS0tLS1CRUdJTiBDRVJU") || value.starts_with("LS0tLS1CRUdJTiBQVUJM") {
        return true;
    }
    let before = text.get(..part.start).unwrap_or_default();
    before.rfind("-----BEGIN ").is_some_and(|begin| {
        let head = before.get(begin..).unwrap_or_default();
        let label = head.get(..head.floor_char_boundary(48)).unwrap_or_default();
        !label.contains("PRIVATE") && !head.contains("-----END ")
    })
}
