//! Documents: Kubernetes lists and objects in JSON, YAML or `describe` text, and the JSON files
//! that collectors write.
//!
//! Items are parsed one at a time from their own text, so that each knows its line, a damaged item
//! costs only itself, and a list that is cut short still gives everything before the cut.

use super::part::{Part, Shape};
use super::scan::{self, TextSource};
use super::{Examiner, collector};
use crate::gap::{Gap, GapReason};
use crate::kube::describe::DescribedEvent;
use crate::kube::{
    self, Event, Object, ObjectKey, ObjectText, TextFormat, TextHit, canonical, describe, kinds,
    yaml,
};
use crate::locator::Snippet;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Kinds that nothing reads and that can be very large: their items are counted and skipped.
const UNREAD_KINDS: [&str; 3] = ["CustomResourceDefinition", "APIRequestCount", "Template"];

/// Reads a piece that is one document or several of one shape.
pub(super) fn read(
    examiner: Examiner<'_>,
    body: &[u8],
    shape: Shape,
    first_line: u64,
    part: &mut Part,
) {
    let text = String::from_utf8_lossy(body);
    let mut reader = Reader { examiner, part };
    match shape {
        Shape::Yaml => reader.yaml(&text, first_line),
        Shape::Describe => reader.describe(&text, first_line),
        _ => reader.json(&text, first_line),
    }
}

/// Reads what stands between the log sections of a dump: JSON or YAML documents, and the lines
/// that kubectl wrote to standard error into the same file.
pub(super) fn read_mixed(examiner: Examiner<'_>, body: &[u8], first_line: u64, part: &mut Part) {
    let text = String::from_utf8_lossy(body);
    let json = text.lines().any(|line| line.starts_with(['{', '[']));
    let mut reader = Reader { examiner, part };
    if json {
        reader.json(&text, first_line);
    } else {
        reader.yaml(&text, first_line);
    }
}

/// Reads documents into a part.
struct Reader<'a> {
    examiner: Examiner<'a>,
    part: &'a mut Part,
}

