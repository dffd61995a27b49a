//! Builds logs as joining their pieces would leave them.

use super::{LogHit, LogSource};
use crate::examine::part::About;
use crate::layout::{Content, Role};
use crate::locator::EntryPath;
use crate::rules::MatcherId;
use std::collections::BTreeSet;

/// A node's log at `path` in which one matcher hit so often; of all units without `component`.
pub(super) fn log(path: &str, component: Option<&'static str>, count: u64) -> LogSource {
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
        recognised: true,
        hosts: BTreeSet::new(),
        lines: 0,
        bytes: 0,
        first: None,
        last: None,
        read_to: None,
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
