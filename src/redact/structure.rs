//! A name beside its value, in whatever syntax: assignments, JSON and YAML, headers, flags,
//! connection strings, properties, Go values.
//!
//! In: one text. Out: the values of names that [`super::names`] knows as secret. The value
//! is read as its syntax has it: in quotes of any depth of escapes, in brackets, bare up to what
//! ends it, or on the next line.

use super::names::{self, Meaning, PARTS, Trust};
use super::value::{self, Sign};
use super::{Found, Kind, chance, values};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use std::ops::Range;
use std::sync::LazyLock;

/// Longest name that is read.
const LONGEST_NAME: usize = 120;

/// Schemes of `Authorization` behind which one credential stands.
const SCHEMES: [&str; 8] = [
    "basic",
    "bearer",
    "token",
    "apikey",
    "digest",
    "negotiate",
    "sharedkey",
    "sharedkeylite",
];

/// Finds the parts of names; the parts are constants of this room.
static NAMED: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasickBuilder::new()
        .ascii_case_insensitive(true)
        .build(PARTS)
        .expect("a few constant words")
});

/// A name in a text that means a secret.
pub(super) struct Named {
    /// Where it stands.
    pub(super) at: Range<usize>,
    /// What its value is.
    pub(super) meaning: Meaning,
}

/// Whether a name that means a secret stands in the text.
pub(super) fn may_name(text: &str) -> bool {
    NAMED.is_match(text) && !named(text).is_empty()
}

/// All names in the text that mean a secret, in order.
pub(super) fn named(text: &str) -> Vec<Named> {
    let mut all: Vec<Named> = Vec::new();
    let mut end = 0;
    for hit in NAMED.find_iter(text) {
        if hit.start() < end {
            continue;
        }
        let at = around(text, hit.start()..hit.end());
        end = at.end.max(hit.end());
        if at.len() > LONGEST_NAME {
            continue;
        }
        let name = text.get(at.clone()).unwrap_or_default();
        if let Some(meaning) = names::meaning(name) {
            all.push(Named { at, meaning });
        }
    }
    all
}

/// The name in which a part stands.
fn around(text: &str, part: Range<usize>) -> Range<usize> {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$');
    let before = text.get(..part.start).unwrap_or_default();
    let start = before.trim_end_matches(inside).len();
    let behind = text.get(part.end..).unwrap_or_default();
    let rest = behind.trim_start_matches(inside);
    let mut end = text.len() - rest.len();
    // A dash or dot at the end is punctuation; so is the dash of an arrow.
    while end > part.end
        && text
            .get(..end)
            .is_some_and(|t| t.ends_with(['-', '.', '$']))
    {
        end -= 1;
    }
    // The letter of an escape before it is none of the name.
    let escape = text.get(..start).is_some_and(|t| t.ends_with('\\'))
        && text
            .get(start..part.start)
            .is_some_and(|t| t.starts_with(['n', 't', 'r']));
    start + usize::from(escape)..end
}

/// The values of all names.
pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    for name in named(text) {
        if let Some((sign, at)) = value::sign(text, name.at.end, is_flag(text, &name.at)) {
            if matches!(name.meaning.kind, Kind::BearerToken)
                && header(text, &name, sign, at, found)
            {
                continue;
            }
            for range in value::values(text, at, sign, name.meaning.trust) {
                accept(text, range, name.meaning, sign, found);
            }
        }
        beside(text, &name, found);
    }
}

/// `--password`, `-Password`: a flag takes the next word.
fn is_flag(text: &str, name: &Range<usize>) -> bool {
    let flag = text
        .get(name.clone())
        .is_some_and(|name| name.starts_with('-'));
    let before = text.get(..name.start).unwrap_or_default();
    flag && (before.is_empty()
        || before.ends_with([' ', '\t', '\n', '"', '\'', '[', ',', '(', '`']))
}

