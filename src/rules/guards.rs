//! Lines that quote a failure text without reporting a failure: an applied manifest, source code,
//! a flag listing. They are no hits, whatever rule matches them.
//!
//! The list is `rules/guards.toml`; it is the same for all rules. A guard is only tried on a line
//! that a rule has already matched and that holds a literal of the guard, or looks at the front of
//! the line alone, so it costs next to nothing.

use crate::rules::pattern::Pattern;
use regex::bytes::{RegexSet, RegexSetBuilder};
use serde::Deserialize;

/// All guards.
#[derive(Debug, Clone)]
pub struct Guards {
    all: Vec<Guard>,
    /// All patterns at once: most lines are no quote, and are told so in one pass.
    any: RegexSet,
    /// Patterns that are tied to the front of the line, for the message behind a prefix.
    anchored: RegexSet,
}

/// One kind of line that only quotes.
#[derive(Debug, Clone)]
pub struct Guard {
    /// Its name.
    pub id: String,
    /// What such lines are.
    pub why: String,
    /// Such a line.
    pub example: String,
    /// Any of these stands on the line; none where the pattern is tied to its front.
    pub literals: Vec<String>,
    /// How they are recognised.
    pub pattern: Pattern,
    /// Whether such a line also reports a failure of the component that wrote it, which rules with
    /// `subject = "writer"` are about.
    pub fails_itself: bool,
}

/// `rules/guards.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GuardFile {
    guard: Vec<GuardTable>,
}

/// `[[guard]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GuardTable {
    id: String,
    why: String,
    #[serde(default)]
    literal: Vec<String>,
    pattern: String,
    example: String,
    #[serde(default)]
    fails_itself: bool,
}

/// The file that ships with the tool.
const BUILTIN: &str = include_str!("../../rules/guards.toml");

impl Guards {
    /// The guards that ship with the tool.
    pub(super) fn builtin() -> Self {
        let file: GuardFile =
            toml::from_str(BUILTIN).expect("rules/guards.toml is part of the tool and tested");
        Self::of(file.guard)
    }

    /// None at all.
    pub(super) fn none() -> Self {
        Self::of(Vec::new())
    }

    /// These guards, which are known to be sound.
    fn of(tables: Vec<GuardTable>) -> Self {
        let guards: Vec<Guard> = tables
            .into_iter()
            .map(|table| Guard {
                id: table.id,
                why: table.why,
                example: table.example,
                literals: table.literal,
                pattern: Pattern::trusted(&table.pattern),
                fails_itself: table.fails_itself,
            })
            .collect();
        let set = |wanted: fn(&Guard) -> bool| {
            let guards = guards.iter().filter(|guard| wanted(guard));
            RegexSetBuilder::new(guards.map(|guard| guard.pattern.as_str()))
                .unicode(false)
                .build()
                .expect("the guards are part of the tool and tested")
        };
        Self {
            any: set(|_| true),
            anchored: set(Guard::anchored),
            all: guards,
        }
    }

    /// All of them, in the order of the file.
    pub fn all(&self) -> &[Guard] {
        &self.all
    }

    /// The guard that says that this line only quotes, if one does. `message` is where the line's
    /// own message begins, behind the prefixes of runtime, journal and logger.
    pub fn quotes(&self, line: &[u8], message: usize) -> Option<&Guard> {
        self.first(&self.any, line, message)
    }

    /// The same for a line on which no literal of a guard stands.
    pub fn quotes_at_front(&self, line: &[u8], message: usize) -> Option<&Guard> {
        self.first(&self.anchored, line, message)
    }

    /// The first guard that knows a line; `patterns` are those that may match it as a whole.
    fn first(&self, patterns: &RegexSet, line: &[u8], message: usize) -> Option<&Guard> {
        let opens = |message| self.anchored.is_match(message);
        if !patterns.is_match(line) && !message_of(line, message).is_some_and(opens) {
            return None;
        }
        self.all.iter().find(|guard| guard.knows(line, message))
    }
}

impl Guard {
    /// Whether its pattern is tied to the front of the line or of its message.
    fn anchored(&self) -> bool {
        self.pattern.as_str().starts_with('^')
    }

    /// Whether this line is one of its kind.
    fn knows(&self, line: &[u8], message: usize) -> bool {
        // Other patterns have seen the message as part of the line.
        let message = message_of(line, message).filter(|_| self.anchored());
        self.pattern.is_match(line) || message.is_some_and(|message| self.pattern.is_match(message))
    }
}

/// What a line says behind its prefixes, where it has any.
fn message_of(line: &[u8], message: usize) -> Option<&[u8]> {
    line.get(message..).filter(|rest| rest.len() < line.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::pattern::compile;

    #[test]
    fn each_guard_compiles_and_knows_its_own_example() {
        for guard in Guards::builtin().all() {
            let regex = compile(guard.pattern.as_str()).unwrap();
            assert!(regex.is_match(guard.example.as_bytes()), "{}", guard.id);
            assert!(!regex.is_match(b""), "{}", guard.id);
            assert!(!guard.why.is_empty(), "{}", guard.id);
            assert_eq!(guard.literals.is_empty(), guard.anchored(), "{}", guard.id);
            let mut literals = guard.literals.iter();
            let held = literals.any(|literal| guard.example.contains(literal.as_str()));
            assert!(guard.anchored() || held, "{}", guard.id);
        }
    }

    #[test]
    fn reports_of_failures_are_no_quotes() {
        let guards = Guards::builtin();
        for line in [
            "E0725 22:17:35.698639   25249 kubelet.go:2291] \"Error getting node\" err=\"node \\\"node1\\\" not found\"",
            "Memory cgroup out of memory: Killed process 4021 (java)",
            "[ERROR] plugin/errors: 2 example.org. A: read udp: i/o timeout",
            "#1 failed",
        ] {
            assert!(guards.quotes(line.as_bytes(), 0).is_none(), "{line}");
        }
    }

    #[test]
    fn a_quote_behind_a_prefix_is_still_a_quote() {
        let guards = Guards::builtin();
        let line = b"Aug 23 13:53:14 node cse[1]: + ERR_OUTBOUND_CONN_FAIL=50";
        let quotes = |line: &[u8], message| {
            let guard = guards.quotes(line, message);
            guard.map(|guard| guard.id.clone())
        };
        assert_eq!(quotes(line, 29).as_deref(), Some("xtrace-constant"));
        assert_eq!(quotes(line, 0), None);
        assert_eq!(quotes(line, 4_000), None);
        let flags = b"I0101 00:00:00.000000  1 flags.go:64] FLAG: --eviction-hard=\"x\"";
        assert_eq!(quotes(flags, 38).as_deref(), Some("flag-dump"));
    }
}
