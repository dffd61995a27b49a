//! The folder of an archive: where each thing lies, and what is known from earlier runs.
//!
//! ```text
//! OUT/.bundlescope.archive           says that this is an archive, so that no run reads it as a case
//! OUT/index.html, summary.csv        for people
//! OUT/reports/CASE-HASH.html         one report for each case
//! OUT/table=NAME/day=YYYY-MM-DD/     for programs
//! OUT/state/cases/BYTES-KEY.json.zst one record for each case, written as soon as the case is read
//! OUT/state/rules/HASH.json          what the rules of a run were
//! OUT/state/unreadable.json, runs.json, published.json
//! ```
//!
//! A report is written before its record, so a record is never without one. Every file is whole
//! ([`super::whole`]); a run that is killed at any moment has lost no more than the cases in work.

use super::cases::MARKER;
use super::record::{CaseRecord, Stamp, token};
use super::{whole, wire};
use crate::rules::identity::Identity;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What the marker of an archive says.
const MARK: &str = "{\"schema\":\"bundlescope.archive/v1\"}\n";

/// Longest part of a case's name in the name of its report.
const NAME_CHARS: usize = 80;

/// Why an archive cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Not an archive.
    #[error("{0}: not an archive of `bundlescope batch`")]
    NotAnArchive(PathBuf),
    /// A folder with something else in it.
    #[error(
        "{0}: contains other files; choose a new folder, or one written by `bundlescope batch`"
    )]
    NotEmpty(PathBuf),
    /// The operating system refused.
    #[error("{path}: {action}: {reason}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What could not be done.
        action: &'static str,
        /// The operating system's words.
        reason: io::Error,
    },
}

/// Says of an error what could not be done where.
pub(super) fn failed<'p>(
    path: &'p Path,
    action: &'static str,
) -> impl Fn(io::Error) -> StoreError + 'p {
    move |reason| StoreError::Io {
        path: path.to_owned(),
        action,
        reason,
    }
}

/// The rules of one run, by id.
pub type Rules = BTreeMap<String, Identity>;

/// Name of a record in the store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(String);

impl Key {
    /// The key of content that lies under this location. The file's name is part of it, because
    /// the report shows it.
    pub fn new(bytes: u64, sha256: &str, location: &str) -> Self {
        let name = location.rsplit('/').next().unwrap_or(location);
        Self(format!("{bytes}-{}", token(&[sha256, name])))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key of a record.
    pub fn of(record: &CaseRecord) -> Self {
        Self::new(record.bytes, &record.keys.bundle_sha256, &record.location)
    }
}

/// Of a record only where its bundle is.
#[derive(Deserialize)]
struct At {
    location: String,
}

/// An archive on disk.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// Opens the archive in this folder, or begins one where there is nothing.
    pub fn create(root: &Path) -> Result<Self, StoreError> {
        let store = Self {
            root: root.to_owned(),
        };
        let marker = root.join(MARKER);
        let cannot = failed(root, "cannot be written");
        fs::create_dir_all(root).map_err(&cannot)?;
        if !marker.is_file() {
            let mut there = fs::read_dir(root).map_err(&cannot)?;
            if there.next().is_some() {
                return Err(StoreError::NotEmpty(root.to_owned()));
            }
            whole::write(&marker, MARK.as_bytes()).map_err(&cannot)?;
        }
        for folder in [store.cases(), store.reports(), store.rules()] {
            fs::create_dir_all(&folder)
                .and_then(|()| whole::clean(&folder))
                .map_err(&cannot)?;
        }
        whole::clean(root).map_err(&cannot)?;
        whole::clean(&store.state()).map_err(&cannot)?;
        Ok(store)
    }

