//! JSON as `kubectl` prints it: fields in a given order, four spaces, Go's escapes.
//!
//! In: a value built with [`object`] and `From`. Out: bytes. A map of `serde_json` would sort the
//! fields, and a dump starts with `kind`.

use std::fmt::Write as _;

/// A JSON value that keeps the order of its fields.
#[derive(Debug, Clone)]
pub(crate) enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// Text, not yet escaped.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Object(Vec<(String, Json)>),
}

/// An object with these fields in this order.
pub(crate) fn object<const N: usize>(fields: [(&str, Json); N]) -> Json {
    Json::Object(
        fields
            .into_iter()
            .map(|(name, value)| (name.to_string(), value))
            .collect(),
    )
}

/// An object with no fields.
pub(crate) fn empty() -> Json {
    Json::Object(Vec::new())
}

impl From<&str> for Json {
    /// Text.
    fn from(text: &str) -> Self {
        Self::Text(text.to_string())
    }
}

impl From<String> for Json {
    /// Text.
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Json {
    /// A number.
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Json {
    /// A truth value.
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Vec<Json>> for Json {
    /// An array.
    fn from(items: Vec<Json>) -> Self {
        Self::List(items)
    }
}

impl Json {
    /// The object with one more field at its end; other values stay as they are.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Json>) -> Self {
        if let Self::Object(fields) = &mut self {
            fields.push((name.to_string(), value.into()));
        }
        self
    }

    /// The value on one line, as Go's `json.Marshal` writes it.
    pub(crate) fn compact(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, None);
        out
    }

    /// The value over several lines with a line end after it, as `kubectl` dumps it.
    pub(crate) fn pretty(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, Some(0));
        out.push('\n');
        out
    }

    /// Appends the value; `depth` is how deep it stands, `None` for all on one line.
    pub(crate) fn write(&self, out: &mut String, depth: Option<usize>) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(number) => write_number(out, *number),
            Self::Text(text) => write_text(out, text),
            Self::List(items) if items.is_empty() => out.push_str("[]"),
            Self::List(items) => {
                out.push('[');
                for (position, item) in items.iter().enumerate() {
                    separate(out, position > 0, depth.map(|depth| depth + 1));
                    item.write(out, depth.map(|depth| depth + 1));
                }
                separate(out, false, depth);
                out.push(']');
            }
            Self::Object(fields) if fields.is_empty() => out.push_str("{}"),
            Self::Object(fields) => {
                out.push('{');
                for (position, (name, value)) in fields.iter().enumerate() {
                    separate(out, position > 0, depth.map(|depth| depth + 1));
                    write_text(out, name);
                    out.push_str(if depth.is_some() { ": " } else { ":" });
                    value.write(out, depth.map(|depth| depth + 1));
                }
                separate(out, false, depth);
                out.push('}');
            }
        }
    }
}

/// Appends what stands between two values: a comma, and the next line where lines are wanted.
fn separate(out: &mut String, comma: bool, depth: Option<usize>) {
    if comma {
        out.push(',');
    }
    if let Some(depth) = depth {
        out.push('\n');
        for _ in 0..depth {
            out.push_str("    ");
        }
    }
}

/// Appends a number.
fn write_number(out: &mut String, number: i64) {
    write!(out, "{number}").expect("writing to a string does not fail");
}

/// Appends text between quotes with the escapes of Go's encoder, which also hides `<`, `>` and `&`.
fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' | '\0'..='\u{1f}' | '\u{2028}' | '\u{2029}' => {
                write!(out, "\\u{:04x}", u32::from(letter))
                    .expect("writing to a string does not fail");
            }
            other => out.push(other),
        }
    }
    out.push('"');
}
