//! Where a field stands in YAML.

use crate::kube::text::place::offset;
use crate::kube::value::Segment;
use std::ops::Range;

/// A run of YAML lines that make up one node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    /// First line.
    first: usize,
    /// Column at which the first line's content begins, which may stand behind a `- `.
    column: usize,
    /// The line after the last.
    end: usize,
}

/// Byte range of the value at the steps in a YAML text as Kubernetes tools print it: indented,
/// lists at the indent of their key or deeper, no flow collections except empty ones.
pub(super) fn find_in_yaml(text: &str, steps: &[Segment]) -> Range<usize> {
    let lines: Vec<&str> = text.split('\n').collect();
    let begin = lines
        .iter()
        .position(|line| {
            !line.trim().is_empty() && !line.starts_with(['#', '%']) && !line.starts_with("---")
        })
        .unwrap_or(0);
    let root = Block {
        first: begin,
        column: lines.get(begin).map_or(0, |line| indent(line)),
        end: lines.len(),
    };
    // An item may have been cut out of its list with its dash.
    let root = match steps.first() {
        Some(Segment::Key(_)) => behind_dash(&lines, root).unwrap_or(root),
        _ => root,
    };
    let (mut cited, mut value) = (root, Some(root));
    for step in steps {
        let child = match (step, value) {
            (Segment::Key(key), Some(value)) => yaml_key(&lines, value, key),
            (Segment::Index(index), Some(value)) => yaml_item(&lines, value, *index),
            _ => None,
        };
        let Some(child) = child else {
            let start = lines.get(cited.first).map_or(0, |line| offset(text, line));
            return start..start;
        };
        cited = child;
        value = match step {
            Segment::Key(_) => block_below(&lines, child),
            _ => Some(child),
        };
    }
    let entry = lines
        .get(cited.first)
        .and_then(|line| line.get(cited.column..))
        .unwrap_or_default();
    let shown = match steps.last() {
        Some(Segment::Key(key)) => yaml_value(entry, key).unwrap_or_default().trim(),
        _ => entry.trim(),
    };
    let bare = match shown.as_bytes() {
        [b'"' | b'\'', .., b'"' | b'\''] => shown.trim_matches(['"', '\'']),
        _ => shown,
    };
    let start = offset(text, if bare.is_empty() { entry } else { bare });
    start..start + bare.len()
}

/// Number of spaces a line begins with.
pub(super) fn indent(line: &str) -> usize {
    line.bytes().take_while(|byte| *byte == b' ').count()
}

/// Whether a list entry begins at the front of this text.
pub(super) fn is_item(content: &str) -> bool {
    content == "-" || content == "-\r" || content.starts_with("- ")
}

/// What stands after `key:` where the entry's key is this one, quoted or not.
pub(super) fn yaml_value<'a>(entry: &'a str, key: &str) -> Option<&'a str> {
    let rest = entry.strip_prefix(key).or_else(|| {
        ['"', '\''].iter().find_map(|quote| {
            entry
                .strip_prefix(*quote)?
                .strip_prefix(key)?
                .strip_prefix(*quote)
        })
    })?;
    let value = rest.strip_prefix(':')?;
    (value.trim().is_empty() || value.starts_with([' ', '\r'])).then_some(value)
}

/// The content of a list entry as a block of its own, if the block begins with a dash.
pub(super) fn behind_dash(lines: &[&str], block: Block) -> Option<Block> {
    let content = lines.get(block.first)?.get(block.column..)?;
    if !is_item(content) {
        return None;
    }
    let rest = content.strip_prefix('-')?;
    if rest.trim().is_empty() {
        return below(lines, block);
    }
    Some(Block {
        column: block.column + 1 + indent(rest),
        ..block
    })
}

/// The entry of a key in the mapping that a block is. The block found begins at the entry's own
/// line; its value may follow on the lines below.
pub(super) fn yaml_key(lines: &[&str], mapping: Block, key: &str) -> Option<Block> {
    let mut found: Option<usize> = None;
    for number in mapping.first..mapping.end {
        let line = lines.get(number)?;
        let at = if number == mapping.first {
            mapping.column
        } else {
            indent(line)
        };
        if line.trim().is_empty() || at > mapping.column {
            continue;
        }
        let content = line.get(at..)?;
        if let Some(first) = found {
            // A list at the indent of its key still belongs to the key.
            if at == mapping.column && is_item(content) {
                continue;
            }
            return Some(Block {
                first,
                column: mapping.column,
                end: number,
            });
        }
        if at < mapping.column {
            return None;
        }
        if yaml_value(content, key).is_some() {
            found = Some(number);
        }
    }
    found.map(|first| Block {
        first,
        column: mapping.column,
        end: mapping.end,
    })
}

/// The element of the list that a block is.
pub(super) fn yaml_item(lines: &[&str], list: Block, index: usize) -> Option<Block> {
    let mut seen = 0;
    let mut first: Option<usize> = None;
    for number in list.first..list.end {
        let line = lines.get(number)?;
        let at = if number == list.first {
            list.column
        } else {
            indent(line)
        };
        if line.trim().is_empty() || at > list.column {
            continue;
        }
        if let Some(first) = first {
            return behind_dash(
                lines,
                Block {
                    first,
                    column: list.column,
                    end: number,
                },
            );
        }
        if at < list.column || !is_item(line.get(at..)?) {
            return None;
        }
        if seen == index {
            first = Some(number);
        }
        seen += 1;
    }
    behind_dash(
        lines,
        Block {
            first: first?,
            column: list.column,
            end: list.end,
        },
    )
}

/// The lines below a key's entry that are its value; `None` where it stands on the entry's line.
pub(super) fn block_below(lines: &[&str], entry: Block) -> Option<Block> {
    let content = lines.get(entry.first)?.get(entry.column..)?;
    if !content.trim_end().ends_with(':') {
        return None;
    }
    below(lines, entry)
}

/// What follows on the lines below a block's first line.
pub(super) fn below(lines: &[&str], block: Block) -> Option<Block> {
    let first = (block.first + 1..block.end).find(|number| {
        lines
            .get(*number)
            .is_some_and(|line| !line.trim().is_empty())
    })?;
    let column = indent(lines.get(first)?);
    Some(Block {
        first,
        column,
        end: block.end,
    })
}
