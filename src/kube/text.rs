//! The text of an object, kept small, so that a citation can show the very line of a field.

use crate::limits::Limits;
use crate::locator::Snippet;

/// The text of one object as the bundle has it, compressed.
#[derive(Debug, Clone)]
pub struct ObjectText {
    format: TextFormat,
    first_line: u64,
    packed: Box<[u8]>,
}

/// What the text is written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextFormat {
    /// JSON.
    Json,
    /// YAML as Kubernetes tools print it.
    Yaml,
    /// `kubectl describe`; each field path with its line, counted from zero within the text.
    Describe(Vec<(String, u32)>),
}

impl ObjectText {
    /// Packs the text of an object whose first line is `first_line` of its entry.
    pub fn new(text: &str, format: TextFormat, first_line: u64) -> Self {
        let _ = text;
        Self {
            format,
            first_line,
            packed: Box::default(),
        }
    }

    /// Bytes it takes in memory.
    pub fn size(&self) -> usize {
        self.packed.len()
    }

    /// Line of the object's first line in its entry.
    pub fn first_line(&self) -> u64 {
        self.first_line
    }

    /// The line of the field at `path` (`status.containerStatuses[0].state.waiting.reason`) with
    /// the lines around it; the deepest part of the path that exists, at worst the first line.
    pub fn cite(&self, path: &str, limits: &Limits) -> Snippet {
        let _ = (path, limits, &self.format);
        Snippet {
            line: self.first_line,
            text: String::new(),
            before: vec![],
            after: vec![],
            matched: (0, 0),
        }
    }
}
