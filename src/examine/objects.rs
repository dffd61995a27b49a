//! Documents: Kubernetes lists and objects in JSON, YAML or `describe` text, and the JSON files
//! that collectors write.
//!
//! Items are parsed one at a time from their own text, so that each knows its line, a damaged item
//! costs only itself, and a list that is cut short still gives everything before the cut.

mod json;
mod kind;
mod messages;
mod sequence;
mod yaml;

use super::part::{EVERY_NAMESPACE, Part, Shape};
use super::scan::{self, TextSource};
use super::snippet::line_snippet;
use super::{Examiner, collector, kollect, pasted};
use crate::gap::{Gap, GapReason};
use crate::kube::describe::DescribedEvent;
use crate::kube::{
    self, Event, Object, ObjectKey, ObjectText, TextFormat, TextHit, canonical, describe, kinds,
    table,
};
use crate::limits::Limits;
use crate::locator::Snippet;
use crate::redact;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Kinds that nothing reads and that can be very large: their items are counted and skipped,
/// unless they are being deleted, which may be stuck, or say that something is wrong.
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
    let mut reader = Reader {
        examiner,
        part,
        sequence: None,
    };
    match shape {
        // Loops print documents without a line between them, and errors go where documents do.
        Shape::Yaml if pasted::has_more_than_yaml(&text) => {
            for block in pasted::blocks(&text) {
                reader.block(&text, &block, first_line + block.line);
            }
        }
        Shape::Yaml => reader.yaml(&text, first_line),
        Shape::Describe => reader.describe(&text, first_line),
        Shape::Table => reader.table(&text, first_line),
        _ => reader.json(&text, first_line),
    }
}

/// Reads what stands between the log sections of a dump: JSON or YAML documents, and the lines
/// that kubectl wrote to standard error into the same file.
pub(super) fn read_mixed(examiner: Examiner<'_>, body: &[u8], first_line: u64, part: &mut Part) {
    let text = String::from_utf8_lossy(body);
    let json = text.lines().any(|line| line.starts_with(['{', '[']));
    let mut reader = Reader {
        examiner,
        part,
        sequence: Some(vec![]),
    };
    if json {
        reader.json(&text, first_line);
    } else if pasted::has_more_than_yaml(&text) {
        for block in pasted::blocks(&text) {
            reader.block(&text, &block, first_line + block.line);
        }
    } else {
        reader.yaml(&text, first_line);
    }
    let sequence = reader.sequence.take().unwrap_or_default();
    part.listed.extend(sequence::empty_lists(&sequence));
}

/// Reads outputs of several commands, each as if it stood in a file of its own.
pub(super) fn read_pasted(examiner: Examiner<'_>, body: &[u8], first_line: u64, part: &mut Part) {
    let text = String::from_utf8_lossy(body);
    let mut reader = Reader {
        examiner,
        part,
        sequence: None,
    };
    for block in pasted::blocks(&text) {
        reader.block(&text, &block, first_line + block.line);
    }
}

/// The kind of object that most events of a component are about.
fn written_about(component: &str) -> &'static str {
    match component {
        "kubelet" | "default-scheduler" => "Pod",
        _ => "Object",
    }
}

/// Reads documents into a part.
struct Reader<'a> {
    examiner: Examiner<'a>,
    part: &'a mut Part,
    /// The lists of a dump's stream in their order, each with its namespace where its items say it.
    sequence: Option<Vec<(String, String)>>,
}

