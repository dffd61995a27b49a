//! The parts of the tables: one file for each table and day.
//!
//! In: records, a few at a time. Out: compressed files. The tables of a day are written side by side,
//! the days one after another: what compresses a table takes more than a megabyte.

use super::digest::{self, Archive, Line};
use super::entries::Records;
use super::store::{Store, StoreError, failed};
use super::wire::Packing;
use super::{tables, whole};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// Writes all tables, day by day, on the threads of the pool that this runs in.
pub fn write(records: &Records<'_>, archive: &Archive) -> Result<(), StoreError> {
    let mut days: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
    for line in &archive.lines {
        days.entry(line.day()).or_default().push(line);
    }
    let mut packing = Vec::new();
    let mut written = BTreeSet::new();
    for (day, lines) in &days {
        written.extend(write_day(records, day, lines, &mut packing)?);
    }
    remove_others(records.store, &written)
}

/// Writes the parts of one day; their paths below the archive. What compresses them is kept for the
/// next day.
fn write_day(
    records: &Records<'_>,
    day: &str,
    lines: &[&Line],
    packing: &mut Vec<Packing>,
) -> Result<Vec<String>, StoreError> {
    let root = records.store.root();
    let cannot = failed(root, "cannot be written");
    while packing.len() < tables::NAMES.len() {
        packing.push(Packing::new().map_err(&cannot)?);
    }
    let packers = packing.iter_mut().map(Packing::begin);
    let mut parts: Vec<_> = tables::NAMES.into_iter().zip(packers).collect();
    for some in lines.chunks(digest::AT_ONCE) {
        let loaded: Vec<_> = some
            .par_iter()
            .map(|line| records.load(line))
            .collect::<Result<_, _>>()?;
        parts.par_iter_mut().try_for_each(|(table, part)| {
            let mut both = some.iter().zip(&loaded);
            both.try_for_each(|(line, record)| tables::rows(table, record, &line.other_paths, part))
                .map_err(&cannot)
        })?;
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
fn remove_others(store: &Store, written: &BTreeSet<String>) -> Result<(), StoreError> {
    for table in tables::NAMES {
        let folder = store.root().join(format!("table={table}"));
        let cannot = failed(&folder, "cannot be cleaned up");
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
