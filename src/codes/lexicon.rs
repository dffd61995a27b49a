//! The search for codes in a text.
//!
//! Each phrase, and for each regex a text that stands in all its matches, is known by three of its
//! bytes, which the build chose as the rarest ones. Every place of a text is asked whether such three
//! bytes begin there; only then is the pattern compared. Nothing is prepared when the program starts,
//! and a regex is compiled when its text was seen for the first time.

use super::entry::{Code, Kind, Needle, Sense, Table};
use super::regex::Regex;
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

/// All codes.
pub(super) static TABLE: Table = include!(concat!(env!("OUT_DIR"), "/codes.rs"));

/// Notes of one line; further ones say less than these.
const NOTES: usize = 3;

/// Bytes by which a pattern is known.
const WINDOW: usize = 3;

/// Bytes of a text that are looked at.
const LOOKED_AT: usize = 4_096;

/// Families that say less than the code that another one finds on the same line: how a call was
/// answered, and not what for.
const WRAPPERS: &[&str] = &["grpc", "http", "events", "network"];

/// A code, and what it means where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Id of the code.
    pub id: &'static str,
    /// What it means.
    #[serde(flatten)]
    pub sense: &'static Sense,
}

/// The lexicon.
#[derive(Debug)]
pub struct Lexicon {
    /// Regexes of each code.
    regexes: Vec<Vec<Regex>>,
}

static BUILTIN: LazyLock<Lexicon> = LazyLock::new(|| {
    let regex = |source: &&'static str| Regex::new(source);
    let regexes = |code: &Code| code.regex.iter().map(regex).collect();
    Lexicon {
        regexes: TABLE.codes.iter().map(regexes).collect(),
    }
});

impl Lexicon {
    /// The lexicon that ships with the tool.
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// What the codes in a text mean, the most telling first.
    pub fn notes(&self, text: &str) -> Vec<Note> {
        let mut notes = self.every_note(text);
        if notes.iter().any(|note| note.sense.kind != Kind::Generic) {
            notes.retain(|note| note.sense.kind != Kind::Generic);
        }
        notes.truncate(NOTES);
        notes
    }

    /// What every code in a text means, in the order of how much each says.
    pub(super) fn every_note(&self, text: &str) -> Vec<Note> {
        let found = self.found(text);
        // What is part of a longer phrase says less: `permission denied for schema`.
        let is_part = |at: &Range<usize>| {
            found.values().any(|other| {
                other.start <= at.start && at.end <= other.end && other.len() > at.len()
            })
        };
        let mut notes: Vec<(bool, bool, Note)> = found
            .iter()
            .filter_map(|(code, at)| {
                let code = TABLE.codes.get(*code)?;
                let wraps = WRAPPERS.contains(&code.family);
                Some((is_part(at), wraps, code.note(text)))
            })
            .collect();
        notes.sort_by_key(|(part, wraps, note)| (note.sense.kind, *part, *wraps, note.id));
        notes.into_iter().map(|(_, _, note)| note).collect()
    }

    /// The codes of a text, each with the longest place where it stands.
    fn found(&self, text: &str) -> BTreeMap<usize, Range<usize>> {
        let bytes = text.as_bytes();
        let bytes = bytes.get(..LOOKED_AT).unwrap_or(bytes);
        let mut found: BTreeMap<usize, Range<usize>> = BTreeMap::new();
        let mut add = |code: usize, at: Range<usize>| {
            let longest = found.entry(code).or_insert_with(|| at.clone());
            if at.len() > longest.len() {
                *longest = at;
            }
        };
        let mut asked = Vec::new();
        let lower = bytes.to_ascii_lowercase();
        for (at, window) in lower.windows(WINDOW).enumerate() {
            for (pattern, place) in patterns_at(&lower, at, window) {
                let code = usize::from(pattern.code);
                match pattern.regex {
                    None if stands_alone(&lower, &place) => add(code, place),
                    None => {}
                    Some(number) => asked.push((code, usize::from(number))),
                }
            }
        }
        let unguarded = TABLE.unguarded.iter();
        asked.extend(unguarded.map(|(code, number)| (usize::from(*code), usize::from(*number))));
        asked.sort_unstable();
        asked.dedup();
        for (code, number) in asked {
            let regex = self.regexes.get(code).and_then(|all| all.get(number));
            if let Some(place) = regex.and_then(|regex| regex.find(bytes)) {
                add(code, place);
            }
        }
        found
    }
}

impl Code {
    /// What it means on this line.
    fn note(&'static self, text: &str) -> Note {
        let lower = text.to_ascii_lowercase();
        let holds = |phrase: &&str| lower.contains(&phrase.to_ascii_lowercase());
        let mut contexts = self.when.iter();
        let when = contexts.find(|(with, _)| with.iter().any(holds));
        Note {
            id: self.id,
            sense: when.map_or(&self.usual, |(_, sense)| sense),
        }
    }
}

/// The patterns that stand around the window at `at` of a text in lower case, with their places.
fn patterns_at<'t>(
    lower: &'t [u8],
    at: usize,
    window: &[u8],
) -> impl Iterator<Item = (&'static Needle, Range<usize>)> + 't {
    let found = TABLE
        .windows
        .binary_search_by(|(known, _)| known.as_slice().cmp(window));
    let known = found.ok().and_then(|place| TABLE.windows.get(place));
    let known = known.map_or(&[][..], |(_, patterns)| patterns);
    known.iter().filter_map(move |(pattern, offset)| {
        let pattern = TABLE.patterns.get(usize::from(*pattern))?;
        let start = at.checked_sub(usize::from(*offset))?;
        let place = start..start + pattern.text.len();
        (lower.get(place.clone())? == pattern.text.as_bytes()).then_some((pattern, place))
    })
}

/// Whether no letter, digit or underscore touches the place.
fn stands_alone(text: &[u8], at: &Range<usize>) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let before = at.start.checked_sub(1).and_then(|at| text.get(at));
    !before.is_some_and(is_word) && !text.get(at.end).is_some_and(is_word)
}
