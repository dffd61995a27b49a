//! JSON documents: lists, objects, and what can be saved of a document that breaks off.
//!
//! Items stay raw until each is parsed from its own text: its place in the document is the place
//! of its bytes, so its line costs no bookkeeping in a parser.

use super::Reader;
use crate::examine::collector;
use crate::examine::objects::kind::item_kind;
use crate::gap::GapReason;
use crate::kube::{TextFormat, kinds};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// The top of a JSON document, its items still unread.
#[derive(Deserialize)]
struct RawDocument<'a> {
    #[serde(default)]
    kind: Option<Value>,
    #[serde(default, rename = "selfLink")]
    self_link: Option<Value>,
    #[serde(default, borrow, alias = "Items", deserialize_with = "present")]
    items: Items<'a>,
}

/// Items of a document: `items: null` is an empty list, no items at all is no list.
#[derive(Default)]
enum Items<'a> {
    /// It is no list.
    #[default]
    Absent,
    /// The items.
    Listed(Vec<&'a RawValue>),
}

/// Reads items that are there, null or not.
fn present<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Items<'de>, D::Error> {
    let items: Option<Vec<&'de RawValue>> = Option::deserialize(from)?;
    Ok(Items::Listed(items.unwrap_or_default()))
}

/// Line numbers of positions in a text that are asked for from front to back.
struct LineCounter<'t> {
    text: &'t str,
    at: usize,
    line: u64,
}

impl<'t> LineCounter<'t> {
    /// Counts in `text`, whose first line is `first_line`.
    fn new(text: &'t str, first_line: u64) -> Self {
        Self {
            text,
            at: 0,
            line: first_line,
        }
    }

    /// The line of byte `at`, which is not before the last one asked for.
    fn line(&mut self, at: usize) -> u64 {
        let between = self.text.as_bytes().get(self.at..at).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', between).count() as u64;
        self.at = at;
        self.line
    }
}

/// Where `inner`, a part of `outer`, begins in it.
fn offset_in(outer: &str, inner: &str) -> usize {
    (inner.as_ptr() as usize).saturating_sub(outer.as_ptr() as usize)
}

