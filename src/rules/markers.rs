//! Texts that mark a line as a candidate for an error that no rule explains.
//!
//! The scan jumps from literal to literal and never reads the other lines, so what makes a line
//! an error has to be a literal as well. A marker only says "look at this line"; whether it is an
//! error is read from its front. So a marker may stand on lines that are none, but not on many.

/// Letters of klog's levels that are looked at.
const KLOG_LEVELS: [char; 3] = ['E', 'F', 'W'];

/// What formats other than klog write for an error, and how records without a level begin.
const WORDS: &[&str] = &[
    // logfmt.
    "level=error",
    "level=fatal",
    "level=panic",
    "level=crit",
    "level=warn",
    "lvl=eror",
    "lvl=crit",
    "lvl=warn",
    // JSON, with and without a blank, and inside a string.
    r#"level":"error"#,
    r#"level":"fatal"#,
    r#"level":"panic"#,
    r#"level":"dpanic"#,
    r#"level": "error"#,
    r#"level": "fatal"#,
    r#"level\":\"error"#,
    r#"level\":\"fatal"#,
    r#"level\":\"panic"#,
    r#"level\":\"dpanic"#,
    r#"level":"warn"#,
    r#"level": "warn"#,
    r#"level":"crit"#,
    r#"level":50"#,
    r#"level":60"#,
    r#"evel":"Error"#,
    r#"evel":"Fatal"#,
    r#"evel":"Critical"#,
    r#"evel":"Warning"#,
    r#"evel": "Error"#,
    r#"evel": "Critical"#,
    r#""@l":"Error"#,
    r#""@l":"Fatal"#,
    r#""@l":"Warning"#,
    r#"severity":"warning"#,
    r#"severity":"error"#,
    r#"severity":"critical"#,
    r#""err":""#,
    r#"PRIORITY":"3"#,
    r#"PRIORITY":"2"#,
    // Capitals: ` ERROR `, `[ERROR]`, `"level":"ERROR"`.
    "ERROR",
    "FATAL",
    "CRITICAL",
    "SEVERE",
    " ERR: ",
    "WARN",
    "PANIC",
    "[error]",
    "[warn",
    "[critical]",
    "[crit]",
    "[alert]",
    "[emerg]",
    "fail: ",
    "crit: ",
    "warn: ",
    "\twarn\t",
    "\terror\t",
    "\tfatal\t",
    "\tpanic\t",
    // etcd before 3.5.
    " E | ",
    " C | ",
    // Records that begin with their failure.
    "panic: ",
    "fatal error: ",
    "error: ",
    "Error: ",
    "Exception: ",
    "Exception in thread",
    // How programs of other languages end.
    "Unhandled exception",
    "unhandled exception",
    "Uncaught ",
    "UnhandledPromiseRejection",
    "panicked at",
    "terminate called",
    "core dumped",
    "Segmentation fault",
    "segfault at",
    "PHP Fatal error",
    "CRASH REPORT",
    "Error)",
    // What the kernel, plugins and tools write without a level.
    "BUG: ",
    "Oops",
    "general protection fault",
    "not responding",
    "I/O error",
    "rejecting I/O",
    "blocked for more than",
    "soft lockup",
    "Out of memory",
    "ut of memory",
    "Failed ",
    "failed ",
    "FAILED",
    "ould not ",
    "annot ",
    "can't ",
    "Unable to ",
    "unable to ",
    "timed out",
    "timeout",
    "refused",
    "rejected",
    "denied",
    "No space left",
    "no space left",
    "o route to host",
    "unreachable",
    "unhealthy",
    "corrupt",
    // Syslog priorities from emergency to error.
    "<0>",
    "<1>",
    "<2>",
    "<3>",
];

/// All markers. klog's header has the month and the day behind its letter: `E0725 22:17:35`.
pub(super) fn all() -> impl Iterator<Item = String> {
    let klog = KLOG_LEVELS.into_iter().flat_map(|level| {
        (1..=12)
            .flat_map(move |month| (1..=31).map(move |day| format!("{level}{month:02}{day:02}")))
    });
    klog.chain(WORDS.iter().map(|word| (*word).to_owned()))
}
