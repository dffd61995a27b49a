//! Errors that no rule explains, over a whole archive: what the next rules should be about.
//!
//! In: the records of an archive, one at a time. Out: templates with their cases, those of most cases
//! first.

use super::record::{CaseRecord, UnknownRow};
use super::store::{Store, StoreError};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Names of cases that are kept of one template; all are counted.
const CASES: usize = 5;

/// Samples that are kept of one template, each of another case.
const SAMPLES: usize = 3;

/// Error lines of one template in an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unexplained {
    /// Id of the template; the same in every archive.
    pub id: String,
    /// Who wrote the lines.
    pub component: String,
    /// Words of the lines, with placeholders for what varies.
    pub text: String,
    /// Cases that have such lines.
    pub cases: u64,
    /// Names of the first of them.
    pub named: Vec<String>,
    /// Cases in which the lines crowd around the begin of the first incident.
    pub near_onset: u64,
    /// Lines in all cases.
    pub lines: u64,
    /// Some lines, masked, each of another case and no two the same.
    pub samples: Vec<String>,
}

impl Unexplained {
    /// Adds the lines of one more case.
    fn add(&mut self, record: &CaseRecord, row: &UnknownRow) {
        if self.cases == 0 {
            self.id.clone_from(&row.template_id);
            self.component.clone_from(&row.component);
            self.text.clone_from(&row.text);
        }
        self.cases += 1;
        self.near_onset += u64::from(row.near_onset);
        self.lines = self.lines.saturating_add(row.count);
        if self.named.len() < CASES {
            self.named.push(record.case.clone());
        }
        // What a record holds of several lines, a rule may only ask for on one.
        let line = row.sample.lines().find(|line| !line.trim().is_empty());
        if let Some(line) = line.map(str::trim_end)
            && self.samples.len() < SAMPLES
            && !self.samples.iter().any(|known| known == line)
        {
            self.samples.push(line.to_owned());
        }
    }
}

/// The templates of all cases: those of most cases first, then those near an incident, then those of
/// most lines.
pub fn top(archive: &Store) -> Result<Vec<Unexplained>, StoreError> {
    let mut found: BTreeMap<String, Unexplained> = BTreeMap::new();
    each(archive, |record, row| {
        let known = found.entry(row.template_id.clone()).or_default();
        known.add(record, row);
    })?;
    let mut found: Vec<Unexplained> = found.into_values().collect();
    found.sort_by(|a, b| {
        let key = |one: &Unexplained| Reverse((one.cases, one.near_onset, one.lines));
        (key(a), &a.id).cmp(&(key(b), &b.id))
    });
    Ok(found)
}

/// The template with this id; `None` where no case has it.
pub fn find(archive: &Store, id: &str) -> Result<Option<Unexplained>, StoreError> {
    let mut found = Unexplained::default();
    each(archive, |record, row| {
        if row.template_id == id {
            found.add(record, row);
        }
    })?;
    Ok((found.cases > 0).then_some(found))
}

/// Shows each template of each case that can be read.
fn each(archive: &Store, mut show: impl FnMut(&CaseRecord, &UnknownRow)) -> Result<(), StoreError> {
    for key in archive.keys()? {
        let record = archive.load(&key)?;
        for row in record.case().into_iter().flat_map(|case| &case.unknown) {
            show(&record, row);
        }
    }
    Ok(())
}
