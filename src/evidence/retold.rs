//! Lines that a bundle holds twice: a node's whole journal lies beside the logs of single units, or
//! a collector keeps an extract of a log that lies elsewhere as a whole. They are counted once.
//!
//! In: all logs of the bundle. Out: the same logs, the journals without the hits that the log of
//! a unit in the same folder tells as often or more often, and the extracts without what the fuller
//! log of the same container, or of the same writer on the same machine, tells of the same time.
//! What a journal or an extract alone has stays.

use super::LogSource;
use crate::examine::part::About;
use crate::layout::Content;
use crate::locator::EntryPath;
use crate::rules::MatcherId;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Bundle, archive in it, and folder in that.
type Folder = (String, Option<EntryPath>, String);

/// What makes hits in two logs the same: folder, writer, matcher, subject.
type Key = (Folder, Option<&'static str>, MatcherId, About);

/// Who wrote a line, wherever a collector put it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Writer {
    /// Namespace, pod, container.
    Container(String, String, String),
    /// Machine and component.
    Machine(String, &'static str),
}

/// Hits or error lines of one subject in one log.
struct Telling {
    /// Place of the log among all, and of the telling in the log.
    at: (usize, usize),
    count: u64,
    first: Timestamp,
    last: Timestamp,
    /// The first line, without the lines around it.
    line: String,
    /// The archive that a machine's log lies in: a machine has several logs of one component that
    /// are no copies of each other, but a collector packs its extracts apart.
    archive: Option<String>,
}

/// Drops what other logs tell too.
pub(super) fn drop_retold(sources: &mut [LogSource]) {
    drop_journals(sources);
    drop_extracts(sources);
}

/// Drops hits and error lines of extracts.
fn drop_extracts(sources: &mut [LogSource]) {
    let mut hits: BTreeMap<_, Vec<Telling>> = BTreeMap::new();
    let mut errors: BTreeMap<_, Vec<Telling>> = BTreeMap::new();
    for (place, source) in sources.iter().enumerate() {
        let bundle = source.path.bundle_name();
        for (index, hit) in source.hits.iter().enumerate() {
            if let Some(writer) = writer(source, hit.host.as_deref(), hit.component)
                && let (Some(first), Some(last)) = (hit.first, hit.last)
                && let Some((_, snippet, _)) = hit.samples.first()
            {
                let archive = archive_of(&writer, source);
                let key = (bundle, writer, hit.matcher, &hit.about, &hit.silenced_by);
                hits.entry(key).or_default().push(Telling {
                    at: (place, index),
                    count: hit.count,
                    first,
                    last,
                    line: snippet.text.clone(),
                    archive,
                });
            }
        }
        for (index, error) in source.errors.iter().enumerate() {
            if let Some(writer) = writer(source, error.host.as_deref(), error.component)
                && let (Some((first, _)), Some((last, _))) =
                    (error.times.first(), error.times.last())
                && let Some((_, snippet)) = error.samples.first()
            {
                let archive = archive_of(&writer, source);
                let key = (bundle, writer, &error.template, &error.hit_by);
                errors.entry(key).or_default().push(Telling {
                    at: (place, index),
                    count: error.count,
                    first: *first.min(last),
                    last: *last.max(first),
                    line: snippet.text.clone(),
                    archive,
                });
            }
        }
    }
    let hits: BTreeSet<_> = hits.into_values().flat_map(retold).collect();
    let errors: BTreeSet<_> = errors.into_values().flat_map(retold).collect();
    for (place, source) in sources.iter_mut().enumerate() {
        let mut index = 0..;
        source
            .hits
            .retain(|_| index.next().is_none_or(|at| !hits.contains(&(place, at))));
        let mut index = 0..;
        source
            .errors
            .retain(|_| index.next().is_none_or(|at| !errors.contains(&(place, at))));
    }
}

/// Places of the tellings that another log tells as a whole: as many lines or more, from no later
/// to no earlier. Of equal ones the first in path order stays.
fn retold(mut tellings: Vec<Telling>) -> Vec<(usize, usize)> {
    tellings.sort_by(|a, b| b.count.cmp(&a.count).then(a.at.cmp(&b.at)));
    let mut whole: Vec<Telling> = Vec::new();
    let mut dropped = Vec::new();
    for telling in tellings {
        let told = whole.iter().any(|other| {
            let spans = other.first <= telling.first && telling.last <= other.last;
            // Where both begin with one moment, it has to be one line.
            let alike = other.first != telling.first || other.line == telling.line;
            let apart = other.archive.is_none() || other.archive != telling.archive;
            other.at.0 != telling.at.0 && spans && alike && apart
        });
        if told {
            dropped.push(telling.at);
        } else {
            whole.push(telling);
        }
    }
    dropped
}

/// The archive that a machine's log lies in, empty for the bundle itself.
fn archive_of(writer: &Writer, source: &LogSource) -> Option<String> {
    let archive = || source.path.archive().map(|archive| archive.path());
    matches!(writer, Writer::Machine(..)).then(|| archive().unwrap_or_default())
}

/// Who wrote lines of a log, where that is known well enough to tell that two logs are of one.
fn writer(
    source: &LogSource,
    host: Option<&str>,
    component: Option<&'static str>,
) -> Option<Writer> {
    let role = &source.role;
    if let Some(pod) = &role.pod {
        return Some(Writer::Container(
            role.namespace.clone()?,
            pod.clone(),
            role.container.clone()?,
        ));
    }
    let machine = host.or(role.node.as_deref())?;
    Some(Writer::Machine(machine.to_owned(), component?))
}

/// Drops the hits of journals that the log of a single unit beside them tells too.
fn drop_journals(sources: &mut [LogSource]) {
    let mut told: BTreeMap<Key, u64> = BTreeMap::new();
    for source in sources.iter().filter(|source| is_of_one_unit(source)) {
        let folder = folder(source);
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
        let folder = folder(journal);
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
        let folder = folder(source);
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

/// Where an entry lies. What one node collected at one moment lies together, though in its zip each
/// collector has a folder.
fn folder(source: &LogSource) -> Folder {
    let (path, role) = (&source.path, &source.role);
    let bundle = path.bundle_name().to_owned();
    if let (Some(node), Some(at)) = (&role.collected_by, role.collected_at) {
        return (bundle, None, format!("{node} at {at}"));
    }
    let folder = path.inner().rsplit_once('/');
    let folder = folder.map_or_else(String::new, |(folder, _)| folder.to_owned());
    (bundle, path.archive(), folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::testing::log;
    use crate::layout::Role;
    use crate::locator::Snippet;

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

    /// The log of a container at `path` in which lines of these seconds, and these words, are hits.
    fn extract(path: &str, pod: &str, seconds: &[i64], words: &str) -> LogSource {
        let mut source = log(path, None, seconds.len() as u64);
        source.role = Role {
            content: Content::PodLog,
            namespace: Some("shop".into()),
            pod: Some(pod.into()),
            container: Some("app".into()),
            ..Role::default()
        };
        let at = |seconds: Option<&i64>| seconds.map(|at| Timestamp::from_second(*at).unwrap());
        for hit in &mut source.hits {
            (hit.first, hit.last) = (at(seconds.first()), at(seconds.last()));
            let snippet = Snippet::of_line(1, words);
            hit.samples = vec![(hit.first, snippet, vec![])];
        }
        source
    }

    #[test]
    fn an_extract_of_a_containers_log_is_not_counted_again() {
        for (pod, seconds, words, left) in [
            ("web-0", &[1, 5][..], "refused", 0),
            ("web-0", &[2, 4], "other words, another moment", 0),
            ("web-0", &[1, 3, 5], "refused", 0),
            // Another pod's; begins with other words; reaches further; tells more.
            ("web-1", &[1, 5], "refused", 1),
            ("web-0", &[1, 5], "timed out", 1),
            ("web-0", &[2, 6], "refused", 1),
        ] {
            let mut logs = [
                extract("ns/shop/web-0.log", "web-0", &[1, 2, 3, 5], "refused"),
                extract("x.tar.gz/config/pod.log", pod, seconds, words),
            ];
            drop_retold(&mut logs);
            assert_eq!(logs[1].hits.len(), left, "{pod} {seconds:?} {words}");
            assert_eq!(logs[0].hits.len(), 1);
        }
        let mut logs = [
            extract("a.log", "web-0", &[2, 3], "refused"),
            extract("b.log", "web-0", &[1, 2, 3], "refused"),
        ];
        drop_retold(&mut logs);
        assert!(logs[0].hits.is_empty(), "the fuller log is kept");
    }
}
