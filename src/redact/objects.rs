//! Kubernetes Secrets: every value of `data` and `stringData` is secret, whatever its name. As
//! YAML, JSON at any depth of escapes (`last-applied-configuration`), and as Go prints them.

use super::names::Trust;
use super::value::Sign;
use super::{Found, Kind, value, values};
use regex::Regex;
use std::sync::LazyLock;

/// That a Secret stands in the text.
static SECRET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"kind\\*"?:\s*\\*"?Secret\b|&Secret\{|\bSecret map\["#)
        .expect("a constant pattern")
});

/// Where the values of one begin.
static DATA: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)(?:^|[\s"',{\[\\])(?:data|stringData)\\*"?:\s*(?:map\[(?:string\]\[\]byte\{|string\]string\{)?|\{|\r?\n|\\n)"#)
        .expect("a constant pattern")
});

/// A name of `data` and what stands before its value.
static FIELD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^[\s,\\"']*(?:\\n)?\s*\\*"?[A-Za-z0-9._-]+\\*"?:\s*"#)
        .expect("a constant pattern")
});

/// Every value of a Secret.
pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    if !SECRET.is_match(text) {
        return;
    }
    for data in DATA.find_iter(text) {
        fields(text, data.end(), data.as_str().ends_with('\n'), found);
    }
}

/// The values from `at` on, while one follows the other.
fn fields(text: &str, at: usize, lines: bool, found: &mut Vec<Found>) {
    let mut at = at;
    for _ in 0..100 {
        let Some(rest) = text.get(at..) else { return };
        // A line of YAML that is not indented deeper ends the values.
        let line = rest.trim_start_matches(['\n', '\r']);
        if lines && !line.starts_with(' ') {
            return;
        }
        let Some(field) = FIELD.find(rest) else {
            return;
        };
        let start = at + field.end();
        let Some(last) = value::values(text, start, Sign::Equals, Trust::Odd).pop() else {
            return;
        };
        let own = text.get(last.clone()).unwrap_or_default();
        if !values::is_hidden(own) && own.len() > 3 {
            found.push(Found {
                kind: Kind::ApiKey,
                range: last.clone(),
            });
        }
        at = last.end;
    }
}
