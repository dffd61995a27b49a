//! Lines that speak of a failure and have no level for it: the kernel, CNI plugins, shells, crashes,
//! and components that call it information.
//!
//! In: the message of such a line. Out: how bad it is by its words alone.
//! Words that a program only writes when it ends, or that the kernel only writes when something
//! broke, are errors; the rest may be said in passing and counts as a warning.

use crate::examine::prefix::Level;
use aho_corasick::AhoCorasick;
use memchr::memmem;
use std::sync::LazyLock;

/// Bytes of a message that are looked at.
const LOOKED_AT: usize = 600;

/// With what the last words of a program begin.
const CRASHES: &[&[u8]] = &[
    b"Unhandled exception",
    b"Uncaught ",
    b"UnhandledPromiseRejection",
    b"PHP Fatal error",
    b"terminate called",
    b"Segmentation fault",
    b"fatal error",
    b"panic: ",
    b"Aborted (core dumped)",
];

/// Words that tell of a failure wherever they stand.
const ERRORS: &[&[u8]] = &[
    b"' panicked at ",
    b") panicked at ",
    b"(core dumped)",
    b"BUG: ",
    b"CRASH REPORT",
    b"I/O error",
    b"Oops",
    b"CRC error",
    b"Input/output error",
    b"Internal error",
    b"No space left on device",
    b"Out of memory",
    b"Read-only file system",
    b"Stale file handle",
    b"Too many open files",
    b"address already in use",
    b"assertion failed",
    b"Assertion ",
    b"beyond end of device",
    b"blocked for more than",
    b"certificate has expired",
    b"certificate is not trusted",
    b"certificate signed by unknown authority",
    b"error while loading shared libraries",
    b"exec format error",
    b"general protection fault",
    b"internal error",
    b"killed as a result of limit",
    b"killed by signal",
    b"not responding",
    b"read-only file system",
    b"rejecting I/O to offline device",
    b"segfault at ",
    b"soft lockup",
    b"stale file handle",
    b"too many open files",
    b"unhandled exception",
];

/// Words of a failure that may be said in passing.
const WARNINGS: &[&[u8]] = &[
    b"Cannot ",
    b"Could not ",
    b"Bad ",
    b"Connection reset",
    b"Error ",
    b"Failed ",
    b"FAILED",
    b"Forbidden",
    b"Invalid ",
    b"Maximum number",
    b"No such ",
    b"No route to host",
    b"Permission denied",
    b"Unable to ",
    b"Unauthorized",
    b"Unexpected ",
    b"abort",
    b"access denied",
    b"can't ",
    b"cannot ",
    b"connection refused",
    b"Connection refused",
    b"connection lost",
    b"connection reset",
    b"corrupt",
    b"could not ",
    b"crashed",
    b"deadlock",
    b"denied",
    b" died",
    b"disagree",
    b"does not exist",
    b"error ",
    b"error,",
    b"error:",
    b"exceeded",
    b"exception",
    b"exhausted",
    b"exit status",
    b"expired",
    b"failed to ",
    b" failed ",
    b" failed:",
    b"forbidden",
    b"gave up",
    b"giving up",
    b"inconsistent",
    b"invalid ",
    b"is different from",
    b"lost connection",
    b"lost leader",
    b"misconfiguration",
    b"mismatch",
    b"no nameservers",
    b"no route to host",
    b"no space left",
    b"no suitable ",
    b"sending SIGKILL",
    b"Sending SIGKILL",
    b"no such ",
    b"not allowed",
    b"not found",
    b"not permitted",
    b"not responsive",
    b"not supported",
    b"out of memory",
    b"overflow",
    b"prematurely",
    b"rejected",
    b"timed out",
    b"too many",
    b"unable to ",
    b"unauthorized",
    b"unexpected ",
    b"unhealthy",
    b"unreachable",
];

/// Words by which such a line says that all is well, or only what would be; whole ones, for
/// `authentication failed` says neither.
const HARMLESS: &[&[u8]] = &[
    b"0 failed",
    b"0 errors",
    b"errors: 0",
    b"no error",
    b"without error",
    b"will not be",
    b"failed=0",
    b"failed: 0",
    b"if failed",
    b"on failed",
    b"retry on",
    b"no failed",
];

/// Searches for any text of a list in one pass.
fn search(list: &[&[u8]]) -> AhoCorasick {
    AhoCorasick::new(list).expect("short texts fit into an automaton")
}

