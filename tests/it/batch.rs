//! Archives: what one run, several workers, a killed run and a run after a change of the rules make of
//! the same bundles.

#![expect(clippy::unwrap_used, reason = "a panic is the failure message")]

use crate::cli::run as run_binary;
use crate::support::{RULES, files, gzip, json_of, tar, try_analyze, write_folder, zip};
use bundlescope::batch::cases::{Place, find};
use bundlescope::batch::merge::Merge;
use bundlescope::batch::publish::{Made, publish};
use bundlescope::batch::record::CaseRecord;
use bundlescope::batch::run::{self, Done, Plan, Progress};
use bundlescope::batch::scan::Scan;
use bundlescope::batch::schedule::Bounds;
use bundlescope::batch::store::{Rules, Store};
use bundlescope::batch::wire;
use bundlescope::ingest::Meter;
use bundlescope::limits::Limits;
use bundlescope::rules::{RuleSet, builtin, identity};
use bundlescope::{Settings, Workers};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;

/// The hashes of the built-in rules.
static IDENTITIES: LazyLock<Rules> = LazyLock::new(|| {
    let (files, _) = builtin::merge(&[]);
    identity::of(&RULES, &files)
});

/// The threads of all runs.
static WORKERS: LazyLock<Workers> = LazyLock::new(|| Workers::start(2).unwrap());

/// A kubelet's log of a day, with a failure that a rule knows and one that none does.
fn kubelet(day: u32, known: bool) -> String {
    let mut log = String::new();
    for minute in 0..20 {
        log += &format!(
            "I05{day:02} 10:{minute:02}:00.000000    1 kubelet.go:1] \"Starting to sync pod\" pod=\"shop/api\"\n"
        );
    }
    log += &format!(
        "E05{day:02} 10:20:00.000000    1 broker.go:9] \"Failed to refresh lease of broker\" err=\"unexpected status 404\"\n"
    );
    if known {
        log += &format!(
            "E05{day:02} 10:21:00.000000    1 x.go:75] AADSTS7000222: The provided client secret keys are expired.\n"
        );
    }
    log
}

/// An archive with a kubelet's log in it.
fn node(day: u32, known: bool) -> Vec<u8> {
    gzip(&tar(&files(&[(
        "node-1/kubelet.log",
        &kubelet(day, known),
    )])))
}

/// Eight bundles of six kinds: two of one name, one twice, three damaged.
fn bundles() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for (name, bytes) in [
        ("a/case.tar.gz", node(1, true)),
        ("b/case.tar.gz", node(2, false)),
        (
            "b/third.zip",
            zip(&files(&[("kubelet.log", &kubelet(3, true))])),
        ),
        (
            "b/third-again.zip",
            zip(&files(&[("kubelet.log", &kubelet(3, true))])),
        ),
        ("c/=cmd.tar.gz", node(4, false)),
        ("c/empty.tgz", vec![]),
        ("c/image.zip", b"%PDF-1.7 not an archive".repeat(9)),
    ] {
        write_folder(root, &vec![(name.to_owned(), bytes)]);
    }
    let cut = node(5, true);
    write_folder(
        root,
        &vec![("c/cut.tar.gz".to_owned(), cut[..cut.len() - 9].to_vec())],
    );
    write_folder(
        root,
        &files(&[
            ("d/folder/kubelet.log", &kubelet(6, true)),
            ("d/README.md", "notes"),
        ]),
    );
    write_folder(root, &vec![("d/x.tar.gz".to_owned(), node(7, false))]);
    folder
}

/// Reads what lies in a folder into an archive.
fn archive(from: &Path, out: &Path, jobs: usize) -> Done {
    let found = find(&[from.to_owned()], &[], Some(out)).unwrap();
    archive_of(
        found.cases,
        out,
        jobs,
        (&RULES, &IDENTITIES),
        &AtomicBool::new(false),
        &mut |_| (),
    )
}

