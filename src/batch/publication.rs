//! What an archive showed last, so that a run which finds the same again writes nothing.
//!
//! In: what an archive is made of. Out: a mark of it, kept beside the sizes of all that was written. It
//! is removed before anything is changed and written last, so that it is never true of a half-written
//! archive; a file that somebody removed or cut makes the next run write everything again.

use super::digest::Archive;
use super::record::token;
use super::resolutions;
use super::store::{Store, StoreError, failed};
use super::whole;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io;

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// Mark of the cases, the rules, the program, and what the cases were.
    of: String,
    /// Sizes of the files, by their place in the archive.
    files: BTreeMap<String, u64>,
}

impl Publication {
    /// What is to be published of this archive.
    pub fn of(store: &Store, archive: &Archive, rules_hash: &str) -> Self {
        let was = fs::read(store.root().join(resolutions::FILE)).unwrap_or_default();
        let was = String::from_utf8_lossy(&was);
        let mut parts = vec![env!("CARGO_PKG_VERSION"), rules_hash, &was];
        for line in &archive.lines {
            parts.extend([line.location.as_str(), &line.case, &line.sha256]);
            parts.push(match (&line.key, &line.read) {
                (Some(key), _) => key.as_str(),
                (None, Err(reason)) => reason,
                (None, Ok(_)) => "",
            });
            parts.extend(line.other_paths.iter().map(String::as_str));
        }
        Self {
            of: token(&parts),
            files: BTreeMap::new(),
        }
    }

    /// Whether just this was published last, and is still there.
    pub fn is_there(&self, store: &Store) -> bool {
        let kept = fs::read(store.publication())
            .ok()
            .and_then(|json| serde_json::from_slice::<Self>(&json).ok());
        kept.is_some_and(|kept| {
            kept.of == self.of && files(store).is_ok_and(|files| files == kept.files)
        })
    }

    /// Keeps it for the next run, with what is there now.
    pub fn save(mut self, store: &Store) -> Result<(), StoreError> {
        let path = store.publication();
        self.files = files(store).map_err(failed(store.root(), "cannot be listed"))?;
        serde_json::to_vec(&self)
            .map_err(io::Error::other)
            .and_then(|json| whole::update(&path, &json))
            .map_err(failed(&path, "cannot be written"))
    }
}

/// Sizes of all files of an archive but those of its state and what a team keeps in it.
fn files(store: &Store) -> io::Result<BTreeMap<String, u64>> {
    let mut sizes = BTreeMap::new();
    let own = [store.state(), store.root().join(resolutions::FILE)];
    let walk = walkdir::WalkDir::new(store.root()).into_iter();
    for entry in walk.filter_entry(|entry| !own.iter().any(|path| path == entry.path())) {
        let entry = entry?;
        if entry.file_type().is_file() {
            let place = entry.path().strip_prefix(store.root());
            let place = place.unwrap_or(entry.path()).to_string_lossy().into_owned();
            sizes.insert(place, entry.metadata()?.len());
        }
    }
    Ok(sizes)
}
