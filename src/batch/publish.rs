//! From records to everything that an archive shows: tables, summary, index.
//!
//! In: which records belong to the archive. Out: files. All of it is a function of the records, their
//! places, and what the archive showed before; so neither order, threads, interruptions nor the number
//! of workers change a byte. Records are read one at a time; only a digest of them stays in memory.

use super::digest::{self, Archive, Digest};
use super::entries::{Entry, Records};
use super::index::{Extras, Pages, Unexplained, page_name};
use super::neighbours::Beside;
use super::parts;
use super::publication::Publication;
use super::record::{CaseRecord, Reading};
use super::runs::{Runs, Shown};
use super::store::{Rules, Store, StoreError, failed};
use super::{summary, whole};
use crate::analyze::Workers;
use crate::report::html::{similar_section, with_similar};
use crate::report::{Format, ReportError, checked};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// Templates that the index lists.
const TEMPLATES: usize = 25;

/// Of these, templates of a single case: they fill the list only where it is short.
const SINGLE: usize = 8;

/// Rows of the summary that wait for the ones before them.
const ROWS: usize = 256;

/// Why an archive could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// A file.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A page.
    #[error(transparent)]
    Report(#[from] ReportError),
}

/// What was written.
#[derive(Debug)]
pub struct Published {
    /// All cases.
    pub archive: Archive,
    /// The templates that most cases have.
    pub unexplained: Vec<Unexplained>,
    /// What was shown before.
    pub runs: Runs,
}

/// What the records were made with.
#[derive(Debug, Clone, Copy)]
pub struct Made<'a> {
    /// Hash of the rules.
    pub rules_hash: &'a str,
    /// The rules; `None` where only their hash is known.
    pub rules: Option<&'a Rules>,
    /// Cases that were not read because the run was stopped.
    pub missing: usize,
}

/// Writes everything that the archive shows. Of a run that was stopped nothing is removed, and later
/// runs compare with the one before it.
pub fn publish(
    store: &Store,
    workers: &Workers,
    mut entries: Vec<Entry>,
    made: Made<'_>,
) -> Result<Published, PublishError> {
    entries.sort_by(|a, b| a.location().cmp(b.location()));
    let archive = workers.run(|| digest(store, &entries))?;
    let records = Records {
        store,
        entries: &entries,
    };
    let unexplained = unexplained(&records, &archive)?;
    let runs = Runs::load(store).then(Shown::of(&archive, made.rules_hash));
    let publication = Publication::of(store, &archive, made.rules_hash);
    if made.missing == 0 && publication.is_there(store) {
        return Ok(Published {
            archive,
            unexplained,
            runs,
        });
    }
    store.unpublish()?;
    workers.run(|| parts::write(&records, &archive))?;
    workers.run(|| write_cases(&records, &archive))?;
    let extras = Extras {
        unexplained: &unexplained,
        runs: &runs,
        rules_hash: made.rules_hash,
        missing: made.missing,
    };
    let pages = Pages::new(&archive, &extras);
    workers.run(|| write_pages(store, &pages))?;
    if made.missing == 0 {
        tidy(&records, &archive, made)?;
        runs.save(store)?;
        publication.save(store)?;
    }
    Ok(Published {
        archive,
        unexplained,
        runs,
    })
}

/// The digest of all records; the same content at several places is one case, the first of them.
fn digest(store: &Store, entries: &[Entry]) -> Result<Archive, StoreError> {
    let mut digest = Digest::of(entries.len());
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    let mut more: Vec<(String, &str)> = Vec::new();
    digest::each(
        entries,
        |entry| entry.load(store),
        |entry, record| {
            let Some(record) = record else {
                if let Entry::Double { location, sha256 } = entry {
                    more.push((sha256.clone(), location));
                }
                return;
            };
            let sha256 = &record.keys.bundle_sha256;
            if first.contains_key(sha256) {
                more.push((sha256.clone(), entry.location()));
                return;
            }
            let case = digest.add(&record);
            // What could not even be hashed is the same as nothing else.
            if !sha256.is_empty() {
                first.insert(sha256.clone(), case);
            }
        },
    )?;
    for (sha256, location) in more {
        if let Some(case) = first.get(&sha256) {
            digest.add_path(*case, location);
        }
    }
    Ok(digest.finish())
}

