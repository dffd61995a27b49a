//! Where evidence stands: `outer.zip!nodes/node1.zip!systemlogs/kubelet:123`.
//!
//! Names come from archives and are hostile: they are shown, compared and matched, and never used
//! as a path of the file system.

use std::fmt;
use std::sync::Arc;

/// Name of one entry: the bundle it came from and the way down through nested archives.
///
/// Ordered by bundle name, then by the names on the way; this order is the order of the output.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryPath {
    bundle: Arc<str>,
    folder: bool,
    parts: Arc<[Arc<str>]>,
}

impl EntryPath {
    /// The bundle itself; `folder` when its entries are files of a folder and not of an archive.
    pub fn bundle(name: &str, folder: bool) -> Self {
        Self {
            bundle: name.into(),
            folder,
            parts: Arc::from([]),
        }
    }

    /// The entry `name` inside the archive (or folder) that this path names.
    #[must_use]
    pub fn entry(&self, name: &str) -> Self {
        let parts = self
            .parts
            .iter()
            .cloned()
            .chain([Arc::from(name)])
            .collect();
        Self {
            parts,
            ..self.clone()
        }
    }

    /// Name of the bundle the entry came from.
    pub fn bundle_name(&self) -> &str {
        &self.bundle
    }

    /// Path below the bundle, archives separated by `!`; the bundle's name where the bundle is one file.
    pub fn path(&self) -> String {
        if self.parts.is_empty() {
            self.bundle.to_string()
        } else {
            self.parts.join("!")
        }
    }

    /// Path inside the innermost archive; the bundle's name where the bundle is one file.
    pub fn inner(&self) -> &str {
        self.parts.last().unwrap_or(&self.bundle)
    }

    /// The innermost archive's own path; `None` where the entry stands directly in the bundle.
    #[must_use]
    pub fn archive(&self) -> Option<Self> {
        let (_, outer) = self.parts.split_last()?;
        (!outer.is_empty()).then(|| Self {
            parts: outer.into(),
            ..self.clone()
        })
    }

    /// How many archives have to be opened below the bundle to reach this entry.
    pub fn depth(&self) -> usize {
        self.parts.len().saturating_sub(1)
    }

    /// All names from the outermost to the innermost, cut at archives and at `/`.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.parts
            .iter()
            .flat_map(|part| part.split('/'))
            .filter(|segment| !segment.is_empty())
    }

    /// Last segment: the file's own name.
    pub fn file_name(&self) -> &str {
        let bundle = self.bundle.rsplit('/').next();
        let own = self.segments().next_back().or(bundle);
        own.unwrap_or(&self.bundle)
    }

    /// The locator of a line of this entry, counted from one.
    pub fn line(&self, line: u64) -> Locator {
        Locator {
            entry: self.clone(),
            line: Some(line),
        }
    }

    /// The locator of the entry as a whole.
    pub fn whole(&self) -> Locator {
        Locator {
            entry: self.clone(),
            line: None,
        }
    }
}

impl fmt::Display for EntryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.bundle)?;
        for (depth, part) in self.parts.iter().enumerate() {
            f.write_str(if depth == 0 && self.folder { "/" } else { "!" })?;
            f.write_str(part)?;
        }
        Ok(())
    }
}

impl fmt::Debug for EntryPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An entry, or one of its lines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Locator {
    /// The entry.
    pub entry: EntryPath,
    /// Line counted from one; `None` for the entry as a whole.
    pub line: Option<u64>,
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entry.fmt(f)?;
        self.line.map_or(Ok(()), |line| write!(f, ":{line}"))
    }
}

/// A piece of evidence in the bundle's own words: one line (or record) and the lines around it.
///
/// The text is as the bundle has it, decoded lossily; it is masked and escaped only when a report
/// is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Snippet {
    /// Line of `text`'s first line, counted from one.
    pub line: u64,
    /// The line, or the multi-line record, that is the evidence.
    pub text: String,
    /// Up to three lines before.
    pub before: Vec<String>,
    /// Up to three lines after.
    pub after: Vec<String>,
    /// Byte range of `text` that matched, on character boundaries; empty when the whole line counts.
    pub matched: (usize, usize),
    /// What stood around it, where something was cut off.
    pub around: Option<Box<Around>>,
}

impl Snippet {
    /// One line, of which all counts.
    pub fn of_line(line: u64, text: impl Into<String>) -> Self {
        Self {
            line,
            text: text.into(),
            before: vec![],
            after: vec![],
            matched: (0, 0),
            around: None,
        }
    }

