//! The committed sample bundles are what their generator writes.
//!
//! When this fails after a change of the generator or an update of the compressor, run
//! `cargo run --example sample-bundles -- testdata/bundles` and look at what changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

#[path = "../../testdata/generator/main.rs"]
#[allow(
    dead_code,
    reason = "the generator's command line and its large dump are not asked for here"
)]
pub(crate) mod generator;

/// All files below a folder by their path, with `/` between folders.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    walkdir::WalkDir::new(root)
        .into_iter()
        .map(|entry| entry.expect("the folder was just written or is committed"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let below = entry.path().strip_prefix(root).expect("it is below");
            let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
            let bytes = fs::read(entry.path()).expect("a sample can be read");
            (parts.join("/"), bytes)
        })
        .collect()
}

#[test]
fn committed_bundles_are_what_the_generator_writes() {
    let fresh = tempfile::tempdir().expect("a folder for the test");
    generator::write_all(fresh.path()).expect("the generator writes");
    let fresh = files(fresh.path());
    let committed = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/bundles"));
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&committed), names(&fresh));
    for (name, bytes) in &fresh {
        assert!(committed.get(name) == Some(bytes), "{name} is not fresh");
    }
}

#[test]
fn file_names_are_legal_on_every_system() {
    let committed = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/bundles"));
    for name in committed.keys() {
        let legal = !name.contains(['\\', ':', '*', '?', '"', '<', '>', '|']);
        assert!(legal && name.len() < 180, "{name}");
    }
}
