//! `bundlescope batch`: an archive of many bundles, alone or with workers elsewhere.

use super::interrupt::Interrupt;
use super::say::say;
use super::{Console, ExitStatus, batch_words, memory, progress};
use crate::analyze::{Settings, Workers};
use crate::batch::cases::{self, Found, Place, location, share_of};
use crate::batch::merge::Merge;
use crate::batch::publish::{Made, publish};
use crate::batch::resolutions::Resolutions;
use crate::batch::run::{self, Done, Plan, Progress};
use crate::batch::scan::Scan;
use crate::batch::schedule::{self, Bounds};
use crate::batch::store::{Rules, Store};
use crate::batch::wire;
use crate::cli::{BatchArgs, FailOn};
use crate::commands::inputs::is_dash;
use crate::ingest::Meter;
use crate::limits::Limits;
use crate::report::glyphs::visible;
use crate::rules::{RuleSet, builtin, identity};
use crate::severity::Severity;
use anyhow::Context as _;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

/// What is said when a signal stops the run.
const STOPPING: &str =
    "bundlescope: finishing the cases in progress, then stopping (Ctrl-C again to quit now)";

/// Runs the command.
pub(super) fn run(args: &BatchArgs, console: &mut Console) -> anyhow::Result<ExitStatus> {
    if args.list {
        return list(args, console);
    }
    let workers = memory::workers(args.threads, u64::MAX)?;
    let (rules, files) = super::rules::load_with_files(&args.rules)?;
    let (files, _) = builtin::merge(&files);
    let known = identity::of(&rules, &files);
    let meter = Meter::default();
    let settings = Settings {
        rules: &rules,
        limits: &Limits::RELEASE,
        workers: &workers,
        meter: &meter,
    };
    let scan = Scan {
        settings,
        rules: &known,
    };
    if args.worker {
        return worker(args, &scan, console);
    }
    match &args.merge {
        Some(out) => merge(
            out,
            &args.named,
            (&rules, &known, &workers),
            args.fail_on,
            console,
        ),
        None => local(args, scan, console),
    }
}

/// Cases side by side, and the memory that they may need.
fn bounds(args: &BatchArgs) -> Bounds {
    let jobs = if args.jobs == 0 {
        args.threads
    } else {
        args.jobs
    };
    Bounds {
        jobs: memory::count(jobs),
        memory: args.memory.unwrap_or_else(memory::default),
    }
}

/// The cases that the user named.
fn find(args: &BatchArgs) -> anyhow::Result<Found> {
    let (dashes, named): (Vec<PathBuf>, Vec<PathBuf>) =
        args.named.iter().cloned().partition(|path| is_dash(path));
    let listed = if dashes.is_empty() { vec![] } else { listed()? };
    anyhow::ensure!(
        !(named.is_empty() && listed.is_empty()),
        "standard input lists no bundles; pass one path per line"
    );
    let mut found = cases::find(&named, &listed, args.output.as_deref())?;
    if let Some(share) = args.share {
        let own = |place: &Place| share_of(&place.location, share.count) == share.index;
        found.cases.retain(own);
    }
    for note in &found.notes {
        say(&format!("bundlescope: {}", visible(note)));
    }
    Ok(found)
}

/// The lines of standard input.
fn listed() -> anyhow::Result<Vec<PathBuf>> {
    let lines = io::stdin().lock().lines();
    let lines: Vec<String> = lines.collect::<Result<_, _>>().context("standard input")?;
    let paths = lines.iter().map(|line| line.trim_end_matches('\r'));
    Ok(paths
        .filter(|line| !line.is_empty())
        .map(PathBuf::from)
        .collect())
}

/// Prints the cases.
fn list(args: &BatchArgs, console: &mut Console) -> anyhow::Result<ExitStatus> {
    let mut text = String::new();
    for place in find(args)?.cases {
        text.push_str(&place.location);
        text.push('\n');
    }
    console.out.write_all(text.as_bytes())?;
    console.out.flush()?;
    Ok(ExitStatus::Clean)
}

/// One run on this machine.
fn local(args: &BatchArgs, scan: Scan<'_>, console: &mut Console) -> anyhow::Result<ExitStatus> {
    let out = args
        .output
        .as_deref()
        .context("set the folder of the archive with --output")?;
    let found = find(args)?;
    let store = Store::create(out)?;
    if found.cases.is_empty() {
        writeln!(console.out, "this share contains no case")?;
        return Ok(ExitStatus::Clean);
    }
    let stop = Interrupt::listen(STOPPING)?.stop;
    let total = found.cases.iter().map(|place| place.bytes).sum();
    let count = found.cases.len();
    let mut watcher = progress::Cases::new(count, total, console.progress);
    let mut place = 0;
    let plan = Plan {
        places: found.cases,
        scan,
        bounds: bounds(args),
        stop: &stop,
    };
    let done = run::run(&store, plan, &mut |progress| match progress {
        Progress::Known { cases, bytes } => {
            place += cases;
            watcher.known(cases, bytes);
        }
        Progress::Rules {
            changed,
            again,
            kept,
        } => {
            watcher.say(&batch_words::rules(changed, again, kept));
        }
        Progress::Done { record, bytes } => {
            place += 1;
            watcher.done(&batch_words::case(record, place, count), bytes);
        }
    });
    watcher.finish();
    let done = done.with_context(|| {
        format!(
            "{}: what was read so far is kept; run the same command again to continue",
            out.display()
        )
    })?;
    end(&done, out, args.fail_on, console)
}

