//! Texts that mark a line as a candidate for an error that no rule explains.
//!
//! The scan jumps from literal to literal and never reads the other lines, so what makes a line
//! an error has to be a literal as well. A marker only says "look at this line"; whether it is an
//! error is read from its front. So a marker may stand on lines that are none, but not on many.

/// Letters of klog's levels that are looked at; of warnings only those that speak of an error.
const KLOG_LEVELS: [char; 3] = ['E', 'F', 'W'];

/// What formats other than klog write for an error, and how records without a level begin.
const WORDS: &[&str] = &[
    // logfmt.
    "level=error",
    "level=fatal",
    "level=panic",
    "level=crit",
    "lvl=eror",
    "lvl=crit",
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
    "[error]",
    "[critical]",
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