/// Reads these bundles into an archive.
fn archive_of(
    places: Vec<Place>,
    out: &Path,
    jobs: usize,
    (rules, known): (&RuleSet, &Rules),
    stop: &AtomicBool,
    watch: &mut dyn FnMut(Progress<'_>),
) -> Done {
    let meter = Meter::default();
    let plan = Plan {
        places,
        scan: scan((rules, known), &meter),
        bounds: Bounds {
            jobs,
            memory: 1 << 30,
        },
        stop,
    };
    run::run(&Store::create(out).unwrap(), plan, watch).unwrap()
}

/// How bundles are read.
fn scan<'a>((rules, known): (&'a RuleSet, &'a Rules), meter: &'a Meter) -> Scan<'a> {
    let settings = Settings {
        rules,
        limits: &Limits::RELEASE,
        workers: &WORKERS,
        meter,
    };
    Scan {
        settings,
        rules: known,
    }
}

/// Name and bytes of every file of an archive.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, found);
            } else {
                let name = path
                    .strip_prefix(root)
                    .unwrap()
                    .to_string_lossy()
                    .replace('\\', "/");
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, folder, &mut found);
    found
}

/// Fails with the names of the files that differ.
fn assert_same(a: &Path, b: &Path) {
    let (a, b) = (contents(a), contents(b));
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let differing: Vec<_> = names
        .into_iter()
        .filter(|name| a.get(*name) != b.get(*name))
        .collect();
    assert!(differing.is_empty(), "not the same: {differing:?}");
}

/// The rows of a table.
fn rows(out: &Path, table: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    for (name, bytes) in contents(out) {
        if name.starts_with(&format!("table={table}/day=")) {
            let text = String::from_utf8(zstd::decode_all(&bytes[..]).unwrap()).unwrap();
            rows.extend(
                text.lines()
                    .map(|line| serde_json::from_str::<Value>(line).unwrap()),
            );
        }
    }
    rows
}

/// The index.
fn index(out: &Path) -> String {
    fs::read_to_string(out.join("index.html")).unwrap()
}

/// The text of a column.
fn text<'v>(row: &'v Value, column: &str) -> &'v str {
    row[column].as_str().unwrap_or_default()
}

