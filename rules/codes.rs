//! The lexicon of codes: from its files to the values that the library holds.
//!
//! In: `rules/codes/<family>.toml`. Out: the text of a `Table` (`src/codes/entry.rs`). A mistake in a
//! file ends the build with the file and what is wrong with it.

#[path = "../src/rules/required.rs"]
mod required;

use required::Required;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// What every meaning says besides its kind.
const MEANING: [&str; 6] = ["category", "title", "meaning", "cause", "decide", "link"];

/// Bytes by which a pattern is known.
const WINDOW: usize = 3;

/// A text that is searched for, with its code and its regex.
type Pattern = (String, usize, Option<usize>);

/// Everything, so far.
#[derive(Default)]
struct Build {
    /// The codes as they are written.
    codes: Vec<String>,
    patterns: Vec<Pattern>,
    unguarded: Vec<(usize, usize)>,
}

/// The table of all codes.
pub(crate) fn table(files: &[PathBuf]) -> String {
    let mut build = Build::default();
    for file in files {
        let text = fs::read_to_string(file).expect("the lexicon can be read");
        let table: Table = match text.parse() {
            Ok(table) => table,
            Err(error) => panic!("{}: {error}", file.display()),
        };
        build.family(file, &table);
    }
    build.finish()
}

impl Build {
    /// Adds all codes of a file.
    fn family(&mut self, file: &Path, table: &Table) {
        let shown = file.display();
        let name = file.file_stem().expect("a file has a name");
        let name = name.to_string_lossy();
        only(
            file,
            table,
            &["schema", "family", "title", "source", "code"],
        );
        let schema = table.get("schema").and_then(Value::as_integer);
        assert_eq!(schema, Some(1), "schema of {shown}");
        assert_eq!(text(file, table, "family"), name, "family of {shown}");
        text(file, table, "title");
        assert!(!texts(table, "source").is_empty(), "{shown}: no source");
        for code in tables(table, "code") {
            let keys = ["id", "text", "regex", "kind", "when"];
            only(file, code, &[&keys[..], &MEANING].concat());
            let when: Vec<String> = tables(code, "when")
                .map(|when| {
                    only(file, when, &[&["with", "kind"][..], &MEANING].concat());
                    let with = texts(when, "with");
                    assert!(!with.is_empty(), "{shown}: a `when` without `with`");
                    format!("(&{with:?}, {})", meaning(file, when, code))
                })
                .collect();
            let (phrases, regexes) = (texts(code, "text"), texts(code, "regex"));
            self.search_for(file, &phrases, &regexes);
            self.codes.push(format!(
                "Code {{ id: {:?}, family: {name:?}, regex: &{regexes:?}, usual: {}, when: &[{}] }}",
                text(file, code, "id"),
                meaning(file, code, code),
                when.join(", ")
            ));
        }
    }

    /// Adds the texts by which a code is found.
    fn search_for(&mut self, file: &Path, phrases: &[&str], regexes: &[&str]) {
        let code = self.codes.len();
        for phrase in phrases {
            assert!(
                phrase.len() >= WINDOW,
                "{}: {phrase:?} is too short",
                file.display()
            );
            self.patterns
                .push((phrase.to_ascii_lowercase(), code, None));
        }
        for (number, regex) in regexes.iter().enumerate() {
            match texts_of(file, regex) {
                Some(texts) => {
                    let texts = texts.into_iter();
                    self.patterns
                        .extend(texts.map(|text| (text, code, Some(number))));
                }
                None => self.unguarded.push((code, number)),
            }
        }
    }

    /// The text of the table.
    fn finish(self) -> String {
        let mut often: BTreeMap<&[u8], usize> = BTreeMap::new();
        for (text, _, _) in &self.patterns {
            for window in text.as_bytes().windows(WINDOW) {
                *often.entry(window).or_default() += 1;
            }
        }
        let mut windows: BTreeMap<&[u8], Vec<(usize, usize)>> = BTreeMap::new();
        for (number, (text, _, _)) in self.patterns.iter().enumerate() {
            let all = text.as_bytes().windows(WINDOW).enumerate();
            let rarest = all.min_by_key(|(_, window)| often[window]);
            let (at, window) = rarest.expect("a pattern has a window");
            windows.entry(window).or_default().push((number, at));
        }
        let mut out = format!(
            "Table {{ codes: &[\n{}\n], patterns: &[\n",
            self.codes.join(",\n")
        );
        for (text, code, regex) in &self.patterns {
            writeln!(
                out,
                "Needle {{ text: {text:?}, code: {code}, regex: {regex:?} }},"
            )
            .expect("writing to a string cannot fail");
        }
        out.push_str("], windows: &[\n");
        for (window, patterns) in windows {
            writeln!(out, "({window:?}, &{patterns:?}),").expect("writing to a string cannot fail");
        }
        writeln!(out, "], unguarded: &{:?} }}", self.unguarded)
            .expect("writing to a string cannot fail");
        out
    }
}

/// Texts in lower case of which one stands in every match of a regex.
fn texts_of(file: &Path, regex: &str) -> Option<Vec<String>> {
    let hir = required::parse(regex);
    let hir = hir.unwrap_or_else(|error| panic!("{}: {regex}: {error}", file.display()));
    let required = Required {
        shortest: WINDOW,
        any_case: true,
    };
    let texts = required.of(&hir)?.into_iter();
    texts.map(|text| String::from_utf8(text).ok()).collect()
}

/// A meaning; what the context leaves out is that of the code.
fn meaning(file: &Path, context: &Table, code: &Table) -> String {
    let told = |key: &str| {
        let own = context.get(key).or_else(|| code.get(key));
        let own = own.and_then(Value::as_str);
        own.unwrap_or_else(|| panic!("{}: a code without {key}", file.display()))
    };
    let kind = match told("kind") {
        "cause" => "Cause",
        "symptom" => "Symptom",
        "generic" => "Generic",
        other => panic!("{}: {other:?} is not a kind", file.display()),
    };
    let fields: Vec<String> = MEANING
        .iter()
        .map(|key| format!("{key}: {:?}", told(key)))
        .collect();
    format!("Sense {{ kind: Kind::{kind}, {} }}", fields.join(", "))
}

/// Refuses keys that mean nothing.
fn only(file: &Path, table: &Table, keys: &[&str]) {
    let unknown = table.keys().find(|key| !keys.contains(&key.as_str()));
    assert!(
        unknown.is_none(),
        "{}: unknown key {unknown:?}",
        file.display()
    );
}

/// A string that has to be there.
fn text<'t>(file: &Path, table: &'t Table, key: &str) -> &'t str {
    let value = table.get(key).and_then(Value::as_str);
    value.unwrap_or_else(|| panic!("{}: no {key}", file.display()))
}

/// The strings of a list.
fn texts<'t>(table: &'t Table, key: &str) -> Vec<&'t str> {
    let list = table.get(key).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// The tables of a list.
fn tables<'t>(table: &'t Table, key: &str) -> impl Iterator<Item = &'t Table> {
    let list = table.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_table)
}
