//! Which bundles there are: folders are walked, and everything in them is a case or is said not to be.
//!
//! In: folders, archives, globs, lists of them. Out: [`Place`]s in the order of their locations, and notes about what
//! was passed over. Nothing is unpacked here; beginnings of files tell archives from other files.
//!
//! A folder is a bundle when it has the marks of a collector ([`is_marked`]) or the name of a collection
//! run, or when neither it nor anything below it is an archive or marked. Every other folder only
//! holds bundles. The archives that a run wrote for each of its nodes are one case: the run's folder.

use super::record::token;
use crate::ingest::is_archive;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// File that marks the folder of an archive; its name is that of nothing that a collector writes.
pub const MARKER: &str = ".bundlescope.archive";

/// Folders inside folders that are walked: deeper ones are a loop of mounts or made to hurt.
const DEEPEST: usize = 24;

/// Endings of archives, longest first.
const ARCHIVES: [&str; 14] = [
    ".tar.bz2", ".tar.zst", ".tar.gz", ".tar.xz", ".tbz2", ".tzst", ".tgz", ".txz", ".tar", ".zip",
    ".7z", ".rar", ".tbz", ".cab",
];

/// Endings of single compressed files.
const COMPRESSED: [&str; 4] = [".gz", ".xz", ".zst", ".bz2"];

/// One case to read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The path as text, with `/` on every system: the key of the case.
    pub location: String,
    /// Where it is.
    pub path: PathBuf,
    /// Bytes of its files.
    pub bytes: u64,
}

impl Place {
    /// The place at this path.
    pub fn new(path: &Path) -> Self {
        Self {
            location: location(path),
            path: path.to_owned(),
            bytes: size(path, 0),
        }
    }
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The cases, by location, each once.
    pub cases: Vec<Place>,
    /// What was passed over and why, one line each.
    pub notes: Vec<String>,
}

/// Why no case could be named.
#[derive(Debug, thiserror::Error)]
pub enum CasesError {
    /// Neither a file or folder nor a glob that fits any.
    #[error("{0}: no such file or folder; pass bundles, folders of bundles, or - for a list")]
    NotFound(String),
    /// A folder that cannot be listed.
    #[error("{path}: cannot be listed")]
    Io {
        /// The folder.
        path: String,
        /// The operating system's words.
        source: io::Error,
    },
    /// Nothing at all.
    #[error("{0}: contains no bundles; pass folders with archives or bundle folders in them")]
    Empty(String),
}

/// The cases that arguments name, and the lines of a list. A file is a case whatever it is; a folder is
/// walked; what does not exist may be a glob. `output` is passed over wherever it is.
pub fn find(
    named: &[PathBuf],
    listed: &[PathBuf],
    output: Option<&Path>,
) -> Result<Found, CasesError> {
    let mut walk = Walk {
        output: output.and_then(|path| path.canonicalize().ok()),
        ..Walk::default()
    };
    for path in named {
        if !walk.any(path)? {
            return Err(CasesError::NotFound(location(path)));
        }
    }
    for path in listed {
        // A list is older than the folder it was made from: what is gone since is a case with its
        // reason, as it is for a worker.
        if !walk.any(path)? {
            walk.add(path);
        }
    }
    walk.fold_runs();
    if walk.cases.is_empty() {
        let all = named.iter().chain(listed);
        let named: Vec<String> = all.map(|path| location(path)).collect();
        return Err(CasesError::Empty(named.join(", ")));
    }
    Ok(Found {
        cases: walk.cases.into_values().collect(),
        notes: walk.notes.into_iter().collect(),
    })
}

/// The share, of so many, that the case at this place belongs to: by a hash of the place, so that it
/// stays in its share whatever other cases come and go.
pub fn share_of(location: &str, count: u64) -> u64 {
    let digits = token(&[location]);
    let number = u64::from_str_radix(&digits, 16).unwrap_or_default();
    number.checked_rem(count).unwrap_or_default()
}