/// Says how a run ended.
fn end(
    done: &Done,
    out: &Path,
    fail_on: FailOn,
    console: &mut Console,
) -> anyhow::Result<ExitStatus> {
    console
        .out
        .write_all(batch_words::summary(done, out).as_bytes())?;
    console.out.flush()?;
    if let Err(note) = Resolutions::read(out) {
        say(&format!("bundlescope: warning: {}", visible(&note)));
    }
    let archive = &done.published.archive;
    anyhow::ensure!(
        done.missing == 0,
        "stopped: {} of {} cases were not read; run the same command again to continue",
        done.missing,
        done.missing + archive.lines.len()
    );
    anyhow::ensure!(
        archive.readable() > 0,
        "none of {} cases could be read; see the index for the reasons",
        archive.lines.len()
    );
    let worst = archive.read().filter_map(|(.., read)| read.open).max();
    Ok(status(worst, fail_on))
}

/// The exit status for the highest severity that is open in any case.
fn status(worst: Option<Severity>, fail_on: FailOn) -> ExitStatus {
    match fail_on.severity() {
        Some(level) if worst >= Some(level) => ExitStatus::Findings,
        _ => ExitStatus::Clean,
    }
}

/// Reads what standard input names, and prints records.
fn worker(args: &BatchArgs, scan: &Scan<'_>, console: &mut Console) -> anyhow::Result<ExitStatus> {
    let stop = Interrupt::listen(STOPPING)?.stop;
    let mut trouble = None;
    let lines = BufReader::new(io::stdin()).lines();
    let lines = lines.map_while(Result::ok);
    let places = lines.filter_map(|line| {
        let line = line.trim_end_matches('\r');
        (!line.is_empty()).then(|| Place::new(Path::new(line)))
    });
    let bounds = bounds(args);
    schedule::run(
        places,
        scan.hands(bounds.jobs),
        bounds.memory,
        &stop,
        |place| schedule::need(place.bytes),
        |hand, place| {
            let scanned = scan.scan(hand, &place)?;
            let line = wire::encode(&scanned.record, scanned.report.as_deref())?;
            anyhow::Ok(line)
        },
        |line| {
            let printed = line.and_then(|line| {
                console.out.write_all(line.as_bytes())?;
                console.out.flush()?;
                Ok(())
            });
            if let Err(error) = printed {
                stop.store(true, Ordering::Relaxed);
                trouble.get_or_insert(error);
            }
        },
    )
    .context("cannot start a thread")?;
    trouble.map_or(Ok(ExitStatus::Clean), Err)
}

/// Makes an archive from what workers printed.
fn merge(
    out: &Path,
    inputs: &[PathBuf],
    (rules, known, workers): (&RuleSet, &Rules, &Workers),
    fail_on: FailOn,
    console: &mut Console,
) -> anyhow::Result<ExitStatus> {
    // A wrong name is found before anything is written.
    for input in inputs.iter().filter(|input| !is_dash(input)) {
        anyhow::ensure!(
            input.exists(),
            "{}: no such file or folder; pass the output of workers, or archives",
            input.display()
        );
    }
    let store = Store::create(out)?;
    let mut merge = Merge::default();
    for input in inputs {
        let name = location(input);
        if is_dash(input) {
            merge.add(&store, "standard input", &mut io::stdin().lock())?;
        } else if input.is_dir() {
            merge.add_archive(&store, &Store::open(input)?)?;
        } else {
            let file = File::open(input).with_context(|| format!("{name}: cannot be read"))?;
            merge.add(&store, &name, &mut BufReader::new(file))?;
        }
    }
    let (entries, hash, notes) = merge.finish();
    anyhow::ensure!(
        !entries.is_empty(),
        "the inputs contain no records; pass the output of `bundlescope batch --worker`, or archives"
    );
    for note in notes {
        say(&format!("bundlescope: {}", visible(&note)));
    }
    let read = entries.len();
    let made = Made {
        rules_hash: &hash,
        rules: (hash == rules.hash()).then_some(known),
        missing: 0,
    };
    let done = Done {
        published: publish(&store, workers, entries, made)?,
        read,
        known: 0,
        missing: 0,
    };
    end(&done, out, fail_on, console)
}
