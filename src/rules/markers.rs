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
    "level=err",
    "level=fatal",
    "level=panic",
    "level=crit",
    "level=warn",
    "lvl=eror",
    "lvl=crit",
    "lvl=err",
    "lvl=warn",
    "severity=err",
    // JSON beyond what `json` makes.
    r#""err":""#,
    r#"PRIORITY":"3"#,
    r#"PRIORITY":"2"#,
    // MongoDB.
    r#""s":"E"#,
    r#""s":"F"#,
    r#""s":"W"#,
    " E STORAGE",
    " F -  ",
    // Redis: the sign behind the milliseconds.
    "0 # ",
    "1 # ",
    "2 # ",
    "3 # ",
    "4 # ",
    "5 # ",
    "6 # ",
    "7 # ",
    "8 # ",
    "9 # ",
    // Ceph, Telegraf, CockroachDB, Elixir, npm, Ansible.
    " -1 ",
    " E! ",
    " W! ",
    "\u{22ee} [",
    "** (",
    "ERR! ",
    "ERROR!",
    // logrus on a terminal.
    "ERRO[",
    "ERRO ",
    "FATA[",
    "PANI[",
    // PHP.
    "PHP Warning",
    // Capitals: ` ERROR `, `[ERROR]`, `"level":"ERROR"`.
    "ERROR",
    "FATAL",
    "CRITICAL",
    "SEVERE",
    "EROR",
    "ERR ",
    "ERR]",
    "ERR: ",
    "FTL ",
    "FTL]",
    "PNC ",
    "WRN ",
    "WRN: ",
    "WRN]",
    "WARN",
    "PANIC",
    "[error",
    "[Error]",
    "<Error>",
    ":error]",
    "[fatal]",
    "[Fatal]",
    "<Fatal>",
    "**ERROR",
    "[E] ",
    "[F] ",
    "[W] ",
    "[warn",
    "[ warn]",
    "[Warning]",
    "<Warning>",
    "<Critical>",
    "[critical]",
    "[crit]",
    "[alert]",
    "[ALERT]",
    "[emerg]",
    "fail: ",
    "crit: ",
    "warn: ",
    "\twarn\t",
    "\twarning\t",
    "  warning ",
    "\terror\t",
    "\tfatal\t",
    "\tpanic\t",
    // etcd before 3.5.
    " E | ",
    " C | ",
    // Records that begin with their failure.
    "panic: ",
    "fatal error: ",
    "fatal: ",
    "npm error ",
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
    "beyond end of device",
    "blocked for more than",
    "soft lockup",
    "Out of memory",
    "ut of memory",
    "Failed ",
    "failed ",
    "failed:",
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
    "CRC error",
    "nput/output error",
    "nternal error",
    "ead-only file system",
    "tale file handle",
    "oo many ",
    "already in use",
    "ssertion ",
    "certificate ",
    "shared libraries",
    "exec format error",
    "killed as a result",
    "killed by signal",
    "Bad ",
    "onnection reset",
    "rror ",
    "rror,",
    "rror:",
    "rror=",
    " err=",
    "\"error\":",
    "TLS error",
    "type=\"Warning\"",
    "type: 'Warning'",
    // Open vSwitch.
    "|ERR|",
    "|WARN|",
    "|EMER|",
    "orbidden",
    "nvalid ",
    "Maximum number",
    "o such ",
    "nauthorized",
    "nexpected ",
    "abort",
    "onnection lost",
    "ost connection",
    "crashed",
    "deadlock",
    " died",
    "disagree",
    "does not exist",
    "exceeded",
    "exception",
    "exhausted",
    "exit status",
    "\" 500 ",
    "\" 502 ",
    "\" 503 ",
    "\" 504 ",
    "is different from",
    "lost leader",
    "misconfiguration",
    "not responsive",
    "prematurely",
    "expired",
    "gave up",
    "giving up",
    "inconsistent",
    "mismatch",
    "no nameservers",
    "no suitable ",
    "ending SIGKILL",
    "not allowed",
    "not found",
    "not permitted",
    "not supported",
    "overflow",
    // Syslog priorities from emergency to error.
    "<0>",
    "<1>",
    "<2>",
    "<3>",
];

/// Names of levels as JSON has them, in any case; a short one stands for the longer ones that begin
/// with it.
const JSON_LEVELS: &[&str] = &[
    "err", "eror", "fatal", "panic", "dpanic", "crit", "emerg", "alert", "warn",
];

/// Ends of keys of a level, with what stands between them and the value.
const JSON_KEYS: &[&str] = &[
    r#"evel":""#,
    r#"evel": ""#,
    r#"evel\":\""#,
    r#"everity":""#,
    r#"everity": ""#,
    r#"everityText":""#,
    r#"everity_text":""#,
    r#"tatus":""#,
    r#"@l":""#,
    r#"lvl":""#,
];

/// Levels in JSON: `"level":"error"`, `"Level": "Error"`, and numbers of pino and bunyan.
fn json() -> impl Iterator<Item = String> {
    let named = JSON_KEYS.iter().flat_map(|key| {
        JSON_LEVELS.iter().flat_map(move |level| {
            let (first, rest) = level.split_at(1);
            let title = format!("{}{rest}", first.to_ascii_uppercase());
            let spellings = [(*level).to_owned(), title, level.to_ascii_uppercase()];
            spellings.map(|level| format!("{key}{level}"))
        })
    });
    let numbers = ["50", "60"].into_iter();
    named.chain(
        numbers.flat_map(|number| [format!("level\":{number}"), format!("level\": {number}")]),
    )
}

/// All markers. klog's header has the month and the day behind its letter: `E0725 22:17:35`.
pub(super) fn all() -> impl Iterator<Item = String> {
    let klog = KLOG_LEVELS.into_iter().flat_map(|level| {
        (1..=12)
            .flat_map(move |month| (1..=31).map(move |day| format!("{level}{month:02}{day:02}")))
    });
    klog.chain(json())
        .chain(WORDS.iter().map(|word| (*word).to_owned()))
}
