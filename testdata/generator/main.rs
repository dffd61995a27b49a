//! Writes the sample bundles of `testdata/bundles`, and large ones to measure with.
//!
//! ```text
//! cargo run --example sample-bundles -- testdata/bundles
//! cargo run --release --example sample-bundles -- --large 1024 dump.tar.gz
//! cargo run --release --example sample-bundles -- --archive 1000 target/archive
//! cargo run --example sample-bundles -- --periscope FOLDER
//! ```
//!
//! The last writes every release of AKS Periscope in every shape, each into `<release>/<shape>`, with
//! the keys of the release and the sources that write them.
//!
//! In: a folder, or a size in MiB and a file, or a number of bundles and a folder. Out: the same
//! bytes on every run and every system:
//! all values come from seeds, all times are constants. Everything in the samples is made up; the
//! words of the components are those that the rules know. `tests/it/samples.rs` fails when the
//! committed bundles are not what this program writes.

mod archive;
mod cluster;
mod describe;
mod describe_node;
mod describe_text;
mod dump;
mod dump_events;
mod dump_logs;
mod dump_workloads;
mod events;
mod journal;
mod json;
mod large;
mod large_logs;
mod objects;
pub(crate) mod periscope;
mod pods;
mod rng;
mod trouble;
mod writers;

use std::fs;
use std::io::{self, BufWriter};
use std::path::Path;
use std::process::ExitCode;

/// How the program is called.
const USAGE: &str = "usage: sample-bundles FOLDER | sample-bundles --large MIB FILE.tar.gz \
    | sample-bundles --archive COUNT FOLDER | sample-bundles --periscope FOLDER";

/// Name of the dump, as a folder and inside its archive.
const DUMP: &str = "cluster-info-dump";

/// Writes all committed bundles below a folder.
pub(crate) fn write_all(folder: &Path) -> io::Result<()> {
    writers::write_tree(&folder.join("aks-periscope"), &periscope::files()?)?;
    let dump = dump::files();
    writers::write_tree(&folder.join(DUMP), &dump)?;
    let taken = cluster::at(dump::TAKEN).as_second();
    let archive = writers::tar_gz(DUMP, &dump, taken)?;
    fs::write(folder.join(format!("{DUMP}.tar.gz")), archive)
}

/// Writes a dump of so many MiB.
fn write_large(mebibytes: &str, file: &str) -> io::Result<()> {
    let mebibytes = mebibytes
        .parse()
        .map_err(|_| io::Error::other(format!("{mebibytes} is not a number of MiB")))?;
    large::write(mebibytes, BufWriter::new(fs::File::create(file)?))
}

/// Writes every release of AKS Periscope in every shape. File names are those of the shape: a folder
/// of this system may not be able to hold all.
fn write_periscope(folder: &Path) -> io::Result<()> {
    use periscope::{shape, version::Version};
    for version in Version::ALL {
        let (tag, commit) = version.tag();
        let own = folder.join(tag);
        fs::create_dir_all(&own)?;
        fs::write(own.join("keys.txt"), periscope::keys::list(version, commit))?;
        let shapes = shape::Shape::ALL.into_iter();
        for shape in shapes.filter(|shape| shape.is_of(version)) {
            let place = own.join(format!("{shape:?}"));
            match shape::hand_in(version, shape)? {
                shape::Handed::Tree(files) => writers::write_tree(&place, &files)?,
                shape::Handed::Archive(name, bytes) => {
                    writers::write_tree(&place, &[writers::File::new(name, bytes)])?;
                }
            }
        }
    }
    Ok(())
}

/// Writes so many different bundles.
fn write_archive(count: &str, folder: &str) -> io::Result<()> {
    let count = count
        .parse()
        .map_err(|_| io::Error::other(format!("{count} is not a number of bundles")))?;
    archive::write(count, Path::new(folder))
}

/// Reads the arguments and does what they ask for.
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        ["--large", mebibytes, file] => write_large(mebibytes, file),
        ["--periscope", folder] => write_periscope(Path::new(folder)),
        ["--archive", count, folder] => write_archive(count, folder),
        [folder] if !folder.starts_with('-') => write_all(Path::new(folder)),
        _ => Err(io::Error::other(USAGE)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// Says on standard error what went wrong.
fn complain(error: &io::Error) {
    use std::io::Write as _;
    // Nothing is left to do where standard error is closed too.
    let _ = writeln!(io::stderr(), "sample-bundles: {error}");
}
