//! What is in `deploy/`: its commands are those of this program, and shares make the same archive as
//! one run.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::cli::stdout;
use crate::support::{dump, tar};
use bundlescope::cli::Cli;
use clap::Parser as _;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The arguments of the container in a manifest.
fn arguments(manifest: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/kubernetes");
    let text = fs::read_to_string(root.join(manifest)).unwrap();
    let (_, rest) = text.split_once("          args:\n").unwrap();
    let (list, _) = rest.split_once("          resources:").unwrap();
    let items = list.lines().map(str::trim);
    let items = items.filter_map(|line| line.strip_prefix("- "));
    items.map(str::to_owned).collect()
}

#[test]
fn the_manifests_call_the_program_as_it_is() {
    for manifest in ["job.yaml", "merge.yaml"] {
        let own = arguments(manifest);
        assert!(own.len() > 3, "{manifest}: {own:?}");
        let own = own
            .iter()
            .map(|one| one.replace("$(JOB_COMPLETION_INDEX)", "7"));
        let all = std::iter::once("bundlescope".to_owned()).chain(own);
        if let Err(error) = Cli::try_parse_from(all) {
            panic!("{manifest}: {error}");
        }
    }
    let shares = arguments("merge.yaml");
    let shares = shares
        .iter()
        .filter(|one| one.starts_with("/archive/share-"));
    let job = arguments("job.yaml").join(" ");
    assert!(job.contains(&format!("/{} ", shares.count())), "{job}");
}

/// Files below a folder that are made from the cases alone, with their content.
fn made(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path
                .strip_prefix(folder)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            if name.starts_with("table=") || name.starts_with("reports/") || name == "summary.csv" {
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

#[test]
fn shares_of_an_indexed_job_make_the_archive_of_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("bundles")).unwrap();
    for number in 0..5 {
        let bundle = tar(&dump(10 + number));
        fs::write(root.join(format!("bundles/case-{number}.tar")), bundle).unwrap();
    }
    fs::write(root.join("bundles/broken.tar.gz"), b"\x1f\x8bnot one").unwrap();
    let mut shared = Vec::new();
    for index in 0..3 {
        let share = format!("{index}/3");
        let list = ["batch", "bundles", "--list", "--share", &share];
        shared.extend(stdout(root, &list, 0).lines().map(str::to_owned));
    }
    shared.sort();
    let all = stdout(root, &["batch", "bundles", "--list"], 0);
    assert_eq!(shared, all.lines().collect::<Vec<_>>());

    let run = |arguments: &[&str]| {
        let output = crate::cli::run(root, arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        // A share in which nothing can be read ends with status 2, and is merged all the same.
        assert!(output.status.code().is_some_and(|code| code != 1), "{said}");
    };
    run(&["batch", "bundles", "-o", "one", "--fail-on", "never"]);
    let mut merge = vec!["batch", "--fail-on=never", "--merge=all"];
    for (share, out) in [("0/3", "share-0"), ("1/3", "share-1"), ("2/3", "share-2")] {
        run(&[
            "batch",
            "bundles",
            "-o",
            out,
            "--share",
            share,
            "--fail-on=never",
        ]);
        merge.push(out);
    }
    run(&merge);
    let (one, all) = (made(&root.join("one")), made(&root.join("all")));
    assert_eq!(
        one.keys().collect::<Vec<_>>(),
        all.keys().collect::<Vec<_>>()
    );
    assert!(one.len() > 8, "{:?}", one.keys());
    for (name, content) in &one {
        assert!(all.get(name) == Some(content), "{name} differs");
    }
}

#[test]
fn a_share_that_is_none_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for share in ["8/8", "1", "a/b", "0/0", "-1/2"] {
        let arguments = ["batch", ".", "--list", &format!("--share={share}")];
        let output = crate::cli::run(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(2), "{share}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("not a share; write it as I/N"), "{said}");
    }
}
