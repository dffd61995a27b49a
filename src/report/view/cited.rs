//! Subjects, citations and times in words.

use crate::diagnose::{self};
use crate::redact::Masker;
use crate::report::view::{Citation, Subject};
use jiff::Timestamp;

/// One subject.
pub(super) fn subject(m: &mut Masker, subject: &diagnose::Subject) -> Subject {
    Subject {
        kind: m.text(&subject.kind),
        namespace: m.text(&subject.namespace),
        name: m.text(&subject.name),
        node: subject.node.as_deref().map(|node| m.text(node)),
    }
}

/// One citation.
pub(super) fn citation(m: &mut Masker, citation: &diagnose::Citation) -> Citation {
    m.enter(&citation.path.line(citation.snippet.line).to_string());
    let snippet = m.snippet(&citation.snippet);
    Citation {
        locator: m.text(&citation.path.line(snippet.line).to_string()),
        path: m.text(&citation.path.path()),
        line: snippet.line,
        time: time(citation.time),
        excerpt: snippet.text,
        matched: snippet.matched,
        before: snippet.before,
        after: snippet.after,
    }
}

/// RFC 3339 in UTC.
pub(super) fn time(time: Option<Timestamp>) -> Option<String> {
    time.map(|time| time.to_string())
}
