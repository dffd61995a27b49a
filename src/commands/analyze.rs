//! `bundlescope analyze`: one report about a bundle.

use super::interrupt::Interrupt;
use super::say::{say, shown};
use super::{Console, ExitStatus, inputs, memory, output, progress};
use crate::analyze::{Settings, Workers, collect, conclude};
use crate::batch::{self, neighbours::Neighbours, store::Store};
use crate::cli::{AnalyzeArgs, FailOn};
use crate::commands::inputs::is_dash;
use crate::diagnose::{Diagnosis, State, Window};
use crate::ingest::{Input, Meter, Stop};
use crate::report::glyphs::visible;
use crate::report::view::{Report, SimilarCases};
use crate::report::{self, Draft, Format, ReportOptions, text::Style};
use crate::rules::RuleSet;
use crate::severity::Severity;
use anyhow::Context as _;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What is said when a signal stops the reading.
const STOPPING: &str =
    "bundlescope: stopping; writing a report of what was read so far (Ctrl-C again to quit now)";

/// Runs the command.
pub(super) fn run(args: &AnalyzeArgs, console: &mut Console) -> anyhow::Result<ExitStatus> {
    let archive = args.archive.as_deref().map(Store::open).transpose()?;
    let inputs = inputs(&args.input.bundles)?;
    let workers = memory::workers(args.input.threads, memory::bytes(&inputs))?;
    let rules = super::rules::load(&args.input.rules)?;
    let targets = targets(args, &inputs)?;
    let read: Vec<&Path> = args
        .input
        .bundles
        .iter()
        .chain(&args.input.rules)
        .map(PathBuf::as_path)
        .collect();
    let places: Vec<&Path> = targets.iter().map(|(path, _)| path.as_path()).collect();
    let outputs = output::open(&places, &read)?;

    let interrupt = Interrupt::listen(STOPPING)?;
    let meter = Meter {
        stop: stop(&interrupt, args.max_time)?,
        ..Meter::default()
    };
    let settings = Settings {
        rules: &rules,
        limits: &super::inputs::limits(&args.input),
        workers: &workers,
        meter: &meter,
    };
    let window = Window {
        since: args.since,
        until: args.until,
    };
    let diagnosis = progress::during(&meter, console.progress, || {
        let read = collect(&inputs, &settings);
        // What was read is diagnosed and written in a moment.
        interrupt.end_at_once();
        read.map(|(evidence, facts)| conclude(evidence, facts, &settings, window))
    })?;

    let options = options(args, &rules);
    let mut draft = workers.run(|| Draft::new(&diagnosis, &options));
    if let Some(archive) = &archive {
        let similar = similar(archive, draft.view(), &diagnosis, &workers)?;
        draft.add_similar(similar);
    }
    let to_stdout = targets.iter().any(|(path, _)| is_dash(path));
    for ((_, format), output) in targets.iter().zip(outputs) {
        let bytes = workers.run(|| draft.render(*format))?;
        output.finish(&bytes, &mut console.out)?;
    }
    if !to_stdout {
        let style = Style {
            color: console.color,
            ..Style::default()
        };
        let text = workers.run(|| draft.text(style))?;
        summary(text, &targets, console)?;
    }
    anyhow::ensure!(
        !interrupt.stop.load(Ordering::Relaxed),
        "stopped before everything was read; the report lists what is missing"
    );
    Ok(status(&diagnosis, args.fail_on))
}

/// What ends the reading: a signal, or that so many seconds have passed.
fn stop(interrupt: &Interrupt, seconds: Option<u64>) -> anyhow::Result<Stop> {
    let mut stop = Stop::default();
    stop.on(Arc::clone(&interrupt.stop), "by Ctrl-C or a signal".into());
    if let Some(seconds) = seconds {
        let late = Arc::new(AtomicBool::new(seconds == 0));
        stop.on(Arc::clone(&late), format!("after {seconds} s (--max-time)"));
        std::thread::Builder::new()
            .spawn(move || {
                std::thread::sleep(Duration::from_secs(seconds));
                late.store(true, Ordering::Relaxed);
            })
            .context("cannot start the timer for --max-time")?;
    }
    Ok(stop)
}

