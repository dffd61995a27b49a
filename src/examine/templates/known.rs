//! Templates of words that stood there before.
//!
//! What goes wrong is written again and again: in the logs of a must-gather six of seven error lines
//! say word for word what one above them said, and to look that up is many times faster.

use super::text::normalise;
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
        let template = normalise(&words);
        if self.0.len() >= WORDS {
            self.0.clear();
        }
        self.0.insert(words, template.clone());
        template
    }
}
