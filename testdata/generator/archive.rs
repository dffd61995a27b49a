//! A folder of many bundles, as a support team keeps them: formats, sizes, versions and failures mixed,
//! a few damaged in different ways, a few there twice.
//!
//! In: how many. Out: `YEAR-MONTH/CASE...`, each bundle from its own seed. The objects are those of the
//! dump sample with other times and versions; failures are the examples of the built-in rules, written
//! into the log of the component that they are of.

use super::dump;
use super::rng::Rng;
use super::writers::{File, periscope_zip, tar_gz, write_tree};
use bundlescope::rules::{Matcher, RuleSet, Should};
use flate2::{Compression, GzBuilder};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

/// Versions that clusters run.
const VERSIONS: [&str; 5] = ["v1.27.9", "v1.28.9", "v1.29.4", "v1.30.2", "v1.31.1"];
/// The day that the dump sample was taken on; it is the day of every time that matters in it.
const DAY: &str = "2024-05-21";
/// One in so many is damaged.
const DAMAGED: usize = 50;
/// One in so many is a copy of the one before.
const COPIED: usize = 100;

/// A line that states a failure, and whose line it is.
struct Failure {
    component: String,
    line: String,
}

/// Writes so many bundles below a folder.
pub(crate) fn write(count: usize, folder: &Path) -> io::Result<()> {
    let failures = failures();
    let sample = dump::files();
    for number in 0..count {
        let mut rng = Rng::new(0xa5c1_0000 + number as u64);
        let (year, month, day) = (2024 + number % 3, 1 + rng.below(12), 1 + rng.below(28));
        let month_folder = folder.join(format!("{year}-{month:02}"));
        fs::create_dir_all(&month_folder)?;
        let date = format!("{year}-{month:02}-{day:02}");
        let name = format!("case-{number:05}");
        if number % COPIED == COPIED - 1 {
            copy_last(
                number,
                folder,
                &month_folder.join(format!("{name}-again.tar.gz")),
            )?;
            continue;
        }
        let logs = logs(&mut rng, &failures, &date, number % 97 == 5);
        let path = |ending: &str| month_folder.join(format!("{name}{ending}"));
        let bytes = match rng.below(100) {
            // What every hundredth copies is an archive of this kind.
            _ if number % COPIED == COPIED - 2 => dump_archive(&mut rng, &sample, &logs, &date)?,
            0..50 => dump_archive(&mut rng, &sample, &logs, &date)?,
            50..65 => {
                let files = dump_files(&mut rng, &sample, &logs, &date);
                write_file(&path(".zip"), &periscope_zip(&files)?, number)?;
                continue;
            }
            65..72 => {
                write_tree(&path(""), &dump_files(&mut rng, &sample, &logs, &date))?;
                continue;
            }
            72..80 => {
                write_tree(
                    &month_folder.join(run_id(&date, number)),
                    &node_zips(&logs)?,
                )?;
                continue;
            }
            80..90 => {
                let log = logs
                    .first()
                    .map(|file| file.bytes.clone())
                    .unwrap_or_default();
                write_file(&path(".log.gz"), &gzip(&log)?, number)?;
                continue;
            }
            _ => tar_gz(&name, &logs, 1_700_000_000)?,
        };
        write_file(&path(".tar.gz"), &bytes, number)?;
    }
    Ok(())
}

/// Writes an archive, every fiftieth of them damaged.
fn write_file(path: &Path, bytes: &[u8], number: usize) -> io::Result<()> {
    if number % DAMAGED != DAMAGED - 7 {
        return fs::write(path, bytes);
    }
    let damaged = match number / DAMAGED % 6 {
        // Cut short, as by a failed upload.
        0 => bytes[..bytes.len() / 2].to_vec(),
        // A hole in the middle.
        1 => {
            let (from, to) = (bytes.len() / 3, bytes.len() / 3 + bytes.len() / 20 + 1);
            let mut holed = bytes.to_vec();
            holed[from..to].fill(0);
            holed
        }
        // Nothing arrived.
        2 => Vec::new(),
        // Something else under this name.
        3 => b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".repeat(64),
        // Its first bytes are lost.
        4 => bytes[bytes.len() / 10..].to_vec(),
        // The error page of a proxy.
        _ => b"\x00\x01\x02\x03 not an archive \xff\xfe\xfd".repeat(50),
    };
    fs::write(path, damaged)
}

/// Copies the archive before this one, wherever it is.
fn copy_last(number: usize, folder: &Path, to: &Path) -> io::Result<()> {
    let name = format!("case-{:05}.tar.gz", number - 1);
    for month in fs::read_dir(folder)? {
        let from = month?.path().join(&name);
        if from.is_file() {
            fs::copy(from, to)?;
        }
    }
    Ok(())
}