#[test]
fn every_bundle_has_a_row_and_what_could_not_be_read_has_a_reason() {
    let (from, out) = (bundles(), tempfile::tempdir().unwrap());
    let found = find(&[from.path().to_owned()], &[], None).unwrap();
    assert_eq!(found.cases.len(), 10, "{:?}", found.cases);
    assert_eq!(found.notes.len(), 1, "{:?}", found.notes);
    assert!(
        found.notes[0].contains("1 file next to the bundles"),
        "{:?}",
        found.notes
    );
    let done = archive(from.path(), out.path(), 2);
    assert_eq!((done.read, done.missing), (9, 0));

    let archives = rows(out.path(), "archives");
    assert_eq!(archives.len(), 9);
    let of = |end: &str| {
        archives
            .iter()
            .find(|row| text(row, "path").ends_with(end))
            .unwrap()
    };
    assert_eq!(
        text(of("c/empty.tgz"), "reason"),
        "contains no files; pass the folder or archive that the collector wrote"
    );
    assert!(text(of("c/image.zip"), "reason").starts_with("neither an archive nor text"));
    // What could be read of the one that was cut short was, and the gap is told.
    assert_eq!(of("c/cut.tar.gz")["entries_unread"], 1);
    let gaps = rows(out.path(), "gaps");
    assert!(
        gaps.iter()
            .any(|row| text(row, "reason").starts_with("damaged or cut short"))
    );
    // The same content twice is one case with two places.
    assert_eq!(
        of("b/third-again.zip")["other_paths"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    // Two cases of one name have two reports.
    let reports: BTreeSet<&str> = archives
        .iter()
        .map(|row| text(row, "report"))
        .filter(|r| !r.is_empty())
        .collect();
    assert_eq!(reports.len(), 7);
    for report in reports {
        assert!(
            out.path().join("reports").join(report).is_file(),
            "{report}"
        );
    }
    let html = index(out.path());
    for case in [
        "case",
        "third-again",
        "=cmd",
        "empty",
        "image",
        "cut",
        "folder",
    ] {
        assert!(
            html.contains(&format!(">{case}<")),
            "{case} is not in the index"
        );
    }
    // Each report names the cases that look like it and leads to their reports.
    let report = of("b/third-again.zip");
    let page = fs::read_to_string(out.path().join("reports").join(text(report, "report"))).unwrap();
    let like = text(of("a/case.tar.gz"), "report");
    assert!(page.contains(&format!("<a href=\"{like}\"")), "{like}");
    assert!(page.contains("The most similar of 6 other cases in the archive;"));
    // What is as it was is not written again, and what somebody broke is.
    let before = contents(out.path());
    fs::write(out.path().join("summary.csv"), "").unwrap();
    let again = archive(from.path(), out.path(), 2);
    assert_eq!((again.read, again.known), (2, 7));
    let after = contents(out.path());
    let broken: Vec<&String> = before
        .keys()
        .filter(|name| before.get(*name) != after.get(*name))
        .collect();
    assert!(broken.is_empty(), "not as they were: {broken:?}");
    // In any case: what a row is found by is in lower case.
    let folder = from.path().to_string_lossy().to_lowercase();
    assert!(
        !html.to_lowercase().contains(&folder),
        "the index names a folder of the machine"
    );
}

#[test]
fn neither_threads_nor_order_nor_workers_change_a_byte() {
    let from = bundles();
    let out = tempfile::tempdir().unwrap();
    let path = |name: &str| out.path().join(name);
    archive(from.path(), &path("one"), 1);
    let mut places = find(&[from.path().to_owned()], &[], None).unwrap().cases;
    places.reverse();
    archive_of(
        places.clone(),
        &path("many"),
        4,
        (&RULES, &IDENTITIES),
        &AtomicBool::new(false),
        &mut |_| (),
    );
    assert_same(&path("one"), &path("many"));

    // Three workers, one of which was killed in the middle of a line and whose share was done again.
    let meter = Meter::default();
    let scan = scan((&RULES, &IDENTITIES), &meter);
    let mut hand = scan.hands(1).remove(0);
    let line = |place: &Place| {
        let scanned = scan.scan(&mut hand, place).unwrap();
        wire::encode(&scanned.record, scanned.report.as_deref()).unwrap()
    };
    let lines: Vec<String> = places.iter().map(line).collect();
    let mut printed = vec![String::new(); 3];
    for (number, line) in lines.iter().enumerate() {
        printed[number % 3] += line;
    }
    let half = &lines[0][..lines[0].len() / 2];
    printed.push(format!("{}{half}", lines[3]));
    let store = Store::create(&path("merged")).unwrap();
    let mut merge = Merge::default();
    for (number, text) in printed.iter().enumerate() {
        merge
            .add(&store, &format!("worker-{number}"), &mut text.as_bytes())
            .unwrap();
    }
    let (entries, hash, notes) = merge.finish();
    assert_eq!(
        notes,
        ["worker-3:2: ends in the middle of a record; its case is missing"]
    );
    let made = Made {
        rules_hash: &hash,
        rules: Some(&IDENTITIES),
        missing: 0,
    };
    publish(&store, &WORKERS, entries, made).unwrap();
    assert_same(&path("one"), &path("merged"));

    // An archive is merged as its workers would be.
    let store = Store::create(&path("copy")).unwrap();
    let mut merge = Merge::default();
    merge
        .add_archive(&store, &Store::open(&path("one")).unwrap())
        .unwrap();
    let (entries, hash, _) = merge.finish();
    let made = Made {
        rules_hash: &hash,
        rules: Some(&IDENTITIES),
        missing: 0,
    };
    publish(&store, &WORKERS, entries, made).unwrap();
    let (a, b) = (
        rows(&path("one"), "rule_hits"),
        rows(&path("copy"), "rule_hits"),
    );
    assert_eq!(a, b);
}

#[test]
fn a_run_that_was_stopped_goes_on_and_ends_with_the_same_bytes() {
    let from = bundles();
    let out = tempfile::tempdir().unwrap();
    let path = |name: &str| out.path().join(name);
    archive(from.path(), &path("whole"), 2);
    let before = contents(&path("whole"));

    // Stopped after two cases: an index that says what is missing, and nothing is lost.
    let places = find(&[from.path().to_owned()], &[], None).unwrap().cases;
    let stop = AtomicBool::new(false);
    let mut seen = 0;
    let done = archive_of(
        places,
        &path("stopped"),
        1,
        (&RULES, &IDENTITIES),
        &stop,
        &mut |progress| {
            if let Progress::Done { .. } = progress {
                seen += 1;
                stop.fetch_or(seen == 2, Ordering::Relaxed);
            }
        },
    );
    assert!(done.missing > 0 && done.read >= 2);
    assert!(index(&path("stopped")).contains("The run was stopped"));

    // Killed: a record without its end, a report that is not in its place yet, no index.
    let leftover = path("stopped").join("state/cases/.bundlescope-x");
    fs::write(&leftover, "half").unwrap();
    fs::write(path("stopped").join("reports/.bundlescope-y"), "half").unwrap();
    fs::remove_file(path("stopped").join("index.html")).unwrap();
    let broken = Store::open(&path("stopped")).unwrap().keys().unwrap().len();
    let done = archive(from.path(), &path("stopped"), 2);
    assert!(done.known >= broken.min(1) && done.read < 9);
    assert_same(&path("whole"), &path("stopped"));

    // Once more: nothing is read but what could not be, and no byte changes.
    let done = archive(from.path(), &path("whole"), 2);
    assert_eq!((done.read, done.known), (2, 7));
    assert_eq!(contents(&path("whole")), before);

    // A report or record that is gone or damaged is made again.
    let record = before
        .keys()
        .find(|name| name.starts_with("state/cases/"))
        .unwrap();
    fs::write(path("whole").join(record), "not a record").unwrap();
    let report = before
        .keys()
        .find(|name| name.starts_with("reports/"))
        .unwrap();
    fs::remove_file(path("whole").join(report)).unwrap();
    archive(from.path(), &path("whole"), 2);
    assert_eq!(contents(&path("whole")), before);
}

#[test]
fn what_is_gone_leaves_nothing_behind_and_what_changed_is_told() {
    let from = bundles();
    let out = tempfile::tempdir().unwrap();
    archive(from.path(), out.path(), 2);
    assert!(!index(out.path()).contains("Since the last run"));
    fs::remove_dir_all(from.path().join("a")).unwrap();
    fs::remove_dir_all(from.path().join("c")).unwrap();
    fs::remove_dir_all(from.path().join("d/folder")).unwrap();
    for name in ["b/third.zip", "b/third-again.zip"] {
        fs::remove_file(from.path().join(name)).unwrap();
    }
    let second = tempfile::tempdir().unwrap();
    let done = archive(from.path(), out.path(), 2);
    assert_eq!((done.read, done.known), (0, 2));
    let html = index(out.path());
    assert!(html.contains("Since the last run") && html.contains("0 cases new, 7 gone"));
    // What is left are two bundles with few logs.
    assert!(html.contains("could run in 4 cases"), "{html}");
    let left = contents(out.path());
    let of = |prefix: &str| left.keys().filter(|name| name.starts_with(prefix)).count();
    assert_eq!((of("reports/"), of("state/cases/")), (2, 2));
    // But for the comparison it is what a new archive of these is.
    archive(from.path(), second.path(), 1);
    let fresh = contents(second.path());
    let tables = |all: &BTreeMap<String, Vec<u8>>| -> Vec<(String, Vec<u8>)> {
        let kept = all
            .iter()
            .filter(|(name, _)| name.starts_with("table=") || name.ends_with(".csv"));
        kept.map(|(name, bytes)| (name.clone(), bytes.clone()))
            .collect()
    };
    assert_eq!(tables(&left), tables(&fresh));
}

#[test]
fn the_matrix_counts_what_single_reports_say() {
    let (from, out) = (bundles(), tempfile::tempdir().unwrap());
    archive(from.path(), out.path(), 2);
    let mut expected: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for place in find(&[from.path().to_owned()], &[], None).unwrap().cases {
        let Ok(diagnosis) = try_analyze(&place.path, &Limits::RELEASE, 1) else {
            continue;
        };
        if !seen.insert(diagnosis.inputs[0].sha256.clone()) {
            continue;
        }
        let report = json_of(&diagnosis);
        for rule in report["coverage"]["rules"].as_array().unwrap() {
            let counts = expected.entry(text(rule, "rule").to_owned()).or_default();
            counts.1 += usize::from(text(rule, "outcome") != "not_checked");
        }
        let findings = report["findings"].as_array().unwrap();
        let rules: BTreeSet<&str> = findings
            .iter()
            .map(|finding| text(finding, "rule"))
            .collect();
        for rule in rules {
            expected.entry(rule.to_owned()).or_default().0 += 1;
        }
    }
    let html = index(out.path());
    let fired = expected.iter().filter(|(_, (cases, _))| *cases > 0);
    assert!(fired.clone().count() > 0);
    for (rule, (cases, looked)) in fired {
        let row = html
            .lines()
            .find(|line| line.contains(&format!("rule:{rule} ")))
            .unwrap();
        assert!(
            row.contains(&format!("aria-label=\"{cases} of {looked} cases\"")),
            "{rule}: {cases} of {looked}: {row}"
        );
    }
}

#[test]
fn a_change_of_words_reads_only_the_cases_that_show_them() {
    let rule = |explain: &str, literal: &str| {
        (
            "broker-lease.toml".to_owned(),
            format!(
                "schema = 1\nid = \"broker-lease\"\ntitle = \"The broker lost its lease\"\ncategory = \"node\"\n\
                 severity = \"high\"\nconfidence = \"high\"\nexplain = \"{explain}\"\ndisprove = \"d\"\n\
                 [[log]]\nliteral = [\"{literal}\"]\n"
            ),
        )
    };
    let sets: Vec<(RuleSet, Rules)> = [
        rule("one", "never in any log"),
        rule("two", "never in any log"),
        rule("two", "lease of broker"),
        rule("three", "lease of broker"),
    ]
    .into_iter()
    .map(|file| {
        let user = [file];
        let set = RuleSet::builtin_and(&user).unwrap();
        let (files, _) = builtin::merge(&user);
        let known = identity::of(&set, &files);
        (set, known)
    })
    .collect();
    let (from, out) = (bundles(), tempfile::tempdir().unwrap());
    let mut told = Vec::new();
    for (number, (set, known)) in sets.iter().enumerate() {
        let places = find(&[from.path().to_owned()], &[], None).unwrap().cases;
        let path = out.path().join("kept");
        let done = archive_of(
            places.clone(),
            &path,
            2,
            (set, known),
            &AtomicBool::new(false),
            &mut |progress| {
                if let Progress::Rules {
                    changed,
                    again,
                    kept,
                } = progress
                {
                    told.push((changed.to_vec(), again, kept));
                }
            },
        );
        assert_eq!(done.missing, 0);
        // What was kept is what reading it again would have made.
        let fresh = out.path().join(format!("fresh-{number}"));
        archive_of(
            places,
            &fresh,
            2,
            (set, known),
            &AtomicBool::new(false),
            &mut |_| (),
        );
        let wanted = |name: &str| {
            name.starts_with("reports/")
                || name.starts_with("table=")
                || name.starts_with("state/cases")
        };
        let pick = |folder: &Path| -> BTreeMap<String, Vec<u8>> {
            contents(folder)
                .into_iter()
                .filter(|(name, _)| wanted(name))
                .collect()
        };
        assert_eq!(pick(&path), pick(&fresh), "after change {number}");
    }
    let changed = vec!["broker-lease".to_owned()];
    assert_eq!(
        told,
        [
            // Other words of a rule that fired nowhere.
            (changed.clone(), 0, 7),
            // Other logic: everything is read again.
            (changed.clone(), 7, 0),
            // Other words of a rule that fired everywhere.
            (changed, 7, 0),
        ]
    );
}

#[test]
fn every_row_and_record_is_what_its_schema_says() {
    let (from, out) = (bundles(), tempfile::tempdir().unwrap());
    archive(from.path(), out.path(), 2);
    let validator = |name: &str| {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/{name}.v1.schema.json"));
        let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        jsonschema::draft202012::new(&schema).unwrap()
    };
    for table in [
        "archives",
        "coverage",
        "gaps",
        "inventory",
        "rule_hits",
        "unknown_templates",
    ] {
        let validator = validator(&format!("table.{table}"));
        let rows = rows(out.path(), table);
        assert!(!rows.is_empty() || table == "inventory", "{table} is empty");
        for row in rows {
            let wrong: Vec<String> = validator
                .iter_errors(&row)
                .map(|error| format!("{error} at {}", error.instance_path()))
                .collect();
            assert!(wrong.is_empty(), "{table}: {wrong:?}: {row}");
        }
    }
    let validator = validator("case");
    let store = Store::open(out.path()).unwrap();
    let mut records: Vec<CaseRecord> = store
        .keys()
        .unwrap()
        .iter()
        .map(|key| store.load(key).unwrap())
        .collect();
    records.extend(store.unreadable().unwrap());
    assert_eq!(records.len(), 9);
    for record in records {
        let line: Value = serde_json::from_str(&wire::encode(&record, None).unwrap()).unwrap();
        let wrong: Vec<String> = validator
            .iter_errors(&line)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}

#[test]
fn the_summary_is_safe_in_a_spreadsheet_and_the_index_beside_scripts() {
    let from = tempfile::tempdir().unwrap();
    let hostile = "=2+5|' C'!A0\u{202e}<script>alert(1)<!script>";
    let name = format!("{hostile}.log.gz");
    write_folder(
        from.path(),
        &vec![
            (name.clone(), gzip(kubelet(1, true).as_bytes())),
            ("b.tgz".into(), vec![]),
        ],
    );
    let out = tempfile::tempdir().unwrap();
    archive(from.path(), out.path(), 1);
    let csv = fs::read_to_string(out.path().join("summary.csv")).unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 3, "{csv}");
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("\"'=2+5|' C'!A0⟦U+202E⟧")),
        "{csv}"
    );
    let html = index(out.path());
    assert!(
        html.contains("&#60;script&#62;alert(1)") && !html.contains("<script>alert"),
        "{html}"
    );
    assert!(!html.contains('\u{202e}'));
    for forbidden in [
        "http://", "https://", " style=", " onclick", "<link", "<img", "@import", "url(",
    ] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    assert_eq!(html.matches("<script").count(), 1);
}