/// The top of a JSON document, its items still unread.
#[derive(Deserialize)]
struct RawDocument<'a> {
    #[serde(default)]
    kind: Option<Value>,
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
    fn json(&mut self, text: &str, first_line: u64) {
        let mut lines = LineCounter::new(text, first_line);
        let mut at = 0;
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
            if file_kind.is_some() || items.first().is_some_and(|item| has_kind(item.get())) {
                return self.items(text, &items, line, file_kind);
            }
        } else if let Ok(RawDocument {
            kind,
            items: Items::Listed(items),
        }) = serde_json::from_str(text)
        {
            let kind = kind
                .as_ref()
                .and_then(Value::as_str)
                .map_or(file_kind, item_kind);
            return self.items(text, &items, line, kind);
        }
        let Ok(value) = serde_json::from_str::<Value>(text) else {
            return;
        };
        if value.get("kind").is_some() || (file_kind.is_some() && value.get("metadata").is_some()) {
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
        let mut lines = LineCounter::new(list, line);
        for item in items {
            let line = lines.line(offset_in(list, item.get()));
            self.json_item(item.get(), line, kind);
        }
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
        self.part.gaps.push(Gap {
            locator: self.part.path.line(broken_line),
            reason: GapReason::Malformed {
                detail: format!("the document that begins on line {line} breaks off: {error}"),
            },
        });
        let Some(mut at) = list_start(text) else {
            return;
        };
        let declared = text.get(..at).and_then(kind_in_head);
        let kind = declared
            .as_deref()
            .map_or_else(|| self.kind_of_file(), item_kind);
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

    /// Reads YAML documents.
    fn yaml(&mut self, text: &str, first_line: u64) {
        for (offset, document) in yaml::split_documents(text) {
            let line = first_line + offset as u64;
            if let Some((list, items)) = yaml::split_items(document) {
                let file_kind = self.kind_of_file();
                let kind = list
                    .get("kind")
                    .and_then(Value::as_str)
                    .map_or(file_kind, item_kind)
                    .map(str::to_owned);
                if let Some(kind) = &kind {
                    self.part.kinds.entry(kind.clone()).or_default();
                }
                for (offset, item) in items {
                    self.yaml_object(
                        item,
                        yaml::parse_item(item),
                        line + offset as u64,
                        kind.as_deref(),
                    );
                }
            } else {
                self.yaml_document(document, line);
            }
        }
    }

    /// Reads one document in YAML that is no list with items.
    fn yaml_document(&mut self, text: &str, line: u64) {
        if let Some(unread) = UNREAD_KINDS.iter().find(|kind| {
            text.lines().take(40).any(|line| {
                line.strip_prefix("kind: ")
                    .is_some_and(|k| k.trim_end() == **kind)
            })
        }) {
            *self.part.kinds.entry((*unread).to_owned()).or_default() += 1;
            return;
        }
        match yaml::parse_document(text) {
            Ok(value) if value.is_object() => {
                let items = value.get("items").or_else(|| value.get("Items"));
                if let Some(Value::Null | Value::Array(_)) = items {
                    // `items: []` or null: the kind was collected, and there was none.
                    let kind = value
                        .get("kind")
                        .and_then(Value::as_str)
                        .map_or_else(|| self.kind_of_file(), item_kind);
                    self.part
                        .kinds
                        .extend(kind.map(|kind| (kind.to_owned(), 0)));
                    return;
                }
                let file_kind = self.kind_of_file();
                self.yaml_object(text, Ok(value), line, file_kind);
            }
            Ok(_) => {
                for (number, other) in text.lines().enumerate() {
                    self.other_line(other, line + number as u64);
                }
            }
            Err(error) => self.malformed(line, &error),
        }
    }

    /// Reads one object in YAML; one without a kind is no Kubernetes object.
    fn yaml_object(
        &mut self,
        text: &str,
        parsed: Result<Value, String>,
        line: u64,
        kind: Option<&str>,
    ) {
        match parsed {
            Ok(value) if value.get("kind").is_some() || kind.is_some() => {
                self.object(text, value, &TextFormat::Yaml, line, kind);
            }
            Ok(_) => {}
            Err(error) => self.malformed(line, &error),
        }
    }

    /// Reads `kubectl describe` text.
    fn describe(&mut self, text: &str, first_line: u64) {
        // Periscope names its describe files `<namespace>_<resource>_<name>`.
        let file = self.part.path.file_name().to_owned();
        let resource = file.split('_').nth(1);
        for described in describe::describe(text, resource) {
            let line = first_line + u64::from(described.first_line);
            let own = text.get(described.range.clone()).unwrap_or_default();
            for row in described.events {
                let snippet =
                    kube::text::snippet_of_line(own, row.line as usize, line, self.examiner.limits);
                self.described_event(&described.value, row, snippet);
            }
            self.part.kinds.entry("Event".to_owned()).or_default();
            self.object(
                own,
                described.value,
                &TextFormat::Describe(described.lines),
                line,
                None,
            );
        }
    }

    /// Keeps one row of the Events table of a described object.
    fn described_event(&mut self, object: &Value, row: DescribedEvent, snippet: Snippet) {
        let text = |path: &str| kube::value::text(object, path).unwrap_or_default();
        self.event(Event {
            path: self.part.path.clone(),
            object: ObjectKey::new(
                text("kind"),
                text("metadata.namespace"),
                text("metadata.name"),
            ),
            reason: row.reason,
            message: row.message,
            warning: row.warning,
            component: row.component,
            host: row.host,
            count: row.count,
            first: None,
            last: None,
            ages: row
                .first_age
                .or(row.last_age)
                .zip(row.last_age.or(row.first_age)),
            snippet,
            hits: vec![],
        });
    }

    /// Keeps one object or event and scans its fields and messages.
    fn object(
        &mut self,
        text: &str,
        value: Value,
        format: &TextFormat,
        line: u64,
        kind: Option<&str>,
    ) {
        let mut value = if canonical::is_internal(&value) {
            canonical::canonicalize(value)
        } else {
            value
        };
        if let (Some(kind), Some(fields)) = (kind, value.as_object_mut()) {
            fields.entry("kind").or_insert_with(|| kind.into());
        }
        let Some(kind) = value.get("kind").and_then(Value::as_str).map(str::to_owned) else {
            return;
        };
        *self.part.kinds.entry(kind.clone()).or_default() += 1;
        if UNREAD_KINDS.contains(&kind.as_str()) {
            return;
        }
        let limits = self.examiner.limits;
        let cite = |path: &str| kube::text::cite_in(text, format, line, path, limits);
        if kind == "Event" {
            let message = if value.get("note").is_some() {
                "note"
            } else {
                "message"
            };
            if let Some(event) = Event::from_value(&value, &self.part.path, cite(message)) {
                self.event(event);
            }
            return;
        }
        let hits = self.object_hits(&value, &kind, &mut |path| cite(path));
        let packed = ObjectText::new(text, format.clone(), line);
        if let Some(mut object) = Object::from_value(&value, &self.part.path, packed) {
            object.hits = hits;
            self.part.objects.push(object);
        }
    }

    /// Hits of object matchers on an object's fields, and of log matchers on its status messages.
    fn object_hits(
        &self,
        value: &Value,
        kind: &str,
        cite: &mut dyn FnMut(&str) -> Snippet,
    ) -> Vec<TextHit> {
        let mut hits = scan::scan_object(value, kind, self.examiner.rules, cite);
        let mut messages = Vec::new();
        if let Some(status) = value.get("status") {
            status_messages(status, "status", &mut messages);
        }
        for (path, message) in messages {
            // Most messages hold no failure: their place is only looked up for those that do.
            let unplaced = Snippet {
                line: 0,
                text: String::new(),
                before: vec![],
                after: vec![],
                matched: (0, 0),
            };
            let found =
                scan::scan_message(message, TextSource::Status, &unplaced, self.examiner.rules);
            if !found.is_empty() {
                hits.extend(scan::scan_message(
                    message,
                    TextSource::Status,
                    &cite(&path),
                    self.examiner.rules,
                ));
            }
        }
        hits
    }

    /// Scans and keeps one event.
    fn event(&mut self, mut event: Event) {
        event.hits = scan::scan_event(&event, self.examiner.rules);
        self.part.events.push(event);
    }

    /// A line that is no document: kubectl's complaint about what it could not get is a gap.
    fn other_line(&mut self, text: &str, line: u64) {
        let text = text.trim_end();
        if [
            "Error from server",
            "error:",
            "Unable to connect",
            "The connection to the server",
        ]
        .iter()
        .any(|start| text.starts_with(start))
        {
            self.part.gaps.push(Gap {
                locator: self.part.path.line(line),
                reason: GapReason::NotCollected {
                    detail: text.chars().take(300).collect(),
                },
            });
        }
    }

    /// A document or item that no parser takes.
    fn malformed(&mut self, line: u64, error: &dyn std::fmt::Display) {
        self.part.gaps.push(Gap {
            locator: self.part.path.line(line),
            reason: GapReason::Malformed {
                detail: error.to_string(),
            },
        });
    }

    /// The kind of items that name none, as the file's name says.
    fn kind_of_file(&self) -> Option<&'static str> {
        kinds::kind_of_path(&self.part.path)
    }
}

