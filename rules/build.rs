//! Embeds every rule file under `rules/` into the library, and the lexicon of codes.
//!
//! In: `rules/<category>/<id>.toml` and `rules/codes/<family>.toml`. Out: a table of (path, text)
//! pairs of the rules, sorted by path, that `src/rules/builtin.rs` includes, and the entries of the
//! lexicon as values, which cost nothing at start, for `src/codes/lexicon.rs`. Adding a file needs no
//! line of Rust. Files that stand directly in `rules/` (`guards.toml`) are no rules.

mod codes;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root =
        PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("rules");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.retain(|file| file.parent() != Some(&root));
    files.sort();
    let codes = root.join("codes");
    let (codes, rules): (Vec<_>, Vec<_>) = files
        .into_iter()
        .partition(|file| file.parent() == Some(&codes));
    write("builtin_rules.rs", &table(&root, &rules));
    write("codes.rs", &codes::table(&codes));
}

/// Writes a file that the library includes.
fn write(name: &str, text: &str) {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join(name), text).expect("cargo's own folder can be written");
}

/// The table of some files.
fn table(root: &Path, files: &[PathBuf]) -> String {
    let mut table = String::from("&[\n");
    for file in files {
        let below: Vec<_> = file
            .strip_prefix(root)
            .expect("collected below the root")
            .components()
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        writeln!(
            table,
            "    (\"rules/{}\", include_str!({:?})),",
            below.join("/"),
            file.to_string_lossy()
        )
        .expect("writing to a string cannot fail");
    }
    table.push_str("]\n");
    table
}

/// Adds every rule file below `folder`.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    println!("cargo::rerun-if-changed={}", folder.display());
    let entries = fs::read_dir(folder).expect("the rules folder is part of the repository");
    for entry in entries {
        let path = entry.expect("the rules folder can be listed").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            println!("cargo::rerun-if-changed={}", path.display());
            files.push(path);
        }
    }
}