#[test]
fn nodes_of_one_collection_run_are_one_case_and_a_missing_one_is_told() {
    let from = tempfile::tempdir().unwrap();
    let run = "2024-03-12T09-41-07Z";
    let zip = |text: &str| {
        zip(&files(&[
            ("systemlogs/kubelet", text),
            ("dns/virtualmachine", "nameserver 10.0.0.10\n"),
        ]))
    };
    write_folder(
        from.path(),
        &vec![
            (format!("{run}/node-0/node-0.zip"), zip(&kubelet(1, true))),
            (format!("{run}/node-1/node-1.zip"), zip(&kubelet(2, false))),
            ("other/node-7.zip".to_owned(), zip(&kubelet(3, false))),
        ],
    );
    fs::create_dir_all(from.path().join(run).join("node-2")).unwrap();
    // Walked, and named one by one as a glob would.
    let named: Vec<PathBuf> = ["node-0/node-0.zip", "node-1/node-1.zip"]
        .map(|name| from.path().join(run).join(name))
        .to_vec();
    let glob = from.path().join(run).join("*").join("*.zip");
    for named in [vec![from.path().join(run)], named, vec![glob]] {
        let cases = find(&named, &[], None).unwrap().cases;
        assert_eq!(cases.len(), 1, "{cases:?}");
        assert!(cases[0].location.ends_with(run));
    }
    let out = tempfile::tempdir().unwrap();
    let done = archive(from.path(), out.path(), 2);
    assert_eq!(done.published.archive.lines.len(), 2);
    let archives = rows(out.path(), "archives");
    let row = archives
        .iter()
        .find(|row| text(row, "case") == run)
        .unwrap();
    assert_eq!(row["missing_nodes"], serde_json::json!(["node-2"]));
    assert!(index(out.path()).contains("no archive of node-2"));
}

