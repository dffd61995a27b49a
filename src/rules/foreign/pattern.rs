//! Regexes of other tools: what of them our engine can find, and the literals it needs for that.
//!
//! In: a pattern in Go's RE2 syntax, which is close to that of the regex crate. Out: literals of
//! which one stands in every match, or why the pattern cannot be used. Our engine reads lines, and
//! looks at a line only where one of a rule's literals stands on it.

use crate::rules::pattern::compile;
use crate::rules::required::{self, LONGEST, Required};
use regex_syntax::hir::{Hir, HirKind, Look};

/// Shortest literal that is worth a look at its line; shorter ones stand everywhere.
const SHORTEST: usize = 4;

/// What of a pattern is searched for.
const REQUIRED: Required = Required {
    shortest: SHORTEST,
    any_case: false,
};

/// Where `^` and `$` hold in the tool that the pattern was written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchors {
    /// At the ends of a whole file.
    File,
    /// At the start of a few buffered lines, and at the end of the newest message.
    Buffer,
    /// At the ends of one message, as with us.
    Message,
}

/// Literals of which at least one stands in every match of the pattern, sorted; the error says why
/// there are none, or why the pattern cannot be used at all.
pub(super) fn literals(pattern: &str, anchors: Anchors) -> Result<Vec<String>, String> {
    let hir = parse(pattern)?;
    usable(pattern, &hir, anchors)?;
    let found = REQUIRED.of(&hir).ok_or_else(|| {
        format!("no text of {SHORTEST} bytes or more is contained in every line that its pattern matches")
    })?;
    let mut literals: Vec<String> = found
        .into_iter()
        .map(|bytes| shorten(&String::from_utf8_lossy(&bytes)))
        .collect();
    literals.sort();
    literals.dedup();
    Ok(literals)
}

/// Whether the pattern is one that the engine can confirm with, for matchers that need no literal.
pub(super) fn confirms(pattern: &str, anchors: Anchors) -> Result<(), String> {
    usable(pattern, &parse(pattern)?, anchors)
}

/// Whether some part of the pattern may run over the end of a line because it says so.
pub(super) fn may_span_lines(pattern: &str) -> bool {
    pattern.contains("(?s") || pattern.contains("\\n") || pattern.contains("[\\s\\S]")
}

/// Reads a pattern as the engine does.
fn parse(pattern: &str) -> Result<Hir, String> {
    // The engine's own words, which are one line.
    let refused = || match compile(pattern) {
        Err(reason) => format!("its pattern is not supported ({reason})"),
        Ok(_) => "its pattern is not supported".to_owned(),
    };
    let hir = required::parse(pattern).map_err(|_| refused())?;
    compile(pattern).map_err(|reason| format!("its pattern is not supported ({reason})"))?;
    Ok(hir)
}

/// Whether a pattern means the same on one line.
fn usable(pattern: &str, hir: &Hir, anchors: Anchors) -> Result<(), String> {
    if needs_newline(hir) {
        return Err("its pattern spans several lines, but logs are read line by line".into());
    }
    let looks = hir.properties().look_set();
    let (start, end) = (looks.contains(Look::Start), looks.contains(Look::End));
    match anchors {
        Anchors::File if start || end => {
            return Err(
                "its pattern is anchored to the start or end of the whole file (^ or $ without (?m))"
                    .into(),
            );
        }
        Anchors::Buffer if start => {
            return Err("its pattern is anchored to the start of the buffered lines (^)".into());
        }
        _ => {}
    }
    let empty = compile(pattern).is_ok_and(|regex| regex.is_match(b""));
    if empty {
        return Err("its pattern matches any text".into());
    }
    Ok(())
}

/// Whether every match holds a line end.
fn needs_newline(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.contains(&b'\n'),
        HirKind::Capture(capture) => needs_newline(&capture.sub),
        HirKind::Repetition(repetition) => repetition.min > 0 && needs_newline(&repetition.sub),
        HirKind::Concat(parts) => parts.iter().any(needs_newline),
        HirKind::Alternation(parts) => !parts.is_empty() && parts.iter().all(needs_newline),
        HirKind::Class(_) => REQUIRED
            .members(hir)
            .is_some_and(|all| !all.is_empty() && all.iter().all(|text| text.contains(&b'\n'))),
        HirKind::Empty | HirKind::Look(_) => false,
    }
}

