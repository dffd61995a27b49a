//! Lines that a bundle holds twice because a node's whole journal lies beside the logs of single
//! units: counted once, in the unit's own log.
//!
//! In: all logs of the bundle. Out: the same logs, the journals without the hits that the log of
//! a unit in the same folder tells as often or more often. What the journal alone has stays.

use super::LogSource;
use crate::examine::part::About;
use crate::layout::Content;
use crate::locator::EntryPath;
use crate::rules::MatcherId;
use std::collections::BTreeMap;

/// Bundle, archive in it, and folder in that.
type Folder = (String, Option<EntryPath>, String);

/// What makes hits in two logs the same: folder, writer, matcher, subject.
type Key = (Folder, Option<&'static str>, MatcherId, About);

/// Drops the hits of journals that the log of a single unit beside them tells too.
pub(super) fn drop_retold(sources: &mut [LogSource]) {
    let mut told: BTreeMap<Key, u64> = BTreeMap::new();
    for source in sources.iter().filter(|source| is_of_one_unit(source)) {
        let folder = folder(&source.path);
        for hit in &source.hits {
            let key = (
                folder.clone(),
                hit.component,
                hit.matcher,
                hit.about.clone(),
            );
            *told.entry(key).or_default() += hit.count;
        }
    }
    let errors = told_errors(sources);
    if told.is_empty() && errors.is_empty() {
        return;
    }
    for journal in sources.iter_mut().filter(|source| is_journal(source)) {
        let folder = folder(&journal.path);
        journal.hits.retain(|hit| {
            let key = (
                folder.clone(),
                hit.component,
                hit.matcher,
                hit.about.clone(),
            );
            told.get(&key).is_none_or(|count| *count < hit.count)
        });
        journal.errors.retain(|error| {
            let key = (folder.clone(), error.component, error.template.clone());
            errors.get(&key).is_none_or(|count| *count < error.count)
        });
    }
}

/// What makes error lines in two logs the same: folder, writer, template.
type ErrorKey = (Folder, Option<&'static str>, String);

/// Error lines in the logs of single units, counted.
fn told_errors(sources: &[LogSource]) -> BTreeMap<ErrorKey, u64> {
    let mut told = BTreeMap::new();
    for source in sources.iter().filter(|source| is_of_one_unit(source)) {
        let folder = folder(&source.path);
        for error in &source.errors {
            let key = (folder.clone(), error.component, error.template.clone());
            *told.entry(key).or_default() += error.count;
        }
    }
    told
}

/// Whether many units of one node write to the log.
fn is_journal(source: &LogSource) -> bool {
    source.role.content == Content::NodeLog
        && source.role.component.is_none()
        && source.components.len() > 1
}

/// Whether it is a node's log of one component.
fn is_of_one_unit(source: &LogSource) -> bool {
    source.role.content == Content::NodeLog && source.role.component.is_some()
}

/// Where an entry lies.
fn folder(path: &EntryPath) -> Folder {
    let folder = path.inner().rsplit_once('/');
    let folder = folder.map_or_else(String::new, |(folder, _)| folder.to_owned());
    (path.bundle_name().to_owned(), path.archive(), folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::LogHit;
    use crate::layout::Role;
    use std::collections::BTreeSet;

    /// A node's log at `path` in which one matcher hit so often; of all units without `component`.
    fn log(path: &str, component: Option<&'static str>, count: u64) -> LogSource {
        let hit = LogHit {
            matcher: MatcherId(7),
            host: None,
            component: Some("kubelet"),
            about: About::default(),
            silenced_by: Box::default(),
            count,
            first: None,
            last: None,
            times: vec![],
            samples: vec![],
        };
        LogSource {
            path: EntryPath::bundle("b", true).entry(path),
            role: Role {
                content: Content::NodeLog,
                component,
                ..Role::default()
            },
            components: BTreeSet::from(["containerd", component.unwrap_or("kubelet")]),
            hosts: BTreeSet::new(),
            lines: 0,
            bytes: 0,
            first: None,
            last: None,
            last_line: 0,
            fetch_error: None,
            reversed: false,
            zone: None,
            tail: None,
            zoneless: false,
            silences: vec![],
            boots: vec![],
            hits: vec![hit],
            errors: vec![],
            errors_left_out: 0,
        }
    }

    #[test]
    fn a_journal_beside_the_log_of_a_unit_is_not_counted_again() {
        for (unit, count, left) in [
            ("n/kubelet.log", 27, 0),
            ("n/kubelet.log", 30, 0),
            // The journal reaches further back, or is another node's.
            ("n/kubelet.log", 3, 1),
            ("m/kubelet.log", 27, 1),
        ] {
            let mut logs = [
                log("n/journal.log", None, 27),
                log(unit, Some("kubelet"), count),
            ];
            drop_retold(&mut logs);
            assert_eq!(logs[0].hits.len(), left, "{unit} with {count}");
            assert_eq!(logs[1].hits.len(), 1);
        }
    }
}
