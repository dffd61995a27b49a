//! What changed since the last run: signatures that are new, gone, or out of sight.
//!
//! Kept is what the archive showed now and the last time that it showed something else. A run that
//! finds the same again changes neither, so repeating a run changes no byte of the index.

use super::digest::Archive;
use super::store::{Store, StoreError, failed};
use super::whole;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;

/// How often one rule fired, and could have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Cases in which it fired.
    pub cases: usize,
    /// Cases in which it could look.
    pub looked: usize,
}

/// What an archive showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Hash of the rules.
    pub rules_hash: String,
    /// Version of the program.
    pub tool_version: String,
    /// Hashes of the bundles, and locations of those that could not be read.
    pub bundles: BTreeSet<String>,
    /// By rule.
    pub rules: BTreeMap<String, Seen>,
}

impl Shown {
    /// What this archive shows.
    pub fn of(archive: &Archive, rules_hash: &str) -> Self {
        let bundle = |line: &super::digest::Line| {
            let hash = &line.sha256;
            if hash.is_empty() {
                &line.location
            } else {
                hash
            }
            .clone()
        };
        let rules = archive.signatures.iter().map(|signature| {
            let seen = Seen {
                cases: signature.cases,
                looked: signature.looked,
            };
            (signature.rule.clone(), seen)
        });
        Self {
            rules_hash: rules_hash.to_owned(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            bundles: archive.lines.iter().map(bundle).collect(),
            rules: rules.collect(),
        }
    }
}

/// Now and the time before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runs {
    /// What the archive shows.
    current: Option<Shown>,
    /// What it showed before.
    previous: Option<Shown>,
}

impl Runs {
    /// What earlier runs kept; nothing where there were none.
    pub fn load(store: &Store) -> Self {
        let kept = fs::read(store.state().join("runs.json"));
        kept.ok()
            .and_then(|json| serde_json::from_slice(&json).ok())
            .unwrap_or_default()
    }

    /// The same with what the archive shows now.
    #[must_use]
    pub fn then(self, now: Shown) -> Self {
        if self.current.as_ref() == Some(&now) {
            return self;
        }
        Self {
            current: Some(now),
            previous: self.current,
        }
    }

    /// Keeps it for later runs.
    pub fn save(&self, store: &Store) -> Result<(), StoreError> {
        let path = store.state().join("runs.json");
        serde_json::to_vec(self)
            .map_err(io::Error::other)
            .and_then(|json| whole::update(&path, &json))
            .map_err(failed(&path, "cannot be written"))
    }

    /// What changed; `None` for the first run.
    pub fn change(&self) -> Option<Change> {
        let (now, before) = (self.current.as_ref()?, self.previous.as_ref()?);
        let mut change = Change {
            bundles_new: now.bundles.difference(&before.bundles).count(),
            bundles_gone: before.bundles.difference(&now.bundles).count(),
            other_rules: now.rules_hash != before.rules_hash,
            ..Change::default()
        };
        for (rule, seen) in &now.rules {
            let was = before.rules.get(rule);
            let fired = was.map_or(0, |was| was.cases);
            if seen.cases > 0 && fired == 0 {
                change.new.push((rule.clone(), seen.cases));
            }
            if seen.looked == 0 && was.is_some_and(|was| was.looked > 0) {
                change
                    .blind
                    .push((rule.clone(), was.map_or(0, |was| was.looked)));
            }
        }
        for (rule, was) in before.rules.iter().filter(|(_, was)| was.cases > 0) {
            let now = now.rules.get(rule);
            // Where it cannot look any more, it is out of sight and not gone.
            if now.is_some_and(|now| now.cases == 0 && now.looked > 0) {
                change.gone.push((rule.clone(), was.cases));
            }
        }
        Some(change)
    }

    /// Hash of the rules and version of the program that the archive was made with; empty where no run
    /// was finished.
    pub fn made_with(self) -> (String, String) {
        self.current
            .map(|shown| (shown.rules_hash, shown.tool_version))
            .unwrap_or_default()
    }

    /// Whether a bundle was there before.
    pub fn knew(&self, bundle: &str) -> bool {
        let previous = self.previous.as_ref();
        previous.is_none_or(|before| before.bundles.contains(bundle))
    }
}

/// What is not as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Cases that were not there.
    pub bundles_new: usize,
    /// Cases that are not there any more.
    pub bundles_gone: usize,
    /// Whether the rules are other ones.
    pub other_rules: bool,
    /// Rules that fire and did not, with the number of cases.
    pub new: Vec<(String, usize)>,
    /// Rules that fired and do not, with the number of cases then.
    pub gone: Vec<(String, usize)>,
    /// Rules that could look and cannot in any case now, with the number of cases then.
    pub blind: Vec<(String, usize)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bundles: &[&str], rules: &[(&str, usize, usize)]) -> Shown {
        let seen = |&(rule, cases, looked): &(&str, usize, usize)| {
            (rule.to_owned(), Seen { cases, looked })
        };
        Shown {
            rules_hash: "r".into(),
            tool_version: "v".into(),
            bundles: bundles.iter().map(|&b| b.to_owned()).collect(),
            rules: rules.iter().map(seen).collect(),
        }
    }

    #[test]
    fn what_changed_is_new_gone_or_out_of_sight() {
        let before = shown(
            &["a", "b"],
            &[("x", 1, 2), ("y", 1, 2), ("z", 0, 2), ("w", 1, 1)],
        );
        let now = shown(
            &["b", "c"],
            &[("x", 0, 2), ("y", 1, 2), ("z", 2, 2), ("w", 0, 0)],
        );
        let first = Runs::default().then(before);
        assert_eq!(first.change(), None);
        let second = first.then(now.clone());
        let change = second.change().unwrap();
        assert_eq!((change.bundles_new, change.bundles_gone), (1, 1));
        assert_eq!(change.new, [("z".to_owned(), 2)]);
        assert_eq!(change.gone, [("x".to_owned(), 1)]);
        assert_eq!(change.blind, [("w".to_owned(), 1)]);
        assert!(second.knew("a") && second.knew("b") && !second.knew("c"));
        // The same once more changes nothing.
        assert_eq!(second.clone().then(now), second);
    }
}
