//! What is kept in memory of a whole archive: a few hundred bytes for each case.
//!
//! In: records, one at a time. Out: an [`Archive`] that the index and the comparison with the last run
//! are made from. Rules are numbered, and what a rule could see is a bit, so that thousands of cases
//! are no more than a few megabytes.

use super::record::{Case, CaseRecord, Class, Reading};
use super::similar::{Corpus, Traits, traits_of};
use super::store::{Key, Store, StoreError, report_name};
use super::tables;
use crate::diagnose::{Outcome, State};
use crate::report::words::cut;
use crate::severity::Severity;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// One case, as the index tells it.
#[derive(Debug, Clone)]
pub struct Line {
    /// Where its record lies; `None` where it could not be read.
    pub key: Option<Key>,
    /// Its place.
    pub location: String,
    /// Other places of the same content, in order.
    pub other_paths: Vec<String>,
    /// Its name.
    pub case: String,
    /// Hash of its content; empty where it could not be read.
    pub sha256: String,
    /// Bytes on disk.
    pub bytes: u64,
    /// Day of the capture, for the tables.
    pub day: String,
    /// What was read; or why nothing was.
    pub read: Result<ReadLine, String>,
}

/// What the index tells of a case that was read.
#[derive(Debug, Clone)]
pub struct ReadLine {
    /// When it was taken.
    pub captured_at: Option<String>,
    /// Day of the capture; empty where it is not known.
    pub captured: String,
    /// Version of Kubernetes.
    pub version: String,
    /// Cloud.
    pub cloud: String,
    /// Format.
    pub format: String,
    /// Class.
    pub class: Class,
    /// Highest severity of a finding that has not ended.
    pub open: Option<Severity>,
    /// Its first incident, or its first sentence where there is none.
    pub headline: String,
    /// Name of the report.
    pub report: String,
    /// Rules that could look.
    pub ran: usize,
    /// Rules.
    pub checks: usize,
    /// Error lines that no rule explains.
    pub unknown_lines: u64,
    /// Nodes whose archives are missing.
    pub missing_nodes: Vec<String>,
    /// Numbers of the rules that fired, each once, with the highest severity.
    pub hits: Vec<(usize, Severity)>,
    /// Bits of the rules that could not look.
    blind: Vec<u64>,
}

impl ReadLine {
    /// Whether this rule could not look at the case; one that the case's run did not know could not.
    pub fn is_blind(&self, rule: usize) -> bool {
        let word = self.blind.get(rule / 64).copied().unwrap_or_default();
        word & (1 << (rule % 64)) != 0
    }

    /// Whether this rule fired.
    pub fn has(&self, rule: usize) -> bool {
        self.hits
            .binary_search_by_key(&rule, |(hit, _)| *hit)
            .is_ok()
    }
}

/// A rule that fired somewhere in the archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signature {
    /// Its id.
    pub rule: String,
    /// Its category; empty where it fired nowhere.
    pub category: String,
    /// The highest severity of its findings.
    pub severity: Option<Severity>,
    /// Cases in which it fired.
    pub cases: usize,
    /// Cases in which it could look.
    pub looked: usize,
}

/// A template that no rule explains.
#[derive(Debug, Clone, Default)]
pub struct Template {
    /// Numbers of the cases that have it.
    pub cases: Vec<usize>,
    /// Lines of all cases.
    pub lines: u64,
}

/// An archive.
#[derive(Debug, Clone, Default)]
pub struct Archive {
    /// Cases by location.
    pub lines: Vec<Line>,
    /// All rules by number.
    pub signatures: Vec<Signature>,
    /// Templates by id.
    pub templates: BTreeMap<String, Template>,
    /// What the cases show that were read, in their order.
    pub corpus: Corpus,
}

/// A record, shrunk; rules are still named. Made side by side, and joined in order.
pub struct Shrunk {
    line: Line,
    rules: Vec<(String, bool)>,
    hits: Vec<(String, String, Severity)>,
    templates: Vec<(String, u64)>,
    traits: Traits,
}

impl Shrunk {
    /// What is kept of a record.
    pub fn of(record: &CaseRecord) -> Self {
        let case = record.case();
        let rules = case.map(|case| &case.coverage).into_iter().flatten();
        let findings = case.map(|case| &case.findings).into_iter().flatten();
        let unknown = case.map(|case| &case.unknown).into_iter().flatten();
        Self {
            line: Line::of(record),
            rules: rules
                .map(|row| (row.rule_id.clone(), row.outcome == Outcome::NotChecked))
                .collect(),
            hits: findings
                .map(|row| (row.rule_id.clone(), row.category.clone(), row.severity))
                .collect(),
            templates: unknown
                .map(|row| (row.template_id.clone(), row.count))
                .collect(),
            traits: traits_of(record),
        }
    }
}

impl Shrunk {
    /// Where the bundle is.
    pub fn location(&self) -> &str {
        &self.line.location
    }

    /// Hash of its content; empty where that is not known.
    pub fn sha256(&self) -> &str {
        &self.line.sha256
    }

    /// Adds another place of the same content.
    pub fn add_path(&mut self, path: &str) {
        self.line.other_paths.push(path.to_owned());
    }
}

