//! Hidden characters as escapes, so that a report shows nothing that it does not say.

use crate::report::glyphs;
use std::borrow::Cow;
use std::fmt::Write as _;

/// JSON with its hidden characters, line ends included, as they were before they were escaped.
pub(in crate::report) fn restored(json: &str) -> Cow<'_, str> {
    if !json.contains('\\') {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some((before, escape)) = rest.split_once('\\') {
        out.push_str(before);
        if let Some((c, after)) = hidden_at(escape) {
            out.push(c);
            rest = after;
            continue;
        }
        // A backslash before a backslash is none of an escape.
        let mut after = escape.chars();
        out.push('\\');
        out.extend(after.next());
        rest = after.as_str();
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The hidden character whose escape goes on here, behind its backslash, and what follows it.
fn hidden_at(escape: &str) -> Option<(char, &str)> {
    let unit = |text: &str| u16::from_str_radix(text.get(..4)?, 16).ok();
    let (c, after) = match escape.split_at_checked(1)? {
        ("n", after) => ('\n', after),
        ("r", after) => ('\r', after),
        ("t", after) => ('\t', after),
        ("u", code) => {
            let after = code.get(4..)?;
            let low = after.strip_prefix("\\u");
            let pair = [Some(unit(code)?), low.and_then(unit)];
            let c = char::decode_utf16(pair.into_iter().flatten())
                .next()?
                .ok()?;
            let after = if c.len_utf16() == 2 {
                low?.get(4..)?
            } else {
                after
            };
            (c, after)
        }
        _ => return None,
    };
    (c == '\t' || glyphs::is_hidden(c)).then_some((c, after))
}

/// Writes hidden characters as `\u` escapes; they stand only inside strings, where that means the
/// same. Line ends between values stay.
pub(crate) fn escape_hidden(json: String) -> String {
    let hidden = |c: char| c != '\n' && glyphs::is_hidden(c);
    if !json.contains(hidden) {
        return json;
    }
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}