/// A path as text with `/`, without `./` at its beginning and `/` at its end.
pub fn location(path: &Path) -> String {
    let text = path
        .to_string_lossy()
        .replace(std::path::MAIN_SEPARATOR, "/");
    let text = text.strip_prefix("./").unwrap_or(&text);
    let trimmed = text.trim_end_matches('/');
    if trimmed.is_empty() {
        text.to_owned()
    } else {
        trimmed.to_owned()
    }
}

/// The name of a case for people: the last part of its location without the endings of archives.
pub fn name(location: &str) -> &str {
    let last = location.rsplit('/').next().unwrap_or(location);
    let lower = last.to_ascii_lowercase();
    let ending = ARCHIVES
        .iter()
        .chain(&COMPRESSED)
        .find(|ending| lower.ends_with(*ending));
    let stem = ending.and_then(|ending| last.get(..last.len() - ending.len()));
    stem.filter(|stem| !stem.is_empty()).unwrap_or(last)
}

/// Nodes whose archives a run's folder holds: of `NODE/NODE.zip` and of `NODE.zip`, and the folders
/// of nodes that hold nothing.
pub fn nodes_of_run(folder: &Path) -> (Vec<String>, Vec<String>) {
    let (mut there, mut empty) = (BTreeSet::new(), BTreeSet::new());
    let is_run = folder
        .file_name()
        .is_some_and(|name| is_run_id(&name.to_string_lossy()));
    for path in is_run
        .then(|| children(folder).ok())
        .flatten()
        .unwrap_or_default()
    {
        let node = name(&location(&path)).to_owned();
        if !path.is_dir() {
            if has_ending(&path, &ARCHIVES) {
                there.insert(node);
            }
        } else if children(&path).is_ok_and(|files| files.is_empty()) {
            empty.insert(node);
        } else {
            there.insert(node);
        }
    }
    (there.into_iter().collect(), empty.into_iter().collect())
}

/// The walk so far.
#[derive(Default)]
struct Walk {
    output: Option<PathBuf>,
    cases: BTreeMap<String, Place>,
    notes: BTreeSet<String>,
}

impl Walk {
    /// What is at this path, or at those that fit it; whether there is anything.
    fn any(&mut self, path: &Path) -> Result<bool, CasesError> {
        if path.exists() {
            self.named(path)?;
            return Ok(true);
        }
        let fitting = expand(path);
        for path in &fitting {
            self.named(path)?;
        }
        Ok(!fitting.is_empty())
    }

    /// What the user named.
    fn named(&mut self, path: &Path) -> Result<(), CasesError> {
        if !path.is_dir() {
            self.add(path);
            return Ok(());
        }
        self.folder(path, 0).map_err(|source| CasesError::Io {
            path: location(path),
            source,
        })
    }

    /// A folder: a bundle, or one that holds bundles. Only the folder that the user named must be
    /// readable; another that is not is told of.
    fn folder(&mut self, folder: &Path, depth: usize) -> io::Result<()> {
        if self.is_output(folder) {
            self.notes.insert(format!(
                "{}: an archive written by `bundlescope batch`, not read as a case",
                location(folder)
            ));
            return Ok(());
        }
        let listed = children(folder)?;
        let root = depth == 0;
        if is_marked(folder, &listed) || (root && is_loose(&listed, depth)) {
            self.add(folder);
            return Ok(());
        }
        if !root && !holds_bundles(&listed, depth) {
            if holds_files(&listed, depth) {
                self.add(folder);
            } else {
                self.notes
                    .insert(format!("{}: contains no files", location(folder)));
            }
            return Ok(());
        }
        let mut others = 0;
        for path in listed {
            if path.is_dir() && !path.is_symlink() && depth < DEEPEST {
                if let Err(error) = self.folder(&path, depth + 1) {
                    self.notes
                        .insert(format!("{}: cannot be listed: {error}", location(&path)));
                }
            } else if path.is_file() && is_case_file(&path) {
                self.add(&path);
            } else if path.file_name().is_none_or(|name| name != MARKER) {
                others += 1;
            }
        }
        if others > 0 {
            let ending = if others == 1 { "" } else { "s" };
            self.notes.insert(format!(
                "{}: {others} file{ending} next to the bundles not read; pass a file by name to read it",
                location(folder)
            ));
        }
        Ok(())
    }

