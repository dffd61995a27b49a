//! Pieces of rule files, as the readers of other tools' files make them.

use crate::rules::syntax::{EventTable, LogTable, Text};
use toml::Spanned;

/// A text with its place.
pub(super) fn word(at: usize, text: impl Into<String>) -> Text {
    Spanned::new(at..at, text.into())
}

/// Texts with the place of the part they belong to.
pub(super) fn words<T: Into<String>>(at: usize, texts: impl IntoIterator<Item = T>) -> Vec<Text> {
    texts.into_iter().map(|text| word(at, text)).collect()
}

/// A matcher of lines.
pub(super) fn log_table(at: usize, literals: Vec<String>, regex: String) -> LogTable {
    LogTable {
        id: None,
        component: vec![],
        literal: Spanned::new(at..at, words(at, literals)),
        regex: Some(word(at, regex)),
        unless: vec![],
        path: vec![],
        not_path: vec![],
        at_least: None,
        within: None,
    }
}

/// A matcher of events.
pub(super) fn event_table(at: usize, reason: Option<&str>, literals: Vec<String>) -> EventTable {
    EventTable {
        id: None,
        reason: words(at, reason),
        literal: words(at, literals),
        regex: None,
        unless: vec![],
        kind: vec![],
        event_type: None,
        at_least: None,
        within: None,
    }
}

/// Words of a text as an id: lower-case letters and digits with single hyphens between them.
pub(super) fn kebab(text: &str) -> String {
    let mut id = String::new();
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            id.push(character.to_ascii_lowercase());
        } else if !id.ends_with('-') && !id.is_empty() {
            id.push('-');
        }
        if id.len() >= LONGEST_ID {
            break;
        }
    }
    id.trim_end_matches('-').to_owned()
}

/// Words of an id in a row; an author's text may leave none of its own.
pub(super) fn joined(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .copied()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join("-")
}

/// A text on one line, as titles are, and no longer than a line is read.
pub(super) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(200).collect()
}

/// Longest word made of an author's text in an id.
const LONGEST_ID: usize = 72;
