//! From records to everything that an archive shows: tables, summary, index.
//!
//! In: which records belong to the archive. Out: files. All of it is a function of the records, their
//! places, and what the archive showed before; so neither order, threads, interruptions nor the number
//! of workers change a byte. Records are read one at a time; only a digest of them stays in memory.

use super::digest::{self, Archive, Shrunk};
use super::entries::{Entry, Records};
use super::index::{self, Extras, Unexplained};
use super::neighbours::Beside;
use super::publication::Publication;
use super::record::{CaseRecord, Reading};
use super::runs::{Runs, Shown};
use super::store::{Rules, Store, StoreError, failed};
use super::wire::Packer;
use super::{summary, tables, whole};
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
    workers.run(|| write_tables(&records, &archive))?;
    workers.run(|| write_cases(&records, &archive))?;
    let extras = Extras {
        unexplained: &unexplained,
        runs: &runs,
        rules_hash: made.rules_hash,
        missing: made.missing,
    };
    write_pages(store, &index::pages(&archive, &extras)?)?;
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
    let shrunk: Vec<(&str, Option<Shrunk>)> = entries
        .par_iter()
        .map(|entry| {
            Ok((
                entry.location(),
                match entry {
                    Entry::Double { .. } => None,
                    Entry::Unreadable(record) => Some(Shrunk::of(record)),
                    Entry::Read { location, key } => {
                        let mut record = store.load(key)?;
                        if record.location != *location {
                            record.location.clone_from(location);
                            store.put_record(&record)?;
                        }
                        Some(Shrunk::of(&record))
                    }
                },
            ))
        })
        .collect::<Result<_, StoreError>>()?;
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    let mut cases: Vec<Shrunk> = Vec::with_capacity(shrunk.len());
    let mut more: Vec<(String, &str)> = Vec::new();
    for ((location, shrunk), entry) in shrunk.into_iter().zip(entries) {
        let sha256 = match (&shrunk, entry) {
            (Some(shrunk), _) => shrunk.sha256().to_owned(),
            (None, Entry::Double { sha256, .. }) => sha256.clone(),
            (None, _) => String::new(),
        };
        match shrunk {
            Some(shrunk) if sha256.is_empty() => cases.push(shrunk),
            Some(shrunk) if !first.contains_key(&sha256) => {
                first.insert(sha256, cases.len());
                cases.push(shrunk);
            }
            _ => more.push((sha256, location)),
        }
    }
    for (sha256, location) in more {
        if let Some(case) = first.get(&sha256).and_then(|place| cases.get_mut(*place)) {
            case.add_path(location);
        }
    }
    Ok(digest::join(cases))
}

/// Writes all tables, day by day.
fn write_tables(records: &Records<'_>, archive: &Archive) -> Result<(), StoreError> {
    let mut days: BTreeMap<&str, Vec<&digest::Line>> = BTreeMap::new();
    for line in &archive.lines {
        days.entry(&line.day).or_default().push(line);
    }
    let written: Vec<Vec<String>> = days
        .par_iter()
        .map(|(day, lines)| write_day(records, day, lines))
        .collect::<Result<_, StoreError>>()?;
    remove_other_parts(records.store, &written.into_iter().flatten().collect())
}

/// Writes the parts of one day; their paths below the archive.
fn write_day(
    records: &Records<'_>,
    day: &str,
    lines: &[&digest::Line],
) -> Result<Vec<String>, StoreError> {
    let root = records.store.root();
    let cannot = failed(root, "cannot be written");
    let mut parts = Vec::new();
    for table in tables::NAMES {
        parts.push((table, Packer::new().map_err(&cannot)?));
    }
    for line in lines {
        let record = records.load(line)?;
        for (table, part) in &mut parts {
            tables::rows(table, &record, &line.other_paths, part).map_err(&cannot)?;
        }
    }
    let mut written = Vec::new();
    for (table, part) in parts {
        let Some(packed) = part.finish().map_err(&cannot)? else {
            continue;
        };
        let name = format!("table={table}/day={day}/part-0.ndjson.zst");
        let path = root.join(&name);
        whole::update(&path, &packed).map_err(failed(&path, "cannot be written"))?;
        written.push(name);
    }
    Ok(written)
}

/// Removes parts of days that no case belongs to any more, and what a killed run left.
fn remove_other_parts(store: &Store, written: &BTreeSet<String>) -> Result<(), StoreError> {
    for table in tables::NAMES {
        let folder = store.root().join(format!("table={table}"));
        let cannot = failed(&folder, "cannot be tidied");
        for day in fs::read_dir(&folder).into_iter().flatten() {
            let day = day.map_err(&cannot)?;
            let mut left = 0;
            for part in fs::read_dir(day.path()).map_err(&cannot)? {
                let part = part.map_err(&cannot)?;
                let names = [day.file_name(), part.file_name()];
                let [day, name] = names.map(|name| name.to_string_lossy().into_owned());
                if written.contains(&format!("table={table}/{day}/{name}")) {
                    left += 1;
                } else {
                    fs::remove_file(part.path()).map_err(&cannot)?;
                }
            }
            if left == 0 {
                fs::remove_dir(day.path()).map_err(&cannot)?;
            }
        }
    }
    Ok(())
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
    let rows: Vec<String> = archive
        .lines
        .par_iter()
        .enumerate()
        .map(of_case)
        .collect::<Result<_, _>>()?;
    let csv = checked(summary::head() + &rows.concat(), Format::Text)?;
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
fn write_pages(store: &Store, pages: &[(String, String)]) -> Result<(), PublishError> {
    for (name, html) in pages {
        let html = checked(html.clone(), Format::Html)?;
        let path = store.root().join(name);
        whole::update(&path, html.as_bytes()).map_err(failed(&path, "cannot be written"))?;
    }
    let mut number = pages.len() + 1;
    loop {
        let path = store.root().join(index::page_name(number));
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
