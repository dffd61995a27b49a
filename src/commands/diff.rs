//! `bundlescope diff`: two bundles, or earlier reports about them, or two archives, compared.

use super::say::shown;
use super::{Console, ExitStatus, inputs, memory, output, progress};
use crate::analyze::{Settings, Workers, analyze};
use crate::batch;
use crate::batch::store::Store;
use crate::cli::DiffArgs;
use crate::commands::inputs::is_dash;
use crate::diagnose::Window;
use crate::ingest::{Input, Meter};
use crate::limits::{Limits, STORED_REPORT_BYTES};
use crate::report::diff::stored::{self, Stored};
use crate::report::diff::{self, DiffFormat, Origin, compare};
use crate::report::text::Style;
use crate::report::{self, Format, MAX_BYTES, ReportError, ReportOptions};
use crate::rules::RuleSet;
use crate::severity::Severity;
use anyhow::Context as _;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

/// Columns of a terminal that nobody has made wider.
const WIDTH: usize = 80;

/// Runs the command.
pub(super) fn run(args: &DiffArgs, console: &mut Console) -> anyhow::Result<ExitStatus> {
    let sides = inputs(&[args.old.clone(), args.new.clone()])?;
    let workers = memory::workers(args.threads, memory::bytes(&sides))?;
    let rules = super::rules::load(&args.rules)?;
    let targets = targets(args)?;
    let read: Vec<&Path> = [&args.old, &args.new]
        .into_iter()
        .chain(&args.rules)
        .map(PathBuf::as_path)
        .collect();
    let places: Vec<&Path> = targets.iter().map(|(path, _)| path.as_path()).collect();
    let outputs = output::open(&places, &read)?;
    if let Some([old, new]) = archives(args)? {
        let diff = workers.run(|| batch::diff::compare(&old, &new))?;
        let render = |format, style| batch::diff::render(&diff, format, style);
        write(&targets, outputs, &render, console)?;
        let level = args.fail_on.severity();
        return Ok(status(level.is_some_and(|level| diff.is_worse(level))));
    }
    let mut read = Vec::new();
    for side in sides {
        read.push(match earlier_report(&side)? {
            Some(stored) => (stored, Origin::Report),
            None => (of_bundle(side, &rules, &workers, console)?, Origin::Bundle),
        });
    }
    let [(old, old_origin), (new, new_origin)] = read.as_slice() else {
        anyhow::bail!("diff needs two sides, OLD and NEW");
    };
    let diff = compare((old, *old_origin), (new, *new_origin));

    let render = |format, style| match format {
        DiffFormat::Text => diff::text::render(&diff, style),
        format => {
            diff::render(&diff, format).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        }
    };
    write(&targets, outputs, &render, console)?;
    let level = args.fail_on.severity();
    Ok(status(level.is_some_and(|level| diff.is_worse(level))))
}

/// Writes a comparison where it was asked for, and to the terminal where that is not taken.
fn write(
    targets: &[(PathBuf, DiffFormat)],
    outputs: Vec<output::Output>,
    render: &dyn Fn(DiffFormat, Style) -> Result<String, ReportError>,
    console: &mut Console,
) -> anyhow::Result<()> {
    let to_stdout = targets.iter().any(|(path, _)| is_dash(path));
    for ((_, format), output) in targets.iter().zip(outputs) {
        let text = render(*format, Style::default())?;
        output.finish(text.as_bytes(), &mut console.out)?;
    }
    if !to_stdout {
        let style = Style {
            width: WIDTH,
            color: console.color,
            ascii: false,
        };
        let mut text = render(DiffFormat::Text, style)?;
        for (path, _) in targets {
            writeln!(text, "wrote {}", shown(path))?;
        }
        console.out.write_all(text.as_bytes())?;
        console.out.flush()?;
    }
    Ok(())
}

/// The status of a comparison.
fn status(worse: bool) -> ExitStatus {
    if worse {
        ExitStatus::Findings
    } else {
        ExitStatus::Clean
    }
}

