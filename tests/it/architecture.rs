//! Who may use whom, and which parser crate is named where, as data; read from the sources.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Words that every room may use.
const VOCABULARY: [&str; 6] = ["component", "gap", "limits", "locator", "severity", "time"];

/// Each room (a file or folder of `src/`) with the rooms that it may use besides the vocabulary.
/// Edges go backwards only: what is not listed is a mistake in the code or a change of the design,
/// which `src/lib.rs` then has to tell first.
const MAY_USE: &[(&str, &[&str])] = &[
    ("component", &[]),
    ("gap", &[]),
    ("limits", &[]),
    ("locator", &[]),
    ("severity", &[]),
    ("time", &[]),
    ("ingest", &[]),
    // A hit names its matcher; matchers are the rules'.
    ("kube", &["rules"]),
    ("rules", &[]),
    // Secrets are taken out of texts before they are cut or turned into templates.
    ("examine", &["ingest", "kube", "redact", "rules"]),
    ("layout", &["examine", "kube"]),
    ("evidence", &["examine", "kube", "layout", "rules"]),
    (
        "diagnose",
        &["evidence", "examine", "ingest", "kube", "layout", "rules"],
    ),
    ("redact", &[]),
    // The names and hashes of the inputs go into the report as they are.
    ("report", &["diagnose", "ingest", "redact"]),
    (
        "analyze",
        &["diagnose", "evidence", "examine", "ingest", "rules"],
    ),
    // Many bundles: each is analyzed and reported by itself, then the set is.
    (
        "batch",
        &["analyze", "diagnose", "ingest", "redact", "report", "rules"],
    ),
    // Authors' tools run the engine on lines and bundles, and say nothing of their own in reports.
    ("draft", &["examine", "layout", "redact", "rules"]),
    (
        "trial",
        &[
            "analyze", "diagnose", "evidence", "examine", "ingest", "kube", "redact", "rules",
        ],
    ),
    ("cli", &["report"]),
    (
        "commands",
        &[
            "analyze", "batch", "cli", "diagnose", "draft", "evidence", "examine", "ingest",
            "redact", "report", "rules", "trial",
        ],
    ),
];

/// Crates that one file (or folder) only may name: a parser that is replaced is replaced there.
const NAMED_IN: &[(&str, &str)] = &[
    ("aho_corasick", "redact"),
    ("askama", "report batch/diff/html.rs batch/index"),
    ("bzip2", "ingest/stream.rs"),
    ("clap_complete", "cli.rs commands/mod.rs"),
    ("clap_mangen", "commands/mod.rs"),
    ("encoding_rs", "ingest/text.rs"),
    ("indicatif", "commands/progress.rs"),
    ("libc", "ingest/handle.rs"),
    ("liblzma", "ingest/stream.rs"),
    ("regex_syntax", "rules/foreign/pattern.rs"),
    // The bound of an EKS version is read as the server states it.
    ("semver", "rules diagnose/observe/predicate"),
    // Objects are one thing, rule files of other tools another; neither room may use the other's.
    ("serde_saphyr", "kube/yaml.rs rules/foreign/yaml.rs"),
    ("signal_hook", "commands/interrupt.rs"),
    ("same_file", "commands/output.rs"),
    ("sysinfo", "commands/memory.rs"),
    ("tempfile", "batch/whole.rs"),
    // Rule files are one thing, the list of providers' formats and what a team notes of its cases
    // others.
    ("toml", "rules redact/providers.rs batch/resolutions.rs"),
    (
        "walkdir",
        "batch/publication.rs commands/output.rs ingest/directory.rs rules",
    ),
    ("x509_cert", "kube/certificate.rs"),
    ("xxhash_rust", "examine/mod.rs ingest/name.rs"),
    ("zstd", "batch/wire.rs ingest/stream.rs"),
];

/// A source file below `src/`.
struct Source {
    /// Path below `src/`, with `/`.
    name: String,
    /// Code without its unit tests and comments.
    code: String,
}

impl Source {
    /// The room it belongs to.
    fn room(&self) -> &str {
        let first = self
            .name
            .split('/')
            .next()
            .expect("a split has a first part");
        first.strip_suffix(".rs").unwrap_or(first)
    }
}

/// All source files.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let read = |path: &PathBuf| {
        let name = path
            .strip_prefix(&root)
            .expect("below src")
            .to_string_lossy()
            .replace('\\', "/");
        let text = fs::read_to_string(path).expect("a source file");
        let code = text
            .split("#[cfg(test)]\nmod tests")
            .next()
            .unwrap_or_default();
        let code = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect::<Vec<_>>()
            .join("\n");
        Source { name, code }
    };
    files.iter().map(read).collect()
}

/// Adds every Rust file below a folder.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the sources are there") {
        let path = entry.expect("a folder's entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Names that follow `crate::` in some code, those of a braced list as well.
fn rooms_used(code: &str) -> Vec<String> {
    let mut used = Vec::new();
    for after in code.split("crate::").skip(1) {
        let names: Vec<&str> = match after.strip_prefix('{') {
            Some(list) => list
                .split('}')
                .next()
                .unwrap_or_default()
                .split(',')
                .collect(),
            None => vec![after],
        };
        for name in names {
            let word: String = name
                .trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if !word.is_empty() {
                used.push(word);
            }
        }
    }
    used
}

#[test]
fn rooms_use_only_the_rooms_before_them() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut wrong = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| !matches!(source.room(), "lib" | "main"))
    {
        let Some(rooms) = allowed.get(source.room()) else {
            wrong.push(format!(
                "{}: a room that the table does not know",
                source.name
            ));
            continue;
        };
        for used in rooms_used(&source.code) {
            let known = allowed.contains_key(used.as_str());
            if known
                && used != source.room()
                && !rooms.contains(&used.as_str())
                && !VOCABULARY.contains(&used.as_str())
            {
                wrong.push(format!("{} uses {used}", source.name));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "edges against the flow:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn each_parser_crate_is_named_where_it_belongs_only() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (name, home) in NAMED_IN {
            let named = source.code.contains(&format!("{name}::"))
                || source.code.contains(&format!("use {name};"));
            let local = source.code.contains(&format!("::{name}::"))
                && !source.code.contains(&format!("use {name}::"))
                && !source.code.contains(&format!(" {name}::"));
            let at_home = home
                .split(' ')
                .any(|home| source.name == home || source.name.starts_with(&format!("{home}/")));
            if named && !local && !at_home {
                wrong.push(format!(
                    "{} names {name}, which belongs in {home}",
                    source.name
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "crates out of place:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn nothing_asks_the_clock_or_prints_past_the_console() {
    let mut wrong = Vec::new();
    for source in sources() {
        for forbidden in [
            "SystemTime::now",
            "Instant::now",
            "Timestamp::now",
            "Zoned::now",
            "println!",
            "process::exit",
            "unsafe ",
        ] {
            if source.code.contains(forbidden) {
                wrong.push(format!("{} has {forbidden}", source.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    for path in files {
        let text = fs::read_to_string(&path).expect("a source file");
        assert!(
            text.starts_with("//! "),
            "{} does not say what it is for",
            path.display()
        );
    }
}

#[test]
fn every_dependency_says_why_it_is_there() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .expect("the manifest");
    let mut section = "";
    let mut before = "";
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.contains("dependencies") && !line.is_empty() && !line.starts_with('#') {
            assert!(before.starts_with('#'), "{line}: no reason stands above it");
        }
        before = line;
    }
}