static ANY_ERROR: LazyLock<AhoCorasick> = LazyLock::new(|| search(ERRORS));
static ANY_WARNING: LazyLock<AhoCorasick> = LazyLock::new(|| search(WARNINGS));
static ANY_WITHIN: LazyLock<AhoCorasick> = LazyLock::new(|| search(WITHIN));
static ANY_KEY: LazyLock<AhoCorasick> = LazyLock::new(|| search(KEYS));

/// How bad a message is that has no level.
pub(super) fn level(message: &[u8]) -> Option<Level> {
    let message = message.get(..LOOKED_AT).unwrap_or(message);
    let head = message.trim_ascii_start();
    if CRASHES.iter().any(|words| head.starts_with(words)) || is_ruby(head) {
        return Some(Level::Fatal);
    }
    if ANY_ERROR.is_match(head) {
        return Some(Level::Error);
    }
    let harmless = || HARMLESS.iter().any(|words| holds_whole(head, words));
    let warns = (ANY_WARNING.is_match(head) || states_error(message)) && !harmless()
        || is_failed_request(head);
    warns.then_some(Level::Warning)
}

/// How a message begins whose program met a failure, whatever level it gave it.
const BEGINNINGS: &[&[u8]] = &[
    b"Failed ",
    b"failed ",
    b"Failure ",
    b"Unable ",
    b"unable ",
    b"Cannot ",
    b"cannot ",
    b"Can't ",
    b"can't ",
    b"Could not ",
    b"could not ",
    b"Couldn't ",
    b"couldn't ",
    b"Error ",
    b"Error:",
    b"error ",
    b"error:",
    b"Timed out ",
    b"timed out ",
];

/// Words of a failure further on in such a message; client-go logs the Warning events that it sends.
const WITHIN: &[&[u8]] = &[
    b"failed to ",
    b"Failed to ",
    b"unable to ",
    b"Unable to ",
    b" failed: ",
    b"type=\"Warning\"",
    b"type: 'Warning'",
    b"TLS error: ",
    b"CERTIFICATE_VERIFY_FAILED",
];

/// Keys of an error, with what stands between them and the value.
const KEYS: &[&[u8]] = &[b" err=", b" error=", b"\"err\":", b"\"error\":"];

/// Values of a key that say there was none.
const NOTHING: &[&[u8]] = &[
    b"nil", b"<nil>", b"null", b"none", b"None", b"{}", b"[]", b"false", b"0",
];

/// Whether a message that its program calls information tells of a failure: it says so at its
/// front, or it names an error. Components log many failures like that, because they try again.
pub(super) fn is_told_calmly(message: &[u8]) -> bool {
    let head = message.get(..LOOKED_AT).unwrap_or(message);
    let front = head.trim_ascii_start();
    let front = front.strip_prefix(b"\"").unwrap_or(front);
    let tells = BEGINNINGS.iter().any(|words| front.starts_with(words))
        || ANY_WITHIN.is_match(head)
        || states_error(head);
    tells && !HARMLESS.iter().any(|words| holds_whole(head, words))
}

/// Whether one of the keys stands there with a value that is one.
fn states_error(text: &[u8]) -> bool {
    ANY_KEY.find_iter(text).any(|key| {
        let value = text.get(key.end()..).unwrap_or_default();
        let value = value.trim_ascii_start();
        let value = value.strip_prefix(b"\"").unwrap_or(value);
        let ends = |rest: &[u8]| rest.first().is_none_or(|byte| b"\" ,}]\r".contains(byte));
        let nothing = |word: &&[u8]| value.strip_prefix(*word).is_some_and(ends);
        !ends(value) && !NOTHING.iter().any(nothing)
    })
}

/// Whether the words stand in a text and do not begin within a word.
fn holds_whole(text: &[u8], words: &[u8]) -> bool {
    memmem::find_iter(text, words).any(|at| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        !before.is_some_and(u8::is_ascii_alphanumeric)
    })
}

/// Whether this is a line of an access log whose request ended with a server's error:
/// `"GET / HTTP/1.1" 502 `.
fn is_failed_request(head: &[u8]) -> bool {
    memmem::find(head, b" HTTP/").is_some_and(|at| {
        let behind = head.get(at + b" HTTP/".len()..).unwrap_or_default();
        let quote = memchr::memchr(b'"', behind.get(..behind.len().min(4)).unwrap_or_default());
        let status = quote.and_then(|quote| behind.get(quote + 1..));
        status.is_some_and(|status| {
            matches!(status, [b' ', b'5', b'0'..=b'9', b'0'..=b'9', b' ', ..])
        })
    })
}

