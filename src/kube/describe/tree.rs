//! The indented `Key:  value` lines of a description as a tree.
//!
//! Table rows, continuation lines and the free text of messages become nodes without a key, so that
//! nothing is lost and nothing is misread: what they mean is decided where they are read.

/// One line and what is indented below it.
#[derive(Debug)]
pub(super) struct Node<'a> {
    /// Its line, counted from zero.
    pub line: u32,
    /// The line as it stands, without its end.
    pub raw: &'a str,
    /// Column of its first character.
    pub indent: usize,
    /// What stands before the colon; empty where the line is no `Key:  value`.
    pub key: &'a str,
    /// What stands after the colon, trimmed; the whole line, trimmed, where there is no key.
    pub value: &'a str,
    /// Index of the first node that is not below this one.
    end: usize,
}

/// All lines of one description.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    nodes: Vec<Node<'a>>,
}

impl<'a> Tree<'a> {
    /// The tree of a text.
    pub(super) fn parse(text: &'a str) -> Self {
        let mut nodes: Vec<Node<'a>> = text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(number, line)| Node::parse(u32::try_from(number).unwrap_or(u32::MAX), line))
            .collect();
        indent_messages(&mut nodes);
        // The end of each node is the next one that is not deeper: one pass with a stack.
        let mut open: Vec<usize> = vec![];
        for index in 0..nodes.len() {
            let indent = nodes.get(index).map_or(0, |node| node.indent);
            while let Some(last) = open.last().copied() {
                let Some(node) = nodes.get_mut(last).filter(|node| node.indent >= indent) else {
                    break;
                };
                node.end = index;
                open.pop();
            }
            open.push(index);
        }
        let all = nodes.len();
        for last in open {
            if let Some(node) = nodes.get_mut(last) {
                node.end = all;
            }
        }
        Self { nodes }
    }

    /// The nodes that are below no other.
    pub(super) fn top(&self) -> Vec<&Node<'a>> {
        self.siblings(0, self.nodes.len())
    }

    /// The nodes directly below another.
    pub(super) fn below(&self, node: &Node<'a>) -> Vec<&Node<'a>> {
        // Nodes are in line order and each line is one node, so its place is found by its line.
        let place = self.nodes.partition_point(|other| other.line <= node.line);
        self.siblings(place, node.end)
    }

    /// All nodes from this one's line to the end of the description.
    pub(super) fn after(&self, node: &Node<'a>) -> &[Node<'a>] {
        let place = self.nodes.partition_point(|other| other.line <= node.line);
        self.nodes.get(place..).unwrap_or_default()
    }

    /// The first node at the left edge with this key. A later one may be the free text of a
    /// message, which is printed unindented.
    pub(super) fn find(&self, key: &str) -> Option<&Node<'a>> {
        self.nodes
            .iter()
            .find(|node| node.indent == 0 && node.key == key)
    }

    /// The last node at the left edge with this key.
    pub(super) fn find_last(&self, key: &str) -> Option<&Node<'a>> {
        self.nodes
            .iter()
            .rfind(|node| node.indent == 0 && node.key == key)
    }

    /// Whether there is a node at the left edge with this key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// The first node directly below another with this key.
    pub(super) fn child(&self, node: &Node<'a>, key: &str) -> Option<&Node<'a>> {
        self.below(node).into_iter().find(|child| child.key == key)
    }

    /// A node's value and the continuation lines below it, each with its line: how labels, taints
    /// and tolerations are printed.
    pub(super) fn values(&self, node: &Node<'a>) -> Vec<(&'a str, u32)> {
        let first = stated(node.value).map(|value| (value, node.line));
        let more = self
            .below(node)
            .into_iter()
            .map(|child| (child.raw.trim(), child.line));
        first.into_iter().chain(more).collect()
    }

    /// The nodes between two places that are below no other between them.
    fn siblings(&self, from: usize, to: usize) -> Vec<&Node<'a>> {
        let mut found = vec![];
        let mut at = from;
        while at < to
            && let Some(node) = self.nodes.get(at)
        {
            found.push(node);
            at = node.end.max(at + 1);
        }
        found
    }
}

impl<'a> Node<'a> {
    /// The node of one line.
    fn parse(line: u32, raw: &'a str) -> Self {
        let raw = raw.trim_end();
        let content = raw.trim_start();
        // `key:` or `key: value`; in `host:port` and `key:NoSchedule` the colon stands in a word.
        let cut = content
            .split_once(": ")
            .or_else(|| content.split_once(":\t"));
        let (key, value) = match cut {
            Some((key, value)) if !key.contains("  ") => (key, value.trim()),
            _ => match content.strip_suffix(':') {
                Some(key) if !key.contains("  ") => (key, ""),
                _ => ("", content),
            },
        };
        Self {
            line,
            raw,
            indent: raw.len() - content.len(),
            key,
            value,
            end: 0,
        }
    }
}

/// Most lines that the message of an ended container can have and still be told from the rest.
const MESSAGE_LINES: usize = 500;

/// Puts the lines of an ended container's message below it. The message is the tail of a log and
/// printed as it is, line breaks and all; the exit code always follows it.
fn indent_messages(nodes: &mut [Node<'_>]) {
    let mut at = 0;
    while let Some(node) = nodes.get(at) {
        let (indent, is_message) = (node.indent, node.key == "Message" && node.indent > 2);
        at += 1;
        if !is_message {
            continue;
        }
        let rest = nodes.get_mut(at..).unwrap_or_default();
        let end = rest
            .iter()
            .take(MESSAGE_LINES)
            .position(|node| node.key == "Exit Code" && node.indent == indent);
        for line in rest.iter_mut().take(end.unwrap_or(0)) {
            line.indent = indent + 1;
            line.key = "";
        }
        at += end.unwrap_or(0);
    }
}

/// A value, unless it is one of the words that kubectl prints for nothing.
pub(super) fn stated(value: &str) -> Option<&str> {
    let value = value.trim();
    (!matches!(
        value,
        "" | "<none>" | "<unset>" | "<unknown>" | "<nil>" | "n/a"
    ))
    .then_some(value)
}
