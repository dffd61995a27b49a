//! Templates of words that stood there before.
//!
//! What goes wrong is written again and again: in the logs of a must-gather six of seven error lines
//! say word for word what one above them said, and to look that up is many times faster.

use super::text::normalise;
use crate::examine::lines::lossy;
use crate::redact;
use std::borrow::Cow;
use std::collections::HashMap;

/// Words kept at a time.
const WORDS: usize = 2_048;

/// Words of error lines and their templates.
#[derive(Debug, Default)]
pub struct Known<'a>(HashMap<Cow<'a, [u8]>, String>);

impl<'a> Known<'a> {
    /// The template of these words: the same as [`normalise`] makes.
    pub(super) fn template(&mut self, words: Cow<'a, [u8]>) -> String {
        if let Some(template) = self.0.get(&*words) {
            return template.clone();
        }
        let template = normalise(&without_secrets(&words));
        if self.0.len() >= WORDS {
            self.0.clear();
        }
        self.0.insert(words, template.clone());
        template
    }
}

/// The words without secrets: a template that keeps the letters of a token and drops its digits
/// would show pieces that nobody recognises any more.
fn without_secrets(words: &[u8]) -> Cow<'_, [u8]> {
    if !redact::may_hold(words) {
        return Cow::Borrowed(words);
    }
    match redact::mask(&lossy(words)).0 {
        Cow::Borrowed(_) => Cow::Borrowed(words),
        Cow::Owned(masked) => Cow::Owned(masked.into_bytes()),
    }
}
