//! YAML documents: lists, cut into items before anything is parsed, and single objects.

use super::{Reader, UNREAD_KINDS};
use crate::examine::collector;
use crate::examine::objects::kind::item_kind;
use crate::kube::{TextFormat, yaml};
use serde_json::Value;

impl Reader<'_> {
    /// Reads YAML documents.
    pub(super) fn yaml(&mut self, text: &str, first_line: u64) {
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
                let before = self.part.objects.len();
                for (offset, item) in items {
                    self.yaml_object(
                        item,
                        yaml::parse_item(item),
                        line + offset as u64,
                        kind.as_deref(),
                    );
                }
                self.listed(kind.as_deref(), before);
            } else {
                self.yaml_document(document, line);
            }
        }
    }

    /// Reads one document in YAML that is no list with items.
    fn yaml_document(&mut self, text: &str, line: u64) {
        let being_deleted = text
            .lines()
            .any(|line| line.starts_with("  deletionTimestamp: "));
        if let Some(unread) = UNREAD_KINDS.iter().filter(|_| !being_deleted).find(|kind| {
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
                    let before = self.part.objects.len();
                    self.listed(kind, before);
                    if let Some(kind) = kind {
                        self.part.kinds.entry(kind.to_owned()).or_default();
                    }
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
            // What `kubectl version -o yaml` prints has no kind.
            Ok(value) => collector::read(self.examiner, &value, text, line, self.part),
            Err(error) => self.malformed(line, &error),
        }
    }
}