#[test]
fn wrong_use_is_told_in_one_line_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir_all(root.join("empty")).unwrap();
    write_folder(
        root,
        &files(&[("full/notes.txt", "x"), ("list.txt", "no record\n")]),
    );
    write_folder(root, &vec![("in/a.tar.gz".to_owned(), node(1, false))]);
    for (arguments, expected) in [
        (
            vec!["batch", "empty", "-o", "out"],
            "empty: contains no bundles",
        ),
        (
            vec!["batch", "nowhere", "-o", "out"],
            "nowhere: no such file or folder",
        ),
        (
            vec!["batch", "in/*.zip", "-o", "out"],
            "in/*.zip: no such file or folder",
        ),
        (
            vec!["batch", "in", "-o", "full"],
            "full: contains other files",
        ),
        (
            vec!["batch", "--merge", "out", "nowhere"],
            "nowhere: no such file or folder",
        ),
        (vec!["batch", "in"], "--output <DIR>"),
        (
            vec!["batch", "in", "-o", "out", "--memory", "lots"],
            "not a size; write it as 800M or 4G",
        ),
    ] {
        let output = run_binary(root, &arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(expected), "{arguments:?}: {said}");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!root.join("out").exists(), "{arguments:?}");
    }
    let merged = run_binary(root, &["batch", "--merge", "out", "list.txt"]);
    let said = String::from_utf8(merged.stderr).unwrap();
    assert!(
        said.contains("list.txt:1: not a record of `bundlescope batch --worker`"),
        "{said}"
    );
    assert_eq!(merged.status.code(), Some(2));
}

