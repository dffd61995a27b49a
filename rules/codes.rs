//! The lexicon of codes: from its files to the values that the library holds.
//!
//! In: `rules/codes/<family>.toml`. Out: the text of a slice of `Code` (`src/codes/entry.rs`). A mistake
//! in a file ends the build with the file and what is wrong with it.

#[path = "../src/codes/needle.rs"]
mod needle;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// What every meaning says besides its kind.
const MEANING: [&str; 6] = ["category", "title", "meaning", "cause", "decide", "link"];

/// The slice of all codes.
pub(crate) fn table(files: &[PathBuf]) -> String {
    let mut out = String::from("&[\n");
    for file in files {
        let text = fs::read_to_string(file).expect("the lexicon can be read");
        let table: Table = match text.parse() {
            Ok(table) => table,
            Err(error) => panic!("{}: {error}", file.display()),
        };
        family(&mut out, file, &table);
    }
    out.push_str("]\n");
    out
}

/// All codes of a file.
fn family(out: &mut String, file: &Path, table: &Table) {
    let name = file
        .file_stem()
        .expect("a file has a name")
        .to_string_lossy();
    only(
        file,
        table,
        &["schema", "family", "title", "source", "code"],
    );
    assert_eq!(
        table.get("schema").and_then(Value::as_integer),
        Some(1),
        "{}: schema is not 1",
        file.display()
    );
    assert_eq!(
        text(file, table, "family"),
        name,
        "family of {}",
        file.display()
    );
    text(file, table, "title");
    assert!(
        !texts(table, "source").is_empty(),
        "{}: no source",
        file.display()
    );
    for code in tables(table, "code") {
        let keys = ["id", "text", "regex", "kind", "when"];
        only(file, code, &[&keys[..], &MEANING].concat());
        let regexes: Vec<(&str, Option<String>)> = texts(code, "regex")
            .into_iter()
            .map(|regex| (regex, needle::needle(regex)))
            .collect();
        let when: Vec<String> = tables(code, "when")
            .map(|when| {
                only(file, when, &[&["with", "kind"][..], &MEANING].concat());
                let with = texts(when, "with");
                assert!(
                    !with.is_empty(),
                    "{}: a `when` without `with`",
                    file.display()
                );
                format!("(&{with:?}, {})", meaning(file, when, code))
            })
            .collect();
        writeln!(
            out,
            "Code {{ id: {:?}, family: {name:?}, text: &{:?}, regex: &{}, usual: {}, when: &[{}] }},",
            text(file, code, "id"),
            texts(code, "text"),
            format_args!("{regexes:?}"),
            meaning(file, code, code),
            when.join(", ")
        )
        .expect("writing to a string cannot fail");
    }
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
    format!("Meaning {{ kind: Kind::{kind}, {} }}", fields.join(", "))
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
