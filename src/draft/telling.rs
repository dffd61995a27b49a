//! What on a line will be the same the next time: the literal to look for, and a regex in which
//! names, numbers and addresses may be others.

use regex::Regex;
use std::fmt::Write as _;
use std::sync::LazyLock;

/// The parts of a matcher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Telling {
    /// The words that tell most.
    pub(super) literal: String,
    /// What confirms the line; `None` where the literal says it all.
    pub(super) regex: Option<String>,
}

impl Telling {
    /// Whether a rule with these parts hits a line.
    pub(super) fn fits(&self, line: &str) -> bool {
        let regex = self.regex.as_deref().map(Regex::new);
        line.contains(&self.literal)
            && regex.is_none_or(|regex| regex.is_ok_and(|regex| regex.is_match(line)))
    }
}

/// Shortest literal that is worth looking for.
const SHORTEST: usize = 6;

/// Words that lines of any kind have; a literal needs others.
const COMMON: &[&str] = &[
    "err",
    "error",
    "failed",
    "level",
    "msg",
    "message",
    "time",
    "info",
    "warning",
    "warn",
    "pod",
    "node",
    "name",
    "namespace",
    "logger",
    "caller",
    "reason",
    "desc",
    "code",
    "rpc",
    "uid",
    "podUID",
    "containerName",
    "the",
    "and",
    "for",
    "with",
    "from",
];

