//! Where a value begins and ends behind its name.

#![expect(
    clippy::single_range_in_vec_init,
    reason = "a value is a list of pieces, often of one"
)]

use super::names::Trust;
use super::values;
use std::ops::Range;

/// What stands between a name and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// `=`, `=>`, `:=`, `->`, `":"`: nothing else can be meant.
    Equals,
    /// `: ` before a bare word, which a sentence may have too.
    Colon,
    /// A blank only, as behind a word of a sentence.
    Space,
    /// A blank or comma behind a flag.
    Flag,
    /// The end of the line; the value is on the next one.
    Line,
    /// An encoded `=` or `:`, `%3D`; encoded so many times.
    Encoded(u8),
    /// `>` of an element of XML.
    Element,
}

/// Bytes in which the end of a value in quotes is looked for.
const LONGEST: usize = 64 << 10;

/// The sign behind a name that ends at `end`, and where the value begins.
pub(super) fn sign(text: &str, end: usize, flag: bool) -> Option<(Sign, usize)> {
    let behind = text.get(end..)?;
    for (code, depth) in [("%253d", 2), ("%253a", 2), ("%3d", 1), ("%3a", 1)] {
        let head = behind.get(..code.len());
        if head.is_some_and(|head| head.eq_ignore_ascii_case(code)) {
            return Some((Sign::Encoded(depth), end + code.len()));
        }
    }
    let unquoted = behind.trim_start_matches(['\\', '"', '\'', '`', ']', ')']);
    let quoted = unquoted.len() < behind.len();
    let rest = unquoted.trim_start_matches([' ', '\t']);
    let at = text.len() - rest.len();
    let place = |rest: &str| text.len() - rest.trim_start_matches([' ', '\t']).len();
    for arrow in ["=>", ":=", "->", "==", "＝", "："] {
        if let Some(rest) = rest.strip_prefix(arrow) {
            return Some(lines(text, Sign::Equals, place(rest)));
        }
    }
    if let Some(rest) = rest.strip_prefix('=') {
        return Some(lines(text, Sign::Equals, place(rest)));
    }
    if let Some(rest) = rest.strip_prefix(':') {
        let spaced = rest.starts_with([' ', '\t']);
        let at = place(rest);
        let value = text.get(at..).unwrap_or_default();
        let told = quoted || !spaced || value.starts_with(['"', '\'', '\\']);
        return Some(lines(
            text,
            if told { Sign::Equals } else { Sign::Colon },
            at,
        ));
    }
    if let Some(rest) = rest.strip_prefix('>')
        && !quoted
    {
        return Some((Sign::Element, text.len() - rest.len()));
    }
    if !quoted
        && is_element(text, end)
        && let Some(close) = behind.find(['>', '<', '\n'])
        && behind.get(close..)?.starts_with('>')
        && !behind.get(..close)?.ends_with('/')
    {
        return Some((Sign::Element, end + close + 1));
    }
    if flag {
        let next = rest.trim_start_matches([',', ' ', '\t']);
        return Some(lines(text, Sign::Flag, text.len() - next.len()));
    }
    // `ident` at the end of its line says nothing; behind a blank a value may follow.
    let spaced = !quoted && rest.len() < behind.len() && !rest.is_empty();
    (spaced && !rest.starts_with(['\r', '\n'])).then_some((Sign::Space, at))
}

/// `<wsse:Password Type="x">`: the name is that of an element.
fn is_element(text: &str, end: usize) -> bool {
    let before = text.get(..end).unwrap_or_default();
    let head = before
        .trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, ':' | '_' | '-' | '.'));
    head.ends_with('<')
}

/// The place of a value, on the next line where nothing follows on this one.
fn lines(text: &str, sign: Sign, at: usize) -> (Sign, usize) {
    let rest = text.get(at..).unwrap_or_default();
    let block = rest.trim_start_matches(['|', '>', '-', '\\', '+']);
    let block = if rest.starts_with("\\n") { rest } else { block };
    let block = block.trim_start_matches([' ', '\t']);
    let next = ["\r\n", "\n", "\\r\\n", "\\n", "n"]
        .into_iter()
        .find_map(|end| {
            block
                .strip_prefix(end)
                .filter(|_| end != "n" || rest.starts_with("\\\\n"))
        });
    let Some(next) = next else { return (sign, at) };
    let value = next.trim_start_matches([' ', '\t']);
    let value = value.strip_prefix("- ").unwrap_or(value);
    (Sign::Line, text.len() - value.len())
}