impl Line {
    /// The class as a word; `unreadable` where there is none.
    pub fn class(&self) -> &'static str {
        match &self.read {
            Ok(read) => read.class.as_str(),
            Err(_) => "unreadable",
        }
    }

    /// The line of a record, without its rules.
    pub fn of(record: &CaseRecord) -> Self {
        let read = match &record.reading {
            Reading::Read(case) => Ok(read_line(record, case)),
            Reading::Unreadable(unreadable) => Err(unreadable.reason.clone()),
        };
        Self {
            key: read.is_ok().then(|| Key::of(record)),
            location: record.location.clone(),
            other_paths: vec![],
            case: record.case.clone(),
            sha256: record.keys.bundle_sha256.clone(),
            bytes: record.bytes,
            day: tables::day(record).to_owned(),
            read,
        }
    }
}

/// What the index tells of a case that was read.
fn read_line(record: &CaseRecord, case: &Case) -> ReadLine {
    let captured = case.captured_at.as_deref().and_then(|at| at.get(..10));
    let blind = case
        .coverage
        .iter()
        .filter(|row| row.outcome == Outcome::NotChecked);
    let open = case
        .findings
        .iter()
        .filter(|row| row.state != State::Resolved);
    ReadLine {
        captured_at: case.captured_at.clone(),
        captured: captured.unwrap_or_default().to_owned(),
        version: case.k8s_version.clone(),
        cloud: case.cloud.clone(),
        format: case.format.clone(),
        class: case.class,
        open: open.map(|finding| finding.severity).max(),
        headline: headline(case),
        report: report_name(record),
        ran: case.coverage.len() - blind.count(),
        checks: case.coverage.len(),
        unknown_lines: case.unknown_lines,
        missing_nodes: case.missing_nodes.clone(),
        hits: vec![],
        blind: vec![],
    }
}

/// What is said of a case in one line: its first incident; where nothing explains it and nothing is an
/// incident, the first of its unexplained lines; else its first sentence.
fn headline(case: &Case) -> String {
    match (case.first_incident(), case.unknown.first()) {
        (Some(incident), _) => incident.title.clone(),
        (None, Some(unknown)) if case.class == Class::Unexplained => {
            let template = cut(&unknown.text, TEMPLATE);
            format!(
                "no incident; {} of {}: {template}",
                unknown.severity, unknown.component
            )
        }
        _ => case.verdict.clone(),
    }
}

/// Characters of an unexplained template in a headline.
const TEMPLATE: usize = 160;

/// The digest of an archive that lies on disk, on the threads of the pool that this runs in.
///
/// # Errors
///
/// A record cannot be read.
pub fn of_store(store: &Store) -> Result<Archive, StoreError> {
    let keys = store.keys()?;
    let load = |key| store.load(key).map(|record| Shrunk::of(&record));
    let mut cases: Vec<Shrunk> = keys.par_iter().map(load).collect::<Result<_, _>>()?;
    cases.extend(store.unreadable()?.iter().map(Shrunk::of));
    cases.sort_by(|a, b| a.location().cmp(b.location()));
    Ok(join(cases))
}

/// Joins what was kept of records, in the order of their locations.
pub fn join(shrunk: impl IntoIterator<Item = Shrunk>) -> Archive {
    let mut archive = Archive::default();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for mut one in shrunk {
        let place = archive.lines.len();
        for (rule, _) in &one.rules {
            if !numbers.contains_key(rule) {
                numbers.insert(rule.clone(), numbers.len());
                archive.signatures.push(Signature {
                    rule: rule.clone(),
                    ..Signature::default()
                });
            }
        }
        if let Ok(read) = &mut one.line.read {
            number(
                read,
                &one.rules,
                &one.hits,
                &numbers,
                &mut archive.signatures,
            );
        }
        for (id, lines) in one.templates {
            let template = archive.templates.entry(id).or_default();
            template.cases.push(place);
            template.lines += lines;
        }
        // Only cases that were read are compared with others.
        if one.line.read.is_ok() {
            archive.corpus.push(&one.traits);
        }
        archive.lines.push(one.line);
    }
    archive
}

/// Numbers the rules of one case and adds it to what they saw.
fn number(
    read: &mut ReadLine,
    rules: &[(String, bool)],
    hits: &[(String, String, Severity)],
    numbers: &BTreeMap<String, usize>,
    signatures: &mut [Signature],
) {
    for (rule, blind) in rules {
        let Some(&number) = numbers.get(rule) else {
            continue;
        };
        if *blind {
            let words = read.blind.len().max(number / 64 + 1);
            read.blind.resize(words, 0);
            read.blind[number / 64] |= 1 << (number % 64);
        } else {
            signatures[number].looked += 1;
        }
    }
    let mut worst: BTreeMap<usize, Severity> = BTreeMap::new();
    for (rule, category, severity) in hits {
        let Some(&number) = numbers.get(rule) else {
            continue;
        };
        let known = worst.entry(number).or_insert(*severity);
        *known = (*known).max(*severity);
        let signature = &mut signatures[number];
        signature.severity = signature.severity.max(Some(*severity));
        signature.category.clone_from(category);
    }
    for number in worst.keys() {
        signatures[*number].cases += 1;
    }
    read.hits = worst.into_iter().collect();
}

impl Archive {
    /// The cases that were read, with their numbers.
    pub fn read(&self) -> impl Iterator<Item = (usize, &Line, &ReadLine)> {
        let lines = self.lines.iter().enumerate();
        lines.filter_map(|(place, line)| Some((place, line, line.read.as_ref().ok()?)))
    }

    /// Number of cases that were read.
    pub fn readable(&self) -> usize {
        self.read().count()
    }

    /// Number of cases of a class.
    pub fn of_class(&self, class: Class) -> usize {
        self.read().filter(|(.., read)| read.class == class).count()
    }
}
