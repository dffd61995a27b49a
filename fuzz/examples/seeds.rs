//! Writes the seeds of the targets: the sample bundles of this repository, whole and packed.
//! Arguments: the folder of the corpora.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

/// Bytes of a seed: larger ones are slow and teach little.
const LARGEST: u64 = 24 << 10;

fn main() -> std::io::Result<()> {
    let corpus = std::env::args_os()
        .nth(1)
        .map(PathBuf::from)
        .unwrap_or_else(|| "corpus".into());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for folder in [
        "testdata/bundles",
        "testdata/cases",
        "testdata/foreign",
        "testdata/wild",
    ] {
        collect(&root.join(folder), &mut files)?;
    }
    files.sort();
    for (number, path) in files.iter().enumerate() {
        let bytes = fs::read(path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let targets: &[&str] = match name.rsplit('.').next() {
            Some("json") => &["json", "rules"],
            Some("yaml" | "yml") => &["yaml", "rules"],
            Some("txt") if bytes.starts_with(b"==== START") || bytes.starts_with(b"{") => {
                &["stream"]
            }
            Some("txt") if bytes.starts_with(b"Name:") => &["describe"],
            Some("txt") => &["table", "describe", "stream"],
            _ => &["prefix", "redact", "render"],
        };
        for target in targets {
            put(&corpus, target, number, &bytes)?;
        }
        if number % 8 == 0 {
            let archives = [("tar", tar(&bytes)?), ("zip", zip(&bytes)?)];
            for (target, archive) in archives {
                put(&corpus, "ingest", number, &archive)?;
                put(&corpus, "ingest", number + files.len(), &gzip(&archive)?)?;
                let rest = if target == "zip" {
                    &archive[4..]
                } else {
                    &archive[..]
                };
                put(&corpus, target, number, rest)?;
            }
        }
    }
    let mut rules = Vec::new();
    collect(&root.join("rules"), &mut rules)?;
    rules.sort();
    for (number, path) in rules.iter().enumerate().step_by(8) {
        put(&corpus, "rules", files.len() + number, &fs::read(path)?)?;
    }
    Ok(())
}

/// All small files below a folder.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else if entry.metadata()?.len() <= LARGEST {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// Writes one seed.
fn put(corpus: &Path, target: &str, number: usize, bytes: &[u8]) -> std::io::Result<()> {
    let folder = corpus.join(target);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(format!("seed-{number:04}")), bytes)
}

/// A tar of two entries.
fn tar(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut builder = tar::Builder::new(Vec::new());
    for name in ["shop/api/logs.txt", "kubelet.log"] {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, bytes)?;
    }
    builder.into_inner()
}

/// A zip of two members.
fn zip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for name in ["shop/api/logs.txt", "kubelet.log"] {
        writer.start_file(name, zip::write::SimpleFileOptions::default())?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// One gzip member.
fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish()
}
