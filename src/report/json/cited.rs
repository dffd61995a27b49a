//! Subjects and citations, as every part of the report states them.

use crate::report::view::{self};
use serde::Serialize;

/// What a finding is about.
#[derive(Serialize)]
pub(super) struct Subject<'r> {
    kind: &'r str,
    namespace: &'r str,
    name: &'r str,
    node: Option<&'r str>,
}

/// One piece of evidence.
#[derive(Serialize)]
pub(super) struct Citation<'r> {
    locator: &'r str,
    path: &'r str,
    line: u64,
    time: Option<&'r str>,
    excerpt: &'r str,
    before: &'r [String],
    after: &'r [String],
}

/// One subject.
pub(super) fn subject(subject: &view::Subject) -> Subject<'_> {
    Subject {
        kind: &subject.kind,
        namespace: &subject.namespace,
        name: &subject.name,
        node: subject.node.as_deref(),
    }
}

/// One citation.
pub(super) fn citation(citation: &view::Citation) -> Citation<'_> {
    Citation {
        locator: &citation.locator,
        path: &citation.path,
        line: citation.line,
        time: citation.time.as_deref(),
        excerpt: &citation.excerpt,
        before: &citation.before,
        after: &citation.after,
    }
}
