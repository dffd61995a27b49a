//! A regex of the lexicon: one of a thousand, asked now and then about a single line.
//!
//! Those of the rules look at every line of a log that holds their words, and pay with memory for
//! being fast: automata that grow with what they see, searches for literals of their own. A thousand
//! of these would be most of what the program keeps, so they have the plain simulations alone.

use regex_automata::meta::Regex as Compiled;
use regex_automata::util::syntax;
use std::ops::Range;
use std::sync::OnceLock;

/// A regex that is compiled when it is first asked.
#[derive(Debug)]
pub(super) struct Regex {
    source: &'static str,
    compiled: OnceLock<Option<Compiled>>,
}

impl Regex {
    /// The regex of this pattern; the test of the codes lets no malformed one through.
    pub(super) fn new(source: &'static str) -> Self {
        Self {
            source,
            compiled: OnceLock::new(),
        }
    }

    /// Where it first matches.
    pub(super) fn find(&self, text: &[u8]) -> Option<Range<usize>> {
        let compiled = self.compiled.get_or_init(|| compile(self.source));
        Some(compiled.as_ref()?.find(text)?.range())
    }
}

/// Compiles a pattern for bytes, with Unicode only where it needs it, as rules do.
pub(super) fn compile(source: &str) -> Option<Compiled> {
    let plain = Compiled::config()
        .auto_prefilter(false)
        .hybrid(false)
        .onepass(false)
        .utf8_empty(false);
    let build = |unicode| {
        Compiled::builder()
            .configure(plain.clone())
            .syntax(syntax::Config::new().unicode(unicode).utf8(false))
            .build(source)
            .ok()
    };
    build(false).or_else(|| build(true))
}
