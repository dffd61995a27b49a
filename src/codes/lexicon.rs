//! All entries, and the search for them.

use super::entry::{Code, Kind, Meaning};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use regex::bytes::{Regex, RegexBuilder};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

/// All codes, sorted by family.
pub(super) static CODES: &[Code] = include!(concat!(env!("OUT_DIR"), "/codes.rs"));

/// Notes of one line; further ones say less than these.
const NOTES: usize = 3;

/// Bytes of a text that are looked at.
const LOOKED_AT: usize = 4_096;

/// Families that say less than the code that another one finds on the same line: how a call was
/// answered, and not what for.
const WRAPPERS: &[&str] = &["grpc", "http", "events", "network"];

/// What a code means where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note {
    /// Id of the code.
    pub id: &'static str,
    /// How much it says.
    pub kind: Kind,
    /// Category, one of those of the rules.
    pub category: &'static str,
    /// What an engineer calls it.
    pub title: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// The usual cause.
    pub cause: &'static str,
    /// What decides it.
    pub decide: &'static str,
    /// Where to read on.
    pub link: &'static str,
}

/// The search for all codes.
#[derive(Debug)]
pub struct Lexicon {
    /// Everything that is searched for.
    search: AhoCorasick,
    /// What each pattern of the search stands for.
    patterns: Vec<Vec<Sign>>,
    /// Regexes of each code, compiled when first needed.
    regexes: Vec<Vec<OnceLock<Option<Regex>>>>,
    /// Regexes that no pattern of the search leads to.
    unguarded: Vec<(usize, usize)>,
}

/// What a place of the search means.
#[derive(Debug, Clone, Copy)]
enum Sign {
    /// A phrase of the code.
    Phrase(usize),
    /// The regex of the code may match.
    Regex(usize, usize),
}

static BUILTIN: LazyLock<Lexicon> = LazyLock::new(Lexicon::new);

impl Lexicon {
    /// The lexicon that ships with the tool; made when first asked for.
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// Prepares the search.
    fn new() -> Self {
        let mut signs: BTreeMap<String, Vec<Sign>> = BTreeMap::new();
        let mut unguarded = Vec::new();
        for (at, code) in CODES.iter().enumerate() {
            for phrase in code.text {
                let signs = signs.entry(phrase.to_ascii_lowercase()).or_default();
                signs.push(Sign::Phrase(at));
            }
            for (number, (_, needle)) in code.regex.iter().enumerate() {
                match needle {
                    Some(needle) => {
                        let signs = signs.entry(needle.to_ascii_lowercase()).or_default();
                        signs.push(Sign::Regex(at, number));
                    }
                    None => unguarded.push((at, number)),
                }
            }
        }
        let search = AhoCorasickBuilder::new()
            .ascii_case_insensitive(true)
            .build(signs.keys())
            .expect("the phrases of the lexicon fit into one search");
        let regexes = CODES.iter();
        let regexes = regexes.map(|code| code.regex.iter().map(|_| OnceLock::new()).collect());
        Self {
            search,
            patterns: signs.into_values().collect(),
            regexes: regexes.collect(),
            unguarded,
        }
    }

    /// What the codes in a text mean, the most telling first.
    pub fn notes(&self, text: &str) -> Vec<Note> {
        let mut notes = self.every_note(text);
        if notes.iter().any(|note| note.kind != Kind::Generic) {
            notes.retain(|note| note.kind != Kind::Generic);
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
                let code = CODES.get(*code)?;
                let wraps = WRAPPERS.contains(&code.family);
                Some((is_part(at), wraps, code.note(text)))
            })
            .collect();
        notes.sort_by_key(|(part, wraps, note)| (note.kind, *part, *wraps, note.id));
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
        for place in self.search.find_overlapping_iter(bytes) {
            let signs = self.patterns.get(place.pattern().as_usize());
            for sign in signs.into_iter().flatten() {
                match *sign {
                    Sign::Phrase(code) if stands_alone(bytes, &place.range()) => {
                        add(code, place.range());
                    }
                    Sign::Phrase(_) => {}
                    Sign::Regex(code, number) => asked.push((code, number)),
                }
            }
        }
        asked.extend(&self.unguarded);
        asked.sort_unstable();
        asked.dedup();
        for (code, number) in asked {
            let regex = self.regex(code, number);
            if let Some(place) = regex.and_then(|regex| regex.find(bytes)) {
                add(code, place.range());
            }
        }
        found
    }

    /// A regex of a code.
    fn regex(&self, code: usize, number: usize) -> Option<&Regex> {
        let (source, _) = CODES.get(code)?.regex.get(number)?;
        let compile = || {
            let build = |unicode| RegexBuilder::new(source).unicode(unicode).build();
            build(false).or_else(|_| build(true)).ok()
        };
        let compiled = self.regexes.get(code)?.get(number)?;
        compiled.get_or_init(compile).as_ref()
    }
}

impl Code {
    /// What it means on this line.
    fn note(&self, text: &str) -> Note {
        let lower = text.to_ascii_lowercase();
        let holds = |phrase: &&str| lower.contains(&phrase.to_ascii_lowercase());
        let mut contexts = self.when.iter();
        let when = contexts.find(|(with, _)| with.iter().any(holds));
        let Meaning {
            kind,
            category,
            title,
            meaning,
            cause,
            decide,
            link,
        } = *when.map_or(&self.usual, |(_, meaning)| meaning);
        Note {
            id: self.id,
            kind,
            category,
            title,
            meaning,
            cause,
            decide,
            link,
        }
    }
}

/// Whether no letter, digit or underscore touches the place.
fn stands_alone(text: &[u8], at: &Range<usize>) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let before = at.start.checked_sub(1).and_then(|at| text.get(at));
    !before.is_some_and(is_word) && !text.get(at.end).is_some_and(is_word)
}
