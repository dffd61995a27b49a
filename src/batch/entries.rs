//! The cases that belong to an archive, and where the record of each is.

use super::digest::Line;
use super::record::CaseRecord;
use super::store::{Key, Store, StoreError};

/// One case of an archive.
#[derive(Debug, Clone)]
pub enum Entry {
    /// Its record lies in the store.
    Read {
        /// Where the bundle is.
        location: String,
        /// Where the record is.
        key: Key,
    },
    /// It could not be read.
    Unreadable(Box<CaseRecord>),
    /// Its content is that of another case.
    Double {
        /// Where the bundle is.
        location: String,
        /// Hash of the content.
        sha256: String,
    },
}

impl Entry {
    /// Where the bundle is.
    pub fn location(&self) -> &str {
        match self {
            Self::Read { location, .. } | Self::Double { location, .. } => location,
            Self::Unreadable(record) => &record.location,
        }
    }

    /// Its record, which names the place where the bundle is now; `None` for a double.
    pub fn load(&self, store: &Store) -> Result<Option<CaseRecord>, StoreError> {
        Ok(match self {
            Self::Double { .. } => None,
            Self::Unreadable(record) => Some((**record).clone()),
            Self::Read { location, key } => {
                let mut record = store.load(key)?;
                if record.location != *location {
                    record.location.clone_from(location);
                    store.put_record(&record)?;
                }
                Some(record)
            }
        })
    }
}

/// Records by the number of their case.
pub struct Records<'a> {
    /// Where they lie.
    pub store: &'a Store,
    /// By location.
    pub entries: &'a [Entry],
}

impl Records<'_> {
    /// The record of a case.
    pub fn load(&self, line: &Line) -> Result<CaseRecord, StoreError> {
        let place = self
            .entries
            .binary_search_by(|entry| entry.location().cmp(&line.location));
        match place.ok().and_then(|place| self.entries.get(place)) {
            Some(Entry::Unreadable(record)) => Ok((**record).clone()),
            Some(Entry::Read { key, .. }) => self.store.load(key),
            Some(Entry::Double { .. }) | None => {
                Err(StoreError::NotAnArchive(self.store.root().to_owned()))
            }
        }
    }
}
