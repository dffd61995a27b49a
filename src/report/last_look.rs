//! The last look for secrets in what is about to be written.
//!
//! Masking has judged each text of the bundle as it stands there; the writers disguise hidden
//! characters since. A text must read as it did, or a glyph or an escape is taken for the value of
//! `password:`, and whoever puts one into a log keeps the report from being written.

use super::html::parts;
use super::{Format, glyphs, json, markdown};
use crate::redact::Secrets;
use crate::redact::check::{self, Left};
use crate::report::ReportError;
use serde_json::Value;

/// The first secret that is left in the rendered text. `secrets` are the values that were masked.
pub(super) fn left(rendered: &str, format: Format, secrets: &Secrets) -> Option<Left> {
    let page = |page: &str| {
        // What it shows stands in its data too, text by text; side by side on a page, the end of one
        // text and the begin of the next read like a name and its value.
        let page = glyphs::restored(page);
        check::left(&check::plain(&page), &[], secrets)
    };
    let lines = |text: &str| {
        let text = glyphs::restored(text);
        check::left(&text, &[&text], secrets)
    };
    match format {
        Format::Html => {
            let (before, data, after) = parts(rendered);
            page(before)
                .or_else(|| page(after))
                .or_else(|| data_left(data, secrets))
        }
        Format::Json => data_left(rendered, secrets),
        Format::Markdown => lines(&markdown::shown(rendered)),
        Format::Text => lines(rendered),
    }
}

/// What is left in the report for programs. Its texts are looked at one by one, as they were before
/// they were escaped; what cannot be parsed, as a whole.
fn data_left(data: &str, secrets: &Secrets) -> Option<Left> {
    let all = json::restored(data);
    let all = check::plain(&all);
    let Ok(value) = serde_json::from_str::<Value>(data) else {
        return check::left(&all, &[&all], secrets);
    };
    let mut texts = Vec::new();
    collect(&value, &mut texts);
    check::left(&all, &texts, secrets)
}

/// Every text of a document, and every name of a field.
fn collect<'v>(value: &'v Value, texts: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            texts.push(name);
            collect(value, texts);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A text in this format that is not made from a diagnosis, if no secret is left in it: what
/// everything that is written has to pass.
pub fn checked(rendered: String, format: Format) -> Result<String, ReportError> {
    match left(&rendered, format, &Secrets::default()) {
        None => Ok(rendered),
        Some(left) => Err(ReportError::SecretLeft {
            kind: left.kind,
            from: left.source,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::html::DATA_BLOCK;
    use super::*;
    use crate::redact::Kind;

    /// What is found in a text of this format.
    fn kind(text: &str, format: Format) -> Option<Kind> {
        left(text, format, &Secrets::default()).map(|left| left.kind)
    }

    #[test]
    fn a_secret_in_the_rendered_bytes_fails_the_run() {
        for (format, text, secret) in [
            (Format::Text, "password=hunter2", true),
            (Format::Html, "<p>password=[REDACTED password]</p>", false),
            (Format::Markdown, "password=hunter2", true),
            (Format::Json, r#"{"text":"password=hunter2\u003cp"}"#, true),
            // A placeholder stays one, however the format escapes it.
            (
                Format::Json,
                r#"{"text":"password=\u003cnone\u003e"}"#,
                false,
            ),
        ] {
            let expected = secret.then_some(Kind::Password);
            assert_eq!(kind(text, format), expected, "{text}");
        }
    }

    #[test]
    fn what_stands_for_a_hidden_character_is_no_secret() {
        let html = |data: &str| format!("<p>a</p>{DATA_BLOCK}{data}</script><p>b</p>");
        for (format, text, secret) in [
            (Format::Text, "password:⟦U+202E⟧:".to_owned(), false),
            (Format::Text, "password:⟦U+202E⟧null".to_owned(), false),
            (Format::Text, "password:hunter2⟦U+202E⟧".to_owned(), true),
            (Format::Json, r#"["password:\u202e:"]"#.to_owned(), false),
            (
                Format::Json,
                r#"["password:\u0001 \udb40\udc41"]"#.to_owned(),
                false,
            ),
            (
                Format::Json,
                r#"["password:\nnext line"]"#.to_owned(),
                false,
            ),
            (
                Format::Json,
                r#"["password:\u202ehunter2"]"#.to_owned(),
                true,
            ),
            // The text has the backslash itself.
            (Format::Json, r#"["password:\\u202e:"]"#.to_owned(), true),
            // The number of the entity is no part of what it stands for.
            (
                Format::Markdown,
                "password⟦U+202E⟧ token&#58;//a:b&#64;".to_owned(),
                false,
            ),
            (
                Format::Markdown,
                "postgres&#58;//app:hunter2&#64;db/x".to_owned(),
                true,
            ),
            (Format::Markdown, "password=hunt\\_er\\#2".to_owned(), true),
            (Format::Html, html(r#"["password:\u202e:"]"#), false),
            (Format::Html, html(r#"["password:hunter2"]"#), true),
        ] {
            let expected = secret.then_some(Kind::Password);
            assert_eq!(kind(&text, format), expected, "{text}");
        }
    }
}
