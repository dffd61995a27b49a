//! Credentials that providers gave a form of their own; `rules/secrets.toml` has them with their
//! sources.

use super::{Found, Kind};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use regex::Regex;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The list; part of the program.
const LIST: &str = include_str!("../../rules/secrets.toml");

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: Vec<Entry>,
}

/// One format as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    not(test),
    expect(
        dead_code,
        reason = "ids and sources are for readers of the list and its test"
    )
)]
struct Entry {
    id: String,
    kind: Kind,
    literals: Vec<String>,
    regex: String,
    /// What may not stand before the credential.
    unless: Option<String>,
    /// What the credential may not look like.
    unless_value: Option<String>,
    sources: Vec<String>,
}

/// One format, compiled.
struct Format {
    kind: Kind,
    regex: Regex,
    unless: Option<Regex>,
    unless_value: Option<Regex>,
}

/// All formats, and the literals that lead to them.
struct Formats {
    literals: AhoCorasick,
    /// The format of each literal.
    of_literal: Vec<usize>,
    all: Vec<Format>,
}

static FORMATS: LazyLock<Formats> = LazyLock::new(|| {
    let regex = |text: &str| Regex::new(text).expect("rules/secrets.toml is tested");
    let mut literals = Vec::new();
    let mut of_literal = Vec::new();
    let mut formats = Vec::new();
    for entry in entries() {
        of_literal.extend(entry.literals.iter().map(|_| formats.len()));
        literals.extend(entry.literals);
        formats.push(Format {
            kind: entry.kind,
            regex: regex(&entry.regex),
            unless: entry.unless.as_deref().map(regex),
            unless_value: entry.unless_value.as_deref().map(regex),
        });
    }
    let literals = AhoCorasickBuilder::new()
        .ascii_case_insensitive(true)
        .build(literals)
        .expect("rules/secrets.toml is tested");
    Formats {
        literals,
        of_literal,
        all: formats,
    }
});

/// The entries of the list.
fn entries() -> Vec<Entry> {
    let file: File = toml::from_str(LIST).expect("rules/secrets.toml is tested");
    file.format
}

/// Whether a text has the form of any credential.
pub(super) fn may_hold(text: &str) -> bool {
    if !FORMATS.literals.is_match(text) {
        return false;
    }
    let mut found = Vec::new();
    find(text, &mut found);
    !found.is_empty()
}

/// Every credential of a known form.
pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    let mut wanted: BTreeSet<usize> = BTreeSet::new();
    for hit in FORMATS.literals.find_overlapping_iter(text) {
        wanted.extend(FORMATS.of_literal.get(hit.pattern().as_usize()).copied());
    }
    for format in wanted.into_iter().filter_map(|at| FORMATS.all.get(at)) {
        for captures in format.regex.captures_iter(text) {
            let Some(value) = captures.iter().flatten().last() else {
                continue;
            };
            let before = text.get(..value.start()).unwrap_or_default();
            let near = before.ceil_char_boundary(before.len().saturating_sub(24));
            let near = before.get(near..).unwrap_or_default();
            let told = format
                .unless
                .as_ref()
                .is_some_and(|unless| unless.is_match(near))
                || format
                    .unless_value
                    .as_ref()
                    .is_some_and(|unless| unless.is_match(value.as_str()));
            if !told && super::values::mask_at(value.as_str()) == 0 {
                found.push(Found {
                    kind: format.kind,
                    range: value.range(),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_an_id_of_its_own_and_a_source() {
        let mut ids = BTreeSet::new();
        for entry in entries() {
            assert!(ids.insert(entry.id.clone()), "{}", entry.id);
            assert!(
                entry
                    .sources
                    .iter()
                    .all(|link| link.starts_with("https://")),
                "{}",
                entry.id
            );
            assert!(
                !entry.sources.is_empty() && !entry.literals.is_empty(),
                "{}",
                entry.id
            );
            assert!(
                entry
                    .literals
                    .iter()
                    .all(|l| !l.bytes().any(|b| b.is_ascii_uppercase())),
                "{}",
                entry.id
            );
        }
        assert!(FORMATS.all.len() > 40);
    }
}
