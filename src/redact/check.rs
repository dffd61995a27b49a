//! The last look at what is about to be written, independent of the masking.
//!
//! It knows three things: the values that were masked, which may not be left anywhere; the forms
//! that providers and private keys have, in any bytes; and everything that is recognised in the
//! text that a reader sees. It never tells the value that it found.

use super::{Found, Kind, Secrets, pem, providers, values};
use crate::redact::search::find;
use rayon::prelude::*;
use std::borrow::Cow;

/// A secret that was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// What it looks like.
    pub kind: Kind,
    /// Where it was masked first, or the line of the output it stands on.
    pub source: String,
    /// The line of the output it stands on, where that is known.
    pub(crate) line: Option<usize>,
    /// The value, so that it can be masked before another try; never shown.
    pub(crate) value: String,
}

/// Bytes of a long text that one thread looks at.
const PIECE: usize = 128 << 10;

/// The kind of the first secret in bytes that are about to be written, if there is one.
///
/// Knows the disguises that our own writers give to text: HTML entities and JSON escapes.
pub fn find_secret(bytes: &[u8]) -> Option<Kind> {
    let text = String::from_utf8_lossy(bytes);
    let text = plain(&text);
    left(&text, &[&text], &Secrets::default()).map(|left| left.kind)
}

/// The first secret that is left: of the known values and the formats in `all`, of anything that is
/// recognised in one of the texts that are `shown`.
pub fn left(all: &str, shown: &[&str], secrets: &Secrets) -> Option<Left> {
    if let Some(search) = secrets.search()
        && let Some((value, origin)) = search.first(all)
    {
        return Some(Left {
            kind: origin.kind,
            source: origin.source.clone(),
            line: all
                .find(value)
                .and_then(|at| Some(all.get(..at)?.matches('\n').count() + 1)),
            value: value.to_owned(),
        });
    }
    first(&[all], formats).or_else(|| first(shown, find))
}

/// What has the form of a provider's credential or of a private key's edge.
fn formats(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    providers::find(text, &mut found);
    if let Some(range) = pem::edge(text) {
        let kind = Kind::PrivateKey;
        found.push(Found { kind, range });
    }
    super::search::clear_of_masks(text, &mut found);
    found
}

/// The first that a search finds; all threads share the work.
fn first(texts: &[&str], search: fn(&str) -> Vec<Found>) -> Option<Left> {
    let pieces: Vec<(usize, &str)> = texts.iter().flat_map(|text| pieces(text)).collect();
    pieces
        .into_par_iter()
        .with_min_len(16)
        .find_map_first(|(line, piece)| {
            let mut found = search(piece);
            found.sort_by_key(|one| one.range.start);
            found.into_iter().find_map(|one| {
                let value = piece.get(one.range.clone())?.trim();
                let above = piece.get(..one.range.start)?.matches('\n').count();
                let number = line + above + 1;
                (value.len() >= 4 && !values::is_hidden(value)).then(|| Left {
                    kind: one.kind,
                    source: format!("line {number} of the output"),
                    line: Some(number),
                    value: value.to_owned(),
                })
            })
        })
}

/// The text cut at line ends into pieces of about [`PIECE`] bytes, each with the lines before it.
fn pieces(text: &str) -> Vec<(usize, &str)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut lines = 0;
    while !rest.is_empty() {
        let after = rest.as_bytes().get(PIECE..).unwrap_or_default();
        let end = memchr::memchr(b'\n', after).map_or(rest.len(), |at| PIECE + at + 1);
        let (piece, more) = rest.split_at_checked(end).unwrap_or((rest, ""));
        pieces.push((lines, piece));
        lines += piece.matches('\n').count();
        rest = more;
    }
    pieces
}

/// The text as it was before a writer escaped it.
pub fn plain(text: &str) -> Cow<'_, str> {
    // JSON inside HTML writes these three as escapes: they must read as they did when masked.
    let json = if text.contains("\\u00") {
        Cow::Owned(
            text.replace("\\u003c", "<")
                .replace("\\u003e", ">")
                .replace("\\u0026", "&"),
        )
    } else {
        Cow::Borrowed(text)
    };
    match unescape_entities(&json) {
        Cow::Owned(text) => Cow::Owned(text),
        Cow::Borrowed(_) => json,
    }
}

/// The text with HTML entities replaced by what they stand for.
fn unescape_entities(text: &str) -> Cow<'_, str> {
    const ENTITIES: [(&str, &str); 9] = [
        ("&#38;", "&"),
        ("&amp;", "&"),
        ("&#60;", "<"),
        ("&lt;", "<"),
        ("&#62;", ">"),
        ("&gt;", ">"),
        ("&#34;", "\""),
        ("&quot;", "\""),
        ("&#39;", "'"),
    ];
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, _)) = rest.split_once('&') {
        let (head, tail) = rest.split_at(before.len());
        out.push_str(head);
        let known = ENTITIES
            .iter()
            .find_map(|(entity, plain)| Some((tail.strip_prefix(entity)?, plain)));
        if let Some((after, plain)) = known {
            out.push_str(plain);
            rest = after;
        } else {
            out.push('&');
            rest = tail.strip_prefix('&').unwrap_or_default();
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}