impl Reader<'_> {
    /// Reads `kubectl describe` text.
    fn describe(&mut self, text: &str, first_line: u64) {
        // Periscope names its describe files `<namespace>_<resource>_<name>`.
        let file = self.part.path.file_name().to_owned();
        let resource = file.split('_').nth(1);
        self.described(text, first_line, resource);
    }

    /// Reads described objects, of this resource or kind where their text does not say it.
    fn described(&mut self, text: &str, first_line: u64, resource: Option<&str>) {
        for described in describe::describe(text, resource) {
            let line = first_line + u64::from(described.first_line);
            let own = text.get(described.range.clone()).unwrap_or_default();
            for row in described.events {
                let snippet =
                    kube::text::snippet_of_line(own, row.line as usize, line, self.examiner.limits);
                self.described_event(&described.value, row, &snippet);
            }
            self.part.kinds.entry("Event".to_owned()).or_default();
            self.part.told_events.described += 1;
            self.object(
                own,
                described.value,
                &TextFormat::Describe(described.lines),
                line,
                None,
            );
        }
    }

    /// Reads one block of a pasted text.
    fn block(&mut self, whole: &str, block: &pasted::Block<'_>, line: u64) {
        let text = whole.get(block.range.clone()).unwrap_or_default();
        let command = block.command;
        let kind = command.and_then(|command| command.kind());
        let namespace = command.and_then(|command| command.namespace());
        match block.kind {
            pasted::Kind::Json => self.json(text, line),
            pasted::Kind::Yaml => self.yaml(text, line),
            pasted::Kind::Describe => self.described(text, line, kind.as_deref()),
            pasted::Kind::Table => {
                self.table_of(text, line, namespace.unwrap_or_default(), kind.as_deref());
            }
            pasted::Kind::Events => {
                let rows = describe::events_of(text);
                let object = command.and_then(|command| command.described());
                let object = object.or_else(|| describe::told_pod(&rows));
                for row in rows {
                    let snippet = kube::text::snippet_of_line(
                        text,
                        row.line as usize,
                        line,
                        self.examiner.limits,
                    );
                    self.told_row();
                    let unnamed = || ObjectKey::new(written_about(&row.component), "", "");
                    let object = object.clone().unwrap_or_else(unnamed);
                    self.told_event(object, row, &snippet);
                }
            }
            pasted::Kind::Noise => {
                for (number, other) in text.lines().enumerate() {
                    self.other_line(other, line + number as u64);
                }
            }
            pasted::Kind::Log => {
                let mut log = self
                    .examiner
                    .log(whole.as_bytes(), block.range.clone(), line);
                log.section = command.and_then(|command| command.log());
                self.part.logs.push(log);
                let body = text.as_bytes();
                let limits = self.examiner.limits;
                let started = super::started::versions(body, line, limits);
                self.part.collector.extend(started);
                let told = collector::text::read(body, "", 0, line, limits);
                self.part.collector.extend(told.facts);
            }
        }
    }

    /// Reads the pods of a table.
    fn table(&mut self, text: &str, first_line: u64) {
        let first = self.part.objects.len();
        // AKS Periscope names its tables `<namespace>_pods_list`.
        let file = self.part.path.file_name().to_owned();
        let namespace = file.strip_suffix(table::PODS_OF_NAMESPACE);
        self.table_of(text, first_line, namespace.unwrap_or_default(), None);
        if namespace.is_some() {
            self.listed(Some("Pod"), first);
        }
    }

    /// Reads the objects and events of tables.
    fn table_of(&mut self, text: &str, first_line: u64, namespace: &str, hint: Option<&str>) {
        for row in table::objects(text, namespace, hint) {
            let line = first_line + row.line as u64;
            self.object(row.text, row.object, &TextFormat::Row, line, None);
        }
        for row in table::events(text, namespace) {
            let line = first_line + row.line as u64;
            let snippet = line_snippet(row.text, line);
            self.told_row();
            self.told_event(row.object, row.event, &snippet);
        }
    }

    /// Counts one row of a table of events.
    fn told_row(&mut self) {
        *self.part.kinds.entry("Event".to_owned()).or_default() += 1;
        self.part.told_events.rows += 1;
    }

    /// Keeps one row of the Events table of a described object.
    fn described_event(&mut self, object: &Value, row: DescribedEvent, snippet: &Snippet) {
        let text = |path: &str| kube::value::text(object, path).unwrap_or_default();
        let key = ObjectKey::new(
            text("kind"),
            text("metadata.namespace"),
            text("metadata.name"),
        );
        self.told_event(key, row, snippet);
    }

    /// Keeps an event that a text tells about an object.
    fn told_event(&mut self, object: ObjectKey, row: DescribedEvent, snippet: &Snippet) {
        let message = without_field(&row.message).to_owned();
        let event = Event {
            path: self.part.path.clone(),
            object,
            reason: row.reason,
            message,
            warning: row.warning,
            component: row.component,
            host: row.host,
            count: row.count,
            first: None,
            last: None,
            created: None,
            ages: row
                .first_age
                .or(row.last_age)
                .zip(row.last_age.or(row.first_age)),
            snippet: snippet.clone(),
            hits: vec![],
        };
        self.event(event, &mut || snippet.clone());
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
        // Configuration files of clients and programs have a kind, and are no objects of a cluster.
        if kind != "Event" && kube::value::text(&value, "metadata.name").is_none() {
            return;
        }
        *self.part.kinds.entry(kind.clone()).or_default() += 1;
        let being_deleted = kube::value::text(&value, "metadata.deletionTimestamp").is_some();
        let unread = UNREAD_KINDS.contains(&kind.as_str());
        if unread && !being_deleted && !kube::says_trouble(&value) {
            return;
        }
        let limits = self.examiner.limits;
        let cite = |path: &str| kube::text::cite_in(text, format, line, path, limits);
        // Most certificates are good, and the rest of their text says nothing to a reader.
        let short = Limits {
            excerpt_bytes: 160,
            context_lines: 0,
            ..*limits
        };
        let cite_shortly = |path: &str| kube::text::cite_in(text, format, line, path, &short);
        if kind == "Event" {
            let message = if value.get("note").is_some() {
                "note"
            } else {
                "message"
            };
            if let Some(event) = Event::from_value(&value, &self.part.path, unplaced()) {
                self.event(event, &mut || cite(message));
            }
            return;
        }
        self.part
            .collector
            .extend(kollect::of_object(&value, &cite));
        let hits = self.object_hits(&value, &kind, &mut |path| cite(path));
        let first = ObjectText::new(
            text.lines().next().unwrap_or_default(),
            TextFormat::Yaml,
            line,
        );
        if let Some(mut object) = Object::from_value(&value, &self.part.path, first) {
            if object.may_be_cited() {
                object.text = ObjectText::new(text, format.clone(), line);
            } else {
                object.keep_identity();
            }
            object.hits = hits;
            object.certificates =
                kube::certificates(&value, &kind, limits, &mut |path| cite_shortly(path)).into();
            self.part.objects.push(object);
        }
    }

    /// Notes a list that was read to its end: its kind, where it states one, and those of its items
    /// (the objects from `first` on), with the namespaces that these are in.
    fn listed(&mut self, kind: Option<&str>, first: usize) {
        let items = self.part.objects.get(first..).unwrap_or_default();
        let mut namespaces: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        if let Some(kind) = kind {
            namespaces.entry(kind).or_default();
        }
        for key in items.iter().map(Object::key) {
            let own = namespaces.entry(&key.kind).or_default();
            own.insert(&key.namespace);
        }
        let lists = namespaces.into_iter().map(|(kind, own)| {
            let namespace = match (own.first(), own.len()) {
                (Some(only), 1) => only,
                (Some(_), _) => EVERY_NAMESPACE,
                (None, _) => "",
            };
            (kind.to_owned(), namespace.to_owned())
        });
        let lists: Vec<_> = lists.collect();
        if let Some(sequence) = &mut self.sequence {
            sequence.extend(lists.iter().cloned());
        }
        self.part.listed.extend(lists);
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
            messages::of_status(status, "status", &mut messages);
        }
        for (path, message) in messages {
            // Most messages hold no failure: their place is only looked up for those that do.
            let found = scan::scan_message(
                message,
                TextSource::Status,
                &unplaced(),
                self.examiner.rules,
            );
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
    ///
    /// Of normal events that no rule knows and that tell of no change, only the time is kept: they
    /// are most of all events, and say that the cluster lives.
    fn event(&mut self, mut event: Event, place: &mut dyn FnMut() -> Snippet) {
        event.hits = scan::scan_event(&event, self.examiner.rules);
        let told = event.warning || event.speaks_of_failure() || event.tells_change();
        if event.hits.is_empty() && !told {
            let first = event.first.or(event.last);
            self.part.quiet_events = self.part.quiet_events.with(first, event.last);
            return;
        }
        event.snippet = place();
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
            || collector::text::is_sentence_of_failure(text)
        {
            let (text, _) = redact::mask(text);
            let detail = text.chars().take(300).collect();
            self.gap(line, GapReason::NotCollected { detail });
        }
    }

    /// A document or item that no parser takes.
    fn malformed(&mut self, line: u64, error: &dyn std::fmt::Display) {
        let detail = error.to_string();
        self.gap(line, GapReason::Malformed { detail });
    }

    /// Notes what was not read at a line, up to as many as say something.
    fn gap(&mut self, line: u64, reason: GapReason) {
        if self.part.gaps.len() < self.examiner.limits.gaps {
            let locator = self.part.path.line(line);
            self.part.gaps.push(Gap { locator, reason });
        }
    }

    /// The kind of items that name none, as the file's name says.
    fn kind_of_file(&self) -> Option<&'static str> {
        kinds::kind_of_path(&self.part.path)
    }
}

/// A message without the field that kubectl 1.35 writes before it: `spec.containers{web}: `. It is
/// the same event with it and without.
fn without_field(message: &str) -> &str {
    let fields = [
        "spec.containers{",
        "spec.initContainers{",
        "spec.ephemeralContainers{",
    ];
    let rest = fields.iter().find_map(|field| message.strip_prefix(field));
    rest.and_then(|rest| rest.split_once("}: "))
        .map_or(message, |(_, message)| message)
}

/// A snippet for what is not known to be of interest yet.
fn unplaced() -> Snippet {
    Snippet::of_line(0, "")
}
