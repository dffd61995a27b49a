//! Tells YAML documents from logs.
//!
//! In: text that begins neither with `{` nor with `[`. Out: a shape, or `None`. YAML without the
//! name to say so has to begin as Kubernetes objects do, and every line of the head that is not
//! indented has to be a line that YAML allows there.

use super::{Extension, Name, SECTION};
use crate::examine::Shape;
use crate::examine::shape::noise::is_noise;

/// Keys that a Kubernetes object or list begins with.
const FIRST_KEYS: &[&[u8]] = &[b"apiVersion:", b"items:", b"kind:"];

/// Shape of a text of lines.
pub(super) fn of(text: &[u8], name: &Name) -> Option<Shape> {
    let first = content_lines(text).find(|line| !is_separator(line))?;
    let by_name = name.extension == Extension::Yaml;
    let is_object =
        FIRST_KEYS.iter().any(|key| first.starts_with(key)) && reads_as_yaml(text, name);
    let named = by_name && is_yaml_line(first);
    if !(is_object || named) {
        return None;
    }
    if is_object && lists_nodes(text) && !name.lists_nodes {
        return Some(Shape::Sections);
    }
    Some(Shape::Yaml)
}

/// Lines that are neither blank nor comments, up to the first log section.
fn content_lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii_end)
        .take_while(|line| !line.starts_with(SECTION))
        .filter(|line| !line.is_empty() && !line.starts_with(b"#"))
}

/// Whether every line that is not indented may stand in YAML, and there are two lines at least.
/// Captured errors are allowed in between; in a file that is named a log, they are its lines.
fn reads_as_yaml(text: &[u8], name: &Name) -> bool {
    let noise_allowed = name.extension != Extension::Log;
    let whole = text.ends_with(b"\n");
    let mut lines = content_lines(text).peekable();
    let mut count = 0;
    while let Some(line) = lines.next() {
        count += 1;
        // The last line may be cut where the head ends.
        let cut = !whole && lines.peek().is_none() && count > 1;
        if !(cut || is_yaml_line(line) || noise_allowed && is_noise(line)) {
            return false;
        }
    }
    count > 1
}

/// Whether YAML allows this line: indented, a member of a list, a key, or a separator.
fn is_yaml_line(line: &[u8]) -> bool {
    if line.starts_with(b" ") || line.starts_with(b"- ") || line == b"-" || is_separator(line) {
        return true;
    }
    let Some(colon) = line.iter().position(|byte| *byte == b':') else {
        return false;
    };
    let (key, value) = line.split_at(colon);
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./\"'$".contains(byte);
    key.iter().all(plain) && !key.is_empty() && matches!(value.get(1), None | Some(b' '))
}

/// Whether the line parts documents.
fn is_separator(line: &[u8]) -> bool {
    line == b"---" || line == b"..." || line.starts_with(b"--- ") || line.starts_with(b"%YAML")
}

/// Whether the first document is a list of nodes, with which a dump's stream begins. Keys are
/// sorted, so that the kind of a long list lies behind the head; then its items tell.
fn lists_nodes(text: &[u8]) -> bool {
    let mut has_items = false;
    let mut has_node = false;
    let document = content_lines(text)
        .skip_while(|line| is_separator(line))
        .take_while(|line| !is_separator(line));
    for line in document {
        if let Some(kind) = line.strip_prefix(b"kind:") {
            return kind.trim_ascii() == b"NodeList";
        }
        has_items |= line.starts_with(b"items:");
        has_node |= line.starts_with(b" ") && line.trim_ascii() == b"nodeInfo:";
    }
    has_items && has_node
}