/// What differs from line to line: the pattern that finds it, and what stands in its place.
/// Groups named in the second are captured by the rule.
const VARIABLE: &[(&str, &str)] = &[
    (
        r#"\bpod\\*"?[= ]\\*"[a-z0-9.-]+/[a-z0-9.-]+\\*""#,
        r#"pod\\*"?[= ]\\*"(?<namespace>[^"/\\]+)/(?<pod>[^"\\]+)\\*""#,
    ),
    (
        r#"\bpod\\*"?[= ]\\*"[a-z0-9.-]+_[a-z0-9.-]+\([^)"]*\)\\*""#,
        r#"pod\\*"?[= ]\\*"(?<pod>[^"_\\]+)_(?<namespace>[^"(\\]+)\([^)]*\)\\*""#,
    ),
    (
        r#"\bpod\\*"?[= ]\\*"[a-z0-9.-]+\\*""#,
        r#"pod\\*"?[= ]\\*"(?<pod>[^"\\]+)\\*""#,
    ),
    (
        r#"\bnode(?:Name)?\\*"?[= ]\\*"[a-z0-9.-]+\\*""#,
        r#"node(?:Name)?\\*"?[= ]\\*"(?<node>[^"\\]+)\\*""#,
    ),
    (
        r#"\bnamespace\\*"?[= ]\\*"[a-z0-9.-]+\\*""#,
        r#"namespace\\*"?[= ]\\*"(?<namespace>[^"\\]+)\\*""#,
    ),
    (r#"https?://[^\s"\\,;)]+"#, r#"https?://[^\s"\\]+"#),
    (
        r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b",
        r"[0-9a-fA-F-]{36}",
    ),
    (
        r"\[[0-9a-f:]*:[0-9a-f:]+\](?::\d+)?",
        r"\[[0-9a-f:]+\](?::\d+)?",
    ),
    (
        r"\b\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\d+)?\b",
        r"[\d.]+(?:[:/]\d+)?",
    ),
    (
        r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*",
        r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*",
    ),
    (r"\bv?\d+\.\d+\.\d+[-+.\w]*", r"v?\d+\.\d+\.\d+\S*"),
    (
        r"\b(?:\d+(?:\.\d+)?(?:h|ms|m|s|µs|us|ns))+\b",
        r"[\d.hmsµun]+",
    ),
    (
        r"\b[a-z0-9]+(?:-[a-z0-9]+)*-[a-z0-9]{8,10}-[a-z0-9]{5}\b",
        r"[a-z0-9.-]+",
    ),
    (
        r"\b(?:0x)?[0-9a-f]*\d[0-9a-f]*[0-9a-f]{7,}\b",
        r"(?:0x)?[0-9a-f]+",
    ),
    (r#"\\*"[^"\\\s]*\d[^"\\\s]*\\*""#, r#"\\*"[^"\\]*\\*""#),
    (r"(?:/[\w.@:-]+){2,}/?", r"/\S+"),
    (r"\b[A-Za-z]+(?:-[A-Za-z]+)*-?\d[\w.-]*\b", r"[\w.-]+"),
    (r"\b\d+(?:\.\d+)?", r"\d+(?:\.\d+)?"),
];

/// All patterns of [`VARIABLE`], of which the first that fits counts.
static ANY: LazyLock<Regex> = LazyLock::new(|| {
    let all: Vec<String> = VARIABLE
        .iter()
        .map(|(pattern, _)| format!("({pattern})"))
        .collect();
    Regex::new(&all.join("|")).expect("the patterns are part of the tool and tested")
});

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part<'t> {
    /// The same every time.
    Fixed(&'t str),
    /// Another every time: what stands in its place.
    Variable(&'static str),
}

/// The literal and regex for a message; `None` where nothing on it is worth looking for.
pub(super) fn of(message: &str) -> Option<Telling> {
    let parts = parts(message);
    let scored = parts.iter().enumerate().map(|(place, part)| match part {
        Part::Fixed(text) => (score(text), place),
        Part::Variable(_) => (0, place),
    });
    // Of equals the last: the cause stands at the end.
    let (_, best) = scored.max().filter(|(score, _)| *score >= SHORTEST)?;
    let Some(Part::Fixed(text)) = parts.get(best) else {
        return None;
    };
    let literal = trimmed(text).to_owned();
    let regex = regex(&parts, best);
    Some(Telling { literal, regex })
}

/// Cuts a message where it differs from line to line, and its fixed text at clauses.
fn parts(message: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut end = 0;
    for found in ANY.captures_iter(message) {
        let Some(whole) = found.get(0) else { continue };
        let which = (1..found.len()).find(|group| found.get(*group).is_some());
        let Some((_, instead)) = which.and_then(|group| VARIABLE.get(group - 1)) else {
            continue;
        };
        clauses(
            message.get(end..whole.start()).unwrap_or_default(),
            &mut parts,
        );
        // One group of a name is all that a regex may have.
        let named = instead.contains("(?<");
        if named && parts.contains(&Part::Variable(instead)) {
            parts.push(Part::Variable(r"\S+"));
        } else {
            parts.push(Part::Variable(instead));
        }
        end = whole.end();
    }
    clauses(message.get(end..).unwrap_or_default(), &mut parts);
    parts
}

/// Cuts fixed text at quotes, and behind colons and equals signs.
fn clauses<'t>(text: &'t str, parts: &mut Vec<Part<'t>>) {
    let mut rest = text;
    while !rest.is_empty() {
        let cut = [": ", "\\\"", "\"", "=", "; ", "{", "}"]
            .iter()
            .filter_map(|mark| rest.find(mark).map(|at| at + mark.len()))
            .min()
            .unwrap_or(rest.len());
        let (clause, after) = rest.split_at_checked(cut).unwrap_or((rest, ""));
        parts.push(Part::Fixed(clause));
        rest = after;
    }
}

/// The words of a clause without what stands around them.
fn trimmed(clause: &str) -> &str {
    clause.trim_matches(|c: char| !c.is_alphanumeric())
}

/// How much a clause tells: the letters of its words that not every line has.
fn score(clause: &str) -> usize {
    let words = trimmed(clause).split(|c: char| !c.is_alphanumeric());
    words
        .filter(|word| word.len() > 2 && !COMMON.contains(word))
        .map(str::len)
        .sum()
}

/// The regex: the clause of the literal with the variable parts around it, and every part that
/// names an object; what lies between may be anything.
fn regex(parts: &[Part<'_>], best: usize) -> Option<String> {
    let named = |part: &Part<'_>| matches!(part, Part::Variable(text) if text.contains("(?<"));
    let telling = |part: &Part<'_>| matches!(part, Part::Fixed(text) if score(text) >= SHORTEST);
    let variable = |part: Option<&Part<'_>>| matches!(part, Some(Part::Variable(_)));
    let mut wanted = vec![false; parts.len()];
    let mut want = |place: usize| {
        if let Some(wanted) = wanted.get_mut(place) {
            *wanted = true;
        }
    };
    want(best);
    // The sentence goes on behind a variable part: `code 12 while reading`.
    if variable(parts.get(best + 1)) && parts.get(best + 2).is_some_and(telling) {
        want(best + 1);
        want(best + 2);
    }
    if let Some(before) = best.checked_sub(2)
        && variable(parts.get(before + 1))
        && parts.get(before).is_some_and(telling)
    {
        want(before);
        want(before + 1);
    }
    for (place, _) in parts.iter().enumerate().filter(|(_, part)| named(part)) {
        want(place);
    }
    let count = wanted.iter().filter(|wanted| **wanted).count();
    if count < 2 {
        return None;
    }
    let first = wanted.iter().position(|wanted| *wanted)?;
    let last = wanted.iter().rposition(|wanted| *wanted)?;
    let mut regex = String::new();
    let mut gap = false;
    for (place, part) in parts.iter().enumerate().take(last + 1).skip(first) {
        if wanted.get(place) != Some(&true) {
            gap = true;
            continue;
        }
        if std::mem::take(&mut gap) {
            regex.push_str(".*");
        }
        match part {
            Part::Fixed(text) if place == first => escape(text.trim_start_matches('"'), &mut regex),
            Part::Fixed(text) if place == last => escape(trimmed_end(text), &mut regex),
            Part::Fixed(text) => escape(text, &mut regex),
            Part::Variable(text) => regex.push_str(text),
        }
    }
    Some(regex)
}

/// The clause without what stands behind its words.
fn trimmed_end(clause: &str) -> &str {
    clause.trim_end_matches(|c: char| !c.is_alphanumeric())
}

/// Adds a text that is to be matched as it stands.
fn escape(text: &str, regex: &mut String) {
    for c in text.chars() {
        match c {
            '\\' | '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' => {
                regex.extend(['\\', c]);
            }
            c if c.is_control() => {
                let _ = write!(regex, "\\x{{{:x}}}", u32::from(c));
            }
            c => regex.push(c),
        }
    }
}
