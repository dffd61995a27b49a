//! Every secret in a text, by all ways of knowing one.

use crate::redact::{Found, chance, commands, objects, pem, providers, structure, urls, values};
use std::borrow::Cow;
use std::ops::Range;

/// Every secret in the text, in no particular order; ranges may overlap.
pub(crate) fn find(text: &str) -> Vec<Found> {
    let (clean, places) = without_hidden(text);
    let mut found = find_plain(&clean);
    if let Some(places) = places {
        let end = text.len();
        let place = |at: usize| places.get(at).copied().unwrap_or(end);
        for one in &mut found {
            one.range = place(one.range.start)..place(one.range.end.saturating_sub(1)) + 1;
            one.range.end = text.ceil_char_boundary(one.range.end);
        }
    }
    found
}

/// The same for a text in which no character is hidden.
pub(super) fn find_plain(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let search = |text: &str, found: &mut Vec<Found>| {
        structure::find(text, found);
        objects::find(text, found);
        commands::find(text, found);
        urls::find(text, found);
        providers::find(text, found);
        pem::find(text, found);
    };
    search(text, &mut found);
    if let Some(flat) = unescaped(text) {
        let before = found.len();
        search(&flat, &mut found);
        for one in found.iter_mut().skip(before) {
            let value = text.get(one.range.clone()).unwrap_or_default();
            let start = value.trim_start_matches(['\\', ' ', '"', '\'']);
            one.range.start += value.len() - start.len();
            one.range.end -= start.len() - start.trim_end_matches(['\\', ' ']).len();
        }
    }
    chance::find(text, &mut found);
    found.retain(|one| !one.range.is_empty());
    clear_of_masks(text, &mut found);
    found
}

/// The text with blanks, line ends and quotes in place of their escapes, whatever their depth, so
/// that what was written on several lines and quoted in one is read like any other; every byte
/// keeps its place. `None` where there is no escape.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let mut changed = false;
    let mut at = 0;
    while let Some(slash) = bytes.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        let from = at + slash;
        let run = bytes
            .iter()
            .skip(from)
            .take_while(|byte| **byte == b'\\')
            .count();
        let to = from + run;
        let sign = match bytes.get(to) {
            Some(b'n') => b'\n',
            Some(b'r' | b't') => b' ',
            Some(quote @ (b'"' | b'\'')) => *quote,
            _ => {
                at = to;
                continue;
            }
        };
        changed = true;
        if let Some(escape) = bytes.get_mut(from..=to) {
            escape.fill(b' ');
            // First, so that a quote closes right behind its word.
            if let Some(first) = escape.first_mut() {
                *first = sign;
            }
        }
        at = to + 1;
    }
    if changed {
        String::from_utf8(bytes).ok()
    } else {
        None
    }
}

/// Leaves out what is a mask, and cuts off masks at the front of a value.
pub(super) fn clear_of_masks(text: &str, found: &mut Vec<Found>) {
    const OPEN: &str = "[REDACTED ";
    let mut masks: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices(OPEN) {
        let length = values::mask_at(text.get(at..).unwrap_or_default());
        if length > 0 {
            masks.push(at..at + length);
        }
    }
    if masks.is_empty() {
        return;
    }
    let mut clear = Vec::new();
    for one in found.drain(..) {
        let mut start = one.range.start;
        for mask in &masks {
            if mask.end <= start || mask.start >= one.range.end {
                continue;
            }
            if mask.start > start {
                clear.push(Found {
                    kind: one.kind,
                    range: start..mask.start,
                });
            }
            start = mask.end.max(start);
        }
        if start < one.range.end {
            clear.push(Found {
                kind: one.kind,
                range: start..one.range.end,
            });
        }
    }
    // Blanks and signs between two masks are no secret.
    clear.retain(|one| {
        let value = text.get(one.range.clone()).unwrap_or_default();
        value.chars().any(char::is_alphanumeric)
    });
    *found = clear;
}

/// Whether anything in a line makes it worth to be looked at: a cheap answer, yes where a secret may
/// be, and where there is none rarely.
pub(crate) fn may_hold(line: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(line) else {
        return true;
    };
    !text.is_ascii()
        || structure::may_name(text)
        || providers::may_hold(text)
        || commands::may_hold(text)
        || text.contains("://") && text.contains('@')
        || chance::may_hold(text)
}

/// The text without characters that show nothing, and where each byte of it stood; the same text
/// and nothing where it has none.
fn without_hidden(text: &str) -> (Cow<'_, str>, Option<Vec<usize>>) {
    let hidden = |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    if text.is_ascii() || !text.contains(hidden) {
        return (Cow::Borrowed(text), None);
    }
    let mut clean = String::with_capacity(text.len());
    let mut places = Vec::with_capacity(text.len());
    for (at, c) in text.char_indices().filter(|(_, c)| !hidden(*c)) {
        clean.push(c);
        places.extend(at..at + c.len_utf8());
    }
    (Cow::Owned(clean), Some(places))
}
