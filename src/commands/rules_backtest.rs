//! `bundlescope rules test RULE --archive OUTDIR`: what a rule would have said of years of bundles.
//!
//! The bundle of each case is read again, from where the archive says that it is. What the rule
//! takes from others is told by comparing with the same bundle without it: the case's record where
//! that was made by these rules, a further reading where not.

use super::rules_test::load;
use super::{Console, ExitStatus, progress};
use crate::analyze::{Settings, Workers, analyze};
use crate::batch::CaseRecord;
use crate::batch::store::Store;
use crate::commands::inputs::input;
use crate::diagnose::Window;
use crate::ingest::{Input, Meter};
use crate::limits::Limits;
use crate::report::glyphs::visible;
use crate::report::words::{number, plural};
use crate::rules::RuleSet;
use crate::trial::{self, Trial};
use anyhow::Context as _;
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// Rows shown of a list.
const SHOWN: usize = 20;

/// What a rule does over an archive.
#[derive(Debug, Default)]
struct Sum {
    /// Cases that were tried.
    tried: usize,
    /// Cases in which it has findings.
    found: Vec<Case>,
    /// Cases in which it could not look, by reason.
    blind: BTreeMap<String, usize>,
    /// Cases that could not be tried, and why.
    failed: Vec<(String, String)>,
    /// Findings and cases taken from each other rule.
    taken: BTreeMap<String, (usize, usize)>,
    /// Error lines that no rule explained before, and cases with such.
    explained: (u64, usize),
    /// Rules that hit lines of its as well, and in how many cases.
    also: BTreeMap<String, usize>,
    /// Hits.
    hits: u64,
    /// Texts that had its words and failed another condition: each costs a closer look.
    near: u64,
}

/// A case in which the rule fired.
#[derive(Debug)]
struct Case {
    name: String,
    findings: u64,
    hits: u64,
}

/// Runs the command.
pub(super) fn run(
    file: &Path,
    archive: &Path,
    as_json: bool,
    console: &mut Console,
) -> anyhow::Result<ExitStatus> {
    let (id, rules) = load(file)?;
    let archive = Store::open(archive)?;
    let workers = Workers::start(0)?;
    let meter = Meter::default();
    let settings = Settings {
        rules: &rules,
        limits: &Limits::RELEASE,
        workers: &workers,
        meter: &meter,
    };
    let built_in = RuleSet::builtin();
    let mut sum = Sum::default();
    for key in archive.keys()? {
        let record = archive.load(&key)?;
        if record.case().is_none() {
            continue;
        }
        let tried = progress::during(&meter, console.progress, || {
            try_case(&record, &settings, &built_in, &id)
        });
        match tried {
            Ok((trial, before)) => sum.add(&record.case, &id, &trial, &before),
            Err(error) => {
                let case = record.case.clone();
                sum.failed.push((case, format!("{error:#}")));
            }
        }
    }
    anyhow::ensure!(
        sum.tried > 0 || sum.failed.is_empty(),
        "none of the bundles can be read again; run this command where `bundlescope batch` ran: {}",
        sum.failed.first().map_or("", |(_, why)| why.as_str())
    );
    sum.found
        .sort_by(|a, b| (Reverse(a.hits), &a.name).cmp(&(Reverse(b.hits), &b.name)));
    let text = if as_json {
        serde_json::to_string_pretty(&sum.json(&id))? + "\n"
    } else {
        sum.words(&id)?
    };
    console.out.write_all(text.as_bytes())?;
    console.out.flush()?;
    Ok(if sum.found.is_empty() {
        // Like a search that finds nothing.
        ExitStatus::Findings
    } else {
        ExitStatus::Clean
    })
}

/// What a bundle says without the rule.
struct Before {
    findings: BTreeSet<(String, String)>,
    unknown_lines: u64,
}

/// Tries the rule on the bundle of a case.
fn try_case(
    record: &CaseRecord,
    settings: &Settings<'_>,
    built_in: &RuleSet,
    id: &str,
) -> anyhow::Result<(Trial, Before)> {
    let input = input(Path::new(&record.location))?;
    let trial = trial::run(&input, settings, id)?;
    let trial =
        trial.context("the rule is missing from its own rule set; please report this as a bug")?;
    let same = record.keys.rules_hash == built_in.hash()
        && record.keys.tool_version == env!("CARGO_PKG_VERSION");
    let before = match record.case().filter(|_| same) {
        Some(case) => Before {
            findings: case
                .findings
                .iter()
                .map(|finding| (finding.rule_id.clone(), finding.fingerprint.clone()))
                .collect(),
            unknown_lines: case.unknown_lines,
        },
        None => without(input, settings, built_in)?,
    };
    Ok((trial, before))
}

/// What a bundle says with the built-in rules alone.
fn without(input: Input, settings: &Settings<'_>, built_in: &RuleSet) -> anyhow::Result<Before> {
    let settings = Settings {
        rules: built_in,
        ..*settings
    };
    let diagnosis = analyze(&[input], &settings, Window::default())?;
    Ok(Before {
        findings: trial::all_findings(&diagnosis),
        unknown_lines: trial::unknown_lines(&diagnosis),
    })
}

