//! Files, zips and tars with bytes that never change.
//!
//! In: names and contents. Out: a folder of files, a zip with the quirks of Periscope's Go writer,
//! or a tar.gz. No writer asks the clock or the file system: times are constants, and the
//! compressor's version is pinned by `Cargo.lock`.

use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc, GzBuilder};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use tar::{Builder, EntryType, Header};

/// One file of a bundle.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// Name inside the bundle, with `/` between folders.
    pub(crate) name: String,
    /// Content.
    pub(crate) bytes: Vec<u8>,
}

impl File {
    /// A file of a name and a content.
    pub(crate) fn new(name: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self {
            name: name.into(),
            bytes: content.into(),
        }
    }
}

/// Writes files below a folder; folders are made as needed.
pub(crate) fn write_tree(folder: &Path, files: &[File]) -> io::Result<()> {
    for file in files {
        // Joined by part: a `/` in a path is not the separator of every system.
        let path = file
            .name
            .split('/')
            .fold(folder.to_path_buf(), |path, part| path.join(part));
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, &file.bytes)?;
    }
    Ok(())
}

/// Flag bit 3: sizes and checksum follow the data, the local header has zeros.
const DATA_DESCRIPTOR: u16 = 1 << 3;
/// Compression method "deflate".
const DEFLATE: u16 = 8;
/// Version 2.0, which Go's writer asks for.
const VERSION: u16 = 20;

/// A zip as Periscope's Go writer leaves it: every entry deflated with a data descriptor, date and
/// time zero (an invalid date: month 0, day 0), no folders, no attributes. The caller chooses the
/// order, which Periscope does not.
pub(crate) fn periscope_zip(files: &[File]) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for file in files {
        let offset = field(out.len())?;
        let name_length = short_field(file.name.len())?;
        let mut crc = Crc::new();
        crc.update(&file.bytes);
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(6));
        encoder.write_all(&file.bytes)?;
        let packed = encoder.finish()?;
        let sizes = [crc.sum(), field(packed.len())?, field(file.bytes.len())?];

        out.extend_from_slice(b"PK\x03\x04");
        push_shorts(&mut out, &[VERSION, DATA_DESCRIPTOR, DEFLATE, 0, 0]);
        push_longs(&mut out, &[0, 0, 0]);
        push_shorts(&mut out, &[name_length, 0]);
        out.extend_from_slice(file.name.as_bytes());
        out.extend_from_slice(&packed);
        out.extend_from_slice(b"PK\x07\x08");
        push_longs(&mut out, &sizes);

        directory.extend_from_slice(b"PK\x01\x02");
        push_shorts(
            &mut directory,
            &[VERSION, VERSION, DATA_DESCRIPTOR, DEFLATE, 0, 0],
        );
        push_longs(&mut directory, &sizes);
        push_shorts(&mut directory, &[name_length, 0, 0, 0, 0]);
        push_longs(&mut directory, &[0, offset]);
        directory.extend_from_slice(file.name.as_bytes());
    }
    let start = field(out.len())?;
    let size = field(directory.len())?;
    let count = short_field(files.len())?;
    out.append(&mut directory);
    out.extend_from_slice(b"PK\x05\x06");
    push_shorts(&mut out, &[0, 0, count, count]);
    push_longs(&mut out, &[size, start]);
    push_shorts(&mut out, &[0]);
    Ok(out)
}

/// A size or position as zip stores it.
fn field(number: usize) -> io::Result<u32> {
    u32::try_from(number).map_err(|_| io::Error::other("too large for a zip without zip64"))
}

/// A length or count as zip stores it.
fn short_field(number: usize) -> io::Result<u16> {
    u16::try_from(number).map_err(|_| io::Error::other("too large for a zip without zip64"))
}

/// Appends 16-bit numbers, low byte first.
fn push_shorts(out: &mut Vec<u8>, numbers: &[u16]) {
    for number in numbers {
        out.extend_from_slice(&number.to_le_bytes());
    }
}

/// Appends 32-bit numbers, low byte first.
fn push_longs(out: &mut Vec<u8>, numbers: &[u32]) {
    for number in numbers {
        out.extend_from_slice(&number.to_le_bytes());
    }
}

/// A tar.gz that is written as a stream: entries go out as they come.
pub(crate) struct TarGz<W: Write> {
    /// The archive; the gzip header has no name and a time of zero.
    archive: Builder<GzEncoder<W>>,
    /// Time of every entry, in seconds since 1970.
    mtime: u64,
}

impl<W: Write> TarGz<W> {
    /// An archive whose entries all have one time.
    pub(crate) fn new(out: W, mtime: i64) -> Self {
        let encoder = GzBuilder::new().mtime(0).write(out, Compression::new(6));
        Self {
            archive: Builder::new(encoder),
            mtime: u64::try_from(mtime).unwrap_or(0),
        }
    }

    /// Appends a folder; its name ends in `/`.
    pub(crate) fn folder(&mut self, name: &str) -> io::Result<()> {
        self.entry(EntryType::Directory, 0o755, name, &[])
    }

    /// Appends a file.
    pub(crate) fn file(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.entry(EntryType::Regular, 0o644, name, bytes)
    }

    /// Appends an entry of any kind, owned by nobody in particular.
    fn entry(&mut self, kind: EntryType, mode: u32, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(self.mtime);
        header.set_size(bytes.len() as u64);
        self.archive.append_data(&mut header, name, bytes)
    }

    /// Ends the archive and gives back what it was written to.
    pub(crate) fn finish(self) -> io::Result<W> {
        self.archive.into_inner()?.finish()
    }
}

/// A tar.gz of files below one folder, with an entry for every folder as `tar` writes them.
pub(crate) fn tar_gz(root: &str, files: &[File], mtime: i64) -> io::Result<Vec<u8>> {
    let mut archive = TarGz::new(Vec::new(), mtime);
    let mut written = BTreeSet::new();
    for file in files {
        let name = format!("{root}/{}", file.name);
        let folders = name.match_indices('/').map(|(at, _)| name.split_at(at).0);
        for folder in folders {
            let folder = format!("{folder}/");
            if written.insert(folder.clone()) {
                archive.folder(&folder)?;
            }
        }
        archive.file(&name, &file.bytes)?;
    }
    archive.finish()
}