    /// Leaves at most this many lines before and after. Those that go are kept around it as far as a
    /// secret on its own lines may need them.
    pub fn narrow(&mut self, lines: usize) {
        let far = self.before.len().saturating_sub(lines);
        if far == 0 && self.after.len() <= lines {
            return;
        }
        let mut around = self
            .around
            .take()
            .map_or_else(Around::default, |kept| *kept);
        let own = self.text.split('\n').count();
        let kept = far..self.before.len() + own + self.after.len().min(lines);
        around.cuts.retain_mut(|cut| {
            let stays = kept.contains(&cut.line);
            cut.line = cut.line.saturating_sub(far);
            stays
        });
        let above: Vec<String> = self.before.drain(..far).collect();
        let below: Vec<String> = self.after.drain(lines.min(self.after.len())..).collect();
        around.above = {
            let all = around.above.lines().chain(above.iter().map(String::as_str));
            let mut nearest: Vec<&str> = all.rev().take(Around::LINES).collect();
            nearest.reverse();
            nearest
                .into_iter()
                .flat_map(|line| [ending(line), "\n"])
                .collect()
        };
        around.below = {
            let all = below.iter().map(String::as_str).chain(around.below.lines());
            let nearest = all.take(Around::LINES);
            nearest.flat_map(|line| [beginning(line), "\n"]).collect()
        };
        self.around = around.boxed();
    }
}

/// The end of a line, as far as it is kept around a snippet.
fn ending(line: &str) -> &str {
    let from = line.len().saturating_sub(Around::LINE);
    let from = (from..=line.len()).find(|at| line.is_char_boundary(*at));
    from.and_then(|from| line.get(from..)).unwrap_or_default()
}

/// The beginning of one.
fn beginning(line: &str) -> &str {
    let to = line.len().min(Around::LINE);
    let to = (0..=to).rev().find(|at| line.is_char_boundary(*at));
    to.and_then(|to| line.get(..to)).unwrap_or_default()
}

/// What stood around a snippet: never shown, kept because half a secret can only be told from its
/// other half, and a value from its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Around {
    /// Lines above the first one, each with its line end.
    pub above: String,
    /// Lines below the last one.
    pub below: String,
    /// Lines of which an end was cut off.
    pub cuts: Vec<LineCut>,
}

/// The ends of a line that were cut off, as far as they can matter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineCut {
    /// Which line of the snippet: those of `before`, of `text` and of `after` are counted together.
    pub line: usize,
    /// What stood before it.
    pub left: String,
    /// What stood behind it.
    pub right: String,
}

impl Around {
    /// Bytes of a line's cut end that are kept.
    pub const END: usize = 512;
    /// Lines kept above and below.
    pub const LINES: usize = 2;
    /// Bytes kept of such a line.
    pub const LINE: usize = 256;

    /// The same boxed; `None` where there is nothing.
    pub fn boxed(self) -> Option<Box<Self>> {
        let empty = self.above.is_empty() && self.below.is_empty() && self.cuts.is_empty();
        (!empty).then(|| Box::new(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrower_snippet_keeps_what_a_secret_may_need() {
        let lines = |names: &str| names.chars().map(String::from).collect::<Vec<_>>();
        let cut = |line| LineCut {
            line,
            left: String::new(),
            right: line.to_string(),
        };
        let whole = Snippet {
            before: lines("cde"),
            after: lines("hij"),
            around: Around {
                above: "a\nb\n".into(),
                below: "k\nl\n".into(),
                cuts: [0, 2, 3, 5, 7].map(cut).into(),
            }
            .boxed(),
            ..Snippet::of_line(9, "f\ng")
        };
        let narrowed = |lines| {
            let mut snippet = whole.clone();
            snippet.narrow(lines);
            snippet
        };
        assert_eq!(narrowed(3), whole);
        let one = narrowed(1);
        assert_eq!((one.before, one.after), (lines("e"), lines("h")));
        let around = one.around.unwrap();
        assert_eq!((&*around.above, &*around.below), ("c\nd\n", "i\nj\n"));
        let kept = around.cuts.iter().map(|cut| (cut.line, &*cut.right));
        assert_eq!(kept.collect::<Vec<_>>(), [(0, "2"), (1, "3"), (3, "5")]);
        let none = narrowed(0);
        assert_eq!((none.before, none.after), (vec![], vec![]));
        let around = none.around.unwrap();
        assert_eq!((&*around.above, &*around.below), ("d\ne\n", "h\ni\n"));
    }

    #[test]
    fn a_locator_reads_from_the_outside_in() {
        let bundle = EntryPath::bundle("outer.zip", false);
        let kubelet = bundle.entry("nodes/node1.zip").entry("systemlogs/kubelet");
        assert_eq!(
            kubelet.line(123).to_string(),
            "outer.zip!nodes/node1.zip!systemlogs/kubelet:123"
        );
        assert_eq!(kubelet.path(), "nodes/node1.zip!systemlogs/kubelet");
        assert_eq!(kubelet.inner(), "systemlogs/kubelet");
        assert_eq!(
            kubelet.archive().map(|a| a.to_string()).as_deref(),
            Some("outer.zip!nodes/node1.zip")
        );
        assert_eq!(
            kubelet.segments().collect::<Vec<_>>(),
            ["nodes", "node1.zip", "systemlogs", "kubelet"]
        );
        assert_eq!(
            EntryPath::bundle("dump", true)
                .entry("nodes.json")
                .to_string(),
            "dump/nodes.json"
        );
        assert_eq!(
            EntryPath::bundle("kubelet.log", false).line(7).to_string(),
            "kubelet.log:7"
        );
    }
}
