//! Signs that somebody tried to drain a node and was refused.

use crate::diagnose::scene::Scene;
use crate::locator::{EntryPath, Snippet};
use jiff::Timestamp;

/// Rules whose hits say that an eviction was refused, or that a drain did not end.
const RULES: [&str; 2] = ["pdb-blocks-drain", "upgrade-drain-timeout"];

/// One line or message that says so.
pub(super) struct Refusal<'a> {
    /// Where it stands.
    pub(super) path: &'a EntryPath,
    /// Its words.
    pub(super) snippet: &'a Snippet,
    /// When.
    pub(super) time: Option<Timestamp>,
}

impl Refusal<'_> {
    /// Whether it speaks of an object of this name: the whole name, not the beginning of another.
    pub(super) fn names(&self, name: &str) -> bool {
        let of_a_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let text = &self.snippet.text;
        !name.is_empty()
            && text.match_indices(name).any(|(at, found)| {
                let before = text.get(..at).and_then(|head| head.chars().next_back());
                let after = text
                    .get(at + found.len()..)
                    .and_then(|tail| tail.chars().next());
                !before.is_some_and(of_a_name) && !after.is_some_and(of_a_name)
            })
    }
}

/// All that logs and events say about refused evictions, in order of their place.
pub(super) fn refusals(scene: Scene<'_>) -> Vec<Refusal<'_>> {
    let refused = |matcher| {
        scene
            .rules
            .rule_of(matcher)
            .is_some_and(|rule| RULES.contains(&&*rule.id))
    };
    let logs = scene.evidence.logs.iter().flat_map(|log| {
        let hits = log.hits.iter().filter(|hit| refused(hit.matcher));
        hits.flat_map(|hit| &hit.samples)
            .map(|(time, snippet, _)| Refusal {
                path: &log.path,
                snippet,
                time: *time,
            })
    });
    let events = scene.evidence.events.iter().flat_map(|event| {
        let hits = event.hits.iter().filter(|hit| refused(hit.matcher));
        hits.map(|hit| Refusal {
            path: &event.path,
            snippet: &hit.snippet,
            time: event.last,
        })
    });
    logs.chain(events).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_speaks_of_whole_names() {
        let path = EntryPath::bundle("b", true);
        let snippet = Snippet::of_line(1, r#"error when evicting pods/"etcd-10" -n "shop""#);
        let refusal = Refusal {
            path: &path,
            snippet: &snippet,
            time: None,
        };
        assert!(refusal.names("etcd-10"));
        assert!(!refusal.names("etcd-1"));
        assert!(!refusal.names("etcd"));
        assert!(!refusal.names(""));
    }
}
