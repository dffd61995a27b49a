//! Pages and reports: text about a cluster that somebody made from other files, and no log of it.
//!
//! A page repeats events in its cells, without their times and objects, and a report of this tool
//! quotes the lines that it found: read as logs, both would tell of failures a second time.

use memchr::memmem;

/// Bytes in which a page has to say that it is one.
const FRONT: usize = 1_024;

/// What this is, for the gap that says that it was left out; `None` where it is neither.
pub(super) fn kind(head: &[u8]) -> Option<&'static str> {
    let head = head.trim_ascii_start();
    let front = head.get(..FRONT).unwrap_or(head);
    if is_own(head, front) {
        Some("a report that this tool wrote")
    } else if is_page(front) {
        Some("an HTML page or drawing, not a log")
    } else {
        None
    }
}

/// Whether an HTML page or a drawing begins here.
fn is_page(front: &[u8]) -> bool {
    if front.first() != Some(&b'<') {
        return false;
    }
    let lower = front.to_ascii_lowercase();
    let begins = |tag: &[u8]| lower.starts_with(tag);
    begins(b"<!doctype html")
        || begins(b"<html")
        || begins(b"<svg")
        || (begins(b"<?xml") || begins(b"<!--"))
            && (memmem::find(&lower, b"<html").is_some() || memmem::find(&lower, b"<svg").is_some())
}

/// Whether this is an output of the tool itself: a page or JSON by their schema, the others by what
/// they say of their coverage, which has one wording.
fn is_own(head: &[u8], front: &[u8]) -> bool {
    let has = |text: &[u8], words: &[u8]| memmem::find(text, words).is_some();
    if front.first() == Some(&b'{') {
        return has(front, b"\"schema\"") && has(front, b"\"bundlescope.");
    }
    if is_page(front) {
        return has(head, b"id=\"bundlescope-report\"");
    }
    let told = has(head, b" checks could run") || has(head, b" checks ran");
    let read = has(head, b" entry read (") || has(head, b" entries read (");
    told && (read || has(head, b"\nBundle ` "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_own_reports_are_told_from_logs() {
        for (text, expected) in [
            ("<!DOCTYPE html>\n<html>", true),
            ("<HTML><body>", true),
            ("<?xml version=\"1.0\"?>\n<svg xmlns=\"x\"/>", true),
            ("<?xml version=\"1.0\"?>\n<Events><Event/></Events>", false),
            ("<3>Nov 30 10:00:00 host kernel: oops", false),
            ("{\n  \"schema\": \"bundlescope.report/v1\",", true),
            ("{\"schema\":\"other/v1\"}", false),
            (
                "Nothing known is wrong.\n\na: generic, 1 entry read (9 B)\n5 of 6 checks could run\n",
                true,
            ),
            (
                "## Nothing known is wrong.\n\nBundle ` a ` · generic\n\n5 of 6 checks could run\n",
                true,
            ),
            ("5 of 6 checks could run today\n", false),
        ] {
            assert_eq!(kind(text.as_bytes()).is_some(), expected, "{text}");
        }
    }
}
