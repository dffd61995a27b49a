//! Who may use whom, and which parser crate is named where, as data; read from the sources.

use crate::imports::{Graph, Use};
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
        &[
            "codes", "evidence", "examine", "ingest", "kube", "layout", "rules",
        ],
    ),
    ("redact", &[]),
    ("codes", &[]),
    // The names and hashes of the inputs go into the report as they are.
    ("report", &["codes", "diagnose", "ingest", "redact"]),
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

/// The rooms within `diagnose/`, in the order that data takes, with those that each may use; the
/// module file that runs them may use all.
const WITHIN_DIAGNOSE: &[(&str, &[&str])] = &[
    ("finding", &[]),
    ("window", &[]),
    ("scene", &["finding"]),
    ("observe", &["finding", "scene"]),
    ("conclude", &["finding", "observe", "scene", "window"]),
    ("relate", &["finding", "observe", "scene"]),
    (
        "answer",
        &[
            "conclude", "finding", "observe", "relate", "scene", "window",
        ],
    ),
    ("diagnosis", &["answer", "finding", "relate"]),
];

/// Uses that close a circle and have to: who uses what, and why.
const CIRCLES: &[(&str, &str)] = &[
    // What base64 hides is searched like any other text.
    ("redact/chance.rs", "redact/search.rs"),
];

/// Crates that one file (or folder) only may name: a parser that is replaced is replaced there.
const NAMED_IN: &[(&str, &str)] = &[
    ("aho_corasick", "redact examine/templates/failure.rs"),
    ("askama", "report batch/diff/html.rs batch/index"),
    ("bzip2", "ingest/stream.rs"),
    ("clap_complete", "cli.rs commands/mod.rs"),
    ("clap_mangen", "commands/mod.rs"),
    ("encoding_rs", "ingest/text.rs"),
    ("indicatif", "commands/progress.rs"),
    ("libc", "ingest/handle.rs"),
    ("liblzma", "ingest/stream.rs"),
    ("regex_automata", "codes/regex.rs rules/pattern.rs"),
    ("regex_syntax", "rules/foreign/pattern.rs rules/required.rs"),
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
    (
        "toml",
        "codes/tests.rs rules redact/providers.rs batch/resolutions.rs",
    ),
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

/// Whether a file holds tests only.
fn holds_tests(source: &Source) -> bool {
    let mut names = ["tests", "testing"].iter();
    names.any(|name| source.name.ends_with(&format!("/{name}.rs")))
}

/// Who uses whom, without the files that hold tests only.
fn graph() -> Graph {
    let sources = sources();
    let sources = sources.iter().filter(|source| !holds_tests(source));
    Graph::of(sources.map(|source| (source.name.as_str(), source.code.as_str())))
}

/// Whether a use is one of a word that a module shares with those below it: a type or a constant.
fn is_vocabulary(used: &Use) -> bool {
    used.above && used.name.starts_with(|c: char| c.is_uppercase())
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let graph = graph();
    let circles = graph
        .loops(|from, used| !is_vocabulary(used) && !CIRCLES.contains(&(from, used.file.as_str())));
    assert_eq!(circles, Vec::<Vec<&str>>::new());
}

#[test]
fn a_module_lends_words_only_to_what_stands_below_it() {
    let graph = graph();
    let mut wrong = Vec::new();
    for (from, uses) in &graph.uses {
        for used in uses
            .iter()
            .filter(|used| used.above && !is_vocabulary(used))
        {
            wrong.push(format!("{from} uses {} of {}", used.name, used.file));
        }
    }
    assert!(
        wrong.is_empty(),
        "these belong in a file of their own:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn rooms_within_the_diagnosis_use_only_the_rooms_before_them() {
    let allowed: BTreeMap<&str, &[&str]> = WITHIN_DIAGNOSE.iter().copied().collect();
    let room = |file: &str| {
        let rest = file.strip_prefix("diagnose/")?;
        let first = rest.split('/').next()?;
        Some(first.strip_suffix(".rs").unwrap_or(first).to_owned())
    };
    let mut wrong = Vec::new();
    for (from, uses) in &graph().uses {
        let Some(own) = room(from).filter(|own| own != "mod") else {
            continue;
        };
        let Some(rooms) = allowed.get(own.as_str()) else {
            wrong.push(format!("{from}: a room that the table does not know"));
            continue;
        };
        for used in uses {
            let other = room(&used.file).filter(|other| *other != own);
            if let Some(other) = other.filter(|other| !rooms.contains(&other.as_str())) {
                wrong.push(format!("{from} uses {} of {other}", used.name));
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

/// Most lines of code in a file, without its tests and comments.
const LONGEST: usize = 400;

#[test]
fn no_file_is_longer_than_a_reader_keeps_in_mind_or_it_says_why() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !holds_tests(source)) {
        let lines = source.code.lines().filter(|line| !line.trim().is_empty());
        let lines = lines.count();
        let text = fs::read_to_string(root.join(&source.name)).expect("a source file");
        let head = text.lines().take_while(|line| line.starts_with("//!"));
        let excused = head
            .collect::<String>()
            .contains("Longer than other files, because");
        if lines > LONGEST && !excused {
            wrong.push(format!("{} has {lines} lines", source.name));
        }
    }
    assert!(wrong.is_empty(), "too long:\n{}", wrong.join("\n"));
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
