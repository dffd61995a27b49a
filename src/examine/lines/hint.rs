//! Which component wrote a log whose name does not say it.
//!
//! Votes of single lines: the source file that klog names, the flag that is printed at start, and
//! marks of components that do not use klog. Files that several components compile in
//! (`reflector.go`, `server.go`, `controller.go`) have no vote.

use crate::component::{self, Component};
use memchr::memmem::Finder;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Votes that a component needs at least.
const FEWEST: u64 = 3;

/// Votes of a mark that only one component prints; a source file has one.
const MARK: u64 = 3;

/// Searchers for the words of a table, made once: making one costs more than a search.
type Finders = Vec<(&'static str, Finder<'static>)>;

static MARK_FINDERS: LazyLock<Finders> = LazyLock::new(|| finders(|row| row.marks));
static FLAG_FINDERS: LazyLock<Finders> = LazyLock::new(|| finders(|row| row.flags));

/// Components with source files of their own.
static WITH_SOURCES: LazyLock<Vec<&'static Component>> = LazyLock::new(|| {
    let rows = component::all().iter();
    rows.filter(|row| !row.sources.is_empty()).collect()
});

/// The searchers for the words of all components.
fn finders(words: fn(&Component) -> &'static [&'static [u8]]) -> Finders {
    let rows = component::all().iter();
    rows.flat_map(|row| {
        words(row)
            .iter()
            .map(|words| (row.name, Finder::new(*words)))
    })
    .collect()
}

/// The component whose source file a header names, where only one has such a file.
pub fn component_of_source(source: &str) -> Option<&'static str> {
    let mut rows = WITH_SOURCES.iter();
    rows.find(|row| row.sources.contains(&source))
        .map(|row| row.name)
}

/// Votes of lines.
#[derive(Default)]
pub(super) struct Votes(BTreeMap<&'static str, u64>);

impl Votes {
    /// Counts the votes of one line, whose header names `source`.
    pub(super) fn take(&mut self, line: &[u8], source: Option<&str>) {
        let file = source.and_then(component_of_source).map(|name| (name, 1));
        let mark = || {
            let table: &Finders = match source {
                Some("flags.go") => &FLAG_FINDERS,
                // Messages of klog quote anything; the marks are for other formats.
                Some(_) if !line.contains(&b'{') => return None,
                _ => &MARK_FINDERS,
            };
            table
                .iter()
                .find(|(_, words)| words.find(line).is_some())
                .map(|(component, _)| (*component, MARK))
        };
        if let Some((component, votes)) = file.or_else(mark) {
            *self.0.entry(component).or_default() += votes;
        }
    }

    /// The component with a clear majority: at least a few votes, and three quarters of all.
    pub(super) fn winner(&self) -> Option<&'static str> {
        let total: u64 = self.0.values().sum();
        self.0
            .iter()
            .find(|&(_, &votes)| votes >= FEWEST && votes * 4 >= total * 3)
            .map(|(component, _)| *component)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_file_has_one_owner() {
        let mut files = std::collections::BTreeSet::new();
        for name in component::all().iter().flat_map(|row| row.sources) {
            assert!(files.insert(name), "{name} has two owners");
        }
    }

    #[test]
    fn a_clear_majority_is_needed() {
        let winner = |sources: &[&str]| {
            let mut votes = Votes::default();
            for source in sources {
                votes.take(b"", Some(source));
            }
            votes.winner()
        };
        assert_eq!(winner(&["kubelet.go"; 3]), Some("kubelet"));
        assert_eq!(winner(&["kubelet.go"; 2]), None);
        assert_eq!(
            winner(&["server.go", "reflector.go", "controller.go"]),
            None
        );
        assert_eq!(
            winner(&["kubelet.go", "kubelet.go", "kubelet.go", "proxier.go"]),
            Some("kubelet")
        );
        assert_eq!(
            winner(&[
                "kubelet.go",
                "kubelet.go",
                "kubelet.go",
                "proxier.go",
                "proxier.go"
            ]),
            None
        );
    }

    #[test]
    fn flags_and_marks_vote_for_their_component() {
        let cases: [(&str, Option<&str>, Option<&str>); 4] = [
            (
                "I0101 10:00:00.0 1 flags.go:64] FLAG: --container-runtime=\"docker\"",
                Some("flags.go"),
                Some("kubelet"),
            ),
            (
                r#"{"caller":"etcdserver/server.go:1"}"#,
                Some("server.go"),
                Some("etcd"),
            ),
            ("[INFO] plugin/reload: Running", None, Some("coredns")),
            ("I0101 10:00:00.0 1 a.go:1] plugin/x", Some("a.go"), None),
        ];
        for (line, source, expected) in cases {
            let mut votes = Votes::default();
            votes.take(line.as_bytes(), source);
            assert_eq!(votes.winner(), expected, "{line}");
        }
    }
}
