//! Prefixes of log lines: every format of components, runtimes, journals and agents.

use crate::time::Stamp;

/// What the front of a line says. Wrappers (CRI, docker json-file, journald, syslog, logrus) are
/// unwrapped until nothing changes; time and level are the innermost record's, host and unit the
/// outermost's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prefix<'a> {
    /// Innermost time.
    pub stamp: Option<Stamp>,
    /// Host name of a syslog or journald prefix.
    pub host: Option<&'a str>,
    /// Program of a syslog or journald prefix, without its pid.
    pub unit: Option<&'a str>,
    /// Innermost level.
    pub level: Option<Level>,
    /// Source file that klog or zap names: `kubelet.go`.
    pub source: Option<&'a str>,
    /// Whether a runtime marked the line as continued on the next (`P`).
    pub partial: bool,
    /// Where the innermost message begins.
    pub message: usize,
}

/// Level of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Debug or trace.
    Debug,
    /// Info or notice.
    Info,
    /// Warning.
    Warning,
    /// Error.
    Error,
    /// Fatal, panic, emergency.
    Fatal,
}

/// Reads the front of a line; never fails, at worst it knows nothing.
pub fn parse(line: &[u8]) -> Prefix<'_> {
    let _ = line;
    Prefix::default()
}
