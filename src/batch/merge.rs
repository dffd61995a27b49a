//! What workers printed, made into the archive that one run would have written.
//!
//! In: lines of any number of workers, in any order, repeated or not. Out: the entries of an archive.
//! A line that a killed worker left half is told of and left out; records of other rules or another
//! program are refused, because their sum would mean nothing.

use super::entries::Entry;
use super::record::{CaseRecord, Keys};
use super::store::{Store, StoreError};
use super::wire;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead};

/// Why records cannot be merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// The archive cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An input cannot be read.
    #[error("{input}: cannot be read")]
    Io {
        /// Its name.
        input: String,
        /// The operating system's words.
        source: io::Error,
    },
    /// A line that no worker printed.
    #[error("{input}:{line}: not a record of `bundlescope batch --worker`: {reason}")]
    Line {
        /// Name of the input.
        input: String,
        /// Number of the line, from one.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// Records that do not belong together.
    #[error(
        "{input}:{line}: made with different rules or another version than the earlier records; run all workers with the same ones"
    )]
    Mixed {
        /// Name of the input.
        input: String,
        /// Number of the line, from one.
        line: usize,
    },
}

/// Records so far.
#[derive(Default)]
pub struct Merge {
    entries: BTreeMap<String, Entry>,
    /// What all records have in common.
    keys: Option<Keys>,
    /// Lines that end in the middle.
    notes: Vec<String>,
}

impl Merge {
    /// Adds all lines of one input.
    pub fn add(
        &mut self,
        store: &Store,
        input: &str,
        lines: &mut dyn BufRead,
    ) -> Result<(), MergeError> {
        let mut text = Vec::new();
        for line in 1.. {
            text.clear();
            let read = lines
                .read_until(b'\n', &mut text)
                .map_err(|source| MergeError::Io {
                    input: input.to_owned(),
                    source,
                })?;
            if read == 0 {
                break;
            }
            let whole = text.ends_with(b"\n");
            let said = String::from_utf8_lossy(&text);
            if said.trim().is_empty() {
                continue;
            }
            match wire::decode(&said) {
                Ok((record, report)) => self.record(store, (input, line), record, report)?,
                Err(_) if !whole => self.notes.push(format!(
                    "{input}:{line}: ends in the middle of a record; its case is missing"
                )),
                Err(reason) => {
                    return Err(MergeError::Line {
                        input: input.to_owned(),
                        line,
                        reason,
                    });
                }
            }
        }
        Ok(())
    }

    /// Adds all cases of another archive.
    pub fn add_archive(&mut self, store: &Store, from: &Store) -> Result<(), MergeError> {
        let name = from.root().display().to_string();
        let io = |source| MergeError::Io {
            input: name.clone(),
            source,
        };
        for (place, key) in from.keys()?.iter().enumerate() {
            let record = from.load(key)?;
            let report = fs::read(from.report_path(&record)).map_err(io)?;
            self.record(store, (&name, place + 1), record, Some(report))?;
        }
        for record in from.unreadable()? {
            self.record(store, (&name, 0), record, None)?;
        }
        Ok(())
    }

    /// Adds one record. Of two with the same location the one that was read counts; where both were,
    /// they are the same, because nothing but the bundle decides what a worker prints.
    fn record(
        &mut self,
        store: &Store,
        (input, line): (&str, usize),
        record: CaseRecord,
        report: Option<Vec<u8>>,
    ) -> Result<(), MergeError> {
        let keys = self.keys.get_or_insert_with(|| record.keys.clone());
        let alike = keys.rules_hash == record.keys.rules_hash
            && keys.tool_version == record.keys.tool_version;
        if !alike {
            return Err(MergeError::Mixed {
                input: input.to_owned(),
                line,
            });
        }
        let location = record.location.clone();
        let entry = match report {
            Some(report) if record.case().is_some() => Entry::Read {
                key: store.put(&record, &report)?,
                location: location.clone(),
            },
            _ if record.case().is_some() => {
                return Err(MergeError::Line {
                    input: input.to_owned(),
                    line,
                    reason: "its report is missing".to_owned(),
                });
            }
            _ => Entry::Unreadable(Box::new(record)),
        };
        let known = self.entries.get(&location);
        if known.is_none() || matches!(entry, Entry::Read { .. }) {
            self.entries.insert(location, entry);
        }
        Ok(())
    }

    /// The entries, the hash of the rules, and what is to be said.
    pub fn finish(self) -> (Vec<Entry>, String, Vec<String>) {
        let hash = self.keys.map(|keys| keys.rules_hash).unwrap_or_default();
        (self.entries.into_values().collect(), hash, self.notes)
    }
}