/// The kind of a list's items; `None` for the untyped `List`, whose items say it themselves.
fn item_kind(list: &str) -> Option<&str> {
    list.strip_suffix("List")
        .map_or(Some(list), |kind| (!kind.is_empty()).then_some(kind))
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

/// The kind that the head of a list states before its items.
fn kind_in_head(head: &str) -> Option<String> {
    let after = head
        .split_once("\"kind\"")?
        .1
        .trim_start()
        .strip_prefix(':')?
        .trim_start()
        .strip_prefix('"')?;
    after.split_once('"').map(|(kind, _)| kind.to_owned())
}

/// Every `message` below a status, with its field path.
fn status_messages<'v>(value: &'v Value, path: &str, found: &mut Vec<(String, &'v str)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = format!("{path}.{name}");
                match value {
                    Value::String(text) if name == "message" && !text.is_empty() => {
                        found.push((path, text));
                    }
                    _ => status_messages(value, &path, found),
                }
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                status_messages(value, &format!("{path}[{index}]"), found);
            }
        }
        _ => {}
    }
}

/// The text of a snippet for a whole line, for facts that are one line.
pub(super) fn line_snippet(text: &str, line: u64) -> Snippet {
    let first = text.lines().next().unwrap_or_default();
    let shown: Cow<'_, str> = if first.chars().count() > 400 {
        first.chars().take(400).collect::<String>().into()
    } else {
        first.into()
    };
    Snippet {
        line,
        matched: (0, shown.len()),
        text: shown.into_owned(),
        before: vec![],
        after: vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_says_the_kind_of_its_items() {
        assert_eq!(item_kind("PodList"), Some("Pod"));
        assert_eq!(item_kind("List"), None);
        assert_eq!(item_kind("Pod"), Some("Pod"));
    }

    #[test]
    fn items_of_a_cut_list_are_found() {
        let text = "{\n  \"kind\": \"PodList\",\n  \"items\": [\n    {\"a\": 1}";
        let at = list_start(text).expect("a list");
        assert_eq!(text.get(at..).map(str::trim_start), Some("{\"a\": 1}"));
        assert_eq!(kind_in_head(text).as_deref(), Some("PodList"));
    }

    #[test]
    fn messages_are_found_at_any_depth_of_a_status() {
        let value = serde_json::json!({"conditions": [{"message": "no disk"}], "message": "gone", "count": 3});
        let mut found = Vec::new();
        status_messages(&value, "status", &mut found);
        assert_eq!(
            found,
            [
                ("status.conditions[0].message".to_owned(), "no disk"),
                ("status.message".to_owned(), "gone")
            ]
        );
    }
}