/// The values that begin at `at`: one, or those of a list.
pub(super) fn values(text: &str, at: usize, sign: Sign, trust: Trust) -> Vec<Range<usize>> {
    let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) else {
        return vec![];
    };
    if let Sign::Encoded(depth) = sign {
        return encoded(text, at, depth);
    }
    if sign == Sign::Element {
        // What no closing tag follows is a placeholder in a sentence: `--client-secret <secret>`.
        let end = rest.find('<').filter(|end| *end <= LONGEST);
        let closed = end.filter(|end| rest.get(*end..).is_some_and(|rest| rest.starts_with("</")));
        return closed
            .map(|end| trimmed(text, at..at + end))
            .into_iter()
            .collect();
    }
    // Letters before the quote: `b"..."`, `@"..."`, `$'...'`.
    let prefixed = rest.strip_prefix(['b', '@', '$', 'u', 'r']);
    if let Some(quote) = prefixed.filter(|rest| rest.starts_with(['"', '\''])) {
        return quoted(text, text.len() - quote.len());
    }
    let unescaped = rest.trim_start_matches('\\');
    if unescaped.starts_with(['"', '\'', '`']) {
        return quoted(text, at);
    }
    if let Some(list) = rest.strip_prefix('[') {
        let inner = list.trim_start_matches([' ', '\n', '\t', '\r']);
        let start = text.len() - inner.len();
        if inner.trim_start_matches('\\').starts_with(['"', '\'']) {
            return listed(text, start);
        }
        if values::mask_at(rest) == 0 {
            let end = inner.find([']', '\n']).unwrap_or(inner.len());
            return vec![trimmed(text, start..start + end)];
        }
    }
    if rest.starts_with("&lt;")
        && let Some(end) = rest.find("&gt;")
        && values::is_hidden(rest.get(..end + 4).unwrap_or_default())
    {
        return vec![];
    }
    for (open, close) in [("${", '}'), ("$(", ')'), ("{", '}'), ("<", '>')] {
        if let Some(inner) = rest.strip_prefix(open) {
            let end = inner.find([close, '\n']).unwrap_or(inner.len());
            let whole = rest.get(..open.len() + end).unwrap_or_default();
            let nested = inner.get(..end).unwrap_or_default();
            if values::is_hidden(whole)
                || nested.contains('"')
                || open == "{" && nested.contains(':')
            {
                return vec![];
            }
            let start = at + open.len();
            return vec![trimmed(text, start..start + end)];
        }
    }
    bare(text, at, sign, trust)
}

/// Values in quotes, up to the bracket that closes their list.
fn listed(text: &str, at: usize) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let mut at = at;
    while all.len() < 64 {
        let Some(last) = quoted(text, at).pop() else {
            break;
        };
        at = last.end;
        all.push(last);
        let rest = text.get(at..).unwrap_or_default();
        let next = rest.trim_start_matches(['"', '\'', '\\', ' ', '\n', '\t', '\r']);
        let Some(next) = next.strip_prefix(',') else {
            break;
        };
        let next = next.trim_start_matches([' ', '\n', '\t', '\r']);
        if !next.trim_start_matches('\\').starts_with(['"', '\'']) {
            break;
        }
        at = text.len() - next.len();
    }
    all
}

/// The content of a quote that opens at `at`, maybe behind backslashes; to the end of the line
/// where it does not close.
fn quoted(text: &str, at: usize) -> Vec<Range<usize>> {
    let rest = text.get(at..).unwrap_or_default();
    let slashes = rest.len() - rest.trim_start_matches('\\').len();
    let Some(quote) = rest.get(slashes..).and_then(|rest| rest.chars().next()) else {
        return vec![];
    };
    let mark = rest.get(..slashes + quote.len_utf8()).unwrap_or_default();
    // Three quotes open a text of several lines.
    let triple = mark.repeat(3);
    let open = if rest.starts_with(&triple) {
        triple.len()
    } else {
        mark.len()
    };
    let start = at + open;
    let inside = text.get(start..).unwrap_or_default();
    let inside = inside
        .get(..inside.floor_char_boundary(LONGEST))
        .unwrap_or_default();
    let mut run = 0;
    for (index, c) in inside.char_indices() {
        if c == '\\' {
            run += 1;
            continue;
        }
        let closes = c == quote && (run == slashes || slashes == 0 && run % 2 == 0);
        let gone = slashes > 0 && matches!(c, '"' | '\'') && run < slashes;
        if closes || gone {
            let end = index - if c == quote { run.min(index) } else { 0 };
            return vec![start..start + end];
        }
        if matches!(c, '\n' | '\r') {
            return vec![start..start + index];
        }
        run = 0;
    }
    vec![start..start + inside.len()]
}