/// Adds a value if it is a secret by its name.
pub(super) fn accept(
    text: &str,
    range: Range<usize>,
    meaning: Meaning,
    sign: Sign,
    found: &mut Vec<Found>,
) {
    let value = text.get(range.clone()).unwrap_or_default();
    let secret = match (meaning.trust, sign) {
        (Trust::Full, Sign::Space | Sign::Line) => !values::is_ordinary(value),
        (Trust::Full, Sign::Colon | Sign::Flag) => {
            values::is_told(value) && !is_sentence(text, &range)
        }
        (Trust::Full, _) => values::is_told(value) || is_open(text, &range),
        (Trust::Odd, _) => value.len() >= 6 && !values::is_ordinary(value),
        (Trust::Random, _) => {
            chance::is_random(value)
                || value.len() >= 20
                    && !value.contains(['/', '.', ' '])
                    && values::has_odd_case(value)
        }
    };
    if secret && !value.is_empty() {
        found.push(Found {
            kind: meaning.kind,
            range,
        });
    }
}

/// Whether a value in quotes goes on to the end of its line, so that what it is, is not told.
fn is_open(text: &str, range: &Range<usize>) -> bool {
    let before = text.get(..range.start).unwrap_or_default();
    let behind = text.get(range.end..).unwrap_or_default();
    let value = text.get(range.clone()).unwrap_or_default();
    before.ends_with(['"', '\''])
        && (behind.is_empty() || behind.starts_with(['\r', '\n']))
        && value.chars().any(char::is_alphanumeric)
        && !values::is_hidden(value)
}

/// `password: incorrect for user`: a word that a sentence goes on behind.
fn is_sentence(text: &str, value: &Range<usize>) -> bool {
    let word = text.get(value.clone()).unwrap_or_default();
    let behind = text.get(value.end..).unwrap_or_default();
    let goes_on = behind
        .strip_prefix(' ')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
    let digits = word.len() < 5 && word.bytes().all(|b| b.is_ascii_digit());
    digits || goes_on && word.chars().all(char::is_alphabetic)
}

/// `Authorization: Bearer x`, `Cookie: a=x; b=y`: the value has a syntax of its own. Tells whether
/// it was one.
fn header(text: &str, name: &Named, sign: Sign, at: usize, found: &mut Vec<Found>) -> bool {
    let word = text
        .get(name.at.clone())
        .unwrap_or_default()
        .to_ascii_lowercase();
    let mut whole = value::to_closing(text, at);
    let own = text.get(whole.clone()).unwrap_or_default();
    if SCHEMES.contains(&own.to_ascii_lowercase().as_str()) {
        // The credential stands on the next line.
        let rest = text.get(whole.end..).unwrap_or_default();
        let next = rest.trim_start();
        let length = next.find(char::is_whitespace).unwrap_or(next.len());
        whole.end = text.len() - next.len() + length;
    }
    let content = text.get(whole.clone()).unwrap_or_default();
    let mut add = |range: Range<usize>| {
        let value = text.get(range.clone()).unwrap_or_default();
        if value.len() >= 6 && !values::is_hidden(value) {
            found.push(Found {
                kind: Kind::BearerToken,
                range,
            });
        }
    };
    if word.ends_with("cookie") {
        let Some((_, value)) = content.split_once('=') else {
            return false;
        };
        let first = value.split(';').next().unwrap_or_default();
        if !values::is_ordinary(first) {
            add(whole);
        }
        return true;
    }
    if !word.ends_with("authorization") || matches!(sign, Sign::Space) {
        return false;
    }
    let (scheme, rest) = content.split_once([' ', '\n']).unwrap_or(("", content));
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if scheme.is_empty() || scheme.len() > 20 || !scheme.chars().all(letters) {
        return false;
    }
    let start = whole.end - rest.len();
    if rest.contains("=\"") || rest.contains(", ") || rest.contains("Signature=") {
        add(start..whole.end);
    } else {
        let rest = rest.trim_start();
        let start = whole.end - rest.len();
        let length = rest.find([' ', ',']).unwrap_or(rest.len());
        let value = rest.get(..length).unwrap_or_default();
        let secret = SCHEMES.contains(&scheme.to_ascii_lowercase().as_str());
        if secret && values::is_told(value) || !values::is_ordinary(value) {
            add(start..start + length);
        }
    }
    true
}