/// Lines of all built-in rules that are stated for a log of a component.
fn failures() -> Vec<Failure> {
    let rules = RuleSet::builtin();
    let mut failures = Vec::new();
    for rule in rules.rules() {
        let matchers: Vec<_> = rule.matchers().filter_map(|id| rules.matcher(id)).collect();
        for example in rule
            .examples
            .iter()
            .filter(|example| example.should == Should::Match)
        {
            let Some(Matcher::Log(log)) = matchers.get(example.matcher) else {
                continue;
            };
            let component = log
                .components
                .first()
                .cloned()
                .unwrap_or_else(|| "kubelet".into());
            failures.push(Failure {
                component,
                line: example.text.clone(),
            });
        }
    }
    failures
}

/// Logs of a node, the kubelet's first: healthy lines, up to three failures, and some errors that no
/// rule knows.
fn logs(rng: &mut Rng, failures: &[Failure], date: &str, large: bool) -> Vec<File> {
    let stamp = date.get(5..).unwrap_or_default().replace('-', "");
    let mut kubelet = String::new();
    let lines = if large { 40_000 } else { 40 + rng.below(400) };
    for line in 0..lines {
        let (minute, second) = (line / 60 % 60, line % 60);
        let id = rng.hex(8);
        let _ = writeln!(
            kubelet,
            "I{stamp} 11:{minute:02}:{second:02}.{:06}    1183 reconciler.go:224] \"operationExecutor.VerifyControllerAttachedVolume started for volume\" pod=\"shop/cart-{id}\"",
            rng.below(1_000_000)
        );
    }
    for _ in 0..rng.below(3) {
        let code = rng.below(4);
        let _ = writeln!(
            kubelet,
            "E{stamp} 11:59:{:02}.000001    1183 broker.go:{}] \"Failed to refresh lease of broker\" err=\"unexpected status 40{code}\"",
            rng.below(60),
            90 + code
        );
    }
    let mut files = Vec::new();
    for _ in 0..rng.below(4) {
        let failure = rng.pick(failures);
        if failure.component == "kubelet" {
            let _ = writeln!(kubelet, "{}", failure.line);
        } else {
            files.push(File::new(
                format!("node-1/{}.log", failure.component),
                format!("{}\n", failure.line),
            ));
        }
    }
    files.insert(0, File::new("node-1/kubelet.log", kubelet));
    files.dedup_by(|a, b| a.name == b.name);
    files
}

/// The dump sample at another day and version, without some of its parts, and with these logs.
fn dump_files(rng: &mut Rng, sample: &[File], logs: &[File], date: &str) -> Vec<File> {
    let version = *rng.pick(&VERSIONS);
    let (shop, events) = (rng.below(3) > 0, rng.below(4) > 0);
    let stamp = |day: &str| day.get(5..).unwrap_or_default().replace('-', "");
    let klog = (format!("I{} ", stamp(DAY)), format!("I{} ", stamp(date)));
    let mut files = Vec::new();
    for file in sample {
        let wanted = (shop || !file.name.starts_with("shop/"))
            && (events || !file.name.ends_with("events.json"));
        if wanted {
            let text = String::from_utf8_lossy(&file.bytes);
            let text = text
                .replace(DAY, date)
                .replace("v1.28.9", version)
                .replace(&klog.0, &klog.1);
            files.push(File::new(file.name.clone(), text));
        }
    }
    files.extend(logs.iter().cloned());
    files
}

/// A dump as tar.gz.
fn dump_archive(rng: &mut Rng, sample: &[File], logs: &[File], date: &str) -> io::Result<Vec<u8>> {
    tar_gz("dump", &dump_files(rng, sample, logs, date), 1_700_000_000)
}

/// The archives of the nodes of a collection run; the last node has none.
fn node_zips(logs: &[File]) -> io::Result<Vec<File>> {
    let mut files = Vec::new();
    for node in ["aks-pool-vmss000000", "aks-pool-vmss000001"] {
        let items: Vec<File> = logs
            .iter()
            .map(|log| {
                let key = log
                    .name
                    .rsplit('/')
                    .next()
                    .unwrap_or_default()
                    .trim_end_matches(".log");
                let mut bytes = format!("-- {node} --\n").into_bytes();
                bytes.extend_from_slice(&log.bytes);
                File::new(format!("systemlogs/{key}"), bytes)
            })
            .chain([File::new(
                "dns/virtualmachine",
                "nameserver 168.63.129.16\n",
            )])
            .collect();
        files.push(File::new(
            format!("{node}/{node}.zip"),
            periscope_zip(&items)?,
        ));
    }
    Ok(files)
}

/// The id of a collection run.
fn run_id(date: &str, number: usize) -> String {
    format!(
        "{date}T{:02}-{:02}-{:02}Z",
        number / 3600 % 24,
        number / 60 % 60,
        number % 60
    )
}

/// One gzip member.
fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new()
        .mtime(0)
        .write(Vec::new(), Compression::new(6));
    encoder.write_all(bytes)?;
    encoder.finish()
}