impl Reader<'_> {
    /// Reads JSON documents that follow one another, with lines of other text between them.
    pub(super) fn json(&mut self, text: &str, first_line: u64) {
        let mut lines = LineCounter::new(text, first_line);
        let mut at = 0;
        let mut damaged = 0;
        while let Some(rest) = text.get(at..) {
            let trimmed = rest.trim_start();
            at += rest.len() - trimmed.len();
            let line = lines.line(at);
            if trimmed.is_empty() {
                return;
            }
            if !trimmed.starts_with(['{', '[']) {
                let other = trimmed.lines().next().unwrap_or_default();
                self.other_line(other, line);
                at += other.len();
                continue;
            }
            let mut documents =
                serde_json::Deserializer::from_str(trimmed).into_iter::<&RawValue>();
            match documents.next() {
                Some(Ok(document)) => {
                    self.json_document(document.get(), line);
                    at += documents.byte_offset();
                }
                Some(Err(error)) => {
                    damaged += 1;
                    if damaged > self.examiner.limits.damaged_documents {
                        let limit = format!("{} damaged documents in one entry", damaged - 1);
                        self.gap(line, GapReason::Limit { limit });
                        return;
                    }
                    self.json_damaged(trimmed, line, &error);
                    at += next_document(trimmed);
                }
                None => return,
            }
        }
    }

    /// Reads one whole JSON document.
    fn json_document(&mut self, text: &str, line: u64) {
        let file_kind = self.kind_of_file();
        if text.starts_with('[') {
            let items: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
            // A list of what nodes use is called as a list of nodes is.
            let usage = items
                .first()
                .is_some_and(|item| collector::is_usage(item.get()));
            let named = file_kind.is_some() && !usage;
            let of_kubernetes = |item: &&RawValue| has_kind(item.get()) && !is_azure(item.get());
            if named || items.first().is_some_and(of_kubernetes) {
                return self.items(text, &items, line, file_kind);
            }
        } else if let Ok(RawDocument {
            kind,
            self_link,
            items: Items::Listed(items),
        }) = serde_json::from_str(text)
        {
            // Go's own names come without a kind, and a stream without names of files.
            let linked = self_link.as_ref().and_then(Value::as_str);
            let linked = linked.and_then(kinds::kind_of_link);
            let kind = kind
                .as_ref()
                .and_then(Value::as_str)
                .map_or(linked.or(file_kind), item_kind);
            return self.items(text, &items, line, kind);
        }
        let Ok(value) = serde_json::from_str::<Value>(text) else {
            return;
        };
        let has_kind = value.get("kind").is_some() && !is_azure(text);
        if has_kind || (file_kind.is_some() && value.get("metadata").is_some()) {
            self.object(text, value, &TextFormat::Json, line, file_kind);
        } else {
            collector::read(self.examiner, &value, text, line, self.part);
        }
    }

    /// Reads the items of a list.
    fn items(&mut self, list: &str, items: &[&RawValue], line: u64, kind: Option<&str>) {
        if let Some(kind) = kind {
            self.part.kinds.entry(kind.to_owned()).or_default();
        }
        let before = self.part.objects.len();
        let mut lines = LineCounter::new(list, line);
        for item in items {
            let line = lines.line(offset_in(list, item.get()));
            self.json_item(item.get(), line, kind);
        }
        self.listed(kind, before);
    }

    /// Reads one item of a list, or one that could be saved from a damaged one.
    fn json_item(&mut self, text: &str, line: u64, kind: Option<&str>) {
        match serde_json::from_str(text) {
            Ok(value) => self.object(text, value, &TextFormat::Json, line, kind),
            Err(error) => self.malformed(line, &error),
        }
    }

    /// Saves the whole items before the point at which a document breaks.
    fn json_damaged(&mut self, text: &str, line: u64, error: &serde_json::Error) {
        let broken_line = line + error.line().saturating_sub(1) as u64;
        self.gap(
            broken_line,
            GapReason::Malformed {
                detail: format!("the document that begins on line {line} is cut short: {error}"),
            },
        );
        let Some(mut at) = list_start(text) else {
            return;
        };
        let head = text.get(..at).unwrap_or_default();
        let declared = text_in_head(head, "kind");
        let linked = text_in_head(head, "selfLink").and_then(kinds::kind_of_link);
        let kind = declared.map_or_else(|| linked.or_else(|| self.kind_of_file()), item_kind);
        if let Some(kind) = kind {
            self.part.kinds.entry(kind.to_owned()).or_default();
        }
        let mut lines = LineCounter::new(text, line);
        while let Some(rest) = text.get(at..) {
            let item = rest.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
            at += rest.len() - item.len();
            if !item.starts_with('{') {
                return;
            }
            let line = lines.line(at);
            let mut found = serde_json::Deserializer::from_str(item).into_iter::<&RawValue>();
            let Some(Ok(raw)) = found.next() else { return };
            let length = found.byte_offset();
            self.json_item(raw.get(), line, kind);
            at += length;
        }
    }
}

/// Whether the text is an Azure resource's, some of which state a kind of their own.
fn is_azure(text: &str) -> bool {
    // Objects of Kubernetes begin with it, so that no more of them is searched.
    !text.contains("\"apiVersion\"")
        && text.contains("\"/subscriptions/")
        && text.contains("\"provisioningState\"")
}

/// Whether the text of an object states its kind.
fn has_kind(text: &str) -> bool {
    serde_json::from_str::<RawDocument<'_>>(text).is_ok_and(|document| document.kind.is_some())
}

/// Length up to the next line that begins a document, or all of `text`.
fn next_document(text: &str) -> usize {
    memchr::memmem::find(text.as_bytes(), b"\n{").map_or(text.len(), |at| at + 1)
}

/// Where the items of a list that is cut short begin.
fn list_start(text: &str) -> Option<usize> {
    ["\"items\":", "\"Items\":"].iter().find_map(|name| {
        let at = text.find(name)? + name.len();
        let rest = text.get(at..)?;
        let list = rest.trim_start();
        list.starts_with('[')
            .then(|| at + (rest.len() - list.len()) + 1)
    })
}

/// What the head of a list states under a name before its items.
fn text_in_head<'t>(head: &'t str, name: &str) -> Option<&'t str> {
    let after = head
        .split_once(&format!("\"{name}\""))?
        .1
        .trim_start()
        .strip_prefix(':')?
        .trim_start()
        .strip_prefix('"')?;
    after.split_once('"').map(|(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_a_cut_list_are_found() {
        let text = "{\n  \"kind\": \"PodList\",\n  \"items\": [\n    {\"a\": 1}";
        let at = list_start(text).expect("a list");
        assert_eq!(text.get(at..).map(str::trim_start), Some("{\"a\": 1}"));
        assert_eq!(text_in_head(text, "kind"), Some("PodList"));
    }
}