    /// Adds a case.
    fn add(&mut self, path: &Path) {
        let place = Place::new(path);
        self.cases.insert(place.location.clone(), place);
    }

    /// Whether a folder is the output of this run, or that of another one.
    fn is_output(&self, folder: &Path) -> bool {
        folder.join(MARKER).is_file()
            || (self.output.is_some() && folder.canonicalize().ok() == self.output)
    }

    /// Makes one case of the archives of one collection run.
    fn fold_runs(&mut self) {
        let mut runs: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
        for place in self.cases.values().filter(|place| place.path.is_file()) {
            if let Some(run) = run_of(&place.path) {
                runs.entry(run.to_owned())
                    .or_default()
                    .push(place.location.clone());
            }
        }
        for (run, members) in runs.into_iter().filter(|(_, members)| members.len() > 1) {
            for member in members {
                self.cases.remove(&member);
            }
            self.add(&run);
        }
    }
}

/// The folder of the collection run that an archive of a node lies in: `RUN/NODE/NODE.zip` or
/// `RUN/NODE.zip`.
fn run_of(archive: &Path) -> Option<&Path> {
    let folders = archive.ancestors().skip(1).take(2);
    let mut runs = folders.filter(|folder| {
        folder
            .file_name()
            .is_some_and(|name| is_run_id(&name.to_string_lossy()))
    });
    runs.next()
}

/// Whether a name is the id that AKS Periscope gives its runs: `2024-03-01T14-02-11Z`.
fn is_run_id(name: &str) -> bool {
    let shape = "dddd-dd-ddTdd-dd-ddZ";
    name.len() == shape.len()
        && name.chars().zip(shape.chars()).all(|(c, wanted)| {
            if wanted == 'd' {
                c.is_ascii_digit()
            } else {
                c == wanted
            }
        })
}

/// Whether a folder is what one collector wrote, as the names in it say.
fn is_marked(folder: &Path, listed: &[PathBuf]) -> bool {
    const PERISCOPE: [&str; 12] = [
        "collector",
        "diagnoser",
        "dns",
        "iptables",
        "kubeletcmd",
        "kubeobjects",
        "networkconfig",
        "networkoutbound",
        "nodelogs",
        "poddisruptionbudget",
        "systemlogs",
        "systemperf",
    ];
    const ALONE: [&str; 8] = [
        "nodes.json",
        "nodes.yaml",
        "cluster-scoped-resources",
        "cluster-resources",
        "cluster-info",
        "must-gather.log",
        "collect-windows-logs-output.log",
        "kubernetes-version.txt",
    ];
    let names: BTreeSet<String> = listed
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    let has = |name: &&&str| names.contains(**name);
    let own = folder
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    own.is_some_and(|name| is_run_id(&name))
        || ALONE.iter().any(|name| has(&name))
        || PERISCOPE.iter().filter(|name| has(name)).count() > 1
}

/// Whether the folder that the user named holds files of its own and no bundles: a bundle itself.
fn is_loose(listed: &[PathBuf], depth: usize) -> bool {
    listed.iter().any(|path| path.is_file()) && !holds_bundles(listed, depth)
}

/// Whether an archive, a marked folder or an archive of ours is among these or anywhere below them.
fn holds_bundles(listed: &[PathBuf], depth: usize) -> bool {
    listed.iter().any(|path| {
        if !path.is_dir() {
            return is_bundle_file(path);
        }
        if path.is_symlink() || depth >= DEEPEST {
            return false;
        }
        let below = children(path).unwrap_or_default();
        path.join(MARKER).is_file() || is_marked(path, &below) || holds_bundles(&below, depth + 1)
    })
}

/// Whether there is any file among these or below them.
fn holds_files(listed: &[PathBuf], depth: usize) -> bool {
    listed.iter().any(|path| {
        path.is_file()
            || (depth < DEEPEST && path.is_dir() && !path.is_symlink())
                && holds_files(&children(path).unwrap_or_default(), depth + 1)
    })
}

