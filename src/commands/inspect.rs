//! `bundlescope inspect`: what is in a bundle.

mod uploads;
mod wrap;

use super::{Console, ExitStatus, inputs, memory, progress};
use crate::analyze::{Settings, collect};
use crate::cli::InspectArgs;
use crate::commands::inspect::wrap::wrapped;
use crate::diagnose::coverage;
use crate::evidence::Evidence;
use crate::ingest::{InputFacts, Meter};
use crate::redact;
use crate::report::glyphs::visible;
use jiff::Timestamp;
use std::fmt::Write as _;
use std::io::Write as _;

/// Where the values of the bundle's own lines begin.
const VALUES: usize = 12;

/// Runs the command.
pub(super) fn run(args: &InspectArgs, console: &mut Console) -> anyhow::Result<ExitStatus> {
    let inputs = inputs(&args.input.bundles)?;
    let workers = memory::workers(args.input.threads, memory::bytes(&inputs))?;
    let rules = super::rules::load(&args.input.rules)?;
    let meter = Meter::default();
    let settings = Settings {
        rules: &rules,
        limits: &super::inputs::limits(&args.input),
        workers: &workers,
        meter: &meter,
    };
    let (evidence, facts) =
        progress::during(&meter, console.progress, || collect(&inputs, &settings))?;
    console
        .out
        .write_all(masked(&describe(&evidence, &facts)?)?.as_bytes())?;
    console.out.flush()?;
    Ok(ExitStatus::Clean)
}

/// The answer without secrets: names of files and messages of a collector may hold them. Masking
/// is given as many rounds as a report has; nothing that is left is printed.
fn masked(text: &str) -> anyhow::Result<String> {
    let (clean, _) = redact::mask(text);
    let left = redact::check::left(&clean, &[&clean], &redact::Secrets::default());
    match left {
        None => Ok(clean.into_owned()),
        Some(left) => anyhow::bail!(
            "the output still contained a secret ({}, from {}), so it was not printed; please report this as a bug",
            left.kind,
            left.source
        ),
    }
}

/// The answer in text.
fn describe(evidence: &Evidence, facts: &[InputFacts]) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    for input in facts {
        writeln!(
            text,
            "bundle      {} ({} bytes)\nsha256      {}",
            visible(&input.name),
            input.bytes,
            input.sha256
        )?;
    }
    writeln!(text, "format      {}", evidence.layout.format)?;
    let because = words(&evidence.layout.reason);
    text.push_str(&wrapped("because", VALUES, &because));
    writeln!(
        text,
        "captured    {} ({})",
        time(evidence.capture.at),
        evidence.capture.known_by
    )?;
    writeln!(
        text,
        "read        {} entries, {} bytes",
        evidence.entries, evidence.bytes
    )?;
    let nodes: Vec<&str> = evidence
        .index
        .nodes()
        .map(|(object, _)| object.key().name.as_str())
        .collect();
    if !nodes.is_empty() && evidence.layout.uploads.is_empty() {
        let nodes = words(&format!("{}: {}", nodes.len(), some(&nodes, 12)));
        text.push_str(&wrapped("nodes", VALUES, &nodes));
    }
    for (component, versions) in evidence.inventory.iter() {
        let said: Vec<String> = versions
            .iter()
            .map(|fact| format!("{} ({})", fact.version, fact.count))
            .collect();
        let said: Vec<&str> = said.iter().map(String::as_str).collect();
        let said = words(&some(&said, 6));
        text.push_str(&wrapped(&format!("{component} "), VALUES, &said));
    }
    let kinds: Vec<String> = evidence
        .index
        .kinds()
        .into_iter()
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    if !kinds.is_empty() {
        text.push_str(&wrapped("objects", VALUES, &kinds));
    }
    text.push_str(&uploads::uploads(evidence)?);
    text.push_str(&sources(evidence)?);
    writeln!(text, "\ngaps        {}", evidence.gaps.len())?;
    for gap in evidence.gaps.iter().take(40) {
        writeln!(text, "  {}", visible(&gap.locator.to_string()))?;
        let reason = words(&gap.reason.to_string());
        text.push_str(&wrapped("", 4, &reason));
    }
    if evidence.gaps.len() > 40 {
        writeln!(
            text,
            "  and {} more; `bundlescope analyze` reports all of them",
            evidence.gaps.len() - 40
        )?;
    }
    Ok(text)
}

/// The words of a text.
fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

/// The sources of evidence, those of one node together, in 80 columns.
fn sources(evidence: &Evidence) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    let mut row = |cells: [&str; 5]| {
        let [source, first, last, entries, bytes] = cells;
        let line = format!("{source:<22} {first:<20} {last:<20} {entries:>5} {bytes:>9}");
        writeln!(text, "{}", line.trim_end())
    };
    row([""; 5])?;
    row(["SOURCE", "FIRST", "LAST", "FILES", "BYTES"])?;
    let mut sources = coverage::sources(evidence);
    sources.sort_by(|a, b| (&a.node, &a.component).cmp(&(&b.node, &b.component)));
    for of_node in sources.chunk_by(|a, b| a.node == b.node) {
        let node = of_node.first().and_then(|source| source.node.as_deref());
        let indent = if let Some(node) = node {
            row([&visible(node), "", "", "", ""])?;
            "  "
        } else {
            ""
        };
        for source in of_node {
            row([
                &format!("{indent}{}", source.component),
                &time(source.first),
                &time(source.last),
                &source.entries.to_string(),
                &source.bytes.to_string(),
            ])?;
        }
    }
    Ok(text)
}

/// A time without its fraction, or a dash.
fn time(at: Option<Timestamp>) -> String {
    at.map_or_else(
        || "-".into(),
        |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    )
}

/// The first few of many.
fn some(items: &[&str], most: usize) -> String {
    let shown = items
        .iter()
        .take(most)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    if items.len() > most {
        format!("{shown} and {} more", items.len() - most)
    } else {
        shown
    }
}
