//! Folders: files in the order of their names, links and devices never followed.
//!
//! In: a folder. Out: its files, small ones deferred and large ones cut in place, and a hash over
//! all names and contents.

use super::Place;
use super::entry::Source;
use super::handle::{self, Shared};
use super::name::{Names, is_clutter};
use super::sniff::sniff;
use super::walk::Walker;
use super::zip;
use super::{PROBE, Raw, hex};
use crate::gap::GapReason;
use crate::ingest::member::Zip;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{self, Read as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::AtomicU64;
use walkdir::{DirEntry, WalkDir};

/// What is known of a folder after it was read.
pub(super) struct Facts {
    /// Over names, sizes and contents, in hex.
    pub sha256: String,
    /// Bytes of all files.
    pub(super) bytes: u64,
}

/// The walk over a folder, the same every time.
fn files(root: &Path) -> impl Iterator<Item = walkdir::Result<DirEntry>> {
    WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .filter(|entry| {
            entry
                .as_ref()
                .map_or(true, |entry| !entry.file_type().is_dir())
        })
}

/// Bytes of all files of a folder, for the meter.
pub(super) fn total(root: &Path) -> u64 {
    files(root)
        .flatten()
        .filter_map(|entry| entry.metadata().ok())
        .filter(fs::Metadata::is_file)
        .map(|metadata| metadata.len())
        .sum()
}

/// Reads the folder `root`, which stands at `place`, until the work is no longer wanted.
pub(super) fn read(walker: &mut Walker<'_>, place: &Place, root: &Path) -> Facts {
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let mut names = Names::default();
    for entry in files(root) {
        let flow = match entry {
            Ok(entry) => read_entry(walker, place, root, &entry, &mut names, &mut hash),
            Err(error) => walk_gap(walker, place, root, &error).map_continue(|()| Some(0)),
        };
        match flow {
            ControlFlow::Continue(Some(read)) => bytes += read,
            ControlFlow::Continue(None) | ControlFlow::Break(()) => break,
        }
    }
    Facts {
        sha256: hex(&hash.finalize()),
        bytes,
    }
}

/// Says that part of the folder could not be listed.
fn walk_gap(
    walker: &mut Walker<'_>,
    place: &Place,
    root: &Path,
    error: &walkdir::Error,
) -> ControlFlow<()> {
    let detail = error
        .io_error()
        .map_or_else(|| "a folder inside itself".to_owned(), io::Error::to_string);
    let name = error.path().map(|path| relative(root, path));
    let path = match name.filter(|name| !name.is_empty()) {
        Some(name) => place.path.entry(&super::name::clean(&name).shown),
        None => place.path.clone(),
    };
    walker.gap(&path, GapReason::Unreadable { detail })
}

/// Reads one file; its size, or `None` when there may be no more.
fn read_entry(
    walker: &mut Walker<'_>,
    around: &Place,
    root: &Path,
    entry: &DirEntry,
    names: &mut Names,
    hash: &mut Sha256,
) -> ControlFlow<(), Option<u64>> {
    if !walker.take_entry(around)? {
        return ControlFlow::Continue(None);
    }
    let name = relative(root, entry.path());
    let Some(mut place) = walker.enter(around, names, &name)? else {
        return ControlFlow::Continue(Some(0));
    };
    if let Some(what) = not_a_file(entry) {
        walker.gap(&place.path, GapReason::NotAFile { what })?;
        return ControlFlow::Continue(Some(0));
    }
    let opened = handle::open(entry.path()).and_then(|file| Ok((file.metadata()?, file)));
    let (metadata, file) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            let detail = error.to_string();
            walker.gap(&place.path, GapReason::Unreadable { detail })?;
            return ControlFlow::Continue(Some(0));
        }
    };
    place.modified = metadata
        .modified()
        .ok()
        .and_then(|time| Timestamp::try_from(time).ok());
    let size = metadata.len();
    let file = Shared::new(file);
    let small = walker.reader.limits.chunk_bytes as u64;
    if size > small && zip::at_end(&mut file.again()).unwrap_or(false) {
        // Its members move the meter; the hash needs every byte, in order.
        let uncounted = AtomicU64::new(0);
        let mut raw = Raw::new(file.again(), &uncounted);
        raw.drain();
        let (content, read) = raw.finish();
        add(hash, &name, read, &content);
        zip::read(walker, &place, &Zip::File(file))?;
        return ControlFlow::Continue(Some(read));
    }
    let mut raw = Raw::new(file.again(), &walker.reader.meter.read);
    if walker.is_large(size) {
        walker.content(&place, &mut raw)?;
        raw.drain();
        let (content, read) = raw.finish();
        add(hash, &name, read, &content);
        return ControlFlow::Continue(Some(read));
    }
    let mut bytes = Vec::new();
    let wanted = if size <= small {
        small + 1
    } else {
        PROBE as u64
    };
    if let Err(error) = (&mut raw).take(wanted).read_to_end(&mut bytes) {
        let detail = error.to_string();
        walker.gap(&place.path, GapReason::Unreadable { detail })?;
    }
    raw.drain();
    let (content, read) = raw.finish();
    add(hash, &name, read, &content);
    let whole = bytes.len() as u64 == read;
    let unfolds = sniff(bytes.get(..PROBE).unwrap_or(&bytes)).unfolds();
    let zip = !unfolds && whole && zip::at_end(&mut io::Cursor::new(&bytes)).unwrap_or(false);
    let budget = if unfolds || zip {
        walker.budget.set_aside_archive(size, walker.reader.limits)
    } else {
        walker.budget.set_aside_plain(size)
    };
    let Some(budget) = budget else {
        walker.gap(&around.path, walker.budget.bytes_gap())?;
        return ControlFlow::Continue(None);
    };
    let source = match bytes {
        bytes if zip => Source::Zip(bytes.into()),
        bytes if whole => Source::Bytes(bytes),
        _ => Source::File(file),
    };
    walker.defer(place, budget, source)?;
    ControlFlow::Continue(Some(read))
}

/// Adds one file to the hash of its folder.
fn add(hash: &mut Sha256, name: &str, bytes: u64, content: &[u8]) {
    hash.update((name.len() as u64).to_le_bytes());
    hash.update(name.as_bytes());
    hash.update(bytes.to_le_bytes());
    hash.update(content);
}

/// What [`read`] tells of a folder within its limits, without looking into its files.
pub(super) fn hash(root: &Path, meter: &AtomicU64) -> io::Result<Facts> {
    let mut hash = Sha256::new();
    let mut bytes = 0;
    for entry in files(root) {
        let entry = entry?;
        let name = relative(root, entry.path());
        if is_clutter(&name) || not_a_file(&entry).is_some() {
            continue;
        }
        // A file that cannot be opened is a gap of its bundle, and none of its hash.
        let Ok(file) = handle::open(entry.path()) else {
            continue;
        };
        let mut raw = Raw::new(file, meter);
        raw.drain();
        let (content, read) = raw.finish();
        add(&mut hash, &name, read, &content);
        bytes += read;
    }
    Ok(Facts {
        sha256: hex(&hash.finalize()),
        bytes,
    })
}

/// What is found in a folder and is no file.
fn not_a_file(entry: &DirEntry) -> Option<String> {
    let kind = entry.file_type();
    if kind.is_file() {
        None
    } else if kind.is_symlink() {
        let target = fs::read_link(entry.path()).unwrap_or_default();
        Some(format!("symbolic link to {}", target.display()))
    } else {
        Some("device, pipe or socket".to_owned())
    }
}

/// A file's name below the folder, with `/` on every system.
fn relative(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = below
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}