/// Whether a file is an archive, by its ending or by its bytes. One whose bytes are damaged is still
/// what its name says; and what lies about its name may be one. Single compressed logs are none.
fn is_bundle_file(path: &Path) -> bool {
    has_ending(path, &ARCHIVES) || (!has_ending(path, &TEXTS) && is_archive(path).unwrap_or(false))
}

/// Endings of files that are not opened to see whether they are archives.
const TEXTS: [&str; 8] = [
    ".log", ".txt", ".json", ".yaml", ".yml", ".md", ".html", ".csv",
];

/// Whether a file beside other bundles is a case: an archive, or a compressed log.
fn is_case_file(path: &Path) -> bool {
    is_bundle_file(path) || has_ending(path, &COMPRESSED)
}

/// Whether a file's name ends so.
fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().to_ascii_lowercase());
    name.is_some_and(|name| endings.iter().any(|ending| name.ends_with(ending)))
}

/// What a folder holds, by name, without files that hide.
fn children(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut listed = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            listed.push(entry.path());
        }
    }
    listed.sort();
    Ok(listed)
}

/// Bytes of a file, or of all files below a folder; zero for what cannot be read.
fn size(path: &Path, depth: usize) -> u64 {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => metadata.len(),
        Ok(metadata) if metadata.is_dir() && depth <= DEEPEST => {
            let below = fs::read_dir(path).into_iter().flatten().flatten();
            let below =
                below.filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink()));
            below.map(|entry| size(&entry.path(), depth + 1)).sum()
        }
        _ => 0,
    }
}

/// The paths that a glob fits: `*` and `?` in any part; shells do this, others hand it over as it is.
fn expand(pattern: &Path) -> Vec<PathBuf> {
    let mut fitting = vec![PathBuf::new()];
    for part in pattern.components() {
        let part = part.as_os_str().to_string_lossy();
        fitting = if part.contains(['*', '?']) {
            let below = |folder: &PathBuf| {
                let here = if folder.as_os_str().is_empty() {
                    Path::new(".")
                } else {
                    folder
                };
                let names = children(here).unwrap_or_default();
                let names = names
                    .into_iter()
                    .filter_map(|path| Some(path.file_name()?.to_owned()));
                let fits = names.filter(|name| fits(&part, &name.to_string_lossy()));
                fits.map(|name| folder.join(name)).collect::<Vec<_>>()
            };
            fitting.iter().flat_map(below).collect()
        } else {
            fitting
                .into_iter()
                .map(|folder| folder.join(&*part))
                .collect()
        };
    }
    fitting.retain(|path| path.exists());
    fitting
}

/// Whether a name fits a pattern of `*` and `?`. Greedy with one way back, so never slow.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut in_name) = (0, 0);
    let mut star = None;
    while in_name < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, in_name));
                at += 1;
            }
            Some(c) if *c == '?' || *c == name[in_name] => {
                at += 1;
                in_name += 1;
            }
            _ => match &mut star {
                Some((behind, from)) => {
                    *from += 1;
                    (at, in_name) = (*behind + 1, *from);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at).all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_named_without_the_endings_of_archives() {
        for (location, expected) in [
            ("a/2406-1.tar.gz", "2406-1"),
            ("2406-1.ZIP", "2406-1"),
            ("kubelet.log.gz", "kubelet.log"),
            (".tgz", ".tgz"),
            ("a/folder.d", "folder.d"),
        ] {
            assert_eq!(name(location), expected, "{location}");
        }
    }

    #[test]
    fn globs_fit_within_one_part_of_a_path() {
        for (pattern, name, expected) in [
            ("*.zip", "a.zip", true),
            ("*.zip", "a.zip.bak", false),
            ("a?c*", "abcd", true),
            ("a?c", "ac", false),
            ("*a*b*", "xxaxxbxx", true),
            ("", "", true),
            ("*", "", true),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn only_whole_run_ids_name_a_collection_run() {
        assert!(is_run_id("2024-03-01T14-02-11Z"));
        for name in [
            "2024-03-01",
            "2024-03-01T14:02:11Z",
            "x024-03-01T14-02-11Z",
            "",
        ] {
            assert!(!is_run_id(name), "{name}");
        }
    }
}