impl Sum {
    /// Adds what the rule did with one case.
    fn add(&mut self, case: &str, id: &str, trial: &Trial, before: &Before) {
        self.tried += 1;
        let hits = trial.matchers.iter().map(|matcher| matcher.hits).sum();
        self.hits += hits;
        let misses = trial.matchers.iter().flat_map(|matcher| &matcher.misses);
        self.near += misses.map(|miss| miss.count).sum::<u64>();
        if trial.fired {
            self.found.push(Case {
                name: case.to_owned(),
                findings: trial.findings,
                hits,
            });
        } else if trial.outcome == "not_checked" {
            *self.blind.entry(trial.reason.clone()).or_default() += 1;
        }
        let explained = before.unknown_lines.saturating_sub(trial.unknown_lines);
        if explained > 0 {
            self.explained.0 += explained;
            self.explained.1 += 1;
        }
        let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
        for (rule, _) in before.findings.difference(&trial.all_findings) {
            if rule != id {
                *taken.entry(rule).or_default() += 1;
            }
        }
        for (rule, findings) in taken {
            let known = self.taken.entry(rule.to_owned()).or_default();
            known.0 += findings;
            known.1 += 1;
        }
        let lines = trial.matchers.iter().flat_map(|matcher| &matcher.lines);
        let also: BTreeSet<&String> = lines.flat_map(|line| &line.explained_by).collect();
        for rule in also {
            *self.also.entry(rule.clone()).or_default() += 1;
        }
    }

    /// The sum in text.
    fn words(&self, id: &str) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        let findings: u64 = self.found.iter().map(|case| case.findings).sum();
        writeln!(
            text,
            "{id}: found in {} of {}; findings: {}, hits: {}",
            number(self.found.len() as u64),
            plural(self.tried, "case"),
            number(findings),
            number(self.hits)
        )?;
        for case in self.found.iter().take(SHOWN) {
            let (name, hits) = (visible(&case.name), number(case.hits));
            writeln!(text, "  {name}: findings: {}, hits: {hits}", case.findings)?;
        }
        more(&mut text, self.found.len())?;
        writeln!(
            text,
            "newly explained: {} error lines in {}",
            number(self.explained.0),
            plural(self.explained.1, "case")
        )?;
        if self.taken.is_empty() {
            writeln!(text, "taken from other rules: nothing")?;
        } else {
            writeln!(text, "taken from other rules:")?;
        }
        for (rule, (findings, cases)) in self.taken.iter().take(SHOWN) {
            let (findings, cases) = (plural(*findings, "finding"), plural(*cases, "case"));
            writeln!(text, "  {rule}: {findings} in {cases}")?;
        }
        more(&mut text, self.taken.len())?;
        if !self.also.is_empty() {
            writeln!(text, "other rules also hit some of the lines:")?;
        }
        for (rule, cases) in self.also.iter().take(SHOWN) {
            writeln!(text, "  {rule}: in {}", plural(*cases, "case"))?;
        }
        more(&mut text, self.also.len())?;
        writeln!(
            text,
            "cost: {} candidate lines for {} hits",
            number(self.hits + self.near),
            number(self.hits)
        )?;
        let blind: usize = self.blind.values().sum();
        if blind > 0 {
            writeln!(text, "could not run in {}:", plural(blind, "case"))?;
            let mut reasons: Vec<_> = self.blind.iter().collect();
            reasons.sort_by_key(|(reason, cases)| (Reverse(**cases), reason.as_str()));
            for (reason, cases) in reasons.into_iter().take(SHOWN) {
                writeln!(text, "  {}: {cases}", visible(reason))?;
            }
            more(&mut text, self.blind.len())?;
        }
        if !self.failed.is_empty() {
            let failed = plural(self.failed.len(), "case");
            writeln!(text, "{failed} could not be read again:")?;
            for (case, why) in self.failed.iter().take(SHOWN) {
                writeln!(text, "  {}: {}", visible(case), visible(why))?;
            }
            more(&mut text, self.failed.len())?;
        }
        Ok(text)
    }

    /// The sum as JSON.
    fn json(&self, id: &str) -> Value {
        let found = self.found.iter().map(|case| {
            json!({"case": visible(&case.name), "findings": case.findings, "hits": case.hits})
        });
        let found: Vec<Value> = found.collect();
        let taken = self.taken.iter().map(
            |(rule, (findings, cases))| json!({"rule": rule, "findings": findings, "cases": cases}),
        );
        let taken: Vec<Value> = taken.collect();
        let failed = self
            .failed
            .iter()
            .map(|(case, why)| json!({"case": visible(case), "reason": visible(why)}));
        let failed: Vec<Value> = failed.collect();
        json!({
            "rule": id,
            "cases_tried": self.tried,
            "cases_found": found,
            "hits": self.hits,
            "newly_explained": {"lines": self.explained.0, "cases": self.explained.1},
            "taken": taken,
            "also_hit_by": self.also,
            "closer_looks": self.hits + self.near,
            "not_checked": self.blind,
            "not_read": failed,
        })
    }
}

/// What is said of rows that are not shown.
fn more(text: &mut String, all: usize) -> std::fmt::Result {
    match all.saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(text, "  and {more} more; --json lists all"),
    }
}
