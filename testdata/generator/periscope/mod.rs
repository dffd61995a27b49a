//! Uploads of AKS Periscope: every release that differs from the one before, in every shape in
//! which users hand them in, of one cluster with the same failures.
//!
//! In: the fictitious cluster. Out: the committed sample, and [`shape::hand_in`] for tests.
//!
//! | file | holds |
//! |---|---|
//! | `version` | the releases |
//! | `keys` | the table of keys by release, with the sources that write them |
//! | `fields` | the table of JSON fields by release |
//! | `gather` | what a node's collectors gather |
//! | `shape` | how blobs and zips get into the user's hands |
//!
//! The committed sample is a run of the newest release on three Linux nodes and a Windows node; a
//! fourth Linux node has stopped, and uploaded nothing. It is the tree of blobs with the zip of
//! every node among its keys. The zip has some entries that the tree has not: a path with a drive
//! letter, which no folder of files can hold everywhere, and an entry of 0 bytes whose source failed.

pub(crate) mod fields;
mod gather;
pub(crate) mod keys;
mod metrics;
mod network;
mod node_files;
pub(crate) mod shape;
pub(crate) mod version;
mod windows;

use super::writers::File;
use shape::{Handed, Shape};
use std::io;
use version::Version;

/// All files of the committed sample, named from its folder on.
pub(crate) fn files() -> io::Result<Vec<File>> {
    let Handed::Tree(mut files) = shape::hand_in(Version::NEWEST, Shape::Download)? else {
        return Err(io::Error::other("a download is a tree"));
    };
    files.retain(|file| !file.name.contains(['\\', ':']));
    Ok(files)
}