/// The cases of an archive that look like this one. What is wrong with the archive itself is said on
/// standard error and keeps nothing back.
fn similar(
    archive: &Store,
    report: &Report,
    diagnosis: &Diagnosis,
    workers: &Workers,
) -> anyhow::Result<SimilarCases> {
    let sha256 = &report.bundle.sha256;
    let neighbours = workers.run(|| Neighbours::open(archive, sha256))?;
    for warning in neighbours.warnings() {
        say(&format!("bundlescope: warning: {}", visible(&warning)));
    }
    let case = batch::case::of(report, diagnosis, &BTreeMap::new(), &[]);
    Ok(neighbours.like(&case))
}

/// What to write where: the nth `--format` belongs to the nth `--output`.
fn targets(args: &AnalyzeArgs, inputs: &[Input]) -> anyhow::Result<Vec<(PathBuf, Format)>> {
    let formats = args
        .format
        .iter()
        .copied()
        .map(Some)
        .chain(std::iter::repeat(None));
    if !args.output.is_empty() {
        anyhow::ensure!(
            args.format.len() <= args.output.len(),
            "more --format than --output options; give each format an --output (- for standard output)"
        );
        return Ok(args
            .output
            .iter()
            .zip(formats)
            .map(|(path, format)| (path.clone(), format.unwrap_or_else(|| format_of(path))))
            .collect());
    }
    let base = inputs.first().map_or("stdin", |input| input.name.as_str());
    let formats = if args.format.is_empty() {
        vec![Format::Html]
    } else {
        args.format.clone()
    };
    Ok(formats
        .into_iter()
        .map(|format| {
            (
                PathBuf::from(format!("{base}.report.{}", format.extension())),
                format,
            )
        })
        .collect())
}

/// The format that a file's name asks for; HTML where it does not.
fn format_of(path: &Path) -> Format {
    let extension = path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default()
        .to_ascii_lowercase();
    match extension.as_str() {
        "json" => Format::Json,
        "md" | "markdown" => Format::Markdown,
        "txt" | "text" => Format::Text,
        _ if is_dash(path) => Format::Text,
        _ => Format::Html,
    }
}

/// What the report is told besides the diagnosis.
fn options(args: &AnalyzeArgs, rules: &RuleSet) -> ReportOptions {
    ReportOptions {
        tool_version: env!("CARGO_PKG_VERSION").into(),
        rules_hash: rules.hash().to_owned(),
        min_severity: args.min_severity,
        max_bytes: args.max_size,
        command: command(args),
    }
}

/// How the report was made, without what only this machine knows.
fn command(args: &AnalyzeArgs) -> String {
    let mut said = String::from("analyze");
    let times = [("--since", args.since), ("--until", args.until)];
    for (flag, time) in times
        .into_iter()
        .filter_map(|(flag, time)| time.map(|time| (flag, time)))
    {
        let _ = write!(said, " {flag} {time}");
    }
    if args.min_severity > Severity::Info {
        let _ = write!(said, " --min-severity {}", args.min_severity);
    }
    said
}

/// Tells the answer on the terminal, and what was written where.
fn summary(
    mut text: String,
    targets: &[(PathBuf, Format)],
    console: &mut Console,
) -> anyhow::Result<()> {
    for (path, _) in targets {
        writeln!(text, "wrote {}", shown(path))?;
    }
    console.out.write_all(text.as_bytes())?;
    console.out.flush()?;
    Ok(())
}

/// The exit status: what has ended fails no run, and where nothing could be checked there is no
/// answer.
fn status(diagnosis: &Diagnosis, fail_on: FailOn) -> ExitStatus {
    let fails = |level| {
        diagnosis
            .findings
            .iter()
            .any(|finding| finding.state != State::Resolved && finding.severity >= level)
    };
    if report::checked_nothing(diagnosis) {
        ExitStatus::Nothing
    } else if fail_on.severity().is_some_and(fails) {
        ExitStatus::Findings
    } else {
        ExitStatus::Clean
    }
}