/// Puts into each report the cases that look like it, and writes `summary.csv`.
fn write_cases(records: &Records<'_>, archive: &Archive) -> Result<(), PublishError> {
    let beside = Beside::new(records.store, archive);
    let of_case = |(place, line): (usize, &digest::Line)| {
        let record = records.load(line)?;
        if let (Some(case), Ok(read)) = (record.case(), &line.read) {
            let path = records.store.reports().join(&read.report);
            let page = fs::read_to_string(&path).map_err(failed(&path, "cannot be read"))?;
            let section = similar_section(&beside.like(place, case))?;
            let section = checked(section, Format::Html)?;
            // A page of another version has no place for it.
            if let Some(page) = with_similar(&page, &section) {
                whole::update(&path, page.as_bytes())
                    .map_err(failed(&path, "cannot be written"))?;
            }
        }
        Ok::<_, PublishError>(summary::row(&record))
    };
    let mut csv = summary::head();
    for (chunk, lines) in archive.lines.chunks(ROWS).enumerate() {
        let places = lines.par_iter().enumerate();
        let rows = places.map(|(at, line)| of_case((chunk * ROWS + at, line)));
        let rows: Vec<String> = rows.collect::<Result<_, _>>()?;
        csv.extend(rows);
    }
    let csv = checked(csv, Format::Text)?;
    let path = records.store.root().join("summary.csv");
    whole::update(&path, csv.as_bytes()).map_err(failed(&path, "cannot be written"))?;
    Ok(())
}

/// The templates that most cases have, with their words.
fn unexplained(records: &Records<'_>, archive: &Archive) -> Result<Vec<Unexplained>, StoreError> {
    let mut most: Vec<_> = archive.templates.iter().collect();
    most.sort_by(|(a, x), (b, y)| (y.cases.len(), y.lines, *a).cmp(&(x.cases.len(), x.lines, *b)));
    let several = most.iter().filter(|(_, template)| template.cases.len() > 1);
    most.truncate(several.count().clamp(SINGLE, TEMPLATES));
    let mut listed = Vec::new();
    for (id, template) in most {
        let lines = template
            .cases
            .iter()
            .filter_map(|case| archive.lines.get(*case));
        let cases: Vec<&digest::Line> = lines.collect();
        let Some(first) = cases.first() else { continue };
        let record = records.load(first)?;
        let Reading::Read(case) = &record.reading else {
            continue;
        };
        let Some(row) = case.unknown.iter().find(|row| row.template_id == *id) else {
            continue;
        };
        listed.push(Unexplained::new(row, template, &cases));
    }
    Ok(listed)
}

/// Writes the pages of the index and removes those that there are no cases for any more.
fn write_pages(store: &Store, pages: &Pages<'_>) -> Result<(), PublishError> {
    (1..=pages.count()).into_par_iter().try_for_each(|number| {
        let html = checked(pages.render(number)?, Format::Html)?;
        let path = store.root().join(page_name(number));
        whole::update(&path, html.as_bytes()).map_err(failed(&path, "cannot be written"))?;
        Ok::<_, PublishError>(())
    })?;
    let mut number = pages.count() + 1;
    loop {
        let path = store.root().join(page_name(number));
        if !path.is_file() {
            return Ok(());
        }
        fs::remove_file(&path).map_err(failed(&path, "cannot be removed"))?;
        number += 1;
    }
}

/// Removes what belongs to no case any more, and keeps what later runs want to know.
fn tidy(records: &Records<'_>, archive: &Archive, made: Made<'_>) -> Result<(), PublishError> {
    let store = records.store;
    if let Some(rules) = made.rules {
        store.put_rules(made.rules_hash, rules)?;
    }
    // Of a damaged file at two places only the first is a case.
    let cases: BTreeSet<&str> = archive
        .lines
        .iter()
        .map(|line| line.location.as_str())
        .collect();
    let unreadable = records.entries.iter().filter_map(|entry| match entry {
        Entry::Unreadable(record) => Some(&**record),
        Entry::Read { .. } | Entry::Double { .. } => None,
    });
    let unreadable: Vec<&CaseRecord> = unreadable
        .filter(|record| cases.contains(record.location.as_str()))
        .collect();
    store.put_unreadable(&unreadable)?;
    let lines = archive.lines.iter();
    let keys = lines.clone().filter_map(|line| line.key.clone()).collect();
    let mut reports = BTreeSet::new();
    for line in lines {
        if let Ok(read) = &line.read {
            reports.insert(read.report.clone());
        }
    }
    store.keep_only(&keys, &reports, made.rules_hash)?;
    Ok(())
}
