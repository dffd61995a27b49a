//! YAML documents, and lists of objects cut into their items.
//!
//! In: YAML text as Kubernetes tools print it. Out: its documents ([`split_documents`]), the items
//! of a list ([`split_items`]) and their values ([`parse_document`], [`parse_item`]). The cuts are
//! textual, so that every item keeps its line and a damaged one costs no other. This is the only
//! file that reads bundles with the YAML library; `rules::foreign` reads rule files with it.

use serde_json::Value;
use serde_saphyr::DuplicateKeyPolicy;
use serde_saphyr::options::NonFiniteFloatPolicy;

/// Deepest nesting read; the deepest schema of a CRD seen in practice stays below 60.
const DEPTH: usize = 120;

/// Nodes read of a document of no length; every other one has a byte of its own at least. Aliases make
/// more of them than there are bytes, and are what ends here.
const NODES: usize = 1_000;

/// What troubleshoot.sh writes in place of a secret or an address, quoted or not.
const HIDDEN: &str = "***HIDDEN***";

/// The value of one document. Words such as `on` and `yes` stay text, as in Go's JSON-based YAML;
/// of a key that stands twice the last value counts, as everywhere in Kubernetes.
pub fn parse_document(text: &str) -> Result<Value, String> {
    parse(text).or_else(|error| {
        // YAML takes a bare `***HIDDEN***` for an alias: the redactor damaged a sound document.
        let mended = text.contains(HIDDEN).then(|| quote_hidden(text));
        mended.and_then(|text| parse(&text).ok()).ok_or(error)
    })
}

/// A document in which values that begin with [`HIDDEN`] are quoted; its lines stay as many.
fn quote_hidden(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 64);
    for (_, _, line) in lines(text) {
        let content = line.trim_end();
        let cut = content.split_once(HIDDEN).filter(|(before, after)| {
            let opens = before.trim_end_matches(' ').ends_with([':', '-']);
            opens && before.ends_with(' ') && !after.contains('\'')
        });
        match cut {
            Some((before, after)) => {
                let end = line.get(content.len()..).unwrap_or_default();
                quoted.extend([before, "'", HIDDEN, after, "'", end]);
            }
            None => quoted.push_str(line),
        }
    }
    quoted
}

/// The value of one document, as it stands.
fn parse(text: &str) -> Result<Value, String> {
    let nodes = text.len() + NODES;
    let budget = serde_saphyr::budget! {
        max_events: 2 * nodes,
        max_nodes: nodes,
        max_depth: DEPTH,
        // Kubernetes tools write neither anchors nor aliases; whoever does gets a few.
        max_anchors: 100,
        max_aliases: 1_000,
    };
    let options = serde_saphyr::options! {
        budget: budget,
        strict_booleans: true,
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())
}

/// The value of one item as [`split_items`] cuts it: with its dash, a list of one.
pub fn parse_item(text: &str) -> Result<Value, String> {
    match parse_document(text)? {
        Value::Array(mut list) if list.len() == 1 => Ok(list.remove(0)),
        other => Ok(other),
    }
}

/// The documents of a stream, each with its first line counted from zero. Documents that hold
/// nothing but blank lines and comments are left out.
pub fn split_documents(text: &str) -> Vec<(usize, &str)> {
    let mut documents = vec![];
    let mut open = Cut { line: 0, start: 0 };
    for (number, start, line) in lines(text) {
        if is_separator(line) {
            open.close(text, start, &mut documents);
            open = Cut {
                line: number + 1,
                start: start + line.len(),
            };
        }
    }
    open.close(text, text.len(), &mut documents);
    documents.retain(|(_, document)| has_content(document));
    documents
}

/// A list without its items, and the text of each item with its first line counted from zero, as
/// kubectl and oc print them: `items:` at the left edge, each item behind a dash at the same
/// indent. `None` where the document is no such list; it is then to be parsed whole.
///
/// An item's text begins with its dash; [`parse_item`] reads it.
pub fn split_items(document: &str) -> Option<(Value, Vec<(usize, &str)>)> {
    let mut items = vec![];
    let mut open: Option<Cut> = None;
    let mut indent: Option<usize> = None;
    let mut list_at: Option<usize> = None;
    let mut list_end = document.len();
    for (number, start, line) in lines(document) {
        let content = line.trim_end();
        if list_at.is_none() {
            if content == "items:" {
                list_at = Some(start);
            }
            continue;
        }
        if content.is_empty() {
            continue;
        }
        let depth = line.len() - line.trim_start_matches(' ').len();
        let dashed = is_dashed(content.trim_start());
        let expected = match indent {
            Some(indent) => indent,
            None if dashed => *indent.insert(depth),
            None => return None,
        };
        if depth == expected && dashed {
            if let Some(cut) = open.take() {
                cut.close(document, start, &mut items);
            }
            open = Some(Cut {
                line: number,
                start,
            });
        } else if depth == 0 && !content.starts_with('#') {
            list_end = start;
            break;
        }
    }
    if let Some(cut) = open {
        cut.close(document, list_end, &mut items);
    }
    let head = document.get(..list_at?)?;
    let tail = document.get(list_end..)?;
    indent?;
    let list = parse_document(&format!("{head}{tail}")).ok()?;
    Some((list, items))
}

/// Where a piece begins.
struct Cut {
    /// Its first line, counted from zero.
    line: usize,
    /// Its first byte.
    start: usize,
}

impl Cut {
    /// Ends the piece at byte `end` of `text` and keeps it.
    fn close<'a>(&self, text: &'a str, end: usize, pieces: &mut Vec<(usize, &'a str)>) {
        if let Some(piece) = text.get(self.start..end) {
            pieces.push((self.line, piece));
        }
    }
}