/// ``app.rb:3:in `run': undefined method (NoMethodError)``.
fn is_ruby(head: &[u8]) -> bool {
    head.trim_ascii_end().ends_with(b"Error)") && memmem::find(head, b":in ").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examine::scan::scan_lines;
    use crate::limits::Limits;
    use crate::rules::RuleSet;

    /// The search for suspicious lines and the words here are two lists.
    #[test]
    fn a_line_with_any_of_the_words_is_looked_at() {
        let rules = RuleSet::from_files::<&str, &str>(&[]).unwrap();
        let crashes = CRASHES.iter().map(|words| (&b""[..], words));
        let others = ERRORS.iter().chain(WARNINGS);
        let others = others.map(|words| (&b"it "[..], words));
        for (front, words) in crashes.chain(others) {
            let line = [front, words, b" x"].concat();
            let found = scan_lines(&line, 0..line.len(), 1, &rules, &Limits::RELEASE);
            let shown = String::from_utf8_lossy(&line);
            assert_eq!(found.errors.len(), 1, "{shown}");
        }
    }

    #[test]
    fn information_tells_of_a_failure_at_its_front_or_with_its_error() {
        for told in [
            "\"Failed to get status\" pod=\"a/b\"",
            "skipping pod synchronization - [failed to start eviction manager]",
            "Connection closed error=server:4143: direct connections must be mutually authenticated",
            "[C5] TLS error: 268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED",
            "{\"msg\":\"retrying\",\"error\":\"connection refused\"}",
            "reconcile done err=\"no\" more=1",
        ] {
            assert!(is_told_calmly(told.as_bytes()), "{told}");
        }
        for calm in [
            "reconcile done err=\"\" more=1",
            "reconcile done err=<nil>",
            "{\"msg\":\"done\",\"error\":null}",
            "{\"msg\":\"done\",\"error\":\"\"}",
            "sync finished, 0 failed to start",
            "object not found, creating it",
        ] {
            assert!(!is_told_calmly(calm.as_bytes()), "{calm}");
        }
    }

    #[test]
    fn crashes_of_every_language_are_fatal_and_the_rest_is_told_by_its_words() {
        for (text, expected) in [
            (
                "Unhandled exception. System.InvalidOperationException: no",
                Some(Level::Fatal),
            ),
            (
                "app.rb:3:in `run': undefined method `x' for nil (NoMethodError)",
                Some(Level::Fatal),
            ),
            (
                "PHP Fatal error:  Uncaught Exception: no in /a.php:3",
                Some(Level::Fatal),
            ),
            (
                "terminate called after throwing an instance of 'std::runtime_error'",
                Some(Level::Fatal),
            ),
            (
                "thread 'main' panicked at src/main.rs:4:5:",
                Some(Level::Error),
            ),
            ("Segmentation fault (core dumped)", Some(Level::Fatal)),
            (
                "nfs: server 10.0.0.4 not responding, still trying",
                Some(Level::Error),
            ),
            (
                "sd 3:0:0:1: rejecting I/O to offline device",
                Some(Level::Error),
            ),
            (
                "BUG: kernel NULL pointer dereference, address: 0",
                Some(Level::Error),
            ),
            (
                "XFS (sdb): Internal error xfs_iunlink_remove at line 2038",
                Some(Level::Error),
            ),
            (
                "psql: error: FATAL:  password authentication failed for user \"a\"",
                Some(Level::Warning),
            ),
            ("the migration failed: 10 errors", Some(Level::Warning)),
            ("on failed requests: retry, no error so far", None),
            (
                "request sent was ignored (cluster ID mismatch)",
                Some(Level::Warning),
            ),
            (
                "\"GET /a HTTP/1.1\" 503 UC upstream_reset",
                Some(Level::Warning),
            ),
            ("\"GET /a HTTP/2\" 502 157 \"-\"", Some(Level::Warning)),
            ("\"GET /a HTTP/1.1\" 200 503 \"-\"", None),
            ("finished without error in 3s", None),
            ("[cni-net] Failed to allocate address", Some(Level::Warning)),
            ("Failed to pull image", Some(Level::Warning)),
            ("42 passed, 0 failed in 3s", None),
            (
                " error=\"getting automated services: git repo not ready\"",
                Some(Level::Warning),
            ),
            (" error=null", None),
            ("started", None),
        ] {
            assert_eq!(level(text.as_bytes()), expected, "{text}");
        }
    }
}