    /// Opens an archive that is there.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        if root.join(MARKER).is_file() {
            Ok(Self {
                root: root.to_owned(),
            })
        } else {
            Err(StoreError::NotAnArchive(root.to_owned()))
        }
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Folder of what only later runs read.
    pub(super) fn state(&self) -> PathBuf {
        self.root.join("state")
    }

    /// Folder of the records.
    fn cases(&self) -> PathBuf {
        self.state().join("cases")
    }

    /// Folder of the rules of earlier runs.
    fn rules(&self) -> PathBuf {
        self.state().join("rules")
    }

    /// Folder of the reports.
    pub(super) fn reports(&self) -> PathBuf {
        self.root.join("reports")
    }

    /// Sizes of all bundles with a record: content of another size is new.
    pub fn sizes(&self) -> BTreeSet<u64> {
        let keys = self.keys().unwrap_or_default();
        let sizes = keys
            .iter()
            .filter_map(|key| key.0.split('-').next()?.parse().ok());
        sizes.collect()
    }

    /// Keys of all records, in order.
    pub fn keys(&self) -> Result<Vec<Key>, StoreError> {
        let folder = self.cases();
        let listed = names(&folder).map_err(failed(&folder, "cannot be listed"))?;
        let keys = listed
            .iter()
            .filter_map(|name| name.strip_suffix(".json.zst"));
        Ok(keys.map(|key| Key(key.to_owned())).collect())
    }

    /// Where a record lies.
    fn record_path(&self, key: &Key) -> PathBuf {
        self.cases().join(format!("{}.json.zst", key.0))
    }

    /// What a record was made with; `None` where there is none, or its report is gone, or it cannot be
    /// read: then the bundle is read again.
    pub fn find(&self, key: &Key) -> Option<Stamp> {
        let stamp: Stamp = self.read(key).ok()?;
        let report = self.reports().join(stamp.report_name());
        report.is_file().then_some(stamp)
    }

    /// A record that is there.
    pub fn load(&self, key: &Key) -> Result<CaseRecord, StoreError> {
        self.read(key)
    }

    /// Where the bundle of a record is.
    pub fn location(&self, key: &Key) -> Result<String, StoreError> {
        let at: At = self.read(key)?;
        Ok(at.location)
    }

    /// A record, or a part of it.
    fn read<T: DeserializeOwned>(&self, key: &Key) -> Result<T, StoreError> {
        let path = self.record_path(key);
        let read = || {
            let json = wire::unpack(&fs::read(&path)?)?;
            serde_json::from_slice(&json).map_err(io::Error::other)
        };
        read().map_err(failed(&path, "cannot be read"))
    }

    /// Keeps a record and its report.
    pub fn put(&self, record: &CaseRecord, report: &[u8]) -> Result<Key, StoreError> {
        let path = self.report_path(record);
        whole::update(&path, report).map_err(failed(&path, "cannot be written"))?;
        self.put_record(record)
    }

    /// Keeps a record whose report is there. What was published may not be true any more.
    pub fn put_record(&self, record: &CaseRecord) -> Result<Key, StoreError> {
        self.unpublish()?;
        let key = Key::of(record);
        let path = self.record_path(&key);
        serde_json::to_vec(record)
            .map_err(io::Error::other)
            .and_then(|json| whole::update(&path, &wire::pack(&json)?))
            .map_err(failed(&path, "cannot be written"))?;
        Ok(key)
    }

    /// Where the report of a record lies.
    pub fn report_path(&self, record: &CaseRecord) -> PathBuf {
        self.reports().join(report_name(record))
    }

    /// Where it is kept what was published.
    pub(super) fn publication(&self) -> PathBuf {
        self.state().join("published.json")
    }

    /// Forgets what was published, so that the next run writes all of it.
    pub fn unpublish(&self) -> Result<(), StoreError> {
        let path = self.publication();
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(failed(&path, "cannot be removed")(error))
            }
            _ => Ok(()),
        }
    }

    /// Keeps the records of the bundles that could not be read; the next run tries them again.
    pub fn put_unreadable(&self, records: &[&CaseRecord]) -> Result<(), StoreError> {
        let path = self.state().join("unreadable.json");
        serde_json::to_vec(records)
            .map_err(io::Error::other)
            .and_then(|json| whole::update(&path, &json))
            .map_err(failed(&path, "cannot be written"))
    }

    /// The records of the bundles that could not be read.
    pub fn unreadable(&self) -> Result<Vec<CaseRecord>, StoreError> {
        let path = self.state().join("unreadable.json");
        if !path.is_file() {
            return Ok(vec![]);
        }
        fs::read(&path)
            .and_then(|json| serde_json::from_slice(&json).map_err(io::Error::other))
            .map_err(failed(&path, "cannot be read"))
    }

    /// What the rules with this hash were; `None` where no run told.
    pub fn rules_of(&self, hash: &str) -> Option<Rules> {
        let bytes = fs::read(self.rules().join(format!("{hash}.json"))).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Keeps what the rules with this hash are.
    pub fn put_rules(&self, hash: &str, rules: &Rules) -> Result<(), StoreError> {
        let path = self.rules().join(format!("{hash}.json"));
        serde_json::to_vec(rules)
            .map_err(io::Error::other)
            .and_then(|json| whole::update(&path, &json))
            .map_err(failed(&path, "cannot be written"))
    }

    /// Removes the records, reports and rules that are not among these: bundles that are gone leave
    /// nothing behind.
    pub fn keep_only(
        &self,
        keys: &BTreeSet<Key>,
        reports: &BTreeSet<String>,
        rules_hash: &str,
    ) -> Result<(), StoreError> {
        let records: BTreeSet<String> = keys
            .iter()
            .map(|key| format!("{}.json.zst", key.0))
            .collect();
        let rules = BTreeSet::from([format!("{rules_hash}.json")]);
        for (folder, kept) in [
            (self.cases(), &records),
            (self.reports(), reports),
            (self.rules(), &rules),
        ] {
            let cannot = failed(&folder, "cannot be cleaned up");
            for name in names(&folder).map_err(&cannot)? {
                if !kept.contains(&name) {
                    fs::remove_file(folder.join(name)).map_err(&cannot)?;
                }
            }
        }
        Ok(())
    }
}

/// Name of a record's report.
pub fn report_name(record: &CaseRecord) -> String {
    name_of_report(&record.case, &record.keys.bundle_sha256)
}

impl Stamp {
    /// Name of the record's report.
    fn report_name(&self) -> String {
        name_of_report(&self.case, &self.bundle_sha256)
    }
}

/// Name of a report: the case's name as far as every file system takes it, and the hash that keeps two
/// cases of one name apart.
fn name_of_report(case: &str, sha256: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "._-".contains(c) {
            c
        } else {
            '_'
        }
    };
    let name: String = case.chars().take(NAME_CHARS).map(plain).collect();
    let name = name.trim_start_matches('.');
    format!("{name}-{}.html", token(&[sha256]))
}

/// Names of the files of a folder, in order.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