/// The lines of a text with their number, first byte, and line end.
fn lines(text: &str) -> impl Iterator<Item = (usize, usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n')
        .enumerate()
        .map(move |(number, line)| {
            let at = start;
            start += line.len();
            (number, at, line)
        })
}

/// Whether a line parts documents.
fn is_separator(line: &str) -> bool {
    let marked = line
        .strip_prefix("---")
        .or_else(|| line.strip_prefix("..."));
    marked.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

/// Whether an entry of a list begins here.
fn is_dashed(content: &str) -> bool {
    content == "-" || content.starts_with("- ")
}

/// Whether anything but blank lines, comments and directives stands in a document.
fn has_content(document: &str) -> bool {
    document.lines().any(|line| {
        !line.trim().is_empty() && !line.trim_start().starts_with('#') && !line.starts_with('%')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn documents_are_cut_at_their_marks() {
        let text = "---\n# head\na: 1\n--- # second\nb: |\n  ---\n  c\n---\n# nothing\n---\r\nd: 2\r\n...\n";
        let cut = split_documents(text);
        assert_eq!(
            cut,
            [
                (1, "# head\na: 1\n"),
                (4, "b: |\n  ---\n  c\n"),
                (10, "d: 2\r\n"),
            ]
        );
        assert_eq!(split_documents("a: 1"), [(0, "a: 1")]);
        assert!(split_documents("\n# only\n").is_empty());
    }

    #[test]
    fn a_list_is_cut_into_items_that_parse_alone() {
        let flush = "apiVersion: v1\nitems:\n- kind: Pod\n  list:\n  - a\n  text: |\n    - not an item\n\n    items:\n- kind: Node\nkind: List\nmetadata:\n  x: y\n";
        let indented = "kind: List\nitems:\n  - kind: Pod\n    list:\n      - a\n    text: |\n      - not an item\n\n      items:\n  - kind: Node\napiVersion: v1\nmetadata: {x: y}\n";
        for (text, first_lines) in [(flush, [2, 9]), (indented, [2, 9])] {
            let (list, items) = split_items(text).expect("a list");
            assert_eq!(
                list,
                json!({"apiVersion": "v1", "kind": "List", "metadata": {"x": "y"}})
            );
            assert_eq!(
                items.iter().map(|item| item.0).collect::<Vec<_>>(),
                first_lines
            );
            let values: Vec<Value> = items
                .iter()
                .map(|item| parse_item(item.1).expect("an item parses"))
                .collect();
            assert_eq!(
                values,
                [
                    json!({"kind": "Pod", "list": ["a"], "text": "- not an item\n\nitems:\n"}),
                    json!({"kind": "Node"})
                ]
            );
        }
    }

    #[test]
    fn what_is_no_list_is_left_whole() {
        for text in [
            "kind: Pod\n",
            "items: []\n",
            "items:\n  a: b\n",
            "spec:\n  items:\n  - a\n",
            "items:\n",
        ] {
            assert!(split_items(text).is_none(), "{text}");
        }
    }

    #[test]
    fn scalars_are_read_as_kubernetes_reads_them() {
        let value = parse_document(
            "on: yes\nversion: '1.10'\ntime: 2024-05-01T10:00:00Z\nnothing:\nmode: 420\ntrue: false\n1: a\nx: .nan\ntwice: 1\ntwice: 2\n",
        )
        .expect("a document");
        assert_eq!(
            value,
            json!({
                "on": "yes", "version": "1.10", "time": "2024-05-01T10:00:00Z", "nothing": null,
                "mode": 420, "true": false, "1": "a", "x": ".nan", "twice": 2
            })
        );
    }

    #[test]
    fn what_a_redactor_hid_costs_no_document() {
        let text = "ip: ***HIDDEN***\r\nreplicas:\n  r-1: ***HIDDEN***:10000\n  tcp://***HIDDEN***:1: x\nlist:\n- ***HIDDEN***\nkey: '***HIDDEN***'\ntext: a ***HIDDEN*** b\n";
        let hidden = HIDDEN;
        assert_eq!(
            parse_document(text).expect("a document"),
            json!({
                "ip": hidden, "replicas": {"r-1": format!("{hidden}:10000"), format!("tcp://{hidden}:1"): "x"},
                "list": [hidden], "key": hidden, "text": format!("a {hidden} b")
            })
        );
        // Other aliases without an anchor stay an error.
        assert!(parse_document("ip: ***GONE***\n").is_err());
    }

    #[test]
    fn what_is_damaged_or_hostile_is_an_error_and_no_more() {
        let deep = "[".repeat(100_000);
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f]\nh: [*f,*f,*f,*f,*f,*f,*f]\n";
        for text in [deep.as_str(), bomb, "a: 'open", "a: b: c", "\t- x: ["] {
            assert!(
                parse_document(text).is_err(),
                "{}",
                text.get(..9).unwrap_or(text)
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived_and_cuts_are_parts_of_it(text in "(items:\n|- a: b\n|  - c\n|---\n|[-a: #\n\\[{&*|>'\"]{0,9}){0,12}") {
            let _ = parse_document(&text);
            for (line, document) in split_documents(&text) {
                prop_assert!(text.contains(document));
                prop_assert!(line <= text.lines().count());
            }
            if let Some((_, items)) = split_items(&text) {
                prop_assert!(items.iter().all(|(line, item)| text.lines().nth(*line) == item.lines().next()));
            }
        }
    }
}