/// A value without quotes.
fn bare(text: &str, at: usize, sign: Sign, trust: Trust) -> Vec<Range<usize>> {
    let rest = text.get(at..).unwrap_or_default();
    let mask = values::mask_at(rest);
    if mask > 0 {
        // What is glued to a mask, or a word behind it that is no word, is a value.
        let behind = rest.get(mask..).unwrap_or_default();
        let ends = [
            '\\', ',', ';', '&', ')', ']', '}', '"', '\'', '<', '>', '`', '|', '\n', '\r',
        ];
        if behind.starts_with(ends) {
            return vec![];
        }
        let gap = usize::from(behind.starts_with(' '));
        if gap == 1 && behind.trim_start().starts_with(ends) {
            return vec![];
        }
        let start = at + mask + gap;
        let end = bare_end(text, start, trust);
        let value = text.get(start..end).unwrap_or_default();
        let odd = gap == 0 || !values::is_ordinary(value);
        return if odd && value.len() > 2 {
            vec![start..end]
        } else {
            vec![]
        };
    }
    let mut end = bare_end(text, at, trust);
    // In a connection string a value reaches to the semicolon, blanks and all.
    let line = rest
        .find(['\n', '"', '\''])
        .map_or(rest, |end| rest.get(..end).unwrap_or_default());
    if sign == Sign::Equals
        && let Some(semicolon) = line.find(';')
        && is_field(text, at)
        && semicolon <= 200
    {
        end = end.max(at + semicolon);
    }
    let end = trimmed(text, at..end).end;
    let mut all = vec![at..end];
    // Words behind the first that are no words either: a value with blanks and without quotes.
    if trust == Trust::Full {
        let mut from = end;
        while let Some(next) = text.get(from..).and_then(|rest| rest.strip_prefix(' ')) {
            let start = text.len() - next.len();
            let end = bare_end(text, start, trust);
            let word = text.get(start..end).unwrap_or_default();
            let named = word.contains(['=', ':', '/']) || word.starts_with('-');
            let begins = word.starts_with(char::is_alphanumeric);
            if word.len() < 6 || !begins || named || values::is_ordinary(word) {
                break;
            }
            all.push(start..end);
            from = end;
        }
    }
    all
}

/// Whether the field that a value at `at` belongs to stands behind a semicolon, or before one that
/// another field follows.
fn is_field(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit(['\n', '"', '\'']).next().unwrap_or_default();
    line.trim_end_matches(|c: char| c != ';').ends_with(';')
}

/// Where a bare value ends.
fn bare_end(text: &str, at: usize, trust: Trust) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    for (index, c) in rest.char_indices() {
        let behind = rest.get(index + c.len_utf8()..).unwrap_or_default();
        let ends = match c {
            '"' | '\'' | '<' | '>' | '`' | ')' | ']' | '}' | '|' => true,
            '\\' => behind.starts_with(['"', '\'', 'n', 'r', 't', '\\', 'u']) || behind.is_empty(),
            ',' | ';' | '&' => trust != Trust::Full || is_next_field(behind),
            c => c.is_whitespace() || c.is_control(),
        };
        if ends && index > 0 || c.is_whitespace() {
            return at + index;
        }
    }
    text.len()
}

/// Whether another field begins here, or nothing follows.
fn is_next_field(behind: &str) -> bool {
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | '%');
    let rest = behind.trim_start_matches(name);
    behind.is_empty()
        || behind.starts_with(|c: char| {
            c.is_whitespace() || matches!(c, '"' | '\'' | '\\' | '}' | ']' | ')')
        })
        || rest.len() < behind.len() && rest.starts_with(['=', ':'])
        || rest.is_empty() && behind.len() < 12
}

/// A value that is encoded for a query once or more: up to the encoded `&`, quote or blank.
fn encoded(text: &str, at: usize, depth: u8) -> Vec<Range<usize>> {
    let rest = text.get(at..).unwrap_or_default();
    let ends: &[&str] = if depth > 1 {
        &["%2526", "%26", "&", "%2522", "%2520", "%20"]
    } else {
        &["%26", "&", "%22", "%20", "%7d", "%7D", "%2c", "%2C"]
    };
    let plain = rest
        .find(|c: char| {
            c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | ',' | ';' | ')' | '\\')
        })
        .unwrap_or(rest.len());
    let end = ends
        .iter()
        .filter_map(|end| rest.find(end))
        .min()
        .unwrap_or(plain)
        .min(plain);
    vec![at..at + end]
}

/// The value inside quotes, brackets or up to the line's end that begins at `at`.
pub(super) fn to_closing(text: &str, at: usize) -> Range<usize> {
    let rest = text.get(at..).unwrap_or_default();
    let opened = rest.trim_start_matches('[');
    let opened = opened.trim_start_matches('\\');
    let inner = opened.trim_start_matches(['"', '\'']);
    let bracket = rest.starts_with('[');
    let start = text.len() - inner.len();
    // Where the quote opens before the name (`-H 'Authorization: ...'`), it closes as well.
    let end = inner.find(|c: char| {
        matches!(c, '\n' | '\r' | '\'')
            || c == '"' && opened.len() > inner.len()
            || bracket && c == ']'
    });
    let mut end = end.unwrap_or(inner.len());
    if opened.len() == inner.len()
        && let Some(quote) = inner.find('"')
        && !inner
            .get(..quote)
            .is_some_and(|t| t.trim_end().ends_with('='))
    {
        end = end.min(quote);
    }
    trimmed(text, start..start + end)
}

/// The range without blanks, backslashes and punctuation at its end.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let value = text.get(range.clone()).unwrap_or_default();
    let start = range.start + value.len() - value.trim_start().len();
    let value = value.trim();
    let end = value.trim_end_matches(['\\', '.', ',', ';', ':']).len();
    start..start + end
}
