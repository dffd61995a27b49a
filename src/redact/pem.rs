//! Private keys in PEM, in every cut: whole, in one line, escaped, behind the prefixes of a log,
//! the begin without the end, the end without the begin. The middle alone is found by
//! [`chance`](super::chance).

use super::{Found, Kind};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// The line that a private key begins or ends with (RFC 7468, PGP, SSH2).
static EDGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"-{4,5} ?(BEGIN|END) [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}")
        .expect("a constant pattern")
});

/// What stands between the lines of a key, and one line of it. A line of a log has a prefix.
static BODY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[A-Za-z0-9+/]{20,}={0,2}|=[A-Za-z0-9+/]{4}\b|[A-Za-z0-9+/]{2,}={1,2}")
        .expect("a constant pattern")
});

/// A line out of the middle of a key.
static LINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^[ \t]*([A-Za-z0-9+/]{64,76})[ \t]*\r?$").expect("a constant pattern")
});

/// Longest private key that is looked at.
const LONGEST: usize = 32 << 10;

/// Whether a line of a private key's edge stands in the text.
pub(super) fn edge(text: &str) -> Option<Range<usize>> {
    EDGE.find(text).map(|edge| edge.range())
}

/// Every private key with an edge.
pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    let edges: Vec<(Range<usize>, bool)> = EDGE
        .captures_iter(text)
        .filter_map(|edge| {
            let begins = edge.get(1)?.as_str() == "BEGIN";
            Some((edge.get(0)?.range(), begins))
        })
        .collect();
    let mut add = |range: Range<usize>| {
        found.push(Found {
            kind: Kind::PrivateKey,
            range,
        });
    };
    for line in LINE.captures_iter(text).filter_map(|line| line.get(1)) {
        if is_key_body(line.as_str()) && !super::chance::is_certificate(text, &line.range()) {
            add(line.range());
        }
    }
    let mut done = 0;
    for (index, (edge, begins)) in edges.iter().enumerate() {
        let next = edges.get(index + 1);
        if edge.start < done {
            continue;
        }
        match next {
            Some((end, false)) if *begins && end.start - edge.end < LONGEST => {
                let body = text.get(edge.end..end.start).unwrap_or_default();
                if is_body_alone(body) {
                    add(edge.start..end.end);
                } else {
                    // Lines of a log between, or before each of its own: they stay.
                    add(edge.clone());
                    let mut at = edge.end;
                    for line in body.split_inclusive('\n') {
                        let word = line.split_whitespace().last().unwrap_or_default();
                        let plain = |b: u8| b.is_ascii_alphanumeric() || b"+/=".contains(&b);
                        let own = word.len() >= if line.trim() == word { 8 } else { 16 };
                        if own && word.bytes().all(plain) {
                            let start = at + line.rfind(word).unwrap_or_default();
                            add(start..start + word.len());
                        }
                        at += line.len();
                    }
                    add(end.clone());
                }
                done = end.end;
            }
            _ if *begins => add(edge.start..body_end(text, edge.end)),
            _ => add(body_start(text, done, edge.start)..edge.end),
        }
    }
}

/// Base64 of key material: both cases and a digit. A digest in hex has one case only.
fn is_key_body(line: &str) -> bool {
    line.bytes().any(|b| b.is_ascii_digit())
        && line.bytes().any(|b| b.is_ascii_uppercase())
        && line.bytes().any(|b| b.is_ascii_lowercase())
        && line
            .bytes()
            .any(|b| b.is_ascii_alphabetic() && !b.is_ascii_hexdigit())
}

/// Whether nothing but a key's lines, its headers and what joins them stands here.
fn is_body_alone(body: &str) -> bool {
    body.split('\n').all(|line| {
        let line = line.trim();
        let header = line.starts_with("Proc-Type: ")
            || line.starts_with("DEK-Info: ")
            || line.starts_with("Comment: ")
            || line.starts_with("Version: ");
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"+/=\\\"', ".contains(&b);
        header
            || line.bytes().all(plain)
                && line.split(' ').all(|word| {
                    word.len() >= 16
                        || !word.bytes().any(|b| b.is_ascii_lowercase())
                        || word.ends_with('=')
                        || word.contains('\\')
                        || line == word
                })
    })
}

/// Where the body that begins behind an edge ends: at the first line without any of it.
fn body_end(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    let mut end = from;
    let mut at = from;
    for (index, line) in rest.split_inclusive('\n').take(200).enumerate() {
        match BODY.find_iter(line).last() {
            Some(body) => end = at + body.end(),
            None if index == 0 || line.trim().is_empty() || line.contains(": ") && index < 5 => {}
            None => break,
        }
        at += line.len();
    }
    end
}

/// Where the body that ends before an edge begins.
fn body_start(text: &str, floor: usize, to: usize) -> usize {
    let before = text.get(floor..to).unwrap_or_default();
    let mut start = to;
    let mut at = to;
    for (index, line) in before.split_inclusive('\n').rev().take(200).enumerate() {
        at -= line.len();
        match BODY.find(line) {
            Some(body) => start = at + body.start(),
            None if index == 0 || line.trim().is_empty() => {}
            None => break,
        }
    }
    start
}