/// The beginning of a text that is longer than needed.
fn shorten(text: &str) -> String {
    let mut end = LONGEST.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(pattern: &str) -> Vec<String> {
        literals(pattern, Anchors::Message).unwrap()
    }

    fn why_not(pattern: &str, anchors: Anchors) -> String {
        literals(pattern, anchors).unwrap_err()
    }

    #[test]
    fn the_longest_sure_text_is_taken() {
        for (pattern, expected) in [
            (r"Stopped task \d+ (.+) total-mem:\d+kB", "Stopped task "),
            (r"\d+ widgets were lost", " widgets were lost"),
            (
                r"(?P<count>\d+) of (?P<all>\d+) shards lost",
                " shards lost",
            ),
            (r"(failed (hard)) (again)+", "failed hard "),
            (r"(?:lost){2,}", "lost"),
            (r"a?bcdef", "bcdef"),
            (r"disk \[#\d+\] gone away", "] gone away"),
        ] {
            assert_eq!(of(pattern), [expected], "{pattern}");
        }
    }

    #[test]
    fn all_spellings_of_an_alternation_are_taken() {
        assert_eq!(
            of("(timeout|refused) by peer"),
            ["refused by peer", "timeout by peer"]
        );
        assert_eq!(of(r"\d+ (?:timeout|refused)\w*"), [" refused", " timeout"]);
        assert_eq!(of("[Ff]ailed"), ["Failed", "failed"]);
        let cased = of("(?i)panicking");
        assert!(
            cased.len() == 64 && cased.iter().all(|text| text.len() == 6),
            "{cased:?}"
        );
    }

    #[test]
    fn a_pattern_without_a_sure_text_is_refused() {
        for pattern in [r"\d+ ms", ".+", "(abcd)?x+", "abcdef|x.z", r"[a-z]+: \w+"] {
            let reason = why_not(pattern, Anchors::Message);
            assert!(reason.contains("no text of 4 bytes"), "{pattern}: {reason}");
        }
    }

    #[test]
    fn what_means_something_else_on_one_line_is_refused() {
        for (pattern, anchors, word) in [
            (
                r"first line\nsecond line",
                Anchors::Message,
                "several lines",
            ),
            (r"(?:one\n|two\n)three", Anchors::Message, "several lines"),
            ("^first words", Anchors::File, "whole file"),
            ("last words$", Anchors::File, "whole file"),
            ("^first words", Anchors::Buffer, "buffered lines"),
            ("(broken", Anchors::File, "not supported"),
            (r"\Qquoted\E", Anchors::File, "not supported"),
            ("(abcdef)*", Anchors::Message, "any text"),
        ] {
            let reason = why_not(pattern, anchors);
            assert!(reason.contains(word), "{pattern}: {reason}");
        }
        assert!(literals("last words$", Anchors::Buffer).is_ok());
        assert!(literals("(?m)^whole line$", Anchors::File).is_ok());
        assert!(may_span_lines("(?s)from here.*to there") && !may_span_lines(r"from\s+here"));
    }

    proptest! {
        /// What is told to stand in every match does: a text made from the pattern's own words has
        /// one of the literals wherever the pattern matches.
        #[test]
        fn a_match_always_holds_a_literal(
            pattern in r"[a-c|()?+*. \[\]\\d]{0,24}",
            text in "[a-c0 ]{0,24}",
        ) {
            if let (Ok(literals), Ok(regex)) = (literals(&pattern, Anchors::Message), compile(&pattern))
                && let Some(found) = regex.find(text.as_bytes())
            {
                let matched = text.get(found.range()).unwrap_or_default();
                prop_assert!(literals.iter().any(|literal| matched.contains(literal.as_str())), "{matched:?} {literals:?}");
            }
        }

        #[test]
        fn any_pattern_is_survived(pattern in "\\PC{0,60}") {
            let _ = literals(&pattern, Anchors::File);
        }
    }
}
