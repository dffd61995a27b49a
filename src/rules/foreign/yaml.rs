//! YAML of rule files, with the place of each part. Hostile files are survived: nesting, nodes and
//! aliases are bounded. This is the only file of the rules that names the YAML library; bundles are read by `kube::yaml`, with bounds of their own.

use serde::de::DeserializeOwned;
use serde_saphyr::DuplicateKeyPolicy;

/// Deepest nesting read: a pod inside a collector's specification stays below 20.
const DEPTH: usize = 100;
/// Nodes read of a file of no length; every other one has a byte of its own at least.
const NODES: usize = 1_000;

/// A value and where it stands.
pub(super) use serde_saphyr::Spanned;

/// The documents of a file; the error has line, column (both from one) and what is wrong.
pub(super) fn documents<T: DeserializeOwned>(text: &str) -> Result<Vec<T>, (usize, usize, String)> {
    let nodes = text.len() + NODES;
    let budget = serde_saphyr::budget! {
        max_events: 2 * nodes,
        max_nodes: nodes,
        max_depth: DEPTH,
        max_anchors: 100,
        max_aliases: 1_000,
    };
    let options = serde_saphyr::options! {
        budget: budget,
        strict_booleans: true,
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        with_snippet: false,
    };
    serde_saphyr::from_multiple_with_options(text, options).map_err(|error| {
        let place = |number: u64| usize::try_from(number).unwrap_or(usize::MAX).max(1);
        let (line, column) = error
            .location()
            .map_or((1, 1), |at| (place(at.line()), place(at.column())));
        (line, column, error.to_string())
    })
}

/// Byte of the text at which a value stands.
pub(super) fn offset<T>(text: &str, value: &Spanned<T>) -> usize {
    let at = value.referenced;
    let line = usize::try_from(at.line()).unwrap_or(1).saturating_sub(1);
    let column = usize::try_from(at.column()).unwrap_or(1).saturating_sub(1);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let on_line = text.get(start..).unwrap_or_default();
    let within: usize = on_line.chars().take(column).map(char::len_utf8).sum();
    start + within
}