/// The two archives, where both sides are such; a mistake where only one is.
fn archives(args: &DiffArgs) -> anyhow::Result<Option<[Store; 2]>> {
    let (archive, other) = match (Store::open(&args.old), Store::open(&args.new)) {
        (Ok(old), Ok(new)) => return Ok(Some([old, new])),
        (Err(_), Err(_)) => return Ok(None),
        (Ok(_), Err(_)) => (&args.old, &args.new),
        (Err(_), Ok(_)) => (&args.new, &args.old),
    };
    anyhow::bail!(
        "{}: not an archive of `bundlescope batch`, but {} is; compare two archives, or two bundles",
        shown(other),
        shown(archive)
    )
}

/// What to write where: the nth `--format` belongs to the nth `--output`.
fn targets(args: &DiffArgs) -> anyhow::Result<Vec<(PathBuf, DiffFormat)>> {
    if args.output.is_empty() {
        anyhow::ensure!(
            args.format.len() <= 1,
            "more than one --format; give each an --output"
        );
        let asked = args.format.iter().filter(|one| **one != DiffFormat::Text);
        return Ok(asked.map(|one| (PathBuf::from("-"), *one)).collect());
    }
    anyhow::ensure!(
        args.format.len() <= args.output.len(),
        "more --format than --output options; give each format an --output (- for standard output)"
    );
    let formats = args.format.iter().copied().map(Some);
    let formats = formats.chain(std::iter::repeat(None));
    let targets = args.output.iter().zip(formats);
    let of = |(path, format): (&PathBuf, Option<DiffFormat>)| {
        (path.clone(), format.unwrap_or_else(|| format_of(path)))
    };
    Ok(targets.map(of).collect())
}

/// The format that a file's name asks for; HTML where it does not.
fn format_of(path: &Path) -> DiffFormat {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("json") => DiffFormat::Json,
        Some("txt" | "text") => DiffFormat::Text,
        _ if is_dash(path) => DiffFormat::Text,
        _ => DiffFormat::Html,
    }
}

/// The report that a file is; `None` where it is a bundle.
fn earlier_report(input: &Input) -> anyhow::Result<Option<Stored>> {
    let Some(path) = input.path.as_deref().filter(|path| path.is_file()) else {
        return Ok(None);
    };
    let failed = || format!("{}: cannot be read", shown(path));
    let file = File::open(path).with_context(failed)?;
    let mut bytes = Vec::new();
    let mut head = (&file).take(256);
    head.read_to_end(&mut bytes).with_context(failed)?;
    let page = stored::is_page(&bytes);
    let json = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    if !page && !json {
        return Ok(None);
    }
    file.take(STORED_REPORT_BYTES)
        .read_to_end(&mut bytes)
        .with_context(failed)?;
    if !page && !stored::is_report_json(&bytes) {
        return Ok(None);
    }
    stored::read(&bytes).map(Some).with_context(|| shown(path))
}

/// The report of a bundle, as it would be read back from a file.
fn of_bundle(
    input: Input,
    rules: &RuleSet,
    workers: &Workers,
    console: &Console,
) -> anyhow::Result<Stored> {
    let meter = Meter::default();
    let settings = Settings {
        rules,
        limits: &Limits::RELEASE,
        workers,
        meter: &meter,
    };
    let name = input.name.clone();
    let diagnosis = progress::during(&meter, console.progress, || {
        analyze(&[input], &settings, Window::default())
    })?;
    let options = ReportOptions {
        tool_version: env!("CARGO_PKG_VERSION").into(),
        rules_hash: rules.hash().to_owned(),
        min_severity: Severity::Info,
        max_bytes: MAX_BYTES,
        command: "analyze".into(),
    };
    let json = workers.run(|| report::render(&diagnosis, &options, Format::Json))?;
    stored::read(&json).context(name)
}