#[test]
fn an_output_inside_the_input_is_never_a_case() {
    let from = bundles();
    let out = from.path().join("d").join("archive");
    let done = archive(from.path(), &out, 2);
    let found = find(&[from.path().to_owned()], &[], Some(&out)).unwrap();
    assert_eq!(found.cases.len(), 10);
    assert!(
        found
            .notes
            .iter()
            .any(|note| note.contains("an archive written by `bundlescope batch`")),
        "{:?}",
        found.notes
    );
    // Nor is that of another run, whose place nobody names.
    assert_eq!(
        find(&[from.path().to_owned()], &[], None).unwrap().cases,
        found.cases
    );
    let again = archive(from.path(), &out, 2);
    assert_eq!((done.published.archive.lines.len(), again.known), (9, 7));
}

#[test]
fn a_bundle_that_vanishes_is_a_row() {
    let from = bundles();
    let places = find(&[from.path().to_owned()], &[], None).unwrap().cases;
    fs::remove_file(from.path().join("a/case.tar.gz")).unwrap();
    // So it is where a list names it that was made before.
    let listed: Vec<PathBuf> = places.iter().map(|place| place.path.clone()).collect();
    let of_list = find(&[], &listed, None).unwrap().cases;
    let locations = |places: &[Place]| -> Vec<String> {
        places.iter().map(|place| place.location.clone()).collect()
    };
    assert_eq!(locations(&of_list), locations(&places));
    let out = tempfile::tempdir().unwrap();
    archive_of(
        places,
        out.path(),
        2,
        (&RULES, &IDENTITIES),
        &AtomicBool::new(false),
        &mut |_| (),
    );
    let archives = rows(out.path(), "archives");
    let row = archives
        .iter()
        .find(|row| text(row, "path").ends_with("a/case.tar.gz"))
        .unwrap();
    assert_eq!(
        text(row, "reason"),
        "no longer there when it was to be read"
    );
}
