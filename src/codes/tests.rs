//! Every entry against its lines, and the whole lexicon against healthy ones.

use super::entry::Needle;
use super::lexicon::TABLE;
use super::regex::compile;
use super::{Lexicon, Note};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// `testdata/codes/<family>.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    line: Vec<Line>,
    #[serde(default)]
    near: Vec<Line>,
}

/// A line with the code that stands in it, or comes close.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    code: String,
    text: String,
    /// Where a context decides.
    title: Option<String>,
}

fn lines(family: &str) -> Lines {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/codes");
    let text = fs::read_to_string(folder.join(format!("{family}.toml"))).unwrap();
    toml::from_str(&text).unwrap()
}

/// All notes of a text, not only the most telling.
fn all(text: &str) -> Vec<Note> {
    Lexicon::builtin().every_note(text)
}

/// All families with their lines.
fn families() -> BTreeMap<&'static str, Lines> {
    let families: BTreeSet<&str> = TABLE.codes.iter().map(|code| code.family).collect();
    families
        .into_iter()
        .map(|family| (family, lines(family)))
        .collect()
}

#[test]
fn entries_are_whole_and_ids_unique() {
    let families = families();
    let mut ids = BTreeSet::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    for code in TABLE.codes {
        assert!(ids.insert(code.id), "{} twice", code.id);
        let mut lines = families[code.family].line.iter();
        assert!(lines.any(|line| line.code == code.id), "{}", code.id);
        let meanings = code.when.iter().map(|(_, meaning)| meaning);
        for meaning in meanings.chain([&code.usual]) {
            let title = meaning.title;
            assert!((4..=60).contains(&title.len()), "{}: {title}", code.id);
            assert!(folder.join(meaning.category).is_dir(), "{}", code.id);
            let told = [meaning.meaning, meaning.cause, meaning.decide];
            assert!(told.iter().all(|text| text.ends_with('.')), "{}", code.id);
            assert!(meaning.link.starts_with("https://"), "{}", code.id);
        }
    }
    assert!(ids.len() > 900);
}

#[test]
fn every_code_is_read_in_its_lines_and_in_no_near_miss() {
    let mut wrong = Vec::new();
    for lines in families().values() {
        for line in &lines.line {
            let notes = all(&line.text);
            let note = notes.iter().find(|note| note.id == line.code);
            match (note, &line.title) {
                (None, _) => wrong.push(format!("{} is not in {:?}", line.code, line.text)),
                (Some(note), Some(title)) if note.sense.title != title => {
                    wrong.push(format!(
                        "{} is {:?} in {:?}",
                        line.code, note.sense.title, line.text
                    ));
                }
                _ => {}
            }
        }
        for near in &lines.near {
            if all(&near.text).iter().any(|note| note.id == near.code) {
                wrong.push(format!("{} is in {:?}", near.code, near.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A regex is only asked where a text of it stands.
#[test]
fn every_match_of_a_regex_holds_one_of_its_texts() {
    let families = families();
    for (at, code) in TABLE.codes.iter().enumerate() {
        let lines = &families[code.family];
        for (number, source) in code.regex.iter().enumerate() {
            let regex = compile(source).unwrap();
            assert!(!regex.is_match(b""), "{source} matches everything");
            let is_own =
                |code: u16, regex: u16| (usize::from(code), usize::from(regex)) == (at, number);
            if TABLE
                .unguarded
                .iter()
                .any(|(code, regex)| is_own(*code, *regex))
            {
                continue;
            }
            let own = |pattern: &&Needle| {
                pattern
                    .regex
                    .is_some_and(|regex| is_own(pattern.code, regex))
            };
            let texts: Vec<_> = TABLE.patterns.iter().filter(own).collect();
            for line in lines.line.iter().chain(&lines.near) {
                if let Some(found) = regex.find(line.text.as_bytes()) {
                    let found = line.text.get(found.range()).unwrap().to_ascii_lowercase();
                    assert!(
                        texts.iter().any(|pattern| found.contains(pattern.text)),
                        "{source} without {texts:?}: {found}"
                    );
                }
            }
        }
    }
}

/// Most regexes are never looked at: the few others are asked of every line.
#[test]
fn nearly_every_regex_is_known_by_a_text() {
    assert!(TABLE.unguarded.len() < 40, "{}", TABLE.unguarded.len());
}

#[test]
fn healthy_lines_have_no_code() {
    for line in include_str!("../../rules/healthy.txt").lines() {
        let ids: Vec<_> = all(line).into_iter().map(|note| note.id).collect();
        assert!(ids.is_empty(), "{ids:?} in {line}");
    }
}

#[test]
fn the_most_telling_code_comes_first_and_generic_ones_only_alone() {
    let first = |text: &str| {
        let notes = Lexicon::builtin().notes(text);
        notes.first().map(|note| note.id)
    };
    let wrapped = "rpc error: code = Internal desc = write /data/x: no space left on device";
    assert_eq!(first(wrapped), Some("errno-enospc"));
    let notes = Lexicon::builtin().notes(wrapped);
    assert!(
        notes.iter().all(|note| note.id != "grpc-internal"),
        "{notes:?}"
    );
    assert_eq!(first("all is well"), None);
}
