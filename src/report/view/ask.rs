//! What to ask the customer for.

use crate::diagnose;
use crate::redact::Masker;

/// One thing to ask for.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The command, ready to paste.
    pub command: String,
    /// Why.
    pub why: String,
    /// Rules that could run then.
    pub rules: Vec<String>,
    /// Fingerprints of the findings that it would settle.
    pub settles: Vec<String>,
}

/// Masks one thing to ask for.
pub(super) fn ask(m: &mut Masker, ask: &diagnose::Ask) -> Ask {
    Ask {
        command: m.text(&ask.command),
        why: m.text(&ask.why),
        rules: ask.rules.iter().map(|rule| m.text(rule)).collect(),
        settles: ask.settles.iter().map(|f| m.text(&f.0)).collect(),
    }
}
