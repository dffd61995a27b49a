//! Regexes of other tools: what of them our engine can find, and the literals it needs for that.
//!
//! In: a pattern in Go's RE2 syntax, which is close to that of the regex crate. Out: literals of
//! which one stands in every match, or why the pattern cannot be used. Our engine reads lines, and
//! looks at a line only where one of a rule's literals stands on it.

use crate::rules::pattern::compile;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// Shortest literal that is worth a look at its line; shorter ones stand everywhere.
const SHORTEST: usize = 4;
/// Most literals of one pattern: a short word in either case has 32 spellings.
const MOST: usize = 64;
/// Most characters of a class that is written out: `[Ee]`, `[0-3]`.
const CLASS: usize = 4;
/// Longest literal kept: more bytes say no more.
const LONGEST: usize = 64;

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
    let found = best(required(&hir)).ok_or_else(|| {
        format!("no text of {SHORTEST} bytes or more stands in every line that its pattern matches")
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
    let read = |unicode| {
        ParserBuilder::new()
            .utf8(false)
            .unicode(unicode)
            .build()
            .parse(pattern)
            .ok()
    };
    // The engine's own words, which are one line.
    let refused = || match compile(pattern) {
        Err(reason) => format!("its pattern is not understood ({reason})"),
        Ok(_) => "its pattern is not understood".to_owned(),
    };
    let hir = read(false).or_else(|| read(true)).ok_or_else(refused)?;
    compile(pattern).map_err(|reason| format!("its pattern is not understood ({reason})"))?;
    Ok(hir)
}

/// Whether a pattern means the same on one line.
fn usable(pattern: &str, hir: &Hir, anchors: Anchors) -> Result<(), String> {
    if needs_newline(hir) {
        return Err("its pattern spans several lines, and logs are read line by line".into());
    }
    let looks = hir.properties().look_set();
    let (start, end) = (looks.contains(Look::Start), looks.contains(Look::End));
    match anchors {
        Anchors::File if start || end => {
            return Err(
                "its pattern is tied to the start or end of the whole file (^ or $ without (?m))"
                    .into(),
            );
        }
        Anchors::Buffer if start => {
            return Err("its pattern is tied to the start of the buffered lines (^)".into());
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
        HirKind::Class(_) => members(hir)
            .is_some_and(|all| !all.is_empty() && all.iter().all(|text| text.contains(&b'\n'))),
        HirKind::Empty | HirKind::Look(_) => false,
    }
}

/// Texts of which one is in every match.
type Texts = Vec<Vec<u8>>;

/// Texts of which at least one stands in every match of this part; `None` where nothing is sure.
fn required(hir: &Hir) -> Option<Texts> {
    if let Some(all) = exact(hir) {
        return best(Some(all));
    }
    match hir.kind() {
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required(&repetition.sub),
        HirKind::Alternation(parts) => {
            let mut all = Texts::new();
            for part in parts {
                all.extend(required(part)?);
                if all.len() > MOST {
                    return None;
                }
            }
            best(Some(all))
        }
        HirKind::Concat(parts) => in_row(parts),
        _ => None,
    }
}

/// The best texts of parts that follow each other: runs whose spellings are all known, and what is
/// sure within the others.
fn in_row(parts: &[Hir]) -> Option<Texts> {
    let mut found: Option<Texts> = None;
    let mut run: Texts = vec![vec![]];
    for part in parts {
        let longer = exact(part).and_then(|texts| product(&run, &texts));
        if let Some(longer) = longer {
            run = longer;
            continue;
        }
        found = better(found, Some(std::mem::replace(&mut run, vec![vec![]])));
        match exact(part) {
            // Too many spellings together: the next run begins here.
            Some(texts) => run = texts,
            None => found = better(found, required(part)),
        }
    }
    better(found, Some(run))
}

/// All texts that this part matches, where they are few.
fn exact(hir: &Hir) -> Option<Texts> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(vec![vec![]]),
        HirKind::Literal(literal) => Some(vec![literal.0.to_vec()]),
        HirKind::Class(_) => members(hir),
        HirKind::Capture(capture) => exact(&capture.sub),
        HirKind::Concat(parts) => parts
            .iter()
            .try_fold(vec![vec![]], |run, part| product(&run, &exact(part)?)),
        HirKind::Alternation(parts) => {
            let mut all = Texts::new();
            for part in parts {
                all.extend(exact(part)?);
                if all.len() > MOST {
                    return None;
                }
            }
            Some(all)
        }
        HirKind::Repetition(_) => None,
    }
}

/// The characters of a class, where they are few.
fn members(hir: &Hir) -> Option<Texts> {
    let HirKind::Class(class) = hir.kind() else {
        return None;
    };
    let mut all = Texts::new();
    match class {
        Class::Bytes(class) => {
            for range in class.iter() {
                for byte in range.start()..=range.end() {
                    all.push(vec![byte]);
                    if all.len() > CLASS {
                        return None;
                    }
                }
            }
        }
        Class::Unicode(class) => {
            for range in class.iter() {
                for character in range.start()..=range.end() {
                    all.push(character.to_string().into_bytes());
                    if all.len() > CLASS {
                        return None;
                    }
                }
            }
        }
    }
    Some(all)
}

/// Every text of the one followed by every text of the other; `None` where that is too many.
fn product(left: &Texts, right: &Texts) -> Option<Texts> {
    if left.len().saturating_mul(right.len()) > MOST {
        return None;
    }
    let joined = |a: &Vec<u8>, b: &Vec<u8>| [a.as_slice(), b.as_slice()].concat();
    Some(
        left.iter()
            .flat_map(|a| right.iter().map(move |b| joined(a, b)))
            .collect(),
    )
}

/// Texts that can be searched for: each long enough, of one line, and whole characters.
fn best(texts: Option<Texts>) -> Option<Texts> {
    texts.filter(|texts| {
        !texts.is_empty()
            && texts.iter().all(|text| {
                text.len() >= SHORTEST
                    && !text.contains(&b'\n')
                    && !text.contains(&b'\r')
                    && std::str::from_utf8(text).is_ok()
            })
    })
}

/// Of two sets the one whose shortest text is longer; of equal ones the smaller.
fn better(one: Option<Texts>, other: Option<Texts>) -> Option<Texts> {
    let rank = |texts: &Texts| {
        let shortest = texts.iter().map(Vec::len).min().unwrap_or_default();
        (shortest.min(LONGEST), usize::MAX - texts.len())
    };
    match (best(one), best(other)) {
        (Some(one), Some(other)) if rank(&other) > rank(&one) => Some(other),
        (None, other) => other,
        (one, _) => one,
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
            cased.len() == MOST && cased.iter().all(|text| text.len() == 6),
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
            ("(broken", Anchors::File, "not understood"),
            (r"\Qquoted\E", Anchors::File, "not understood"),
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
                let matched = String::from_utf8_lossy(found.as_bytes()).into_owned();
                prop_assert!(literals.iter().any(|literal| matched.contains(literal.as_str())), "{matched:?} {literals:?}");
            }
        }

        #[test]
        fn any_pattern_is_survived(pattern in "\\PC{0,60}") {
            let _ = literals(&pattern, Anchors::File);
        }
    }
}
