//! What is kept in memory of a whole archive: a few hundred bytes for each case.
//!
//! In: records, a few at a time. Out: an [`Archive`] that the index and the comparison with the last run
//! are made from. Rules are numbered, and what a rule could see is a bit, so that thousands of cases
//! are no more than a few megabytes.

use super::record::{Case, CaseRecord, Class, Reading};
use super::similar::{Corpus, traits};
use super::store::{Key, Store, StoreError, report_name};
use super::tables::NO_DAY;
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
    /// What was read; or why nothing was.
    pub read: Result<ReadLine, String>,
}

/// What the index tells of a case that was read.
#[derive(Debug, Clone)]
pub struct ReadLine {
    /// When it was taken.
    pub captured_at: Option<String>,
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
    /// Day of the capture; empty where it is not known.
    pub fn captured(&self) -> &str {
        day_of(self.captured_at.as_deref()).unwrap_or_default()
    }

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

/// The day of a time in RFC 3339.
fn day_of(at: Option<&str>) -> Option<&str> {
    at.and_then(|at| at.get(..10))
}

impl Line {
    /// Day of the capture, for the tables.
    pub fn day(&self) -> &str {
        let read = self.read.as_ref().ok();
        day_of(read.and_then(|read| read.captured_at.as_deref())).unwrap_or(NO_DAY)
    }

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
            read,
        }
    }
}

/// What the index tells of a case that was read.
fn read_line(record: &CaseRecord, case: &Case) -> ReadLine {
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

/// Records that are in memory at once while a digest is made of them: each is dozens of times as large
/// as what is kept of it.
pub const AT_ONCE: usize = 4;

/// Loads records side by side, on the threads of the pool that this runs in, and hands them over in the
/// order of the items.
pub fn each<'i, I: Sync, R: Send>(
    items: &'i [I],
    load: impl Fn(&I) -> Result<R, StoreError> + Sync,
    mut take: impl FnMut(&'i I, R),
) -> Result<(), StoreError> {
    for some in items.chunks(AT_ONCE) {
        let loaded: Vec<R> = some.par_iter().map(&load).collect::<Result<_, _>>()?;
        for (item, record) in some.iter().zip(loaded) {
            take(item, record);
        }
    }
    Ok(())
}

/// The digest of an archive that lies on disk, on the threads of the pool that this runs in.
///
/// # Errors
///
/// A record cannot be read.
pub fn of_store(store: &Store) -> Result<Archive, StoreError> {
    let keys = store.keys()?;
    let unreadable = store.unreadable()?;
    let mut order: Vec<(String, Result<&Key, &CaseRecord>)> = Vec::new();
    each(
        &keys,
        |key| store.location(key),
        |key, location| {
            order.push((location, Ok(key)));
        },
    )?;
    let failed = unreadable.iter();
    order.extend(failed.map(|record| (record.location.clone(), Err(record))));
    order.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut digest = Digest::default();
    let load = |(_, place): &(_, Result<&Key, &CaseRecord>)| match *place {
        Ok(key) => store.load(key),
        Err(record) => Ok(record.clone()),
    };
    each(&order, load, |_, record| {
        digest.add(&record);
    })?;
    Ok(digest.finish())
}

/// An archive in the making.
#[derive(Debug, Default)]
pub struct Digest {
    archive: Archive,
    /// Numbers of the rules.
    numbers: BTreeMap<String, usize>,
}

impl Digest {
    /// One for so many cases.
    pub fn of(cases: usize) -> Self {
        let mut digest = Self::default();
        digest.archive.lines.reserve_exact(cases);
        digest
    }

    /// Adds a record behind those before it, whose locations come before its own; the number of its
    /// case.
    pub fn add(&mut self, record: &CaseRecord) -> usize {
        let place = self.archive.lines.len();
        let mut line = Line::of(record);
        if let (Ok(read), Some(case)) = (&mut line.read, record.case()) {
            self.looked(read, case);
            read.blind.shrink_to_fit();
            self.fired(read, case);
            for row in &case.unknown {
                let templates = &mut self.archive.templates;
                if !templates.contains_key(&row.template_id) {
                    templates.insert(row.template_id.clone(), Template::default());
                }
                if let Some(template) = templates.get_mut(&row.template_id) {
                    template.cases.push(place);
                    template.lines += row.count;
                }
            }
            // Only cases that were read are compared with others.
            self.archive.corpus.push(&traits(case));
        }
        self.archive.lines.push(line);
        place
    }

    /// Adds another place of a case's content.
    pub fn add_path(&mut self, case: usize, path: &str) {
        if let Some(line) = self.archive.lines.get_mut(case) {
            line.other_paths.push(path.to_owned());
        }
    }

    /// The archive.
    pub fn finish(self) -> Archive {
        self.archive
    }

    /// Numbers the rules of a case and tells which of them could look.
    fn looked(&mut self, read: &mut ReadLine, case: &Case) {
        for row in &case.coverage {
            let number = self.numbers.get(&row.rule_id).copied();
            let number = number.unwrap_or_else(|| {
                self.archive.signatures.push(Signature {
                    rule: row.rule_id.clone(),
                    ..Signature::default()
                });
                let fresh = self.numbers.len();
                self.numbers.insert(row.rule_id.clone(), fresh);
                fresh
            });
            if row.outcome == Outcome::NotChecked {
                let words = read.blind.len().max(number / 64 + 1);
                read.blind.resize(words, 0);
                read.blind[number / 64] |= 1 << (number % 64);
            } else {
                self.archive.signatures[number].looked += 1;
            }
        }
    }

    /// Tells which rules fired in a case.
    fn fired(&mut self, read: &mut ReadLine, case: &Case) {
        let mut worst: BTreeMap<usize, Severity> = BTreeMap::new();
        for row in &case.findings {
            let Some(&number) = self.numbers.get(&row.rule_id) else {
                continue;
            };
            let known = worst.entry(number).or_insert(row.severity);
            *known = (*known).max(row.severity);
            let signature = &mut self.archive.signatures[number];
            signature.severity = signature.severity.max(Some(row.severity));
            signature.category.clone_from(&row.category);
        }
        for number in worst.keys() {
            self.archive.signatures[*number].cases += 1;
        }
        read.hits = worst.into_iter().collect();
    }
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
