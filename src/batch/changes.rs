//! Which records a change of the rules can touch.
//!
//! A record is read again unless it is certain that it would come out the same. That is so where the
//! rules that changed kept their logic, and none of them fired in the case: then nothing of theirs is
//! in its report. Whether a rule with other logic could fire is not judged from what an earlier one
//! saw, because coverage speaks of the sources that the earlier one wanted.

use super::record::{CaseRecord, Stamp};
use super::scan::Scan;
use super::store::{Rules, Store, StoreError, failed};
use crate::diagnose::Outcome;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// What is to be done with a record.
#[derive(Debug)]
pub enum Judged {
    /// It was made with these rules and this program.
    Same,
    /// It would come out the same but for the hash of the rules.
    Untouched(Box<CaseRecord>),
    /// It may come out otherwise.
    Other,
}

/// Rules of an earlier run beside those of this one.
struct Difference {
    /// Whether some rule came, went, or decides otherwise.
    logic: bool,
    /// Rules whose words alone changed.
    words: BTreeSet<String>,
}

/// Judges records by the rules that they were made with.
pub struct Changes<'a> {
    store: &'a Store,
    rules: &'a Rules,
    rules_hash: &'a str,
    /// By the hash of the earlier rules; `None` where these are not known any more.
    differences: BTreeMap<String, Option<Difference>>,
    changed: BTreeSet<String>,
}

impl<'a> Changes<'a> {
    /// Compares with the rules of this scan.
    pub fn new(store: &'a Store, scan: &Scan<'a>) -> Self {
        Self {
            store,
            rules: scan.rules,
            rules_hash: scan.settings.rules.hash(),
            differences: BTreeMap::new(),
            changed: BTreeSet::new(),
        }
    }

    /// What is to be done with a record that was made so; it is loaded where that does not tell.
    pub fn judge(&mut self, stamp: &Stamp, load: impl Fn() -> Option<CaseRecord>) -> Judged {
        if stamp.tool_version != env!("CARGO_PKG_VERSION") {
            return Judged::Other;
        }
        if stamp.rules_hash == self.rules_hash {
            return Judged::Same;
        }
        let Some(difference) = self.difference(&stamp.rules_hash) else {
            return Judged::Other;
        };
        if difference.logic {
            return Judged::Other;
        }
        let record = load();
        let Some((record, case)) = record.as_ref().and_then(|one| Some((one, one.case()?))) else {
            return Judged::Other;
        };
        let mut fired = case
            .coverage
            .iter()
            .filter(|row| row.outcome == Outcome::Found);
        let touched = fired.any(|row| difference.words.contains(&row.rule_id));
        if touched {
            Judged::Other
        } else {
            Judged::Untouched(Box::new(record.clone()))
        }
    }

    /// Ids of all rules that are not as they were.
    pub fn into_changed(self) -> Vec<String> {
        self.changed.into_iter().collect()
    }

    /// Names the present rules in a record and its report, which are the same otherwise.
    pub fn restamp(&self, store: &Store, mut record: CaseRecord) -> Result<(), StoreError> {
        let path = store.report_path(&record);
        let report = fs::read_to_string(&path).map_err(failed(&path, "cannot be read"))?;
        let report = report.replace(&record.keys.rules_hash, self.rules_hash);
        self.rules_hash.clone_into(&mut record.keys.rules_hash);
        store.put(&record, report.as_bytes())?;
        Ok(())
    }

    /// How the rules with this hash differ from those of this run.
    fn difference(&mut self, hash: &str) -> Option<&Difference> {
        if !self.differences.contains_key(hash) {
            let before = self.store.rules_of(hash);
            let difference = before.map(|before| self.compare(&before));
            self.differences.insert(hash.to_owned(), difference);
        }
        self.differences.get(hash)?.as_ref()
    }

    /// Compares two sets of rules.
    fn compare(&mut self, before: &Rules) -> Difference {
        let mut difference = Difference {
            logic: false,
            words: BTreeSet::new(),
        };
        let ids: BTreeSet<&String> = before.keys().chain(self.rules.keys()).collect();
        for id in ids {
            let (was, is) = (before.get(id), self.rules.get(id));
            if was == is {
                continue;
            }
            self.changed.insert(id.clone());
            match (was, is) {
                (Some(was), Some(is)) if was.logic == is.logic => {
                    difference.words.insert(id.clone());
                }
                _ => difference.logic = true,
            }
        }
        // Nothing that has an id changed, and still the hashes differ.
        difference.logic |= difference.words.is_empty();
        difference
    }
}
