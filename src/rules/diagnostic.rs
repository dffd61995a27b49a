//! What is wrong with a rule file, and where.

use crate::rules::foreign::LeftOut;
use crate::rules::syntax::RuleError;
use std::fmt;

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The file must be changed.
    Error,
    /// The author should look again.
    Warning,
    /// The user should know.
    Note,
}

/// Something wrong with a rule file, displayed as `file:line:column: error: message`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The file, as the caller named it.
    pub file: String,
    /// Line, from one.
    pub line: usize,
    /// Column in characters, from one.
    pub column: usize,
    /// How bad.
    pub level: Level,
    /// What is wrong, and what to do about it where that is known.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            level,
            message,
        } = self;
        let level = match level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        };
        write!(f, "{file}:{line}:{column}: {level}: {message}")
    }
}

impl From<RuleError> for Diagnostic {
    fn from(error: RuleError) -> Self {
        Self {
            file: error.file,
            line: error.line,
            column: error.column,
            level: Level::Error,
            message: error.message,
        }
    }
}

impl From<LeftOut> for Diagnostic {
    fn from(left_out: LeftOut) -> Self {
        Self {
            message: left_out.message(),
            file: left_out.file,
            line: left_out.line,
            column: left_out.column,
            level: Level::Note,
        }
    }
}
