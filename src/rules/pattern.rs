//! Regexes of rules, compiled when they are first needed.

use regex_automata::meta::{BuildError, Regex};
use regex_automata::util::primitives::PatternID;
use regex_automata::util::syntax;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// Names of groups and what they matched.
pub type Captured = Vec<(String, String)>;

/// Where a regex matched, and its named groups.
pub type Match = (Range<usize>, Captured);

/// A regex over bytes, compiled on first use.
///
/// A copy shares what was compiled, whichever of them came first, and none of what the others have
/// learnt of the texts they saw: that grows with every unlike text.
#[derive(Debug)]
pub struct Pattern {
    source: Arc<str>,
    /// What all copies share.
    compiled: Arc<OnceLock<Option<Regex>>>,
    /// What this one looks with.
    regex: OnceLock<Option<Regex>>,
}

impl Clone for Pattern {
    fn clone(&self) -> Self {
        Self {
            source: self.source.clone(),
            compiled: self.compiled.clone(),
            regex: OnceLock::new(),
        }
    }
}

impl Pattern {
    /// A pattern that is known to be well-formed; it is compiled when first used.
    pub(crate) fn trusted(source: &str) -> Self {
        Self {
            source: source.into(),
            compiled: Arc::default(),
            regex: OnceLock::new(),
        }
    }

    /// A pattern that is compiled now; the error says in one line what is wrong with it.
    pub(super) fn checked(source: &str) -> Result<Self, String> {
        let regex = compile(source)?;
        if regex.is_match(b"") {
            return Err("the regex matches the empty string, so it confirms nothing".into());
        }
        Ok(Self {
            source: source.into(),
            compiled: Arc::new(OnceLock::from(Some(regex))),
            regex: OnceLock::new(),
        })
    }

    /// The pattern as the file writes it.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether it matches somewhere in the text.
    pub fn is_match(&self, text: &[u8]) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }

    /// Where it first matches.
    pub fn find(&self, text: &[u8]) -> Option<Range<usize>> {
        Some(self.regex()?.find(text)?.range())
    }

    /// Named groups of the first match, in the order of the pattern, without those that took no part.
    pub fn captures(&self, text: &[u8]) -> Captured {
        self.find_with_captures(text)
            .map(|(_, captures)| captures)
            .unwrap_or_default()
    }

    /// Where it first matches, and the named groups of that match.
    pub fn find_with_captures(&self, text: &[u8]) -> Option<Match> {
        // Groups are the slowest search of all.
        if self.names().next().is_none() {
            return Some((self.find(text)?, Vec::new()));
        }
        let regex = self.regex()?;
        let mut captures = regex.create_captures();
        regex.captures(text, &mut captures);
        let whole = captures.get_match()?.range();
        let group = |name: &str| {
            let value = text.get(captures.get_group_by_name(name)?.range())?;
            Some((name.to_owned(), String::from_utf8_lossy(value).into_owned()))
        };
        let groups = self.names().filter_map(group).collect();
        Some((whole, groups))
    }

    /// Names of its groups, in the order of the pattern.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let groups = self.regex().map(Regex::group_info);
        let names = groups.map(|groups| groups.pattern_names(PatternID::ZERO));
        names.into_iter().flatten().flatten()
    }

    /// The compiled regex; `None` only for a trusted pattern that is malformed after all, which
    /// the test of the built-in rules does not let through.
    fn regex(&self) -> Option<&Regex> {
        self.regex
            .get_or_init(|| {
                let compiled = || compile(&self.source).ok();
                self.compiled.get_or_init(compiled).clone()
            })
            .as_ref()
    }
}

/// Compiles a pattern for bytes with Unicode off, which is faster and keeps `\d` to ASCII digits;
/// with Unicode on where the pattern needs it (a non-ASCII character in a class).
///
/// Groups of a short line need no automaton of their own, which may take a megabyte.
pub(super) fn compile(source: &str) -> Result<Regex, String> {
    let config = Regex::config().onepass(false).utf8_empty(false);
    let build = |unicode| {
        Regex::builder()
            .configure(config.clone())
            .syntax(syntax::Config::new().unicode(unicode).utf8(false))
            .build(source)
            .map_err(|error| one_line(&error))
    };
    build(false).or_else(|error| {
        // The first error is the one the author can act on, unless Unicode cures it.
        build(true).map_err(|_| error)
    })
}

/// The last line of a regex error, which says what is wrong; the lines before it draw a picture.
fn one_line(error: &BuildError) -> String {
    let text = match error.syntax_error() {
        Some(error) => error.to_string(),
        None => error.to_string(),
    };
    let last = text.lines().rfind(|line| !line.trim().is_empty());
    let reason = last.unwrap_or("not supported").trim();
    format!(
        "regex: {}",
        reason.strip_prefix("error: ").unwrap_or(reason)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_ascii_and_other_characters_still_work() {
        let digits = compile(r"took \d+ms").unwrap();
        assert!(digits.is_match(b"took 12ms"));
        assert!(!digits.is_match("took ١٢ms".as_bytes()));
        assert!(
            compile(r"took \d+[µm]s")
                .unwrap()
                .is_match("took 12µs".as_bytes())
        );
        assert!(compile("a.c").unwrap().is_match(b"a\xffc"));
    }

    #[test]
    fn a_regex_that_is_malformed_or_confirms_nothing_is_refused() {
        for (source, word) in [
            ("(", "unclosed group"),
            ("a*", "empty"),
            ("x{999999999}", "regex"),
        ] {
            let error = Pattern::checked(source).unwrap_err();
            assert!(error.contains(word), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn captures_are_named_in_the_order_of_the_pattern() {
        let pattern = Pattern::trusted(r"(?<zone>\w+)-(?<a>\d+)(?<none>!)?");
        let captures = pattern.captures(b"at eu-7");
        assert_eq!(
            captures,
            [
                ("zone".to_owned(), "eu".to_owned()),
                ("a".to_owned(), "7".to_owned())
            ]
        );
        assert_eq!(pattern.captures(b"nothing"), []);
    }
}