/// The value that an entry of a list of variables has beside this name, in either order:
/// `{"name": "X", "value": "y"}`, `- value: y` above `name: X`, `key="X" value="y"`.
fn beside(text: &str, name: &Named, found: &mut Vec<Found>) {
    if name.meaning.trust == Trust::Random {
        return;
    }
    let before = text.get(..name.at.start).unwrap_or_default();
    let quoted = before.trim_end_matches(['"', '\'', '\\']);
    let signed = quoted.trim_end_matches([' ', '\t']);
    let behind = text.get(name.at.end..).unwrap_or_default();
    let declared = signed.ends_with("variable") || signed.ends_with("env");
    let Some(keyed) = signed
        .strip_suffix([':', '='])
        .or(declared.then_some(signed))
    else {
        return;
    };
    let key = keyed.trim_end_matches([' ', '\t', '"', '\'', '\\']);
    let start = key
        .rfind(|c: char| !c.is_ascii_alphanumeric())
        .map_or(0, |at| at + 1);
    let own = key.get(start..).unwrap_or_default().to_ascii_lowercase();
    let own = own
        .strip_prefix('n')
        .filter(|own| *own == "name")
        .unwrap_or(&own);
    if !matches!(own, "name" | "key" | "variable" | "env" | "envname" | "id") {
        return;
    }
    if let Some(at) = value_behind(behind).map(|at| name.at.end + at) {
        for range in value::values(text, at, Sign::Equals, Trust::Full) {
            accept(text, range, name.meaning, Sign::Equals, found);
        }
    }
    if let Some(at) = value_before(text, start) {
        for range in value::values(text, at, Sign::Equals, Trust::Full) {
            if range.end <= start {
                accept(text, range, name.meaning, Sign::Equals, found);
            }
        }
    }
}

/// Where the value begins whose key follows at once.
fn value_behind(behind: &str) -> Option<usize> {
    let rest = behind.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, '"' | '\'' | '\\' | ',' | '{' | ';' | '-' | '}')
    });
    let rest = rest
        .strip_prefix('n')
        .filter(|_| behind.contains("\\n"))
        .map_or(rest, |rest| rest.trim_start_matches([' ', '"', '\\']));
    for key in ["value", "Value", "default", "content", "VALUE"] {
        if let Some(rest) = rest.strip_prefix(key)
            && behind.len() - rest.len() <= 80
            && let Some(at) = after_sign(rest)
        {
            return Some(behind.len() - rest.len() + at);
        }
    }
    None
}

/// Where the value begins whose key stands before the key of a name.
fn value_before(text: &str, key: usize) -> Option<usize> {
    let before = text.get(..key)?;
    let from = before.ceil_char_boundary(before.len().saturating_sub(4_096));
    let window = before.get(from..)?;
    let at = window.rfind("alue")?;
    let rest = window.get(at + 4..)?;
    let start = from + at + 4 + after_sign(rest)?;
    let own = value::values(text, start, Sign::Equals, Trust::Full);
    let end = own.last()?.end;
    let between = text.get(end..key)?;
    let plain =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\' | ',' | '-' | ';' | 'n');
    between.chars().all(plain).then_some(start)
}

/// Length of the quote, sign and blanks between a key and its value.
fn after_sign(rest: &str) -> Option<usize> {
    let behind = rest.trim_start_matches(['"', '\'', '\\', ' ', '\t']);
    let behind = behind.strip_prefix([':', '='])?;
    let value = behind.trim_start_matches([' ', '\t']);
    Some(rest.len() - value.len())
}
