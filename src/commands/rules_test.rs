//! `bundlescope rules test`: one rule file on real bundles.

use super::{Console, ExitStatus, inputs, progress};
use crate::analyze::{Settings, Workers};
use crate::ingest::Meter;
use crate::limits::Limits;
use crate::redact::Masker;
use crate::report::glyphs::visible;
use crate::rules::{self, RuleSet};
use crate::trial::{self, Line, MatcherTrial, Miss, Trial};
use anyhow::Context as _;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Characters shown of a line.
const WIDTH: usize = 240;

/// Runs the command.
pub(super) fn run(
    file: &Path,
    bundles: &[PathBuf],
    as_json: bool,
    console: &mut Console,
) -> anyhow::Result<ExitStatus> {
    let (id, rules) = load(file)?;
    let inputs = inputs(bundles)?;
    let workers = Workers::start(0)?;
    let meter = Meter::default();
    let settings = Settings {
        rules: &rules,
        limits: &Limits::RELEASE,
        workers: &workers,
        meter: &meter,
    };
    let mut trials = Vec::new();
    for input in &inputs {
        anyhow::ensure!(
            input.path.is_some(),
            "rules test reads each bundle twice and cannot use standard input; pass a file"
        );
        let tried = progress::during(&meter, console.progress, || {
            trial::run(input, &settings, &id)
        })?;
        trials.push(
            tried.context(
                "the rule is missing from its own rule set; please report this as a bug",
            )?,
        );
    }
    let text = if as_json {
        let fired = trials.iter().any(|trial| trial.fired);
        let bundles: Vec<Value> = trials.iter().map(bundle_json).collect();
        let all = json!({"rule": id, "fired": fired, "bundles": bundles});
        serde_json::to_string_pretty(&all)? + "\n"
    } else {
        words(&id, &trials)?
    };
    console.out.write_all(text.as_bytes())?;
    console.out.flush()?;
    Ok(if trials.iter().any(|trial| trial.fired) {
        ExitStatus::Clean
    } else {
        // Like a search that finds nothing.
        ExitStatus::Findings
    })
}

/// The id of the one rule in the file, and the set of it and the built-in rules.
pub(super) fn load(file: &Path) -> anyhow::Result<(String, RuleSet)> {
    anyhow::ensure!(
        !file.is_dir(),
        "{}: is a folder; pass one rule file, then the bundles",
        file.display()
    );
    let files = rules::load_folder(file)?;
    let rules = RuleSet::builtin_and(&files).map_err(|errors| {
        let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{}", said.join("\n"))
    })?;
    let own = |rule: &&rules::Rule| files.iter().any(|(name, _)| *name == rule.file);
    let id = rules
        .rules()
        .iter()
        .find(own)
        .map(|rule| rule.id.to_string());
    let id = id.with_context(|| format!("{}: contains no rule", file.display()))?;
    Ok((id, rules))
}

/// Words of the bundle as they may be shown: without secrets, and on one line.
fn shown(text: &str) -> String {
    let clean = visible(&Masker::default().text(text));
    match clean.char_indices().nth(WIDTH) {
        Some((at, _)) => {
            let head = format!("{}…", clean.get(..at).unwrap_or_default());
            // Half a mask may look like a secret.
            Masker::default().text(&head)
        }
        None => clean,
    }
}

/// Where a line stands; names of entries may hold secrets as well.
fn place(at: &str) -> String {
    visible(&Masker::default().text(at))
}

/// All trials in text.
fn words(id: &str, trials: &[Trial]) -> Result<String, std::fmt::Error> {
    let mut text = format!("{id}\n");
    for trial in trials {
        let outcome = match trial.outcome {
            "not_checked" => "not checked",
            "not_seen" => "not seen",
            other => other,
        };
        let unit = if outcome == "counted" {
            "line"
        } else {
            "finding"
        };
        write!(text, "\n{}: {outcome}", visible(&trial.bundle))?;
        if trial.findings > 0 {
            write!(text, ", {}", plural(trial.findings, unit))?;
        }
        if !trial.reason.is_empty() {
            write!(text, ": {}", shown(&trial.reason))?;
        }
        text.push('\n');
        if trial.gaps > 0 {
            let parts = plural(trial.gaps as u64, "part");
            writeln!(
                text,
                "  {parts} of it could not be read; `bundlescope inspect` lists them"
            )?;
        }
        if trial.matchers.is_empty() {
            writeln!(
                text,
                "  the rule has no matchers; it is a built-in check, written in Rust"
            )?;
        }
        for matcher in &trial.matchers {
            matcher_words(&mut text, matcher)?;
        }
    }
    Ok(text)
}

/// One matcher in text.
fn matcher_words(text: &mut String, matcher: &MatcherTrial) -> std::fmt::Result {
    let asks = matcher.asks.as_ref();
    let asks = asks.map_or(String::new(), |asks| format!(" ({asks} required)"));
    let hits = plural(matcher.hits, "hit");
    writeln!(text, "  {}: {hits}{asks}", matcher.name)?;
    lines_words(text, &matcher.lines, matcher.hits)?;
    for miss in &matcher.misses {
        let least = if miss.at_least { "at least " } else { "" };
        let count = plural(miss.count, "near miss");
        writeln!(text, "    {least}{count}, {}", shown(&miss.condition))?;
        lines_words(text, &miss.lines, miss.count)?;
    }
    Ok(())
}

/// The first lines in text.
fn lines_words(text: &mut String, lines: &[Line], all: u64) -> std::fmt::Result {
    for line in lines {
        writeln!(text, "      {}", place(&line.at))?;
        writeln!(text, "        {}", shown(&line.text))?;
        if !line.explained_by.is_empty() {
            writeln!(text, "        also: {}", line.explained_by.join(", "))?;
        }
    }
    let more = all.saturating_sub(lines.len() as u64);
    if more > 0 && !lines.is_empty() {
        writeln!(text, "      and {more} more")?;
    }
    Ok(())
}

/// `1 hit`, `2 hits`, `3 near misses`.
fn plural(count: u64, word: &str) -> String {
    let ending = match (count, word.ends_with('s')) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{count} {word}{ending}")
}

/// One bundle as JSON.
fn bundle_json(trial: &Trial) -> Value {
    let line = |line: &Line| json!({"at": place(&line.at), "text": shown(&line.text), "also": line.explained_by});
    let lines = |lines: &[Line]| lines.iter().map(line).collect::<Vec<_>>();
    let miss = |miss: &Miss| json!({"failed": shown(&miss.condition), "count": miss.count, "at_least": miss.at_least, "lines": lines(&miss.lines)});
    let matcher = |matcher: &MatcherTrial| {
        let misses: Vec<Value> = matcher.misses.iter().map(miss).collect();
        json!({"id": matcher.name, "hits": matcher.hits, "asks": matcher.asks, "lines": lines(&matcher.lines), "near_misses": misses})
    };
    let matchers: Vec<Value> = trial.matchers.iter().map(matcher).collect();
    json!({"bundle": visible(&trial.bundle), "fired": trial.fired, "outcome": trial.outcome, "reason": shown(&trial.reason), "findings": trial.findings, "gaps": trial.gaps, "matchers": matchers})
}
