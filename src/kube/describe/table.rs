//! Tables within a description: a header, a line of dashes, rows in columns.

use super::draft::Draft;
use super::tree::{Node, Tree, stated};
use crate::kube::describe::age::time;
use std::borrow::Cow;

/// A table's columns, by the column in which each heading begins.
#[derive(Debug)]
pub(super) struct Header {
    columns: Vec<(String, usize)>,
}

/// A row's cells by heading.
#[derive(Debug)]
pub(super) struct Row {
    cells: Vec<(String, String)>,
}

impl Header {
    /// The columns of a header line, if its first heading is one of these.
    pub(super) fn parse(line: &str, first: &[&str]) -> Option<Self> {
        let mut columns = vec![];
        let mut at = 0;
        for word in expand(line).split(' ') {
            if !word.is_empty() {
                columns.push((word.to_owned(), at));
            }
            at += word.len() + 1;
        }
        let heading = columns.first()?.0.as_str();
        first.contains(&heading).then_some(Self { columns })
    }

    /// The cells of a row.
    ///
    /// Cells begin under their headings; where they do not (characters of another width, a text
    /// that was pasted), runs of two blanks or a tab part them.
    pub(super) fn row(&self, line: &str) -> Row {
        self.by_column(&expand(line))
            .or_else(|| self.by_gaps(line))
            .unwrap_or(Row { cells: vec![] })
    }

    /// The cells under their headings; `None` where a cell runs across a column's border.
    fn by_column(&self, line: &str) -> Option<Row> {
        let mut cells = vec![];
        for (index, (heading, start)) in self.columns.iter().enumerate() {
            let end = self
                .columns
                .get(index + 1)
                .map_or(line.len(), |next| next.1);
            let whole = *start == 0 || line.len() <= *start || line.get(..*start)?.ends_with(' ');
            if !whole {
                return None;
            }
            let start = (*start).min(line.len());
            let cell = line.get(start..end.clamp(start, line.len()))?;
            cells.push((heading.clone(), cell.trim().to_owned()));
        }
        Some(Row { cells })
    }

    /// The cells between gaps; the last column takes the rest.
    fn by_gaps(&self, line: &str) -> Option<Row> {
        let mut cells = vec![];
        let mut rest = line.trim();
        let (last, others) = self.columns.split_last()?;
        for (heading, _) in others {
            let end = rest
                .find("  ")
                .into_iter()
                .chain(rest.find('\t'))
                .min()
                .unwrap_or(rest.len());
            let (cell, more) = rest.split_at_checked(end)?;
            cells.push((heading.clone(), cell.to_owned()));
            rest = more.trim_start();
        }
        cells.push((last.0.clone(), rest.to_owned()));
        Some(Row { cells })
    }
}

impl Row {
    /// The cell under a heading, unless it is empty or says nothing.
    pub(super) fn get(&self, heading: &str) -> Option<&str> {
        let (_, cell) = self.cells.iter().find(|(known, _)| known == heading)?;
        stated(cell)
    }
}

/// A line with its tabs as the blanks they stand for: old clients part columns with tabs.
fn expand(line: &str) -> Cow<'_, str> {
    if !line.contains('\t') {
        return Cow::Borrowed(line);
    }
    let mut wide = String::with_capacity(2 * line.len());
    for c in line.chars() {
        if c == '\t' {
            let blanks = 8 - wide.len() % 8;
            wide.extend(std::iter::repeat_n(' ', blanks));
        } else {
            wide.push(c);
        }
    }
    Cow::Owned(wide)
}

/// Whether a line is the dashes under a header.
pub(super) fn is_rule(line: &str) -> bool {
    line.trim_start().starts_with("--") && line.chars().all(|c| matches!(c, '-' | ' ' | '\t'))
}

/// Puts the Conditions table of a description at `status.conditions`.
pub(super) fn conditions(tree: &Tree<'_>, draft: &mut Draft) {
    let Some(node) = tree.find("Conditions") else {
        return;
    };
    let mut header = None;
    let mut index = 0;
    for child in tree.below(node) {
        if header.is_none() {
            header = Header::parse(child.raw, &["Type"]);
        } else if let Some(header) = header.as_ref().filter(|_| !is_rule(child.raw))
            && condition(&header.row(child.raw), child, index, draft)
        {
            index += 1;
        }
    }
}

/// Puts one condition; `false` where the row is none.
fn condition(row: &Row, node: &Node<'_>, index: usize, draft: &mut Draft) -> bool {
    let (Some(kind), Some(status)) = (row.get("Type"), row.get("Status")) else {
        return false;
    };
    let path = format!("status.conditions[{index}]");
    draft.note(&path, node.line);
    draft.put(&format!("{path}.type"), kind.into(), node.line);
    draft.put(&format!("{path}.status"), status.into(), node.line);
    for (heading, field) in [("Reason", "reason"), ("Message", "message")] {
        if let Some(cell) = row.get(heading) {
            draft.put(&format!("{path}.{field}"), cell.into(), node.line);
        }
    }
    for (heading, field) in [
        ("LastHeartbeatTime", "lastHeartbeatTime"),
        ("LastTransitionTime", "lastTransitionTime"),
    ] {
        if let Some(time) = row.get(heading).and_then(time) {
            draft.put(&format!("{path}.{field}"), time.into(), node.line);
        }
    }
    true
}
